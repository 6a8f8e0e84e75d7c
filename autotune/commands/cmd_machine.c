/*
 * cmd_machine.c - autotune machine: what was detected, and its roofs
 * SPDX-License-Identifier: MIT
 */
#include <stdio.h>

#include "cli/arguments.h"
#include "commands/commands.h"
#include "measure/environment.h"
#include "measure/stats.h"
#include "store/result_json.h"
#include "tune/roofs.h"
#include "tune/rows.h"
#include "worker/driver.h"

enum { MOST_COUNTS = 16 };

/* With a number of threads: the bandwidth of `scale` out of cache, and FMAs in cache. */
typedef struct machine_roof {
    int threads;
    double gbytes_per_s, gflops[NT_N_DTYPES];
} machine_roof;

static double median_seconds(trial_runner *runner, const trial_ask *ask)
{
    trial_answer answer = {0};
    runner->run(runner, ask, &answer);
    return answer.outcome == TRIAL_OK && answer.n > 0 ? stats_median(answer.seconds, answer.n) : 0;
}

static double gflops(trial_runner *runner, const nt_machine *m, nt_dtype dtype, nt_isa isa, int threads)
{
    trial_ask peak;
    if (!roofs_fp(runner, m, dtype, isa, &peak))
        return 0;
    peak.shape[1] = threads;
    peak.config.parallel = threads > 1 ? NT_PARALLEL_MIDDLE : NT_PARALLEL_SERIAL;
    peak.config.threads = threads;
    peak.reps = 5;
    /* Long enough that starting the threads does not count. */
    peak.steps = 64;
    const double s = median_seconds(runner, &peak);
    const nt_work work =
        nt_kernel_work(peak.kernel, NULL, nt_kernel_function(peak.kernel, dtype, &peak.config));
    const double flops = roofs_fp_of(&work) + work.fma; /* an FMA counts as two */
    return s > 0 ? flops * (double)(peak.shape[0] * peak.shape[1] * peak.steps) / s * 1e-9 : 0;
}

static double gbytes_per_s(trial_runner *runner, const nt_machine *m, nt_isa isa, int threads)
{
    const nt_kernel *op = NULL; /* the first pointwise kernel with a known memory roof */
    for (int i = 0; i < nt_kernel_count() && !op; i++)
        if (roofs_memory_kernel(nt_kernel_at(i)) && nt_kernel_radius(nt_kernel_at(i), NULL) == 0)
            op = nt_kernel_at(i);
    int64_t n[3];
    trial_ask ask;
    if (!op)
        return 0;
    rows_shape(m, op, nt_kernel_case_at(op, 0), NT_F64, NT_CLASS_OUT_OF_CACHE, n);
    if (!roofs_memory(runner, op, NT_F64, isa, n, threads, &ask))
        return 0;
    ask.reps = 7;
    const double s = median_seconds(runner, &ask);
    const double bytes = 8.0 * (ask.kernel->field->reads_per_cell + ask.kernel->field->writes_per_cell);
    return s > 0 ? bytes * (double)(n[0] * n[1] * n[2]) / s * 1e-9 : 0;
}

/* Measures with 1, 2, 4, ... and all threads; returns how many roofs. */
static int measure(trial_runner *runner, const nt_machine *m, machine_roof roofs[MOST_COUNTS])
{
    nt_isa isa = NT_ISA_SCALAR;
    for (int i = 0; i < NT_N_ISAS; i++)
        if (m->isas & 1u << i)
            isa = (nt_isa)i;
    int n = 0;
    for (int threads = 1; n < MOST_COUNTS && (n == 0 || threads > roofs[n - 1].threads); n++) {
        roofs[n] = (machine_roof){threads, gbytes_per_s(runner, m, isa, threads), {0}};
        for (int d = 0; d < NT_N_DTYPES; d++)
            roofs[n].gflops[d] = gflops(runner, m, (nt_dtype)d, isa, threads);
        threads = 2 * threads < m->threads_allowed ? 2 * threads : m->threads_allowed;
    }
    return n;
}

/* A rate is 0 if there was no kernel to measure it with. */
static json_t *rate_json(double rate)
{
    return rate > 0 ? json_real(rate) : json_null();
}

static void print_rate(int width, double rate)
{
    if (rate > 0)
        printf(" %*.1f", width, rate);
    else
        printf(" %*s", width, "-");
}

