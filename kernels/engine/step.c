/*
 * step.c - advance one box by one time step, then run its hooks and set its ghosts
 * SPDX-License-Identifier: MIT
 *
 * If rows follow each other without gaps in every operand, the tile function gets them as one long row.  The
 * cells of a pointwise kernel are independent, so this changes no bit, and a cell of a row of 100 costs no
 * more than one of a row of a million.
 */
#include "engine/step.h"

#include <stdbool.h>

/* If cells follow each other without gaps, a box of whole rows or planes becomes one row. */
static nt_box fused(const nt_nest *nest, nt_box box)
{
    const int64_t nx = nest->n[NT_X], ny = nest->n[NT_Y];
    if (nest->rows_fuse && box.x0 == 0 && box.x1 == nx && box.y1 - box.y0 > 1) {
        if (nest->planes_fuse && box.y0 == 0 && box.y1 == ny)
            return (nt_box){box.z0 * nx * ny, box.z1 * nx * ny, 0, 1, 0, 1};
        return (nt_box){box.y0 * nx, box.y1 * nx, 0, 1, box.z0, box.z1};
    }
    return box;
}

/* Pointwise kernels on rows of any stride in x: the cells go through buffers of stride 1. */
enum { PACK_CELLS = 256 };
typedef union piece {
    double f64[PACK_CELLS];
    float f32[PACK_CELLS];
} piece;

static void gather(piece *to, const void *from, ptrdiff_t stride, int64_t n, nt_dtype dtype)
{
    for (int64_t i = 0; dtype == NT_F64 && i < n; i++)
        to->f64[i] = ((const double *)from)[i * stride];
    for (int64_t i = 0; dtype == NT_F32 && i < n; i++)
        to->f32[i] = ((const float *)from)[i * stride];
}

static void scatter(void *to, ptrdiff_t stride, const piece *from, int64_t n, nt_dtype dtype)
{
    for (int64_t i = 0; dtype == NT_F64 && i < n; i++)
        ((double *)to)[i * stride] = from->f64[i];
    for (int64_t i = 0; dtype == NT_F32 && i < n; i++)
        ((float *)to)[i * stride] = from->f32[i];
}

static char *strided_cell(const nt_view *view, ptrdiff_t sx, int64_t x, int64_t y, int64_t z, int bytes)
{
    return (char *)view->cells + (x * sx + y * view->sy + z * view->sz) * bytes;
}

/* Copies only what the kernel reads: src, its coefficients and, for a kernel of two levels, the old dst.  In
 * place, src and dst share a buffer. */
static void packed(const nt_nest *nest, int which, const nt_box *box)
{
    const nt_step *step = &nest->step[which];
    const ptrdiff_t *sx = nest->x_stride[which];
    _Alignas(64) piece row[2 + NT_MAX_COEFS];
    const nt_view *from[2 + NT_MAX_COEFS] = {&step->src, &step->dst, &step->coef[0], &step->coef[1]};
    const int bytes = nest->element_bytes;
    const int out = step->src.cells == step->dst.cells ? 0 : 1;
    nt_view coef[NT_MAX_COEFS] = {{0}};
    const nt_step in_buffer = {.src = {.cells = &row[0]},
                               .dst = {.cells = &row[out]},
                               .coef = coef,
                               .params = step->params,
                               .config = step->config};
    bool reads[2 + NT_MAX_COEFS] = {true, nest->rotates};
    for (int c = 0; c < NT_MAX_COEFS; c++) {
        reads[2 + c] = c < nest->n_coefs;
        coef[c].cells = &row[reads[2 + c] ? 2 + c : 0];
    }
    for (int64_t z = box->z0; z < box->z1; z++)
        for (int64_t y = box->y0; y < box->y1; y++)
            for (int64_t x = box->x0; x < box->x1; x += PACK_CELLS) {
                const int64_t n = box->x1 - x < PACK_CELLS ? box->x1 - x : PACK_CELLS;
                for (int k = 0; k < 2 + NT_MAX_COEFS; k++)
                    if (reads[k])
                        gather(&row[k], strided_cell(from[k], sx[k], x, y, z, bytes), sx[k], n, nest->dtype);
                nest->fn(&in_buffer, &(nt_box){0, n, 0, 1, 0, 1});
                scatter(strided_cell(from[1], sx[1], x, y, z, bytes), sx[1], &row[out], n, nest->dtype);
            }
}

/* After a box has been computed: runs its hooks and sets the ghosts that mirror it. */
static void finish_box(const nt_nest *nest, const nt_step *step, const nt_box *box, int64_t t)
{
    for (int h = 0; h < nest->n_hooks; h++)
        nest->hooks[h].hook->apply(nest->hooks[h].hook, nest->hooks[h].state, step, box, t + nest->clock);
    if (nest->ghosts)
        nest->ghosts(step->params, nest->dtype, &step->dst, nest->n, box);
}

void nt_step_box(const nt_nest *nest, const nt_box *box, int64_t t, const nt_ahead *ahead)
{
    nt_step step = nest->step[t & 1];
    step.ahead = *ahead;
    if (box->x1 - box->x0 < nest->n[NT_X]) { /* beside it another thread may be writing, at another step */
        step.src.first = box->x0 - nest->radius;
        step.src.end = box->x1 + nest->radius;
    }
    nest->fn(&step, box);
    finish_box(nest, &step, box, t);
}

void nt_step_tile(const nt_nest *nest, const nt_box *box, int64_t t, int64_t start, int depth)
{
    const nt_box whole = fused(nest, *box);
    for (int k = 0; k < depth; k++, t++) {
        const int which = nest->rotates ? (int)(t & 1) : t > start;
        if (nest->packs)
            packed(nest, which, box);
        else
            nest->fn(&nest->step[which], &whole);
        finish_box(nest, &nest->step[which], box, t);
    }
}
