/*
 * test_kernels.c - every kernel of the registry, every isa of this CPU, every prebuilt tile function
 * SPDX-License-Identifier: MIT
 *
 * A new kernel needs no line here.  What the schedules promise is in test_schedules.c.
 */
#include "support.h"

#include <float.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "truth.h"

/* max_ulp may be rounded to few digits where verify measured it. */
static const double slack_ulp = 0x1p-9;

static double max_ulp_of(const subject *s)
{
    return s->kernel->variants[s->variant].max_ulp[s->tile->dtype];
}

static void check_within(const subject *s, double input, double got, const truth *t, double max_ulp)
{
    const double off = ulps_off(got, t, s->tile->dtype);
    if (!(off <= max_ulp + (max_ulp > 0 ? slack_ulp : 0)))
        fail_msg("%s: %a gives %a, %.3f ULP from %a; allowed are %g", s->name, input, got, off, t->high,
                 max_ulp);
}

static void check_cell(const subject *s, double input, double got, const truth *t)
{
    check_within(s, input, got, t, max_ulp_of(s));
}

/* ---- Awkward shapes ------------------------------------------------------------------------- */

/* Around 1, 2, 4, 8, 16 lanes and groups of them; primes; empty axes. */
static const int64_t shapes[][3] = {
    {1, 1, 1},   {2, 1, 1},   {3, 1, 1},   {4, 1, 1},  {5, 1, 1},  {7, 1, 1},   {8, 1, 1},   {9, 1, 1},
    {11, 1, 1},  {15, 1, 1},  {16, 1, 1},  {17, 1, 1}, {31, 1, 1}, {32, 1, 1},  {33, 1, 1},  {47, 1, 1},
    {63, 1, 1},  {64, 1, 1},  {65, 1, 1},  {67, 1, 1}, {97, 1, 1}, {127, 1, 1}, {128, 1, 1}, {129, 1, 1},
    {191, 1, 1}, {193, 1, 1}, {211, 1, 1}, {0, 0, 0},  {0, 3, 2},  {3, 0, 2},   {3, 2, 0},   {1, 7, 1},
    {1, 1, 7},   {1, 5, 3},   {7, 5, 3},   {8, 4, 2},  {17, 3, 2}, {33, 2, 3},  {67, 3, 2},  {13, 11, 5},
};
enum { N_SHAPES = sizeof shapes / sizeof *shapes, MOST_KERNELS = 64 };

/* The truth of every cell of a shape, which all tile functions of a kernel and dtype share. */
static const truth *truths(const scene *s, int shape)
{
    static truth *kept[MOST_KERNELS][NT_N_DTYPES][N_SHAPES];
    int k = 0;
    while (nt_kernel_at(k) != s->kernel)
        k++;
    assert_in_range(k, 0, MOST_KERNELS - 1);
    truth **all = &kept[k][s->dtype][shape];
    if (*all)
        return *all;
    const int64_t *n = shapes[shape];
    *all = calloc((size_t)(n[0] * n[1] * n[2]) + 1, sizeof **all);
    assert_non_null(*all);
    for (int64_t i = 0; i < n[0] * n[1] * n[2]; i++)
        (*all)[i] = scene_truth(s, i % n[0], i / n[0] % n[1], i / n[0] / n[1]);
    return *all;
}

/* Results within max_ulp, the same bits in every layout, nothing else read or written. */
static void awkward_shapes(void **state)
{
    const subject *s = *state;
    const nt_config config = subject_config(s);
    const int radius = nt_kernel_radius(s->kernel, NULL);
    for (int k = 0; k < N_SHAPES; k++) {
        const int64_t *n = shapes[k];
        scene first;
        scene_make(&first, s->kernel, s->tile->dtype, n, &layouts[0], true);
        const truth *t = truths(&first, k);
        const nt_grid *expected = scene_run(&first, &config, 1, s->name);
        for (int64_t i = 0; i < n[0] * n[1] * n[2]; i++) {
            const int64_t x = i % n[0], y = i / n[0] % n[1], z = i / n[0] / n[1];
            check_cell(s, cell_get(&first.level[0].grid, x, y, z), cell_get(expected, x, y, z), &t[i]);
        }
        for (int l = 0; l < n_layouts; l++)
            for (int separate = 0; separate < 2; separate++) {
                scene other;
                if (!layout_suits(&layouts[l], radius) || (separate && s->kernel->n_levels != 1))
                    continue;
                scene_make(&other, s->kernel, s->tile->dtype, n, &layouts[l], separate);
                char what[128];
                snprintf(what, sizeof what, "%s %s%s", s->name, layouts[l].name, separate ? " separate" : "");
                assert_same_bits(scene_run(&other, &config, 1, what), expected, what);
                scene_free(&other);
            }
        scene_free(&first);
    }
}

