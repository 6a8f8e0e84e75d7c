/*
 * program.h - runs a program as a person would, and looks at what it leaves
 * SPDX-License-Identifier: MIT
 */
#ifndef TESTS_PROGRAM_H
#define TESTS_PROGRAM_H

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "support.h"

enum { PROGRAM_ARGS = 24, PROGRAM_TEXT = 1 << 20, PROGRAM_CANNOT_EXEC = 126 };

typedef struct program {
    pid_t pid;
    int fd[2]; /* its stdout and stderr */
    char *text[2];
    size_t n[2];
    int code, signal; /* how it ended: one of the two */
} program;

/* How it is run. */
typedef struct setting {
    const char *name, *value; /* one more environment variable */
    rlim_t file_bytes;        /* RLIMIT_FSIZE; 0: as it is */
    const char *out;          /* where its stdout goes; NULL: into the text */
    unsigned closed;          /* bit 1u << n: it begins with descriptor n closed */
    bool nobody;              /* it runs as a user who owns nothing, where this one is root */
    long denied;              /* a system call that fails with denied_errno; 0: none */
    int denied_errno;
} setting;

static inline double program_now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* One system call fails from now on, as on a system that lacks it; false: this system cannot do that. */
static inline bool program_deny(long call, int error)
{
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)call, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ((unsigned)error & SECCOMP_RET_DATA)),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const struct sock_fprog rules = {sizeof filter / sizeof *filter, filter};
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &rules) == 0;
}

/* The child's part. */
__attribute__((noreturn)) static inline void program_become(const char *const argv[], const setting *s,
                                                            int out, int err)
{
    const int null = open("/dev/null", O_RDONLY), file = s->out ? open(s->out, O_WRONLY) : -1;
    dup2(null, STDIN_FILENO);
    dup2(file >= 0 ? file : out, STDOUT_FILENO);
    dup2(err, STDERR_FILENO);
    setenv("TERM", "dumb", 1);
    unsetenv("NESTUNE_MAX_ISA");
    unsetenv("NESTUNE_TUNED");
    if (s->name)
        setenv(s->name, s->value, 1);
    if (s->file_bytes) {
        const struct rlimit limit = {s->file_bytes, s->file_bytes};
        setrlimit(RLIMIT_FSIZE, &limit);
    }
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
    signal(SIGPIPE, SIG_DFL);
    signal(SIGHUP, SIG_DFL);
    if (s->nobody && geteuid() == 0 && setuid(65534) != 0)
        _exit(PROGRAM_CANNOT_EXEC);
    if (s->denied && !program_deny(s->denied, s->denied_errno))
        _exit(PROGRAM_CANNOT_EXEC);
    for (int fd = 0; fd < 3; fd++)
        if (s->closed & 1u << fd)
            close(fd);
    execv(argv[0], (char *const *)(uintptr_t)argv);
    _exit(PROGRAM_CANNOT_EXEC);
}

static inline program program_start(const char *const argv[], const setting *s)
{
    static const setting plain;
    program p = {.code = -1};
    int out[2], err[2];
    assert_int_equal(pipe2(out, O_CLOEXEC), 0);
    assert_int_equal(pipe2(err, O_CLOEXEC), 0);
    for (int i = 0; i < 2; i++)
        assert_non_null(p.text[i] = calloc(1, PROGRAM_TEXT));
    fflush(NULL);
    p.pid = fork();
    assert_true(p.pid >= 0);
    if (p.pid == 0)
        program_become(argv, s ? s : &plain, out[1], err[1]);
    close(out[1]);
    close(err[1]);
    p.fd[0] = out[0];
    p.fd[1] = err[0];
    return p;
}

/* Reads what it prints; false when `until_s` is over first. */
static inline bool program_listen(program *p, double until_s)
{
    while (p->fd[0] >= 0 || p->fd[1] >= 0) {
        const double left_s = until_s - program_now_s();
        struct pollfd polled[2] = {{p->fd[0], POLLIN, 0}, {p->fd[1], POLLIN, 0}};
        if (left_s <= 0)
            return false;
        if (poll(polled, 2, left_s > 100 ? 100000 : (int)(left_s * 1000) + 1) <= 0)
            continue;
        for (int i = 0; i < 2; i++) {
            if (!polled[i].revents)
                continue;
            const ssize_t got = read(p->fd[i], p->text[i] + p->n[i], PROGRAM_TEXT - 1 - p->n[i]);
            if (got > 0) {
                p->n[i] += (size_t)got;
            } else {
                close(p->fd[i]);
                p->fd[i] = -1;
            }
        }
    }
    return true;
}

/* Waits for its end; it is killed, and the test fails, when that takes longer than limit_s. */
static inline void program_end(program *p, double limit_s)
{
    const bool ended = program_listen(p, program_now_s() + limit_s);
    if (!ended)
        kill(p->pid, SIGKILL);
    int status;
    assert_int_equal(waitpid(p->pid, &status, 0), p->pid);
    p->code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    p->signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    for (int i = 0; i < 2; i++)
        if (p->fd[i] >= 0)
            close(p->fd[i]);
    if (!ended)
        fail_msg("still running after %g s; stderr: %s", limit_s, p->text[1]);
}

