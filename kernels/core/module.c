/*
 * module.c - kernels that were built outside the library
 * SPDX-License-Identifier: MIT
 */
#define _GNU_SOURCE
#include "nestune/module.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/tuned_internal.h"
#include "nestune/kernel.h"
#include "why.h"

static nt_status check_module(const nt_module *m, nt_error *why)
{
    if (!m)
        return nt_refuse(NT_EKERNEL, why, "a NULL module");
    if (m->abi != NT_MODULE_ABI || m->bytes != sizeof(nt_module))
        return nt_refuse(NT_EKERNEL, why, "a module of abi %u and %u bytes: this library takes abi %d and %zu bytes", m->abi,
                         m->bytes, NT_MODULE_ABI, sizeof(nt_module));
    if (!m->kernel || !m->tuned || !m->compiler || !m->flags)
        return nt_refuse(NT_EKERNEL, why, "a module without %s",
                         !m->kernel ? "a kernel" : !m->tuned ? "a list of tuned headers" : "its compiler and flags");
    const nt_status status = nt_kernel_check(m->kernel, why);
    const nt_field *field = status == NT_OK ? m->kernel->field : NULL;
    if (status == NT_OK && (m->kernel->role != NT_ROLE_WORK || m->kernel->program))
        return nt_refuse(NT_EKERNEL, why, "kernel %s: a module has a field or a range, of NT_ROLE_WORK", m->kernel->name);
    const nt_kernel *roof = field && field->roof ? nt_kernel_find(field->roof) : NULL;
    if (field && field->roof && !(roof && roof->role == NT_ROLE_MEMORY_ROOF))
        return nt_refuse(NT_EKERNEL, why, "kernel %s: its roof %.32s is no kernel that measures memory: `autotune list` shows them",
                         m->kernel->name, field->roof);
    return status;
}

nt_status nt_module_add(const nt_module *module, nt_error *why)
{
    nt_status status = check_module(module, why);
    if (status == NT_OK)
        status = nt_kernel_add(module->kernel, why);
    if (status == NT_OK)
        nt_tuned_add_lines(module->tuned, module->kernel);
    return status;
}

/* A closed module is never used again, so one that is refused is closed. */
nt_status nt_module_open(const char *path, const nt_module **module, nt_error *why)
{
    char *slashed = NULL;
    if (!path || !module)
        return nt_refuse(NT_EARG, why, "a NULL %s", path ? "module" : "path");
    *module = NULL;
    if (asprintf(&slashed, "%s%s", strchr(path, '/') ? "" : "./", path) < 0)
        return nt_refuse(NT_ENOMEM, why, "no memory for a path");
    void *file = dlopen(slashed, RTLD_NOW | RTLD_LOCAL);
    free(slashed);
    if (!file)
        return nt_refuse(NT_EIO, why, "%.200s", dlerror());
    const nt_module *const *exported = dlsym(file, "nestune_module");
    nt_error reason;
    nt_status status = NT_EKERNEL;
    if (!exported)
        nt_refuse(status, &reason, "it exports no nestune_module, as one built by nestune_add_kernel() does");
    else
        status = check_module(*exported, &reason);
    if (status == NT_OK) {
        *module = *exported;
        return NT_OK;
    }
    dlclose(file);
    return nt_refuse(status, why, "%.80s: %.170s", path, reason.text);
}

nt_status nt_module_load(const char *path, nt_error *why)
{
    const nt_module *module;
    const nt_status status = nt_module_open(path, &module, why);
    return status == NT_OK ? nt_module_add(module, why) : status;
}
