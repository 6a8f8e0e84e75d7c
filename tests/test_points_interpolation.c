/*
 * test_points_interpolation.c - sources and receivers: the weights with which cells are read and written
 * SPDX-License-Identifier: MIT
 */
#include <float.h>

#include "points_fixture.h"

static const int64_t box[3] = {24, 21, 19};
enum { N_PLACES = 200 };

/* What n receivers read from the levels, which the step does not change. */
static void read_at(world *w, nt_interpolation interpolation, int64_t n, const double (*position)[3],
                    unsigned mirror_faces, double *values)
{
    nt_points *points =
        points_of(&(nt_points_spec){n, position, interpolation, {w->n[0], w->n[1], w->n[2]}, mirror_faces});
    const nt_hook *const hook = receiver_of(points, values, 1);
    const nt_config config = plain_config(w->dtype);
    world_run(w, &config, 1, &hook, 1);
    hooks_free(&hook, 1);
    nt_points_destroy(points);
}

/* On a cell: that cell, bit for bit, whatever its neighbours hold. */
static void on_cells(void **state)
{
    const nt_interpolation interpolation = *(const nt_interpolation *)*state;
    static const nt_dtype dtypes[] = {NT_F32, NT_F64};
    for (int d = 0; d < 2; d++) {
        world w;
        const nt_wave wave = wave_of(8, unit);
        world_make(&w, dtypes[d], box, &wave);
        rng r = rng_make(31);
        for (int64_t i = 0; i < box[0] * box[1] * box[2]; i++)
            world_set(&w, i % box[0], i / box[0] % box[1], i / box[0] / box[1], 2 * rng_unit(&r) - 1);
        double at[N_PLACES][3], got[N_PLACES];
        for (int p = 0; p < N_PLACES; p++)
            for (int a = 0; a < 3; a++)
                at[p][a] =
                    (double)(p < 8 ? (p >> a & 1) * (box[a] - 1) : rng_below(&r, box[a])); /* 8 corners */
        read_at(&w, interpolation, N_PLACES, (const double(*)[3])at, nt_wave_mirror_faces(&wave), got);
        for (int p = 0; p < N_PLACES; p++)
            assert_true(got[p] ==
                        cell_get(w.level[0], (int64_t)at[p][0], (int64_t)at[p][1], (int64_t)at[p][2]));
        world_free(&w);
    }
}

/* u = a + b x + c y + d z, at most 4: the weights sum to 1 and their first moment to the place, each to a few
 * epsilon; 8 cells and three factors a weight make less than 16 roundings. */
static void trilinear_is_exact_on_planes(void **state)
{
    (void)state;
    world w;
    const nt_wave wave = wave_of(2, unit);
    world_make(&w, NT_F64, box, &wave);
    const double slope[3] = {0.05, -0.04, 0.03};
    for (int64_t i = 0; i < box[0] * box[1] * box[2]; i++) {
        const int64_t x = i % box[0], y = i / box[0] % box[1], z = i / box[0] / box[1];
        world_set(&w, x, y, z, 0.5 + slope[0] * (double)x + slope[1] * (double)y + slope[2] * (double)z);
    }
    double at[N_PLACES][3], got[N_PLACES];
    rng r = rng_make(32);
    places(&r, box, at, N_PLACES);
    read_at(&w, NT_INTERPOLATION_TRILINEAR, N_PLACES, (const double(*)[3])at, nt_wave_mirror_faces(&wave),
            got);
    for (int p = 0; p < N_PLACES; p++) {
        const double expected = 0.5 + slope[0] * at[p][0] + slope[1] * at[p][1] + slope[2] * at[p][2];
        assert_true(fabs(got[p] - expected) <= 16 * DBL_EPSILON * 4);
    }
    world_free(&w);
}

/*
 * Sinc on sin(k_x (x + 1)) sin(k_y (y + 1)) sin(k_z (z + 1)), k = pi m / (n + 1): what a box of six mirrors
 * holds.  At or below a quarter of the sampling rate, k <= pi / 2, the eight weights of an axis are off by at
 * most E = 0.00135 of the amplitude: sum of w_j exp(i k j) - exp(i k d) over j, scanned over all d and k;
 * Hicks gives 0.14 % for this b.  Three axes: (1 + E)^3 - 1.  That it holds beside the walls too is the
 * folding.
 */
static double worst_of_mode(const int64_t m[3], unsigned folded, double most_position)
{
    const double pi = acos(-1);
    world w;
    const nt_wave wave = wave_of(2, unit);
    world_make(&w, NT_F64, box, &wave);
    double k[3];
    for (int a = 0; a < 3; a++)
        k[a] = pi * (double)m[a] / (double)(box[a] + 1);
    for (int64_t i = 0; i < box[0] * box[1] * box[2]; i++) {
        const int64_t x = i % box[0], y = i / box[0] % box[1], z = i / box[0] / box[1];
        world_set(&w, x, y, z,
                  sin(k[0] * (double)(x + 1)) * sin(k[1] * (double)(y + 1)) * sin(k[2] * (double)(z + 1)));
    }
    double at[N_PLACES][3], got[N_PLACES], worst = 0;
    rng r = rng_make(33);
    places(&r, box, at, N_PLACES);
    for (int p = 0; p < N_PLACES; p++)
        at[p][0] = fmin(at[p][0], most_position);
    read_at(&w, NT_INTERPOLATION_SINC, N_PLACES, (const double(*)[3])at, folded, got);
    for (int p = 0; p < N_PLACES; p++)
        worst = fmax(worst, fabs(got[p] - sin(k[0] * (at[p][0] + 1)) * sin(k[1] * (at[p][1] + 1)) *
                                              sin(k[2] * (at[p][2] + 1))));
    world_free(&w);
    return worst;
}

