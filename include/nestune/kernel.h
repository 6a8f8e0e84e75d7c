/*
 * kernel.h - what a kernel is, and the registry of them
 * SPDX-License-Identifier: MIT
 *
 * A kernel advances a field by one time level.  It has n_levels time levels, which rotate, and
 * n_coefs grids that are only read:
 *
 *   n_levels 1   dst = f(src, coefs), cell by cell (radius 0).  dst may be src.  A plan may be given
 *                a separate grid for the result; from its second step on it works there in place.
 *   n_levels 2   dst = f(src and its neighbours, dst, coefs): dst is the older level and is
 *                overwritten.  Step s reads level s mod 2 and writes the other.
 *
 * A new kernel is one folder below kernels/ and one line in kernels/kernels.inc.
 */
#ifndef NESTUNE_KERNEL_H
#define NESTUNE_KERNEL_H

#include <stddef.h>
#include <stdint.h>

#include "nestune/config.h"
#include "nestune/grid.h"
#include "nestune/status.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { NT_MAX_LEVELS = 2, NT_MAX_COEFS = 2, NT_MAX_GRIDS = NT_MAX_LEVELS + NT_MAX_COEFS };

/* Cell (x, y, z) of an operand of a step: unit stride in x, elements in y and z.  Where a
 * kernel reads neighbours, cells first <= x < end of a row of src may be read, whole vectors included: the row, its
 * halo and its padding, which is nobody else's; in a time block of cut rows the box and the radius beside it. */
typedef struct nt_view {
    void *cells;
    ptrdiff_t sy, sz;
    int64_t first, end;
} nt_view;

/* Half open: x0 <= x < x1, and so on. */
typedef struct nt_box {
    int64_t x0, x1, y0, y1, z0, z1;
} nt_box;

/* Rows that will be wanted next, which a tile function may prefetch while it computes: rows first .. first + n - 1
 * of the box, counted (z, y), each of src, dst and coef[0]. */
typedef struct nt_ahead {
    nt_box box;
    int64_t first, n;
} nt_ahead;

typedef struct nt_step {
    nt_view src, dst, coef[NT_MAX_COEFS];
    const void *params; /* the kernel's own */
    nt_ahead ahead;     /* n 0: nothing */
} nt_step;

/* Advances one box by one time level.  Never fails, allocates or calls OpenMP; writes no cell
 * outside the box, and a cell's value depends on the cells it reads alone: not on the box, the
 * alignment or the neighbouring lanes. */
typedef void nt_tile_fn(const nt_step *step, const nt_box *box);

/* One prebuilt tile function.  unroll and jam: vectors and rows that it has in flight, or what the kernel makes of
 * them (wave: unroll 2 prefetches, jam counts planes).  Of those that differ in unroll and jam alone the default comes first;
 * a table ends with fn NULL. */
typedef struct nt_tile {
    const char *variant;
    nt_dtype dtype;
    int unroll, jam;
    nt_tile_fn *fn;
} nt_tile;

/*
 * One way of computing the same thing.  The table ends with name NULL; the first is the default.
 * max_ulp is the committed bound over |x| <= kernel.ulp_range, which `autotune verify` confirms.
 * fp_per_vector counts the floating-point instructions (add, multiply, FMA, compare, and the
 * like; no moves, no bit logic) that one vector costs: 0 where they are not ours to count.
 */
typedef struct nt_variant {
    const char *name, *note;
    double max_ulp[NT_N_DTYPES];
    int fp_per_vector[NT_N_DTYPES];
} nt_variant;

/* Real arithmetic of any precision, so that one formula serves as plain C and as the truth in MPFR. */
typedef struct nt_real nt_real;
typedef struct nt_reals {
    void (*set)(nt_real *r, double a);
    void (*add)(nt_real *r, const nt_real *a, const nt_real *b);
    void (*sub)(nt_real *r, const nt_real *a, const nt_real *b);
    void (*mul)(nt_real *r, const nt_real *a, const nt_real *b);
    void (*sin)(nt_real *r, const nt_real *a);
    void (*cos)(nt_real *r, const nt_real *a);
    /* fma with one rounding to dtype, for kernels whose definition is a chain of them */
    void (*round_fma)(nt_real *r, const nt_real *a, const nt_real *b, const nt_real *c, nt_dtype dtype);
} nt_reals;

/* What a reference may read: operand 0 is src, 1 is the old dst, 2 and up the coefficients. */
typedef struct nt_cell {
    double (*read)(const struct nt_cell *cell, int operand, int dx, int dy, int dz);
    nt_dtype dtype;
    const void *params;
} nt_cell;

enum { NT_REFERENCE_REALS = 6 };

/* The definition: r[0] = the new value of one cell.  r[1] = the sum of the absolute terms, where the kernel
 * says ulp_of_terms.  The others are scratch. */
typedef void nt_reference_fn(const nt_reals *real, nt_real *const r[NT_REFERENCE_REALS], const nt_cell *cell);

/* Input value of one cell of one grid, a pure function of its arguments. */
typedef double nt_fill_fn(int grid, int64_t cell_index, uint64_t seed);

