/*
 * bench.c - the benchmarks of every registered kernel
 * SPDX-License-Identifier: MIT
 *
 *   mathop/f64/memory/tuned             as the library runs it by default: its tuned row, else the default
 *   mathop/f64/memory/default           nt_config_default()
 *   mathop/f64/l1/avx512/fused/u4       each function that runs here; one thread, first-level cache
 *   wave/o8/f32/l2/avx512/leapfrog/p4   for a stencil, each case; one thread, second-level cache, since tiles
 *                                       with their halos do not fit into the first
 *   pi/f32/short/avx512/philox/u4       for a range; one thread
 *
 * Shapes, inputs and plans are the tuner's (measure/subject.h).  In the caches a pointwise kernel runs from a
 * source to a separate result, so its input does not change.  In memory it runs in place, as kernels of
 * two levels always do, and the input is restored before each iteration, outside the clock.
 *
 * Threads are bound to cores and spin between parallel regions, unless the environment says otherwise.
 * Unbound, two threads were seen to share one of two cores for a whole second.  The report's head shows the
 * settings.  Use --benchmark_repetitions=9 or more for a comparison by compare.py.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bind_threads.h"
#include "gbench.h"
#include "measure/subject.h"
#include "nestune/nestune.h"
#include "nestune/tools.h"
#include "tune/rows.h"

enum { EXIT_USAGE = 2, NAME = 96, LABEL = NT_CONFIG_TEXT + sizeof(nt_error), MAX_STEPS = 1000, NX_L1 = 256 };

/* The grids of the last few benchmarks. */
static fields_cache cache;

typedef struct benchmark {
    trial_ask ask;
    subject subject; /* while it is open */
    char name[NAME], label[LABEL];
} benchmark;

static int open_subject(void *context, char text[GBENCH_TEXT])
{
    benchmark *b = context;
    nt_error why = {""};
    const nt_status status = subject_open(&b->subject, &b->ask, &cache, &why);
    if (status != NT_OK)
        snprintf(text, GBENCH_TEXT, "%s: %s", nt_status_text(status), why.text);
    return status == NT_OK ? 0 : -1;
}

static void restore(void *context)
{
    benchmark *b = context;
    subject_restore(&b->subject);
}

static void run(void *context)
{
    benchmark *b = context;
    subject_run(&b->subject);
}

static void close_subject(void *context)
{
    benchmark *b = context;
    subject_close(&b->subject);
}

static const char *label(void *context)
{
    const benchmark *b = context;
    return b->label;
}

/* Three quarters of the first-level cache, for a source and a result. */
static void shape_in_l1(const nt_machine *m, const trial_ask *ask, int64_t shape[3])
{
    const int64_t l1 = m->l1d_bytes > 0 ? m->l1d_bytes : 32 << 10;
    const int64_t grids = ask->kernel->field->n_levels + ask->kernel->field->n_coefs + 1;
    const int64_t ny = l1 / 4 * 3 / (NX_L1 * grids * (int64_t)nt_dtype_bytes(ask->dtype));
    shape[0] = NX_L1;
    shape[1] = ny > 0 ? ny : 1;
    shape[2] = 1;
}

