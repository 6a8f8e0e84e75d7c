/*
 * test_plan.c - plans, nt_run(), and what the registry promises of every kernel
 * SPDX-License-Identifier: MIT
 */
#include "environment_support.h"
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const int64_t shape[3] = {9, 4, 3};

static const nt_kernel *find(const char *name)
{
    const nt_kernel *kernel = nt_kernel_find(name);
    assert_non_null(kernel);
    return kernel;
}

/* ---- The registry ------------------------------------------------------------------------------ */

static void registry(void **state)
{
    (void)state;
    const int n = nt_kernel_count();
    assert_in_range(n, 1, 1000);
    assert_null(nt_kernel_at(-1));
    assert_null(nt_kernel_at(n));
    assert_null(nt_kernel_find("no such kernel"));
    assert_null(nt_kernel_find(""));
    assert_null(nt_kernel_find(NULL));
    for (int i = 0; i < n; i++)
        assert_ptr_equal(nt_kernel_find(nt_kernel_at(i)->name), nt_kernel_at(i));
}

/* Names tell the cases apart; parameters belong to their case, and the kernel's own to one of them. */
static void kernel_cases(void **state)
{
    const nt_kernel *k = *state;
    const nt_case *c;
    int n = 0;
    for (; (c = nt_kernel_case_at(k, n)); n++) {
        assert_in_range(nt_kernel_radius(k, c->params), 0, NT_MAX_RADIUS);
        assert_ptr_equal(nt_kernel_case(k, c->name), c);
        assert_ptr_equal(nt_kernel_case_of(k, c->params), k->case_of ? c : nt_kernel_case_at(k, 0));
    }
    assert_in_range(n, 1, 64);
    assert_non_null(nt_kernel_case_of(k, NULL));
    assert_true(k->cases || (n == 1 && nt_kernel_case(k, "default")));
    assert_null(nt_kernel_case_at(k, -1));
    assert_null(nt_kernel_case_at(k, n));
    assert_null(nt_kernel_case_at(k, n + 1));
    assert_null(nt_kernel_case(k, "no such case"));
    assert_null(nt_kernel_case(k, ""));
}

static int n_ops(const nt_work *w)
{
    return w->add + w->mul + w->fma + w->int_mul + w->int_other + w->shuffle + w->load + w->store;
}

/* The table of functions is found by each of its keys. */
static void kernel_functions(void **state)
{
    const nt_kernel *k = *state;
    const nt_function *f;
    int n = 0;
    for (; (f = nt_kernel_function_at(k, n)); n++) {
        const nt_config c = {.isa = f->isa,
                             .variant = nt_kernel_variant(k, f->variant),
                             .fn = nt_kernel_form(k, f->fn),
                             .layout = (int)f->layout};
        assert_ptr_equal(nt_kernel_function(k, f->dtype, &c), f);
        assert_true((k->field != NULL) == (f->tile != NULL) && (k->range != NULL) == (f->range != NULL));
        const nt_work work = nt_kernel_work(k, NULL, f);
        assert_true(work.add >= 0 && work.mul >= 0 && work.fma >= 0 && work.int_mul >= 0 &&
                    work.int_other >= 0 && work.shuffle >= 0 && work.load >= 0 && work.store >= 0);
        assert_true(k->role == NT_ROLE_WORK || n_ops(&work) > 0 || !nt_isa_available(f->isa)); /* counts are code of the isa */
        nt_config other = c;
        other.fn = NT_MAX_FORMS;
        assert_null(nt_kernel_function(k, f->dtype, &other));
        other = c, other.layout = NT_N_LAYOUTS;
        assert_null(nt_kernel_function(k, f->dtype, &other));
        other = c, other.variant = -1;
        assert_null(nt_kernel_function(k, f->dtype, &other));
        other = c, other.isa = NT_N_ISAS;
        assert_null(nt_kernel_function(k, f->dtype, &other));
        assert_null(nt_kernel_function(k, NT_N_DTYPES, &c));
    }
    assert_true(n > 0);
    assert_null(nt_kernel_function_at(k, -1));
    assert_null(nt_kernel_function_at(k, n + 1));
}

