/*
 * study_report.c - a study as tables, CSV and JSON; and which loop wins as the shape changes
 * SPDX-License-Identifier: MIT
 */
#define _GNU_SOURCE /* open_memstream */
#include "commands/study_report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "store/result_json.h"

/* ---- What a cell says ----------------------------------------------------------------------------------- */

typedef struct facts {
    double seconds, speedup, efficiency, of_roof; /* 0: unknown */
} facts;

static facts facts_of(const study *s, const study_cell *c)
{
    const study_cell *serial = study_serial(s, c);
    const double cells = (double)s->shape[0] * (double)s->shape[1] * (double)s->shape[2] * (double)s->steps;
    const double speedup = serial && c->n > 0 ? serial->ns.median / c->ns.median : 0;
    return (facts){1e-9 * c->ns.median * cells, speedup, speedup / c->config.threads,
                   c->n > 0 ? s->roof_ns[c->level[STUDY_ISA]] / c->ns.median : 0};
}

static int faster_first(const void *a, const void *b)
{
    const study_cell *x = *(const study_cell *const *)a, *y = *(const study_cell *const *)b;
    if ((x->n > 0) != (y->n > 0))
        return x->n > 0 ? -1 : 1;
    return (x->ns.median > y->ns.median) - (x->ns.median < y->ns.median);
}

/* ---- The map --------------------------------------------------------------------------------------------- */

static double time_way(study *s, trial_runner *runner, const int64_t n[3], nt_parallel way)
{
    enum { REPS = 3 };
    const double cells = (double)n[0] * (double)n[1] * (double)n[2] * (double)s->steps;
    nt_config c = s->standard;
    double seconds;
    c.isa = (nt_isa)s->level[STUDY_ISA][s->n_levels[STUDY_ISA] - 1];
    c.parallel = way;
    c.threads = way == NT_PARALLEL_SERIAL ? 1 : c.threads;
    memcpy(c.tile, s->tile[s->level[STUDY_TILE][0]], sizeof c.tile);
    for (int i = 0; i < s->n_cells; i++)
        if (s->cell[i].config.isa == c.isa)
            c.fn = s->cell[i].config.fn;
    study_time(s, runner, n, &c, REPS, &seconds);
    return 1e9 * seconds / cells;
}

void study_map_shapes(study *s, trial_runner *runner, const volatile _Atomic sig_atomic_t *stop, study_map *map)
{
    enum { FACTOR = 8, MOST_CELLS = 16 << 20 };
    const int64_t nx = s->shape[0], all = nx * s->shape[1] * s->shape[2],
                  rows = (all < MOST_CELLS ? all : MOST_CELLS) / nx;
    *map = (study_map){.n = 0};
    for (int64_t nz = 1; nz <= rows && map->n < STUDY_MOST_SHAPES; nz *= FACTOR) {
        int64_t *n = map->shape[map->n];
        n[0] = nx, n[1] = rows / nz, n[2] = nz;
        for (int w = 0; w < NT_N_PARALLELS && !*stop; w++)
            map->ns[map->n][w] = time_way(s, runner, n, (nt_parallel)w);
        if (*stop)
            return;
        map->n++;
    }
}

static void print_map(FILE *out, const study_map *map)
{
    if (map->n == 0)
        return;
    fprintf(out, "\nWhich loop wins as the shape changes?  ns a cell and step, order zyx\n\n%-20s", "shape");
    for (int w = 0; w < NT_N_PARALLELS; w++)
        fprintf(out, " %8s", nt_parallel_name((nt_parallel)w));
    fprintf(out, "  best\n");
    for (int i = 0; i < map->n; i++) {
        char shape[64];
        int best = 0;
        snprintf(shape, sizeof shape, "%lldx%lldx%lld", (long long)map->shape[i][0],
                 (long long)map->shape[i][1], (long long)map->shape[i][2]);
        fprintf(out, "%-20s", shape);
        for (int w = 0; w < NT_N_PARALLELS; w++) {
            const double ns = map->ns[i][w];
            fprintf(out, " %8.3f", ns);
            if (ns > 0 && (map->ns[i][best] <= 0 || ns < map->ns[i][best]))
                best = w;
        }
        fprintf(out, "  %s\n", nt_parallel_name((nt_parallel)best));
    }
}

/* ---- Tables ----------------------------------------------------------------------------------------------- */

