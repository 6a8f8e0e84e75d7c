/*
 * tuned_profiles.c - the tuned headers in a folder of profiles: FOLDER/<machine>/tuned.h
 * SPDX-License-Identifier: MIT
 */
#define _GNU_SOURCE /* asprintf */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/tuned_internal.h"

static int may_be_profile(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

/* Not alphasort(), whose order depends on the locale. */
static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

void nt_tuned_profiles(const char *folder, nt_tuned_origin origin, nt_tuned_profile_fn *found)
{
    struct dirent **entries = NULL;
    const int n = *folder ? scandir(folder, &entries, may_be_profile, by_name) : 0;
    for (int i = n - 1; i >= 0; i--) {
        char *path;
        if (asprintf(&path, "%s/%s/tuned.h", folder, entries[i]->d_name) >= 0) {
            if (access(path, F_OK) == 0) /* a run that was not finished has none */
                found(path, origin);
            free(path);
        }
        free(entries[i]);
    }
    free(entries);
}
