/*
 * test_philox.c - the generator against its authors' own, and whether its numbers look random
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <Random123/philox.h>

#include "nestune/philox.h"
#include "support.h"

static philox4x32_ctr_t authors(const uint32_t counter[4], const uint32_t key[2])
{
    philox4x32_ctr_t c;
    philox4x32_key_t k;
    memcpy(c.v, counter, sizeof c.v);
    memcpy(k.v, key, sizeof k.v);
    return philox4x32(c, k);
}

/* From kat_vectors of Random123 1.09. */
static void known_answers(void **state)
{
    (void)state;
    static const struct {
        uint32_t counter[4], key[2], words[4];
    } known[] = {
        {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
        {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
         {0xffffffff, 0xffffffff},
         {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
        {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
         {0xa4093822, 0x299f31d0},
         {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        uint32_t words[4];
        nt_philox(known[i].counter, known[i].key, words);
        assert_memory_equal(words, known[i].words, sizeof words);
        memcpy(words, known[i].counter, sizeof words); /* in place */
        nt_philox(words, known[i].key, words);
        assert_memory_equal(words, known[i].words, sizeof words);
    }
}

static void agrees_with_the_authors_code(void **state)
{
    (void)state;
    rng r = rng_make(1);
    for (int i = 0; i < 100000; i++) {
        const uint64_t a = rng_next(&r), b = rng_next(&r), seed = rng_next(&r);
        const uint32_t counter[4] = {(uint32_t)a, (uint32_t)(a >> 32), (uint32_t)b, (uint32_t)(b >> 32)};
        const uint32_t low[4] = {counter[0], counter[1], 0, 0};
        const uint32_t key[2] = {(uint32_t)seed, (uint32_t)(seed >> 32)};
        uint32_t words[4];
        nt_philox(counter, key, words);
        assert_memory_equal(words, authors(counter, key).v, sizeof words);
        nt_philox_block(a, seed, words);
        const philox4x32_ctr_t block = authors(low, key);
        assert_memory_equal(words, block.v, sizeof words);
        const uint64_t top = (uint64_t)block.v[0] << 21 | block.v[1] >> 11;
        assert_true(nt_philox_top53(words[0], words[1]) == top);
        assert_true(nt_uniform((int64_t)a, seed) == ldexp((double)top, -53));
    }
}

/* Counts in equal parts of [0, 1): chi squared of 255 degrees of freedom is below 400 but once in 10^8. */
static void numbers_are_evenly_spread(void **state)
{
    (void)state;
    enum { N = 1 << 20, PARTS = 256 };
    rng r = rng_make(2);
    static const int64_t firsts[] = {0, 1 - N, INT64_MAX - N, (INT64_C(1) << 32) - N / 2};
    for (size_t k = 0; k < sizeof firsts / sizeof *firsts; k++) {
        const uint64_t seed = rng_next(&r);
        int count[PARTS] = {0};
        double chi2 = 0, lag = 0, before = 0.5;
        for (int64_t i = 0; i < N; i++) {
            const double u = nt_uniform(firsts[k] + i, seed);
            assert_true(u >= 0 && u < 1);
            count[(int)(u * PARTS)]++;
            lag += (u - 0.5) * (before - 0.5);
            before = u;
        }
        for (int p = 0; p < PARTS; p++)
            chi2 += (count[p] - N / PARTS) * (double)(count[p] - N / PARTS) / (N / PARTS);
        assert_true(chi2 > 140 && chi2 < 400);
        assert_true(fabs(lag) < 6 * sqrt(N) / 12); /* each product has the deviation 1/12 */
    }
}

/* One bit of the counter or of the seed more or less changes about half of the bits. */
static void every_bit_counts(void **state)
{
    (void)state;
    rng r = rng_make(3);
    for (int bit = 0; bit < 128; bit++) {
        int changed = 0;
        for (int i = 0; i < 1000; i++) {
            const uint64_t counter = rng_next(&r), seed = rng_next(&r), one = UINT64_C(1) << bit % 64;
            uint32_t a[4], b[4];
            nt_philox_block(counter, seed, a);
            nt_philox_block(bit < 64 ? counter ^ one : counter, bit < 64 ? seed : seed ^ one, b);
            for (int w = 0; w < 4; w++)
                changed += __builtin_popcount(a[w] ^ b[w]);
        }
        assert_true(abs(changed - 64000) < 6 * 179); /* the deviation of 128000 coins */
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_answers),
        cmocka_unit_test(agrees_with_the_authors_code),
        cmocka_unit_test(numbers_are_evenly_spread),
        cmocka_unit_test(every_bit_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
