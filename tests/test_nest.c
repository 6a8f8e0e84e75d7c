/*
 * test_nest.c - the contract of kernels that read neighbours or coefficients, and of hooks
 * SPDX-License-Identifier: MIT
 *
 * Two kernels that only this file knows: a leapfrog step of radius 1 on two levels, and an update with two
 * coefficients on one.  Plain loops say what is right.
 */
#include "support.h"

#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/run.h"
#include "engine/wavefront.h"

enum { NX = 19, NY = 7, NZ = 6, MOST_STEPS = 8, MOST_TEAM = 5 };
static const int64_t shape[3] = {NX, NY, NZ};

/* What the tile functions did last, for the hooks to compare with. */
static _Thread_local nt_box last_box;

/* ---- The kernels ---------------------------------------------------------------------------- */

static double leap(double old, double centre, double west, double east, double south, double north,
                   double below, double above)
{
    const double sum = ((west + east) + (south + north)) + (below + above);
    return (2 * centre - old) + 0.109375 * (sum - 6 * centre);
}

static void leap_tile(const nt_step *step, const nt_box *box)
{
    last_box = *box;
    const ptrdiff_t sy = step->src.sy, sz = step->src.sz;
    for (int64_t z = box->z0; z < box->z1; z++)
        for (int64_t y = box->y0; y < box->y1; y++)
            for (int64_t x = box->x0; x < box->x1; x++) {
                const double *s = (const double *)step->src.cells + x + y * sy + z * sz;
                double *d = (double *)step->dst.cells + x + y * step->dst.sy + z * step->dst.sz;
                *d = leap(*d, *s, s[-1], s[1], s[-sy], s[sy], s[-sz], s[sz]);
            }
}

static void update_tile(const nt_step *step, const nt_box *box)
{
    last_box = *box;
    for (int64_t z = box->z0; z < box->z1; z++)
        for (int64_t y = box->y0; y < box->y1; y++)
            for (int64_t x = box->x0; x < box->x1; x++) {
                const double *s = (const double *)step->src.cells + x + y * step->src.sy + z * step->src.sz;
                const double *a =
                    (const double *)step->coef[0].cells + x + y * step->coef[0].sy + z * step->coef[0].sz;
                const double *b =
                    (const double *)step->coef[1].cells + x + y * step->coef[1].sy + z * step->coef[1].sz;
                ((double *)step->dst.cells)[x + y * step->dst.sy + z * step->dst.sz] = *s * *a + *b;
            }
}

static int one_cell(const void *params)
{
    (void)params;
    return 1;
}

static double fill(int grid, int64_t cell_index, uint64_t seed)
{
    rng r = {seed + (uint64_t)(cell_index * 8 + grid)};
    return 2 * rng_unit(&r) - 1;
}

static const nt_variant variants[] = {{.name = "plain"}, {0}};
static const nt_form forms[] = {{.name = "u1"}, {0}};
static const nt_function leap_functions[] = {
    {.isa = NT_ISA_SCALAR, .variant = "plain", .dtype = NT_F64, .fn = "u1", .tile = leap_tile}, {0}};
static const nt_function update_functions[] = {
    {.isa = NT_ISA_SCALAR, .variant = "plain", .dtype = NT_F64, .fn = "u1", .tile = update_tile}, {0}};
static const nt_field leap_field = {.n_levels = 2, .radius = one_cell, .fill = fill};
static const nt_field update_field = {.n_levels = 1, .n_coefs = 2, .fill = fill};
static const nt_kernel leap_kernel = {
    NT_KERNEL_HEAD,       .name = "leap", .field = &leap_field,
    .variants = variants, .forms = forms, .functions = (const nt_function *const[]){leap_functions, NULL}};
static const nt_kernel update_kernel = {
    NT_KERNEL_HEAD,         .name = "update",
    .field = &update_field, .variants = variants,
    .forms = forms,         .functions = (const nt_function *const[]){update_functions, NULL}};

static const nt_config plain = {.isa = NT_ISA_SCALAR, .depth = 1, .threads = 1};

