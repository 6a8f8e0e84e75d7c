/*
 * cli_run_support.h - a tune that is begun, its worker, and the header that it leaves
 * SPDX-License-Identifier: MIT
 */
#ifndef TESTS_CLI_RUN_SUPPORT_H
#define TESTS_CLI_RUN_SUPPORT_H

#include "cli_support.h"
#include "core/tuned_parse.h"

/* The header there is one that the library could be built with. */
static inline void check_header(const char *folder)
{
    char path[300];
    snprintf(path, sizeof path, "%s/%s/tuned.h", folder, machine_id);
    nt_tuned tuned;
    nt_error why;
    if (nt_tuned_read(path, &tuned, &why) != NT_OK)
        fail_msg("%s", why.text);
    nt_tuned_free(&tuned);
}

static inline program start_tune(const char *budget_s, const char *out)
{
    const char *const argv[] = {NT_AUTOTUNE, "run",     "mathop",   "--budget", budget_s, "--dtype",
                                "f32",       "--shape", "64x24x32", "--out",    out,      NULL};
    return program_start(argv, NULL);
}

/* The worker, once there is one. */
static inline pid_t worker_of(program *p)
{
    pid_t worker = 0;
    for (int i = 0; i < 400 && worker == 0; i++) {
        worker = child_of(p->pid);
        program_listen(p, program_now_s() + 0.02);
    }
    assert_true(worker > 0);
    return worker;
}

/* A tune of two rows, once the first is done; *worker: its worker's process. */
static inline program begun(pid_t *worker)
{
    tree_remove(copy);
    snprintf(results, sizeof results, "%s/%s", copy, machine_id);
    program p = start_tune("5", copy);
    *worker = worker_of(&p);
    for (int i = 0; i < 3000 && !strstr(p.text[1], "[1/2]"); i++)
        program_listen(&p, program_now_s() + 0.01);
    assert_non_null(strstr(p.text[1], "[1/2]"));
    return p;
}

#endif /* TESTS_CLI_RUN_SUPPORT_H */