/* The benchmark is kept until the program ends: Google Benchmark may open it at any time. */
static int add(const trial_ask *ask, const char *place, const char *how, const char *why)
{
    benchmark *b = calloc(1, sizeof *b);
    if (!b) {
        fprintf(stderr, "bench: out of memory\n");
        return -1;
    }
    const nt_kernel *k = ask->kernel;
    b->ask = *ask;
    int n = snprintf(b->name, sizeof b->name, "%s%s%s/%s/%s/%s", k->name, k->cases ? "/" : "",
                     k->cases ? ask->kernel_case->name : "", nt_dtype_name(ask->dtype), place, how);
    if (ask->steps > 1)
        snprintf(b->name + n, sizeof b->name - (size_t)n, "/steps:%lld", (long long)ask->steps);
    nt_config_format(k, &ask->config, b->label, sizeof b->label);
    n = (int)strlen(b->label);
    if (why)
        snprintf(b->label + n, sizeof b->label - (size_t)n, " (%s)", why);
    const nt_work work =
        nt_kernel_work(k, trial_params(ask), nt_kernel_function(k, ask->dtype, &ask->config));
    const double elements = k->field ? k->field->reads_per_cell + k->field->writes_per_cell : 0;
    const bool changes = k->field && (ask->in_place || k->field->n_levels > 1);
    gbench_add(&(gbench_case){.name = b->name,
                              .context = b,
                              .open = open_subject,
                              .restore = changes ? restore : NULL,
                              .run = run,
                              .close = close_subject,
                              .label = label,
                              .cells = trial_cells(ask),
                              .bytes_per_cell = elements * (double)nt_dtype_bytes(ask->dtype),
                              .flops_per_cell = work.add + work.mul + 2 * work.fma});
    return 0;
}

/* One thread on a small shape: every function that this CPU runs. */
static int add_functions(const nt_machine *m, const trial_ask *base)
{
    const nt_kernel *k = base->kernel;
    const bool stencil = nt_kernel_radius(k, trial_params(base)) > 0;
    const nt_class shape_class = k->range ? NT_CLASS_SHORT : NT_CLASS_L2;
    trial_ask ask = *base;
    ask.config.parallel = NT_PARALLEL_SERIAL;
    ask.config.threads = 1;
    rows_shape(m, k, ask.kernel_case, ask.dtype, shape_class, ask.shape);
    if (k->field && !stencil)
        shape_in_l1(m, &ask, ask.shape);
    const nt_function *f;
    for (int i = 0; (f = nt_kernel_function_at(k, i)); i++) {
        char how[80];
        if (f->dtype != ask.dtype || !nt_isa_available(f->isa))
            continue;
        ask.config.isa = f->isa;
        ask.config.variant = nt_kernel_variant(k, f->variant);
        ask.config.fn = nt_kernel_form(k, f->fn);
        ask.config.layout = (int)f->layout;
        snprintf(how, sizeof how, "%s/%s/%s", nt_isa_name(f->isa), f->variant, f->fn);
        if (add(&ask, k->range ? "short" : stencil ? "l2" : "l1", how, NULL) != 0)
            return -1;
    }
    return 0;
}

/* All allowed threads: the default config, and what the library chooses. */
static int add_choices(const nt_machine *m, const trial_ask *base)
{
    const nt_kernel *k = base->kernel;
    const nt_class first = k->range ? NT_CLASS_SHORT : NT_CLASS_L2,
                   last = k->range ? NT_CLASS_LONG : NT_CLASS_MEMORY;
    for (nt_class shape_class = first; shape_class <= last; shape_class++) {
        nt_error why;
        int64_t shape[3];
        if (!rows_shape(m, k, base->kernel_case, base->dtype, shape_class, shape))
            continue; /* this machine has no such cache */
        trial_ask ask = rows_ask(k, base->kernel_case, base->dtype, shape_class, shape, base->steps);
        ask.config = base->config;
        if (add(&ask, nt_class_name(shape_class), "default", NULL) != 0)
            return -1;
        nt_tuned_find(k, trial_params(&ask), ask.dtype, shape_class,
                      ask.steps > 1 ? NT_REPEAT_MANY : NT_REPEAT_ONE, shape[0], &ask.config, &why);
        if (add(&ask, nt_class_name(shape_class), "tuned", why.text) != 0)
            return -1;
    }
    return 0;
}

static int add_kernel(const nt_kernel *kernel, int64_t steps, const nt_machine *m)
{
    const nt_case *c;
    for (int i = 0; !kernel->program && (c = nt_kernel_case_at(kernel, i)) != NULL; i++)
        for (nt_dtype dtype = 0; dtype < NT_N_DTYPES; dtype++) {
            trial_ask ask = {
                .kernel = kernel, .kernel_case = c, .dtype = dtype, .steps = kernel->range ? 1 : steps};
            if (nt_config_default(kernel, dtype, &ask.config, NULL) != NT_OK)
                continue; /* the kernel has no function of this type here */
            if (add_functions(m, &ask) != 0 || add_choices(m, &ask) != 0)
                return -1;
        }
    return 0;
}