/* ---- Lanes, addresses and boxes --------------------------------------------------------------- */

static const nt_grid *written(const scene *s)
{
    return s->kernel->n_levels == 2 ? &s->level[1].grid : s->separate ? &s->result.grid : &s->level[0].grid;
}

static void apply(const subject *s, scene *on, nt_box box)
{
    const nt_step step = scene_step(on);
    s->tile->fn(&step, &box);
}

static double poison(rng *r, nt_dtype dtype)
{
    static const double list[] = {NAN,  -NAN, INFINITY, -INFINITY, DBL_MAX,  FLT_MAX, 1e300, 1e30,
                                  1e22, 7e4,  -3e12,    0x1p-1074, 0x1p-149, -0.0,    1e6,   123456789.0};
    const double value = list[rng_below(r, sizeof list / sizeof *list)];
    return dtype == NT_F32 && fabs(value) > FLT_MAX && value < INFINITY && value > -INFINITY ? FLT_MAX
                                                                                             : value;
}

/* What other lanes hold changes no bit: cells at random are poisoned in every operand. */
static void neighbour_lanes(void **state)
{
    enum { N = 211, TRIALS = 24 };
    const subject *s = *state;
    const int64_t n[3] = {N, 1, 1}, radius = nt_kernel_radius(s->kernel, NULL);
    const nt_box all = {0, N, 0, 1, 0, 1};
    rng r = rng_make(1);
    uint64_t expected[N];
    scene on;
    scene_make(&on, s->kernel, s->tile->dtype, n, &layouts[0], true);
    apply(s, &on, all);
    for (int i = 0; i < N; i++)
        expected[i] = cell_bits(written(&on), i, 0, 0);
    for (int trial = 0; trial < TRIALS; trial++) {
        bool poisoned[N] = {false};
        const double density = trial % 3 == 0 ? 0.02 : trial % 3 == 1 ? 0.5 : 0.95;
        scene_fill(&on);
        for (int i = 0; i < N; i++) {
            poisoned[i] = rng_unit(&r) < density;
            for (int k = 0; poisoned[i] && k < s->kernel->n_levels; k++)
                cell_set(&on.level[k].grid, i, 0, 0, poison(&r, on.dtype));
            for (int k = 0; poisoned[i] && k < s->kernel->n_coefs; k++)
                cell_set(&on.coef[k].grid, i, 0, 0, poison(&r, on.dtype));
        }
        apply(s, &on, all);
        for (int64_t i = 0; i < N; i++) {
            bool clean = true;
            for (int64_t j = i - radius; j <= i + radius; j++)
                clean &= j < 0 || j >= N || !poisoned[j];
            if (clean && cell_bits(written(&on), i, 0, 0) != expected[i])
                fail_msg("%s: cell %lld of trial %d depends on other lanes", s->name, (long long)i, trial);
        }
    }
    scene_free(&on);
}

/* Any alignment of each operand gives the same bits, in place and not. */
static void addresses(void **state)
{
    enum { N = 67 };
    const subject *s = *state;
    const int64_t n[3] = {N, 1, 1};
    scene first;
    scene_make(&first, s->kernel, s->tile->dtype, n, &layouts[0], false);
    apply(s, &first, (nt_box){0, N, 0, 1, 0, 1});
    for (int lead = 0; lead < 17; lead++)
        for (int skew = 0; skew < 4; skew++)
            for (int separate = 0; separate < 2; separate++) {
                const layout l = {.name = "lead", .sx = 1, .low = skew & 1, .lead = lead, .skew = skew};
                scene on;
                scene_make(&on, s->kernel, s->tile->dtype, n, &l, separate);
                apply(s, &on, (nt_box){0, N, 0, 1, 0, 1});
                assert_same_bits(written(&on), written(&first), s->name);
                scene_free(&on);
            }
    scene_free(&first);
}

