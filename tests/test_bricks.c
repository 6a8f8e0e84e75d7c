/*
 * test_bricks.c - plans that work on bricks: the same bits as on rows, with hooks, odd sizes and grids of any layout
 * SPDX-License-Identifier: MIT
 */
#include "nestune/machine.h"
#include "shot_fixture.h"
#include "tuned_support.h"

/* ---- The same bits --------------------------------------------------------------------------------------- */

/* Not whole bricks in most of them, on some axes one brick or less. */
static const int64_t sizes[][3] = {{16, 16, 16}, {19, 18, 21}, {22, 27, 17}, {33, 8, 9}, {9, 35, 8}, {8, 9, 40}};
static const char *const schedules[] = {
    "parallel=serial,order=zyx,tile=0x0x0,depth=1",  "parallel=outer,order=zyx,tile=0x0x0,depth=1",
    "parallel=middle,order=zyx,tile=0x4x4,depth=1",  "parallel=inner,order=zyx,tile=0x0x0,depth=1",
    "parallel=flat,order=zyx,tile=5x6x2,depth=1",    "parallel=outer,order=xyz,tile=0x0x0,depth=1",
    "parallel=outer,order=yxz,tile=8x8x4,depth=3",   "parallel=outer,order=yxz,tile=8x0x0,depth=2",
    "parallel=serial,order=yxz,tile=0x12x5,depth=4", "parallel=outer,order=yxz,tile=7x5x3,depth=5"};
enum { N_SIZES = sizeof sizes / sizeof *sizes, N_SCHEDULES = sizeof schedules / sizeof *schedules, N_FORMS = 2 };

typedef struct sample {
    int order;
    nt_dtype dtype;
    nt_isa isa;
    const int64_t *n;
    char config[160];
} sample;

static nt_wave *any_faces(const sample *s, rng *r)
{
    nt_wave *w;
    nt_error why;
    nt_boundary face[NT_N_FACES];
    const double spacing[3] = {10, 12.5, 8};
    for (int f = 0; f < NT_N_FACES; f++)
        face[f] = (nt_boundary)rng_below(r, NT_N_BOUNDARIES);
    if (nt_wave_create(&w, s->order, spacing, &why) != NT_OK ||
        nt_wave_absorb(w, s->dtype, s->n, face, 3, 0.3, &why) != NT_OK)
        fail_msg("%s", why.text);
    return w;
}

static void grids_of(const sample *s, nt_grid *grids[3], uint64_t seed)
{
    rng r = rng_make(seed);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(nt_grid_create(&grids[i], s->dtype, s->n, i < 2 ? s->order / 2 : 0, NULL, NULL), NT_OK);
        for (int64_t k = 0; k < s->n[0] * s->n[1] * s->n[2]; k++)
            cell_set(grids[i], k % s->n[0], k / s->n[0] % s->n[1], k / s->n[0] / s->n[1],
                     i < 2 ? rng_unit(&r) - 0.5 : 0.01 + 0.02 * rng_unit(&r));
    }
}

static void run(const sample *s, const nt_wave *w, const char *cells, nt_grid *const grids[3], const int64_t steps[2])
{
    char config[NT_CONFIG_TEXT];
    snprintf(config, sizeof config, "%s,layout=%s", s->config, cells);
    const nt_plan_options options = {.bytes = sizeof options, .params = w, .config = config};
    nt_plan *plan;
    nt_error why;
    if (nt_plan_create(&plan, nt_kernel_find("wave"), grids, 3, &options, &why) != NT_OK)
        fail_msg("%s: %s", config, why.text);
    for (int i = 0; i < 2; i++)
        assert_int_equal(nt_plan_run(plan, steps[i]), NT_OK);
    nt_plan_destroy(plan);
}

