/*
 * rates.c - how fast one thread executes each kind of vector instruction
 * SPDX-License-Identifier: MIT
 */
#include "tune/rates.h"

#include <math.h>

#include "measure/stats.h"
#include "tune/roofs.h"

static const struct rate_source {
    const char *key, *name;
    nt_role role;
    const char *kernel_case; /* NULL: the kernel's first */
} sources[N_RATES] = {
#define X(code, key, text, role, case) {key, text, role, case},
    RATE_MAP(X)
#undef X
};

const char *rates_name(rate_kind r)
{
    return sources[r].name;
}

const char *rates_key(rate_kind r)
{
    return sources[r].key;
}

int rates_count(const nt_work *work, rate_kind which, nt_isa isa)
{
    const int fp = work->add + work->mul + work->fma, whole = work->int_mul + work->int_other;
    switch (which) {
    case RATE_ADD: return work->add;
    case RATE_FMA: return work->mul + work->fma;
    case RATE_FP: return fp;
    case RATE_INT_MUL: return work->int_mul;
    case RATE_ANY: return isa == NT_ISA_SCALAR ? whole : fp + whole + work->shuffle;
    case RATE_LOAD: return isa == NT_ISA_SCALAR ? 0 : work->load;
    default: return 0;
    }
}

static nt_work work_of(const trial_ask *ask)
{
    const nt_function *f = nt_kernel_function(ask->kernel, ask->dtype, &ask->config);
    return f ? nt_kernel_work(ask->kernel, trial_params(ask), f) : (nt_work){0};
}

double rates_ns(const rates *r, rate_kind which, double seconds)
{
    const trial_ask *ask = &r->ask[which];
    const nt_work work = work_of(ask);
    const int n = which == RATE_LOAD ? work.load : rates_count(&work, which, r->isa);
    const double ns = 1e9 * seconds / trial_cells(ask) / n;
    /* Integers were measured with other lanes than the rates' type may have. */
    return ns * nt_isa_lanes(r->isa, ask->dtype) / nt_isa_lanes(r->isa, r->dtype);
}

static void at_most(double *ns, double other)
{
    if (other > 0 && *ns > other)
        *ns = other;
}

void rates_measure(trial_runner *runner, const nt_machine *machine, nt_isa isa, nt_dtype dtype, rates *r)
{
    *r = (rates){.isa = isa, .dtype = dtype};
    for (int i = 0; i < N_RATES; i++) {
        const nt_dtype type = sources[i].role == NT_ROLE_INT_ROOF ? NT_F64 : dtype;
        double seconds;
        if (roofs_peak(runner, machine, type, isa, sources[i].role, sources[i].kernel_case, &r->ask[i],
                       &seconds))
            r->ns[i] = r->loop_ns[i] = rates_ns(r, (rate_kind)i, seconds);
    }
    /* A loop of one kind is also one of the kinds that hold it: they are no slower. */
    at_most(&r->ns[RATE_FP], r->ns[RATE_ADD]);
    at_most(&r->ns[RATE_FP], r->ns[RATE_FMA]);
    if (isa != NT_ISA_SCALAR) {
        at_most(&r->ns[RATE_ANY], r->ns[RATE_FP]);
        at_most(&r->ns[RATE_ANY], r->ns[RATE_INT_MUL]);
    }
}

double rates_least_ns(const rates *r, const nt_work *work, rate_kind *bound)
{
    double least = 0;
    *bound = N_RATES;
    for (int i = 0; i < N_RATES; i++) {
        const double ns = rates_count(work, (rate_kind)i, r->isa) * r->ns[i];
        if (ns > least) {
            least = ns;
            *bound = (rate_kind)i;
        }
    }
    return least;
}

void rates_speeds(const rates *r, nt_speeds *s)
{
    double *const to[N_RATES] = {
        [RATE_ADD] = &s->add_ns,         [RATE_FMA] = &s->fma_ns, [RATE_FP] = &s->fp_ns,
        [RATE_INT_MUL] = &s->int_mul_ns, [RATE_ANY] = &s->any_ns, [RATE_LOAD] = &s->load_ns,
    };
    for (int i = 0; i < N_RATES; i++)
        if (r->ns[i] > 0)
            *to[i] = r->ns[i];
}

int rates_check(trial_runner *runner, const nt_machine *machine, const rates *r,
                rates_mix mix[RATES_MOST_MIXES])
{
    const nt_kernel *peak = roofs_find(NT_ROLE_FP_ROOF);
    const nt_case *c;
    int n = 0;
    for (int i = 0; peak && n < RATES_MOST_MIXES && (c = nt_kernel_case_at(peak, i)); i++) {
        trial_ask ask;
        double seconds;
        rate_kind bound;
        if (!roofs_peak(runner, machine, r->dtype, r->isa, NT_ROLE_FP_ROOF, c->name, &ask, &seconds)) {
            mix[n++] = (rates_mix){.name = c->name};
            continue;
        }
        const nt_work work = work_of(&ask);
        const int all = work.add + work.fma;
        mix[n++] = (rates_mix){.name = c->name,
                               .adds = work.add,
                               .fmas = work.fma,
                               .expected_ns = rates_least_ns(r, &work, &bound) / all,
                               .measured_ns = 1e9 * seconds / trial_cells(&ask) / all};
    }
    return n;
}
