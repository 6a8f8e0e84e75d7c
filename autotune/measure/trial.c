/*
 * trial.c - the texts of trial.h
 * SPDX-License-Identifier: MIT
 */
#include "measure/trial.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *const outcome_names[TRIAL_N_OUTCOMES] = {
#define X(code, text) [TRIAL_##code] = text,
    TRIAL_OUTCOME_MAP(X)
#undef X
};

const char *trial_outcome_name(trial_outcome outcome)
{
    return (unsigned)outcome < TRIAL_N_OUTCOMES ? outcome_names[outcome] : "unknown";
}

const nt_case *trial_case(const trial_ask *ask)
{
    return ask->kernel_case ? ask->kernel_case : nt_kernel_case_at(ask->kernel, 0);
}

const void *trial_params(const trial_ask *ask)
{
    return trial_case(ask)->params;
}

double trial_cells(const trial_ask *ask)
{
    return (double)ask->shape[0] * (double)ask->shape[1] * (double)ask->shape[2] * (double)ask->steps;
}

bool trial_is_steady(const trial_ask *ask)
{
    const nt_field *f = ask->kernel->field;
    return f && f->steady && (!f->unsteady || strcmp(f->unsteady, ask->kernel->variants[ask->config.variant].name) != 0);
}

double trial_shorten(trial_ask *ask)
{
    enum { LEAST = 4 };
    const int64_t all = ask->steps, block = ask->config.depth > 1 ? ask->config.depth : 1,
                  some = (LEAST + block - 1) / block * block;
    ask->only_time = 1;
    if (!trial_is_steady(ask) || ask->config.layout != NT_LAYOUT_ROWS || ask->window_s > 0 || some >= all ||
        all % block != 0)
        return 1;
    ask->steps = some;
    return (double)all / (double)some;
}

double trial_patience_s(const trial_ask *ask, double run_s)
{
    return 20 * (ask->reps + 2) * fmax(run_s, ask->window_s);
}

trial_text trial_name(const nt_kernel *kernel, const nt_case *c)
{
    trial_text t;
    snprintf(t.text, sizeof t.text, "%.40s%s%.32s", kernel->name, kernel->cases ? " " : "",
             kernel->cases ? c->name : "");
    return t;
}
