/*
 * cmd_list.c - autotune list: the kernels, their variants, and the keys of a config
 * SPDX-License-Identifier: MIT
 */
#include <stdio.h>

#include "cli/commands.h"
#include "cli/info_options.h"

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
        info_options_parse(&o, "The kernels, their variants, and the keys of a config.", name, argc, argv);
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
