/*
 * wave_rows.h - template: rows of one leapfrog step in one type
 * SPDX-License-Identifier: MIT
 *
 * Parameters: T, the type's name in simd.h (f32 or f64).  Defines tile_<jam>_T_<streams>(), for 2^jam planes
 * at a time, with prefetches or without.
 *
 * A call advances `planes` rows, one above the other in z, from left to right.  Loads limit the speed of high
 * orders.  An output needs 2M + 1 rows along z, and neighbouring planes share all but one of them.  So P
 * planes computed together (jammed) need 2M + P rows and not (2M + 1) P; the lines that come from the
 * second-level cache, one for each of these rows, become fewer in the same ratio.  If vectors slide, the
 * neighbours in x come from registers.
 *
 * The arithmetic of a cell is the same in every form, so the forms give the same bits:
 *   BARE     G is 1, and whole vectors on both sides may be read
 *   DAMPED   G is a product of factors; where it is 1, multiplying by it changes nothing
 *   TAIL     damped, for the last lanes of a row
 *
 * Bare vectors are computed in loops for planes that prefetch, and in straight code for planes in cache.
 *
 * A row is read only where the view allows it: if not all of a vector beside it may be read, only the M lanes
 * that are needed.  Beyond, another thread may be writing another step, or there may be no memory.
 */
/* Do the neighbours in x come from the registers that hold the vectors on either side? */
#define SLIDES(M)       (V(SLIDES) >= (M))

typedef PASTE(T, v) N(vec);
typedef V(real) N(real);

/* What is the same for all rows of a box. */
typedef struct N(scheme) {
    N(real) c0, wy, wz, c[NT_WAVE_MAX_RADIUS];
    ptrdiff_t sy, sz;         /* of u */
    ptrdiff_t dy, dz, cy, cz; /* of d and c */
    const N(real) *gx;        /* the factors along x, from x0 on, and gx_mask -1; or ones, and 0: */
    int64_t gx_mask;          /* the vector at i has the factors at gx + (i & gx_mask) */
    int streams;              /* 1: rows come from memory; prefetch what is so far away: */
    ptrdiff_t away[3];        /* cells in u, d and c */
    int64_t bare_0, bare_1;   /* vectors bare_0, bare_0 + LANES ... that end by bare_1 may be BARE */
} N(scheme);

/* The same in registers: the compiler must assume that a store to the field changes the values in memory. */
typedef struct N(constants) {
    N(vec) c0, wy, wz, two, c[NT_WAVE_MAX_RADIUS];
    ptrdiff_t sy, sz, dz, cz;
} N(constants);

SIMD_INLINE N(vec) N(some)(const N(real) *p, int n)
{
    return n >= V(LANES) ? V(load)(p) : V(load_n)(p, n);
}

/* The cells k to the side of p's. */
SIMD_INLINE N(vec) N(near)(const int M, N(vec) lo, N(vec) mid, N(vec) hi, const N(real) *p, int k, int n)
{
    if (SLIDES(M))
        return k < 0 ? V(slide)(lo, mid, V(LANES) + k) : V(slide)(mid, hi, k);
    return N(some)(p + k, n);
}

/* The neighbours at an offset to either side. */
SIMD_INLINE N(vec) N(pair)(const N(real) *p, ptrdiff_t offset, int n)
{
    return V(add)(N(some)(p + offset, n), N(some)(p - offset, n));
}

/* Computes n lanes of P rows, from u, d and c on.  beyond: cells that may be read from u on.  y_first: load
 * the neighbours in y before those in z.  This makes gcc 12's loops over four planes up to a tenth faster,
 * but slows straight code down, since one vector more is alive. */
