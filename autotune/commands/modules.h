/*
 * modules.h - kernels of somebody's own, which the worker opens: the option --kernel
 * SPDX-License-Identifier: MIT
 */
#ifndef AUTOTUNE_MODULES_H
#define AUTOTUNE_MODULES_H

#include "cli/arguments.h"
#include "worker/driver.h"

/* take_module() - has a worker open the file, and registers the shadow of its kernel (module/description.h).  *to is a
 * kernel_list, to which it is appended; NULL: none. */
int take_module(const argument *a, char *text);

/* clang-format off */
#define ARGUMENT_MODULES(list) {"kernel", 'k', "FILE", \
    "a kernel of your own, as nestune_add_kernel() builds it: libmine.so; results then go to tuned/<machine>/ of this folder", \
    take_module, list, 0, 0}
/* clang-format on */

/* modules_any() - has a module been named? */
bool modules_any(void);

/*
 * modules_start() - a driver whose worker has opened all modules that were named.
 *
 * Errors:  as driver_create(); NT_EKERNEL: a module has changed since it was described.
 */
nt_status modules_start(driver **d, int64_t memory_limit_bytes, nt_error *why);

#endif /* AUTOTUNE_MODULES_H */
