/*
 * bricks_fixture.h - a scene's operands in bricks, for calls of tile functions and of the engine themselves
 * SPDX-License-Identifier: MIT
 */
#ifndef TESTS_BRICKS_FIXTURE_H
#define TESTS_BRICKS_FIXTURE_H

#include <string.h>

#include "engine/bricks.h"
#include "support.h"

/* Copies of a stencil's operands, halo and all. */
typedef struct scene_bricks {
    nt_grid *grid[NT_MAX_GRIDS];
    nt_view coef[NT_MAX_COEFS];
} scene_bricks;

static inline void scene_copy_cells(const nt_grid *to, const nt_grid *from, int halo)
{
    const nt_view a = nt_view_of(to), b = nt_view_of(from);
    for (int64_t z = -halo; z < to->nz + halo; z++)
        for (int64_t y = -halo; y < to->ny + halo; y++)
            for (int64_t x = -halo; x < to->nx + halo; x++) {
                const ptrdiff_t i = nt_view_cell(&a, x, y, z), j = nt_view_cell(&b, x, y, z);
                if (to->dtype == NT_F64)
                    ((double *)a.cells)[i] = ((const double *)b.cells)[j];
                else
                    ((float *)a.cells)[i] = ((const float *)b.cells)[j];
            }
}

/* This step on such copies. */
static inline nt_step scene_to_bricks(scene_bricks *b, const scene *s, const nt_step *step)
{
    const nt_field *f = s->kernel->field;
    const int radius = nt_kernel_radius(s->kernel, s->params);
    nt_step in_bricks = *step;
    *b = (scene_bricks){0};
    for (int i = 0; radius > 0 && i < f->n_levels + f->n_coefs; i++) {
        const nt_grid *g = i < f->n_levels ? s->level[i].grid : s->coef[i - f->n_levels].grid;
        const int64_t n[3] = {g->nx, g->ny, g->nz};
        assert_int_equal(nt_bricks_create(&b->grid[i], g->dtype, n, radius, 1, NULL), NT_OK);
        scene_copy_cells(b->grid[i], g, g->halo);
        const nt_view v = nt_view_of(b->grid[i]);
        *(i == 0 ? &in_bricks.src : i < f->n_levels ? &in_bricks.dst : &b->coef[i - f->n_levels]) = v;
    }
    in_bricks.coef = b->coef;
    return in_bricks;
}

/* And back: the levels. */
static inline void scene_from_bricks(scene_bricks *b, scene *s)
{
    for (int i = 0; i < s->kernel->field->n_levels; i++)
        scene_copy_cells(s->level[i].grid, b->grid[i], s->level[i].grid->halo);
    for (int i = 0; i < NT_MAX_GRIDS; i++)
        nt_grid_destroy(b->grid[i]);
}

#endif /* TESTS_BRICKS_FIXTURE_H */
