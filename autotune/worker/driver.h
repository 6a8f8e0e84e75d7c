/*
 * driver.h - the trial_runner that asks a worker process
 * SPDX-License-Identifier: MIT
 *
 * A config under trial may crash, hang, take all memory or write where it should not.  So trials
 * run in another process: the worker, this executable exec'd anew, reused for all trials, in a
 * process group of its own (a Ctrl-C does not reach it), bound to limits of memory and time, killed
 * hard when it overruns, and begun again for the next trial.  It dies with the tuner.
 */
#ifndef AUTOTUNE_DRIVER_H
#define AUTOTUNE_DRIVER_H

#include <stdint.h>

#include "measure/trial.h"
#include "nestune/status.h"

/* These texts must outlive the driver. */
typedef struct driver_options {
    int64_t memory_limit_bytes; /* of address space (RLIMIT_AS); 0: none.  Not set under sanitizers */
    const char *exe;            /* NULL: this executable */
    char *const *argv;          /* ends with NULL; NULL: {"autotune", "worker", NULL} */
} driver_options;

typedef struct driver driver;

/*
 * driver_create() - starts a worker and reads its hello.
 *
 * The calling process must not have entered an OpenMP region.
 * Errors:  NT_EIO, NT_ENOMEM; *why says why the worker did not start.
 * Threads: only the thread that created the driver may use it; the worker dies with that thread.
 */
nt_status driver_create(driver **d, const driver_options *options, nt_error *why);

/*
 * driver_runner() - its trials, to be given to a search; valid until driver_destroy().
 *
 * What becomes of the worker becomes the answer's outcome: killed at limit_s (TRIAL_HANG; the limit
 * runs from when the worker has the ask), killed by a signal, exited, or garbled (TRIAL_CRASH),
 * killed by the system or ended for lack of memory (TRIAL_MEMORY).  A worker that died between
 * trials is replaced without blame.
 *
 * What others do is no config's fault.  A trial during which tuner or worker were stopped is asked again, and
 * that time is taken out of the runner's clock and of the limit.  One whose worker was ended by SIGTERM,
 * SIGINT or SIGHUP is asked again once.
 */
trial_runner *driver_runner(driver *d);

/* driver_n_spawned() - workers started so far; driver_pid() - the current one's, 0: none. */
int driver_n_spawned(const driver *d);
int64_t driver_pid(const driver *d);

/* driver_destroy() - ends the worker.  NULL is allowed. */
void driver_destroy(driver *d);

#endif /* AUTOTUNE_DRIVER_H */
