/*
 * model.c - how long a run should take: a prediction from counts, caches and the speeds of a machine
 * SPDX-License-Identifier: MIT
 */
#include "nestune/model.h"

#include <math.h>
#include <string.h>

#include "core/estimate.h"
#include "engine/nest.h"
#include "engine/wavefront.h"
#include "why.h"

/* Planes that are only read again cost less than those that come and go. */
static const double again = 0.4;

enum { X = NT_X, Y = NT_Y, Z = NT_Z };

/* What beginning costs: a call of a stencil's tile function, with its neighbours to wait for; of a pointwise one; a row; a
 * chunk of a range. */
static const double stencil_box_ns = 40, pointwise_box_ns = 5, row_ns = 4, chunk_ns = 40;
/* Hardware fetches ahead within a page of memory. */
static const double page_bytes = 4096;
/* With schedule=dynamic: taking the next tile; and if it comes from memory, the loads ahead begin anew, since the tile
 * before it went to another thread. */
static const double grab_ns = 100, restart_ns = 1500;
/* A kernel reaches this part of the rates, since its instructions depend on each other. */
static const double core_worth = 0.8;
/* Vectors of a row that are not whole, or wait for those before, count as so many more. */
static const double row_vectors = 2;

typedef struct scene {
    const nt_kernel *kernel;
    const nt_speeds *speeds;
    nt_nest nest;
    double element, grids, cells, steps;
    double core_ns;     /* of one thread */
    int lanes, threads; /* threads that have work */
    double box[3];      /* cells of a tile */
} scene;

/* ---- Instructions ------------------------------------------------------------------------------ */

double nt_core_ns(const nt_kernel *kernel, const void *params, nt_dtype dtype, const nt_config *c, const nt_speeds *s)
{
    static const double unknown = 60; /* instructions, where another library computes */
    const nt_function *f = nt_kernel_function(kernel, dtype, c);
    const nt_work w = f ? nt_kernel_work(kernel, params, f) : (nt_work){0};
    const int fp = w.add + w.mul + w.fma, whole = w.int_mul + w.int_other;
    double ns = w.add * s->add_ns;
    ns = fmax(ns, (w.mul + w.fma) * s->fma_ns);
    ns = fmax(ns, fp * s->fp_ns);
    ns = fmax(ns, w.int_mul * s->int_mul_ns);
    ns = fmax(ns, (c->isa == NT_ISA_SCALAR ? whole : fp + whole + w.shuffle) * s->any_ns);
    ns = fmax(ns, w.load * s->load_ns);
    return (ns > 0 ? ns : unknown * s->any_ns) / core_worth;
}

/* ---- Caches ---------------------------------------------------------------------------------------- */

/* The part of the accesses that miss a cache, if so many bytes are touched before data is used again: none as long
 * as they fit, all of them if they are several times as many as fit. */
static double missing(double bytes, double cache)
{
    static const double none = 0.9, all = 2.5;
    const double full = cache > 0 ? bytes / cache : all;
    return full < none ? 0 : full > all ? 1 : (full - none) / (all - none);
}

static double transfer_ns(double bytes, double gbytes)
{
    return gbytes > 0 ? bytes / gbytes : 0;
}

/* The slowest part hides some of the others: between their sum and their largest, the norm of exponent 3/2. */
static double united(double a, double b, double c, double d)
{
    const double sum = a * sqrt(a) + b * sqrt(b) + c * sqrt(c) + d * sqrt(d);
    return cbrt(sum * sum);
}

/* It hides more, exponent 3, where the cells of the next tile are fetched while this one makes its steps. */
static double overlapped(double a, double b, double c, double d)
{
    return cbrt(a * a * a + b * b * b + c * c * c + d * d * d);
}

static double memory_gbytes(const scene *s)
{
    return fmin(s->speeds->memory_gbytes * s->threads, s->speeds->memory_gbytes_of_team);
}

/* Elements that a cell and step moves from each level, on average. */
typedef struct traffic {
    double l2, l3, memory;
    double tile_bytes;
} traffic;

/* ---- Tiles ------------------------------------------------------------------------------------------- */

/* The bytes of a box with its neighbours, in one grid. */
static double box_bytes(const scene *s, double x, double y, double z)
{
    const double r = 2 * s->nest.radius;
    return (x + r) * (y + r) * (z + r) * s->element;
}

