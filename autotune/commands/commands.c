/*
 * commands.c - what the commands share: the folder of this machine's results, lines of faults
 * SPDX-License-Identifier: MIT
 */
#define _GNU_SOURCE
#include "commands/commands.h"
#include "commands/modules.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_writable_folder(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode) && access(path, W_OK | X_OK) == 0;
}

char *results_root(const char *tree)
{
    const char *data = getenv("XDG_DATA_HOME"), *home = getenv("HOME");
    char *root;
    int n;
    if (is_writable_folder(tree))
        n = asprintf(&root, "%s", tree);
    else if (data && *data == '/') /* the XDG specification ignores relative paths */
        n = asprintf(&root, "%s/nestune", data);
    else if (home && *home)
        n = asprintf(&root, "%s/.local/share/nestune", home);
    else
        n = asprintf(&root, "%s", tree);
    return n >= 0 ? root : NULL;
}

char *results_dir(const nt_machine *machine, const char *out)
{
    char id[NT_MACHINE_ID], *dir, *root = out           ? strdup(out)
                                          : modules_any() ? strdup("tuned")
                                                          : results_root(NT_RESULTS_DIR);
    nt_machine_id(machine, id, sizeof id);
    const int n = root ? asprintf(&dir, "%s/%s", root, id) : -1;
    free(root);
    if (n >= 0)
        return dir;
    refuse(EXIT_FAILED, "no memory for the name of a folder");
    return NULL;
}

void print_fault(void *unused, const char *text)
{
    (void)unused;
    refuse(EXIT_OK, "%s", text);
}
