/*
 * tuned_table.c - the tuned headers that this process knows, from all places
 * SPDX-License-Identifier: MIT
 *
 * They are read once, at first use, into a list that only grows at its front: those that come last in the order of
 * tuned.h are added first.  Which of them serves is decided for each use, in tuned_find.c.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "core/tuned_internal.h"
#include "core/tuned_memo.h"
#include "core/tuned_parse.h"
#include "machine/machine_internal.h"
#include "machine/settings.h"
#include "why.h"

static _Atomic(nt_tuned_source *) first;
static pthread_mutex_t adding = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static nt_tuned_mode mode;

static void add_first(nt_tuned_source *source)
{
    pthread_mutex_lock(&adding);
    source->next = atomic_load(&first);
    atomic_store(&first, source);
    pthread_mutex_unlock(&adding);
}

/* Reads a file; the source keeps its path. */
static nt_status read_file(nt_tuned_source *source, const char *path, nt_error *why)
{
    const char *kept = strdup(path);
    const nt_status status = kept ? nt_tuned_read(kept, &source->tuned, why)
                                  : nt_refuse(NT_ENOMEM, why, "no memory for a tuned header");
    if (status != NT_OK)
        free((void *)kept);
    return status;
}

/* From the last to the first, so that the first comes first in the list.  Without memory it skips a header. */
static void add_built_in(const char *const *lines, const nt_kernel *only)
{
    static const char head[] = "nestune ";
    int n = 0;
    while (lines[n])
        n++;
    for (int from = n - 1, end = n; from >= 0; from--) {
        if (from > 0 && strncmp(lines[from], head, sizeof head - 1) != 0)
            continue;
        nt_tuned_source *source = calloc(1, sizeof *source);
        nt_error why;
        int n_read;
        if (!source)
            return;
        source->origin = NT_TUNED_BUILT_IN;
        source->only = only;
        if (nt_tuned_parse(lines + from, end - from, &source->tuned, &n_read, &why) != NT_OK)
            nt_refuse(NT_EIO, &source->refused, "built-in header, string %d: %s", from + n_read + 1, why.text);
        add_first(source);
        end = from;
    }
}

/* A file that cannot be used is kept, too, with the reason, so that plans can name it. */
static void add_file(const char *path, nt_tuned_origin origin)
{
    nt_tuned_source *source = calloc(1, sizeof *source);
    nt_error why;
    if (!source)
        return;
    source->origin = origin;
    if (read_file(source, path, &why) != NT_OK)
        nt_refuse(NT_EIO, &source->refused, "%s%s", origin == NT_TUNED_ENVIRONMENT ? "NESTUNE_TUNED: " : "",
                  why.text);
    add_first(source);
}

static void set_up(void)
{
    const nt_environment *e = nt_environment_here();
    add_built_in(nt_tuned_lines, NULL);
    if (strcmp(e->tuned, "off") == 0) {
        mode = NT_TUNED_OFF;
        return;
    }
    nt_tuned_profiles(e->system_profiles, NT_TUNED_SYSTEM, add_file);
    nt_tuned_profiles(e->user_profiles, NT_TUNED_USER, add_file);
    if (strcmp(e->tuned, "force") == 0)
        mode = NT_TUNED_FORCE;
    else if (*e->tuned)
        add_file(e->tuned, NT_TUNED_ENVIRONMENT);
}

static nt_tuned_source *sources(void)
{
    pthread_once(&once, set_up);
    return atomic_load(&first);
}

const nt_tuned *nt_tuned_at(int i)
{
    for (const nt_tuned_source *s = sources(); s && i >= 0; s = s->next)
        if (!*s->refused.text && i-- == 0)
            return &s->tuned;
    return NULL;
}

nt_status nt_tuned_load(const char *path, nt_error *why)
{
    if (!path)
        return nt_refuse(NT_EARG, why, "a NULL path");
    nt_tuned_source *source = calloc(1, sizeof *source);
    if (!source)
        return nt_refuse(NT_ENOMEM, why, "no memory for a tuned header");
    source->origin = NT_TUNED_LOADED;
    const nt_status status = read_file(source, path, why);
    sources(); /* below it */
    if (status == NT_OK)
        add_first(source);
    else
        free(source);
    return status;
}

const void *nt_tuned_newest(void)
{
    return sources();
}

void nt_tuned_add_lines(const char *const *lines, const nt_kernel *only)
{
    sources(); /* below them */
    add_built_in(lines, only);
}

/* Its data will not change. */
static bool is_registered(const nt_kernel *kernel)
{
    const int n = nt_kernel_count();
    for (int i = 0; i < n; i++)
        if (nt_kernel_at(i) == kernel)
            return true;
    return false;
}

/* Parameters that belong to no case have no rows, but a kernel's arithmetic. */
static nt_tuned_use use_of(const nt_kernel *kernel, const void *params, nt_dtype dtype, nt_class c, nt_repeat r, int64_t nx)
{
    const nt_case *its_case = nt_kernel_case_of(kernel, params);
    return (nt_tuned_use){kernel, its_case ? its_case->name : NULL, dtype, c, r, nx > 0 ? nx : INT64_MAX};
}

static nt_machine machine_with(int threads)
{
    nt_machine here = *nt_machine_here();
    here.threads_allowed = threads;
    return here;
}

nt_status nt_tuned_explain(const nt_kernel *kernel, const void *params, nt_dtype dtype, nt_class c, nt_repeat r, int64_t nx,
                           int threads, nt_tuned_offer *offers, int room, int *n, nt_error *why)
{
    if (!kernel || !n || (room > 0 && !offers))
        return nt_refuse(NT_EARG, why, "a NULL %s", !kernel ? "kernel" : !n ? "number of offers" : "list of offers");
    if (room < 0 || threads < 0)
        return nt_refuse(NT_EARG, why, "room for %d offers, %d threads: allowed are 0 and more", room, threads);
    const nt_machine here = machine_with(threads > 0 ? threads : nt_threads_allowed());
    const nt_tuned_source *known = sources();
    const nt_tuned_use use = use_of(kernel, params, dtype, c, r, nx);
    return nt_tuned_explain_in(known, &here, mode, &use, offers, room, n, why);
}

nt_status nt_tuned_find(const nt_kernel *kernel, const void *params, nt_dtype dtype, nt_class c, nt_repeat r,
                        int64_t nx, nt_config *config, nt_error *why)
{
    if (!kernel || !config)
        return nt_refuse(NT_EARG, why, "a NULL %s", kernel ? "config" : "kernel");
    nt_tuned_source *known = sources();
    const nt_tuned_use use = use_of(kernel, params, dtype, c, r, nx);
    const int threads = nt_threads_allowed();
    const bool registered = is_registered(kernel);
    const nt_tuned_memo *found = registered ? nt_tuned_remembered(known, &use, threads) : NULL;
    nt_tuned_memo answer = {.use = use, .threads = threads, .nx_from = 1, .nx_upto = INT64_MAX};
    if (!found) {
        const nt_machine here = machine_with(threads);
        answer.status = nt_tuned_find_in(known, &here, mode, &use, &answer.config, &answer.why);
        nt_tuned_narrow(known, &use, &answer.nx_from, &answer.nx_upto);
        if (registered && (answer.status == NT_OK || answer.status == NT_ESTALE))
            nt_tuned_remember(known, &answer);
        found = &answer;
    }
    if (found->status == NT_OK || found->status == NT_ESTALE)
        *config = found->config;
    if (why)
        *why = found->why;
    return found->status;
}
