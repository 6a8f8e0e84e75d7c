/*
 * bench.c - the benchmarks of every registered kernel
 * SPDX-License-Identifier: MIT
 *
 *   mathop/f64/out_of_cache/tuned       as the library runs it by itself: its tuned row, else the default
 *   mathop/f64/out_of_cache/default     nt_config_default()
 *   mathop/f64/l1/avx512/u10            one thread in the first-level cache: one isa and variant
 *   mathop/f64/l1/avx512/fused/u4j1     the same, where several unroll (u) and jam (j) are prebuilt
 *   wave/o8/f32/l2/avx512/leapfrog/u1j4 of a kernel that reads neighbours each order by itself; its tiles and their
 *                                       halos do not fit into the first level, so one thread in the second
 *
 * In the caches a kernel of one level runs from a source to a separate result, so its input stays as
 * it is.  Out of cache, as with two levels, it runs in place and the input is restored before each
 * iteration, outside the clock.
 *
 * Threads are bound and spin between parallel regions, unless the environment says otherwise: unbound, two
 * of them were seen to share one of two cores for a whole second.  The report's head says what held.
 * A comparison by compare.py wants --benchmark_repetitions=9 or more.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bind_threads.h"
#include "gbench.h"
#include "nestune/nestune.h"

enum { EXIT_USAGE = 2, NAME = 96, LABEL = NT_CONFIG_TEXT + sizeof(nt_error), MAX_STEPS = 1000 };

typedef enum place { L1, L2, IN_CACHE, OUT_OF_CACHE, N_PLACES } place;
static const char *const place_name[N_PLACES] = {"l1", "l2", "in_cache", "out_of_cache"};

/* The notebook's rows and planes, and those of kernels that read neighbours; how many planes follows the caches. */
enum {
    NX_MEMORY = 100,
    NY_MEMORY = 10000,
    N_STENCIL = 512,
    NZ_STENCIL = 128,
    NX_CACHE = 256,
    NX_CACHE_LEAST = 64
};

/* One benchmark: what it runs, and while it is open the grids it runs on. */
typedef struct subject {
    const nt_kernel *kernel;
    const void *params; /* of the kernel's case; NULL: its own */
    nt_dtype dtype;
    int64_t shape[3], steps;
    int64_t bytes, bytes_allowed; /* of all its grids; allowed 0: any */
    int in_place, tuned;
    nt_config config; /* tuned: the hint for first touch alone */
    char name[NAME], label[LABEL];

    nt_grid level[NT_MAX_LEVELS], saved[NT_MAX_LEVELS], coef[NT_MAX_COEFS], result;
    nt_plan *plan;
} subject;

static void subject_close(void *context)
{
    subject *s = context;
    nt_plan_destroy(s->plan);
    s->plan = NULL;
    for (int i = 0; i < NT_MAX_LEVELS; i++) {
        nt_grid_free(&s->level[i]);
        nt_grid_free(&s->saved[i]);
    }
    for (int i = 0; i < NT_MAX_COEFS; i++)
        nt_grid_free(&s->coef[i]);
    nt_grid_free(&s->result);
}

static nt_status make_grid(const subject *s, int filled_as, nt_grid *g, nt_error *why)
{
    nt_status status = nt_grid_create(g, s->dtype, s->shape[0], s->shape[1], s->shape[2],
                                      nt_kernel_radius(s->kernel, s->params), &s->config, why);
    if (status == NT_OK && filled_as >= 0)
        nt_kernel_fill(s->kernel, filled_as, 1, g);
    return status;
}

static nt_status make_grids(subject *s, nt_error *why)
{
    nt_status status = NT_OK;
    for (int i = 0; i < s->kernel->n_levels && status == NT_OK; i++) {
        status = make_grid(s, i, &s->level[i], why);
        if (status == NT_OK && s->in_place)
            status = make_grid(s, i, &s->saved[i], why);
    }
    for (int i = 0; i < s->kernel->n_coefs && status == NT_OK; i++)
        status = make_grid(s, s->kernel->n_levels + i, &s->coef[i], why);
    if (status == NT_OK && !s->in_place)
        status = make_grid(s, -1, &s->result, why);
    return status;
}