/* What other parts take for granted of a kernel's data, beyond nt_kernel_check(). */
static void kernel_data(void **state)
{
    const nt_kernel *k = *state;
    nt_error why = {""};
    if (nt_kernel_check(k, &why) != NT_OK)
        fail_msg("%s", why.text);
    int n_variants = 0, n_forms = 0;
    for (; k->variants[n_variants].name; n_variants++)
        assert_int_equal(nt_kernel_variant(k, k->variants[n_variants].name), n_variants);
    for (; k->forms[n_forms].name; n_forms++)
        assert_int_equal(nt_kernel_form(k, k->forms[n_forms].name), n_forms);
    assert_int_equal(nt_kernel_variant(k, "no such variant"), -1);
    assert_int_equal(nt_kernel_form(k, "no such form"), -1);
    if (!k->field)
        return;
    const nt_field *f = k->field;
    assert_true(k->ulp_range > 0);
    assert_true(!f->ghosts || nt_kernel_radius(k, NULL) > 0);
    assert_true(f->reads_per_cell > 0 && f->writes_per_cell > 0);
    assert_true((k->role == NT_ROLE_WORK) == (f->roof != NULL));
    if (f->roof)
        assert_int_equal(find(f->roof)->role, NT_ROLE_MEMORY_ROOF);
}

/* Values depend on the index of the cell, not on strides. */
static void fill(void **state)
{
    const nt_kernel *k = *state;
    for (int dtype = 0; dtype < NT_N_DTYPES; dtype++)
        for (int l = 0; l < n_layouts; l++) {
            operand f;
            operand_make(&f, (nt_dtype)dtype, shape, 2, &layouts[l], 0);
            operand_snapshot(&f);
            nt_kernel_fill(k, 0, 3, f.grid);
            operand_check(&f, true, k->name);
            for (int64_t i = 0; i < shape[0] * shape[1] * shape[2]; i++) {
                const double v = nt_kernel_value(k, 0, i, 3);
                assert_true(cell_get(f.grid, i % shape[0], i / shape[0] % shape[1],
                                     i / shape[0] / shape[1]) == (dtype == NT_F64 ? v : (double)(float)v));
                assert_true(v >= -1e6 && v <= 1e6);
            }
            operand_free(&f);
        }
}

static void status_texts(void **state)
{
    (void)state;
    for (int s = 0; s < NT_N_STATUS; s++)
        assert_true(strlen(nt_status_text((nt_status)s)) > 0);
    assert_string_equal(nt_status_text(NT_OK), "success");
    assert_string_equal(nt_status_text(NT_N_STATUS), "unknown status");
    assert_string_equal(nt_status_text((nt_status)-1), "unknown status");
}

/* ---- Refusals ------------------------------------------------------------------------------------- */

enum { A, B, C, D, N_FIELDS };
static operand fields[N_FIELDS];

static void make_fields(void)
{
    for (int i = 0; i < N_FIELDS; i++) {
        operand_make(&fields[i], NT_F64, shape, 0, &layouts[0], 0);
        operand_snapshot(&fields[i]);
    }
}

/* Refused with and without *why, no plan, no cell touched. */
static void refused(const test_problem *problem, const char *config, nt_status status, const char *part)
{
    nt_plan *plan = (nt_plan *)fields;
    nt_error why;
    assert_refused(problem_plan_text(&plan, problem, config, &why), status, &why, part);
    assert_null(plan);
    assert_int_equal(problem_plan_text(&plan, problem, config, NULL), status);
    for (int i = 0; i < N_FIELDS; i++)
        operand_check(&fields[i], false, part);
}

static void free_fields(void)
{
    for (int i = 0; i < N_FIELDS; i++)
        operand_free(&fields[i]);
}

static void nothing(const nt_hook *hook, void *state, const nt_step *step, const nt_box *box, int64_t time)
{
    (void)hook, (void)state, (void)step, (void)box, (void)time;
}

