/*
 * study_report.h - a study as tables, CSV and JSON; and which loop wins as the shape changes
 * SPDX-License-Identifier: MIT
 */
#ifndef AUTOTUNE_STUDY_REPORT_H
#define AUTOTUNE_STUDY_REPORT_H

#include <jansson.h>
#include <stdio.h>

#include "study/study.h"

/* Shapes of as many cells as the study's, from few large planes to many small ones. */
enum { STUDY_MOST_SHAPES = 12 };
typedef struct study_map {
    int64_t shape[STUDY_MOST_SHAPES][3];
    double ns[STUDY_MOST_SHAPES][NT_N_PARALLELS]; /* of each way of sharing, order zyx; 0: not timed */
    int n;
} study_map;

/* study_map_shapes() - times the ways of sharing on each shape, with the study's last isa and all its threads. */
void study_map_shapes(study *s, trial_runner *runner, const volatile _Atomic sig_atomic_t *stop, study_map *map);

void study_print(FILE *out, const study *s, const study_map *map);

/* study_csv() - one line a combination, with a header; to be freed, NULL without memory.  study_json() - all of it. */
char *study_csv(const study *s);
json_t *study_json(const study *s, const study_map *map, const nt_machine *machine);

#endif /* AUTOTUNE_STUDY_REPORT_H */
