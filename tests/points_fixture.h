/*
 * points_fixture.h - waves of their own for sources and receivers, and places for these
 * SPDX-License-Identifier: MIT
 */
#ifndef TESTS_POINTS_FIXTURE_H
#define TESTS_POINTS_FIXTURE_H

#include <math.h>

#include "wave_fixture.h"

static inline nt_points *points_of(const nt_points_spec *spec)
{
    nt_points *points;
    nt_error why;
    if (nt_points_create(&points, spec, &why) != NT_OK)
        fail_msg("%s", why.text);
    return points;
}

/* ---- Hooks of points ---------------------------------------------------------------------------------- */

static inline nt_hook *source_of(const nt_points *points, const double *samples, int64_t n)
{
    nt_hook *hook;
    nt_error why;
    if (nt_points_source(&hook, points, samples, n, &why) != NT_OK)
        fail_msg("%s", why.text);
    return hook;
}

static inline nt_hook *force_of(const nt_points *points, const double *samples, int64_t n)
{
    nt_hook *hook;
    nt_error why;
    if (nt_points_force(&hook, points, samples, n, &why) != NT_OK)
        fail_msg("%s", why.text);
    return hook;
}

static inline nt_hook *receiver_of(const nt_points *points, double *traces, int64_t n)
{
    nt_hook *hook;
    nt_error why;
    if (nt_points_receiver(&hook, points, traces, n, &why) != NT_OK)
        fail_msg("%s", why.text);
    return hook;
}

static inline void hooks_free(const nt_hook *const *hooks, int n)
{
    for (int h = 0; h < n; h++)
        nt_points_hook_destroy((nt_hook *)(uintptr_t)hooks[h]);
}

static inline nt_config plain_config(nt_dtype dtype)
{
    nt_config c;
    nt_error why;
    if (nt_config_default(nt_kernel_find("wave"), dtype, &c, &why) != NT_OK)
        fail_msg("%s", why.text);
    c.parallel = NT_PARALLEL_SERIAL;
    c.threads = 1;
    return c;
}

/* ---- A wave of its own --------------------------------------------------------------------------------- */

typedef struct world {
    nt_grid *level[2], *c;
    nt_wave wave;
    int64_t n[3];
    nt_dtype dtype;
} world;

/* Levels of zeros; C = 0, so that a step changes nothing by itself: 2u - u of equal levels. */
static inline void world_make(world *w, nt_dtype dtype, const int64_t n[3], const nt_wave *wave)
{
    nt_error why;
    *w = (world){.wave = *wave, .dtype = dtype, .n = {n[0], n[1], n[2]}};
    for (int i = 0; i < 2; i++)
        assert_int_equal(nt_grid_create(&w->level[i], dtype, n, wave->order / 2, NULL, &why), NT_OK);
    assert_int_equal(nt_grid_create(&w->c, dtype, n, 0, NULL, &why), NT_OK);
}

static inline void world_free(world *w)
{
    nt_grid_destroy(w->level[0]);
    nt_grid_destroy(w->level[1]);
    nt_grid_destroy(w->c);
}

static inline void world_set(world *w, int64_t x, int64_t y, int64_t z, double value)
{
    cell_set(w->level[0], x, y, z, value);
    cell_set(w->level[1], x, y, z, value);
}

static inline test_problem world_problem(world *w, int64_t steps, const nt_hook *const *hooks, int n_hooks)
{
    return (test_problem){.kernel = nt_kernel_find("wave"),
                          .level = {w->level[0], w->level[1]},
                          .coef = {w->c},
                          .params = &w->wave,
                          .steps = steps,
                          .hooks = hooks,
                          .n_hooks = n_hooks};
}

static inline const nt_grid *world_run(world *w, const nt_config *config, int64_t steps,
                                       const nt_hook *const *hooks, int n_hooks)
{
    const test_problem problem = world_problem(w, steps, hooks, n_hooks);
    nt_plan *plan;
    nt_error why;
    if (problem_plan(&plan, &problem, config, &why) != NT_OK)
        fail_msg("%s", why.text);
    nt_plan_run(plan, steps);
    const nt_grid *newest = nt_plan_newest(plan);
    nt_plan_destroy(plan);
    return newest;
}

/* Anywhere in the grid; of each four one lies on a cell, and one on a face, edge or corner. */
static inline void places(rng *r, const int64_t n[3], double (*position)[3], int count)
{
    for (int p = 0; p < count; p++)
        for (int a = 0; a < 3; a++) {
            position[p][a] = rng_unit(r) * (double)(n[a] - 1);
            if (p % 4 == 1)
                position[p][a] = floor(position[p][a]);
            if (p % 4 == 2 && rng_below(r, 2))
                position[p][a] = rng_below(r, 2) ? 0 : (double)(n[a] - 1);
        }
}

#endif /* TESTS_POINTS_FIXTURE_H */