/*
 * Ghosts: the cells of the halo that mirror cells of the field.  Sets those of one level that follow from
 * the cells of the box; the engine calls it for each box just computed, after the hooks, and once for all cells
 * before the first step of a run.  n: the grid's cells in x, y, z.
 */
typedef void nt_ghosts_fn(const void *params, nt_dtype dtype, const nt_view *level, const int64_t n[3],
                          const nt_box *box);

/* Parameters that are tested and tuned by themselves; autotune takes them unasked where `tuned` is 1.
 * Rows, journals and headers name them by their order: see nt_kernel_order(). */
typedef struct nt_case {
    const void *params; /* NULL: the kernel's own */
    int tuned;
} nt_case;

/* What a cell, or a vector of cells, costs; 0 where it is not ours to count. */
typedef struct nt_work {
    double flops_per_cell;
    int fp_per_vector;    /* floating-point instructions */
    int loads_per_vector; /* loads from the first-level cache */
} nt_work;

typedef enum nt_role {
    NT_FIELD,       /* something people compute */
    NT_MEMORY_ROOF, /* measures what the memory gives */
    NT_PEAK         /* measures what the arithmetic gives */
} nt_role;

typedef struct nt_kernel {
    const char *name;
    int version; /* raised when the arithmetic or the speed changes: older tunings become stale */
    const char *title, *formula;
    nt_role role;
    int n_levels, n_coefs;
    int (*radius)(const void *params); /* cells on each side; NULL: 0 */
    const nt_case *cases;              /* end with params NULL; NULL: there is the kernel's own case alone */
    /* Can these parameters be used on grids of n cells?  NULL: all can. */
    nt_status (*check)(const void *params, nt_dtype dtype, const int64_t n[3], nt_error *why);
    nt_ghosts_fn *ghosts; /* NULL: the halo is the caller's */
    int flush_denormals;  /* 1: runs with flush-to-zero */

    /* Work model, a cell and step. */
    double flops_per_cell;
    nt_work (*work)(const void *params,
                    const nt_tile *tile); /* NULL: flops_per_cell and the variant's count */
    int reads_per_cell, writes_per_cell;  /* elements that must cross the memory bus, in place */
    const char *roof;                     /* the memory-roof kernel that bounds it; NULL for roofs */

    const nt_variant *variants;
    double ulp_range;            /* |x| up to which max_ulp is promised */
    int ulp_of_terms;            /* 1: max_ulp counts units in the last place of the sum of absolute terms */
    const nt_tile *const *tiles; /* a table for each nt_isa, NULL where not built */
    nt_reference_fn *reference;
    nt_fill_fn *fill;
    const void *params; /* defaults for `params` of a plan; may be NULL */
} nt_kernel;

/*
 * nt_kernel_count(), nt_kernel_at() - the registry, in the order of kernels.inc.
 * Errors:  nt_kernel_at() gives NULL out of range.  Threads: safe; constant data.
 */
NT_API int nt_kernel_count(void);
NT_API const nt_kernel *nt_kernel_at(int i);

/* nt_kernel_find() - by name; NULL if there is none. */
NT_API const nt_kernel *nt_kernel_find(const char *name);

/* nt_kernel_radius() - cells read on each side, for these parameters (NULL: the kernel's own). */
NT_API int nt_kernel_radius(const nt_kernel *kernel, const void *params);

/* nt_kernel_order() - twice the radius: the order of a centred difference of that width; 0 at radius 0. */
NT_API int nt_kernel_order(const nt_kernel *kernel, const void *params);

/* nt_kernel_case_at(), nt_kernel_case() - the cases in turn, and the one of an order; NULL if there is none.
 * A kernel without cases has one, its own. */
NT_API const nt_case *nt_kernel_case_at(const nt_kernel *kernel, int i);
NT_API const nt_case *nt_kernel_case(const nt_kernel *kernel, int order);

/* nt_kernel_work() - what these parameters (NULL: the kernel's own) cost by this tile function of the kernel. */
NT_API nt_work nt_kernel_work(const nt_kernel *kernel, const void *params, const nt_tile *tile);

/* nt_kernel_variant() - index of a variant by name; -1 if there is none. */
NT_API int nt_kernel_variant(const nt_kernel *kernel, const char *name);

/*
 * nt_kernel_tile() - the prebuilt tile function of a config, NULL if there is none.
 * It says what is built, not what this CPU can run: see nt_isa_available().
 */
NT_API const nt_tile *nt_kernel_tile(const nt_kernel *kernel, nt_dtype dtype, const nt_config *config);

/*
 * nt_kernel_fill() - inputs for one grid of a problem: grid 0.. are levels, then coefficients.
 *
 * Shape:   every cell without the halo, by the kernel's fill function on its index x + nx*(y + ny*z),
 *          so that the values depend on no thread count or stride.
 * Errors:  none; the grid must be valid.
 */
NT_API void nt_kernel_fill(const nt_kernel *kernel, int grid, uint64_t seed, nt_grid *g);

#ifdef __cplusplus
}
#endif
#endif /* NESTUNE_KERNEL_H */