/* A pointwise kernel: all steps of a tile but the first find it where it fits. */
static traffic pointwise(const scene *s)
{
    const nt_field *f = s->kernel->field;
    const double moved = f->reads_per_cell + f->writes_per_cell, tile = s->box[X] * s->box[Y] * s->box[Z];
    const double bytes = tile * s->grids * s->element, all = s->cells * s->grids * s->element / s->threads;
    const double visits = ceil(s->steps / s->nest.depth) / s->steps; /* a step */
    const nt_speeds *sp = s->speeds;
    return (traffic){
        .l2 = moved * (visits * missing(all, (double)sp->l1_bytes) +
                       (1 - visits) * missing(bytes, (double)sp->l1_bytes)),
        .l3 = moved * (visits * missing(all, (double)sp->l2_bytes) +
                       (1 - visits) * missing(bytes, (double)sp->l2_bytes)),
        .memory = moved * (visits * missing(all, (double)sp->l3_bytes) +
                           (1 - visits) * missing(bytes, (double)sp->l3_bytes)),
    };
}

/* One step of a stencil: new planes come once if the planes between them stay in cache; else every plane is read
 * again for each of its neighbours. */
static double source_reads(const scene *s, double cache)
{
    enum { JAM = 4 }; /* planes that a function makes at a time */
    const double r = s->nest.radius;
    if (s->nest.brick > 1) { /* columns: the neighbours in x come next; those in y, after a row of columns */
        const double columns = box_bytes(s, s->box[X], 3 * s->nest.brick, s->box[Z]) * (s->grids + 1),
                     both = 1 + 2 * r / s->box[Y];
        return both + missing(columns, cache) * 2 * ceil(r / s->nest.brick);
    }
    const bool inner_z = s->box[Z] >= 2 * r + 1 || s->nest.order[2] == Z ||
                         (s->nest.order[1] == Z && s->nest.n_tiles[s->nest.order[2]] == 1);
    const double y = inner_z ? s->box[Y] : (double)s->nest.n[Y],
                 x = inner_z ? s->box[X] : (double)s->nest.n[X];
    const double planes = box_bytes(s, x, y, 1) * (s->grids + 1);
    const double missed = missing(planes, cache);
    const double edge =
        (1 + 2 * r / s->box[Y]) * (s->box[X] < (double)s->nest.n[X] ? 1 + 2 * r / s->box[X] : 1);
    return edge * (1 + missed * 2 * r / JAM);
}

static traffic one_step(const scene *s)
{
    const nt_speeds *sp = s->speeds;
    const double others =
        s->kernel->field->n_levels + s->kernel->field->n_coefs; /* old level twice, coefficients */
    const double all = s->cells * s->grids * s->element;
    return (traffic){
        .l2 = others + source_reads(s, (double)sp->l1_bytes),
        .l3 = missing(all / s->threads, (double)sp->l2_bytes) *
              (others + source_reads(s, (double)sp->l2_bytes)),
        .memory = missing(all / s->threads, (double)sp->l3_bytes) *
                  (others + source_reads(s, (double)sp->l3_bytes)),
    };
}

/* Several steps of a stencil.  In each step a tile slides by the radius (in x by whole lines), so it keeps what all its
 * steps touch. */
static traffic time_blocks(const scene *s, const nt_config *c)
{
    const nt_speeds *sp = s->speeds;
    const double r = s->nest.radius, slide_x = (double)nt_wavefront_shift(&s->nest, X),
                 slide_y = (double)nt_wavefront_shift(&s->nest, Y);
    const double d = s->nest.depth, blocks = ceil(s->steps / d) / s->steps;
    const double x = s->box[X], y = s->box[Y], z = s->box[Z];
    const bool cut_x = c->tile[X] > 0 && c->tile[X] < s->nest.n[X];
    const double wide = fmin((double)s->nest.n[X], cut_x ? x + (d - 1) * slide_x + 2 * r : x),
                 rows = fmin((double)s->nest.n[Y], y + (d - 1) * slide_y + 2 * r),
                 planes = fmin((double)s->nest.n[Z], z + (d - 1) * r + 2 * r);
    const double bytes = wide * rows * planes * s->grids * s->element;
    /* What comes in again at the edges of a tile.  Where the front is not cut in z, blocks in x follow each other like fronts. */
    const bool cut_z = c->tile[Z] > 0 && c->tile[Z] < s->nest.n[Z], brick = s->nest.brick > 1;
    const double edge = rows / y * (cut_x && cut_z ? wide / x : 1);
    const double grids = s->grids + s->kernel->field->n_levels; /* levels are read and written */
    const double step = s->grids + 1 + again * 2 * (brick && cut_x ? slide_x / x : r / z);
    /* Where two steps of a front fit the second-level cache, a step finds there what the one before it has read and written. */
    const double front = wide * (y + 2 * r) * (z + 2 * r) * s->grids * s->element,
                 meets = (1 - missing(front, (double)sp->l2_bytes)) * fmax(0, (z - r) / z),
                 from_l3 = step - meets * (s->kernel->field->n_levels + 1);
    const double in_l3 = missing(bytes, (double)sp->l2_bytes),
                 in_memory = missing(bytes, (double)sp->l3_bytes);
    const double all = s->cells * s->grids * s->element / s->threads;
    return (traffic){
        .l2 = step,
        .tile_bytes = bytes,
        .l3 = missing(all, (double)sp->l2_bytes) * ((1 - in_l3) * grids * edge * blocks + in_l3 * from_l3),
        .memory =
            missing(all, (double)sp->l3_bytes) * ((1 - in_memory) * grids * edge * blocks + in_memory * step),
    };
}