static void refuses_arguments(void **state)
{
    (void)state;
    static const nt_hook hook = {.apply = nothing}, no_hook = {0};
    nt_error why;
    make_fields();
    const test_problem good = {.kernel = find("mathop"), .level = {fields[A].grid}, .steps = 1};
    test_problem p = good;
    nt_grid *const no_grid[] = {NULL};
    nt_plan *plan = (nt_plan *)fields;
    assert_refused(problem_plan(NULL, &good, NULL, &why), NT_EARG, &why, "NULL");
    assert_int_equal(nt_plan_create(NULL, NULL, NULL, 0, NULL, NULL), NT_EARG);
    assert_refused(nt_plan_create(&plan, good.kernel, NULL, 1, NULL, &why), NT_EARG, &why, "grids");
    assert_null(plan);
    assert_refused(nt_plan_create(&plan, good.kernel, no_grid, 1, NULL, &why), NT_EARG, &why,
                   "grid 0 is NULL");
    assert_refused(nt_plan_create(&plan, good.kernel, good.level, -1, NULL, &why), NT_EARG, &why, "-1 grids");
    assert_refused(nt_plan_create(&plan, find("pi"), good.level, 1, NULL, &why), NT_EARG, &why,
                   "pi is a range");
    assert_refused(nt_plan_create_range(&plan, good.kernel, NT_F64, 1, NULL, &why), NT_EARG, &why,
                   "mathop is a field");
    p.level[0] = NULL;
    refused(&p, NULL, NT_EARG, "0 grids, kernel mathop takes 1 level");
    p = good, p.steps = -1;
    refused(&p, NULL, NT_EARG, "-1");
    p = good, p.steps = INT64_MIN;
    refused(&p, NULL, NT_EARG, "-9223372036854775808");
    p = good, p.n_hooks = 1;
    refused(&p, NULL, NT_EARG, "1 hooks");
    p = good, p.n_hooks = -1, p.hooks = (const nt_hook *const[]){&hook};
    refused(&p, NULL, NT_EARG, "-1 hooks");
    p = good, p.n_hooks = 2, p.hooks = (const nt_hook *const[]){&hook, NULL};
    refused(&p, NULL, NT_EARG, "hook 1 is NULL");
    p = good, p.n_hooks = 1, p.hooks = (const nt_hook *const[]){&no_hook};
    refused(&p, NULL, NT_EARG, "hook 0");
    p = good, p.kernel = find("read2update1");
    refused(&p, NULL, NT_EARG, "1 grids");
    p.coef[0] = fields[B].grid;
    refused(&p, NULL, NT_EARG, "2 grids, kernel read2update1 takes 1 levels and 2 coefficients");
    p = good, p.kernel = NULL;
    refused(&p, NULL, NT_EARG, "kernel");
    nt_plan_destroy(NULL);
    free_fields();
}

static void refuses_grids(void **state)
{
    (void)state;
    make_fields();
    operand other;
    const test_problem good = {.kernel = find("read2update1"),
                               .level = {fields[A].grid},
                               .coef = {fields[B].grid, fields[C].grid},
                               .result = fields[D].grid,
                               .steps = 1};
    test_problem p = good;
    operand_make(&other, NT_F32, shape, 0, &layouts[0], 0);
    p.coef[1] = other.grid;
    refused(&p, NULL, NT_EDTYPE, "f32");
    p = good, p.result = other.grid;
    refused(&p, NULL, NT_EDTYPE, "f64");
    operand_free(&other);
    for (int a = 0; a < 3; a++) {
        int64_t n[3] = {shape[0], shape[1], shape[2]};
        n[a]++;
        char text[32];
        snprintf(text, sizeof text, "%dx%dx%d", (int)n[0], (int)n[1], (int)n[2]);
        operand_make(&other, NT_F64, n, 0, &layouts[0], 0);
        p = good, p.coef[0] = other.grid;
        refused(&p, NULL, NT_ESHAPE, text);
        p = good, p.result = other.grid;
        refused(&p, NULL, NT_ESHAPE, text);
        operand_free(&other);
    }
    p = good, p.coef[0] = fields[A].grid;
    refused(&p, NULL, NT_EARG, "overlap");
    p = good, p.result = fields[C].grid;
    refused(&p, NULL, NT_EARG, "overlap");
    nt_grid shifted = *fields[A].grid; /* the last cell of A is the first of this one */
    shifted.cells = nt_grid_cell(fields[A].grid, shape[0] - 1, shape[1] - 1, shape[2] - 1);
    p = good, p.result = &shifted;
    refused(&p, NULL, NT_EARG, "overlap");
    nt_grid halo = *fields[A].grid; /* the halo reaches into A */
    halo.halo = 1;
    halo.cells = (double *)fields[A].grid->cells - shape[0] * shape[1] * shape[2];
    p = good, p.coef[0] = &halo;
    refused(&p, NULL, NT_EARG, "overlap");
    free_fields();
}

