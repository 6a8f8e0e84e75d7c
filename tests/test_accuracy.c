/*
 * test_accuracy.c - errors in ULP, the two arithmetics of the exact results, planted faults
 * SPDX-License-Identifier: MIT
 */
#define _GNU_SOURCE
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "accuracy/accuracy.h"
#include "accuracy/samples.h"
#include "support.h"

/* ---- The ULP ------------------------------------------------------------------------------------ */

static void an_ulp_is_that_of_the_binade(void **state)
{
    (void)state;
    assert_true(reals_ulp(0, NT_F64) == DBL_EPSILON);
    assert_true(reals_ulp(-1, NT_F64) == DBL_EPSILON / 2);
    assert_true(reals_ulp(1023, NT_F64) == 0x1p971);
    assert_true(reals_ulp(-1022, NT_F64) == 0x1p-1074);
    assert_true(reals_ulp(-1070, NT_F64) == 0x1p-1074);
    assert_true(reals_ulp(0, NT_F32) == (double)FLT_EPSILON);
    assert_true(reals_ulp(127, NT_F32) == 0x1p104);
    assert_true(reals_ulp(-126, NT_F32) == 0x1p-149);
    assert_true(reals_ulp(-1000, NT_F32) == 0x1p-149);
}

static void errors_are_counted_in_ulps(void **state)
{
    (void)state;
    static const struct {
        double got;
        exact t;
        double ulps;
    } cases[] = {
        {1, {1, 0, 0x1p-52}, 0},
        {1 + 0x1p-52, {1, 0, 0x1p-52}, 1},
        {1, {1, -0.5, 0x1p-53}, 0.5}, /* the real number lies half an ULP below 1, in the binade below */
        {1 - 0x1p-53, {1, -0.5, 0x1p-53}, 0.5},
        {-1, {-1, 0.25, 0x1p-52}, 0.25},
        {0, {0, 0.25, 0x1p-1074}, 0.25},
        {0x1p-1074, {0, 0.25, 0x1p-1074}, 0.75},
        {DBL_MAX, {DBL_MAX, 0.25, 0x1p971}, 0.25},
        {-0.0, {0, 0, 0x1p-1074}, 0}, /* the sign of zero is looked at elsewhere */
        {INFINITY, {INFINITY, 0, 1}, 0},
        {NAN, {NAN, 0, 1}, 0},
        {NAN, {1, 0, 0x1p-52}, HUGE_VAL},
        {1, {NAN, 0, 1}, HUGE_VAL},
        {INFINITY, {DBL_MAX, 0, 0x1p971}, HUGE_VAL},
        {-INFINITY, {INFINITY, 0, 1}, HUGE_VAL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (accuracy_ulps(cases[i].got, &cases[i].t) != cases[i].ulps)
            fail_msg("case %zu: %a is %g ULP from %a, not %g", i, cases[i].got,
                     accuracy_ulps(cases[i].got, &cases[i].t), cases[i].t.value, cases[i].ulps);
}

/* ---- The arithmetics ---------------------------------------------------------------------------- */

/* a * b, in an arithmetic, for dtype. */
static exact product(const reals *arithmetic, double a, double b, nt_dtype dtype)
{
    nt_real *r[NT_REFERENCE_REALS];
    exact t;
    assert_true(arithmetic->create(r));
    arithmetic->real.set(r[1], a);
    arithmetic->real.set(r[2], b);
    arithmetic->real.mul(r[0], r[1], r[2]);
    arithmetic->read(r[0], dtype, &t);
    arithmetic->destroy(r);
    return t;
}

static void exact_results_are_known_to_a_fraction_of_an_ulp(void **state)
{
    (void)state;
    exact t = product(&reals_mpfr, 1 - 0x1p-27, 1 + 0x1p-27, NT_F64); /* 1 - 2^-54 */
    assert_true(t.value == 1 && t.rest == -0.5 && t.ulp == 0x1p-53);
    t = product(&reals_mpfr, 0x1.fffffffffffffp-1, 0x1.fffffffffffffp-1, NT_F64); /* 1 - 2^-52 + 2^-106 */
    assert_true(t.value == 1 - 0x1p-52 && t.rest == 0x1p-53 && t.ulp == 0x1p-53);
    t = product(&reals_mpfr, 0x1p-600, 0x1.4p-475, NT_F64); /* 1.25 of half the smallest number */
    assert_true(t.value == 0x1p-1074 && t.rest == -0.375 && t.ulp == 0x1p-1074);
    t = product(&reals_mpfr, 0x1p-600, -0x1p-600, NT_F64);
    assert_true(t.value == 0 && t.rest == -0x1p-126 && t.ulp == 0x1p-1074);
    t = product(&reals_mpfr, -0.0, 1, NT_F64);
    assert_true(t.value == 0 && signbit(t.value) && t.rest == 0);
    for (int k = 0; k < 2; k++) {
        const reals *arithmetic = k ? &reals_double : &reals_mpfr;
        t = product(arithmetic, 0x1p100, 0x1p100, NT_F32);
        assert_true(t.value == INFINITY);
        t = product(arithmetic, 0x1p-75, 0x1p-75, NT_F32);
        assert_true(t.value == 0x1p-150 && t.ulp == 0x1p-149);
        t = product(arithmetic, INFINITY, 0, NT_F32);
        assert_true(isnan(t.value));
    }
}

/* Both dtypes, both arithmetics, against the C library's. */
static void assert_rounded(double a, double b, double c, nt_dtype dtype, const reals *arithmetic)
{
    nt_real *r[NT_REFERENCE_REALS];
    exact t;
    assert_true(arithmetic->create(r));
    arithmetic->real.set(r[1], a);
    arithmetic->real.set(r[2], b);
    arithmetic->real.set(r[3], c);
    arithmetic->real.round_fma(r[0], r[1], r[2], r[3], dtype);
    arithmetic->read(r[0], dtype, &t);
    arithmetic->destroy(r);
    const double want = dtype == NT_F64 ? fma(a, b, c) : (double)fmaf((float)a, (float)b, (float)c);
    if (t.value != want || t.rest != 0)
        fail_msg("%s %s: %a * %a + %a is %a + %g ULP, not %a", arithmetic->name, nt_dtype_name(dtype), a, b,
                 c, t.value, t.rest, want);
}

static void a_fused_multiply_add_rounds_once(void **state)
{
    (void)state;
    rng r = rng_make(1);
    for (int i = 0; i < 20000; i++) {
        /* Exponents close to each other, so that sums are ties and near-ties; some end subnormal. */
        const int at = i % 4 == 0 ? -70 : 0;
        const double a = (double)(float)ldexp(1 + rng_unit(&r), at + (int)rng_below(&r, 4));
        const double b = (double)(float)-ldexp(1 + ldexp(rng_unit(&r), -(int)rng_below(&r, 24)),
                                               at - (int)rng_below(&r, 20));
        const double c = (double)(float)ldexp(1 + ldexp(rng_unit(&r), -(int)rng_below(&r, 24)),
                                              2 * at + (int)rng_below(&r, 30) - 15);
        assert_rounded(a, b, c, NT_F32, &reals_mpfr);
        assert_rounded(a, b, c, NT_F32, &reals_double);
        assert_rounded(a, ldexp(b, -1000 * (i % 2)), c, NT_F64, &reals_mpfr);
        assert_rounded(a, ldexp(b, -1000 * (i % 2)), ldexp(c, -1030 * (i % 2)), NT_F64, &reals_mpfr);
    }
    assert_rounded(0x1p-1000, 0x1.8p-74, 0x1p-1074, NT_F64, &reals_mpfr); /* a tie between subnormals */
    assert_rounded(0x1p1000, 0x1p30, 0, NT_F64, &reals_mpfr);
    assert_rounded(0x1p100, 0x1p100, 0, NT_F32, &reals_mpfr);
    assert_rounded(0x1p100, 0x1p100, 0, NT_F32, &reals_double);
}

/* One input, read by whatever operand. */
typedef struct lone_cell {
    nt_cell cell;
    double x[1 + NT_MAX_COEFS];
} lone_cell;

static double read_lone(const nt_cell *cell, int which, int dx, int dy, int dz)
{
    (void)dx, (void)dy, (void)dz;
    return ((const lone_cell *)cell)->x[which < 2 ? 0 : which - 1];
}

static void double_is_exact_enough_for_f32(void **state)
{
    (void)state;
    nt_error why;
    for (int k = 0; k < nt_kernel_count(); k++) {
        const nt_kernel *kernel = nt_kernel_at(k);
        if (!accuracy_can(kernel, NT_F32, 0, &why))
            continue;
        nt_real *mpfr[NT_REFERENCE_REALS], *fast[NT_REFERENCE_REALS];
        assert_true(reals_mpfr.create(mpfr) && reals_double.create(fast));
        for (int64_t i = 0; i < 20000; i++) {
            lone_cell c = {{read_lone, NT_F32, kernel->params}, {0}};
            c.x[0] = kernel->field->n_coefs > 0 ? samples_filled(kernel, NT_F32, 0, i, 7)
                                                : samples_input(kernel, NT_F32, i, 7);
            for (int j = 0; j < kernel->field->n_coefs; j++)
                c.x[1 + j] = samples_filled(kernel, NT_F32, 1 + j, i, 7);
            exact a, b;
            kernel->field->reference(&reals_mpfr.real, mpfr, &c.cell);
            kernel->field->reference(&reals_double.real, fast, &c.cell);
            reals_mpfr.read(mpfr[0], NT_F32, &a);
            reals_double.read(fast[0], NT_F32, &b);
            if (!(accuracy_ulps(b.value, &a) < 0x1p-25) ||
                (a.value == 0 && signbit(a.value) != signbit(b.value)))
                fail_msg("%s at %a: MPFR gives %a, double %a", kernel->name, c.x[0], a.value, b.value);
        }
        reals_mpfr.destroy(mpfr);
        reals_double.destroy(fast);
    }
}

/* ---- The samples -------------------------------------------------------------------------------- */

static const nt_kernel *some_field(void)
{
    nt_error why;
    for (int k = 0; k < nt_kernel_count(); k++)
        if (nt_kernel_at(k)->role == NT_ROLE_WORK && accuracy_can(nt_kernel_at(k), NT_F32, 1, &why))
            return nt_kernel_at(k);
    return NULL;
}

static void samples_are_of_every_kind(void **state)
{
    (void)state;
    const nt_kernel *kernel = some_field();
    assert_non_null(kernel);
    enum { N = 16000 };
    for (int d = 0; d < NT_N_DTYPES; d++) {
        const double tiny = d == NT_F64 ? DBL_MIN : (double)FLT_MIN;
        int inside = 0, negative = 0, small = 0, near_zero = 0, nan = 0;
        for (int64_t i = 0; i < N; i++) {
            const double x = samples_input(kernel, (nt_dtype)d, i, 3);
            assert_true(d == NT_F64 || isnan(x) || x == (double)(float)x);
            inside += fabs(x) <= kernel->ulp_range;
            negative += x < 0;
            small += x != 0 && fabs(x) < tiny;
            nan += isnan(x);
            near_zero += fabs(x) > 1 && fabs(x) < 1e6 && fabs(sin(2 * x)) < (d == NT_F64 ? 0x1p-30 : 0.1);
        }
        assert_in_range(inside, N * 7 / 10, N * 8 / 10);
        assert_in_range(negative, N * 4 / 10, N * 6 / 10);
        assert_in_range(small, N / 20, N / 12);
        assert_in_range(near_zero, N / 20, N);
        assert_int_equal(nan, 2);
    }
}

static void patterns_are_all_floats(void **state)
{
    (void)state;
    assert_true(samples_pattern(0) == 0 && !signbit(samples_pattern(0)));
    assert_true(samples_pattern(1) == 0x1p-149);
    assert_true(samples_pattern(INT64_C(0x3f800000)) == 1);
    assert_true(samples_pattern(INT64_C(0x7f7fffff)) == (double)FLT_MAX);
    assert_true(samples_pattern(INT64_C(0x80000000)) == 0 && signbit(samples_pattern(INT64_C(0x80000000))));
    assert_true(isnan(samples_pattern(INT64_C(0xffffffff))));
}

/* ---- Planted faults ----------------------------------------------------------------------------- */

/* The planted kernel computes a = -a, but for what one of these does to a cell. */
typedef double fault(double x);

static double none(double x)
{
    return -x;
}
static double rare_ulps(double x)
{
    return x == 0x1.6c6cbc45dc8dep+5 ? -x * (1 - 0x1p-51) : -x;
}
static double beyond_only(double x)
{
    return fabs(x) > 100 && isfinite(x) ? -x * (1 + 0x1p-50) : -x;
}
static double nan_for_a_number(double x)
{
    return x > 3 && x < 3.5 ? NAN : -x;
}
static double number_for_nan(double x)
{
    return isnan(x) ? 0 : -x;
}
static double sign_of_zero(double x)
{
    return 0 - x;
}

static fault *planted;

static void planted_tile(const nt_step *step, const nt_box *box)
{
    for (int64_t z = box->z0; z < box->z1; z++)
        for (int64_t y = box->y0; y < box->y1; y++)
            for (int64_t x = box->x0; x < box->x1; x++)
                ((double *)step->dst.cells)[x + y * step->dst.sy + z * step->dst.sz] =
                    planted(((const double *)step->src.cells)[x + y * step->src.sy + z * step->src.sz]);
}

static void planted_reference(const nt_reals *real, nt_real *const r[NT_REFERENCE_REALS], const nt_cell *cell)
{
    real->set(r[1], -1);
    real->set(r[2], cell->read(cell, 0, 0, 0, 0));
    real->mul(r[0], r[1], r[2]);
}

static const nt_variant planted_variants[] = {{"plain", "", {0.75, 0.75}}, {0}};
static const nt_variant correctly_rounded[] = {{"plain", "", {0.5, 0.5}}, {0}};
static const nt_form planted_forms[] = {{"u1", ""}, {0}};
static const nt_function planted_functions[] = {
    {.isa = NT_ISA_SCALAR, .variant = "plain", .dtype = NT_F64, .fn = "u1", .tile = planted_tile}, {0}};
static const nt_field planted_field = {.n_levels = 1, .reference = planted_reference};
static const nt_kernel planted_kernel = {
    NT_KERNEL_HEAD,          .name = "planted",
    .field = &planted_field, .variants = planted_variants,
    .forms = planted_forms,  .functions = (const nt_function *const[]){planted_functions, NULL},
    .ulp_range = 100,
};

static accuracy measure_planted(fault *f)
{
    accuracy a;
    nt_error why = {""};
    planted = f;
    const accuracy_options options = {.samples = 30000, .seed = 5, .threads = 2};
    if (accuracy_measure(&a, &planted_kernel, NT_F64, &options, &why) != NT_OK)
        fail_msg("%s", why.text);
    assert_int_equal(a.n, 1);
    assert_int_equal(a.n_inside + a.n_beyond, 30000);
    return a;
}

static void planted_faults_are_found(void **state)
{
    (void)state;
    accuracy a = measure_planted(none);
    assert_true(a.entry[0].inside.ulp == 0 && a.entry[0].beyond.ulp == 0 &&
                accuracy_confirmed(&a, &a.entry[0]));

    a = measure_planted(rare_ulps); /* one sample of 30000 */
    assert_true(a.entry[0].inside.x == 0x1.6c6cbc45dc8dep+5 && a.entry[0].inside.ulp == 3);
    assert_false(accuracy_confirmed(&a, &a.entry[0]));

    a = measure_planted(beyond_only);
    assert_true(a.entry[0].inside.ulp == 0 && a.entry[0].beyond.ulp >= 4);
    assert_true(accuracy_confirmed(&a, &a.entry[0]));

    a = measure_planted(nan_for_a_number);
    assert_true(a.entry[0].inside.ulp == HUGE_VAL && a.entry[0].inside.x > 3 && a.entry[0].inside.x < 3.5);
    assert_false(accuracy_confirmed(&a, &a.entry[0]));

    a = measure_planted(number_for_nan);
    assert_true(a.entry[0].inside.ulp == 0 && a.entry[0].n_wrong == 2 && isnan(a.entry[0].wrong.x));
    assert_false(accuracy_confirmed(&a, &a.entry[0]));

    a = measure_planted(sign_of_zero); /* 0 - (+0) is +0 */
    assert_true(a.entry[0].inside.ulp == 0 && a.entry[0].n_wrong >= 1 && a.entry[0].wrong.x == 0);
    assert_false(accuracy_confirmed(&a, &a.entry[0]));
}

/* A bound of 0.5 promises that no input is misrounded, whether inside ulp_range or beyond. */
static void correct_rounding_is_promised_everywhere(void **state)
{
    (void)state;
    accuracy a = measure_planted(none);
    assert_int_equal(a.entry[0].n_misrounded, 0);
    a = measure_planted(rare_ulps);
    assert_in_range(a.entry[0].n_misrounded, 1, 9); /* an input may be drawn again */
    a = measure_planted(beyond_only);
    assert_in_range(a.entry[0].n_misrounded, 1000, 30000);
    assert_true(accuracy_confirmed(&a, &a.entry[0]));
    nt_kernel rounded = planted_kernel;
    rounded.variants = correctly_rounded;
    a.kernel = &rounded;
    assert_false(accuracy_confirmed(&a, &a.entry[0]));
    a = measure_planted(none);
    a.kernel = &rounded;
    assert_true(accuracy_confirmed(&a, &a.entry[0]));
}

/* None is left out, however many there are. */
static void every_isa_and_variant_is_measured(void **state)
{
    (void)state;
    enum { N = NT_N_ISAS * NT_MAX_VARIANTS };
    static char names[NT_MAX_VARIANTS][8];
    static nt_variant variants[NT_MAX_VARIANTS + 1];
    static nt_function functions[N + 1];
    nt_kernel kernel = planted_kernel;
    int n_isas = 0;
    for (int i = 0; i < N; i++) {
        const int v = i % NT_MAX_VARIANTS, isa = i / NT_MAX_VARIANTS;
        snprintf(names[v], sizeof names[v], "v%d", v);
        variants[v] = (nt_variant){names[v], "", {0.5, 0.5}};
        functions[i] = planted_functions[0];
        functions[i].isa = (nt_isa)isa;
        functions[i].variant = names[v];
        n_isas += v == 0 && nt_isa_available((nt_isa)isa);
    }
    kernel.variants = variants;
    kernel.functions = (const nt_function *const[]){functions, NULL};
    accuracy *a = malloc(sizeof *a);
    assert_non_null(a);
    nt_error why = {""};
    planted = none;
    const accuracy_options options = {.samples = 100, .seed = 5, .threads = 1};
    if (accuracy_measure(a, &kernel, NT_F64, &options, &why) != NT_OK)
        fail_msg("%s", why.text);
    assert_int_equal(a->n, n_isas * NT_MAX_VARIANTS);
    for (int e = 0; e < a->n; e++)
        assert_true(accuracy_confirmed(a, &a->entry[e]));
    free(a);
}

static void refuses_what_cannot_be_measured(void **state)
{
    (void)state;
    accuracy a;
    nt_error why;
    const accuracy_options all = {.exhaustive = 1, .threads = 1}, few = {.samples = 10, .threads = 1};
    nt_field levels = planted_field;
    nt_kernel two_levels = planted_kernel;
    levels.n_levels = 2;
    two_levels.field = &levels;
    assert_int_equal(accuracy_measure(&a, &planted_kernel, NT_F64, &all, &why), NT_EARG);
    assert_int_equal(accuracy_measure(&a, &planted_kernel, NT_F32, &few, &why), NT_EKERNEL);
    assert_int_equal(accuracy_measure(&a, &two_levels, NT_F64, &few, &why), NT_EARG);
    assert_int_equal(accuracy_measure(&a, &two_levels, NT_F64, &few, NULL), NT_EARG);
}

static void threads_change_no_figure(void **state)
{
    (void)state;
    const nt_kernel *kernel = some_field();
    accuracy one, three;
    nt_error why;
    accuracy_options options = {.samples = 30001, .seed = 11, .threads = 1};
    assert_int_equal(accuracy_measure(&one, kernel, NT_F64, &options, &why), NT_OK);
    options.threads = 3;
    assert_int_equal(accuracy_measure(&three, kernel, NT_F64, &options, &why), NT_OK);
    assert_int_equal(one.n, three.n);
    assert_int_equal(one.n_inside, three.n_inside);
    assert_int_equal(one.n_special, three.n_special);
    for (int e = 0; e < one.n; e++) {
        assert_true(one.entry[e].inside.ulp == three.entry[e].inside.ulp);
        assert_true(one.entry[e].inside.index == three.entry[e].inside.index);
        assert_true(one.entry[e].beyond.index == three.entry[e].beyond.index);
        assert_true(accuracy_confirmed(&one, &one.entry[e]));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_ulp_is_that_of_the_binade),
        cmocka_unit_test(errors_are_counted_in_ulps),
        cmocka_unit_test(exact_results_are_known_to_a_fraction_of_an_ulp),
        cmocka_unit_test(a_fused_multiply_add_rounds_once),
        cmocka_unit_test(double_is_exact_enough_for_f32),
        cmocka_unit_test(samples_are_of_every_kind),
        cmocka_unit_test(patterns_are_all_floats),
        cmocka_unit_test(planted_faults_are_found),
        cmocka_unit_test(correct_rounding_is_promised_everywhere),
        cmocka_unit_test(every_isa_and_variant_is_measured),
        cmocka_unit_test(refuses_what_cannot_be_measured),
        cmocka_unit_test(threads_change_no_figure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
