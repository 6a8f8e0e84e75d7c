/*
 * isa.h - the instruction sets that tile functions are built for
 * SPDX-License-Identifier: MIT
 *
 * Threads: all functions here are safe.
 */
#ifndef NESTUNE_ISA_H
#define NESTUNE_ISA_H

#include "nestune/dtype.h"
#include "nestune/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The best is last: by default a plan runs with the last one that this CPU has. */
#define NT_ISA_MAP(X) X(SCALAR, "scalar") X(NEON, "neon") X(AVX2, "avx2") X(AVX512, "avx512")
typedef enum nt_isa {
#define X(code, text) NT_ISA_##code,
    NT_ISA_MAP(X)
#undef X
        NT_N_ISAS
} nt_isa;

/* nt_isa_name() - "avx2" for NT_ISA_AVX2; NULL for an unknown one. */
NT_API const char *nt_isa_name(nt_isa isa);

/* nt_isa_available() - is it built in, can this CPU and its system run it (XCR0), and is it at most
 * NESTUNE_MAX_ISA?  That environment variable is read once, at the first use.  Errors: none; 0 for an unknown
 * isa. */
NT_API int nt_isa_available(nt_isa isa);

/* nt_isa_lanes() - how many cells of a type one vector holds: 4 for NT_ISA_AVX2 and NT_F64; of the isa scalar
 * 1.  Errors: none; 0 for an unknown isa or type. */
NT_API int nt_isa_lanes(nt_isa isa, nt_dtype dtype);

#ifdef __cplusplus
}
#endif
#endif /* NESTUNE_ISA_H */
