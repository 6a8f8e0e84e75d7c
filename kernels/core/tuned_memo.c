/*
 * tuned_memo.c - answers of nt_tuned_find(), kept with the newest header
 * SPDX-License-Identifier: MIT
 */
#include "core/tuned_memo.h"

#include <stdatomic.h>
#include <stdlib.h>

enum { PROBES = 4 };

/* Multiplication by a large odd number spreads the address's bits upwards; the other numbers are small. */
static unsigned place_of(const nt_tuned_use *use, int threads)
{
    uint64_t h = (uint64_t)(uintptr_t)use->kernel ^ (uint64_t)(uintptr_t)use->case_name << 7;
    h = (h ^ (uint64_t)use->dtype << 1 ^ (uint64_t)use->shape_class << 3 ^ (uint64_t)use->repeat << 7 ^
         (uint64_t)threads << 9) *
        UINT64_C(0x9e3779b97f4a7c15);
    return (unsigned)(h >> 58);
}
_Static_assert(NT_TUNED_MEMOS == 64, "place_of() gives six bits");

/* The name of a case is a constant of its kernel, so equal names have equal addresses. */
static bool is_same(const nt_tuned_memo *m, const nt_tuned_use *use, int threads)
{
    return m->use.kernel == use->kernel && m->use.case_name == use->case_name && m->use.dtype == use->dtype &&
           m->use.shape_class == use->shape_class && m->use.repeat == use->repeat && m->threads == threads &&
           m->nx_from <= use->nx && use->nx <= m->nx_upto;
}

const nt_tuned_memo *nt_tuned_remembered(const nt_tuned_source *first, const nt_tuned_use *use, int threads)
{
    const unsigned place = place_of(use, threads);
    for (unsigned i = 0; first && i < PROBES; i++) {
        const nt_tuned_memo *m =
            atomic_load_explicit(&first->memos[(place + i) % NT_TUNED_MEMOS], memory_order_acquire);
        if (!m || is_same(m, use, threads))
            return m;
    }
    return NULL;
}

void nt_tuned_remember(nt_tuned_source *first, const nt_tuned_memo *answer)
{
    const unsigned place = place_of(&answer->use, answer->threads);
    nt_tuned_memo *kept = first ? malloc(sizeof *kept) : NULL;
    if (!kept)
        return;
    *kept = *answer;
    for (unsigned i = 0; i < PROBES; i++) {
        const nt_tuned_memo *there = NULL;
        if (atomic_compare_exchange_strong_explicit(&first->memos[(place + i) % NT_TUNED_MEMOS], &there, kept,
                                                    memory_order_release, memory_order_acquire))
            return;
        if (is_same(there, &answer->use, answer->threads))
            break; /* another thread was faster */
    }
    free(kept);
}
