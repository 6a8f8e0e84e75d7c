/*
 * mapping.c - a part of a file in memory, which another program may cut meanwhile
 * SPDX-License-Identifier: MIT
 *
 * Access to a page behind the end of a mapped file raises SIGBUS, in whichever thread makes it.  The handler
 * finds the mapping in a table, marks it, and maps a page of zeros there, so the access is repeated and
 * succeeds.  The table has atomics alone, because a handler cannot take a lock.
 */
#define _GNU_SOURCE
#include "pipeline/mapping.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <unistd.h>

#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ 22 /* Linux 5.14; glibc before 2.35 does not name it */
#endif

enum { MOST_MAPPINGS = 4096 };

static struct slot {
    atomic_bool is_taken, is_torn;
    atomic_uintptr_t begin, end;
} slots[MOST_MAPPINGS];

static struct sigaction handler_before;
static atomic_uintptr_t page_bytes;

static void on_bus_error(int signal_number, siginfo_t *info, void *context)
{
    (void)context;
    const int error = errno;
    const uintptr_t at = (uintptr_t)info->si_addr, size = atomic_load(&page_bytes), page = at - at % size;
    for (int i = 0; i < MOST_MAPPINGS; i++) {
        struct slot *s = &slots[i];
        if (!atomic_load(&s->is_taken) || at < atomic_load(&s->begin) || at >= atomic_load(&s->end))
            continue;
        atomic_store(&s->is_torn, true);
        if (mmap((void *)page, size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED)
            break;
        errno = error;
        return;
    }
    sigaction(signal_number, &handler_before, NULL); /* the access is repeated, and goes there */
    errno = error;
}

/* Each time, because the host may have set a handler of its own since. */
static void install_handler(void)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    const struct sigaction action = {.sa_sigaction = on_bus_error, .sa_flags = SA_SIGINFO};
    struct sigaction now;
    pthread_mutex_lock(&lock);
    page_bytes = (uintptr_t)sysconf(_SC_PAGESIZE);
    if (sigaction(SIGBUS, NULL, &now) == 0 && now.sa_sigaction != on_bus_error) {
        handler_before = now;
        sigaction(SIGBUS, &action, NULL);
    }
    pthread_mutex_unlock(&lock);
}

static int take_slot(void)
{
    for (int i = 0; i < MOST_MAPPINGS; i++) {
        bool is_taken = false;
        if (atomic_compare_exchange_strong(&slots[i].is_taken, &is_taken, true))
            return i;
    }
    return -1;
}

int mapping_open(mapping *m, int fd, int64_t at, size_t n, const void **data)
{
    install_handler();
    const size_t lead = (size_t)at % page_bytes;
    *m = (mapping){.n_bytes = n + lead, .slot = take_slot()};
    if (m->slot < 0)
        return ENOMEM;
    struct slot *s = &slots[m->slot];
    void *base = mmap(NULL, m->n_bytes, PROT_READ, MAP_SHARED, fd, at - (int64_t)lead);
    if (base == MAP_FAILED) {
        atomic_store(&s->is_taken, false);
        return errno;
    }
    m->base = base;
    atomic_store(&s->is_torn, false);
    atomic_store(&s->begin, (uintptr_t)base);
    atomic_store(&s->end, (uintptr_t)base + m->n_bytes);
    *data = (char *)base + lead;
    /* Older systems lack the advice, and a cut file fails: then the threads that compute find out. */
    if (madvise(base, m->n_bytes, MADV_POPULATE_READ) != 0)
        madvise(base, m->n_bytes, MADV_WILLNEED);
    return 0;
}

bool mapping_close(mapping *m)
{
    if (!m->base)
        return true;
    struct slot *s = &slots[m->slot];
    const bool is_whole = !atomic_load(&s->is_torn);
    atomic_store(&s->end, 0);
    atomic_store(&s->begin, 0);
    munmap(m->base, m->n_bytes);
    atomic_store(&s->is_taken, false);
    m->base = NULL;
    return is_whole;
}
