/*
 * test_description.c - the shadow of a kernel has its tables, and a damaged description makes none
 * SPDX-License-Identifier: MIT
 */
#include <stdio.h>
#include <string.h>

#include "made_kernel.h"
#include "module/description.h"
#include "nestune/tools.h"

static const char *const tuned[] = {"one line", NULL};

static json_t *describe(const nt_kernel *k)
{
    const nt_module module = {NT_MODULE_ABI, sizeof module, k, tuned, "a compiler", "-O3 -g"};
    json_t *description = description_of(&module), *again;
    char *text = json_dumps(description, JSON_COMPACT);
    assert_non_null(text);
    again = json_loads(text, JSON_REJECT_DUPLICATES, NULL); /* it travels as a text */
    free(text);
    json_decref(description);
    assert_non_null(again);
    return again;
}

static void same_text(const char *a, const char *b)
{
    assert_string_equal(a ? a : "", b ? b : "");
}

static void same_tables(const nt_kernel *a, const nt_kernel *b)
{
    assert_int_equal(a->version, b->version);
    same_text(a->name, b->name);
    same_text(a->title, b->title);
    same_text(a->formula, b->formula);
    assert_true(a->ulp_range == b->ulp_range && a->ulp_of_terms == b->ulp_of_terms);
    for (int i = 0; a->variants[i].name || b->variants[i].name; i++) {
        same_text(a->variants[i].name, b->variants[i].name);
        assert_memory_equal(a->variants[i].max_ulp, b->variants[i].max_ulp, sizeof a->variants[i].max_ulp);
    }
    for (int i = 0; a->forms[i].name || b->forms[i].name; i++)
        same_text(a->forms[i].name, b->forms[i].name);
    for (int i = 0; (a->keys && a->keys[i].name) || (b->keys && b->keys[i].name); i++) {
        const nt_key *p = &a->keys[i], *q = &b->keys[i];
        same_text(p->name, q->name);
        assert_true(p->least == q->least && p->most == q->most && p->n_values == q->n_values && !p->names == !q->names);
        assert_memory_equal(p->values, q->values, (size_t)p->n_values * sizeof *p->values);
        for (int64_t v = 0; p->names && v <= p->most; v++)
            same_text(p->names[v], q->names[v]);
    }
}

/* Radius, case and counts, for the default parameters and those of each case. */
static void same_answers(const nt_kernel *a, const nt_kernel *b)
{
    const nt_case *p = NULL, *q = NULL;
    for (int i = -1; i < 0 || (p = nt_kernel_case_at(a, i)); i++) {
        q = i < 0 ? NULL : nt_kernel_case_at(b, i);
        assert_int_equal(!p, !q);
        const void *from = p ? p->params : NULL, *to = q ? q->params : NULL;
        if (p) {
            same_text(p->name, q->name);
            assert_int_equal(p->tuned, q->tuned);
        }
        assert_int_equal(nt_kernel_radius(a, from), nt_kernel_radius(b, to));
        const nt_case *of = nt_kernel_case_of(a, from), *too = nt_kernel_case_of(b, to);
        same_text(of ? of->name : NULL, too ? too->name : NULL);
        const nt_function *f, *g;
        for (int k = 0; (f = nt_kernel_function_at(a, k)); k++) {
            assert_non_null(g = nt_kernel_function_at(b, k));
            assert_true(f->isa == g->isa && f->layout == g->layout && f->dtype == g->dtype);
            same_text(f->variant, g->variant);
            same_text(f->fn, g->fn);
            const nt_work w = nt_kernel_work(a, from, f), v = nt_kernel_work(b, to, g);
            assert_memory_equal(&w, &v, sizeof w);
        }
        const int64_t n[3] = {100, 50, 20};
        assert_int_equal(nt_working_set(a, from, NT_F64, n), nt_working_set(b, to, NT_F64, n));
    }
    assert_null(nt_kernel_case_at(b, 1 << 20));
}

