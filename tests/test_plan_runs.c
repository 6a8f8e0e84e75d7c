/*
 * test_plan_runs.c - runs of any number of steps add up to one, time counts, and plans may share points and hooks
 * SPDX-License-Identifier: MIT
 */
#include <pthread.h>
#include <stdio.h>

#include "shot_fixture.h"

static const nt_dtype dtypes[] = {NT_F32, NT_F64};

/* ---- Pieces ------------------------------------------------------------------------------------------------- */

/* Shorter and longer than the depth, of odd and even numbers, and of no steps. */
static int64_t piece(int i)
{
    static const int64_t list[] = {1, 7, 4, 0, 3, 100, 2, 5, 33, 8};
    return list[i % 10];
}

static void run_in_pieces(nt_plan *plan)
{
    for (int i = 0; nt_plan_time(plan) < SHOT_STEPS; i++) {
        const int64_t before = nt_plan_time(plan), left = SHOT_STEPS - before;
        const int64_t steps = piece(i) < left ? piece(i) : left;
        assert_int_equal(nt_plan_run(plan, steps), NT_OK);
        assert_int_equal(nt_plan_time(plan), before + steps);
    }
}

static void pieces(void **state)
{
    const nt_dtype dtype = *(const nt_dtype *)*state;
    static shot s;
    static shot_truth alone;
    nt_grid *grids[3];
    shot_make(&s);
    shot_alone(&s, dtype, SHOT_STEPS, &alone);
    shot_grids(grids, dtype);
    nt_plan *plan = shot_plan(&s, grids, SHOT_SCHEDULE "depth=4");
    assert_int_equal(nt_plan_time(plan), 0);
    run_in_pieces(plan);
    assert_same_traces(s.traces, alone.traces, 0, SHOT_STEPS, "in pieces");
    assert_same_bits(nt_plan_newest(plan), alone.newest, "in pieces");
    assert_ptr_equal(nt_plan_newest(plan), grids[0]); /* an even number of steps */

    /* Beyond the samples: nothing is written. */
    assert_int_equal(nt_plan_run(plan, 5), NT_OK);
    assert_same_traces(s.traces, alone.traces, 0, SHOT_STEPS, "beyond the samples");

    /* The shot anew, from an odd step on: the grids' parts have changed. */
    shot_forget(&s);
    shot_start(grids);
    assert_int_equal(nt_plan_set_time(plan, 0), NT_OK);
    assert_int_equal(nt_plan_time(plan), 0);
    run_in_pieces(plan);
    assert_same_traces(s.traces, alone.traces, 0, SHOT_STEPS, "anew");
    assert_same_bits(nt_plan_newest(plan), alone.newest, "anew");
    assert_ptr_equal(nt_plan_newest(plan), grids[1]);
    nt_plan_destroy(plan);
    grids_free(grids);
    grids_free(alone.grids);
    shot_free(&s);
}

/* Setting the time skips samples, and no cell: the source starts in the middle. */
static void times(void **state)
{
    (void)state;
    static shot s;
    nt_grid *grids[3];
    shot_make(&s);
    shot_grids(grids, NT_F64);
    nt_plan *plan = shot_plan(&s, grids, SHOT_SCHEDULE "depth=2");
    double before;
    memcpy(&before, &s.traces[0][0], sizeof before);
    assert_int_equal(nt_plan_set_time(plan, 100), NT_OK);
    assert_int_equal(nt_plan_run(plan, 1), NT_OK);
    assert_int_equal(nt_plan_time(plan), 101);
    assert_memory_equal(&s.traces[0][0], &before, sizeof before);
    assert_memory_equal(&s.traces[0][101], &before, sizeof before);
    assert_true(s.traces[0][100] > -1 && s.traces[0][100] < 1);

    static const int64_t most = INT64_MAX / 4;
    assert_int_equal(nt_plan_set_time(plan, -1), NT_EARG);
    assert_int_equal(nt_plan_set_time(plan, most + 1), NT_EARG);
    assert_int_equal(nt_plan_set_time(NULL, 0), NT_EARG);
    assert_int_equal(nt_plan_time(plan), 101);
    assert_int_equal(nt_plan_time(NULL), 0);
    assert_int_equal(nt_plan_run(plan, -1), NT_EARG);
    assert_int_equal(nt_plan_run(plan, most + 1), NT_EARG);
    assert_int_equal(nt_plan_run(NULL, 1), NT_EARG);
    assert_int_equal(nt_plan_time(plan), 101);
    assert_int_equal(nt_plan_set_time(plan, most), NT_OK);
    assert_int_equal(nt_plan_run(plan, 1), NT_OK);
    assert_int_equal(nt_plan_time(plan), most + 1);
    nt_plan_destroy(plan);
    grids_free(grids);
    shot_free(&s);
}

