/*
 * test_share.c - on thin and flat arrays all threads have work, where the library chose the schedule
 * SPDX-License-Identifier: MIT
 *
 * The tile functions here compute nothing: they count the cells that each thread was given.  The engine is called
 * without a plan, which would cut the threads to the CPUs allowed; plans are looked at too.
 */
#include "support.h"

#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/run.h"
#include "engine/share.h"
#include "engine/wavefront.h"
#include "tuned_support.h"

enum { MOST_TEAM = 8 };

static int64_t cells_of[MOST_TEAM];

static void count_cells(const nt_step *step, const nt_box *b)
{
    (void)step;
    cells_of[omp_get_thread_num()] += (b->x1 - b->x0) * (b->y1 - b->y0) * (b->z1 - b->z0);
}

static int two_cells(const void *params)
{
    (void)params;
    return 2;
}

static const nt_variant variants[] = {{.name = "plain"}, {0}};
static const nt_form forms[] = {{.name = "u1"}, {0}};
static const nt_function functions[] = {
    {.isa = NT_ISA_SCALAR, .variant = "plain", .dtype = NT_F32, .fn = "u1", .tile = count_cells}, {0}};
static const nt_field pointwise_field = {.n_levels = 1}, stencil_field = {.n_levels = 2, .radius = two_cells};
#define KERNEL(name_, field_)                                                                  \
    {                                                                                          \
        NT_KERNEL_HEAD, .name = name_, .field = &field_, .variants = variants, .forms = forms, \
                        .functions = (const nt_function *const[])                              \
        {                                                                                      \
            functions, NULL                                                                    \
        }                                                                                      \
    }
static const nt_kernel pointwise = KERNEL("pointwise", pointwise_field);
static const nt_kernel stencil = KERNEL("stencil", stencil_field);

typedef struct thin {
    int64_t n[3];
    const char *config;
    bool stencil;
    int gap; /* elements between rows */
} thin;

static const char untiled[] = "parallel=outer,order=zyx";
static const thin shapes[] = {
    {{2048, 2048, 1}, untiled, false, 0},
    {{1, 2048, 2048}, untiled, false, 0},
    {{2048, 1, 2048}, untiled, false, 0},
    {{2048, 2048, 3}, untiled, false, 0},
    {{2048, 2048, 1}, untiled, false, 8},
    {{1, 2048, 2048}, "parallel=inner,order=zyx", false, 8},
    {{2048, 1, 2048}, "parallel=middle,order=zyx", false, 8},
    {{100000, 1, 1}, "parallel=flat,tile=65536x0x0", false, 0},
    {{100000, 1, 1}, "parallel=outer,tile=0x256x1", false, 0},
    {{50, 7, 7}, untiled, false, 8},
    {{2048, 2048, 1}, untiled, true, 0},
    {{1, 2048, 2048}, "parallel=outer,order=xyz", true, 0},
    {{2048, 1, 2048}, "parallel=outer,order=yzx", true, 0},
    {{2048, 2048, 3}, untiled, true, 0},
    {{2048, 2048, 3}, "parallel=flat", true, 0},
    {{50, 7, 7}, untiled, true, 8},
    {{512, 2048, 20}, "parallel=outer,tile=0x64x64", true, 0},
    {{2048, 3, 300}, "parallel=outer,tile=0x16x2,depth=4", true, 0},
    {{2048, 300, 3}, "parallel=outer,tile=0x16x4,depth=4", true, 0},
    {{2048, 2048, 1}, "parallel=outer,tile=0x16x2,depth=8", true, 0},
    {{2048, 1, 2048}, "parallel=outer,tile=0x16x2,depth=8", true, 0},
    {{300, 40, 300}, "parallel=outer,tile=0x32x2,depth=4", true, 0},
};
static const int teams[] = {2, 3, 4, 8};

static nt_nest nest_of(const thin *t)
{
    nt_nest nest = {.fn = count_cells,
                    .rotates = t->stencil,
                    .steps = 16,
                    .cells = {t->n[0], t->n[1], t->n[2]},
                    .element_bytes = 4,
                    .radius = t->stencil ? 2 : 0,
                    .dtype = NT_F32,
                    .rows_fuse = !t->stencil && t->gap == 0,
                    .planes_fuse = !t->stencil};
    return nest;
}

static nt_config config_of(const thin *t, int threads)
{
    const nt_kernel *kernel = t->stencil ? &stencil : &pointwise;
    nt_config c = nt_config_blank(kernel);
    nt_error why;
    if (nt_config_parse(kernel, t->config, &c, &why) != NT_OK)
        fail_msg("%s", why.text);
    c.threads = threads;
    return c;
}

