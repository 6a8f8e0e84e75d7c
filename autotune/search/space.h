/*
 * space.h - the configs that a search may try: axes of values
 * SPDX-License-Identifier: MIT
 */
#ifndef AUTOTUNE_SPACE_H
#define AUTOTUNE_SPACE_H

#include <stdbool.h>
#include <stdint.h>

#include "nestune/model.h"
#include "nestune/tools.h"

enum { SPACE_MOST_VALUES = NT_MAX_KEY_VALUES };

/* Everything about the machine and the tuned row that the space depends on. */
typedef struct space_question {
    const nt_kernel *kernel;
    const nt_case *kernel_case;
    nt_dtype dtype;
    int64_t shape[3];
    int64_t steps;
    nt_config arithmetic; /* isa and variant are fixed by it */
    const int *threads;   /* allowed counts, ascending */
    int n_threads;
    nt_speeds speeds; /* of the arithmetic isa, for the model; its caches bound the tiles of a start */
} space_question;

typedef struct space {
    space_question q;
    int radius;
    /* The axes are the keys of the config; one without values keeps the arithmetic's value. */
    int64_t value[NT_N_KEYS][SPACE_MOST_VALUES];
    int n[NT_N_KEYS];
} space;

/* The axes in the order in which a descent tries them: those with the largest effect first. */
enum { SPACE_N_AXES = NT_N_KEYS - 2 }; /* the arithmetic fixes isa and variant */
extern const nt_key_id space_axes[SPACE_N_AXES];

/* space_make() - sets the values of each axis.  Tiles and chunks are 0 and the powers of two up to the shape;
 * stencils have finer tiles in y and finer depths, and where there are bricks, small tiles in x and long ones in z.  The kernel's
 * own keys have their own values.  The layout is an axis where the arithmetic has functions for several. */
void space_make(space *s, const space_question *q);

/* space_size() - how many configs the axes span, counting those that mean the same separately. */
double space_size(const space *s);

/*
 * space_at() - the config at a place of each axis (numbered as space_axes), made canonical: several places may mean the
 * same.  space_next() counts on, the first axis fastest, from a walk that is all zeros; false after the last place.
 */
typedef struct space_walk {
    int at[SPACE_N_AXES];
} space_walk;
nt_config space_at(const space *s, const space_walk *w);
bool space_next(const space *s, space_walk *w);

/* space_has() - does every axis have the value of this canonical config? */
bool space_has(const space *s, const nt_config *config);

/*
 * space_starts() - configs that a model of the caches suggests as starts, at most SPACE_MOST_STARTS; they use
 * all threads.
 *
 * A range: flat, with an even split, and with dynamic chunks.
 * A pointwise kernel: flat; if it keeps steps in cache, with chunks that fill half of the first-level cache.
 * A stencil: for several depths, the widest tiles whose wavefront stays in the core's share of the
 * third-level cache, in three quarters or half of it, and in the second-level cache; and a few columns of bricks.  Tiles have whole rows,
 * or cut ones if no depth fits with whole rows.  For depth 1, as many rows as keep their planes in the
 * second-level cache; if the run has one step only, with every tile function.
 */
enum { SPACE_MOST_STARTS = 24 };
int space_starts(const space *s, nt_config start[SPACE_MOST_STARTS]);

/* space_wavefront_bytes() - how much a tile of this config keeps in cache while its wavefront passes. */
double space_wavefront_bytes(const space *s, const nt_config *config);

/* space_set() - the config with one axis changed, made canonical. */
nt_config space_set(const space *s, nt_config config, nt_key_id axis, int64_t value);

/* space_place() - the position of a config's value on an axis; 0 if the axis does not have this value. */
int space_place(const space *s, const nt_config *config, nt_key_id axis);

/* space_near() - a random config near another one. */
nt_config space_near(const space *s, nt_config config, uint64_t *state);

/* space_random() - a random config; *state is the generator's. */
nt_config space_random(const space *s, uint64_t *state);

/* space_canonical() - the one config that stands for all that mean the same as this one. */
nt_config space_canonical(const space *s, nt_config config);

#endif /* AUTOTUNE_SPACE_H */
