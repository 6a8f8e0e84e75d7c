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

#include "measure/subject.h"
#include "measure/trial_json.h"
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
static const double long_run_s = 0.03;

/*
 * If a subject may run repeatedly without restoring, it is restored only once before each repetition of a
 * short trial.  The hash is of one run from the original input, taken before the repetitions and again after
 * them.
 */
static void time_subject(subject *s, trial_answer *answer, nt_error *why)
{
    const trial_ask *ask = &s->ask;
    const bool runs_on = s->runs_on && ask->window_s > 0;
    subject_restore(s);
    answer->seconds[0] = time_runs(s, 1);
    const uint64_t first = runs_on ? subject_hash(s) : 0;
    const bool is_single = (s->changes_input && !runs_on) || ask->window_s == 0; /* a repetition is one run */
    const bool counts = is_single && answer->seconds[0] > long_run_s;
    const int64_t runs = counts || (s->changes_input && !runs_on) ? 1 : calibrate(s, ask->window_s);
    for (int i = counts; i < ask->reps; i++) {
        subject_restore(s);
        answer->seconds[i] = time_runs(s, runs) / (double)runs;
    }
    if (runs_on) {
        subject_restore(s);
        subject_run(s);
    }
    answer->n = ask->reps;
    answer->hash = subject_hash(s);
    if (*s->failure.text) {
        answer->outcome = TRIAL_CRASH;
        answer->n = 0;
        *why = s->failure;
    }
    if (runs_on && answer->hash != first) {
        answer->outcome = TRIAL_WRONG;
        answer->n = 0;
        snprintf(why->text, sizeof why->text, "two runs from one input differ");
    }
}

/* ---- One trial ------------------------------------------------------------------------------- */

static void run_trial(fields_cache *cache, const trial_ask *ask, trial_answer *answer)
{
    nt_error why = {""};
    subject s;
    nt_status status = nt_config_runs(ask->kernel, ask->dtype, &ask->config, &why);
    if (status == NT_OK && ask->check)
        answer->outcome = subject_check(ask, &why);
    if (status == NT_OK && answer->outcome == TRIAL_OK &&
        (status = subject_open(&s, ask, cache, &why)) == NT_OK) {
        time_subject(&s, answer, &why);
        subject_close(&s);
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

int worker_main(int in_fd, int out_fd)
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
        !write_all(out_fd, WIRE_HELLO, sizeof WIRE_HELLO - 1))
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
