/*
 * support.c - what the tests share: random numbers, guarded memory, views, scenes
 * SPDX-License-Identifier: MIT
 */
#include "support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "nestune/philox.h"

/* ---- Random numbers ------------------------------------------------------------------------- */

static uint64_t seed(void)
{
    static uint64_t value;
    if (value == 0) {
        const char *text = getenv("NESTUNE_TEST_SEED");
        value = text && *text ? strtoull(text, NULL, 0) : 20240607;
        value += value == 0;
        fprintf(stderr, "NESTUNE_TEST_SEED=%llu\n", (unsigned long long)value);
    }
    return value;
}

rng rng_make(uint64_t stream)
{
    return (rng){stream << 32};
}

uint64_t rng_next(rng *r)
{
    uint32_t words[4];
    nt_philox_block(r->state++, seed(), words);
    return (uint64_t)words[0] << 32 | words[1];
}

int64_t rng_below(rng *r, int64_t n)
{
    return (int64_t)(rng_next(r) % (uint64_t)n);
}

double rng_unit(rng *r)
{
    return (double)(rng_next(r) >> 11) * 0x1p-53;
}

int rng_pick(rng *r, const int *list, int n)
{
    return list[rng_below(r, n)];
}

/* ---- Memory between guard pages ------------------------------------------------------------- */

/* Tests make and free a hundred thousand small pieces, and mapping one costs more than using it: a few are kept.  So a
 * use after the end of a test is not seen. */
enum { MOST_KEPT = 16 };
static guarded kept[MOST_KEPT];

static guarded take_kept(size_t n_bytes)
{
    guarded found = {0};
    for (int i = 0; i < MOST_KEPT && !found.map; i++)
        if (kept[i].map && kept[i].n_bytes == n_bytes) {
            found = kept[i];
            kept[i] = (guarded){0};
        }
    return found;
}