static int subject_open(void *context, char text[GBENCH_TEXT])
{
    subject *s = context;
    nt_error why = {""};
    if (s->bytes_allowed && s->bytes > s->bytes_allowed) {
        snprintf(text, GBENCH_TEXT,
                 "%lld MiB of grids are more than a quarter of the memory available, %lld MiB",
                 (long long)(s->bytes >> 20), (long long)(s->bytes_allowed >> 20));
        return -1;
    }
    nt_status status = make_grids(s, &why);
    if (status == NT_OK) {
        nt_problem problem = {.kernel = s->kernel, .params = s->params, .steps = s->steps};
        problem.result = s->in_place ? NULL : &s->result;
        for (int i = 0; i < s->kernel->n_levels; i++)
            problem.level[i] = &s->level[i];
        for (int i = 0; i < s->kernel->n_coefs; i++)
            problem.coef[i] = &s->coef[i];
        status = nt_plan_create(&s->plan, &problem, s->tuned ? NULL : &s->config, &why);
    }
    if (status == NT_OK) {
        nt_config_format(s->kernel, nt_plan_config(s->plan), s->label);
        if (s->tuned) {
            size_t n = strlen(s->label);
            snprintf(s->label + n, sizeof s->label - n, " (%s)", nt_plan_why(s->plan));
        }
        return 0;
    }
    snprintf(text, GBENCH_TEXT, "%s: %s", nt_status_text(status), why.text);
    subject_close(s);
    return -1;
}

static void subject_restore(void *context)
{
    subject *s = context;
    const size_t row_bytes = (size_t)s->shape[0] * nt_dtype_bytes(s->dtype);
    for (int i = 0; i < s->kernel->n_levels; i++)
        for (int64_t z = 0; z < s->shape[2]; z++)
            for (int64_t y = 0; y < s->shape[1]; y++)
                memcpy(nt_grid_cell(&s->level[i], 0, y, z), nt_grid_cell(&s->saved[i], 0, y, z), row_bytes);
}

static void subject_run(void *context)
{
    const subject *s = context;
    nt_plan_run(s->plan);
}

static const char *subject_label(void *context)
{
    const subject *s = context;
    return s->label;
}

/* Planes and rows of a part that fits into so many bytes, halos of the levels included. */
static int64_t rows_of_stencil(const subject *s, int64_t nx, int64_t bytes)
{
    const int64_t element = (int64_t)nt_dtype_bytes(s->dtype),
                  halo = 2 * nt_kernel_radius(s->kernel, s->params);
    const int64_t row = (nx * element + halo * element + 63) / 64 * 64;
    int64_t n = 0;
    while (s->kernel->n_levels * (n + 1 + halo) * (n + 1 + halo) * row +
               s->kernel->n_coefs * (n + 1) * (n + 1) * nx * element <=
           bytes)
        n++;
    return n;
}

/* The longest rows with twice the radius of them in y and z; at the end, as many as the kernel needs. */
static void set_stencil_in_cache(subject *s, int64_t bytes, int64_t parts)
{
    const int64_t radius = nt_kernel_radius(s->kernel, s->params);
    int64_t nx = NX_CACHE, n = rows_of_stencil(s, nx, bytes);
    while (n < 2 * radius && nx > NX_CACHE_LEAST)
        n = rows_of_stencil(s, nx /= 2, bytes);
    s->shape[0] = nx;
    s->shape[1] = n > radius ? n : radius;
    s->shape[2] = s->shape[1] * parts;
}

/*
 * set_shape() - cells for a place: three quarters of one thread's L1 or L2, three quarters of each thread's L2, or
 * at least four times the L3 and 128 MiB.
 */
