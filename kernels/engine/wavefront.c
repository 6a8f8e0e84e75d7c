/*
 * wavefront.c - temporal blocking: skewed tiles that advance several steps while they are in cache
 * SPDX-License-Identifier: MIT
 *
 * A time block advances the whole grid by `depth` steps.  Step s of it works in coordinates shifted by s
 * times the radius (in x by whole cache lines, so that rows stay aligned; in bricks by whole ones): X = x + s line, Y = y + s r,
 * Z = z + s r.  A tile is a box in (X, Y, Z), so in the grid it slides towards lower x, y and z from step to step.
 * A cell of step s reads cells of step s - 1 at a distance of at most r; on no axis are their shifted
 * coordinates larger than its own.  It overwrites a cell of step s - 2; the cells of step s - 1 that read
 * that one also have no larger shifted coordinates.  So an order is right if each tile comes after all tiles
 * that are larger on no axis, and two levels suffice.
 *
 *   rows of tiles, along Y    shared among the threads in ascending order
 *     blocks in X             one after the other
 *       fronts in Z           one after the other: the wavefront
 *         steps 0 .. depth-1
 *
 * Row j may start its p-th (block, front) when row j - 1 has finished its p-th; each row has a counter for
 * this.  Threads start rows in ascending order, so the lowest unfinished row never waits, and the team may
 * have any size.  The counters continue from one time block to the next, with a barrier in between.
 *
 * Tried instead: diamonds in (y, t), which need two phases a block and start each with a cold cache.
 */
#include "engine/wavefront.h"

#include <omp.h>
#include <sched.h>
#include <time.h>

#include "engine/step.h"

enum { X, Y, Z };

/* A waiting thread spins so often before it yields, and yields so often before it sleeps, longer each time, in nanoseconds. */
enum { SPINS = 4096, YIELDS = 8, SHORTEST_SLEEP = 20000, LONGEST_SLEEP = 500000 };

/* One time block: its tiles, for a number of steps that may be less than the depth in the last. */
typedef struct block {
    const nt_nest *nest;
    int64_t time;
    int depth;
    int64_t shift[3]; /* cells a step */
    int64_t size[3];  /* of a tile */
    int64_t n[3];     /* tiles */
    int64_t base;     /* counters stand here when the block begins */
} block;

int64_t nt_wavefront_shift(const nt_nest *nest, int axis)
{
    const int64_t line = 64 / nest->element_bytes, r = nest->radius;
    return nest->brick > 1 ? nt_nest_whole(nest, axis, r) : axis == X ? (r + line - 1) / line * line : r;
}

static block block_of(const nt_nest *nest, int64_t time, int depth)
{
    block b = {.nest = nest, .time = time, .depth = depth};
    for (int a = 0; a < 3; a++)
        b.shift[a] = nt_wavefront_shift(nest, a);
    for (int a = 0; a < 3; a++) {
        const int64_t reach = nest->n[a] + (depth - 1) * b.shift[a]; /* of the shifted coordinate */
        const int64_t parts = a == Y && nest->tile[a] == 0 ? nest->threads : 1;
        const bool cut = nest->tile[a] > 0 && nest->tile[a] < nest->n[a];
        b.size[a] = cut ? nest->tile[a] : nt_nest_whole(nest, a, (reach + parts - 1) / parts);
        b.n[a] = (reach + b.size[a] - 1) / b.size[a];
    }
    return b;
}

/* The last block may be shallower.  Rows of tiles of a fixed size are then fewer.  With an even split there
 * may be more, since a shorter reach may divide better; but never more than parts. */
int64_t nt_wavefront_rows(const nt_nest *nest)
{
    const int64_t rows = block_of(nest, 0, nest->depth).n[Y];
    return nest->tile[Y] == 0 && nest->threads > rows ? nest->threads : rows;
}

int nt_wavefront_parts(const nt_nest *nest)
{
    const block b = block_of(nest, 0, nest->depth);
    const int64_t turns = b.n[X] * b.n[Z], parts = b.n[Y] < turns ? b.n[Y] : turns;
    return parts < nest->threads ? (int)parts : nest->threads;
}

int64_t nt_wavefront_row_cells(const nt_nest *nest)
{
    return block_of(nest, 0, nest->depth).size[Y];
}