SIMD_INLINE void N(vectors)(const int M, const int P, const form f, const int y_first, const N(constants) *s,
                            const N(real) *u, N(real) *d, const N(real) *c, const N(real) *gx,
                            const N(real) *gyz, int n, int beyond)
{
    N(vec) lo[4], mid[4], hi[4], sum[4];
    ptrdiff_t sy = s->sy, sz = s->sz;
    SIMD_OPAQUE(sy);
    SIMD_OPAQUE(sz);
    UNROLL for (int j = 0; j < P; j++)
    {
        const N(real) *p = u + j * sz;
        lo[j] = mid[j] = hi[j] = N(some)(p, SLIDES(M) ? beyond : n);
        if (SLIDES(M) && f == BARE) {
            lo[j] = V(load)(p - V(LANES));
            hi[j] = V(load)(p + V(LANES));
        } else if (SLIDES(M)) {
            lo[j] = V(load_last)(p, M);
            if (beyond > V(LANES))
                hi[j] = N(some)(p + V(LANES), beyond - V(LANES));
        }
        sum[j] = V(mul)(s->c0, mid[j]);
    }
    UNROLL for (int k = 1; k <= M; k++) UNROLL for (int j = 0; j < P; j++)
    {
        const N(real) *p = u + j * sz;
        const N(vec) x = V(add)(N(near)(M, lo[j], mid[j], hi[j], p, k, n),
                               N(near)(M, lo[j], mid[j], hi[j], p, -k, n));
        const N(vec) first = N(pair)(p, k * (y_first ? sy : sz), n);
        const N(vec) second = N(pair)(p, k * (y_first ? sz : sy), n);
        const N(vec) y = y_first ? first : second, z = y_first ? second : first;
        const N(vec) at_k = V(fma)(s->wy, y, V(fma)(s->wz, z, x));
        sum[j] = V(fma)(s->c[k - 1], at_k, sum[j]);
    }
    UNROLL for (int j = 0; j < P; j++)
    {
        N(real) *out = d + j * s->dz;
        const N(vec) old = N(some)(out, n), speed = N(some)(c + j * s->cz, n);
        N(vec) next;
        if (f != BARE) {
            const N(vec) g = V(mul)(N(some)(gx, n), V(set)(gyz[j]));
            next = V(mul)(g, V(fma)(speed, sum[j], V(fnma)(g, old, V(add)(mid[j], mid[j]))));
        } else {
            next = V(fma)(speed, sum[j], V(fms)(s->two, mid[j], old));
        }
        if (n >= V(LANES))
            V(store)(out, next);
        else
            V(store_n)(out, next, n);
    }
}

SIMD_INLINE void N(ask_near)(const N(real) *p, ptrdiff_t cells)
{
    simd_prefetch_near(simd_outside(p, cells * (ptrdiff_t)sizeof *p));
}

/* Prefetches, at this place in x, what is away of the rows that these P rows are the first to read: the next rows in y, or a
 * place further on in the same ones.  It goes into the first level, since it is needed soon.  Behind the last row the
 * address may be invalid, which is harmless in a prefetch. */
SIMD_INLINE void N(ask_for_rows)(const int M, const int P, const N(scheme) *s, const N(real) *u,
                                 const N(real) *d, const N(real) *c)
{
    UNROLL for (int j = 0; j < P; j++)
    {
        N(ask_near)(u, s->away[0] + (j + M) * s->sz);
        N(ask_near)(d, s->away[1] + j * s->dz);
        N(ask_near)(c, s->away[2] + j * s->cz);
    }
}

/* The address of cell i of a row ahead, which may not exist. */
SIMD_INLINE void N(ask_at)(const void *row, int64_t i)
{
    simd_prefetch(simd_outside(row, i * (ptrdiff_t)sizeof(N(real))));
}

/* Bare vectors from i on, the last one at `last`; returns the cell behind them.  There are three loops: in a
 * single one with a test, gcc 12 keeps the values of all three in registers (order 4 lost a fifth
 * in cache). */
SIMD_INLINE int64_t N(bare_vectors)(const int M, const int P, const asking what, const N(scheme) *s,
                                    const N(constants) *k, const N(real) *u, N(real) *d, const N(real) *c,
                                    const N(real) *gyz, int64_t i, int64_t last, const void *const ahead[2])
{
    const void *const ahead_0 = ahead[0], *const ahead_1 = ahead[1];
    while (i <= last) {
        if (what == PIECES) {
            N(ask_at)(ahead_0, i);
            N(ask_at)(ahead_1, i);
        }
        if (what == ROWS)
            N(ask_for_rows)(M, P, s, u + i, d + i, c + i);
        N(vectors)(M, P, BARE, P > 2, k, u + i, d + i, c + i, s->gx, gyz, V(LANES), V(LANES) + M);
        i += V(LANES);
        if (M > 2 || what == ROWS || i > last) /* unroll short bodies twice */
            continue;
        if (what == PIECES) {
            N(ask_at)(ahead_0, i);
            N(ask_at)(ahead_1, i);
        }
        N(vectors)(M, P, BARE, P > 2, k, u + i, d + i, c + i, s->gx, gyz, V(LANES), V(LANES) + M);
        i += V(LANES);
    }
    return i;
}

