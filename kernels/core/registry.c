/*
 * registry.c - the kernels, as kernels.inc lists them
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "nestune/kernel.h"

#define NT_KERNEL(folder, name) extern const nt_kernel nt_kernel_##name;
#include "kernels.inc"
#undef NT_KERNEL

static const nt_kernel *const kernels[] = {
#define NT_KERNEL(folder, name) &nt_kernel_##name,
#include "kernels.inc"
#undef NT_KERNEL
};

int nt_kernel_count(void)
{
    return (int)(sizeof kernels / sizeof *kernels);
}

const nt_kernel *nt_kernel_at(int i)
{
    return i >= 0 && i < nt_kernel_count() ? kernels[i] : NULL;
}

const nt_kernel *nt_kernel_find(const char *name)
{
    for (int i = 0; name && i < nt_kernel_count(); i++)
        if (strcmp(kernels[i]->name, name) == 0)
            return kernels[i];
    return NULL;
}

int nt_kernel_radius(const nt_kernel *kernel, const void *params)
{
    return kernel->radius ? kernel->radius(params ? params : kernel->params) : 0;
}

int nt_kernel_order(const nt_kernel *kernel, const void *params)
{
    return 2 * nt_kernel_radius(kernel, params);
}

const nt_case *nt_kernel_case_at(const nt_kernel *kernel, int i)
{
    static const nt_case own = {NULL, 1};
    if (!kernel->cases)
        return i == 0 ? &own : NULL;
    for (int k = 0; k <= i; k++)
        if (!kernel->cases[k].params)
            return NULL;
    return i >= 0 ? &kernel->cases[i] : NULL;
}

const nt_case *nt_kernel_case(const nt_kernel *kernel, int order)
{
    const nt_case *c;
    for (int i = 0; (c = nt_kernel_case_at(kernel, i)); i++)
        if (nt_kernel_order(kernel, c->params) == order)
            return c;
    return NULL;
}

nt_work nt_kernel_work(const nt_kernel *kernel, const void *params, const nt_tile *tile)
{
    if (kernel->work)
        return kernel->work(params ? params : kernel->params, tile);
    const int v = nt_kernel_variant(kernel, tile->variant);
    const int own = kernel->variants[v < 0 ? 0 : v].fp_per_vector[tile->dtype];
    return (nt_work){.flops_per_cell = kernel->flops_per_cell,
                     .fp_per_vector = own > 0 ? own : kernel->variants[0].fp_per_vector[tile->dtype]};
}

int nt_kernel_variant(const nt_kernel *kernel, const char *name)
{
    for (int i = 0; kernel->variants[i].name; i++)
        if (strcmp(kernel->variants[i].name, name) == 0)
            return i;
    return -1;
}

const nt_tile *nt_kernel_tile(const nt_kernel *kernel, nt_dtype dtype, const nt_config *config)
{
    int n_variants = 0;
    while (kernel->variants[n_variants].name)
        n_variants++;
    if ((unsigned)config->isa >= NT_N_ISAS || !kernel->tiles[config->isa] ||
        (unsigned)config->variant >= (unsigned)n_variants)
        return NULL;
    for (const nt_tile *t = kernel->tiles[config->isa]; t->fn; t++)
        if (t->dtype == dtype && t->unroll == config->unroll && t->jam == config->jam &&
            strcmp(t->variant, kernel->variants[config->variant].name) == 0)
            return t;
    return NULL;
}
