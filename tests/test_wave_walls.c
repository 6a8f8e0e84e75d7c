/*
 * test_wave_walls.c - what lies beyond the faces, whatever the halo held before a run
 * SPDX-License-Identifier: MIT
 */
#include "wave_support.h"

static const int64_t n[3] = {20, 18, 17};
enum { RUNS = 2, STEPS = 5 };

/* The whole halo of a level. */
static void fill_halo(const nt_grid *g, double value)
{
    const int64_t h = g->halo;
    for (int64_t z = -h; z < g->nz + h; z++)
        for (int64_t y = -h; y < g->ny + h; y++)
            for (int64_t x = -h; x < g->nx + h; x++)
                if (x < 0 || x >= g->nx || y < 0 || y >= g->ny || z < 0 || z >= g->nz)
                    cell_set(g, x, y, z, value);
}

static void set_faces(wave_box *b, unsigned mirrors)
{
    for (int f = 0; f < NT_N_FACES; f++)
        b->wave.face[f] = mirrors >> f & 1 ? NT_BOUNDARY_MIRROR : NT_BOUNDARY_ZERO;
}

/* Ghosts that a run with six mirrors left do not count in the next run, which has none: its zeros stay zeros. */
static void stale_ghosts(void **state)
{
    const scheme *s = *state;
    const double nothing = 0;
    wave_box b;
    box_make(&b, s->order, s->dtype, n, equal);
    box_medium(&b, 0.05);
    for (int i = 0; i < 2; i++)
        cell_set(b.level[i], 1, 1, 1, 1);
    box_run(&b, 20);
    for (int i = 0; i < 2; i++)
        grid_fill(b.level[i], same_everywhere, &nothing);
    set_faces(&b, 0);
    const nt_grid *newest = box_run(&b, 20);
    assert_true(root_mean_square(newest) == 0);
    box_free(&b);
}

/* Any mixture of faces, any schedule: a halo of noise, NaN or -0 gives the bits that one of zeros gives. */
static void any_halo(void **state)
{
    const scheme *s = *state;
    static const double values[] = {1e3, -0.0, NAN, 0x1p-140};
    static const char *const configs[] = {
        "parallel=serial,tile=0x0x0,depth=1", "parallel=outer,tile=0x0x0,depth=1,threads=2",
        "parallel=flat,tile=0x4x4,depth=1,threads=2", "parallel=outer,tile=0x7x3,depth=3,threads=2"};
    for (unsigned i = 0; i < 8; i++) {
        wave_box clean, dirty;
        wave_box *const both[] = {&clean, &dirty};
        const uint64_t seed = i;
        const nt_grid *newest[2] = {NULL, NULL};
        for (int k = 0; k < 2; k++) {
            wave_box *b = both[k];
            box_make(b, s->order, s->dtype, n, unequal);
            box_medium(b, 0.05);
            set_faces(b, i * 9); /* none, then more and more of them */
            assert_int_equal(
                nt_config_parse(nt_kernel_find("wave"), configs[k ? i % 4 : 0], &b->config, NULL), NT_OK);
            for (int l = 0; l < 2; l++)
                grid_fill(b->level[l], noise, &seed);
        }
        for (int run = 0; run < RUNS; run++) {
            const int64_t steps = STEPS + (int64_t)i % 2 - 4 * run; /* the last run: one step, or two */
            for (int k = 0; k < 2; k++) {
                for (int l = 0; k && l < 2; l++)
                    fill_halo(dirty.level[l], values[i / 2]);
                box_plan(both[k], STEPS + (int64_t)i % 2 - 4 * run, NULL,
                         0); /* the last run: one step, or two */
                nt_plan_run(both[k]->plan, steps);
                newest[k] = nt_plan_newest(both[k]->plan);
            }
            for (int l = 0; l < 2; l++)
                assert_same_bits(dirty.level[l], clean.level[l], configs[i % 4]);
            assert_true((newest[0] == clean.level[0]) == (newest[1] == dirty.level[0]));
        }
        box_free(&clean);
        box_free(&dirty);
    }
}

