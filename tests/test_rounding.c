/*
 * test_rounding.c - what exact results round to, all f32 inputs in parts, and the variant `exact` of mathop
 * SPDX-License-Identifier: MIT
 */
#define _GNU_SOURCE
#include <math.h>
#include <string.h>

#include "accuracy/accuracy.h"
#include "accuracy/rounding.h"
#include "program.h"
#include "support.h"

/* ---- Rounding ------------------------------------------------------------------------------------- */

static void results_round_to_the_nearest_number(void **state)
{
    (void)state;
    static const struct {
        exact e;
        double f32;
        bool is_close; /* were the rest unknown */
    } cases[] = {
        {{1, 0.3, 0x1p-23}, 1, false},
        {{1 + 0x1p-24, 0, 0x1p-23}, 1, true}, /* a tie: to even */
        {{1 + 0x3p-24, 0, 0x1p-23}, 1 + 0x1p-22, true},
        {{1 + 0x1p-24, 0x1p-40, 0x1p-23}, 1 + 0x1p-23, true},
        {{1 + 0x3p-24, -0x1p-40, 0x1p-23}, 1 + 0x1p-23, true},
        {{-1 - 0x1p-24, -0x1p-40, 0x1p-23}, -1 - 0x1p-23, true},
        {{-1 - 0x3p-24, 0x1p-40, 0x1p-23}, -1 - 0x1p-23, true},
        {{1 + 0x1p-24 + 0x1p-45, 0, 0x1p-23}, 1 + 0x1p-23, true},
        {{1 + 0x1p-24 + 0x1p-43, 0, 0x1p-23}, 1 + 0x1p-23, false},
        {{1 + 0x1p-24 - 0x1p-43, 0, 0x1p-23}, 1, false},
        {{0x1p-150, 0x1p-40, 0x1p-149}, 0x1p-149, true},
        {{0x1p-150, -0x1p-40, 0x1p-149}, 0, true},
        {{0x1.fffffep127, 0, 0x1p104}, 0x1.fffffep127, false},
        {{INFINITY, 0, 1}, INFINITY, false},
        {{0, 0, 0x1p-149}, 0, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (rounding_nearest(&cases[i].e, NT_F32) != cases[i].f32)
            fail_msg("case %zu gives %a, not %a", i, rounding_nearest(&cases[i].e, NT_F32), cases[i].f32);
        assert_true(rounding_nearest(&cases[i].e, NT_F64) == cases[i].e.value);
        assert_int_equal(rounding_is_close(&cases[i].e), cases[i].is_close);
    }
    const exact none = {NAN, 0, 1};
    assert_true(isnan(rounding_nearest(&none, NT_F32)) && !rounding_is_close(&none));
}

/* ---- All inputs ------------------------------------------------------------------------------------ */

/* The last of all f32 inputs, from a number on; a stop leaves the first ones measured. */
static void an_exhaustive_run_can_be_continued(void **state)
{
    (void)state;
    enum { LAST = 40000 };
    const nt_kernel *kernel = nt_kernel_find("mathop");
    accuracy a;
    nt_error why;
    accuracy_options options = {
        .exhaustive = true, .from = ACCURACY_ALL - LAST, .variant = "fused", .threads = 2};
    assert_int_equal(accuracy_measure(&a, kernel, NT_F32, &options, &why), NT_OK);
    assert_int_equal(a.n_done, LAST);
    assert_int_equal(a.n_special, LAST); /* NaNs */
    options.from = 0x40000000 - LAST;    /* below 2 */
    volatile _Atomic sig_atomic_t stop = 1;
    options.stop = &stop;
    assert_int_equal(accuracy_measure(&a, kernel, NT_F32, &options, &why), NT_OK);
    assert_int_equal(a.n_done, 0);
    options.variant = "none";
    assert_int_equal(accuracy_measure(&a, kernel, NT_F32, &options, &why), NT_EKERNEL);
    assert_non_null(strstr(why.text, "none"));
}

/* Ctrl-C says how far it came, and how to go on; what was measured is printed. */
static void ctrl_c_says_how_far_it_came(void **state)
{
    (void)state;
    if (!program_runs(NT_AUTOTUNE))
        skip();
    const char *const argv[] = {NT_AUTOTUNE, "verify", "mathop", "--exhaustive", "--json", NULL};
    program p = program_start(argv, NULL);
    const double limit_s = program_now_s() + 100;
    while (!strchr(p.text[1], '\n') && program_now_s() < limit_s)
        program_listen(&p, program_now_s() + 0.1);
    sleep_s(0.3);
    assert_int_equal(kill(p.pid, SIGINT), 0);
    program_end(&p, 100);
    assert_int_equal(p.code, 130);
    assert_non_null(strstr(p.text[1], " of 4294967296 inputs: --from "));
    assert_non_null(strstr(p.text[0], "\"misrounded\""));
    program_free(&p);
}

/* ---- The variant `exact` --------------------------------------------------------------------------- */

/* The inputs whose results lie nearest to the middle between two floats, of all: within 3 ULP of f64.  Among them are those
 * that rounding the f64 result of `fused` would get wrong.  Zeros, limits, infinity and NaN follow. */
static const float hard[] = {
    0x1.023f66p-8f,   0x1.3fa488p-7f,
    0x1.22569ep+5f,   0x1.7fbbbp+14f,
    0x1.98286cp+18f,  0x1.4c00fep+25f,
    0x1.ad88eap+35f,  0x1.1babbp+55f,
    0x1.547f9p+66f,   0x1.9d7b8ap+73f,
    0x1.c31e86p+89f,  0x1.4657a8p+92f,
    0x1.77c81ep+94f,  0x1.6dcb2ap+103f,
    0x1.ec507ap+104f, 0x1.a0c29p+111f,
    0x1.4c3514p+112f, 0x1.f62f02p+114f,
    0x1.53a83p+115f,  0x1.b9ea34p+123f,
    0x1.af6f4p+126f,  0,
    0x1p-149f,        0x1.fffffcp-127f,
    0x1p-126f,        0x1.fffffep127f,
    0x1.f37c8ap+95f, /* the float nearest to a multiple of pi/2 */
    INFINITY,         NAN,
};
enum { N_HARD = sizeof hard / sizeof *hard };

static double read_hard(const nt_cell *cell, int which, int dx, int dy, int dz)
{
    (void)which, (void)dx, (void)dy, (void)dz;
    return *(const double *)cell->params;
}

/* sin(cos(x) sin(x)) of real numbers, rounded once. */
static float correct(const nt_kernel *kernel, float x)
{
    const double input = (double)x;
    const nt_cell cell = {read_hard, NT_F32, &input};
    nt_real *r[NT_REFERENCE_REALS];
    exact e;
    assert_true(reals_mpfr.create(r));
    kernel->field->reference(&reals_mpfr.real, r, &cell);
    reals_mpfr.read(r[0], NT_F32, &e);
    reals_mpfr.destroy(r);
    return (float)rounding_nearest(&e, NT_F32);
}

static void hard_inputs_are_rounded_correctly(void **state)
{
    (void)state;
    const nt_kernel *kernel = nt_kernel_find("mathop");
    const nt_function *f;
    for (int i = 0; (f = nt_kernel_function_at(kernel, i)); i++) {
        if (strcmp(f->variant, "exact") != 0 || !nt_isa_available(f->isa))
            continue;
        float cell[2 * N_HARD], before[2 * N_HARD];
        char config[NT_CONFIG_TEXT];
        nt_error why;
        nt_grid *grid;
        for (int k = 0; k < 2 * N_HARD; k++)
            cell[k] = before[k] = k % 2 ? -hard[k / 2] : hard[k / 2];
        snprintf(config, sizeof config, "isa=%s,variant=exact,fn=%s,parallel=serial", nt_isa_name(f->isa),
                 f->fn);
        const nt_plan_options options = {.bytes = sizeof options, .config = config, .steps = 1};
        const int64_t n[3] = {2 * N_HARD, 1, 1}, stride[3] = {1, 2 * N_HARD, 2 * N_HARD};
        nt_plan *plan;
        assert_int_equal(nt_grid_wrap(&grid, NT_F32, n, stride, 0, cell, &why), NT_OK);
        if (nt_plan_create(&plan, kernel, &grid, 1, &options, &why) != NT_OK)
            fail_msg("%s", why.text);
        nt_plan_run(plan, 1);
        for (int k = 0; k < 2 * N_HARD; k++) {
            const float want = correct(kernel, before[k]);
            if (isnan(want) ? !isnan(cell[k]) : cell[k] != want || signbit(cell[k]) != signbit(want))
                fail_msg("%s: %a gives %a, not %a", config, (double)before[k], (double)cell[k], (double)want);
        }
        nt_plan_destroy(plan);
        nt_grid_destroy(grid);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(results_round_to_the_nearest_number),
        cmocka_unit_test(an_exhaustive_run_can_be_continued),
        cmocka_unit_test(ctrl_c_says_how_far_it_came),
        cmocka_unit_test(hard_inputs_are_rounded_correctly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
