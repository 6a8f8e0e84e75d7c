/*
 * test_packed.c - rows of a stride other than 1 in x: what is copied, and what comes out
 * SPDX-License-Identifier: MIT
 */
#include "support.h"

enum { NX = 300, NY = 3, NZ = 2 };
static const int64_t n[3] = {NX, NY, NZ};
static const layout wide = {.name = "stride-2", .sx = 2, .row_gap = 3, .low = true};

/* What the last tile function was given. */
static nt_step seen;
static nt_view seen_coef[NT_MAX_COEFS];

static double *cell(const nt_view *v, int64_t x)
{
    return (double *)v->cells + x;
}

static void note(const nt_step *step, const nt_box *b)
{
    (void)b;
    seen = *step;
    for (int c = 0; c < NT_MAX_COEFS; c++)
        seen_coef[c] = step->coef[c];
}

static void negate(const nt_step *step, const nt_box *b)
{
    note(step, b);
    for (int64_t x = b->x0; x < b->x1; x++)
        *cell(&step->dst, x) = -*cell(&step->src, x);
}

static void scale(const nt_step *step, const nt_box *b)
{
    note(step, b);
    for (int64_t x = b->x0; x < b->x1; x++)
        *cell(&step->dst, x) = *cell(&step->src, x) * *cell(&step->coef[0], x);
}

static void leap(const nt_step *step, const nt_box *b)
{
    note(step, b);
    for (int64_t x = b->x0; x < b->x1; x++)
        *cell(&step->dst, x) = 3 * *cell(&step->src, x) - *cell(&step->dst, x);
}

static const nt_variant variants[] = {{.name = "plain"}, {0}};
static const nt_form forms[] = {{.name = "u1"}, {0}};
#define KERNEL(function, levels, coefs)                                                                      \
    {                                                                                                        \
        NT_KERNEL_HEAD, .name = #function, .field = &(const nt_field){.n_levels = levels, .n_coefs = coefs}, \
                        .variants = variants, .forms = forms, .functions = (const nt_function *const[])      \
        {                                                                                                    \
            (const nt_function[]){                                                                           \
                {.isa = NT_ISA_SCALAR, .variant = "plain", .dtype = NT_F64, .fn = "u1", .tile = function},   \
                {0}},                                                                                        \
                NULL                                                                                         \
        }                                                                                                    \
    }
static const nt_kernel kernels[] = {KERNEL(negate, 1, 0), KERNEL(scale, 1, 1), KERNEL(leap, 2, 0)};

static double value(int grid, int64_t x, int64_t y, int64_t z)
{
    return (double)(1 + grid + x % 17 + 5 * y + 11 * z);
}

static double expected(int kernel, int64_t x, int64_t y, int64_t z)
{
    const double a = value(0, x, y, z), b = value(1, x, y, z);
    return kernel == 0 ? -a : kernel == 1 ? a * b : 3 * a - b;
}

static void fill(const nt_grid *g, int grid)
{
    for (int64_t i = 0; i < NX * NY * NZ; i++)
        cell_set(g, i % NX, i / NX % NY, i / NX / NY, value(grid, i % NX, i / NX % NY, i / NX / NY));
}

static void values(void **state)
{
    const int k = (int)(intptr_t)*state;
    const nt_kernel *kernel = &kernels[k];
    const nt_config config = nt_config_blank(kernel);
    for (int separate = 0; separate <= (kernel->field->n_levels == 1); separate++) {
        scene s;
        scene_make(&s, kernel, NULL, NT_F64, n, &wide, separate);
        fill(s.level[0].grid, 0);
        if (kernel->field->n_levels == 2)
            fill(s.level[1].grid, 1);
        if (kernel->field->n_coefs > 0)
            fill(s.coef[0].grid, 1);
        const nt_grid *newest = scene_run(&s, &config, 1, kernel->name);
        for (int64_t i = 0; i < NX * NY * NZ; i++) {
            const int64_t x = i % NX, y = i / NX % NY, z = i / NX / NY;
            if (cell_get(newest, x, y, z) != expected(k, x, y, z))
                fail_msg("%s: cell (%d, %d, %d) is %g, not %g", kernel->name, (int)x, (int)y, (int)z,
                         cell_get(newest, x, y, z), expected(k, x, y, z));
        }
        /* In place one copy serves as both; coefficients that the kernel does not have are not copied. */
        const bool in_place = kernel->field->n_levels == 1 && !separate;
        assert_true((seen.dst.cells == seen.src.cells) == in_place);
        for (int c = 0; c < NT_MAX_COEFS; c++)
            assert_true((seen_coef[c].cells == seen.src.cells) == (c >= kernel->field->n_coefs));
        assert_true((uintptr_t)seen.src.cells % 64 == 0 && (uintptr_t)seen.dst.cells % 64 == 0);
        scene_free(&s);
    }
}

int main(void)
{
    for (intptr_t k = 0; k < (intptr_t)(sizeof kernels / sizeof *kernels); k++)
        tests_add(values, (const void *)k, "%s", kernels[k].name);
    return tests_run("packed");
}
