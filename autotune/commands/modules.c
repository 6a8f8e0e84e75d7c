/*
 * modules.c - kernels of somebody's own, which the worker opens
 * SPDX-License-Identifier: MIT
 */
#include "commands/modules.h"

#include "cli/exit.h"
#include "module/description.h"
#include "worker/driver.h"

enum { MOST_MODULES = 16 };
static const char *known[MOST_MODULES + 1]; /* ends with NULL; texts of the command line */
static int n_known;

bool modules_any(void)
{
    return n_known > 0;
}

const char *const *modules_known(void)
{
    return known;
}

/* The shadow of the module that was named last. */
static nt_status describe(const nt_module **shadow, nt_error *why)
{
    driver *d;
    const driver_options last = {.modules = &known[n_known - 1]};
    nt_status status = driver_create(&d, &last, why);
    if (status != NT_OK)
        return status;
    status = description_shadow(json_array_get(driver_modules(d), 0), shadow, why);
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
