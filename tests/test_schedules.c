/*
 * test_schedules.c - the schedule changes speed, never a bit; neither do the host's settings
 * SPDX-License-Identifier: MIT
 *
 * For every kernel and dtype of the registry, on the best isa here.
 */
#include "support.h"

#include <fenv.h>
#include <omp.h>
#include <stdio.h>
#include <string.h>
#if defined __x86_64__
#include <xmmintrin.h>
#endif

/* The best isa's first tile function of each kernel and dtype. */
static bool is_chosen(const prebuilt *all, int n, int i)
{
    for (int j = 0; j < n; j++) {
        if (prebuilts_alike(&all[j], &all[i]) &&
            (all[j].isa > all[i].isa || (all[j].isa == all[i].isa && j < i)))
            return false;
    }
    return true;
}

/* ---- All schedules ------------------------------------------------------------------------------ */

/* The first is large enough for every kernel. */
static const int64_t shapes[][3] = {{13, 11, 8}, {67, 3, 2}, {5, 1, 33}, {130, 7, 1}};
enum { N_SHAPES = sizeof shapes / sizeof *shapes };
static const int step_counts[] = {0, 1, 2, 5};
enum { N_STEP_COUNTS = sizeof step_counts / sizeof *step_counts };

/* Any form of the same arithmetic. */
static void pick_form(rng *r, const prebuilt *s, nt_config *config)
{
    int n;
    const prebuilt *all = prebuilts(&n);
    for (int tries = 0; tries < 64; tries++) {
        const prebuilt *other = &all[rng_below(r, n)];
        if (prebuilts_alike(other, s) && other->isa == s->isa) {
            config->fn = nt_kernel_form(s->kernel, other->function->fn);
            return;
        }
    }
}

static nt_config pick_config(rng *r, const prebuilt *s, int i)
{
    static const int tiles[] = {0, 0, 1, 7, 64}, depths[] = {1, 2, 5}, threads[] = {1, 2, 2, 3, 5};
    nt_config c = prebuilt_config(s);
    c.parallel = (nt_parallel)(i % NT_N_PARALLELS);
    c.order = (nt_order)(i / NT_N_PARALLELS % NT_N_ORDERS);
    c.schedule = (nt_schedule)(i / NT_N_PARALLELS / NT_N_ORDERS % NT_N_SCHEDULES);
    for (int a = 0; a < 3; a++)
        c.tile[a] = rng_pick(r, tiles, 5);
    c.depth = rng_pick(r, depths, 3);
    c.threads = rng_pick(r, threads, 5);
    pick_form(r, s, &c);
    for (int k = 0; s->kernel->keys && s->kernel->keys[k].name; k++)
        c.own[k] = s->kernel->keys[k].values[rng_below(r, s->kernel->keys[k].n_values)];
    return c;
}

/* The plainest schedule on contiguous cells; then every pair of loop and order, the rest at random. */
static void schedules(void **state)
{
    const prebuilt *s = *state;
    const nt_config plain = prebuilt_config(s);
    const int radius = prebuilt_radius(s);
    const int n_configs = NT_N_PARALLELS * NT_N_ORDERS * NT_N_SCHEDULES;
    const int stride =
        s->kernel->cases ? 3 : 1; /* cases share the configs among the shapes and step counts */
    rng r = rng_make(11);
    scene expected, on;
    for (int k = 0; k < N_SHAPES * N_STEP_COUNTS; k++) {
        const int steps = step_counts[k % N_STEP_COUNTS];
        int64_t n[3];
        if (!prebuilt_shape(s, shapes[k / N_STEP_COUNTS], n))
            continue;
        prebuilt_scene(&expected, s, n, &layouts[0], false);
        const nt_grid *truth = scene_run(&expected, &plain, steps, s->name);
        for (int i = k % stride; i < n_configs; i += stride) {
            const layout *l = &layouts[(i + k) % n_layouts];
            const nt_config c = pick_config(&r, s, i);
            if (!layout_suits(l, radius))
                continue;
            prebuilt_scene(&on, s, n, l, rng_below(&r, 2) == 1);
            char what[NT_CONFIG_TEXT + 128];
            snprintf(what, sizeof what, "%s %s%s, %d steps: %s", s->name, l->name,
                     on.separate ? " separate" : "", steps, config_text(s->kernel, &c));
            const nt_grid *got = scene_run(&on, &c, steps, what);
            assert_same_bits(got, truth, what);
            if (s->kernel->field->n_levels == 2 && steps > 0)
                assert_same_bits(
                    got == on.level[0].grid ? on.level[1].grid : on.level[0].grid,
                    truth == expected.level[0].grid ? expected.level[1].grid : expected.level[0].grid, what);
            scene_free(&on);
        }
        scene_free(&expected);
    }
}

/* Several runs of one plan advance like one long run; so do plans made one after the other. */
static void runs_add_up(void **state)
{
    const prebuilt *s = *state;
    nt_config c = prebuilt_config(s);
    c.parallel = NT_PARALLEL_FLAT;
    c.threads = 2;
    c.depth = 2;
    scene once, often;
    prebuilt_scene(&once, s, shapes[0], &layouts[0], false);
    prebuilt_scene(&often, s, shapes[0], &layouts[0], false);
    const nt_grid *truth = scene_run(&once, &c, 9, s->name);
    const test_problem problem = scene_problem(&often, 3);
    nt_plan *plan;
    assert_int_equal(problem_plan(&plan, &problem, &c, NULL), NT_OK);
    for (int i = 0; i < 3; i++)
        nt_plan_run(plan, 3);
    assert_same_bits(nt_plan_newest(plan), truth, s->name);
    nt_plan_destroy(plan);
    scene_free(&once);
    scene_free(&often);
}

