/*
 * program_apply.c - nestune apply: a pointwise kernel over many files
 * SPDX-License-Identifier: MIT
 *
 * The notebook's processALot and processParallelLocal.
 */
#define _GNU_SOURCE /* program_invocation_name */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "cli/arguments.h"
#include "cli/exit.h"
#include "cli/interrupt.h"
#include "cli/progress.h"
#include "nestune/kernel.h"
#include "nestune/machine.h"
#include "nestune/tuned.h"
#include "os/affinity.h"
#include "os/file.h"
#include "os/text.h"
#include "pipeline/pipeline.h"
#include "programs/programs.h"

static const char doc[] =
    "Applies a kernel to each cell of many files; reading, computing and writing overlap.\n"
    "\vKERNEL is one whose cells do not depend on each other: mathop, square, scale.  FILES are .npy files "
    "(version 1.0 or 2.0; '<f4' or '<f8' in C order, with 1 to 3 dimensions), or with --raw cells alone.  "
    "Each "
    "output has the file name of its input, in the folder of --out, and appears only when it is whole and on "
    "the "
    "disk.  A file that fails is named, and the others go on.\n\n"
    "--resume goes by names, shapes and times, as make does.  Give it only to a run with the same kernel and "
    "steps.\n\n"
    "Files are read in slabs, into rings of buffers: at most instances x ring x slab bytes of memory (with "
    "--io mmap up to twice that), however large the files are.\n\n"
    "Examples:\n"
    "  nestune apply mathop shots/*.npy --out done\n"
    "  nestune apply square a.bin --raw f32 --shape 100x200x300 --steps 2 --out done\n"
    "  find shots -name '*.npy' | nestune apply mathop --list - --out done --resume\n";

typedef struct names {
    char **at;
    int n, room, n_arguments; /* the names behind those of the command line are the list's own */
} names;

typedef struct request {
    const nt_kernel *kernel;
    names files;
    const char *out, *list, *config;
    int64_t steps, ring, slab_bytes, instances, threads; /* 0: the default */
    int io;
    bool resume, json, is_raw;
    array_form raw;
} request;

/* ---- Options ---------------------------------------------------------------------------------- */

static int names_add(names *list, char *name)
{
    if (list->n == list->room) {
        const int room = list->room ? 2 * list->room : 64;
        char **at = list->room < 1 << 29 ? realloc(list->at, (size_t)room * sizeof *at) : NULL;
        if (!at)
            return refuse(EXIT_FAILED, "no memory for the names of %d files", list->n);
        list->at = at;
        list->room = room;
    }
    list->at[list->n++] = name;
    return EXIT_OK;
}

static void names_free(names *list)
{
    for (int i = list->n_arguments; i < list->n; i++)
        free(list->at[i]);
    free(list->at);
}

/* Kernels that it does not accept are found too: check_request() gives the reason. */
static int find_kernel(const char *name, const nt_kernel **kernel)
{
    char allowed[200] = "";
    *kernel = nt_kernel_find(name);
    if (*kernel)
        return EXIT_OK;
    for (int i = 0; i < nt_kernel_count(); i++)
        if (pipeline_accepts(nt_kernel_at(i), NULL) == NT_OK)
            text_add_name(allowed, sizeof allowed, nt_kernel_at(i)->name);
    return refuse(EXIT_USAGE, "unknown kernel %.40s: allowed are %s", name, allowed);
}

static int take_kernel_or_file(const argument *a, char *text)
{
    request *r = a->to;
    if (!r->kernel)
        return find_kernel(text, &r->kernel);
    r->files.n_arguments++;
    return names_add(&r->files, text);
}

static int take_raw(const argument *a, char *text)
{
    request *r = a->to;
    const argument type = {.name = a->name, .to = &r->raw.dtype};
    r->is_raw = true;
    return take_dtype(&type, text);
}

static int take_io(const argument *a, char *text)
{
    for (int i = 0; i < PIPELINE_N_IOS; i++)
        if (strcmp(text, pipeline_io_name((pipeline_io)i)) == 0) {
            *(int *)a->to = i;
            return EXIT_OK;
        }
    return refuse(EXIT_USAGE, "--io %.20s: allowed are pread and mmap", text);
}

/* A shape is read when all options are known, because its size depends on the type. */
static int finish_raw(request *r, const char *shape)
{
    nt_error why;
    if (!shape)
        return EXIT_OK;
    if (!r->is_raw)
        return refuse(EXIT_USAGE, "--shape: only for --raw; a .npy file has its own");
    return array_form_parse_shape(shape, &r->raw, &why) == NT_OK ? EXIT_OK
                                                                 : refuse(EXIT_USAGE, "--%s", why.text);
}