/* The same without prefetches, in straight code: 1.1 to 1.4 times as fast for rows in the second-level cache.
 * The likely reason: hardware prefetchers into the first level identify a stream by the address of its load
 * instruction.  They learn it in a loop, and then fetch past the end of each row lines that displace needed
 * ones.  Rows in the third-level cache gain from that. */
SIMD_INLINE int64_t N(straight_vectors)(const int M, const int P, const N(scheme) *s, const N(constants) *k,
                                        const N(real) *u, N(real) *d, const N(real) *c, const N(real) *gyz,
                                        int64_t i, int64_t last)
{
    const int turn = STRAIGHT(M);
    for (; turn > 1 && i + (turn - 1) * V(LANES) <= last; i += turn * V(LANES))
        UNROLL for (int q = 0; q < turn * V(LANES); q += V(LANES))
            N(vectors)(M, P, BARE, 0, k, u + i + q, d + i + q, c + i + q, s->gx, gyz, V(LANES), V(LANES) + M);
    for (; i <= last; i += V(LANES))
        N(vectors)(M, P, BARE, 0, k, u + i, d + i, c + i, s->gx, gyz, V(LANES), V(LANES) + M);
    return i;
}

/* P rows of nx cells.  asks: 0: the rows are in cache, prefetch nothing.  ahead: two rows to prefetch, or two
 * NULLs. */
SIMD_INLINE void N(rows)(const int M, const int P, const int asks, const N(scheme) *s, const N(real) *u,
                         N(real) *d, const N(real) *c, const N(real) *gyz, int64_t nx,
                         const void *const ahead[2])
{
    const int64_t gx_mask = s->gx_mask, whole = nx / V(LANES) * V(LANES);
    const N(real) *const gx = s->gx;
    N(constants) k = {.c0 = V(set)(s->c0), .wy = V(set)(s->wy), .wz = V(set)(s->wz), .two = V(set)(2)};
    UNROLL for (int m = 0; m < M; m++) k.c[m] = V(set)(s->c[m]);
    k.sy = s->sy, k.sz = s->sz, k.dz = s->dz, k.cz = s->cz;

    int bare = 1;
    UNROLL for (int j = 0; j < P; j++) bare &= gyz[j] == 1;
    const int64_t bare_0 = bare && s->bare_0 < whole ? s->bare_0 : whole, last = s->bare_1 - V(LANES);
    int64_t i = 0;
    for (; i < bare_0; i += V(LANES))
        N(vectors)(M, P, DAMPED, 0, &k, u + i, d + i, c + i, gx + (i & gx_mask), gyz, V(LANES), V(LANES) + M);
    i = !asks ? N(straight_vectors)(M, P, s, &k, u, d, c, gyz, i, last)
        : s->streams ? N(bare_vectors)(M, P, ROWS, s, &k, u, d, c, gyz, i, last, ahead)
        : ahead[0] ? N(bare_vectors)(M, P, PIECES, s, &k, u, d, c, gyz, i, last, ahead)
                   : N(bare_vectors)(M, P, NOTHING, s, &k, u, d, c, gyz, i, last, ahead);
    for (; i < whole; i += V(LANES))
        N(vectors)(M, P, DAMPED, 0, &k, u + i, d + i, c + i, gx + (i & gx_mask), gyz, V(LANES), V(LANES) + M);
    if (i < nx)
        N(vectors)(M, P, TAIL, 0, &k, u + i, d + i, c + i, gx + (i & gx_mask), gyz, (int)(nx - i), (int)(nx - i) + M);
}

/* The pieces of rows that group g of n_groups prefetches while it works: at most two together with its
 * vectors, the others at once. */
