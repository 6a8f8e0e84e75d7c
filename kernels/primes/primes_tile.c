/*
 * primes_tile.c - primes by trial division, in vectors of any width
 * SPDX-License-Identifier: MIT
 *
 * Numbers that 2, 3 or 5 divides are passed over.  The divisors of the others are d = 30 t + {7, 11, 13, 17,
 * 19, 23, 29, 31}, a turn t of the wheel after the other, up to the square root.  A group of numbers in a row
 * shares a table of d and v = 1/d, a block of turns at a time: so a division in the table serves a hundred
 * numbers, and each of them costs two FMAs, a subtraction and a multiplication.
 *
 * Is d a divisor of n?  q = round(n v), by adding and subtracting 1.5 * 2^52, and r = n - q d.  Rounding is to
 * nearest, which the engine sets.
 *
 *     n < 2^53:  v = (1 + e) / d with |e| <= 2^-53, so n v is within 2^-53 n / d < 1/7 of n / d.  The FMA adds
 *                the exact product to 1.5 * 2^52, where numbers are 1 apart, since n v < 2^53 / 7 + 1 < 2^51.
 *                So q is exact and |q - n / d| <= 1/2 + 1/7.  r is a whole number with |r| < d, so the FMA
 *                that computes it is exact, and d divides n if and only if r = 0.
 *     else:      n = a 2^16 + b, a < 2^48, b < 2^16.  As above r = a - q d, |r| <= (1/2 + 2^-7) d, and a 2^16 + b
 *                and r 2^16 + b leave the same rest.  |r 2^16 + b| < 2^49 is exact, and its own q
 *                and r follow in the same way.
 *
 * Divisors of the last turns may exceed the square root.  They do no harm, because they are less than n:
 * numbers below SMALL are not tested in this way.  The remainders of a few turns are multiplied, and the
 * product is 0 if one of them is.  It cannot become 0 or infinite otherwise: its factors are whole numbers
 * below 2^31.1, since d < 2^32 + 200, and there are at most 32.
 */
#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "nestune/primes.h"
#include "nestune/simd/simd.h"
#include "nestune/tile.h"

enum { TURN = 30, RESIDUES = 8, VECTORS = RESIDUES / f64_LANES }; /* of a turn */
enum { TURNS = 64, MOST = 4 };                                    /* of a block; between two exits */
enum { GROUP = 32 * TURN, CANDIDATES = 32 * RESIDUES + RESIDUES };
enum { SMALL = 256, LOW_BITS = 16 };

_Static_assert(TURNS % MOST == 0, "blocks hold whole steps");
_Static_assert(MOST *VECTORS <= 32, "products stay below 2^1024");

/* ---- Divisors ---------------------------------------------------------------------------------- */

typedef struct wheel_turn {
    double divisor[RESIDUES], inverse[RESIDUES];
} wheel_turn;

/* How many turns have a divisor up to the square root of n, or a little more. */
static uint64_t turns_for(uint64_t n)
{
    const uint64_t root = (uint64_t)sqrt((double)n) + 1;
    return root < 7 ? 0 : (root - 7) / TURN + 1;
}

/* n turns from turn t on. */
static void fill_table(wheel_turn *table, uint64_t t, int n)
{
    static const double residues[RESIDUES] = {7, 11, 13, 17, 19, 23, 29, 31};
    for (int i = 0; i < n; i++)
        for (int r = 0; r < RESIDUES; r += f64_LANES) {
            const f64v base = f64_set((double)((t + (unsigned)i) * TURN));
            const f64v d = f64_add(base, f64_load(residues + r));
            f64_store(table[i].divisor + r, d);
            f64_store(table[i].inverse + r, f64_div(f64_set(1), d));
        }
}

SIMD_INLINE f64v rest(f64v n, f64v d, f64v inverse)
{
    const f64v shift = f64_set(0x1.8p52);
    return f64_fnma(f64_sub(f64_fma(n, inverse, shift), shift), d, n);
}

