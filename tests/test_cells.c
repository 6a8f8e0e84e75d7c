/*
 * test_cells.c - copies and hashes of grids depend on the cells alone, not on their layout in memory
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "measure/cells.h"
#include "view.h"

static void set(const nt_grid *g, int64_t x, int64_t y, int64_t z, double value)
{
    void *cell = nt_grid_cell(g, x, y, z);
    if (g->dtype == NT_F64)
        memcpy(cell, &value, sizeof value);
    else
        memcpy(cell, &(float){(float)value}, sizeof(float));
}

static void fill(const nt_grid *g)
{
    for (int64_t z = 0, i = 0; z < g->nz; z++)
        for (int64_t y = 0; y < g->ny; y++)
            for (int64_t x = 0; x < g->nx; x++)
                set(g, x, y, z, sin(0.1 * (double)i++));
}

static const int64_t shapes[][3] = {{1, 1, 1}, {7, 5, 3}, {33, 17, 9}, {4097, 3, 1}, {100, 50, 2}};
enum { N_SHAPES = sizeof shapes / sizeof *shapes };

/* The same cells: contiguous, with a halo, and as a view with strides in all three dimensions. */
static void layouts_do_not_matter(void **state)
{
    (void)state;
    for (int i = 0; i < 2 * N_SHAPES; i++) {
        const int64_t *n = shapes[i / 2];
        const nt_dtype dtype = i % 2 ? NT_F64 : NT_F32;
        nt_grid *plain, *haloed, *view, *copy;
        assert_int_equal(nt_grid_create(&plain, dtype, n, 0, NULL, NULL), NT_OK);
        assert_int_equal(nt_grid_create(&copy, dtype, n, 0, NULL, NULL), NT_OK);
        assert_int_equal(nt_grid_create(&haloed, dtype, n, 2, NULL, NULL), NT_OK);
        const ptrdiff_t sx = 3, sy = 3 * n[0] + 1, sz = sy * (n[1] + 1);
        void *memory = malloc((size_t)(sz * n[2]) * 8);
        assert_non_null(memory);
        memset(memory, 0xa5, (size_t)(sz * n[2]) * 8);
        assert_int_equal(nt_grid_wrap(&view, dtype, n, (const int64_t[3]){sx, sy, sz}, 0, memory, NULL),
                         NT_OK);
        fill(plain);
        cells_copy(haloed, plain, 2);
        cells_copy(view, haloed, 1);
        cells_copy(copy, view, 2);
        const uint64_t hash = cells_hash(plain, 1);
        assert_true(hash == cells_hash(plain, 2));
        assert_true(hash == cells_hash(haloed, 1));
        assert_true(hash == cells_hash(view, 2));
        assert_true(hash == cells_hash(copy, 1));
        assert_memory_equal(plain->cells, copy->cells, (size_t)(n[0] * n[1] * n[2]) * nt_dtype_bytes(dtype));
        set(copy, n[0] - 1, n[1] - 1, n[2] - 1, 5);
        assert_true(hash != cells_hash(copy, 1));
        nt_grid_destroy(plain);
        nt_grid_destroy(copy);
        nt_grid_destroy(haloed);
        nt_grid_destroy(view);
        free(memory);
    }
}

static void bits_matter_and_nans_do_not(void **state)
{
    (void)state;
    for (int d = 0; d < NT_N_DTYPES; d++) {
        nt_grid *g;
        assert_int_equal(nt_grid_create(&g, (nt_dtype)d, (const int64_t[3]){64, 2, 1}, 0, NULL, NULL), NT_OK);
        const uint64_t zeros = cells_hash(g, 1);
        set(g, 0, 0, 0, -0.0);
        const uint64_t one_sign = cells_hash(g, 1);
        set(g, 8, 0, 0, -0.0); /* the same lane: signs must not cancel */
        const uint64_t two_signs = cells_hash(g, 1);
        set(g, 0, 0, 0, 0.0);
        set(g, 8, 0, 0, NAN);
        const uint64_t nan = cells_hash(g, 1);
        set(g, 8, 0, 0, -NAN);
        assert_true(nan == cells_hash(g, 1));
        set(g, 8, 0, 0, INFINITY);
        const uint64_t infinity = cells_hash(g, 1);
        assert_true(zeros != one_sign && one_sign != two_signs && zeros != two_signs);
        assert_true(nan != zeros && nan != infinity);
        set(g, 8, 0, 0, 1);
        const uint64_t here = cells_hash(g, 1);
        set(g, 8, 0, 0, 0);
        set(g, 8, 1, 0, 1);
        assert_true(here != cells_hash(g, 1)); /* the place counts */
        nt_grid_destroy(g);
    }
}

static void shapes_matter(void **state)
{
    (void)state;
    nt_grid *a, *b, *none;
    assert_int_equal(nt_grid_create(&a, NT_F64, (const int64_t[3]){8, 4, 1}, 0, NULL, NULL), NT_OK);
    assert_int_equal(nt_grid_create(&b, NT_F64, (const int64_t[3]){4, 8, 1}, 0, NULL, NULL), NT_OK);
    assert_int_equal(nt_grid_create(&none, NT_F64, (const int64_t[3]){0, 8, 1}, 0, NULL, NULL), NT_OK);
    assert_true(cells_hash(a, 1) != cells_hash(b, 1));
    cells_copy(none, none, 2);
    assert_true(cells_hash(none, 2) == cells_hash(none, 1));
    nt_grid_destroy(a);
    nt_grid_destroy(b);
    nt_grid_destroy(none);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(layouts_do_not_matter),
        cmocka_unit_test(bits_matter_and_nans_do_not),
        cmocka_unit_test(shapes_matter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
