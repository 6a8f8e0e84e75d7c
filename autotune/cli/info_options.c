/*
 * info_options.c - the arguments of the commands that only print
 * SPDX-License-Identifier: MIT
 */
#include "cli/info_options.h"

#include <argp.h>

#include "cli/commands.h"

static error_t parse(int key, char *arg, struct argp_state *state)
{
    info_options *o = state->input;
    if (key == 'j')
        o->json = true;
    else if (key == ARGP_KEY_ERROR && o->failed == EXIT_OK)
        refuse_option(state);
    else if (key == ARGP_KEY_ARG)
        o->failed = refuse(EXIT_USAGE, "%.40s: no arguments are allowed here", arg);
    else
        return ARGP_ERR_UNKNOWN;
    return 0;
}

static const struct argp_option options[] = {{"json", 'j', 0, 0, "as JSON on stdout", 0}, {0}};

int info_options_parse(info_options *o, const char *doc, char *name, int argc, char **argv)
{
    const struct argp parser = {options, parse, NULL, doc, 0, 0, 0};
    *o = (info_options){0};
    argv[0] = name;
    argp_err_exit_status = EXIT_USAGE;
    return argp_parse(&parser, argc, argv, argp_flags(argc, argv), 0, o) != 0 ? EXIT_USAGE : o->failed;
}
