/*
 * row_trials.h - the trials of one row, config by config
 * SPDX-License-Identifier: MIT
 */
#ifndef AUTOTUNE_ROW_TRIALS_H
#define AUTOTUNE_ROW_TRIALS_H

#include "search/space.h"
#include "store/findings.h"

typedef struct config_time {
    nt_config config;
    double ns; /* the median of its trials; 0: none worked */
    int n;     /* its trials */
} config_time;

/* row_configs() - each config that was tried; to be freed.  NULL: none, or no memory. */
config_time *row_configs(const finding *f, int row, int *n);

/* row_first_trials() - for each trial of the file: is it the row's first one with its config?  To be freed; NULL without memory. */
bool *row_first_trials(const finding *f, int row);

/* row_space() - the values that the search of this row chose from, as far as the journal says. */
void row_space(const finding *f, int row, space *s);

/* row_speeds() - the speeds that the tuner had for this row: what it measured, else typical ones of the microarchitecture.
 * Returns whether the rates of instructions and the caches were measured. */
bool row_speeds(const finding *f, const result_row *row, nt_speeds *speeds);

#endif /* AUTOTUNE_ROW_TRIALS_H */
