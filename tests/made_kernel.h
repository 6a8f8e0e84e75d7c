/*
 * made_kernel.h - kernels of a test's own, all of whose parts can be changed
 * SPDX-License-Identifier: MIT
 */
#ifndef TESTS_MADE_KERNEL_H
#define TESTS_MADE_KERNEL_H

#include "support.h"

/* Tables have room for one more than is allowed, and their end. */
typedef struct made_kernel {
    nt_kernel kernel;
    nt_field field;
    nt_range range;
    nt_variant variants[NT_MAX_VARIANTS + 2];
    nt_form forms[NT_MAX_FORMS + 2];
    nt_case cases[66];
    nt_key keys[NT_MAX_OWN_KEYS + 2];
    nt_function functions[8], more[2];
    const nt_function *parts[3];
} made_kernel;

/* dst = src + the first own key, or + 1 where there are none. */
static inline void made_tile(const nt_step *step, const nt_box *box)
{
    const int64_t added = step->config->own[0] > 0 ? step->config->own[0] : 1;
    for (int64_t z = box->z0; z < box->z1; z++)
        for (int64_t y = box->y0; y < box->y1; y++)
            for (int64_t x = box->x0; x < box->x1; x++)
                ((double *)step->dst.cells)[x + y * step->dst.sy + z * step->dst.sz] =
                    ((const double *)step->src.cells)[x + y * step->src.sy + z * step->src.sz] +
                    (double)added;
}

static inline void made_range(const void *params, const nt_config *config, int64_t first, int64_t end,
                              void *part)
{
    (void)params;
    *(uint64_t *)part += (uint64_t)(end - first) * (uint64_t)(config->own[0] > 0 ? config->own[0] : 1);
}

static inline void made_merge(void *total, const void *part)
{
    *(uint64_t *)total += *(const uint64_t *)part;
}

static inline void made_range_reference(const void *params, nt_dtype dtype, int64_t first, int64_t end,
                                        void *part)
{
    (void)params, (void)dtype;
    *(uint64_t *)part += (uint64_t)(end - first);
}

static inline void made_reference(const nt_reals *real, nt_real *const r[NT_REFERENCE_REALS],
                                  const nt_cell *cell)
{
    real->set(r[1], cell->read(cell, 0, 0, 0, 0));
    real->set(r[2], 1);
    real->add(r[0], r[1], r[2]);
}

/* A valid pointwise field of two variants and two forms.  It points into itself: it may not be moved. */
static inline void make_kernel(made_kernel *m, const char *name)
{
    *m = (made_kernel){
        .kernel = {NT_KERNEL_HEAD, .name = name, .version = 1, .title = "made", .formula = "a + 1",
                   .ulp_range = 1},
        .field = {.n_levels = 1, .reads_per_cell = 1, .writes_per_cell = 1, .reference = made_reference},
        .variants = {{"plain", "", {1, 1}}, {"other", "", {2, 2}}},
        .forms = {{"u1", ""}, {"u2", ""}},
        .functions = {{.variant = "plain", .dtype = NT_F64, .fn = "u1", .tile = made_tile},
                      {.variant = "plain", .dtype = NT_F64, .fn = "u2", .tile = made_tile},
                      {.variant = "other", .dtype = NT_F64, .fn = "u1", .tile = made_tile}},
        .more = {{.isa = NT_ISA_AVX2, .variant = "plain", .dtype = NT_F64, .fn = "u2", .tile = made_tile}}};
    m->parts[0] = m->functions;
    m->parts[1] = m->more;
    m->kernel.field = &m->field;
    m->kernel.variants = m->variants;
    m->kernel.forms = m->forms;
    m->kernel.functions = m->parts;
}

/* The same as a range, which counts its indices. */
static inline void make_range_kernel(made_kernel *m, const char *name)
{
    make_kernel(m, name);
    m->range = (nt_range){.part_bytes = sizeof(uint64_t),
                          .merge = made_merge,
                          .reference = made_range_reference,
                          .unit = "index"};
    m->kernel.field = NULL;
    m->kernel.range = &m->range;
    for (int i = 0; m->functions[i].fn; i++)
        m->functions[i].tile = NULL, m->functions[i].range = made_range;
    m->more[0].tile = NULL, m->more[0].range = made_range;
}

#endif /* TESTS_MADE_KERNEL_H */
