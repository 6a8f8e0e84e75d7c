/*
 * test_wave_symmetry.c - what kernel `wave` keeps: energy, the way back in time, and the symmetries of a box
 * SPDX-License-Identifier: MIT
 *
 * wave_support.h derives the tolerances.
 */
#include "wave_support.h"

/* ---- Conservation and reversal --------------------------------------------------------------------------
 * */

/* Below the largest C of the box, and nowhere the same. */
static double patchy(const void *context, int64_t x, int64_t y, int64_t z)
{
    const uint64_t seed = 77;
    return *(const double *)context * (0.65 + 0.3 * noise(&seed, x, y, z));
}

/* What lies at i along an axis of n cells between two mirrors: the cell, its sign turned, or nothing. */
static double mirrored(const nt_grid *g, const int64_t at[3])
{
    const int64_t n[3] = {g->nx, g->ny, g->nz};
    int64_t p[3];
    double sign = 1;
    for (int a = 0; a < 3; a++) {
        p[a] = at[a];
        if (p[a] == -1 || p[a] == n[a])
            return 0;
        if (p[a] < 0 || p[a] > n[a]) {
            p[a] = p[a] < 0 ? -2 - p[a] : 2 * n[a] - p[a];
            sign = -sign;
        }
    }
    return sign * cell_get(g, p[0], p[1], p[2]);
}

static double laplacian(const nt_wave *w, const nt_grid *g, int64_t x, int64_t y, int64_t z)
{
    const double across[3] = {1, w->wy, w->wz};
    double sum = w->c0 * cell_get(g, x, y, z);
    for (int a = 0; a < 3; a++)
        for (int k = -w->order / 2; k <= w->order / 2; k++) {
            int64_t at[3] = {x, y, z};
            at[a] += k;
            if (k != 0)
                sum += across[a] * w->weight[abs(k) - 1] * mirrored(g, at);
        }
    return sum;
}

/* E = sum of (u+ - u)^2 / 2C - u+ L u / 2. */
static double energy(const wave_box *b, const nt_grid *newer, const nt_grid *older)
{
    double sum = 0;
    for (int64_t z = 0; z < b->n[2]; z++)
        for (int64_t y = 0; y < b->n[1]; y++)
            for (int64_t x = 0; x < b->n[0]; x++) {
                const double a = cell_get(newer, x, y, z), d = a - cell_get(older, x, y, z);
                sum += d * d / (2 * cell_get(b->c, x, y, z)) - a * laplacian(&b->wave, older, x, y, z) / 2;
            }
    return sum;
}

/* A step's error d at a cell changes E by (u+ - u-) d / 2C and, with L symmetric, no more; those of cells and
 * steps add as squares.  The sum E itself, of terms whose absolute values make up a few E, is rounded too. */
static void energy_is_kept(void **state)
{
    static const int64_t n[3] = {13, 11, 12};
    enum { RUNS = 12, STEPS = 25 };
    const scheme *s = *state;
    for (int k = 0; k < 2; k++) {
        const uint64_t seeds[2] = {5, 6};
        wave_box b;
        box_make(&b, s->order, NT_F64, n, k ? unequal : equal);
        const double c = largest_c(&b);
        grid_fill(b.c, patchy, &c);
        grid_fill(b.level[0], noise, &seeds[0]);
        grid_fill(b.level[1], noise, &seeds[1]);
        const double first = energy(&b, b.level[0], b.level[1]);
        double size = root_mean_square(b.level[0]);
        box_plan(&b, STEPS, NULL, 0);
        assert_true(first > 0);
        for (int run = 1; run <= RUNS; run++) {
            nt_plan_run(b.plan, STEPS);
            const nt_grid *newer = nt_plan_newest(b.plan),
                          *older = newer == b.level[0] ? b.level[1] : b.level[0];
            const double now = energy(&b, newer, older);
            size = fmax(size, root_mean_square(newer));
            const double cells = (double)(n[0] * n[1] * n[2]), least = 0.35 * c;
            const double a_step = 2 * size / (2 * least) * step_likely(&b, 0.95 * c) * size;
            const double allowed =
                4 * sqrt(run * STEPS * cells) * a_step + 16 * sqrt(cells) * half_ulp(NT_F64) * first;
            if (!(fabs(now - first) <= allowed))
                fail_msg("energy %.17g becomes %.17g after %d steps; rounding allows %g", first, now,
                         run * STEPS, allowed);
        }
        box_free(&b);
    }
}

/* There and back again: the scheme is the same in both directions. */
static void reversal(void **state)
{
    static const int64_t n[3] = {17, 16, 18};
    enum { STEPS = 41 };
    const scheme *s = *state;
    const uint64_t seeds[2] = {8, 9};
    wave_box b, start;
    box_make(&b, s->order, s->dtype, n, unequal);
    box_make(&start, s->order, s->dtype, n, unequal);
    const double c = box_medium(&b, 0.9 * largest_c(&b));
    for (int i = 0; i < 2; i++) {
        grid_fill(b.level[i], noise, &seeds[i]);
        grid_fill(start.level[i], noise, &seeds[i]);
    }
    const nt_grid *newer = box_run(&b, STEPS), *older = newer == b.level[0] ? b.level[1] : b.level[0];
    const double size = fmax(root_mean_square(start.level[0]), root_mean_square(newer));
    wave_box back;
    box_make(&back, s->order, s->dtype, n, unequal);
    box_medium(&back, c);
    grid_fill(back.level[0], of_grid, older);
    grid_fill(back.level[1], of_grid, newer);
    const nt_grid *end = box_run(&back, STEPS); /* one step before the start */
    const nt_grid *before = end == back.level[0] ? back.level[1] : back.level[0];
    const double allowed = rounding_most(&b, c, size, 1, 2 * STEPS),
                 moved = distance(b.level[0], of_grid, start.level[0]);
    assert_true(moved > 0.1);
    for (int i = 0; i < 2; i++) {
        const double off = distance(i ? end : before, of_grid, start.level[i]);
        if (!(off <= allowed))
            fail_msg("level %d comes back %g off; rounding allows %g", i, off, allowed);
    }
    box_free(&b);
    box_free(&start);
    box_free(&back);
}