static void set_shape(subject *s, place p, const nt_machine *m)
{
    const int n_grids = s->kernel->n_levels + s->kernel->n_coefs + !s->in_place;
    const int stencil = nt_kernel_radius(s->kernel, s->params) > 0;
    const int64_t cell_bytes = n_grids * (int64_t)nt_dtype_bytes(s->dtype);
    const int64_t l1 = m->l1d_bytes ? m->l1d_bytes : 32 << 10, l2 = m->l2_bytes ? m->l2_bytes : 256 << 10;
    const int64_t per_thread = (p == L1 ? l1 : l2) / 4 * 3;
    if (p != OUT_OF_CACHE) {
        const int64_t ny = per_thread / (NX_CACHE * cell_bytes),
                      parts = p == IN_CACHE ? m->threads_allowed : 1;
        s->shape[0] = NX_CACHE;
        s->shape[1] = ny ? ny : 1;
        s->shape[2] = parts;
        if (stencil)
            set_stencil_in_cache(s, per_thread, parts);
        return;
    }
    const int64_t n_l3 = m->l3_shared_by > 0 ? (m->n_cpus + m->l3_shared_by - 1) / m->l3_shared_by : 1;
    int64_t wanted = 4 * n_l3 * m->l3_bytes;
    if (wanted < 128 << 20)
        wanted = 128 << 20;
    s->shape[0] = stencil ? N_STENCIL : NX_MEMORY;
    s->shape[1] = stencil ? N_STENCIL : NY_MEMORY;
    const int64_t plane = s->shape[0] * s->shape[1] * cell_bytes, t = m->threads_allowed;
    const int64_t enough = (wanted + plane - 1) / plane, least = stencil ? NZ_STENCIL : 1;
    const int64_t nz = ((enough > least ? enough : least) + t - 1) / t * t; /* the outer loop splits evenly */
    s->shape[2] = nz;
    s->bytes = nz * (plane + (s->in_place ? s->kernel->n_levels * plane / n_grids : 0));
    s->bytes_allowed = nt_memory_available() / 4;
}

static int out_of_memory(void)
{
    fprintf(stderr, "bench: out of memory\n");
    return -1;
}

/* The subject is kept until the program ends: the library may open it at any time. */
static int add(const subject *wanted, place p, const char *how, const nt_machine *m)
{
    subject *s = malloc(sizeof *s);
    if (!s)
        return out_of_memory();
    *s = *wanted;
    s->in_place = p == OUT_OF_CACHE || s->kernel->n_levels > 1;
    set_shape(s, p, m);
    char order[16] = "";
    if (nt_kernel_order(s->kernel, s->params) > 0)
        snprintf(order, sizeof order, "/o%d", nt_kernel_order(s->kernel, s->params));
    int n = snprintf(s->name, sizeof s->name, "%s%s/%s/%s/%s", s->kernel->name, order,
                     nt_dtype_name(s->dtype), place_name[p], how);
    if (s->steps > 1)
        snprintf(s->name + n, sizeof s->name - (size_t)n, "/steps:%lld", (long long)s->steps);

    const nt_work work =
        nt_kernel_work(s->kernel, s->params, nt_kernel_tile(s->kernel, s->dtype, &s->config));
    const double elements = s->kernel->reads_per_cell + s->kernel->writes_per_cell;
    gbench_add(&(gbench_case){.name = s->name,
                              .context = s,
                              .open = subject_open,
                              .restore = s->in_place ? subject_restore : NULL,
                              .run = subject_run,
                              .close = subject_close,
                              .label = subject_label,
                              .cells = (double)(s->shape[0] * s->shape[1] * s->shape[2] * s->steps),
                              .bytes_per_cell = elements * (double)nt_dtype_bytes(s->dtype),
                              .flops_per_cell = work.flops_per_cell});
    return 0;
}

