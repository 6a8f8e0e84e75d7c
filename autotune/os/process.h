/*
 * process.h - a child process behind a socket, in its own group, with limits
 * SPDX-License-Identifier: MIT
 */
#ifndef AUTOTUNE_PROCESS_H
#define AUTOTUNE_PROCESS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "nestune/status.h"

typedef struct process {
    pid_t pid;  /* 0: none */
    int fd;     /* our end of the socket */
    int log_fd; /* holds what the child wrote to stdout and stderr */
} process;

/* The child's end of the socket, under two numbers. */
enum { PROCESS_IN_FD = 3, PROCESS_OUT_FD = 4 };

/*
 * process_start() - posix_spawn, in a process group of its own.
 *
 * Memory:  memory_limit_bytes of address space, 0: no limit.  The limit is set before the child can receive a
 *          message.
 * Errors:  NT_EIO; *why names the executable and the system's reason.
 */
nt_status process_start(process *p, const char *exe, char *const *argv, char *const *environment,
                        int64_t memory_limit_bytes, nt_error *why);

/* process_send() - one message; 0, or -1 when the child is gone.  Raises no signal. */
int process_send(const process *p, const void *message, size_t n);

/*
 * process_receive() - one message, at most n bytes of it.
 *
 * Result:  the message's whole size; 0: the child closed its socket or died; -1: deadline_s (of clock_s())
 *          passed first.
 * Pauses:  adds to *paused_s (at first 0) the seconds in which this process did not run or the child was
 *          stopped: by SIGSTOP, docker pause, or a virtual machine's migration.  The deadline moves by as
 *          much.  A jump of the clock counts as a pause if it exceeds one second, since a busy machine causes
 *          shorter ones.
 */
ssize_t process_receive(const process *p, void *message, size_t n, double deadline_s, double *paused_s);

/* process_alive() - 0 if it has ended; it must still be reaped. */
int process_alive(const process *p);

/*
 * process_reap() - waits for the child and returns its wait status.  If it has not ended within grace_s, its
 * process group is killed, and *killed is 1.  The wait lasts until the system has freed the child's memory.
 */
int process_reap(process *p, double grace_s, int *killed);

/* process_last_line() - the last line that it wrote, made printable; "" if none. */
void process_last_line(const process *p, char *text, size_t n);

/* process_close() - closes the descriptors of a reaped process. */
void process_close(process *p);

#endif /* AUTOTUNE_PROCESS_H */
