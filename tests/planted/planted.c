/*
 * planted.c - a module that does what a module should not: its forms are right, wrong, crash or hang
 * SPDX-License-Identifier: MIT
 *
 * a + 1 on every cell.  If PLANTED_LOAD is set, loading it crashes ("crash"), hangs ("hang") or prints ("print").
 */
#include <nestune/author.h>

#ifdef NT_ISA

/* dst = src + added on the whole box. */
static void add(const nt_step *step, const nt_box *box, double added)
{
    for (int64_t z = box->z0; z < box->z1; z++)
        for (int64_t y = box->y0; y < box->y1; y++)
            for (int64_t x = box->x0; x < box->x1; x++)
                ((double *)step->dst.cells)[x + y * step->dst.sy + z * step->dst.sz] =
                    ((const double *)step->src.cells)[x + y * step->src.sy + z * step->src.sz] + added;
}

static void right(const nt_step *step, const nt_box *box)
{
    add(step, box, 1);
}

/* As good as right for those who compare schedules with each other, and not with the definition. */
static void off(const nt_step *step, const nt_box *box)
{
    add(step, box, 1 + 1e-12);
}

static void wrong(const nt_step *step, const nt_box *box)
{
    add(step, box, box->x1 - box->x0 > 32 ? 2 : 1);
}

static void crash(const nt_step *step, const nt_box *box)
{
    (void)step, (void)box;
    __builtin_trap();
}

static void hang(const nt_step *step, const nt_box *box)
{
    (void)step;
    while (*(volatile const int64_t *)&box->x0 >= 0)
        ;
}

#define ENTRY(variant, fn, function) NT_TILE(variant, NT_F64, fn, function, .work = {.add = 1, .load = 1, .store = 1})
const nt_function NT_FUNCTIONS(planted)[] = {ENTRY("plain", "right", right), ENTRY("plain", "wrong", wrong),
                                             ENTRY("plain", "crash", crash), ENTRY("plain", "hang", hang),
                                             ENTRY("off", "right", off),     {0}};

#else

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

NT_GATHER_FUNCTIONS(planted)

__attribute__((constructor)) static void load(void)
{
    const char *how = getenv("PLANTED_LOAD");
    if (how && strcmp(how, "crash") == 0)
        __builtin_trap();
    if (how && strcmp(how, "print") == 0)
        puts("hello from the module");
    while (how && strcmp(how, "hang") == 0)
        pause();
}

static long double plain(const nt_cell *cell, long double *terms)
{
    *terms = 0;
    return cell->read(cell, 0, 0, 0, 0) + 1.0L;
}

const nt_kernel nt_kernel_planted = {
    NT_KERNEL_HEAD,
    .name = "planted",
    .version = 1,
    .title = "a + 1",
    .formula = "a[z,y,x] = a[z,y,x] + 1",
    .field = &(const nt_field){.n_levels = 1, .reads_per_cell = 1, .writes_per_cell = 1, .roof = "scale", .plain = plain, .steady = 1},
    .variants = (const nt_variant[]){{"plain", "as written", {0.5, 0.5}}, {"off", "a little off", {0.5, 0.5}}, {0}},
    .forms = (const nt_form[]){{"right", "right"}, {"wrong", "wrong in long rows"}, {"crash", "crashes"}, {"hang", "hangs"}, {0}},
    .functions = planted_functions,
    .ulp_range = 1e300,
};
#endif
