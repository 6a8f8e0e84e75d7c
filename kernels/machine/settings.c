/*
 * settings.c - the values of the NESTUNE_* environment variables, read once
 * SPDX-License-Identifier: MIT
 */
#include "machine/settings.h"

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "why.h"

static nt_environment here;
static char *copies[2]; /* of the texts: a later setenv() frees the originals */

/* Without memory a variable counts as unset. */
static const char *copy_of(const char *name, char **copy)
{
    const char *value = getenv(name);
    free(*copy);
    *copy = value ? strdup(value) : NULL;
    return *copy ? *copy : "";
}

static void read_max_isa(nt_environment *e)
{
    const char *value = copy_of("NESTUNE_MAX_ISA", &copies[0]);
    e->max_isa = (nt_isa)(NT_N_ISAS - 1);
    e->bad_isa = *value ? value : NULL;
    for (int i = 0; i < NT_N_ISAS; i++)
        if (strcmp(value, nt_isa_name((nt_isa)i)) == 0) {
            e->max_isa = (nt_isa)i;
            e->bad_isa = NULL;
        }
}

/* A number followed by B, K, M or G, by default K, as OpenMP defines it.  0 for anything else. */
static size_t stack_bytes(const char *name)
{
    static const char units[] = "BKMG";
    const char *value = getenv(name);
    char *end;
    if (!value)
        return 0;
    const unsigned long long n = strtoull(value, &end, 10);
    end += strspn(end, " \t");
    const char *unit = *end ? strchr(units, *end >= 'a' ? *end - 'a' + 'A' : *end) : units + 1;
    if (end == value || !unit)
        return 0;
    const int shift = 10 * (int)(unit - units);
    return n <= SIZE_MAX >> shift ? (size_t)n << shift : 0;
}

/* First, so that it is not cut off. */
void nt_environment_explain(nt_error *why)
{
    const char *bad = nt_environment_here()->bad_isa;
    const nt_error rest = *why;
    size_t used = 0;
    if (!bad)
        return;
    nt_refuse(NT_EARG, why, "NESTUNE_MAX_ISA=%.40s: allowed are", bad);
    for (int i = 0; i < NT_N_ISAS; i++) {
        used = strlen(why->text);
        snprintf(why->text + used, sizeof why->text - used, "%s %s", i == 0 ? "" : ",",
                 nt_isa_name((nt_isa)i));
    }
    used = strlen(why->text);
    snprintf(why->text + used, sizeof why->text - used, "; %s", rest.text);
}

static void read_all(void)
{
    const char *verbose = getenv("NESTUNE_VERBOSE");
    read_max_isa(&here);
    here.tuned = copy_of("NESTUNE_TUNED", &copies[1]);
    here.verbose = verbose && *verbose && strcmp(verbose, "0") != 0;
    here.omp_stack_bytes = stack_bytes("OMP_STACKSIZE");
    if (here.omp_stack_bytes == 0)
        here.omp_stack_bytes = stack_bytes("GOMP_STACKSIZE");
}

static pthread_once_t once = PTHREAD_ONCE_INIT;

const nt_environment *nt_environment_here(void)
{
    pthread_once(&once, read_all);
    return &here;
}

void nt_environment_reread(void)
{
    pthread_once(&once, read_all); /* or the next use would read it again */
    read_all();
}
