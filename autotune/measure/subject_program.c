/*
 * subject_program.c - a program under trial: the pipeline of `nestune apply`, over files of its own
 * SPDX-License-Identifier: MIT
 *
 * The files lie in a folder that is named after this process's parent, the tuner, so that a worker which was
 * killed leaves its folder to the next one.  Folders of tuners that are gone are removed.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include "measure/subject.h"
#include "os/file.h"
#include "pipeline/pipeline.h"

/* The own keys of kernel apply, in their order. */
enum { KEY_RING, KEY_SLAB, KEY_INSTANCES, KEY_IO };
enum { N_FILES = 16, MOST_PATH = 256, SEED = 20 };

static const char prefix[] = "nestune-trial-";
static const char applied[] = "mathop"; /* to f64: as much arithmetic as the notebook's processing */

/* ---- Folders --------------------------------------------------------------------------------------- */

/* /tmp may be memory, and the files of a trial belong on a disk. */
static const char *room(void)
{
    const char *dir = getenv("TMPDIR");
    return dir && *dir ? dir : "/var/tmp";
}

static void remove_folder(const char *path)
{
    DIR *dir = opendir(path);
    for (struct dirent *e; dir && (e = readdir(dir)) != NULL;) {
        char name[2 * MOST_PATH];
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
            continue;
        snprintf(name, sizeof name, "%s/%.255s", path, e->d_name);
        if (unlink(name) != 0 && errno == EISDIR)
            remove_folder(name);
    }
    if (dir)
        closedir(dir);
    rmdir(path);
}

static void remove_folders_of_the_gone(void)
{
    DIR *dir = opendir(room());
    for (struct dirent *e; dir && (e = readdir(dir)) != NULL;) {
        char path[2 * MOST_PATH];
        if (strncmp(e->d_name, prefix, sizeof prefix - 1) != 0)
            continue;
        const pid_t pid = (pid_t)atoi(e->d_name + sizeof prefix - 1);
        snprintf(path, sizeof path, "%.200s/%.255s", room(), e->d_name);
        if (pid > 0 && kill(pid, 0) != 0 && errno == ESRCH)
            remove_folder(path);
    }
    if (dir)
        closedir(dir);
}

static void folder_path(char *path, const char *part)
{
    snprintf(path, MOST_PATH, "%.180s/%s%d%s%s", room(), prefix, (int)getppid(), *part ? "/" : "", part);
}

void subject_remove_files(void)
{
    char path[MOST_PATH];
    folder_path(path, "");
    remove_folder(path);
}

/* ---- Files ----------------------------------------------------------------------------------------- */

typedef struct trial_files {
    char at[N_FILES][MOST_PATH], out[MOST_PATH];
    int n;
} trial_files;

static nt_status write_cells(const char *path, uint64_t first, int64_t n, nt_error *why)
{
    double *cells = malloc((size_t)n * sizeof *cells);
    const nt_kernel *kernel = nt_kernel_find(applied);
    if (!cells) {
        snprintf(why->text, sizeof why->text, "no memory for %lld cells", (long long)n);
        return NT_ENOMEM;
    }
    for (int64_t i = 0; i < n; i++)
        cells[i] = nt_kernel_value(kernel, 0, (int64_t)first + i, SEED);
    const nt_status status = file_replace(path, cells, (size_t)n * sizeof *cells, why);
    free(cells);
    return status;
}

/* `sets` are separate: their files and outputs differ in name. */
static nt_status make_files(trial_files *f, const char *set, const int64_t *cells, int n, nt_error *why)
{
    char part[64];
    snprintf(part, sizeof part, "%s-out", set);
    folder_path(f->out, part);
    f->n = n;
    nt_status status = file_make_dirs(f->out, why);
    uint64_t first = 0;
    for (int i = 0; i < n && status == NT_OK; first += (uint64_t)cells[i++]) {
        struct stat st;
        snprintf(part, sizeof part, "%s-%02d", set, i);
        folder_path(f->at[i], part);
        if (stat(f->at[i], &st) != 0 || st.st_size != cells[i] * (int64_t)sizeof(double))
            status = write_cells(f->at[i], first, cells[i], why);
    }
    return status;
}

static void note_failure(void *context, const char *input, const char *reason)
{
    nt_error *why = context;
    snprintf(why->text, sizeof why->text, "%.80s: %.160s", input, reason);
}

