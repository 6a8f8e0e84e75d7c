/*
 * count_forms.h - the ways in which `nestune count` shares increments out over threads
 * SPDX-License-Identifier: MIT
 */
#ifndef AUTOTUNE_COUNT_FORMS_H
#define AUTOTUNE_COUNT_FORMS_H

#include <stdbool.h>
#include <stdint.h>

typedef struct count_form {
    const char *name;
    int64_t (*run)(int64_t n, int threads); /* n increments in all; returns the final count */
    bool is_serial;                         /* one thread whatever is asked */
    bool is_race;                           /* wrong on purpose */
} count_form;

enum { COUNT_FORMS = 6 };
extern const count_form count_forms[COUNT_FORMS];

/* count_race() - the project's one deliberate fault, alone in its file: a data race. */
int64_t count_race(int64_t n, int threads);

#endif /* AUTOTUNE_COUNT_FORMS_H */
