/*
 * wire_head.h - how every message between the tuner and its worker begins
 * SPDX-License-Identifier: MIT
 */
#ifndef AUTOTUNE_WIRE_HEAD_H
#define AUTOTUNE_WIRE_HEAD_H

#include <stddef.h>
#include <stdint.h>

enum {
    WIRE_HELLO = 0x6e746831,
    WIRE_IN_FD = 3, /* where the worker finds its asks */
    WIRE_OUT_FD = 4 /* and leaves its answers */
};

typedef struct wire_head {
    uint32_t magic, bytes;
    uint64_t id;
} wire_head;

typedef struct wire_hello {
    wire_head head;
    int64_t error; /* errno of an exec that failed, else 0 */
} wire_hello;

static inline wire_head wire_head_of(uint32_t magic, size_t bytes, uint64_t id)
{
    return (wire_head){magic, (uint32_t)bytes, id};
}

static inline int wire_head_is(const wire_head *head, uint32_t magic, size_t bytes)
{
    return head->magic == magic && head->bytes == bytes;
}

#endif /* AUTOTUNE_WIRE_HEAD_H */
