/*
 * test_header_check.c - does a tuned header still hold? by what it says, and by made-up times
 * SPDX-License-Identifier: MIT
 */
#include "commands/header_check.h"
#include "fake_trials.h"
#include "tuned_support.h"

#define HEAD                                                                                                 \
    "NT_TUNED_LINE(\"nestune 4 machine=checked vendor=x uarch=y family=1 model=2 l1d=3 l2=4 l3=5 threads=2 " \
    "l2_class=0 l3_class=0\")\n"
#define ROW_OF(text) "NT_TUNED_LINE(\"row " text " upto=0\")\n"

/* The rows of the header; what each costs over the default, and what is found. */
enum { FASTER, SLOWER, EQUAL, NOISY, CRASHES, PLAIN, OLD, FOREIGN, GONE, NO_CASE, NO_FORM, NO_TYPE, N };
static const double over_default[N] = {
    [FASTER] = 0.5, [SLOWER] = 1.1, [EQUAL] = 1, [NOISY] = 1, [CRASHES] = 1};
static const check_state due[N] = {
    [FASTER] = CHECK_HOLDS,  [SLOWER] = CHECK_SLOWER, [EQUAL] = CHECK_HOLDS,  [NOISY] = CHECK_UNKNOWN,
    [CRASHES] = CHECK_FAILS, [PLAIN] = CHECK_DEFAULT, [OLD] = CHECK_STALE,    [FOREIGN] = CHECK_STALE,
    [GONE] = CHECK_STALE,    [NO_CASE] = CHECK_STALE, [NO_FORM] = CHECK_STALE,
    [NO_TYPE] = CHECK_STALE};
static const char *const says[N] = {
    [CRASHES] = "the row: ",    [OLD] = "for version 77 of", [FOREIGN] = "not on this CPU",
    [GONE] = "no kernel gone",  [NO_CASE] = "no case o3",    [NO_FORM] = "fn=nosuch",
    [NOISY] = "differ too much", [NO_TYPE] = "no type f16"};

static const nt_tuned *load_header(void)
{
    char body[4000], plain[NT_CONFIG_TEXT];
    const nt_kernel *mathop = nt_kernel_find("mathop"), *pi = nt_kernel_find("pi"),
                    *square = nt_kernel_find("square");
    nt_config c;
    assert_true(mathop && pi && square);
    assert_int_equal(nt_config_default(mathop, NT_F32, &c, NULL), NT_OK);
    nt_config_format(mathop, &c, plain, sizeof plain);
    const int v = mathop->version;
    snprintf(
        body, sizeof body,
        HEAD ROW_OF("mathop default %d f64 l2 one isa=scalar,variant=fused,fn=u1,order=yzx 1.0 0.5 faster")
            ROW_OF("mathop default %d f64 l2 many isa=scalar,variant=fused,fn=u1,order=yzx 1.0 0.9 faster")
                ROW_OF("mathop default %d f64 l3 one isa=scalar,variant=fused,fn=u1,order=yzx 1.0 0.9 faster")
                    ROW_OF("mathop default %d f64 l3 many isa=scalar,variant=fused,fn=u1,order=yzx - - -")
                        ROW_OF("mathop default %d f64 memory one isa=scalar,variant=fused,fn=u1,order=yzx "
                               "1.0 0.9 faster") ROW_OF("mathop default %d f32 l2 one %s 1.0 1.0 same")
                            ROW_OF("pi default 77 f64 long one isa=scalar,variant=philox 1.0 0.9 faster")
                                ROW_OF("square default %d f64 l2 one isa=%s,variant=plain 1.0 0.9 faster")
                                    ROW_OF("gone default 1 f64 l2 one isa=scalar,variant=x 1.0 0.9 faster")
                                        ROW_OF(
                                            "wave o3 4 f64 l2 one isa=scalar,variant=leapfrog 1.0 0.9 faster")
                                            ROW_OF("square default %d f32 l2 one "
                                                   "isa=scalar,variant=plain,fn=nosuch 1.0 0.9 faster")
                                                ROW_OF("square default %d f16 l2 one isa=scalar,variant=plain 1.0 0.9 faster"),
        v, v, v, v, v, v, plain, square->version, nt_isa_available(NT_ISA_NEON) ? "avx2" : "neon",
        square->version, square->version);
    tuned_load_body(body);
    return nt_tuned_at(0);
}

static bool is_tuned(const trial_ask *ask)
{
    return ask->config.order == NT_ORDER_YZX;
}

