/*
 * wave_bricks.h - template: bricks of one leapfrog step in one type
 * SPDX-License-Identifier: MIT
 *
 * Parameters: T, as in wave_rows.h, whose types it uses.  Defines bricks_<jam>_T(), for 2^jam planes at a time.
 *
 * A vector holds some rows of a brick, or a part of one.  So its neighbours in y and z are vectors too, or two vectors
 * shifted by rows, and those in x are two vectors turned within their rows.  At order 8 in f32 with AVX-512 a vector takes 11 loads, two
 * planes at a time, and in rows 15, four at a time.  (Four planes of bricks: 9 loads, and 0.92 to 0.95 of the speed.)
 *
 * A call goes up one column of bricks after the other, in z: a column is one stream of memory for each operand.  The
 * arithmetic of a cell is that of wave_rows.h, in the same order, so the bits are the same.
 *
 *   BARE     G is 1
 *   DAMPED   G is a product of factors
 *   TAIL     damped, and the grid ends within the brick
 */

/* Vectors with whole rows are turned and shifted in registers; smaller ones are loaded cell by cell. */
#define WHOLE_ROWS   ((int)V(LANES) >= (int)NT_BRICK)
#define A_BRICK      ((int)NT_BRICK * NT_BRICK / V(LANES)) /* vectors in a brick */
#define ROWS_A       ((int)V(LANES) / NT_BRICK)          /* rows in a vector, if they are whole */
#define KEEPS_PLANES (V(LANES) * sizeof(N(real)) >= 64) /* there are registers for all planes of a group */

/* Rounds towards minus infinity. */
#define FLOOR_DIV(a, b) ((a) >= 0 ? (a) / (b) : -(((b)-1 - (a)) / (b)))

/* A column of bricks, from its lowest plane on. */
typedef struct N(column) {
    const N(real) *u, *c;
    N(real) *d;
    ptrdiff_t sx, sy;     /* of u */
    int64_t planes;
    const N(real) *gz;    /* NULL: 1 */
    N(real) gx[NT_BRICK * NT_BRICK], gy[NT_BRICK * NT_BRICK]; /* of each cell of a brick */
    int damped;           /* some are not 1 */
    int wide, high;       /* cells in x and y; fewer where the grid ends */
} N(column);

/* The cells k beside those of vector g of a brick, in x. */
SIMD_INLINE N(vec) N(beside)(const N(real) *brick, int g, ptrdiff_t sx, int k)
{
    const N(real) *p = brick + g * V(LANES);
    if (WHOLE_ROWS) {
        const int a = FLOOR_DIV(k, NT_BRICK), b = k - a * NT_BRICK;
        const N(vec) lo = V(load)(p + a * sx);
        return b == 0 ? lo : V(turn)(lo, V(load)(p + (a + 1) * sx), b);
    }
    N(real) cell[V(LANES)];
    for (int i = 0; i < V(LANES); i++) {
        const int at = (g * V(LANES) + i) % NT_BRICK, to = at + k, a = FLOOR_DIV(to, NT_BRICK);
        cell[i] = p[a * sx + i - at + to - a * NT_BRICK];
    }
    return V(load)(cell);
}

/* A vector of the column of vectors that goes through bricks in y. */
SIMD_INLINE N(vec) N(stacked)(const N(real) *brick, int vector, ptrdiff_t sy)
{
    const int a = FLOOR_DIV(vector, A_BRICK);
    return V(load)(brick + a * sy + (vector - a * A_BRICK) * V(LANES));
}

/* The cells k behind those of vector g of a brick, in y. */
SIMD_INLINE N(vec) N(behind)(const N(real) *brick, int g, ptrdiff_t sy, int k)
{
    if (!WHOLE_ROWS)
        return N(stacked)(brick, g + k * NT_BRICK / V(LANES), sy);
    const int rows = WHOLE_ROWS ? ROWS_A : 1, a = FLOOR_DIV(k, rows), b = k - a * rows;
    const N(vec) lo = N(stacked)(brick, g + a, sy);
    return b == 0 ? lo : V(slide)(lo, N(stacked)(brick, g + a + 1, sy), b * NT_BRICK);
}

/* The lanes of vector g that the grid has: the others may be another thread's ghosts. */
SIMD_INLINE int N(exists)(const N(column) *s, int g, int lane)
{
    const int cell = g * V(LANES) + lane;
    return cell % NT_BRICK < s->wide && cell / NT_BRICK < s->high;
}

SIMD_INLINE N(vec) N(load_existing)(const N(column) *s, const N(real) *p, int g)
{
    N(real) cell[V(LANES)];
    for (int i = 0; i < V(LANES); i++)
        cell[i] = N(exists)(s, g, i) ? p[i] : 0;
    return V(load)(cell);
}

