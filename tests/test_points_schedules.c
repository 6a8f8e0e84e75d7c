/*
 * test_points_schedules.c - sources and receivers: no schedule changes a bit
 * SPDX-License-Identifier: MIT
 */
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "engine/run.h"
#include "engine/wavefront.h"
#include "points_fixture.h"
#include "view.h"

enum { STEPS = 13, RUNS = 2, N_SOURCES = 12, N_RECEIVERS = 60, MOST_TEAM = 4 };
static const int64_t grid_shape[3] = {40, 37, 29};

typedef struct shot {
    int order;
    nt_dtype dtype;
    nt_interpolation interpolation;
} shot;

/* All that a run leaves: both levels and the traces. */
typedef struct outcome {
    world w;
    double traces[N_RECEIVERS][RUNS * STEPS];
} outcome;

/* The engine without a plan, which would cut the team to the CPUs allowed. */
static void run_team(world *w, const nt_config *c, const nt_hook *const *hooks, int n_hooks)
{
    const nt_kernel *kernel = nt_kernel_find("wave");
    nt_hook_slot slots[3];
    nt_nest nest = {.fn = nt_kernel_function(kernel, w->dtype, c)->tile,
                    .rotates = true,
                    .steps = STEPS,
                    .cells = {w->n[0], w->n[1], w->n[2]},
                    .element_bytes = (int)nt_dtype_bytes(w->dtype),
                    .radius = w->wave.order / 2,
                    .dtype = w->dtype,
                    .ghosts = kernel->field->ghosts,
                    .flush_denormals = kernel->field->flush_denormals,
                    .hooks = slots,
                    .n_hooks = n_hooks};
    for (int i = 0; i < 2; i++) {
        const nt_grid *src = w->level[i], *dst = w->level[1 - i];
        nest.coef[i][0] = nt_view_of(w->c);
        nest.coef[i][1] = nt_view_of(src);
        nest.step[i] = (nt_step){.src = nt_view_of(src),
                                 .dst = nt_view_of(dst),
                                 .coef = nest.coef[i],
                                 .params = &w->wave,
                                 .config = c};
    }
    nt_nest_set_config(&nest, c);
    if (c->depth > 1) {
        nest.progress =
            aligned_alloc(_Alignof(nt_progress), (size_t)nt_wavefront_rows(&nest) * sizeof(nt_progress));
        assert_non_null(nest.progress);
    }
    nt_error why;
    const nt_hook_use use = {kernel, w->dtype, {w->n[0], w->n[1], w->n[2]}, c->depth};
    assert_in_range(n_hooks, 0, 3);
    for (int h = 0; h < n_hooks; h++) {
        slots[h].hook = hooks[h];
        assert_int_equal(hooks[h]->prepare(hooks[h], &use, &slots[h].state, &why), NT_OK);
    }
    for (int run = 0; run < RUNS; run++)
        nt_nest_run(&nest);
    for (int h = 0; h < n_hooks; h++)
        hooks[h]->release(hooks[h], slots[h].state);
    free(nest.progress);
}

static void shoot(const shot *s, const nt_config *c, outcome *o)
{
    nt_wave wave = wave_of(s->order, (double[3]){1, 1.25, 0.9});
    static const nt_boundary faces[] = {NT_BOUNDARY_MIRROR, NT_BOUNDARY_ABSORBING, NT_BOUNDARY_ZERO,
                                        NT_BOUNDARY_MIRROR, NT_BOUNDARY_MIRROR,    NT_BOUNDARY_ABSORBING};
    nt_error why;
    assert_int_equal(nt_wave_absorb(&wave, s->dtype, grid_shape, faces, 6, 0.4, &why), NT_OK);
    world_make(&o->w, s->dtype, grid_shape, &wave);
    nt_kernel_fill(nt_kernel_find("wave"), 2, 5, o->w.c); /* any medium; 26 steps do not overflow */
    double sources[N_SOURCES][3], receivers[N_RECEIVERS][3], samples[N_SOURCES][RUNS * STEPS - 3];
    rng r = rng_make(35);
    places(&r, grid_shape, sources, N_SOURCES);
    places(&r, grid_shape, receivers, N_RECEIVERS);
    memcpy(sources[3], sources[0], sizeof *sources);
    memcpy(sources[7], sources[1], sizeof *sources);
    memcpy(receivers[5], sources[0], sizeof *sources);
    for (int i = 0; i < N_SOURCES; i++)
        for (int t = 0; t < RUNS * STEPS - 3; t++)
            samples[i][t] = 2 * rng_unit(&r) - 1;
    memset(o->traces, 0x5a, sizeof o->traces);
    const int64_t *n = grid_shape;
    const unsigned mirrors = nt_wave_mirror_faces(&wave);
    nt_points *p[3] = {
        points_of(
            &(nt_points_spec){8, (const double(*)[3])sources, s->interpolation, {n[0], n[1], n[2]}, mirrors}),
        points_of(&(nt_points_spec){
            4, (const double(*)[3])sources + 8, s->interpolation, {n[0], n[1], n[2]}, mirrors}),
        points_of(&(nt_points_spec){
            N_RECEIVERS, (const double(*)[3])receivers, s->interpolation, {n[0], n[1], n[2]}, mirrors})};
    const nt_hook *const hooks[] = {source_of(p[0], samples[0], RUNS * STEPS - 3),
                                    force_of(p[1], samples[8], RUNS * STEPS - 3),
                                    receiver_of(p[2], o->traces[0], RUNS * STEPS)};
    run_team(&o->w, c, hooks, 3);
    hooks_free(hooks, 3);
    for (int i = 0; i < 3; i++)
        nt_points_destroy(p[i]);
    nt_wave_let_go(&wave);
}