SIMD_INLINE void N(look_ahead)(const int M, const nt_step *step, int64_t g, int64_t n_groups, int64_t nx,
                               const void *ahead[2])
{
    const nt_ahead *a = &step->ahead;
    const nt_view *views[3] = {&step->src, &step->dst, &step->coef[0]};
    const int64_t ny = a->box.y1 - a->box.y0, end = 3 * a->n * (g + 1) / n_groups;
    int found = 0;
    for (int64_t piece = 3 * a->n * g / n_groups; piece < end; piece++, found++) {
        const nt_view *v = views[piece % 3];
        const int64_t row = a->first + piece / 3, z = a->box.z0 + row / ny + (piece % 3 == 0 ? M : 0);
        const int64_t cell = a->box.x0 + (a->box.y0 + row % ny) * v->sy + z * v->sz;
        const void *p = simd_outside(v->cells, cell * (ptrdiff_t)sizeof(N(real)));
        if (found == 0)
            ahead[0] = p;
        if (found < 2)
            ahead[1] = p;
        for (int64_t i = 0; found >= 2 && i < nx; i += 64 / (int64_t)sizeof(N(real)))
            N(ask_at)(p, i);
    }
}

/* P planes from z on, row by row. */
SIMD_INLINE void N(planes_of)(const int M, const int P, const int asks, const nt_step *step, const nt_box *b,
                              int64_t z, const N(scheme) *s)
{
    const nt_wave *w = step->params;
    const N(real) *gy = w->damping[1], *gz = w->damping[2];
    const int64_t ny = b->y1 - b->y0, nx = b->x1 - b->x0, nz = b->z1 - b->z0;
    for (int64_t y = b->y0; y < b->y1; y++) {
        const N(real) *u = (const N(real) *)step->src.cells + b->x0 + y * step->src.sy + z * step->src.sz;
        N(real) gyz[4];
        UNROLL for (int j = 0; j < P; j++) gyz[j] = (gy ? gy[y] : 1) * (gz ? gz[z + j] : 1);
        const void *ahead[2] = {NULL, NULL};
        if (asks && step->ahead.n > 0)
            N(look_ahead)(M, step, ((z - b->z0) * ny + (y - b->y0) * P) / P, (nz * ny + P - 1) / P, nx, ahead);
        N(rows)(M, P, asks, s, u, (N(real) *)step->dst.cells + b->x0 + y * step->dst.sy + z * step->dst.sz,
                (const N(real) *)step->coef[0].cells + b->x0 + y * step->coef[0].sy + z * step->coef[0].sz, gyz,
                nx, ahead);
    }
}

static const N(real) N(ones)[16] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};

static N(scheme) N(scheme_of)(const nt_step *step, const nt_box *b)
{
    const nt_wave *w = step->params;
    const int64_t nx = b->x1 - b->x0;
    N(scheme) s = {.c0 = (N(real))w->c0, .wy = (N(real))w->wy, .wz = (N(real))w->wz};
    for (int m = 0; m < w->order / 2; m++)
        s.c[m] = (N(real))w->weight[m];
    s.sy = step->src.sy, s.dy = step->dst.sy, s.cy = step->coef[0].sy;
    s.sz = step->src.sz, s.dz = step->dst.sz, s.cz = step->coef[0].sz;
    s.gx = N(ones);
    /* A bare vector reads a whole vector on either side; if vectors do not slide, M cells, which always
     * exist. */
    const int slides = SLIDES(w->order / 2);
    const int64_t lo = slides && b->x0 - V(LANES) < step->src.first ? V(LANES) : 0;
    const int64_t hi = slides ? step->src.end - V(LANES) - b->x0 : nx;
    s.bare_0 = lo;
    s.bare_1 = hi < nx ? hi : nx;
    if (w->damping[0]) {
        s.gx_mask = -1;
        s.gx = (const N(real) *)w->damping[0] + b->x0;
        while (s.bare_0 < s.bare_1 && s.gx[s.bare_0] != 1)
            s.bare_0 += V(LANES);
        for (int64_t i = s.bare_0; i < s.bare_1; i++)
            if (s.gx[i] != 1)
                s.bare_1 = i;
    }
    return s;
}

