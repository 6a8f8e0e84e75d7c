/*
 * author.h - everything that authors of kernels and hooks need
 * SPDX-License-Identifier: MIT
 *
 * A kernel may be one C file.  It is compiled once for each instruction set, with NT_ISA defined: then it holds the functions,
 * written in vectors (simd/simd.h).  And once without: then it describes the kernel (kernel.h).
 *
 *     #include <nestune/author.h>
 *
 *     #ifdef NT_ISA
 *     ...                                  the loop body, and NT_MAP_TABLE(mine, ...) or NT_STENCIL_TABLE(mine, ...)
 *     #else
 *     NT_GATHER_FUNCTIONS(mine)
 *     ...
 *     const nt_kernel nt_kernel_mine = {NT_KERNEL_HEAD, .name = "mine", ..., .functions = mine_functions};
 *     #endif
 *
 * It may use all that these headers define, and SLEEF by the names of simd/simd.h, but call no function of the library (NT_API):
 * whoever opens the module may have the library in it under no visible name.
 *
 * `nestune new-kernel mine` writes such a file, and the project around it; module.h says how programs use the kernel.
 */
#ifndef NESTUNE_AUTHOR_H
#define NESTUNE_AUTHOR_H

#include "nestune/hook.h"
#include "nestune/kernel.h"
#include "nestune/module.h"
#include "nestune/philox.h"

#ifdef NT_ISA
#include "nestune/simd/map.h"
#include "nestune/simd/stencil.h"
#endif
#include "nestune/tile.h"

#endif /* NESTUNE_AUTHOR_H */
