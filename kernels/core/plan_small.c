/*
 * plan_small.c - what a plan does otherwise on grids of few cells
 * SPDX-License-Identifier: MIT
 *
 * Schedules are tuned on cubes that fill a good part of a cache, and a class of sizes has one row.  On much smaller grids other things
 * decide: what it costs to begin, and how rows fill vectors.
 */
#include <stdio.h>
#include <string.h>

#include "core/estimate.h"
#include "core/plan_internal.h"
#include "machine/machine_internal.h"
#include "nestune/machine.h"
#include "nestune/model.h"

/* One more thread is worth so much work.  On a Zen 4 a parallel region costs 0.7 us where the threads share a third-level cache, 1.8 us
 * where they do not; and each line that one thread writes and another one reads costs 7 to 40 ns. */
static const double thread_ns = 5000;
enum { LEAST_SHARE = 4096 }; /* indices of a range, unless the kernel says otherwise */

/* A step that takes less needs no tiles. */
static const double untiled_ns = 6600;

/* A narrower isa has to save a quarter of the time, since the model does not know all that it costs. */
static const double worth = 0.76;

/* ns that one thread takes for a step, by the model, if all data is in its first-level cache, in the vectors of an isa. */
static double step_ns(const nt_plan *plan, nt_dtype dtype, const int64_t n[3], nt_isa isa)
{
    nt_speeds speeds;
    nt_config c = plan->config;
    c.isa = isa;
    const int lanes = nt_isa_lanes(isa, dtype);
    const double rows = (double)n[1] * (double)n[2], vectors = (double)((n[0] + lanes - 1) / lanes);
    nt_speeds_typical(nt_machine_here(), isa, dtype, &speeds);
    return rows * vectors * lanes * nt_core_ns(plan->kernel, plan->params, dtype, &c, &speeds);
}

void nt_plan_drop_tiles(nt_plan *plan, nt_dtype dtype, const int64_t n[3])
{
    const nt_config had = plan->config;
    if (!plan->kernel->field || !plan->kernel->field->radius || step_ns(plan, dtype, n, (nt_isa)had.isa) >= untiled_ns)
        return;
    nt_plan_take_default(plan, dtype, NT_LAYOUT_ROWS, 0);
    if (memcmp(&had, &plan->config, sizeof had) != 0)
        nt_plan_explain(plan, "the default schedule for so few cells");
}

void nt_plan_drop_threads(nt_plan *plan, const nt_plan_options *o, nt_dtype dtype, const int64_t n[3])
{
    const nt_range *r = plan->kernel->range;
    const nt_field *f = plan->kernel->field;
    const double cells = (double)n[0] * (double)n[1] * (double)n[2];
    if (plan->config.threads <= 1 || nt_plan_names(o->config, (const char *const[]){"threads", NULL}))
        return;
    if (f && cells * (double)nt_dtype_bytes(dtype) * (f->n_levels + f->n_coefs) > (double)nt_machine_here()->l2_bytes)
        return;
    const double others = r ? cells / (double)(r->least_share > 0 ? r->least_share : LEAST_SHARE)
                            : step_ns(plan, dtype, n, (nt_isa)plan->config.isa) / thread_ns;
    if (plan->config.threads - 1 > others)
        plan->config.threads = 1 + (int)others;
}

/* Rows of up to two vectors, of which the last one is mostly empty. */
void nt_plan_take_narrower(nt_plan *plan, const nt_plan_options *o, nt_dtype dtype, const int64_t n[3])
{
    enum { FEW = 2 };
    const nt_config had = plan->config;
    if (!plan->kernel->field || !plan->kernel->field->isas_agree || had.layout != NT_LAYOUT_ROWS ||
        nt_plan_names(o->config, (const char *const[]){"isa", NULL}))
        return;
    for (int isa = (int)had.isa - 1; isa > NT_ISA_SCALAR && n[0] <= FEW * nt_isa_lanes(plan->config.isa, dtype); isa--) {
        nt_config c = plan->config;
        c.isa = (nt_isa)isa;
        const bool one_holds_a_row = n[0] <= nt_isa_lanes(c.isa, dtype),
                   saves = step_ns(plan, dtype, n, c.isa) < worth * step_ns(plan, dtype, n, (nt_isa)plan->config.isa);
        if ((one_holds_a_row || saves) && nt_config_runs(plan->kernel, dtype, &c, NULL) == NT_OK)
            plan->config = c;
    }
    if (plan->config.isa != had.isa) {
        char text[48];
        snprintf(text, sizeof text, "isa=%s for rows this short", nt_isa_name(plan->config.isa));
        nt_plan_explain(plan, text);
    }
}
