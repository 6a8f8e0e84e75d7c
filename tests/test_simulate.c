/*
 * test_simulate.c - complete tables: measured, kept in a file, replayed; and the scores of searches
 * SPDX-License-Identifier: MIT
 */
#define _GNU_SOURCE
#include "fake_trials.h"
#include "program.h"
#include "scratch.h"
#include "search_fixture.h"
#include "simulate/record.h"
#include "simulate/replay.h"
#include "simulate/score.h"

static const char small_space[] =
    "depth=1,2,4,8 tile_x=64,512,4096 tile_y=16 parallel=outer,middle,flat schedule=dynamic";
static const volatile _Atomic sig_atomic_t go_on;

static table *begin_of(const char *kernel, const char *values)
{
    nt_machine m;
    nt_error why;
    table *t = calloc(1, sizeof *t);
    assert_non_null(t);
    nt_machine_detect(&m);
    m.threads_allowed = 4;
    trial_ask ask = {.kernel = nt_kernel_find(kernel),
                     .dtype = NT_F64,
                     .shape = {256, 128, 64},
                     .steps = 16,
                     .in_place = 1};
    assert_int_equal(nt_config_default(ask.kernel, ask.dtype, &ask.config, NULL), NT_OK);
    if (table_begin(t, &ask, &m, values, &why) != NT_OK)
        fail_msg("%s", why.text);
    return t;
}

static table *begin(const char *values)
{
    return begin_of("mathop", values);
}

static void end(table *t)
{
    table_free(t);
    free(t);
}

static void say_nothing(void *context, int64_t done, int64_t all)
{
    (void)context;
    assert_true(done <= all);
}

/* A bowl whose machine becomes three times as slow on the way. */
static double drifting_bowl(const fake_trials *f, const trial_ask *ask)
{
    return bowl(f, ask) * (f->n_asks > 100 ? 3 : 1);
}

static trial_outcome short_rows_crash(const fake_trials *f, const trial_ask *ask, uint64_t *hash)
{
    (void)f, (void)hash;
    return ask->config.tile[0] == 64 ? TRIAL_CRASH : TRIAL_OK;
}

static table *recorded(double noise, fake_fate_fn *fate)
{
    nt_error why;
    table *t = begin(small_space);
    fake_trials f = fake_make(drifting_bowl, noise, 5);
    f.fate = fate;
    assert_int_equal(record_run(t, &f.runner, 5, 1, &go_on, say_nothing, NULL, &why), NT_OK);
    fake_free(&f);
    return t;
}

/* Different places on the axes may mean the same config; all that are listed differ, are in order and are found. */
static void a_table_lists_every_config_once(void **state)
{
    (void)state;
    table *t = begin(small_space);
    assert_in_range(t->n_entries, 50, (uintmax_t)space_size(&t->space));
    for (int i = 0; i < t->n_entries; i++) {
        const nt_config *c = &t->entry[i].config;
        assert_ptr_equal(table_find(t, c), &t->entry[i]);
        const nt_config canonical = space_canonical(&t->space, *c);
        assert_int_equal(nt_config_differences(c, &canonical), 0);
        assert_true(i == 0 || table_order(&t->entry[i - 1], &t->entry[i]) < 0);
    }
    const nt_config standard = space_canonical(&t->space, t->space.q.arithmetic);
    assert_non_null(table_find(t, &standard));
    end(t);
}

static void wrong_values_are_named(void **state)
{
    (void)state;
    static const char *const wrong[][2] = {{"deep=1", "deep"},
                                           {"depth", "depth"},
                                           {"depth=1,x", "x"},
                                           {"tile_x=-4", "-4"},
                                           {"parallel=outer,all", "all"},
                                           {"tile=0x0x0", "tile"}};
    nt_machine m;
    nt_machine_detect(&m);
    trial_ask ask = {
        .kernel = nt_kernel_find("mathop"), .dtype = NT_F64, .shape = {256, 128, 64}, .steps = 4};
    assert_int_equal(nt_config_default(ask.kernel, ask.dtype, &ask.config, NULL), NT_OK);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        table t;
        nt_error why = {""};
        assert_int_equal(table_begin(&t, &ask, &m, wrong[i][0], &why), NT_EARG);
        if (!strstr(why.text, wrong[i][1]))
            fail_msg("%s: %s", wrong[i][0], why.text);
        assert_null(t.entry);
    }
    table t;
    nt_error why;
    assert_int_equal(
        table_begin(&t, &ask, &m,
                    "depth=all tile_x=all tile_y=all tile_z=all fn=all order=all parallel=all schedule=all",
                    &why),
        NT_EARG); /* far too many */
}

