/*
 * program_new_kernel.c - nestune new-kernel: writes the project of a kernel of one's own
 * SPDX-License-Identifier: MIT
 *
 * The files are those of programs/new_kernel/, with the kernel's name in the place of @NAME@.  The folder appears whole, under a
 * temporary name first, or not at all.
 */
#define _GNU_SOURCE /* asprintf, renameat2 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/arguments.h"
#include "cli/exit.h"
#include "nestune/nestune.h"
#include "os/file.h"
#include "programs/programs.h"

/* Written by cmake/embed.cmake. */
extern const char CMakeLists_txt_in[], README_md_in[], pointwise_c_in[], stencil_c_in[], range_c_in[], test_pointwise_c_in[],
    test_stencil_c_in[], test_range_c_in[];

/* Files of a project: @NAME@ stands in their names, too. */
enum { N_FILES = 4 };
typedef struct kind {
    const char *name, *what, *run;
    struct {
        const char *name, *text;
    } file[N_FILES];
} kind;

#define COMMON {"CMakeLists.txt", CMakeLists_txt_in}, {"README.md", README_md_in}
static const char run_field[] = "nt_run(\"@NAME@\", grid, 10, &why);";
static const kind kinds[] = {
    {"pointwise", "a cell's new value depends on this cell", run_field,
     {COMMON, {"@NAME@.c", pointwise_c_in}, {"test_@NAME@.c", test_pointwise_c_in}}},
    {"stencil", "a cell's new value depends on the cells around", "nt_plan_create(&plan, nt_kernel_find(\"@NAME@\"), levels, 2, NULL, &why);",
     {COMMON, {"@NAME@.c", stencil_c_in}, {"test_@NAME@.c", test_stencil_c_in}}},
    {"range", "a result is added up over indices", "nt_run_range(\"@NAME@\", NULL, NT_F64, 0, 1000, &total, &why);",
     {COMMON, {"@NAME@.c", range_c_in}, {"test_@NAME@.c", test_range_c_in}}},
};
enum { N_KINDS = sizeof kinds / sizeof *kinds };

/* ---- Arguments ------------------------------------------------------------------------------------------ */

typedef struct options {
    const char *name;
    const kind *kind;
} options;

static int take_kind(const argument *a, char *text)
{
    for (int i = 0; i < N_KINDS; i++)
        if (strcmp(text, kinds[i].name) == 0) {
            *(const kind **)a->to = &kinds[i];
            return EXIT_OK;
        }
    return refuse(EXIT_USAGE, "--kind %.40s: allowed are pointwise, stencil and range", text);
}