/* The most that one thread computed, of what an even share would be. */
static double run_nest(nt_nest *nest, int threads)
{
    const int before = omp_get_max_threads();
    int64_t all = 0, most = 0;
    if (nest->radius > 0 && nest->depth > 1) {
        nest->progress =
            aligned_alloc(_Alignof(nt_progress), (size_t)nt_wavefront_rows(nest) * sizeof(nt_progress));
        assert_non_null(nest->progress);
    }
    memset(cells_of, 0, sizeof cells_of);
    omp_set_num_threads(threads);
    nt_nest_run(nest);
    omp_set_num_threads(before);
    free(nest->progress);
    for (int i = 0; i < threads; i++) {
        all += cells_of[i];
        most = cells_of[i] > most ? cells_of[i] : most;
    }
    return (double)most * threads / (double)all;
}

static void all_threads_work(void **state)
{
    const thin *t = *state;
    for (size_t k = 0; k < sizeof teams / sizeof *teams; k++) {
        const int threads = teams[k];
        nt_nest nest = nest_of(t);
        nt_config c = config_of(t, threads);
        nt_error why = {"row"};
        nt_share_set(&nest, &c, false, &why);
        assert_int_equal(nt_share_parts(&nest), threads);
        const double most = run_nest(&nest, threads);
        for (int i = 0; i < threads; i++)
            if (cells_of[i] == 0)
                fail_msg("thread %d of %d had no cell (%s)", i, threads, why.text);
        if (most > 2) /* of 49 rows 8 threads get 7 at most, of 4 planes 3 get 2 */
            fail_msg("a thread had %.2f times its share of %d threads (%s)", most, threads, why.text);
    }
}

/* The schedule is used as written, and *why says for how many threads it has work. */
static void schedules_of_the_caller_are_kept(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        nt_nest nest = nest_of(&shapes[i]);
        const nt_config c = config_of(&shapes[i], 4);
        nt_config got = c;
        nt_error why = {"the caller's config"};
        char expected[80] = "the caller's config";
        nt_share_set(&nest, &got, true, &why);
        assert_true(config_equal(&got, &c));
        const int parts = nt_share_parts(&nest);
        if (parts < 4)
            snprintf(expected, sizeof expected, "the caller's config; %d of 4 threads have work", parts);
        assert_string_equal(why.text, expected);
        const bool is_plane = strcmp(shapes[i].config, untiled) == 0 && shapes[i].n[2] == 1;
        if (is_plane)
            assert_int_equal(parts, 1);
    }
}

/* Wide arrays keep their schedule, and a serial schedule stays serial. */
static void wide_arrays_keep_their_schedule(void **state)
{
    (void)state;
    static const thin wide[] = {{{64, 64, 64}, untiled, false, 0},
                                {{64, 64, 64}, "parallel=middle,tile=0x8x8", true, 0},
                                {{64, 64, 64}, "parallel=outer,tile=0x16x2,depth=4", true, 0},
                                {{2048, 2048, 1}, "parallel=serial", true, 0}};
    for (size_t i = 0; i < sizeof wide / sizeof *wide; i++) {
        nt_nest nest = nest_of(&wide[i]);
        const nt_config c = config_of(&wide[i], 4);
        nt_config got = c;
        nt_error why = {"row"};
        nt_share_set(&nest, &got, false, &why);
        assert_true(config_equal(&got, &c));
        assert_string_equal(why.text, "row");
    }
}

/* Time blocks are kept where y can be cut more finely without leaving tiles too thin to keep their rows. */
static void time_blocks_are_kept_where_possible(void **state)
{
    (void)state;
    const thin t = {{300, 40, 300}, "parallel=outer,tile=0x32x2,depth=4", true, 0};
    for (int threads = 4; threads <= 16; threads *= 4) {
        nt_nest nest = nest_of(&t);
        nt_config c = config_of(&t, threads);
        nt_error why = {"row"};
        nt_share_set(&nest, &c, false, &why);
        assert_int_equal(c.depth, threads == 4 ? 4 : 1);
        assert_non_null(
            strstr(why.text, threads == 4 ? "; 2 of 4 threads have work, so parallel=outer,tile=0x0x2,depth=4"
                                          : "; 2 of 16 threads have work, so parallel=outer"));
    }
}