/* The halo of level 0 and 1 is not zero, so that reading it shows. */
static void make(scene *s, const nt_kernel *kernel, const layout *l)
{
    scene_make(s, kernel, NULL, NT_F64, shape, l, false);
    for (int i = 0; i < kernel->field->n_levels; i++)
        for (int64_t k = 0; kernel->field->radius && k < (NX + 2) * (NY + 2) * (NZ + 2); k++) {
            const int64_t x = k % (NX + 2) - 1, y = k / (NX + 2) % (NY + 2) - 1,
                          z = k / (NX + 2) / (NY + 2) - 1;
            if (x < 0 || x == NX || y < 0 || y == NY || z < 0 || z == NZ)
                cell_set(s->level[i].grid, x, y, z, fill(i, -1 - k, 5));
        }
}

/* ---- Against plain loops ------------------------------------------------------------------------- */

/* One step by the definition; levels keep their places, step t writes the level (t + 1) mod 2. */
static void plain_step(scene *s, int64_t t)
{
    const bool rotates = s->kernel->field->n_levels == 2;
    const nt_grid *src = s->level[rotates ? t & 1 : 0].grid, *dst = s->level[rotates ? (t + 1) & 1 : 0].grid;
    for (int64_t z = 0; z < NZ; z++)
        for (int64_t y = 0; y < NY; y++)
            for (int64_t x = 0; x < NX; x++) {
                const double c = cell_get(src, x, y, z);
                const double value =
                    rotates ? leap(cell_get(dst, x, y, z), c, cell_get(src, x - 1, y, z),
                                   cell_get(src, x + 1, y, z), cell_get(src, x, y - 1, z),
                                   cell_get(src, x, y + 1, z), cell_get(src, x, y, z - 1),
                                   cell_get(src, x, y, z + 1))
                            : c * cell_get(s->coef[0].grid, x, y, z) + cell_get(s->coef[1].grid, x, y, z);
                cell_set(dst, x, y, z, value);
            }
}

static void assert_same_levels(const scene *a, const scene *b, const char *what)
{
    for (int i = 0; i < a->kernel->field->n_levels; i++)
        assert_same_bits(a->level[i].grid, b->level[i].grid, what);
}

static nt_config config_number(rng *r, int i)
{
    static const int tiles[] = {0, 0, 1, 3, 4, 64};
    nt_config c = plain;
    c.parallel = (nt_parallel)(i % NT_N_PARALLELS);
    c.order = (nt_order)(i / NT_N_PARALLELS % NT_N_ORDERS);
    c.schedule = (nt_schedule)(i / NT_N_PARALLELS / NT_N_ORDERS % NT_N_SCHEDULES);
    for (int a = 0; a < 3; a++)
        c.tile[a] = rng_pick(r, tiles, 6);
    c.threads = 1 + i % MOST_TEAM;
    c.depth = 1 + (int)rng_below(r, 4);
    return c;
}

/* The engine without a plan, which would cut the threads to the CPUs allowed. */
static void run_nest(scene *s, const nt_config *c, int64_t steps)
{
    const bool rotates = s->kernel->field->n_levels == 2,
               fuses = !rotates && s->level[0].grid->sy == NX && s->level[0].grid->sz == NX * NY;
    nt_nest nest = {.fn = nt_kernel_function_at(s->kernel, 0)->tile,
                    .rotates = rotates,
                    .steps = steps,
                    .cells = {NX, NY, NZ},
                    .element_bytes = 8,
                    .radius = nt_kernel_radius(s->kernel, NULL),
                    .dtype = NT_F64,
                    .rows_fuse = fuses,
                    .planes_fuse = fuses};
    nest.step[0] = nest.step[1] = scene_step(s);
    if (rotates) {
        nest.step[1].src = nest.step[0].dst;
        nest.step[1].dst = nest.step[0].src;
    }
    nt_nest_set_config(&nest, c);
    if (nest.radius > 0 && nest.depth > 1) {
        const size_t rows = (size_t)nt_wavefront_rows(&nest);
        nest.progress = aligned_alloc(_Alignof(nt_progress), rows * sizeof *nest.progress);
        assert_non_null(nest.progress);
    }
    nt_nest_run(&nest);
    free(nest.progress);
}

/* Real teams of 1 to 5 threads, every loop and order, to a depth of 4. */
static void teams(void **state)
{
    const nt_kernel *kernel = *state;
    const int before = omp_get_max_threads();
    omp_set_num_threads(MOST_TEAM);
    rng r = rng_make(21);
    for (int i = 0; i < 360; i++) {
        const int64_t steps = i % 4;
        const nt_config c = config_number(&r, i);
        scene expected, on;
        make(&expected, kernel, &layouts[0]);
        make(&on, kernel, &layouts[i % 7]); /* unit stride in x */
        for (int64_t t = 0; t < steps; t++)
            plain_step(&expected, t);
        for (int k = 0; k < kernel->field->n_levels; k++)
            operand_snapshot(&on.level[k]);
        run_nest(&on, &c, steps);
        assert_same_levels(&on, &expected, config_text(kernel, &c));
        for (int k = 0; k < kernel->field->n_levels; k++)
            operand_check(&on.level[k], true, config_text(kernel, &c));
        scene_free(&expected);
        scene_free(&on);
    }
    omp_set_num_threads(before);
}

