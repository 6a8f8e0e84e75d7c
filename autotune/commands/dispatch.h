/*
 * dispatch.h - which tuned header and row the library takes for a use, and why not another
 * SPDX-License-Identifier: MIT
 */
#ifndef AUTOTUNE_DISPATCH_H
#define AUTOTUNE_DISPATCH_H

#include "cli/arguments.h"

typedef struct dispatch_ask {
    kernel_list kernels;     /* none: all that are not roofs */
    unsigned dtypes;         /* bit 1u << nt_dtype for each */
    const char *kernel_case; /* NULL: those that are tuned by default */
    int64_t shape[3];        /* 0: the usual shapes of all classes */
    int64_t steps;           /* 0: one, and many */
    int64_t threads;         /* 0: those that are allowed here */
} dispatch_ask;

/* dispatch_print(), dispatch_json() - the answers on stdout, as tables or as JSON.  They come from the library's own
 * decision, nt_tuned_explain().  Both return an exit code, after a message on stderr. */
int dispatch_print(const dispatch_ask *ask);
int dispatch_json(const dispatch_ask *ask);

#endif /* AUTOTUNE_DISPATCH_H */
