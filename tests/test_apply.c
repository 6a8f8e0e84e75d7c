/*
 * test_apply.c - kernels in one call without any struct: the same cells as by a plan, and what is refused
 * SPDX-License-Identifier: MIT
 */
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nestune/apply.h"
#include "nestune/pi.h"
#include "support.h"

enum { NX = 11, NY = 7, NZ = 5, CELLS = NX * NY * NZ };
static const int64_t n[3] = {NX, NY, NZ};

/* ---- The same as by a plan --------------------------------------------------------------------- */

static void a_pointwise_kernel(void **state)
{
    static const int64_t strides[3] = {1, NX, NX * NY};
    double ours[CELLS], theirs[CELLS];
    nt_error why;
    (void)state;
    for (int i = 0; i < CELLS; i++)
        ours[i] = theirs[i] = sin(i);
    nt_grid *g;
    assert_int_equal(nt_grid_wrap(&g, NT_F64, n, strides, 0, theirs, &why), NT_OK);
    assert_int_equal(nt_run("mathop", g, 3, &why), NT_OK);
    nt_grid_destroy(g);
    assert_int_equal(nt_apply("mathop", NULL, NT_F64, n, 1, (void *[]){ours}, strides, NULL, 3, NULL, &why),
                     NT_OK);
    assert_memory_equal(ours, theirs, sizeof ours);
}

/* C order as in NumPy: the last axis, here z, is the fastest; and a result of its own. */
static void strides_and_a_result(void **state)
{
    static const int64_t strides[6] = {NY * NZ, NZ, 1, NY * NZ, NZ, 1};
    float in[CELLS], out[CELLS];
    nt_error why;
    (void)state;
    for (int i = 0; i < CELLS; i++)
        in[i] = (float)i - 100;
    assert_int_equal(nt_apply("square", "", NT_F32, n, 2, (void *[]){in, out}, strides, NULL, 1, "", &why),
                     NT_OK);
    for (int i = 0; i < CELLS; i++)
        assert_true(in[i] == (float)i - 100 && out[i] == in[i] * in[i]);
}

/* A point of a constant medium spreads by the weights of order 4: c_0 = -5/2, c_1 = 4/3, c_2 = -1/12. */
static void a_wave(void **state)
{
    enum { N = 16, M = 2, PITCH = N + 2 * M };
    static const int64_t cube[3] = {N, N, N};
    static const int64_t strides[9] = {1, PITCH, PITCH * PITCH, 1, PITCH, PITCH * PITCH, 1, N, N * N};
    static const int halos[3] = {M, M, 0};
    static double u[PITCH * PITCH * PITCH], before[PITCH * PITCH * PITCH], c[N * N * N];
    double *origin = u + M * (1 + PITCH + PITCH * PITCH), *old = before + M * (1 + PITCH + PITCH * PITCH);
    nt_error why;
    (void)state;
    for (int i = 0; i < N * N * N; i++)
        c[i] = 0.01;
    double *middle = origin + N / 2 * (1 + PITCH + PITCH * PITCH);
    *middle = 1;
    old[middle - origin] = 1;
    assert_int_equal(nt_apply_radius("wave", "order=4,faces=mmmmzz"), M);
    assert_int_equal(nt_apply("wave", "order=4,faces=mmmmzz", NT_F64, cube, 3, (void *[]){origin, old, c},
                              strides, halos, 1, "parallel=serial", &why),
                     NT_OK);
    const double *newest = old + (middle - origin); /* after one step the second array */
    assert_true(fabs(newest[0] - (1 - 3 * 0.01 * 5 / 2)) < 1e-15);
    assert_true(fabs(newest[1] - 0.01 * 4 / 3) < 1e-15 && fabs(newest[2 * PITCH] + 0.01 / 12) < 1e-15);
    assert_true(*middle == 1); /* the older level */
}