/* A box changes its own cells alone, and gives each the value that any other box gives it. */
static void boxes(void **state)
{
    enum { NX = 75, NY = 5, NZ = 4, TRIALS = 40 };
    const subject *s = *state;
    const int64_t n[3] = {NX, NY, NZ};
    rng r = rng_make(2);
    scene whole, part, input;
    scene_make(&input, s->kernel, s->tile->dtype, n, &layouts[0], false);
    scene_make(&whole, s->kernel, s->tile->dtype, n, &layouts[0], false);
    apply(s, &whole, (nt_box){0, NX, 0, NY, 0, NZ});
    for (int trial = 0; trial < TRIALS; trial++) {
        nt_box b = {rng_below(&r, NX), 0, rng_below(&r, NY), 0, rng_below(&r, NZ), 0};
        b.x1 = b.x0 + rng_below(&r, NX - b.x0 + 1);
        b.y1 = b.y0 + rng_below(&r, NY - b.y0 + 1);
        b.z1 = b.z0 + rng_below(&r, NZ - b.z0 + 1);
        scene_make(&part, s->kernel, s->tile->dtype, n, &layouts[trial % 2 ? 2 : 5], false);
        apply(s, &part, b);
        for (int64_t i = 0; i < NX * NY * NZ; i++) {
            const int64_t x = i % NX, y = i / NX % NY, z = i / NX / NY;
            const bool in = x >= b.x0 && x < b.x1 && y >= b.y0 && y < b.y1 && z >= b.z0 && z < b.z1;
            if (cell_bits(written(&part), x, y, z) != cell_bits(written(in ? &whole : &input), x, y, z))
                fail_msg("%s: cell (%lld, %lld, %lld) %s its box", s->name, (long long)x, (long long)y,
                         (long long)z, in ? "depends on" : "was changed outside");
        }
        scene_free(&part);
    }
    scene_free(&whole);
    scene_free(&input);
}

/* ---- Special values ----------------------------------------------------------------------------- */

/* Outside kernel.ulp_range nothing is promised; still no nonsense. */
static const double sane_ulp = 64;

enum { MOST_SPECIALS = 512 };

static int special_values(double *list)
{
    static const double fixed[] = {0.0,
                                   NAN,
                                   INFINITY,
                                   0x1p-1074,
                                   0x1p-1070,
                                   0x1.fffffffffffffp-1023,
                                   DBL_MIN,
                                   0x1p-149,
                                   0x1p-140,
                                   FLT_MIN,
                                   0x1.fffffcp-127,
                                   1e-300,
                                   1e-20,
                                   DBL_EPSILON,
                                   FLT_EPSILON,
                                   1,
                                   2,
                                   3,
                                   0.5,
                                   6433.0,
                                   6434.0,
                                   6435.0,
                                   71476.0625,
                                   1e6,
                                   999999.9375,
                                   0x1p40,
                                   0x1p41,
                                   1.7e12,
                                   1.8e12,
                                   0x1p46,
                                   1e15,
                                   1e22,
                                   1e30,
                                   FLT_MAX,
                                   1e300,
                                   DBL_MAX};
    static const double multiples[] = {1,   2,    3,    4,    5,    6,    7,     8,     11,
                                       100, 1023, 1024, 4095, 4096, 4097, 10000, 636619};
    int n = 0;
    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
        list[n++] = fixed[i];
    for (size_t i = 0; i < sizeof multiples / sizeof *multiples; i++) {
        const double near = multiples[i] * 0x1.921fb54442d18p0, half = multiples[i] * 0x1.921fb54442d18p-1;
        const float narrow = (float)near;
        list[n++] = near;
        list[n++] = nextafter(near, 0);
        list[n++] = nextafter(near, INFINITY);
        list[n++] = half;
        list[n++] = narrow;
        list[n++] = nextafterf(narrow, 0);
        list[n++] = nextafterf(narrow, INFINITY);
    }
    for (int i = 0, positive = n; i < positive; i++)
        list[n++] = -list[i];
    assert_in_range(n, 1, MOST_SPECIALS);
    return n;
}

static void check_special(const subject *s, double input, double got, const truth *t)
{
    const double most = s->tile->dtype == NT_F64 ? DBL_MAX : FLT_MAX;
    if (isnan(t->high)) {
        if (!isnan(got))
            fail_msg("%s: %a gives %a, not NaN", s->name, input, got);
    } else if (fabs(t->high) > most) {
        if (got != (t->high > 0 ? INFINITY : -INFINITY) && !(fabs(got) == most && !isinf(t->high)))
            fail_msg("%s: %a gives %a, not %a", s->name, input, got, t->high);
    } else if (t->high == 0) {
        if (got != 0 || (t->plain == 0 && !signbit(t->plain) != !signbit(got)))
            fail_msg("%s: %a gives %a, not %a", s->name, input, got, t->plain);
    } else {
        check_within(s, input, got, t,
                     fabs(input) <= s->kernel->ulp_range ? max_ulp_of(s) : fmax(max_ulp_of(s), sane_ulp));
    }
}

