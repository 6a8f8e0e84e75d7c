/*
 * test_kills.c - `autotune run` is killed at random moments, and goes on each time
 * SPDX-License-Identifier: MIT
 *
 * The system counts the answers that the worker has written.  After a kill, the journal must hold all of them but the last:
 * at most one trial is lost.  No file may be damaged.  A tune that comes to its end begins anew, so that kills also meet
 * replays and the writing of results.  NESTUNE_TEST_KILLS is the number of kills (20).
 */
#define _GNU_SOURCE
#include "resume_support.h"

typedef struct tally {
    int kills, finished, trials, lost, torn;
} tally;

static program start(const char *out)
{
    const char *const argv[] = {NT_AUTOTUNE, "run",   "mathop",  "--budget", "2", "--dtype", "f32", "--shape",
                                "64x24x32",  "--out", out,       "--resume", NULL};
    return program_start(argv, NULL);
}

/* The write() calls of a process so far; -1: the system does not count them. */
static int count_writes(pid_t pid)
{
    char path[64], line[128];
    int n = -1;
    snprintf(path, sizeof path, "/proc/%d/io", (int)pid);
    FILE *f = fopen(path, "r");
    while (f && fgets(line, sizeof line, f) && sscanf(line, "syscw: %d", &n) != 1)
        continue;
    if (f)
        fclose(f);
    return n;
}

/* Stops the tuner, counts what its worker has answered, and kills it. */
static int kill_and_count(const program *p)
{
    assert_int_equal(kill(p->pid, SIGSTOP), 0);
    const pid_t worker = child_of(p->pid);
    const int n_writes = worker > 0 ? count_writes(worker) : 0;
    assert_int_equal(kill(p->pid, SIGKILL), 0);
    if (worker > 0)
        assert_true(is_gone_within(worker, 10)); /* it dies with the tuner */
    return n_writes > 0 ? n_writes - 1 : 0;      /* the first is its hello */
}

static void killed_once(const char *out, double delay_s, tally *t)
{
    const trials before = read_journal(out);
    program p = start(out);
    const bool ended = program_listen(&p, program_now_s() + delay_s);
    int answered = ended ? 0 : kill_and_count(&p);
    if (!p.text[1] || !strstr(p.text[1], "noise of this machine"))
        answered = 0; /* it was measuring that, in another worker and for no journal */
    program_end(&p, 10);
    check_files(out);
    const trials after = read_journal(out);
    const int lost = answered - (after.n - before.n);
    if (after.n < before.n || lost > 1)
        fail_msg("kill %d: %d trials before, %d after, but %d were answered", t->kills, before.n, after.n, answered);
    if (after.n_torn > before.n_torn + 1)
        fail_msg("kill %d: %d damaged lines, before %d", t->kills, after.n_torn, before.n_torn);
    t->torn += after.n_torn - before.n_torn;
    t->trials += after.n - before.n;
    if (p.signal == SIGKILL) { /* else it has ended a moment before */
        t->kills++;
        t->lost += lost > 0;
    } else {
        if (p.code != 0 && !strstr(p.text[1], "no row was finished"))
            fail_msg("after %d kills: code %d, signal %d: %s", t->kills, p.code, p.signal, p.text[1]);
        t->finished++;
        tree_remove(out);
        assert_int_equal(mkdir(out, 0755), 0);
    }
    program_free(&p);
}

static void kills_lose_at_most_one_trial_each(void **state)
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
    printf("%d kills in %.0f s: %d trials recorded, %d lost; %d torn lines; %d tunes ended in between\n", t.kills,
           program_now_s() - begin_s, t.trials, t.lost, t.torn, t.finished);
    assert_true(t.trials > t.kills); /* it was met at work */

    program p = start(s.folder); /* it comes to its end */
    program_end(&p, 100);
    if (p.code != 0 && !strstr(p.text[1], "no row was finished"))
        fail_msg("code %d, signal %d: %s", p.code, p.signal, p.text[1]);
    check_files(s.folder);
    program_free(&p);
    tree_remove(s.folder);
}

int main(void)
{
    if (!program_runs(NT_AUTOTUNE)) {
        fprintf(stderr, "this machine cannot execute " NT_AUTOTUNE "\n");
        return 0;
    }
    if (count_writes(getpid()) < 0) {
        fprintf(stderr, "this system does not count what processes write\n");
        return 0;
    }
    detect_machine();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kills_lose_at_most_one_trial_each),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
