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
 * Where the next grid's cells begin within a page.  Cells of several grids are used side by side; if they all began
 * at a page, their rows would fall on the same sets of the first-level cache, and a load would seem to depend on a
 * store to the same offset of another page.  An odd number of lines apart, eight grids in a row do not meet.
 */
static size_t next_stagger(void)
{
    static atomic_uint n_grids;
    return atomic_fetch_add_explicit(&n_grids, 1, memory_order_relaxed) % 8 * 9 * LINE_BYTES;
}

void *nt_grid_cell(const nt_grid *g, int64_t x, int64_t y, int64_t z)
{
    return (char *)g->cells + (x * g->sx + y * g->sy + z * g->sz) * (ptrdiff_t)nt_dtype_bytes(g->dtype);
}

static nt_status check_shape(nt_dtype dtype, int64_t nx, int64_t ny, int64_t nz, int halo, nt_error *why)
{
    if (nt_dtype_bytes(dtype) == 0)
        return nt_refuse(NT_EARG, why, "element type %d is neither NT_F32 nor NT_F64", (int)dtype);
    if (nx < 0 || ny < 0 || nz < 0)
        return nt_refuse(NT_ESHAPE, why, "shape %lldx%lldx%lld has a negative size", (long long)nx,
                         (long long)ny, (long long)nz);
    if (halo < 0 || halo > 1024)
        return nt_refuse(NT_ESHAPE, why, "halo of %d cells, allowed are 0 to 1024", halo);
    int64_t cells = 1;
    const int64_t n[3] = {nx, ny, nz};
    for (int a = 0; a < 3; a++) {
        int64_t padded;
        if (__builtin_add_overflow(n[a], 2 * halo + LINE_BYTES, &padded) ||
            __builtin_mul_overflow(cells, padded, &cells) || cells > PTRDIFF_MAX / 16)
            return nt_refuse(NT_ESHAPE, why, "shape %lldx%lldx%lld is beyond the address space",
                             (long long)nx, (long long)ny, (long long)nz);
    }
    return NT_OK;
}

/* Memory that no thread has touched yet: mmap from huge pages on, since the heap recycles. */
static nt_status take_memory(nt_grid *g, size_t bytes, nt_error *why)
{
    if (bytes >= huge_page_bytes) {
        g->memory_bytes = bytes + huge_page_bytes;
        void *p = mmap(NULL, g->memory_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (p == MAP_FAILED)
            return nt_refuse(NT_ENOMEM, why, "no memory for a grid of %zu bytes", bytes);
        g->memory = p;
        g->cells = (void *)(((uintptr_t)p + huge_page_bytes - 1) & ~(uintptr_t)(huge_page_bytes - 1));
        /* A refusal costs speed only. */
        (void)madvise(g->cells, bytes, MADV_HUGEPAGE);
        return NT_OK;
    }
    g->memory = aligned_alloc(LINE_BYTES, (bytes + LINE_BYTES) / LINE_BYTES * LINE_BYTES);
    if (!g->memory)
        return nt_refuse(NT_ENOMEM, why, "no memory for a grid of %zu bytes", bytes);
    g->cells = g->memory;
    return NT_OK;
}

nt_status nt_grid_create(nt_grid *g, nt_dtype dtype, int64_t nx, int64_t ny, int64_t nz, int halo,
                         const nt_config *hint, nt_error *why)
{
    if (!g)
        return nt_refuse(NT_EARG, why, "the grid to create is NULL");
    *g = (nt_grid){0};
    nt_status status = check_shape(dtype, nx, ny, nz, halo, why);
    if (status != NT_OK)
        return status;

    const int64_t line = LINE_BYTES / (int64_t)nt_dtype_bytes(dtype);
    /* Without a halo cells are contiguous; with one, cell x = 0 of each row starts a cache line. */
    const int64_t front = nt_row_front(dtype, halo);
    const int64_t pitch = halo > 0 ? (front + nx + halo + line - 1) / line * line : nx;
    *g = (nt_grid){.dtype = dtype,
                   .nx = nx,
                   .ny = ny,
                   .nz = nz,
                   .halo = halo,
                   .sx = 1,
                   .sy = pitch,
                   .sz = pitch * (ny + 2 * halo)};
    /* Planes a whole number of pages apart would share their sets, as above. */
    if (halo > 0 && g->sz * (ptrdiff_t)nt_dtype_bytes(dtype) % PAGE_BYTES == 0)
        g->sz += line;
    const size_t stagger = halo > 0 ? next_stagger() : 0;
    const size_t bytes = (size_t)(g->sz * (nz + 2 * halo)) * nt_dtype_bytes(dtype) + stagger;
    status = take_memory(g, bytes, why);
    if (status != NT_OK) {
        *g = (nt_grid){0};
        return status;
    }
    g->cells =
        (char *)g->cells + stagger + (size_t)(front + halo * g->sy + halo * g->sz) * nt_dtype_bytes(dtype);
    /* New pages are zeros; the heap recycles. */
    if (g->memory_bytes == 0)
        memset(g->memory, 0, bytes);
    else if (hint)
        nt_touch(g, hint);
    return NT_OK;
}

/* In order of size each stride must step over all that the smaller ones reach. */
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

nt_status nt_grid_wrap(nt_grid *g, nt_dtype dtype, int64_t nx, int64_t ny, int64_t nz, ptrdiff_t sx,
                       ptrdiff_t sy, ptrdiff_t sz, int halo, void *cells, nt_error *why)
{
    if (!g)
        return nt_refuse(NT_EARG, why, "the grid to wrap is NULL");
    *g = (nt_grid){0};
    const nt_status status = check_shape(dtype, nx, ny, nz, halo, why);
    if (status != NT_OK)
        return status;
    if (!cells && nx > 0 && ny > 0 && nz > 0)
        return nt_refuse(NT_EARG, why, "the address of cell (0,0,0) is NULL");
    if ((uintptr_t)cells % nt_dtype_bytes(dtype) != 0)
        return nt_refuse(NT_EARG, why, "the cells are not aligned to %zu bytes", nt_dtype_bytes(dtype));
    const int64_t n[3] = {nx + 2 * halo, ny + 2 * halo, nz + 2 * halo};
    const ptrdiff_t s[3] = {sx, sy, sz};
    for (int a = 0; a < 3; a++) {
        int64_t reach;
        if (s[a] == PTRDIFF_MIN || __builtin_mul_overflow(n[a], llabs(s[a]), &reach) ||
            reach > PTRDIFF_MAX / 64)
            return nt_refuse(NT_ESTRIDE, why, "stride %td over %lld cells is beyond the address space", s[a],
                             (long long)n[a]);
    }
    const bool cells_exist = n[0] > 0 && n[1] > 0 && n[2] > 0;
    if (cells_exist && strides_overlap(n, s))
        return nt_refuse(NT_ESTRIDE, why,
                         "strides %td, %td, %td overlap on %lldx%lldx%lld cells, halo included", sx, sy, sz,
                         (long long)n[0], (long long)n[1], (long long)n[2]);
    *g = (nt_grid){.dtype = dtype,
                   .nx = nx,
                   .ny = ny,
                   .nz = nz,
                   .sx = sx,
                   .sy = sy,
                   .sz = sz,
                   .halo = halo,
                   .cells = cells};
    return NT_OK;
}

void nt_grid_free(nt_grid *g)
{
    if (!g)
        return;
    if (g->memory_bytes > 0)
        munmap(g->memory, g->memory_bytes);
    else
        free(g->memory);
    *g = (nt_grid){0};
}
