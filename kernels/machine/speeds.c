/*
 * speeds.c - typical speeds of a microarchitecture
 * SPDX-License-Identifier: MIT
 */
#include "nestune/model.h"

#include <string.h>

/* Vector instructions a cycle, cycles a second, bytes a cycle and bytes a second; of a core.  A vector wider than the units
 * goes through them in parts. */
static const struct uarch_speeds {
    const char *name; /* a beginning of archspec's name */
    int unit_bytes;
    double ghz, add, fma, fp, int_mul, any, load, l2, l3, memory;
} table[] = {
    {"zen5", 64, 4.0, 2, 2, 3.5, 2, 4, 2, 96, 50, 50},
    {"zen4", 32, 3.7, 2, 2, 3.3, 2, 4, 2, 40, 26, 25},
    {"zen2", 32, 3.2, 2, 2, 3.2, 2, 3.5, 2, 38, 24, 18},
    {"zen3", 32, 3.2, 2, 2, 3.2, 2, 3.5, 2, 38, 24, 18},
    {"zen", 16, 3.2, 2, 2, 3.2, 2, 3.5, 2, 38, 24, 18},
    {"sapphirerapids", 64, 3.0, 2, 2, 2, 1, 2, 2, 48, 10, 12},
    {"icelake", 64, 3.0, 2, 2, 2, 1, 2, 2, 44, 8, 12},
    {"cascadelake", 64, 2.8, 2, 2, 2, 1, 2, 2, 40, 10, 12},
    {"skylake_avx512", 64, 2.8, 2, 2, 2, 1, 2, 2, 40, 10, 12},
    {"neoverse", 16, 2.6, 2, 2, 2, 1, 4, 3, 32, 16, 15},
    {"", 64, 3.0, 2, 2, 2, 1, 3, 2, 32, 14, 12},
};

void nt_speeds_typical(const nt_machine *m, nt_isa isa, nt_dtype dtype, nt_speeds *s)
{
    if (!m || !s)
        return;
    const struct uarch_speeds *u = table;
    while (strncmp(m->uarch, u->name, strlen(u->name)) != 0)
        u++;
    const int lanes = nt_isa_lanes(isa, dtype), threads = m->threads_allowed > 0 ? m->threads_allowed : 1;
    const int bytes = (lanes > 0 ? lanes : 1) * (int)nt_dtype_bytes(dtype);
    const int parts = (bytes + u->unit_bytes - 1) / u->unit_bytes;
    const double cycle_ns = parts / u->ghz / (lanes > 0 ? lanes : 1);
    const int cores = nt_machine_cores(m) > 0 ? nt_machine_cores(m) : 1;
    const int64_t l1 = m->l1d_bytes > 0 ? m->l1d_bytes : 32768, l2 = m->l2_bytes > 0 ? m->l2_bytes : 524288;
    /* Threads that share a core share its caches; how many third-level caches there are is not known. */
    const int sharers = m->l3_shared_by > 0 && m->l3_shared_by < threads ? m->l3_shared_by : threads;
    *s = (nt_speeds){
        .add_ns = cycle_ns / u->add,
        .fma_ns = cycle_ns / u->fma,
        .fp_ns = cycle_ns / u->fp,
        .int_mul_ns = cycle_ns / u->int_mul,
        .any_ns = cycle_ns / u->any,
        .load_ns = cycle_ns / u->load,
        .l2_gbytes = u->l2 * u->ghz,
        .l3_gbytes = u->l3 * u->ghz,
        .memory_gbytes = u->memory,
        .memory_gbytes_of_team = u->memory * (cores < 8 ? 1 : cores / 8.0),
        .region_ns = 1000 + 50.0 * threads,
        .barrier_ns = 300 + 30.0 * threads,
        .l1_bytes = l1 * cores / threads,
        .l2_bytes =
            l2 * (m->l2_affinity > 0 && m->l2_affinity < threads ? m->l2_affinity : threads) / threads,
        .l3_bytes = m->l3_bytes > 0 ? m->l3_bytes / sharers : l2,
    };
}
