/*
 * tile.h - macros for a kernel's tables of functions, one table for each isa of the build
 * SPDX-License-Identifier: MIT
 *
 * A tile source, in the library <name>_tile.c, is compiled once for each isa, with that isa's flags and NT_ISA and
 * NT_ISA_IS_<isa> defined.  It writes its functions in the vectors of simd/simd.h and ends in
 *
 *     const nt_function NT_FUNCTIONS(mathop)[] = {
 *         NT_TILE("fused", NT_F64, "u4", fused_f64_4, .work = {.fma = 20, .add = 1, ...}), ..., {0},
 *     };
 *
 * In the kernel's common source <name>.c, NT_GATHER_FUNCTIONS(mathop) collects the tables in
 * mathop_functions, for its nt_kernel.
 */
#ifndef NESTUNE_TILE_H
#define NESTUNE_TILE_H

#include "nestune/kernel.h"

#define NT_PASTE3_(a, b, c) nt_##a##_##b##_##c
#define NT_PASTE3(a, b, c)  NT_PASTE3_(a, b, c)

#ifdef NT_ISA /* in a tile source */
#if defined NT_ISA_IS_avx512
#define NT_ISA_CODE NT_ISA_AVX512
#elif defined NT_ISA_IS_avx2
#define NT_ISA_CODE NT_ISA_AVX2
#elif defined NT_ISA_IS_neon
#define NT_ISA_CODE NT_ISA_NEON
#else
#define NT_ISA_CODE NT_ISA_SCALAR
#endif

#define NT_FUNCTIONS(kernel) NT_PASTE3(kernel, functions, NT_ISA)

/* One entry of a table; after the function write .work or .work_of. */
#define NT_TILE(variant_, dtype_, fn_, function, ...)                                                      \
    {                                                                                                      \
        .isa = NT_ISA_CODE, .variant = variant_, .dtype = dtype_, .fn = fn_, .tile = function, __VA_ARGS__ \
    }
#define NT_RANGE(variant_, dtype_, fn_, function, ...)                                                      \
    {                                                                                                       \
        .isa = NT_ISA_CODE, .variant = variant_, .dtype = dtype_, .fn = fn_, .range = function, __VA_ARGS__ \
    }

#else /* in a kernel's common source */
#include "nestune/nt_isas.h"

/* Forms for the table of a kernel whose speed the memory limits; NT_MAP_TILES defines their functions. */
#define NT_MAP_FORMS                                              \
    {"u1", "one vector in flight"},                               \
    {"u4", "four vectors in flight"},                             \
    {"u8", "eight vectors in flight"},                            \
    {"s1", "one vector in flight, stores past the caches"},       \
    {"s4", "four vectors in flight, stores past the caches"},     \
    {"s8", "eight vectors in flight, stores past the caches"}

/* Forms for the table of a stencil; NT_STENCIL_TABLE (simd/stencil.h) defines their functions. */
#define NT_STENCIL_FORMS                    \
    {"u1", "one vector in flight"},         \
    {"u2", "two vectors in flight"},        \
    {"u4", "four vectors in flight"}

#define NT_FUNCTIONS_DECLARE(k, isa, code) extern const nt_function nt_##k##_functions_##isa[];
#define NT_FUNCTIONS_ENTRY(k, isa, code)   nt_##k##_functions_##isa,
#define NT_GATHER_FUNCTIONS(k)               \
    NT_FOR_EACH_ISA(NT_FUNCTIONS_DECLARE, k) \
    static const nt_function *const k##_functions[] = {NT_FOR_EACH_ISA(NT_FUNCTIONS_ENTRY, k) NULL};
#endif

#endif /* NESTUNE_TILE_H */
