/*
 * registry.h - the kernels that this process knows, and the configs that it was tuned with
 * SPDX-License-Identifier: MIT
 */
#ifndef NESTUNE_REGISTRY_H
#define NESTUNE_REGISTRY_H

#include "nestune/status.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct nt_kernel nt_kernel; /* what it holds: kernel.h, for authors of kernels */

/*
 * nt_kernel_count(), nt_kernel_at() - the registry: the library's kernels in the order of kernels.inc, then
 * added ones.
 * Errors:  nt_kernel_at() gives NULL out of range.  Threads: safe; entries never move or go.
 */
NT_API int nt_kernel_count(void);
NT_API const nt_kernel *nt_kernel_at(int i);

/* nt_kernel_name() - "mathop"; NULL for NULL. */
NT_API const char *nt_kernel_name(const nt_kernel *kernel);

/* nt_kernel_find() - by name; NULL if there is none. */
NT_API const nt_kernel *nt_kernel_find(const char *name);

/*
 * nt_tuned_load() - reads one more header, for plans made from now on.
 *
 * Errors:  NT_EIO: it cannot be read, is malformed or damaged; NT_ESTALE: of another format; NT_ENOMEM.  *why
 *          says "FILE:LINE: reason".
 * Threads: safe.
 */
NT_API nt_status nt_tuned_load(const char *path, nt_error *why);

#ifdef __cplusplus
}
#endif
#endif /* NESTUNE_REGISTRY_H */
