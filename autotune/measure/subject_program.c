/*
 * subject_program.c - a program under trial: `nestune apply`, over files of its own
 * SPDX-License-Identifier: MIT
 *
 * Each run starts the program, as a person does, so its start counts.  The files lie in a folder that is named
 * after this process's parent, the tuner: a worker that was killed leaves it to the next one.  Folders of this
 * user's tuners that are gone are removed.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <xxhash.h>

#include "measure/environment.h"
#include "measure/subject.h"
#include "os/affinity.h"
#include "os/file.h"

/* The own keys of kernel apply, in their order. */
enum { KEY_RING, KEY_SLAB, KEY_INSTANCES, KEY_IO };
enum { N_FILES = 8, MOST_PATH = 1024, MOST_NAME = 96, SEED = 20 };

static const char applied[] = "mathop"; /* to f64: as much arithmetic as the notebook's processing */

/* ---- Folders --------------------------------------------------------------------------------------- */

/* /tmp may be memory, and the files of a trial belong on a disk. */
static const char *root(void)
{
    const char *dir = getenv("TMPDIR");
    return dir && *dir ? dir : "/var/tmp";
}

/* A folder of this user, and what is in it; no link. */
static void remove_folder_at(int parent, const char *name)
{
    struct stat st;
    const int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    DIR *dir = fd >= 0 && fstat(fd, &st) == 0 && st.st_uid == geteuid() ? fdopendir(fd) : NULL;
    if (!dir) {
        if (fd >= 0)
            close(fd);
        return;
    }
    for (struct dirent *e; (e = readdir(dir)) != NULL;) {
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
            continue;
        if (unlinkat(fd, e->d_name, 0) != 0 && errno == EISDIR)
            remove_folder_at(fd, e->d_name);
    }
    closedir(dir);
    unlinkat(parent, name, AT_REMOVEDIR);
}

/* The names of this user's folders on this machine, up to the number of the process. */
static void folder_prefix(char prefix[MOST_NAME])
{
    char host[HOST_NAME_MAX + 1] = "";
    gethostname(host, sizeof host - 1);
    snprintf(prefix, MOST_NAME, "nestune-trial-%.48s-%u-", host, (unsigned)geteuid());
}

static void remove_folders_of_the_gone(void)
{
    char prefix[MOST_NAME];
    folder_prefix(prefix);
    const size_t n = strlen(prefix);
    DIR *dir = opendir(root());
    for (struct dirent *e; dir && (e = readdir(dir)) != NULL;) {
        const pid_t pid = strncmp(e->d_name, prefix, n) == 0 ? (pid_t)atoi(e->d_name + n) : 0;
        if (pid > 0 && kill(pid, 0) != 0 && errno == ESRCH)
            remove_folder_at(dirfd(dir), e->d_name);
    }
    if (dir)
        closedir(dir);
}

/* Returns false if the name of the folder for temporary files is too long. */
static bool folder_path(char *path, const char *part)
{
    char prefix[MOST_NAME];
    folder_prefix(prefix);
    const int n =
        snprintf(path, MOST_PATH, "%s/%s%d%s%s", root(), prefix, (int)getppid(), *part ? "/" : "", part);
    return n > 0 && n < MOST_PATH;
}

void subject_remove_files(void)
{
    char path[MOST_PATH];
    if (folder_path(path, ""))
        remove_folder_at(AT_FDCWD, path);
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
    f->n = n;
    if (!folder_path(f->out, part)) {
        snprintf(why->text, sizeof why->text, "TMPDIR has more than %d characters",
                 MOST_PATH - MOST_NAME - 16);
        return NT_EIO;
    }
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

/* ---- The run --------------------------------------------------------------------------------------- */

enum { MOST_ARGUMENTS = 40 };
extern char **environ;

/* `nestune` lies beside the program of this process. */
static nt_status nestune_path(char path[MOST_PATH], nt_error *why)
{
    const ssize_t got = readlink("/proc/self/exe", path, MOST_PATH - sizeof "nestune");
    path[got > 0 ? got : 0] = '\0';
    char *slash = strrchr(path, '/');
    strcpy(slash ? slash + 1 : path, "nestune");
    if (slash && access(path, X_OK) == 0)
        return NT_OK;
    snprintf(why->text, sizeof why->text, "%.200s: no such program; it runs the trials of apply", path);
    return NT_EIO;
}

static bool is_of_trials(const char *variable)
{
    for (const environment_setting *e = trial_environment; e->name; e++)
        if (strncmp(variable, e->name, strlen(e->name)) == 0 && variable[strlen(e->name)] == '=')
            return true;
    return false;
}

/* The environment without the settings of trials, as a person has it.  NULL without memory. */
static char **own_environment(void)
{
    size_t n = 0, kept = 0;
    while (environ[n])
        n++;
    char **list = calloc(n + 1, sizeof *list);
    for (size_t i = 0; list && i < n; i++)
        if (!is_of_trials(environ[i]))
            list[kept++] = environ[i];
    return list;
}

/* Those settings also bind this process's thread to one place.  So the child gets the CPUs of all places. */
static int run_program(char *const argv[])
{
    cpu_set_t cpus;
    int status = -1;
    const bool bound = affinity_of_places(&cpus);
    char **environment = own_environment();
    const int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    const pid_t pid = environment && null >= 0 ? fork() : -1;
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (bound)
            sched_setaffinity(0, sizeof cpus, &cpus);
        dup2(null, STDIN_FILENO);
        dup2(null, STDOUT_FILENO); /* stderr is the worker's log */
        execve(argv[0], argv, environment);
        _exit(127);
    }
    while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    free(environment);
    if (null >= 0)
        close(null);
    return status;
}