/* Plans: halo untouched, the newest level, several runs. */
static void plans(void **state)
{
    const nt_kernel *kernel = *state;
    rng r = rng_make(22);
    for (int i = 0; i < 120; i++) {
        const nt_config c = config_number(&r, i);
        scene expected, on;
        make(&expected, kernel, &layouts[0]);
        make(&on, kernel, &layouts[i % (kernel->field->radius ? 7 : n_layouts)]);
        const test_problem problem = scene_problem(&on, 1 + i % 3);
        nt_plan *plan;
        nt_error why;
        if (problem_plan(&plan, &problem, &c, &why) != NT_OK)
            fail_msg("%s", why.text);
        assert_ptr_equal(nt_plan_newest(plan), on.level[0].grid);
        for (int k = 0; k < kernel->field->n_levels; k++)
            operand_snapshot(&on.level[k]);
        for (int64_t run = 0, t = 0; run < 3; run++) {
            nt_plan_run(plan, problem.steps);
            for (const int64_t end = t + problem.steps; t < end; t++)
                plain_step(&expected, t);
            assert_ptr_equal(nt_plan_newest(plan), on.level[kernel->field->n_levels == 2 ? t & 1 : 0].grid);
            assert_same_levels(&on, &expected, config_text(kernel, &c));
        }
        for (int k = 0; k < kernel->field->n_levels; k++)
            operand_check(&on.level[k], true, config_text(kernel, &c));
        nt_plan_destroy(plan);
        scene_free(&expected);
        scene_free(&on);
    }
}

static void refusals(void **state)
{
    (void)state;
    scene s, thin;
    nt_plan *plan = NULL;
    nt_error why;
    make(&s, &leap_kernel, &layouts[0]);
    test_problem problem = scene_problem(&s, 2);
    make(&thin, &update_kernel, &layouts[0]); /* pointwise: no halo */
    problem.level[1] = thin.level[0].grid;
    assert_refused(problem_plan(&plan, &problem, &plain, &why), NT_ESHAPE, &why, "halo of 0");
    problem.level[1] = NULL; /* only two grids */
    assert_refused(problem_plan(&plan, &problem, &plain, &why), NT_EARG, &why, "2 levels");
    nt_grid *const hole[] = {problem.level[0], NULL};
    assert_refused(nt_plan_create(&plan, &leap_kernel, hole, 2, NULL, &why), NT_EARG, &why, "grid 1 is NULL");
    problem.level[1] = problem.level[0];
    assert_refused(problem_plan(&plan, &problem, &plain, &why), NT_EARG, &why, "overlap");
    problem.level[1] = s.level[1].grid;
    problem.result = thin.level[0].grid;
    assert_refused(problem_plan(&plan, &problem, &plain, &why), NT_EARG, &why,
                   "3 grids, kernel leap takes 2");
    problem = scene_problem(&thin, 1);
    problem.coef[1] = NULL;
    assert_refused(problem_plan(&plan, &problem, &plain, &why), NT_EARG, &why, "2 coefficients");
    assert_null(plan);

    operand wide;
    operand_make(&wide, NT_F64, shape, 1, &layouts[7], 0); /* stride 2 in x */
    problem = scene_problem(&s, 1);
    problem.level[1] = wide.grid;
    assert_refused(problem_plan(&plan, &problem, &plain, &why), NT_ESTRIDE, &why, "stride 2 in x");
    operand_free(&wide);
    scene_free(&s);
    scene_free(&thin);
}

/* ---- Hooks ----------------------------------------------------------------------------------------- */

typedef struct log {
    int called[MOST_STEPS][NX * NY * NZ];
    int faults;
} log;

static bool same_box(const nt_box *a, const nt_box *b)
{
    return a->x0 == b->x0 && a->x1 == b->x1 && a->y0 == b->y0 && a->y1 == b->y1 && a->z0 == b->z0 &&
           a->z1 == b->z1;
}

