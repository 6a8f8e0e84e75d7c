/*
 * test_kills.c - `autotune run` is killed at random moments, and goes on each time
 * SPDX-License-Identifier: MIT
 *
 * Its progress on a terminal says which trials are finished.  After a kill, the journal must hold each of them: so at most
 * the trial under way is lost.  No file may be damaged.  A tune that comes to its end begins anew elsewhere, so that kills
 * also meet replays and the writing of results.  NESTUNE_TEST_KILLS is the number of kills (20).
 */
#define _GNU_SOURCE /* posix_openpt */
#include "resume_support.h"

typedef struct tally {
    int kills, finished, torn;
    int most_reported;
} tally;

/* One process, killed after a time unless it ends before. */
typedef struct life {
    program p;
    int terminal, held; /* the end that is read, and the other one, which keeps what was written */
    char *text;
    size_t n;
} life;

static life life_begin(const char *out)
{
    life l = {.terminal = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK)};
    if (l.terminal < 0)
        skip(); /* no terminals here */
    assert_int_equal(grantpt(l.terminal), 0);
    assert_int_equal(unlockpt(l.terminal), 0);
    l.held = open(ptsname(l.terminal), O_RDWR | O_NOCTTY | O_CLOEXEC);
    assert_true(l.held >= 0);
    l.text = calloc(1, PROGRAM_TEXT);
    assert_non_null(l.text);

    static const char command[] = "unset NO_COLOR; TERM=xterm exec \"$@\" 2>\"$0\"";
    const char *const argv[] = {"/bin/sh", "-c",      command, ptsname(l.terminal), NT_AUTOTUNE, "run",    "mathop",   "--budget",
                                "2",       "--dtype", "f32",   "--shape",           "64x24x32",  "--out",  out,        "--resume",
                                NULL};
    l.p = program_start(argv, NULL);
    return l;
}

/* Reads what it shows until then; true if it has ended before. */
static bool life_watch(life *l, double until_s)
{
    for (double now_s; (now_s = program_now_s()) < until_s;) {
        struct pollfd polled = {l->terminal, POLLIN, 0};
        poll(&polled, 1, 1 + (int)((until_s - now_s) * 1e3 < 10 ? (until_s - now_s) * 1e3 : 10));
        ssize_t got;
        while ((got = read(l->terminal, l->text + l->n, PROGRAM_TEXT - 1 - l->n)) > 0)
            l->n += (size_t)got;
        siginfo_t info = {0};
        if (waitid(P_PID, (id_t)l->p.pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid != 0)
            return true;
    }
    return false;
}

static void life_end(life *l)
{
    program_end(&l->p, 10);
    ssize_t got;
    while ((got = read(l->terminal, l->text + l->n, PROGRAM_TEXT - 1 - l->n)) > 0)
        l->n += (size_t)got;
    close(l->held);
    close(l->terminal);
}

static void life_free(life *l)
{
    free(l->text);
    program_free(&l->p);
}

/* The finished trials that it showed, replayed ones too: a line of progress each. */
static int count_reported(const char *text)
{
    int n = 0;
    for (const char *line = text; (line = strstr(line, "\r\033[K[")); line++) {
        const size_t length = strcspn(line + 5, "\r\n");
        const char *word = strstr(line + 5, " f32 ");
        n += word && word < line + 5 + length && (!strncmp(word, " f32 search ", 12) || !strncmp(word, " f32 arithmetic ", 16));
    }
    return n;
}

static void killed_once(const char *out, double delay_s, tally *t)
{
    const trials before = read_journal(out);
    life l = life_begin(out);
    const bool ended = life_watch(&l, program_now_s() + delay_s);
    if (!ended)
        kill(l.p.pid, SIGKILL);
    life_end(&l);
    check_files(out);
    const trials after = read_journal(out);
    const int reported = count_reported(l.text);
    if (after.n < before.n || after.n < reported)
        fail_msg("kill %d: %d trials before, %d reported, %d in the journal", t->kills, before.n, reported, after.n);
    if (after.n_torn > before.n_torn + 1)
        fail_msg("kill %d: %d damaged lines, before %d", t->kills, after.n_torn, before.n_torn);
    t->torn += after.n_torn - before.n_torn;
    t->most_reported = reported > t->most_reported ? reported : t->most_reported;
    if (!ended) {
        assert_int_equal(l.p.signal, SIGKILL);
        t->kills++;
    } else {
        if (l.p.code != 0 && !strstr(l.text, "no row was finished"))
            fail_msg("after %d kills: code %d, signal %d: %s", t->kills, l.p.code, l.p.signal, l.text);
        t->finished++;
        tree_remove(out);
        assert_int_equal(mkdir(out, 0755), 0);
    }
    life_free(&l);
}

static void kills_lose_at_most_the_trial_under_way(void **state)
{
    (void)state;
    const char *asked = getenv("NESTUNE_TEST_KILLS");
    const int most = asked ? atoi(asked) : 20;
    const double longest_s = TEST_SANITIZED ? 3 : 0.8;
    const scratch s = scratch_make();
    rng r = rng_make(71);
    tally t = {0};
    const double begin_s = program_now_s();
    while (t.kills < most)
        killed_once(s.folder, 0.02 + longest_s * rng_unit(&r), &t);
    printf("%d kills in %.0f s, %d tunes that ended; most trials of one: %d; torn lines: %d\n", t.kills,
           program_now_s() - begin_s, t.finished, t.most_reported, t.torn);
    assert_true(t.most_reported > 5); /* it was seen at work */

    life l = life_begin(s.folder); /* it comes to its end */
    assert_true(life_watch(&l, program_now_s() + 100));
    life_end(&l);
    if (l.p.code != 0 && !strstr(l.text, "no row was finished"))
        fail_msg("code %d, signal %d: %s", l.p.code, l.p.signal, l.text);
    check_files(s.folder);
    life_free(&l);
    tree_remove(s.folder);
}

int main(void)
{
    if (!program_runs(NT_AUTOTUNE)) {
        fprintf(stderr, "this machine cannot execute " NT_AUTOTUNE "\n");
        return 0;
    }
    detect_machine();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kills_lose_at_most_the_trial_under_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
