/*
 * crc32.c - the CRC-32 of zlib and PNG
 * SPDX-License-Identifier: MIT
 */
#include "nestune/crc32.h"

uint32_t nt_crc32(uint32_t crc, const void *bytes, size_t n)
{
    const unsigned char *byte = bytes;
    crc = ~crc;
    for (size_t i = 0; byte && i < n; i++) {
        crc ^= byte[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (0xedb88320u & -(crc & 1)); /* the polynomial, lowest power in the highest bit */
    }
    return ~crc;
}
