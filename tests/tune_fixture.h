/*
 * tune_fixture.h - a whole tune of a registered kernel, on synthetic costs and a clock of its own
 * SPDX-License-Identifier: MIT
 */
#ifndef TESTS_TUNE_FIXTURE_H
#define TESTS_TUNE_FIXTURE_H

#include <stdio.h>

#include "fake_trials.h"
#include "tune/rows.h"
#include "tune/tune.h"

/* ---- A tune --------------------------------------------------------------------------------------- */

enum { MOST_FINALS = 16 };

typedef struct events {
    const fake_trials *f;
    int confirm_begins, final_begins[MOST_FINALS], final_ends[MOST_FINALS], n_finals; /* numbers of asks */
    int n_done, n_failed_trials, last_row, n_rows;
    double last_elapsed_s;
    int n_spaces;
    double n_configs[MOST_FINALS]; /* as told before a space was measured */
    bool final, loops, search, arithmetic;
} events;

static inline void on_event(void *context, const tune_event *e)
{
    events *t = context;
    assert_non_null(e->kernel);
    assert_non_null(e->stage);
    assert_true(e->elapsed_s >= t->last_elapsed_s);
    assert_true(e->row >= t->last_row && e->row < e->n_rows);
    t->last_elapsed_s = e->elapsed_s;
    t->last_row = e->row;
    t->n_rows = e->n_rows;
    t->n_done += e->done != NULL;
    t->n_failed_trials += e->trial && e->trial->outcome != TRIAL_OK;
    t->arithmetic |= strcmp(e->stage, "arithmetic") == 0;
    t->search |= strcmp(e->stage, "search") == 0;
    if (strcmp(e->stage, "space") == 0 && t->n_spaces < MOST_FINALS) {
        assert_true(e->about_s > 0);
        t->n_configs[t->n_spaces++] = e->n_configs;
    }
    t->final |= strcmp(e->stage, "final") == 0;
    t->loops |= strcmp(e->stage, "loops") == 0;
    assert_true((e->done != NULL) == (strcmp(e->stage, "done") == 0));
    if (strcmp(e->stage, "confirm") == 0)
        t->confirm_begins = t->f->n_asks;
    if (strcmp(e->stage, "done") == 0 && t->n_finals < MOST_FINALS) {
        t->final_begins[t->n_finals] = t->confirm_begins;
        t->final_ends[t->n_finals++] = t->f->n_asks;
    }
}

typedef struct tune {
    fake_trials f;
    tune_options o;
    result *r;
    events events;
    nt_error why;
} tune;

static inline tune prepare(fake_cost_fn *cost, double noise, uint64_t stream)
{
    tune t = {.f = fake_make(cost, noise, stream)};
    t.o = (tune_options){.budget_s = 60,
                         .dtypes = 1u << NT_F32 | 1u << NT_F64,
                         .threads = {1, 2, 4},
                         .n_threads = 3,
                         .max_ulp = {2.7, 2.5},
                         .seed = stream};
    t.r = calloc(1, sizeof *t.r);
    assert_non_null(t.r);
    t.r->machine = (nt_machine){.vendor = "Made",
                                .model = "Made up",
                                .uarch = "made",
                                .l1d_bytes = 49152,
                                .l2_bytes = 1 << 20,
                                .l3_bytes = 32 << 20,
                                .threads_allowed = 4,
                                .memory_bytes = INT64_C(16) << 30};
    return t;
}

static inline nt_status run(tune *t, const nt_kernel *kernel)
{
    t->o.stop = &t->f.stop; /* here, for the struct has moved */
    t->events.f = &t->f;
    return tune_kernel(t->r, kernel, &t->o, &t->f.runner, on_event, &t->events, &t->why);
}

static inline void finish(tune *t)
{
    free(t->r);
    fake_free(&t->f);
}

static inline const nt_kernel *mathop(void)
{
    const nt_kernel *k = nt_kernel_find("mathop");
    assert_non_null(k);
    return k;
}

static inline bool has_text(const char *text, const char *part)
{
    return strstr(text, part) != NULL;
}

/* ---- Costs ---------------------------------------------------------------------------------------- */

/* ns a cell and step, whatever the config. */
static inline double all_equal(const fake_trials *f, const trial_ask *ask)
{
    (void)f;
    return 1e-10 * fake_cells(ask) * (double)ask->steps;
}

static inline double by_loop(const fake_trials *f, const trial_ask *ask)
{
    static const double loop[NT_N_PARALLELS] = {[NT_PARALLEL_SERIAL] = 4,
                                                [NT_PARALLEL_OUTER] = 1,
                                                [NT_PARALLEL_MIDDLE] = 1.3,
                                                [NT_PARALLEL_INNER] = 2,
                                                [NT_PARALLEL_FLAT] = 1.1};
    return loop[ask->config.parallel] * all_equal(f, ask);
}

/* Flat at depth 5 takes half the time, where there are steps to keep. */
static inline double flat_and_deep(const fake_trials *f, const trial_ask *ask)
{
    const bool planted = ask->config.parallel == NT_PARALLEL_FLAT && ask->config.depth == 5;
    return by_loop(f, ask) * (planted ? 0.4 : 1);
}

/* ---- What there is to tune ------------------------------------------------------------------------- */

static inline bool has_isa(const nt_kernel *kernel, nt_isa isa)
{
    const nt_function *f;
    for (int i = 0; (f = nt_kernel_function_at(kernel, i)); i++)
        if (f->isa == isa)
            return true;
    return false;
}

/* Isas of mathop that this CPU runs. */
static inline int n_arithmetics(void)
{
    int n = 0;
    for (int isa = 0; isa < NT_N_ISAS; isa++)
        n += nt_isa_available((nt_isa)isa) && has_isa(mathop(), (nt_isa)isa);
    return n;
}

/* The types that a kernel has functions of, as tune_options has them. */
static inline unsigned dtypes_of(const nt_kernel *kernel)
{
    unsigned dtypes = 0;
    nt_config c;
    for (int d = 0; d < NT_N_DTYPES; d++)
        dtypes |= (nt_config_default(kernel, (nt_dtype)d, &c, NULL) == NT_OK ? 1u : 0u) << d;
    return dtypes;
}

/* One step and many, in each of three classes. */
enum { ROWS_A_TYPE = 6 };

/* Of a stencil: the rows of the cases that are tuned by default. */
static inline int rows_by_default(const nt_kernel *kernel)
{
    int n = 0;
    const nt_case *c;
    for (int i = 0; (c = nt_kernel_case_at(kernel, i)); i++)
        n += c->tuned ? ROWS_A_TYPE * NT_N_DTYPES : 0;
    return n;
}

#endif /* TESTS_TUNE_FIXTURE_H */
