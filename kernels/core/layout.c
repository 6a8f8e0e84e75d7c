/*
 * layout.c - the grids of a plan, in the layout of its tile function
 * SPDX-License-Identifier: MIT
 */
#include "core/layout.h"

#include "engine/bricks.h"
#include "nestune/machine.h"
#include "view.h"
#include "why.h"

/* Levels, then coefficients: the places of operands that stencils have. */
static const nt_grid *operand(const nt_operands *on, int i)
{
    return i < on->n_levels ? on->level[i] : i < on->n_levels + on->n_coefs ? on->coef[i - on->n_levels] : NULL;
}

static void set_operand(nt_operands *on, int i, nt_grid *g)
{
    if (i < on->n_levels)
        on->level[i] = g;
    else
        on->coef[i - on->n_levels] = g;
}

bool nt_layout_copies(const nt_operands *on, nt_layout layout)
{
    bool all = true;
    for (int i = 0; operand(on, i); i++)
        all &= operand(on, i)->any_layout;
    return layout != NT_LAYOUT_ROWS && !all;
}

/* Bricks of a grid of any layout serve all plans, so they have the largest halo. */
static int halo_of(const nt_grid *g, int halo)
{
    return g->any_layout ? NT_BRICK_RADIUS : halo;
}

size_t nt_layout_bytes(const nt_operands *on, nt_layout layout, int halo)
{
    size_t bytes = 0;
    for (int i = 0; layout == NT_LAYOUT_BRICKS && operand(on, i); i++) {
        const nt_grid *g = operand(on, i);
        if (!g->bricks)
            bytes += nt_bricks_bytes(g->dtype, (const int64_t[3]){g->nx, g->ny, g->nz}, halo_of(g, halo));
    }
    return bytes;
}

static nt_status make_bricks(const nt_grid *g, int halo, int threads, nt_grid **bricks, nt_error *why)
{
    return nt_bricks_create(bricks, g->dtype, (const int64_t[3]){g->nx, g->ny, g->nz}, halo_of(g, halo), threads, why);
}

/* The bricks of a grid of any layout, which all plans share; its cells stay as they are. */
static nt_status share_bricks(const nt_grid *g, int halo, int threads, nt_grid **bricks, nt_error *why)
{
    nt_grid *mine = (nt_grid *)g;
    nt_status status = NT_OK;
    pthread_mutex_lock(&mine->turning);
    if (!mine->bricks)
        status = make_bricks(g, halo, threads, &mine->bricks, why);
    *bricks = mine->bricks;
    pthread_mutex_unlock(&mine->turning);
    return status;
}

nt_status nt_layout_set(nt_laid_out *l, const nt_operands *on, nt_layout layout, int halo, int threads, nt_error *why)
{
    nt_laid_out made = {.in = *on};
    nt_status status = NT_OK;
    if (layout == NT_LAYOUT_BRICKS && halo > NT_BRICK_RADIUS)
        return nt_refuse(NT_ESHAPE, why, "radius %d: bricks are for at most %d", halo, NT_BRICK_RADIUS);
    for (int i = 0; layout == NT_LAYOUT_BRICKS && status == NT_OK && operand(on, i); i++) {
        const nt_grid *g = operand(on, i);
        nt_grid *bricks = g->any_layout ? NULL : l->own[i];
        if (g->any_layout)
            status = share_bricks(g, halo, threads, &bricks, why);
        else if (!bricks)
            status = make_bricks(g, halo, threads, &bricks, why);
        if (!g->any_layout)
            made.own[i] = bricks;
        set_operand(&made.in, i, bricks);
    }
    /* What is in one of the two only is not needed. */
    for (int i = 0; i < NT_MAX_GRIDS; i++) {
        nt_grid *other = status == NT_OK ? l->own[i] : made.own[i];
        if (other && other != (status == NT_OK ? made.own[i] : l->own[i]))
            nt_grid_destroy(other);
    }
    if (status == NT_OK)
        *l = made;
    return status;
}

void nt_layout_free(nt_laid_out *l)
{
    for (int i = 0; i < NT_MAX_GRIDS; i++) {
        nt_grid_destroy(l->own[i]);
        l->own[i] = NULL;
    }
}

/* Makes the cells of a grid of any layout right in one of its two places. */
static void refresh(const nt_grid *g, bool in_bricks, int threads)
{
    nt_grid *mine = (nt_grid *)g;
    atomic_bool *stale = in_bricks ? &mine->bricks_stale : &mine->rows_stale;
    if (!atomic_load(stale))
        return;
    pthread_mutex_lock(&mine->turning);
    if (atomic_load(stale)) {
        nt_bricks_copy(in_bricks ? g->bricks : g, in_bricks ? g : g->bricks, threads);
        atomic_store(stale, false);
    }
    pthread_mutex_unlock(&mine->turning);
}

void nt_grid_make_rows(nt_grid *g)
{
    if (!g->any_layout)
        return;
    refresh(g, false, g->copy_threads > 0 ? g->copy_threads : nt_threads_allowed());
    atomic_store(&g->bricks_stale, true); /* the caller may write */
}

void nt_layout_enter(nt_laid_out *l, const nt_operands *on, int threads)
{
    for (int i = 0; operand(on, i); i++) {
        const nt_grid *g = operand(on, i), *in = operand(&l->in, i);
        if (g->any_layout)
            refresh(g, in != g, threads);
        else if (in != g)
            nt_bricks_copy(in, g, threads);
    }
}

/* Rows, or bricks, have been written. */
static void written(nt_grid *g, bool in_bricks, int threads)
{
    if (!g->any_layout)
        return;
    atomic_store(&g->rows_stale, in_bricks);
    atomic_store(&g->bricks_stale, !in_bricks);
    g->copy_threads = threads;
}

void nt_layout_leave(nt_laid_out *l, const nt_operands *on, int first, int64_t steps, int threads)
{
    for (int i = 0; i < on->n_levels; i++) {
        nt_grid *g = on->level[i], *in = l->in.level[i];
        if (steps == 0 || (steps == 1 && on->n_levels > 1 && i != first))
            continue;
        if (in != g && !g->any_layout)
            nt_bricks_copy(g, in, threads);
        written(g, in != g, threads);
    }
    if (on->result && steps > 0)
        written(on->result, false, threads);
}
