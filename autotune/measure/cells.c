/*
 * cells.c - all cells of a grid, filled, copied or hashed
 * SPDX-License-Identifier: MIT
 *
 * Rows are cut into pieces of at most PIECE cells, which the threads share.  The hash of a grid is the sum of
 * its pieces' hashes, each seeded with the piece's number.  A sum does not depend on the order of its terms,
 * so the threads may finish in any order.
 */
#include "measure/cells.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "nestune/machine.h"

#ifdef _OPENMP
#define PARALLEL(text) _Pragma(text)
#else
#define PARALLEL(text)
#endif

enum { PIECE = 4096 };

typedef struct piece {
    int64_t x, n;
    char *cells;
} piece;

/* The cells of a grid that no run is changing. */
static nt_cells cells_of(const nt_grid *g)
{
    nt_cells c = {0};
    nt_grid_map((nt_grid *)(uintptr_t)g, &c, NULL);
    return c;
}

static void done_with(const nt_grid *g)
{
    nt_grid_unmap((nt_grid *)(uintptr_t)g);
}

/* Cell (0, y, z) of row y + z ny. */
static char *row_at(const nt_cells *c, int64_t row)
{
    const int64_t y = row % c->n[1], z = row / c->n[1];
    return (char *)c->cells + (y * c->stride[1] + z * c->stride[2]) * (int64_t)nt_dtype_bytes(c->dtype);
}

static int64_t pieces_per_row(const nt_cells *c)
{
    return (c->n[0] + PIECE - 1) / PIECE;
}

static int64_t n_pieces(const nt_cells *c)
{
    return pieces_per_row(c) * c->n[1] * c->n[2];
}

static piece piece_at(const nt_cells *c, int64_t i)
{
    const int64_t per_row = pieces_per_row(c), x = i % per_row * PIECE;
    const int64_t n = c->n[0] - x < PIECE ? c->n[0] - x : PIECE;
    return (piece){x, n, row_at(c, i / per_row) + x * c->stride[0] * (int64_t)nt_dtype_bytes(c->dtype)};
}

/* Treats a contiguous grid as one long row, so that its pieces have full size. */
static nt_cells fuse(nt_cells c)
{
    if (c.halo == 0 && c.stride[0] == 1 && c.stride[1] == c.n[0] && c.stride[2] == c.n[0] * c.n[1]) {
        c.n[0] *= c.n[1] * c.n[2];
        c.n[1] = c.n[2] = 1;
        c.stride[1] = c.stride[2] = c.n[0];
    }
    return c;
}

static int team(int threads)
{
    const int allowed = nt_threads_allowed();
    return threads < 1 ? 1 : threads < allowed ? threads : allowed;
}

/* Copies n cells from one stride to another. */
static void copy_piece(char *to, ptrdiff_t to_stride, const char *from, ptrdiff_t from_stride, int64_t n,
                       size_t bytes)
{
    if (to_stride == 1 && from_stride == 1) {
        memcpy(to, from, (size_t)n * bytes);
        return;
    }
    for (int64_t i = 0; i < n; i++)
        memcpy(to + i * to_stride * (ptrdiff_t)bytes, from + i * from_stride * (ptrdiff_t)bytes, bytes);
}

void cells_fill(const nt_kernel *kernel, int grid, uint64_t seed, nt_grid *g, int threads)
{
    const int n_threads = team(threads);
    const nt_cells c = cells_of(g);
    const int64_t rows = c.n[1] * c.n[2];
    double *values = c.n[0] * rows > CELLS_PERIOD ? malloc(CELLS_PERIOD * sizeof *values) : NULL;
    (void)n_threads;
    PARALLEL("omp parallel for schedule(static) num_threads(n_threads)")
    for (int64_t i = 0; i < (values ? CELLS_PERIOD : 0); i++)
        values[i] = nt_kernel_value(kernel, grid, i, seed);
    PARALLEL("omp parallel for schedule(static) num_threads(n_threads)")
    for (int64_t row = 0; row < rows; row++) {
        char *cells = row_at(&c, row);
        int64_t i = c.n[0] * row % CELLS_PERIOD;
        for (int64_t x = 0; x < c.n[0]; x++, i = i + 1 == CELLS_PERIOD ? 0 : i + 1) {
            const double v =
                values ? values[i] : nt_kernel_value(kernel, grid, (c.n[0] * row + x) % CELLS_PERIOD, seed);
            if (c.dtype == NT_F64)
                ((double *)(void *)cells)[x * c.stride[0]] = v;
            else
                ((float *)(void *)cells)[x * c.stride[0]] = (float)v;
        }
    }
    free(values);
    done_with(g);
}

void cells_copy(const nt_grid *to, const nt_grid *from, int threads)
{
    nt_cells a = fuse(cells_of(to)), b = fuse(cells_of(from));
    if (a.n[0] != b.n[0] || a.n[1] != b.n[1]) { /* only one of them is contiguous */
        a = cells_of(to);
        b = cells_of(from);
    }
    const int n_threads = team(threads);
    const int64_t n = n_pieces(&a);
    const size_t bytes = nt_dtype_bytes(a.dtype);
    (void)n_threads;
    PARALLEL("omp parallel for schedule(static) num_threads(n_threads)")
    for (int64_t i = 0; i < n; i++) {
        const piece p = piece_at(&a, i), q = piece_at(&b, i);
        copy_piece(p.cells, a.stride[0], q.cells, b.stride[0], p.n, bytes);
    }
    done_with(to);
    done_with(from);
}

/* Packs the piece's cells, makes all NaNs equal, then takes XXH3 with the piece's number as its seed. */
static uint64_t hash_piece(const nt_cells *c, piece p, int64_t number)
{
    union {
        double f64[PIECE];
        float f32[PIECE];
    } row;
    const size_t bytes = nt_dtype_bytes(c->dtype);
    copy_piece((char *)&row, 1, p.cells, c->stride[0], p.n, bytes);
    for (int64_t i = 0; i < p.n; i++)
        if (c->dtype == NT_F64)
            row.f64[i] = isnan(row.f64[i]) ? (double)NAN : row.f64[i];
        else
            row.f32[i] = isnan(row.f32[i]) ? NAN : row.f32[i];
    return XXH3_64bits_withSeed(&row, (size_t)p.n * bytes, (XXH64_hash_t)number);
}

uint64_t cells_hash(const nt_grid *g, int threads)
{
    const int n_threads = team(threads);
    const nt_cells c = cells_of(g);
    const int64_t n = n_pieces(&c);
    uint64_t sum = XXH3_64bits(c.n, sizeof c.n);
    (void)n_threads;
    PARALLEL("omp parallel for schedule(static) num_threads(n_threads) reduction(+ : sum)")
    for (int64_t i = 0; i < n; i++)
        sum += hash_piece(&c, piece_at(&c, i), i);
    done_with(g);
    return sum;
}
