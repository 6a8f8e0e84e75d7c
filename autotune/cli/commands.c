/*
 * commands.c - what the subcommands share
 * SPDX-License-Identifier: MIT
 */
#define _GNU_SOURCE
#include "cli/commands.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "os/text.h"

int refuse(exit_code code, const char *format, ...)
{
    char *text;
    va_list args;
    va_start(args, format);
    if (vasprintf(&text, format, args) < 0)
        text = NULL;
    va_end(args);
    if (text)
        text_make_printable(text);
    fprintf(stderr, "autotune: %s\n", text ? text : "no memory for the reason");
    free(text);
    return code;
}

int finish_stdout(void)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return EXIT_OK;
    /* A reader that closed the pipe, such as `head -1`, has all it wanted: no message. */
    return errno == EPIPE ? EXIT_IO : refuse(EXIT_IO, "cannot write to stdout: %s", strerror(errno));
}

exit_code code_of(nt_status status)
{
    switch (status) {
    case NT_OK: return EXIT_OK;
    case NT_EIO: return EXIT_IO;
    case NT_ESTALE: return EXIT_STALE;
    case NT_ENOMEM:
    case NT_EKERNEL: return EXIT_FAILED;
    default: return EXIT_USAGE;
    }
}

int print_json(json_t *root)
{
    if (!root)
        return refuse(EXIT_FAILED, "no memory for the output");
    json_dumpf(root, stdout, JSON_INDENT(1) | JSON_REAL_PRECISION(6));
    printf("\n");
    json_decref(root);
    return finish_stdout();
}

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
    char id[NT_MACHINE_ID], *dir, *root = out ? strdup(out) : results_root(NT_RESULTS_DIR);
    nt_machine_id(machine, id, sizeof id);
    const int n = root ? asprintf(&dir, "%s/%s", root, id) : -1;
    free(root);
    if (n >= 0)
        return dir;
    refuse(EXIT_FAILED, "no memory for the name of a folder");
    return NULL;
}