static inline void program_free(program *p)
{
    free(p->text[0]);
    free(p->text[1]);
}

/* Can this machine execute what was built?  Not under an emulator. */
static inline bool program_runs(const char *path)
{
    const char *const argv[] = {path, "--version", NULL};
    program p = program_start(argv, NULL);
    program_end(&p, 60);
    const int code = p.code;
    program_free(&p);
    return code != PROGRAM_CANNOT_EXEC;
}

/* ---- Its children --------------------------------------------------------------------------------- */

/* One process whose parent is this one; 0: none. */
static inline pid_t child_of(pid_t parent)
{
    DIR *dir = opendir("/proc");
    pid_t found = 0;
    for (struct dirent *e; dir && !found && (e = readdir(dir)) != NULL;) {
        char path[300], text[512] = "";
        const int pid = atoi(e->d_name);
        int ppid = 0;
        snprintf(path, sizeof path, "/proc/%d/stat", pid);
        FILE *f = pid > 0 ? fopen(path, "r") : NULL;
        if (!f)
            continue;
        const size_t n = fread(text, 1, sizeof text - 1, f);
        fclose(f);
        text[n] = '\0';
        const char *end = strrchr(text, ')'); /* the name may hold anything */
        if (end && sscanf(end + 1, " %*c %d", &ppid) == 1 && ppid == parent)
            found = pid;
    }
    if (dir)
        closedir(dir);
    return found;
}

/* Gone, or waiting to be reaped by whoever is init here. */
static inline bool is_gone(pid_t pid)
{
    char path[64], text[512] = "";
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    FILE *f = fopen(path, "r");
    if (!f)
        return true;
    const size_t n = fread(text, 1, sizeof text - 1, f);
    fclose(f);
    text[n] = '\0';
    const char *end = strrchr(text, ')');
    return !end || end[2] == 'Z' || end[2] == 'X';
}

static inline bool is_gone_within(pid_t pid, double seconds)
{
    const double until_s = program_now_s() + seconds;
    const struct timespec pause = {0, 5000000};
    while (!is_gone(pid) && program_now_s() < until_s)
        nanosleep(&pause, NULL);
    return is_gone(pid);
}

static inline void sleep_s(double seconds)
{
    const struct timespec pause = {(time_t)seconds, (long)((seconds - (double)(time_t)seconds) * 1e9)};
    nanosleep(&pause, NULL);
}

/* ---- Files ---------------------------------------------------------------------------------------- */

static inline char *slurp(const char *path, size_t *n)
{
    FILE *f = fopen(path, "rb");
    if (!f)
        return NULL;
    char *text = malloc(PROGRAM_TEXT * 16);
    assert_non_null(text);
    const size_t got = fread(text, 1, PROGRAM_TEXT * 16 - 1, f);
    fclose(f);
    text[got] = '\0';
    if (n)
        *n = got;
    return text;
}

/* In place: thousands of files made anew would each wait for the disk. */
static inline void spill(const char *path, const char *data, size_t n)
{
    const int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, data, n), n);
    assert_int_equal(ftruncate(fd, (off_t)n), 0);
    close(fd);
}

/* Names, modes and contents of all below a folder, in one hash that no order of reading changes. */
static uint64_t tree_sum;
static int tree_files;

static inline uint64_t fnv(uint64_t hash, const void *data, size_t n)
{
    for (size_t i = 0; i < n; i++)
        hash = (hash ^ ((const unsigned char *)data)[i]) * UINT64_C(0x100000001b3);
    return hash;
}

static inline int tree_visit(const char *path, const struct stat *st, int kind, struct FTW *at)
{
    (void)at;
    uint64_t hash = fnv(UINT64_C(0xcbf29ce484222325), path, strlen(path));
    hash = fnv(hash, &st->st_mode, sizeof st->st_mode);
    if (kind == FTW_F) {
        size_t n = 0;
        char *text = slurp(path, &n);
        hash = fnv(hash, text, n);
        hash = fnv(hash, &st->st_mtim, sizeof st->st_mtim);
        free(text);
        tree_files++;
    }
    tree_sum += hash;
    return 0;
}

static inline uint64_t tree_of(const char *folder)
{
    tree_sum = 0;
    tree_files = 0;
    nftw(folder, tree_visit, 16, FTW_PHYS);
    return tree_sum;
}

static inline int tree_remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
    (void)st;
    (void)kind;
    (void)at;
    return remove(path);
}

static inline void tree_remove(const char *folder)
{
    nftw(folder, tree_remove_one, 16, FTW_PHYS | FTW_DEPTH);
}

#endif /* TESTS_PROGRAM_H */
