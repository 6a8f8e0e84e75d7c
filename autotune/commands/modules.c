/*
 * modules.c - kernels of somebody's own, which the worker opens
 * SPDX-License-Identifier: MIT
 */
#include "commands/modules.h"

#include <stdio.h>

#include "cli/exit.h"
#include "module/description.h"

enum { MOST_MODULES = 16 };
static const char *known[MOST_MODULES + 1]; /* ends with NULL; texts of the command line */
static json_t *described[MOST_MODULES];     /* what a worker said of each */
static int n_known;

bool modules_any(void)
{
    return n_known > 0;
}

nt_status modules_start(driver **d, int64_t memory_limit_bytes, nt_error *why)
{
    const driver_options options = {.memory_limit_bytes = memory_limit_bytes, .modules = known};
    nt_status status = driver_create(d, &options, why);
    for (int i = 0; i < n_known && status == NT_OK; i++)
        if (!json_equal(described[i], json_array_get(driver_modules(*d), (size_t)i))) {
            snprintf(why->text, sizeof why->text, "%.200s has changed since it was described", known[i]);
            status = NT_EKERNEL;
        }
    if (status != NT_OK) {
        driver_destroy(*d);
        *d = NULL;
    }
    return status;
}

/* The shadow of the module that was named last. */
static nt_status describe(const nt_module **shadow, nt_error *why)
{
    driver *d;
    const driver_options last = {.modules = &known[n_known - 1]};
    nt_status status = driver_create(&d, &last, why);
    if (status != NT_OK)
        return status;
    described[n_known - 1] = json_incref(json_array_get(driver_modules(d), 0));
    status = description_shadow(described[n_known - 1], shadow, why);
    if (status == NT_OK)
        status = nt_module_add(*shadow, why);
    driver_destroy(d);
    return status;
}

int take_module(const argument *a, char *text)
{
    const nt_module *shadow;
    nt_error why;
    if (n_known == MOST_MODULES)
        return refuse(EXIT_USAGE, "--kernel: at most %d are allowed", MOST_MODULES);
    known[n_known++] = text;
    const nt_status status = describe(&shadow, &why);
    if (status != NT_OK)
        return refuse(code_of(status), "--kernel: %s", why.text);
    return a->to ? kernel_list_add(a->to, shadow->kernel) : EXIT_OK;
}
