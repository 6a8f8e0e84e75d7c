/*
 * test_environment_fuzz.c - a program under random and hostile environments: the right bits, or one line
 * SPDX-License-Identifier: MIT
 *
 * Each trial starts this program again with a few variables set, those of the library and those that OpenMP and
 * hwloc read.  What those two print to stderr is their own affair.
 */
#define _GNU_SOURCE
#include <string.h>

#include "program.h"

enum {
    TRIALS = TEST_SANITIZED ? 20 : 60,
    N_VARIABLES = 20,
    MOST_VALUE = 100000,
    RIGHT = 0,
    WRONG = 7,
    REFUSED = 8
};

/* ---- The trial ------------------------------------------------------------------------------------ */

/* Refused calls must say why, in one line; that is printed. */
static int refused(const char *call, nt_status status, const nt_error *why)
{
    const size_t n = strnlen(why->text, sizeof why->text);
    fprintf(stderr, "%s: %s: %.255s\n", call, nt_status_text(status), why->text);
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)why->text[i] < 0x20 || why->text[i] == 0x7f)
            return WRONG;
    return n > 0 && n < sizeof why->text ? REFUSED : WRONG;
}

static int run_field(void)
{
    static const int64_t n[3] = {40, 30, 20};
    nt_grid *g;
    nt_error why = {""};
    nt_status status = nt_grid_create(&g, NT_F64, n, 0, NULL, &why);
    if (status != NT_OK)
        return refused("nt_grid_create", status, &why);
    nt_kernel_fill(nt_kernel_find("square"), 0, 3, g);
    status = nt_run("square", g, 1, &why);
    if (status != NT_OK)
        return refused("nt_run", status, &why);
    int wrong = 0;
    for (int64_t i = 0; i < n[0] * n[1] * n[2]; i++) {
        const double a = nt_kernel_value(nt_kernel_find("square"), 0, i, 3), squared = a * a;
        wrong +=
            memcmp(nt_grid_cell(g, i, 0, 0), &squared, sizeof squared) != 0; /* without a halo in one row */
    }
    nt_grid_destroy(g);
    if (wrong)
        fprintf(stderr, "%d cells are wrong\n", wrong);
    return wrong ? WRONG : RIGHT;
}

static int run_range(void)
{
    enum { SAMPLES = 100000 };
    const nt_kernel *pi = nt_kernel_find("pi");
    nt_error why = {""};
    uint64_t hits, expected = 0;
    const nt_status status = nt_run_range("pi", NULL, NT_F64, 0, SAMPLES, &hits, &why);
    if (status != NT_OK)
        return refused("nt_run_range", status, &why);
    pi->range->reference(pi->params, NT_F64, 0, SAMPLES, &expected);
    if (hits != expected)
        fprintf(stderr, "%llu hits, not %llu\n", (unsigned long long)hits, (unsigned long long)expected);
    return hits == expected ? RIGHT : WRONG;
}

static int look_at_machine(void)
{
    nt_machine m;
    char id[NT_MACHINE_ID];
    if (nt_machine_detect(&m) != NT_OK || m.threads_allowed < 1 || nt_machine_cores(&m) < 1 ||
        nt_machine_cores(&m) > m.threads_allowed || m.n_cpus < 1 || m.n_cores < 1 || m.l2_bytes < 0)
        return WRONG;
    nt_machine_id(&m, id, sizeof id);
    return *id && strnlen(id, sizeof id) < sizeof id ? RIGHT : WRONG;
}

static int trial(void)
{
    const int field = run_field(), range = run_range();
    return look_at_machine() != RIGHT || field == WRONG || range == WRONG ? WRONG : field ? field : range;
}

/* ---- Its environment ------------------------------------------------------------------------------ */

/* Values that mean something to each, beside those that mean nothing.  Left out: OMP_DISPLAY_ENV, whose output is
 * no error, and what makes hwloc read the files of another system as this one's. */
