/*
 * test_grid_fuzz.c - random grids: each is refused with one line, or all of its cells can be used
 * SPDX-License-Identifier: MIT
 *
 * Sizes, strides and halos are small, or far beyond what memory there is: nothing between, which would only fill the
 * memory.  Wrapped memory lies between pages that may not be touched.
 */
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "support.h"

enum { MOST_CELLS = 1 << 15 };

static const int64_t beyond[] = {-1,
                                 INT64_MIN,
                                 INT64_MAX,
                                 INT64_MAX - 1,
                                 INT64_MAX / 2,
                                 INT64_MAX / 16,
                                 INT64_C(1) << 61,
                                 INT64_C(1) << 47,
                                 INT64_C(1) << 45};
enum { N_BEYOND = sizeof beyond / sizeof *beyond };

/* A size below `n`; one time in `odds` one beyond. */
static int64_t any_size(rng *r, int64_t n, int64_t odds)
{
    return rng_below(r, odds) == 0 ? beyond[rng_below(r, N_BEYOND)] : rng_below(r, n);
}

static void assert_one_line(nt_status status, const nt_error *why)
{
    if (status != NT_EARG && status != NT_ESHAPE && status != NT_ESTRIDE && status != NT_ENOMEM)
        fail_msg("%s: %s", nt_status_text(status), why->text);
    assert_refused(status, status, why, "");
}

/* ---- Every cell ----------------------------------------------------------------------------------- */

static bool is_empty(const nt_grid *g, int halo)
{
    return nt_grid_size(g, 0) + 2 * halo == 0 || nt_grid_size(g, 1) + 2 * halo == 0 ||
           nt_grid_size(g, 2) + 2 * halo == 0;
}

typedef void cell_fn(const nt_grid *g, int64_t x, int64_t y, int64_t z, double value);

static void is_value(const nt_grid *g, int64_t x, int64_t y, int64_t z, double value)
{
    if (cell_get(g, x, y, z) != value)
        fail_msg("cell (%lld, %lld, %lld) is %g, not %g", (long long)x, (long long)y, (long long)z,
                 cell_get(g, x, y, z), value);
}

/* Calls it for each cell, halo included, with values that differ. */
static void each_cell(const nt_grid *g, cell_fn *use)
{
    const int h = nt_grid_halo(g);
    double value = 1;
    if (is_empty(g, h))
        return; /* the other sizes may be of any length */
    for (int64_t z = -h; z < g->nz + h; z++)
        for (int64_t y = -h; y < g->ny + h; y++)
            for (int64_t x = -h; x < g->nx + h; x++)
                use(g, x, y, z, value++);
}

/* The inner ones are squared by a kernel, the halo is not. */
static void is_squared(const nt_grid *g, int64_t x, int64_t y, int64_t z, double value)
{
    const bool inside = x >= 0 && x < g->nx && y >= 0 && y < g->ny && z >= 0 && z < g->nz;
    const double squared = g->dtype == NT_F64 ? value * value : (double)((float)value * (float)value);
    is_value(g, x, y, z, inside ? squared : value);
}

/* No two cells share an address, and a kernel finds them where they are. */
static void use_grid(nt_grid *g)
{
    nt_error why;
    each_cell(g, cell_set);
    each_cell(g, is_value);
    if (nt_run("square", g, 1, &why) != NT_OK)
        fail_msg("%s", why.text);
    each_cell(g, is_squared);
    nt_kernel_fill(nt_kernel_find("square"), 0, 1, g);
}

/* ---- Owned ---------------------------------------------------------------------------------------- */

/* The first and last cells lie in the memory that the grid has. */
static void assert_inside(const nt_grid *g)
{
    const int h = g->halo;
    const char *memory = g->memory;
    const size_t bytes = g->memory_bytes ? g->memory_bytes : malloc_usable_size(g->memory);
    if (is_empty(g, h))
        return;
    assert_true((const char *)nt_grid_cell(g, -h, -h, -h) >= memory);
    assert_true((const char *)nt_grid_cell(g, g->nx + h, g->ny + h - 1, g->nz + h - 1) <= memory + bytes);
}

