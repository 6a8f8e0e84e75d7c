/*
 * roofs.c - roofs: the measured limits that a row's times are compared with
 * SPDX-License-Identifier: MIT
 */
#include "tune/roofs.h"

#include <math.h>
#include <string.h>

#include "measure/stats.h"
#include "tune/rows.h"

static const double window_s = 1e-3;

/* Vectors that are whole groups of 8 and of 14: the forms of the kernel peak.  Indices of a range. */
enum { WHOLE_GROUPS = 56, SHORT_RANGE = 64 * WHOLE_GROUPS };

/* A roof's kernel does little work: a microsecond per cell is more than any machine needs. */
static double limit_s(const int64_t shape[3])
{
    return 20 + 1e-6 * (double)shape[0] * (double)shape[1] * (double)shape[2];
}

/* Keeps the faster of *best and `ask` in *best.  Returns false after a hang: the next trial would cost as
 * much time again. */
static bool keep_faster(trial_runner *runner, const trial_ask *ask, trial_ask *best, double *best_s_per_cell)
{
    trial_answer answer = {0};
    runner->run(runner, ask, &answer);
    if (answer.outcome != TRIAL_OK || answer.n < 1)
        return answer.outcome != TRIAL_HANG;
    const double s = stats_median(answer.seconds, answer.n) / trial_cells(ask);
    if (s < *best_s_per_cell) {
        *best_s_per_cell = s;
        *best = *ask;
    }
    return true;
}

const nt_kernel *roofs_memory_kernel(const nt_kernel *kernel)
{
    const nt_kernel *roof = kernel->field && kernel->field->roof ? nt_kernel_find(kernel->field->roof) : NULL;
    return roof && roof->role == NT_ROLE_MEMORY_ROOF && roof->field ? roof : NULL;
}

/* Puts the next function of a dtype, isa and variant (-1: any) into *config; false after the last. */
static bool next_function(const nt_kernel *k, nt_dtype dtype, nt_isa isa, int variant, int *at,
                          nt_config *config)
{
    const nt_function *f;
    while ((f = nt_kernel_function_at(k, (*at)++))) {
        const int v = nt_kernel_variant(k, f->variant);
        if (f->dtype != dtype || f->isa != isa || (variant >= 0 && v != variant))
            continue;
        config->isa = isa;
        config->variant = v;
        config->fn = nt_kernel_form(k, f->fn);
        config->layout = (int)f->layout;
        return true;
    }
    return false;
}

double roofs_fastest(trial_runner *runner, const trial_ask *ask, nt_isa isa, trial_ask *best)
{
    trial_ask form = *ask;
    double s_per_cell = HUGE_VAL;
    for (int at = 0; next_function(ask->kernel, ask->dtype, isa, -1, &at, &form.config);)
        if (!keep_faster(runner, &form, best, &s_per_cell))
            break;
    return s_per_cell * trial_cells(ask);
}

bool roofs_memory(trial_runner *runner, const nt_kernel *kernel, nt_dtype dtype, nt_isa isa,
                  const int64_t shape[3], int threads, trial_ask *best, double *seconds)
{
    const nt_kernel *roof = roofs_memory_kernel(kernel);
    if (!roof)
        return false;
    trial_ask ask = {.kernel = roof,
                     .dtype = dtype,
                     .shape = {shape[0], shape[1], shape[2]},
                     .steps = 1,
                     .in_place = 1,
                     .config = nt_config_blank(roof),
                     .reps = 3,
                     .only_time = 1,
                     .limit_s = limit_s(shape)};
    ask.config.parallel = NT_PARALLEL_FLAT;
    ask.config.threads = threads;
    *seconds = roofs_fastest(runner, &ask, isa, best);
    return isfinite(*seconds);
}

const nt_kernel *roofs_find(nt_role role)
{
    for (int i = 0; i < nt_kernel_count(); i++)
        if (nt_kernel_at(i)->role == role)
            return nt_kernel_at(i);
    return NULL;
}

