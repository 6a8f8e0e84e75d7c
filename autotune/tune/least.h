/*
 * least.h - the least time that a tune can take, before it begins
 * SPDX-License-Identifier: MIT
 */
#ifndef AUTOTUNE_LEAST_H
#define AUTOTUNE_LEAST_H

#include "tune/options.h"

/*
 * least_s() - seconds, to a tenth, that a tune of all rows that these options ask for takes at least: for each row its
 * default, its ways of sharing, and the fewest rounds of its final and confirmation.
 * With a smaller budget rows would be left out.  With one a little larger they may be, too: a busy machine needs more.
 */
double least_s(const nt_machine *machine, const nt_kernel *kernel, const tune_options *options);

#endif /* AUTOTUNE_LEAST_H */