static double *dst_cell(const nt_step *step, int64_t x, int64_t y, int64_t z)
{
    return (double *)step->dst.cells + x + y * step->dst.sy + z * step->dst.sz;
}

/* Counts each cell of the box, and adds a source that depends on time to some of them. */
static void source(const nt_hook *hook, void *state, const nt_step *step, const nt_box *b, int64_t time)
{
    log *l = hook->context;
    (void)state;
    const bool inside = b->x0 >= 0 && b->x0 < b->x1 && b->x1 <= NX && b->y0 >= 0 && b->y0 < b->y1 &&
                        b->y1 <= NY && b->z0 >= 0 && b->z0 < b->z1 && b->z1 <= NZ;
    if (!inside || time < 0 || time >= MOST_STEPS) {
#pragma omp atomic
        l->faults++;
        return;
    }
    for (int64_t z = b->z0; z < b->z1; z++)
        for (int64_t y = b->y0; y < b->y1; y++)
            for (int64_t x = b->x0; x < b->x1; x++) {
#pragma omp atomic
                l->called[time][x + NX * (y + NY * z)]++;
                if ((x + y + z) % 5 == 0)
                    *dst_cell(step, x, y, z) += 0.125 * (double)(time + 1);
            }
}

/* The second hook sees what the first one did. */
static void halve(const nt_hook *hook, void *state, const nt_step *step, const nt_box *b, int64_t time)
{
    (void)hook, (void)state, (void)time;
    for (int64_t z = b->z0; z < b->z1 && b->z1 <= NZ; z++)
        for (int64_t y = b->y0; y < b->y1 && b->y1 <= NY; y++)
            if (b->x0 == 0)
                *dst_cell(step, 0, y, z) *= 0.5;
}

/* This thread computed this box just before; rows may have been fused for the tile function. */
static void same_thread(const nt_hook *hook, void *state, const nt_step *step, const nt_box *b, int64_t time)
{
    (void)state, (void)step, (void)time;
    const nt_box one_row = {b->z0 * NX * NY, b->z1 * NX * NY, 0, 1, 0, 1};
    const nt_box planes = {b->y0 * NX, b->y1 * NX, 0, 1, b->z0, b->z1};
    if (!same_box(b, &last_box) && !same_box(&one_row, &last_box) && !same_box(&planes, &last_box)) {
#pragma omp atomic
        ((log *)hook->context)->faults++;
    }
}

static void plain_hooks(scene *s, int64_t t)
{
    const nt_grid *dst = s->level[s->kernel->field->n_levels == 2 ? (t + 1) & 1 : 0].grid;
    for (int64_t i = 0; i < NX * NY * NZ; i++) {
        const int64_t x = i % NX, y = i / NX % NY, z = i / NX / NY;
        if ((x + y + z) % 5 == 0)
            cell_set(dst, x, y, z, cell_get(dst, x, y, z) + 0.125 * (double)(t + 1));
        if (x == 0)
            cell_set(dst, x, y, z, cell_get(dst, x, y, z) * 0.5);
    }
}

static void check_log(const log *l, int64_t steps, const char *what)
{
    if (l->faults > 0)
        fail_msg("%s: %d hook calls with a box or time out of range, or on another thread", what, l->faults);
    for (int64_t t = 0; t < MOST_STEPS; t++)
        for (int i = 0; i < NX * NY * NZ; i++)
            if (l->called[t][i] != (t < steps))
                fail_msg("%s: hooks called %d times for cell %d at time %lld", what, l->called[t][i], i,
                         (long long)t);
}

/* Exact at every depth, each cell once a step, in boxes of the grid, time counting on from run to run. */
static void hooks(void **state)
{
    enum { RUNS = 2 };
    const nt_kernel *kernel = *state;
    const int before = omp_get_max_threads();
    omp_set_num_threads(MOST_TEAM);
    rng r = rng_make(23);
    for (int i = 0; i < 240; i++) {
        static log l;
        const nt_hook first = {.apply = same_thread, .context = &l},
                      second = {.apply = source, .context = &l},
                      third = {.apply = halve}, *const list[] = {&first, &second, &third};
        const nt_config c = config_number(&r, i);
        scene expected, on;
        make(&expected, kernel, &layouts[0]);
        make(&on, kernel, &layouts[i % 7]);
        memset(&l, 0, sizeof l);
        test_problem problem = scene_problem(&on, 1 + i % 4);
        problem.hooks = list;
        problem.n_hooks = 3;
        nt_plan *plan;
        nt_error why;
        if (problem_plan(&plan, &problem, &c, &why) != NT_OK)
            fail_msg("%s", why.text);
        for (int64_t t = 0; t < RUNS * problem.steps; t++) {
            plain_step(&expected, t);
            plain_hooks(&expected, t);
        }
        for (int run = 0; run < RUNS; run++)
            nt_plan_run(plan, problem.steps);
        check_log(&l, RUNS * problem.steps, config_text(kernel, &c));
        assert_same_levels(&on, &expected, config_text(kernel, &c));
        nt_plan_destroy(plan);
        scene_free(&expected);
        scene_free(&on);
    }
    omp_set_num_threads(before);
}

