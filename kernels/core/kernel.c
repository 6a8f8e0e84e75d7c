/*
 * kernel.c - look up the cases, variants, forms and functions of a kernel
 * SPDX-License-Identifier: MIT
 */
#include "nestune/kernel.h"

#include <string.h>

static const void *params_of(const nt_kernel *kernel, const void *params)
{
    return params ? params : kernel->params;
}

int nt_kernel_radius(const nt_kernel *kernel, const void *params)
{
    return kernel && kernel->field && kernel->field->radius ? kernel->field->radius(params_of(kernel, params))
                                                            : 0;
}

const nt_case *nt_kernel_case_at(const nt_kernel *kernel, int i)
{
    static const nt_case own[] = {{"default", NULL, 1}, {0}};
    if (!kernel)
        return NULL;
    const nt_case *c = kernel->cases ? kernel->cases : own;
    for (int k = 0; k < i && c->name; k++)
        c++;
    return i >= 0 && c->name ? c : NULL;
}

const nt_case *nt_kernel_case(const nt_kernel *kernel, const char *name)
{
    const nt_case *c;
    for (int i = 0; name && (c = nt_kernel_case_at(kernel, i)); i++)
        if (strcmp(c->name, name) == 0)
            return c;
    return NULL;
}

const nt_case *nt_kernel_case_of(const nt_kernel *kernel, const void *params)
{
    if (!kernel || !kernel->case_of)
        return nt_kernel_case_at(kernel, 0);
    const char *name = kernel->case_of(params_of(kernel, params));
    return name ? nt_kernel_case(kernel, name) : NULL;
}

int nt_kernel_variant(const nt_kernel *kernel, const char *name)
{
    for (int i = 0; kernel && name && kernel->variants[i].name; i++)
        if (strcmp(kernel->variants[i].name, name) == 0)
            return i;
    return -1;
}

int nt_kernel_form(const nt_kernel *kernel, const char *name)
{
    for (int i = 0; kernel && name && kernel->forms[i].name; i++)
        if (strcmp(kernel->forms[i].name, name) == 0)
            return i;
    return -1;
}

const nt_function *nt_kernel_function_at(const nt_kernel *kernel, int i)
{
    if (!kernel)
        return NULL;
    for (const nt_function *const *part = kernel->functions; *part && i >= 0; part++)
        for (const nt_function *f = *part; f->fn; f++)
            if (i-- == 0)
                return f;
    return NULL;
}

const nt_function *nt_kernel_function(const nt_kernel *kernel, nt_dtype dtype, const nt_config *config)
{
    if (!kernel || !config)
        return NULL;
    for (const nt_function *const *part = kernel->functions; *part; part++)
        for (const nt_function *f = *part; f->fn; f++)
            if (f->isa == config->isa && f->dtype == dtype && (int)f->layout == config->layout &&
                nt_kernel_variant(kernel, f->variant) == config->variant &&
                nt_kernel_form(kernel, f->fn) == config->fn)
                return f;
    return NULL;
}

nt_work nt_kernel_work(const nt_kernel *kernel, const void *params, const nt_function *function)
{
    /* work_of() is code of its isa. */
    if (!kernel || !function || (function->work_of && !nt_isa_available(function->isa)))
        return (nt_work){0};
    return function->work_of ? function->work_of(params_of(kernel, params), function) : function->work;
}
