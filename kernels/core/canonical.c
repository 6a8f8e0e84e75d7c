/*
 * canonical.c - which configs have the same effect, and the one that stands for them
 * SPDX-License-Identifier: MIT
 *
 * A table of rules, each with its words.  No config of allowed values is excluded: what would be pointless means the same
 * as a simpler one.
 */
#include <stdio.h>
#include <string.h>

#include "nestune/author.h"
#include "nestune/kernel.h"

static nt_order order_of(const char axes[3])
{
    for (int i = 0; i < NT_N_ORDERS; i++)
        if (memcmp(nt_order_name((nt_order)i), axes, 3) == 0)
            return (nt_order)i;
    return NT_ORDER_ZYX;
}

/* Moves loops of one iteration inwards, in the order zyx; `parallel` follows the shared loop. */
static void drop_trivial_loops(nt_config *c, const bool trivial[3])
{
    const char *old = nt_order_name(c->order);
    char axes[4] = "";
    int n = 0, shared = -1;
    const int position = c->parallel - NT_PARALLEL_OUTER;
    for (int i = 0; i < 3; i++) {
        if (c->parallel != NT_PARALLEL_FLAT && i == position)
            shared = n;
        if (!trivial[old[i] - 'x'])
            axes[n++] = old[i];
    }
    for (char a = 'z'; a >= 'x'; a--)
        if (trivial[a - 'x'])
            axes[n++] = a;
    c->order = order_of(axes);
    if (shared >= 0)
        c->parallel = (nt_parallel)(NT_PARALLEL_OUTER + shared);
}

/* ---- The rules ---------------------------------------------------------------------------------- */

/* A config on a shape.  contiguous: rows and planes follow each other without gaps. */
typedef struct situation {
    const nt_kernel *kernel;
    const int64_t *shape;
    int contiguous;
    int64_t steps;
} situation;

/* The loops of a config there. */
typedef struct loops {
    bool fuse; /* flat over contiguous cells: one long row */
    int64_t cells[3];
    int shared; /* the axis of the shared loop; -1: no single one is */
    bool alone; /* no single loop is shared: it has one iteration, or there is one thread */
} loops;

static bool is_stencil(const situation *s)
{
    return nt_kernel_radius(s->kernel, NULL) > 0;
}

static loops loops_of(const situation *s, const nt_config *c)
{
    const int64_t *n = s->shape;
    const bool flat = c->parallel == NT_PARALLEL_FLAT,
               fuse = flat && s->contiguous && !is_stencil(s) && c->tile[1] == 0 && c->tile[2] == 0;
    loops l = {.fuse = fuse,
               .cells = {fuse ? n[0] * n[1] * n[2] : n[0], fuse ? 1 : n[1], fuse ? 1 : n[2]},
               .shared = -1};
    if (c->parallel != NT_PARALLEL_SERIAL && !flat)
        l.shared = nt_order_name(c->order)[c->parallel - NT_PARALLEL_OUTER] - 'x';
    l.alone = l.shared < 0 || c->threads == 1 || l.cells[l.shared] <= 1 ||
              (c->tile[l.shared] != 0 && c->tile[l.shared] >= l.cells[l.shared]);
    return l;
}

/* On the shared axis a tile of 0 is an even split; elsewhere it is the whole axis. */
static bool is_even_split(const loops *l, const nt_config *c, int axis)
{
    return !l->alone && axis == l->shared && c->tile[axis] == 0;
}

static void limit_depth(const situation *s, nt_config *c)
{
    if (c->depth > s->steps)
        c->depth = s->steps > 0 ? (int)s->steps : 1;
}

/* Only rows have forms that ask for what comes next, and keys of the kernel's own. */
static void fit_bricks(const situation *s, nt_config *c)
{
    const nt_function *first = NULL;
    if (c->layout == NT_LAYOUT_ROWS)
        return;
    for (int a = 0; a < 2; a++)
        c->tile[a] = (c->tile[a] + NT_BRICK - 1) / NT_BRICK * NT_BRICK;
    memset(c->own, 0, sizeof c->own);
    for (int i = 0; s->kernel->keys && s->kernel->keys[i].name; i++)
        c->own[i] = s->kernel->keys[i].values[0];
    /* Not by nt_kernel_function_at(), which counts from the start each time: a search comes here for every config. */
    for (const nt_function *const *part = s->kernel->functions; *part; part++)
        for (const nt_function *f = *part; f->fn; f++) {
            if ((int)f->layout != c->layout || f->isa != c->isa || nt_kernel_variant(s->kernel, f->variant) != c->variant)
                continue;
            first = first ? first : f;
            if (nt_kernel_form(s->kernel, f->fn) == c->fn)
                return;
        }
    if (first)
        c->fn = nt_kernel_form(s->kernel, first->fn);
}

/* Time blocks of a stencil have loops of their own (wavefront.c): the threads share rows of tiles in y. */
static bool is_wavefront(const situation *s, const nt_config *c)
{
    return c->depth > 1 && is_stencil(s);
}