/* Every order, type and isa; faces, sizes, schedules and steps at random. */
static void same_bits(void **state)
{
    (void)state;
    static const int orders[] = {2, 4, 6, 8, 12, 16};
    static const char *const forms[N_FORMS] = {"p2", "p1"};
    rng r = rng_make(97);
    for (int k = 0; k < (TEST_SANITIZED ? 1 : test_trials(6)); k++)
        for (int o = 0; o < 6; o++)
            for (int d = 0; d < NT_N_DTYPES; d++)
                for (int isa = 0; isa < NT_N_ISAS; isa++) {
                    sample s = {orders[o], (nt_dtype)d, (nt_isa)isa, sizes[rng_below(&r, N_SIZES)], ""};
                    const int64_t steps[2] = {rng_below(&r, 9), rng_below(&r, 3)};
                    if (!nt_isa_available(s.isa))
                        continue;
                    snprintf(s.config, sizeof s.config, "isa=%s,fn=%s,%s,threads=%d", nt_isa_name(s.isa),
                             forms[rng_below(&r, N_FORMS)], schedules[rng_below(&r, N_SCHEDULES)], 1 + (int)rng_below(&r, 3));
                    nt_wave *w = any_faces(&s, &r);
                    nt_grid *rows[3], *bricks[3];
                    grids_of(&s, rows, 5 + (uint64_t)k);
                    grids_of(&s, bricks, 5 + (uint64_t)k);
                    run(&s, w, "rows", rows, steps);
                    run(&s, w, "bricks", bricks, steps);
                    for (int i = 0; i < 3; i++)
                        assert_same_bits(bricks[i], rows[i], s.config);
                    grids_free(rows);
                    grids_free(bricks);
                    nt_wave_destroy(w);
                }
}

/* What is large is stored past the caches, what ends within a brick is not: copies of both kinds, there and back. */
static void large_copies(void **state)
{
    const nt_dtype dtype = *(const nt_dtype *)*state;
    static const int64_t n[3] = {1030, 43, 27};
    const sample s = {2, dtype, NT_ISA_SCALAR, n, "parallel=outer,tile=0x0x0,depth=1,threads=2"};
    const int64_t steps[2] = {2, 0};
    nt_wave *w;
    nt_grid *rows[3], *bricks[3];
    assert_int_equal(nt_wave_create(&w, 2, unit, NULL), NT_OK);
    grids_of(&s, rows, 3);
    grids_of(&s, bricks, 3);
    run(&s, w, "rows", rows, steps);
    run(&s, w, "bricks", bricks, steps);
    for (int i = 0; i < 3; i++)
        assert_same_bits(bricks[i], rows[i], "large");
    grids_free(rows);
    grids_free(bricks);
    nt_wave_destroy(w);
}

/* ---- Hooks ------------------------------------------------------------------------------------------------- */

/* A source and receivers, in time blocks and one step at a time; and on other grids. */
static void shots(void **state)
{
    const nt_dtype dtype = *(const nt_dtype *)*state;
    enum { FIRST = 17, SECOND = 8 };
    static const char *const configs[] = {SHOT_SCHEDULE "depth=4,layout=bricks",
                                          "parallel=outer,threads=2,tile=0x4x0,depth=1,layout=bricks"};
    static shot s;
    static shot_truth alone;
    shot_make(&s);
    shot_alone(&s, dtype, FIRST + SECOND, &alone);
    for (int i = 0; i < 2; i++) {
        nt_grid *grids[3], *others[3];
        shot_forget(&s);
        shot_grids(grids, dtype);
        shot_grids(others, dtype);
        nt_plan *plan = shot_plan(&s, grids, configs[i]);
        assert_int_equal(nt_plan_run(plan, FIRST), NT_OK);
        for (int g = 0; g < 2; g++)
            for (int64_t k = 0; k < shot_cells[0] * shot_cells[1] * shot_cells[2]; k++) {
                const int64_t at[3] = {k % shot_cells[0], k / shot_cells[0] % shot_cells[1], k / shot_cells[0] / shot_cells[1]};
                cell_set(others[g], at[0], at[1], at[2], cell_get(grids[(g + FIRST) % 2], at[0], at[1], at[2]));
            }
        assert_int_equal(nt_plan_set_grids(plan, others, 3, NULL), NT_OK);
        assert_int_equal(nt_plan_run(plan, SECOND), NT_OK);
        assert_same_bits(nt_plan_newest(plan), alone.newest, configs[i]);
        assert_same_traces(s.traces, alone.traces, 0, FIRST + SECOND, configs[i]);
        nt_plan_destroy(plan);
        grids_free(grids);
        grids_free(others);
    }
    grids_free(alone.grids);
    shot_free(&s);
}

