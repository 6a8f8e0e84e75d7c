/*
 * test_driver_planted.c - whatever a candidate does costs one trial
 * SPDX-License-Identifier: MIT
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>

#include "planted_worker.h"
#include "support.h"

/* ---- The planted candidates ------------------------------------------------------------------ */

static void be_wrong(heard *h)
{
    h->answer.outcome = TRIAL_WRONG;
    h->answer.n = 0;
    strcpy(h->answer.detail, "7x5x3: cell (0, 0, 0)");
    be_right(h);
}

static void die_of(heard *h, int signal_number)
{
    (void)h;
    signal(signal_number, SIG_DFL); /* a sanitizer may have a handler */
    raise(signal_number);
}

static void die_of_segv(heard *h)
{
    die_of(h, SIGSEGV);
}

static void die_of_ill(heard *h)
{
    die_of(h, SIGILL);
}

static void die_of_fpe(heard *h)
{
    die_of(h, SIGFPE);
}

static void die_of_abort(heard *h)
{
    fputs("first line\nassertion x > 0 failed\n", stderr);
    die_of(h, SIGABRT);
}

static void die_with_a_child(heard *h)
{
    leave_child();
    die_of(h, SIGSEGV);
}

static void die_of_kill(heard *h) /* as by the system when memory is short */
{
    die_of(h, SIGKILL);
}

static void exit_7(heard *h)
{
    (void)h;
    _exit(7);
}

static void hang(heard *h)
{
    (void)h;
    signal(SIGTERM, SIG_IGN);
    for (;;)
        pause();
}

static void spin_in_two(heard *h)
{
    if (fork() >= 0)
        hang(h);
}

static void take_all_memory(heard *h)
{
    (void)h;
    enum { PIECE = 1 << 24 };
    /* Under a sanitizer there is no limit to run into. */
    for (volatile char *p; !TEST_SANITIZED && (p = malloc(PIECE)) != NULL;)
        for (size_t i = 0; i < PIECE; i += 4096)
            p[i] = 1;
    errno = ENOMEM;
    perror("malloc");
    _exit(1);
}

static void close_and_stay(heard *h)
{
    close(PROCESS_IN_FD);
    close(PROCESS_OUT_FD);
    hang(h);
}

static void send_garbage(heard *h)
{
    memset(h, 0x5a, sizeof *h);
    answer_text((const char *)h, sizeof *h);
}

/* The record cut off in its last number, and without its end. */
static void send_less(heard *h)
{
    char *line = line_of(trial_to_json(&h->ask, &h->answer));
    answer_text(line, strlen(line) - 3);
    free(line);
}

static void send_too_much(heard *h)
{
    (void)h;
    static char line[WIRE_MOST + 1000];
    memset(line, ' ', sizeof line);
    answer_text(line, sizeof line);
}

/* Of another ask than was sent. */
static void send_other_ask(heard *h)
{
    h->ask.shape[1]++;
    be_right(h);
}

/* The record with one of its members changed. */
static void send_changed(heard *h, const char *name, json_t *value)
{
    json_t *record = trial_to_json(&h->ask, &h->answer);
    json_object_set_new(record, name, value);
    answer_record(record);
}

static void send_nan(heard *h)
{
    char *line = line_of(trial_to_json(&h->ask, &h->answer)), *at = strstr(line, "2.5");
    memcpy(at, "NaN", 3);
    answer_text(line, strlen(line));
    free(line);
}

static void send_negative(heard *h)
{
    h->answer.seconds[0] = -1e-9;
    be_right(h);
}

static void send_many(heard *h)
{
    json_t *seconds = json_array();
    for (int i = 0; i <= TRIAL_MAX_REPS; i++)
        json_array_append_new(seconds, json_real(1));
    send_changed(h, "seconds", seconds);
}

static void send_few(heard *h)
{
    h->answer.n--;
    be_right(h);
}

static void send_class(heard *h)
{
    h->answer.outcome = TRIAL_CRASH; /* it cannot know */
    h->answer.n = 0;
    be_right(h);
}

static void send_times_of_a_failure(heard *h)
{
    h->answer.outcome = TRIAL_WRONG;
    be_right(h);
}

static void send_long_text(heard *h)
{
    char text[TRIAL_DETAIL + 1];
    memset(text, 'x', TRIAL_DETAIL);
    text[TRIAL_DETAIL] = '\0';
    send_changed(h, "detail", json_string(text));
}

static void send_control_character(heard *h)
{
    send_changed(h, "detail", json_string("\x1b[2J"));
}

static void send_another_key(heard *h)
{
    send_changed(h, "another", json_integer(1));
}

static void send_refusal(heard *h)
{
    (void)h;
    answer_record(json_pack("{s:s, s:s}", "type", "refused", "detail", "steps are out of range"));
}