static void add_context(const nt_machine *m)
{
    static const char *const variables[] = {"NESTUNE_TUNED", "NESTUNE_MAX_ISA", "OMP_NUM_THREADS",
                                            "OMP_PROC_BIND", "OMP_PLACES",      "OMP_WAIT_POLICY"};
    const nt_build *build = nt_build_info();
    const nt_tuned *known;
    char text[400];
    size_t used = 0;
    gbench_context("nestune", build->version);
    gbench_context("compiler", build->compiler);
    gbench_context("flags", build->flags);
    gbench_context("sleef", build->sleef);
    gbench_context("cpu", m->model);
    nt_machine_id(m, text, sizeof text);
    gbench_context("machine", text);
    snprintf(text, sizeof text, "%d", m->threads_allowed);
    gbench_context("threads_allowed", text);
    gbench_context("huge_pages", m->huge_pages);
    for (int i = 0; (known = nt_tuned_at(i)) && used < sizeof text; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%s, %d rows", used > 0 ? "; " : "",
                                 known->machine, known->n_rows);
    gbench_context("tuned_table", text);
    for (size_t i = 0; i < sizeof variables / sizeof *variables; i++) {
        const char *value = getenv(variables[i]);
        gbench_context(variables[i], value ? value : "unset");
    }
}

static int usage_error(const char *what)
{
    fprintf(stderr, "bench: %s\n", what);
    return EXIT_USAGE;
}

/* Reads the arguments that Google Benchmark left: only --steps N. */
static int parse(int argc, char **argv, int64_t *steps)
{
    char text[GBENCH_TEXT];
    for (int i = 1; i < argc; i++) {
        const char *value = NULL;
        if (!strncmp(argv[i], "--steps=", 8))
            value = argv[i] + 8;
        else if (!strcmp(argv[i], "--steps") && i + 1 < argc)
            value = argv[++i];
        if (!value) {
            snprintf(text, sizeof text,
                     "%s: not an option; allowed are --steps N, --help and Google Benchmark's "
                     "--benchmark_...",
                     argv[i]);
            return usage_error(text);
        }
        char *end;
        errno = 0;
        *steps = strtoll(value, &end, 10);
        if (end == value || *end || errno || *steps < 1 || *steps > MAX_STEPS) {
            snprintf(text, sizeof text, "--steps %s: must be a whole number from 1 to %d", value, MAX_STEPS);
            return usage_error(text);
        }
    }
    return EXIT_SUCCESS;
}

static void help(void)
{
    printf("bench [--steps N] [--benchmark_...]\n\n"
           "  --steps N   time steps of each run (default 1)\n\n"
           "Exit status: 0 all ran, 1 some could not run or the filter selects none, 2 bad arguments.\n\n");
}

int main(int argc, char **argv)
{
    bind_threads(argv);
    for (int i = 1; i < argc; i++)
        if (!strcmp(argv[i], "--help"))
            help();
    char why[GBENCH_TEXT];
    if (gbench_start(&argc, argv, why) != 0)
        return usage_error(why);
    int64_t steps = 1;
    int status = parse(argc, argv, &steps);
    if (status != EXIT_SUCCESS)
        return status;

    nt_machine machine;
    if (nt_machine_detect(&machine) != NT_OK) {
        fprintf(stderr, "bench: the machine could not be detected\n");
        return EXIT_FAILURE;
    }
    add_context(&machine);
    for (int k = 0; k < nt_kernel_count(); k++)
        if (add_kernel(nt_kernel_at(k), steps, &machine) != 0)
            return EXIT_FAILURE;
    return gbench_run() == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
