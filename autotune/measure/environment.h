/*
 * environment.h - the environment that trials run in
 * SPDX-License-Identifier: MIT
 */
#ifndef AUTOTUNE_ENVIRONMENT_H
#define AUTOTUNE_ENVIRONMENT_H

/* How the worker's OpenMP threads are bound and wait; `autotune machine` and the header print it.  The last
 * entry has name NULL. */
typedef struct environment_setting {
    const char *name, *value; /* value NULL: removed from the environment */
} environment_setting;
extern const environment_setting trial_environment[];

#endif /* AUTOTUNE_ENVIRONMENT_H */