/* By plans: the default schedule of flat arrays. */
static void plans(void **state)
{
    const nt_kernel *kernel = *state;
    const int threads = nt_threads_allowed() < MOST_TEAM ? nt_threads_allowed() : MOST_TEAM;
    static const int64_t flat[][3] = {{2048, 2048, 1}, {256, 64, 64}};
    if (threads < 2 || omp_get_max_threads() < threads)
        skip();
    for (int i = 0; i < 2; i++) {
        nt_grid *level[2] = {NULL, NULL};
        nt_plan *plan;
        nt_error why;
        for (int l = 0; l < kernel->field->n_levels; l++)
            assert_int_equal(
                nt_grid_create(&level[l], NT_F32, flat[i], nt_kernel_radius(kernel, NULL), NULL, &why),
                NT_OK);
        const test_problem problem = {.kernel = kernel, .level = {level[0], level[1]}, .steps = 2};
        if (problem_plan(&plan, &problem, NULL, &why) != NT_OK)
            fail_msg("%s", why.text);
        memset(cells_of, 0, sizeof cells_of);
        nt_plan_run(plan, 2);
        const int asked = nt_plan_config(plan)->threads;
        for (int k = 0; k < threads && k < asked; k++)
            if (cells_of[k] == 0)
                fail_msg("thread %d of %d had no cell (%s)", k, threads, nt_plan_why(plan));
        assert_true((strstr(nt_plan_why(plan), "; 1 of ") != NULL) == (flat[i][2] == 1) ||
                    strstr(nt_plan_why(plan), "estimated")); /* with the shape in mind */
        nt_plan_destroy(plan);

        nt_config named = nt_config_blank(kernel);
        named.parallel = NT_PARALLEL_OUTER;
        named.threads = threads;
        assert_int_equal(problem_plan(&plan, &problem, &named, &why), NT_OK);
        assert_true(config_equal(nt_plan_config(plan), &named));
        assert_true((strstr(nt_plan_why(plan), "; 1 of ") != NULL) == (flat[i][2] == 1));
        nt_plan_destroy(plan);
        for (int l = 0; l < kernel->field->n_levels; l++)
            nt_grid_destroy(level[l]);
    }
}

/* ---- A plan whose grids or steps change -------------------------------------------------------- */

static void load_rows(void)
{
    tuned_load_body(
        "NT_TUNED_LINE(\"nestune 3 machine=here vendor=- uarch=- family=0 model=0 l1d=0 l2=0 l3=0 threads=0\")\n"
        "NT_TUNED_LINE(\"row mathop default 1 f64 out_of_cache many "
        "isa=best,variant=fused,parallel=flat,tile=0x0x0,depth=1,threads=all - - -\")\n"
        "NT_TUNED_LINE(\"row wave o2 4 f32 out_of_cache many "
        "isa=best,variant=leapfrog,parallel=outer,order=yxz,tile=0x24x2,depth=16,threads=all - - -\")\n");
}

/* How many threads have work, by what the plan says of itself; all: nothing is said. */
static int working(const nt_plan *plan)
{
    const char *said = strstr(nt_plan_why(plan), " threads have work");
    const char *so = said ? strstr(said, ", so ") : NULL;
    while (said && said > nt_plan_why(plan) && said[-1] != ';')
        said--;
    return said && !so ? atoi(said) : nt_plan_config(plan)->threads;
}

/* One plane: rows without gaps are one long row for `flat`, which cuts it; with gaps it has one tile. */
static void other_grids_are_shared_too(void **state)
{
    (void)state;
    enum { N = 2048, GAP = 8 };
    static const int64_t n[3] = {N, N, 1}, gaps[3] = {1, N + GAP, (N + GAP) * N};
    double *memory = calloc((size_t)(N + GAP) * N, sizeof *memory);
    nt_grid *dense, *wide;
    nt_plan *plan;
    nt_error why;
    assert_non_null(memory);
    assert_int_equal(nt_grid_create(&dense, NT_F64, n, 0, NULL, &why), NT_OK);
    assert_int_equal(nt_grid_wrap(&wide, NT_F64, n, gaps, 0, memory, &why), NT_OK);
    assert_int_equal(nt_plan_create(&plan, nt_kernel_find("mathop"), &dense, 1, NULL, &why), NT_OK);
    if (nt_plan_config(plan)->threads < 2)
        skip();
    const nt_config first = *nt_plan_config(plan);
    assert_int_equal(first.parallel, NT_PARALLEL_FLAT);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(nt_plan_set_grids(plan, &wide, 1, &why), NT_OK);
        assert_int_equal(working(plan), first.threads);
        assert_non_null(strstr(nt_plan_why(plan), "; 1 of "));
        assert_false(config_equal(nt_plan_config(plan), &first));
        assert_int_equal(nt_plan_run(plan, 1), NT_OK);
        assert_int_equal(nt_plan_set_grids(plan, &dense, 1, &why), NT_OK);
        assert_true(config_equal(nt_plan_config(plan), &first));
    }
    nt_plan_destroy(plan);
    nt_grid_destroy(wide);
    nt_grid_destroy(dense);
    free(memory);
}

