/*
 * trial.c - the texts of trial.h
 * SPDX-License-Identifier: MIT
 */
#include "trial.h"

static const char *const class_names[TRIAL_N_CLASSES] = {
#define X(code, text) [TRIAL_##code] = text,
    TRIAL_CLASS_MAP(X)
#undef X
};

const char *trial_class_name(trial_class class)
{
    return (unsigned)class < TRIAL_N_CLASSES ? class_names[class] : "unknown";
}
