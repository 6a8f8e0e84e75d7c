/*
 * process.c - a child process behind a socket, in its own group, with limits
 * SPDX-License-Identifier: MIT
 *
 * It uses a socket of type SOCK_SEQPACKET instead of two pipes, for two reasons.  Messages stay apart, so the
 * size of an incomplete one shows that it is incomplete.  And send() with MSG_NOSIGNAL raises no SIGPIPE.
 * The child's output goes to an unnamed file: so it fills no pipe, does not mix with the tuner's output, and
 * is not lost.
 */
#define _GNU_SOURCE
#include "os/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "os/clock.h"
#include "os/text.h"

#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__
#define SANITIZED 1
#elif defined __has_feature
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

static nt_status fail(nt_error *why, const char *exe, int error)
{
    if (why)
        snprintf(why->text, sizeof why->text, "cannot start the worker %.80s: %s", exe, strerror(error));
    return NT_EIO;
}

/* Moves a descriptor above the two numbers reserved for the child, so that dup2() does not overwrite it. -1
 * and errno on failure. */
static int move_up(int fd)
{
    if (fd < 0)
        return -1;
    const int moved = fcntl(fd, F_DUPFD_CLOEXEC, PROCESS_OUT_FD + 1), error = errno;
    close(fd);
    errno = error;
    return moved;
}

/* Returns an errno, or 0. */
static int spawn(pid_t *pid, const char *exe, char *const *argv, char *const *environment, int socket_fd,
                 int log_fd)
{
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    sigset_t none, defaults;
    sigemptyset(&none);
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGPIPE);
    sigaddset(&defaults, SIGXFSZ);

    posix_spawnattr_init(&attributes); /* these two cannot fail */
    posix_spawn_file_actions_init(&files);
    posix_spawnattr_setflags(&attributes,
                             POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setsigdefault(&attributes, &defaults);
    posix_spawnattr_setsigmask(&attributes, &none);
    int error = posix_spawn_file_actions_adddup2(&files, log_fd, STDOUT_FILENO);
    if (!error)
        error = posix_spawn_file_actions_adddup2(&files, log_fd, STDERR_FILENO);
    if (!error)
        error = posix_spawn_file_actions_adddup2(&files, socket_fd, PROCESS_IN_FD);
    if (!error)
        error = posix_spawn_file_actions_adddup2(&files, socket_fd, PROCESS_OUT_FD);
    if (!error)
        error = posix_spawn(pid, exe, &files, &attributes, argv, environment);
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attributes);
    return error;
}

static void set_limit(pid_t pid, int what, int64_t value)
{
    const struct rlimit limit = {(rlim_t)value, (rlim_t)value};
    prlimit(pid, what, &limit, NULL);
}

nt_status process_start(process *p, const char *exe, char *const *argv, char *const *environment,
                        int64_t memory_limit_bytes, nt_error *why)
{
    int pair[2];
    *p = (process){0, -1, -1};
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
        return fail(why, exe, errno);
    p->fd = pair[0];
    int error = 0;
    const int socket_fd = move_up(pair[1]);
    if (socket_fd >= 0)
        p->log_fd = move_up(memfd_create("worker", MFD_CLOEXEC));
    if (socket_fd < 0 || p->log_fd < 0)
        error = errno;
    else
        error = spawn(&p->pid, exe, argv, environment, socket_fd, p->log_fd);
    if (socket_fd >= 0)
        close(socket_fd);
    if (error) {
        process_close(p);
        return fail(why, exe, error);
    }
    set_limit(p->pid, RLIMIT_CORE, 0);
    if (memory_limit_bytes > 0 && !SANITIZED)
        set_limit(p->pid, RLIMIT_AS, memory_limit_bytes);
    return NT_OK;
}

