/*
 * test_wavefront.c - temporal blocking changes no bit and keeps every dependency, whatever tiles and teams
 * SPDX-License-Identifier: MIT
 *
 * Random samples; the seed is printed.  The engine is called without a plan, which would cut the threads to
 * the CPUs allowed: teams are larger than the machine, and threads are delayed on purpose.
 */
#include "bricks_fixture.h"

#include <omp.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/run.h"
#include "engine/wavefront.h"
#include "wave/wave_internal.h"

enum { MOST_EDGE = 64, MOST_CELLS = 40000, MOST_STEPS = 64, MOST_TEAM = 4 };

static const int64_t grids[][3] = {{37, 29, 31}, {64, 20, 9}, {16, 16, 16},
                                   {16, 9, 40},  {21, 33, 8}, {8, 8, 8}};
enum { N_GRIDS = sizeof grids / sizeof *grids };

/* ---- A sample ------------------------------------------------------------------------------------ */

/* How the team comes to be smaller than the config asks. */
typedef enum grant { AS_ASKED, FEWER, DYNAMIC_TEAM, IN_A_REGION, N_GRANTS } grant;

typedef struct sample {
    nt_config config;
    int64_t n[3], steps;
    int runs, radius;
    grant grant;
    int team; /* of FEWER */
    bool hooked;
    char text[320];
} sample;

static int64_t tiles_of(const sample *s, int axis, int64_t shift)
{
    const int64_t tile = s->config.tile[axis], reach = s->n[axis] + (s->config.depth - 1) * shift;
    return tile > 0 && tile < s->n[axis] ? reach / tile + 1 : MOST_TEAM;
}

/* Any values, except samples of so many empty tiles that one takes a second. */
static sample sample_any(rng *r, int radius)
{
    static const int depths[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 16}, xs[] = {0, 0, 1, 5, 13, 16, 32, 48, 100},
                     ys[] = {0, 1, 2, 3, 7, 16, 100}, zs[] = {0, 1, 2, 5, 100};
    sample s = {.radius = radius,
                .steps = rng_below(r, 20),
                .runs = 1 + (int)rng_below(r, 3),
                .grant = (grant)rng_below(r, N_GRANTS),
                .team = 1 + (int)rng_below(r, MOST_TEAM),
                .hooked = rng_below(r, 2) == 1};
    memcpy(s.n, grids[rng_below(r, N_GRIDS)], sizeof s.n);
    nt_config *c = &s.config;
    *c = (nt_config){.order = NT_ORDER_ZYX};
    c->parallel = (nt_parallel)rng_below(r, NT_N_PARALLELS);
    c->schedule = (nt_schedule)rng_below(r, NT_N_SCHEDULES);
    c->threads = 1 + (int)rng_below(r, MOST_TEAM);
    c->depth = rng_pick(r, depths, sizeof depths / sizeof *depths);
    do {
        c->tile[0] = rng_pick(r, xs, sizeof xs / sizeof *xs);
        c->tile[1] = rng_pick(r, ys, sizeof ys / sizeof *ys);
        c->tile[2] = rng_pick(r, zs, sizeof zs / sizeof *zs);
    } while (c->depth * tiles_of(&s, 0, 16) * tiles_of(&s, 1, radius) * tiles_of(&s, 2, radius) > 200000);
    return s;
}

static void sample_name(sample *s, const nt_kernel *kernel, const char *what)
{
    snprintf(s->text, sizeof s->text, "%s, %lldx%lldx%lld, %d runs of %lld steps, grant %d, team %d%s: %s",
             what, (long long)s->n[0], (long long)s->n[1], (long long)s->n[2], s->runs, (long long)s->steps,
             (int)s->grant, s->team, s->hooked ? ", hooked" : "", config_text(kernel, &s->config));
}

/* ---- The engine -------------------------------------------------------------------------------------- */

