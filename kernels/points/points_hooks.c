/*
 * points_hooks.c - sources and receivers, box by box
 * SPDX-License-Identifier: MIT
 *
 * The engine hands over boxes of any shape, from several threads and, under temporal blocking, of several
 * steps at once. Neither may show in a bit.  A cell lies in one box of each step, so a source needs but a
 * fixed order of points: that of the list.  A receiver may lie in several boxes.  If one box holds it all, it
 * is summed at once; else the parts are laid down, row sums where the box holds the row, cells where it does
 * not, and the thread that brings the last cell sums them, in the same order as if there had been one box.
 *
 * A stencil is kept as the product of three axes: four cache lines, where a list of (cell, weight) would have
 * each step read 8 KB for the 512 cells of a sinc.
 */
#include <stdbool.h>
#include <stdlib.h>

#include "points/points_internal.h"
#include "why.h"

/* ---- Which points a box holds -------------------------------------------------------------------------- */

/* The part of a stencil that lies in a box: indices into its axes. */
typedef struct part {
    int low[3], high[3];
} part;

static bool part_in(const nt_stencil *s, const nt_box *box, part *p)
{
    const int64_t from[3] = {box->x0, box->y0, box->z0}, end[3] = {box->x1, box->y1, box->z1};
    for (int a = 0; a < 3; a++) {
        const int64_t low = from[a] - s->axis[a].low, high = end[a] - s->axis[a].low;
        p->low[a] = low > 0 ? (int)(low < NT_AXIS_CELLS ? low : NT_AXIS_CELLS) : 0;
        p->high[a] = high < s->axis[a].n ? (int)(high > 0 ? high : 0) : s->axis[a].n;
        if (p->low[a] >= p->high[a])
            return false;
    }
    return true;
}

static int64_t cells_of(const part *p)
{
    return (int64_t)(p->high[0] - p->low[0]) * (p->high[1] - p->low[1]) * (p->high[2] - p->low[2]);
}

