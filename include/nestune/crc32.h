/*
 * crc32.h - the CRC-32 of zlib and PNG
 * SPDX-License-Identifier: MIT
 */
#ifndef NESTUNE_CRC32_H
#define NESTUNE_CRC32_H

#include <stddef.h>
#include <stdint.h>

#include "nestune/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * nt_crc32() - the CRC of earlier bytes, whose CRC is `crc` (0 if there are none), and n more bytes.
 *
 * Shape:   bytes NULL counts as no bytes, whatever n is.
 * Errors:  none.
 * Threads: safe.
 * Source:  ISO 3309 and RFC 1952: the reflected polynomial 0xedb88320.
 */
NT_API uint32_t nt_crc32(uint32_t crc, const void *bytes, size_t n);

#ifdef __cplusplus
}
#endif

#endif /* NESTUNE_CRC32_H */
