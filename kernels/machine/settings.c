/*
 * settings.c - what the environment says: the NESTUNE_* variables and the folders of profiles, read once
 * SPDX-License-Identifier: MIT
 */
#define _GNU_SOURCE /* asprintf, secure_getenv */
#include "machine/settings.h"

#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>

#include "why.h"

static nt_environment here;
static char *copies[4]; /* of the texts: a later setenv() frees the originals */

/* Without memory, and in a program with more rights than its user (setuid), a variable counts as unset. */
static const char *copy_of(const char *name, char **copy)
{
    const char *value = secure_getenv(name);
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

/* A number followed by B, K, M or G, by default K, as OpenMP defines it.  0 for anything else.  Read in a setuid program
 * too, as OpenMP's runtime reads it: the stacks of its threads have this size there, too. */
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

/* Where `autotune run` writes its headers; "" where the variables name no folder. */
static const char *user_profiles(char **copy)
{
    const char *data = secure_getenv("XDG_DATA_HOME"), *home = secure_getenv("HOME");
    free(*copy);
    *copy = NULL;
    const int n = data && *data == '/'   ? asprintf(copy, "%s/nestune", data) /* XDG: relative ones do not count */
                  : home && *home == '/' ? asprintf(copy, "%s/.local/share/nestune", home)
                                         : -1;
    if (n < 0)
        *copy = NULL;
    return *copy ? *copy : "";
}

static const char *system_profiles(char **copy)
{
    const char *named = copy_of("NESTUNE_SYSTEM_DIR", copy);
    return getauxval(AT_SECURE) ? "" : *named ? named : "/etc/nestune";
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
    const char *verbose = secure_getenv("NESTUNE_VERBOSE");
    read_max_isa(&here);
    here.tuned = copy_of("NESTUNE_TUNED", &copies[1]);
    here.user_profiles = user_profiles(&copies[2]);
    here.system_profiles = system_profiles(&copies[3]);
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