static void a_range(void **state)
{
    uint64_t ours = 1, theirs = 2;
    nt_error why;
    (void)state;
    assert_int_equal(nt_apply_range_bytes("pi"), sizeof ours);
    assert_int_equal(nt_run_range("pi", NULL, NT_F32, 3, 100000, &theirs, &why), NT_OK);
    assert_int_equal(nt_apply_range("pi", NULL, NT_F32, 3, 100000, &ours, sizeof ours, NULL, &why), NT_OK);
    assert_true(ours == theirs);
    assert_int_equal(
        nt_apply_range("pi", "case=default", NT_F32, 3, 100000, &ours, sizeof ours, "schedule=guided", &why),
        NT_OK);
    assert_true(ours == theirs);
    const nt_pi seven = {.seed = 7};
    assert_int_equal(nt_run_range("pi", &seven, NT_F32, 3, 100000, &theirs, &why), NT_OK);
    assert_int_equal(nt_apply_range("pi", "seed=7", NT_F32, 3, 100000, &ours, sizeof ours, NULL, &why), NT_OK);
    assert_true(ours == theirs);
}

/* Numbers of parameters have a point, whatever the host's locale has.  The locale is made here: few machines have one. */
static void another_locale(void **state)
{
    static const int64_t strides[3] = {1, NX, NX * NY};
    static double u[3][CELLS];
    static char folder[] = "/tmp/nestune-locale-XXXXXX";
    char command[200];
    nt_error why;
    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(command, sizeof command, "localedef -i de_DE -f UTF-8 %s/comma >%s/said 2>&1", folder, folder);
    const bool made = system(command) == 0 && setenv("LOCPATH", folder, 1) == 0 && setlocale(LC_ALL, "comma");
    const int radius = nt_apply_radius("wave", "order=4,dx=2.5,dy=0.5");
    const char point = *localeconv()->decimal_point;
    const nt_status status = nt_apply("wave", "order=2,dx=2,5", NT_F64, n, 1, (void *[]){u[0]}, strides, NULL, 1, NULL, &why);
    setlocale(LC_ALL, "C");
    unsetenv("LOCPATH");
    snprintf(command, sizeof command, "rm -rf %s", folder);
    assert_int_equal(system(command), 0);
    assert_int_equal(radius, 2);
    assert_int_equal(status, NT_EARG);
    if (!made || point != ',')
        skip();
}

/* ---- What is refused --------------------------------------------------------------------------- */

