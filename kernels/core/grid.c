/*
 * grid.c - owned and wrapped 3-D arrays
 * SPDX-License-Identifier: MIT
 */
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "engine/touch.h"
#include "nestune/grid.h"
#include "view.h"
#include "why.h"

enum { LINE_BYTES = NT_LINE_BYTES, PAGE_BYTES = 4096 };
static const size_t huge_page_bytes = (size_t)2 << 20;

/*
 * Where the next grid's cells begin within a page.  A kernel uses cells of several grids together.  If all
 * grids began at the start of a page, their rows would fall on the same sets of the first-level cache, and
 * the CPU would take a load to depend on a store to the same offset of another page.  With starts an odd
 * number of lines apart, eight grids in a row do not collide.
 */
size_t nt_grid_stagger(void)
{
    static atomic_uint n_grids;
    return atomic_fetch_add_explicit(&n_grids, 1, memory_order_relaxed) % 8 * 9 * LINE_BYTES;
}

/* ---- Access -------------------------------------------------------------------------------------- */

nt_dtype nt_grid_dtype(const nt_grid *g)
{
    return g ? g->dtype : NT_N_DTYPES;
}

int64_t nt_grid_size(const nt_grid *g, int axis)
{
    return !g ? 0 : axis == 0 ? g->nx : axis == 1 ? g->ny : axis == 2 ? g->nz : 0;
}

int nt_grid_halo(const nt_grid *g)
{
    return g ? g->halo : 0;
}

void *nt_grid_cell(const nt_grid *g, int64_t x, int64_t y, int64_t z)
{
    return !g || (g->any_layout && !g->mapped) ? NULL : nt_cell_at(g, x, y, z);
}

nt_status nt_grid_map(nt_grid *g, nt_cells *cells, nt_error *why)
{
    if (!g || !cells)
        return nt_refuse(NT_EARG, why, "the %s NULL", g ? "cells to set are" : "grid is");
    nt_grid_make_rows(g);
    g->mapped = true;
    *cells = (nt_cells){.dtype = g->dtype,
                        .halo = g->halo,
                        .n = {g->nx, g->ny, g->nz},
                        .stride = {g->sx, g->sy, g->sz},
                        .cells = g->cells};
    return NT_OK;
}

void nt_grid_unmap(nt_grid *g)
{
    if (g)
        g->mapped = false;
}

/* ---- Owned grids ------------------------------------------------------------------------------------ */

static nt_status check_shape(nt_dtype dtype, const int64_t n[3], int halo, nt_error *why)
{
    if (!n)
        return nt_refuse(NT_EARG, why, "the grid's sizes are NULL");
    if (nt_dtype_bytes(dtype) == 0)
        return nt_refuse(NT_EARG, why, "element type %d is neither NT_F32 nor NT_F64", (int)dtype);
    if (n[0] < 0 || n[1] < 0 || n[2] < 0)
        return nt_refuse(NT_ESHAPE, why, "shape %lldx%lldx%lld has a negative size", (long long)n[0],
                         (long long)n[1], (long long)n[2]);
    if (halo < 0 || halo > 1024)
        return nt_refuse(NT_ESHAPE, why, "halo of %d cells, allowed are 0 to 1024", halo);
    int64_t cells = 1;
    for (int a = 0; a < 3; a++) {
        int64_t padded;
        if (__builtin_add_overflow(n[a], 2 * halo + LINE_BYTES, &padded) ||
            __builtin_mul_overflow(cells, padded, &cells) || cells > PTRDIFF_MAX / 16)
            return nt_refuse(NT_ESHAPE, why, "shape %lldx%lldx%lld is beyond the address space",
                             (long long)n[0], (long long)n[1], (long long)n[2]);
    }
    return NT_OK;
}

/* Memory that no thread has touched yet.  From the size of a huge page on it comes from mmap, since the heap
 * may return memory that was used before. */
