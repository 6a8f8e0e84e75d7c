/*
 * search_fixture.h - a search on a bowl: a cost that is known, over the configs of mathop
 * SPDX-License-Identifier: MIT
 */
#ifndef TESTS_SEARCH_FIXTURE_H
#define TESTS_SEARCH_FIXTURE_H

#include "fake_trials.h"
#include "search/strategy.h"

static inline double log2_of(int64_t tile, int64_t whole)
{
    return log2((double)(tile > 0 && tile < whole ? tile : whole));
}

/* A run has 16 steps.  Its bottom: middle, four threads, static, tiles of 512 in x, depth 4, any order. */
static inline double bowl(const fake_trials *f, const trial_ask *ask)
{
    (void)f;
    static const double loop[NT_N_PARALLELS] = {[NT_PARALLEL_SERIAL] = 1,
                                                [NT_PARALLEL_OUTER] = 0.7,
                                                [NT_PARALLEL_MIDDLE] = 0.5,
                                                [NT_PARALLEL_INNER] = 0.9,
                                                [NT_PARALLEL_FLAT] = 0.6};
    const nt_config *c = &ask->config;
    const double x = log2_of(c->tile[0], 1 << 20) - 8, y = log2_of(c->tile[1], ask->shape[1]) - 4,
                 depth = log2(c->depth) - 2;
    return 1e-3 * ((double)ask->steps / 16) * loop[c->parallel] * (4.0 / c->threads) *
           (1 + 0.02 * x * x + 0.03 * y * y + 0.1 * depth * depth) *
           (c->schedule == NT_SCHEDULE_DYNAMIC ? 1.1 : 1) * (1 + 0.02 * c->fn);
}

typedef struct scene_of_search {
    fake_trials *f; /* which answer its asks */
    space sp;
    search *s;
} scene_of_search;

static inline scene_of_search prepare(fake_trials *f, double budget_s, uint64_t seed)
{
    static const int threads[] = {1, 2, 4};
    static const int64_t shape[3] = {256, 128, 64}, steps = 16;
    const int n_threads = sizeof threads / sizeof *threads;
    scene_of_search sc = {.f = f};
    space_question q = {.kernel = nt_kernel_find("mathop"),
                        .kernel_case = nt_kernel_case_at(nt_kernel_find("mathop"), 0),
                        .dtype = NT_F64,
                        .shape = {shape[0], shape[1], shape[2]},
                        .steps = steps,
                        .threads = threads,
                        .n_threads = n_threads,
                        .speeds.l1_bytes = 49152,
                        .speeds.l2_bytes = 1 << 20};
    assert_int_equal(nt_config_default(q.kernel, q.dtype, &q.arithmetic, NULL), NT_OK);
    q.arithmetic.threads = threads[n_threads - 1];
    space_make(&sc.sp, &q);
    sc.s = calloc(1, sizeof *sc.s);
    assert_non_null(sc.s);
    *sc.s = (search){.runner = &f->runner,
                     .deadline_s = f->clock_s + budget_s,
                     .stop = &f->stop,
                     .seed = seed,
                     .best = -1,
                     .guessed = -1};
    sc.s->ask = (trial_ask){.kernel = q.kernel,
                            .dtype = q.dtype,
                            .shape = {shape[0], shape[1], shape[2]},
                            .steps = steps,
                            .in_place = 1,
                            .reps = 3,
                            .check = 1,
                            .limit_s = 2};
    return sc;
}

/* Frees the trials too. */
static inline void finish(scene_of_search *sc)
{
    search_free(sc->s);
    free(sc->s);
    fake_free(sc->f);
}

static inline nt_config first_start(const space *s)
{
    nt_config start[SPACE_MOST_STARTS];
    space_starts(s, start);
    return start[0];
}

static inline void run_from_two(scene_of_search *sc, int n_probes)
{
    sc->s->space = &sc->sp;
    search_begin(sc->s);
    descent_and_probes(sc->s, (nt_config[]){first_start(&sc->sp), sc->sp.q.arithmetic}, 2, n_probes);
}

#endif /* TESTS_SEARCH_FIXTURE_H */
