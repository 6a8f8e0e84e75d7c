/*
 * test_wave_exact.c - kernel `wave` against what its scheme does exactly: the error is rounding alone
 * SPDX-License-Identifier: MIT
 *
 * Modes of a box, constant fields, one spike, the stability limit, and the growth of the equation as it is
 * printed.  wave_support.h derives the tolerances.
 */
#include "wave_support.h"

#include <stdlib.h>

/* The library's weights are the textbook's. */
static void weights(void **state)
{
    const scheme *s = *state;
    const int m = s->order / 2;
    const nt_wave w = wave_of(s->order, unequal);
    long double sum = 0;
    for (int k = 1; k <= m; k++) { /* c_k = 2 (-1)^(k+1) (M!)^2 / (k^2 (M-k)! (M+k)!) */
        long double c = k % 2 ? 2 : -2;
        for (int i = 1; i <= k; i++)
            c *= (long double)(m - k + i) / (m + i);
        c /= (long double)k * k;
        sum += c;
        assert_true(fabsl(w.weight[k - 1] - c) <= 0x1p-52L * fabsl(c));
    }
    const long double all = -2 * sum * (1 + 0.64L + 1.5625L);
    assert_true(fabsl(w.c0 - all) <= 0x1p-51L * fabsl(all));
    assert_true(fabs(w.wy - 0.64) <= 0x1p-51 && fabs(w.wz - 1.5625) <= 0x1p-51);
    assert_int_equal(w.order, s->order);
}

/* ---- Modes ------------------------------------------------------------------------------------------ */

static void modes(void **state)
{
    static const int64_t n[3] = {19, 16, 23};
    static const struct {
        int m[3];
        const double *spacing;
        double fraction; /* of the largest C */
    } list[] = {
        {{1, 1, 1}, equal, 0.9},    {{2, 1, 3}, equal, 0.5},     {{5, 7, 2}, equal, 0.25},
        {{1, 2, 1}, unequal, 0.9},  {{9, 1, 4}, unequal, 0.6},   {{3, 16, 11}, unequal, 0.9},
        {{19, 16, 23}, equal, 0.8}, {{19, 3, 1}, unequal, 0.95}, {{10, 8, 12}, equal, 0.98},
    };
    enum { STEPS = 60 };
    const scheme *s = *state;
    for (int i = 0; i < test_trials((int)(sizeof list / sizeof *list)); i++) {
        wave_box b;
        box_make(&b, s->order, s->dtype, n, list[i].spacing);
        const double c = box_medium(&b, list[i].fraction * largest_c(&b));
        const long double w = mode_frequency(&b, list[i].m, c), start = 0.3L;
        mode exact = {.n = {n[0], n[1], n[2]}, .amplitude = cosl(start)};
        memcpy(exact.m, list[i].m, sizeof exact.m);
        grid_fill(b.level[0], mode_at, &exact);
        exact.amplitude = cosl(start - w);
        grid_fill(b.level[1], mode_at, &exact);
        const nt_grid *u = box_run(&b, STEPS);
        exact.amplitude = cosl(start + STEPS * w);
        const double off = distance(u, mode_at, &exact), most = rounding_most(&b, c, sqrt(1 / 8.0), 1, STEPS);
        if (!(off <= most))
            fail_msg("mode (%d, %d, %d): off by %g, rounding allows %g", exact.m[0], exact.m[1], exact.m[2],
                     off, most);
        box_free(&b);
    }
}

/* ---- Local ------------------------------------------------------------------------------------------- */

/* Out of reach of the faces a constant stays what it is: the weights sum to zero.  They are rounded, an error of
 * half_ulp() of each term, as if each step made one rounding more; and this mode answers j steps later with j.
 * All those cells do the same, so they keep the same bits. */