static void created(void **state)
{
    (void)state;
    rng r = rng_make(801);
    int n_ok = 0, n_refused = 0;
    for (int i = 0; i < 3000; i++) {
        const int64_t n[3] = {any_size(&r, 40, 12), any_size(&r, 12, 12), any_size(&r, 9, 12)};
        const int halo = rng_below(&r, 12) == 0 ? (int)rng_next(&r) : (int)rng_below(&r, 5);
        const nt_dtype dtype = rng_below(&r, 12) == 0 ? (nt_dtype)(int)rng_next(&r) : (nt_dtype)(i % 2);
        const nt_grid_options options = {.bytes = sizeof options - (rng_below(&r, 20) == 0)};
        nt_grid *g = (nt_grid *)(void *)&r; /* to be overwritten */
        nt_error why = {""};
        const nt_status status = nt_grid_create(&g, dtype, n, halo, i % 3 ? &options : NULL, &why);
        if (status != NT_OK) {
            n_refused++;
            assert_null(g);
            assert_one_line(status, &why);
            continue;
        }
        n_ok++;
        assert_true(nt_grid_dtype(g) == dtype && nt_grid_halo(g) == halo);
        for (int a = 0; a < 3; a++)
            assert_true(nt_grid_size(g, a) == n[a]);
        assert_inside(g);
        use_grid(g);
        nt_grid_destroy(g);
    }
    assert_true(n_ok > 300 && n_refused > 300);
}

/* ---- Wrapped -------------------------------------------------------------------------------------- */