static void nothing(const nt_hook *hook, void *state, const nt_step *step, const nt_box *box, int64_t time)
{
    (void)hook, (void)state, (void)step, (void)box, (void)time;
}

/* A hook that reads rows, memory that does not suffice, a kernel without bricks. */
static void refusals(void **state)
{
    (void)state;
    static const nt_hook reads_rows = {.apply = nothing}, reads_any = {.apply = nothing, .any_layout = 1};
    const nt_hook *hooks[] = {&reads_any, &reads_rows};
    nt_plan_options options = {.bytes = sizeof options, .config = "layout=bricks", .hooks = hooks, .n_hooks = 2};
    nt_grid *grids[3];
    nt_plan *plan;
    nt_error why;
    shot_grids(grids, NT_F32);
    const nt_kernel *wave = nt_kernel_find("wave");
    assert_refused(nt_plan_create(&plan, wave, grids, 3, &options, &why), NT_ECONFIG, &why, "a hook reads rows");
    options.n_hooks = 1;
    options.most_bytes = 100000;
    assert_refused(nt_plan_create(&plan, wave, grids, 3, &options, &why), NT_ECONFIG, &why, "more memory than allowed");
    options.most_bytes = 0;
    assert_int_equal(nt_plan_create(&plan, wave, grids, 3, &options, &why), NT_OK);
    nt_plan_destroy(plan);
    options.config = "layout=bricks,fn=p4ask";
    assert_refused(nt_plan_create(&plan, wave, grids, 3, &options, &why), NT_ECONFIG, &why, "layout=bricks");
    options = (nt_plan_options){.bytes = sizeof options, .config = "layout=bricks"};
    assert_refused(nt_plan_create(&plan, nt_kernel_find("square"), grids, 1, &options, &why), NT_ECONFIG, &why,
                   "layout=bricks: allowed are rows");
    grids_free(grids);
}

/* ---- Grids of any layout ----------------------------------------------------------------------------------- */

static void set_cell(nt_grid *g, const int64_t at[3], double value)
{
    nt_cells c;
    assert_int_equal(nt_grid_map(g, &c, NULL), NT_OK);
    ((float *)c.cells)[at[0] * c.stride[0] + at[1] * c.stride[1] + at[2] * c.stride[2]] = (float)value;
    nt_grid_unmap(g);
}

/* They stay in bricks between runs, and are rows for who maps them, and for plans in rows: as one set of grids in rows. */
static void kept(void **state)
{
    (void)state;
    enum { PLANS = 3 };
    static const char *const configs[PLANS] = {"parallel=outer,threads=2,tile=8x8x0,depth=3,layout=bricks,fn=p2",
                                               "parallel=serial,tile=0x0x0,depth=1,layout=rows,fn=p4",
                                               "parallel=outer,threads=2,tile=0x0x0,depth=1,layout=bricks,fn=p1"};
    static const int64_t n[3] = {21, 14, 19}, steps[] = {5, 4, 1, 3, 0, 2, 6, 1};
    const nt_grid_options any = {.bytes = sizeof any, .any_layout = true};
    nt_grid *grids[2][3];
    nt_plan *plan[2][PLANS];
    nt_cells c;
    nt_error why;
    rng r = rng_make(8);
    for (int a = 0; a < 2; a++)
        for (int i = 0; i < 3; i++) {
            assert_int_equal(nt_grid_create(&grids[a][i], NT_F32, n, i < 2 ? 4 : 0, a ? &any : NULL, &why), NT_OK);
            nt_kernel_fill(nt_kernel_find("wave"), i, 7, grids[a][i]);
        }
    for (int a = 0; a < 2; a++)
        for (int p = 0; p < PLANS; p++) {
            const nt_plan_options options = {.bytes = sizeof options,
                                             .params = nt_kernel_case(nt_kernel_find("wave"), "o8")->params,
                                             .config = a ? configs[p] : configs[1]};
            assert_int_equal(nt_plan_create(&plan[a][p], nt_kernel_find("wave"), grids[a], 3, &options, &why), NT_OK);
        }
    int64_t time = 0;
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        const int64_t at[3] = {rng_below(&r, n[0]), rng_below(&r, n[1]), rng_below(&r, n[2])};
        const int p = (int)(i % PLANS);
        for (int a = 0; a < 2; a++) {
            /* Each plan counts its own steps: give it the levels in their roles now. */
            nt_grid *now[3] = {grids[a][time % 2], grids[a][1 - time % 2], grids[a][2]};
            assert_int_equal(nt_plan_set_grids(plan[a][p], now, 3, &why), NT_OK);
            assert_int_equal(nt_plan_run(plan[a][p], steps[i]), NT_OK);
        }
        time += steps[i];
        if (i % 2)
            for (int a = 0; a < 2; a++)
                set_cell(grids[a][i % 3], at, 0.03);
        if (i == 5)
            for (int a = 0; a < 2; a++)
                nt_kernel_fill(nt_kernel_find("wave"), 2, 9, grids[a][2]);
    }
    for (int i = 0; i < 3; i++) {
        assert_null(nt_grid_cell(grids[1][i], 0, 0, 0));
        assert_int_equal(nt_grid_map(grids[1][i], &c, &why), NT_OK);
        assert_same_bits(grids[1][i], grids[0][i], "kept in bricks");
        nt_grid_unmap(grids[1][i]);
    }
    for (int a = 0; a < 2; a++)
        for (int p = 0; p < PLANS; p++)
            nt_plan_destroy(plan[a][p]);
    for (int a = 0; a < 2; a++)
        grids_free(grids[a]);
}