static const struct {
    const char *name, *values[4];
} variables[N_VARIABLES] = {
    {"NESTUNE_TUNED", {"off", "force", "/dev/null", "/proc/self/exe"}},
    {"NESTUNE_TUNED", {"/", "/none/such.h", "/dev/zero", "/proc/self/mem"}},
    {"NESTUNE_MAX_ISA", {"scalar", "avx2", "avx512", "AVX2 "}},
    {"NESTUNE_VERBOSE", {"0", "1", "2", "yes"}},
    {"OMP_NUM_THREADS", {"1", "7", "3,2,1", "100000"}},
    {"OMP_THREAD_LIMIT", {"1", "2", "3", "2147483647"}},
    {"OMP_PROC_BIND", {"true", "close", "spread", "spread,close"}},
    {"OMP_PLACES", {"cores", "{0}", "{0}:2", "sockets(1)"}},
    {"OMP_DYNAMIC", {"true", "false", "1", "TRUE"}},
    {"OMP_WAIT_POLICY", {"passive", "active", "PASSIVE", "x"}},
    {"OMP_SCHEDULE", {"dynamic,1", "guided", "auto", "static,0"}},
    {"OMP_STACKSIZE", {"100B", "64k", "100G", "16777215G"}},
    {"GOMP_STACKSIZE", {"1", "2M", "1000000000", "-1"}},
    {"OMP_MAX_ACTIVE_LEVELS", {"0", "1", "-1", "2147483648"}},
    {"GOMP_CPU_AFFINITY", {"0", "0-1", "0-0:2", "x"}},
    {"GOMP_SPINCOUNT", {"0", "1", "infinity", "1k"}},
    {"HWLOC_SYNTHETIC", {"pack:2 core:4 pu:2", "core:1 pu:300", "pu:0", "core:"}},
    {"HWLOC_XMLFILE", {"/none/such.xml", "/dev/null", "/", "/proc/self/exe"}},
    {"HWLOC_COMPONENTS", {"stop", "synthetic", "-linux", "no_os,stop"}},
    {"HWLOC_HIDE_ERRORS", {"0", "1", "2", "x"}},
};

/* Without an end inside: an environment holds no NUL. */
static void random_bytes(rng *r, char *value, int64_t n, bool printable)
{
    for (int64_t i = 0; i < n; i++)
        value[i] = (char)(printable ? 32 + rng_below(r, 95) : 1 + rng_below(r, 255));
    value[n] = '\0';
}

/* Any program with libomp 14 dies of GOMP_CPU_AFFINITY=1e9, or has a negative number of threads with OMP_NUM_THREADS=/: a test built by
 * clang gives OpenMP only the first two values of each, which it allows. */
static bool takes_any_text(const char *name)
{
#ifdef __clang__
    return !strstr(name, "OMP_");
#else
    (void)name;
    return true;
#endif
}

static void any_value(rng *r, const char *name, const char *const own[4], char *value)
{
    static const char *const odd[] = {"",           " ",    ",",       "99999999999999999999999",
                                      "-1",         "1e9",  "0x10",    "%s%n%s",
                                      "=",          "\n\n", "\x1b[2J", "/",
                                      "/none/such", "../",  "nan",     "\xff\xfe"};
    const bool any = takes_any_text(name);
    const int64_t kind = rng_below(r, any ? 10 : 5);
    if (kind < 5)
        snprintf(value, MOST_VALUE, "%s", own[rng_below(r, any ? 4 : 2)]);
    else if (kind < 8)
        snprintf(value, MOST_VALUE, "%s", odd[rng_below(r, sizeof odd / sizeof *odd)]);
    else if (kind < 9)
        random_bytes(r, value, rng_below(r, 60), rng_below(r, 2) == 0);
    else
        random_bytes(r, value, MOST_VALUE - 1000, true);
}

/* ---- The test ------------------------------------------------------------------------------------- */

/* env(1) sets the variables, so that nothing of them reaches the next trial. */
static void run_trial(rng *r, char *texts[3], int counts[2])
{
    static const char self[] = "/proc/self/exe";
    char path[512];
    const ssize_t n = readlink(self, path, sizeof path - 1);
    assert_true(n > 0);
    path[n] = '\0';
    const char *argv[8] = {"/usr/bin/env"};
    int used = 1;
    for (int64_t k = rng_below(r, 3); k >= 0; k--) {
        const int64_t v = rng_below(r, N_VARIABLES);
        char *text = texts[k];
        const int head = sprintf(text, "%s=", variables[v].name);
        any_value(r, variables[v].name, variables[v].values, text + head);
        argv[used++] = text;
    }
    argv[used++] = path;
    argv[used++] = "--trial";
    program p = program_start(argv, NULL);
    program_end(&p, 60);
    if (p.signal || (p.code != RIGHT && p.code != REFUSED)) {
        for (int i = 1; i < used - 2; i++)
            fprintf(stderr, "%.200s\n", argv[i]);
        fail_msg("signal %d, code %d; stderr: %.2000s", p.signal, p.code, p.text[1]);
    }
    counts[p.code == REFUSED]++;
    program_free(&p);
}

static void hostile(void **state)
{
    (void)state;
    rng r = rng_make(805);
    char *texts[3];
    int counts[2] = {0};
    for (int i = 0; i < 3; i++)
        assert_non_null(texts[i] = malloc(MOST_VALUE + 100));
    for (int i = 0; i < TRIALS; i++)
        run_trial(&r, texts, counts);
    for (int i = 0; i < 3; i++)
        free(texts[i]);
    assert_true(counts[0] > TRIALS / 2);
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "--trial") == 0)
        return trial();
    tests_begin(argv);
    const struct CMUnitTest tests[] = {cmocka_unit_test(hostile)};
    return cmocka_run_group_tests_name("environment_fuzz", tests, NULL, NULL);
}