/* The first of the stencils from `low` to `high`, all of one low z, whose low y is y or more. */
static int64_t first_from_y(const nt_points *points, int64_t low, int64_t high, int64_t y)
{
    while (low < high) {
        const int64_t middle = low + (high - low) / 2;
        if (points->stencil[middle].axis[1].low < y)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

typedef struct visit {
    nt_points *points;
    const nt_step *step;
    int64_t time;
    bool scaled; /* sources: by the cell's coefficient */
} visit;

/* Calls `each` for the stencils that meet the box, in the list's order. */
static inline void for_each(const visit *v, const nt_box *box,
                            void (*each)(const visit *v, const nt_stencil *s, int64_t i, const part *p))
{
    const nt_points *points = v->points;
    const int64_t lowest = box->z0 - points->most[2] + 1, from = lowest > 0 ? lowest : 0;
    if (points->first[from] == points->first[box->z1])
        return;
    for (int64_t z = from; z < box->z1; z++) {
        const int64_t end = points->first[z + 1];
        if (points->first[z] == end)
            continue;
        int64_t i = first_from_y(points, points->first[z], end, box->y0 - points->most[1] + 1);
        for (; i < end && points->stencil[i].axis[1].low < box->y1; i++) {
            part p;
            if (part_in(&points->stencil[i], box, &p))
                each(v, &points->stencil[i], i, &p);
        }
    }
}

/* Element of the first cell of a stencil's row (y, z). */
static ptrdiff_t row_of(const nt_view *view, const nt_stencil *s, int y, int z)
{
    return s->axis[0].low + (s->axis[1].low + y) * view->sy + (s->axis[2].low + z) * view->sz;
}

static double load(const nt_view *view, nt_dtype dtype, ptrdiff_t at)
{
    return dtype == NT_F64 ? ((const double *)view->cells)[at] : (double)((const float *)view->cells)[at];
}

/* The amount is rounded to the grid's type, then added. */
static void add_to(const nt_view *view, nt_dtype dtype, ptrdiff_t at, double amount)
{
    if (dtype == NT_F64)
        ((double *)view->cells)[at] += amount;
    else
        ((float *)view->cells)[at] += (float)amount;
}

/* ---- Sources ------------------------------------------------------------------------------------------- */

static void add(const visit *v, const nt_stencil *s, int64_t i, const part *p)
{
    (void)i;
    const nt_points *points = v->points;
    const double sample = points->samples[s->point * points->n_samples + v->time];
    const nt_view *dst = &v->step->dst, *coef = &v->step->coef[0];
    for (int z = p->low[2]; z < p->high[2]; z++)
        for (int y = p->low[1]; y < p->high[1]; y++) {
            const double scale = s->axis[2].w[z] * s->axis[1].w[y] * sample;
            const ptrdiff_t u = row_of(dst, s, y, z), c = row_of(coef, s, y, z);
            for (int x = p->low[0]; x < p->high[0]; x++) {
                const double amount = s->axis[0].w[x] * scale;
                add_to(dst, points->dtype, u + x,
                       v->scaled ? amount * load(coef, points->dtype, c + x) : amount);
            }
        }
}

static void apply_source(void *context, const nt_step *step, const nt_box *box, int64_t time)
{
    nt_points *points = context;
    if (time < points->n_samples)
        for_each(&(visit){points, step, time, false}, box, add);
}

static void apply_force(void *context, const nt_step *step, const nt_box *box, int64_t time)
{
    nt_points *points = context;
    if (time < points->n_samples)
        for_each(&(visit){points, step, time, true}, box, add);
}

/* ---- Receivers ----------------------------------------------------------------------------------------- */

static double row_sum(const double *u, const double *w, int n)
{
    double sum = 0;
    for (int x = 0; x < n; x++)
        sum += w[x] * u[x];
    return sum;
}

static void copy_row(const visit *v, const nt_stencil *s, int y, int z, int low, int high, double *to)
{
    const nt_view *u = &v->step->dst;
    const ptrdiff_t at = row_of(u, s, y, z);
    for (int x = low; x < high; x++)
        to[x] = load(u, v->points->dtype, at + x);
}

static double read_row(const visit *v, const nt_stencil *s, int y, int z)
{
    double u[NT_AXIS_CELLS];
    copy_row(v, s, y, z, 0, s->axis[0].n, u);
    return row_sum(u, s->axis[0].w, s->axis[0].n);
}

/* The one order in which a trace is summed. */
static void write_trace(const visit *v, const nt_stencil *s, const double row[])
{
    double sum = 0;
    for (int z = 0; z < s->axis[2].n; z++) {
        double plane = 0;
        for (int y = 0; y < s->axis[1].n; y++)
            plane += s->axis[1].w[y] * *row++;
        sum += s->axis[2].w[z] * plane;
    }
    v->points->traces[s->point * v->points->n_traced + v->time] = sum;
}

/* All parts are there: sums the rows that came as cells, then as usual. */
static void finish(const visit *v, const nt_stencil *s, double *row, const double *cell, _Atomic char *cut)
{
    const int rows = s->axis[1].n * s->axis[2].n;
    for (int r = 0; r < rows; r++)
        if (atomic_load_explicit(&cut[r], memory_order_relaxed))
            row[r] = row_sum(cell + r * s->axis[0].n, s->axis[0].w, s->axis[0].n);
    write_trace(v, s, row);
}

static void lay_down(const visit *v, const nt_stencil *s, int64_t i, const part *p, int64_t total)
{
    const nt_points *points = v->points;
    const nt_gather *g = &points->gather;
    const int64_t slot = v->time % g->steps;
    double *row = g->row + slot * points->n_rows + s->first_row;
    double *cell = g->cell + slot * points->n_cells + s->first_cell;
    _Atomic char *cut = g->cut + slot * points->n_rows + s->first_row;
    _Atomic int64_t *left = &g->left[slot * points->n + i];
    const bool whole_rows = p->high[0] - p->low[0] == s->axis[0].n;
    for (int z = p->low[2]; z < p->high[2]; z++)
        for (int y = p->low[1]; y < p->high[1]; y++) {
            const int r = z * s->axis[1].n + y;
            atomic_store_explicit(&cut[r], !whole_rows, memory_order_relaxed);
            if (whole_rows)
                row[r] = read_row(v, s, y, z);
            else
                copy_row(v, s, y, z, p->low[0], p->high[0], cell + r * s->axis[0].n);
        }
    const int64_t mine = cells_of(p);
    if (atomic_fetch_sub_explicit(left, mine, memory_order_acq_rel) == mine) {
        finish(v, s, row, cell, cut);
        atomic_store_explicit(left, total,
                              memory_order_relaxed); /* a barrier comes before the slot's next step */
    }
}

static void receive(const visit *v, const nt_stencil *s, int64_t i, const part *p)
{
    const int64_t total = (int64_t)s->axis[0].n * s->axis[1].n * s->axis[2].n;
    if (cells_of(p) < total) {
        lay_down(v, s, i, p, total);
        return;
    }
    double row[NT_AXIS_CELLS * NT_AXIS_CELLS];
    for (int z = 0, r = 0; z < s->axis[2].n; z++)
        for (int y = 0; y < s->axis[1].n; y++)
            row[r++] = read_row(v, s, y, z);
    write_trace(v, s, row);
}

static void apply_receiver(void *context, const nt_step *step, const nt_box *box, int64_t time)
{
    nt_points *points = context;
    if (time < points->n_traced)
        for_each(&(visit){points, step, time, false}, box, receive);
}

/* ---- At the plan's creation ---------------------------------------------------------------------------- */

void nt_gather_free(nt_gather *g)
{
    free(g->left);
    free(g->row);
    free(g->cell);
    free(g->cut);
    *g = (nt_gather){0};
}

static nt_status prepare_source(void *context, const nt_problem *problem, const nt_config *config,
                                nt_error *why)
{
    nt_points *points = context;
    const nt_grid *g = problem->level[0];
    (void)config;
    if (g->nx != points->cells[0] || g->ny != points->cells[1] || g->nz != points->cells[2])
        return nt_refuse(NT_ESHAPE, why,
                         "the points are made for %lldx%lldx%lld cells, the grids are %lldx%lldx%lld",
                         (long long)points->cells[0], (long long)points->cells[1],
                         (long long)points->cells[2], (long long)g->nx, (long long)g->ny, (long long)g->nz);
    points->dtype = g->dtype;
    return NT_OK;
}

static nt_status prepare_force(void *context, const nt_problem *problem, const nt_config *config,
                               nt_error *why)
{
    if (problem->kernel->field->n_coefs == 0)
        return nt_refuse(NT_EARG, why,
                         "a force is scaled by a coefficient, and kernel %s has none: use a source",
                         problem->kernel->name);
    return prepare_source(context, problem, config, why);
}

/* steps * n elements, or NULL.  Not cleared: what no box touches costs no memory. */
static void *allocate(int64_t steps, int64_t n, size_t bytes)
{
    size_t all;
    if (__builtin_mul_overflow((size_t)steps, (size_t)n, &all) || __builtin_mul_overflow(all, bytes, &all))
        return NULL;
    return malloc(all > 0 ? all : 1);
}

static nt_status prepare_receiver(void *context, const nt_problem *problem, const nt_config *config,
                                  nt_error *why)
{
    nt_points *points = context;
    const nt_status status = prepare_source(context, problem, config, why);
    if (status != NT_OK)
        return status;
    nt_gather *g = &points->gather;
    nt_gather_free(g);
    g->steps = config->depth < problem->steps ? config->depth : problem->steps > 0 ? problem->steps : 1;
    g->left = allocate(g->steps, points->n, sizeof *g->left);
    g->row = allocate(g->steps, points->n_rows, sizeof *g->row);
    g->cell = allocate(g->steps, points->n_cells, sizeof *g->cell);
    g->cut = allocate(g->steps, points->n_rows, sizeof *g->cut);
    if (!g->left || !g->row || !g->cell || !g->cut) {
        const long long steps = g->steps;
        nt_gather_free(g);
        return nt_refuse(NT_ENOMEM, why, "no memory for %lld receivers over %lld steps", (long long)points->n,
                         steps);
    }
    for (int64_t k = 0; k < g->steps * points->n; k++) {
        const nt_stencil *s = &points->stencil[k % points->n];
        atomic_init(&g->left[k], (int64_t)s->axis[0].n * s->axis[1].n * s->axis[2].n);
    }
    return NT_OK;
}

nt_hook nt_points_source(nt_points *points, const double *samples, int64_t n_samples)
{
    points->samples = samples;
    points->n_samples = n_samples;
    return (nt_hook){apply_source, points, prepare_source};
}

nt_hook nt_points_force(nt_points *points, const double *samples, int64_t n_samples)
{
    points->samples = samples;
    points->n_samples = n_samples;
    return (nt_hook){apply_force, points, prepare_force};
}

nt_hook nt_points_receiver(nt_points *points, double *traces, int64_t n_samples)
{
    points->traces = traces;
    points->n_traced = n_samples;
    return (nt_hook){apply_receiver, points, prepare_receiver};
}
