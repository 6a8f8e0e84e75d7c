/*
 * roofs.c - the limits that a row's figures are printed beside
 * SPDX-License-Identifier: MIT
 */
#include "tune/roofs.h"

#include <math.h>
#include <string.h>

#include "measure/stats.h"
#include "tune/rows.h"

static const double trial_limit_s = 20, window_s = 1e-3;

/* Keeps in *best the faster of it and `ask`; false after a hang, for the next would cost as much again. */
static bool keep_faster(trial_runner *runner, const trial_ask *ask, trial_ask *best, double *best_s_per_cell)
{
    trial_answer answer = {0};
    runner->run(runner, ask, &answer);
    if (answer.class != TRIAL_OK || answer.n < 1)
        return answer.class != TRIAL_HANG;
    const double s = stats_median(answer.seconds, answer.n) / trial_cells(ask);
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

/* Of the peak kernels the one that loads, or the one that computes: their own counts tell. */
static const nt_kernel *find_peak(nt_isa isa, bool loads)
{
    for (int i = 0; i < nt_kernel_count(); i++) {
        const nt_kernel *k = nt_kernel_at(i);
        if (k->role == NT_PEAK && k->tiles[isa] && k->tiles[isa]->fn &&
            (nt_kernel_work(k, NULL, k->tiles[isa]).loads_per_vector > 0) == loads)
            return k;
    }
    return NULL;
}

static bool measure_peak(trial_runner *runner, const nt_machine *machine, nt_dtype dtype, nt_isa isa,
                         bool loads, trial_ask *best)
{
    const nt_kernel *peak = find_peak(isa, loads);
    double s_per_cell = HUGE_VAL;
    if (!peak)
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

bool roofs_peak(trial_runner *runner, const nt_machine *machine, nt_dtype dtype, nt_isa isa, trial_ask *best)
{
    return measure_peak(runner, machine, dtype, isa, false, best);
}

bool roofs_load(trial_runner *runner, const nt_machine *machine, nt_dtype dtype, nt_isa isa, trial_ask *best)
{
    return measure_peak(runner, machine, dtype, isa, true, best);
}

bool roofs_in_cache(trial_runner *runner, const nt_machine *machine, const nt_kernel *kernel, int order,
                    nt_dtype dtype, const nt_config *arithmetic, trial_ask *best)
{
    const int64_t l2 = machine->l2_bytes > 0 ? machine->l2_bytes : 262144;
    double s_per_cell = HUGE_VAL;
    trial_ask ask = {.kernel = kernel,
                     .order = order,
                     .dtype = dtype,
                     .steps = order > 0 ? tune_steps(kernel, order, NT_MANY_STEPS) : 1,
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
            ask.shape[2] = tune_fit_planes(kernel, order, dtype, nx, 16, l2 * 3 / 4);
            if (ask.shape[2] == 0) {
                ask.shape[1] = 8;
                ask.shape[2] = tune_fit_planes(kernel, order, dtype, nx, 8, l2 * 3 / 4);
            }
            ask.config.unroll = t->unroll;
            ask.config.jam = t->jam;
            if (ask.shape[2] > 0 && !keep_faster(runner, &ask, best, &s_per_cell))
                return isfinite(s_per_cell);
        }
    return isfinite(s_per_cell);
}

double roofs_ns_per_op(const trial_ask *peak, double seconds)
{
    const nt_work work =
        nt_kernel_work(peak->kernel, NULL, nt_kernel_tile(peak->kernel, peak->dtype, &peak->config));
    const int n = work.loads_per_vector > 0 ? work.loads_per_vector : work.fp_per_vector;
    return 1e9 * seconds / trial_cells(peak) / n;
}