static void refuses_configs(void **state)
{
    (void)state;
    make_fields();
    const char *own = getenv("NESTUNE_MAX_ISA");
    char *kept = own ? strdup(own) : NULL;
    const test_problem p = {.kernel = find("mathop"), .level = {fields[A].grid}, .steps = 1};
    refused(&p, "threads=0", NT_ECONFIG, "threads=0");
    refused(&p, "depth=0", NT_ECONFIG, "depth=0");
    refused(&p, "tile=0x-4x0", NT_ECONFIG, "tile=0x-4x0");
    refused(&p, "variant=slow", NT_ECONFIG, "variant=slow");
    refused(&p, "fn=u99", NT_ECONFIG, "fn=u99");
    refused(&p, "layout=folded", NT_ECONFIG, "layout=folded");
    refused(&p, "schedule=auto", NT_ECONFIG, "schedule=");
    refused(&p, "colour=red", NT_ECONFIG, "colour");
    for (int isa = NT_ISA_SCALAR + 1; isa < NT_N_ISAS; isa++) {
        environment_set("NESTUNE_MAX_ISA", "scalar");
        char text[32];
        snprintf(text, sizeof text, "isa=%s", nt_isa_name((nt_isa)isa));
        refused(&p, text, NT_EISA, nt_isa_name((nt_isa)isa));
        environment_set("NESTUNE_MAX_ISA", kept);
    }
    free(kept);
    free_fields();
}

/* ---- What is allowed ----------------------------------------------------------------------------- */

static void config_and_why(void **state)
{
    (void)state;
    make_fields();
    const test_problem p = {.kernel = find("mathop"), .level = {fields[A].grid}, .steps = 1};
    nt_plan *plan;
    nt_config c;
    assert_int_equal(nt_config_default(p.kernel, NT_F64, &c, NULL), NT_OK);
    c.parallel = NT_PARALLEL_MIDDLE;
    assert_int_equal(problem_plan(&plan, &p, &c, NULL), NT_OK);
    assert_true(config_equal(nt_plan_config(plan), &c));
    assert_true(strlen(nt_plan_why(plan)) > 0);
    nt_plan_destroy(plan);
    assert_int_equal(problem_plan(&plan, &p, NULL, NULL), NT_OK);
    assert_int_equal(nt_config_runs(p.kernel, NT_F64, nt_plan_config(plan), NULL), NT_OK);
    assert_true(strlen(nt_plan_why(plan)) > 0 && !strchr(nt_plan_why(plan), '\n'));
    nt_plan_destroy(plan);
    free_fields();
}

/* Where the newest level lies; nothing is done for no steps or no cells; result may be level[0]. */
static void newest(void **state)
{
    (void)state;
    make_fields();
    operand empty;
    nt_plan *plan;
    test_problem p = {
        .kernel = find("mathop"), .level = {fields[A].grid}, .result = fields[B].grid, .steps = 0};
    assert_int_equal(problem_plan(&plan, &p, NULL, NULL), NT_OK);
    assert_int_equal(nt_plan_run(plan, 0), NT_OK);
    assert_ptr_equal(nt_plan_newest(plan), fields[A].grid);
    nt_plan_destroy(plan);
    for (int i = 0; i < N_FIELDS; i++)
        operand_check(&fields[i], false, "no steps");

    p.steps = 1;
    assert_int_equal(problem_plan(&plan, &p, NULL, NULL), NT_OK);
    assert_ptr_equal(nt_plan_newest(plan), fields[A].grid);
    assert_int_equal(nt_plan_run(plan, 1), NT_OK);
    assert_ptr_equal(nt_plan_newest(plan), fields[B].grid);
    nt_plan_destroy(plan);
    operand_check(&fields[A], false, "level[0] beside a result");

    p.result = fields[A].grid;
    assert_int_equal(problem_plan(&plan, &p, NULL, NULL), NT_OK);
    assert_int_equal(nt_plan_run(plan, 1), NT_OK);
    assert_ptr_equal(nt_plan_newest(plan), fields[A].grid);
    nt_plan_destroy(plan);

    operand_make(&empty, NT_F64, (int64_t[3]){0, 4, 3}, 0, &layouts[0], 0);
    operand_snapshot(&empty);
    p = (test_problem){.kernel = find("mathop"), .level = {empty.grid}, .steps = 1000000};
    assert_int_equal(problem_plan(&plan, &p, NULL, NULL), NT_OK);
    assert_int_equal(nt_plan_run(plan, 1000000), NT_OK);
    nt_plan_destroy(plan);
    operand_check(&empty, false, "no cells");
    operand_free(&empty);
    free_fields();
}