static int check_request(const request *r)
{
    nt_error why;
    if (!r->kernel)
        return refuse(EXIT_USAGE, "which kernel? `%s --help` shows examples", program_invocation_short_name);
    if (pipeline_accepts(r->kernel, &why) != NT_OK)
        return refuse(EXIT_USAGE, "%s", why.text);
    if (!r->out)
        return refuse(EXIT_USAGE, "where to? --out names the folder for the outputs");
    if (r->files.n == 0 && !r->list)
        return refuse(EXIT_USAGE, "no files: name them, or give a --list");
    nt_config config;
    const nt_dtype any = r->is_raw ? r->raw.dtype : NT_F64;
    if (r->config && (nt_config_default(r->kernel, any, &config, &why) != NT_OK ||
                      nt_config_parse(r->kernel, r->config, &config, &why) != NT_OK ||
                      nt_config_runs(r->kernel, any, &config, &why) != NT_OK))
        return refuse(EXIT_USAGE, "--config: %s", why.text);
    return EXIT_OK;
}

static int read_request(request *r, int argc, char **argv)
{
    const char *shape = NULL;
    const argument arguments[] = {
        {NULL, 0, "KERNEL [FILES...]", NULL, take_kernel_or_file, r, 0, 0},
        {"out", 'o', "DIR", "folder of the outputs; it is made", take_folder, &r->out, 0, 0},
        {"steps", 'n', "N", "apply the kernel so many times (1)", take_whole, &r->steps, 1, 1e15},
        {"list", 'l', "FILE", "more FILES, a name a line; -: from stdin", take_text, &r->list, 0, 0},
        {"resume", 'R', NULL, "leave out inputs with a newer output, remove what killed runs left", take_flag,
         &r->resume, 0, 0},
        {"raw", 'w', "f32|f64", "FILES hold cells alone: f32 or f64", take_raw, r, 0, 0},
        {"shape", 's', "SHAPE", "of --raw: NX, NYxNX or NZxNYxNX (as many cells as there are)", take_text,
         &shape, 0, 0},
        {"ring", 'g', "N", "buffers of an instance (as tuned, else 4)", take_whole, &r->ring, 1,
         PIPELINE_MOST_RING},
        {"slab", 'b', "BYTES", "size of a buffer, such as 512K, 4M, 1G (as tuned, else 4M)", take_bytes,
         &r->slab_bytes, PIPELINE_LEAST_SLAB, 1e15},
        {"instances", 'i', "N", "files in work at a time (as tuned, else one for each thread)", take_whole,
         &r->instances, 1, PIPELINE_MOST_INSTANCES},
        {"io", 'm', "pread|mmap", "how they are read (as tuned, else pread)", take_io, &r->io, 0, 0},
        {"threads", 't', "N", "that compute, all instances together (as many as are allowed)", take_whole,
         &r->threads, 1, NT_MAX_THREADS},
        {"config", 'c', "CONFIG", "of the kernel, such as isa=avx2 (as tuned)", take_text, &r->config, 0, 0},
        ARGUMENT_JSON(&r->json),
        {0},
    };
    *r = (request){.steps = 1, .io = -1};
    int code = arguments_parse(arguments, doc, argc, argv);
    if (code == EXIT_OK)
        code = finish_raw(r, shape);
    return code == EXIT_OK ? check_request(r) : code;
}

/* ---- The list --------------------------------------------------------------------------------- */

static int read_lines(FILE *f, const char *path, names *files)
{
    char *line = NULL;
    size_t room = 0;
    int code = EXIT_OK, number = 0;
    for (ssize_t n; code == EXIT_OK && (n = getline(&line, &room, f)) >= 0;) {
        number++;
        if (n > 0 && line[n - 1] == '\n')
            line[--n] = '\0';
        if (n == 0)
            continue;
        if (strlen(line) != (size_t)n) {
            code = refuse(EXIT_USAGE, "%s:%d: a zero byte: names are separated by newlines", path, number);
            break;
        }
        char *name = strdup(line);
        code = name ? names_add(files, name) : refuse(EXIT_FAILED, "no memory for the list of files");
    }
    if (code == EXIT_OK && ferror(f))
        code = refuse(EXIT_IO, "cannot read %s: %s", path, strerror(errno));
    free(line);
    return code;
}

