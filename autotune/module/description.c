/*
 * description.c - a kernel as JSON
 * SPDX-License-Identifier: MIT
 */
#include "module/description.h"

#include <stdlib.h>
#include <string.h>

#include "os/text.h"

/* Texts are the author's: they may be missing, and hold what no terminal should get. */
static json_t *text_of(const char *text)
{
    char *plain = strdup(text ? text : "");
    if (plain)
        text_make_printable(plain);
    json_t *json = plain ? json_string(plain) : NULL;
    free(plain);
    return json ? json : json_string("?"); /* no UTF-8 */
}

static json_t *variants_of(const nt_kernel *k)
{
    json_t *list = json_array();
    for (const nt_variant *v = k->variants; v->name; v++)
        json_array_append_new(list, json_pack("{s:s, s:o, s:f, s:f}", "name", v->name, "note", text_of(v->note), "f32",
                                              v->max_ulp[NT_F32], "f64", v->max_ulp[NT_F64]));
    return list;
}

static json_t *forms_of(const nt_kernel *k)
{
    json_t *list = json_array();
    for (const nt_form *f = k->forms; f->name; f++)
        json_array_append_new(list, json_pack("{s:s, s:o}", "name", f->name, "note", text_of(f->note)));
    return list;
}

static json_t *keys_of(const nt_kernel *k)
{
    json_t *list = json_array();
    for (const nt_key *key = k->keys; key && key->name; key++) {
        json_t *values = json_array(), *names = json_array();
        for (int i = 0; i < key->n_values; i++)
            json_array_append_new(values, json_integer(key->values[i]));
        for (int64_t v = 0; key->names && v <= key->most; v++)
            json_array_append_new(names, json_string(key->names[v]));
        json_array_append_new(list, json_pack("{s:s, s:o, s:I, s:I, s:o, s:o}", "name", key->name, "note", text_of(key->note),
                                              "least", (json_int_t)key->least, "most", (json_int_t)key->most, "values", values,
                                              "names", names));
    }
    return list;
}

/* The parameters that are described: the default ones, then those of each case that the kernel lists. */
static const void *params_at(const nt_kernel *k, int i)
{
    return i == 0 ? k->params : k->cases[i - 1].params;
}

static int n_params(const nt_kernel *k)
{
    int n = 1;
    while (k->cases && k->cases[n - 1].name)
        n++;
    return n;
}

static json_t *sets_of(const nt_kernel *k)
{
    json_t *list = json_array();
    for (int i = 0; i < n_params(k); i++) {
        const nt_case *of = nt_kernel_case_of(k, params_at(k, i));
        json_array_append_new(list, json_pack("{s:s, s:b, s:i, s:s}", "name", i > 0 ? k->cases[i - 1].name : "", "tuned",
                                              i > 0 && k->cases[i - 1].tuned, "radius", nt_kernel_radius(k, params_at(k, i)),
                                              "case", of ? of->name : ""));
    }
    return list;
}

static json_t *functions_of(const nt_kernel *k)
{
    json_t *list = json_array();
    const nt_function *f;
    for (int i = 0; (f = nt_kernel_function_at(k, i)); i++) {
        json_t *works = json_array();
        for (int p = 0; p < (f->work_of ? n_params(k) : 1); p++) {
            const nt_work w = nt_kernel_work(k, params_at(k, p), f);
            json_array_append_new(works, json_pack("[i,i,i,i,i,i,i,i]", w.add, w.mul, w.fma, w.int_mul, w.int_other, w.shuffle,
                                                   w.load, w.store));
        }
        json_array_append_new(list, json_pack("{s:i, s:i, s:s, s:i, s:s, s:o}", "isa", (int)f->isa, "layout", (int)f->layout,
                                              "variant", f->variant, "dtype", (int)f->dtype, "fn", f->fn, "work", works));
    }
    return list;
}

static json_t *field_of(const nt_field *f)
{
    return json_pack("{s:i, s:i, s:i, s:i, s:i, s:o, s:b, s:b, s:i, s:o, s:i}", "levels", f->n_levels, "coefs", f->n_coefs, "flush",
                     f->flush_denormals, "reads", f->reads_per_cell, "writes", f->writes_per_cell, "roof", text_of(f->roof), "walls",
                     f->walls != NULL, "ghosts", f->ghosts != NULL, "steady", f->steady, "unsteady", text_of(f->unsteady), "agree",
                     f->isas_agree);
}

static json_t *range_of(const nt_range *r)
{
    return json_pack("{s:I, s:o, s:I, s:I, s:I}", "part_bytes", (json_int_t)r->part_bytes, "unit", text_of(r->unit), "short",
                     (json_int_t)r->usual_short, "long", (json_int_t)r->usual_long, "least_share", (json_int_t)r->least_share);
}

/* What was tuned before, if it is not too long for a message (worker/wire.h). */
static json_t *tuned_of(const nt_module *m)
{
    enum { MOST_BYTES = 24000 };
    json_t *list = json_array();
    size_t n = 0;
    for (const char *const *line = m->tuned; *line; line++)
        n += strlen(*line) + 3;
    for (const char *const *line = m->tuned; *line && n <= MOST_BYTES; line++)
        json_array_append_new(list, text_of(*line));
    return list;
}

json_t *description_of(const nt_module *m)
{
    const nt_kernel *k = m->kernel;
    return json_pack("{s:o, s:o, s:s, s:i, s:o, s:o, s:i, s:f, s:i, s:b, s:o*, s:o*, s:o, s:o, s:o, s:o, s:o, s:o}", "compiler",
                     text_of(m->compiler), "flags", text_of(m->flags), "name", k->name, "version", k->version, "title",
                     text_of(k->title), "formula", text_of(k->formula), "role", (int)k->role, "ulp_range", k->ulp_range,
                     "ulp_of_terms", k->ulp_of_terms, "knows_cases", k->case_of != NULL, "field", k->field ? field_of(k->field) : NULL,
                     "range", k->range ? range_of(k->range) : NULL, "variants", variants_of(k), "forms", forms_of(k), "keys",
                     keys_of(k), "params", sets_of(k), "functions", functions_of(k), "tuned", tuned_of(m));
}
