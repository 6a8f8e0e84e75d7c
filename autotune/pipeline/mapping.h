/*
 * mapping.h - a part of a file in memory, which another program may cut meanwhile
 * SPDX-License-Identifier: MIT
 */
#ifndef AUTOTUNE_MAPPING_H
#define AUTOTUNE_MAPPING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct mapping {
    void *base; /* NULL: there is none */
    size_t n_bytes;
    int slot;
} mapping;

/*
 * mapping_open() - maps n bytes of the file from a place on, and reads them into the page cache.
 *
 * Where the file has no bytes any more, or the disk fails, the mapping has zeros, in place of a SIGBUS.
 * Result:  *data is the first byte; 0 or an errno.
 * Threads: safe.  It installs the handler of SIGBUS, which leaves other faults to the one before it.
 */
int mapping_open(mapping *m, int fd, int64_t at, size_t n, const void **data);

/* mapping_close() - false: a page could not be read, and zeros took its place. */
bool mapping_close(mapping *m);

#endif /* AUTOTUNE_MAPPING_H */
