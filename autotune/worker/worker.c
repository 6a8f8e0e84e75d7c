/*
 * worker.c - the process that runs trials
 * SPDX-License-Identifier: MIT
 *
 * What it hears is its own executable's, yet everything is checked before it is used: a worker that
 * goes down must do so because of the config under trial.
 */
#include "worker/worker.h"

#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "worker/awkward.h"
#include "worker/cells.h"
#include "os/clock.h"
#include "worker/fields.h"
#include "worker/wire.h"

/* ---- Timing ---------------------------------------------------------------------------------- */

static double time_runs(nt_plan *plan, int64_t runs)
{
    const double start_s = clock_s();
    for (int64_t i = 0; i < runs; i++)
        nt_plan_run(plan);
    return clock_s() - start_s;
}

/* How many runs fill the window, from a doubling series that also warms up. */
static int64_t calibrate(nt_plan *plan, double window_s)
{
    const int64_t most = 1000000000;
    int64_t runs = 1;
    double spent_s = time_runs(plan, runs);
    while (spent_s < window_s / 4 && runs < most) {
        runs *= 2;
        spent_s = time_runs(plan, runs);
    }
    const double fitting = spent_s > 0 ? ceil((double)runs * window_s / spent_s) : (double)most;
    return fitting < 1 ? 1 : fitting > (double)most ? most : (int64_t)fitting;
}

/* A run this long has warmed up within itself: it counts as the first repetition. */
static const double long_run_s = 0.03;

/*
 * Two levels keep their size over any number of steps, so that in a short trial they are restored before each
 * repetition and then run on and on; what is hashed is one run from the input, before the repetitions and after.
 */
static void time_plan(nt_plan *plan, fields *f, const trial_ask *ask, trial_answer *answer, nt_error *why)
{
    const int threads = ask->config.threads;
    const bool runs_on = f->restored && ask->kernel->n_levels == 2 && ask->window_s > 0;
    fields_restore(f, plan, threads);
    answer->seconds[0] = time_runs(plan, 1);
    uint64_t first = 0;
    if (runs_on)
        first = cells_hash(nt_plan_newest(plan), threads);
    const int64_t runs = f->restored && !runs_on ? 1 : calibrate(plan, ask->window_s);
    const bool counts = f->restored && answer->seconds[0] > long_run_s;
    for (int i = counts; i < ask->reps; i++) {
        fields_restore(f, plan, threads);
        answer->seconds[i] = time_runs(plan, runs) / (double)runs;
    }
    if (runs_on) {
        fields_restore(f, plan, threads);
        nt_plan_run(plan);
    }
    answer->n = ask->reps;
    answer->hash = cells_hash(nt_plan_newest(plan), threads);
    if (runs_on && answer->hash != first) {
        answer->class = TRIAL_WRONG;
        answer->n = 0;
        snprintf(why->text, sizeof why->text, "two runs from one input differ");
    }
}

/* ---- One trial ------------------------------------------------------------------------------- */

static void give_up(trial_answer *answer, nt_status status, const nt_error *why)
{
    answer->class = status == NT_ENOMEM ? TRIAL_MEMORY : TRIAL_REFUSED;
    memcpy(answer->detail, why->text, strnlen(why->text, sizeof answer->detail - 1));
}

static void run_trial(fields_cache *cache, const trial_ask *ask, trial_answer *answer)
{
    nt_error why = {""};
    fields *f = NULL;
    nt_plan *plan = NULL;

    nt_status status = nt_config_check(ask->kernel, ask->dtype, &ask->config, &why);
    if (status == NT_OK && ask->check) {
        answer->class = awkward_check(ask, &why);
        if (answer->class != TRIAL_OK) {
            memcpy(answer->detail, why.text, strnlen(why.text, sizeof answer->detail - 1));
            return;
        }
    }
    if (status == NT_OK)
        status = fields_get(cache, ask, &f, &why);
    if (status == NT_OK) {
        const nt_problem problem = fields_problem(f, ask->steps);
        status = nt_plan_create(&plan, &problem, &ask->config, &why);
    }
    if (status != NT_OK) {
        give_up(answer, status, &why);
        return;
    }
    time_plan(plan, f, ask, answer, &why);
    if (answer->class != TRIAL_OK)
        memcpy(answer->detail, why.text, strnlen(why.text, sizeof answer->detail - 1));
    nt_plan_destroy(plan);
}

