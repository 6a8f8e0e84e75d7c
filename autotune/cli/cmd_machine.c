/*
 * cmd_machine.c - autotune machine: what was detected, and its roofs
 * SPDX-License-Identifier: MIT
 */
#include <stdio.h>

#include "cli/commands.h"
#include "cli/info_options.h"
#include "measure/environment.h"
#include "measure/stats.h"
#include "store/result_json.h"
#include "tune/roofs.h"
#include "tune/rows.h"
#include "worker/driver.h"

enum { MOST_COUNTS = 16 };

/* Bandwidth of `scale` out of cache and FMAs in cache, 1 to n threads. */
typedef struct machine_roofs {
    int n, threads[MOST_COUNTS];
    double gbytes_per_s[MOST_COUNTS], gflops_f64[MOST_COUNTS], gflops_f32[MOST_COUNTS];
} machine_roofs;

static double median_seconds(trial_runner *runner, const trial_ask *ask)
{
    trial_answer answer = {0};
    runner->run(runner, ask, &answer);
    return answer.class == TRIAL_OK && answer.n > 0 ? stats_median(answer.seconds, answer.n) : 0;
}

static double gflops(trial_runner *runner, const nt_machine *m, nt_dtype dtype, nt_isa isa, int threads)
{
    trial_ask peak;
    if (!roofs_peak(runner, m, dtype, isa, &peak))
        return 0;
    peak.shape[1] = threads;
    peak.config.parallel = threads > 1 ? NT_MIDDLE : NT_SERIAL;
    peak.config.threads = threads;
    peak.reps = 5;
    /* Long enough that the start of the threads does not count. */
    peak.steps = 64;
    const double s = median_seconds(runner, &peak);
    return s > 0
               ? peak.kernel->flops_per_cell * (double)(peak.shape[0] * peak.shape[1] * peak.steps) / s * 1e-9
               : 0;
}

static void measure(trial_runner *runner, const nt_machine *m, machine_roofs *roofs)
{
    nt_isa isa = NT_SCALAR;
    for (int i = 0; i < NT_N_ISAS; i++)
        if (m->isas & 1u << i)
            isa = (nt_isa)i;
    const nt_kernel *op = NULL; /* the first whose roof is `scale`: one of radius 0 */
    for (int i = 0; i < nt_kernel_count() && !op; i++)
        if (nt_kernel_at(i)->role == NT_FIELD && nt_kernel_at(i)->roof &&
            nt_kernel_radius(nt_kernel_at(i), NULL) == 0)
            op = nt_kernel_at(i);
    for (int n = 1; roofs->n < MOST_COUNTS;
         n = 2 * n < m->threads_allowed || n == m->threads_allowed ? 2 * n : m->threads_allowed) {
        if (n > m->threads_allowed)
            break;
        int64_t shape[3];
        trial_ask ask;
        const int i = roofs->n++;
        roofs->threads[i] = n;
        tune_row_shape(m, op, nt_kernel_order(op, NULL), NT_F64, NT_OUT_OF_CACHE, shape);
        if (roofs_memory(runner, op, NT_F64, isa, shape, n, &ask)) {
            ask.reps = 7;
            const double s = median_seconds(runner, &ask);
            const double bytes = 8.0 * (ask.kernel->reads_per_cell + ask.kernel->writes_per_cell);
            roofs->gbytes_per_s[i] = s > 0 ? bytes * (double)(shape[0] * shape[1] * shape[2]) / s * 1e-9 : 0;
        }
        roofs->gflops_f64[i] = gflops(runner, m, NT_F64, isa, n);
        roofs->gflops_f32[i] = gflops(runner, m, NT_F32, isa, n);
    }
}

static void print_machine(const nt_machine *m, const machine_roofs *roofs)
{
    char id[64];
    nt_machine_id(m, id);
    printf("machine   %s\ncpu       %s, %s family %d model %d stepping %d\nuarch     %s\n", id, m->model,
           m->vendor, m->family, m->model_id, m->stepping, m->uarch);
    printf("caches    L1d %lld KiB, L2 %lld KiB (shared by %d), L3 %lld KiB (shared by %d)\n",
           (long long)(m->l1d_bytes >> 10), (long long)(m->l2_bytes >> 10), m->l2_shared_by,
           (long long)(m->l3_bytes >> 10), m->l3_shared_by);
    printf("cores     %d in %d package%s, %d thread%s a core, %d NUMA node%s\n", m->n_cores, m->n_packages,
           m->n_packages == 1 ? "" : "s", m->smt, m->smt == 1 ? "" : "s", m->n_numa,
           m->n_numa == 1 ? "" : "s");
    printf("allowed   %d thread%s: affinity %d, ", m->threads_allowed, m->threads_allowed == 1 ? "" : "s",
           m->cpus_affinity);
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
    for (int i = 0; i < roofs->n; i++)
        printf("%7d %14.1f %13.1f %13.1f\n", roofs->threads[i], roofs->gbytes_per_s[i], roofs->gflops_f64[i],
               roofs->gflops_f32[i]);
}

int cmd_machine(int argc, char **argv)
{
    info_options o;
    char name[] = "autotune machine";
    const int code =
        info_options_parse(&o, "What was detected, and the roofs (takes some seconds).", name, argc, argv);
    if (code != EXIT_OK)
        return code;
    nt_machine m;
    nt_error why;
    driver *d;
    machine_roofs roofs = {0};
    nt_machine_detect(&m);
    if (driver_create(&d, &(driver_options){0}, &why) != NT_OK)
        return refuse(EXIT_FAILED, "%s", why.text);
    measure(driver_runner(d), &m, &roofs);
    driver_destroy(d);
    if (!o.json) {
        print_machine(&m, &roofs);
        return finish_stdout();
    }
    json_t *list = json_array();
    for (int i = 0; i < roofs.n; i++)
        json_array_append_new(list, json_pack("{s:i, s:f, s:f, s:f}", "threads", roofs.threads[i],
                                              "memory_gbytes_per_s", roofs.gbytes_per_s[i], "f64_gflops",
                                              roofs.gflops_f64[i], "f32_gflops", roofs.gflops_f32[i]));
    return print_json(json_pack("{s:o, s:o}", "machine", result_machine_json(&m), "roofs", list));
}