static void print_cells(FILE *out, const study *s)
{
    const study_cell **sorted = malloc((size_t)s->n_cells * sizeof *sorted);
    if (!sorted)
        return;
    for (int i = 0; i < s->n_cells; i++)
        sorted[i] = &s->cell[i];
    qsort(sorted, (size_t)s->n_cells, sizeof *sorted, faster_first);
    fprintf(out, "%-7s %-5s %7s %-7s %-12s %-8s %9s %17s %9s %8s %6s %5s %12s\n", "loop", "order", "threads",
            "isa", "tile", "schedule", "ns/cell", s->n_rounds < 6 ? "lowest-highest" : "95%", "seconds",
            "speed-up", "effic.", "roof", "synchronis.");
    for (int i = 0; i < s->n_cells; i++) {
        const study_cell *c = sorted[i];
        const facts f = facts_of(s, c);
        fprintf(out, "%-7s %-5s %7d %-7s %-12s %-8s",
                study_level_name(s, STUDY_LOOP, c->level[STUDY_LOOP]).text,
                study_level_name(s, STUDY_ORDER, c->level[STUDY_ORDER]).text, c->config.threads,
                study_level_name(s, STUDY_ISA, c->level[STUDY_ISA]).text,
                study_level_name(s, STUDY_TILE, c->level[STUDY_TILE]).text,
                c->config.parallel == NT_PARALLEL_SERIAL ? "-" : nt_schedule_name(c->config.schedule));
        if (c->n == 0) {
            fprintf(out, " %9s  %s\n", "-",
                    c->outcome == TRIAL_OK ? "not reached" : trial_outcome_name(c->outcome));
            continue;
        }
        fprintf(out, " %9.3f %8.3f-%-8.3f %9.4f", c->ns.median, c->ns.low, c->ns.high, f.seconds);
        if (f.speedup > 0)
            fprintf(out, " %8.2f %5.0f%%", f.speedup, 100 * f.efficiency);
        else
            fprintf(out, " %8s %6s", "-", "-");
        if (f.of_roof > 0)
            fprintf(out, " %4.0f%%", 100 * f.of_roof);
        else
            fprintf(out, " %5s", "-");
        fprintf(out, " %12.0f\n", c->synchronisations);
    }
    free(sorted);
}

static void print_effects(FILE *out, const study *s)
{
    static const double least = 0.005;
    study_effect effect[STUDY_MOST_EFFECTS];
    const int n = study_effects(s, effect);
    if (n == 0)
        return;
    fprintf(out, "\nWhat matters?  Part of the variance of log(time) of all shared combinations\n\n");
    for (int i = 0; i < n; i++) {
        if (effect[i].share < least)
            continue;
        fprintf(out, "%3.0f %%  %s%s%s", 100 * effect[i].share, study_factor_name(effect[i].a),
                effect[i].b != effect[i].a ? " together with " : "",
                effect[i].b != effect[i].a ? study_factor_name(effect[i].b) : "");
        if (effect[i].a != effect[i].b)
            fprintf(out, ", with the noise");
        if (effect[i].a == effect[i].b) {
            fprintf(out, ":");
            for (int l = 0; l < s->n_levels[effect[i].a]; l++) {
                const double ratio = study_level_ratio(s, effect[i].a, l);
                if (ratio > 0)
                    fprintf(out, " %s %.2f", study_level_name(s, effect[i].a, l).text, ratio);
            }
            fprintf(out, "  (times, over the geometric mean)");
        }
        fprintf(out, "\n");
    }
}

void study_print(FILE *out, const study *s, const study_map *map)
{
    fprintf(out,
            "\n%s %s, %lldx%lldx%lld cells, %lld step%s, %d round%s\n"
            "speed-up: over serial of the same order, tile and isa; effic.: speed-up / threads; roof: the "
            "part of it that is reached;\n"
            "synchronis.: how often in a step all threads wait for each other\n\n",
            trial_name(s->kernel, s->kernel_case).text, nt_dtype_name(s->dtype), (long long)s->shape[0],
            (long long)s->shape[1], (long long)s->shape[2], (long long)s->steps, s->steps == 1 ? "" : "s",
            s->n_rounds, s->n_rounds == 1 ? "" : "s");
    print_cells(out, s);
    print_effects(out, s);
    print_map(out, map);
}

