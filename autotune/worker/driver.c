/*
 * driver.c - the trial_runner that asks a worker process
 * SPDX-License-Identifier: MIT
 */
#define _GNU_SOURCE
#include "measure/environment.h"
#include "worker/driver.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "os/clock.h"
#include "os/process.h"
#include "os/text.h"
#include "worker/wire.h"

struct driver {
    trial_runner runner;
    process worker;
    int64_t memory_limit_bytes;
    const char *exe;
    char *const *argv;
    char **environment;
    uint64_t id;
    int n_spawned;
};

static char *const own_argv[] = {"autotune", "worker", NULL};

static const double hello_s = 10, death_s = 0.4;

/* ---- Starting and ending --------------------------------------------------------------------- */

static int is_set_by_table(const char *entry)
{
    for (const environment_setting *s = trial_environment; s->name; s++) {
        const size_t n = strlen(s->name);
        if (strncmp(entry, s->name, n) == 0 && entry[n] == '=')
            return 1;
    }
    return 0;
}

static void free_environment(char **environment)
{
    for (size_t i = 0; environment && environment[i]; i++)
        free(environment[i]);
    free(environment);
}

/* This process's own, with the table's changes. */
static char **make_environment(void)
{
    size_t n = 1;
    for (const environment_setting *e = trial_environment; e->name; e++)
        n++;
    for (char **e = environ; e && *e; e++)
        n++;
    char **made = calloc(n, sizeof *made);
    if (!made)
        return NULL;
    size_t at = 0;
    int failed = 0;
    for (char **e = environ; e && *e && !failed; e++)
        if (!is_set_by_table(*e))
            failed = !(made[at++] = strdup(*e));
    for (const environment_setting *s = trial_environment; s->name && !failed; s++)
        if (s->value && asprintf(&made[at++], "%s=%s", s->name, s->value) < 0) {
            made[at - 1] = NULL;
            failed = 1;
        }
    if (failed) {
        free_environment(made);
        return NULL;
    }
    return made;
}

static void end_worker(driver *d)
{
    int killed;
    if (d->worker.pid > 0)
        process_reap(&d->worker, 0, &killed);
    process_close(&d->worker);
}

static nt_status start_worker(driver *d, nt_error *why)
{
    nt_status status = process_start(&d->worker, d->exe, d->argv, d->environment, d->memory_limit_bytes, why);
    if (status != NT_OK)
        return status;
    d->n_spawned++;

    wire_head hello;
    const ssize_t got = process_receive(&d->worker, &hello, sizeof hello, clock_s() + hello_s);
    if (got == sizeof hello && wire_head_is(&hello, WIRE_HELLO, sizeof hello))
        return NT_OK;

    int killed;
    char line[100];
    process_reap(&d->worker, got < 0 ? 0 : death_s, &killed);
    process_last_line(&d->worker, line, sizeof line);
    process_close(&d->worker);
    if (why)
        snprintf(why->text, sizeof why->text, "cannot start the worker %.80s: %s%s%s", d->exe,
                 got < 0   ? "no hello"
                 : got > 0 ? "garbled hello"
                           : "it ended at once",
                 *line ? ": " : "", line);
    return NT_EIO;
}

/* ---- One trial ------------------------------------------------------------------------------- */

static void set_answer(trial_answer *answer, trial_class class, const char *detail)
{
    memset(answer, 0, sizeof *answer);
    answer->class = class;
    memcpy(answer->detail, detail, strnlen(detail, sizeof answer->detail - 1));
}

static int speaks_of_memory(const char *line)
{
    static const char *const texts[] = {"out of memory", "cannot allocate memory", "bad_alloc",
                                        "memory exhausted"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (strcasestr(line, texts[i]))
            return 1;
    return 0;
}

/* The worker closed its end or said what it should not: the way it ended tells the class. */
static void classify_end(driver *d, const char *garbled, trial_answer *answer)
{
    int killed;
    char line[100], how[40], detail[TRIAL_DETAIL];
    const int status = process_reap(&d->worker, garbled ? 0 : death_s, &killed);
    process_last_line(&d->worker, line, sizeof line);
    process_close(&d->worker);

    trial_class class = speaks_of_memory(line) ? TRIAL_MEMORY : TRIAL_CRASH;
    if (garbled) {
        class = TRIAL_CRASH;
        snprintf(how, sizeof how, "%s", garbled);
    } else if (killed) {
        snprintf(how, sizeof how, "closed its socket, and was killed");
    } else if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) {
        class = TRIAL_MEMORY; /* nobody else kills so */
        snprintf(how, sizeof how, "killed, most likely out of memory");
    } else if (WIFSIGNALED(status)) {
        const char *name = sigabbrev_np(WTERMSIG(status));
        snprintf(how, sizeof how, "SIG%s", name ? name : "?");
    } else {
        snprintf(how, sizeof how, "exited with code %d", WEXITSTATUS(status));
    }
    snprintf(detail, sizeof detail, "%s%s%s", how, *line ? ": " : "", line);
    set_answer(answer, class, detail);
}

