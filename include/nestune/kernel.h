/*
 * kernel.h - what a kernel is, and the registry of them
 * SPDX-License-Identifier: MIT
 *
 * A kernel is a struct of constants.  There are three kinds:
 *
 *   field     advances 3-D grids by one time step, box by box (nt_field, nt_tile_fn);
 *   range     adds up a result over indices first .. end-1 (nt_range, nt_range_fn);
 *   program   has stages that the library does not run, only tunes (nt_program).
 *
 * Besides, it lists its variants (ways of computing the same thing, with their error bounds), its cases (sets
 * of parameters, each tested and tuned by itself), its forms (how a function is unrolled) and its prebuilt
 * functions.  To add a kernel to the library, add one folder below kernels/ and one line to
 * kernels/kernels.inc.  Anybody else's kernel is a module, built outside this tree: module.h.
 *
 * Errors:  the functions that look something up take a kernel of the registry, or one that has passed
 *          nt_kernel_check(); no argument may be NULL unless it says so.
 * Threads: all functions here are safe.
 */
#ifndef NESTUNE_KERNEL_H
#define NESTUNE_KERNEL_H

#include <stddef.h>
#include <stdint.h>

#include "nestune/config.h"
#include "nestune/dtype.h"
#include "nestune/grid.h"
#include "nestune/isa.h"
#include "nestune/registry.h"
#include "nestune/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Raised when the library would misread a kernel that was compiled with an older header. */
enum { NT_KERNEL_ABI = 6 };

enum {
    NT_MAX_LEVELS = 2,
    NT_MAX_COEFS = 2,
    NT_MAX_GRIDS = NT_MAX_LEVELS + NT_MAX_COEFS,
    NT_MAX_RADIUS = 64,
    NT_MAX_VARIANTS = 16,
    NT_MAX_KEY_VALUES = 64, /* of one of a kernel's own keys */
    NT_MAX_FORMS = 16
};

/* ---- Functions of a field ------------------------------------------------------------------------ */

/* A brick has 4 x 4 cells, in x and y, of one z.  Bricks are for stencils of at most this radius. */
enum { NT_BRICK = 4, NT_BRICK_RADIUS = 2 * NT_BRICK };

/*
 * One operand of a step.  cells is the address of cell (0, 0, 0).
 *   rows      the stride is 1 in x, and sy and sz elements in y and z.  A tile function of a stencil may load src[x] of a
 *             row for first <= x < end, even if it then ignores the value.  Outside, memory may not exist or another thread
 *             may be writing
 *   bricks    the cells of a brick lie together, x first; bricks are sx, sy and sz elements apart, sz being the size of one.
 *             A tile function may load all cells of bricks that hold a cell that it reads
 */
typedef struct nt_view {
    void *cells;
    ptrdiff_t sy, sz;
    int64_t first, end;
    nt_layout layout;
    ptrdiff_t sx;
} nt_view;

/* nt_view_cell() - how many elements cell (x, y, z) lies behind cell (0, 0, 0). */
static inline ptrdiff_t nt_view_cell(const nt_view *v, int64_t x, int64_t y, int64_t z)
{
    if (v->layout == NT_LAYOUT_ROWS)
        return x + y * v->sy + z * v->sz;
    const int64_t i = x & (NT_BRICK - 1), j = y & (NT_BRICK - 1);
    return (x - i) / NT_BRICK * v->sx + (y - j) / NT_BRICK * v->sy + z * v->sz + j * NT_BRICK + i;
}

/* Half open: x0 <= x < x1, and so on. */
typedef struct nt_box {
    int64_t x0, x1, y0, y1, z0, z1;
} nt_box;

/* The rows that are needed next.  A tile function may prefetch them: rows first .. first + n - 1 of the box,
 * counted in y and then z, of each of src, dst and coef[0]. */
typedef struct nt_ahead {
    nt_box box;
    int64_t first, n;
} nt_ahead;

