/*
 * test_kernels.c - every kernel of the registry, every isa of this CPU, every prebuilt function of a field
 * SPDX-License-Identifier: MIT
 *
 * A new kernel needs no line here.  What the schedules promise is in test_schedules.c.
 */
#include "bricks_fixture.h"

#include <float.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "truth.h"

/* max_ulp may be rounded to few digits where verify measured it. */
static const double slack_ulp = 0x1p-9;

static double max_ulp_of(const prebuilt *s)
{
    return s->kernel->variants[s->variant].max_ulp[s->function->dtype];
}

static void check_within(const prebuilt *s, double input, double got, const truth *t, double max_ulp)
{
    const double off = ulps_off(got, t, s->function->dtype);
    if (!(off <= max_ulp + (max_ulp > 0 ? slack_ulp : 0)))
        fail_msg("%s: %a gives %a, %.3f ULP of %a from %a; allowed are %g", s->name, input, got, off, t->unit,
                 t->high, max_ulp);
}

static void check_cell(const prebuilt *s, double input, double got, const truth *t)
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
enum { N_SHAPES = sizeof shapes / sizeof *shapes, MOST_KERNELS = 64, MOST_CASES = 16, MOST_SAMPLED = 500 };

/* How many cells of a shape are compared with the truth: all, or MOST_SAMPLED. */
static int64_t n_sampled(const int64_t n[3])
{
    const int64_t all = n[0] * n[1] * n[2];
    return all < MOST_SAMPLED ? all : MOST_SAMPLED;
}
/* The i-th of them: the prime scatters them over all x, y and z. */
static void sampled(const int64_t n[3], int64_t i, int64_t at[3])
{
    i = i * 104729 % (n[0] * n[1] * n[2]);
    at[0] = i % n[0];
    at[1] = i / n[0] % n[1];
    at[2] = i / n[0] / n[1];
}

/* The truth of the sampled cells, which all tile functions of a kernel, case and dtype share. */
static const truth *truths(const prebuilt *s, int shape, const int64_t n[3])
{
    static truth *kept[MOST_KERNELS][MOST_CASES][NT_N_DTYPES][N_SHAPES];
    int k = 0;
    while (nt_kernel_at(k) != s->kernel)
        k++;
    assert_in_range(k, 0, MOST_KERNELS - 1);
    assert_in_range(s->which, 0, MOST_CASES - 1);
    truth **all = &kept[k][s->which][s->function->dtype][shape];
    if (*all)
        return *all;
    *all = calloc((size_t)n_sampled(n) + 1, sizeof **all);
    assert_non_null(*all);
    scene on;
    prebuilt_scene(&on, s, n, &layouts[0], false);
    scene_ghosts(&on);
    for (int64_t i = 0, at[3]; i < n_sampled(n); i++) {
        sampled(n, i, at);
        (*all)[i] = scene_truth(&on, at[0], at[1], at[2]);
    }
    scene_free(&on);
    return *all;
}

/* With a large radius long rows show nothing that shorter ones do not, and cost a minute. */
static bool too_large(const int64_t n[3], int radius)
{
    return radius > 1 && n[0] * n[1] * n[2] > 75 * radius * radius;
}

