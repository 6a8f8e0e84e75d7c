/*
 * shot_fixture.h - a small shot of the wave equation: a source, receivers, and grids to run it on
 * SPDX-License-Identifier: MIT
 */
#ifndef TESTS_SHOT_FIXTURE_H
#define TESTS_SHOT_FIXTURE_H

#include <stdlib.h>
#include <string.h>

#include "points_fixture.h"

enum { SHOT_ORDER = 4, SHOT_RECEIVERS = 24, SHOT_STEPS = 590 };
static const int64_t shot_cells[3] = {26, 21, 18};

/* Tiles that cut the points, and steps that overlap in time. */
#define SHOT_SCHEDULE "parallel=outer,threads=2,tile=16x5x3,"

typedef double shot_traces[SHOT_RECEIVERS][SHOT_STEPS];

/* All that plans may share. */
typedef struct shot {
    nt_wave *wave;
    nt_points *source, *line;
    nt_hook *fire, *listen;
    double wavelet[SHOT_STEPS];
    shot_traces traces;
} shot;

static inline void shot_forget(shot *s)
{
    memset(s->traces, 0x5a, sizeof s->traces);
}

static inline void shot_make(shot *s)
{
    nt_error why;
    static const double from[1][3] = {{12.3, 9.8, 7.6}};
    const int64_t *n = shot_cells;
    double at[SHOT_RECEIVERS][3];
    rng r = rng_make(61);
    places(&r, n, at, SHOT_RECEIVERS);
    assert_int_equal(nt_wave_create(&s->wave, SHOT_ORDER, unit, &why), NT_OK);
    const unsigned mirrors = nt_wave_mirror_faces(s->wave);
    s->source = points_of(&(nt_points_spec){1, from, NT_INTERPOLATION_SINC, {n[0], n[1], n[2]}, mirrors});
    s->line = points_of(&(nt_points_spec){
        SHOT_RECEIVERS, (const double(*)[3])at, NT_INTERPOLATION_SINC, {n[0], n[1], n[2]}, mirrors});
    nt_wave_ricker(0.1, 12, 1, SHOT_STEPS, s->wavelet);
    s->fire = force_of(s->source, s->wavelet, SHOT_STEPS);
    s->listen = receiver_of(s->line, s->traces[0], SHOT_STEPS);
    shot_forget(s);
}

static inline void shot_free(shot *s)
{
    nt_points_hook_destroy(s->fire);
    nt_points_hook_destroy(s->listen);
    nt_points_destroy(s->source);
    nt_points_destroy(s->line);
    nt_wave_destroy(s->wave);
}

/* ---- Grids and plans ---------------------------------------------------------------------------------------- */

/* C of a medium that is nowhere the same, below the largest stable one. */
static inline double shot_medium(int64_t x, int64_t y, int64_t z)
{
    return 0.05 + 0.002 * (double)((3 * x + 5 * y + 7 * z) % 31);
}

/* Levels of zeros, and the medium. */
static inline void shot_start(nt_grid *const grids[3])
{
    const int64_t *n = shot_cells;
    for (int64_t i = 0; i < n[0] * n[1] * n[2]; i++) {
        const int64_t x = i % n[0], y = i / n[0] % n[1], z = i / n[0] / n[1];
        cell_set(grids[0], x, y, z, 0);
        cell_set(grids[1], x, y, z, 0);
        cell_set(grids[2], x, y, z, shot_medium(x, y, z));
    }
}

static inline void shot_grids(nt_grid *grids[3], nt_dtype dtype)
{
    for (int i = 0; i < 3; i++)
        assert_int_equal(nt_grid_create(&grids[i], dtype, shot_cells, i < 2 ? SHOT_ORDER / 2 : 0, NULL, NULL),
                         NT_OK);
    shot_start(grids);
}

static inline void grids_free(nt_grid *grids[3])
{
    for (int i = 0; i < 3; i++)
        nt_grid_destroy(grids[i]);
}

static inline nt_plan *shot_plan(const shot *s, nt_grid *const grids[3], const char *config)
{
    const nt_hook *const hooks[] = {s->fire, s->listen};
    const nt_plan_options options = {
        .bytes = sizeof options, .params = s->wave, .config = config, .hooks = hooks, .n_hooks = 2};
    nt_plan *plan;
    nt_error why;
    if (nt_plan_create(&plan, nt_kernel_find("wave"), grids, 3, &options, &why) != NT_OK)
        fail_msg("%s", why.text);
    return plan;
}

/* ---- One plan by itself -------------------------------------------------------------------------------------- */

typedef struct shot_truth {
    nt_grid *grids[3];
    const nt_grid *newest;
    shot_traces traces;
} shot_truth;

/* One run of so many steps, on grids of its own. */
static inline void shot_alone(shot *s, nt_dtype dtype, int64_t steps, shot_truth *t)
{
    shot_grids(t->grids, dtype);
    shot_forget(s);
    nt_plan *plan = shot_plan(s, t->grids, "parallel=serial,threads=1,depth=1,tile=0x0x0");
    assert_int_equal(nt_plan_run(plan, steps), NT_OK);
    t->newest = nt_plan_newest(plan);
    nt_plan_destroy(plan);
    memcpy(t->traces, s->traces, sizeof t->traces);
    shot_forget(s);
    double largest = 0; /* the wave arrives, and stays bounded */
    for (int64_t k = 0; k < SHOT_RECEIVERS * steps; k++)
        largest = fmax(largest, fabs(t->traces[k / steps][k % steps]));
    assert_true(largest > 1e-4 && largest < 1e3);
}

static inline void assert_same_traces(shot_traces got, shot_traces expected, int64_t from, int64_t end,
                                      const char *what)
{
    for (int p = 0; p < SHOT_RECEIVERS; p++)
        for (int64_t t = from; t < end; t++)
            if (memcmp(&got[p][t], &expected[p][t], sizeof(double)) != 0)
                fail_msg("%s: receiver %d reads %a after step %lld, not %a", what, p, got[p][t], (long long)t,
                         expected[p][t]);
}

#endif /* TESTS_SHOT_FIXTURE_H */