static void nest_finish(nt_nest *nest, const nt_config *c)
{
    nt_nest_set_config(nest, c);
    if (nest->depth > 1) {
        const size_t rows = (size_t)nt_wavefront_rows(nest);
        nest->progress = aligned_alloc(_Alignof(nt_progress), rows * sizeof *nest->progress);
        assert_non_null(nest->progress);
    }
}

/* All runs, with as many threads as the sample grants. */
static void nest_run(nt_nest *nest, const sample *s)
{
    const int before = omp_get_max_threads(), dynamic = omp_get_dynamic();
    omp_set_num_threads(s->grant == FEWER ? s->team : MOST_TEAM);
    omp_set_dynamic(s->grant == DYNAMIC_TEAM);
    for (int run = 0; run < s->runs; run++) {
        if (s->grant != IN_A_REGION) {
            nt_nest_run(nest);
        } else {
#pragma omp parallel num_threads(2)
#pragma omp single
            nt_nest_run(nest);
        }
    }
    omp_set_dynamic(dynamic);
    omp_set_num_threads(before);
}

/* Lets the threads run into each other. */
static void delay(const nt_box *box, int64_t t)
{
    uint64_t h = (uint64_t)(box->y0 + 31 * box->z0 + 977 * t + 7919 * omp_get_thread_num());
    h *= UINT64_C(0x9e3779b97f4a7c15);
    if (h >> 61 == 0)
        sched_yield();
    for (volatile int i = 0; h >> 60 == 3 && i < 20000; i++) {
    }
}

/* ---- Dependencies -------------------------------------------------------------------------------------- */

/* How many steps each cell has made. */
typedef struct ledger {
    int64_t n[3], time;
    int radius, faults;
    int64_t brick; /* cells in x and y that are read and made together; 1: each alone */
    bool blocked;  /* depth > 1: other threads are at other steps */
    int made[MOST_CELLS];
} ledger;

/* What a row of the grids of these tests may be read from and to: more than any tile. */
enum { ROW_FIRST = -1000, ROW_END = 2000 };

static int *made_at(ledger *l, int64_t x, int64_t y, int64_t z)
{
    return &l->made[x + l->n[0] * (y + l->n[1] * z)];
}

static void fault(ledger *l)
{
    __atomic_fetch_add(&l->faults, 1, __ATOMIC_RELAXED);
}

/* Step t of a cell reads what its neighbours were after t steps, which they lose with step t + 1: they must
 * have made t or t + 1. */
static void check_cell(ledger *l, const int64_t at[3], int t)
{
    for (int a = 0; a < 3; a++) {
        /* Whole bricks are read, in x and y. */
        const int64_t brick = a < 2 ? l->brick : 1, end = (at[a] + l->radius) / brick * brick + brick - 1,
                      first = (at[a] - l->radius + 64 * brick) / brick * brick - 64 * brick;
        for (int64_t k = first - at[a]; k <= end - at[a]; k++) {
            int64_t p[3] = {at[0], at[1], at[2]};
            p[a] += k;
            if (p[a] < 0 || p[a] >= l->n[a])
                continue;
            const int made = __atomic_load_n(made_at(l, p[0], p[1], p[2]), __ATOMIC_RELAXED);
            if (k == 0 ? made != t : made != t && made != t + 1)
                fault(l);
        }
    }
}

static void check_tile(const nt_step *step, const nt_box *b)
{
    ledger *l = (ledger *)(uintptr_t)step->params;
    if (b->x0 % l->brick || b->y0 % l->brick || (b->x1 % l->brick && b->x1 != l->n[0]) ||
        (b->y1 % l->brick && b->y1 != l->n[1]))
        fault(l);
    const bool inside = b->x0 >= 0 && b->x0 < b->x1 && b->x1 <= l->n[0] && b->y0 >= 0 && b->y0 < b->y1 &&
                        b->y1 <= l->n[1] && b->z0 >= 0 && b->z0 < b->z1 && b->z1 <= l->n[2];
    if (!inside) {
        fault(l);
        return;
    }
    /* In a time block the rest of the row may be written by another thread. */
    const bool part = l->blocked && b->x1 - b->x0 < l->n[0];
    if (step->src.first != (part ? b->x0 - l->radius : ROW_FIRST) ||
        step->src.end != (part ? b->x1 + l->radius : ROW_END))
        fault(l);
    const int t = __atomic_load_n(made_at(l, b->x0, b->y0, b->z0), __ATOMIC_RELAXED);
    for (int64_t z = b->z0; z < b->z1; z++)
        for (int64_t y = b->y0; y < b->y1; y++)
            for (int64_t x = b->x0; x < b->x1; x++)
                check_cell(l, (const int64_t[3]){x, y, z}, t);
    delay(b, t);
}