/* The library's own kernels have everything that a kernel may have. */
static void shadows_have_all_tables(void **state)
{
    (void)state;
    for (int i = 0; i < nt_kernel_count(); i++) {
        const nt_kernel *k = nt_kernel_at(i);
        const nt_module *made;
        nt_error why;
        if (k->program)
            continue;
        json_t *description = describe(k);
        if (description_shadow(description, &made, &why) != NT_OK)
            fail_msg("%s: %s", k->name, why.text);
        json_decref(description);
        const nt_kernel *shadow = made->kernel;
        assert_string_equal(made->tuned[0], "one line");
        assert_null(made->tuned[1]);
        same_tables(k, shadow);
        same_answers(k, shadow);
        assert_string_equal(description_build(shadow), "a compiler -O3 -g");
        assert_null(description_build(k));
        assert_int_equal(!k->field, !shadow->field);
        assert_int_equal(!k->range, !shadow->range);
        if (k->field) {
            const nt_field *f = k->field, *g = shadow->field;
            assert_true(f->n_levels == g->n_levels && f->n_coefs == g->n_coefs && f->flush_denormals == g->flush_denormals &&
                        f->reads_per_cell == g->reads_per_cell && f->writes_per_cell == g->writes_per_cell &&
                        f->steady == g->steady && f->isas_agree == g->isas_agree && !f->walls == !g->walls && !f->ghosts == !g->ghosts);
            same_text(f->roof, g->roof);
            same_text(f->unsteady, g->unsteady);
        }
    }
}

/* Texts are the author's: what no terminal should get is replaced, what is missing is empty. */
static void odd_texts(void **state)
{
    (void)state;
    static made_kernel m;
    const nt_module *made;
    nt_error why;
    make_kernel(&m, "odd_texts");
    m.kernel.title = "\033[31mred\n";
    m.kernel.formula = "\xff";
    m.variants[0].note = NULL;
    json_t *description = describe(&m.kernel);
    assert_int_equal(description_shadow(description, &made, &why), NT_OK);
    json_decref(description);
    const nt_kernel *shadow = made->kernel;
    assert_string_equal(shadow->title, "?[31mred?");
    assert_string_equal(shadow->formula, "?");
    assert_string_equal(shadow->variants[0].note, "");
}

/* ---- Damage ------------------------------------------------------------------------------------------- */

/* Any description is refused with a line, or makes a kernel that passes every check. */
static int n_refused, n_taken;
static void try(const json_t *root)
{
    const nt_module *shadow;
    nt_error why = {""};
    if (description_shadow(root, &shadow, &why) == NT_OK) {
        assert_int_equal(nt_kernel_check(shadow->kernel, NULL), NT_OK);
        n_taken++;
    } else {
        assert_null(shadow);
        assert_true(why.text[0] != '\0');
        n_refused++;
    }
}

/* Puts other values, one after the other, in the place of each value below `at`, and leaves each out. */
static void damage(const json_t *root, json_t *at)
{
    static const char *const others[] = {"null", "-1", "3", "1e300", "9000000000000000000", "\"\"", "\"Other \\u0007\"", "[]", "{}", "[[]]", "true"};
    const char *key;
    void *next;
    json_t *value;
    size_t i;
    for (size_t o = 0; o < sizeof others / sizeof *others; o++) {
        json_object_foreach_safe(at, next, key, value) {
            char name[40];
            snprintf(name, sizeof name, "%s", key);
            json_t *kept = json_incref(value);
            json_object_set_new(at, name, json_loads(others[o], JSON_DECODE_ANY, NULL));
            try(root);
            json_object_set_new(at, name, kept);
        }
        for (i = 0; i < json_array_size(at); i++) {
            json_t *kept = json_incref(json_array_get(at, i));
            json_array_set_new(at, i, json_loads(others[o], JSON_DECODE_ANY, NULL));
            try(root);
            json_array_set_new(at, i, kept);
        }
    }
    const size_t n_keys = json_object_size(at); /* what is put back comes last */
    for (i = 0; i < n_keys; i++) {
        char name[40];
        void *first = json_object_iter(at);
        snprintf(name, sizeof name, "%s", json_object_iter_key(first));
        json_t *kept = json_incref(json_object_iter_value(first));
        json_object_del(at, name);
        try(root);
        json_object_set_new(at, name, kept);
    }
    json_object_foreach(at, key, value)
        damage(root, value);
    for (i = 0; i < json_array_size(at) && i < 3; i++)
        damage(root, json_array_get(at, i));
}

static void damaged_descriptions(void **state)
{
    (void)state;
    static const char *const names[] = {"square", "wave", "primes"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        json_t *root = describe(nt_kernel_find(names[i]));
        json_t *functions = json_object_get(root, "functions");
        while (json_array_size(functions) > 8)
            json_array_remove(functions, 8);
        damage(root, root);
        json_decref(root);
    }
    try(NULL);
    assert_true(n_refused > 300 && n_taken > 30);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shadows_have_all_tables),
        cmocka_unit_test(odd_texts),
        cmocka_unit_test(damaged_descriptions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