SIMD_INLINE void N(store_existing)(const N(column) *s, N(real) *p, int g, N(vec) v)
{
    N(real) cell[V(LANES)];
    V(store)(cell, v);
    for (int i = 0; i < V(LANES); i++)
        if (N(exists)(s, g, i))
            p[i] = cell[i];
}

/* Vector g of P planes from plane z of a column on. */
SIMD_INLINE void N(brick_vectors)(const int M, const int P, const form f, const N(constants) *k, const N(column) *s,
                                  int64_t z, int g)
{
    enum { PLANE = NT_BRICK * NT_BRICK };
    const N(real) *u = s->u + z * PLANE;
    const ptrdiff_t first = z * PLANE + g * V(LANES);
    N(vec) plane[2 + 2 * NT_WAVE_MAX_RADIUS], sum[2];
    UNROLL for (int i = 0; KEEPS_PLANES && i < P + 2 * M; i++) plane[i] = V(load)(u + (i - M) * PLANE + g * V(LANES));
    UNROLL for (int j = 0; j < P; j++)
    {
        const N(real) *brick = u + j * PLANE, *p = brick + g * V(LANES);
        sum[j] = V(mul)(k->c0, KEEPS_PLANES ? plane[j + M] : V(load)(p));
        UNROLL for (int m = 1; m <= M; m++)
        {
            const N(vec) x = V(add)(N(beside)(brick, g, s->sx, m), N(beside)(brick, g, s->sx, -m));
            const N(vec) y = V(add)(N(behind)(brick, g, s->sy, m), N(behind)(brick, g, s->sy, -m));
            const N(vec) z_ = KEEPS_PLANES ? V(add)(plane[j + M + m], plane[j + M - m]) : N(pair)(p, m * PLANE, V(LANES));
            sum[j] = V(fma)(k->c[m - 1], V(fma)(k->wy, y, V(fma)(k->wz, z_, x)), sum[j]);
        }
    }
    UNROLL for (int j = 0; j < P; j++)
    {
        const ptrdiff_t at = first + j * PLANE;
        N(real) *out = s->d + at;
        const N(vec) old = f == TAIL ? N(load_existing)(s, out, g) : V(load)(out), speed = V(load)(s->c + at),
                     mid = KEEPS_PLANES ? plane[j + M] : V(load)(s->u + at);
        N(vec) next;
        if (f != BARE) {
            const N(vec) gyz = V(mul)(V(load)(s->gy + g * V(LANES)), V(set)(s->gz ? s->gz[z + j] : 1)),
                         damp = V(mul)(V(load)(s->gx + g * V(LANES)), gyz);
            next = V(mul)(damp, V(fma)(speed, sum[j], V(fnma)(damp, old, V(add)(mid, mid))));
        } else {
            next = V(fma)(speed, sum[j], V(fms)(k->two, mid, old));
        }
        if (f == TAIL)
            N(store_existing)(s, out, g, next);
        else
            V(store)(out, next);
    }
}

SIMD_INLINE void N(brick_planes)(const int M, const int P, const form f, const N(constants) *k, const N(column) *s,
                                 int64_t z)
{
    for (int g = 0; A_BRICK > 2 && g < A_BRICK; g++)
        N(brick_vectors)(M, P, f, k, s, z, g);
    UNROLL for (int g = 0; A_BRICK <= 2 && g < A_BRICK; g++) N(brick_vectors)(M, P, f, k, s, z, g);
}

SIMD_INLINE int N(is_damped)(const N(column) *s, int64_t z, int n)
{
    int damped = s->damped;
    for (int j = 0; s->gz && j < n; j++)
        damped |= s->gz[z + j] != 1;
    return damped;
}

SIMD_INLINE void N(column_of)(const int M, const int P, const N(scheme) *c, const N(column) *s)
{
    const N(column) mine = *s;
    N(constants) k = {.c0 = V(set)(c->c0), .wy = V(set)(c->wy), .wz = V(set)(c->wz), .two = V(set)(2)};
    UNROLL for (int m = 0; m < M; m++) k.c[m] = V(set)(c->c[m]);
    int64_t z = 0;
    if (mine.wide < NT_BRICK || mine.high < NT_BRICK) {
        for (; z < mine.planes; z++)
            N(brick_planes)(M, 1, TAIL, &k, &mine, z);
        return;
    }
    for (; z + P <= mine.planes; z += P)
        if (N(is_damped)(&mine, z, P))
            N(brick_planes)(M, P, DAMPED, &k, &mine, z);
        else
            N(brick_planes)(M, P, BARE, &k, &mine, z);
    for (; z < mine.planes; z++)
        N(brick_planes)(M, 1, DAMPED, &k, &mine, z);
}

