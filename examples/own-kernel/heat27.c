/*
 * heat27.c - heat in a body of uneven material: a kernel of one's own, in one file
 * SPDX-License-Identifier: MIT
 *
 *     new = u + dt (k L u + q)         k: conductivity, q: heat source, both a value a cell; dt: the time step
 *
 * L is a sum over the 27 cells around, with a weight for each of the 6 that share a face, the 12 that share an edge, the 8 that
 * share a corner, and the cell itself: the Laplace operator of a grid of spacing 1, with an error that is the same in all directions.
 *
 * flops a cell: 23 add, 1 mul, 5 fma.  cells a step: 27 read in cache, of memory u, k, q read and new written.
 * Source: weights by M. Patra and M. Karttunen, Numer. Methods Partial Differential Eq. 22 (2006).
 */
#include <nestune/author.h>

#include "heat27.h"

#define FACE   (14.0 / 30)
#define EDGE   (3.0 / 30)
#define CORNER (1.0 / 30)
#define CENTRE (-128.0 / 30)

#ifdef NT_ISA /* ---- once for each instruction set: the loop body, in vectors of any width ---- */

#define AT(T, dx, dy, dz)     NT_STENCIL_AT(T, row, i, u, dx, dy, dz)
#define MIRRORED(T, x, y, z)  T##_add(AT(T, x, y, z), AT(T, -(x), -(y), -(z)))
#define SUM4(T, a, b, c, d)   T##_add(T##_add(a, b), T##_add(c, d))

#define STEP(T)                                                                                                                       \
    SIMD_INLINE void step_##T(T##v *v, const int n, const stencil_row *row, int64_t i)                                                \
    {                                                                                                                                 \
        const T##v dt = T##_set((T##_real)((const heat27 *)row->params)->dt);                                                         \
        _Pragma("GCC unroll 16") for (int u = 0; u < n; u++)                                                                          \
        {                                                                                                                             \
            const T##v centre = AT(T, 0, 0, 0);                                                                                       \
            const T##v faces = T##_add(T##_add(MIRRORED(T, 1, 0, 0), MIRRORED(T, 0, 1, 0)), MIRRORED(T, 0, 0, 1));                    \
            const T##v flat = SUM4(T, MIRRORED(T, 1, 1, 0), MIRRORED(T, 1, -1, 0), MIRRORED(T, 1, 0, 1), MIRRORED(T, 1, 0, -1));      \
            const T##v edges = T##_add(flat, T##_add(MIRRORED(T, 0, 1, 1), MIRRORED(T, 0, 1, -1)));                                   \
            const T##v corners = SUM4(T, MIRRORED(T, 1, 1, 1), MIRRORED(T, 1, 1, -1), MIRRORED(T, 1, -1, 1), MIRRORED(T, 1, -1, -1)); \
            T##v l = T##_mul(T##_set((T##_real)CENTRE), centre);                                                                      \
            l = T##_fma(T##_set((T##_real)CORNER), corners, l);                                                                       \
            l = T##_fma(T##_set((T##_real)EDGE), edges, l);                                                                           \
            l = T##_fma(T##_set((T##_real)FACE), faces, l);                                                                           \
            const T##v change = T##_fma(NT_STENCIL_COEF(T, row, 0, i, u), l, NT_STENCIL_COEF(T, row, 1, i, u));                       \
            v[u] = T##_fma(dt, change, centre);                                                                                       \
        }                                                                                                                             \
    }
STEP(f64)
STEP(f32)

NT_STENCIL_TABLE(heat27, "plain", step, .work = {.add = 23, .mul = 1, .fma = 5, .load = 29, .store = 1})

#else /* ---- once: what the kernel is ---- */

#include <math.h>

NT_GATHER_FUNCTIONS(heat27)

/* The definition, in plain C.  Operand 0 is u, 2 is k, 3 is q. */
static long double plain(const nt_cell *cell, long double *terms)
{
    static const long double weight[] = {-128 / 30.0L, 14 / 30.0L, 3 / 30.0L, 1 / 30.0L}; /* centre, face, edge, corner */
    const long double dt = ((const heat27 *)cell->params)->dt, k = cell->read(cell, 2, 0, 0, 0), q = cell->read(cell, 3, 0, 0, 0);
    const long double u = cell->read(cell, 0, 0, 0, 0);
    long double l = 0, absolute = 0;
    for (int dz = -1; dz <= 1; dz++)
        for (int dy = -1; dy <= 1; dy++)
            for (int dx = -1; dx <= 1; dx++) {
                const long double term = weight[dx * dx + dy * dy + dz * dz] * cell->read(cell, 0, dx, dy, dz);
                l += term;
                absolute += fabsl(term);
            }
    *terms = fabsl(u) + dt * (fabsl(k) * absolute + fabsl(q));
    return u + dt * (k * l + q);
}

static int radius(const void *params)
{
    (void)params;
    return 1;
}

/* Inputs to measure with: u and q of either sign, a positive k. */
static double fill(int grid, int64_t cell_index, uint64_t seed)
{
    const double uniform = nt_uniform(cell_index, seed + (uint64_t)grid);
    return grid == 2 ? 0.1 + uniform : 2 * uniform - 1;
}

static const heat27 usual = {.dt = 0.1};

const nt_kernel nt_kernel_heat27 = {
    NT_KERNEL_HEAD,
    .name = "heat27",
    .version = 1,
    .title = "heat in a body of uneven material, 27 points",
    .formula = "new = u + dt (k L u + q)",
    .field = &(const nt_field){.n_levels = 2,
                               .n_coefs = 2,
                               .radius = radius,
                               .reads_per_cell = 3,
                               .writes_per_cell = 1,
                               .roof = "read2update1",
                               .plain = plain,
                               .fill = fill,
                               .steady = 1,
                               .isas_agree = 1},
    .variants = (const nt_variant[]){{"plain", "sums of mirrored pairs", {4, 4}}, {0}},
    .forms = (const nt_form[]){NT_STENCIL_FORMS, {0}},
    .functions = heat27_functions,
    .params = &usual,
    .ulp_range = 1e30,
    .ulp_of_terms = 1,
};
#endif
