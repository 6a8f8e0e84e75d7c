/*
 * process.c - a child process behind a socket, in its own group, with limits
 * SPDX-License-Identifier: MIT
 *
 * A socket of type SOCK_SEQPACKET rather than two pipes: messages stay apart, so a garbled one is
 * known by its size, and send() with MSG_NOSIGNAL leaves SIGPIPE's disposition alone.  What the
 * child prints goes to an unnamed file: it cannot fill up a pipe, mix with the tuner's output, or
 * be lost.
 */
#define _GNU_SOURCE
#include "os/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "os/clock.h"
#include "os/text.h"
#include "os/wire_head.h"

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

static nt_status fail(nt_error *why, const char *what)
{
    if (why)
        snprintf(why->text, sizeof why->text, "cannot start the worker: %s: %s", what, strerror(errno));
    return NT_EIO;
}

static void set_limit(int what, int64_t value)
{
    const struct rlimit limit = {(rlim_t)value, (rlim_t)value};
    setrlimit(what, &limit);
}

/* In the child, between fork and exec: async-signal-safe calls alone. */
__attribute__((noreturn)) static void become(const char *exe, char *const *argv, char *const *environment,
                                             int socket_fd, int log_fd, int64_t memory_limit_bytes,
                                             pid_t parent)
{
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) /* it died before that call */
        _exit(1);

    /* Out of the way of the numbers they are to get. */
    socket_fd = fcntl(socket_fd, F_DUPFD_CLOEXEC, 10);
    log_fd = fcntl(log_fd, F_DUPFD_CLOEXEC, 10);
    dup2(log_fd, STDOUT_FILENO);
    dup2(log_fd, STDERR_FILENO);
    dup2(socket_fd, WIRE_IN_FD);
    dup2(socket_fd, WIRE_OUT_FD);

    set_limit(RLIMIT_CORE, 0);
    if (memory_limit_bytes > 0 && !SANITIZED)
        set_limit(RLIMIT_AS, memory_limit_bytes);

    struct sigaction plain = {.sa_handler = SIG_DFL};
    sigset_t none;
    sigaction(SIGPIPE, &plain, NULL);
    sigaction(SIGXFSZ, &plain, NULL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    execve(exe, argv, environment);

    const wire_hello hello = {wire_head_of(WIRE_HELLO, sizeof hello, 0), errno};
    if (write(WIRE_OUT_FD, &hello, sizeof hello) < 0)
        _exit(126);
    _exit(127);
}

nt_status process_start(process *p, const char *exe, char *const *argv, char *const *environment,
                        int64_t memory_limit_bytes, nt_error *why)
{
    int pair[2];
    *p = (process){0, -1, -1};
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
        return fail(why, "socketpair");
    const int log_fd = memfd_create("worker", MFD_CLOEXEC);
    if (log_fd < 0) {
        const nt_status status = fail(why, "memfd_create");
        close(pair[0]);
        close(pair[1]);
        return status;
    }
    const pid_t parent = getpid();
    const pid_t pid = fork();
    if (pid == 0)
        become(exe, argv, environment, pair[1], log_fd, memory_limit_bytes, parent);
    const nt_status status = pid < 0 ? fail(why, "fork") : NT_OK;
    close(pair[1]);
    if (status != NT_OK) {
        close(pair[0]);
        close(log_fd);
        return status;
    }
    setpgid(pid, pid); /* both sides do it: whoever comes first */
    *p = (process){pid, pair[0], log_fd};
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

/* Sleeps until the socket can be read or the deadline has passed; 0: passed. */
static int wait_readable(int fd, double deadline_s)
{
    enum { LONGEST_MS = 1000000 };
    for (;;) {
        const double left_ms = (deadline_s - clock_s()) * 1e3;
        const int ms = left_ms <= 0 ? 0 : left_ms < LONGEST_MS ? (int)left_ms + 1 : LONGEST_MS;
        struct pollfd pollfd = {fd, POLLIN, 0};
        const int ready = poll(&pollfd, 1, ms);
        if (ready > 0)
            return 1;
        if (ready < 0 && errno != EINTR)
            return 1; /* recv() will say what is wrong */
        if (ready == 0 && ms < LONGEST_MS)
            return 0;
    }
}

ssize_t process_receive(const process *p, void *message, size_t n, double deadline_s)
{
    if (!wait_readable(p->fd, deadline_s))
        return -1;
    ssize_t got;
    do
        got = recv(p->fd, message, n, MSG_TRUNC | MSG_DONTWAIT);
    while (got < 0 && errno == EINTR);
    return got < 0 ? 0 : got; /* ECONNRESET: it died with an ask unread */
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
    kill(-p->pid, SIGKILL); /* what it may have started too */
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
        got = 0; /* its report is for people */
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