typedef void N(column_fn)(const N(scheme) *c, const N(column) *s);
#define COLUMN(M, P)                                                                              \
    static void PASTE(N(column_##P), _##M)(const N(scheme) *c, const N(column) *s)                \
    {                                                                                             \
        N(column_of)(M, P, c, s);                                                                 \
    }
#define RADIUS(M) COLUMN(M, 1) COLUMN(M, 2)
RADIUS(1) RADIUS(2) RADIUS(3) RADIUS(4) RADIUS(6) RADIUS(8)
#define ENTRY(M) [M] = {PASTE(N(column_1), _##M), PASTE(N(column_2), _##M)}
static N(column_fn) *const N(columns)[NT_WAVE_MAX_RADIUS + 1][2] = {ENTRY(1), ENTRY(2), ENTRY(3),
                                                                   ENTRY(4), ENTRY(6), ENTRY(8)};

/* The factors of axis 0 or 1 for the cells of a brick that begins at cell i of it; n of them exist. */
static int N(set_factors)(const N(real) *g, int64_t i, int n, int axis, N(real) to[NT_BRICK * NT_BRICK])
{
    int damped = 0;
    for (int cell = 0; cell < NT_BRICK * NT_BRICK; cell++) {
        const int at = axis == 0 ? cell % NT_BRICK : cell / NT_BRICK;
        to[cell] = g && at < n ? g[i + at] : 1;
        damped |= to[cell] != 1;
    }
    return damped;
}

static void N(bricks)(int jam, const nt_step *step, const nt_box *b)
{
    const nt_wave *w = step->params;
    const nt_view *u = &step->src, *d = &step->dst, *v = &step->coef[0];
    N(column_fn) *const advance = N(columns)[w->order / 2][jam];
    N(scheme) c = {.c0 = (N(real))w->c0, .wy = (N(real))w->wy, .wz = (N(real))w->wz};
    for (int m = 0; m < w->order / 2; m++)
        c.c[m] = (N(real))w->weight[m];
    N(column) s = {.sx = u->sx, .sy = u->sy, .planes = b->z1 - b->z0};
    s.gz = w->damping[2] ? (const N(real) *)w->damping[2] + b->z0 : NULL;
    for (int64_t y = b->y0; y < b->y1; y += NT_BRICK) {
        s.high = b->y1 - y < NT_BRICK ? (int)(b->y1 - y) : NT_BRICK;
        const int damped = N(set_factors)(w->damping[1], y, s.high, 1, s.gy);
        for (int64_t x = b->x0; x < b->x1; x += NT_BRICK) {
            s.wide = b->x1 - x < NT_BRICK ? (int)(b->x1 - x) : NT_BRICK;
            s.damped = damped | N(set_factors)(w->damping[0], x, s.wide, 0, s.gx);
            s.u = (const N(real) *)u->cells + nt_view_cell(u, x, y, b->z0);
            s.d = (N(real) *)d->cells + nt_view_cell(d, x, y, b->z0);
            s.c = (const N(real) *)v->cells + nt_view_cell(v, x, y, b->z0);
            advance(&c, &s);
        }
    }
}

#define BRICKS(jam)                                                                               \
    static void N(bricks_##jam)(const nt_step *step, const nt_box *b) { N(bricks)(jam, step, b); }
BRICKS(0) BRICKS(1)

/* What a vector costs, as in wave_rows.h.  Along x and y a brick on either side for each four cells; turns and shifts are
 * free where the distance is a whole number of bricks or of a vector's rows. */
static nt_work N(brick_work)(const void *params, int planes)
{
    const int m = ((const nt_wave *)params)->order / 2, rows = WHOLE_ROWS ? ROWS_A : 1;
    const int turns = WHOLE_ROWS ? 2 * (m - m / NT_BRICK) + 2 * (m - m / rows) : 0;
    const int beside = 2 * ((m + NT_BRICK - 1) / NT_BRICK), behind = 2 * ((m + rows - 1) / rows);
    return (nt_work){.add = 3 * m,
                     .mul = 1,
                     .fma = 3 * m + 2,
                     .shuffle = turns,
                     .load = 3 + 2 * m / planes + (WHOLE_ROWS ? beside + behind : 4 * m),
                     .store = 1};
}
static nt_work N(brick_work_1)(const void *params, const nt_function *self) { (void)self; return N(brick_work)(params, 1); }
static nt_work N(brick_work_2)(const void *params, const nt_function *self) { (void)self; return N(brick_work)(params, 2); }

#undef BRICKS
#undef ENTRY
#undef RADIUS
#undef COLUMN
#undef FLOOR_DIV
#undef KEEPS_PLANES
#undef ROWS_A
#undef A_BRICK
#undef WHOLE_ROWS
