/*
 * cmd_list.c - autotune list: the kernels, their variants, and the keys of a config
 * SPDX-License-Identifier: MIT
 */
#include <stdio.h>
#include <string.h>

#include "cli/arguments.h"
#include "commands/commands.h"
#include "commands/modules.h"
#include "tune/rows.h"

static const char *shape_of(const nt_kernel *k)
{
    return k->field ? "field" : k->range ? "range" : "program";
}

/* The isas that have functions of this kernel and run here. */
static unsigned isas_of(const nt_kernel *k)
{
    unsigned isas = 0;
    const nt_function *f;
    for (int i = 0; (f = nt_kernel_function_at(k, i)); i++)
        isas |= nt_isa_available(f->isa) ? 1u << f->isa : 0;
    return isas;
}

static json_t *isas_json(const nt_kernel *k)
{
    json_t *isas = json_array();
    for (int i = 0; i < NT_N_ISAS; i++)
        if (isas_of(k) & 1u << i)
            json_array_append_new(isas, json_string(nt_isa_name((nt_isa)i)));
    return isas;
}

static json_t *dtypes_json(const nt_kernel *k)
{
    json_t *dtypes = json_array();
    for (int d = 0; d < NT_N_DTYPES; d++)
        if (rows_has_types(k, 1u << d))
            json_array_append_new(dtypes, json_string(nt_dtype_name((nt_dtype)d)));
    return dtypes;
}

/* Work per vector of the default function in f32, or f64 if there is no other, for the best isa that runs
 * here. */
static nt_work case_work(const nt_kernel *k, const nt_case *c)
{
    nt_config config;
    for (int d = 0; d < NT_N_DTYPES; d++)
        if (nt_config_default(k, (nt_dtype)d, &config, NULL) == NT_OK)
            return nt_kernel_work(k, c->params, nt_kernel_function(k, (nt_dtype)d, &config));
    return (nt_work){0};
}

static json_t *work_json(const nt_work *w)
{
    return json_pack("{s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:i}", "add", w->add, "mul", w->mul, "fma", w->fma,
                     "int_mul", w->int_mul, "int_other", w->int_other, "shuffle", w->shuffle, "load", w->load,
                     "store", w->store);
}

static json_t *cases_json(const nt_kernel *k)
{
    json_t *cases = json_array();
    const nt_case *c;
    for (int i = 0; (c = nt_kernel_case_at(k, i)); i++) {
        const nt_work w = case_work(k, c);
        json_array_append_new(cases,
                              json_pack("{s:s, s:i, s:b, s:i, s:o}", "name", c->name, "radius",
                                        nt_kernel_radius(k, c->params), "tuned", c->tuned, "flops_per_cell",
                                        w.add + w.mul + 2 * w.fma, "work_per_vector", work_json(&w)));
    }
    return cases;
}

static void print_cases(const nt_kernel *k)
{
    const nt_case *c;
    for (int i = 0; (c = nt_kernel_case_at(k, i)); i++) {
        const nt_work w = case_work(k, c);
        printf("    %-8s %s%s", k->cases ? "case" : "work", k->cases ? c->name : "", k->cases ? ": " : "");
        if (k->field)
            printf("radius %d, ", nt_kernel_radius(k, c->params));
        if (k->range && w.add + w.mul + w.fma + w.int_mul + w.int_other == 0) {
            printf("not counted: it depends on the index\n");
            continue;
        }
        printf("%d flops; a vector: %d add, %d mul, %d fma, ", w.add + w.mul + 2 * w.fma, w.add, w.mul,
               w.fma);
        if (w.int_mul + w.int_other > 0)
            printf("%d integer mul, %d other, ", w.int_mul, w.int_other);
        printf("%d shuffle, %d load, %d store%s\n", w.shuffle, w.load, w.store,
               k->cases && c->tuned ? "; tuned by default" : "");
    }
}

/* The unit of max_ulp. */
static const char *ulp_unit(const nt_kernel *k)
{
    return k->ulp_of_terms ? "ulp of the sum of absolute terms" : "ulp";
}

/* null: the variant has no functions of this type. */
static json_t *bound_json(const nt_kernel *k, const nt_variant *v, nt_dtype dtype)
{
    return rows_has_variant(k, dtype, v->name) ? json_real(v->max_ulp[dtype]) : json_null();
}

