/*
 * module.h - a kernel of one's own, built outside the library
 * SPDX-License-Identifier: MIT
 *
 * CMake's nestune_add_kernel(mine SOURCES mine.c), of the installed package, builds a kernel twice.  libmine.so is what
 * `autotune run --kernel ./libmine.so` opens, checks and tunes; a program may open it, too:
 *
 *     nt_module_load("./libmine.so", &why);
 *     nt_run("mine", grid, 1, &why);
 *
 * And mine_static is for programs that link the kernel:
 *
 *     extern const nt_module nt_module_mine;
 *     nt_module_add(&nt_module_mine, &why);
 *
 * Both have the tuned headers in them that autotune has written for the kernel.
 */
#ifndef NESTUNE_MODULE_H
#define NESTUNE_MODULE_H

#include <stdint.h>

#include "nestune/status.h"

#ifdef __cplusplus
extern "C" {
#endif

struct nt_kernel;

/* Raised when the library would misread a module. */
enum { NT_MODULE_ABI = 1 };

/* Written by nestune_add_kernel().  A shared module exports `const nt_module *const nestune_module`. */
typedef struct nt_module {
    uint32_t abi, bytes; /* NT_MODULE_ABI, sizeof(nt_module) */
    const struct nt_kernel *kernel;
    const char *const *tuned;     /* the strings of its tuned headers (tuned.h); ends with NULL */
    const char *compiler, *flags; /* with which it was built */
} nt_module;

/*
 * nt_module_add() - registers the module's kernel, and its tuned headers, of which the rows of this kernel alone count.
 * They rank as built-in ones do.
 *
 * Errors:  NT_EKERNEL: NULL, another abi or size, no kernel or texts, a roof or a program, and as nt_kernel_add(); *why says
 *          which.  A tuned header
 *          that is damaged is left out, and nt_plan_why() says so.
 * Threads: safe.  The module must neither change nor be freed from then on.
 */
NT_API nt_status nt_module_add(const nt_module *module, nt_error *why);

/*
 * nt_module_load() - opens a shared module and adds its kernel.  It stays open until the process ends.
 *
 * Shape:   path: of a file; one without a slash lies in the current folder.
 * Errors:  NT_EARG: NULL.  NT_EIO: the file is missing or no shared library of this system; *why has the system's reason.
 *          NT_EKERNEL: it is no module of nestune, and as nt_module_add().  Loading runs the file's own code: open only modules
 *          that you trust.
 * Threads: safe.
 */
NT_API nt_status nt_module_load(const char *path, nt_error *why);

/* nt_module_open() - the same, but does not add the kernel: *module is checked and ready for nt_module_add().  Errors: as
 * nt_module_load(), after which *module is NULL; and NT_EARG if module itself is NULL.  Threads: safe. */
NT_API nt_status nt_module_open(const char *path, const nt_module **module, nt_error *why);

#ifdef __cplusplus
}
#endif
#endif /* NESTUNE_MODULE_H */