typedef struct nt_step {
    nt_view src, dst;
    const nt_view *coef;     /* field->n_coefs of them */
    const void *params;      /* the kernel's own */
    const nt_config *config; /* for the kernel's own keys */
    nt_ahead ahead;          /* n is 0: there are none */
} nt_step;

/* Advances one box by one time step.  It never fails, allocates or calls OpenMP, and writes no cell outside
 * the box.  A cell's new value depends only on the cells that the formula reads: not on the box, the
 * alignment or the neighbouring lanes.  In bricks a box begins with whole bricks, and only the end of the grid cuts one.
 * Threads: several call it at the same time, each for a box of its own. */
typedef void nt_tile_fn(const nt_step *step, const nt_box *box);

/* ---- Functions of a range ------------------------------------------------------------------------ */

/* Adds the results of indices first .. end-1 to *part, which is all zeros at first.  It never fails,
 * allocates or calls OpenMP.
 * Threads: several call it at the same time, each with a part of its own. */
typedef void nt_range_fn(const void *params, const nt_config *config, int64_t first, int64_t end, void *part);

/* ---- The table of functions ----------------------------------------------------------------------- */

/* The instructions that compute one vector of cells (or indices), counted in the source.  All 0: unknown, as
 * where another library computes.  An addition or multiplication is one floating-point operation a lane and
 * an FMA is two, so one cell costs add + mul + 2 fma operations. */
typedef struct nt_work {
    int add, mul, fma;      /* floating point; comparisons, roundings and the like count as add */
    int int_mul, int_other; /* integer multiplications; other integer work and bit logic of floats */
    int shuffle;            /* across lanes */
    int load, store;
} nt_work;

/* One prebuilt function.  Among functions that differ only in fn the first is the default.  A table ends with
 * fn NULL. */
typedef struct nt_function nt_function;
struct nt_function {
    nt_isa isa;
    nt_layout layout;
    const char *variant;
    nt_dtype dtype;
    const char *fn;                         /* one of the kernel's forms */
    nt_tile_fn *tile;                       /* of a field; else NULL */
    nt_range_fn *range;                     /* of a range; else NULL */
    nt_work work;                           /* for one vector and one step */
    /* Replaces work if it depends on the parameters; else NULL.  It is called with the function that it belongs to. */
    nt_work (*work_of)(const void *params, const nt_function *self);
};

/* A way of unrolling, the values of the config's key `fn`.  The table ends with name NULL. */
typedef struct nt_form {
    const char *name, *note;
} nt_form;

/*
 * One way of computing the same thing.  The table ends with name NULL; the first is the default.
 * The error is at most max_ulp for |x| <= kernel.ulp_range; `autotune verify` checks this bound.  One of 0.5 promises
 * that every input's result is rounded correctly.  That of a type without functions of this variant counts for nothing.
 */
typedef struct nt_variant {
    const char *name, *note;
    double max_ulp[NT_N_DTYPES];
} nt_variant;

/* A set of parameters that is tested and tuned by itself.  Results, journals and tuned headers name it.  The
 * table ends with name NULL. */
typedef struct nt_case {
    const char *name;   /* letters a-z, digits and _ */
    const void *params; /* NULL: the kernel's own */
    int tuned;          /* 1: autotune tunes it by default */
} nt_case;

/* A config key of the kernel's own.  The search tries its values; the first is the default.  The table ends
 * with name NULL and has at most NT_MAX_OWN_KEYS entries; config.own[] holds their values, in this order. */
typedef struct nt_key {
    const char *name, *note;
    int64_t least, most; /* allowed in a config; within 0 to 999999999999999 */
    const int64_t *values;
    int n_values;
    const char *const *names; /* names[v] for v = 0 .. most, at most 64; least is then 0.  NULL: numbers */
} nt_key;

/* ---- The definition --------------------------------------------------------------------------------- */

/* Arithmetic of any precision, so that one formula can be computed both in double and, exactly, in MPFR. */
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

