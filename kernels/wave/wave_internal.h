/*
 * wave_internal.h - the struct behind nt_wave
 * SPDX-License-Identifier: MIT
 */
#ifndef NESTUNE_WAVE_INTERNAL_H
#define NESTUNE_WAVE_INTERNAL_H

#include <stdatomic.h>
#include <stdbool.h>

#include "nestune/wave.h"

struct nt_wave {
    int order;                         /* 2, 4, 6, 8, 12 or 16: twice the radius */
    double c0;                         /* of the cell itself, all three axes */
    double weight[NT_WAVE_MAX_RADIUS]; /* c_1, c_2, ... of the neighbours */
    double wy, wz;                     /* (dx/dy)^2, (dx/dz)^2 */
    double spacing[3];                 /* dx, dy, dz in the caller's unit of length */
    nt_boundary face[NT_N_FACES];
    void *damping[3];    /* G is their product: nx, ny, nz factors of the grids' type; NULL: 1 */
    int64_t damped_n[3]; /* how many; a plan on grids of another size is an error */
    nt_dtype damped_dtype;
    atomic_bool
        *used; /* a plan uses it, so it must not change any more; NULL: a case, never changes */
};

/* The values of the config's key `ahead`: what to prefetch. */
enum { NT_WAVE_AHEAD_ROWS, NT_WAVE_AHEAD_LINES, NT_WAVE_AHEAD_NONE };

/* nt_wave_may_change() - NT_OK, or NT_EARG for NULL and for a wave that a plan uses or has used. */
nt_status nt_wave_may_change(const nt_wave *wave, nt_error *why);

/* nt_wave_let_go() - frees the damping; the absorbing faces become zero ones. */
void nt_wave_let_go(nt_wave *wave);

/* nt_wave_from_text() - as nt_kernel.params_create; see nt_apply(). */
nt_status nt_wave_from_text(const char *text, void **params, nt_error *why);

#endif /* NESTUNE_WAVE_INTERNAL_H */
