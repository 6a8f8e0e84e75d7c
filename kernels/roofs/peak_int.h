/*
 * peak_int.h - the chains of the kernel peak_int
 * SPDX-License-Identifier: MIT
 */
#ifndef NESTUNE_PEAK_INT_H
#define NESTUNE_PEAK_INT_H

#include <stdint.h>

/* Links of a chain.  A link of `mul` is one multiplication, of `logic` an xor and an addition. */
enum { PEAK_INT_LENGTH = 128 };
typedef enum peak_int_op { PEAK_INT_MUL, PEAK_INT_LOGIC, PEAK_INT_N_OPS } peak_int_op;

/* Index i begins with i times START.  Its chain ends in a number of 64 bits, and counts if that is above half
 * of the largest. */
#define PEAK_INT_START  UINT64_C(0x9E3779B97F4A7C15)
#define PEAK_INT_FACTOR UINT64_C(0xD2511F53)
#define PEAK_INT_TERM   UINT64_C(0x632BE59BD9B4E019)
#define PEAK_INT_HALF   0x1p52

#endif /* NESTUNE_PEAK_INT_H */