/* The cells of an axis that tile i works on in step s; false for none. */
static bool cells_of(const block *b, int axis, int64_t i, int s, int64_t *low, int64_t *high)
{
    const int64_t first = i * b->size[axis] - s * b->shift[axis], n = b->nest->n[axis];
    const int64_t end = first + b->size[axis];
    *low = first > 0 ? first : 0;
    *high = end < n ? end : n;
    return *low < *high;
}

static bool box_of(const block *b, int64_t i, int64_t j, int64_t k, int s, nt_box *box)
{
    return cells_of(b, X, i, s, &box->x0, &box->x1) && cells_of(b, Y, j, s, &box->y0, &box->y1) &&
           cells_of(b, Z, k, s, &box->z0, &box->z1);
}

/* The rows that the first step of the next front needs and that are not in cache.  Each step of this front
 * prefetches a share of them, so that the memory is busy in all steps and not in one of `depth`. */
static nt_ahead ahead_of(const block *b, int64_t i, int64_t j, int64_t k)
{
    nt_ahead ahead = {.first = 0};
    if (k + 1 < b->n[Z] && box_of(b, i, j, k + 1, 0, &ahead.box))
        ahead.n = (ahead.box.y1 - ahead.box.y0) * (ahead.box.z1 - ahead.box.z0);
    return ahead;
}

static void advance_tile(const block *b, int64_t i, int64_t j, int64_t k)
{
    const nt_ahead next = ahead_of(b, i, j, k);
    for (int s = 0; s < b->depth; s++) {
        nt_box box;
        nt_ahead share = next;
        share.first = next.n * s / b->depth;
        share.n = next.n * (s + 1) / b->depth - share.first;
        if (box_of(b, i, j, k, s, &box))
            nt_step_box(b->nest, &box, b->time + s, &share);
    }
}

/*
 * With a core for each thread a wait is short.  With more threads than cores, as where several threads of the host have teams of
 * their own, the thread that is waited for may not be running: yielding again and again would take the cores from it and from all
 * others.
 */
static void wait_for(nt_progress *row, int64_t count)
{
    struct timespec sleep = {.tv_nsec = SHORTEST_SLEEP};
    for (int64_t spins = 1; atomic_load_explicit(&row->done, memory_order_acquire) < count; spins++) {
        if (spins % SPINS != 0) {
#if defined __x86_64__
            __builtin_ia32_pause();
#endif
        } else if (spins <= (int64_t)SPINS * YIELDS) {
            sched_yield();
        } else {
            nanosleep(&sleep, NULL);
            sleep.tv_nsec = sleep.tv_nsec < LONGEST_SLEEP / 2 ? 2 * sleep.tv_nsec : LONGEST_SLEEP;
        }
    }
}

static void advance_row(const block *b, int64_t j)
{
    nt_progress *progress = b->nest->progress;
    int64_t count = b->base;
    for (int64_t i = 0; i < b->n[X]; i++)
        for (int64_t k = 0; k < b->n[Z]; k++) {
            count++;
            if (j > 0)
                wait_for(&progress[j - 1], count);
            advance_tile(b, i, j, k);
            atomic_store_explicit(&progress[j].done, count, memory_order_release);
        }
}

static void advance_block(const block *b, bool team)
{
    if (!team) {
        for (int64_t j = 0; j < b->n[Y]; j++)
            advance_row(b, j);
    } else if (b->nest->schedule !=
               NT_SCHEDULE_STATIC) { /* guided would give one thread rows that wait for each other */
#pragma omp for schedule(monotonic : dynamic, 1)
        for (int64_t j = 0; j < b->n[Y]; j++)
            advance_row(b, j);
    } else {
#pragma omp for schedule(static, 1)
        for (int64_t j = 0; j < b->n[Y]; j++)
            advance_row(b, j);
    }
}

void nt_wavefront_begin(nt_nest *nest)
{
    const int64_t rows = nt_wavefront_rows(nest);
    for (int64_t j = 0; j < rows; j++)
        atomic_store_explicit(&nest->progress[j].done, 0, memory_order_relaxed);
}

void nt_wavefront_run(const nt_nest *nest, bool team)
{
    const int64_t end = nest->time + nest->steps;
    int64_t base = 0;
    for (int64_t t = nest->time; t < end; t += nest->depth) {
        block b = block_of(nest, t, (int)(end - t < nest->depth ? end - t : nest->depth));
        b.base = base;
        advance_block(&b, team);
        base += b.n[X] * b.n[Z];
    }
}