/* The definition of a field kernel: sets r[0] to the new value of one cell and, if the kernel sets
 * ulp_of_terms, r[1] to the sum of the absolute values of the terms.  The others are scratch. */
typedef void nt_reference_fn(const nt_reals *real, nt_real *const r[NT_REFERENCE_REALS], const nt_cell *cell);

/* The same in plain C: returns the new value of one cell and, if the kernel sets ulp_of_terms, sets *terms to the sum of the
 * absolute values of its terms.  A long double has 11 bits more than f64 on x86; where it has none more (some ARM systems), f64 is
 * compared less sharply. */
typedef long double nt_plain_fn(const nt_cell *cell, long double *terms);

/* The input value of one cell of one grid.  It depends on the arguments alone. */
typedef double nt_fill_fn(int grid, int64_t cell_index, uint64_t seed);

/*
 * A function that sets cells of the halo of one level.  n: the grid's cells in x, y, z.
 *
 * Ghosts are cells of the halo that mirror cells of the field.  The function sets those that mirror cells of
 * the box.  The engine calls it for each box that it has computed, after the hooks, and once for all cells
 * before the first step of a run.
 *
 * Walls are cells of the halo that are the same at every step.  The function sets those beside the box.  The
 * engine calls it before the first step of a run, for all boxes of each level that will be read, unless the
 * walls are still there from the plan's last run.
 *
 * Threads: several may call it at the same time, each for a box of its own.
 */
typedef void nt_ghosts_fn(const void *params, nt_dtype dtype, const nt_view *level, const int64_t n[3],
                          const nt_box *box);

/*
 * A field has n_levels time levels and n_coefs coefficient grids, which are only read:
 *
 *   n_levels 1   pointwise: dst = f(src, coefs), cell by cell.  dst may be src.  A plan may have a separate
 *                grid for the result; from its second step on it works in place there.
 *   n_levels 2   a stencil: dst = f(src and its neighbours, dst, coefs).  dst is the older level and is
 *                overwritten.  Step s reads level s mod 2 and writes the other one.
 */
typedef struct nt_field {
    int n_levels, n_coefs;
    int (*radius)(const void *params);   /* cells read on each side; NULL: 0, pointwise */
    nt_ghosts_fn *ghosts;                /* NULL, without walls: the halo is the caller's, which bricks cannot have */
    int flush_denormals;                 /* 1: runs with flush-to-zero */
    int reads_per_cell, writes_per_cell; /* elements moved from and to memory in a step, in place */
    const char *roof;                    /* the memory-roof kernel that bounds its speed; NULL for roofs */
    nt_reference_fn *reference; /* the definition: this, */
    nt_plain_fn *plain;         /* or this; `autotune verify` measures errors by the first alone */
    nt_fill_fn *fill;    /* NULL: uniform in [-4, 4) */
    nt_ghosts_fn *walls; /* NULL: there are none */
    /* 1: each step takes as long as any other, on its own output as on its first input, so that the tuner may time a
     * few steps of a run, without restoring the input. */
    int steady;
    const char *unsteady; /* the one variant of which that is not true; NULL: none */
    int isas_agree; /* 1: each variant has the same bits on every isa, so that a plan may take one whose vectors fit short rows */
    bool (*has_ghosts)(const void *params); /* are there any with these parameters?  Asked when a plan is made; NULL: there are */
} nt_field;

/* Each thread has a partial result of the range, all zero bytes at first.  Merging two must be exact, associative and
 * commutative, and zero bytes must change nothing, as in the addition of integers; then the result does not depend on
 * threads, chunks or schedule. */
typedef struct nt_range {
    size_t part_bytes; /* of a partial result, and of the total */
    void (*merge)(void *total, const void *part);
    /* The definition in plain C, for each type that has functions. */
    void (*reference)(const void *params, nt_dtype dtype, int64_t first, int64_t end, void *part);
    const char *unit; /* what one index is: "sample" */
    int64_t usual_short; /* indices of the short range on which it is tuned, below NT_LONG_FROM; 0: 65536 */
    int64_t usual_long;  /* of the long one, at least NT_LONG_FROM (tuned.h); 0: 65536000 */
    int64_t least_share; /* fewer indices for a thread are not worth waking it; 0: 4096 */
} nt_range;