static void make_wavefront(const situation *s, nt_config *c)
{
    const int64_t *shape = s->shape;
    if (!is_wavefront(s, c))
        return;
    c->order = NT_ORDER_YXZ;
    if (c->schedule == NT_SCHEDULE_GUIDED) /* a row is a chunk */
        c->schedule = NT_SCHEDULE_DYNAMIC;
    for (int a = 0; a < 3; a++)
        if (c->tile[a] >= shape[a] && !(a == 1 && c->parallel != NT_PARALLEL_SERIAL))
            c->tile[a] = 0;
    if (c->tile[1] >= shape[1] || c->threads == 1)
        c->parallel = NT_PARALLEL_SERIAL;
    if (c->parallel == NT_PARALLEL_SERIAL) {
        c->threads = 1;
        c->schedule = NT_SCHEDULE_STATIC;
        c->tile[1] = c->tile[1] < shape[1] ? c->tile[1] : 0;
    } else {
        c->parallel = NT_PARALLEL_OUTER;
    }
}

static void share_what_can_be(const situation *s, nt_config *c)
{
    if (is_wavefront(s, c))
        return;
    if (loops_of(s, c).alone && c->parallel != NT_PARALLEL_FLAT)
        c->parallel = NT_PARALLEL_SERIAL;
    if (c->parallel == NT_PARALLEL_SERIAL || c->threads == 1) {
        c->threads = 1;
        c->schedule = NT_SCHEDULE_STATIC;
    }
}

static void drop_whole_tiles(const situation *s, nt_config *c)
{
    const loops l = loops_of(s, c);
    for (int a = 0; a < 3 && !is_wavefront(s, c) && c->parallel != NT_PARALLEL_FLAT; a++)
        if (c->tile[a] >= l.cells[a] && !is_even_split(&l, c, a))
            c->tile[a] = 0;
}

static void order_loops(const situation *s, nt_config *c)
{
    const loops l = loops_of(s, c);
    bool trivial[3];
    if (is_wavefront(s, c))
        return;
    for (int a = 0; a < 3; a++)
        trivial[a] =
            l.cells[a] <= 1 || (!is_even_split(&l, c, a) && (c->tile[a] == 0 || c->tile[a] >= l.cells[a]));
    if (l.fuse)
        c->order = NT_ORDER_ZYX;
    else if (c->parallel != NT_PARALLEL_FLAT)
        drop_trivial_loops(c, trivial);
}

static void share_range(const situation *s, nt_config *c)
{
    const int64_t n = s->shape[0];
    if (c->threads > 1 && c->parallel != NT_PARALLEL_SERIAL && n > 1 && c->chunk < n)
        return;
    c->parallel = NT_PARALLEL_SERIAL;
    c->threads = 1;
    c->chunk = 0;
}

static void split_range(const situation *s, nt_config *c)
{
    (void)s;
    if (c->chunk == 0)
        c->schedule = NT_SCHEDULE_STATIC;
}

/* Applied in this order.  A program has none. */
typedef struct rule {
    const char *text;
    void (*apply)(const situation *s, nt_config *c);
} rule;

static const rule field_rules[] = {
    {"depth is at most the steps of a run", limit_depth},
    {"in bricks tiles in x and y are rounded up to 4, the kernel's own keys have their first values, and a form that rows "
     "alone have is the first one",
     fit_bricks},
    {"a stencil with depth > 1 has order=yxz, and shares the rows of tiles in y (parallel=outer) or "
     "nothing; guided is dynamic there",
     make_wavefront},
    {"a loop of one iteration is not shared: parallel=serial; nor are loops without threads: schedule=static",
     share_what_can_be},
    {"a tile that covers its axis is 0; on the shared axis 0 is an even split", drop_whole_tiles},
    {"loops of one iteration are the innermost ones; flat over contiguous cells has order=zyx", order_loops},
    {0},
};
static const rule range_rules[] = {
    {"one thread, one index or one chunk of all is parallel=serial, threads=1, chunk=0", share_range},
    {"chunk=0 is one part for each thread, whatever the schedule: schedule=static", split_range},
    {0},
};
static const rule no_rules[] = {{0}};

static const rule *rules_of(const nt_kernel *kernel)
{
    return !kernel || kernel->program ? no_rules : kernel->range ? range_rules : field_rules;
}

void nt_config_canonical(const nt_kernel *kernel, const int64_t shape[3], int contiguous, int64_t steps,
                         nt_config *c)
{
    if (!shape || nt_config_check(kernel, c, NULL) != NT_OK)
        return;
    const situation s = {kernel, shape, contiguous, steps};
    for (const rule *r = rules_of(kernel); r->text; r++)
        r->apply(&s, c);
}

void nt_config_rules(const nt_kernel *kernel, char *text, size_t n)
{
    size_t used = 0;
    if (!text || n == 0)
        return;
    text[0] = '\0';
    for (const rule *r = rules_of(kernel); r->text && used < n; r++)
        used += (size_t)snprintf(text + used, n - used, "%s\n", r->text);
}
