/*
 * nest.h - a loop nest ready to run: the operands, and the loops over tiles
 * SPDX-License-Identifier: MIT
 */
#ifndef NESTUNE_NEST_H
#define NESTUNE_NEST_H

#include <stdbool.h>
#include <stdint.h>

#include "nestune/hook.h"

enum { NT_X, NT_Y, NT_Z };

/* A hook, and what the plan keeps for it. */
typedef struct nt_hook_slot {
    const nt_hook *hook;
    void *state;
} nt_hook_slot;

enum { NT_NEST_LINE = 64 };

typedef struct nt_nest {
    nt_tile_fn *fn;
    /* One-level kernels: [0] the first step of a run, [1] the others.  Two-level kernels: by the
     * parity of the time index. */
    nt_step step[2];
    nt_view coef[2][NT_MAX_COEFS]; /* of step[] */
    bool rotates;                  /* two levels */
    int64_t cells[3];              /* in x, y, z */
    int element_bytes;
    int radius;
    int brick;           /* cells in x and y that lie together: tiles begin with whole bricks; 0 or 1: none do */
    nt_dtype dtype;
    nt_ghosts_fn *ghosts, *walls; /* NULL: there are none */
    int flush_denormals;
    int n_coefs;
    bool owned;                              /* the levels' memory is the library's */
    bool packs;                              /* some x_stride is not 1: rows go through a buffer */
    ptrdiff_t x_stride[2][2 + NT_MAX_COEFS]; /* of src, dst and coefs, for each of step[] */
    bool rows_fuse, planes_fuse;             /* cells follow each other without gaps, in every operand */
    nt_hook_slot *hooks;
    int n_hooks;

    /* From the config and the number of steps. */
    int64_t n[3]; /* cells in x, y, z; where `flat` fuses dimensions, all in x */
    int order[3]; /* axes from the outside */
    int shared;   /* position in order[] of the shared loop; -1: none */
    bool flat;
    nt_schedule schedule;
    int depth, threads;
    bool blocked;    /* depth > 1 with radius > 0: wavefront.h has the loops */
    int64_t tile[3]; /* cells; the even split of the shared axis is tile 0 */
    int64_t n_tiles[3];

    struct nt_progress *progress; /* for the config's depth; see wavefront.h */

    /* What a run changes.  It has a cache line of its own: each other thread of the next run fetches that line from the core that
     * wrote it, and all others it still has. */
    _Alignas(NT_NEST_LINE) int64_t time; /* index of the next step, kept between runs */
    int64_t clock;                       /* hooks get time + clock */
    int64_t steps;                       /* of a run */
    uint64_t halo_run;                   /* the number of this nest's last run that set halos; 0: none */
    bool walls_stand[2];                 /* of each level: this nest has set them, and no other run came since */
    bool walls_needed[2];                /* of each level: the run that begins must set them */
} nt_nest;

/* nt_nest_set_config() - sets the schedule of a checked config; set cells, steps and the fuse
 * flags before. */
void nt_nest_set_config(nt_nest *nest, const nt_config *config);

/* nt_nest_whole() - so many cells of an axis, rounded up to whole bricks. */
int64_t nt_nest_whole(const nt_nest *nest, int axis, int64_t cells);

/* nt_nest_set_range() - sets the bounds of the box along one axis to the cells of tile i. */
void nt_nest_set_range(const nt_nest *nest, int axis, int64_t i, nt_box *box);

#endif /* NESTUNE_NEST_H */
