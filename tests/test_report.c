/*
 * test_report.c - autotune report and export as a person would run them, and the page in a browser without network
 * SPDX-License-Identifier: MIT
 *
 * The browser is Chromium, headless.  Where there is none, the tests that need it say so and pass.
 */
#define _GNU_SOURCE /* memmem */
#include "report_fixture.h"

static const char results[] = NT_SOURCE_DIR "/results/zen3-25.1.1-2t";

static program run_in(const char *const args[])
{
    const char *argv[PROGRAM_ARGS] = {NT_AUTOTUNE};
    for (int i = 0; args[i]; i++)
        argv[i + 1] = args[i];
    program p = program_start(argv, NULL);
    program_end(&p, 100);
    return p;
}
#define RUN(...) run_in((const char *const[]){__VA_ARGS__, NULL})

static void check_refused(program *p, int code, const char *needs)
{
    if (p->code != code || p->n[0] > 0 || !strstr(p->text[1], needs) || count_of(p->text[1], "\n") != 1)
        fail_msg("code %d, %d and \"%s\" are due; stdout has %zu bytes; stderr: %s", p->code, code, needs, p->n[0], p->text[1]);
    program_free(p);
}

/* ---- The commands --------------------------------------------------------------------------------------- */

static void writes_a_page_to_a_file_and_to_stdout(void **state)
{
    (void)state;
    scratch s = scratch_make();
    program p = RUN("report", results, "-o", s.path), q = RUN("report", results, "-o", "-");
    assert_int_equal(p.code, 0);
    assert_int_equal(q.code, 0);
    assert_int_equal(p.n[0], 0);
    size_t n;
    char *page = slurp(s.path, &n);
    assert_int_equal(n, q.n[0]);
    assert_memory_equal(page, q.text[0], n);
    assert_true(n < 1000000);
    assert_int_equal(count_of(page, "<article id=row"), 41);
    free(page);
    program_free(&p);
    program_free(&q);
    scratch_walk(&s, 1);
}

static void exports_every_format(void **state)
{
    (void)state;
    static const struct {
        const char *format, *begins;
    } cases[] = {
        {"csv", "file,machine,kernel,"}, {"markdown", "## zen3: default"}, {"benchmark", "{\n  \"context\""}, {"json", "{\n \"nestune\""}};
    scratch s = scratch_make();
    for (int i = 0; i < 4; i++) {
        program p = RUN("export", "--format", cases[i].format, results);
        assert_int_equal(p.code, 0);
        assert_int_equal(strncmp(p.text[0], cases[i].begins, strlen(cases[i].begins)), 0);
        program q = RUN("export", "--format", cases[i].format, results, "--out", s.path);
        size_t n;
        char *text = slurp(s.path, &n);
        assert_int_equal(q.code, 0);
        assert_int_equal(n, p.n[0]);
        assert_memory_equal(text, p.text[0], n);
        free(text);
        program_free(&p);
        program_free(&q);
    }
    scratch_walk(&s, 1);
}

static void refuses_what_it_cannot_read_or_write(void **state)
{
    (void)state;
    scratch s = scratch_make();
    program p = RUN("report", "/none/results");
    check_refused(&p, 3, "/none/results");
    p = RUN("report", s.folder, "-o", s.path);
    check_refused(&p, 3, "no results in");
    spill(s.path, "{\"key\": {\"kernel\"", 17);
    p = RUN("report", s.path, "-o", "-");
    check_refused(&p, 4, s.path);
    p = RUN("report", results, "-o", "/none/report.html");
    check_refused(&p, 3, "/none/report.html");
    p = RUN("report", results, "-o", "");
    check_refused(&p, 2, "--out");
    p = RUN("export", results);
    check_refused(&p, 2, "--format");
    p = RUN("export", "--format", "xml", results);
    check_refused(&p, 2, "csv, markdown, benchmark and json");
    p = RUN("export", "--format", "json", "--trials", results);
    check_refused(&p, 2, "--trials");
    scratch_walk(&s, 1);
}

/* A file with one changed digit is damaged, not shown. */
static void refuses_a_damaged_file(void **state)
{
    (void)state;
    scratch s = scratch_make();
    size_t n = 0;
    char path[128], *text = slurp(NT_SOURCE_DIR "/results/zen3-25.1.1-2t/pi.json", &n), *at = strstr(text, "1.57695");
    assert_non_null(at);
    *at = '2';
    snprintf(path, sizeof path, "%s/pi.json", s.folder);
    spill(path, text, n);
    free(text);
    program p = RUN("report", s.folder, "-o", "-");
    check_refused(&p, 4, "CRC");
    scratch_walk(&s, 1);
}

/* ---- In a browser --------------------------------------------------------------------------------------- */

static const char *browser(void)
{
    static const char *const places[] = {"/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"};
    for (int i = 0; i < 3; i++)
        if (access(places[i], X_OK) == 0)
            return places[i];
    fprintf(stderr, "no chromium is here: the page was not opened\n");
    return NULL;
}