/* A grid whose bricks were newer becomes the result of a plan in rows: what it had in bricks is gone. */
static void result_of_rows(void **state)
{
    (void)state;
    static const int64_t n[3] = {18, 17, 5};
    const nt_grid_options any = {.bytes = sizeof any, .any_layout = true};
    const nt_plan_options bricks = {.bytes = sizeof bricks, .config = "layout=bricks"};
    nt_grid *g[3], *input;
    nt_plan *plan;
    nt_cells c;
    nt_error why;
    for (int i = 0; i < 3; i++) {
        assert_int_equal(nt_grid_create(&g[i], NT_F32, n, i < 2 ? 1 : 0, &any, &why), NT_OK);
        nt_kernel_fill(nt_kernel_find("wave"), i, 7, g[i]);
    }
    assert_int_equal(nt_plan_create(&plan, nt_kernel_find("wave"), g, 3, &bricks, &why), NT_OK);
    assert_int_equal(nt_plan_run(plan, 4), NT_OK);
    nt_plan_destroy(plan);
    assert_int_equal(nt_grid_create(&input, NT_F32, n, 1, &any, &why), NT_OK);
    nt_kernel_fill(nt_kernel_find("square"), 0, 3, input);
    assert_int_equal(nt_plan_create(&plan, nt_kernel_find("square"), (nt_grid *[]){input, g[0]}, 2, NULL, &why), NT_OK);
    assert_int_equal(nt_plan_run(plan, 1), NT_OK);
    nt_plan_destroy(plan);
    assert_int_equal(nt_grid_map(input, &c, &why), NT_OK);
    assert_int_equal(nt_grid_map(g[0], &c, &why), NT_OK);
    for (int64_t k = 0; k < n[0] * n[1] * n[2]; k++) {
        const int64_t x = k % n[0], y = k / n[0] % n[1], z = k / n[0] / n[1];
        const float a = (float)cell_get(input, x, y, z);
        assert_true((float)cell_get(g[0], x, y, z) == a * a);
    }
    grids_free(g);
    nt_grid_destroy(input);
}

/* ---- Short runs ---------------------------------------------------------------------------------------------- */