/* ---- The host ------------------------------------------------------------------------------------ */

#if defined __x86_64__
static unsigned env_get(void)
{
    return _mm_getcsr();
}
static void env_set(unsigned env)
{
    _mm_setcsr(env);
}
/* Round up, down, to zero, each with flush to zero and denormals as zero; invalid and divide-by-zero
 * unmasked. */
static const unsigned odd_envs[] = {0x1f80, 0x5f80, 0x3f80, 0x7f80, 0x9fc0, 0xdfc0, 0xffc0, 0x1d00};
#else
static unsigned env_get(void)
{
    return (unsigned)fegetround();
}
static void env_set(unsigned env)
{
    fesetround((int)env);
}
static const unsigned odd_envs[] = {FE_TONEAREST, FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO};
#endif
enum { N_ENVS = sizeof odd_envs / sizeof *odd_envs, TEAM = 2 };

/* Cells where rounding and flushing would show: subnormal inputs and results too. */
static void fill_tiny(scene *s)
{
    scene_fill(s);
    for (int64_t x = 0; x < s->level[0].grid->nx; x += 3)
        cell_set(s->level[0].grid, x, 0, 0, s->dtype == NT_F64 ? 0x1.8p-1060 : 0x1.8p-135);
}

static void odd_environment(void **state)
{
    const prebuilt *s = *state;
    nt_config c = prebuilt_config(s);
    c.parallel = NT_PARALLEL_OUTER;
    c.threads = TEAM;
    const unsigned own = env_get();
    scene expected, on;
    prebuilt_scene(&expected, s, shapes[0], &layouts[0], false);
    prebuilt_scene(&on, s, shapes[0], &layouts[0], false);
    fill_tiny(&expected);
    const nt_grid *truth = scene_run(&expected, &c, 2, s->name);
    for (int e = 0; e < N_ENVS; e++) {
        fill_tiny(&on);
        const test_problem problem = scene_problem(&on, 2);
        nt_plan *plan;
        assert_int_equal(problem_plan(&plan, &problem, &c, NULL), NT_OK);
        unsigned found[TEAM] = {0};
        const unsigned set = odd_envs[e];
#pragma omp parallel num_threads(TEAM)
        env_set(set);
        env_set(set); /* libomp puts the first thread's back at the end of a region */
        nt_plan_run(plan, 2);
        const unsigned found_here = env_get();
#pragma omp parallel num_threads(TEAM)
        {
            found[omp_get_thread_num()] = env_get();
            env_set(own);
        }
        env_set(own);
        assert_int_equal(found_here, set);
        for (int t = 0; t < TEAM; t++)
            assert_true(found[t] == set || found[t] == 0); /* 0: a smaller team was granted */
        assert_same_bits(nt_plan_newest(plan), truth, s->name);
        nt_plan_destroy(plan);
    }
    scene_free(&expected);
    scene_free(&on);
}

/* Each thread of a caller's region runs a plan of its own, on one thread. */
static void inside_a_region(void **state)
{
    const prebuilt *s = *state;
    scene expected, on[TEAM];
    nt_plan *plan[TEAM];
    nt_config c = prebuilt_config(s);
    prebuilt_scene(&expected, s, shapes[0], &layouts[0], false);
    const nt_grid *truth = scene_run(&expected, &c, 3, s->name);
    for (int parallel = 0; parallel < NT_N_PARALLELS; parallel++) {
        c.parallel = (nt_parallel)parallel;
        c.threads = 4;
        for (int t = 0; t < TEAM; t++) {
            prebuilt_scene(&on[t], s, shapes[0], &layouts[2], false);
            const test_problem problem = scene_problem(&on[t], 3);
            assert_int_equal(problem_plan(&plan[t], &problem, &c, NULL), NT_OK);
        }
#pragma omp parallel for num_threads(TEAM) schedule(static)
        for (int t = 0; t < TEAM; t++)
            nt_plan_run(plan[t], 3);
        for (int t = 0; t < TEAM; t++) {
            assert_same_bits(nt_plan_newest(plan[t]), truth, s->name);
            nt_plan_destroy(plan[t]);
            scene_free(&on[t]);
        }
    }
    scene_free(&expected);
}

static void repeated(void **state)
{
    const prebuilt *s = *state;
    nt_config c = prebuilt_config(s);
    c.parallel = NT_PARALLEL_FLAT;
    c.schedule = NT_SCHEDULE_DYNAMIC;
    c.tile[0] = 7;
    c.threads = TEAM;
    scene expected, on;
    prebuilt_scene(&expected, s, shapes[0], &layouts[0], false);
    prebuilt_scene(&on, s, shapes[0], &layouts[0], false);
    const nt_grid *truth = scene_run(&expected, &c, 2, s->name);
    for (int i = 0; i < 50; i++) {
        scene_fill(&on);
        assert_same_bits(scene_run(&on, &c, 2, s->name), truth, s->name);
    }
    scene_free(&expected);
    scene_free(&on);
}

int main(int argc, char **argv)
{
    (void)argc;
    tests_begin(argv);
    int n;
    const prebuilt *all = prebuilts(&n);
    for (int i = 0; i < n; i++)
        if (is_chosen(all, n, i)) {
            tests_add(schedules, &all[i], "%s:schedules", all[i].name);
            tests_add(runs_add_up, &all[i], "%s:runs", all[i].name);
            tests_add(odd_environment, &all[i], "%s:environment", all[i].name);
            tests_add(inside_a_region, &all[i], "%s:inside-a-region", all[i].name);
            tests_add(repeated, &all[i], "%s:repeated", all[i].name);
        }
    return tests_run("schedules");
}