static void sinc_is_accurate_and_folds(void **state)
{
    (void)state;
    const double e = 0.00135, bound = (1 + e) * (1 + e) * (1 + e) - 1;
    const nt_wave wave = wave_of(2, unit);
    const unsigned mirrors = nt_wave_mirror_faces(&wave);
    assert_int_equal(mirrors, (1u << NT_N_FACES) - 1);
    static const int64_t modes[][3] = {{1, 1, 1}, {12, 11, 10}, {12, 1, 5}, {7, 8, 9}, {3, 11, 2}};
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        const double worst = worst_of_mode(modes[i], mirrors, 1e9);
        if (!(worst <= bound))
            fail_msg("mode %zu: off by %g, allowed are %g", i, worst, bound);
        /* Without folding the walls would spoil it: places half a cell from a face, fast modes. */
        if (i == 1)
            assert_true(worst_of_mode(modes[i], 0, 0.5) > 10 * bound);
    }
}

/* One face at a time: a mirror face folds, the others drop. */
static void folding_by_face(void **state)
{
    (void)state;
    const int64_t n[3] = {12, 12, 12};
    double kept[2][NT_N_FACES];
    for (int f = 0; f < NT_N_FACES; f++)
        for (int mirror = 0; mirror < 2; mirror++) {
            nt_wave wave = wave_of(2, unit);
            for (int g = 0; g < NT_N_FACES; g++)
                wave.face[g] = mirror == (g == f) ? NT_BOUNDARY_MIRROR : NT_BOUNDARY_ABSORBING;
            world w;
            world_make(&w, NT_F64, n, &wave);
            int64_t cell[3] = {6, 6, 6}; /* the face's neighbour, which the first ghost shows */
            double at[1][3] = {{6, 6, 6}};
            cell[f / 2] = f % 2 ? 11 : 0;
            at[0][f / 2] = f % 2 ? 10.5 : 0.5;
            world_set(&w, cell[0], cell[1], cell[2], 1);
            read_at(&w, NT_INTERPOLATION_SINC, 1, (const double(*)[3])at, nt_wave_mirror_faces(&wave),
                    &kept[mirror][f]);
            world_free(&w);
        }
    /* At 1/2 the cell's own weight is w(1/2), that of ghost -2, which shows it, w(5/2) > 0: it is taken away.
     * */
    for (int f = 0; f < NT_N_FACES; f++) {
        assert_true(kept[0][f] == kept[0][0] && kept[1][f] == kept[1][0]);
        assert_true(kept[1][f] < kept[0][f] - 0.01);
    }
}

/* A source is the transpose of a receiver: <u, source of 1> = receiver of u, to rounding of 512 terms. */
static void source_is_receiver_transposed(void **state)
{
    const nt_interpolation interpolation = *(const nt_interpolation *)*state;
    static const int64_t shapes[][3] = {{24, 21, 19}, {1, 1, 1}, {2, 3, 1}, {5, 1, 4}, {7, 6, 3}};
    for (size_t k = 0; k < sizeof shapes / sizeof *shapes; k++) {
        const int64_t *n = shapes[k];
        double at[40][3], got[40];
        rng r = rng_make(34);
        places(&r, n, at, 40);
        const nt_wave wave = wave_of(2, unit);
        world u;
        world_make(&u, NT_F64, n, &wave);
        for (int64_t i = 0; i < n[0] * n[1] * n[2]; i++)
            world_set(&u, i % n[0], i / n[0] % n[1], i / n[0] / n[1], 2 * rng_unit(&r) - 1);
        read_at(&u, interpolation, 40, (const double(*)[3])at, nt_wave_mirror_faces(&wave), got);
        for (int p = 0; p < 40; p++) {
            world s;
            world_make(&s, NT_F64, n, &wave);
            nt_points *point = points_of(&(nt_points_spec){1,
                                                           (const double(*)[3])at[p],
                                                           interpolation,
                                                           {n[0], n[1], n[2]},
                                                           nt_wave_mirror_faces(&wave)});
            const nt_hook *const hook = source_of(point, (double[1]){1}, 1);
            const nt_config config = plain_config(NT_F64);
            const nt_grid *spread = world_run(&s, &config, 1, &hook, 1);
            double sum = 0, terms = 0;
            for (int64_t i = 0; i < n[0] * n[1] * n[2]; i++) {
                const int64_t x = i % n[0], y = i / n[0] % n[1], z = i / n[0] / n[1];
                const double term = cell_get(u.level[0], x, y, z) * cell_get(spread, x, y, z);
                sum += term;
                terms += fabs(term);
            }
            assert_true(fabs(sum - got[p]) <= 520 * DBL_EPSILON * terms);
            hooks_free(&hook, 1);
            nt_points_destroy(point);
            world_free(&s);
        }
        world_free(&u);
    }
}

int main(int argc, char **argv)
{
    (void)argc;
    tests_begin(argv);
    static const char *const names[] = {"trilinear", "sinc"};
    static const nt_interpolation kinds[] = {NT_INTERPOLATION_TRILINEAR, NT_INTERPOLATION_SINC};
    for (int k = 0; k < 2; k++) {
        tests_add(on_cells, &kinds[k], "on-cells/%s", names[k]);
        tests_add(source_is_receiver_transposed, &kinds[k], "transposed/%s", names[k]);
    }
    tests_add(trilinear_is_exact_on_planes, NULL, "trilinear:planes");
    tests_add(sinc_is_accurate_and_folds, NULL, "sinc:modes");
    tests_add(folding_by_face, NULL, "sinc:faces");
    return tests_run("points_interpolation");
}