/* One thread in its cache: every prebuilt tile function that this CPU runs. */
static int add_tiles(const subject *base, const nt_machine *m)
{
    for (int isa = 0; isa < NT_N_ISAS; isa++) {
        const nt_tile *tiles = base->kernel->tiles[isa];
        if (!tiles || !nt_isa_available((nt_isa)isa))
            continue;
        for (const nt_tile *t = tiles; t->fn; t++) {
            if (t->dtype != base->dtype)
                continue;
            int n_prebuilt = 0;
            for (const nt_tile *u = tiles; u->fn; u++)
                n_prebuilt += u->dtype == t->dtype && !strcmp(u->variant, t->variant);
            char how[48];
            int n = snprintf(how, sizeof how, "%s/%s", nt_isa_name((nt_isa)isa), t->variant);
            if (n_prebuilt > 1 && n > 0 && (size_t)n < sizeof how)
                snprintf(how + n, sizeof how - (size_t)n, "/u%dj%d", t->unroll, t->jam);
            subject s = *base;
            s.config.isa = (nt_isa)isa;
            s.config.variant = nt_kernel_variant(base->kernel, t->variant);
            s.config.unroll = t->unroll;
            s.config.jam = t->jam;
            s.config.parallel = NT_SERIAL;
            s.config.threads = 1;
            if (add(&s, nt_kernel_radius(s.kernel, s.params) > 0 ? L2 : L1, how, m) != 0)
                return -1;
        }
    }
    return 0;
}

static int add_case(const nt_kernel *kernel, const void *params, nt_dtype dtype, int64_t steps,
                    const nt_machine *m)
{
    subject s = {.kernel = kernel, .params = params, .dtype = dtype, .steps = steps};
    if (nt_config_default(kernel, dtype, &s.config, NULL) != NT_OK)
        return 0; /* the kernel has no tile function of this type here */
    if (add_tiles(&s, m) != 0)
        return -1;
    for (place p = IN_CACHE; p < N_PLACES; p++) {
        subject tuned = s;
        tuned.tuned = 1;
        nt_tuned_find(kernel, params, dtype, p == IN_CACHE ? NT_IN_CACHE : NT_OUT_OF_CACHE,
                      steps > 1 ? NT_MANY_STEPS : NT_ONE_STEP, &tuned.config, NULL);
        if (add(&s, p, "default", m) != 0 || add(&tuned, p, "tuned", m) != 0)
            return -1;
    }
    return 0;
}

static int add_kernel(const nt_kernel *kernel, int64_t steps, const nt_machine *m)
{
    const nt_case *one;
    for (int i = 0; (one = nt_kernel_case_at(kernel, i)) != NULL; i++)
        for (nt_dtype dtype = 0; dtype < NT_N_DTYPES; dtype++)
            if (add_case(kernel, one->params, dtype, steps, m) != 0)
                return -1;
    return 0;
}

static void add_context(const nt_machine *m)
{
    static const char *const variables[] = {"NESTUNE_TUNED", "NESTUNE_MAX_ISA", "OMP_NUM_THREADS",
                                            "OMP_PROC_BIND", "OMP_PLACES",      "OMP_WAIT_POLICY"};
    const nt_build *build = nt_build_info();
    const nt_tuned *tuned = nt_tuned_table();
    char text[160];
    gbench_context("nestune", build->version);
    gbench_context("compiler", build->compiler);
    gbench_context("flags", build->flags);
    gbench_context("sleef", build->sleef);
    gbench_context("cpu", m->model);
    nt_machine_id(m, text);
    gbench_context("machine", text);
    snprintf(text, sizeof text, "%d", m->threads_allowed);
    gbench_context("threads_allowed", text);
    gbench_context("huge_pages", m->huge_pages);
    snprintf(text, sizeof text, "%s, %d rows", tuned->machine, tuned->n_rows);
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

/* Takes what Google Benchmark left: --steps N alone. */
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
