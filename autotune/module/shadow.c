/*
 * shadow.c - a kernel made of its description
 * SPDX-License-Identifier: MIT
 *
 * The description comes from a process that ran somebody else's code, so everything in it is checked: its form here, what it
 * says by nt_kernel_check().
 */
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "module/description.h"
#include "os/text.h"

/* What depends on parameters.  A shadow's parameters point to one of these. */
typedef struct params {
    const char *name; /* of the case that lists them */
    const char *its_case;
    int radius, at; /* at: which set of the description */
} params;

typedef struct shadow {
    nt_kernel kernel; /* first, so that a kernel of this kind is a shadow */
    nt_field field;
    nt_range range;
    nt_variant *variants;
    nt_form *forms;
    nt_key *keys;
    nt_case *cases;
    params *params;
    nt_function *functions;
    nt_work *works; /* of function f and set p at f * n_params + p */
    size_t n_params;
    const nt_function *parts[2];
    nt_module module;
    const char **tuned;
    char *build; /* compiler and flags */
    struct shadow *next;
} shadow;

static _Atomic(shadow *) all_shadows;

__attribute__((format(printf, 2, 3))) static nt_status refuse(nt_error *why, const char *format, ...)
{
    char text[200];
    va_list list;
    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    if (why)
        snprintf(why->text, sizeof why->text, "the worker's description of the kernel: %s", text);
    return NT_EKERNEL;
}

/* ---- Functions of a shadow, none of which computes anything -------------------------------------------------- */

static void no_tile(const nt_step *step, const nt_box *box)
{
    (void)step, (void)box;
}

static void no_range(const void *p, const nt_config *config, int64_t first, int64_t end, void *part)
{
    (void)p, (void)config, (void)first, (void)end, (void)part;
}

static void no_ghosts(const void *p, nt_dtype dtype, const nt_view *level, const int64_t n[3], const nt_box *box)
{
    (void)p, (void)dtype, (void)level, (void)n, (void)box;
}

static long double no_plain(const nt_cell *cell, long double *terms)
{
    (void)cell, (void)terms;
    return 0;
}

static void no_merge(void *total, const void *part)
{
    (void)total, (void)part;
}

static void no_reference(const void *p, nt_dtype dtype, int64_t first, int64_t end, void *part)
{
    (void)p, (void)dtype, (void)first, (void)end, (void)part;
}

static int radius_of(const void *p)
{
    return ((const params *)p)->radius;
}

static const char *case_of(const void *p)
{
    const char *name = ((const params *)p)->its_case;
    return *name ? name : NULL;
}

/* Finds the shadow by its function, and the counts by both. */
static nt_work work_of(const void *p, const nt_function *self)
{
    for (const shadow *s = atomic_load(&all_shadows); s; s = s->next)
        for (const nt_function *f = s->functions; f && f->fn; f++)
            if (f == self)
                return s->works[(size_t)(f - s->functions) * s->n_params + (size_t)((const params *)p)->at];
    return (nt_work){0};
}

/* ---- Reading ----------------------------------------------------------------------------------------------- */

/* A copy of a printable text, which is kept; NULL if it is none. */
static const char *keep(const char *text)
{
    return text && text_is_printable(text) ? strdup(text) : NULL;
}

static const char *keep_at(const json_t *object, const char *key)
{
    return keep(json_string_value(json_object_get(object, key)));
}

/* A table with room for the list and its end; NULL if it is no list. */
static void *table(const json_t *list, size_t size)
{
    return json_is_array(list) ? calloc(json_array_size(list) + 1, size) : NULL;
}

static bool read_names(shadow *s, const json_t *variants, const json_t *forms)
{
    size_t i;
    json_t *one;
    s->variants = table(variants, sizeof *s->variants);
    s->forms = table(forms, sizeof *s->forms);
    bool good = s->variants && s->forms;
    json_array_foreach(variants, i, one) {
        nt_variant *v = &s->variants[i];
        *v = (nt_variant){keep_at(one, "name"), keep_at(one, "note"), {0}};
        v->max_ulp[NT_F32] = json_number_value(json_object_get(one, "f32"));
        v->max_ulp[NT_F64] = json_number_value(json_object_get(one, "f64"));
        good &= v->name && v->note;
    }
    json_array_foreach(forms, i, one) {
        s->forms[i] = (nt_form){keep_at(one, "name"), keep_at(one, "note")};
        good &= s->forms[i].name && s->forms[i].note;
    }
    return good;
}

