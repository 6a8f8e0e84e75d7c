/*
 * load.h - how often the kernel load reads a cell
 * SPDX-License-Identifier: MIT
 */
#ifndef NESTUNE_LOAD_H
#define NESTUNE_LOAD_H

enum { LOAD_READS = 128 };

#endif /* NESTUNE_LOAD_H */