static int read_list(request *r)
{
    if (!r->list)
        return EXIT_OK;
    const bool is_stdin = strcmp(r->list, "-") == 0;
    FILE *f = is_stdin ? stdin : fopen(r->list, "re");
    if (!f)
        return refuse(EXIT_IO, "cannot read %s: %s", r->list, strerror(errno));
    const int code = read_lines(f, is_stdin ? "stdin" : r->list, &r->files);
    if (!is_stdin)
        fclose(f);
    if (code == EXIT_OK && r->files.n == 0)
        return refuse(EXIT_USAGE, "%s names no files", is_stdin ? "stdin" : r->list);
    return code;
}

/* ---- Results ---------------------------------------------------------------------------------- */

typedef struct teller {
    progress bar;
    json_t *failures; /* NULL: not asked for */
} teller;

/* Names need not be UTF-8, which JSON's texts are: then other characters become '?'. */
static json_t *json_of_name(const char *name)
{
    json_t *text = json_string(name);
    char *copy = text ? NULL : strdup(name);
    if (!copy)
        return text;
    for (char *c = copy; *c; c++)
        if ((unsigned char)*c >= 0x80)
            *c = '?';
    text = json_string(copy);
    free(copy);
    return text;
}

static void tell_failure(void *context, const char *input, const char *reason)
{
    teller *t = context;
    progress_wipe(&t->bar);
    refuse(EXIT_FAILED, "%s: %s", input, reason);
    if (t->failures)
        json_array_append_new(t->failures, json_pack("{s:o, s:o}", "file", json_of_name(input), "reason",
                                                     json_of_name(reason)));
}

static void tell_progress(void *context, int64_t done, int64_t all)
{
    teller *t = context;
    if (done > 0)
        progress_share(&t->bar, done, all);
}

static pipeline_stage longest_stage(const pipeline_counters *c)
{
    pipeline_stage longest = PIPELINE_READ;
    for (int s = 0; s < PIPELINE_N_STAGES; s++)
        if (c->busy_s[s] > c->busy_s[longest])
            longest = (pipeline_stage)s;
    return longest;
}

static int print_summary(const pipeline_counters *c)
{
    printf("%lld file%s", (long long)c->n_done, c->n_done == 1 ? "" : "s");
    if (c->n_kept)
        printf(", %lld were done before", (long long)c->n_kept);
    if (c->n_failed)
        printf(", %lld failed", (long long)c->n_failed);
    if (c->n_left)
        printf(", %lld left", (long long)c->n_left);
    printf("; %.3f GB in %.2f s, %.2f GB/s", 1e-9 * (double)c->read_bytes, c->wall_s,
           c->wall_s > 0 ? 1e-9 * (double)c->read_bytes / c->wall_s : 0);
    for (int s = 0; s < PIPELINE_N_STAGES; s++)
        printf("%s%s %.2f s",
               s ? ", " : "; busy, all instances together: ", pipeline_stage_name((pipeline_stage)s),
               c->busy_s[s]);
    printf(" by %d instance%s of %d thread%s; the longest was %s\n", c->instances,
           c->instances > 1 ? "s" : "", c->threads_each, c->threads_each > 1 ? "s" : "",
           pipeline_stage_name(longest_stage(c)));
    return finish_stdout();
}

static int print_summary_json(const request *r, const pipeline_options *o, const pipeline_counters *c,
                              json_t *failures)
{
    json_t *busy = json_object();
    for (int s = 0; s < PIPELINE_N_STAGES; s++)
        json_object_set_new(busy, pipeline_stage_name((pipeline_stage)s), json_real(c->busy_s[s]));
    return print_json(json_pack(
        "{s:s, s:I, s:{s:I, s:I, s:s, s:i, s:i}, s:I, s:I, s:I, s:I, s:o, s:I, s:I, s:f, s:f, s:o, s:s, s:b}",
        "kernel", r->kernel->name, "steps", (json_int_t)r->steps, "options", "ring", (json_int_t)o->ring,
        "slab_bytes", (json_int_t)o->slab_bytes, "io", pipeline_io_name(o->io), "instances", c->instances,
        "threads_each", c->threads_each, "done", (json_int_t)c->n_done, "kept", (json_int_t)c->n_kept,
        "failed", (json_int_t)c->n_failed, "left", (json_int_t)c->n_left, "failures", failures, "read_bytes",
        (json_int_t)c->read_bytes, "written_bytes", (json_int_t)c->written_bytes, "wall_s", c->wall_s,
        "cpu_s", c->cpu_s, "busy_s", busy, "longest", pipeline_stage_name(longest_stage(c)), "interrupted",
        c->n_left > 0));
}

/* ---- The program ------------------------------------------------------------------------------ */