/* Results within max_ulp, the same bits in every layout, nothing else read or written. */
static void awkward_shapes(void **state)
{
    const prebuilt *s = *state;
    const nt_config config = prebuilt_config(s);
    const int radius = prebuilt_radius(s);
    int64_t n[3];
    for (int k = 0; k < N_SHAPES; k++) {
        if (!prebuilt_shape(s, shapes[k], n) || too_large(n, radius))
            continue;
        scene first;
        prebuilt_scene(&first, s, n, &layouts[0], true);
        const truth *t = truths(s, k, n);
        const nt_grid *expected = scene_run(&first, &config, 1, s->name);
        for (int64_t i = 0, at[3]; i < n_sampled(n); i++) {
            sampled(n, i, at);
            check_cell(s, cell_get(first.level[0].grid, at[0], at[1], at[2]),
                       cell_get(expected, at[0], at[1], at[2]), &t[i]);
        }
        for (int l = 0; l < n_layouts; l++)
            for (int separate = 0; separate < 2; separate++) {
                scene other;
                if (!layout_suits(&layouts[l], radius) || (separate && s->kernel->field->n_levels != 1))
                    continue;
                prebuilt_scene(&other, s, n, &layouts[l], separate);
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
    return s->kernel->field->n_levels == 2 ? s->level[1].grid
           : s->separate                   ? s->result.grid
                                           : s->level[0].grid;
}

/* In bricks boxes begin and end with whole bricks, or with the grid. */
static void apply(const prebuilt *s, scene *on, nt_box box)
{
    const nt_step step = scene_step(on);
    if (s->function->layout == NT_LAYOUT_ROWS) {
        s->function->tile(&step, &box);
        return;
    }
    scene_bricks bricks;
    const nt_step in_bricks = scene_to_bricks(&bricks, on, &step);
    s->function->tile(&in_bricks, &box);
    scene_from_bricks(&bricks, on);
}

/* The nearest box that a function of this layout can get. */
static nt_box whole_bricks(const prebuilt *s, nt_box b, const int64_t n[3])
{
    if (s->function->layout == NT_LAYOUT_ROWS)
        return b;
    b.x0 -= b.x0 % NT_BRICK;
    b.y0 -= b.y0 % NT_BRICK;
    b.x1 += (NT_BRICK - b.x1 % NT_BRICK) % NT_BRICK;
    b.y1 += (NT_BRICK - b.y1 % NT_BRICK) % NT_BRICK;
    b.x1 = b.x1 < n[0] ? b.x1 : n[0];
    b.y1 = b.y1 < n[1] ? b.y1 : n[1];
    return b;
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
    enum { MOST = 211 + 63, TRIALS = 24 };
    const prebuilt *s = *state;
    const int64_t radius = prebuilt_radius(s);
    int64_t n[3];
    rng r = rng_make(1);
    uint64_t expected[MOST];
    scene on;
    if (!prebuilt_shape(s, (int64_t[3]){211, 1, 1}, n))
        skip();
    const nt_box all = {0, n[0], 0, n[1], 0, n[2]};
    prebuilt_scene(&on, s, n, &layouts[0], true);
    apply(s, &on, all);
    for (int64_t i = 0; i < n[0]; i++)
        expected[i] = cell_bits(written(&on), i, 0, 0);
    for (int trial = 0; trial < TRIALS; trial++) {
        bool poisoned[MOST] = {false};
        const double density = trial % 3 == 0 ? 0.02 : trial % 3 == 1 ? 0.5 : 0.95;
        scene_fill(&on);
        for (int64_t i = 0; i < n[0]; i++) {
            poisoned[i] = rng_unit(&r) < density;
            for (int k = 0; poisoned[i] && k < s->kernel->field->n_levels; k++)
                cell_set(on.level[k].grid, i, 0, 0, poison(&r, on.dtype));
            for (int k = 0; poisoned[i] && k < s->kernel->field->n_coefs; k++)
                cell_set(on.coef[k].grid, i, 0, 0, poison(&r, on.dtype));
        }
        apply(s, &on, all);
        for (int64_t i = 0; i < n[0]; i++) {
            bool clean = true;
            for (int64_t j = i - radius; j <= i + radius; j++)
                clean &= j < 0 || j >= n[0] || !poisoned[j];
            if (clean && cell_bits(written(&on), i, 0, 0) != expected[i])
                fail_msg("%s: cell %lld of trial %d depends on other lanes", s->name, (long long)i, trial);
        }
    }
    scene_free(&on);
}

/* Any alignment of each operand gives the same bits, in place and not. */
static void addresses(void **state)
{
    const prebuilt *s = *state;
    int64_t n[3];
    scene first;
    if (!prebuilt_shape(s, (int64_t[3]){67, 1, 1}, n))
        skip();
    const nt_box all = {0, n[0], 0, n[1], 0, n[2]};
    prebuilt_scene(&first, s, n, &layouts[0], false);
    apply(s, &first, all);
    for (int lead = 0; lead < 17; lead++)
        for (int skew = lead >> 1 & 1; skew < 4; skew += 2) /* each lead with half of them, even and odd ones with both values of low */
            for (int separate = 0; separate < (s->kernel->field->n_levels == 1 ? 2 : 1); separate++) {
                const layout l = {.name = "lead", .sx = 1, .low = skew & 1, .lead = lead, .skew = skew};
                scene on;
                prebuilt_scene(&on, s, n, &l, separate);
                apply(s, &on, all);
                assert_same_bits(written(&on), written(&first), s->name);
                scene_free(&on);
            }
    scene_free(&first);
}

/* A tile function changes the cells of its box only, and a cell's value does not depend on the box. */
static void boxes(void **state)
{
    enum { TRIALS = 40 };
    const prebuilt *s = *state;
    int64_t n[3];
    rng r = rng_make(2);
    scene whole, part, input;
    if (!prebuilt_shape(s, (int64_t[3]){75, 5, 4}, n))
        skip();
    prebuilt_scene(&input, s, n, &layouts[0], false);
    prebuilt_scene(&whole, s, n, &layouts[0], false);
    apply(s, &whole, (nt_box){0, n[0], 0, n[1], 0, n[2]});
    for (int trial = 0; trial < TRIALS; trial++) {
        nt_box b = {rng_below(&r, n[0]), 0, rng_below(&r, n[1]), 0, rng_below(&r, n[2]), 0};
        b.x1 = b.x0 + rng_below(&r, n[0] - b.x0 + 1);
        b.y1 = b.y0 + rng_below(&r, n[1] - b.y0 + 1);
        b.z1 = b.z0 + rng_below(&r, n[2] - b.z0 + 1);
        b = whole_bricks(s, b, n);
        prebuilt_scene(&part, s, n, &layouts[trial % 2 ? 2 : 5], false);
        apply(s, &part, b);
        for (int64_t i = 0; i < n[0] * n[1] * n[2]; i++) {
            const int64_t x = i % n[0], y = i / n[0] % n[1], z = i / n[0] / n[1];
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

/* Outside kernel.ulp_range no bound is promised, but results must be plausible. */
static const double sane_ulp = 64;

enum { MOST_SPECIALS = 1024 };

static int special_values(double *list)
{
    static const double fixed[] = {0.0, NAN, INFINITY, 0x1p-1074, 0x1p-1070, 0x1.fffffffffffffp-1023, DBL_MIN,
                                   0x1p-149, 0x1p-140, FLT_MIN, 0x1.fffffcp-127, 1e-300, 1e-20, DBL_EPSILON,
                                   FLT_EPSILON, 1, 2, 3, 0.5, 6433.0, 6434.0, 6435.0, 71476.0625, 1e6,
                                   999999.9375, 0x1p40, 0x1p41, 1.7e12, 1.8e12, 0x1p46, 1e15, 1e22, 1e30,
                                   FLT_MAX, 1e300, DBL_MAX};
    static const double multiples[] = {1,        2,        3,        4,        5,        6,        7,
                                       8,        11,       100,      1023,     1024,     4095,     4096,
                                       4097,     10000,    32766,    32767,    32768,    32769,    32770,
                                       65535,    65536,    636619,   0x1p22,   0x1p22 - 1, 0x1p39 - 2, 0x1p39 - 1,
                                       0x1p39,   0x1p39 + 1, 0x1p39 + 2, 0x1p40 - 1, 0x1p40,   0x1p51,   0x1p51 - 1};
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

/* input is the largest that the cell reads; where it is out of range sums may overflow on the way. */
static void check_special(const prebuilt *s, double input, double got, const truth *t)
{
    const double most = s->function->dtype == NT_F64 ? DBL_MAX : FLT_MAX;
    if (s->kernel->ulp_of_terms && !(fabs(input) <= s->kernel->ulp_range)) {
        if ((isnan(t->high) && !isnan(got)) || (!isfinite(t->high) && isfinite(got)))
            fail_msg("%s: %a gives %a, not %a", s->name, input, got, t->high);
    } else if (isnan(t->high)) {
        if (!isnan(got))
            fail_msg("%s: %a gives %a, not NaN", s->name, input, got);
    } else if (fabs(t->high) > most) {
        if (got != (t->high > 0 ? INFINITY : -INFINITY) && !(fabs(got) == most && !isinf(t->high)))
            fail_msg("%s: %a gives %a, not %a", s->name, input, got, t->high);
    } else if (t->unit == 0) {
        if (got != 0 || (t->plain == 0 && !signbit(t->plain) != !signbit(got)))
            fail_msg("%s: %a gives %a, not %a", s->name, input, got, t->plain);
    } else {
        check_within(s, input, got, t,
                     fabs(input) <= s->kernel->ulp_range ? max_ulp_of(s) : fmax(max_ulp_of(s), sane_ulp));
    }
}

static void specials(void **state)
{
    const prebuilt *s = *state;
    const nt_config config = prebuilt_config(s);
    double list[MOST_SPECIALS];
    truth t[MOST_SPECIALS];
    const int64_t count = special_values(list), radius = prebuilt_radius(s);
    int64_t n[3];
    scene on, still;
    if (!prebuilt_shape(s, (int64_t[3]){count, 1, 1}, n))
        skip();
    prebuilt_scene(&on, s, n, &layouts[1], true);
    prebuilt_scene(&still, s, n, &layouts[1], true);
    for (int64_t i = 0; i < count; i++) {
        cell_set(on.level[0].grid, i, 0, 0, list[i]);
        cell_set(still.level[0].grid, i, 0, 0, list[i]);
    }
    scene_ghosts(&still);
    for (int64_t i = 0; i < count; i++)
        t[i] = scene_truth(&still, i, 0, 0);
    const nt_grid *result = scene_run(&on, &config, 1, s->name);
    for (int64_t i = 0; i < count; i++) {
        double input = cell_get(still.level[0].grid, i, 0, 0);
        for (int64_t x = i - radius; x <= i + radius; x++) {
            const double other = cell_get(still.level[0].grid, x, 0, 0);
            input = fabs(other) <= fabs(input) || isnan(input) ? input : other;
        }
        check_special(s, input, cell_get(result, i, 0, 0), &t[i]);
    }
    scene_free(&on);
    scene_free(&still);
}

/* ---- Accuracy ------------------------------------------------------------------------------------- */

static void fill_accuracy(const prebuilt *s, scene *on)
{
    const nt_grid *g = on->level[0].grid;
    const double range = fmin(s->kernel->ulp_range, 1e6);
    rng r = rng_make(4);
    for (int64_t i = 0; i < g->nx * g->ny * g->nz; i++)
        cell_set(g, i % g->nx, i / g->nx % g->ny, i / g->nx / g->ny,
                 (2 * rng_unit(&r) - 1) * (i % 2   ? range
                                           : i % 4 ? 8
                                                   : 100));
}

/* A few thousand inputs, in the range of the promise, half of them small: `autotune verify` takes millions.
 * Where there are neighbours a block, so that some cells have all of theirs inside. */
static void accuracy(void **state)
{
    enum { N = 3000 };
    const prebuilt *s = *state;
    const nt_config config = prebuilt_config(s);
    const int64_t edge = 2 * prebuilt_radius(s) + 1;
    const int64_t n[3] = {edge > 1 ? 2 * edge : N, edge, edge};
    const int64_t cells = n[0] * n[1] * n[2], step = cells > N ? cells / N : 1;
    static truth t[2 * N];
    scene on, still;
    prebuilt_scene(&on, s, n, &layouts[1], true);
    prebuilt_scene(&still, s, n, &layouts[1], true);
    fill_accuracy(s, &on);
    fill_accuracy(s, &still);
    scene_ghosts(&still);
    for (int64_t i = 0; i < cells / step; i++)
        t[i] = scene_truth(&still, i * step % n[0], i * step / n[0] % n[1], i * step / n[0] / n[1]);
    const nt_grid *result = scene_run(&on, &config, 1, s->name);
    for (int64_t i = 0; i < cells / step; i++) {
        const int64_t x = i * step % n[0], y = i * step / n[0] % n[1], z = i * step / n[0] / n[1];
        check_cell(s, cell_get(still.level[0].grid, x, y, z), cell_get(result, x, y, z), &t[i]);
    }
    scene_free(&on);
    scene_free(&still);
}

/* ---- Across isas ---------------------------------------------------------------------------------- */

/* Magnitudes of all kinds, besides the kernel's own inputs. */
static void fill_widely(scene *on, int64_t n)
{
    rng r = rng_make(3);
    const int most = on->dtype == NT_F64 ? 1020 : 126;
    for (int64_t i = 0; i < n; i++)
        if (i % 4 != 0) {
            const int range = i % 4 == 1 ? most : i % 4 == 2 ? 40 : 20;
            const double value = ldexp(1 + rng_unit(&r), (int)rng_below(&r, 2 * range) - range);
            cell_set(on->level[0].grid, i, 0, 0, i % 8 == 3 ? poison(&r, on->dtype) : i % 3 ? value : -value);
        }
}

/* One variant gives the same bits on every isa (all of them have FMA here, or there is one isa) and form. */
static void same_on_every_isa(void **state)
{
    const prebuilt *first = *state;
    const int64_t cells[3] = {prebuilt_radius(first) > 1 ? 515 : 4099, 1, 1};
    int n_prebuilts;
    const prebuilt *all = prebuilts(&n_prebuilts);
    int64_t n[3];
    scene expected;
    if (!prebuilt_shape(first, cells, n))
        skip();
    const nt_box box = {0, n[0], 0, n[1], 0, n[2]};
    prebuilt_scene(&expected, first, n, &layouts[1], false);
    fill_widely(&expected, n[0]);
    apply(first, &expected, box);
    for (int i = 0; i < n_prebuilts; i++) {
        const prebuilt *s = &all[i];
        if (!prebuilts_alike(s, first))
            continue;
        scene on;
        prebuilt_scene(&on, s, n, &layouts[1], false);
        fill_widely(&on, n[0]);
        apply(s, &on, box);
        assert_same_bits(written(&on), written(&expected), s->name);
        scene_free(&on);
    }
    scene_free(&expected);
}

int main(void)
{
    int n;
    const prebuilt *all = prebuilts(&n);
    for (int i = 0; i < n; i++) {
        tests_add(awkward_shapes, &all[i], "%s:shapes", all[i].name);
        tests_add(neighbour_lanes, &all[i], "%s:other-lanes", all[i].name);
        tests_add(addresses, &all[i], "%s:addresses", all[i].name);
        tests_add(boxes, &all[i], "%s:boxes", all[i].name);
        tests_add(specials, &all[i], "%s:specials", all[i].name);
        bool first = true;
        for (int j = 0; j < i; j++)
            first &= !prebuilts_alike(&all[j], &all[i]);
        if (first) {
            tests_add(accuracy, &all[i], "%s:accuracy", all[i].name);
            tests_add(same_on_every_isa, &all[i], "%s:isas", all[i].name);
        }
    }
    const int failures = tests_run("kernels");
    mpfr_free_cache();
    return failures;
}
