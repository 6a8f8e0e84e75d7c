/*
 * pi_forms.h - ways to share the samples of pi among threads
 * SPDX-License-Identifier: MIT
 *
 * Sample i depends on the seed and on i alone, so every form counts the same hits.  Once stop_asked is set they
 * return soon, without the hits of all samples.
 */
#ifndef AUTOTUNE_PI_FORMS_H
#define AUTOTUNE_PI_FORMS_H

#include <stdint.h>

#include "nestune/dtype.h"
#include "nestune/status.h"

typedef struct pi_job {
    uint64_t seed;
    nt_dtype dtype;
    int threads;
    int64_t samples; /* 0 .. 2^48 */
    int64_t blk;     /* samples of a block, for the form blocks */
} pi_job;

typedef struct pi_form {
    const char *name;
    nt_status (*count)(const pi_job *job, uint64_t *hits, nt_error *why);
} pi_form;

/* Ends with a name of NULL. */
extern const pi_form pi_forms[];

/* pi_blocks() - one parallel region for each block of job->blk samples. */
nt_status pi_blocks(const pi_job *job, uint64_t *hits, nt_error *why);

#endif /* AUTOTUNE_PI_FORMS_H */
