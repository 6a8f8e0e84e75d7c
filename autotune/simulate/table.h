/*
 * table.h - a complete table: the measured time of every config of a small space
 * SPDX-License-Identifier: MIT
 *
 * A search can be replayed from it in no time, on any machine, as often as one likes; and the best config is known.
 */
#ifndef AUTOTUNE_TABLE_H
#define AUTOTUNE_TABLE_H

#include "measure/trial.h"
#include "nestune/model.h"
#include "search/space.h"

enum { TABLE_MOST_ENTRIES = 20000, TABLE_MOST_THREADS = 32, TABLE_MOST_ROUNDS = 32 };

typedef struct table_entry {
    nt_config config;
    double ratio;  /* its time over that of the anchor, timed beside it: the median; HUGE_VAL: it failed */
    double spread; /* standard deviation of one timing, as a part of the median */
} table_entry;

typedef struct table {
    char machine[64]; /* id of the machine that it was measured on */
    trial_ask ask;    /* what was timed: everything but the config */
    int threads[TABLE_MOST_THREADS];
    space space; /* its axes; space.q.speeds are those of the hour of the measurement */
    int rounds;
    nt_config anchor; /* one fast config, timed every few trials: drift of the machine cancels */
    double anchor_s;
    table_entry *entry; /* sorted: table_find() */
    int n_entries;
} table;

/*
 * table_begin() - an empty table of a kernel, case, type, shape and steps, and its space.  values: which values each axis
 * has, as "depth=1,4,16 tile_y=0,8,32 parallel=outer,flat"; "all" stands for the values that the tuner tries.  An axis that
 * is not named keeps the default's value, which every axis has.
 *
 * Errors:  NT_EARG (an unknown key or value; over TABLE_MOST_ENTRIES configs), NT_EISA, NT_ENOMEM.
 */
nt_status table_begin(table *t, const trial_ask *ask, const nt_machine *machine, const char *values,
                      nt_error *why);

void table_free(table *t);

/* table_order() - compares two entries by the values of their configs' keys, for qsort(). */
int table_order(const void *a, const void *b);

/* table_find() - NULL if the table does not have this config, which is canonical. */
const table_entry *table_find(const table *t, const nt_config *config);

/* table_best() - the fastest entry; NULL if all failed. */
const table_entry *table_best(const table *t);

/*
 * table_save(), table_load() - as JSON, under a CRC, one config a line.
 *
 * Errors:  NT_EIO; NT_ENOMEM; NT_ESTALE: damaged, or not a complete table of a kernel of this library.
 */
nt_status table_save(const table *t, const char *path, nt_error *why);
nt_status table_load(table *t, const char *path, nt_error *why);

#endif /* AUTOTUNE_TABLE_H */