static bool read_key(nt_key *key, const json_t *json)
{
    const json_t *values = json_object_get(json, "values"), *names = json_object_get(json, "names");
    int64_t *list = table(values, sizeof *list);
    const char **words = table(names, sizeof *words);
    bool good = list && words;
    for (size_t i = 0; list && i < json_array_size(values); i++)
        list[i] = json_integer_value(json_array_get(values, i));
    for (size_t i = 0; words && i < json_array_size(names); i++)
        good &= (words[i] = keep(json_string_value(json_array_get(names, i)))) != NULL;
    const bool has_names = words && json_array_size(names) > 0;
    *key = (nt_key){.name = keep_at(json, "name"),
                    .note = keep_at(json, "note"),
                    .least = json_integer_value(json_object_get(json, "least")),
                    .most = json_integer_value(json_object_get(json, "most")),
                    .values = list,
                    .n_values = (int)json_array_size(values),
                    .names = has_names ? words : NULL};
    /* nt_kernel_check() reads names[0 .. most]. */
    return good && key->name && key->note && (!has_names || key->most < (int64_t)json_array_size(names));
}

static bool read_keys(shadow *s, const json_t *keys)
{
    size_t i;
    json_t *one;
    bool good = (s->keys = table(keys, sizeof *s->keys)) != NULL;
    json_array_foreach(keys, i, one)
        good = good && read_key(&s->keys[i], one);
    return good;
}

/* The first set has the default parameters, the others those of the cases. */
static bool read_params(shadow *s, const json_t *sets)
{
    size_t i;
    json_t *one;
    s->n_params = json_array_size(sets);
    s->params = table(sets, sizeof *s->params);
    s->cases = table(sets, sizeof *s->cases);
    bool good = s->params && s->cases && s->n_params > 0;
    json_array_foreach(sets, i, one) {
        params *p = &s->params[i];
        *p = (params){keep_at(one, "name"), keep_at(one, "case"),
                      (int)json_integer_value(json_object_get(one, "radius")), (int)i};
        good = good && p->name && p->its_case;
        if (i > 0)
            s->cases[i - 1] = (nt_case){p->name, p, json_is_true(json_object_get(one, "tuned"))};
    }
    return good;
}

static bool read_work(nt_work *w, const json_t *json)
{
    enum { MOST = 1000000 }; /* as nt_kernel_check() has it */
    int *const counts[] = {&w->add, &w->mul, &w->fma, &w->int_mul, &w->int_other, &w->shuffle, &w->load, &w->store};
    enum { N = sizeof counts / sizeof *counts };
    bool good = json_array_size(json) == N;
    for (size_t i = 0; i < N && good; i++) {
        const json_int_t n = json_integer_value(json_array_get(json, i));
        good = json_is_integer(json_array_get(json, i)) && n >= 0 && n <= MOST;
        *counts[i] = (int)n;
    }
    return good;
}

/* The counts of one function: one for all sets, or one for each. */
static bool read_function(shadow *s, size_t i, const json_t *json)
{
    nt_function *f = &s->functions[i];
    const char *variant, *fn;
    int isa, layout, dtype;
    const json_t *works;
    if (json_unpack((json_t *)json, "{s:i, s:i, s:s, s:i, s:s, s:o}", "isa", &isa, "layout", &layout, "variant", &variant, "dtype",
                    &dtype, "fn", &fn, "work", &works) != 0)
        return false;
    const size_t n = json_array_size(works);
    *f = (nt_function){.isa = (nt_isa)isa, .layout = (nt_layout)layout, .variant = keep(variant), .dtype = (nt_dtype)dtype,
                       .fn = keep(fn), .tile = s->kernel.field ? no_tile : NULL, .range = s->kernel.range ? no_range : NULL,
                       .work_of = n > 1 ? work_of : NULL};
    bool good = f->variant && f->fn && (n == 1 || n == s->n_params);
    for (size_t p = 0; p < n && good; p++)
        good = read_work(&s->works[i * s->n_params + p], json_array_get(works, p));
    f->work = s->works[i * s->n_params];
    return good;
}

static bool read_functions(shadow *s, const json_t *functions)
{
    size_t i;
    json_t *one;
    s->functions = table(functions, sizeof *s->functions);
    s->works = s->functions ? calloc((json_array_size(functions) + 1) * s->n_params, sizeof *s->works) : NULL;
    bool good = s->works != NULL;
    json_array_foreach(functions, i, one)
        good = good && read_function(s, i, one);
    return good;
}

static bool read_field(shadow *s, const json_t *json)
{
    nt_field *f = &s->field;
    int walls, ghosts;
    if (json_unpack((json_t *)json, "{s:i, s:i, s:i, s:i, s:i, s:b, s:b, s:i, s:i}", "levels", &f->n_levels, "coefs", &f->n_coefs,
                    "flush", &f->flush_denormals, "reads", &f->reads_per_cell, "writes", &f->writes_per_cell, "walls", &walls,
                    "ghosts", &ghosts, "steady", &f->steady, "agree", &f->isas_agree) != 0)
        return false;
    const char *roof = keep_at(json, "roof"), *unsteady = keep_at(json, "unsteady");
    f->radius = radius_of;
    f->plain = no_plain;
    f->walls = walls ? no_ghosts : NULL;
    f->ghosts = ghosts ? no_ghosts : NULL;
    f->roof = roof && *roof ? roof : NULL;
    f->unsteady = unsteady && *unsteady ? unsteady : NULL;
    s->kernel.field = f;
    return true;
}