static void refusals(void **state)
{
    static const int64_t s[9] = {1, NX, NX * NY, 1, NX, NX * NY, 1, NX, NX * NY};
    static double a[CELLS], b[CELLS];
    void *one[] = {a}, *two[] = {a, b}, *twice[] = {a, a + 1}, *missing[] = {NULL};
    nt_error why;
    uint64_t total;
    (void)state;
#define REFUSED(status, part, call) assert_refused(call, status, &why, part)
    REFUSED(NT_EKERNEL, "NULL", nt_apply(NULL, NULL, NT_F64, n, 1, one, s, NULL, 1, NULL, &why));
    REFUSED(NT_EKERNEL, "mathpo", nt_apply("mathpo", NULL, NT_F64, n, 1, one, s, NULL, 1, NULL, &why));
    REFUSED(NT_EARG, "nt_apply_range()", nt_apply("pi", NULL, NT_F64, n, 1, one, s, NULL, 1, NULL, &why));
    REFUSED(NT_EARG, "0 arrays", nt_apply("mathop", NULL, NT_F64, n, 0, one, s, NULL, 1, NULL, &why));
    REFUSED(NT_EARG, "-1 arrays", nt_apply("mathop", NULL, NT_F64, n, -1, one, s, NULL, 1, NULL, &why));
    REFUSED(NT_EARG, "3 grids",
            nt_apply("mathop", NULL, NT_F64, n, 3, (void *[]){a, b, a}, s, NULL, 1, NULL, &why));
    REFUSED(NT_EARG, "sizes are NULL",
            nt_apply("mathop", NULL, NT_F64, NULL, 1, one, s, NULL, 1, NULL, &why));
    REFUSED(NT_EARG, "arrays are NULL", nt_apply("mathop", NULL, NT_F64, n, 1, NULL, s, NULL, 1, NULL, &why));
    REFUSED(NT_EARG, "strides are NULL",
            nt_apply("mathop", NULL, NT_F64, n, 1, one, NULL, NULL, 1, NULL, &why));
    REFUSED(NT_EARG, "array 0", nt_apply("mathop", NULL, NT_F64, n, 1, missing, s, NULL, 1, NULL, &why));
    REFUSED(NT_EARG, "type 9", nt_apply("mathop", NULL, (nt_dtype)9, n, 1, one, s, NULL, 1, NULL, &why));
    REFUSED(NT_EARG, "overlap", nt_apply("mathop", NULL, NT_F64, n, 2, twice, s, NULL, 1, NULL, &why));
    REFUSED(NT_ESHAPE, "negative",
            nt_apply("mathop", NULL, NT_F64, (int64_t[3]){-1, 2, 2}, 1, one, s, NULL, 1, NULL, &why));
    REFUSED(NT_ESTRIDE, "overlap",
            nt_apply("mathop", NULL, NT_F64, n, 1, one, (int64_t[3]){1, 1, 1}, NULL, 1, NULL, &why));
    REFUSED(NT_EARG, "steps -1", nt_apply("mathop", NULL, NT_F64, n, 1, one, s, NULL, -1, NULL, &why));
    REFUSED(NT_ECONFIG, "paralel",
            nt_apply("mathop", NULL, NT_F64, n, 1, one, s, NULL, 1, "paralel=outer", &why));
    REFUSED(NT_EARG, "order=2", nt_apply("mathop", "order=2", NT_F64, n, 1, one, s, NULL, 1, NULL, &why));
    REFUSED(NT_EARG, "case=o9", nt_apply("wave", "case=o9", NT_F64, n, 2, two, s, NULL, 1, NULL, &why));
    REFUSED(NT_EARG, "order 3", nt_apply("wave", "order=3", NT_F64, n, 2, two, s, NULL, 1, NULL, &why));
    REFUSED(NT_EARG, "order=2x",
            nt_apply("wave", "dx=1,order=2x", NT_F64, n, 2, two, s, NULL, 1, NULL, &why));
    REFUSED(NT_EARG, "spacing 0", nt_apply("wave", "dx=0", NT_F64, n, 2, two, s, NULL, 1, NULL, &why));
    REFUSED(NT_EARG, "faces=", nt_apply("wave", "faces=mmm", NT_F64, n, 2, two, s, NULL, 1, NULL, &why));
    REFUSED(NT_EARG, "allowed are", nt_apply("wave", ",", NT_F64, n, 2, two, s, NULL, 1, NULL, &why));
    REFUSED(NT_EARG, "nt_apply()", nt_apply_range("mathop", NULL, NT_F64, 0, 1, &total, 8, NULL, &why));
    REFUSED(NT_EARG, "seed=N", nt_apply_range("pi", "seed=-1", NT_F64, 0, 1, &total, 8, NULL, &why));
    REFUSED(NT_EARG, "seed=N", nt_apply_range("pi", "seed=1,", NT_F64, 0, 1, &total, 8, NULL, &why));
    REFUSED(NT_EARG, "seed=N",
            nt_apply_range("pi", "seed=18446744073709551616", NT_F64, 0, 1, &total, 8, NULL, &why));
    REFUSED(NT_EARG, "order=1e300", nt_apply("wave", "order=1e300", NT_F64, n, 2, two, s, NULL, 1, NULL, &why));
    REFUSED(NT_EARG, "4 bytes", nt_apply_range("pi", NULL, NT_F64, 0, 1, &total, 4, NULL, &why));
    REFUSED(NT_EARG, "at NULL", nt_apply_range("pi", NULL, NT_F64, 0, 1, NULL, 8, NULL, &why));
    REFUSED(NT_EARG, "indices 2 to 1", nt_apply_range("pi", NULL, NT_F64, 2, 1, &total, 8, NULL, &why));
    assert_int_equal(nt_apply_range_bytes("mathop"), 0);
    assert_int_equal(nt_apply_radius("wave", "order="), -1);
}

/* ---- Anything at all ----------------------------------------------------------------------------- */

