/*
 * merge.c - takes the results that somebody contributed into a folder of results: autotune check --merge
 * SPDX-License-Identifier: MIT
 */
#define _GNU_SOURCE /* asprintf */
#include "commands/merge.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "commands/commands.h"
#include "store/build_flags.h"
#include "store/contribution.h"
#include "store/result_json.h"

/* Does a row of the contribution serve all grids that the old row serves? */
static bool is_served(const contribution *c, const result_row *old)
{
    for (int i = 0; i < c->all.n_rows; i++) {
        const result_row *row = &c->all.row[i];
        if (result_same_use(old, row) && (row->upto == 0 || (old->upto > 0 && row->upto >= old->upto)))
            return true;
    }
    return false;
}

/* What would be lost of a file: the first row that the contribution does not serve.  Of a file that cannot be read
 * nothing can be used any more; but if the contribution has nothing of its kernel, a person must decide. */
static void check_kept_rows(contribution *c, const nt_kernel *kernel, const char *path)
{
    static result old; /* too large for the stack */
    nt_error ignored;
    json_t *key;
    bool is_in = false;
    for (int i = 0; i < c->all.n_rows; i++)
        is_in |= c->all.row[i].kernel == kernel;
    if (!is_in)
        contribution_fault(c, print_fault, NULL,
                           "%s is there and not in the contribution: remove it first, if it may go", path);
    if (!is_in || result_read(&old, path, &key, &ignored) != NT_OK)
        return;
    json_decref(key);
    for (int i = 0; i < old.n_rows; i++) {
        const result_row *row = &old.row[i];
        char upto[32] = "";
        if (is_served(c, row))
            continue;
        if (row->upto > 0)
            snprintf(upto, sizeof upto, " upto=%lld", (long long)row->upto);
        contribution_fault(c, print_fault, NULL,
                           "%s has the row %s %s %s %s %s%s, which the contribution lacks: remove the file first, if it "
                           "may go",
                           path, kernel->name, row->kernel_case->name, nt_dtype_name(row->dtype),
                           nt_class_name(row->shape_class), nt_repeat_name(row->repeat), upto);
        return;
    }
}

/* The new files must have all rows that the present ones have, or rows in their place. */
static void check_kept(contribution *c, const char *folder)
{
    for (int i = 0; i < nt_kernel_count(); i++) {
        char *path;
        if (asprintf(&path, "%s/%s.json", folder, nt_kernel_at(i)->name) < 0) {
            contribution_fault(c, print_fault, NULL, "no memory for the name of a file");
            return;
        }
        if (access(path, F_OK) == 0)
            check_kept_rows(c, nt_kernel_at(i), path);
        free(path);
    }
}

int merge_contribution(const char *folder, const char *out)
{
    static contribution c; /* too large for the stack */
    nt_error why;
    char *to = NULL, unfit[160];
    int code = EXIT_OK;
    if (build_flags_unfit(nt_build_info()->flags, unfit, sizeof unfit))
        return refuse(EXIT_FAILED, "--merge compares with the flags of this build, which is %s", unfit);
    char *tree = results_of_build();
    if (!tree && !out)
        return refuse(EXIT_USAGE, "--merge: this autotune is not in a build folder, so it knows no source tree: --out names a folder");
    contribution_read(&c, folder, nt_build_info()->flags, print_fault, NULL);
    if (c.n_faults == 0 && (to = results_dir(&c.machine, out ? out : tree)))
        check_kept(&c, to);
    free(tree);
    if (c.n_faults > 0)
        code = refuse(EXIT_STALE, "%.200s: not taken over", folder);
    else if (!to)
        code = EXIT_FAILED;
    else if (contribution_write(&c, to, &why) != NT_OK)
        code = refuse(EXIT_IO, "%s", why.text);
    else
        printf("%s: %d files, %d rows\n", to, c.n_files, c.all.n_rows);
    contribution_free(&c);
    free(to);
    return code != EXIT_OK ? code : finish_stdout();
}
