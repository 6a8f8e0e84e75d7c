/*
 * cmd_machine.c - autotune machine: what was detected, and its roofs
 * SPDX-License-Identifier: MIT
 */
#include <stdio.h>
#include <stdlib.h>

#include "cli/arguments.h"
#include "cli/interrupt.h"
#include "commands/commands.h"
#include "commands/noise_report.h"
#include "measure/environment.h"
#include "measure/stats.h"
#include "os/wake.h"
#include "store/result_json.h"
#include "tune/levels.h"
#include "tune/rates.h"
#include "tune/roofs.h"
#include "worker/driver.h"

enum { MOST_COUNTS = 16 };

/* With a number of threads. */
typedef struct team_roofs {
    int threads;
    double gbytes_per_s[N_LEVELS], gflops[NT_N_DTYPES];
    team_costs costs;
} team_roofs;

/* With the best isa. */
typedef struct machine_roofs {
    nt_isa isa;
    team_roofs team[MOST_COUNTS];
    int n_teams;
    rates rates[NT_N_DTYPES];
    rates_mix mix[NT_N_DTYPES][RATES_MOST_MIXES];
    int n_mixes;
    double wake_s;
} machine_roofs;

/* FMAs in cache, those of all threads. */
static double gflops(trial_runner *runner, const nt_machine *m, nt_dtype dtype, nt_isa isa, int threads)
{
    trial_ask peak;
    trial_answer answer = {0};
    double s;
    if (!roofs_peak(runner, m, dtype, isa, NT_ROLE_FP_ROOF, NULL, &peak, &s))
        return 0;
    peak.shape[1] = threads;
    peak.config.parallel = threads > 1 ? NT_PARALLEL_MIDDLE : NT_PARALLEL_SERIAL;
    peak.config.threads = threads;
    peak.reps = 5;
    /* Long enough that starting the threads does not count. */
    peak.steps = 64;
    runner->run(runner, &peak, &answer);
    if (answer.outcome != TRIAL_OK || answer.n < 1)
        return 0;
    const nt_work work =
        nt_kernel_work(peak.kernel, NULL, nt_kernel_function(peak.kernel, dtype, &peak.config));
    return (work.add + work.mul + 2 * work.fma) * trial_cells(&peak) /
           stats_median(answer.seconds, answer.n) * 1e-9;
}

/* Teams have 1, 2, 4, ... and all threads. */
static void measure(trial_runner *runner, const nt_machine *m, machine_roofs *r)
{
    *r = (machine_roofs){.isa = NT_ISA_SCALAR, .wake_s = wake_s()};
    for (int i = 0; i < NT_N_ISAS; i++)
        if (m->isas & 1u << i)
            r->isa = (nt_isa)i;
    for (int d = 0; d < NT_N_DTYPES; d++) {
        rates_measure(runner, m, r->isa, (nt_dtype)d, &r->rates[d]);
        r->n_mixes = rates_check(runner, m, &r->rates[d], r->mix[d]);
    }
    int threads = 1;
    for (team_roofs *t = r->team; t < &r->team[MOST_COUNTS] && (t == r->team || threads > t[-1].threads);
         t++) {
        *t = (team_roofs){.threads = threads, .costs = levels_team(runner, threads)};
        for (int l = 0; l < N_LEVELS; l++)
            t->gbytes_per_s[l] = levels_gbytes_per_s(runner, m, r->isa, threads, (level)l);
        for (int d = 0; d < NT_N_DTYPES; d++)
            t->gflops[d] = gflops(runner, m, (nt_dtype)d, r->isa, threads);
        r->n_teams++;
        threads = 2 * threads < m->threads_allowed ? 2 * threads : m->threads_allowed;
    }
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

static void print_machine(const nt_machine *m)
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
    printf("\n");
}

/* 10^9 vector instructions a second: more is better, as in the other tables. */
static double instructions(const rates *r, double ns)
{
    return ns > 0 ? 1 / (ns * nt_isa_lanes(r->isa, r->dtype)) : 0;
}

static void print_roofs(const machine_roofs *r)
{
    printf("\n                GB/s read and written, in place        GFLOP/s, FMAs in L1       us\n"
           "threads       L2       L3   memory                 f64      f32         region  barrier\n");
    for (const team_roofs *t = r->team; t < &r->team[r->n_teams]; t++) {
        printf("%7d", t->threads);
        for (int l = 0; l < N_LEVELS; l++)
            print_rate(8, t->gbytes_per_s[l]);
        printf("           ");
        print_rate(8, t->gflops[NT_F64]);
        print_rate(8, t->gflops[NT_F32]);
        printf("       ");
        print_rate(8, 1e6 * t->costs.region_s);
        print_rate(8, 1e6 * t->costs.barrier_s);
        printf("\n");
    }
    printf("A thread that sleeps wakes in %.1f us.\n", 1e6 * r->wake_s);
    printf("\n%-28s      f64      f32   10^9 instructions a second, one thread, %s, in L1\n", "",
           nt_isa_name(r->isa));
    for (int i = 0; i < N_RATES; i++) {
        printf("%-28s", rates_name((rate_kind)i));
        for (int d = NT_N_DTYPES - 1; d >= 0; d--)
            print_rate(8, instructions(&r->rates[d], r->rates[d].ns[i]));
        printf("\n");
    }
    printf("\n%-28s  f64          f32           measured / expected from the rates above\n",
           "loops of a mix");
    for (int i = 0; i < r->n_mixes; i++) {
        const rates_mix *m = &r->mix[0][i];
        printf("%-5s %3d add., %3d FMAs     ", m->name, m->adds, m->fmas);
        for (int d = NT_N_DTYPES - 1; d >= 0; d--) {
            m = &r->mix[d][i];
            print_rate(8, instructions(&r->rates[d], m->measured_ns));
            printf("/%-4.1f", instructions(&r->rates[d], m->expected_ns));
        }
        printf("\n");
    }
}