static void make_step(const nt_hook *hook, void *state, const nt_step *step, const nt_box *b, int64_t time)
{
    ledger *l = hook->context;
    (void)state, (void)step;
    for (int64_t z = b->z0; z < b->z1; z++)
        for (int64_t y = b->y0; y < b->y1; y++)
            for (int64_t x = b->x0; x < b->x1; x++)
                if (__atomic_fetch_add(made_at(l, x, y, z), 1, __ATOMIC_RELAXED) != time)
                    fault(l);
}

/* A tile function that computes nothing looks, before each box, at what the box would read. */
static void dependencies(void **state)
{
    const int radius = (int)(intptr_t)*state;
    static ledger l;
    rng r = rng_make(51 + (uint64_t)radius);
    for (int i = 0; i < (TEST_SANITIZED ? 20 : test_trials(90)); i++) {
        sample s = sample_any(&r, radius);
        sample_name(&s, nt_kernel_find("wave"), "dependencies");
        memset(&l, 0, sizeof l);
        memcpy(l.n, s.n, sizeof l.n);
        l.radius = radius;
        l.brick = i % 3 == 2 ? NT_BRICK : 1;
        const nt_hook hook = {.apply = make_step, .context = &l};
        nt_hook_slot slot = {.hook = &hook};
        nt_nest nest = {.fn = check_tile,
                        .rotates = true,
                        .steps = s.steps,
                        .cells = {s.n[0], s.n[1], s.n[2]},
                        .element_bytes = i % 2 ? 4 : 8,
                        .radius = radius,
                        .brick = (int)l.brick,
                        .hooks = &slot,
                        .n_hooks = 1};
        const nt_view rows = {.first = ROW_FIRST, .end = ROW_END};
        nest.step[0] = nest.step[1] = (nt_step){.src = rows, .params = &l};
        nest_finish(&nest, &s.config);
        l.blocked = nest.depth > 1;
        nest_run(&nest, &s);
        free(nest.progress);
        if (l.faults > 0)
            fail_msg("%s: %d times a cell was not ready, gone, or outside, or might be read wrongly", s.text,
                     l.faults);
        for (int64_t c = 0; c < s.n[0] * s.n[1] * s.n[2]; c++)
            if (l.made[c] != s.runs * s.steps)
                fail_msg("%s: cell %lld made %d steps", s.text, (long long)c, l.made[c]);
    }
}

