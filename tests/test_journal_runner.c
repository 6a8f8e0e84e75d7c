/*
 * test_journal_runner.c - a search replays from its journal, kill -9 or not
 * SPDX-License-Identifier: MIT
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <time.h>

#include <cmocka.h>

#include "ask_support.h"
#include "environment_support.h"
#include "journal_support.h"
#include "measure/trial_json.h"
#include "scratch.h"
#include "store/journal.h"
#include "store/journal_runner.h"

/* Makes up its answers and counts them, in memory that outlives its process. */
typedef struct fake {
    trial_runner runner;
    volatile int *n_run;
    double clock_s;
} fake;

static void fake_run(trial_runner *self, const trial_ask *ask, trial_answer *answer)
{
    fake *f = (fake *)self;
    ++*f->n_run;
    memset(answer, 0, sizeof *answer);
    answer->outcome = ask->steps % 5 == 4 ? TRIAL_HANG : TRIAL_OK;
    answer->hash = 0xfedcba9876543210u;
    answer->n = answer->outcome == TRIAL_OK ? ask->reps : 0;
    for (int i = 0; i < answer->n; i++)
        answer->seconds[i] = 1.0 / (3 * *f->n_run + i);
    if (answer->outcome != TRIAL_OK)
        snprintf(answer->detail, sizeof answer->detail, "killed after its limit of 1 s");
    answer->wall_s = 0.25;
    f->clock_s += answer->wall_s;
}

static double fake_now_s(trial_runner *self)
{
    return ((fake *)self)->clock_s;
}

