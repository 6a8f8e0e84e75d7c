/*
 * fpenv.h - the floating-point control word of a thread
 * SPDX-License-Identifier: MIT
 *
 * This reads and writes the register, and does not use <fenv.h>: flush-to-zero is not part of the C
 * environment everywhere, and it is already set in a host that loaded a library linked with -ffast-math.
 */
#ifndef NESTUNE_FPENV_H
#define NESTUNE_FPENV_H

#ifdef __FAST_MATH__
#error "nestune cannot be built with -ffast-math or -Ofast: its results are exact to the bit"
#endif

#include <stdint.h>

#if defined __x86_64__
#include <xmmintrin.h>
/* All exceptions masked, round to nearest; with flush, denormal results and operands become zero (FTZ and
 * DAZ).  Writing the register drains the pipeline, so it is written only if it differs.  The low six bits are
 * flags. */
static inline uint64_t nt_fpenv_enter(int flush)
{
    const uint64_t saved = _mm_getcsr(), wanted = flush ? 0x9fc0 : 0x1f80;
    if ((saved & ~UINT64_C(0x3f)) != (wanted & ~UINT64_C(0x3f)))
        _mm_setcsr((unsigned)wanted);
    return saved;
}
static inline void nt_fpenv_leave(uint64_t saved)
{
    if (_mm_getcsr() != saved)
        _mm_setcsr((unsigned)saved);
}
#elif defined __aarch64__
/* The flags are in a register of their own, FPSR: both have 32 bits. */
static inline uint64_t nt_fpenv_enter(int flush)
{
    const uint64_t wanted = flush ? UINT64_C(1) << 24 : 0; /* FZ */
    uint64_t control, flags;
    __asm__ volatile("mrs %0, fpcr" : "=r"(control));
    __asm__ volatile("mrs %0, fpsr" : "=r"(flags));
    __asm__ volatile("msr fpcr, %0" : : "r"(wanted) : "memory");
    return flags << 32 | (control & UINT32_MAX);
}
static inline void nt_fpenv_leave(uint64_t saved)
{
    __asm__ volatile("msr fpcr, %0" : : "r"(saved & UINT32_MAX) : "memory");
    __asm__ volatile("msr fpsr, %0" : : "r"(saved >> 32) : "memory");
}
#else
static inline uint64_t nt_fpenv_enter(int flush)
{
    (void)flush;
    return 0;
}
static inline void nt_fpenv_leave(uint64_t saved)
{
    (void)saved;
}
#endif

#endif /* NESTUNE_FPENV_H */
