/*
 * info_options.h - the arguments of the commands that only print
 * SPDX-License-Identifier: MIT
 */
#ifndef AUTOTUNE_INFO_OPTIONS_H
#define AUTOTUNE_INFO_OPTIONS_H

#include <stdbool.h>

typedef struct info_options {
    bool json;
    int failed;
} info_options;

/* info_options_parse() - an exit code; doc and name are argp's. */
int info_options_parse(info_options *o, const char *doc, char *name, int argc, char **argv);

#endif /* AUTOTUNE_INFO_OPTIONS_H */