typedef void N(planes)(const nt_step *step, const nt_box *b, int64_t z, const N(scheme) *s);
#define PLANES(M, P, asks)                                                                            \
    static void PASTE(N(planes_##P##_##asks), _##M)(const nt_step *step, const nt_box *b, int64_t z,  \
                                                    const N(scheme) *s)                               \
    {                                                                                                 \
        N(planes_of)(M, P, asks, step, b, z, s);                                                      \
    }
#define RADIUS(M) \
    PLANES(M, 1, 0) PLANES(M, 2, 0) PLANES(M, 4, 0) PLANES(M, 1, 1) PLANES(M, 2, 1) PLANES(M, 4, 1)
RADIUS(1) RADIUS(2) RADIUS(3) RADIUS(4) RADIUS(6) RADIUS(8)

/* By radius, by whether it prefetches, by planes: 1, 2, 4. */
#define ASKS(M, asks)                                                                                 \
    {PASTE(N(planes_1_##asks), _##M), PASTE(N(planes_2_##asks), _##M), PASTE(N(planes_4_##asks), _##M)}
#define ENTRY(M) [M] = {ASKS(M, 0), ASKS(M, 1)}
static N(planes) *const N(table)[NT_WAVE_MAX_RADIUS + 1][2][3] = {ENTRY(1), ENTRY(2), ENTRY(3),
                                                                 ENTRY(4), ENTRY(6), ENTRY(8)};

enum { N(LINES_AHEAD) = 64 }; /* cells */

/* Computes a box by 2^jam planes at a time, and the rest by fewer. */
static void N(box)(int jam, int streams, const nt_step *step, const nt_box *b)
{
    N(scheme) s = N(scheme_of)(step, b);
    const int ahead = (int)step->config->own[0], blocked = step->ahead.n > 0;
    const int lines = ahead == NT_WAVE_AHEAD_LINES;
    s.away[0] = lines ? N(LINES_AHEAD) : s.sy;
    s.away[1] = lines ? N(LINES_AHEAD) : s.dy;
    s.away[2] = lines ? N(LINES_AHEAD) : s.cy;
    s.streams = streams && !blocked;
    const int asks = ahead != NT_WAVE_AHEAD_NONE && (streams || blocked);
    N(planes) *const *advance = N(table)[((const nt_wave *)step->params)->order / 2][asks];
    int64_t z = b->z0;
    for (; jam >= 0; jam--)
        for (; z + (1 << jam) <= b->z1; z += 1 << jam)
            advance[jam](step, b, z, &s);
}

#define TILE(jam, streams)                                                                            \
    static void PASTE(N(tile_##jam), _##streams)(const nt_step *step, const nt_box *b)                \
    {                                                                                                 \
        N(box)(jam, streams, step, b);                                                                \
    }
TILE(0, 0) TILE(1, 0) TILE(2, 0) TILE(0, 1) TILE(1, 1) TILE(2, 1)

/*
 * What a vector costs at `planes` planes at a time.  For each distance three additions and three FMAs; the
 * weight c0; two FMAs at the end.  Loads: u- and C; along y 2M; along z 2M that the planes share; along x the
 * three vectors that the others slide out of, or where vectors do not slide one for each of 2M + 1.  Parts of
 * a load are left out: a roof may only err towards the faster side.
 */
static nt_work N(work)(const void *params, int planes)
{
    const int m = ((const nt_wave *)params)->order / 2;
    return (nt_work){.add = 3 * m,
                     .mul = 1,
                     .fma = 3 * m + 2,
                     .shuffle = SLIDES(m) ? V(slide_cost)(m) : 0,
                     .load = 2 + 2 * m + 2 * m / planes + (SLIDES(m) ? 3 : 2 * m + 1),
                     .store = 1};
}
static nt_work N(work_1)(const void *params, const nt_function *self) { (void)self; return N(work)(params, 1); }
static nt_work N(work_2)(const void *params, const nt_function *self) { (void)self; return N(work)(params, 2); }
static nt_work N(work_4)(const void *params, const nt_function *self) { (void)self; return N(work)(params, 4); }

#undef TILE
#undef ENTRY
#undef ASKS
#undef RADIUS
#undef PLANES
#undef SLIDES