static void constant(void **state)
{
    enum { STEPS = 5, INSIDE = 3 };
    const scheme *s = *state;
    const int64_t reach = STEPS * s->order / 2, edge = 2 * reach + INSIDE, n[3] = {edge, edge, edge};
    for (int k = 0; k < 2; k++) {
        wave_box b;
        const double one = 1;
        box_make(&b, s->order, s->dtype, n, k ? unequal : equal);
        const double c = box_medium(&b, 0.9 * largest_c(&b));
        grid_fill(b.level[0], same_everywhere, &one);
        grid_fill(b.level[1], same_everywhere, &one);
        const nt_grid *u = box_run(&b, STEPS);
        const double most = STEPS * (STEPS + 1) / 2 * step_most(&b, c) * 1.2;
        for (int64_t z = reach; z < reach + INSIDE; z++)
            for (int64_t y = reach; y < reach + INSIDE; y++)
                for (int64_t x = reach; x < reach + INSIDE; x++) {
                    if (!(fabs(cell_get(u, x, y, z) - 1) <= most))
                        fail_msg("1 becomes 1 + %g, rounding allows %g", cell_get(u, x, y, z) - 1, most);
                    assert_true(cell_bits(u, x, y, z) == cell_bits(u, reach, reach, reach));
                }
        box_free(&b);
    }
}

/* A positive spike falls, by C c0; its neighbours get their weights; nothing else happens. */
static void spike(void **state)
{
    const scheme *s = *state;
    const int m = s->order / 2, edge = 4 * m + 3, mid = edge / 2;
    const int64_t n[3] = {edge, edge, edge};
    wave_box b;
    box_make(&b, s->order, s->dtype, n, unequal);
    const double c = box_medium(&b, 0.9 * largest_c(&b)), across[3] = {1, b.wave.wy, b.wave.wz};
    cell_set(b.level[0], mid, mid, mid, 1);
    cell_set(b.level[1], mid, mid, mid, 1);
    const nt_grid *u = box_run(&b, 1);
    assert_true(cell_get(u, mid, mid, mid) < 1);
    for (int64_t i = 0; i < n[0] * n[1] * n[2]; i++) {
        const int64_t d[3] = {i % edge - mid, i / edge % edge - mid, i / edge / edge - mid};
        double expected = d[0] == 0 && d[1] == 0 && d[2] == 0 ? 1 + c * b.wave.c0 : 0;
        for (int a = 0; a < 3; a++)
            if (d[a] != 0 && d[(a + 1) % 3] == 0 && d[(a + 2) % 3] == 0 && llabs(d[a]) <= m)
                expected = c * b.wave.weight[llabs(d[a]) - 1] * across[a];
        /* three roundings of the factors and three of the products; of 2u - u- and the sum at the spike itself */
        const double most =
            expected == 0 ? 0 : 6 * half_ulp(s->dtype) * fmax(fabs(expected), d[0] || d[1] || d[2] ? 0 : 3);
        if (!(fabs(cell_get(u, d[0] + mid, d[1] + mid, d[2] + mid) - expected) <= most))
            fail_msg("(%d, %d, %d) from the spike: %.17g, not %.17g", (int)d[0], (int)d[1], (int)d[2],
                     cell_get(u, d[0] + mid, d[1] + mid, d[2] + mid), expected);
    }
    box_free(&b);
}

/* ---- The limit ---------------------------------------------------------------------------------------- */

/* The largest 1 / sin w of all modes of the box; the extremes are at its ends, for sin is concave in between. */
static double slowest_answer(const wave_box *b, double c)
{
    const int lowest[3] = {1, 1, 1}, highest[3] = {(int)b->n[0], (int)b->n[1], (int)b->n[2]};
    return (double)fmaxl(1 / sinl(mode_frequency(b, lowest, c)), 1 / sinl(mode_frequency(b, highest, c)));
}

/* Noise holds all modes.  At 0.99 of the largest dt each keeps below (|u0| + |u1|) / sin w.  At 1.01 the shortest
 * grows by exp(k) a step, cosh k = C Q / 2 - 1: its share of the noise is lost in 64 steps at most. */