/*
 * A program: work with several stages, such as the pipeline of `nestune apply`.  The library does not run
 * it.  It keeps its keys, and finds its tuned config by nt_tuned_find() with NT_CLASS_LONG and NT_REPEAT_ONE.
 * The keys of its config are isa, variant, fn, threads and its own.  Its functions have neither a tile nor a range function.
 */
typedef struct nt_program {
    int64_t n;        /* units of a typical run, on which it is tuned */
    const char *unit; /* what one unit is: "cell" */
} nt_program;

typedef enum nt_role {
    NT_ROLE_WORK,        /* computes something useful */
    NT_ROLE_MEMORY_ROOF, /* measures the bandwidth of the memory */
    NT_ROLE_FP_ROOF,     /* measures the peak of floating-point arithmetic */
    NT_ROLE_LOAD_ROOF,   /* measures the peak of loads from the first-level cache */
    NT_ROLE_INT_ROOF     /* measures the peak of integer arithmetic */
} nt_role;

typedef struct nt_kernel {
    uint32_t abi, bytes; /* NT_KERNEL_ABI, sizeof(nt_kernel): write NT_KERNEL_HEAD */
    const char *name;    /* letters a-z, digits and _ */
    int version;         /* raise it when the arithmetic or the speed changes: older tunings become stale */
    const char *title, *formula;
    nt_role role;
    /* One of the three; the others are NULL. */
    const nt_field *field;
    const nt_range *range;
    const nt_program *program;
    const nt_variant *variants;
    const nt_form *forms;
    /* The table in parts, one for each isa that is built; ends with NULL. */
    const nt_function *const *functions;
    const nt_case *cases; /* NULL: one case "default", of the kernel's own parameters */
    /* The name of the case that these parameters belong to; NULL if to none.  No function: to the first. */
    const char *(*case_of)(const void *params);
    const nt_key *keys; /* NULL: none */
    /* Can these parameters be used on grids of n cells, or, n = {indices, 1, 1}, on a range?  NULL: all
     * can. */
    nt_status (*check)(const void *params, nt_dtype dtype, const int64_t n[3], nt_error *why);
    /* A plan with these parameters has been made: they must not change any more.  NULL: need not be known. */
    void (*planned)(const void *params);
    const void *params; /* defaults for `params` of a plan; may be NULL */
    /* Create parameters from a text such as "order=8,dx=10", and destroy them.  NULL: no text is allowed. */
    nt_status (*params_create)(const char *text, void **params, nt_error *why);
    void (*params_destroy)(void *params);
    double ulp_range; /* max_ulp holds for |x| up to this */
    int ulp_of_terms; /* 1: max_ulp counts units in the last place of the sum of absolute terms */
} nt_kernel;

#define NT_KERNEL_HEAD .abi = NT_KERNEL_ABI, .bytes = sizeof(nt_kernel)

/* ---- The registry; for users: registry.h ----------------------------------------------------- */

/*
 * nt_kernel_add() - registers a kernel, which must neither change nor be freed from then on.
 *
 * Errors:  NT_EKERNEL, with the reason in *why:
 *          the head      NULL; another abi or size; a name that is malformed or in use; a version below 1; no
 *                        title or formula; not exactly one of field, range and program; only one of
 *                        params_create and params_destroy
 *          tables        one that is missing, empty or too long; a malformed name, or the same one twice
 *          numbers       an error bound or ulp_range that is negative, NaN or infinite; counts below 0 or above 10^6
 *          functions     one of an unknown variant, form, type, layout or isa, or of another kind; none of
 *                        the first variant for the isa scalar; one in bricks of a field without walls,
 *                        with one level, or of another radius than 1 to NT_BRICK_RADIUS
 *          a field       none or both of reference and plain; levels, coefficients, radius or elements moved per cell out of range;
 *                        a radius on a single level; an unknown unsteady variant
 *          a range       no merge or reference; part_bytes not in 1 .. 2^20; usual lengths of another class;
 *                        a negative least_share
 *          a program     n below 1, no unit
 *          own keys      more than a config holds; a name that every config has; values out of range; a
 *                        value whose name is malformed or used twice; names so long that a config's text
 *                        exceeds NT_CONFIG_TEXT
 *          the registry  256 kernels have been added already
 */
