/*
 * startable.c - how many more threads this process can start
 * SPDX-License-Identifier: MIT
 *
 * Starting the threads tests all limits together: on processes, on address space and of the cgroup.  The
 * threads all exist at the same time: each waits until the last one has been started.
 */
#include "machine/startable.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { MOST_YIELDS = 10000 };

typedef struct gate {
    pthread_mutex_t lock;
    pthread_cond_t opened;
    bool open;
} gate;

typedef struct probe {
    pthread_t thread;
    gate *wait_at;
    pid_t id;
} probe;

static void *wait_at_gate(void *context)
{
    probe *p = context;
    gate *g = p->wait_at;
    p->id = (pid_t)syscall(SYS_gettid);
    pthread_mutex_lock(&g->lock);
    while (!g->open)
        pthread_cond_wait(&g->opened, &g->lock);
    pthread_mutex_unlock(&g->lock);
    return NULL;
}

static void open_gate(gate *g)
{
    pthread_mutex_lock(&g->lock);
    g->open = true;
    pthread_cond_broadcast(&g->opened);
    pthread_mutex_unlock(&g->lock);
}

/* A joined thread still counts towards the limits until the kernel removes it, a moment later. */
static void wait_until_gone(pid_t id)
{
    for (int i = 0; i < MOST_YIELDS && syscall(SYS_tgkill, getpid(), id, 0) == 0; i++)
        sched_yield();
}

static int start_all(probe *all, int n, const pthread_attr_t *attributes)
{
    gate g = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false};
    int started = 0;
    for (; started < n; started++) {
        all[started] = (probe){.wait_at = &g};
        if (pthread_create(&all[started].thread, attributes, wait_at_gate, &all[started]) != 0)
            break;
    }
    open_gate(&g);
    for (int i = 0; i < started; i++)
        pthread_join(all[i].thread, NULL);
    for (int i = 0; i < started; i++)
        wait_until_gone(all[i].id);
    return started;
}

int nt_threads_startable(int n, size_t stack_bytes)
{
    pthread_attr_t attributes;
    probe *all = n > 0 ? malloc((size_t)n * sizeof *all) : NULL;
    int started = 0;
    if (all && pthread_attr_init(&attributes) == 0) {
        if (stack_bytes > 0) /* a refusal means the default, as it does to OpenMP */
            (void)pthread_attr_setstacksize(&attributes, stack_bytes);
        started = start_all(all, n, &attributes);
        pthread_attr_destroy(&attributes);
    }
    free(all);
    return started;
}
