/*
 * wave.c - the 3-D acoustic wave equation: u+ = G fma(C, L, 2u - G u-), in place over two levels
 * SPDX-License-Identifier: MIT
 *
 * flops a cell: 9 M + 5 at radius M: M times 3 additions and 3 FMAs, one multiplication by c0, one FMA each
 * for 2u - u- and the sum.  bytes a cell: u, u- and C read, u+ written over u-.
 *
 * x_k + wz z_k + wy y_k is summed in this order before it is multiplied by c_k.  So unequal spacings need no
 * more instructions than equal ones (an FMA replaces an addition), and M + 3 constants need registers instead
 * of 3 M + 1.
 */
#include <math.h>
#include <stdbool.h>
#include <stdint.h>

#include "nestune/philox.h"
#include "nestune/tile.h"
#include "wave/wave_internal.h"
#include "why.h"

NT_GATHER_FUNCTIONS(wave)

static const nt_variant variants[] = {
    {"leapfrog", "two levels, second order in time", {6, 6}},
    {0},
};

/* Weights of the centred second difference, Fornberg, Math. Comp. 51 (1988): see nt_wave_weights(). */
#define WAVE(ord, ...)                                                    \
    {                                                                     \
        .order = ord, .wy = 1, .wz = 1, .spacing = {1, 1, 1}, __VA_ARGS__ \
    }
static const nt_wave standard[] = {
    WAVE(2, .c0 = -6, .weight = {1}),
    WAVE(4, .c0 = -15.0 / 2, .weight = {4.0 / 3, -1.0 / 12}),
    WAVE(6, .c0 = -49.0 / 6, .weight = {3.0 / 2, -3.0 / 20, 1.0 / 90}),
    WAVE(8, .c0 = -205.0 / 24, .weight = {8.0 / 5, -1.0 / 5, 8.0 / 315, -1.0 / 560}),
    WAVE(12, .c0 = -5369.0 / 600,
         .weight = {12.0 / 7, -15.0 / 56, 10.0 / 189, -1.0 / 112, 2.0 / 1925, -1.0 / 16632}),
    WAVE(16, .c0 = -1077749.0 / 117600,
         .weight = {16.0 / 9, -14.0 / 45, 112.0 / 1485, -7.0 / 396, 112.0 / 32175, -2.0 / 3861, 16.0 / 315315,
                    -1.0 / 411840}),
};
static const nt_case cases[] = {
    {"o2", &standard[0], 1}, {"o4", &standard[1], 1},  {"o6", &standard[2], 0}, {"o8", &standard[3], 1},
    {"o12", &standard[4], 0}, {"o16", &standard[5], 0}, {0},
};

static int radius(const void *params)
{
    const nt_wave *w = params;
    return w->order / 2;
}

static const char *case_of(const void *params)
{
    const nt_wave *w = params;
    for (int i = 0; cases[i].name; i++)
        if (((const nt_wave *)cases[i].params)->order == w->order)
            return cases[i].name;
    return NULL;
}

static nt_status check(const void *params, nt_dtype dtype, const int64_t n[3], nt_error *why)
{
    const nt_wave *w = params;
    const int m = w->order / 2;
    bool known = false;
    for (size_t i = 0; i < sizeof standard / sizeof *standard; i++)
        known |= standard[i].order == w->order;
    if (!known)
        return nt_refuse(NT_EARG, why, "wave of order %d: allowed are 2, 4, 6, 8, 12 and 16", w->order);
    for (int a = 0; a < 3; a++)
        if (n[a] > 0 && n[a] < m)
            return nt_refuse(NT_ESHAPE, why,
                             "%lld cells in %c are too few for order %d: at least %d, or order %lld",
                             (long long)n[a], 'x' + a, w->order, m, (long long)(2 * n[a]));
    for (int a = 0; a < 3; a++)
        if (w->damping[a] && (w->damped_n[a] != n[a] || w->damped_dtype != dtype))
            return nt_refuse(NT_ESHAPE, why,
                             "absorbing layers made for %lld %s cells in %c, the grid has %lld %s",
                             (long long)w->damped_n[a], nt_dtype_name(w->damped_dtype), 'x' + a,
                             (long long)n[a], nt_dtype_name(dtype));
    for (int f = 0; f < NT_N_FACES; f++)
        if ((unsigned)w->face[f] >= NT_N_BOUNDARIES)
            return nt_refuse(NT_EARG, why, "boundary %d of face %d: allowed are 0 to %d", (int)w->face[f], f,
                             NT_N_BOUNDARIES - 1);
    return NT_OK;
}

