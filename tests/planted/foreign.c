/*
 * foreign.c - shared libraries that look like modules, and are not
 * SPDX-License-Identifier: MIT
 *
 * FOREIGN 0: of another module abi.  1: its kernel is of another kernel abi.  2: no kernel.  3: a library of something else.
 */
#include <nestune/author.h>

#if FOREIGN == 3
NT_API int something_else(void);
int something_else(void)
{
    return 3;
}
#else
static const nt_kernel old = {.abi = NT_KERNEL_ABI - 1, .bytes = sizeof(nt_kernel), .name = "old"};
static const char *const tuned[] = {0};
static const nt_module module = {
    NT_MODULE_ABI + (FOREIGN == 0), sizeof(nt_module), FOREIGN == 2 ? NULL : &old, tuned, "some compiler", "some flags",
};
NT_API extern const nt_module *const nestune_module;
const nt_module *const nestune_module = &module;
#endif