/* ---- Sharing ---------------------------------------------------------------------------------------- */

/* The time of the slowest thread over the mean, if all parts take as long. */
static double unevenness(double parts, double threads)
{
    return parts > 0 ? ceil(parts / threads) * threads / parts : 1;
}

/* Rows of tiles of a time block, given to the threads in turn.  In each step a row slides by the radius, so the first
 * and the last have fewer cells. */
static double unevenness_of_rows(const scene *s, double rows)
{
    enum { MANY = 64 };
    const double n = (double)s->nest.n[Y], r = (double)nt_wavefront_shift(&s->nest, Y), y = s->box[Y];
    double busiest = 0, all = 0;
    if (rows > MANY * s->threads)
        return 1;
    for (int t = 0; t < s->threads; t++) {
        double mine = 0;
        for (int j = t; j < rows; j += s->threads)
            for (int k = 0; k < s->nest.depth; k++)
                mine += fmax(0, fmin((j + 1) * y - k * r, n) - fmax(j * y - k * r, 0));
        busiest = fmax(busiest, mine);
        all += mine;
    }
    return all > 0 ? busiest * s->threads / all : 1;
}

/* Fronts that a row of tiles makes in a block. */
static double turns_of(const scene *s)
{
    const double r = s->nest.radius, slide = (double)nt_wavefront_shift(&s->nest, X), d = s->nest.depth - 1;
    const nt_nest *n = &s->nest;
    const bool whole_x = n->tile[X] == 0 || n->tile[X] >= n->n[X],
               whole_z = n->tile[Z] == 0 || n->tile[Z] >= n->n[Z];
    return (whole_x ? 1 : ceil(((double)n->n[X] + d * slide) / s->box[X])) *
           (whole_z ? 1 : ceil(((double)n->n[Z] + d * r) / s->box[Z]));
}

static void share(scene *s, double *uneven, double *barriers)
{
    const nt_nest *n = &s->nest;
    const double team = n->threads, passes = ceil(s->steps / n->depth);
    double parts = 1;
    *barriers = 0;
    if (n->blocked) {
        const double rows = (double)nt_wavefront_rows(n);
        s->threads = nt_wavefront_parts(n);
        *barriers = passes;
        /* Each row waits until the one below it is a front ahead: filling and draining, once a block. */
        const double turns = turns_of(s) * ceil(rows / s->threads);
        *uneven = unevenness_of_rows(s, rows) * (turns + s->threads - 1) / turns;
        return;
    }
    if (n->flat) {
        parts = (double)(n->n_tiles[X] * n->n_tiles[Y] * n->n_tiles[Z]);
        *barriers = passes;
    } else if (n->shared >= 0) {
        parts = (double)n->n_tiles[n->order[n->shared]];
        *barriers = passes;
        for (int level = 0; level < n->shared; level++)
            *barriers *= (double)n->n_tiles[n->order[level]];
    }
    s->threads = parts < team ? (int)fmax(parts, 1) : (int)team;
    *uneven = unevenness(parts, s->threads);
}

/* ---- The prediction ------------------------------------------------------------------------------------ */

static void set_scene(scene *s, const nt_kernel *kernel, const void *params, nt_dtype dtype,
                      const int64_t n[3], int64_t steps, const nt_config *c, const nt_speeds *speeds)
{
    *s = (scene){.kernel = kernel,
                 .speeds = speeds,
                 .element = (double)nt_dtype_bytes(dtype),
                 .grids = kernel->field->n_levels + kernel->field->n_coefs,
                 .cells = (double)n[X] * (double)n[Y] * (double)n[Z],
                 .steps = (double)steps,
                 .lanes = nt_isa_lanes(c->isa, dtype)};
    nt_nest *nest = &s->nest;
    memcpy(nest->cells, n, sizeof nest->cells);
    nest->steps = steps;
    nest->element_bytes = (int)nt_dtype_bytes(dtype);
    nest->radius = nt_kernel_radius(kernel, params);
    nest->brick = c->layout == NT_LAYOUT_BRICKS ? NT_BRICK : 1;
    nest->rows_fuse = nest->planes_fuse = nest->radius == 0;
    nt_nest_set_config(nest, c);
    if (nest->blocked) {
        const int64_t tile[3] = {nest->tile[X], nest->tile[Y], nest->tile[Z]};
        for (int a = 0; a < 3; a++)
            s->box[a] = tile[a] > 0 ? (double)tile[a] : (double)n[a];
        if (tile[Y] == 0)
            s->box[Y] = (double)nt_wavefront_row_cells(nest);
    } else {
        for (int a = 0; a < 3; a++)
            s->box[a] = (double)nest->n[a] / (double)(nest->n_tiles[a] > 0 ? nest->n_tiles[a] : 1);
    }
}

