/*
 * estimate.c - a schedule where no tuned row is known
 * SPDX-License-Identifier: MIT
 */
#include "core/estimate.h"

#include <stdio.h>
#include <string.h>

/* A run that should take less is not worth the time of an estimate: a tenth of a millisecond for a stencil, some microseconds
 * for a pointwise kernel. */
static const double least_stencil_ns = 5e5, least_pointwise_ns = 5e4;
static const double worth = 0.9;

typedef struct choice {
    const nt_kernel *kernel;
    const void *params;
    nt_dtype dtype;
    const int64_t *n;
    int64_t steps;
    nt_speeds speeds;
    nt_config best;
    double ns;
} choice;

static nt_prediction predict(const choice *o, const nt_config *c)
{
    nt_prediction p = {0};
    nt_predict(o->kernel, o->params, o->dtype, o->n, o->steps, c, &o->speeds, &p);
    return p;
}

/* A block that is much larger than the caches keeps nothing, whatever it promises; and all threads must have work. */
static void consider(choice *o, const nt_config *c)
{
    static const double most = 1.5;
    const nt_prediction p = predict(o, c);
    const int64_t cache = o->speeds.l3_bytes > o->speeds.l2_bytes ? o->speeds.l3_bytes : o->speeds.l2_bytes;
    if (p.ns < o->ns && p.threads == c->threads && p.tile_bytes <= most * (double)cache) {
        o->ns = p.ns;
        o->best = *c;
    }
}

/* Several steps on a tile while it is in cache; or one, with tiles whose planes stay there. */
static void consider_stencils(choice *o, nt_config c)
{
    static const int depths[] = {1, 2, 3, 4, 6, 8, 12, 16};
    static const int64_t rows[] = {0, 8, 16, 24, 32, 48, 64, 96, 128}, planes[] = {0, 1, 2, 4, 8};
    for (size_t d = 0; d < sizeof depths / sizeof *depths && depths[d] <= o->steps; d++)
        for (size_t y = 0; y < sizeof rows / sizeof *rows && rows[y] < o->n[1]; y++)
            for (size_t z = 0; z < sizeof planes / sizeof *planes && planes[z] < o->n[2]; z++) {
                /* One step: whole planes of a tile.  Several: a wavefront of few planes. */
                if ((depths[d] == 1) != (planes[z] == 0))
                    continue;
                c.depth = depths[d];
                c.tile[1] = rows[y];
                c.tile[2] = planes[z];
                consider(o, &c);
                if (c.depth > 1 || c.parallel == NT_PARALLEL_SERIAL)
                    continue;
                /* One step on a thin array: another loop has work for all threads. */
                nt_config thin = c;
                thin.parallel = NT_PARALLEL_MIDDLE;
                consider(o, &thin);
            }
}

/* All steps on a chunk while it is in cache. */
static void consider_chunks(choice *o, nt_config c)
{
    enum { DEEPEST = 64 }; /* more save nothing, and receivers keep values for each */
    const int64_t cells = o->n[0] * o->n[1] * o->n[2];
    c.parallel = NT_PARALLEL_FLAT;
    c.depth = o->steps < DEEPEST ? (int)o->steps : DEEPEST;
    consider(o, &c);
    for (c.tile[0] = 512; c.tile[0] <= 1 << 17 && c.tile[0] * c.threads <= cells; c.tile[0] *= 2)
        consider(o, &c);
}

bool nt_estimate(const nt_machine *machine, const nt_kernel *kernel, const void *params, nt_dtype dtype,
                 const int64_t n[3], int64_t steps, nt_config *config, nt_error *why)
{
    enum { MANY = 16 };
    steps = steps > 0 ? steps : MANY;
    if (!kernel->field || n[0] < 1 || n[1] < 1 || n[2] < 1)
        return false;
    choice o = {.kernel = kernel, .params = params, .dtype = dtype, .n = n, .steps = steps, .best = *config};
    nt_machine here = *machine;
    here.threads_allowed = config->threads; /* they share the caches */
    nt_speeds_typical(&here, config->isa, dtype, &o.speeds);
    const double usual_ns = o.ns = predict(&o, config).ns;
    const bool is_stencil = nt_kernel_radius(kernel, params) > 0;
    if (usual_ns * (double)n[0] * (double)n[1] * (double)n[2] * (double)steps <
        (is_stencil ? least_stencil_ns : least_pointwise_ns))
        return false;
    if (is_stencil)
        consider_stencils(&o, *config);
    else if (steps > 1)
        consider_chunks(&o, *config);
    if (o.ns >= worth * usual_ns)
        return false;
    *config = o.best;
    const size_t used = strlen(why->text);
    snprintf(why->text + used, sizeof why->text - used, "; the schedule is estimated");
    return true;
}