/* The number of steps that a plan has made may exceed any time. */
static void more_steps_than_times(void **state)
{
    (void)state;
    static const int64_t most = INT64_MAX / 4, n[3] = {0, 0, 0};
    nt_grid *g;
    nt_plan *plan;
    assert_int_equal(nt_grid_create(&g, NT_F64, n, 0, NULL, NULL), NT_OK);
    assert_int_equal(nt_plan_create(&plan, nt_kernel_find("mathop"), &g, 1, NULL, NULL), NT_OK);
    for (int i = 0; i < 12; i++) {
        assert_int_equal(nt_plan_set_time(plan, i), NT_OK);
        assert_int_equal(nt_plan_run(plan, most), NT_OK);
        assert_true(nt_plan_time(plan) == most + i);
    }
    nt_plan_destroy(plan);
    nt_grid_destroy(g);
}

/* nt_plan_run() refuses a plan of a range, and nt_plan_run_range() one of a field. */
static void ranges(void **state)
{
    (void)state;
    static shot s;
    nt_grid *grids[3];
    uint64_t total = 7;
    nt_error why;
    nt_plan *range, *field;
    shot_make(&s);
    shot_grids(grids, NT_F32);
    field = shot_plan(&s, grids, NULL);
    assert_int_equal(nt_plan_create_range(&range, nt_kernel_find("pi"), NT_F32, 100, NULL, &why), NT_OK);
    assert_int_equal(nt_plan_run(range, 1), NT_EARG);
    assert_int_equal(nt_plan_run_range(field, 0, 5, &total), NT_EARG);
    assert_int_equal(nt_plan_run_range(NULL, 0, 5, &total), NT_EARG);
    assert_int_equal(nt_plan_run_range(range, -1, 5, &total), NT_EARG);
    assert_int_equal(nt_plan_run_range(range, 6, 5, &total), NT_EARG);
    assert_int_equal(nt_plan_run_range(range, 0, 5, NULL), NT_EARG);
    assert_refused(nt_plan_set_grids(range, grids, 3, &why), NT_EARG, &why, "range");
    assert_int_equal(total, 7);
    assert_int_equal(nt_plan_run_range(range, 5, 5, &total), NT_OK);
    assert_int_equal(total, 0);
    nt_plan_destroy(range);
    nt_plan_destroy(field);
    grids_free(grids);
    shot_free(&s);
}

/* ---- Several plans on one set of points ---------------------------------------------------------------------- */

/* The columns of the last steps, which the next plan's run will overwrite. */
static void keep(shot_traces to, shot_traces from, int64_t first, int64_t end)
{
    for (int p = 0; p < SHOT_RECEIVERS; p++)
        memcpy(&to[p][first], &from[p][first], (size_t)(end - first) * sizeof(double));
}