/* Put in front of the page's own scripts: notes every error, and counts the colours of each canvas at the end. */
static const char probe[] =
    "<script>window.faults=[];"
    "addEventListener('error',e=>faults.push('error '+e.message));"
    "addEventListener('securitypolicyviolation',e=>faults.push('policy '+e.violatedDirective+' '+e.blockedURI));"
    "for(const k of ['error','warn']){const old=console[k];console[k]=(...a)=>{faults.push(k+' '+a.join(' '));old(...a)}}"
    "addEventListener('load',()=>setTimeout(()=>{"
    "const out=['tables='+document.querySelectorAll('table').length,'svgs='+document.querySelectorAll('svg').length,"
    "'wide='+(document.documentElement.scrollWidth-innerWidth),'hacked='+(document.images.length)];"
    "for(const c of document.querySelectorAll('canvas')){let n=0;if(c.width*c.height){"
    "const d=c.getContext('2d').getImageData(0,0,c.width,c.height).data,s=new Set();"
    "for(let i=0;i<d.length;i+=4)if(d[i+3])s.add(d[i]<<16|d[i+1]<<8|d[i+2]);n=s.size}out.push(c.id+'='+n)}"
    "document.title='PROBE '+out.join(' ')+' faults='+faults.length+' '+faults.join('; ')},500))</script>";

static const char no_script[] = "<meta http-equiv=\"Content-Security-Policy\" content=\"script-src "
                                "'none'\"><script>document.documentElement.setAttribute('data-'+'ran','')</script>";

/* The page's DOM once it is loaded, to be freed.  `first` stands in front of its title.  No name can be resolved, so nothing outside is reached. */
static char *opened(const char *chromium, const char *page, size_t n, const char *first)
{
    scratch s = scratch_make();
    char path[128], url[160], profile[128];
    const char *head = strstr(page, "<title>");
    assert_non_null(head);
    snprintf(path, sizeof path, "%s/page.html", s.folder);
    snprintf(url, sizeof url, "file://%s", path);
    snprintf(profile, sizeof profile, "--user-data-dir=%s/profile", s.folder);
    FILE *out = fopen(path, "wb");
    assert_non_null(out);
    fwrite(page, 1, (size_t)(head - page), out);
    fputs(first, out);
    fwrite(head, 1, n - (size_t)(head - page), out);
    assert_int_equal(fclose(out), 0);
    const char *const argv[] = {chromium,
                                "--headless",
                                "--no-sandbox",
                                "--disable-gpu",
                                "--disable-dev-shm-usage",
                                "--no-first-run",
                                "--host-resolver-rules=MAP * ~NOTFOUND",
                                "--window-size=1400,1000",
                                "--virtual-time-budget=8000",
                                "--hide-scrollbars",
                                profile,
                                "--dump-dom",
                                url,
                                NULL};
    program p = program_start(argv, NULL);
    program_end(&p, 200);
    if (p.code != 0 || p.n[0] == 0)
        fail_msg("chromium: code %d: %s", p.code, p.text[1]);
    char *dom = strdup(p.text[0]);
    program_free(&p);
    tree_remove(s.folder);
    return dom;
}

static int told(const char *dom, const char *name)
{
    const char *title = strstr(dom, "PROBE "), *at = title ? strstr(title, name) : NULL;
    if (!at)
        fail_msg("the page does not tell %s: %.400s", name, title ? title : dom);
    return atoi(at + strlen(name));
}

static void check_in_browser(const char *page, size_t n, bool with_journal)
{
    const char *chromium = browser();
    if (!chromium)
        return;
    char *dom = opened(chromium, page, n, probe);
    if (told(dom, "faults=") != 0)
        fail_msg("%.600s", strstr(dom, "PROBE "));
    assert_true(told(dom, "tables=") >= 1);
    assert_true(told(dom, "svgs=") >= 3);
    assert_int_equal(told(dom, "hacked="), 0);
    assert_int_equal(told(dom, "wide="), 0); /* nothing hangs out at the right */
    if (strstr(page, "<canvas")) {
        assert_true(told(dom, "scatter=") > 10);
        assert_true(!with_journal || told(dom, "search=") > 10);
    } else {
        fprintf(stderr, "no Chart.js is here: canvases were not drawn\n");
    }
    free(dom);

    /* Without JavaScript, which a policy forbids here (--dump-dom itself needs it), the tables and figures are all there. */
    dom = opened(chromium, page, n, no_script);
    assert_null(strstr(dom, "data-ran"));
    assert_int_equal(count_of(dom, "<article id=\"row"), count_of(page, "<article id=row"));
    assert_int_equal(count_of(dom, "<svg "), count_of(page, "<svg "));
    assert_non_null(strstr(dom, "This part needs JavaScript"));
    free(dom);
}

static void real_results_in_a_browser(void **state)
{
    (void)state;
    program p = RUN("report", results, "-o", "-");
    assert_int_equal(p.code, 0);
    check_in_browser(p.text[0], p.n[0], false);
    program_free(&p);
}

static void hostile_results_in_a_browser(void **state)
{
    (void)state;
    hostile h = hostile_make(300);
    program p = RUN("report", h.folder, "-o", "-");
    assert_int_equal(p.code, 0);
    check_in_browser(p.text[0], p.n[0], true);
    program_free(&p);
    hostile_drop(&h);
}

int main(void)
{
    if (!program_runs(NT_AUTOTUNE)) {
        fprintf(stderr, "this machine cannot execute " NT_AUTOTUNE "\n");
        return 0;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_a_page_to_a_file_and_to_stdout),
        cmocka_unit_test(exports_every_format),
        cmocka_unit_test(refuses_what_it_cannot_read_or_write),
        cmocka_unit_test(refuses_a_damaged_file),
        cmocka_unit_test(real_results_in_a_browser),
        cmocka_unit_test(hostile_results_in_a_browser),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
