/*
 * worker.c - the process that runs trials
 * SPDX-License-Identifier: MIT
 *
 * Its asks come from its own executable, but it checks everything before use: if a worker crashes, the config
 * under trial must be the cause.
 */
#define _GNU_SOURCE
#include "worker/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "measure/stats.h"
#include "measure/subject.h"
#include "measure/trial_json.h"
#include "module/description.h"
#include "os/clock.h"
#include "os/text.h"
#include "worker/wire.h"

/* ---- Timing ---------------------------------------------------------------------------------- */

static double time_runs(subject *s, int64_t runs)
{
    const double start_s = clock_s();
    for (int64_t i = 0; i < runs; i++)
        subject_run(s);
    return clock_s() - start_s;
}

/* How many runs fill the window.  Counts them with a doubling series, which also warms up. */
static int64_t calibrate(subject *s, double window_s)
{
    const int64_t most = 1000000000;
    int64_t runs = 1;
    double spent_s = time_runs(s, runs);
    while (spent_s < window_s / 4 && runs < most) {
        runs *= 2;
        spent_s = time_runs(s, runs);
    }
    const double fitting = spent_s > 0 ? ceil((double)runs * window_s / spent_s) : (double)most;
    return fitting < 1 ? 1 : fitting > (double)most ? most : (int64_t)fitting;
}

/* A run this long warms up within itself, so it counts as the first repetition. */
static const double long_run_s = 0.005;

/* Seconds of a run, estimated from the steps that a config makes at a time.  A first glance that would cut the trial is
 * taken again: it may have woken threads. */
static double glance(subject *s, trial_answer *answer)
{
    const int64_t some = s->ask.config.depth;
    double run_s = HUGE_VAL;
    for (int i = 0; i < 2 && run_s > s->ask.cut_s; i++) {
        const double start_s = clock_s();
        subject_run_steps(s, some);
        const double took_s = clock_s() - start_s;
        answer->timed_s += took_s;
        run_s = fmin(run_s, took_s * (double)s->ask.steps / (double)some);
    }
    return run_s;
}

/* Cuts the trial if a run takes longer than it may. */
static bool is_cut(const trial_ask *ask, double run_s, trial_answer *answer)
{
    if (!ask->only_time || ask->cut_s == 0 || run_s <= ask->cut_s)
        return false;
    answer->seconds[0] = run_s;
    answer->n = 1;
    return true;
}

/*
 * The first run is from the original input and gives the hash.  Then come the repetitions, from the input again if
 * the kernel might take another time on its output.  In a short trial each repetition fills a window, and the hash
 * is taken again after them: then two runs from one input have been compared.
 *
 * If only the time is asked for, a trial of a kernel that is steady restores nothing.
 */
static void time_subject(subject *s, trial_answer *answer)
{
    const trial_ask *ask = &s->ask;
    enum { WORTH_A_GLANCE = 4 }; /* time blocks */
    const bool runs_on = !s->changes_input || s->steady, is_short = ask->window_s > 0 && runs_on;
    if (!ask->only_time || !runs_on)
        subject_restore(s);
    if (ask->only_time && ask->cut_s > 0 && ask->kernel->field && ask->config.layout == NT_LAYOUT_ROWS &&
        WORTH_A_GLANCE * ask->config.depth <= ask->steps) {
        if (is_cut(ask, glance(s, answer), answer))
            return;
        if (!runs_on)
            subject_restore(s);
    }
    const double first_s = time_runs(s, 1);
    if (!ask->only_time)
        answer->hash = subject_hash(s);
    if (is_cut(ask, first_s, answer)) {
        answer->timed_s += first_s;
        return;
    }
    const bool counts = !is_short && first_s > long_run_s;
    const int64_t runs = is_short && first_s < ask->window_s ? calibrate(s, ask->window_s) : 1;
    answer->seconds[0] = first_s;
    for (int i = counts; i < ask->reps; i++) {
        if (!runs_on)
            subject_restore(s);
        answer->seconds[i] = time_runs(s, runs) / (double)runs;
    }
    answer->n = ask->reps;
    for (int i = 0; i < answer->n; i++)
        answer->timed_s += answer->seconds[i] * (double)runs;
}

/* Two runs from one input must be equal. */
static bool is_repeatable(subject *s, const trial_answer *answer)
{
    if (s->ask.only_time || s->ask.window_s == 0 || s->ask.kernel->program)
        return true;
    subject_restore(s);
    subject_run(s);
    return subject_hash(s) == answer->hash;
}

static void time_and_compare(subject *s, trial_answer *answer, nt_error *why)
{
    time_subject(s, answer);
    const bool repeatable = is_repeatable(s, answer);
    if (*s->failure.text) {
        answer->outcome = TRIAL_CRASH;
        *why = s->failure;
    } else if (!repeatable) {
        answer->outcome = TRIAL_WRONG;
        snprintf(why->text, sizeof why->text, "two runs from one input differ");
    }
    if (answer->outcome != TRIAL_OK)
        answer->n = 0;
}

/* ---- One trial ------------------------------------------------------------------------------- */