/* ---- The wire -------------------------------------------------------------------------------- */

/* NULL, or what is wrong with the message. */
static const char *read_ask(const wire_ask *m, trial_ask *ask)
{
    const int64_t most = (int64_t)1 << 40;
    if (!memchr(m->kernel, '\0', sizeof m->kernel) || !nt_kernel_find(m->kernel))
        return "unknown kernel";
    if (!nt_kernel_case(nt_kernel_find(m->kernel), m->order))
        return "unknown order of the kernel";
    if (m->dtype < 0 || m->dtype >= NT_N_DTYPES)
        return "unknown dtype";
    for (int i = 0; i < 3; i++)
        if (m->shape[i] < 0 || m->shape[i] > most)
            return "shape out of range: 0 to 2^40 cells a side";
    if (m->steps < 0 || m->steps > most)
        return "steps out of range: 0 to 2^40";
    if (m->reps < 1 || m->reps > TRIAL_MAX_REPS)
        return "repetitions out of range: 1 to 64";
    if (!(m->window_s >= 0 && m->window_s <= 3600))
        return "window out of range: 0 to 3600 s";

    *ask = (trial_ask){.kernel = nt_kernel_find(m->kernel),
                       .order = m->order,
                       .dtype = (nt_dtype)m->dtype,
                       .shape = {m->shape[0], m->shape[1], m->shape[2]},
                       .steps = m->steps,
                       .in_place = m->in_place != 0,
                       .config = m->config,
                       .reps = m->reps,
                       .window_s = m->window_s,
                       .check = m->check != 0};
    return NULL;
}

static int write_all(int fd, const void *data, size_t n)
{
    const char *at = data;
    while (n > 0) {
        const ssize_t done = write(fd, at, n);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return 0;
        at += done;
        n -= (size_t)done;
    }
    return 1;
}

/* 1: a whole message; 0: the end; -1: less than one. */
static int read_all(int fd, void *data, size_t n)
{
    char *at = data;
    size_t got = 0;
    while (got < n) {
        const ssize_t more = read(fd, at + got, n - got);
        if (more < 0 && errno == EINTR)
            continue;
        if (more <= 0)
            return got || more < 0 ? -1 : 0;
        got += (size_t)more;
    }
    return 1;
}

static int answer_ask(int out_fd, const wire_ask *message, fields_cache *cache)
{
    trial_ask ask;
    trial_answer answer = {.class = TRIAL_OK};
    const char *flaw = read_ask(message, &ask);
    if (flaw) {
        answer.class = TRIAL_REFUSED;
        memcpy(answer.detail, flaw, strlen(flaw));
    } else {
        run_trial(cache, &ask, &answer);
    }

    wire_answer out;
    memset(&out, 0, sizeof out);
    out.head = wire_head_of(WIRE_ANSWER, sizeof out, message->head.id);
    out.hash = answer.hash;
    out.class = (int32_t)answer.class;
    out.n = answer.n;
    memcpy(out.seconds, answer.seconds, (size_t)answer.n * sizeof *answer.seconds);
    memcpy(out.detail, answer.detail, sizeof out.detail);
    return write_all(out_fd, &out, sizeof out);
}

int worker_main(int in_fd, int out_fd)
{
    fields_cache cache;
    wire_ask message;
    const wire_head hello = wire_head_of(WIRE_HELLO, sizeof hello, 0);
    int code = 0;

    /* A tuner that died before this call has closed its end, so that there is nothing to read. */
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    memset(&cache, 0, sizeof cache);
    if (!write_all(out_fd, &hello, sizeof hello))
        return 2;
    for (;;) {
        const int got = read_all(in_fd, &message, sizeof message);
        if (got == 0)
            break;
        if (got < 0 || !wire_head_is(&message.head, WIRE_ASK, sizeof message)) {
            code = 2;
            break;
        }
        if (!answer_ask(out_fd, &message, &cache))
            break;
    }
    fields_free_all(&cache);
    return code;
}
