/*
 * points_hooks.c - sources and receivers, box by box
 * SPDX-License-Identifier: MIT
 *
 * The engine calls the hooks with boxes of any shape, from several threads and, with time blocks, of several
 * steps at the same time.  No bit of the result may depend on this.  A cell lies in one box of each step, so
 * for a source a fixed order of points is enough: that of the list.  A receiver may lie in several boxes.  If
 * one box holds all of it, it is summed immediately.  Otherwise each box stores its part: the sum of each row
 * that the box holds whole, and the cells of other rows.  The thread that brings the last cell adds them in
 * the same order as for one box.
 *
 * A stencil is stored as its weights along three axes, which are four cache lines.  With a list of (cell,
 * weight) each step would read 8 KB for the 512 cells of a sinc.
 */
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

#include "points/points_internal.h"
#include "why.h"

/* A hook of points, as the hook's context. */
typedef struct line {
    nt_hook hook; /* the first: a line is reached by its hook */
    const nt_points *points;
    const double *samples; /* [points][n_samples]; of a source */
    double *traces;        /* the same, of a receiver */
    int64_t n_samples;
    bool scaled; /* sources: multiply by the cell's coefficient */
} line;

/*
 * The state of a hook in a plan.  A receiver stores what several boxes have read of a point so far, for each
 * time step of a ring, which has as many steps as may be in progress together.  Each row and cell has its own
 * place, so that a sum does not depend on the order of boxes.
 */
typedef struct gather {
    int64_t steps;         /* of the ring */
    _Atomic int64_t *left; /* [steps][points]: cells still to come */
    double *row;           /* [steps][rows]: sums of rows that one box read */
    double *cell;      /* [steps][cells]: of the other rows; without such rows its pages are never touched */
    _Atomic char *cut; /* [steps][rows]: 1 if the row is stored as cells */
    nt_dtype dtype;    /* of the plan's grids */
} gather;

/* ---- Which points a box holds -------------------------------------------------------------------------- */

/* The part of a stencil that lies in a box, as indices into the cells along each axis. */
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

/* Among the stencils from `low` to `high`, which have the same low z: the first with a low y of y or more. */
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
    const line *line;
    gather *gather;
    const nt_step *step;
    int64_t time;
} visit;

