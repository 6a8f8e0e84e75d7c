/*
 * driver.c - the trial_runner that asks a worker process
 * SPDX-License-Identifier: MIT
 */
#define _GNU_SOURCE
#include "worker/driver.h"
#include "measure/environment.h"

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "measure/trial_json.h"
#include "os/clock.h"
#include "os/process.h"
#include "os/signal_name.h"
#include "os/text.h"
#include "worker/wire.h"

struct driver {
    trial_runner runner;
    process worker;
    int64_t memory_limit_bytes;
    const char *exe;
    char *const *argv;
    char **own_argv; /* made here, else NULL */
    char **environment;
    double hello_s;
    bool has_modules;
    char *hello;    /* with modules: what the first worker said of them */
    json_t *modules;
    int n_spawned;
    double paused_s; /* over all trials; the runner's clock leaves it out */
    bool was_ended;  /* in the last trial, by a signal that asks a process to end */
    char line[WIRE_MOST]; /* the last answer received */
};

static const double usual_hello_s = 60, death_s = 0.4; /* a slow disk may take long to load the program */

/* How often a disturbed trial is asked again. */
enum { MOST_AFTER_PAUSES = 5, MOST_AFTER_ENDS = 1 };

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

/* This process's environment, with the changes of the table. */
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

/* A worker with modules describes them.  A later one must say the same: a kernel may not change while it is tuned. */
static nt_status read_description(driver *d, size_t n, nt_error *why)
{
    json_t *message = json_loadb(d->line, n, JSON_REJECT_DUPLICATES, NULL);
    const char *type = json_string_value(json_object_get(message, "type")),
               *detail = json_string_value(json_object_get(message, "detail"));
    json_t *modules = json_object_get(message, "modules");
    const json_int_t refused = json_integer_value(json_object_get(message, "status"));
    nt_error reason = {"garbled hello"};
    nt_status status = NT_EIO;
    if (type && detail && strcmp(type, "refused") == 0 && text_is_printable(detail)) {
        snprintf(reason.text, sizeof reason.text, "%.250s", detail);
        status = refused > NT_OK && refused < NT_N_STATUS ? (nt_status)refused : NT_EKERNEL;
    } else if (type && strcmp(type, "hello") == 0 && json_is_array(modules)) {
        if (!d->hello && (d->hello = strndup(d->line, n)))
            d->modules = json_incref(modules);
        if (d->hello && strlen(d->hello) == n && memcmp(d->hello, d->line, n) == 0)
            status = NT_OK;
        else
            snprintf(reason.text, sizeof reason.text, "a module has changed since the run began");
    }
    json_decref(message);
    if (status != NT_OK) {
        end_worker(d);
        if (why)
            *why = reason;
    }
    return status;
}

static nt_status start_worker(driver *d, nt_error *why)
{
    nt_status status = process_start(&d->worker, d->exe, d->argv, d->environment, d->memory_limit_bytes, why);
    if (status != NT_OK)
        return status;
    d->n_spawned++;

    double paused_s = 0;
    const ssize_t got = process_receive(&d->worker, d->line, sizeof d->line, clock_s() + d->hello_s, &paused_s);
    d->paused_s += paused_s;
    if (d->has_modules && got > 0 && (size_t)got <= sizeof d->line)
        return read_description(d, (size_t)got, why);
    if (got == sizeof WIRE_HELLO - 1 && memcmp(d->line, WIRE_HELLO, (size_t)got) == 0)
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
                           : "it ended immediately",
                 *line ? ": " : "", line);
    return NT_EIO;
}

/* ---- One trial ------------------------------------------------------------------------------- */

static void set_answer(trial_answer *answer, trial_outcome outcome, const char *detail)
{
    memset(answer, 0, sizeof *answer);
    answer->outcome = outcome;
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

/* The worker closed its socket or sent an invalid line.  The way it ended decides the outcome. */
static void classify_end(driver *d, const char *garbled, trial_answer *answer)
{
    int killed;
    char line[100], how[40], detail[TRIAL_DETAIL];
    const int status = process_reap(&d->worker, garbled ? 0 : death_s, &killed);
    process_last_line(&d->worker, line, sizeof line);
    process_close(&d->worker);

    trial_outcome outcome = speaks_of_memory(line) ? TRIAL_MEMORY : TRIAL_CRASH;
    if (garbled) {
        outcome = TRIAL_CRASH;
        snprintf(how, sizeof how, "%s", garbled);
    } else if (killed) {
        snprintf(how, sizeof how, "closed its socket, and was killed");
    } else if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) {
        outcome = TRIAL_MEMORY; /* usually sent by the out-of-memory killer */
        snprintf(how, sizeof how, "killed, most likely out of memory");
    } else if (WIFSIGNALED(status)) {
        d->was_ended =
            WTERMSIG(status) == SIGTERM || WTERMSIG(status) == SIGINT || WTERMSIG(status) == SIGHUP;
        signal_name(WTERMSIG(status), how, sizeof how);
    } else {
        snprintf(how, sizeof how, "exited with code %d", WEXITSTATUS(status));
    }
    snprintf(detail, sizeof detail, "%s%s%s", how, *line ? ": " : "", line);
    set_answer(answer, outcome, detail);
}

/* Sends the line of an ask; *text becomes its record's text, to be freed.  Returns false without memory. */
static bool send_ask(driver *d, const trial_ask *ask, char **text)
{
    char *line = NULL;
    *text = trial_ask_text(ask);
    const int n = *text ? asprintf(&line, "%s\n", *text) : -1;
    if (n < 0)
        return false;
    process_send(&d->worker, line, (size_t)n); /* if the worker is dead, reading its answer will show it */
    free(line);
    return true;
}