static nt_plan *plan_of(wave_box *b, int64_t steps)
{
    box_plan(b, steps, NULL, 0);
    nt_plan *plan = b->plan;
    b->plan = NULL;
    return plan;
}

/* Two plans with different faces, in turn on the same grids: neither reads the other one's ghosts.  The plan
 * without mirrors makes one step a run, because such a run reads one level only. */
static void plans_in_turn(void **state)
{
    const scheme *s = *state;
    const uint64_t seed = 3;
    wave_box b[2];
    nt_wave mirrors[2];
    nt_plan *zero[2], *mirror[2];
    for (int k = 0; k < 2; k++) {
        box_make(&b[k], s->order, s->dtype, n, equal);
        box_medium(&b[k], 0.05);
        for (int l = 0; l < 2; l++)
            grid_fill(b[k].level[l], noise, &seed);
        mirrors[k] = b[k].wave;
        set_faces(&b[k], 0);
        zero[k] = plan_of(&b[k], 1);
        const test_problem problem = {.kernel = nt_kernel_find("wave"),
                                      .level = {b[k].level[0], b[k].level[1]},
                                      .coef = {b[k].c},
                                      .params = &mirrors[k],
                                      .steps = 2};
        assert_int_equal(problem_plan(&mirror[k], &problem, &b[k].config, NULL), NT_OK);
    }
    for (int i = 0; i < 12; i++)
        for (int k = 0; k < 2; k++) {
            if (i % 5 == 4)
                nt_plan_run(mirror[k], 2);
            for (int l = 0; k == 0 && l < 2; l++) /* the first is helped */
                fill_halo(b[k].level[l], 0);
            nt_plan_run(zero[k], 1);
        }
    for (int l = 0; l < 2; l++)
        assert_same_bits(b[1].level[l], b[0].level[l], "plans in turn");
    for (int k = 0; k < 2; k++) {
        nt_plan_destroy(zero[k]);
        nt_plan_destroy(mirror[k]);
        box_free(&b[k]);
    }
}

/* The memory of a wrapped grid is the caller's, who may write to the halo at any time. */
static void wrapped_between_runs(void **state)
{
    const scheme *s = *state;
    const uint64_t seed = 4;
    wave_box b[2];
    nt_grid *owned[2];
    for (int k = 0; k < 2; k++) {
        box_make(&b[k], s->order, s->dtype, n, equal);
        box_medium(&b[k], 0.05);
        set_faces(&b[k], 21);
        for (int l = 0; l < 2; l++) {
            const nt_grid *g = owned[l] = b[k].level[l];
            grid_fill(g, noise, &seed);
            if (k == 1)
                assert_int_equal(nt_grid_wrap(&b[k].level[l], g->dtype, n, (int64_t[3]){g->sx, g->sy, g->sz},
                                              g->halo, g->cells, NULL),
                                 NT_OK);
        }
        box_plan(&b[k], 1, NULL, 0);
    }
    for (int i = 0; i < 5; i++)
        for (int k = 0; k < 2; k++) {
            for (int l = 0; k == 1 && l < 2; l++)
                fill_halo(b[k].level[l], 7);
            nt_plan_run(b[k].plan, 1);
        }
    for (int l = 0; l < 2; l++)
        assert_same_bits(b[1].level[l], b[0].level[l], "a wrapped grid");
    for (int k = 0; k < 2; k++)
        box_free(&b[k]);
    for (int l = 0; l < 2; l++)
        nt_grid_destroy(owned[l]);
}

int main(int argc, char **argv)
{
    (void)argc;
    tests_begin(argv);
    for (int i = 0; i < N_SCHEMES; i++) {
        add_scheme(stale_ghosts, &schemes[i], "stale-ghosts");
        add_scheme(any_halo, &schemes[i], "any-halo");
        add_scheme(plans_in_turn, &schemes[i], "plans-in-turn");
        add_scheme(wrapped_between_runs, &schemes[i], "wrapped-between-runs");
    }
    return tests_run("wave_walls");
}