static void assert_same_outcome(const outcome *a, const outcome *b, const char *what)
{
    for (int i = 0; i < 2; i++)
        assert_same_bits(a->w.level[i], b->w.level[i], what);
    for (int p = 0; p < N_RECEIVERS; p++)
        for (int t = 0; t < RUNS * STEPS; t++)
            if (memcmp(&a->traces[p][t], &b->traces[p][t], sizeof(double)) != 0)
                fail_msg("%s: receiver %d reads %a after step %d, not %a", what, p, a->traces[p][t], t,
                         b->traces[p][t]);
}

static void schedules(void **state)
{
    const shot *s = *state;
    static const int64_t tiles[][3] = {{0, 0, 0},   {0, 8, 4},  {16, 0, 0}, {7, 5, 3}, {0, 1, 1},
                                       {3, 37, 29}, {0, 16, 2}, {32, 6, 5}, {0, 0, 4}, {16, 11, 0}};
    static const int depths[] = {1, 2, 3, 5, 8, 40};
    static outcome expected, got;
    const int before = omp_get_max_threads();
    omp_set_num_threads(MOST_TEAM);
    nt_config c = plain_config(s->dtype);
    shoot(s, &c, &expected);
    double largest = 0; /* the sources are seen, and the numbers are numbers */
    for (int p = 0; p < N_RECEIVERS; p++) {
        assert_true(isfinite(expected.traces[p][RUNS * STEPS - 1]));
        largest = fmax(largest, fabs(expected.traces[p][RUNS * STEPS - 1]));
    }
    assert_true(largest > 0.01 && largest < 1e3);
    for (int i = 0; i < 150; i += TEST_SANITIZED ? 3 : 150 / test_trials(150)) {
        const bool deep = i >= 50; /* then neither order nor the shared loop matter */
        c.parallel = deep ? NT_PARALLEL_OUTER : (nt_parallel)(i % NT_N_PARALLELS);
        memcpy(c.tile, tiles[deep ? i % 10 : i / 5 % 10], sizeof c.tile);
        c.order = (nt_order)(i % NT_N_ORDERS);
        c.schedule = (nt_schedule)(i / 7 % NT_N_SCHEDULES);
        c.depth = deep ? depths[1 + i / 10 % 5] : 1;
        c.threads = 1 + i / 3 % MOST_TEAM;
        shoot(s, &c, &got);
        assert_same_outcome(&got, &expected, config_text(nt_kernel_find("wave"), &c));
        world_free(&got.w);
    }
    world_free(&expected.w);
    omp_set_num_threads(before);
}

int main(int argc, char **argv)
{
    (void)argc;
    tests_begin(argv);
    static const char *const names[] = {"trilinear", "sinc"};
    static const int orders[] = {2, 8};
    static shot shots[8];
    for (int i = 0; i < 8; i++) {
        shots[i] = (shot){orders[i & 1], i & 2 ? NT_F64 : NT_F32,
                          i & 4 ? NT_INTERPOLATION_SINC : NT_INTERPOLATION_TRILINEAR};
        tests_add(schedules, &shots[i], "schedules/o%d/%s/%s", orders[i & 1], nt_dtype_name(shots[i].dtype),
                  names[i >> 2]);
    }
    return tests_run("points_schedules");
}