static fake fake_make(void)
{
    void *shared = mmap(NULL, sizeof(int), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(shared != MAP_FAILED);
    return (fake){{fake_run, fake_now_s}, shared, 100};
}

static void the_kth_ask_gets_the_kth_answer(void **state)
{
    (void)state;
    static const int64_t asks[] = {1, 2, 1, 4, 1, 2};
    enum { N = sizeof asks / sizeof *asks };
    scratch s = scratch_make();
    fake f = fake_make();
    trial_answer first[N], again;
    journal *j;
    journal_runner r;
    damages d;

    make_new(&j, s.path);
    assert_int_equal(journal_runner_init(&r, j, &f.runner, on_damage, &d, NULL), NT_OK);
    for (int i = 0; i < N; i++) {
        const trial_ask ask = make_ask(asks[i]);
        r.runner.run(&r.runner, &ask, &first[i]);
    }
    assert_int_equal(r.n_new, N);
    assert_true(r.runner.now_s(&r.runner) == N * 0.25);
    journal_runner_free(&r);
    journal_close(j, NULL);

    f.clock_s = 100;
    assert_int_equal(resume(&j, s.path, &d, NULL), NT_OK);
    assert_int_equal(journal_runner_init(&r, j, &f.runner, on_damage, &d, NULL), NT_OK);
    assert_int_equal(d.n, 0);
    for (int i = 0; i < N; i++) {
        trial_ask ask = make_ask(asks[i]);
        ask.limit_s = 5; /* not part of the question */
        r.runner.run(&r.runner, &ask, &again);
        assert_int_equal(again.outcome, first[i].outcome);
        assert_int_equal(again.n, first[i].n);
        assert_true(again.hash == first[i].hash);
        assert_true(again.wall_s == first[i].wall_s);
        assert_string_equal(again.detail, first[i].detail);
        assert_memory_equal(again.seconds, first[i].seconds, sizeof again.seconds); /* to the last bit */
        assert_true(r.runner.now_s(&r.runner) == (i + 1) * 0.25);
    }
    assert_int_equal(*f.n_run, N);
    assert_int_equal(r.n_replayed, N);
    trial_ask ask = make_ask(1);
    r.runner.run(&r.runner, &ask, &again); /* the fourth of its kind is new */
    assert_int_equal(*f.n_run, N + 1);
    ask.check = 1;
    r.runner.run(&r.runner, &ask, &again);
    assert_int_equal(*f.n_run, N + 2);
    assert_int_equal(r.n_new, 2);
    assert_int_equal(r.n_unrecorded, 0);
    ask.config.threads = 0; /* cannot run, has no text form: passed on, not recorded */
    r.runner.run(&r.runner, &ask, &again);
    assert_int_equal(*f.n_run, N + 3);
    assert_int_equal(r.n_unrecorded, 1);
    assert_int_equal(r.status, NT_OK);
    journal_runner_free(&r);
    journal_close(j, NULL);
    scratch_walk(&s, 1);
}

/* A deterministic search of `n` trials; with n endless it runs until killed. */
static void search(const scratch *s, fake *f, int n, journal_runner *r)
{
    journal *j;
    damages d;
    if (access(s->path, F_OK) != 0)
        make_new(&j, s->path);
    else
        assert_int_equal(resume(&j, s->path, &d, NULL), NT_OK);
    assert_int_equal(journal_runner_init(r, j, &f->runner, on_damage, &d, NULL), NT_OK);
    for (int i = 0; i < n; i++) {
        trial_answer answer;
        const trial_ask ask = make_ask(i % 7);
        r->runner.run(&r->runner, &ask, &answer);
    }
    journal_runner_free(r);
    journal_close(j, NULL);
}

static void a_kill_costs_at_most_one_trial(void **state)
{
    (void)state;
    enum { ROUNDS = 8, ENDLESS = 1000000 };
    scratch s = scratch_make();
    fake f = fake_make();
    journal_runner r;
    for (int round = 0; round < ROUNDS; round++) {
        const pid_t pid = fork();
        if (pid == 0) {
            search(&s, &f, ENDLESS, &r);
            _exit(0);
        }
        const int before = *f.n_run;
        while (*f.n_run < before + 10 + 13 * round) {
            const struct timespec pause = {0, 200000};
            nanosleep(&pause, NULL);
        }
        kill(pid, SIGKILL);
        assert_int_equal(waitpid(pid, NULL, 0), pid);
    }
    const int n = *f.n_run;
    search(&s, &f, n, &r);
    assert_true(r.n_new <= ROUNDS); /* each kill lost its last trial at most */
    assert_int_equal(r.n_replayed + r.n_new, n);
    scratch_walk(&s, 1);
}

static void a_full_disk_stops_no_search(void **state)
{
    (void)state;
    scratch s = scratch_make();
    fake f = fake_make();
    journal *j;
    journal_runner r;
    make_new(&j, s.path);
    assert_int_equal(journal_runner_init(&r, j, &f.runner, NULL, NULL, NULL), NT_OK);
    trial_answer answer;
    const trial_ask ask = make_ask(1);
    const rlim_t old = scratch_limit(300);
    for (int i = 0; i < 3; i++)
        r.runner.run(&r.runner, &ask, &answer);
    scratch_limit(old);
    assert_int_equal(answer.outcome, TRIAL_OK);
    assert_int_equal(*f.n_run, 3);
    assert_true(r.n_unrecorded >= 2);
    assert_int_equal(r.status, NT_EIO);
    assert_non_null(strstr(r.why.text, "too large"));
    journal_runner_free(&r);
    journal_close(j, NULL);
    scratch_walk(&s, 1);
}

/* One field of a good trial, and something bad in its place. */
static const char *const changes[][2] = {
    {"kernel", "\"none\""},
    {"kernel", "7"},
    {"case", "\"\""},
    {"case", "\"o2\""}, /* of a kernel without cases */
    {"case", "\"Default\""},
    {"case", "0"},
    {"case", "null"},
    {"dtype", "\"f16\""},
    {"shape", "[1,2]"},
    {"shape", "[1,2,3,4]"},
    {"shape", "[1,2,-3]"},
    {"shape", "[1,2,2.5]"},
    {"shape", "[1,2,9223372036854775807]"},
    {"steps", "-1"},
    {"steps", "\"1\""},
    {"in_place", "2"},
    {"in_place", "4294967296"},
    {"config", "\"\""},
    {"config", "\"isa=none\""},
    {"config", "\"threads=1\""},
    {"config", "\"isa=scalar,variant=fused,fn=u9,layout=rows,parallel=outer,order=zyx,tile=0x0x0,depth=1,"
               "threads=1,schedule=static\""},
    {"config", "\"isa=scalar,variant=fused,fn=u4,layout=rows,parallel=outer,order=zyx,tile=0x0x0,depth=1,"
               "threads=1,schedule=auto\""},
    {"reps", "0"},
    {"reps", "65"},
    {"window_s", "-1"},
    {"window_s", "1e300"},
    {"check", "null"},
    {"class", "\"fine\""},
    {"detail", "\"\\u001b[2J\""},
    {"detail", "\"\\n\""},
    {"hash", "\"0123\""},
    {"hash", "\"0123456789abcdeg\""},
    {"seconds", "1"},
    {"seconds", "[1,2]"},
    {"seconds", "[1,2,-3]"},
    {"seconds", "[1,2,\"3\"]"},
    {"wall_s", "-1"},
    {"unknown", "1"},
};

static void bad_trials_are_left_out(void **state)
{
    (void)state;
    enum { N = sizeof changes / sizeof *changes };
    scratch s = scratch_make();
    fake f = fake_make();
    const trial_ask ask = make_ask(1);
    trial_answer answer;
    journal *j;
    journal_runner r;
    damages d;

    fake_run(&f.runner, &ask, &answer);
    make_new(&j, s.path);
    for (int i = 0; i < N; i++) {
        json_t *record = trial_to_json(&ask, &answer);
        json_t *value = json_loads(changes[i][1], JSON_DECODE_ANY, NULL);
        assert_non_null(value);
        assert_int_equal(json_object_set_new(record, changes[i][0], value), 0);
        assert_int_equal(journal_append(j, record, NULL), NT_OK);
        json_decref(record);
    }
    json_t *note = json_pack("{s:s}", "type", "note"); /* another kind of record is no damage */
    assert_int_equal(journal_append(j, note, NULL), NT_OK);
    json_decref(note);
    journal_close(j, NULL);

    assert_int_equal(resume(&j, s.path, &d, NULL), NT_OK);
    assert_int_equal(d.n, 0);
    assert_int_equal(journal_n_records(j), N + 1);
    assert_int_equal(journal_runner_init(&r, j, &f.runner, on_damage, &d, NULL), NT_OK);
    assert_int_equal(d.n, N);
    assert_int_equal(d.line, N + 1);
    assert_int_equal(r.n_answers, 0);
    journal_runner_free(&r);
    journal_close(j, NULL);
    scratch_walk(&s, 1);
}

/* The journal of a machine with more instruction sets can be read on one with fewer. */
static void an_isa_that_cannot_run_here_is_read(void **state)
{
    (void)state;
    scratch s = scratch_make();
    fake f = fake_make();
    trial_ask ask = make_ask(1);
    trial_answer answer, again;
    journal *j;
    journal_runner r;
    damages d;
    ask.config.isa = NT_ISA_AVX512;
    fake_run(&f.runner, &ask, &answer);
    make_new(&j, s.path);
    json_t *record = trial_to_json(&ask, &answer);
    assert_int_equal(journal_append(j, record, NULL), NT_OK);
    json_decref(record);
    journal_close(j, NULL);

    environment_set("NESTUNE_MAX_ISA", "scalar");
    assert_int_equal(nt_config_runs(ask.kernel, ask.dtype, &ask.config, NULL), NT_EISA);
    assert_int_equal(resume(&j, s.path, &d, NULL), NT_OK);
    assert_int_equal(journal_runner_init(&r, j, &f.runner, on_damage, &d, NULL), NT_OK);
    assert_int_equal(d.n, 0);
    assert_int_equal(r.n_answers, 1);
    r.runner.run(&r.runner, &ask, &again);
    environment_set("NESTUNE_MAX_ISA", NULL);
    assert_int_equal(r.n_replayed, 1);
    assert_true(again.outcome == answer.outcome && again.hash == answer.hash);
    journal_runner_free(&r);
    journal_close(j, NULL);
    scratch_walk(&s, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_kth_ask_gets_the_kth_answer),
        cmocka_unit_test(a_kill_costs_at_most_one_trial),
        cmocka_unit_test(a_full_disk_stops_no_search),
        cmocka_unit_test(bad_trials_are_left_out),
        cmocka_unit_test(an_isa_that_cannot_run_here_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