/* Threads of a team that wait for the next slab would spin, and take the CPUs from those that read and write; and
 * threads that OpenMP binds to places would share theirs with all stages.  OpenMP reads its variables before main(), so
 * the program sets this one and starts itself again. */
static void let_waiting_threads_sleep(int argc, char **argv)
{
    const bool sleep = getenv("OMP_WAIT_POLICY") || getenv("GOMP_SPINCOUNT");
    const bool bound = getenv("OMP_PROC_BIND") || getenv("OMP_PLACES") || getenv("GOMP_CPU_AFFINITY");
    if (sleep && !bound)
        return;
    affinity_unbind();
    unsetenv("OMP_PROC_BIND");
    unsetenv("OMP_PLACES");
    unsetenv("GOMP_CPU_AFFINITY");
    char **again = calloc((size_t)argc + 2, sizeof *again);
    if (again && setenv("OMP_WAIT_POLICY", "passive", 0) == 0) {
        again[0] = program_invocation_name;
        memcpy(again + 1, argv, (size_t)argc * sizeof *again);
        execv("/proc/self/exe", again);
    }
    free(again); /* without /proc the program is slower, and no less right */
}

/* Each file on its way needs two descriptors. */
static void allow_open_files(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

/* As tuned; where that is not known, the default.  More instances than files have no work. */
static pipeline_options tuned_options(const request *r, int *threads)
{
    enum { RING, SLAB, INSTANCES, IO }; /* the own keys of kernel apply, in their order */
    const nt_kernel *kernel = nt_kernel_find("apply");
    pipeline_options options = pipeline_options_default(r->files.n, (int)r->threads);
    nt_config config;
    if (!kernel ||
        nt_tuned_find(kernel, NULL, NT_F64, NT_CLASS_LONG, NT_REPEAT_ONE, 0, &config, NULL) != NT_OK)
        return options;
    options.ring = (int)config.own[RING];
    options.slab_bytes = config.own[SLAB];
    *threads = *threads ? *threads : config.threads;
    options.instances = config.own[INSTANCES] < r->files.n ? (int)config.own[INSTANCES] : r->files.n;
    options.io = (pipeline_io)config.own[IO];
    return options;
}

static int apply(const request *r)
{
    pipeline_counters counters;
    nt_error why;
    if (file_make_dirs(r->out, &why) != NT_OK)
        return refuse(EXIT_IO, "%s", why.text);
    int threads = (int)r->threads;
    pipeline_options options = tuned_options(r, &threads);
    if (r->ring)
        options.ring = (int)r->ring;
    if (r->slab_bytes)
        options.slab_bytes = r->slab_bytes;
    if (r->instances)
        options.instances = (int)r->instances;
    else if (r->threads && options.instances > r->threads)
        options.instances = (int)r->threads; /* each has one that computes */
    if (r->io >= 0)
        options.io = (pipeline_io)r->io;
    teller t = {progress_begin(), r->json ? json_array() : NULL};
    const pipeline_job job = {.kernel = r->kernel,
                              .steps = r->steps,
                              .config = r->config,
                              .raw = r->is_raw ? &r->raw : NULL,
                              .inputs = (const char *const *)r->files.at,
                              .n_inputs = r->files.n,
                              .out = r->out,
                              .resume = r->resume,
                              .threads = threads,
                              .stop = &stop_asked,
                              .failed = tell_failure,
                              .progress = tell_progress,
                              .context = &t};
    const nt_status status = pipeline_run(&job, &options, &counters, &why);
    progress_end(&t.bar);
    if (status != NT_OK) {
        json_decref(t.failures);
        return refuse(code_of(status), "%s", why.text);
    }
    const int printed =
        r->json ? print_summary_json(r, &options, &counters, t.failures) : print_summary(&counters);
    if (counters.n_left > 0)
        return refuse(EXIT_INTERRUPTED,
                      "stopped: %lld of %d files are done; with --resume a run does the others",
                      (long long)(counters.n_done + counters.n_kept), r->files.n);
    if (counters.n_failed)
        return refuse(EXIT_FAILED, "%lld of %d files failed", (long long)counters.n_failed, r->files.n);
    return printed;
}

int program_apply(int argc, char **argv)
{
    request r;
    if (!arguments_are_shown())
        let_waiting_threads_sleep(argc, argv);
    int code = read_request(&r, argc, argv);
    if (code == EXIT_OK)
        code = read_list(&r);
    if (code == EXIT_OK) {
        allow_open_files();
        code = apply(&r);
    }
    names_free(&r.files);
    return code;
}
