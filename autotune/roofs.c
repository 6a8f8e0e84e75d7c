/*
 * roofs.c - the limits that a row's figures are printed beside
 * SPDX-License-Identifier: MIT
 */
#include "roofs.h"

#include <math.h>
#include <string.h>

#include "stats.h"

static const double trial_limit_s = 20, window_s = 1e-3;

/* Keeps in *best the faster of it and `ask`; false after a hang, for the next would cost as much again. */
static bool keep_faster(trial_runner *runner, const trial_ask *ask, trial_ask *best, double *best_s_per_cell)
{
    trial_answer answer = {0};
    runner->run(runner, ask, &answer);
    if (answer.class != TRIAL_OK || answer.n < 1)
        return answer.class != TRIAL_HANG;
    const double cells = (double)ask->shape[0] * (double)ask->shape[1] * (double)ask->shape[2];
    const double s = stats_median(answer.seconds, answer.n) / cells;
    if (s < *best_s_per_cell) {
        *best_s_per_cell = s;
        *best = *ask;
    }
    return true;
}

bool roofs_memory(trial_runner *runner, const nt_kernel *kernel, nt_dtype dtype, nt_isa isa,
                  const int64_t shape[3], int threads, trial_ask *best)
{
    const nt_kernel *roof = kernel->roof ? nt_kernel_find(kernel->roof) : NULL;
    double s_per_cell = HUGE_VAL;
    if (!roof || !roof->tiles[isa])
        return false;
    trial_ask ask = {.kernel = roof,
                     .dtype = dtype,
                     .shape = {shape[0], shape[1], shape[2]},
                     .steps = 1,
                     .in_place = 1,
                     .reps = 3,
                     .limit_s = trial_limit_s};
    for (const nt_tile *t = roof->tiles[isa]; t->fn; t++) {
        if (t->dtype != dtype)
            continue;
        ask.config = (nt_config){.isa = isa,
                                 .variant = nt_kernel_variant(roof, t->variant),
                                 .parallel = NT_FLAT,
                                 .depth = 1,
                                 .threads = threads,
                                 .unroll = t->unroll,
                                 .jam = t->jam};
        if (!keep_faster(runner, &ask, best, &s_per_cell))
            break;
    }
    return isfinite(s_per_cell);
}

bool roofs_peak(trial_runner *runner, const nt_machine *machine, nt_dtype dtype, nt_isa isa, trial_ask *best)
{
    const nt_kernel *peak = NULL;
    for (int i = 0; i < nt_kernel_count(); i++)
        if (nt_kernel_at(i)->role == NT_PEAK)
            peak = nt_kernel_at(i);
    double s_per_cell = HUGE_VAL;
    if (!peak || !peak->tiles[isa])
        return false;
    const int64_t l1d = machine->l1d_bytes > 0 ? machine->l1d_bytes : 32768;
    trial_ask ask = {.kernel = peak,
                     .dtype = dtype,
                     .shape = {l1d / 4 / (int64_t)nt_dtype_bytes(dtype) / 96 * 96, 1, 1},
                     .steps = 1,
                     .reps = 3,
                     .window_s = window_s,
                     .limit_s = trial_limit_s};
    for (const nt_tile *t = peak->tiles[isa]; t->fn; t++) {
        if (t->dtype != dtype)
            continue;
        ask.config = (nt_config){
            .isa = isa, .parallel = NT_SERIAL, .depth = 1, .threads = 1, .unroll = t->unroll, .jam = t->jam};
        if (!keep_faster(runner, &ask, best, &s_per_cell))
            break;
    }
    return isfinite(s_per_cell);
}

bool roofs_in_cache(trial_runner *runner, const nt_machine *machine, const nt_kernel *kernel, nt_dtype dtype,
                    const nt_config *arithmetic, trial_ask *best)
{
    const int64_t l2 = machine->l2_bytes > 0 ? machine->l2_bytes : 262144;
    const int64_t grids = kernel->n_levels + kernel->n_coefs + (kernel->n_levels == 1);
    const int64_t cells = l2 * 3 / 4 / grids / (int64_t)nt_dtype_bytes(dtype);
    double s_per_cell = HUGE_VAL;
    trial_ask ask = {.kernel = kernel,
                     .dtype = dtype,
                     .steps = 1,
                     .reps = 3,
                     .window_s = window_s,
                     .limit_s = trial_limit_s,
                     .config = *arithmetic};
    ask.config.parallel = NT_SERIAL;
    ask.config.threads = ask.config.depth = 1;
    memset(ask.config.tile, 0, sizeof ask.config.tile);
    for (int64_t nx = 64; nx <= 256; nx *= 2)
        for (const nt_tile *t = kernel->tiles[arithmetic->isa]; t->fn; t++) {
            if (t->dtype != dtype || strcmp(t->variant, kernel->variants[arithmetic->variant].name) != 0)
                continue;
            ask.shape[0] = nx;
            ask.shape[1] = 16;
            ask.shape[2] = cells / nx / 16;
            ask.config.unroll = t->unroll;
            ask.config.jam = t->jam;
            if (ask.shape[2] > 0 && !keep_faster(runner, &ask, best, &s_per_cell))
                return isfinite(s_per_cell);
        }
    return isfinite(s_per_cell);
}

double roofs_ns_per_fp(const trial_ask *peak, double seconds)
{
    const double cells = (double)peak->shape[0] * (double)peak->shape[1] * (double)peak->shape[2];
    return 1e9 * seconds / cells / peak->kernel->variants[0].fp_per_vector[peak->dtype];
}

double roofs_arithmetic_ns(const nt_kernel *kernel, nt_dtype dtype, int variant, double ns_per_fp,
                           int threads)
{
    const int own = kernel->variants[variant].fp_per_vector[dtype];
    return (own > 0 ? own : kernel->variants[0].fp_per_vector[dtype]) * ns_per_fp / threads;
}
