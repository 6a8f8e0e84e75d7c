/*
 * cmd_list.c - autotune list and machine: what there is, and where we are
 * SPDX-License-Identifier: MIT
 */
#include <argp.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/commands.h"
#include "worker/driver.h"
#include "cli/report.h"
#include "tune/roofs.h"

typedef struct info_options {
    bool json;
    int failed;
} info_options;

static error_t parse(int key, char *arg, struct argp_state *state)
{
    info_options *o = state->input;
    if (key == 'j')
        o->json = true;
    else if (key == ARGP_KEY_ERROR && o->failed == EXIT_OK)
        refuse_option(state);
    else if (key == ARGP_KEY_ARG)
        o->failed = refuse(EXIT_USAGE, "%.40s: no arguments are allowed here", arg);
    else
        return ARGP_ERR_UNKNOWN;
    return 0;
}

static const struct argp_option options[] = {{"json", 'j', 0, 0, "as JSON on stdout", 0}, {0}};

static int parse_arguments(info_options *o, const char *doc, char *name, int argc, char **argv)
{
    const struct argp parser = {options, parse, NULL, doc, 0, 0, 0};
    *o = (info_options){0};
    argv[0] = name;
    argp_err_exit_status = EXIT_USAGE;
    return argp_parse(&parser, argc, argv, argp_flags(argc, argv), 0, o) != 0 ? EXIT_USAGE : o->failed;
}

/* ---- list ----------------------------------------------------------------------------------- */

static json_t *isas_json(const nt_kernel *k)
{
    json_t *isas = json_array();
    for (int i = 0; i < NT_N_ISAS; i++)
        if (k->tiles[i] && nt_isa_available((nt_isa)i))
            json_array_append_new(isas, json_string(nt_isa_name((nt_isa)i)));
    return isas;
}

/* The default tile function of the best isa here; of the first isa built where none can run. */
static const nt_tile *shown_tile(const nt_kernel *k, nt_dtype dtype)
{
    nt_config config;
    if (nt_config_default(k, dtype, &config, NULL) == NT_OK)
        return nt_kernel_tile(k, dtype, &config);
    for (int isa = 0; isa < NT_N_ISAS; isa++)
        for (const nt_tile *t = k->tiles[isa]; t && t->fn; t++)
            if (t->dtype == dtype)
                return t;
    return NULL;
}

/* Order, radius and costs of each case, with the least loads over the tile functions of the best isa. */
static nt_work case_work(const nt_kernel *k, const nt_case *c)
{
    const nt_tile *shown = shown_tile(k, NT_F32);
    nt_work least = {0};
    if (!shown)
        return least;
    least = nt_kernel_work(k, c->params, shown);
    nt_config config;
    if (nt_config_default(k, NT_F32, &config, NULL) == NT_OK)
        for (const nt_tile *t = k->tiles[config.isa]; t->fn; t++) {
            const nt_work w = nt_kernel_work(k, c->params, t);
            if (t->dtype == NT_F32 && w.loads_per_vector < least.loads_per_vector)
                least.loads_per_vector = w.loads_per_vector;
        }
    return least;
}

static json_t *cases_json(const nt_kernel *k)
{
    json_t *cases = json_array();
    const nt_case *c;
    for (int i = 0; k->cases && (c = nt_kernel_case_at(k, i)); i++) {
        const nt_work w = case_work(k, c);
        json_array_append_new(cases, json_pack("{s:i, s:i, s:b, s:f, s:i, s:i}", "order",
                                               nt_kernel_order(k, c->params), "radius",
                                               nt_kernel_radius(k, c->params), "tuned", c->tuned,
                                               "flops_per_cell", w.flops_per_cell, "fp_per_vector",
                                               w.fp_per_vector, "loads_per_vector", w.loads_per_vector));
    }
    return cases;
}

