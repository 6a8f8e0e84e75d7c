/*
 * cells.c - all cells of a grid, filled, copied or hashed
 * SPDX-License-Identifier: MIT
 *
 * Rows are cut into pieces of at most PIECE cells, which the threads share.  A piece is hashed in
 * LANES independent chains, each taking every LANES-th cell, so that their multiplications overlap.
 * The hash of a grid is the sum of its pieces' hashes, each stirred with the piece's number: a sum
 * has no order, so the threads need none.
 */
#include "worker/cells.h"

#include <stddef.h>
#include <string.h>

#include "nestune/machine.h"

#ifdef _OPENMP
#define PARALLEL(text) _Pragma(text)
#else
#define PARALLEL(text)
#endif

enum { PIECE = 4096, LANES = 8 };

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
            const double v = kernel->fill(grid, x + g->nx * row, seed);
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

/* The finalizer of SplitMix64: every input bit reaches every output bit. */
static uint64_t stir(uint64_t h)
{
    h = (h ^ h >> 30) * 0xbf58476d1ce4e5b9u;
    h = (h ^ h >> 27) * 0x94d049bb133111ebu;
    return h ^ h >> 31;
}

/* The rotation brings high bits down, which a multiplication alone would leave where they are. */
static uint64_t step(uint64_t h, uint64_t word)
{
    h ^= word;
    return (h << 29 | h >> 35) * 0x9e3779b97f4a7c15u;
}

static uint64_t word_f64(const char *cell)
{
    uint64_t bits;
    memcpy(&bits, cell, sizeof bits);
    return bits << 1 > 0xffe0000000000000u ? 0x7ff8000000000000u : bits;
}

static uint64_t word_f32(const char *cell)
{
    uint32_t bits;
    memcpy(&bits, cell, sizeof bits);
    return bits << 1 > 0xff000000u ? 0x7fc00000u : bits;
}

/* Inlined for each dtype, so that the inner loop holds no choice. */
static inline uint64_t hash_cells(const char *cells, int64_t n, size_t bytes,
                                  uint64_t (*word)(const char *cell))
{
    uint64_t lane[LANES] = {1, 2, 3, 4, 5, 6, 7, 8};
    int64_t i = 0;
    for (; i + LANES <= n; i += LANES)
        for (int k = 0; k < LANES; k++)
            lane[k] = step(lane[k], word(cells + (size_t)(i + k) * bytes));
    for (int k = 0; i < n; i++, k++)
        lane[k] = step(lane[k], word(cells + (size_t)i * bytes));
    uint64_t h = (uint64_t)n;
    for (int k = 0; k < LANES; k++)
        h = step(h, lane[k]);
    return h;
}

static uint64_t hash_piece(const nt_grid *g, piece p)
{
    _Alignas(64) char row[PIECE * sizeof(double)];
    const size_t bytes = nt_dtype_bytes(g->dtype);
    const char *cells = p.cells;
    if (g->sx != 1) {
        copy_piece(row, 1, p.cells, g->sx, p.n, bytes);
        cells = row;
    }
    return g->dtype == NT_F64 ? hash_cells(cells, p.n, sizeof(double), word_f64)
                              : hash_cells(cells, p.n, sizeof(float), word_f32);
}

uint64_t cells_hash(const nt_grid *g, int threads)
{
    const int n_threads = team(threads);
    const int64_t n = n_pieces(g);
    uint64_t sum = stir((uint64_t)g->nx) + stir((uint64_t)g->ny + 0x100000000u);
    (void)n_threads;
    PARALLEL("omp parallel for schedule(static) num_threads(n_threads) reduction(+ : sum)")
    for (int64_t i = 0; i < n; i++)
        sum += stir(hash_piece(g, piece_at(g, i)) ^ stir((uint64_t)i + 1));
    return sum;
}
