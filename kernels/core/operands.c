/*
 * operands.c - checks the grids that a field kernel works on
 * SPDX-License-Identifier: MIT
 */
#include "core/operands.h"

#include "view.h"
#include "why.h"

/* Grid i of the list: levels, coefficients, result. */
static const nt_grid *grid_at(const nt_operands *on, int i)
{
    if (i < on->n_levels)
        return on->level[i];
    return i < on->n_levels + on->n_coefs ? on->coef[i - on->n_levels] : on->result;
}

static nt_status gather(nt_operands *on, const nt_kernel *k, nt_grid *const grids[], int n_grids,
                        nt_error *why)
{
    const nt_field *f = k->field;
    const int n = f->n_levels + f->n_coefs;
    const bool has_result = f->n_levels == 1 && n_grids == n + 1;
    if (!grids)
        return nt_refuse(NT_EARG, why, "the grids are NULL");
    if (n_grids != n && !has_result)
        return nt_refuse(NT_EARG, why, "%d grids, kernel %s takes %d levels and %d coefficients%s", n_grids,
                         k->name, f->n_levels, f->n_coefs, f->n_levels == 1 ? ", and perhaps a result" : "");
    for (int i = 0; i < n_grids; i++)
        if (!grids[i])
            return nt_refuse(NT_EARG, why, "grid %d is NULL", i);
    *on = (nt_operands){.n_levels = f->n_levels, .n_coefs = f->n_coefs, .n = n};
    for (int i = 0; i < f->n_levels; i++)
        on->level[i] = grids[i];
    for (int i = 0; i < f->n_coefs; i++)
        on->coef[i] = grids[f->n_levels + i];
    if (has_result && grids[n] != grids[0]) {
        on->result = grids[n];
        on->n++;
    }
    return NT_OK;
}

static nt_status check_forms(const nt_operands *on, const nt_kernel *k, int radius, bool unit_x,
                             nt_error *why)
{
    const nt_grid *first = on->level[0];
    for (int i = 0; i < on->n; i++) {
        const nt_grid *g = grid_at(on, i);
        if (g->dtype != first->dtype)
            return nt_refuse(NT_EDTYPE, why, "grid %d is %s, the first is %s", i, nt_dtype_name(g->dtype),
                             nt_dtype_name(first->dtype));
        if (g->nx != first->nx || g->ny != first->ny || g->nz != first->nz)
            return nt_refuse(NT_ESHAPE, why, "grid %d is %lldx%lldx%lld, the first %lldx%lldx%lld", i,
                             (long long)g->nx, (long long)g->ny, (long long)g->nz, (long long)first->nx,
                             (long long)first->ny, (long long)first->nz);
        if (i < on->n_levels && g->halo < radius)
            return nt_refuse(NT_ESHAPE, why, "level %d has a halo of %d cells, kernel %s reads %d", i,
                             g->halo, k->name, radius);
        if (g->sx != 1 && (radius > 0 || unit_x))
            return nt_refuse(NT_ESTRIDE, why, "grid %d has stride %td in x, %s need 1", i, g->sx,
                             radius > 0 ? "stencils" : "hooks");
        if (g->any_layout && g->mapped)
            return nt_refuse(NT_EARG, why, "grid %d is mapped: nt_grid_unmap() comes before a plan", i);
    }
    return NT_OK;
}

/* The first and the last byte of a grid's cells. */
static void extent(const nt_grid *g, uintptr_t *low, uintptr_t *high)
{
    const int64_t n[3] = {g->nx, g->ny, g->nz};
    const ptrdiff_t s[3] = {g->sx, g->sy, g->sz}, bytes = (ptrdiff_t)nt_dtype_bytes(g->dtype);
    *low = *high = (uintptr_t)g->cells;
    for (int a = 0; a < 3; a++) {
        const ptrdiff_t span = (n[a] - 1 + g->halo) * s[a] * bytes, before = -g->halo * s[a] * bytes;
        *low += (uintptr_t)(span < before ? span : before);
        *high += (uintptr_t)(span > before ? span : before);
    }
    *high += (uintptr_t)bytes - 1;
}

static nt_status check_overlap(const nt_operands *on, nt_error *why)
{
    if (nt_is_empty(on->level[0]))
        return NT_OK;
    for (int i = 0; i < on->n; i++)
        for (int j = 0; j < i; j++) {
            uintptr_t a0, a1, b0, b1;
            if (j >= on->n_levels && i < on->n_levels + on->n_coefs)
                continue; /* both are only read */
            extent(grid_at(on, i), &a0, &a1);
            extent(grid_at(on, j), &b0, &b1);
            if (a0 <= b1 && b0 <= a1)
                return nt_refuse(NT_EARG, why, "grids %d and %d overlap in memory", j, i);
        }
    return NT_OK;
}

nt_status nt_operands_set(nt_operands *on, const nt_kernel *kernel, const void *params,
                          nt_grid *const grids[], int n_grids, bool unit_x, nt_error *why)
{
    nt_status status = gather(on, kernel, grids, n_grids, why);
    if (status == NT_OK && kernel->check) {
        const nt_grid *g = on->level[0];
        status = kernel->check(params, g->dtype, (const int64_t[3]){g->nx, g->ny, g->nz}, why);
    }
    if (status == NT_OK)
        status = check_forms(on, kernel, nt_kernel_radius(kernel, params), unit_x, why);
    return status == NT_OK ? check_overlap(on, why) : status;
}

bool nt_operands_busy(const nt_operands *on)
{
    for (int i = 0; i < on->n; i++) {
        const nt_grid *g = grid_at(on, i);
        if (g->any_layout && g->mapped)
            return true;
    }
    return false;
}
