/*
 * author.h - for authors of kernels and hooks: what both are made of
 * SPDX-License-Identifier: MIT
 *
 * A kernel's tile source includes simd/simd.h and tile.h as well.
 */
#ifndef NESTUNE_AUTHOR_H
#define NESTUNE_AUTHOR_H

#include "nestune/hook.h"
#include "nestune/kernel.h"
#include "nestune/philox.h"

#endif /* NESTUNE_AUTHOR_H */