static void planned(const void *params)
{
    const nt_wave *w = params;
    if (w->used)
        atomic_store(w->used, true);
}

/* ---- Ghosts -------------------------------------------------------------------------------------- */

/*
 * The wall lies one cell outside: ghost -1 is 0, see Walls, ghost -2 - i mirrors cell i.  GHOSTS(T) defines
 * the functions of a type, for a box of cells that all have a ghost behind one wall.
 */
#define GHOSTS(T)                                                                                 \
    /* Down the columns: a loop over the few cells of a row would cost more than they do. */ \
    static void mirror_x_##T(const nt_view *v, const nt_box *b, int64_t wall)                     \
    {                                                                                             \
        for (int64_t z = b->z0; z < b->z1; z++)                                                   \
            for (int64_t x = b->x0; x < b->x1; x++) {                                             \
                T *plane = (T *)v->cells + z * v->sz;                                             \
                for (int64_t y = b->y0; y < b->y1; y++)                                           \
                    plane[2 * wall - x + y * v->sy] = -plane[x + y * v->sy];                      \
            }                                                                                     \
    }                                                                                             \
    static void mirror_rows_##T(const nt_view *v, const nt_box *b, int axis, int64_t wall)        \
    {                                                                                             \
        for (int64_t z = b->z0; z < b->z1; z++)                                                   \
            for (int64_t y = b->y0; y < b->y1; y++) {                                             \
                const T *restrict row = (const T *)v->cells + y * v->sy + z * v->sz;              \
                T *restrict ghost = (T *)v->cells + (axis == 1 ? 2 * wall - y : y) * v->sy +      \
                                    (axis == 2 ? 2 * wall - z : z) * v->sz;                       \
                for (int64_t x = b->x0; x < b->x1; x++)                                           \
                    ghost[x] = -row[x];                                                           \
            }                                                                                     \
    }
GHOSTS(float)
GHOSTS(double)

/* The same in bricks, up the columns. */
#define BRICK_GHOSTS(T)                                                                           \
    static void mirror_bricks_##T(const nt_view *v, const nt_box *b, int axis, int64_t wall)      \
    {                                                                                             \
        T *u = v->cells;                                                                          \
        for (int64_t y = b->y0; y < b->y1; y++)                                                   \
            for (int64_t x = b->x0; x < b->x1; x++)                                               \
                for (int64_t z = b->z0; z < b->z1; z++)                                           \
                    u[nt_view_cell(v, axis == 0 ? 2 * wall - x : x, axis == 1 ? 2 * wall - y : y, \
                                   axis == 2 ? 2 * wall - z : z)] = -u[nt_view_cell(v, x, y, z)]; \
    }
