/*
 * build_flags.h - were two builds made with the same flags, as far as they matter?
 * SPDX-License-Identifier: MIT
 */
#ifndef AUTOTUNE_BUILD_FLAGS_H
#define AUTOTUNE_BUILD_FLAGS_H

#include <stddef.h>

/*
 * build_flags_differ() - compares flags as nt_build_info() has them: words, and for each isa a group "avx2(-mavx2
 * -mfma)".
 *
 * Words that change neither code nor speed do not count: debug information, warnings, prefixes of paths,
 * NDEBUG.  Isas do not count between builds for different processors, which have no group in common.
 *
 * Result:  0; or 1 after *what, n bytes, says what differs: "-O2, which this build does not have".
 */
int build_flags_differ(const char *theirs, const char *here, char *what, size_t n);

/* build_flags_unfit() - is such a build unfit to be measured at all: a sanitizer's, or one that does not optimise?
 * As above. */
int build_flags_unfit(const char *flags, char *what, size_t n);

#endif /* AUTOTUNE_BUILD_FLAGS_H */