/* ---- Symmetries
 * -------------------------------------------------------------------------------------------- */

/* Place p of the one box is place q of the other: axes permuted, then some turned round, then all shifted. */
typedef struct motion {
    int axis[3];
    bool turned[3];
    int64_t shift[3];
    bool bitwise;
} motion;

typedef struct seen {
    const motion *m;
    int64_t edge;
    uint64_t seed;
    bool blob; /* nothing but 5 x 5 x 5 cells in the middle */
} seen;

static double moved_noise(const void *context, int64_t x, int64_t y, int64_t z)
{
    const seen *s = context;
    const int64_t at[3] = {x, y, z};
    int64_t from[3];
    for (int a = 0; a < 3; a++) {
        const int64_t p = at[a] - s->m->shift[a];
        from[s->m->axis[a]] = s->m->turned[a] ? s->edge - 1 - p : p;
    }
    for (int a = 0; a < 3; a++)
        if (s->blob && llabs(from[a] - s->edge / 2) > 2)
            return 0;
    return noise(&s->seed, from[0], from[1], from[2]);
}

/* x_k + wz z_k + wy y_k: the sum over both sides, and over x and z, is the same in either order; with y it is
 * not. A shift keeps all bits until the faces are felt; the blob's waves do not come so far. */
static void symmetries(void **state)
{
    static const motion list[] = {
        {{0, 1, 2}, {false, false, false}, {0}, true},
        {{0, 1, 2}, {true, false, false}, {0}, true},
        {{0, 1, 2}, {false, true, false}, {0}, true},
        {{0, 1, 2}, {false, false, true}, {0}, true},
        {{0, 1, 2}, {true, true, true}, {0}, true},
        {{2, 1, 0}, {false, false, false}, {0}, true},
        {{2, 1, 0}, {true, false, true}, {0}, true},
        {{1, 0, 2}, {false, false, false}, {0}, false},
        {{0, 2, 1}, {false, false, false}, {0}, false},
        {{1, 2, 0}, {false, true, false}, {0}, false},
        {{0, 1, 2}, {false, false, false}, {1, 0, 0}, true},
        {{0, 1, 2}, {false, false, false}, {-3, 2, 1}, true},
        {{2, 1, 0}, {true, false, false}, {3, -1, -2}, true},
    };
    enum { STEPS = 4 }; /* in which noise stays below 8 */
    const scheme *s = *state;
    const int64_t edge = 2 * (STEPS * s->order / 2 + 6) + 1, n[3] = {edge, edge, edge};
    double c = 0;
    wave_box still, other;
    for (int k = 0; k < test_trials((int)(sizeof list / sizeof *list)); k++) {
        const motion *m = &list[k];
        const bool blob = m->shift[0] != 0;
        box_make(&still, s->order, s->dtype, n, equal);
        box_make(&other, s->order, s->dtype, n, equal);
        c = box_medium(&still, 0.8 * largest_c(&still));
        box_medium(&other, c);
        for (int i = 0; i < 2; i++) {
            grid_fill(still.level[i], moved_noise, &(seen){&list[0], edge, 3 + (uint64_t)i, blob});
            grid_fill(other.level[i], moved_noise, &(seen){m, edge, 3 + (uint64_t)i, blob});
        }
        const nt_grid *a = box_run(&still, STEPS), *b = box_run(&other, STEPS);
        const double most = m->bitwise ? 0 : STEPS * (STEPS + 1) * step_most(&still, c) * 8;
        for (int64_t i = 0; i < edge * edge * edge; i++) {
            const int64_t at[3] = {i % edge, i / edge % edge, i / edge / edge};
            int64_t from[3], least = edge;
            for (int j = 0; j < 3; j++) {
                const int64_t p = at[j] - m->shift[j];
                from[m->axis[j]] = m->turned[j] ? edge - 1 - p : p;
                least = p < 0 || p >= edge ? -1 : least;
            }
            const double off =
                least < 0 ? 0
                          : fabs(cell_get(a, from[0], from[1], from[2]) - cell_get(b, at[0], at[1], at[2]));
            if (!(off <= most))
                fail_msg("motion %d: cell (%d, %d, %d) is %g off; allowed is %g", k, (int)at[0], (int)at[1],
                         (int)at[2], off, most);
        }
        box_free(&still);
        box_free(&other);
    }
}

int main(int argc, char **argv)
{
    (void)argc;
    tests_begin(argv);
    for (int i = 0; i < N_SCHEMES; i++) {
        const scheme *s = &schemes[i];
        add_scheme(reversal, s, "reversal");
        add_scheme(symmetries, s, "symmetries");
        if (s->dtype == NT_F64)
            add_scheme(energy_is_kept, s, "energy");
    }
    return tests_run("wave_symmetry");
}