/* Strides that fit: the axes in some order, each with some room behind it, forwards or backwards. */
static void fitting_strides(rng *r, const int64_t all[3], int64_t s[3])
{
    static const int orders[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
    const int *order = orders[rng_below(r, 6)];
    int64_t stride = 1 + rng_below(r, 3);
    for (int k = 0; k < 3; k++) {
        const int a = order[k];
        s[a] = rng_below(r, 3) == 0 ? -stride : stride;
        stride = stride * (all[a] > 0 ? all[a] : 1) + rng_below(r, 4);
    }
}

/* Elements from cell (0, 0, 0) down to the lowest and up to the highest; false: not in a small memory. */
static bool reach_of(const int64_t n[3], const int64_t s[3], int halo, int64_t *low, int64_t *high)
{
    *low = *high = 0;
    for (int a = 0; a < 3; a++) {
        if (n[a] < 0 || n[a] > 100 || s[a] < -MOST_CELLS || s[a] > MOST_CELLS)
            return false;
        const int64_t before = -halo * s[a], behind = (n[a] - 1 + halo) * s[a];
        *low += before < behind ? before : behind;
        *high += before < behind ? behind : before;
    }
    return *high - *low < 4 * MOST_CELLS;
}

/* All bytes of the guarded memory that belong to no cell are as they were. */
static void assert_only_cells(const guarded *memory, const nt_grid *g)
{
    const int h = g->halo;
    const size_t size = nt_dtype_bytes(g->dtype);
    size_t in_cells = 0, canaries = 0;
    if (!is_empty(g, h))
        in_cells = (size_t)((g->nx + 2 * h) * (g->ny + 2 * h) * (g->nz + 2 * h)) * size;
    for (int64_t z = -h; in_cells && z < g->nz + h; z++)
        for (int64_t y = -h; y < g->ny + h; y++)
            for (int64_t x = -h; x < g->nx + h; x++)
                memset(nt_grid_cell(g, x, y, z), 0, size);
    for (size_t i = 0; i < memory->n_bytes; i++)
        canaries += (unsigned char)memory->pages[i] == CANARY;
    assert_true(canaries == memory->n_bytes - in_cells);
}

/* One grid in memory that ends or begins at a guard page; was it taken? */
static bool wrap_in_memory(nt_dtype dtype, const int64_t n[3], const int64_t s[3], int halo, bool at_end,
                           bool fits)
{
    const int64_t size = (int64_t)nt_dtype_bytes(dtype);
    int64_t low, high;
    nt_error why = {""};
    nt_grid *g;
    if (!reach_of(n, s, halo, &low, &high))
        fail_msg("too large for this test");
    guarded memory = guarded_make((size_t)((high - low + 1) * size));
    char *lowest = at_end ? memory.pages + memory.n_bytes - (high - low + 1) * size : memory.pages;
    const nt_status status = nt_grid_wrap(&g, dtype, n, s, halo, lowest - low * size, &why);
    if (status == NT_OK) {
        use_grid(g);
        assert_only_cells(&memory, g);
    } else {
        assert_one_line(status, &why);
        assert_null(g);
        if (fits)
            fail_msg("refused although no cells overlap: %s", why.text);
    }
    nt_grid_destroy(g);
    guarded_free(&memory);
    return status == NT_OK;
}

static void wrapped(void **state)
{
    (void)state;
    rng r = rng_make(802);
    int n_ok = 0, n_refused = 0;
    for (int i = 0; i < 4000; i++) {
        const int halo = (int)rng_below(&r, 3);
        const bool fits = rng_below(&r, 2) == 0;
        int64_t n[3], all[3], s[3], low, high;
        for (int a = 0; a < 3; a++) {
            n[a] = rng_below(&r, 6);
            all[a] = n[a] + 2 * halo;
            s[a] = rng_below(&r, 121) - 60;
        }
        if (fits)
            fitting_strides(&r, all, s);
        if (n[0] == 0 || n[1] == 0 || n[2] == 0)
            continue; /* its reach is not that of its cells */
        if (!reach_of(n, s, halo, &low, &high))
            fail_msg("%d: too far", i);
        *(wrap_in_memory((nt_dtype)(i % 2), n, s, halo, rng_below(&r, 2) == 0, fits) ? &n_ok : &n_refused) +=
            1;
    }
    assert_true(n_ok > 500 && n_refused > 500);
}

/* Sizes and strides beyond all memory, of no cells or of memory that is not there: nothing is touched. */
static void wrapped_beyond(void **state)
{
    (void)state;
    rng r = rng_make(803);
    nt_wave *wave;
    assert_int_equal(nt_wave_create(&wave, 2, (const double[3]){1, 1, 1}, NULL), NT_OK);
    int n_ok = 0, n_refused = 0;
    for (int i = 0; i < 12000; i++) {
        int64_t n[3], s[3];
        for (int a = 0; a < 3; a++) {
            n[a] = any_size(&r, 4, 4);
            s[a] = any_size(&r, 90, 3);
        }
        const int halo = rng_below(&r, 8) == 0 ? (int)rng_next(&r) : (int)rng_below(&r, 3);
        const nt_dtype dtype = rng_below(&r, 12) == 0 ? (nt_dtype)(int)rng_next(&r) : (nt_dtype)(i % 2);
        void *address =
            (void *)(uintptr_t)(rng_below(&r, 3) == 0 ? rng_next(&r) : rng_next(&r) & ~UINT64_C(7));
        nt_grid *g = (nt_grid *)(void *)&r;
        nt_error why = {""};
        const nt_status status = nt_grid_wrap(&g, dtype, n, s, halo, address, &why);
        if (status != NT_OK) {
            n_refused++;
            assert_null(g);
            assert_one_line(status, &why);
            continue;
        }
        n_ok++;
        if (nt_is_empty(g)) { /* whatever the other sizes are, this takes no time */
            if (nt_run("square", g, 1, &why) != NT_OK)
                fail_msg("%s", why.text);
            nt_kernel_fill(nt_kernel_find("square"), 0, 1, g);
            assert_int_equal(nt_wave_medium(wave, g, 0.1, &why), NT_OK);
        }
        nt_grid_destroy(g);
    }
    nt_wave_destroy(wave);
    assert_true(n_ok > 50 && n_refused > 3000);
}

/* ---- Mapped --------------------------------------------------------------------------------------- */

/* Any order of map, unmap and run: one unmap ends any number of maps, and one too many does nothing. */
static void mapped(void **state)
{
    (void)state;
    rng r = rng_make(804);
    for (int i = 0; i < 40; i++) {
        const int64_t n[3] = {1 + rng_below(&r, 9), 1 + rng_below(&r, 5), 1 + rng_below(&r, 4)};
        const int halo = (int)rng_below(&r, 3);
        const nt_grid_options options = {.bytes = sizeof options, .any_layout = i % 2};
        nt_grid *g;
        nt_cells c = {0};
        nt_error why = {""};
        bool is_mapped = false;
        double value = 0;
        assert_int_equal(nt_grid_create(&g, NT_F64, n, halo, &options, &why), NT_OK);
        for (int k = 0; k < 100; k++) {
            const int64_t what = rng_below(&r, 3);
            if (what == 0) {
                assert_int_equal(nt_grid_map(g, &c, &why), NT_OK);
                assert_true(c.dtype == NT_F64 && c.halo == halo && memcmp(c.n, n, sizeof n) == 0);
                double *last = (double *)c.cells + (n[0] - 1) * c.stride[0] + (n[1] - 1) * c.stride[1] +
                               (n[2] - 1) * c.stride[2];
                assert_true(*last == value);
                *last = value = (double)(k % 7) - 2;
                is_mapped = true;
            } else if (what == 1) {
                nt_grid_unmap(g);
                is_mapped = false;
            } else if (options.any_layout && is_mapped) {
                assert_refused(nt_run("square", g, 1, &why), NT_EARG, &why, "mapped");
            } else {
                assert_int_equal(nt_run("square", g, 1, &why), NT_OK);
                value *= value;
            }
            assert_true(!nt_grid_cell(g, 0, 0, 0) == (options.any_layout && !is_mapped));
        }
        nt_grid_destroy(g);
    }
}

int main(int argc, char **argv)
{
    (void)argc;
    tests_begin(argv);
    const struct CMUnitTest tests[] = {cmocka_unit_test(created), cmocka_unit_test(wrapped),
                                       cmocka_unit_test(wrapped_beyond), cmocka_unit_test(mapped)};
    return cmocka_run_group_tests_name("grid_fuzz", tests, NULL, NULL);
}