nt_status nt_grid_take_memory(nt_grid *g, size_t bytes, nt_error *why)
{
    if (bytes >= huge_page_bytes) {
        void *p = mmap(NULL, bytes + huge_page_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (p == MAP_FAILED)
            return nt_refuse(NT_ENOMEM, why, "no memory for a grid of %zu bytes", bytes);
        g->memory = p;
        g->memory_bytes = bytes + huge_page_bytes;
        g->cells = (void *)(((uintptr_t)p + huge_page_bytes - 1) & ~(uintptr_t)(huge_page_bytes - 1));
        /* If the system refuses, only speed is lost. */
        (void)madvise(g->cells, bytes, MADV_HUGEPAGE);
        return NT_OK;
    }
    g->memory = aligned_alloc(LINE_BYTES, (bytes + LINE_BYTES) / LINE_BYTES * LINE_BYTES);
    if (!g->memory)
        return nt_refuse(NT_ENOMEM, why, "no memory for a grid of %zu bytes", bytes);
    g->cells = g->memory;
    return NT_OK;
}

/* Sets the strides; computes the bytes before cell (0, 0, 0) and the bytes in all. */
static size_t lay_out(nt_grid *g, size_t *bytes)
{
    const int64_t size = (int64_t)nt_dtype_bytes(g->dtype), line = LINE_BYTES / size, halo = g->halo;
    /* Without a halo cells are contiguous; with one, cell x = 0 of each row begins on a cache line. */
    const int64_t front = nt_row_front(g->dtype, g->halo);
    const int64_t pitch = halo > 0 ? (front + g->nx + halo + line - 1) / line * line : g->nx;
    g->sx = 1;
    g->sy = pitch;
    g->sz = pitch * (g->ny + 2 * halo);
    /* If planes were a whole number of pages apart, their rows would fall on the same cache sets,
     * as above. */
    if (halo > 0 && g->sz * size % PAGE_BYTES == 0)
        g->sz += line;
    const size_t stagger = halo > 0 ? nt_grid_stagger() : 0;
    *bytes = (size_t)(g->sz * (g->nz + 2 * halo) * size) + stagger;
    return stagger + (size_t)((front + halo * g->sy + halo * g->sz) * size);
}

/* A grid of this shape, without cells. */
nt_status nt_grid_allocate(nt_grid **g, nt_dtype dtype, const int64_t n[3], int halo, nt_error *why)
{
    *g = calloc(1, sizeof **g);
    if (!*g)
        return nt_refuse(NT_ENOMEM, why, "no memory for a grid");
    **g = (nt_grid){.dtype = dtype, .nx = n[0], .ny = n[1], .nz = n[2], .halo = halo};
    pthread_mutex_init(&(*g)->turning, NULL);
    return NT_OK;
}

nt_status nt_grid_create(nt_grid **out, nt_dtype dtype, const int64_t n[3], int halo,
                         const nt_grid_options *options, nt_error *why)
{
    static const nt_grid_options usual = {.bytes = sizeof usual};
    if (!out)
        return nt_refuse(NT_EARG, why, "the grid to create is NULL");
    *out = NULL;
    const nt_grid_options *o = options ? options : &usual;
    if (o->bytes != sizeof *o)
        return nt_refuse(NT_EARG, why, "options of %zu bytes: allowed is sizeof(nt_grid_options), %zu",
                         o->bytes, sizeof *o);
    nt_status status = check_shape(dtype, n, halo, why);
    nt_grid *g;
    if (status == NT_OK)
        status = nt_grid_allocate(&g, dtype, n, halo, why);
    if (status != NT_OK)
        return status;
    size_t bytes;
    const size_t before = lay_out(g, &bytes);
    status = nt_grid_take_memory(g, bytes, why);
    if (status != NT_OK) {
        nt_grid_destroy(g);
        return status;
    }
    g->cells = (char *)g->cells + before;
    /* New pages are zeros; memory from the heap may not be. */
    if (g->memory_bytes == 0)
        memset(g->memory, 0, bytes);
    else
        nt_touch(g, o->config);
    g->any_layout = o->any_layout;
    atomic_store(&g->bricks_stale, o->any_layout);
    *out = g;
    return NT_OK;
}

/* ---- Wrapped grids ---------------------------------------------------------------------------------- */

/* In order of size, each stride must step over all cells that the smaller strides reach. */
static bool strides_overlap(const int64_t n[3], const ptrdiff_t s[3])
{
    int64_t reach = 0;
    bool used[3] = {n[0] < 2, n[1] < 2, n[2] < 2};
    for (int k = 0; k < 3; k++) {
        int least = -1;
        for (int a = 0; a < 3; a++)
            if (!used[a] && (least < 0 || llabs(s[a]) < llabs(s[least])))
                least = a;
        if (least < 0)
            return false;
        if (llabs(s[least]) <= reach)
            return true;
        reach += (n[least] - 1) * llabs(s[least]);
        used[least] = true;
    }
    return false;
}

nt_status nt_grid_wrap(nt_grid **out, nt_dtype dtype, const int64_t n[3], const int64_t strides[3], int halo,
                       void *cells, nt_error *why)
{
    if (!out)
        return nt_refuse(NT_EARG, why, "the grid to wrap is NULL");
    *out = NULL;
    nt_status status = check_shape(dtype, n, halo, why);
    if (status != NT_OK)
        return status;
    if (!strides)
        return nt_refuse(NT_EARG, why, "the grid's strides are NULL");
    if (!cells && n[0] > 0 && n[1] > 0 && n[2] > 0)
        return nt_refuse(NT_EARG, why, "the address of cell (0,0,0) is NULL");
    if ((uintptr_t)cells % nt_dtype_bytes(dtype) != 0)
        return nt_refuse(NT_EARG, why, "the cells are not aligned to %zu bytes", nt_dtype_bytes(dtype));
    const int64_t all[3] = {n[0] + 2 * halo, n[1] + 2 * halo, n[2] + 2 * halo};
    ptrdiff_t s[3] = {(ptrdiff_t)strides[0], (ptrdiff_t)strides[1], (ptrdiff_t)strides[2]};
    for (int a = 0; a < 3; a++) {
        int64_t reach;
        if (all[a] > 1 && (s[a] == PTRDIFF_MIN || __builtin_mul_overflow(all[a], llabs(s[a]), &reach) ||
                           reach > PTRDIFF_MAX / 64))
            return nt_refuse(NT_ESTRIDE, why, "stride %td over %lld cells is beyond the address space", s[a],
                             (long long)all[a]);
    }
    if (all[0] > 0 && all[1] > 0 && all[2] > 0 && strides_overlap(all, s))
        return nt_refuse(NT_ESTRIDE, why,
                         "strides %td, %td, %td overlap on %lldx%lldx%lld cells, halo included", s[0], s[1],
                         s[2], (long long)all[0], (long long)all[1], (long long)all[2]);
    /* The stride of an axis of one cell is never used: set it to that of contiguous cells. */
    s[0] = all[0] > 1 ? s[0] : 1;
    s[1] = all[1] > 1 ? s[1] : s[0] * (ptrdiff_t)all[0];
    s[2] = all[2] > 1 ? s[2] : s[1] * (ptrdiff_t)all[1];
    status = nt_grid_allocate(out, dtype, n, halo, why);
    if (status != NT_OK)
        return status;
    (*out)->sx = s[0];
    (*out)->sy = s[1];
    (*out)->sz = s[2];
    (*out)->cells = cells;
    return NT_OK;
}

void nt_grid_destroy(nt_grid *g)
{
    if (!g)
        return;
    nt_grid_destroy(g->bricks);
    pthread_mutex_destroy(&g->turning);
    if (g->memory_bytes > 0)
        munmap(g->memory, g->memory_bytes);
    else
        free(g->memory);
    free(g);
}
