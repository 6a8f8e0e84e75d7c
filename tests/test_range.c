/*
 * test_range.c - the engine of ranges: every index once, by chunks, and the host's environment as it was
 * SPDX-License-Identifier: MIT
 */
#include "support.h"

#include <fenv.h>
#include <omp.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#if defined __x86_64__
#include <xmmintrin.h>
#endif

#include "engine/range.h"

enum { MOST_INDICES = 1000, MOST_TEAM = 9, OWN_VALUE = 77 };

/* ---- A range that watches its calls ------------------------------------------------------------- */

typedef struct watch {
    int64_t first, end;
    int within; /* of how many regions the calls come */
    unsigned char seen[MOST_INDICES];
    atomic_int calls, faults;
} watch;

/* Not a multiple of a cache line. */
typedef struct sums {
    uint64_t indices, hash;
    char others[120];
} sums;

static uint64_t hash(int64_t i)
{
    rng r = {(uint64_t)i};
    return rng_next(&r);
}

#if defined __x86_64__
static unsigned env_get(void)
{
    return _mm_getcsr();
}
static void env_set(unsigned env)
{
    _mm_setcsr(env);
}
static int env_is_plain(void)
{
    return (_mm_getcsr() & ~0x3fu) == 0x1f80;
}
/* To nearest, up, down and to zero; flush to zero and denormals as zero; unmasked. */
static const unsigned odd_envs[] = {0x1f80, 0x5f80, 0x3f80, 0x7f80, 0x9fc0, 0xffc0, 0x1d00};
#else
static unsigned env_get(void)
{
    return (unsigned)fegetround();
}
static void env_set(unsigned env)
{
    fesetround((int)env);
}
static int env_is_plain(void)
{
    return fegetround() == FE_TONEAREST;
}
static const unsigned odd_envs[] = {FE_TONEAREST, FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO};
#endif
enum { N_ENVS = sizeof odd_envs / sizeof *odd_envs };

/* Is this one of the chunks, or, without chunks, a share of any length? */
static int is_a_chunk(const watch *w, int64_t chunk, int64_t first, int64_t end)
{
    if (first >= end || first < w->first || end > w->end)
        return 0;
    return chunk == 0 ||
           ((first - w->first) % chunk == 0 && (end == w->end ? end - first <= chunk : end - first == chunk));
}

static void look(const void *params, const nt_config *config, int64_t first, int64_t end, void *part)
{
    watch *w = (watch *)(uintptr_t)params;
    sums *s = part;
    atomic_fetch_add(&w->calls, 1);
    if (!is_a_chunk(w, config->chunk, first, end) || config->own[0] != OWN_VALUE || !env_is_plain() ||
        omp_get_level() > w->within) {
        atomic_fetch_add(&w->faults, 1);
        return;
    }
    for (int64_t i = first; i < end; i++) {
        w->seen[i - w->first]++;
        s->indices++;
        s->hash += hash(i);
    }
}

static void merge(void *total, const void *part)
{
    sums *t = total;
    const sums *p = part;
    t->indices += p->indices;
    t->hash += p->hash;
}

static nt_range_nest nest_make(watch *w, const nt_config *config, int64_t first, int64_t n)
{
    *w = (watch){.first = first, .end = first + n, .within = 1};
    nt_range_nest nest = {look, merge, w, config, first, first + n, config->threads, sizeof(sums), NULL};
    const size_t bytes = nt_range_scratch_bytes(&nest);
    assert_true(bytes >= (size_t)config->threads * sizeof(sums) && bytes % NT_RANGE_STRIDE == 0);
    nest.parts = aligned_alloc(NT_RANGE_STRIDE, bytes + NT_RANGE_STRIDE);
    assert_non_null(nest.parts);
    memset(nest.parts, CANARY, bytes + NT_RANGE_STRIDE);
    return nest;
}

/* Frees it too. */
static void nest_check(nt_range_nest *nest, watch *w, const sums *total)
{
    const size_t bytes = nt_range_scratch_bytes(nest);
    const int64_t n = nest->end - nest->first;
    uint64_t expected = 0;
    for (int64_t i = 0; i < n; i++) {
        assert_int_equal(w->seen[i], 1);
        expected += hash(nest->first + i);
    }
    assert_int_equal(atomic_load(&w->faults), 0);
    assert_true(n > 0 || atomic_load(&w->calls) == 0);
    assert_true(total->indices == (uint64_t)n && total->hash == expected);
    for (int i = 0; i < NT_RANGE_STRIDE; i++)
        assert_int_equal((unsigned char)nest->parts[bytes + (size_t)i], CANARY);
    free(nest->parts);
}

static void run_one(const nt_config *config, int64_t first, int64_t n)
{
    watch w;
    sums total;
    nt_range_nest nest = nest_make(&w, config, first, n);
    memset(&total, CANARY, sizeof total); /* its old value must not count */
    nt_range_run(&nest, &total);
    nest_check(&nest, &w, &total);
}

/* ---- Tests -------------------------------------------------------------------------------------- */

static const int64_t lengths[] = {0, 1, 2, 3, 7, 64, MOST_INDICES};
static const int64_t firsts[] = {0, 1, (INT64_C(1) << 40) + 3, INT64_MAX - MOST_INDICES};
static const int64_t chunks[] = {0, 1, 3, 64, MOST_INDICES, INT64_MAX};
#define N_OF(list) (sizeof(list) / sizeof *(list))