BRICK_GHOSTS(float)
BRICK_GHOSTS(double)

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}
static int64_t most(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* Cells next to a wall are mirrored onto the other side of it; order 2 reads none of them. */
static bool has_ghosts(const void *params)
{
    const nt_wave *w = params;
    return w->order > 2 && nt_wave_mirror_faces(w) != 0;
}

static void ghosts(const void *params, nt_dtype dtype, const nt_view *level, const int64_t n[3],
                   const nt_box *box)
{
    const nt_wave *w = params;
    const int64_t layers = w->order / 2 - 1; /* cells that have a ghost, next to each face */
    for (int f = 0; f < NT_N_FACES && layers > 0; f++) {
        const int axis = f / 2;
        const int64_t size = n[axis], wall = f % 2 ? size : -1;
        nt_box b = *box;
        int64_t *low = axis == 0 ? &b.x0 : axis == 1 ? &b.y0 : &b.z0;
        int64_t *high = axis == 0 ? &b.x1 : axis == 1 ? &b.y1 : &b.z1;
        *low = f % 2 ? most(*low, size - layers) : *low;
        *high = f % 2 ? *high : least(*high, layers);
        if (w->face[f] != NT_BOUNDARY_MIRROR || *low >= *high)
            continue;
        if (level->layout == NT_LAYOUT_BRICKS && dtype == NT_F64)
            mirror_bricks_double(level, &b, axis, wall);
        else if (level->layout == NT_LAYOUT_BRICKS)
            mirror_bricks_float(level, &b, axis, wall);
        else if (axis == 0 && dtype == NT_F64)
            mirror_x_double(level, &b, wall);
        else if (axis == 0)
            mirror_x_float(level, &b, wall);
        else if (dtype == NT_F64)
            mirror_rows_double(level, &b, axis, wall);
        else
            mirror_rows_float(level, &b, axis, wall);
    }
}

/* ---- Walls --------------------------------------------------------------------------------------- */

/*
 * Sets cells to 0.  Mostly they are 0 already, so the functions read each cell first, which is cheaper than
 * writing; they compare its bits, since -0 and denormals must become 0 too.  WALLS(T) defines the functions
 * of a type, for a box of the halo.
 */
typedef uint32_t __attribute__((may_alias)) float_bits;
typedef uint64_t __attribute__((may_alias)) double_bits;
#define WALLS(T)                                                                                  \
    /* Down the columns, as above. */                                                             \
    static void clear_x_##T(const nt_view *v, const nt_box *b)                                    \
    {                                                                                             \
        T##_bits any = 0;                                                                         \
        for (int64_t z = b->z0; z < b->z1; z++)                                                   \
            for (int64_t x = b->x0; x < b->x1; x++) {                                             \
                const T##_bits *column = (const T##_bits *)v->cells + x + z * v->sz;              \
                for (int64_t y = b->y0; y < b->y1; y++)                                           \
                    any |= column[y * v->sy];                                                     \
            }                                                                                     \
        for (int64_t z = b->z0; any && z < b->z1; z++)                                            \
            for (int64_t y = b->y0; y < b->y1; y++)                                               \
                for (int64_t x = b->x0; x < b->x1; x++)                                           \
                    ((T *)v->cells)[x + y * v->sy + z * v->sz] = 0;                               \
    }                                                                                             \
    static void clear_rows_##T(const nt_view *v, const nt_box *b)                                 \
    {                                                                                             \
        for (int64_t z = b->z0; z < b->z1; z++)                                                   \
            for (int64_t y = b->y0; y < b->y1; y++) {                                             \
                T##_bits *row = (T##_bits *)v->cells + y * v->sy + z * v->sz, any = 0;            \
                for (int64_t x = b->x0; x < b->x1; x++)                                           \
                    any |= row[x];                                                                \
                for (int64_t x = b->x0; any && x < b->x1; x++)                                    \
                    row[x] = 0;                                                                   \
            }                                                                                     \
    }
WALLS(float)
WALLS(double)

#define BRICK_WALLS(T)                                                                            \
    static void clear_bricks_##T(const nt_view *v, const nt_box *b)                               \
    {                                                                                             \
        T##_bits *u = v->cells;                                                                   \
        for (int64_t y = b->y0; y < b->y1; y++)                                                   \
            for (int64_t x = b->x0; x < b->x1; x++)                                               \
                for (int64_t z = b->z0; z < b->z1; z++)                                           \
                    if (u[nt_view_cell(v, x, y, z)])                                              \
                        u[nt_view_cell(v, x, y, z)] = 0;                                          \
    }
BRICK_WALLS(float)
BRICK_WALLS(double)

/* Beyond a mirror face the layer of the wall only, beyond other faces all cells that the stencil reads. */
static void walls(const void *params, nt_dtype dtype, const nt_view *level, const int64_t n[3], const nt_box *box)
{
    const nt_wave *w = params;
    for (int f = 0; f < NT_N_FACES; f++) {
        const int axis = f / 2;
        const int64_t layers = w->face[f] == NT_BOUNDARY_MIRROR ? 1 : w->order / 2;
        nt_box b = *box;
        int64_t *low = axis == 0 ? &b.x0 : axis == 1 ? &b.y0 : &b.z0;
        int64_t *high = axis == 0 ? &b.x1 : axis == 1 ? &b.y1 : &b.z1;
        if (*low >= *high || (f % 2 ? *high != n[axis] : *low != 0))
            continue;
        *low = f % 2 ? n[axis] : -layers;
        *high = *low + layers;
        if (level->layout == NT_LAYOUT_BRICKS && dtype == NT_F64)
            clear_bricks_double(level, &b);
        else if (level->layout == NT_LAYOUT_BRICKS)
            clear_bricks_float(level, &b);
        else if (axis == 0 && dtype == NT_F64)
            clear_x_double(level, &b);
        else if (axis == 0)
            clear_x_float(level, &b);
        else if (dtype == NT_F64)
            clear_rows_double(level, &b);
        else
            clear_rows_float(level, &b);
    }
}

/* ---- Definition ------------------------------------------------------------------------------------ */

static double rounded(double a, nt_dtype dtype)
{
    return dtype == NT_F64 ? a : (double)(float)a;
}

/* r[0] += weight times value, r[1] += its absolute value. */
static void add_term(const nt_reals *real, nt_real *const r[NT_REFERENCE_REALS], const double factor[3],
                     double value)
{
    real->set(r[2], value);
    for (int i = 0; i < 3; i++) {
        real->set(r[3], factor[i]);
        real->mul(r[2], r[2], r[3]);
    }
    real->add(r[0], r[0], r[2]);
    real->set(r[2], fabs(value));
    for (int i = 0; i < 3; i++) {
        real->set(r[3], fabs(factor[i]));
        real->mul(r[2], r[2], r[3]);
    }
    real->add(r[1], r[1], r[2]);
}

/* For the cells outside absorbing layers, where G is 1. */
static void reference(const nt_reals *real, nt_real *const r[NT_REFERENCE_REALS], const nt_cell *cell)
{
    const nt_wave *w = cell->params;
    const nt_dtype d = cell->dtype;
    const double c = cell->read(cell, 2, 0, 0, 0), across[3] = {1, rounded(w->wy, d), rounded(w->wz, d)};
    real->set(r[0], 0);
    real->set(r[1], 0);
    add_term(real, r, (double[3]){c, rounded(w->c0, d), 1}, cell->read(cell, 0, 0, 0, 0));
    for (int k = 1; k <= w->order / 2; k++)
        for (int a = 0; a < 3; a++)
            for (int side = -1; side <= 1; side += 2)
                add_term(
                    real, r, (double[3]){c, rounded(w->weight[k - 1], d), across[a]},
                    cell->read(cell, 0, a == 0 ? side * k : 0, a == 1 ? side * k : 0, a == 2 ? side * k : 0));
    add_term(real, r, (double[3]){2, 1, 1}, cell->read(cell, 0, 0, 0, 0));
    add_term(real, r, (double[3]){-1, 1, 1}, cell->read(cell, 1, 0, 0, 0));
}

/* Levels in [-1, 1), C in [0.02, 0.12): below every order's limit. */
static double fill(int grid, int64_t cell_index, uint64_t seed)
{
    const double u = nt_uniform(cell_index, seed + (uint64_t)grid);
    return grid < 2 ? 2 * u - 1 : 0.02 + 0.1 * u;
}

static const nt_form forms[] = {
    {"p4", "four planes"},
    {"p2", "two planes"},
    {"p1", "one plane"},
    {"p4ask", "four planes, asking for the rows to come"},
    {"p2ask", "two planes, asking for the rows to come"},
    {"p1ask", "one plane, asking for the rows to come"},
    {0},
};

/* rows: the forms "ask" prefetch the rows that come next, time blocks those of the next front.  lines: the forms prefetch
 * 64 cells further on in the same rows.  EPYC 9004 (Zen 4), f32, 512x256x256, two threads: lines took 0.94 of the time of rows
 * at order 8, one step; none 0.96 at orders 2 and 4 in time blocks, but 1.17 at order 8. */
static const char *const aheads[] = {"rows", "lines", "none"};
static const int64_t all_aheads[] = {NT_WAVE_AHEAD_ROWS, NT_WAVE_AHEAD_LINES, NT_WAVE_AHEAD_NONE};
static const nt_key keys[] = {
    {"ahead", "what to prefetch: the next rows, lines further on in a row (one step), nothing", 0,
     NT_WAVE_AHEAD_NONE, all_aheads, 3, aheads},
    {0},
};

static const nt_field field = {
    .n_levels = 2,
    .n_coefs = 1,
    .radius = radius,
    .ghosts = ghosts,
    .has_ghosts = has_ghosts,
    .isas_agree = 1,
    .flush_denormals = 1,
    .reads_per_cell = 3,
    .writes_per_cell = 1,
    .roof = "read2update1",
    .reference = reference,
    .steady = 1,
    .fill = fill,
    .walls = walls,
};

static void destroy(void *params)
{
    nt_wave_destroy(params);
}

const nt_kernel nt_kernel_wave = {
    NT_KERNEL_HEAD,
    .name = "wave",
    .version = 4,
    .title = "the 3-D acoustic wave equation, variable velocity",
    .formula = "u+ = 2 u - u- + C (c0 u + sum_k c_k (x_k + wz z_k + wy y_k)), C = (v dt/dx)^2",
    .role = NT_ROLE_WORK,
    .field = &field,
    .variants = variants,
    .forms = forms,
    .functions = wave_functions,
    .cases = cases,
    .case_of = case_of,
    .keys = keys,
    .check = check,
    .planned = planned,
    .params = &standard[0],
    .params_create = nt_wave_from_text,
    .params_destroy = destroy,
    .ulp_range = 1e30,
    .ulp_of_terms = 1,
};