/* Has the number a divisor in these turns?  `turns` is rounded up to steps of n. */
SIMD_INLINE bool is_divided(const wheel_turn *table, int turns, uint64_t number, const bool wide, const int n)
{
    const f64v high = f64_set((double)(wide ? number >> LOW_BITS : number));
    const f64v low = f64_set((double)(number & ((1 << LOW_BITS) - 1)));
    for (int t = 0; t < turns; t += n) {
        f64v product = f64_set(1);
        SIMD_UNROLL for (int u = 0; u < n; u++) SIMD_UNROLL for (int i = 0; i < VECTORS; i++)
        {
            const f64v d = f64_load(table[t + u].divisor + i * f64_LANES);
            const f64v inverse = f64_load(table[t + u].inverse + i * f64_LANES);
            f64v r = rest(high, d, inverse);
            if (wide)
                r = rest(f64_fma(r, f64_set(1 << LOW_BITS), low), d, inverse);
            product = f64_mul(product, r);
        }
        if (f64_any(f64_eq(product, f64_set(0))))
            return true;
    }
    return false;
}

/* ---- Groups of numbers ------------------------------------------------------------------------- */

static bool is_prime_small(unsigned n)
{
    for (unsigned d = 2; d * d <= n; d++)
        if (n % d == 0)
            return false;
    return n > 1;
}

/* The primes of first .. last below SMALL. */
static uint64_t count_small(uint64_t first, uint64_t last, uint8_t *marks)
{
    uint64_t count = 0;
    for (uint64_t n = first; n <= last && n < SMALL; n++)
        if (is_prime_small((unsigned)n)) {
            count++;
            if (marks)
                marks[n - first] = 1;
        }
    return count;
}

/* Lists the numbers of first .. last from SMALL on that 2, 3 and 5 do not divide. */
static int list_candidates(uint64_t first, uint64_t last, uint64_t *list)
{
    static const uint64_t residues[RESIDUES] = {1, 7, 11, 13, 17, 19, 23, 29};
    const uint64_t least = first > SMALL ? first : SMALL;
    int n = 0;
    for (uint64_t done = 0, begin = first - first % TURN; done <= last - begin; done += TURN)
        for (int r = 0; r < RESIDUES && residues[r] <= last - begin - done; r++)
            if (begin + done + residues[r] >= least)
                list[n++] = begin + done + residues[r];
    return n;
}

/* The primes of first .. last, at most GROUP numbers, whose marks are at `marks`. */
SIMD_INLINE uint64_t count_group(uint64_t first, uint64_t last, uint8_t *marks, const int n)
{
    _Alignas(64) wheel_turn table[TURNS];
    uint64_t list[CANDIDATES];
    if (marks)
        memset(marks, 0, (size_t)(last - first) + 1);
    const uint64_t small = count_small(first, last, marks), turns = turns_for(last);
    int left = list_candidates(first, last, list);
    for (uint64_t t = 0; t < turns && left > 0; t += TURNS) {
        const int these = turns - t < TURNS ? (int)(turns - t) : TURNS;
        fill_table(table, t, (these + MOST - 1) / MOST * MOST);
        int kept = 0;
        for (int i = 0; i < left; i++) {
            const uint64_t number = list[i];
            const bool divided = number >> 53 ? is_divided(table, these, number, true, n)
                                              : is_divided(table, these, number, false, n);
            list[kept] = number;
            kept += !divided;
        }
        left = kept;
    }
    for (int i = 0; i < left && marks; i++)
        marks[list[i] - first] = 1;
    return small + (unsigned)left;
}

/* Count numbers from `from` on; behind 2^64 - 1 comes 0. */
SIMD_INLINE uint64_t count_primes(uint64_t from, uint64_t count, uint8_t *marks, const int n)
{
    uint64_t primes = 0;
    for (uint64_t done = 0, some; done < count; done += some) {
        const uint64_t first = from + done, behind = UINT64_MAX - first;
        some = count - done < GROUP ? count - done : GROUP;
        if (behind < some - 1)
            some = behind + 1;
        primes += count_group(first, first + (some - 1), marks ? marks + done : NULL, n);
    }
    return primes;
}

#define PRIMES(n)                                                                                         \
    static void u##n(const void *params, const nt_config *config, int64_t first, int64_t end, void *part) \
    {                                                                                                     \
        const nt_primes *p = params;                                                                      \
        (void)config;                                                                                     \
        *(uint64_t *)part += count_primes(p->from + (uint64_t)first, (uint64_t)(end - first),             \
                                          p->marks ? p->marks + first : NULL, n);                         \
    }
PRIMES(1)
PRIMES(2)
PRIMES(4)

/* How many divisions a number needs depends on the number, so the table tells no work. */
const nt_function NT_FUNCTIONS(primes)[] = {
    NT_RANGE("trial", NT_F64, "u2", u2),
    NT_RANGE("trial", NT_F64, "u1", u1),
    NT_RANGE("trial", NT_F64, "u4", u4),
    {0},
};