static void limit(void **state)
{
    static const int64_t n[3] = {25, 24, 26};
    const scheme *s = *state;
    for (int k = 0; k < 4; k++) {
        const bool stable = k % 2 == 0;
        const int64_t steps = stable ? 400 : 220; /* f32 overflows soon after */
        const double fraction = stable ? 0.99 : 1.01;
        const uint64_t seeds[2] = {21 + (uint64_t)k, 22 + (uint64_t)k};
        wave_box b;
        box_make(&b, s->order, s->dtype, n, k < 2 ? equal : unequal);
        const double dt = fraction * nt_wave_max_dt(&b.wave, 2500);
        const double c = box_medium(&b, pow(2500 * dt / b.wave.spacing[0], 2));
        assert_true(fabs(c / largest_c(&b) - fraction * fraction) < 16 * half_ulp(s->dtype));
        grid_fill(b.level[0], noise, &seeds[0]);
        grid_fill(b.level[1], noise, &seeds[1]);
        const double first = root_mean_square(b.level[0]) + root_mean_square(b.level[1]);
        const double last = root_mean_square(box_run(&b, steps));
        if (stable) {
            const double most = first * slowest_answer(&b, c);
            if (!(last <= most))
                fail_msg("at 0.99 of the largest dt %g becomes %g; stable is %g", first, last, most);
        } else {
            const long double q = mode_symbol(&b, (const int[3]){(int)n[0], (int)n[1], (int)n[2]});
            const double most = (double)expl((long double)(steps - 64) * acoshl(c * q / 2 - 1));
            if (!(last >= most))
                fail_msg("at 1.01 of the largest dt %g becomes %g; unstable is %g", first, last, most);
        }
        box_free(&b);
    }
}

/* ---- As printed --------------------------------------------------------------------------------------------- */

/* u+ = 2u - u- + C (8u - sum of six): Q is -(8 - 2 sum of cosines), in -14 .. -2, so sinh^2(k/2) = -C Q / 4 and
 * every mode grows by exp(k) a step. */
static void printed(void **state)
{
    static const int64_t n[3] = {12, 14, 13};
    static const int list[][3] = {{1, 1, 1}, {12, 14, 13}, {5, 2, 9}, {1, 14, 6}};
    enum { STEPS = 16 };
    const scheme *s = *state;
    for (size_t i = 0; i < sizeof list / sizeof *list; i++)
        for (int k = 0; k < 2; k++) {
            wave_box b;
            box_make(&b, 2, s->dtype, n, equal);
            b.wave = wave_printed();
            assert_true(b.wave.c0 == 8 && b.wave.weight[0] == -1 && b.wave.order == 2);
            const double c = box_medium(&b, k ? 0.1 : 0.01);
            const long double q = -mode_symbol(&b, list[i]), grows = 2 * asinhl(sqrtl(c * q / 4));
            assert_true(q > 2 && q < 14);
            mode exact = {.n = {n[0], n[1], n[2]}, .amplitude = 1};
            memcpy(exact.m, list[i], sizeof exact.m);
            grid_fill(b.level[0], mode_at, &exact);
            exact.amplitude = expl(-grows);
            grid_fill(b.level[1], mode_at, &exact);
            const nt_grid *u = box_run(&b, STEPS);
            exact.amplitude = expl(STEPS * grows);
            const double most =
                rounding_most(&b, c, sqrt(1 / 8.0) * (double)exact.amplitude, exp((double)grows), STEPS);
            const double off = distance(u, mode_at, &exact);
            if (!(off <= most))
                fail_msg("mode (%d, %d, %d) at C %g: off by %g of %g, rounding allows %g", exact.m[0],
                         exact.m[1], exact.m[2], c, off, (double)exact.amplitude, most);
            box_free(&b);
        }
}

int main(int argc, char **argv)
{
    (void)argc;
    tests_begin(argv);
    for (int i = 0; i < N_SCHEMES; i++) {
        const scheme *s = &schemes[i];
        add_scheme(modes, s, "modes");
        add_scheme(constant, s, "constant");
        add_scheme(spike, s, "spike");
        add_scheme(limit, s, "limit");
        if (s->order == 2)
            add_scheme(printed, s, "printed");
        if (s->dtype == NT_F64)
            add_scheme(weights, s, "weights");
    }
    return tests_run("wave_exact");
}
