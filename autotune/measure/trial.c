/*
 * trial.c - the texts of trial.h
 * SPDX-License-Identifier: MIT
 */
#include "measure/trial.h"

#include <stdio.h>

static const char *const class_names[TRIAL_N_CLASSES] = {
#define X(code, text) [TRIAL_##code] = text,
    TRIAL_CLASS_MAP(X)
#undef X
};

const char *trial_class_name(trial_class class)
{
    return (unsigned)class < TRIAL_N_CLASSES ? class_names[class] : "unknown";
}

const void *trial_params(const trial_ask *ask)
{
    return nt_kernel_case(ask->kernel, ask->order)->params;
}

double trial_cells(const trial_ask *ask)
{
    return (double)ask->shape[0] * (double)ask->shape[1] * (double)ask->shape[2] * (double)ask->steps;
}

trial_text trial_name(const nt_kernel *kernel, int order)
{
    trial_text t;
    if (order > 0)
        snprintf(t.text, sizeof t.text, "%.60s o%d", kernel->name, order);
    else
        snprintf(t.text, sizeof t.text, "%.60s", kernel->name);
    return t;
}