/* Plans of different depths and types share hooks and run in turn: each gives what it gives alone. */
static void in_turn(void **state)
{
    (void)state;
    enum { STEPS = 210 };
    static const char *const configs[] = {SHOT_SCHEDULE "depth=4", SHOT_SCHEDULE "depth=7"};
    static shot s;
    static shot_truth alone[2];
    static shot_traces got[2];
    nt_grid *grids[2][3];
    nt_plan *plan[2];
    shot_make(&s);
    for (int i = 0; i < 2; i++) {
        shot_alone(&s, dtypes[i], STEPS, &alone[i]);
        shot_grids(grids[i], dtypes[i]);
    }
    for (int i = 0; i < 2; i++)
        plan[i] = shot_plan(&s, grids[i], configs[i]);
    for (int k = 0; nt_plan_time(plan[0]) < STEPS; k++)
        for (int i = 0; i < 2; i++) {
            const int64_t from = nt_plan_time(plan[i]), left = STEPS - from;
            assert_int_equal(nt_plan_run(plan[i], piece(k) < left ? piece(k) : left), NT_OK);
            keep(got[i], s.traces, from, nt_plan_time(plan[i]));
        }
    for (int i = 0; i < 2; i++) {
        assert_same_traces(got[i], alone[i].traces, 0, STEPS, configs[i]);
        assert_same_bits(nt_plan_newest(plan[i]), alone[i].newest, configs[i]);
    }
    /* Destroying one plan destroys its own state only. */
    nt_plan_destroy(plan[0]);
    assert_int_equal(nt_plan_run(plan[1], 9), NT_OK);
    nt_plan_destroy(plan[1]);
    for (int i = 0; i < 2; i++) {
        grids_free(grids[i]);
        grids_free(alone[i].grids);
    }
    shot_free(&s);
}

typedef struct other_run {
    nt_plan *plan;
    int64_t steps;
    nt_status status;
} other_run;

static void *run_other(void *context)
{
    other_run *o = context;
    o->status = nt_plan_run(o->plan, o->steps);
    return NULL;
}

/* From two threads at the same time, each with a team of its own: the source and the receivers' points are shared, the
 * traces are not. */
static void at_the_same_time(void **state)
{
    (void)state;
    enum { STEPS = 60, PLANS = 2 };
    other_run run[PLANS];
    pthread_t thread[PLANS];
    static shot s;
    static shot_truth alone[PLANS];
    static shot_traces got[PLANS];
    nt_grid *grids[PLANS][3];
    nt_plan *plan[PLANS];
    nt_hook *listen[PLANS];
    shot_make(&s);
    for (int i = 0; i < PLANS; i++) {
        shot_alone(&s, dtypes[i], STEPS, &alone[i]);
        shot_grids(grids[i], dtypes[i]);
        listen[i] = receiver_of(s.line, got[i][0], SHOT_STEPS);
        shot own = s;
        own.listen = listen[i];
        plan[i] = shot_plan(&own, grids[i], SHOT_SCHEDULE "depth=4");
    }
    for (int i = 0; i < PLANS; i++) {
        run[i] = (other_run){plan[i], STEPS, NT_EARG};
        assert_int_equal(pthread_create(&thread[i], NULL, run_other, &run[i]), 0);
    }
    for (int i = 0; i < PLANS; i++)
        pthread_join(thread[i], NULL);
    for (int i = 0; i < PLANS; i++) {
        assert_int_equal(run[i].status, NT_OK);
        assert_same_traces(got[i], alone[i].traces, 0, STEPS, nt_dtype_name(dtypes[i]));
        assert_same_bits(nt_plan_newest(plan[i]), alone[i].newest, nt_dtype_name(dtypes[i]));
        nt_plan_destroy(plan[i]);
        nt_points_hook_destroy(listen[i]);
        grids_free(grids[i]);
        grids_free(alone[i].grids);
    }
    shot_free(&s);
}

/* ---- The life of each ---------------------------------------------------------------------------------------- */