static void specials(void **state)
{
    const subject *s = *state;
    const nt_config config = subject_config(s);
    double list[MOST_SPECIALS];
    truth t[MOST_SPECIALS];
    const int64_t n = special_values(list);
    scene on;
    scene_make(&on, s->kernel, s->tile->dtype, (int64_t[3]){n, 1, 1}, &layouts[1], true);
    for (int64_t i = 0; i < n; i++)
        cell_set(&on.level[0].grid, i, 0, 0, list[i]);
    for (int64_t i = 0; i < n; i++)
        t[i] = scene_truth(&on, i, 0, 0);
    const nt_grid *result = scene_run(&on, &config, 1, s->name);
    for (int64_t i = 0; i < n; i++)
        check_special(s, s->kernel->n_levels == 1 ? cell_get(&on.level[0].grid, i, 0, 0) : list[i],
                      cell_get(result, i, 0, 0), &t[i]);
    scene_free(&on);
}

/* ---- Accuracy ------------------------------------------------------------------------------------- */

/* A few thousand inputs, in the range of the promise, half of them small: `autotune verify` takes millions. */
static void accuracy(void **state)
{
    enum { N = 3000 };
    const subject *s = *state;
    const nt_config config = subject_config(s);
    const double range = fmin(s->kernel->ulp_range, 1e6);
    static truth t[N];
    rng r = rng_make(4);
    scene on;
    scene_make(&on, s->kernel, s->tile->dtype, (int64_t[3]){N, 1, 1}, &layouts[1], true);
    for (int64_t i = 0; i < N; i++)
        cell_set(&on.level[0].grid, i, 0, 0, (2 * rng_unit(&r) - 1) * (i % 2 ? range : i % 4 ? 8 : 100));
    for (int64_t i = 0; i < N; i++)
        t[i] = scene_truth(&on, i, 0, 0);
    const nt_grid *result = scene_run(&on, &config, 1, s->name);
    for (int64_t i = 0; i < N; i++)
        check_cell(s, cell_get(&on.level[0].grid, i, 0, 0), cell_get(result, i, 0, 0), &t[i]);
    scene_free(&on);
}

/* ---- Across isas ---------------------------------------------------------------------------------- */

/* Magnitudes of all kinds beside the kernel's own inputs. */
static void fill_widely(scene *on, int64_t n)
{
    rng r = rng_make(3);
    const int most = on->dtype == NT_F64 ? 1020 : 126;
    for (int64_t i = 0; i < n; i++)
        if (i % 4 != 0) {
            const int range = i % 4 == 1 ? most : i % 4 == 2 ? 40 : 20;
            const double value = ldexp(1 + rng_unit(&r), (int)rng_below(&r, 2 * range) - range);
            cell_set(&on->level[0].grid, i, 0, 0,
                     i % 8 == 3 ? poison(&r, on->dtype)
                     : i % 3    ? value
                                : -value);
        }
}

/* One variant gives the same bits on every isa (all of them have FMA here, or there is one isa) and unrolling. */
static void same_on_every_isa(void **state)
{
    enum { N = 4099 };
    const subject *first = *state;
    int n_subjects;
    const subject *all = subjects(&n_subjects);
    scene expected;
    scene_make(&expected, first->kernel, first->tile->dtype, (int64_t[3]){N, 1, 1}, &layouts[1], false);
    fill_widely(&expected, N);
    apply(first, &expected, (nt_box){0, N, 0, 1, 0, 1});
    for (int i = 0; i < n_subjects; i++) {
        const subject *s = &all[i];
        if (s->kernel != first->kernel || s->tile->dtype != first->tile->dtype ||
            s->variant != first->variant)
            continue;
        scene on;
        scene_make(&on, s->kernel, s->tile->dtype, (int64_t[3]){N, 1, 1}, &layouts[1], false);
        fill_widely(&on, N);
        apply(s, &on, (nt_box){0, N, 0, 1, 0, 1});
        assert_same_bits(written(&on), written(&expected), s->name);
        scene_free(&on);
    }
    scene_free(&expected);
}

int main(void)
{
    int n;
    const subject *all = subjects(&n);
    for (int i = 0; i < n; i++) {
        tests_add(awkward_shapes, &all[i], "%s:shapes", all[i].name);
        tests_add(neighbour_lanes, &all[i], "%s:neighbours", all[i].name);
        tests_add(addresses, &all[i], "%s:addresses", all[i].name);
        tests_add(boxes, &all[i], "%s:boxes", all[i].name);
        tests_add(specials, &all[i], "%s:specials", all[i].name);
        bool first = true;
        for (int j = 0; j < i; j++)
            first &= all[j].kernel != all[i].kernel || all[j].tile->dtype != all[i].tile->dtype ||
                     all[j].variant != all[i].variant;
        if (first) {
            tests_add(accuracy, &all[i], "%s:accuracy", all[i].name);
            tests_add(same_on_every_isa, &all[i], "%s:isas", all[i].name);
        }
    }
    const int failures = tests_run("kernels");
    mpfr_free_cache();
    return failures;
}