/* {"type":"refused","detail":"..."}: the worker found the ask malformed. */
static bool read_refusal(const json_t *record, trial_answer *answer)
{
    const char *type = json_string_value(json_object_get(record, "type")),
               *detail = json_string_value(json_object_get(record, "detail"));
    if (!type || !detail || strcmp(type, "refused") != 0 || !text_is_printable(detail))
        return false;
    set_answer(answer, TRIAL_REFUSED, detail);
    return true;
}

/* Is this line the record of that ask, with a valid answer, or a refusal? */
static bool read_answer(const char *line, size_t n, const char *ask_text, trial_answer *answer)
{
    trial_ask asked;
    json_t *record = json_loadb(line, n, JSON_REJECT_DUPLICATES, NULL);
    const bool refused = read_refusal(record, answer);
    bool good = record && !refused && trial_from_json(record, &asked, answer, NULL) == NT_OK;
    json_decref(record);
    if (refused)
        return true;
    char *text = good ? trial_ask_text(&asked) : NULL;
    good = text && strcmp(text, ask_text) == 0 && answer->outcome != TRIAL_CRASH &&
           answer->outcome != TRIAL_HANG && (answer->outcome == TRIAL_OK || answer->n == 0);
    free(text);
    return good;
}

static void hear_answer(driver *d, const trial_ask *ask, const char *ask_text, trial_answer *answer)
{
    const double limit_s = ask->limit_s > 0 ? ask->limit_s : 0; /* NaN too */
    double paused_s = 0;
    const ssize_t got =
        process_receive(&d->worker, d->line, sizeof d->line, clock_s() + limit_s, &paused_s);
    d->paused_s += paused_s;
    if (got < 0) {
        char detail[TRIAL_DETAIL];
        end_worker(d);
        snprintf(detail, sizeof detail, "killed after its limit of %.3g s", limit_s);
        set_answer(answer, TRIAL_HANG, detail);
    } else if (got == 0) {
        classify_end(d, NULL, answer);
    } else if ((size_t)got > sizeof d->line || !read_answer(d->line, (size_t)got, ask_text, answer)) {
        classify_end(d, "garbled answer", answer);
    }
}

static void run_once(driver *d, const trial_ask *ask, trial_answer *answer)
{
    nt_error why;
    char *text = NULL;
    if (d->worker.pid > 0 && !process_alive(&d->worker))
        end_worker(d);
    if (d->worker.pid == 0 && start_worker(d, &why) != NT_OK) {
        set_answer(answer, TRIAL_CRASH, why.text);
    } else if (!send_ask(d, ask, &text)) {
        set_answer(answer, TRIAL_REFUSED,
                   "the ask has no text: a number is not finite, or there is no memory");
    } else {
        hear_answer(d, ask, text, answer);
    }
    free(text);
}

static double now_s(trial_runner *self)
{
    return clock_s() - ((driver *)self)->paused_s;
}

static void run(trial_runner *self, const trial_ask *ask, trial_answer *answer)
{
    driver *d = (driver *)self;
    const double start_s = now_s(self);
    nt_error why;

    /* A malformed ask has no text form. */
    if (nt_config_check(ask->kernel, &ask->config, &why) != NT_OK) {
        set_answer(answer, TRIAL_REFUSED, why.text);
    } else {
        int after_pauses = MOST_AFTER_PAUSES, after_ends = MOST_AFTER_ENDS;
        for (bool again = true; again;) {
            const double paused_s = d->paused_s;
            d->was_ended = false;
            run_once(d, ask, answer);
            again = (d->paused_s > paused_s && after_pauses-- > 0) || (d->was_ended && after_ends-- > 0);
        }
    }
    answer->wall_s = now_s(self) - start_s;
}

/* ---- The driver ------------------------------------------------------------------------------ */

/* {"autotune", "worker", modules..., NULL}.  NULL without memory. */
static char **make_argv(const char *const *modules)
{
    size_t n = 0;
    while (modules && modules[n])
        n++;
    char **argv = calloc(n + 3, sizeof *argv);
    if (argv) {
        argv[0] = (char *)(uintptr_t)"autotune";
        argv[1] = (char *)(uintptr_t)"worker";
        for (size_t i = 0; i < n; i++)
            argv[2 + i] = (char *)(uintptr_t)modules[i];
    }
    return argv;
}

nt_status driver_create(driver **d, const driver_options *options, nt_error *why)
{
    *d = NULL;
    driver *made = calloc(1, sizeof *made);
    char **environment = make_environment(), **argv = make_argv(options->modules);
    if (!made || !environment || !argv) {
        free(made);
        free(argv);
        free_environment(environment);
        if (why)
            snprintf(why->text, sizeof why->text, "out of memory for the worker's driver");
        return NT_ENOMEM;
    }
    *made = (driver){.runner = {run, now_s},
                     .worker = {0, -1, -1},
                     .memory_limit_bytes = options->memory_limit_bytes,
                     .exe = options->exe ? options->exe : "/proc/self/exe",
                     .argv = options->argv ? options->argv : argv,
                     .own_argv = argv,
                     .hello_s = options->hello_s > 0 ? options->hello_s : usual_hello_s,
                     .has_modules = options->modules && options->modules[0],
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

const json_t *driver_modules(const driver *d)
{
    return d->modules;
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
    if (d->worker.pid > 0) { /* the closed socket asks it to end in order */
        int killed;
        shutdown(d->worker.fd, SHUT_RDWR);
        process_reap(&d->worker, 1, &killed);
    }
    process_close(&d->worker);
    free_environment(d->environment);
    free(d->own_argv);
    free(d->hello);
    json_decref(d->modules);
    free(d);
}
