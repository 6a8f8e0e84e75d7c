/*
 * isa.c - which instruction sets are built in and run on this CPU
 * SPDX-License-Identifier: MIT
 *
 * Nothing but the environment is cached: the feature words are filled before main() by the compiler's
 * runtime, which also asks XCR0 whether the system saves the wide registers (libgcc 12 and compiler-rt 14
 * do).
 */
#include "nestune/isa.h"

#include <stddef.h>

#include "machine/settings.h"
#include "nestune/nt_isas.h"

static const char *const names[NT_N_ISAS] = {
#define X(code, text) [NT_ISA_##code] = text,
    NT_ISA_MAP(X)
#undef X
};

const char *nt_isa_name(nt_isa isa)
{
    return (unsigned)isa < NT_N_ISAS ? names[isa] : NULL;
}

int nt_isa_lanes(nt_isa isa, nt_dtype dtype)
{
    static const int bytes[NT_N_ISAS] = {[NT_ISA_NEON] = 16, [NT_ISA_AVX2] = 32, [NT_ISA_AVX512] = 64};
    if ((unsigned)isa >= NT_N_ISAS || (unsigned)dtype >= NT_N_DTYPES)
        return 0;
    return isa == NT_ISA_SCALAR ? 1 : bytes[isa] / (int)nt_dtype_bytes(dtype);
}

#if defined __x86_64__
/* -mavx2 lets a compiler use popcnt, too. */
static int runs_avx2(void)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("popcnt");
}
#endif

/* Can this CPU and system run it?  Tests exactly the features that the tiles are compiled with. */
static int cpu_runs(nt_isa isa)
{
    switch (isa) {
    case NT_ISA_SCALAR: return 1;
#if defined __x86_64__
    case NT_ISA_AVX2: return runs_avx2();
    case NT_ISA_AVX512: return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && runs_avx2();
#elif defined __aarch64__
    case NT_ISA_NEON: /* part of the base architecture */ return 1;
#endif
    default: return 0;
    }
}

static int is_built(nt_isa isa)
{
#define BUILT(k, name, code) | 1u << (code)
    const unsigned built = 0 NT_FOR_EACH_ISA(BUILT, );
#undef BUILT
    return built >> isa & 1;
}

int nt_isa_available(nt_isa isa)
{
    if ((int)isa < 0 || isa >= NT_N_ISAS)
        return 0;
    return is_built(isa) && cpu_runs(isa) && isa <= nt_environment_here()->max_isa;
}
