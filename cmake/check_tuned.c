/*
 * check_tuned.c - run at configure: may these tuned headers be compiled in?
 * SPDX-License-Identifier: MIT
 *
 *     check_tuned FILE...    nothing and 0, or for each bad file "FILE:LINE: reason" on stderr, and 1
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
