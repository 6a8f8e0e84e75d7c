/*
 * classes.c - into which caches a working set fits
 * SPDX-License-Identifier: MIT
 */
#include "machine/machine_internal.h"
#include "nestune/tuned.h"

/* A working set fits into a level if it takes at most this part of the caches: see nt_class_bytes(). */
enum { PARTS = 2 };

static int64_t l2_of(const nt_machine *m, int threads)
{
    const int64_t l2 = m->l2_bytes > 0 ? m->l2_bytes : 1 << 20;
    return l2 * (m->l2_affinity > 0 && m->l2_affinity < threads ? m->l2_affinity : threads);
}

/* As if the threads lay close together: the model counts them so, too. */
static int64_t l3_of(const nt_machine *m, int threads)
{
    const int sharers = m->l3_shared_by > 0 && m->l3_shared_by < threads ? m->l3_shared_by : threads;
    return m->l3_bytes * threads / sharers;
}

int64_t nt_class_bytes(const nt_machine *machine, int threads, nt_class c)
{
    if (!machine)
        return 0;
    if (threads < 1)
        threads = machine->threads_allowed > 0 ? machine->threads_allowed : 1;
    const int64_t l2 = l2_of(machine, threads), l3 = l3_of(machine, threads);
    return c == NT_CLASS_L2              ? l2 / PARTS
           : c == NT_CLASS_L3 && l3 > l2 ? l3 / PARTS
           : c == NT_CLASS_MEMORY        ? INT64_MAX
                                         : 0;
}

nt_class nt_class_on(const nt_machine *machine, int threads, int64_t bytes)
{
    nt_class c = NT_CLASS_L2;
    while (c < NT_CLASS_MEMORY && bytes > nt_class_bytes(machine, threads, c))
        c++;
    return c;
}

nt_class nt_class_of(int64_t bytes, int threads)
{
    return nt_class_on(nt_machine_here(), threads > 0 ? threads : nt_threads_allowed(), bytes);
}

nt_class nt_class_of_range(int64_t n)
{
    return n < NT_LONG_FROM ? NT_CLASS_SHORT : NT_CLASS_LONG;
}

int64_t nt_working_set(const nt_kernel *kernel, const void *params, nt_dtype dtype, const int64_t n[3])
{
    if (!kernel || !kernel->field || !n || n[0] < 1 || n[1] < 1 || n[2] < 1)
        return 0;
    const double halo = 2 * nt_kernel_radius(kernel, params), x = (double)n[0], y = (double)n[1],
                 z = (double)n[2];
    const double bytes = (kernel->field->n_levels * (x + halo) * (y + halo) * (z + halo) +
                          kernel->field->n_coefs * x * y * z) *
                         (double)nt_dtype_bytes(dtype);
    return bytes < 0x1p63 ? (int64_t)bytes : INT64_MAX;
}
