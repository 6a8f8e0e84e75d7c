/*
 * scale.h - the factor of the kernel scale
 * SPDX-License-Identifier: MIT
 */
#ifndef NESTUNE_SCALE_H
#define NESTUNE_SCALE_H

/* Exact in every type; no number of passes changes the magnitude. */
#define SCALE_FACTOR (-1.0)

#endif /* NESTUNE_SCALE_H */
