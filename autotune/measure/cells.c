/*
 * cells.c - all cells of a grid, filled, copied or hashed
 * SPDX-License-Identifier: MIT
 *
 * Rows are cut into pieces of at most PIECE cells, which the threads share.  The hash of a grid is the sum of
 * its pieces' hashes, each seeded with the piece's number: a sum has no order, so the threads need none.
 */
#include "measure/cells.h"

#include <math.h>
#include <stddef.h>
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

static int64_t pieces_per_row(const nt_grid *g)
{
    return (g->nx + PIECE - 1) / PIECE;
}

static int64_t n_pieces(const nt_grid *g)
{
    return pieces_per_row(g) * g->ny * g->nz;
}

static piece piece_at(const nt_grid *g, int64_t i)
{
    const int64_t per_row = pieces_per_row(g), row = i / per_row;
    const int64_t x = i % per_row * PIECE;
    const int64_t n = g->nx - x < PIECE ? g->nx - x : PIECE;
    return (piece){x, n, nt_grid_cell(g, x, row % g->ny, row / g->ny)};
}

/* A contiguous grid is one long row, cut into pieces of full size. */
static nt_grid fuse(const nt_grid *g)
{
    nt_grid fused = *g;
    if (g->halo == 0 && g->sx == 1 && g->sy == g->nx && g->sz == g->nx * g->ny) {
        fused.nx = g->nx * g->ny * g->nz;
        fused.ny = fused.nz = 1;
        fused.sy = fused.sz = (ptrdiff_t)fused.nx;
    }
    return fused;
}

static int team(int threads)
{
    const int allowed = nt_threads_allowed();
    return threads < 1 ? 1 : threads < allowed ? threads : allowed;
}

/* n cells with a stride to n cells with another. */
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
    const int64_t rows = g->ny * g->nz;
    (void)n_threads;
    PARALLEL("omp parallel for schedule(static) num_threads(n_threads)")
    for (int64_t row = 0; row < rows; row++) {
        char *cells = nt_grid_cell(g, 0, row % g->ny, row / g->ny);
        for (int64_t x = 0; x < g->nx; x++) {
            const double v = nt_kernel_value(kernel, grid, x + g->nx * row, seed);
            if (g->dtype == NT_F64)
                ((double *)(void *)cells)[x * g->sx] = v;
            else
                ((float *)(void *)cells)[x * g->sx] = (float)v;
        }
    }
}

void cells_copy(const nt_grid *to, const nt_grid *from, int threads)
{
    nt_grid a = fuse(to), b = fuse(from);
    if (a.nx != b.nx || a.ny != b.ny) { /* one of them alone is contiguous */
        a = *to;
        b = *from;
    }
    const int n_threads = team(threads);
    const int64_t n = n_pieces(&a);
    const size_t bytes = nt_dtype_bytes(a.dtype);
    (void)n_threads;
    PARALLEL("omp parallel for schedule(static) num_threads(n_threads)")
    for (int64_t i = 0; i < n; i++) {
        const piece p = piece_at(&a, i), q = piece_at(&b, i);
        copy_piece(p.cells, a.sx, q.cells, b.sx, p.n, bytes);
    }
}

/* The piece's cells side by side, with all NaNs made one, then XXH3 with the piece's number as its seed. */
static uint64_t hash_piece(const nt_grid *g, piece p, int64_t number)
{
    union {
        double f64[PIECE];
        float f32[PIECE];
    } row;
    const size_t bytes = nt_dtype_bytes(g->dtype);
    copy_piece((char *)&row, 1, p.cells, g->sx, p.n, bytes);
    for (int64_t i = 0; i < p.n; i++)
        if (g->dtype == NT_F64)
            row.f64[i] = isnan(row.f64[i]) ? (double)NAN : row.f64[i];
        else
            row.f32[i] = isnan(row.f32[i]) ? NAN : row.f32[i];
    return XXH3_64bits_withSeed(&row, (size_t)p.n * bytes, (XXH64_hash_t)number);
}

uint64_t cells_hash(const nt_grid *g, int threads)
{
    const int n_threads = team(threads);
    const int64_t n = n_pieces(g);
    uint64_t sum = XXH3_64bits((const int64_t[3]){g->nx, g->ny, g->nz}, 3 * sizeof g->nx);
    (void)n_threads;
    PARALLEL("omp parallel for schedule(static) num_threads(n_threads) reduction(+ : sum)")
    for (int64_t i = 0; i < n; i++)
        sum += hash_piece(g, piece_at(g, i), i);
    return sum;
}
