/*
 * wire.h - what the tuner and its worker say to each other
 * SPDX-License-Identifier: MIT
 *
 * Fixed structs over a socket that keeps messages apart.  Both ends are one executable, so size and
 * byte order agree; the magic and the size notice when they do not.  The worker says hello once;
 * then each ask has one answer with the same id.
 */
#ifndef AUTOTUNE_WIRE_H
#define AUTOTUNE_WIRE_H

#include <stddef.h>
#include <stdint.h>

#include "measure/trial.h"

enum {
    WIRE_HELLO = 0x6e746832,
    WIRE_ASK = 0x6e746133,
    WIRE_ANSWER = 0x6e747233,
    WIRE_NAME = 64
};

/* How every message begins; the hello is no more than that. */
typedef struct wire_head {
    uint32_t magic, bytes;
    uint64_t id;
} wire_head;

typedef struct wire_ask {
    wire_head head;
    char kernel[WIRE_NAME];
    int64_t shape[3], steps;
    double window_s;
    int32_t order, dtype, in_place, reps, check;
    nt_config config;
} wire_ask;

typedef struct wire_answer {
    wire_head head;
    uint64_t hash;
    double seconds[TRIAL_MAX_REPS];
    int32_t class, n;
    char detail[TRIAL_DETAIL];
} wire_answer;

static inline wire_head wire_head_of(uint32_t magic, size_t bytes, uint64_t id)
{
    return (wire_head){magic, (uint32_t)bytes, id};
}

static inline int wire_head_is(const wire_head *head, uint32_t magic, size_t bytes)
{
    return head->magic == magic && head->bytes == bytes;
}

#endif /* AUTOTUNE_WIRE_H */