/* It becomes a name in C, a target of CMake and a part of file names. */
static int take_name(const argument *a, char *text)
{
    static const char *const taken[] = {"all", "clean", "help", "install", "package", "test", "tuned"};
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz";
    options *o = a->to;
    if (o->name)
        return refuse(EXIT_USAGE, "%.40s: one name is allowed", text);
    if (!*text || !strchr(letters, text[0]) || strlen(text) > 31 ||
        strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_") != strlen(text))
        return refuse(EXIT_USAGE, "%.40s: a kernel's name has 1 to 31 characters of a-z, 0-9 and _, and begins with a letter", text);
    for (size_t i = 0; i < sizeof taken / sizeof *taken; i++)
        if (strcmp(text, taken[i]) == 0)
            return refuse(EXIT_USAGE, "%s: this name has another meaning to CMake or nestune; take another", text);
    if (nt_kernel_find(text))
        return refuse(EXIT_USAGE, "%s: the library has a kernel of this name; take another", text);
    o->name = text;
    return EXIT_OK;
}

/* ---- Files ---------------------------------------------------------------------------------------------- */

/* The text with @NAME@, @VERSION@ and @RUN@ replaced, to be freed; NULL without memory. */
static char *fill_in(const char *text, const options *o)
{
    char version[24], *made = NULL, *run = NULL;
    size_t n = 0;
    snprintf(version, sizeof version, "%d.%d", NESTUNE_VERSION_MAJOR, NESTUNE_VERSION_MINOR);
    if (strstr(text, "@RUN@") && !(run = fill_in(o->kind->run, o)))
        return NULL;
    const struct {
        const char *mark, *value;
    } marks[] = {{"@NAME@", o->name}, {"@VERSION@", version}, {"@RUN@", run}};
    FILE *out = open_memstream(&made, &n);
    while (out && *text) {
        size_t i = 0;
        while (i < 3 && strncmp(text, marks[i].mark, strlen(marks[i].mark)) != 0)
            i++;
        if (i < 3)
            fputs(marks[i].value, out);
        else
            fputc(*text, out);
        text += i < 3 ? strlen(marks[i].mark) : 1;
    }
    free(run);
    if (out && fclose(out) == 0)
        return made;
    free(made);
    return NULL;
}

static nt_status write_file(const char *folder, const char *name, const char *text, const options *o, nt_error *why)
{
    char *path = NULL, *file = fill_in(name, o), *content = fill_in(text, o);
    nt_status status = NT_ENOMEM;
    snprintf(why->text, sizeof why->text, "no memory for a file");
    if (file && content && asprintf(&path, "%s/%s", folder, file) >= 0)
        status = file_replace(path, content, strlen(content), why);
    free(path);
    free(file);
    free(content);
    return status;
}

static void remove_files(const char *folder, const options *o)
{
    for (int i = 0; i < N_FILES; i++) {
        char *path = NULL, *file = fill_in(o->kind->file[i].name, o);
        if (file && asprintf(&path, "%s/%s", folder, file) >= 0)
            unlink(path);
        free(path);
        free(file);
    }
    rmdir(folder);
}

static int write_project(const options *o)
{
    char folder[64];
    nt_error why;
    nt_status status = NT_OK;
    struct stat st;
    if (lstat(o->name, &st) == 0)
        return refuse(EXIT_IO, "%s is there already: nothing was written", o->name);
    snprintf(folder, sizeof folder, ".%s.XXXXXX", o->name);
    if (!mkdtemp(folder))
        return refuse(EXIT_IO, "cannot make a folder here: %s", strerror(errno));
    chmod(folder, 0755);
    for (int i = 0; i < N_FILES && status == NT_OK; i++)
        status = write_file(folder, o->kind->file[i].name, o->kind->file[i].text, o, &why);
    if (status == NT_OK && renameat2(AT_FDCWD, folder, AT_FDCWD, o->name, RENAME_NOREPLACE) != 0)
        status = file_fail(&why, "make", o->name, errno);
    if (status == NT_OK)
        return EXIT_OK;
    remove_files(folder, o);
    return refuse(code_of(status), "%s", why.text);
}

int program_new_kernel(int argc, char **argv)
{
    options o = {.kind = &kinds[0]};
    const argument table[] = {
        {NULL, 0, "NAME", NULL, take_name, &o, 0, 0},
        {"kind", 'k', "KIND", "pointwise: a cell's new value depends on this cell; stencil: on the cells around, too; range: a result "
         "is added up over indices (pointwise)", take_kind, &o.kind, 0, 0},
        {0},
    };
    int code = arguments_parse(table,
                               "Writes the project of a kernel of your own into the folder NAME: the kernel in one C file, a test, a "
                               "CMakeLists.txt, and a README.md that says how to go on.\v"
                               "Examples:\n  nestune new-kernel growth\n  nestune new-kernel heat --kind stencil",
                               argc, argv);
    if (code != EXIT_OK)
        return code;
    if (!o.name)
        return refuse(EXIT_USAGE, "a name is missing, as in: nestune new-kernel growth");
    if ((code = write_project(&o)) != EXIT_OK)
        return code;
    printf("%s/: %s, %s.  Change %s.c; then\n\n"
           "  cd %s && cmake -S . -B build && cmake --build build && ctest --test-dir build\n"
           "  autotune run --kernel build/lib%s.so\n",
           o.name, o.kind->name, o.kind->what, o.name, o.name, o.name);
    return finish_stdout();
}