/* Arguments that need not outlive the call are overwritten and freed as soon as it returns. */
static nt_points *short_lived_points(const nt_wave *wave)
{
    double(*at)[3] = malloc(2 * sizeof *at);
    nt_points_spec *spec = malloc(sizeof *spec);
    nt_points *points;
    assert_true(at && spec);
    memcpy(at, (double[2][3]){{3, 4, 5}, {20.5, 9.25, 11}}, 2 * sizeof *at);
    *spec = (nt_points_spec){2,
                             (const double(*)[3])at,
                             NT_INTERPOLATION_TRILINEAR,
                             {shot_cells[0], shot_cells[1], shot_cells[2]},
                             nt_wave_mirror_faces(wave)};
    points = points_of(spec);
    memset(spec, 0xff, sizeof *spec);
    free(at);
    free(spec);
    return points;
}

static nt_plan *short_lived_options(const nt_wave *wave, nt_grid *const grids[3], const nt_hook *fire,
                                    const nt_hook *listen)
{
    nt_plan_options *options = malloc(sizeof *options);
    const nt_hook **hooks = malloc(2 * sizeof *hooks);
    nt_grid **list = malloc(3 * sizeof(nt_grid *));
    char *config = malloc(64);
    nt_plan *plan;
    assert_true(options && hooks && list && config);
    memcpy(list, grids, 3 * sizeof(nt_grid *));
    snprintf(config, 64, "%s", SHOT_SCHEDULE "depth=3");
    hooks[0] = fire, hooks[1] = listen;
    *options = (nt_plan_options){
        .bytes = sizeof *options, .params = wave, .config = config, .hooks = hooks, .n_hooks = 2};
    assert_int_equal(nt_plan_create(&plan, nt_kernel_find("wave"), list, 3, options, NULL), NT_OK);
    memset(options, 0xff, sizeof *options);
    free(config);
    free(list);
    free(hooks);
    free(options);
    return plan;
}

/* The order of the headers: plan, hooks, points, grids, wave. */
static void life(void **state)
{
    (void)state;
    static const double pulse[2][3] = {{1, 2, 3}, {4, 5, 6}};
    double traces[2][20];
    static const nt_boundary open[NT_N_FACES] = {NT_BOUNDARY_ABSORBING, NT_BOUNDARY_ZERO,
                                                 NT_BOUNDARY_MIRROR,    NT_BOUNDARY_MIRROR,
                                                 NT_BOUNDARY_MIRROR,    NT_BOUNDARY_ABSORBING};
    for (int round = 0; round < 2; round++) {
        nt_wave *wave;
        nt_grid *grids[3];
        assert_int_equal(nt_wave_create(&wave, SHOT_ORDER, unit, NULL), NT_OK);
        assert_int_equal(nt_wave_absorb(wave, NT_F64, shot_cells, open, 5, 0.3, NULL), NT_OK);
        shot_grids(grids, NT_F64);
        nt_points *points = short_lived_points(wave);
        nt_hook *fire = force_of(points, pulse[0], 3), *listen = receiver_of(points, traces[0], 20);
        nt_plan *plan = short_lived_options(wave, grids, fire, listen);
        assert_int_equal(nt_plan_run(plan, 20), NT_OK);
        assert_true(traces[0][0] == pulse[0][0] * cell_get(grids[2], 3, 4, 5)); /* only the force */
        nt_plan_destroy(plan);
        nt_points_hook_destroy(listen);
        nt_points_hook_destroy(fire);
        nt_points_destroy(points);
        grids_free(grids);
        nt_wave_destroy(wave);
    }
}

int main(int argc, char **argv)
{
    (void)argc;
    tests_begin(argv);
    for (int d = 0; d < 2; d++)
        tests_add(pieces, &dtypes[d], "pieces/%s", nt_dtype_name(dtypes[d]));
    tests_add(times, NULL, "times");
    tests_add(more_steps_than_times, NULL, "times/beyond");
    tests_add(ranges, NULL, "ranges");
    tests_add(in_turn, NULL, "shared/in-turn");
    tests_add(at_the_same_time, NULL, "shared/at-the-same-time");
    tests_add(life, NULL, "life");
    return tests_run("plan_runs");
}
