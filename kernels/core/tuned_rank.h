/*
 * tuned_rank.h - the order in which tuned headers are looked at
 * SPDX-License-Identifier: MIT
 */
#ifndef NESTUNE_TUNED_RANK_H
#define NESTUNE_TUNED_RANK_H

#include "core/tuned_internal.h"

/* How near the machine of a header is to this one.  NT_TUNED_CHOSEN: somebody named this header. */
typedef enum nt_tuned_nearness {
    NT_TUNED_CHOSEN,
    NT_TUNED_SAME_CPU,
    NT_TUNED_SAME_UARCH,
    NT_TUNED_NEAREST,
    NT_TUNED_GENERIC
} nt_tuned_nearness;

/* Ranks of headers, best first.  The machine counts more than the place: a profile of another machine, in a home
 * folder that several machines share, must not displace a built-in header of this very CPU. */
typedef struct nt_tuned_rank {
    nt_tuned_nearness machine;
    nt_tuned_origin origin;
    double distance; /* among headers that are equal so far */
} nt_tuned_rank;

nt_tuned_rank nt_tuned_rank_of(const nt_tuned_source *source, const nt_machine *here);

/* nt_tuned_rank_text() - in words: "built in, same CPU". */
const char *nt_tuned_rank_text(nt_tuned_rank r);

/* nt_tuned_next() - the source that follows `last` in the order of ranks; sources of equal rank keep their
 * order.  last NULL: the first one.  Returns NULL behind the last one. */
const nt_tuned_source *nt_tuned_next(const nt_tuned_source *first, const nt_machine *here,
                                     const nt_tuned_source *last);

#endif /* NESTUNE_TUNED_RANK_H */
