/*
 * stages.h - the stages of a row: its arithmetic before, loop table, final and confirmation after the search
 * SPDX-License-Identifier: MIT
 */
#ifndef AUTOTUNE_STAGES_H
#define AUTOTUNE_STAGES_H

#include "tune/tuning.h"

/* tuning_arithmetic() - chooses isa and variant of a dtype into t->arithmetic. */
nt_status tuning_arithmetic(tuning *t, nt_dtype dtype, nt_error *why);

/* tuning_try_known() - tries, before the search, what the library would take today (if the options say so), and what the
 * rows of the same class, tuned before, have found for other types and cases. */
void tuning_try_known(tuning_row *tr);

/* tuning_loops() - times each way of sharing the loops in one race, each with the best settings that the
 * search found for it. */
void tuning_loops(tuning_row *tr, double deadline_s);

/* tuning_final() - races the default schedule against the fastest of the search; they become tr->finalist.  Returns the
 * simplest config within noise of the fastest; without a race, if somebody asked to stop, the best so far. */
nt_config tuning_final(tuning_row *tr, double deadline_s);

/* tuning_confirm() - times default and winner in fresh pairs, in turn with the roofs; fills in the row.  Two fifths of
 * the time from begin_s to deadline_s may be added, and, where noise leaves it unsure, of t->insist_s. */
void tuning_confirm(tuning_row *tr, const nt_config *winner, double begin_s, double deadline_s);

#endif /* AUTOTUNE_STAGES_H */
