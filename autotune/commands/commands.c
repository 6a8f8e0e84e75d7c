/*
 * commands.c - what the commands share: the folder of this machine's results, lines of faults
 * SPDX-License-Identifier: MIT
 */
#define _GNU_SOURCE
#include "commands/commands.h"
#include "commands/modules.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "os/file.h"

static bool is_writable_folder(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode) && access(path, W_OK | X_OK) == 0;
}

char *results_of_build(void)
{
    char path[PATH_MAX];
    const ssize_t n = readlink("/proc/self/exe", path, sizeof path - sizeof "results_folder");
    char *folder = NULL, *slash = n > 0 ? memrchr(path, '/', (size_t)n) : NULL;
    size_t length;
    nt_error none;
    if (!slash)
        return NULL;
    strcpy(slash + 1, "results_folder");
    return file_read(path, PATH_MAX, &folder, &length, &none) == NT_OK ? folder : NULL;
}

char *results_root(const char *tree)
{
    const char *data = getenv("XDG_DATA_HOME"), *home = getenv("HOME");
    char *root;
    int n;
    if (tree && is_writable_folder(tree))
        n = asprintf(&root, "%s", tree);
    else if (data && *data == '/') /* as user_profiles() of the library, which reads there: relative ones do not count */
        n = asprintf(&root, "%s/nestune", data);
    else if (home && *home == '/')
        n = asprintf(&root, "%s/.local/share/nestune", home);
    else if (tree)
        n = asprintf(&root, "%s", tree);
    else
        return refuse(EXIT_FAILED, "no folder for results: neither XDG_DATA_HOME nor HOME names one with an absolute path"), NULL;
    if (n >= 0)
        return root;
    refuse(EXIT_FAILED, "no memory for the name of a folder");
    return NULL;
}

char *results_dir(const nt_machine *machine, const char *out)
{
    if (!out && modules_any())
        out = "tuned";
    char id[NT_MACHINE_ID], *dir, *tree = out ? NULL : results_of_build();
    char *root = out ? strdup(out) : results_root(tree);
    free(tree);
    if (!root)
        return NULL;
    nt_machine_id(machine, id, sizeof id);
    const int n = asprintf(&dir, "%s/%s", root, id);
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
