/*
 * tuned_rank.c - the order in which tuned headers are looked at
 * SPDX-License-Identifier: MIT
 */
#include "core/tuned_rank.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Octaves between two sizes.  An unknown size, 0, is far from every known one. */
static double octaves(int64_t a, int64_t b)
{
    return fabs(log2((double)(a + 1)) - log2((double)(b + 1)));
}

/* Names of levels, such as "x86_64_v3", are those of many microarchitectures. */
static bool is_uarch(const char *name)
{
    static const char *const levels[] = {"x86_64", "aarch64", "unknown", "-"};
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++)
        if (strncmp(name, levels[i], strlen(levels[i])) == 0)
            return false;
    return true;
}

int nt_tuned_same_cpu(const nt_tuned *t, const nt_machine *machine)
{
    if (!t || !machine)
        return 0;
    nt_machine then = {.family = t->family,
                       .model_id = t->model_id,
                       .l1d_bytes = t->l1d_bytes,
                       .l2_bytes = t->l2_bytes,
                       .l3_bytes = t->l3_bytes};
    snprintf(then.vendor, sizeof then.vendor, "%s", t->vendor);
    return nt_machine_same_cpu(&then, machine, NULL);
}

nt_tuned_rank nt_tuned_rank_of(const nt_tuned_source *source, const nt_machine *here)
{
    const nt_tuned *t = &source->tuned;
    const nt_tuned_origin origin = source->origin;
    if (origin == NT_TUNED_LOADED || origin == NT_TUNED_ENVIRONMENT)
        return (nt_tuned_rank){NT_TUNED_CHOSEN, origin, 0};
    if (*source->refused.text)
        return (nt_tuned_rank){NT_TUNED_SAME_CPU, origin, INFINITY}; /* it may be the same, so assume it */
    if (strcmp(t->vendor, "-") == 0)
        return (nt_tuned_rank){NT_TUNED_GENERIC, origin, 0};
    const double distance = octaves(t->l1d_bytes, here->l1d_bytes) + octaves(t->l2_bytes, here->l2_bytes) +
                            octaves(t->l3_bytes, here->l3_bytes) + octaves(t->threads, here->threads_allowed);
    const bool same_uarch = strcmp(t->vendor, here->vendor) == 0 && strcmp(t->uarch, here->uarch) == 0;
    if (nt_tuned_same_cpu(t, here))
        return (nt_tuned_rank){NT_TUNED_SAME_CPU, origin, distance};
    return (nt_tuned_rank){same_uarch && is_uarch(t->uarch) ? NT_TUNED_SAME_UARCH : NT_TUNED_NEAREST, origin,
                           distance};
}

static bool is_before(nt_tuned_rank a, nt_tuned_rank b)
{
    return a.machine != b.machine ? a.machine < b.machine
           : a.origin != b.origin ? a.origin < b.origin
                                  : a.distance < b.distance;
}

const char *nt_tuned_rank_text(nt_tuned_rank r)
{
#define FROM(place)                                                                                         \
    {                                                                                                       \
        [NT_TUNED_SAME_CPU] = place ", same CPU", [NT_TUNED_SAME_UARCH] = place ", same microarchitecture", \
        [NT_TUNED_NEAREST] = place ", nearest caches", [NT_TUNED_GENERIC] = place ", for any machine",      \
    }
    static const char *const texts[NT_TUNED_N_ORIGINS][NT_TUNED_GENERIC + 1] = {
        [NT_TUNED_LOADED] = {[NT_TUNED_CHOSEN] = "loaded"},
        [NT_TUNED_ENVIRONMENT] = {[NT_TUNED_CHOSEN] = "named by NESTUNE_TUNED"},
        [NT_TUNED_USER] = FROM("user profile"),
        [NT_TUNED_SYSTEM] = FROM("system profile"),
        [NT_TUNED_BUILT_IN] = FROM("built in"),
    };
#undef FROM
    return texts[r.origin][r.machine];
}

const char *nt_tuned_origin_name(nt_tuned_origin origin)
{
    static const char *const names[] = {"loaded", "environment", "user", "system", "built in"};
    return (unsigned)origin < NT_TUNED_N_ORIGINS ? names[origin] : NULL;
}

const nt_tuned_source *nt_tuned_next(const nt_tuned_source *first, const nt_machine *here,
                                     const nt_tuned_source *last)
{
    const nt_tuned_source *best = NULL;
    nt_tuned_rank best_rank = {0};
    const nt_tuned_rank last_rank = last ? nt_tuned_rank_of(last, here) : best_rank;
    bool behind = false; /* is the source behind `last` in the list? */
    for (const nt_tuned_source *s = first; s; s = s->next) {
        const nt_tuned_rank r = nt_tuned_rank_of(s, here);
        const bool later = !last || is_before(last_rank, r) || (!is_before(r, last_rank) && behind);
        if (later && (!best || is_before(r, best_rank))) {
            best = s;
            best_rank = r;
        }
        behind |= s == last;
    }
    return best;
}