static void one_call(void **state)
{
    (void)state;
    nt_error why;
    operand twice, planned;
    operand_make(&twice, NT_F32, shape, 0, &layouts[2], 0);
    operand_make(&planned, NT_F32, shape, 0, &layouts[0], 0);
    nt_kernel_fill(find("mathop"), 0, 1, twice.grid);
    nt_kernel_fill(find("mathop"), 0, 1, planned.grid);
    operand_snapshot(&twice);
    assert_int_equal(nt_run("mathop", twice.grid, 1, &why), NT_OK);
    assert_int_equal(nt_run("mathop", twice.grid, 1, NULL), NT_OK);
    operand_check(&twice, true, "nt_run");
    const test_problem p = {.kernel = find("mathop"), .level = {planned.grid}, .steps = 2};
    nt_plan *plan;
    assert_int_equal(problem_plan(&plan, &p, NULL, &why), NT_OK);
    assert_int_equal(nt_plan_run(plan, 2), NT_OK);
    assert_same_bits(twice.grid, nt_plan_newest(plan), "nt_run() twice and two steps of a plan");
    nt_plan_destroy(plan);

    operand_snapshot(&twice);
    assert_refused(nt_run("sine", twice.grid, 1, &why), NT_EKERNEL, &why, "sine");
    assert_refused(nt_run("si\nne", twice.grid, 1, &why), NT_EKERNEL, &why, "ne");
    assert_refused(nt_run(NULL, twice.grid, 1, &why), NT_EKERNEL, &why, "NULL");
    assert_refused(nt_run("mathop", NULL, 1, &why), NT_EARG, &why, "grid 0 is NULL");
    assert_refused(nt_run("mathop", twice.grid, -1, &why), NT_EARG, &why, "-1");
    assert_refused(nt_run("read2update1", twice.grid, 1, &why), NT_EARG, &why, "read2update1");
    assert_int_equal(nt_run(NULL, NULL, -1, NULL), NT_EKERNEL);
    operand_check(&twice, false, "refused");
    operand_free(&twice);
    operand_free(&planned);
}

/* NESTUNE_VERBOSE=1 writes one line a plan to stderr; without it nothing is written. */
static void verbose(void **state)
{
    (void)state;
    make_fields();
    for (int on = 0; on < 2; on++) {
        int ends[2];
        char text[512];
        assert_int_equal(pipe(ends), 0);
        const int own = dup(2);
        fflush(stderr);
        dup2(ends[1], 2);
        if (on)
            environment_set("NESTUNE_VERBOSE", "1");
        const nt_status status = nt_run("mathop", fields[A].grid, 1 + on, NULL); /* with other steps it makes another plan */
        environment_set("NESTUNE_VERBOSE", NULL);
        fflush(stderr);
        dup2(own, 2);
        close(own);
        close(ends[1]);
        const ssize_t n = read(ends[0], text, sizeof text - 1);
        close(ends[0]);
        assert_int_equal(status, NT_OK);
        assert_true(n >= 0);
        text[n] = '\0';
        assert_true(on ? n > 0 && strchr(text, '\n') == text + n - 1 && strstr(text, "mathop") : n == 0);
    }
    free_fields();
}

int main(int argc, char **argv)
{
    (void)argc;
    tests_begin(argv);
    tests_add(registry, NULL, "registry");
    for (int i = 0; i < nt_kernel_count(); i++) {
        tests_add(kernel_data, nt_kernel_at(i), "%s:data", nt_kernel_at(i)->name);
        tests_add(kernel_cases, nt_kernel_at(i), "%s:cases", nt_kernel_at(i)->name);
        tests_add(kernel_functions, nt_kernel_at(i), "%s:functions", nt_kernel_at(i)->name);
        if (nt_kernel_at(i)->field)
            tests_add(fill, nt_kernel_at(i), "%s:fill", nt_kernel_at(i)->name);
    }
    tests_add(status_texts, NULL, "status-texts");
    tests_add(refuses_arguments, NULL, "refuses/arguments");
    tests_add(refuses_grids, NULL, "refuses/grids");
    tests_add(refuses_configs, NULL, "refuses/configs");
    tests_add(config_and_why, NULL, "config-and-why");
    tests_add(newest, NULL, "newest");
    tests_add(one_call, NULL, "nt_run");
    tests_add(verbose, NULL, "verbose");
    return tests_run("plan");
}
