/*
 * model.h - how long a run should take: a prediction from counts, caches and the speeds of a machine
 * SPDX-License-Identifier: MIT
 *
 * The tuner ranks configs by it before it measures any.  The library chooses by it where no tuned row is known.
 * It is meant to put configs in order; a time that it predicts may be wrong by a factor of two or three.
 *
 * A run of one thread takes, between the largest and the sum of them,
 *
 *     core       the kernel's instructions at the rates of the machine, and what a row and a tile cost to begin
 *     levels     the bytes that each cell and step moves from the second-level, the third-level cache and memory,
 *                at the bandwidth of each.  From where data comes depends on what a tile touches before it comes back
 *
 * and threads share it as evenly as the number of tiles allows, meeting at barriers.
 *
 * Threads: all functions here are safe.
 */
#ifndef NESTUNE_MODEL_H
#define NESTUNE_MODEL_H

#include "nestune/kernel.h"
#include "nestune/machine.h"

#ifdef __cplusplus
extern "C" {
#endif

/* How fast a machine is with one isa and type.  0 in a rate: unknown. */
typedef struct nt_speeds {
    /* ns of one vector instruction of one thread, divided by the lanes of a vector: additions; multiplications and
     * FMAs; both one to one; integer multiplications; any instruction but loads and stores; loads. */
    double add_ns, fma_ns, fp_ns, int_mul_ns, any_ns, load_ns;
    double l2_gbytes, l3_gbytes;                 /* 10^9 bytes a second, read and written, of one thread */
    double memory_gbytes, memory_gbytes_of_team; /* of one thread, of all */
    double region_ns, barrier_ns;
    int64_t l1_bytes, l2_bytes, l3_bytes; /* of one thread: its share */
} nt_speeds;

/*
 * nt_speeds_typical() - typical speeds of a microarchitecture, with the cache sizes of this machine.
 *
 * Errors:  none; an unknown one gets those of a moderate CPU.  Nothing is set if an argument is NULL.
 * Source:  the manufacturers' optimization guides and the measurements of this project (docs/model.md).
 */
NT_API void nt_speeds_typical(const nt_machine *machine, nt_isa isa, nt_dtype dtype, nt_speeds *speeds);

/* The parts of a predicted time, in ns a cell and step (or index) of all threads together. */
typedef struct nt_prediction {
    double ns; /* the whole */
    double core_ns, l2_ns, l3_ns, memory_ns;
    double sharing_ns; /* threads that wait for the slowest one, and barriers */
    double tile_bytes; /* what a stencil's tile of several steps keeps in cache from one step to the next; else 0 */
    int threads;       /* those that have work */
} nt_prediction;

/*
 * nt_predict() - how long a run should take with this config.
 *
 * Shape:   n: cells in x, y, z, at most 2^62 in all; of a range {indices, 1, 1}.
 * Units:   ns a cell and step.
 * Errors:  NT_EARG: NULL, or a kernel that is a program.  A config is not checked: it must be one that
 *          nt_config_check() accepts.
 */
NT_API nt_status nt_predict(const nt_kernel *kernel, const void *params, nt_dtype dtype, const int64_t n[3],
                            int64_t steps, const nt_config *config, const nt_speeds *speeds,
                            nt_prediction *p);

#ifdef __cplusplus
}
#endif
#endif /* NESTUNE_MODEL_H */