static const char *any_text(rng *r, const char *const *words, int n_words, char *text, size_t size)
{
    text[0] = '\0';
    for (int64_t i = rng_below(r, 2) ? rng_below(r, 4) : 0; i > 0; i--) { /* none half of the time */
        const size_t used = strlen(text);
        snprintf(text + used, size - used, "%s%s", words[rng_below(r, n_words)], i > 1 ? "," : "");
    }
    if (rng_below(r, 8) == 0 && *text)
        text[rng_below(r, (int64_t)strlen(text))] = (char)(1 + rng_below(r, 255));
    return text;
}

/* Whatever is asked for is run or refused with one line; a refusal leaves every array alone. */
static void short_fuzz(void **state)
{
    static const char *const kernels[] = {"mathop",       "square", "wave", "scale",
                                          "read2update1", "pi",     "",     "none"};
    static const char *const params[] = {"order=2",      "order=4", "dx=2",    "dy=0.5",
                                         "faces=mzmzmz", "order=",  "dz=nan",  "case=o2",
                                         "case=default", "=",       "dx=1e400"};
    static const char *const configs[] = {"threads=2",
                                          "parallel=flat",
                                          "tile=3x2x1",
                                          "depth=3",
                                          "isa=scalar",
                                          "threads=0",
                                          "depth=99999999999999999999",
                                          "x=1",
                                          "tile=1x",
                                          "chunk=3"};
    static const int64_t sizes[] = {0, 1, 2, 3, 5, 8, -1, INT64_MAX, INT64_MAX / 2};
    enum { ARRAYS = 5, BYTES = 1 << 16 };
    rng r = rng_make(77);
    char *memory = malloc((size_t)ARRAYS * BYTES), *copy = malloc((size_t)ARRAYS * BYTES);
    (void)state;
    assert_true(memory && copy);
    memset(memory, 0x3c, (size_t)ARRAYS * BYTES);
    int n_ok = 0;
    for (int i = 0; i < 3000; i++) {
        char given[80], config[80];
        int64_t shape[3], strides[3 * ARRAYS];
        void *data[ARRAYS];
        int halos[ARRAYS];
        const int few = rng_below(&r, 3) > 0; /* mostly sizes that fit */
        for (int a = 0; a < 3; a++)
            shape[a] = sizes[rng_below(&r, few ? 6 : 9)];
        const int halo = (int)rng_below(&r, 4);
        for (int k = 0; k < ARRAYS; k++) {
            data[k] = memory + k * BYTES + BYTES / 2 / 8 * 8;
            halos[k] = halo;
            strides[3 * k] = 1;
            strides[3 * k + 1] = 16;
            strides[3 * k + 2] = 16 * 16;
            if (rng_below(&r, 16) == 0)
                strides[3 * k + rng_below(&r, 3)] = (int64_t)rng_below(&r, 40) - 20;
        }
        memcpy(copy, memory, (size_t)ARRAYS * BYTES);
        nt_error why = {""};
        const nt_status status =
            nt_apply(kernels[rng_below(&r, 8)], any_text(&r, params, 11, given, sizeof given),
                     (nt_dtype)rng_below(&r, 3), shape, (int)rng_below(&r, 3) + (int)rng_below(&r, 3), data,
                     strides, halos, (int64_t)rng_below(&r, 5) - (rng_below(&r, 20) == 0 ? 9 : 0),
                     any_text(&r, configs, 10, config, sizeof config), &why);
        n_ok += status == NT_OK;
        if (status != NT_OK) {
            assert_true(*why.text && !strchr(why.text, '\n'));
            assert_memory_equal(copy, memory, (size_t)ARRAYS * BYTES);
        }
    }
    assert_true(n_ok > 50);
    free(memory);
    free(copy);
}

int main(int argc, char **argv)
{
    (void)argc;
    tests_begin(argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pointwise_kernel),
        cmocka_unit_test(strides_and_a_result),
        cmocka_unit_test(a_wave),
        cmocka_unit_test(a_range),
        cmocka_unit_test(another_locale),
        cmocka_unit_test(refusals),
        cmocka_unit_test(short_fuzz),
    };
    return cmocka_run_group_tests_name("apply", tests, NULL, NULL);
}