static bool read_range(shadow *s, const json_t *json)
{
    json_int_t bytes, usual_short, usual_long, share;
    if (json_unpack((json_t *)json, "{s:I, s:I, s:I, s:I}", "part_bytes", &bytes, "short", &usual_short, "long", &usual_long,
                    "least_share", &share) != 0)
        return false;
    s->range = (nt_range){.part_bytes = bytes > 0 ? (size_t)bytes : 0, .merge = no_merge, .reference = no_reference,
                          .unit = keep_at(json, "unit"), .usual_short = usual_short, .usual_long = usual_long, .least_share = share};
    s->kernel.range = &s->range;
    return s->range.unit != NULL;
}

static bool read_build(shadow *s, const json_t *json)
{
    const char *compiler = keep_at(json, "compiler"), *flags = keep_at(json, "flags");
    const size_t n = compiler && flags ? strlen(compiler) + strlen(flags) + 2 : 0;
    const json_t *tuned = json_object_get(json, "tuned");
    if (n > 0 && (s->build = malloc(n)))
        snprintf(s->build, n, "%s%s%s", compiler, *flags ? " " : "", flags);
    s->tuned = table(tuned, sizeof *s->tuned);
    bool good = s->build && s->tuned;
    for (size_t i = 0; good && i < json_array_size(tuned); i++)
        good = (s->tuned[i] = keep(json_string_value(json_array_get(tuned, i)))) != NULL;
    s->module = (nt_module){NT_MODULE_ABI, sizeof(nt_module), &s->kernel, s->tuned, compiler, flags};
    return good;
}

static nt_status read_all(shadow *s, const json_t *json, nt_error *why)
{
    nt_kernel *k = &s->kernel;
    const json_t *field = json_object_get(json, "field"), *range = json_object_get(json, "range");
    int knows_cases;
    json_error_t error;
    *k = (nt_kernel){NT_KERNEL_HEAD, .name = keep_at(json, "name"), .title = keep_at(json, "title"),
                     .formula = keep_at(json, "formula")};
    if (json_unpack_ex((json_t *)json, &error, 0, "{s:i, s:F, s:i, s:b}", "version", &k->version, "ulp_range", &k->ulp_range,
                       "ulp_of_terms", &k->ulp_of_terms, "knows_cases", &knows_cases) != 0)
        return refuse(why, "%.150s", error.text);
    if (!k->name || !k->title || !k->formula || !read_build(s, json))
        return refuse(why, "no name, title, formula, build or tuned headers");
    if ((field && !read_field(s, field)) || (range && !read_range(s, range)))
        return refuse(why, "a malformed %s", field ? "field" : "range");
    if (!read_names(s, json_object_get(json, "variants"), json_object_get(json, "forms")))
        return refuse(why, "malformed variants or forms");
    if (!read_keys(s, json_object_get(json, "keys")))
        return refuse(why, "malformed keys");
    if (!read_params(s, json_object_get(json, "params")))
        return refuse(why, "malformed cases");
    if (!read_functions(s, json_object_get(json, "functions")))
        return refuse(why, "malformed functions");
    s->parts[0] = s->functions;
    k->variants = s->variants;
    k->forms = s->forms;
    k->keys = s->keys;
    k->functions = s->parts;
    k->params = &s->params[0];
    k->cases = s->n_params > 1 ? s->cases : NULL;
    k->case_of = knows_cases ? case_of : NULL;
    return nt_kernel_check(k, why);
}

nt_status description_shadow(const json_t *description, const nt_module **made, nt_error *why)
{
    shadow *s = calloc(1, sizeof *s);
    *made = NULL;
    if (!s) {
        if (why)
            snprintf(why->text, sizeof why->text, "no memory for a kernel's description");
        return NT_ENOMEM;
    }
    const nt_status status = read_all(s, description, why);
    s->next = atomic_load(&all_shadows); /* what was read of a refused one is kept, too */
    atomic_store(&all_shadows, s);
    *made = status == NT_OK ? &s->module : NULL;
    return status;
}

const char *description_build(const nt_kernel *kernel)
{
    for (const shadow *s = atomic_load(&all_shadows); s; s = s->next)
        if (&s->kernel == kernel)
            return s->build;
    return NULL;
}
