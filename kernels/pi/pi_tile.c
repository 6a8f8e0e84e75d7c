/*
 * pi_tile.c - hits in the quarter circle, in vectors of any width
 * SPDX-License-Identifier: MIT
 *
 * Each lane of a u64v is one block of Philox4x32-10.  A word x is in the low half of a lane; the high half
 * may hold anything, since the next multiplication ignores it.  So a round is two multiplications, two
 * shifts and two xors of three operands, and no word moves between lanes:
 *
 *     p0 = M0 x0,  p1 = M1 x2;    x0 = (p1 >> 32) ^ x1 ^ k0,  x1 = p1,  x2 = (p0 >> 32) ^ x3 ^ k1,  x3 = p0
 *
 * The first two rounds cost little more than one.  Words 2 and 3 of the counter are 0, and word 1 is the same
 * for 2^32 blocks in a row, a stretch.  So in round 1 p1 is 0 and p0 grows by a constant from vector to
 * vector, and in round 2 p0 is a constant of the stretch, which goes into keys.
 *
 * The coordinates stay whole numbers X and Y, and X X + Y Y is compared with 2^48 or 2^106: scaling by a
 * power of two changes no rounding.  Misses are counted.  In a vector that is cut by an end of the range,
 * samples outside get the limit infinity, which they never miss.
 */
#include <math.h>

#include "nestune/philox.h"
#include "nestune/pi.h"
#include "nestune/simd/simd.h"
#include "nestune/tile.h"

enum { MOST = 6 }; /* vectors in flight */
#define EACH SIMD_UNROLL for (int u = 0; u < n; u++)

/* ---- Random words ------------------------------------------------------------------------------ */

/* The keys of all rounds of a stretch, as the xors below need them: two a round, the last round's as
 * a pair. */
typedef struct pi_keys {
    u64v k[2 * NT_PHILOX_ROUNDS], pair;
} pi_keys;

static void set_keys(pi_keys *keys, uint64_t seed, uint32_t stretch)
{
    uint32_t k0 = (uint32_t)seed, k1 = (uint32_t)(seed >> 32);
    const uint64_t p0 = (uint64_t)NT_PHILOX_M0 * (stretch ^ k0); /* of round 2 */
    for (int r = 0; r < NT_PHILOX_ROUNDS; r++) {
        const uint32_t into_x2 = r == 1 ? (uint32_t)(p0 >> 32) : r == 2 ? (uint32_t)p0 : 0;
        keys->k[2 * r] = u64_set(k0);
        keys->k[2 * r + 1] = u64_set(k1 ^ into_x2);
        keys->pair = u64_set(k0 | (uint64_t)k1 << 32);
        k0 += NT_PHILOX_W0;
        k1 += NT_PHILOX_W1;
    }
}

/* p0 of round 1: M0 times the low words of the blocks from `first` on. */
static u64v first_products(uint64_t first)
{
    uint64_t p[u64_LANES];
    for (uint64_t j = 0; j < u64_LANES; j++)
        p[j] = ((first & UINT32_MAX) + j) * NT_PHILOX_M0;
    return u64_load(p);
}

/* Of n vectors, from p: p0, x1, p1 and x3 in the last round, whose xors are the caller's. */
SIMD_INLINE void last_products(const pi_keys *keys, const u64v *p, u64v *p0, u64v *x1, u64v *p1, u64v *x3,
                               const int n)
{
    const u64v m0 = u64_set(NT_PHILOX_M0), m1 = u64_set(NT_PHILOX_M1);
    const u64v *k = keys->k;
    u64v x0[MOST], x2[MOST];
    /* If gcc knew where the keys are, it would keep them in registers and spill the words. */
    SIMD_OPAQUE(k);
    EACH
    {
        x1[u] = u64_mul(m1, u64_xor(u64_high(p[u]), k[1]));
        x0[u] = u64_xor(u64_high(x1[u]), k[2]);
        x2[u] = u64_xor(p[u], k[3]);
    }
    SIMD_UNROLL for (int r = 2; r < NT_PHILOX_ROUNDS - 1; r++) EACH
    {
        p0[u] = u64_mul(m0, x0[u]);
        p1[u] = u64_mul(m1, x2[u]);
        x0[u] = u64_xor3(u64_high(p1[u]), x1[u], k[2 * r]);
        x2[u] = r == 2 ? u64_xor(u64_high(p0[u]), k[2 * r + 1]) /* x3 is in the key */
                       : u64_xor3(u64_high(p0[u]), x3[u], k[2 * r + 1]);
        x1[u] = p1[u];
        x3[u] = p0[u];
    }
    EACH
    {
        p0[u] = u64_mul(m0, x0[u]);
        p1[u] = u64_mul(m1, x2[u]);
    }
}

/* ---- Misses ------------------------------------------------------------------------------------ */