NT_API nt_status nt_kernel_add(const nt_kernel *kernel, nt_error *why);

/* nt_kernel_check() - makes the checks of nt_kernel_add() but those of the registry: whether the name is in
 * use, and how many kernels have been added.  Errors: as nt_kernel_add(). */
NT_API nt_status nt_kernel_check(const nt_kernel *kernel, nt_error *why);

/* nt_kernel_radius() - cells read on each side, for these parameters (NULL: the kernel's own); 0 for
 * other kinds.  Errors: none; 0 for a NULL kernel. */
NT_API int nt_kernel_radius(const nt_kernel *kernel, const void *params);

/* nt_kernel_case_at(), nt_kernel_case(), nt_kernel_case_of() - a case by its number from 0, by its name, or
 * by the parameters that belong to it (NULL: the kernel's own).  Errors: NULL if there is none, and for a NULL
 * kernel or name. */
NT_API const nt_case *nt_kernel_case_at(const nt_kernel *kernel, int i);
NT_API const nt_case *nt_kernel_case(const nt_kernel *kernel, const char *name);
NT_API const nt_case *nt_kernel_case_of(const nt_kernel *kernel, const void *params);

/* nt_kernel_variant(), nt_kernel_form() - index by name.  Errors: -1 if there is none, and for NULL. */
NT_API int nt_kernel_variant(const nt_kernel *kernel, const char *name);
NT_API int nt_kernel_form(const nt_kernel *kernel, const char *name);

/* nt_kernel_function_at() - a prebuilt function by its number from 0, through all parts of the table.
 * Errors: NULL for a number out of range, and for a NULL kernel. */
NT_API const nt_function *nt_kernel_function_at(const nt_kernel *kernel, int i);

/*
 * nt_kernel_function() - the prebuilt function of a config.  It does not ask what this CPU can run: see
 * nt_isa_available().
 *
 * Errors:  NULL if there is none in this build, and for NULL.
 */
NT_API const nt_function *nt_kernel_function(const nt_kernel *kernel, nt_dtype dtype,
                                             const nt_config *config);

/* nt_kernel_work() - the instructions with which this function computes a vector, for these parameters (NULL:
 * the kernel's own).  Units: as in nt_work, for one vector and one step.  Errors: none; zeros for a NULL
 * kernel or function, and where work_of(), which is code of the function's isa, cannot run on this CPU. */
NT_API nt_work nt_kernel_work(const nt_kernel *kernel, const void *params, const nt_function *function);

/* nt_kernel_value() - the input value of one cell of one grid of a field, by the field's fill function or the
 * default one.  Grids and cells are counted as in nt_kernel_fill().  Errors: none; 0 for a range and for
 * NULL. */
NT_API double nt_kernel_value(const nt_kernel *kernel, int grid, int64_t cell_index, uint64_t seed);

/*
 * nt_kernel_fill() - sets the input values of one grid of a field.  Grids are counted from 0: the levels,
 * then the coefficients.
 *
 * Shape:   sets each cell but the halo to the kernel's fill function of its index x + nx*(y + ny*z), so that
 *          the values depend on no thread count or stride.
 * Errors:  none; nothing is set for a range and for NULL.
 * Threads: safe for different grids.
 */
NT_API void nt_kernel_fill(const nt_kernel *kernel, int grid, uint64_t seed, nt_grid *g);

#ifdef __cplusplus
}
#endif
#endif /* NESTUNE_KERNEL_H */
