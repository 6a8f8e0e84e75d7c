/*
 * registry.h - the kernels that this process knows, and the tuned headers that it reads
 * SPDX-License-Identifier: MIT
 *
 * Threads: all functions here are safe.  Kernels never move or disappear.
 */
#ifndef NESTUNE_REGISTRY_H
#define NESTUNE_REGISTRY_H

#include "nestune/status.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct nt_kernel nt_kernel; /* defined in kernel.h, for authors of kernels */

/*
 * nt_kernel_count(), nt_kernel_at() - how many kernels there are, and the i-th from 0: first the library's in
 * the order of kernels.inc, then added ones.
 * Errors:  nt_kernel_at() returns NULL for i out of range.
 */
NT_API int nt_kernel_count(void);
NT_API const nt_kernel *nt_kernel_at(int i);

/* nt_kernel_name() - "mathop"; NULL for NULL. */
NT_API const char *nt_kernel_name(const nt_kernel *kernel);

/* nt_kernel_find() - the kernel of this name; NULL if there is none, and for NULL. */
NT_API const nt_kernel *nt_kernel_find(const char *name);

/*
 * nt_tuned_load() - reads one more tuned header, for plans that are created from now on.  The header's
 * memory is kept until the process ends.
 *
 * Errors:  NT_EIO: the file cannot be read, is malformed or damaged; NT_ESTALE: it has another format.  *why
 *          is "FILE:LINE: reason", or "FILE: reason" if the file cannot be read.  NT_EARG: NULL; NT_ENOMEM.
 */
NT_API nt_status nt_tuned_load(const char *path, nt_error *why);

#ifdef __cplusplus
}
#endif
#endif /* NESTUNE_REGISTRY_H */