/* f32 makes two samples from a block. */
enum { f32_SAMPLES = 2 * u64_LANES, f64_SAMPLES = u64_LANES, f64_PARTS = 1 };
static const f32_real f32_limit = 0x1p48f;
static const f64_real f64_limit = 0x1p106;

/* Adds the misses of n vectors of blocks to the counts. */
SIMD_INLINE f32c misses_f32(f32c misses, const pi_keys *keys, const u64v *p, const f32v *limit, const int n)
{
    u64v p0[MOST], x1[MOST], p1[MOST], x3[MOST];
    last_products(keys, p, p0, x1, p1, x3, n);
    EACH
    {
        const u64v x = u64_xor3(u64_high_pair(p1[u], p0[u]), u64_low_pair(x1[u], x3[u]), keys->pair);
        const u64v y = u64_low_pair(p1[u], p0[u]);
        for (int part = 0; part < f32_PARTS; part++) {
            const f32v xf = f32_top24(x, part), yf = f32_top24(y, part);
            const f32v sum = f32_add(f32_mul(xf, xf), f32_mul(yf, yf));
            misses = f32_count(misses, f32_gt(sum, limit[part]));
        }
    }
    return misses;
}

SIMD_INLINE f64c misses_f64(f64c misses, const pi_keys *keys, const u64v *p, const f64v *limit, const int n)
{
    const u64v *k = keys->k + 2 * (NT_PHILOX_ROUNDS - 1);
    u64v p0[MOST], x1[MOST], p1[MOST], x3[MOST];
    SIMD_OPAQUE(k);
    last_products(keys, p, p0, x1, p1, x3, n);
    EACH
    {
        const f64v x = f64_top53(u64_xor3(u64_high(p1[u]), x1[u], k[0]), p1[u]);
        const f64v y = f64_top53(u64_xor3(u64_high(p0[u]), x3[u], k[1]), p0[u]);
        const f64v sum = f64_add(f64_mul(x, x), f64_mul(y, y));
        misses = f64_count(misses, f64_gt(sum, limit[0]));
    }
    return misses;
}