static json_t *teams_json(const machine_roofs *r)
{
    json_t *list = json_array();
    for (const team_roofs *t = r->team; t < &r->team[r->n_teams]; t++)
        json_array_append_new(
            list,
            json_pack("{s:i, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "threads", t->threads,
                      "memory_gbytes_per_s", rate_json(t->gbytes_per_s[LEVEL_MEMORY]), "l3_gbytes_per_s",
                      rate_json(t->gbytes_per_s[LEVEL_L3]), "l2_gbytes_per_s",
                      rate_json(t->gbytes_per_s[LEVEL_L2]), "f64_gflops", rate_json(t->gflops[NT_F64]),
                      "f32_gflops", rate_json(t->gflops[NT_F32]), "region_us",
                      rate_json(1e6 * t->costs.region_s), "barrier_us", rate_json(1e6 * t->costs.barrier_s)));
    return list;
}

/* Of each type: 10^9 instructions a second of every kind, and the mixes. */
static json_t *rates_json(const machine_roofs *r)
{
    json_t *all = json_object();
    for (int d = 0; d < NT_N_DTYPES; d++) {
        json_t *kinds = json_object(), *mixes = json_array();
        for (int i = 0; i < N_RATES; i++)
            json_object_set_new(kinds, rates_key((rate_kind)i),
                                rate_json(instructions(&r->rates[d], r->rates[d].ns[i])));
        for (int i = 0; i < r->n_mixes; i++) {
            const rates_mix *m = &r->mix[d][i];
            json_array_append_new(
                mixes, json_pack("{s:s, s:i, s:i, s:o, s:o}", "case", m->name, "additions", m->adds, "fmas",
                                 m->fmas, "measured", rate_json(instructions(&r->rates[d], m->measured_ns)),
                                 "expected", rate_json(instructions(&r->rates[d], m->expected_ns))));
        }
        json_object_set_new(
            all, nt_dtype_name((nt_dtype)d),
            json_pack("{s:s, s:o, s:o}", "isa", nt_isa_name(r->isa), "rates", kinds, "mixes", mixes));
    }
    return all;
}

int cmd_machine(int argc, char **argv)
{
    bool json = false, id = false;
    int64_t n_decisions = 0;
    const argument table[] = {
        ARGUMENT_JSON(&json),
        {"noise", 'n', "N",
         "in place of the roofs: make N decisions between one config and itself, and N with a gain of 3 % "
         "planted",
         take_whole, &n_decisions, 1, STATS_MOST},
        {"id", 'i', NULL, "only the name of its folder below results/", take_flag, &id, 0, 0},
        {0}};
    const int code =
        arguments_parse(table, "What was detected, and the roofs (takes some seconds).", argc, argv);
    if (code != EXIT_OK)
        return code;
    if (id + json + (n_decisions > 0) > 1)
        return refuse(EXIT_USAGE, "--id, --json and --noise exclude each other");
    nt_machine m;
    nt_error why;
    driver *d;
    nt_machine_detect(&m);
    if (id) {
        char name[64];
        nt_machine_id(&m, name, sizeof name);
        puts(name);
        return finish_stdout();
    }
    if (driver_create(&d, &(driver_options){0}, &why) != NT_OK)
        return refuse(EXIT_FAILED, "%s", why.text);
    if (n_decisions > 0) {
        hear_signals();
        noise_test(driver_runner(d), (int)n_decisions, &stop_asked);
        driver_destroy(d);
        return stop_asked ? EXIT_INTERRUPTED : finish_stdout();
    }
    machine_roofs *roofs = malloc(sizeof *roofs);
    if (!roofs) {
        driver_destroy(d);
        return refuse(EXIT_FAILED, "no memory for the roofs");
    }
    measure(driver_runner(d), &m, roofs);
    driver_destroy(d);
    int end;
    if (json) {
        end = print_json(json_pack("{s:o, s:o, s:o, s:o}", "machine", result_machine_json(&m), "roofs",
                                   teams_json(roofs), "instructions", rates_json(roofs), "wake_us",
                                   rate_json(1e6 * roofs->wake_s)));
    } else {
        print_machine(&m);
        print_roofs(roofs);
        end = finish_stdout();
    }
    free(roofs);
    return end;
}
