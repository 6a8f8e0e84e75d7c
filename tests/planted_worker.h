/*
 * planted_worker.h - workers whose behaviour a test chooses: the test's own program, started again
 * SPDX-License-Identifier: MIT
 *
 * Exec'd with the argument "planted", a test's main() calls planted_main(), which reads asks and
 * writes answers as a worker does, and lets the test decide what is done with each ask.
 */
#ifndef TESTS_PLANTED_WORKER_H
#define TESTS_PLANTED_WORKER_H

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ask_support.h"
#include "measure/trial_json.h"
#include "os/process.h"
#include "worker/wire.h"

/* ---- The worker's side ----------------------------------------------------------------------- */

/* An ask as it was received, and the answer that is due. */
typedef struct heard {
    trial_ask ask;
    trial_answer answer;
} heard;

static inline void answer_text(const char *text, size_t n)
{
    if (write(PROCESS_OUT_FD, text, n) < 0)
        _exit(9);
}

/* The line of a record, which is freed; the text is the caller's. */
static inline char *line_of(json_t *record)
{
    char *text = trial_record_text(record);
    const size_t n = text ? strlen(text) : 0;
    char *line = malloc(n + 2);
    if (!text || !line)
        _exit(9);
    memcpy(line, text, n);
    strcpy(line + n, "\n");
    free(text);
    json_decref(record);
    return line;
}

static inline void answer_record(json_t *record)
{
    char *line = line_of(record);
    answer_text(line, strlen(line));
    free(line);
}

static inline void be_right(heard *h)
{
    answer_record(trial_to_json(&h->ask, &h->answer));
}

/* Starts a child in a session of its own, which killing the worker does not end.  It keeps the socket open until the
 * driver closes its end. */
static inline void leave_child(void)
{
    struct pollfd tuner = {.fd = PROCESS_IN_FD};
    if (fork() != 0)
        return;
    setsid();
    poll(&tuner, 1, -1);
    _exit(0);
}

/* Mode "rude" garbles its hello, "mute" ends before it; any other is a worker. */
static inline int planted_main(const char *mode, void (*act)(heard *h))
{
    static char line[WIRE_MOST];
    const char *hello = strcmp(mode, "rude") == 0 ? "{\"type\":\"hullo\"}\n" : WIRE_HELLO;
    ssize_t n;
    if (strcmp(mode, "mute") == 0)
        return 3;
    answer_text(hello, strlen(hello));
    while ((n = read(PROCESS_IN_FD, line, sizeof line)) > 0) {
        heard h;
        nt_error why;
        json_t *record = json_loadb(line, (size_t)n, 0, NULL);
        if (!record || trial_from_json(record, &h.ask, NULL, &why) != NT_OK)
            return 8;
        json_decref(record);
        h.answer = (trial_answer){.outcome = TRIAL_OK, .hash = 42, .n = h.ask.reps};
        for (int i = 0; i < h.ask.reps; i++)
            h.answer.seconds[i] = 0.5 + i;
        act(&h);
    }
    return 0;
}

/* ---- The parent's side ----------------------------------------------------------------------- */

/* The driver keeps argv, so it must last. */
static inline driver *start_planted(const char *mode, nt_error *why)
{
    static char *argv[] = {"test", "planted", NULL, NULL};
    argv[2] = (char *)mode;
    const driver_options options = {.memory_limit_bytes = (int64_t)1 << 30, .argv = argv};
    driver *d;
    return driver_create(&d, &options, why) == NT_OK ? d : NULL;
}

#endif /* TESTS_PLANTED_WORKER_H */