int process_send(const process *p, const void *message, size_t n)
{
    ssize_t sent;
    do
        sent = send(p->fd, message, n, MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    return sent == (ssize_t)n ? 0 : -1;
}

/* Is the child stopped, for example by SIGSTOP? */
static int is_stopped(const process *p)
{
    char path[64], text[512];
    snprintf(path, sizeof path, "/proc/%ld/stat", (long)p->pid);
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    const ssize_t n = fd >= 0 ? read(fd, text, sizeof text - 1) : 0;
    if (fd >= 0)
        close(fd);
    text[n > 0 ? n : 0] = '\0';
    const char *end = strrchr(text, ')'); /* the program's name may contain anything */
    return end && end[1] == ' ' && end[2] == 'T';
}

/* Waits until the socket can be read or the child has died; returns 0 if the deadline passed first.  Wakes up often
 * enough to notice that this process or the child was stopped. */
static int wait_readable(const process *p, double deadline_s, double *paused_s)
{
    static const double look_s = 0.25, jump_s = 1;
    for (double before_s = clock_s();;) {
        const double left_s = deadline_s + *paused_s - before_s;
        const double wait_s = left_s <= 0 ? 0 : left_s < look_s ? left_s : look_s;
        struct pollfd pollfd = {p->fd, POLLIN, 0};
        const int ready = poll(&pollfd, 1, left_s <= 0 ? 0 : (int)(wait_s * 1e3) + 1), error = errno;
        const double now_s = clock_s(), passed_s = now_s - before_s;
        if (passed_s > wait_s + jump_s)
            *paused_s += passed_s - wait_s;
        else if (ready == 0 && is_stopped(p))
            *paused_s += passed_s;
        before_s = now_s;
        if (ready > 0 || (ready < 0 && error != EINTR))
            return 1; /* recv() will report the error */
        if (ready == 0 && !process_alive(p))
            return 1; /* a process that it started holds the socket open */
        if (ready == 0 && left_s <= 0 && now_s >= deadline_s + *paused_s)
            return 0;
    }
}

ssize_t process_receive(const process *p, void *message, size_t n, double deadline_s, double *paused_s)
{
    if (!wait_readable(p, deadline_s, paused_s))
        return -1;
    ssize_t got;
    do
        got = recv(p->fd, message, n, MSG_TRUNC | MSG_DONTWAIT);
    while (got < 0 && errno == EINTR);
    return got < 0 ? 0 : got; /* ECONNRESET: the child died without reading an ask; EAGAIN: it has died */
}

int process_alive(const process *p)
{
    siginfo_t info = {0};
    return waitid(P_PID, (id_t)p->pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == 0;
}

int process_reap(process *p, double grace_s, int *killed)
{
    const double deadline_s = clock_s() + grace_s;
    const struct timespec pause = {0, 1000000};
    *killed = 0;
    while (process_alive(p) && clock_s() < deadline_s)
        nanosleep(&pause, NULL);
    *killed = process_alive(p);
    kill(-p->pid, SIGKILL); /* the child, and any process that it started */
    kill(p->pid, SIGKILL);

    int status = 0;
    while (waitpid(p->pid, &status, 0) < 0 && errno == EINTR)
        continue;
    p->pid = 0;
    return status;
}

void process_last_line(const process *p, char *text, size_t n)
{
    char tail[4096];
    text[0] = '\0';
    const off_t size = lseek(p->log_fd, 0, SEEK_END);
    const off_t from = size > (off_t)sizeof tail - 1 ? size - (off_t)sizeof tail + 1 : 0;
    ssize_t got = pread(p->log_fd, tail, sizeof tail - 1, from);
    if (got <= 0)
        return;
    tail[got] = '\0';
    if (SANITIZED && strstr(tail, "Sanitizer") && write(STDERR_FILENO, tail, (size_t)got) < 0)
        got = 0; /* the log is for people only */
    while (got > 0 && (tail[got - 1] == '\n' || tail[got - 1] == '\0'))
        got--;
    tail[got] = '\0';
    const char *line = memrchr(tail, '\n', (size_t)got);
    snprintf(text, n, "%s", line ? line + 1 : tail);
    text_make_printable(text);
}

void process_close(process *p)
{
    if (p->fd >= 0)
        close(p->fd);
    if (p->log_fd >= 0)
        close(p->log_fd);
    *p = (process){0, -1, -1};
}
