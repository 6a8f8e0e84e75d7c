/*
 * problem.h - what a plan is made of, by name: kernel, grids, hooks and the steps of a run
 * SPDX-License-Identifier: MIT
 */
#ifndef TESTS_PROBLEM_H
#define TESTS_PROBLEM_H

#include "nestune/author.h"
#include "nestune/nestune.h"
#include "nestune/tools.h"

/* Grids count up to the first NULL of each kind. */
typedef struct test_problem {
    const nt_kernel *kernel;
    nt_grid *level[NT_MAX_LEVELS], *coef[NT_MAX_COEFS], *result;
    const void *params;
    int64_t steps;
    const nt_hook *const *hooks;
    int n_hooks;
} test_problem;

/* As tuned, but for what the text names; NULL: nothing. */
static inline nt_status problem_plan_text(nt_plan **plan, const test_problem *p, const char *config,
                                          nt_error *why)
{
    nt_grid *grids[NT_MAX_LEVELS + NT_MAX_COEFS + 1];
    int n = 0;
    for (int i = 0; i < NT_MAX_LEVELS && p->level[i]; i++)
        grids[n++] = p->level[i];
    for (int i = 0; i < NT_MAX_COEFS && p->coef[i]; i++)
        grids[n++] = p->coef[i];
    if (p->result)
        grids[n++] = p->result;
    const nt_plan_options options = {.bytes = sizeof options,
                                     .params = p->params,
                                     .config = config,
                                     .steps = p->steps,
                                     .hooks = p->hooks,
                                     .n_hooks = p->n_hooks};
    return nt_plan_create(plan, p->kernel, grids, n, &options, why);
}

/* With this config; NULL: as tuned. */
static inline nt_status problem_plan(nt_plan **plan, const test_problem *p, const nt_config *config,
                                     nt_error *why)
{
    char text[NT_CONFIG_TEXT];
    if (config)
        nt_config_format(p->kernel, config, text, sizeof text);
    return problem_plan_text(plan, p, config ? text : NULL, why);
}

#endif /* TESTS_PROBLEM_H */