/* Two rows of tiles in time blocks; one step at a time has no time blocks, and one row of tiles. */
static void other_steps_are_shared_too(void **state)
{
    (void)state;
    static const int64_t n[3] = {512, 24, 512};
    const nt_kernel *kernel = nt_kernel_find("wave");
    nt_grid *grids[3];
    nt_plan *plan;
    nt_error why;
    for (int i = 0; i < 3; i++) {
        assert_int_equal(nt_grid_create(&grids[i], NT_F32, n, i < 2 ? nt_kernel_radius(kernel, NULL) : 0, NULL, &why),
                         NT_OK);
        nt_kernel_fill(kernel, i, 1, grids[i]);
    }
    const nt_plan_options options = {.bytes = sizeof options, .most_threads = 2};
    assert_int_equal(nt_plan_create(&plan, kernel, grids, 3, &options, &why), NT_OK);
    if (nt_plan_config(plan)->threads < 2)
        skip();
    const nt_config first = *nt_plan_config(plan);
    static const int64_t steps[] = {16, 1, 5, 1, 16};
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        assert_int_equal(nt_plan_run(plan, steps[i]), NT_OK);
        if (working(plan) != 2)
            fail_msg("%lld steps: %s", (long long)steps[i], nt_plan_why(plan));
    }
    assert_true(config_equal(nt_plan_config(plan), &first));
    nt_plan_destroy(plan);
    for (int i = 0; i < 3; i++)
        nt_grid_destroy(grids[i]);
}

/* The schedules that thin arrays get give the bits of the plainest one. */
static void bits(void **state)
{
    const prebuilt *s = *state;
    static const int64_t thin_shapes[][3] = {{70, 40, 1}, {1, 40, 50}, {70, 1, 50}, {70, 60, 3}};
    const char *const configs[] = {"parallel=outer,order=zyx", "parallel=inner,order=xyz,tile=0x8x0",
                                   "parallel=outer,tile=0x16x2,depth=4"};
    const nt_config plain = prebuilt_config(s);
    for (int i = 0; i < 4 * 3; i++) {
        int64_t n[3];
        if (!prebuilt_shape(s, thin_shapes[i % 4], n))
            continue;
        nt_config c = plain;
        assert_int_equal(nt_config_parse(s->kernel, configs[i / 4], &c, NULL), NT_OK);
        c.threads = 5;
        nt_nest nest = {.cells = {n[0], n[1], n[2]},
                        .steps = 6,
                        .element_bytes = (int)nt_dtype_bytes(s->function->dtype),
                        .radius = prebuilt_radius(s)};
        nt_error why = {""};
        nt_share_set(&nest, &c, false, &why);
        scene expected, on;
        prebuilt_scene(&expected, s, n, &layouts[0], false);
        prebuilt_scene(&on, s, n, &layouts[0], false);
        const nt_grid *truth = scene_run(&expected, &plain, 6, s->name);
        assert_same_bits(scene_run(&on, &c, 6, config_text(s->kernel, &c)), truth,
                         config_text(s->kernel, &c));
        scene_free(&expected);
        scene_free(&on);
    }
}

int main(int argc, char **argv)
{
    (void)argc;
    tests_begin(argv);
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        tests_add(all_threads_work, &shapes[i], "%s/%dx%dx%d/%s", shapes[i].stencil ? "stencil" : "pointwise",
                  (int)shapes[i].n[0], (int)shapes[i].n[1], (int)shapes[i].n[2], shapes[i].config);
    tests_add(schedules_of_the_caller_are_kept, NULL, "named-schedules-are-kept");
    tests_add(wide_arrays_keep_their_schedule, NULL, "wide-arrays-keep-theirs");
    tests_add(time_blocks_are_kept_where_possible, NULL, "time-blocks");
    tests_add(plans, &pointwise, "plans/pointwise");
    tests_add(plans, &stencil, "plans/stencil");
    load_rows();
    tests_add(other_grids_are_shared_too, NULL, "plans/other-grids");
    tests_add(other_steps_are_shared_too, NULL, "plans/other-steps");
    int n;
    const prebuilt *all = prebuilts(&n);
    for (int i = 0; i < n; i++)
        if (all[i].isa == NT_ISA_SCALAR && all[i].function->dtype == NT_F32)
            tests_add(bits, &all[i], "%s:bits", all[i].name);
    return tests_run("share");
}