/* prepare() is called once for each hook, in their order, with a description of the plan; its state is passed to
 * apply() and released once.  If one fails, no plan is created, and only the states made before are released. */
typedef struct preparation {
    nt_hook_use use;
    int calls, refuses, releases, faults;
    bool used;
} preparation;

static nt_status prepared(const nt_hook *hook, const nt_hook_use *use, void **state, nt_error *why)
{
    preparation *p = hook->context;
    p->calls++;
    p->use = *use;
    if (p->refuses)
        snprintf(why->text, sizeof why->text, "no place for a source");
    else
        *state = &p->used;
    return p->refuses ? NT_ENOMEM : NT_OK;
}

static void counted(const nt_hook *hook, void *state, const nt_step *step, const nt_box *box, int64_t time)
{
    preparation *p = hook->context;
    (void)step, (void)box, (void)time;
    p->faults += state != &p->used;
    p->used = true;
}

static void released(const nt_hook *hook, void *state)
{
    preparation *p = hook->context;
    p->faults += state != &p->used;
    p->releases++;
}

static void preparations(void **state)
{
    const nt_kernel *kernel = *state;
    for (int depth = 1; depth <= 2; depth++)
        for (int refusing = 0; refusing <= 3; refusing++) { /* 0: none does */
            preparation p[3] = {
                {.refuses = refusing == 1}, {.refuses = refusing == 2}, {.refuses = refusing == 3}};
            const nt_hook made[] = {{counted, prepared, released, &p[0], 0},
                                    {counted, prepared, released, &p[1], 0},
                                    {counted, prepared, released, &p[2], 0}},
                          *const list[] = {&made[0], &made[1], &made[2]};
            nt_config c = plain;
            nt_error why;
            nt_plan *plan = NULL;
            scene on;
            make(&on, kernel, &layouts[0]);
            test_problem problem = scene_problem(&on, 3);
            c.depth = depth;
            problem.hooks = list;
            problem.n_hooks = 3;
            const nt_status status = problem_plan(&plan, &problem, &c, &why);
            if (refusing > 0) {
                assert_refused(status, NT_ENOMEM, &why, "no place");
                assert_null(plan);
            } else {
                assert_int_equal(status, NT_OK);
                nt_plan_run(plan, 3);
                nt_plan_run(plan, 2);
                for (int h = 0; h < 3; h++)
                    assert_int_equal(p[h].releases, 0);
                nt_plan_destroy(plan);
            }
            for (int h = 0; h < 3; h++) {
                assert_int_equal(p[h].calls, refusing == 0 || h < refusing);
                assert_int_equal(p[h].releases, refusing == 0 || h < refusing - 1);
                assert_int_equal(p[h].faults, 0);
                assert_int_equal(p[h].used, refusing == 0);
                assert_true(!p[h].calls ||
                            (p[h].use.kernel == kernel && p[h].use.dtype == NT_F64 &&
                             memcmp(p[h].use.n, shape, sizeof shape) == 0 && p[h].use.depth == depth));
            }
            scene_free(&on);
        }
}

int main(int argc, char **argv)
{
    (void)argc;
    tests_begin(argv);
    const nt_kernel *const kernels[] = {&leap_kernel, &update_kernel};
    for (int k = 0; k < 2; k++) {
        tests_add(teams, kernels[k], "%s:teams", kernels[k]->name);
        tests_add(plans, kernels[k], "%s:plans", kernels[k]->name);
        tests_add(hooks, kernels[k], "%s:hooks", kernels[k]->name);
        tests_add(preparations, kernels[k], "%s:preparations", kernels[k]->name);
    }
    tests_add(refusals, NULL, "refusals");
    return tests_run("nest");
}
