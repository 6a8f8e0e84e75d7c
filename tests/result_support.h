/*
 * result_support.h - results of a machine that does not exist
 * SPDX-License-Identifier: MIT
 */
#ifndef TESTS_RESULT_SUPPORT_H
#define TESTS_RESULT_SUPPORT_H

#include <stdlib.h>
#include <string.h>

#include "support.h"
#include "tune/result.h"

static inline nt_machine made_up_machine(void)
{
    return (nt_machine){.vendor = "MadeUpCPUs",
                        .model = "Made Up 9000 (16 cores)",
                        .uarch = "made_up",
                        .family = 6,
                        .model_id = 85,
                        .stepping = 7,
                        .l1d_bytes = 49152,
                        .l2_bytes = 2097152,
                        .l3_bytes = 37748736,
                        .n_cores = 16,
                        .n_cpus = 32,
                        .smt = 2,
                        .n_numa = 1,
                        .cpus_affinity = 8,
                        .threads_allowed = 8,
                        .memory_bytes = INT64_C(64) << 30,
                        .isas = 1u << NT_ISA_SCALAR,
                        .huge_pages = "madvise"};
}

/* Every CPU runs the scalar functions, so these rows can be read back on any. */
static inline nt_config made_up_config(const nt_kernel *kernel, nt_dtype dtype)
{
    const nt_function *f;
    for (int i = 0; (f = nt_kernel_function_at(kernel, i)); i++)
        if (f->isa == NT_ISA_SCALAR && f->dtype == dtype && strcmp(f->variant, kernel->variants[0].name) == 0)
            break;
    assert_non_null(f);
    nt_config c = nt_config_blank(kernel);
    c.fn = nt_kernel_form(kernel, f->fn);
    c.threads = 8;
    return c;
}

static inline result_row made_up_row(const nt_kernel *kernel, nt_dtype dtype, nt_class c, nt_repeat repeat)
{
    result_row row = {.kernel = kernel,
                      .kernel_case = nt_kernel_case_at(kernel, 0),
                      .dtype = dtype,
                      .shape_class = c,
                      .repeat = repeat,
                      .shape = {100, 10000, c == NT_CLASS_L2 ? 3 : 150},
                      .steps = repeat == NT_REPEAT_MANY ? 5 : 1,
                      .n_shapes = 2,
                      .timed_on = {{{100, 10000, 150}, 1}, {{528, 528, 528}, 1.04}},
                      .default_ns = 0.25,
                      .tuned_ns = 0.125,
                      .memory_roof_ns = c == NT_CLASS_L2 ? 0 : 0.1,
                      .arithmetic_roof_ns = 0.0625,
                      .fp_roof_ns = 0.0625,
                      .load_roof_ns = 0.05,
                      .int_roof_ns = 0.03,
                      .issue_roof_ns = 0.04,
                      .rate_ns = {0.0625, 0.031, 0.03, 0.06, 0.02, 0.05},
                      .l2_gbytes_per_s = 250.5,
                      .l3_gbytes_per_s = 120,
                      .in_cache_ns = 0.07,
                      .in_cache_shape = {128, 16, 20},
                      .ratio = {0.5, 0.48, 0.52, 12},
                      .verdict = STATS_FASTER,
                      .ways_ns = {1, 0.25, 0.3, 0.5, 0.125},
                      .n_trials = 60,
                      .n_failed = 2,
                      .complete = true,
                      .space_size = 43200};
    row.default_config = row.config = made_up_config(kernel, dtype);
    row.max_ulp = kernel->variants[0].max_ulp[dtype];
    row.config.parallel = NT_PARALLEL_FLAT;
    row.config.tile[0] = 4096;
    row.config.depth = (int)row.steps;
    row.roof_ns = result_roof(&row);
    return row;
}

/* A row of a stencil's case: many steps, some of them in one visit. */
static inline result_row made_up_stencil(const nt_kernel *kernel, const nt_case *c, nt_dtype dtype)
{
    result_row row = made_up_row(kernel, dtype, NT_CLASS_MEMORY, NT_REPEAT_MANY);
    row.kernel_case = c;
    row.steps = 16;
    row.config.parallel = NT_PARALLEL_OUTER;
    row.config.order = NT_ORDER_YXZ;
    row.config.depth = 4;
    row.config.tile[0] = 0;
    row.config.tile[1] = 16;
    row.roof_ns = result_roof(&row);
    return row;
}

/* The first kernel registered that has cases. */
static inline const nt_kernel *with_cases(void)
{
    for (int i = 0; i < nt_kernel_count(); i++)
        if (nt_kernel_at(i)->cases)
            return nt_kernel_at(i);
    fail_msg("no kernel has cases");
    return NULL;
}

/* Without rows.  To be freed. */
static inline result *result_of(nt_machine machine)
{
    result *r = calloc(1, sizeof *r);
    assert_non_null(r);
    r->machine = machine;
    return r;
}

/* Rows of two kernels, out of the registry's order.  To be freed. */
static inline result *made_up_result(void)
{
    result *r = result_of(made_up_machine());
    r->row[r->n_rows++] = made_up_row(nt_kernel_find("scale"), NT_F64, NT_CLASS_MEMORY, NT_REPEAT_ONE);
    r->row[r->n_rows++] = made_up_row(nt_kernel_find("mathop"), NT_F64, NT_CLASS_L2, NT_REPEAT_ONE);
    r->row[r->n_rows++] = made_up_row(nt_kernel_find("mathop"), NT_F64, NT_CLASS_MEMORY, NT_REPEAT_MANY);
    r->row[r->n_rows++] = made_up_row(nt_kernel_find("mathop"), NT_F32, NT_CLASS_L2, NT_REPEAT_ONE);
    return r;
}

#endif /* TESTS_RESULT_SUPPORT_H */