static void every_index_once(void **state)
{
    const int threads = *(const int *)*state;
    for (int schedule = 0; schedule < NT_N_SCHEDULES; schedule++)
        for (size_t c = 0; c < N_OF(chunks); c++)
            for (size_t f = 0; f < N_OF(firsts); f++)
                for (size_t n = 0; n < N_OF(lengths); n++) {
                    nt_config config = {.chunk = chunks[c], .threads = threads, .own = {OWN_VALUE}};
                    config.schedule = (nt_schedule)schedule;
                    run_one(&config, firsts[f], lengths[n]);
                }
}

static void backward_ranges_are_empty(void **state)
{
    (void)state;
    const nt_config config = {.chunk = 3, .threads = 2, .own = {OWN_VALUE}};
    watch w;
    sums total;
    nt_range_nest nest = nest_make(&w, &config, 5, 0);
    nest.end = 2;
    memset(&total, CANARY, sizeof total);
    nt_range_run(&nest, &total);
    nest.end = 5;
    nest_check(&nest, &w, &total);
}

/* Shares differ by one index at most, and so does what the threads are given. */
static void shares_are_even(void **state)
{
    (void)state;
    const nt_config config = {.threads = 4, .own = {OWN_VALUE}};
    watch w;
    sums total;
    nt_range_nest nest = nest_make(&w, &config, 10, 103);
    nt_range_run(&nest, &total);
    uint64_t least = UINT64_MAX, most = 0;
    const size_t stride = nt_range_scratch_bytes(&nest) / 4;
    for (int i = 0; i < atomic_load(&w.calls); i++) {
        const uint64_t mine = ((const sums *)(const void *)(nest.parts + (size_t)i * stride))->indices;
        least = mine < least ? mine : least;
        most = mine > most ? mine : most;
    }
    assert_true(most - least <= 1);
    nest_check(&nest, &w, &total);
}

/* Schedule static deals chunks out in turn, as OpenMP's does: chunk i goes to thread i mod 4. */
static void static_chunks_are_dealt_in_turn(void **state)
{
    (void)state;
    enum { TEAM = 4, CHUNK = 5, N = 103 };
    const nt_config config = {.chunk = CHUNK, .threads = TEAM, .own = {OWN_VALUE}};
    watch w;
    sums total;
    nt_range_nest nest = nest_make(&w, &config, 0, N);
    nt_range_run(&nest, &total);
    const size_t stride = nt_range_scratch_bytes(&nest) / TEAM;
    for (int t = 0; t < TEAM; t++) {
        uint64_t expected = 0;
        for (int64_t i = 0; i < N; i++)
            expected += i / CHUNK % TEAM == t ? hash(i) : 0;
        assert_true(((const sums *)(const void *)(nest.parts + (size_t)t * stride))->hash == expected);
    }
    nest_check(&nest, &w, &total);
}

/* Each thread of a caller's region runs a range of its own, without a team. */
static void inside_a_region(void **state)
{
    (void)state;
    enum { TEAM = 2 };
    for (int schedule = 0; schedule < NT_N_SCHEDULES; schedule++)
        for (size_t c = 0; c < N_OF(chunks); c++) {
            nt_config config = {.chunk = chunks[c], .threads = 4, .own = {OWN_VALUE}};
            config.schedule = (nt_schedule)schedule;
            watch w[TEAM];
            sums total[TEAM];
            nt_range_nest nest[TEAM];
            for (int t = 0; t < TEAM; t++)
                nest[t] = nest_make(&w[t], &config, t, 100 + t);
#pragma omp parallel for num_threads(TEAM) schedule(static)
            for (int t = 0; t < TEAM; t++)
                nt_range_run(&nest[t], &total[t]);
            for (int t = 0; t < TEAM; t++)
                nest_check(&nest[t], &w[t], &total[t]);
        }
}

/* Calls come in the default floating-point environment, and each thread gets its own back. */
static void odd_environment(void **state)
{
    const int threads = *(const int *)*state;
    const nt_config config = {
        .chunk = 10, .threads = threads, .schedule = NT_SCHEDULE_DYNAMIC, .own = {OWN_VALUE}};
    const unsigned own = env_get();
    for (int e = 0; e < N_ENVS; e++) {
        const unsigned set = odd_envs[e];
        unsigned found[MOST_TEAM] = {0};
        watch w;
        sums total;
        nt_range_nest nest = nest_make(&w, &config, 3, 500);
#pragma omp parallel num_threads(threads)
        env_set(set);
        env_set(set); /* libomp puts the first thread's back at the end of a region */
        nt_range_run(&nest, &total);
        const unsigned found_here = env_get();
#pragma omp parallel num_threads(threads)
        {
            found[omp_get_thread_num()] = env_get();
            env_set(own);
        }
        env_set(own);
        assert_int_equal(found_here, set);
        for (int t = 0; t < threads; t++)
            assert_true(found[t] == set || found[t] == 0); /* 0: a smaller team was granted */
        nest_check(&nest, &w, &total);
    }
}

int main(int argc, char **argv)
{
    static const int teams[] = {1, 2, 3, MOST_TEAM};
    (void)argc;
    tests_begin(argv);
    omp_set_num_threads(MOST_TEAM); /* not the fewer that this machine may have */
    for (size_t i = 0; i < N_OF(teams); i++) {
        tests_add(every_index_once, &teams[i], "%d:every_index_once", teams[i]);
        tests_add(odd_environment, &teams[i], "%d:odd_environment", teams[i]);
    }
    tests_add(backward_ranges_are_empty, NULL, "backward_ranges_are_empty");
    tests_add(shares_are_even, NULL, "shares_are_even");
    tests_add(static_chunks_are_dealt_in_turn, NULL, "static_chunks_are_dealt_in_turn");
    tests_add(inside_a_region, NULL, "inside_a_region");
    return tests_run("range");
}