/* An even split of the rows may have more parts in a shallower last block: all of them have counters. */
static void last_blocks(void **state)
{
    (void)state;
    static const struct {
        int64_t ny, steps;
        int radius, threads, depth;
    } cases[] = {{16, 16, 1, 16, 3}, {3, 3, 1, 3, 2}, {8, 5, 1, 4, 2}, {16, 16, 4, 16, 6}, {13, 9, 2, 7, 4}};
    enum { MORE = 64, UNTOUCHED = 12345 };
    static ledger l;
    const int before = omp_get_max_threads();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        memset(&l, 0, sizeof l);
        memcpy(l.n, (int64_t[]){5, cases[i].ny, 5}, sizeof l.n);
        l.radius = cases[i].radius;
        l.brick = 1;
        const nt_hook hook = {.apply = make_step, .context = &l};
        nt_hook_slot slot = {.hook = &hook};
        nt_nest nest = {.fn = check_tile,
                        .rotates = true,
                        .steps = cases[i].steps,
                        .cells = {l.n[0], l.n[1], l.n[2]},
                        .element_bytes = 4,
                        .radius = l.radius,
                        .hooks = &slot,
                        .n_hooks = 1};
        nest.step[0] = nest.step[1] = (nt_step){.src = {.first = ROW_FIRST, .end = ROW_END}, .params = &l};
        const nt_config c = {
            .parallel = NT_PARALLEL_OUTER, .threads = cases[i].threads, .depth = cases[i].depth};
        nt_nest_set_config(&nest, &c);
        l.blocked = nest.depth > 1;
        const int64_t rows = nt_wavefront_rows(&nest);
        nest.progress = aligned_alloc(_Alignof(nt_progress), (size_t)(rows + MORE) * sizeof *nest.progress);
        assert_non_null(nest.progress);
        for (int64_t k = rows; k < rows + MORE; k++)
            atomic_store(&nest.progress[k].done, UNTOUCHED);
        omp_set_num_threads(cases[i].threads);
        nt_nest_run(&nest);
        for (int64_t k = rows; k < rows + MORE; k++)
            assert_true(atomic_load(&nest.progress[k].done) == UNTOUCHED);
        free(nest.progress);
        assert_int_equal(l.faults, 0);
        for (int64_t k = 0; k < l.n[0] * l.n[1] * l.n[2]; k++)
            assert_int_equal(l.made[k], cases[i].steps);
    }
    omp_set_num_threads(before);
}

/* ---- Bits ------------------------------------------------------------------------------------------------
 * */

/* Any damping factors: those of the library's own layers are tested elsewhere. */
typedef struct medium {
    nt_wave wave;
    double wide[3][MOST_EDGE];
    float narrow[3][MOST_EDGE];
} medium;

static void medium_make(medium *m, rng *r, const nt_wave *standard, nt_dtype dtype, const int64_t n[3])
{
    *m = (medium){.wave = *standard};
    m->wave.damped_dtype = dtype;
    m->wave.wy = 0.5 + rng_unit(r);
    m->wave.wz = 0.5 + rng_unit(r);
    for (int f = 0; f < NT_N_FACES; f++)
        m->wave.face[f] = (nt_boundary)rng_below(r, NT_N_BOUNDARIES);
    for (int a = 0; a < 3; a++) {
        const bool low = m->wave.face[2 * a] == NT_BOUNDARY_ABSORBING,
                   high = m->wave.face[2 * a + 1] == NT_BOUNDARY_ABSORBING;
        for (int64_t i = 0; i < n[a]; i++) {
            const bool in_layer = (low && i < 3) || (high && i >= n[a] - 3);
            m->wide[a][i] = in_layer ? 1 - 0.1 * rng_unit(r) : 1;
            m->narrow[a][i] = (float)m->wide[a][i];
        }
        if (low || high)
            m->wave.damping[a] = dtype == NT_F64 ? (void *)m->wide[a] : m->narrow[a];
        m->wave.damped_n[a] = n[a];
    }
}

/* Sources in every fifth cell, what the cells were before, and each visit. */
typedef struct traffic {
    int64_t n[3];
    int visits[MOST_CELLS];
    double seen[MOST_STEPS][2]; /* two receivers */
    int faults;
} traffic;

static void shake(const nt_hook *hook, void *state, const nt_step *step, const nt_box *b, int64_t time)
{
    (void)hook, (void)state, (void)step;
    delay(b, time);
}

#define CELL(T, view, x, y, z) ((T *)(view).cells)[nt_view_cell(&(view), x, y, z)]

static double add_to(const nt_step *step, nt_dtype dtype, int64_t x, int64_t y, int64_t z, double value)
{
    if (dtype == NT_F64)
        return CELL(double, step->dst, x, y, z) += value;
    return CELL(float, step->dst, x, y, z) += (float)value;
}