/* ---- Files ------------------------------------------------------------------------------------------------- */

char *study_csv(const study *s)
{
    char *text = NULL;
    size_t n;
    FILE *out = open_memstream(&text, &n);
    if (!out)
        return NULL;
    fprintf(out, "kernel,case,dtype,nx,ny,nz,steps,loop,order,threads,isa,tile,schedule,rounds,ns_per_cell,"
                 "ns_low,ns_high,"
                 "seconds,speedup,efficiency,of_roof,synchronisations\n");
    for (const study_cell *c = s->cell; c < &s->cell[s->n_cells]; c++) {
        const facts f = facts_of(s, c);
        if (c->n == 0)
            continue;
        fprintf(out,
                "%s,%s,%s,%lld,%lld,%lld,%lld,%s,%s,%d,%s,%s,%s,%d,%.6g,%.6g,%.6g,%.6g,%.4g,%.4g,%.4g,%.0f\n",
                s->kernel->name, s->kernel_case->name, nt_dtype_name(s->dtype), (long long)s->shape[0],
                (long long)s->shape[1], (long long)s->shape[2], (long long)s->steps,
                study_level_name(s, STUDY_LOOP, c->level[STUDY_LOOP]).text,
                study_level_name(s, STUDY_ORDER, c->level[STUDY_ORDER]).text, c->config.threads,
                nt_isa_name(c->config.isa), study_level_name(s, STUDY_TILE, c->level[STUDY_TILE]).text,
                nt_schedule_name(c->config.schedule), c->n, c->ns.median, c->ns.low, c->ns.high, f.seconds,
                f.speedup, f.efficiency, f.of_roof, c->synchronisations);
    }
    if (fclose(out) != 0) {
        free(text);
        return NULL;
    }
    return text;
}

static json_t *cell_json(const study *s, const study_cell *c)
{
    char config[NT_CONFIG_TEXT];
    const facts f = facts_of(s, c);
    nt_config_format(s->kernel, &c->config, config, sizeof config);
    return json_pack(
        "{s:s, s:s, s:i, s:f, s:[f,f], s:f, s:o, s:o, s:o, s:f}", "config", config, "class",
        trial_outcome_name(c->outcome), "rounds", c->n, "ns_per_cell", c->ns.median, "ns_95", c->ns.low,
        c->ns.high, "seconds", f.seconds, "speedup", f.speedup > 0 ? json_real(f.speedup) : json_null(),
        "efficiency", f.efficiency > 0 ? json_real(f.efficiency) : json_null(), "roof_fraction",
        f.of_roof > 0 ? json_real(f.of_roof) : json_null(), "synchronisations", c->synchronisations);
}

static json_t *map_json(const study_map *map)
{
    json_t *list = json_array();
    for (int i = 0; i < map->n; i++) {
        json_t *ways = json_object();
        for (int w = 0; w < NT_N_PARALLELS; w++)
            json_object_set_new(ways, nt_parallel_name((nt_parallel)w), json_real(map->ns[i][w]));
        json_array_append_new(
            list, json_pack("{s:o, s:o}", "shape", result_shape_json(map->shape[i]), "ns_per_cell", ways));
    }
    return list;
}

json_t *study_json(const study *s, const study_map *map, const nt_machine *machine)
{
    json_t *cells = json_array(), *effects = json_array();
    study_effect effect[STUDY_MOST_EFFECTS];
    const int n = study_effects(s, effect);
    for (const study_cell *c = s->cell; c < &s->cell[s->n_cells]; c++)
        json_array_append_new(cells, cell_json(s, c));
    for (int i = 0; i < n; i++)
        json_array_append_new(effects, json_pack("{s:[s,s], s:f}", "of", study_factor_name(effect[i].a),
                                                 study_factor_name(effect[i].b), "share", effect[i].share));
    return json_pack("{s:o, s:s, s:s, s:s, s:o, s:I, s:i, s:o, s:o, s:o}", "machine",
                     result_machine_json(machine), "kernel", s->kernel->name, "case", s->kernel_case->name,
                     "dtype", nt_dtype_name(s->dtype), "shape", result_shape_json(s->shape), "steps",
                     (json_int_t)s->steps, "rounds", s->n_rounds, "combinations", cells, "effects", effects,
                     "map", map_json(map));
}
