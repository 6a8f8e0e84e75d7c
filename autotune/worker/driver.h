/*
 * driver.h - the trial_runner that asks a worker process
 * SPDX-License-Identifier: MIT
 *
 * A config under trial may crash, hang, exhaust the memory or write where it should not.  So trials run in
 * another process, the worker.  It is this executable, started a second time, and serves all trials.  It has
 * a process group of its own, so Ctrl-C does not reach it, and limits of memory and time.  If it exceeds
 * them, it is killed and a new one started for the next trial.  It dies with the tuner.
 */
#ifndef AUTOTUNE_DRIVER_H
#define AUTOTUNE_DRIVER_H

#include <jansson.h>
#include <stdint.h>

#include "measure/trial.h"
#include "nestune/status.h"

/* These texts must outlive the driver. */
typedef struct driver_options {
    int64_t memory_limit_bytes; /* of address space (RLIMIT_AS); 0: none.  Not set under sanitizers */
    const char *exe;            /* NULL: this executable */
    char *const *argv;          /* ends with NULL; NULL: {"autotune", "worker", modules..., NULL} */
    double hello_s;             /* how long a worker may take to start, and to open its modules; 0: 60 */
    const char *const *modules; /* files that the worker opens; ends with NULL; NULL: none */
} driver_options;

typedef struct driver driver;

/*
 * driver_create() - starts a worker and reads its hello.
 *
 * The calling process must not have entered an OpenMP region.
 * Errors:  NT_EIO, NT_ENOMEM; *why says why the worker did not start.  NT_EIO or NT_EKERNEL: it refused a module.
 * Threads: only the thread that created the driver may use it; the worker dies with that thread.
 */
nt_status driver_create(driver **d, const driver_options *options, nt_error *why);

/*
 * driver_runner() - the runner to give to a search; valid until driver_destroy().
 *
 * The way in which the worker ends decides a trial's outcome:
 *   TRIAL_HANG    it took longer than limit_s, counted from when it received the ask, and was killed
 *   TRIAL_CRASH   a signal ended it, it exited, or it sent an invalid line
 *   TRIAL_MEMORY  the system killed it, or it ended for lack of memory
 * A worker that died between trials is replaced, which counts against no config.
 *
 * Nor do interruptions from outside.  If tuner or worker were stopped during a trial, it is asked again, and
 * the pause counts neither on the runner's clock nor for the limit.  If SIGTERM, SIGINT or SIGHUP ended the
 * worker, the trial is asked again once.
 */
trial_runner *driver_runner(driver *d);

/* driver_modules() - the descriptions of the modules' kernels, a JSON array (module/description.h) that lives as long as the
 * driver; NULL: it has none. */
const json_t *driver_modules(const driver *d);

/* driver_n_spawned() - workers started so far; driver_pid() - the current one's, 0: none. */
int driver_n_spawned(const driver *d);
int64_t driver_pid(const driver *d);

/* driver_destroy() - ends the worker.  NULL is allowed. */
void driver_destroy(driver *d);

#endif /* AUTOTUNE_DRIVER_H */
