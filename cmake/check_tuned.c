/*
 * check_tuned.c - checks, when CMake configures, whether tuned headers may be compiled in
 * SPDX-License-Identifier: MIT
 *
 *     check_tuned FILE...    returns 0; or 1, after "FILE:LINE: reason" on stderr for each bad file
 *
 * A header is compiled into the library, so it may hold nothing but data.  The check is the library's own
 * reader.
 */
#include <stdio.h>

#include "core/tuned_parse.h"

int main(int argc, char **argv)
{
    int n_bad = 0;
    for (int i = 1; i < argc; i++) {
        nt_tuned tuned;
        nt_error why;
        if (nt_tuned_read(argv[i], &tuned, &why) == NT_OK) {
            nt_tuned_free(&tuned);
        } else {
            fprintf(stderr, "%s\n", why.text);
            n_bad++;
        }
    }
    return n_bad > 0;
}
