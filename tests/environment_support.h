/*
 * environment_support.h - changes a variable of the environment that the library reads once
 * SPDX-License-Identifier: MIT
 */
#ifndef TESTS_ENVIRONMENT_SUPPORT_H
#define TESTS_ENVIRONMENT_SUPPORT_H

#include <stdlib.h>

#include "machine/settings.h"

/* value NULL: unset.  NESTUNE_TUNED has been used up by then: it cannot be changed so. */
static inline void environment_set(const char *name, const char *value)
{
    if (value)
        setenv(name, value, 1);
    else
        unsetenv(name);
    nt_environment_reread();
}

#endif /* TESTS_ENVIRONMENT_SUPPORT_H */