static void run_trial(fields_cache *cache, const trial_ask *ask, trial_answer *answer)
{
    nt_error why = {""};
    subject s;
    nt_status status = nt_config_runs(ask->kernel, ask->dtype, &ask->config, &why);
    const bool checks_first = ask->check && ask->cut_s == 0;
    if (status == NT_OK && checks_first)
        answer->outcome = subject_check(ask, &why);
    if (status == NT_OK && answer->outcome == TRIAL_OK &&
        (status = subject_open(&s, ask, cache, &why)) == NT_OK) {
        time_and_compare(&s, answer, &why);
        subject_close(&s);
    }
    if (ask->check && !checks_first && answer->n > 0 &&
        stats_median(answer->seconds, answer->n) <= ask->cut_s) {
        answer->outcome = subject_check(ask, &why);
        answer->n = answer->outcome == TRIAL_OK ? answer->n : 0;
    }
    if (status != NT_OK)
        answer->outcome = status == NT_ENOMEM ? TRIAL_MEMORY : TRIAL_REFUSED;
    if (answer->outcome != TRIAL_OK)
        memcpy(answer->detail, why.text, strnlen(why.text, sizeof answer->detail - 1));
}

/* ---- The wire -------------------------------------------------------------------------------- */

static bool write_all(int fd, const char *text, size_t n)
{
    while (n > 0) {
        const ssize_t done = write(fd, text, n);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return false;
        text += done;
        n -= (size_t)done;
    }
    return true;
}

/* Sends a record with its answer, or a refusal, as one line in one write: the socket keeps messages apart. */
static bool send_record(int fd, json_t *record)
{
    char *text = trial_record_text(record), *line = NULL;
    const int n = text ? asprintf(&line, "%s\n", text) : -1;
    const bool sent = n > 0 && write_all(fd, line, (size_t)n);
    free(text);
    if (n > 0)
        free(line);
    json_decref(record);
    return sent;
}

static bool answer_ask(int out_fd, const json_t *message, fields_cache *cache)
{
    trial_ask ask;
    trial_answer answer = {.outcome = TRIAL_OK};
    nt_error why;
    if (trial_from_json(message, &ask, NULL, &why) != NT_OK) {
        text_make_printable(why.text);
        return send_record(out_fd, json_pack("{s:s, s:s}", "type", "refused", "detail", why.text));
    }
    run_trial(cache, &ask, &answer);
    text_make_printable(answer.detail);
    return send_record(out_fd, trial_to_json(&ask, &answer));
}

/* Opens a module, adds its kernel and describes it. */
static nt_status take_module(const char *path, json_t *list, nt_error *why)
{
    const nt_module *module;
    nt_status status = nt_module_open(path, &module, why);
    if (status == NT_OK)
        status = nt_module_add(module, why);
    if (status == NT_OK && json_array_append_new(list, description_of(module)) != 0) {
        snprintf(why->text, sizeof why->text, "%.80s: no memory for its description, or a text in it is not UTF-8", path);
        status = NT_EKERNEL;
    }
    return status;
}

static bool say_hello(int out_fd, char *const modules[])
{
    if (!modules[0])
        return write_all(out_fd, WIRE_HELLO, sizeof WIRE_HELLO - 1);
    json_t *list = json_array(), *message;
    nt_error why;
    nt_status status = NT_OK;
    for (int i = 0; modules[i] && status == NT_OK; i++)
        status = take_module(modules[i], list, &why);
    char *text = status == NT_OK ? json_dumps(list, JSON_COMPACT) : NULL;
    if (text && strlen(text) + 100 > WIRE_MOST) {
        snprintf(why.text, sizeof why.text, "the modules' descriptions have %zu bytes, allowed are %d", strlen(text),
                 WIRE_MOST - 100);
        status = NT_EKERNEL;
    }
    free(text);
    if (status == NT_OK) {
        message = json_pack("{s:s, s:o}", "type", "hello", "modules", list);
    } else {
        text_make_printable(why.text);
        message = json_pack("{s:s, s:i, s:s}", "type", "refused", "status", (int)status, "detail", why.text);
        json_decref(list);
    }
    return send_record(out_fd, message) && status == NT_OK;
}

int worker_main(int in_fd, int out_fd, char *const modules[])
{
    static char buffer[WIRE_MOST]; /* a message is read whole, or cut off at this size */
    fields_cache cache;
    char *line = NULL;
    size_t size = 0;
    ssize_t n = 0;
    int code = 0;

    /* If the tuner died before this call, its end of the socket is closed, and the worker finds nothing to
     * read. */
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    fcntl(in_fd, F_SETFD, FD_CLOEXEC); /* not for programs under trial */
    fcntl(out_fd, F_SETFD, FD_CLOEXEC);
    memset(&cache, 0, sizeof cache);
    FILE *in = fdopen(in_fd, "r");
    if (!in || setvbuf(in, buffer, _IOFBF, sizeof buffer) != 0 ||
        !say_hello(out_fd, modules))
        return 2;
    while (code == 0 && (n = getline(&line, &size, in)) > 0) {
        json_t *message = json_loadb(line, (size_t)n, JSON_REJECT_DUPLICATES, NULL);
        const bool goes_on = message && answer_ask(out_fd, message, &cache);
        code = message ? 0 : 2;
        json_decref(message);
        if (!goes_on)
            break;
    }
    free(line);
    fclose(in);
    fields_free_all(&cache);
    subject_remove_files();
    return code;
}
