/*
 * test_report_page.c - the page of results as text: nothing of a hostile text becomes markup, and it stays small
 * SPDX-License-Identifier: MIT
 */
#define _GNU_SOURCE /* nftw, pipe2 */
#include "report/page.h"

#include "report/html.h"
#include "report_fixture.h"

static char *written(void (*write)(FILE *out, const char *text), const char *text)
{
    char *to = NULL;
    size_t n;
    FILE *out = open_memstream(&to, &n);
    assert_non_null(out);
    write(out, text);
    assert_int_equal(fclose(out), 0);
    return to;
}

static void texts_are_escaped(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"", ""},
        {"plain, of 2 ns", "plain, of 2 ns"},
        {HOSTILE, "&lt;/script&gt;&lt;img src=x&gt;&quot;&#39;&amp;,|`"},
        {"&amp;", "&amp;amp;"},
        {"100×200 – ¼ 🙂", "100×200 – ¼ 🙂"},
        {"a\tb\nc\x1b[2J\x7f", "a\xef\xbf\xbd"
                               "b\xef\xbf\xbd"
                               "c\xef\xbf\xbd[2J\xef\xbf\xbd"},
        {"\xc0\xbcscript>", "\xef\xbf\xbd\xef\xbf\xbdscript&gt;"}, /* an overlong < */
        {"\xe2\x82", "\xef\xbf\xbd\xef\xbf\xbd"},                  /* cut short */
        {"\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},  /* a surrogate */
        {"\xff<", "\xef\xbf\xbd&lt;"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *text = written(html_text, cases[i][0]);
        assert_string_equal(text, cases[i][1]);
        free(text);
    }
}

static void put_json(FILE *out, const char *text)
{
    json_t *value = json_pack("{s:s, s:s}", text, text, "<!--", "]]>");
    html_json(out, value);
    json_decref(value);
}

static void json_cannot_end_its_script(void **state)
{
    (void)state;
    char *text = written(put_json, HOSTILE);
    assert_null(strpbrk(text, "<>&"));
    json_t *back = json_loads(text, 0, NULL);
    assert_string_equal(json_string_value(json_object_get(back, HOSTILE)), HOSTILE);
    assert_string_equal(json_string_value(json_object_get(back, "<!--")), "]]>");
    json_decref(back);
    free(text);
}

static void put_script(FILE *out, const char *text)
{
    html_script(out, text);
}

static void a_script_that_would_end_early_is_left_out(void **state)
{
    (void)state;
    static const char *const bad[] = {"a = '</script>'", "a = '</SCRIPT '", "<!-- <script>"};
    for (int i = 0; i < 3; i++) {
        char *text = written(put_script, bad[i]);
        assert_string_equal(text, "");
        free(text);
    }
    char *text = written(put_script, "a < b");
    assert_string_equal(text, "<script>a < b</script>\n");
    free(text);
}

static void put_numbers(FILE *out, const char *text)
{
    (void)text;
    static const double values[] = {0, -1, 0.012345, 0.5, 1.234, 99.96, 999.4, 1234, 65536000, 1.0 / 0.0};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        html_number(out, values[i]);
        fputc(' ', out);
    }
}

static void numbers_have_three_digits(void **state)
{
    (void)state;
    char *text = written(put_numbers, "");
    assert_string_equal(text, "– – 0.0123 0.500 1.23 100.0 999 1,234 65,536,000 – ");
    free(text);
}

/* ---- The page ------------------------------------------------------------------------------------------- */

static json_t *data_of(const char *page)
{
    static const char begin[] = "<script type=\"application/json\" id=data>";
    const char *at = strstr(page, begin);
    assert_non_null(at);
    at += strlen(begin);
    json_error_t error;
    json_t *root = json_loadb(at, (size_t)(strstr(at, "</script>") - at), JSON_REJECT_DUPLICATES, &error);
    if (!root)
        fail_msg("the page's data: %s", error.text);
    return root;
}

static void a_hostile_text_stays_text(void **state)
{
    (void)state;
    hostile h = hostile_make(300);
    size_t n;
    char *page = page_html(&h.f, "/* a chart library */", &n);
    assert_non_null(page);
    assert_int_equal(n, strlen(page));
    assert_null(strstr(page, "<img"));
    assert_null(strstr(page, "<b \""));
    assert_int_equal(count_of(page, "<script"), 3); /* data, library, the page's own */
    assert_int_equal(count_of(page, "</script"), 3);
    assert_non_null(strstr(page, "Content-Security-Policy\" content=\"default-src 'none';"));
    assert_null(strstr(page, "http://"));
    assert_null(strstr(page, "https://"));
    json_t *data = data_of(page);
    const json_t *file = json_array_get(json_object_get(data, "files"), 0);
    assert_string_equal(json_string_value(json_object_get(file, "path")), h.json);
    json_decref(data);
    free(page);
    hostile_drop(&h);
}

static void says_what_is_missing(void **state)
{
    (void)state;
    hostile h = hostile_make(0);
    size_t n;
    char *page = page_html(&h.f, NULL, &n);
    assert_non_null(strstr(page, "apt install libjs-chart.js"));
    assert_null(strstr(page, "<canvas"));
    assert_non_null(strstr(page, "There is no journal"));
    assert_int_equal(count_of(page, "<script"), 1);
    assert_non_null(strstr(page, "--shape </span><wbr><span class=option>100x10000x3</span>"));
    free(page);
    hostile_drop(&h);
}

/* Each row has its figures, in words for those who do not see them, and each figure a sentence. */
static void shows_the_figures_of_every_row(void **state)
{
    (void)state;
    hostile h = hostile_make(300);
    size_t n;
    char *page = page_html(&h.f, NULL, &n), id[32];
    for (int i = 1; i <= findings_n_rows(&h.f); i++) {
        snprintf(id, sizeof id, "<article id=row%d", i);
        assert_non_null(strstr(page, id));
    }
    assert_int_equal(count_of(page, "<h4>Where the time should go</h4><p>"), 3);
    assert_int_equal(count_of(page, "<h4>Which loop to share</h4><p>"), 3);
    assert_int_equal(count_of(page, "<h4>The search</h4><p>"), 3);
    assert_int_equal(count_of(page, "<h4>Tiles</h4><p>"), 3);
    assert_int_equal(count_of(page, "<h4>Which keys matter</h4><p>"), 3);
    assert_int_equal(count_of(page, "<svg "), count_of(page, "role=\"img\" aria-label=\""));
    assert_null(strstr(page, "nan"));
    assert_null(strstr(page, "\"inf"));
    free(page);
    hostile_drop(&h);
}

static void stays_below_a_megabyte(void **state)
{
    (void)state;
    hostile h = hostile_make(30000);
    size_t n;
    char *page = page_html(&h.f, NULL, &n);
    assert_true(n < PAGE_MOST_BYTES);
    assert_non_null(strstr(page, "Trials left out"));
    json_decref(data_of(page));
    free(page);
    hostile_drop(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_are_escaped),
        cmocka_unit_test(json_cannot_end_its_script),
        cmocka_unit_test(a_script_that_would_end_early_is_left_out),
        cmocka_unit_test(numbers_have_three_digits),
        cmocka_unit_test(a_hostile_text_stays_text),
        cmocka_unit_test(says_what_is_missing),
        cmocka_unit_test(shows_the_figures_of_every_row),
        cmocka_unit_test(stays_below_a_megabyte),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