static json_t *kernel_json(const nt_kernel *k)
{
    static const char *const roles[] = {"work", "memory_roof", "fp_roof", "load_roof", "int_roof"};
    json_t *variants = json_array(), *forms = json_array();
    for (const nt_variant *v = k->variants; v->name; v++)
        json_array_append_new(variants, json_pack("{s:s, s:s, s:o, s:o}", "name", v->name, "note", v->note,
                                                  "max_ulp_f32", bound_json(k, v, NT_F32), "max_ulp_f64",
                                                  bound_json(k, v, NT_F64)));
    for (const nt_form *f = k->forms; f->name; f++)
        json_array_append_new(forms, json_pack("{s:s, s:s}", "name", f->name, "note", f->note));
    json_t *root = json_pack("{s:s, s:i, s:s, s:s, s:s, s:s, s:i, s:o, s:o, s:o, s:s, s:o, s:o}", "name",
                             k->name, "version", k->version, "title", k->title, "formula", k->formula, "role",
                             roles[k->role], "shape", shape_of(k), "radius", nt_kernel_radius(k, NULL),
                             "isas", isas_json(k), "dtypes", dtypes_json(k), "cases", cases_json(k),
                             "ulp_unit", ulp_unit(k), "variants", variants, "forms", forms);
    if (k->field) {
        json_object_set_new(root, "levels", json_integer(k->field->n_levels));
        json_object_set_new(root, "reads_per_cell", json_integer(k->field->reads_per_cell));
        json_object_set_new(root, "writes_per_cell", json_integer(k->field->writes_per_cell));
    }
    return root;
}

static void print_variant(const nt_kernel *k, const nt_variant *v)
{
    const char *unit = ulp_unit(k);
    printf("    variant=%-12s %s; max", v->name, v->note);
    for (int d = 0; d < NT_N_DTYPES; d++)
        if (rows_has_variant(k, (nt_dtype)d, v->name)) {
            printf("%s %g%s%s %s", *unit ? "" : ",", v->max_ulp[d], *unit ? " " : "", unit,
                   nt_dtype_name((nt_dtype)d));
            unit = "";
        }
    printf("\n");
}

static void print_kernel(const nt_kernel *k)
{
    printf("%s  %s\n  %s\n  ", k->name, k->title, k->formula);
    if (k->field)
        printf("a cell: %d read, %d written; ", k->field->reads_per_cell, k->field->writes_per_cell);
    printf("here:");
    for (int isa = 0; isa < NT_N_ISAS; isa++)
        if (isas_of(k) & 1u << isa)
            printf(" %s", nt_isa_name((nt_isa)isa));
    for (int d = 0; d < NT_N_DTYPES; d++)
        if (!rows_has_types(k, ~(1u << d)))
            printf("; %s only", nt_dtype_name((nt_dtype)d));
    printf("\n");
    print_cases(k);
    for (const nt_variant *v = k->variants; v->name; v++)
        print_variant(k, v);
    for (const nt_form *f = k->forms; f->name; f++)
        printf("    fn=%-14s %s\n", f->name, f->note);
    for (const nt_key *key = k->keys; key && key->name; key++)
        printf("    %s=%-*s %s\n", key->name, (int)(16 - strlen(key->name)), "", key->note);
    printf("\n");
}

/* Prints the keys of the first kernel of each shape. */
static void print_keys(void)
{
    static const char *const shapes[] = {"field", "range", "program"};
    for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++)
        for (int i = 0; i < nt_kernel_count(); i++) {
            char text[1024], rules[1024];
            const nt_kernel *k = nt_kernel_at(i);
            if (strcmp(shape_of(k), shapes[s]) != 0)
                continue;
            nt_config_keys(k, text, sizeof text);
            nt_config_rules(k, rules, sizeof rules);
            printf("Keys of a config of %s, a %s:\n%s\n", k->name, shapes[s], text);
            if (*rules)
                printf("Configs that mean the same are timed once:\n%s\n", rules);
            break;
        }
}

/* The classes of rows; a field's on this machine. */
static void print_classes(void)
{
    nt_machine m;
    nt_machine_detect(&m);
    const int64_t l2 = nt_class_bytes(&m, 0, NT_CLASS_L2), l3 = nt_class_bytes(&m, 0, NT_CLASS_L3);
    printf("Classes of a field, by the bytes of all its grids with the halos that a run reads; here:\n");
    printf("%s: at most %lld KiB, half of the second-level caches\n", result_class_words(NT_CLASS_L2),
           (long long)(l2 >> 10));
    if (l3 > 0)
        printf("%s: at most %lld KiB, half of the third-level caches\n", result_class_words(NT_CLASS_L3),
               (long long)(l3 >> 10));
    printf("%s: more\n\nClasses of a range: short; long, from %d indices on\n",
           result_class_words(NT_CLASS_MEMORY), NT_LONG_FROM);
}

int cmd_list(int argc, char **argv)
{
    bool json = false;
    const argument table[] = {ARGUMENT_MODULES(NULL), ARGUMENT_JSON(&json), {0}};
    const int code = arguments_parse(
        table, "The kernels, their cases, variants and forms, and the keys of a config.", argc, argv);
    if (code != EXIT_OK)
        return code;
    if (json) {
        json_t *kernels = json_array();
        for (int i = 0; i < nt_kernel_count(); i++)
            json_array_append_new(kernels, kernel_json(nt_kernel_at(i)));
        return print_json(json_pack("{s:o}", "kernels", kernels));
    }
    for (int i = 0; i < nt_kernel_count(); i++)
        print_kernel(nt_kernel_at(i));
    print_keys();
    print_classes();
    return finish_stdout();
}