bool roofs_peak(trial_runner *runner, const nt_machine *machine, nt_dtype dtype, nt_isa isa, nt_role role,
                const char *kernel_case, trial_ask *best, double *seconds)
{
    const nt_kernel *peak = roofs_find(role);
    const nt_case *c = !peak         ? NULL
                       : kernel_case ? nt_kernel_case(peak, kernel_case)
                                     : nt_kernel_case_at(peak, 0);
    if (!c)
        return false;
    const int64_t l1d = machine->l1d_bytes > 0 ? machine->l1d_bytes : 32768,
                  group = WHOLE_GROUPS * nt_isa_lanes(isa, dtype),
                  groups = l1d / 4 / (int64_t)nt_dtype_bytes(dtype) / group;
    trial_ask ask = {.kernel = peak,
                     .kernel_case = c,
                     .dtype = dtype,
                     .shape = {peak->field ? group * (groups > 0 ? groups : 1) : SHORT_RANGE, 1, 1},
                     .steps = 1,
                     .config = nt_config_blank(peak),
                     .reps = 3,
                     .window_s = window_s,
                     .limit_s = limit_s((const int64_t[3]){1, 1, 1})};
    ask.config.parallel = NT_PARALLEL_SERIAL;
    *seconds = roofs_fastest(runner, &ask, isa, best);
    return isfinite(*seconds);
}

/* For a field, a box with rows of nx cells that fits into the cache.  For a range, enough indices that its
 * start-up time does not count. */
static bool small_shape(const nt_machine *machine, const nt_kernel *kernel, const nt_case *c, nt_dtype dtype,
                        int64_t nx, int64_t shape[3])
{
    const int64_t l2 = machine->l2_bytes > 0 ? machine->l2_bytes : 262144;
    if (kernel->range) {
        rows_shape(machine, kernel, c, dtype, NT_CLASS_SHORT, shape);
        return true;
    }
    for (int64_t ny = 16; ny >= 8; ny /= 2) {
        shape[0] = nx;
        shape[1] = ny;
        shape[2] = rows_fit_planes(kernel, c, dtype, nx, ny, l2 * 3 / 4);
        if (shape[2] > 0)
            return true;
    }
    return false;
}

bool roofs_in_cache(trial_runner *runner, const nt_machine *machine, const nt_kernel *kernel,
                    const nt_case *c, nt_dtype dtype, const nt_config *arithmetic, trial_ask *best)
{
    double s_per_cell = HUGE_VAL;
    if (kernel->program)
        return false; /* a disk has no such roof */
    const bool stencil = nt_kernel_radius(kernel, c->params) > 0;
    trial_ask ask = {.kernel = kernel,
                     .kernel_case = c,
                     .dtype = dtype,
                     .steps = stencil ? rows_steps(kernel, c, NT_REPEAT_MANY) : 1,
                     .reps = 3,
                     .window_s = window_s,
                     .limit_s = limit_s((const int64_t[3]){1, 1, 1}),
                     .config = nt_config_blank(kernel)};
    ask.config.parallel = NT_PARALLEL_SERIAL;
    for (int64_t nx = 64; nx <= (kernel->range ? 64 : 256); nx *= 2)
        for (int at = 0;
             next_function(kernel, dtype, arithmetic->isa, arithmetic->variant, &at, &ask.config);)
            if (small_shape(machine, kernel, c, dtype, nx, ask.shape) &&
                !keep_faster(runner, &ask, best, &s_per_cell))
                return isfinite(s_per_cell);
    return isfinite(s_per_cell);
}

nt_work roofs_work(const nt_kernel *kernel, const nt_case *c, nt_dtype dtype, const nt_config *arithmetic,
                   const rates *r)
{
    nt_work best = {0};
    double least = HUGE_VAL;
    nt_config config = *arithmetic;
    for (int at = 0; next_function(kernel, dtype, arithmetic->isa, arithmetic->variant, &at, &config);) {
        rate_kind bound;
        const nt_work work = nt_kernel_work(kernel, c->params, nt_kernel_function(kernel, dtype, &config));
        const double ns = rates_least_ns(r, &work, &bound);
        if (ns > 0 && ns < least) {
            least = ns;
            best = work;
        }
    }
    return best;
}