static int current; /* the row that is measured */
static double cost(const fake_trials *f, const trial_ask *ask)
{
    const double noise = current == NOISY ? 0.5 + (double)(f->n_asks % 7) : 1;
    return 1e-3 * noise * (is_tuned(ask) ? over_default[current] : 1);
}

static trial_outcome fate(const fake_trials *f, const trial_ask *ask, uint64_t *hash)
{
    (void)f, (void)hash;
    return current == CRASHES && is_tuned(ask) ? TRIAL_CRASH : TRIAL_OK;
}

/* The row that is measured next. */
static void told(void *context, const header_check *check, int row)
{
    (void)context;
    for (current = row + 1; current < check->n_rows && check->row[current].state != CHECK_UNKNOWN;)
        current++;
}

static int index_in(const header_check *check, const char *kernel, const char *dtype, const char *shape_class,
                    const char *steps)
{
    for (int i = 0; i < check->n_rows; i++) {
        const nt_tuned_row *r = check->row[i].row;
        if (!strcmp(r->kernel, kernel) && !strcmp(r->dtype, dtype) && !strcmp(r->shape_class, shape_class) &&
            !strcmp(r->steps, steps))
            return i;
    }
    return -1;
}

static void finds_what_holds(void **state)
{
    (void)state;
    header_check check;
    nt_error why;
    const nt_tuned *header = load_header();
    assert_int_equal(header_check_list(&check, header, "/nonexistent", &why), NT_OK);
    assert_int_equal(check.n_rows, N);
    assert_true(check.n[CHECK_UNKNOWN] == 5 && check.n[CHECK_STALE] == 6 && check.n[CHECK_DEFAULT] == 1);
    assert_true(fabs(check.row[FASTER].then - 0.5) < 1e-9 && check.row[NOISY].then == 0);
    fake_trials f = fake_make(cost, 0.01, 5);
    f.fate = fate;
    current = FASTER;
    const double begin = f.clock_s;
    header_check_measure(&check, &f.runner, 20, NULL, told, NULL);
    assert_true(f.clock_s - begin < 30);
    for (int i = 0; i < N; i++) {
        const check_row *c = &check.row[i];
        if (c->state != due[i] || (says[i] && !strstr(c->why.text, says[i])))
            fail_msg("row %d: %s, %s; due is %s", i, check_state_name(c->state), c->why.text,
                     check_state_name(due[i]));
    }
    assert_true(check.row[FASTER].now.n >= 8 && fabs(check.row[FASTER].now.median - 0.5) < 0.05);
    int n = 0;
    for (int s = 0; s < CHECK_N_STATES; s++)
        n += check.n[s];
    assert_int_equal(n, N);
    free(check.row);
    fake_free(&f);
}

/* Without time all stays unknown, and nothing is asked; after a stop as well. */
static void keeps_its_time(void **state)
{
    (void)state;
    header_check check;
    nt_error why;
    assert_int_equal(header_check_list(&check, nt_tuned_at(0), "/nonexistent", &why), NT_OK);
    fake_trials f = fake_make(cost, 0.01, 5);
    current = FASTER;
    header_check_measure(&check, &f.runner, 0, NULL, NULL, NULL);
    assert_true(f.n_asks == 0 && check.n[CHECK_UNKNOWN] == 5);
    assert_non_null(strstr(check.row[FASTER].why.text, "no time was left"));
    f.stop = 1;
    header_check_measure(&check, &f.runner, 10, &f.stop, NULL, NULL);
    assert_int_equal(f.n_asks, 0);
    free(check.row);
    fake_free(&f);
}

/* Without a header: the rows that are in use, kernel by kernel and type by type. */
static void lists_what_is_in_use(void **state)
{
    (void)state;
    header_check check;
    nt_error why;
    assert_int_equal(header_check_list(&check, NULL, "/nonexistent", &why), NT_OK);
    /* The header loaded above serves mathop whole, and gives wave's f64 its arithmetic; what it has of others cannot be used. */
    assert_true(index_in(&check, "mathop", "f64", "l3", "many") >= 0);
    for (int i = 0; i < check.n_rows; i++) {
        const nt_tuned_row *r = check.row[i].row;
        const bool served = strcmp(r->kernel, "mathop") == 0 ||
                            (strcmp(r->kernel, "wave") == 0 && strcmp(r->dtype, "f64") == 0);
        assert_int_equal(strcmp(check.row[i].header->machine, "checked") == 0, served);
    }
    free(check.row);
}

int main(void)
{
    unsetenv("NESTUNE_TUNED");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_what_holds), /* loads the header */
        cmocka_unit_test(keeps_its_time),
        cmocka_unit_test(lists_what_is_in_use),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