static void print_cases(const nt_kernel *k)
{
    const nt_case *c;
    for (int i = 0; k->cases && (c = nt_kernel_case_at(k, i)); i++) {
        const nt_work w = case_work(k, c);
        printf("    order %-2d  radius %d, %3g flops a cell; a vector: %2d FP instructions, %2d loads%s\n",
               nt_kernel_order(k, c->params), nt_kernel_radius(k, c->params), w.flops_per_cell,
               w.fp_per_vector, w.loads_per_vector, c->tuned ? "; tuned unasked" : "");
    }
}

/* What max_ulp counts. */
static const char *ulp_unit(const nt_kernel *k)
{
    return k->ulp_of_terms ? "ulp of the sum of absolute terms" : "ulp";
}

static json_t *kernel_json(const nt_kernel *k)
{
    static const char *const roles[] = {"field", "memory_roof", "peak"};
    json_t *variants = json_array();
    for (const nt_variant *v = k->variants; v->name; v++)
        json_array_append_new(variants, json_pack("{s:s, s:s, s:f, s:f}", "name", v->name, "note", v->note,
                                                  "max_ulp_f32", v->max_ulp[NT_F32], "max_ulp_f64",
                                                  v->max_ulp[NT_F64]));
    return json_pack("{s:s, s:i, s:s, s:s, s:s, s:i, s:i, s:f, s:i, s:i, s:o, s:o, s:s, s:o}", "name",
                     k->name, "version", k->version, "title", k->title, "formula", k->formula, "role",
                     roles[k->role], "levels", k->n_levels, "radius", nt_kernel_radius(k, NULL),
                     "flops_per_cell", k->flops_per_cell, "reads_per_cell", k->reads_per_cell,
                     "writes_per_cell", k->writes_per_cell, "isas", isas_json(k), "orders", cases_json(k),
                     "ulp_unit", ulp_unit(k), "variants", variants);
}

int cmd_list(int argc, char **argv)
{
    info_options o;
    char name[] = "autotune list";
    const int code =
        parse_arguments(&o, "The kernels, their variants, and the keys of a config.", name, argc, argv);
    if (code != EXIT_OK)
        return code;
    if (o.json) {
        json_t *kernels = json_array();
        for (int i = 0; i < nt_kernel_count(); i++)
            json_array_append_new(kernels, kernel_json(nt_kernel_at(i)));
        return print_json(json_pack("{s:o}", "kernels", kernels));
    }
    for (int i = 0; i < nt_kernel_count(); i++) {
        const nt_kernel *k = nt_kernel_at(i);
        printf("%s  %s\n  %s\n  a cell: ", k->name, k->title, k->formula);
        if (!k->cases)
            printf("%g flops, ", k->flops_per_cell);
        printf("%d read, %d written; ", k->reads_per_cell, k->writes_per_cell);
        if (!k->cases)
            printf("radius %d; ", nt_kernel_radius(k, NULL));
        printf("here:");
        for (int isa = 0; isa < NT_N_ISAS; isa++)
            if (k->tiles[isa] && nt_isa_available((nt_isa)isa))
                printf(" %s", nt_isa_name((nt_isa)isa));
        printf("\n");
        print_cases(k);
        for (const nt_variant *v = k->variants; v->name; v++)
            printf("    variant=%-8s %-76s %g %s f32, %g f64\n", v->name, v->note, v->max_ulp[NT_F32],
                   ulp_unit(k), v->max_ulp[NT_F64]);
        printf("\n");
    }
    printf("Keys of a config: isa, variant, parallel=serial|outer|middle|inner|flat, "
           "order=zyx|zxy|yzx|yxz|xzy|xyz,\n"
           "tile=XxYxZ (0: whole), depth, threads, schedule=static|dynamic, unroll, jam\n");
    return finish_stdout();
}

/* ---- machine -------------------------------------------------------------------------------- */

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
    for (const driver_setting *s = driver_environment; s->name; s++)
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
        parse_arguments(&o, "What was detected, and the roofs (takes some seconds).", name, argc, argv);
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
