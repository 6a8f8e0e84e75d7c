/*
 * noise_report.c - this machine's noise, for a person
 * SPDX-License-Identifier: MIT
 */
#include "commands/noise_report.h"

#include "worker/driver.h"

/* A decision has as long as the confirmation of a row in a quick run. */
static const double decision_s = 1, planted = 0.97;

/* Runs of some hundred microseconds, repeated for as long as a search does with short ones. */
static bool ask_of(trial_ask *ask)
{
    for (int i = 0; i < nt_kernel_count(); i++) {
        const nt_kernel *k = nt_kernel_at(i);
        *ask = (trial_ask){.kernel = k,
                           .kernel_case = nt_kernel_case_at(k, 0),
                           .dtype = NT_F64,
                           .shape = {64, 64, 16},
                           .steps = 1,
                           .reps = 1,
                           .window_s = 2e-3,
                           .limit_s = 20};
        if (k->role == NT_ROLE_WORK && k->field && k->field->n_levels == 1 &&
            nt_config_default(k, NT_F64, &ask->config, NULL) == NT_OK)
            return true;
    }
    return false;
}

noise_level noise_here(void)
{
    enum { PAIRS = 64 };
    trial_ask ask;
    driver *d;
    nt_error why;
    if (!ask_of(&ask) || driver_create(&d, &(driver_options){0}, &why) != NT_OK)
        return (noise_level){0};
    const noise_level n = noise_measure(driver_runner(d), &ask, PAIRS, 0.5);
    driver_destroy(d);
    return n;
}

void noise_print(FILE *out, const noise_level *n)
{
    if (n->n > 0)
        fprintf(out,
                "noise of this machine: two times of the same config, one after the other, differ by %.1f "
                "%%; one pair in "
                "twenty by more than %.1f %%\n",
                100 * n->half, 100 * n->most);
}

static void print_decisions(const char *what, const noise_decisions *d)
{
    printf("%-46s %4d decisions, %4d \"faster\", %.0f rounds each (median)\n", what, d->n - d->n_failed,
           d->n_faster, d->rounds);
    fflush(stdout);
}

void noise_test(trial_runner *runner, int n, const volatile _Atomic sig_atomic_t *stop)
{
    trial_ask ask;
    if (!ask_of(&ask))
        return;
    const noise_level here = noise_measure(runner, &ask, 128, 5);
    noise_print(stdout, &here);
    const noise_decisions same = noise_decide(runner, &ask, 1, n, decision_s, stop);
    print_decisions("a config and itself", &same);
    const noise_decisions faster = noise_decide(runner, &ask, planted, n, decision_s, stop);
    print_decisions("the same, times of one made 3 % smaller", &faster);
}
