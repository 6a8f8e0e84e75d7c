/*
 * author.h - everything that authors of kernels and hooks need
 * SPDX-License-Identifier: MIT
 *
 * A kernel's tile source includes simd/simd.h and tile.h too.
 */
#ifndef NESTUNE_AUTHOR_H
#define NESTUNE_AUTHOR_H

#include "nestune/hook.h"
#include "nestune/kernel.h"
#include "nestune/philox.h"

#endif /* NESTUNE_AUTHOR_H */