/* Calls `each` for the stencils that meet the box, in the list's order. */
static inline void for_each(const visit *v, const nt_box *box,
                            void (*each)(const visit *v, const nt_stencil *s, int64_t i, const part *p))
{
    const nt_points *points = v->line->points;
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

/* The element index of a stencil's cell. */
static ptrdiff_t cell_of(const nt_view *view, const nt_stencil *s, int x, int y, int z)
{
    return nt_view_cell(view, s->axis[0].low + x, s->axis[1].low + y, s->axis[2].low + z);
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
    const double sample = v->line->samples[s->point * v->line->n_samples + v->time];
    const nt_dtype dtype = v->gather->dtype;
    const nt_view *dst = &v->step->dst, *coef = &v->step->coef[0];
    for (int z = p->low[2]; z < p->high[2]; z++)
        for (int y = p->low[1]; y < p->high[1]; y++) {
            const double scale = s->axis[2].w[z] * s->axis[1].w[y] * sample;
            for (int x = p->low[0]; x < p->high[0]; x++) {
                const double amount = s->axis[0].w[x] * scale;
                add_to(dst, dtype, cell_of(dst, s, x, y, z),
                       v->line->scaled ? amount * load(coef, dtype, cell_of(coef, s, x, y, z)) : amount);
            }
        }
}

static void apply_source(const nt_hook *hook, void *state, const nt_step *step, const nt_box *box,
                         int64_t time)
{
    const line *l = hook->context;
    if (time < l->n_samples)
        for_each(&(visit){l, state, step, time}, box, add);
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
    for (int x = low; x < high; x++)
        to[x] = load(u, v->gather->dtype, cell_of(u, s, x, y, z));
}

static double read_row(const visit *v, const nt_stencil *s, int y, int z)
{
    double u[NT_AXIS_CELLS];
    copy_row(v, s, y, z, 0, s->axis[0].n, u);
    return row_sum(u, s->axis[0].w, s->axis[0].n);
}

/* Sums a trace, always in this order. */
static void write_trace(const visit *v, const nt_stencil *s, const double row[])
{
    double sum = 0;
    for (int z = 0; z < s->axis[2].n; z++) {
        double plane = 0;
        for (int y = 0; y < s->axis[1].n; y++)
            plane += s->axis[1].w[y] * *row++;
        sum += s->axis[2].w[z] * plane;
    }
    v->line->traces[s->point * v->line->n_samples + v->time] = sum;
}

/* All parts have been stored: first sums each row that is stored as cells, then adds all rows. */
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
    const nt_points *points = v->line->points;
    const gather *g = v->gather;
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

static void apply_receiver(const nt_hook *hook, void *state, const nt_step *step, const nt_box *box,
                           int64_t time)
{
    const line *l = hook->context;
    if (time < l->n_samples)
        for_each(&(visit){l, state, step, time}, box, receive);
}

/* ---- At the plan's creation, and at its end -------------------------------------------------- */

static void release(const nt_hook *hook, void *state)
{
    gather *g = state;
    (void)hook;
    free(g->left);
    free(g->row);
    free(g->cell);
    free(g->cut);
    free(g);
}

static nt_status prepare_source(const nt_hook *hook, const nt_hook_use *use, void **state, nt_error *why)
{
    const line *l = hook->context;
    const int64_t *cells = l->points->cells, *n = use->n;
    if (l->scaled && use->kernel->field->n_coefs == 0)
        return nt_refuse(NT_EARG, why,
                         "a force is scaled by a coefficient, and kernel %s has none: use a source",
                         use->kernel->name);
    if (n[0] != cells[0] || n[1] != cells[1] || n[2] != cells[2])
        return nt_refuse(NT_ESHAPE, why,
                         "the points are made for %lldx%lldx%lld cells, the grids are %lldx%lldx%lld",
                         (long long)cells[0], (long long)cells[1], (long long)cells[2], (long long)n[0],
                         (long long)n[1], (long long)n[2]);
    gather *g = calloc(1, sizeof *g);
    if (!g)
        return nt_refuse(NT_ENOMEM, why, "no memory for a hook");
    g->dtype = use->dtype;
    *state = g;
    return NT_OK;
}

/* steps * n elements, or NULL.  They are not cleared, so that pages which no box touches need no memory. */
static void *allocate(int64_t steps, int64_t n, size_t bytes)
{
    size_t all;
    if (__builtin_mul_overflow((size_t)steps, (size_t)n, &all) || __builtin_mul_overflow(all, bytes, &all))
        return NULL;
    return malloc(all > 0 ? all : 1);
}

static nt_status prepare_receiver(const nt_hook *hook, const nt_hook_use *use, void **state, nt_error *why)
{
    const nt_points *points = ((const line *)hook->context)->points;
    const nt_status status = prepare_source(hook, use, state, why);
    if (status != NT_OK)
        return status;
    gather *g = *state;
    g->steps = use->depth;
    g->left = allocate(g->steps, points->n, sizeof *g->left);
    g->row = allocate(g->steps, points->n_rows, sizeof *g->row);
    g->cell = allocate(g->steps, points->n_cells, sizeof *g->cell);
    g->cut = allocate(g->steps, points->n_rows, sizeof *g->cut);
    if (!g->left || !g->row || !g->cell || !g->cut) {
        release(hook, g);
        *state = NULL;
        return nt_refuse(NT_ENOMEM, why, "no memory for %lld receivers over %d steps", (long long)points->n,
                         use->depth);
    }
    for (int64_t k = 0; k < g->steps * points->n; k++) {
        const nt_stencil *s = &points->stencil[k % points->n];
        atomic_init(&g->left[k], (int64_t)s->axis[0].n * s->axis[1].n * s->axis[2].n);
    }
    return NT_OK;
}

/* ---- Hooks ----------------------------------------------------------------------------------- */

static nt_status make(nt_hook **hook, line made, bool has_values, nt_error *why)
{
    if (!hook)
        return nt_refuse(NT_EARG, why, "the hook to create is NULL");
    *hook = NULL;
    if (!made.points || (!has_values && made.n_samples > 0))
        return nt_refuse(NT_EARG, why, "the %s NULL", made.points ? "samples are" : "points are");
    if (made.n_samples < 0)
        return nt_refuse(NT_EARG, why, "%lld samples: allowed are 0 and more", (long long)made.n_samples);
    line *l = malloc(sizeof *l);
    if (!l)
        return nt_refuse(NT_ENOMEM, why, "no memory for a hook");
    *l = made;
    l->hook.release = release;
    l->hook.context = l;
    *hook = &l->hook;
    return NT_OK;
}

nt_status nt_points_source(nt_hook **hook, const nt_points *points, const double *samples, int64_t n_samples,
                           nt_error *why)
{
    return make(hook,
                (line){.hook = {.apply = apply_source, .prepare = prepare_source, .any_layout = 1},
                       .points = points,
                       .samples = samples,
                       .n_samples = n_samples},
                samples != NULL, why);
}

nt_status nt_points_force(nt_hook **hook, const nt_points *points, const double *samples, int64_t n_samples,
                          nt_error *why)
{
    return make(hook,
                (line){.hook = {.apply = apply_source, .prepare = prepare_source, .any_layout = 1},
                       .points = points,
                       .samples = samples,
                       .n_samples = n_samples,
                       .scaled = true},
                samples != NULL, why);
}

nt_status nt_points_receiver(nt_hook **hook, const nt_points *points, double *traces, int64_t n_samples,
                             nt_error *why)
{
    return make(hook,
                (line){.hook = {.apply = apply_receiver, .prepare = prepare_receiver, .any_layout = 1},
                       .points = points,
                       .traces = traces,
                       .n_samples = n_samples},
                traces != NULL, why);
}

void nt_points_hook_destroy(nt_hook *hook)
{
    free(hook ? hook->context : NULL);
}
