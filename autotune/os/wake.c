/*
 * wake.c - how long a sleeping thread takes to wake
 * SPDX-License-Identifier: MIT
 */
#define _GNU_SOURCE
#include "os/wake.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>
#include <time.h>

#include "os/clock.h"

enum { TIMES = 100 };

typedef struct sleeper {
    sem_t asked, woken;
    double woke_s;
} sleeper;

static void wait_for(sem_t *s)
{
    while (sem_wait(s) != 0 && errno == EINTR)
        continue;
}

static void *sleep_and_wake(void *context)
{
    sleeper *s = context;
    for (int i = 0; i < TIMES; i++) {
        wait_for(&s->asked);
        s->woke_s = clock_s();
        sem_post(&s->woken);
    }
    return NULL;
}

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double wake_s(void)
{
    sleeper s;
    pthread_t thread;
    double took_s[TIMES];
    sem_init(&s.asked, 0, 0);
    sem_init(&s.woken, 0, 0);
    const int failed = pthread_create(&thread, NULL, sleep_and_wake, &s);
    for (int i = 0; i < TIMES && !failed; i++) {
        nanosleep(&(struct timespec){0, 2000000}, NULL);
        const double posted_s = clock_s();
        sem_post(&s.asked);
        wait_for(&s.woken);
        took_s[i] = s.woke_s - posted_s;
    }
    if (!failed)
        pthread_join(thread, NULL);
    sem_destroy(&s.asked);
    sem_destroy(&s.woken);
    if (failed)
        return 0;
    qsort(took_s, TIMES, sizeof *took_s, compare);
    return took_s[TIMES / 2];
}
