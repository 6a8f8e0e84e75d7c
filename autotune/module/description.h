/*
 * description.h - what a kernel is, as JSON: how the tuner knows a module that only the worker opens
 * SPDX-License-Identifier: MIT
 *
 * A module is somebody else's code, which may crash or hang, so the tuner never opens one.  The worker describes the module's
 * kernel in one line of JSON, and the tuner makes a kernel of that line which has all tables of the original, but no code: its
 * *shadow*.  To registry, search, results and header a shadow is a kernel as any other.
 *
 * What depends on a kernel's parameters (radius, counts of instructions, case) is described for the default parameters and for those
 * of each case.
 */
#ifndef AUTOTUNE_DESCRIPTION_H
#define AUTOTUNE_DESCRIPTION_H

#include <jansson.h>
#include <stddef.h>

#include "nestune/author.h"

/* description_of() - the module as a JSON object; NULL without memory.  Its kernel has passed nt_kernel_check(). */
json_t *description_of(const nt_module *module);

/*
 * description_shadow() - a module with the shadow of a described kernel, for nt_module_add().  It is never freed: the registry keeps
 * what is added.
 *
 * Errors:  NT_EKERNEL, with the reason: the description is malformed, or its kernel does not pass nt_kernel_check(); NT_ENOMEM.
 */
nt_status description_shadow(const json_t *description, const nt_module **shadow, nt_error *why);

/* description_build() - with which compiler and flags a shadow's module was built: "GNU 12.2.0 -O3 -DNDEBUG"; NULL for every
 * other kernel. */
const char *description_build(const nt_kernel *kernel);

#endif /* AUTOTUNE_DESCRIPTION_H */