static void send_ask(driver *d, const trial_ask *ask)
{
    wire_ask message;
    memset(&message, 0, sizeof message);
    message.head = wire_head_of(WIRE_ASK, sizeof message, ++d->id);
    snprintf(message.kernel, sizeof message.kernel, "%s", ask->kernel->name);
    memcpy(message.shape, ask->shape, sizeof message.shape);
    message.steps = ask->steps;
    message.window_s = ask->window_s;
    message.order = ask->order;
    message.dtype = (int32_t)ask->dtype;
    message.in_place = ask->in_place;
    message.reps = ask->reps;
    message.check = ask->check;
    message.config = ask->config;
    process_send(&d->worker, &message, sizeof message); /* a dead worker shows when it is heard */
}

/* NULL if the message is a possible answer to this ask. */
static const char *find_flaw(const wire_answer *m, ssize_t got, const trial_ask *ask, uint64_t id)
{
    static const char garbled[] = "garbled answer";
    if (got != sizeof *m || !wire_head_is(&m->head, WIRE_ANSWER, sizeof *m) || m->head.id != id)
        return garbled;
    if (m->class != TRIAL_OK && m->class != TRIAL_WRONG && m->class != TRIAL_MEMORY &&
        m->class != TRIAL_REFUSED)
        return garbled;
    if (m->n != (m->class == TRIAL_OK ? ask->reps : 0) || m->n > TRIAL_MAX_REPS)
        return garbled;
    if (!memchr(m->detail, '\0', sizeof m->detail))
        return garbled;
    for (int i = 0; i < m->n; i++)
        if (!isfinite(m->seconds[i]) || m->seconds[i] < 0)
            return garbled;
    return NULL;
}

static void hear_answer(driver *d, const trial_ask *ask, trial_answer *answer)
{
    const double limit_s = ask->limit_s > 0 ? ask->limit_s : 0; /* NaN too */
    wire_answer message;
    const ssize_t got = process_receive(&d->worker, &message, sizeof message, clock_s() + limit_s);
    if (got < 0) {
        char detail[TRIAL_DETAIL];
        end_worker(d);
        snprintf(detail, sizeof detail, "killed after its limit of %.3g s", limit_s);
        set_answer(answer, TRIAL_HANG, detail);
        return;
    }
    const char *flaw = got > 0 ? find_flaw(&message, got, ask, d->id) : NULL;
    if (got == 0 || flaw) {
        classify_end(d, flaw, answer);
        return;
    }
    text_make_printable(message.detail);
    set_answer(answer, (trial_class)message.class, message.detail);
    answer->hash = message.hash;
    answer->n = message.n;
    memcpy(answer->seconds, message.seconds, (size_t)message.n * sizeof *message.seconds);
}

static void run(trial_runner *self, const trial_ask *ask, trial_answer *answer)
{
    driver *d = (driver *)self;
    const double start_s = clock_s();
    nt_error why;

    if (d->worker.pid > 0 && !process_alive(&d->worker))
        end_worker(d);
    if (d->worker.pid == 0 && start_worker(d, &why) != NT_OK) {
        set_answer(answer, TRIAL_CRASH, why.text);
    } else {
        send_ask(d, ask);
        hear_answer(d, ask, answer);
    }
    answer->wall_s = clock_s() - start_s;
}

static double now_s(trial_runner *self)
{
    (void)self;
    return clock_s();
}

/* ---- The driver ------------------------------------------------------------------------------ */

nt_status driver_create(driver **d, const driver_options *options, nt_error *why)
{
    *d = NULL;
    driver *made = calloc(1, sizeof *made);
    char **environment = make_environment();
    if (!made || !environment) {
        free(made);
        free_environment(environment);
        if (why)
            snprintf(why->text, sizeof why->text, "out of memory for the worker's driver");
        return NT_ENOMEM;
    }
    *made = (driver){.runner = {run, now_s},
                     .worker = {0, -1, -1},
                     .memory_limit_bytes = options->memory_limit_bytes,
                     .exe = options->exe ? options->exe : "/proc/self/exe",
                     .argv = options->argv ? options->argv : own_argv,
                     .environment = environment};
    const nt_status status = start_worker(made, why);
    if (status != NT_OK) {
        driver_destroy(made);
        return status;
    }
    *d = made;
    return NT_OK;
}

trial_runner *driver_runner(driver *d)
{
    return &d->runner;
}

int driver_n_spawned(const driver *d)
{
    return d->n_spawned;
}

int64_t driver_pid(const driver *d)
{
    return d->worker.pid;
}

void driver_destroy(driver *d)
{
    if (!d)
        return;
    if (d->worker.pid > 0) { /* told by the closed socket, it may end in order */
        int killed;
        shutdown(d->worker.fd, SHUT_RDWR);
        process_reap(&d->worker, 1, &killed);
    }
    process_close(&d->worker);
    free_environment(d->environment);
    free(d);
}