/* A row for the shot, of this machine. */
static void load_header(void)
{
    static bool loaded;
    if (loaded)
        return;
    loaded = true;
    nt_machine m;
    char body[1024];
    nt_machine_detect(&m);
    snprintf(body, sizeof body,
             "NT_TUNED_LINE(\"nestune 4 machine=made vendor=%s uarch=%s family=%d model=%d l1d=%lld l2=%lld l3=%lld threads=%d "
             "l2_class=1000000000 l3_class=2000000000\")\n"
             "NT_TUNED_LINE(\"row wave o4 %d f32 l2 many isa=scalar,variant=leapfrog,fn=p2,layout=bricks,parallel=outer,order=yxz,"
             "tile=8x8x0,depth=4,threads=all,schedule=static,ahead=rows 2.0 1.0 faster upto=0\")\n"
             "NT_TUNED_LINE(\"row wave o2 %d f32 memory many isa=scalar,variant=leapfrog,fn=p2,layout=bricks,parallel=outer,order=yxz,"
             "tile=8x64x0,depth=4,threads=all,schedule=static,ahead=rows 2.0 1.0 faster upto=0\")\n",
             m.vendor, m.uarch, m.family, m.model_id, (long long)m.l1d_bytes, (long long)m.l2_bytes, (long long)m.l3_bytes,
             m.threads_allowed, nt_kernel_find("wave")->version, nt_kernel_find("wave")->version);
    tuned_load_body(body);
}

/* A tuned header that says bricks; runs of few steps do not copy whole grids for them, but take rows. */
static void few_steps(void **state)
{
    (void)state;
    enum { MANY = 16, FEW = 3 };
    static const nt_dtype dtype = NT_F32;
    static shot s;
    static shot_truth alone;
    nt_grid *grids[3];
    load_header();
    shot_make(&s);
    shot_alone(&s, dtype, 2 * MANY + 2 * FEW, &alone);
    shot_grids(grids, dtype);
    nt_plan *plan = shot_plan(&s, grids, NULL);
    if (nt_plan_config(plan)->layout != NT_LAYOUT_BRICKS)
        fail_msg("%s", nt_plan_why(plan));
    static const int64_t steps[] = {FEW, MANY, FEW, MANY};
    int64_t time = 0;
    for (int i = 0; i < 4; i++) {
        assert_int_equal(nt_plan_run(plan, steps[i]), NT_OK);
        time += steps[i];
        assert_int_equal(nt_plan_time(plan), time);
        assert_ptr_equal(nt_plan_newest(plan), grids[time % 2]);
    }
    assert_same_bits(nt_plan_newest(plan), alone.newest, "long and short runs");
    assert_same_traces(s.traces, alone.traces, 0, time, "long and short runs");
    nt_plan_destroy(plan);

    const nt_hook *const hooks[] = {s.fire, s.listen};
    nt_plan_options options = {
        .bytes = sizeof options, .params = s.wave, .steps = FEW, .hooks = hooks, .n_hooks = 2};
    assert_int_equal(nt_plan_create(&plan, nt_kernel_find("wave"), grids, 3, &options, NULL), NT_OK);
    assert_int_equal(nt_plan_config(plan)->layout, NT_LAYOUT_ROWS);
    assert_non_null(strstr(nt_plan_why(plan), "rows: too few steps for copying grids"));
    nt_plan_destroy(plan);
    /* Who names a form or a tile means rows. */
    plan = shot_plan(&s, grids, "fn=p4ask,threads=1");
    assert_int_equal(nt_plan_config(plan)->layout, NT_LAYOUT_ROWS);
    assert_int_equal(nt_plan_config(plan)->tile[0], 0);
    nt_plan_destroy(plan);
    plan = shot_plan(&s, grids, "isa=scalar,threads=1");
    assert_int_equal(nt_plan_config(plan)->layout, NT_LAYOUT_BRICKS);
    nt_plan_destroy(plan);
    plan = shot_plan(&s, grids, "layout=rows");
    assert_int_equal(nt_plan_config(plan)->tile[0], 0);
    nt_plan_destroy(plan);
    /* A form that bricks do not have; more threads than are allowed, for the plan of short runs too; a thin grid. */
    static const int64_t thin[3] = {400, 8, 40};
    nt_grid *thin_grids[3];
    options = (nt_plan_options){.bytes = sizeof options, .params = s.wave, .config = "threads=64", .most_threads = 1};
    assert_int_equal(nt_plan_create(&plan, nt_kernel_find("wave"), grids, 3, &options, NULL), NT_OK);
    assert_int_equal(nt_plan_config(plan)->threads, 1);
    assert_int_equal(nt_plan_config(plan)->layout, NT_LAYOUT_BRICKS);
    assert_int_equal(nt_plan_run(plan, FEW), NT_OK);
    nt_plan_destroy(plan);
    for (int i = 0; i < 3; i++)
        assert_int_equal(nt_grid_create(&thin_grids[i], dtype, thin, i < 2 ? 2 : 0, NULL, NULL), NT_OK);
    options = (nt_plan_options){.bytes = sizeof options, .params = s.wave};
    assert_int_equal(nt_plan_create(&plan, nt_kernel_find("wave"), thin_grids, 3, &options, NULL), NT_OK);
    assert_non_null(strstr(nt_plan_why(plan), "rows: the grid is too thin for bricks"));
    nt_plan_destroy(plan);
    options.config = "layout=bricks";
    assert_int_equal(nt_plan_create(&plan, nt_kernel_find("wave"), thin_grids, 3, &options, NULL), NT_OK);
    assert_int_equal(nt_plan_config(plan)->layout, NT_LAYOUT_BRICKS);
    nt_plan_destroy(plan);
    grids_free(thin_grids);
    static const nt_hook reads_rows = {.apply = nothing};
    options = (nt_plan_options){
        .bytes = sizeof options, .params = s.wave, .hooks = (const nt_hook *const[]){&reads_rows}, .n_hooks = 1};
    assert_int_equal(nt_plan_create(&plan, nt_kernel_find("wave"), grids, 3, &options, NULL), NT_OK);
    assert_non_null(strstr(nt_plan_why(plan), "rows: a hook reads rows"));
    nt_plan_destroy(plan);
    grids_free(grids);
    grids_free(alone.grids);
    shot_free(&s);
}

