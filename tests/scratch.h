/*
 * scratch.h - a folder for one test's files
 * SPDX-License-Identifier: MIT
 */
#ifndef TESTS_SCRATCH_H
#define TESTS_SCRATCH_H

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct scratch {
    char folder[64], path[96]; /* path: of a file in it that is not there yet */
} scratch;

static inline scratch scratch_make(void)
{
    scratch s;
    snprintf(s.folder, sizeof s.folder, "/tmp/nestune-test-XXXXXX");
    if (!mkdtemp(s.folder) || chmod(s.folder, 0755) != 0)
        abort();
    snprintf(s.path, sizeof s.path, "%s/file", s.folder);
    return s;
}

/* Entries in the folder; with `remove` they go, and the folder too. */
static inline int scratch_walk(const scratch *s, int remove)
{
    int n = 0;
    DIR *dir = opendir(s->folder);
    for (struct dirent *e; dir && (e = readdir(dir)) != NULL;) {
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
            continue;
        n++;
        if (remove && unlinkat(dirfd(dir), e->d_name, 0) != 0)
            unlinkat(dirfd(dir), e->d_name, AT_REMOVEDIR);
    }
    closedir(dir);
    if (remove)
        rmdir(s->folder);
    return n;
}

/* Runs a function in a child that is not root; its exit code. */
static inline int scratch_as_nobody(int (*run)(void *context), void *context)
{
    const pid_t pid = fork();
    if (pid == 0)
        _exit(geteuid() == 0 && setuid(65534) != 0 ? 99 : run(context));
    int status = -1;
    waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* The largest that a file may become, for this process; what it was.  Stands for a full disk. */
static inline rlim_t scratch_limit(rlim_t bytes)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_FSIZE, &limit) != 0)
        abort();
    const rlim_t old = limit.rlim_cur;
    limit.rlim_cur = bytes;
    if (setrlimit(RLIMIT_FSIZE, &limit) != 0)
        abort();
    return old;
}

#endif /* TESTS_SCRATCH_H */