static nt_status run_files(const trial_ask *ask, const trial_files *f, nt_error *why)
{
    static const array_form raw = {.dtype = NT_F64};
    const char *inputs[N_FILES];
    for (int i = 0; i < f->n; i++)
        inputs[i] = f->at[i];
    const pipeline_options options = {.ring = (int)ask->config.own[KEY_RING],
                                      .slab_bytes = ask->config.own[KEY_SLAB],
                                      .instances = (int)ask->config.own[KEY_INSTANCES],
                                      .io = (pipeline_io)ask->config.own[KEY_IO]};
    const pipeline_job job = {.kernel = nt_kernel_find(applied),
                              .steps = 1,
                              .raw = &raw,
                              .inputs = inputs,
                              .n_inputs = f->n,
                              .out = f->out,
                              .threads = ask->config.threads,
                              .failed = note_failure,
                              .context = why};
    pipeline_counters counters;
    const nt_status status = pipeline_run(&job, &options, &counters, why);
    return status != NT_OK ? status : counters.n_done == f->n ? NT_OK : NT_EIO;
}

/* Of output i, its bytes; NULL if it cannot be read. */
static char *read_output(const trial_files *f, int i, size_t *n)
{
    char path[2 * MOST_PATH], *bytes;
    snprintf(path, sizeof path, "%s/%s", f->out, strrchr(f->at[i], '/') + 1);
    return file_read(path, (size_t)1 << 31, &bytes, n, NULL) == NT_OK ? bytes : NULL;
}

/* ---- The subject ------------------------------------------------------------------------------------- */

static trial_files of_trial;

static nt_status open_program(subject *s, nt_error *why)
{
    const int64_t all = s->ask.shape[0], each = all / N_FILES;
    int64_t cells[N_FILES];
    for (int i = 0; i < N_FILES; i++)
        cells[i] = each + (i < all % N_FILES);
    remove_folders_of_the_gone();
    return make_files(&of_trial, "trial", cells, N_FILES, why);
}

static void restore(subject *s)
{
    (void)s; /* a run replaces its outputs, and no input */
}

/* An output that is missing, because its file failed, changes the hash. */
static void run(subject *s)
{
    nt_error why;
    if (run_files(&s->ask, &of_trial, &why) != NT_OK)
        for (int i = 0; i < of_trial.n; i++) {
            char path[2 * MOST_PATH];
            snprintf(path, sizeof path, "%s/%s", of_trial.out, strrchr(of_trial.at[i], '/') + 1);
            unlink(path);
        }
}

static uint64_t hash(const subject *s)
{
    uint64_t h = 0;
    (void)s;
    for (int i = 0; i < of_trial.n; i++) {
        size_t n = 0;
        char *bytes = read_output(&of_trial, i, &n);
        h = XXH3_64bits_withSeed(bytes ? bytes : "", n, h + !bytes);
        free(bytes);
    }
    return h;
}

/* Small files, of one cell, and of a few slabs if slabs are small: each output must have the bits of a run in
 * memory. */
static trial_outcome check(const trial_ask *ask, nt_error *why)
{
    const int64_t slab = ask->config.own[KEY_SLAB] / (int64_t)sizeof(double), most = 1 << 17;
    const int64_t cells[] = {1, 1000, 2 * slab + 3 < most ? 2 * slab + 3 : most - 5};
    trial_files f;
    nt_status status = make_files(&f, slab < most ? "check-small" : "check", cells, 3, why);
    if (status == NT_OK)
        status = run_files(ask, &f, why);
    if (status != NT_OK)
        return status == NT_ENOMEM ? TRIAL_MEMORY : TRIAL_REFUSED;
    for (int i = 0; i < f.n; i++) {
        size_t n_in = 0, n_out = 0;
        char *in = NULL, *out = read_output(&f, i, &n_out);
        nt_grid *g = NULL;
        bool same = false;
        if (file_read(f.at[i], (size_t)1 << 31, &in, &n_in, why) == NT_OK && n_in == n_out && out &&
            nt_grid_wrap(&g, NT_F64, (int64_t[3]){cells[i], 1, 1}, (int64_t[3]){1, cells[i], cells[i]}, 0, in,
                         why) == NT_OK &&
            nt_run(applied, g, 1, why) == NT_OK)
            same = memcmp(in, out, n_in) == 0;
        nt_grid_destroy(g);
        free(in);
        free(out);
        if (!same) {
            snprintf(why->text, sizeof why->text,
                     "file of %lld cells: the output has other bits than a run in memory",
                     (long long)cells[i]);
            return TRIAL_WRONG;
        }
    }
    return TRIAL_OK;
}

const subject_kind subject_of_program = {open_program, restore, run, hash, check};
