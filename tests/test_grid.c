/*
 * test_grid.c - owned and wrapped grids, and every way of refusing one
 * SPDX-License-Identifier: MIT
 */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/run.h"
#include "view.h"

/* What a call that is refused must turn into NULL. */
static nt_grid *garbage(void)
{
    static char any;
    return (nt_grid *)(void *)&any;
}

/* ---- Owned -------------------------------------------------------------------------------------- */

/* Zero everywhere, halo included, and every cell can be written. */
static void use_all_cells(const nt_grid *g)
{
    const int64_t h = g->halo;
    for (int64_t z = -h; z < g->nz + h; z++)
        for (int64_t y = -h; y < g->ny + h; y++)
            for (int64_t x = -h; x < g->nx + h; x++) {
                if (cell_bits(g, x, y, z) != 0)
                    fail_msg("cell (%lld, %lld, %lld) is not zero", (long long)x, (long long)y, (long long)z);
                cell_set(g, x, y, z, 1);
            }
}

static void creates(void **state)
{
    (void)state;
    static const int64_t sizes[][3] = {{1, 1, 1}, {7, 5, 3}, {64, 2, 2}, {100, 9, 1},  {0, 0, 0},
                                       {0, 4, 4}, {4, 0, 4}, {4, 4, 0},  {130, 50, 43}};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        for (int dtype = 0; dtype < NT_N_DTYPES; dtype++)
            for (int halo = 0; halo < 10; halo += halo < 2 ? 1 : 7) {
                const int64_t *n = sizes[i];
                nt_grid *g = garbage();
                assert_int_equal(nt_grid_create(&g, (nt_dtype)dtype, n, halo, NULL, NULL), NT_OK);
                assert_int_equal(nt_grid_dtype(g), dtype);
                for (int a = 0; a < 3; a++)
                    assert_int_equal(nt_grid_size(g, a), n[a]);
                assert_int_equal(nt_grid_halo(g), halo);
                assert_int_equal(g->sx, 1);
                if (halo == 0)
                    assert_true(g->sy == n[0] && g->sz == n[0] * n[1]);
                assert_non_null(g->memory);
                for (int64_t y = -halo; y < n[1] + halo; y++)
                    assert_true(y != 0 && halo == 0 ? 1 : (uintptr_t)nt_grid_cell(g, 0, y, 0) % 64 == 0);
                use_all_cells(g);
                nt_grid_destroy(g);
            }
    nt_grid_destroy(NULL);
    assert_int_equal(nt_grid_dtype(NULL), NT_N_DTYPES);
    assert_int_equal(nt_grid_size(NULL, 0), 0);
    assert_int_equal(nt_grid_halo(NULL), 0);
}

static const int64_t large[3] = {130, 50, 43};

/* Above 2 MiB the threads of a hint touch the pages, whatever the hint says. */
static void hints(void **state)
{
    (void)state;
    rng r = rng_make(41);
    for (int i = 0; i < 40; i++) {
        nt_config hint = {.parallel = (nt_parallel)(i % NT_N_PARALLELS),
                          .order = (nt_order)(i % NT_N_ORDERS),
                          .depth = 1 + i % 3,
                          .threads = 1 + i % 4,
                          .schedule = (nt_schedule)(i % 2)};
        for (int a = 0; a < 3; a++)
            hint.tile[a] = rng_below(&r, 3) * rng_below(&r, 200);
        nt_grid *g;
        const nt_grid_options options = {.bytes = sizeof options, .config = &hint};
        assert_int_equal(nt_grid_create(&g, NT_F64, large, i % 3, &options, NULL), NT_OK);
        use_all_cells(g);
        nt_grid_destroy(g);
    }
}

/* A hint that no kernel would take costs speed at most. */
static void nonsense_hints(void **state)
{
    (void)state;
    const nt_config nonsense[] = {
        {0},
        {.threads = -5, .depth = -1},
        {.threads = INT32_MAX, .depth = 1, .parallel = NT_PARALLEL_FLAT, .tile = {-1, -1, -1}},
        {.threads = 2,
         .depth = 1,
         .parallel = (nt_parallel)77,
         .order = (nt_order)77,
         .schedule = (nt_schedule)77},
    };
    for (size_t i = 0; i < sizeof nonsense / sizeof *nonsense; i++) {
        fflush(NULL);
        const pid_t child = fork(); /* before this process has entered a parallel region: see main() */
        assert_true(child >= 0);
        if (child == 0) {
            alarm(5);
            nt_grid *g;
            const nt_grid_options options = {.bytes = sizeof options, .config = &nonsense[i]};
            _exit(nt_grid_create(&g, NT_F64, large, 0, &options, NULL) == NT_OK ? 0 : 1);
        }
        int status;
        assert_int_equal(waitpid(child, &status, 0), child);
        if (!WIFEXITED(status) || WEXITSTATUS(status) > 1)
            fail_msg("hint %zu: the process ended with status 0x%x", i, status);
    }
}