static void send_bare_refusal(heard *h)
{
    (void)h;
    answer_record(json_pack("{s:s}", "type", "refused"));
}

static void send_twice(heard *h)
{
    be_right(h);
    be_right(h);
}

static void print_a_lot(heard *h)
{
    for (int i = 0; i < 200000; i++)
        puts("a line that nobody reads");
    fflush(stdout);
    be_right(h);
}

/* Each is asked for by its place here, as the ask's `steps`. */
static const struct planted {
    void (*act)(heard *h);
    trial_outcome outcome;
    const char *detail;
} planted[] = {
    {be_right, TRIAL_OK, ""},
    {be_wrong, TRIAL_WRONG, "7x5x3: cell (0, 0, 0)"},
    {die_of_segv, TRIAL_CRASH, "SIGSEGV"},
    {die_of_ill, TRIAL_CRASH, "SIGILL"},
    {die_of_fpe, TRIAL_CRASH, "SIGFPE"},
    {die_of_abort, TRIAL_CRASH, "SIGABRT: assertion x > 0 failed"},
    {die_with_a_child, TRIAL_CRASH, "SIGSEGV"},
    {die_of_kill, TRIAL_MEMORY, "out of memory"},
    {exit_7, TRIAL_CRASH, "exited with code 7"},
    {hang, TRIAL_HANG, "killed after its limit"},
    {spin_in_two, TRIAL_HANG, "killed after its limit"},
    {take_all_memory, TRIAL_MEMORY, "annot allocate memory"},
    {close_and_stay, TRIAL_CRASH, "closed its socket"},
    {send_garbage, TRIAL_CRASH, "garbled answer"},
    {send_less, TRIAL_CRASH, "garbled answer"},
    {send_too_much, TRIAL_CRASH, "garbled answer"},
    {send_other_ask, TRIAL_CRASH, "garbled answer"},
    {send_nan, TRIAL_CRASH, "garbled answer"},
    {send_negative, TRIAL_CRASH, "garbled answer"},
    {send_many, TRIAL_CRASH, "garbled answer"},
    {send_few, TRIAL_CRASH, "garbled answer"},
    {send_class, TRIAL_CRASH, "garbled answer"},
    {send_times_of_a_failure, TRIAL_CRASH, "garbled answer"},
    {send_long_text, TRIAL_CRASH, "garbled answer"},
    {send_control_character, TRIAL_CRASH, "garbled answer"},
    {send_another_key, TRIAL_CRASH, "garbled answer"},
    {send_refusal, TRIAL_REFUSED, "steps are out of range"},
    {send_bare_refusal, TRIAL_CRASH, "garbled answer"},
    {print_a_lot, TRIAL_OK, ""},
    {send_twice, TRIAL_OK, ""}, /* last: the second is taken for the next trial's, and refused */
};
enum { N_PLANTED = sizeof planted / sizeof *planted };

static void act(heard *h)
{
    if (h->ask.steps >= 0 && h->ask.steps < N_PLANTED)
        planted[h->ask.steps].act(h);
}

/* ---- The parent's side ----------------------------------------------------------------------- */

static void planted_candidates_cost_one_trial(void **state)
{
    (void)state;
    nt_error why;
    driver *d = start_planted("plain", &why);
    assert_non_null(d);
    for (int i = 0; i < N_PLANTED; i++) {
        trial_ask ask = make_ask(i);
        ask.limit_s = planted[i].outcome == TRIAL_HANG ? 0.2 : 60;
        const trial_answer answer = run_ask(d, &ask);
        if (answer.outcome != planted[i].outcome || !strstr(answer.detail, planted[i].detail))
            fail_msg("planted %d: class %s, detail \"%s\"", i, trial_outcome_name(answer.outcome),
                     answer.detail);
        if (answer.outcome == TRIAL_HANG)
            assert_true(answer.wall_s < 0.2 + 0.5);
        if (answer.outcome == TRIAL_OK) {
            assert_int_equal(answer.n, 3);
            assert_true(answer.seconds[2] == 2.5);
            assert_true(answer.hash == 42);
        } else {
            assert_int_equal(answer.n, 0);
        }
        if (planted[i].act == send_twice)
            break;
        ask = make_ask(0); /* the search goes on */
        assert_int_equal(run_ask(d, &ask).outcome, TRIAL_OK);
    }
    trial_ask ask = make_ask(0);
    assert_int_equal(run_ask(d, &ask).outcome, TRIAL_CRASH);
    assert_int_equal(run_ask(d, &ask).outcome, TRIAL_OK);
    driver_destroy(d);
}

int main(int argc, char **argv)
{
    if (argc > 2 && strcmp(argv[1], "planted") == 0)
        return planted_main(argv[2], act);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(planted_candidates_cost_one_trial),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