static void print_machine(const nt_machine *m, const machine_roof *roofs, int n)
{
    char id[64];
    nt_machine_id(m, id, sizeof id);
    printf("machine   %s\ncpu       %s, %s family %d model %d stepping %d\nuarch     %s\n", id, m->model,
           m->vendor, m->family, m->model_id, m->stepping, m->uarch);
    printf("caches    L1d %lld KiB, L2 %lld KiB (shared by %d), L3 %lld KiB (shared by %d)\n",
           (long long)(m->l1d_bytes >> 10), (long long)(m->l2_bytes >> 10), m->l2_shared_by,
           (long long)(m->l3_bytes >> 10), m->l3_shared_by);
    printf("cores     %d in %d package%s, %d thread%s a core, %d NUMA node%s\n", m->n_cores, m->n_packages,
           m->n_packages == 1 ? "" : "s", m->smt, m->smt == 1 ? "" : "s", m->n_numa,
           m->n_numa == 1 ? "" : "s");
    printf("allowed   %d thread%s: affinity %d", m->threads_allowed, m->threads_allowed == 1 ? "" : "s",
           m->cpus_affinity);
    if (m->cores_affinity > 0)
        printf(" on %d core%s", m->cores_affinity, m->cores_affinity == 1 ? "" : "s");
    printf(", ");
    if (m->cpus_quota > 0)
        printf("cgroup quota %.2f CPUs\n", m->cpus_quota);
    else
        printf("no cgroup quota\n");
    printf("memory    %.1f GiB, transparent huge pages: %s\nisas     ", (double)m->memory_bytes / (1 << 30),
           m->huge_pages);
    for (int i = 0; i < NT_N_ISAS; i++)
        if (m->isas & 1u << i)
            printf(" %s", nt_isa_name((nt_isa)i));
    const nt_build *build = nt_build_info();
    printf("\nbuild     nestune %s, %s,%s, SLEEF %s\n", build->version, build->compiler, build->flags,
           build->sleef);
    printf("trials   ");
    for (const environment_setting *s = trial_environment; s->name; s++)
        if (s->value)
            printf(" %s=%s", s->name, s->value);
    printf("\n\nthreads   memory, GB/s   f64 GFLOP/s   f32 GFLOP/s      (scale in place out of cache; FMAs "
           "in cache)\n");
    for (int i = 0; i < n; i++) {
        printf("%7d", roofs[i].threads);
        print_rate(14, roofs[i].gbytes_per_s);
        print_rate(13, roofs[i].gflops[NT_F64]);
        print_rate(13, roofs[i].gflops[NT_F32]);
        printf("\n");
    }
}

int cmd_machine(int argc, char **argv)
{
    bool json = false, id = false;
    const argument table[] = {
        ARGUMENT_JSON(&json),
        {"id", 'i', NULL, "only the name of its folder below results/", take_flag, &id, 0, 0},
        {0}};
    const int code =
        arguments_parse(table, "What was detected, and the roofs (takes some seconds).", argc, argv);
    if (code != EXIT_OK)
        return code;
    if (id && json)
        return refuse(EXIT_USAGE, "--id and --json exclude each other");
    nt_machine m;
    nt_error why;
    driver *d;
    machine_roof roofs[MOST_COUNTS];
    nt_machine_detect(&m);
    if (id) {
        char name[64];
        nt_machine_id(&m, name, sizeof name);
        puts(name);
        return finish_stdout();
    }
    if (driver_create(&d, &(driver_options){0}, &why) != NT_OK)
        return refuse(EXIT_FAILED, "%s", why.text);
    const int n = measure(driver_runner(d), &m, roofs);
    driver_destroy(d);
    if (!json) {
        print_machine(&m, roofs, n);
        return finish_stdout();
    }
    json_t *list = json_array();
    for (int i = 0; i < n; i++)
        json_array_append_new(list, json_pack("{s:i, s:o, s:o, s:o}", "threads", roofs[i].threads,
                                              "memory_gbytes_per_s", rate_json(roofs[i].gbytes_per_s),
                                              "f64_gflops", rate_json(roofs[i].gflops[NT_F64]), "f32_gflops",
                                              rate_json(roofs[i].gflops[NT_F32])));
    return print_json(json_pack("{s:o, s:o}", "machine", result_machine_json(&m), "roofs", list));
}