static void create_refuses(void **state)
{
    (void)state;
    static const struct {
        int dtype, halo;
        int64_t n[3];
        nt_status status;
        const char *part;
    } wrong[] = {
        {7, 0, {1, 1, 1}, NT_EARG, "7"},
        {-1, 0, {1, 1, 1}, NT_EARG, "-1"},
        {NT_F64, 0, {-1, 1, 1}, NT_ESHAPE, "-1x1x1"},
        {NT_F64, 0, {1, -2, 1}, NT_ESHAPE, "1x-2x1"},
        {NT_F64, 0, {1, 1, INT64_MIN}, NT_ESHAPE, "-9223372036854775808"},
        {NT_F64, -1, {1, 1, 1}, NT_ESHAPE, "-1"},
        {NT_F64, 1025, {1, 1, 1}, NT_ESHAPE, "1024"},
        {NT_F64, INT32_MAX, {1, 1, 1}, NT_ESHAPE, "2147483647"},
        {NT_F64, 0, {INT64_MAX, 1, 1}, NT_ESHAPE, "9223372036854775807"},
        {NT_F32, 3, {INT64_MAX, INT64_MAX, INT64_MAX}, NT_ESHAPE, "address space"},
        {NT_F32, 0, {INT64_C(1) << 32, INT64_C(1) << 32, 1}, NT_ESHAPE, "address space"},
        {NT_F32, 0, {INT64_C(1) << 32, INT64_C(1) << 32, 0}, NT_ESHAPE, "address space"},
        {NT_F64, 0, {INT64_C(1) << 21, INT64_C(1) << 21, INT64_C(1) << 22}, NT_ESHAPE, "address space"},
        {NT_F64, 0, {INT64_C(1) << 40, 64, 1}, NT_ENOMEM, "562949953421312"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        nt_grid *g = garbage();
        nt_error why;
        assert_refused(nt_grid_create(&g, (nt_dtype)wrong[i].dtype, wrong[i].n, wrong[i].halo, NULL, &why),
                       wrong[i].status, &why, wrong[i].part);
        assert_null(g);
        assert_int_equal(nt_grid_create(&g, (nt_dtype)wrong[i].dtype, wrong[i].n, wrong[i].halo, NULL, NULL),
                         wrong[i].status);
    }
    static const int64_t one[3] = {1, 1, 1};
    nt_grid *g = garbage();
    nt_error why;
    assert_refused(nt_grid_create(NULL, NT_F64, one, 0, NULL, &why), NT_EARG, &why, "NULL");
    assert_refused(nt_grid_create(&g, NT_F64, NULL, 0, NULL, &why), NT_EARG, &why, "sizes are NULL");
    const nt_grid_options odd = {.bytes = sizeof odd + 1};
    g = garbage();
    assert_refused(nt_grid_create(&g, NT_F64, one, 0, &odd, &why), NT_EARG, &why, "sizeof(nt_grid_options)");
    assert_null(g);
}

/* With little address space left: small and large grids are refused, and a smaller one then works. */
static int out_of_memory(void)
{
    const struct rlimit little = {256u << 20, 256u << 20};
    nt_grid *g;
    nt_error why = {""};
    if (setrlimit(RLIMIT_AS, &little) != 0)
        return 2;
    if (nt_grid_create(&g, NT_F64, (const int64_t[3]){1024, 1024, 64}, 0, NULL, &why) != NT_ENOMEM || g ||
        !strstr(why.text, "536870912"))
        return 3;
    if (nt_grid_create(&g, NT_F64, (const int64_t[3]){1024, 16, 1}, 0, NULL, &why) != NT_OK)
        return 4;
    nt_grid_destroy(g);
    void *volatile taken; /* clang leaves out a malloc() whose result nobody looks at */
    for (size_t bytes = 1 << 20; bytes >= 64 << 10; bytes /= 16)
        while ((taken = malloc(bytes))) {
        }
    if (nt_grid_create(&g, NT_F64, (const int64_t[3]){1024, 64, 1}, 0, NULL, &why) != NT_ENOMEM || g)
        return 5;
    return 0;
}

static void create_without_memory(void **state)
{
    (void)state;
    if (TEST_SANITIZED || test_emulated())
        skip(); /* a sanitizer, or an emulator, maps more than any limit */
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        _exit(out_of_memory());
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

/* ---- Wrapped --------------------------------------------------------------------------------------- */

static double memory[4096];

static void wraps(void **state)
{
    (void)state;
    static const int64_t n[3] = {5, 4, 3}, line[3] = {5, 1, 1}, empty[3] = {0, 3, 3};
    nt_grid *g = garbage();
    double *cells = memory + 2000;
    assert_int_equal(nt_grid_wrap(&g, NT_F64, n, (const int64_t[3]){2, -15, 100}, 1, cells, NULL), NT_OK);
    assert_true(g->nx == 5 && g->ny == 4 && g->nz == 3 && g->sx == 2 && g->sy == -15 && g->sz == 100 &&
                g->halo == 1);
    assert_true(g->cells == cells && !g->memory && g->memory_bytes == 0);
    for (int64_t z = -1; z < 4; z++)
        for (int64_t y = -1; y < 5; y++)
            for (int64_t x = -1; x < 6; x++)
                assert_ptr_equal(nt_grid_cell(g, x, y, z), cells + 2 * x - 15 * y + 100 * z);
    nt_grid_destroy(g);

    /* An axis of one cell may have any stride; f32 lies on 4 bytes; no cells, no address. */
    assert_int_equal(nt_grid_wrap(&g, NT_F64, line, (const int64_t[3]){1, 0, 0}, 0, cells, NULL), NT_OK);
    nt_grid_destroy(g);
    assert_int_equal(nt_grid_wrap(&g, NT_F32, line, (const int64_t[3]){1, 5, 5}, 0, (float *)cells + 1, NULL),
                     NT_OK);
    nt_grid_destroy(g);
    assert_int_equal(nt_grid_wrap(&g, NT_F64, empty, (const int64_t[3]){1, 1, 3}, 0, NULL, NULL), NT_OK);
    nt_grid_destroy(g);
}

/* The stride of an axis of one cell says nothing, however it is written; it is stored as that of contiguous cells, so
 * that `flat` fuses the axis. */
static void wraps_one_cell_axes(void **state)
{
    (void)state;
    static const ptrdiff_t odd[] = {0, 1, -7, PTRDIFF_MAX / 8, PTRDIFF_MAX, PTRDIFF_MIN};
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++)
        for (int ones = 1; ones < 8; ones++) {
            const int64_t n[3] = {ones & 1 ? 1 : 3, ones & 2 ? 1 : 4, ones & 4 ? 1 : 5};
            const ptrdiff_t natural[3] = {1, n[0], n[0] * n[1]};
            const int64_t strides[3] = {ones & 1 ? odd[i] : 1, ones & 2 ? odd[i] : natural[1],
                                        ones & 4 ? odd[i] : natural[2]};
            nt_grid *g;
            nt_error why;
            if (nt_grid_wrap(&g, NT_F64, n, strides, 0, memory, &why) != NT_OK)
                fail_msg("%d, stride %td: %s", ones, odd[i], why.text);
            assert_true(g->sx == natural[0] && g->sy == natural[1] && g->sz == natural[2]);
            memory[0] = 0.5;
            assert_int_equal(nt_run("square", g, 1, &why), NT_OK);
            assert_true(memory[0] == 0.25);
            nt_grid_destroy(g);
        }
    /* With a halo it has three cells. */
    nt_grid *g;
    nt_error why;
    assert_refused(nt_grid_wrap(&g, NT_F64, (int64_t[3]){3, 1, 3}, (int64_t[3]){1, PTRDIFF_MAX / 8, 100}, 1,
                                memory + 2000, &why),
                   NT_ESTRIDE, &why, "beyond the address space");
}

/* The natural strides of an empty array: no two cells share an address. */
static void wraps_empty_arrays(void **state)
{
    (void)state;
    for (int empty = 1; empty < 8; empty++) {
        const int64_t n[3] = {empty & 1 ? 0 : 3, empty & 2 ? 0 : 4, empty & 4 ? 0 : 5};
        nt_grid *g;
        nt_error why;
        if (nt_grid_wrap(&g, NT_F64, n, (const int64_t[3]){1, n[0], n[0] * n[1]}, 0, memory, &why) != NT_OK)
            fail_msg("%lldx%lldx%lld: %s", (long long)n[0], (long long)n[1], (long long)n[2], why.text);
        nt_grid_destroy(g);
    }
}

/* Is there an order of the axes in which each steps over the ones before it? */
static bool nested(const int64_t n[3], const int64_t s[3])
{
    static const int orders[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
    for (int o = 0; o < 6; o++) {
        int64_t reach = 0;
        bool fits = true;
        for (int k = 0; k < 3; k++) {
            const int a = orders[o][k];
            if (n[a] < 2)
                continue;
            fits &= llabs(s[a]) > reach;
            reach += (n[a] - 1) * llabs(s[a]);
        }
        if (fits)
            return true;
    }
    return false;
}

static bool shares_addresses(const int64_t n[3], const int64_t s[3])
{
    static unsigned char taken[4096];
    memset(taken, 0, sizeof taken);
    for (int64_t i = 0; i < n[0] * n[1] * n[2]; i++) {
        const int64_t at = 2048 + i % n[0] * s[0] + i / n[0] % n[1] * s[1] + i / n[0] / n[1] * s[2];
        assert_in_range(at, 0, 4095);
        if (taken[at]++)
            return true;
    }
    return false;
}

static void overlap(void **state)
{
    (void)state;
    rng r = rng_make(42);
    int n_ok = 0;
    for (int i = 0; i < 20000; i++) {
        const int halo = (int)rng_below(&r, 2);
        int64_t n[3], padded[3], s[3];
        for (int a = 0; a < 3; a++) {
            n[a] = 1 + rng_below(&r, 4);
            padded[a] = n[a] + 2 * halo;
            s[a] = rng_below(&r, 81) - 40;
        }
        nt_grid *g;
        nt_error why;
        const nt_status status = nt_grid_wrap(&g, NT_F64, n, s, halo, memory + 2048, &why);
        if (nested(padded, s)) {
            assert_int_equal(status, NT_OK);
            assert_false(shares_addresses(padded, s));
            n_ok++;
        } else {
            char strides[64];
            snprintf(strides, sizeof strides, "%lld, %lld, %lld", (long long)s[0], (long long)s[1],
                     (long long)s[2]);
            assert_refused(status, NT_ESTRIDE, &why, strides);
            assert_null(g);
        }
        nt_grid_destroy(g);
    }
    assert_in_range(n_ok, 500, 19500);
}

static void wrap_refuses(void **state)
{
    (void)state;
    static const struct {
        int dtype, halo;
        int64_t n[3], s[3];
        ptrdiff_t offset; /* bytes; -1: NULL */
        nt_status status;
        const char *part;
    } wrong[] = {
        {5, 0, {1, 1, 1}, {1, 1, 1}, 0, NT_EARG, "5"},
        {NT_F64, 0, {2, 1, 1}, {1, 2, 2}, -1, NT_EARG, "NULL"},
        {NT_F64, 0, {2, 1, 1}, {1, 2, 2}, 4, NT_EARG, "8 bytes"},
        {NT_F32, 0, {2, 1, 1}, {1, 2, 2}, 2, NT_EARG, "4 bytes"},
        {NT_F64, 0, {-2, 1, 1}, {1, 2, 2}, 0, NT_ESHAPE, "-2x1x1"},
        {NT_F64, -3, {2, 1, 1}, {1, 2, 2}, 0, NT_ESHAPE, "-3"},
        {NT_F64, 0, {INT64_MAX, 2, 1}, {1, 2, 2}, 0, NT_ESHAPE, "address space"},
        {NT_F64, 0, {2, 1, 1}, {0, 2, 2}, 0, NT_ESTRIDE, "0, 2, 2"},
        {NT_F64, 0, {4, 4, 1}, {1, 3, 16}, 0, NT_ESTRIDE, "1, 3, 16"},
        {NT_F64, 1, {4, 4, 1}, {1, 4, 16}, 0, NT_ESTRIDE, "halo"},
        {NT_F64, 0, {4, 4, 4}, {1, 4, -4}, 0, NT_ESTRIDE, "1, 4, -4"},
        {NT_F64, 0, {4, 1, 1}, {PTRDIFF_MIN, 1, 1}, 0, NT_ESTRIDE, "-9223372036854775808"},
        {NT_F64, 0, {4, 1, 1}, {PTRDIFF_MAX, 1, 1}, 0, NT_ESTRIDE, "9223372036854775807"},
        {NT_F64, 0, {4, 4, 1}, {1, PTRDIFF_MAX / 4, 1}, 0, NT_ESTRIDE, "address space"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        void *cells = wrong[i].offset < 0 ? NULL : (char *)memory + 8192 + wrong[i].offset;
        nt_grid *g = garbage();
        nt_error why;
        assert_refused(
            nt_grid_wrap(&g, (nt_dtype)wrong[i].dtype, wrong[i].n, wrong[i].s, wrong[i].halo, cells, &why),
            wrong[i].status, &why, wrong[i].part);
        assert_null(g);
        assert_int_equal(
            nt_grid_wrap(&g, (nt_dtype)wrong[i].dtype, wrong[i].n, wrong[i].s, wrong[i].halo, cells, NULL),
            wrong[i].status);
    }
    static const int64_t one[3] = {1, 1, 1};
    nt_grid *g;
    nt_error why;
    assert_refused(nt_grid_wrap(NULL, NT_F64, one, one, 0, memory, &why), NT_EARG, &why, "NULL");
    assert_refused(nt_grid_wrap(&g, NT_F64, NULL, one, 0, memory, &why), NT_EARG, &why, "sizes are NULL");
    assert_refused(nt_grid_wrap(&g, NT_F64, one, NULL, 0, memory, &why), NT_EARG, &why, "strides are NULL");
    assert_null(g);
}

/* What may be read of a row: padding is the row's own, and lies in the grid's memory; a wrapped grid has
 * none. */
static void rows_of_views(void **state)
{
    (void)state;
    for (int halo = 0; halo < 20; halo++)
        for (int64_t nx = 1; nx < 40; nx++)
            for (int d = 0; d < NT_N_DTYPES; d++) {
                const int64_t n[3] = {nx, 2, 2};
                nt_grid *g;
                assert_int_equal(nt_grid_create(&g, (nt_dtype)d, n, halo, NULL, NULL), NT_OK);
                const nt_view v = nt_view_of(g);
                assert_true(v.cells == g->cells && v.sy == g->sy && v.sz == g->sz);
                assert_true(v.first <= -halo && v.end >= nx + halo && v.end - v.first <= g->sy);
                const char *first = nt_grid_cell(g, v.first, -halo, -halo);
                assert_true(first >= (const char *)g->memory);
                for (int64_t z = -halo; z < 2 + halo; z++) /* asan looks */
                    for (int64_t y = -halo; y < 2 + halo; y++)
                        memset(nt_grid_cell(g, v.first, y, z), 0,
                               (size_t)(v.end - v.first) * nt_dtype_bytes(g->dtype));
                if (halo > 0) /* whole cache lines */
                    assert_true((uintptr_t)first % 64 == 0 && (v.end - v.first) * (d ? 8 : 4) % 64 == 0);
                nt_grid *wrapped;
                assert_int_equal(nt_grid_wrap(&wrapped, g->dtype, n, (const int64_t[3]){1, g->sy, g->sz},
                                              halo, g->cells, NULL),
                                 NT_OK);
                const nt_view w = nt_view_of(wrapped);
                assert_true(w.first == -halo && w.end == nx + halo);
                use_all_cells(g);
                nt_grid_destroy(wrapped);
                nt_grid_destroy(g);
            }
}

static void dtypes(void **state)
{
    (void)state;
    assert_int_equal(nt_dtype_bytes(NT_F32), 4);
    assert_int_equal(nt_dtype_bytes(NT_F64), 8);
    assert_int_equal(nt_dtype_bytes((nt_dtype)2), 0);
    assert_int_equal(nt_dtype_bytes((nt_dtype)-1), 0);
    assert_string_equal(nt_dtype_name(NT_F32), "f32");
    assert_string_equal(nt_dtype_name(NT_F64), "f64");
    assert_string_equal(nt_dtype_name((nt_dtype)2), "?");
    assert_int_equal(nt_dtype_find("f32"), NT_F32);
    assert_int_equal(nt_dtype_find("f64"), NT_F64);
    static const char *const none[] = {"", "f", "f16", "f640", "F64", "?", NULL};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        assert_int_equal(nt_dtype_find(none[i]), NT_N_DTYPES);
}

int main(int argc, char **argv)
{
    (void)argc;
    tests_begin(argv);
    /* Those that fork come first: a child of a process with OpenMP threads has none of them. */
    tests_add(create_without_memory, NULL, "create/out-of-memory");
    tests_add(nonsense_hints, NULL, "create/nonsense-hints");
    tests_add(creates, NULL, "create");
    tests_add(hints, NULL, "create/hints");
    tests_add(create_refuses, NULL, "create/refuses");
    tests_add(wraps, NULL, "wrap");
    tests_add(wraps_one_cell_axes, NULL, "wrap/one-cell-axes");
    tests_add(wraps_empty_arrays, NULL, "wrap/empty");
    tests_add(overlap, NULL, "wrap/overlap");
    tests_add(wrap_refuses, NULL, "wrap/refuses");
    tests_add(rows_of_views, NULL, "view");
    tests_add(dtypes, NULL, "dtypes");
    return tests_run("grid");
}