static nt_status predict_field(scene *s, const nt_config *c, nt_prediction *p)
{
    double uneven, barriers;
    share(s, &uneven, &barriers);
    const traffic t = s->nest.blocked ? time_blocks(s, c) : s->nest.radius == 0 ? pointwise(s) : one_step(s);
    const bool rows_fuse = s->nest.radius == 0 && s->box[X] >= (double)s->nest.n[X];
    /* Grids in rows are copied into bricks and back, past the caches, at half of the memory's speed. */
    const nt_field *f = s->kernel->field;
    const double copies = s->nest.brick > 1 ? 2 * (2.0 * f->n_levels + f->n_coefs) * 2 / s->steps : 0;
    const double copying = transfer_ns(copies * s->element, memory_gbytes(s)); /* all threads */
    const double box = s->box[X] * s->box[Y] * s->box[Z], row = s->nest.brick > 1 ? s->box[Z] * s->nest.brick * s->nest.brick
                                                            : rows_fuse           ? s->box[X] * s->box[Y]
                                                                                  : s->box[X];
    const bool is_pointwise = s->nest.radius == 0;
    const double box_ns = is_pointwise ? pointwise_box_ns : stencil_box_ns;
    const bool fetches_next = is_pointwise && s->nest.depth > 1 && row >= box && box * s->element <= page_bytes;
    const bool grabs = c->schedule == NT_SCHEDULE_DYNAMIC && s->threads > 1 && !s->nest.blocked;
    const double grab = grabs ? (grab_ns + (t.memory > 0 ? restart_ns : 0)) / s->nest.depth : 0;
    const double begin = (row_ns + row_vectors * s->lanes * s->core_ns) / row + (box_ns + grab) / box;
    const double core = s->core_ns + begin;
    const double l2 = transfer_ns(t.l2 * s->element, s->speeds->l2_gbytes),
                 l3 = transfer_ns(t.l3 * s->element, s->speeds->l3_gbytes),
                 memory = transfer_ns(t.memory * s->element, memory_gbytes(s) / s->threads);
    const double one = (fetches_next ? overlapped : united)(core, l2, l3, memory);
    const double waiting =
        (s->nest.threads > 1 ? s->speeds->region_ns + barriers * s->speeds->barrier_ns : 0) /
        (s->cells * s->steps);
    *p = (nt_prediction){.core_ns = core / s->threads,
                         .l2_ns = l2 / s->threads,
                         .l3_ns = l3 / s->threads,
                         .memory_ns = memory / s->threads + copying,
                         .sharing_ns = (uneven - 1) * one / s->threads + waiting};
    p->ns = one / s->threads + p->sharing_ns + copying;
    p->tile_bytes = t.tile_bytes;
    p->threads = s->threads;
    return NT_OK;
}

/* Indices are alike, as far as is known. */
static void predict_range(double core_ns, double n, const nt_config *c, const nt_speeds *speeds,
                          nt_prediction *p)
{
    const double team = c->parallel == NT_PARALLEL_SERIAL ? 1 : c->threads;
    const double chunks = c->chunk > 0 ? ceil(n / (double)c->chunk) : team, threads = fmin(chunks, team);
    p->core_ns = (core_ns + chunk_ns * chunks / n) / threads;
    p->sharing_ns =
        (c->schedule == NT_SCHEDULE_STATIC ? unevenness(chunks, threads) - 1 : threads / chunks / 2) *
            p->core_ns +
        (team > 1 ? speeds->region_ns : 0) / n;
    p->ns = p->core_ns + p->sharing_ns;
    p->threads = (int)threads;
}

nt_status nt_predict(const nt_kernel *kernel, const void *params, nt_dtype dtype, const int64_t n[3],
                     int64_t steps, const nt_config *config, const nt_speeds *speeds, nt_prediction *p)
{
    if (!kernel || !n || !config || !speeds || !p || kernel->program)
        return NT_EARG;
    const double core_ns = nt_core_ns(kernel, params, dtype, config, speeds);
    *p = (nt_prediction){0};
    if (n[X] < 1 || n[Y] < 1 || n[Z] < 1 || steps < 1)
        return NT_OK;
    if (kernel->range) {
        predict_range(core_ns, (double)n[X], config, speeds, p);
        return NT_OK;
    }
    scene s;
    set_scene(&s, kernel, params, dtype, n, steps, config, speeds);
    s.core_ns = core_ns;
    return predict_field(&s, config, p);
}
