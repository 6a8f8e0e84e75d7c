/*
 * result_files.c - what `autotune report` and `autotune export` share: the files they read, and the one they write
 * SPDX-License-Identifier: MIT
 */
#include "commands/result_files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands/commands.h"
#include "os/file.h"

int take_file(const argument *a, char *text)
{
    file_list *list = a->to;
    if (!*text)
        return refuse(EXIT_USAGE, "an empty name is no folder and no file");
    if (list->n == MOST_FILES)
        return refuse(EXIT_USAGE, "at most %d folders and files are allowed", MOST_FILES);
    list->at[list->n++] = text;
    return EXIT_OK;
}

int take_out_file(const argument *a, char *text)
{
    *(const char **)a->to = text;
    return *text ? EXIT_OK : refuse(EXIT_USAGE, "--%s: the name of a file is missing", a->name);
}

int result_files_read(findings *f, const file_list *files)
{
    nt_error why = {""};
    nt_status status = NT_OK;
    if (files->n == 0) {
        nt_machine here;
        nt_machine_detect(&here);
        char *dir = results_dir(&here, NULL);
        if (!dir)
            return EXIT_FAILED;
        status = findings_add(f, dir, &why);
        free(dir);
    }
    for (int i = 0; i < files->n && status == NT_OK; i++)
        status = findings_add(f, files->at[i], &why);
    if (status == NT_OK)
        return EXIT_OK;
    findings_free(f);
    return refuse(code_of(status), "%s", why.text);
}

int result_files_write(const char *path, const char *text, size_t n)
{
    nt_error why;
    if (strcmp(path, "-") == 0) {
        fwrite(text, 1, n, stdout);
        return finish_stdout();
    }
    const nt_status status = file_replace(path, text, n, &why);
    return status == NT_OK ? EXIT_OK : refuse(code_of(status), "%s", why.text);
}