static void shoot(traffic *f, nt_dtype dtype, const nt_step *step, const nt_box *b, int64_t time)
{
    for (int64_t z = b->z0; z < b->z1; z++)
        for (int64_t y = b->y0; y < b->y1; y++)
            for (int64_t x = b->x0; x < b->x1; x++) {
                const int64_t i = x + f->n[0] * (y + f->n[1] * z);
                if (__atomic_fetch_add(&f->visits[i], 1, __ATOMIC_RELAXED) != time || time >= MOST_STEPS)
                    __atomic_fetch_add(&f->faults, 1, __ATOMIC_RELAXED);
                const double now = add_to(step, dtype, x, y, z, i % 5 ? 0 : 0.01 * (double)(time + i % 7));
                if (time < MOST_STEPS && (i == 0 || i == f->n[0] * f->n[1] * f->n[2] / 2))
                    f->seen[time][i != 0] = now;
            }
}
static void shoot_f32(const nt_hook *hook, void *state, const nt_step *step, const nt_box *b, int64_t time)
{
    (void)state;
    shoot(hook->context, NT_F32, step, b, time);
}
static void shoot_f64(const nt_hook *hook, void *state, const nt_step *step, const nt_box *b, int64_t time)
{
    (void)state;
    shoot(hook->context, NT_F64, step, b, time);
}

static void run_scene(scene *on, const sample *s, const nt_function *function, traffic *f)
{
    const nt_hook shoots = {.apply = on->dtype == NT_F64 ? shoot_f64 : shoot_f32, .context = f},
                  shakes = {.apply = shake};
    nt_hook_slot hooks[] = {{.hook = &shoots}, {.hook = &shakes}};
    nt_nest nest = {.fn = function->tile,
                    .rotates = true,
                    .steps = s->steps,
                    .cells = {s->n[0], s->n[1], s->n[2]},
                    .element_bytes = (int)nt_dtype_bytes(on->dtype),
                    .radius = s->radius,
                    .dtype = on->dtype,
                    .ghosts = on->kernel->field->ghosts,
                    .flush_denormals = on->kernel->field->flush_denormals,
                    .hooks = s->hooked ? hooks : NULL,
                    .n_hooks = s->hooked ? 2 : 0};
    scene_bricks bricks;
    const bool in_bricks = function->layout == NT_LAYOUT_BRICKS;
    const nt_step rows = scene_step(on);
    nest.step[0] = nest.step[1] = in_bricks ? scene_to_bricks(&bricks, on, &rows) : rows;
    nest.brick = in_bricks ? NT_BRICK : 1;
    nest.step[0].config = nest.step[1].config = &s->config;
    nest.step[1].src = nest.step[0].dst;
    nest.step[1].dst = nest.step[0].src;
    memset(f, 0, sizeof *f);
    memcpy(f->n, s->n, sizeof f->n);
    for (int i = 0; i < 2; i++)
        operand_snapshot(&on->level[i]);
    nest_finish(&nest, &s->config);
    nest_run(&nest, s);
    free(nest.progress);
    if (in_bricks)
        scene_from_bricks(&bricks, on);
    for (int i = 0; i < 2; i++)
        operand_check(&on->level[i], true, s->text);
}

