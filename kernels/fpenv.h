/*
 * fpenv.h - the floating-point control word of a thread
 * SPDX-License-Identifier: MIT
 *
 * By the register, not <fenv.h>: flush-to-zero is not part of the C environment everywhere, and a
 * host that loaded a library linked with -ffast-math runs with it set.
 */
#ifndef NESTUNE_FPENV_H
#define NESTUNE_FPENV_H

#include <stdint.h>

#if defined __x86_64__
#include <xmmintrin.h>
/* All exceptions masked, round to nearest, no flush to zero, denormals as they are.  Writing the register
 * drains the pipeline, so it is written where it differs alone; the low six bits are flags. */
static inline uint64_t nt_fpenv_enter(void)
{
    const uint64_t saved = _mm_getcsr();
    if ((saved & ~UINT64_C(0x3f)) != 0x1f80)
        _mm_setcsr(0x1f80);
    return saved;
}
static inline void nt_fpenv_leave(uint64_t saved)
{
    if (_mm_getcsr() != saved)
        _mm_setcsr((unsigned)saved);
}
#elif defined __aarch64__
static inline uint64_t nt_fpenv_enter(void)
{
    uint64_t saved;
    __asm__ volatile("mrs %0, fpcr" : "=r"(saved));
    __asm__ volatile("msr fpcr, %0" : : "r"(UINT64_C(0)) : "memory");
    return saved;
}
static inline void nt_fpenv_leave(uint64_t saved)
{
    __asm__ volatile("msr fpcr, %0" : : "r"(saved) : "memory");
}
#else
static inline uint64_t nt_fpenv_enter(void)
{
    return 0;
}
static inline void nt_fpenv_leave(uint64_t saved)
{
    (void)saved;
}
#endif

#endif /* NESTUNE_FPENV_H */
