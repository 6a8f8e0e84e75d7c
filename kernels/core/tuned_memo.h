/*
 * tuned_memo.h - answers of nt_tuned_find(), kept because reading rows takes longer than all else in a plan
 * SPDX-License-Identifier: MIT
 *
 * They depend on the headers known, so they are kept with the newest header: when one is added, it begins
 * without any.  Answers are never changed or freed.  So threads need no lock to read them.
 */
#ifndef NESTUNE_TUNED_MEMO_H
#define NESTUNE_TUNED_MEMO_H

#include "core/tuned_internal.h"

typedef struct nt_tuned_memo {
    nt_tuned_use use;
    int threads;              /* allowed */
    int64_t nx_from, nx_upto; /* it holds for these numbers of cells in x, whatever use.nx was */
    nt_status status;
    nt_config config;
    nt_error why;
} nt_tuned_memo;

/* nt_tuned_remembered() - the answer to a question that was asked before; NULL if there is none. */
const nt_tuned_memo *nt_tuned_remembered(const nt_tuned_source *first, const nt_tuned_use *use, int threads);

/* nt_tuned_remember() - keeps an answer, if there is room and memory.  The kernel must be registered: one that
 * is not may change. */
void nt_tuned_remember(nt_tuned_source *first, const nt_tuned_memo *answer);

#endif /* NESTUNE_TUNED_MEMO_H */
