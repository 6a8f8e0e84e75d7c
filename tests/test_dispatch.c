/*
 * test_dispatch.c - one binary on every CPU: NESTUNE_MAX_ISA, and CPUs that qemu emulates
 * SPDX-License-Identifier: MIT
 *
 * The program starts itself with the argument `probe`, which runs mathop on a small grid as the library chooses and
 * prints the isa and a hash of the result.  All CPUs must give one hash: where there is no FMA, the C library
 * computes it in software.
 */
#include "environment_support.h"
#include "nestune/nt_isas.h"
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- The probe --------------------------------------------------------------------------------- */

/* Inside the range of `fused`: beyond it SLEEF computes, whose functions without FMA give other bits. */
static uint64_t hash_of_run(nt_dtype dtype, nt_isa *isa)
{
    enum { NX = 37, NY = 9, NZ = 5 };
    const nt_kernel *kernel = nt_kernel_find("mathop");
    nt_grid *g;
    nt_plan *plan;
    uint64_t hash = UINT64_C(0xcbf29ce484222325); /* FNV-1a */
    if (!kernel || nt_grid_create(&g, dtype, (const int64_t[3]){NX, NY, NZ}, 0, NULL, NULL) != NT_OK)
        return 0;
    nt_kernel_fill(kernel, 0, 1, g);
    for (int64_t i = 0; i < NX * NY; i++)
        cell_set(g, i % NX, i / NX, 0, 1000 * cell_get(g, i % NX, i / NX, 0));
    cell_set(g, 0, 0, 1, 0.0);
    cell_set(g, 1, 0, 1, -0.0);
    cell_set(g, 2, 0, 1, 0x1p-140);
    const test_problem problem = {.kernel = kernel, .level = {g}, .steps = 2};
    if (problem_plan(&plan, &problem, NULL, NULL) != NT_OK)
        return 0;
    nt_plan_run(plan, 2);
    *isa = nt_plan_config(plan)->isa;
    nt_plan_destroy(plan);
    for (int64_t i = 0; i < NX * NY * NZ; i++)
        hash = (hash ^ cell_bits(g, i % NX, i / NX % NY, i / NX / NY)) * UINT64_C(0x100000001b3);
    nt_grid_destroy(g);
    return hash;
}

static int probe(void)
{
    nt_isa isa[NT_N_DTYPES];
    setenv("NESTUNE_TUNED", "off", 1); /* the default: the best isa, `fused` */
    const uint64_t f32 = hash_of_run(NT_F32, &isa[NT_F32]), f64 = hash_of_run(NT_F64, &isa[NT_F64]);
    if (f32 == 0 || f64 == 0 || isa[NT_F32] != isa[NT_F64])
        return 1;
    printf("%s %016llx %016llx\n", nt_isa_name(isa[NT_F64]), (unsigned long long)f32,
           (unsigned long long)f64);
    return 0;
}

typedef struct answer {
    char isa[16], hash[64];
} answer;

/* Runs `settings program probe`, as in "NESTUNE_MAX_ISA=avx2 qemu -cpu max"; false where that cannot start. */
static bool ask(const char *settings, answer *a)
{
    char self[512], command[1024], line[128] = "";
    const ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    assert_in_range(n, 1, (ssize_t)sizeof self - 2);
    self[n] = '\0';
    snprintf(command, sizeof command, "%s '%s' probe 2>/dev/null", settings, self);
    fflush(NULL);
    FILE *out = popen(command, "r");
    assert_non_null(out);
    const bool answered = fgets(line, sizeof line, out) != NULL;
    const int status = pclose(out);
    if (WIFEXITED(status) && (WEXITSTATUS(status) == 126 || WEXITSTATUS(status) == 127))
        return false;
    if (!answered || status != 0 || sscanf(line, "%15s %63[0-9a-f ]", a->isa, a->hash) != 2)
        fail_msg("%s: status 0x%x, answer '%s'", settings, status, line);
    return true;
}

static void expect(const char *settings, const char *isa)
{
    answer here, there;
    if (!ask("", &here) || !ask(settings, &there))
        skip();
    if (strcmp(there.isa, isa) != 0)
        fail_msg("%s chose %s, not %s", settings, there.isa, isa);
    if (strcmp(there.hash, here.hash) != 0)
        fail_msg("%s (%s) gives %s, this machine (%s) %s", settings, there.isa, there.hash, here.isa,
                 here.hash);
}

/* ---- The environment ----------------------------------------------------------------------------- */

static const char *best_up_to(nt_isa most)
{
    nt_isa best = NT_ISA_SCALAR;
    for (int isa = 0; isa <= (int)most; isa++)
        if (nt_isa_available((nt_isa)isa))
            best = (nt_isa)isa;
    return nt_isa_name(best);
}