/* Returns true if all files are done. */
static bool run_files(const trial_ask *ask, const trial_files *f)
{
    char path[MOST_PATH], ring[24], slab[24], instances[24], threads[24];
    nt_error why;
    const int64_t *own = ask->config.own;
    snprintf(ring, sizeof ring, "%lld", (long long)own[KEY_RING]);
    snprintf(slab, sizeof slab, "%lld", (long long)own[KEY_SLAB]);
    snprintf(instances, sizeof instances, "%lld", (long long)own[KEY_INSTANCES]);
    snprintf(threads, sizeof threads, "%d", ask->config.threads);
    const char *argv[MOST_ARGUMENTS] = {
        path,      "apply",     applied,  "--raw", "f64",
        "--ring",  ring,        "--slab", slab,    "--instances",
        instances, "--threads", threads,  "--io",  own[KEY_IO] ? "mmap" : "pread",
        "--out",   f->out};
    int n = 0;
    while (argv[n])
        n++;
    for (int i = 0; i < f->n; i++)
        argv[n++] = f->at[i];
    return nestune_path(path, &why) == NT_OK && run_program((char *const *)(uintptr_t)argv) == 0;
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
    char path[MOST_PATH];
    if (strcmp(s->ask.kernel->name, "apply") != 0) {
        snprintf(why->text, sizeof why->text, "program %s: only apply can be under trial",
                 s->ask.kernel->name);
        return NT_EKERNEL;
    }
    const nt_status status = nestune_path(path, why);
    if (status != NT_OK)
        return status;
    remove_folders_of_the_gone();
    return make_files(&of_trial, "trial", cells, N_FILES, why);
}

static void restore(subject *s)
{
    (void)s; /* a run replaces its outputs, and no input */
}

static void run(subject *s, int64_t steps)
{
    (void)steps;
    if (!run_files(&s->ask, &of_trial))
        snprintf(s->failure.text, sizeof s->failure.text,
                 "nestune apply failed: its reason is in the worker's log");
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

/* On one thread: in this process the threads of a team would go on spinning, and take CPUs from the program. */
static nt_status apply_in_memory(void *cells, int64_t n, nt_error *why)
{
    const nt_plan_options alone = {.bytes = sizeof alone, .steps = 1, .most_threads = 1};
    nt_grid *g;
    nt_plan *plan;
    nt_status status = nt_grid_wrap(&g, NT_F64, (int64_t[3]){n, 1, 1}, (int64_t[3]){1, n, n}, 0, cells, why);
    if (status == NT_OK)
        status = nt_plan_create(&plan, nt_kernel_find(applied), &g, 1, &alone, why);
    if (status == NT_OK) {
        nt_plan_run(plan, 1);
        nt_plan_destroy(plan);
    }
    nt_grid_destroy(g);
    return status;
}

/* Small files, of one cell, and of a few slabs if slabs are small: each output must have the bits of a run in
 * memory. */
static trial_outcome check(const trial_ask *ask, nt_error *why)
{
    const int64_t slab = ask->config.own[KEY_SLAB] / (int64_t)sizeof(double), most = 1 << 17;
    const int64_t cells[] = {1, 1000, 2 * slab + 3 < most ? 2 * slab + 3 : most - 5};
    trial_files f;
    const nt_status status = make_files(&f, slab < most ? "check-small" : "check", cells, 3, why);
    if (status != NT_OK)
        return status == NT_ENOMEM ? TRIAL_MEMORY : TRIAL_REFUSED;
    char path[MOST_PATH];
    if (nestune_path(path, why) != NT_OK)
        return TRIAL_REFUSED;
    if (!run_files(ask, &f)) {
        snprintf(why->text, sizeof why->text, "nestune apply failed on small files");
        return TRIAL_WRONG;
    }
    for (int i = 0; i < f.n; i++) {
        size_t n_in = 0, n_out = 0;
        char *in = NULL, *out = read_output(&f, i, &n_out);
        const bool same = file_read(f.at[i], (size_t)1 << 31, &in, &n_in, why) == NT_OK && n_in == n_out &&
                          out && apply_in_memory(in, cells[i], why) == NT_OK && memcmp(in, out, n_in) == 0;
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