/* Columns that are longer than the last-level cache allows: a tuned tile gets fewer of them, one that the caller names does not. */
static void long_columns(void **state)
{
    (void)state;
    static const int64_t n[3] = {16, 64, 6000}, most = 48 << 20;
    nt_grid *grids[3];
    nt_plan *plan;
    nt_machine m;
    nt_machine_detect(&m);
    if (m.l3_bytes <= 0 || m.l3_bytes > most)
        skip();
    load_header();
    for (int i = 0; i < 3; i++)
        assert_int_equal(nt_grid_create(&grids[i], NT_F32, n, i < 2 ? 1 : 0, NULL, NULL), NT_OK);
    nt_plan_options options = {.bytes = sizeof options, .params = nt_kernel_case(nt_kernel_find("wave"), "o2")->params, .most_threads = 1};
    assert_int_equal(nt_plan_create(&plan, nt_kernel_find("wave"), grids, 3, &options, NULL), NT_OK);
    const nt_config *c = nt_plan_config(plan);
    if (c->layout != NT_LAYOUT_BRICKS)
        fail_msg("%s", nt_plan_why(plan));
    assert_in_range(c->tile[1], 16, 60);
    assert_int_equal(c->tile[1] % NT_BRICK, 0);
    assert_non_null(strstr(nt_plan_why(plan), "for columns of this length"));
    nt_plan_destroy(plan);
    options.config = "layout=bricks,tile=8x64x0,depth=4";
    assert_int_equal(nt_plan_create(&plan, nt_kernel_find("wave"), grids, 3, &options, NULL), NT_OK);
    assert_int_equal(nt_plan_config(plan)->tile[1], 64);
    nt_plan_destroy(plan);
    grids_free(grids);
}

int main(int argc, char **argv)
{
    (void)argc;
    static const nt_dtype types[NT_N_DTYPES] = {NT_F64, NT_F32};
    tests_begin(argv);
    tests_add(same_bits, NULL, "bits");
    for (int i = 0; i < NT_N_DTYPES; i++) {
        tests_add(large_copies, &types[i], "%s:large", nt_dtype_name(types[i]));
        tests_add(shots, &types[i], "%s:shots", nt_dtype_name(types[i]));
    }
    tests_add(refusals, NULL, "refusals");
    tests_add(kept, NULL, "kept");
    tests_add(result_of_rows, NULL, "result-of-rows");
    tests_add(few_steps, NULL, "few-steps"); /* these two load a header */
    tests_add(long_columns, NULL, "long-columns");
    return tests_run("bricks");
}