static void max_isa(void **state)
{
    (void)state;
    for (int isa = 0; isa < NT_N_ISAS; isa++) {
        char settings[64];
        snprintf(settings, sizeof settings, "NESTUNE_MAX_ISA=%s", nt_isa_name((nt_isa)isa));
        expect(settings, best_up_to((nt_isa)isa));
    }
}

/* A value that names no isa sets no limit; tests/test_environment.c tests the message. */
static void an_unknown_max_isa_sets_no_limit(void **state)
{
    (void)state;
    const char *const best = best_up_to(NT_N_ISAS - 1);
    expect("NESTUNE_MAX_ISA=", best);
    expect("NESTUNE_MAX_ISA=sse9", best);
    expect("NESTUNE_MAX_ISA=AVX2", best);
    expect("NESTUNE_MAX_ISA='avx2 '", best);
}

/* But the line that NESTUNE_VERBOSE prints reports it. */
static void reports_an_unknown_max_isa(void **state)
{
    (void)state;
    static const char text[] = "NESTUNE_MAX_ISA=AVX2: allowed are scalar, neon, avx2, avx512";
    char self[512], command[1024], line[512] = "";
    const ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    assert_in_range(n, 1, (ssize_t)sizeof self - 2);
    self[n] = '\0';
    snprintf(command, sizeof command, "NESTUNE_MAX_ISA=AVX2 NESTUNE_VERBOSE=1 '%s' probe 2>&1 >/dev/null",
             self);
    fflush(NULL);
    FILE *out = popen(command, "r");
    assert_non_null(out);
    (void)!fgets(line, sizeof line, out);
    while (fgetc(out) != EOF) {
    }
    assert_int_equal(pclose(out), 0);
    if (!strstr(line, text))
        fail_msg("%s", line);
}

static void available(void **state)
{
    (void)state;
    assert_true(nt_isa_available(NT_ISA_SCALAR));
    assert_false(nt_isa_available(NT_N_ISAS));
    assert_false(nt_isa_available((nt_isa)-1));
    environment_set("NESTUNE_MAX_ISA", "scalar");
    for (int isa = NT_ISA_SCALAR + 1; isa < NT_N_ISAS; isa++)
        assert_false(nt_isa_available((nt_isa)isa));
    nt_config c;
    assert_int_equal(nt_config_default(nt_kernel_find("mathop"), NT_F64, &c, NULL), NT_OK);
    assert_int_equal(c.isa, NT_ISA_SCALAR);
    environment_set("NESTUNE_MAX_ISA", NULL);
}

/* ---- Other CPUs ------------------------------------------------------------------------------------ */

#if defined __x86_64__
typedef struct cpu {
    const char *name, *isa;
} cpu;

static const cpu cpus[] = {
    {"Haswell", "avx2"},
    {"Haswell,-fma", "scalar"},
    {"Haswell,-avx2", "scalar"},
    {"Haswell,-popcnt", "scalar"},
    {"Haswell,-xsave", "scalar"},
    {"Nehalem", "scalar"},
    {"qemu64", "scalar"},
    {"max", NULL},
};

/* NT_ISAS leaves out isas that the CPU has. */
static bool is_built(const char *isa)
{
#define BUILT(k, name, code) || strcmp(isa, #name) == 0
    return false NT_FOR_EACH_ISA(BUILT, );
#undef BUILT
}

static void emulated(void **state)
{
    const cpu *c = *state;
    char settings[128];
    answer there;
    if (TEST_SANITIZED)
        skip(); /* a sanitizer's address space does not fit into qemu's */
    snprintf(settings, sizeof settings, "qemu-x86_64-static -cpu %s", c->name);
    if (!ask(settings, &there))
        skip(); /* no qemu-user-static */
    expect(settings, !c->isa ? there.isa : is_built(c->isa) ? c->isa : "scalar");
    if (strcmp(there.isa, "scalar") != 0) {
        snprintf(settings, sizeof settings, "NESTUNE_MAX_ISA=scalar qemu-x86_64-static -cpu %s", c->name);
        expect(settings, "scalar");
    }
}
#endif

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "probe") == 0)
        return probe();
    unsetenv("NESTUNE_MAX_ISA");
    tests_add(max_isa, NULL, "max-isa");
    tests_add(an_unknown_max_isa_sets_no_limit, NULL, "max-isa/unknown");
    tests_add(reports_an_unknown_max_isa, NULL, "max-isa/unknown-is-reported");
    tests_add(available, NULL, "available");
#if defined __x86_64__
    for (size_t i = 0; i < sizeof cpus / sizeof *cpus; i++)
        tests_add(emulated, &cpus[i], "qemu/%s", cpus[i].name);
#endif
    return tests_run("dispatch");
}