static void bits(void **state)
{
    const prebuilt *best = *state;
    int n_prebuilts;
    const prebuilt *all = prebuilts(&n_prebuilts);
    static medium m;
    static traffic expected_traffic, traffic_seen;
    rng r = rng_make(71 + (uint64_t)(prebuilt_radius(best) * 2 + (int)best->function->dtype));
    for (int i = 0; i < (TEST_SANITIZED ? 6 : test_trials(30)); i++) {
        sample s = sample_any(&r, prebuilt_radius(best)), plain = s;
        const prebuilt *other = &all[rng_below(&r, n_prebuilts)];
        while (!prebuilts_alike(other, best))
            other = other + 1 < all + n_prebuilts ? other + 1 : all;
        s.config.isa = other->isa;
        s.config.fn = nt_kernel_form(other->kernel, other->function->fn);
        s.config.layout = (int)other->function->layout;
        for (int k = 0; other->kernel->keys && other->kernel->keys[k].name; k++)
            s.config.own[k] = other->kernel->keys[k].values[rng_below(&r, other->kernel->keys[k].n_values)];
        sample_name(&s, best->kernel, best->name);
        plain.config = prebuilt_config(best);
        plain.grant = AS_ASKED;
        sample_name(&plain, best->kernel, "the plainest");
        medium_make(&m, &r, best->params, best->function->dtype, s.n);
        scene expected, on;
        scene_make(&expected, best->kernel, &m.wave, best->function->dtype, s.n, &layouts[0], false);
        scene_make(&on, best->kernel, &m.wave, best->function->dtype, s.n, &layouts[i % 7], false);
        run_scene(&expected, &plain, best->function, &expected_traffic);
        run_scene(&on, &s, other->function, &traffic_seen);
        assert_same_bits(on.level[0].grid, expected.level[0].grid, s.text);
        assert_same_bits(on.level[1].grid, expected.level[1].grid, s.text);
        if (s.hooked &&
            (traffic_seen.faults > 0 || memcmp(&traffic_seen, &expected_traffic, sizeof traffic_seen) != 0))
            fail_msg("%s: hooks saw other cells, or other values", s.text);
        scene_free(&expected);
        scene_free(&on);
    }
}

/* One plan run often, its cells changed by the caller in between, compared with depth 1. */
static void plans(void **state)
{
    const prebuilt *s = *state;
    static const int64_t n[3] = {37, 20, 19};
    nt_config flat = prebuilt_config(s), deep = flat;
    deep.parallel = NT_PARALLEL_OUTER;
    deep.threads = 2;
    deep.tile[1] = 5;
    scene on[2];
    for (int depth = 2; depth <= 5; depth++) {
        nt_plan *plan[2];
        deep.depth = depth;
        for (int i = 0; i < 2; i++) {
            prebuilt_scene(&on[i], s, n, &layouts[i], false);
            const test_problem problem = scene_problem(&on[i], 7);
            assert_int_equal(problem_plan(&plan[i], &problem, i ? &deep : &flat, NULL), NT_OK);
        }
        for (int run = 0; run < 4; run++) {
            for (int i = 0; i < 2; i++) {
                nt_grid *newest = nt_plan_newest(plan[i]);
                cell_set(newest, 1, 1, n[2] - 2, run);
                cell_set(newest, n[0] - 1, 0, 3, -run);
                nt_plan_run(plan[i], 7);
            }
            assert_ptr_equal(nt_plan_newest(plan[1]), on[1].level[(run + 1) % 2].grid);
            assert_same_bits(nt_plan_newest(plan[1]), nt_plan_newest(plan[0]), s->name);
        }
        for (int i = 0; i < 2; i++) {
            nt_plan_destroy(plan[i]);
            scene_free(&on[i]);
        }
    }
}

int main(int argc, char **argv)
{
    (void)argc;
    tests_begin(argv);
    for (int radius = 1; radius <= NT_WAVE_MAX_RADIUS; radius *= 2)
        tests_add(dependencies, (const void *)(intptr_t)radius, "radius-%d:dependencies", radius);
    tests_add(last_blocks, NULL, "last-blocks");
    int n;
    const prebuilt *all = prebuilts(&n);
    for (int i = 0; i < n; i++) {
        const int radius = prebuilt_radius(&all[i]);
        bool best = strcmp(all[i].kernel->name, "wave") == 0 && radius != 3 && radius != 6;
        for (int j = i + 1; j < n; j++) /* the last: the best isa */
            best &= !prebuilts_alike(&all[j], &all[i]);
        if (!best)
            continue;
        tests_add(bits, &all[i], "%s:bits", all[i].name);
        tests_add(plans, &all[i], "%s:plans", all[i].name);
    }
    return tests_run("wavefront");
}