/* The machine became three times as slow: ratios to an anchor beside them are not changed by it. */
static void drift_cancels(void **state)
{
    (void)state;
    table *t = recorded(0, NULL);
    fake_trials f = fake_make(bowl, 0, 1);
    trial_ask ask = t->ask;
    ask.config = t->anchor;
    const double anchor_s = bowl(&f, &ask);
    for (int i = 0; i < t->n_entries; i++) {
        ask.config = t->entry[i].config;
        const double expected = bowl(&f, &ask) / anchor_s;
        if (fabs(t->entry[i].ratio / expected - 1) > 1e-9)
            fail_msg("entry %d: %g, expected %g", i, t->entry[i].ratio, expected);
    }
    fake_free(&f);
    end(t);
}

/* A search of a steady kernel asks for a few steps; its times are those of the table, of all steps. */
static void a_replay_makes_as_many_steps_as_asked(void **state)
{
    (void)state;
    table *t = begin_of("wave", "depth=1,2,8,16 tile_y=8,16");
    t->anchor_s = 0.1;
    for (int i = 0; i < t->n_entries; i++)
        t->entry[i].ratio = 1 + 0.1 * i;
    replay r;
    assert_true(replay_begin(&r, t, false, 1));
    search s = {.runner = &r.runner,
                .space = &t->space,
                .ask = t->ask,
                .deadline_s = HUGE_VAL,
                .best = -1,
                .guessed = -1};
    s.ask.reps = 1;
    s.ask.limit_s = 1;
    search_begin(&s);
    for (int i = 0; i < t->n_entries; i++)
        assert_true(fabs(search_try(&s, t->entry[i].config)->seconds / (0.1 + 0.01 * i) - 1) < 1e-9);
    search_free(&s);
    replay_end(&r);
    end(t);
}

static void a_table_is_read_back(void **state)
{
    (void)state;
    const scratch s = scratch_make();
    nt_error why;
    table *t = recorded(0.02, short_rows_crash), back;
    assert_int_equal(table_save(t, s.path, &why), NT_OK);
    if (table_load(&back, s.path, &why) != NT_OK)
        fail_msg("%s", why.text);
    assert_string_equal(back.machine, t->machine);
    assert_int_equal(back.n_entries, t->n_entries);
    assert_int_equal(back.space.q.n_threads, t->space.q.n_threads);
    assert_memory_equal(back.space.n, t->space.n, sizeof t->space.n);
    int n_failed = 0;
    for (int i = 0; i < t->n_entries; i++) {
        assert_int_equal(nt_config_differences(&back.entry[i].config, &t->entry[i].config), 0);
        n_failed += isinf(back.entry[i].ratio) != 0;
        assert_true(t->entry[i].ratio == back.entry[i].ratio ||
                    fabs(t->entry[i].ratio / back.entry[i].ratio - 1) < 1e-5);
    }
    assert_true(n_failed > 0 && n_failed < t->n_entries);
    table_free(&back);
    end(t);
    scratch_walk(&s, 1);
}

static void replace(char *text, const char *from, const char *to)
{
    char *at = strstr(text, from);
    assert_non_null(at);
    assert_int_equal(strlen(from), strlen(to));
    memcpy(at, to, strlen(to));
}

/* A digit that changed, a file that was cut, another kind of file, no file. */
static void damaged_tables_are_refused(void **state)
{
    (void)state;
    static const char *const damage[][2] = {
        {"\"steps\": 16", "\"steps\": 17"}, {"depth=1", "depth=3"}, {"nestune table 1", "nestune table 2"}};
    const scratch s = scratch_make();
    nt_error why;
    table *t = recorded(0, NULL), back;
    assert_int_equal(table_load(&back, s.path, &why), NT_EIO);
    assert_int_equal(table_save(t, s.path, &why), NT_OK);
    size_t n_text = 0;
    char *text = slurp(s.path, &n_text);
    for (size_t i = 0; i < sizeof damage / sizeof *damage; i++) {
        char *bad = strdup(text);
        replace(bad, damage[i][0], damage[i][1]);
        spill(s.path, bad, strlen(bad));
        assert_int_equal(table_load(&back, s.path, &why), NT_ESTALE);
        assert_null(back.entry);
        free(bad);
    }
    for (size_t n = 0; n < n_text - 2; n += 97) {
        char *bad = strndup(text, n);
        spill(s.path, bad, strlen(bad));
        assert_int_equal(table_load(&back, s.path, &why), NT_ESTALE);
        free(bad);
    }
    free(text);
    end(t);
    scratch_walk(&s, 1);
}

/* The closed form of random search against draws. */
static void random_search_is_computed(void **state)
{
    (void)state;
    enum { N = 200, DRAWS = 20000 };
    double sorted[N];
    for (int i = 0; i < N; i++)
        sorted[i] = i + 1;
    rng r = rng_make(3);
    for (int n = 1; n <= 64; n *= 4) {
        double sum = 0;
        for (int k = 0; k < DRAWS; k++) {
            unsigned char drawn[N] = {0};
            int least = N;
            for (int i = 0; i < n;) {
                const int at = (int)(rng_unit(&r) * N);
                if (drawn[at])
                    continue;
                drawn[at] = 1;
                i++;
                least = at < least ? at : least;
            }
            sum += least + 1;
        }
        assert_true(fabs(score_random_ratio(sorted, N, n) - sum / DRAWS) < 0.5 + 0.02 * N / n);
    }
}

