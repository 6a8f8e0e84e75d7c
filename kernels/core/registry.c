/*
 * registry.c - the kernels: those of kernels.inc, and those that a program adds
 * SPDX-License-Identifier: MIT
 */
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "nestune/kernel.h"
#include "why.h"

#define NT_KERNEL(folder, name) extern const nt_kernel nt_kernel_##name;
#include "kernels.inc"
#undef NT_KERNEL

static const nt_kernel *const built_in[] = {
#define NT_KERNEL(folder, name) &nt_kernel_##name,
#include "kernels.inc"
#undef NT_KERNEL
};
enum { N_BUILT_IN = sizeof built_in / sizeof *built_in, MOST_ADDED = 256 };

/* An entry is written once, before n_added counts it; so readers need no lock. */
static const nt_kernel *added[MOST_ADDED];
static atomic_int n_added;

int nt_kernel_count(void)
{
    return N_BUILT_IN + atomic_load_explicit(&n_added, memory_order_acquire);
}

const nt_kernel *nt_kernel_at(int i)
{
    return i < 0 || i >= nt_kernel_count() ? NULL : i < N_BUILT_IN ? built_in[i] : added[i - N_BUILT_IN];
}

const nt_kernel *nt_kernel_find(const char *name)
{
    for (int i = 0; name && i < nt_kernel_count(); i++)
        if (strcmp(nt_kernel_at(i)->name, name) == 0)
            return nt_kernel_at(i);
    return NULL;
}

const char *nt_kernel_name(const nt_kernel *kernel)
{
    return kernel ? kernel->name : NULL;
}

nt_status nt_kernel_add(const nt_kernel *kernel, nt_error *why)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    nt_status status = nt_kernel_check(kernel, why);
    if (status != NT_OK)
        return status;
    pthread_mutex_lock(&lock);
    const int n = atomic_load_explicit(&n_added, memory_order_relaxed);
    if (nt_kernel_find(kernel->name))
        status = nt_refuse(NT_EKERNEL, why, "a kernel named %s is registered already", kernel->name);
    else if (n == MOST_ADDED)
        status = nt_refuse(NT_EKERNEL, why, "%d kernels have been added, more are not allowed", MOST_ADDED);
    if (status == NT_OK) {
        added[n] = kernel;
        atomic_store_explicit(&n_added, n + 1, memory_order_release);
    }
    pthread_mutex_unlock(&lock);
    return status;
}