/* Samples from .. to-1 of one vector. */
#define CUT(T)                                                                \
    static __attribute__((noinline))                                          \
    uint64_t cut_##T(const pi_keys *keys, u64v p, uint64_t from, uint64_t to) \
    {                                                                         \
        T##_real limits[T##_SAMPLES];                                         \
        T##v limit[T##_PARTS];                                                \
        for (uint64_t j = 0; j < T##_SAMPLES; j++)                            \
            limits[j] = j >= from && j < to ? T##_limit : (T##_real)INFINITY; \
        for (int part = 0; part < T##_PARTS; part++)                          \
            limit[part] = T##_load(limits + part * T##_LANES);                \
        return T##_total(misses_##T((T##c){0}, keys, &p, limit, 1));          \
    }
CUT(f64)
CUT(f32)

/* ---- Ranges ------------------------------------------------------------------------------------ */

/* Samples from .. to-1, of one stretch.  Vectors begin at multiples of their samples, so that none lies in
 * two stretches and at most the first and the last are cut.  A lane counts at most 2^31 misses. */
#define STRETCH(T)                                                                                 \
    SIMD_INLINE uint64_t stretch_##T(const pi_keys *keys, uint64_t from, uint64_t to, const int n) \
    {                                                                                              \
        const u64v step = u64_set((uint64_t)u64_LANES * NT_PHILOX_M0);                             \
        uint64_t at = from / T##_SAMPLES * T##_SAMPLES, misses = 0;                                \
        u64v p[MOST + 1] = {first_products(at / (T##_SAMPLES / u64_LANES))};                       \
        T##v limit[T##_PARTS];                                                                     \
        T##c count = {0};                                                                          \
        for (int part = 0; part < T##_PARTS; part++)                                               \
            limit[part] = T##_set(T##_limit);                                                      \
        if (from > at) {                                                                           \
            misses += cut_##T(keys, p[0], from - at, to - at);                                     \
            p[0] = u64_add(p[0], step);                                                            \
            at += T##_SAMPLES;                                                                     \
        }                                                                                          \
        for (; at + (unsigned)n * T##_SAMPLES <= to; at += (unsigned)n * T##_SAMPLES) {            \
            EACH p[u + 1] = u64_add(p[u], step);                                                   \
            count = misses_##T(count, keys, p, limit, n);                                          \
            p[0] = p[n];                                                                           \
        }                                                                                          \
        for (; at + T##_SAMPLES <= to; at += T##_SAMPLES) {                                        \
            count = misses_##T(count, keys, p, limit, 1);                                          \
            p[0] = u64_add(p[0], step);                                                            \
        }                                                                                          \
        if (at < to)                                                                               \
            misses += cut_##T(keys, p[0], 0, to - at);                                             \
        return misses + T##_total(count);                                                          \
    }
STRETCH(f64)
STRETCH(f32)

#define PI(T, n)                                                                                  \
    static void T##_u##n(const void *params, const nt_config *config, int64_t first, int64_t end, \
                         void *part)                                                              \
    {                                                                                             \
        const uint64_t samples = (uint64_t)T##_SAMPLES / u64_LANES << 32; /* of a stretch */      \
        uint64_t misses = 0;                                                                      \
        (void)config;                                                                             \
        for (uint64_t from = (uint64_t)first, to; from < (uint64_t)end; from = to) {              \
            const uint64_t stretch = from / samples, behind = (stretch + 1) * samples;            \
            pi_keys keys;                                                                         \
            set_keys(&keys, ((const nt_pi *)params)->seed, (uint32_t)stretch);                    \
            to = behind < (uint64_t)end ? behind : (uint64_t)end;                                 \
            misses += stretch_##T(&keys, from, to, n);                                            \
        }                                                                                         \
        *(uint64_t *)part += (uint64_t)(end - first) - misses;                                    \
    }
PI(f64, 1)
PI(f64, 2)
PI(f64, 4)
PI(f64, 6)
PI(f32, 1)
PI(f32, 2)
PI(f32, 4)
PI(f32, 6)

/* ---- The table --------------------------------------------------------------------------------- */

/* Instructions of an xor of three, of a pair, of top53, and beside a multiplication. */
#if defined NT_ISA_IS_avx512
enum { XOR3 = 1, PAIR = 0, PAIR_SHUFFLE = 1, TOP53 = 1 + 1, TOP53_SHUFFLE = 0, TOP53_ADD = 2, NARROW = 0 };
#elif defined NT_ISA_IS_avx2
enum { XOR3 = 2, PAIR = 2, PAIR_SHUFFLE = 0, TOP53 = 1 + 2, TOP53_SHUFFLE = 0, TOP53_ADD = 2, NARROW = 0 };
#elif defined NT_ISA_IS_neon
enum { XOR3 = 2, PAIR = 0, PAIR_SHUFFLE = 1, TOP53 = 1, TOP53_SHUFFLE = 1, TOP53_ADD = 1, NARROW = 1 };
#else
enum { XOR3 = 2, PAIR = 3, PAIR_SHUFFLE = 0, TOP53 = 3 + 1, TOP53_SHUFFLE = 0, TOP53_ADD = 1, NARROW = 1 };
#endif

/* Of a vector of blocks up to the last products: one multiplication in rounds 1 and 2, two in each of the
 * others, each with a shift but the last two; four xors and 13 of three; the addition to p.  The vectors of a
 * group share the loads of the keys, 17 and those of the last round. */
enum { MULS = 1 + 2 * (NT_PHILOX_ROUNDS - 2), OTHERS = MULS * NARROW + (MULS - 1) + 4 + 13 * XOR3 + 1 };
#define KEYS(last, n) ((17 + (last) + (n)-1) / (n))

/* Then f32 makes three pairs, one xor of three, two shifts and two conversions; f64 two shifts, two xors of
 * three and two top53.  Both end in two multiplications, an addition, a comparison and a count.  Of the isa
 * scalar a block is two vectors of f32. */
#define BY_BLOCK(instructions) (((instructions) + f32_PARTS - 1) / f32_PARTS)
#define WORK_f32(n)                                                   \
    .work = {.mul = 2,                                                \
             .add = 2 + 2,                                            \
             .int_mul = BY_BLOCK(MULS),                               \
             .shuffle = BY_BLOCK(3 * PAIR_SHUFFLE),                   \
             .int_other = BY_BLOCK(OTHERS + 3 * PAIR + XOR3) + 2 + 1, \
             .load = BY_BLOCK(KEYS(1, n))}
#define WORK_f64(n)                                              \
    .work = {.mul = 2,                                           \
             .add = 2 + 2 * TOP53_ADD,                           \
             .int_mul = MULS,                                    \
             .shuffle = 2 * TOP53_SHUFFLE,                       \
             .int_other = OTHERS + 2 + 2 * XOR3 + 2 * TOP53 + 1, \
             .load = KEYS(2, n)}
#define ENTRY(T, code, n) NT_RANGE("philox", code, "u" #n, T##_u##n, WORK_##T(n))

const nt_function NT_FUNCTIONS(pi)[] = {
    ENTRY(f64, NT_F64, 6), ENTRY(f64, NT_F64, 4), ENTRY(f64, NT_F64, 2),
    ENTRY(f64, NT_F64, 1), ENTRY(f32, NT_F32, 6), ENTRY(f32, NT_F32, 4),
    ENTRY(f32, NT_F32, 2), ENTRY(f32, NT_F32, 1), {0},
};