static const nt_config *wanted; /* by the strategy below */

static void knows_it(search *s)
{
    search_try(s, *wanted);
    s->complete = true;
}

static void tries_nothing(search *s)
{
    s->complete = true;
}

static double last_p(const table *t, const strategy *which)
{
    score s;
    assert_int_equal(score_strategy(&s, t, which, 20, 200, false, &go_on), NT_OK);
    const double p = s.at[19].p;
    score_free(&s);
    return p;
}

/* 1 for a strategy that finds the best config at once, about 0 for drawing at random, less for one that never tries
 * anything but the default. */
static void scores_tell_good_from_bad(void **state)
{
    (void)state;
    const strategy oracle = {"oracle", "", knows_it}, lazy = {"lazy", "", tries_nothing};
    table *t = recorded(0, NULL);
    wanted = &table_best(t)->config;
    score s;
    assert_int_equal(score_strategy(&s, t, &oracle, 20, 3, false, &go_on), NT_OK);
    assert_true(s.at[0].median < 1 && s.at[1].median == 1 && s.at[19].worst == 1 && s.at[19].p == 1);
    score_free(&s);
    const double random = last_p(t, strategy_find("random")), model = last_p(t, strategy_find("model"));
    if (fabs(random) > 0.2)
        fail_msg("random: P %g", random);
    assert_true(last_p(t, &lazy) < -1);
    if (!(model > random + 0.1))
        fail_msg("model: P %g, random %g", model, random);
    end(t);
}

/* With noise the times differ from trial to trial; what is judged are the medians of the table. */
static void noise_is_that_of_the_table(void **state)
{
    (void)state;
    enum { N = 4000 };
    table *t = recorded(0.05, NULL);
    replay r;
    trial_ask ask = t->ask;
    const table_entry *e = &t->entry[t->n_entries / 2];
    ask.config = e->config;
    assert_true(e->spread > 0.005);
    assert_true(replay_begin(&r, t, true, 9));
    double sum = 0, squares = 0;
    for (int i = 0; i < N; i++) {
        trial_answer answer;
        r.runner.run(&r.runner, &ask, &answer);
        const double x = answer.seconds[0] / (t->anchor_s * e->ratio) - 1;
        sum += x;
        squares += x * x;
    }
    assert_true(r.n_seen == 1 && r.runner.now_s(&r.runner) == 1);
    assert_true(fabs(sum / N) < 0.1 * e->spread);
    assert_true(fabs(sqrt(squares / N) / e->spread - 1) < 0.1);
    replay_end(&r);
    end(t);
}

static void expect(int code, const char *const args[], const char *said)
{
    const char *argv[PROGRAM_ARGS] = {NT_AUTOTUNE, "simulate"};
    for (int i = 0; args[i]; i++)
        argv[i + 2] = args[i];
    program p = program_start(argv, NULL);
    program_end(&p, 100);
    if (p.code != code || !strstr(p.text[code == 0 ? 0 : 1], said))
        fail_msg("%s: code %d, %d is due: %s%s", args[0], p.code, code, p.text[0], p.text[1]);
    program_free(&p);
}

#define EXPECT(code, said, ...) expect(code, (const char *const[]){__VA_ARGS__, NULL}, said)

static void the_command_measures_and_replays(void **state)
{
    (void)state;
    if (test_emulated())
        skip(); /* an emulator starts no other program */
    const scratch s = scratch_make();
    EXPECT(0, "", "--record", s.path, "--kernel", "square", "--shape", "64x16x8", "--rounds", "2", "--values",
           "tile_y=1,4 parallel=serial,middle,flat");
    EXPECT(0, "model", s.path, "--seeds", "5", "--budget", "0.5");
    EXPECT(0, "\"random\"", s.path, "--seeds", "5", "--budget", "0.5", "--json");
    EXPECT(2, "tile_q", "--record", s.path, "--kernel", "square", "--shape", "64x16x8", "--values",
           "tile_q=1");
    EXPECT(2, "--shape", "--record", s.path, "--kernel", "square");
    EXPECT(2, "--record", "--record", s.path);
    EXPECT(3, "/nowhere/table.json", "/nowhere/table.json");
    spill(s.path, "{}", 2);
    EXPECT(4, s.path, s.path);
    scratch_walk(&s, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_table_lists_every_config_once),
        cmocka_unit_test(wrong_values_are_named),
        cmocka_unit_test(drift_cancels),
        cmocka_unit_test(a_replay_makes_as_many_steps_as_asked),
        cmocka_unit_test(a_table_is_read_back),
        cmocka_unit_test(damaged_tables_are_refused),
        cmocka_unit_test(random_search_is_computed),
        cmocka_unit_test(scores_tell_good_from_bad),
        cmocka_unit_test(noise_is_that_of_the_table),
        cmocka_unit_test(the_command_measures_and_replays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
