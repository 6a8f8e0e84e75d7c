/*
 * tuned.h - written by autotune; do not edit
 * SPDX-License-Identifier: MIT
 *
 * The generic header: for machines that have not been tuned.  It has no rows, so that every kernel takes
 * its default there: the best isa, the first variant, all allowed threads, outer, static, untiled.
 */
NT_TUNED_HEADER(2, "generic", "", 0, 0, 0, 0, 0)
NT_TUNED_END(0, 0x227cd23c)
