/*
 * dtype.h - the element types of grids
 * SPDX-License-Identifier: MIT
 *
 * Threads: all functions here are safe; the texts are static.
 */
#ifndef NESTUNE_DTYPE_H
#define NESTUNE_DTYPE_H

#include <stddef.h>

#include "nestune/status.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum nt_dtype { NT_F32, NT_F64, NT_N_DTYPES } nt_dtype;

/* nt_dtype_bytes(), nt_dtype_name() - 4 or 8, "f32" or "f64"; 0 and "?" for an unknown type. */
NT_API size_t nt_dtype_bytes(nt_dtype dtype);
NT_API const char *nt_dtype_name(nt_dtype dtype);

/* nt_dtype_find() - the type of this name; NT_N_DTYPES for any other name, and for NULL. */
NT_API nt_dtype nt_dtype_find(const char *name);

#ifdef __cplusplus
}
#endif
#endif /* NESTUNE_DTYPE_H */