guarded guarded_make(size_t bytes)
{
    const size_t page = (size_t)sysconf(_SC_PAGESIZE), n_bytes = (bytes / page + 1) * page;
    guarded g = take_kept(n_bytes);
    if (g.map) {
        memset(g.pages, CANARY, g.n_bytes);
        return g;
    }
    g.n_bytes = n_bytes;
    g.map_bytes = g.n_bytes + 2 * page;
    /* On qemu 7.2 an AVX2 masked load was seen to fault where only lanes that the mask leaves out lie in a guard: there guards may be read. */
    const bool may_be_read = getenv("NT_TEST_EMULATED") && nt_isa_available(NT_ISA_AVX2);
    g.map = mmap(NULL, g.map_bytes, may_be_read ? PROT_READ : PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (g.map == MAP_FAILED)
        fail_msg("no memory for %zu bytes", g.map_bytes);
    g.pages = (char *)g.map + page;
    if (mprotect(g.pages, g.n_bytes, PROT_READ | PROT_WRITE) != 0)
        fail_msg("no memory for %zu bytes", g.map_bytes);
    memset(g.pages, CANARY, g.n_bytes);
    return g;
}

/* The oldest of those kept makes room. */
void guarded_free(guarded *g)
{
    static int next;
    if (g->map) {
        if (kept[next].map)
            munmap(kept[next].map, kept[next].map_bytes);
        kept[next] = *g;
        next = (next + 1) % MOST_KEPT;
    }
    *g = (guarded){0};
}

/* ---- Views ---------------------------------------------------------------------------------- */

const layout layouts[] = {
    {.name = "page-end", .sx = 1},
    {.name = "page-start", .sx = 1, .low = true},
    {.name = "padded", .sx = 1, .row_gap = 3, .plane_gap = 5},
    {.name = "row-padded", .sx = 1, .row_gap = 8, .low = true},
    {.name = "plane-padded", .sx = 1, .plane_gap = 7, .low = true},
    {.name = "unaligned", .sx = 1, .low = true, .lead = 1, .skew = 1},
    {.name = "backwards", .sx = 1, .row_gap = -1, .plane_gap = -1},
    {.name = "x-stride-2", .sx = 2, .row_gap = 1, .low = true},
    {.name = "x-stride-minus-1", .sx = -1, .row_gap = 2},
    {.name = "z-fastest", .sx = 1, .z_fastest = true},
};
const int n_layouts = sizeof layouts / sizeof *layouts;

bool layout_suits(const layout *l, int radius)
{
    return radius == 0 || (l->sx == 1 && !l->z_fastest);
}

/* Strides: rows and planes run backwards where the gap is negative, all axes where sx is. */
static void strides_of(const layout *l, const int64_t padded[3], ptrdiff_t s[3])
{
    const int fast = l->z_fastest ? 2 : 0, slow = 2 - fast;
    s[fast] = abs(l->sx);
    s[1] = (ptrdiff_t)(padded[fast] > 0 ? padded[fast] : 1) * s[fast] + abs(l->row_gap);
    s[slow] = (ptrdiff_t)(padded[1] > 0 ? padded[1] : 1) * s[1] + abs(l->plane_gap);
    if (l->sx < 0)
        s[fast] = -s[fast];
    if (l->sx < 0 || l->row_gap < 0)
        s[1] = -s[1];
    if (l->sx < 0 || l->plane_gap < 0)
        s[slow] = -s[slow];
}

void operand_make(operand *f, nt_dtype dtype, const int64_t n[3], int halo, const layout *l, int which)
{
    const ptrdiff_t size = (ptrdiff_t)nt_dtype_bytes(dtype);
    const int64_t padded[3] = {n[0] + 2 * halo, n[1] + 2 * halo, n[2] + 2 * halo};
    ptrdiff_t s[3], low = 0, high = 1; /* elements from the halo's first corner */
    strides_of(l, padded, s);
    for (int a = 0; a < 3; a++) {
        const ptrdiff_t span = padded[a] > 0 ? (ptrdiff_t)(padded[a] - 1) * s[a] : 0;
        *(span < 0 ? &low : &high) += span;
    }
    const ptrdiff_t lead = l->lead + which * l->skew;
    f->memory = guarded_make((size_t)((high - low + lead) * size));
    char *corner = l->low ? f->memory.pages + (lead - low) * size
                          : f->memory.pages + f->memory.n_bytes - (high + lead) * size;
    nt_error why;
    if (nt_grid_wrap(&f->grid, dtype, n, (const int64_t[3]){s[0], s[1], s[2]}, halo,
                     corner + halo * (s[0] + s[1] + s[2]) * size, &why) != NT_OK)
        fail_msg("%s", why.text);
    f->kept = 0;
    for (int64_t z = -halo; halo > 0 && z < n[2] + halo; z++)
        for (int64_t y = -halo; y < n[1] + halo; y++)
            for (int64_t x = -halo; x < n[0] + halo; x++)
                cell_set(f->grid, x, y, z, 0);
    f->before = malloc(f->memory.n_bytes);
    assert_non_null(f->before);
}

/* By the strides, without nt_grid_cell(): it has a test of its own, and most of the time would go there. */
static inline ptrdiff_t element(const nt_grid *g, int64_t x, int64_t y, int64_t z)
{
    return x * g->sx + y * g->sy + z * g->sz;
}

/* To the same place from another cell (0, 0, 0). */
static inline void element_copy(void *to, const nt_grid *g, int64_t x, int64_t y, int64_t z)
{
    const ptrdiff_t i = element(g, x, y, z);
    if (g->dtype == NT_F64)
        ((double *)to)[i] = ((const double *)g->cells)[i];
    else
        ((float *)to)[i] = ((const float *)g->cells)[i];
}

void operand_snapshot(operand *f)
{
    memcpy(f->before, f->memory.pages, f->memory.n_bytes);
}

/* Cells that may change are taken over into `before`: what still differs then is damage. */
void operand_check(const operand *f, bool cells_may_change, const char *what)
{
    const nt_grid *g = f->grid;
    void *before = f->before + ((char *)g->cells - f->memory.pages);
    const int k = f->kept;
    for (int64_t z = -k; cells_may_change && z < g->nz + k; z++)
        for (int64_t y = -k; y < g->ny + k; y++)
            for (int64_t x = -k; x < g->nx + k; x++)
                element_copy(before, g, x, y, z);
    if (memcmp(f->before, f->memory.pages, f->memory.n_bytes) == 0)
        return;
    size_t i = 0;
    while (f->before[i] == f->memory.pages[i])
        i++;
    fail_msg("%s, %lldx%lldx%lld: overwritten %td bytes from cell (0, 0, 0)", what, (long long)g->nx,
             (long long)g->ny, (long long)g->nz, f->memory.pages + i - (char *)g->cells);
}

void operand_free(operand *f)
{
    nt_grid_destroy(f->grid);
    guarded_free(&f->memory);
    free(f->before);
    *f = (operand){0};
}

double cell_get(const nt_grid *g, int64_t x, int64_t y, int64_t z)
{
    const ptrdiff_t i = element(g, x, y, z);
    return g->dtype == NT_F64 ? ((const double *)g->cells)[i] : (double)((const float *)g->cells)[i];
}

void cell_set(const nt_grid *g, int64_t x, int64_t y, int64_t z, double value)
{
    const ptrdiff_t i = element(g, x, y, z);
    if (g->dtype == NT_F64)
        ((double *)g->cells)[i] = value;
    else
        ((float *)g->cells)[i] = (float)value;
}

uint64_t cell_bits(const nt_grid *g, int64_t x, int64_t y, int64_t z)
{
    const ptrdiff_t i = element(g, x, y, z);
    uint64_t wide;
    uint32_t narrow;
    if (g->dtype == NT_F64) {
        memcpy(&wide, (const double *)g->cells + i, sizeof wide);
        return wide << 1 > UINT64_C(0xffe0000000000000) ? UINT64_C(0x7ff8000000000000) : wide;
    }
    memcpy(&narrow, (const float *)g->cells + i, sizeof narrow);
    return narrow << 1 > UINT32_C(0xff000000) ? UINT32_C(0x7fc00000) : narrow;
}

void assert_same_bits(const nt_grid *a, const nt_grid *b, const char *what)
{
    for (int64_t z = 0; z < a->nz; z++)
        for (int64_t y = 0; y < a->ny; y++)
            for (int64_t x = 0; x < a->nx; x++)
                if (cell_bits(a, x, y, z) != cell_bits(b, x, y, z))
                    fail_msg("%s, %lldx%lldx%lld: cell (%lld, %lld, %lld) is %a, not %a", what,
                             (long long)a->nx, (long long)a->ny, (long long)a->nz, (long long)x, (long long)y,
                             (long long)z, cell_get(a, x, y, z), cell_get(b, x, y, z));
}

/* ---- Scenes --------------------------------------------------------------------------------- */

void scene_make(scene *s, const nt_kernel *kernel, const void *params, nt_dtype dtype, const int64_t n[3],
                const layout *l, bool separate)
{
    const int radius = nt_kernel_radius(kernel, params);
    int which = 0;
    *s = (scene){.kernel = kernel,
                 .params = params ? params : kernel->params,
                 .dtype = dtype,
                 .separate = separate && kernel->field->n_levels == 1};
    for (int i = 0; i < kernel->field->n_levels; i++) {
        operand_make(&s->level[i], dtype, n, radius, l, which++);
        s->level[i].kept = kernel->field->ghosts ? radius : 0;
    }
    for (int i = 0; i < kernel->field->n_coefs; i++)
        operand_make(&s->coef[i], dtype, n, 0, l, which++);
    if (s->separate)
        operand_make(&s->result, dtype, n, 0, l, which++);
    scene_fill(s);
}

void scene_fill(scene *s)
{
    for (int i = 0; i < s->kernel->field->n_levels; i++)
        nt_kernel_fill(s->kernel, i, SCENE_SEED, s->level[i].grid);
    for (int i = 0; i < s->kernel->field->n_coefs; i++)
        nt_kernel_fill(s->kernel, s->kernel->field->n_levels + i, SCENE_SEED, s->coef[i].grid);
}

void scene_ghosts(scene *s)
{
    const nt_grid *g = s->level[0].grid;
    const nt_view view = nt_view_of(g);
    const nt_box all = {0, g->nx, 0, g->ny, 0, g->nz};
    if (s->kernel->field->ghosts)
        s->kernel->field->ghosts(s->params, s->dtype, &view, (const int64_t[3]){g->nx, g->ny, g->nz}, &all);
}

void scene_free(scene *s)
{
    for (int i = 0; i < s->kernel->field->n_levels; i++)
        operand_free(&s->level[i]);
    for (int i = 0; i < s->kernel->field->n_coefs; i++)
        operand_free(&s->coef[i]);
    if (s->separate)
        operand_free(&s->result);
}

test_problem scene_problem(scene *s, int64_t steps)
{
    test_problem p = {.kernel = s->kernel, .params = s->params, .steps = steps};
    for (int i = 0; i < s->kernel->field->n_levels; i++)
        p.level[i] = s->level[i].grid;
    for (int i = 0; i < s->kernel->field->n_coefs; i++)
        p.coef[i] = s->coef[i].grid;
    p.result = s->separate ? s->result.grid : NULL;
    return p;
}

const nt_grid *scene_run(scene *s, const nt_config *config, int64_t steps, const char *what)
{
    for (int i = 0; i < s->kernel->field->n_levels; i++)
        operand_snapshot(&s->level[i]);
    for (int i = 0; i < s->kernel->field->n_coefs; i++)
        operand_snapshot(&s->coef[i]);
    if (s->separate)
        operand_snapshot(&s->result);
    const test_problem problem = scene_problem(s, steps);
    nt_plan *plan;
    nt_error why;
    if (problem_plan(&plan, &problem, config, &why) != NT_OK)
        fail_msg("%s: %s", what, why.text);
    nt_plan_run(plan, steps);
    const nt_grid *newest = nt_plan_newest(plan);
    nt_plan_destroy(plan);
    for (int i = 0; i < s->kernel->field->n_levels; i++)
        operand_check(&s->level[i], steps > 0 && !s->separate, what);
    for (int i = 0; i < s->kernel->field->n_coefs; i++)
        operand_check(&s->coef[i], false, what);
    if (s->separate)
        operand_check(&s->result, steps > 0, what);
    return newest;
}

nt_step scene_step(scene *s)
{
    const nt_grid *src = s->level[0].grid;
    const nt_grid *dst = s->kernel->field->n_levels == 2 ? s->level[1].grid
                         : s->separate                   ? s->result.grid
                                                         : src;
    s->blank = nt_config_blank(s->kernel);
    nt_step step = {.src = nt_view_of(src),
                    .dst = nt_view_of(dst),
                    .coef = s->views,
                    .params = s->params,
                    .config = &s->blank};
    for (int c = 0; c < NT_MAX_COEFS; c++)
        s->views[c] = nt_view_of(c < s->kernel->field->n_coefs ? s->coef[c].grid : src);
    return step;
}

/* ---- What is tested ------------------------------------------------------------------------- */

enum { MOST_PREBUILTS = 2048 };

static void add_prebuilt(prebuilt *s, const nt_kernel *kernel, int which, const nt_function *f)
{
    const nt_case *c = nt_kernel_case_at(kernel, which);
    *s = (prebuilt){.kernel = kernel,
                    .function = f,
                    .kernel_case = c,
                    .params = c->params,
                    .which = which,
                    .isa = f->isa,
                    .variant = nt_kernel_variant(kernel, f->variant)};
    snprintf(s->name, sizeof s->name, "%s/%s/%s/%s/%s%s%s%s", kernel->name, nt_isa_name(f->isa),
             nt_dtype_name(f->dtype), f->variant, f->fn, f->layout == NT_LAYOUT_ROWS ? "" : "/bricks",
             kernel->cases ? "/" : "", kernel->cases ? c->name : "");
    if (s->variant < 0)
        fail_msg("%s: no such variant", s->name);
}

const prebuilt *prebuilts(int *n)
{
    static prebuilt list[MOST_PREBUILTS];
    static int count;
    if (count == 0)
        for (int k = 0; k < nt_kernel_count(); k++) {
            const nt_kernel *kernel = nt_kernel_at(k);
            const nt_function *f;
            for (int i = 0; kernel->field && (f = nt_kernel_function_at(kernel, i)); i++)
                for (int c = 0; nt_isa_available(f->isa) && nt_kernel_case_at(kernel, c); c++) {
                    if (count == MOST_PREBUILTS)
                        fail_msg("more than %d prebuilt functions", MOST_PREBUILTS);
                    add_prebuilt(&list[count++], kernel, c, f);
                }
        }
    *n = count;
    return list;
}

bool prebuilts_alike(const prebuilt *a, const prebuilt *b)
{
    return a->kernel == b->kernel && a->which == b->which && a->variant == b->variant &&
           a->function->dtype == b->function->dtype;
}

int prebuilt_radius(const prebuilt *s)
{
    return nt_kernel_radius(s->kernel, s->params);
}

bool prebuilt_shape(const prebuilt *s, const int64_t shape[3], int64_t n[3])
{
    const int radius = prebuilt_radius(s);
    for (int a = 0; a < 3; a++)
        n[a] = shape[a] + (shape[a] > 0 && radius > 1 ? radius - 1 : 0);
    const void *params = s->params ? s->params : s->kernel->params;
    return !s->kernel->check || s->kernel->check(params, s->function->dtype, n, NULL) == NT_OK;
}

void prebuilt_scene(scene *on, const prebuilt *s, const int64_t n[3], const layout *l, bool separate)
{
    scene_make(on, s->kernel, s->params, s->function->dtype, n, l, separate);
}

nt_config prebuilt_config(const prebuilt *s)
{
    nt_config c = nt_config_blank(s->kernel);
    c.isa = s->isa;
    c.variant = s->variant;
    c.fn = nt_kernel_form(s->kernel, s->function->fn);
    c.layout = (int)s->function->layout;
    c.parallel = NT_PARALLEL_SERIAL;
    return c;
}

bool config_equal(const nt_config *a, const nt_config *b)
{
    bool same = a->isa == b->isa && a->variant == b->variant && a->fn == b->fn && a->layout == b->layout &&
                a->parallel == b->parallel && a->order == b->order && a->tile[0] == b->tile[0] &&
                a->tile[1] == b->tile[1] && a->tile[2] == b->tile[2] && a->depth == b->depth &&
                a->chunk == b->chunk && a->threads == b->threads && a->schedule == b->schedule;
    for (int i = 0; i < NT_MAX_OWN_KEYS; i++)
        same &= a->own[i] == b->own[i];
    return same;
}

const char *config_text(const nt_kernel *kernel, const nt_config *config)
{
    static char text[NT_CONFIG_TEXT];
    nt_config_format(kernel, config, text, sizeof text);
    return text;
}

/* ---- Errors --------------------------------------------------------------------------------- */

void assert_refused(nt_status got, nt_status expected, const nt_error *why, const char *part)
{
    if (got != expected)
        fail_msg("'%s' where '%s' was expected: %s", nt_status_text(got), nt_status_text(expected),
                 got == NT_OK ? "" : why->text);
    const size_t n = strnlen(why->text, sizeof why->text);
    assert_in_range(n, 1, sizeof why->text - 1);
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)why->text[i] < 0x20 || why->text[i] == 0x7f)
            fail_msg("the reason has the control character 0x%02x at %zu", why->text[i], i);
    if (why->text[n - 1] == '.')
        fail_msg("the reason ends in a full stop: %s", why->text);
    if (!strstr(why->text, part))
        fail_msg("the reason does not name '%s': %s", part, why->text);
}
