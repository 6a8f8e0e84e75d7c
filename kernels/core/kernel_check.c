/*
 * kernel_check.c - checks that a kernel is complete and consistent
 * SPDX-License-Identifier: MIT
 *
 * A kernel may come from another program.  This file checks once every number of it by which the engine, the
 * config's keys or the tuner index or divide.
 */
#include <stdio.h>
#include <string.h>

#include "core/keys.h"
#include "nestune/tuned.h"
#include "why.h"

/* Is it of letters a-z, digits and _, so that it can be part of a config, a file name and a header row? */
static bool is_name(const char *name)
{
    return name && *name && strlen(name) < 32 &&
           strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == strlen(name);
}

enum { MOST_COUNT = 1000000 }; /* of instructions, and of elements moved: sums and products of some are no overflow */

#define CHECK(condition, ...)                               \
    do {                                                    \
        if (!(condition))                                   \
            return nt_refuse(NT_EKERNEL, why, __VA_ARGS__); \
    } while (0)

static nt_status check_field(const nt_kernel *k, const nt_field *f, nt_error *why)
{
    CHECK(f->n_levels >= 1 && f->n_levels <= NT_MAX_LEVELS, "kernel %s: %d levels, allowed are 1 to %d",
          k->name, f->n_levels, NT_MAX_LEVELS);
    CHECK(f->n_coefs >= 0 && f->n_coefs <= NT_MAX_COEFS, "kernel %s: %d coefficients, allowed are 0 to %d",
          k->name, f->n_coefs, NT_MAX_COEFS);
    CHECK(f->reference || f->plain, "kernel %s: no reference", k->name);
    CHECK(!f->reference || !f->plain, "kernel %s: two references, one and plain: one is allowed", k->name);
    CHECK(f->reads_per_cell >= 0 && f->writes_per_cell >= 1 && f->reads_per_cell <= MOST_COUNT && f->writes_per_cell <= MOST_COUNT,
          "kernel %s: %d reads and %d writes a cell, allowed are 0 and 1 to %d", k->name, f->reads_per_cell, f->writes_per_cell,
          MOST_COUNT);
    const int usual = nt_kernel_radius(k, NULL);
    CHECK(usual >= 0 && usual <= NT_MAX_RADIUS, "kernel %s: radius %d, allowed are 0 to %d", k->name, usual, NT_MAX_RADIUS);
    CHECK(!f->unsteady || nt_kernel_variant(k, f->unsteady) >= 0, "kernel %s: the unsteady variant %.32s is unknown",
          k->name, f->unsteady);
    const nt_case *c;
    for (int i = 0; (c = nt_kernel_case_at(k, i)); i++) {
        const int radius = nt_kernel_radius(k, c->params);
        CHECK(radius >= 0 && radius <= NT_MAX_RADIUS, "kernel %s, case %s: radius %d, allowed are 0 to %d",
              k->name, c->name, radius, NT_MAX_RADIUS);
        CHECK(radius == 0 || f->n_levels > 1,
              "kernel %s, case %s: radius %d on one level would read cells that it has overwritten: two "
              "levels are needed",
              k->name, c->name, radius);
    }
    return NT_OK;
}

static nt_status check_range(const nt_kernel *k, const nt_range *r, nt_error *why)
{
    CHECK(r->part_bytes >= 1 && r->part_bytes <= 1 << 20,
          "kernel %s: a partial result of %zu bytes, allowed are 1 to %d", k->name, r->part_bytes, 1 << 20);
    CHECK(r->merge && r->reference, "kernel %s: no %s", k->name, r->merge ? "reference" : "merge");
    CHECK(r->least_share >= 0, "kernel %s: a least share of %lld indices, allowed are 0 and more", k->name,
          (long long)r->least_share);
    CHECK(r->usual_short >= 0 && r->usual_short < NT_LONG_FROM,
          "kernel %s: a usual short range of %lld indices, allowed are 0 to %d", k->name,
          (long long)r->usual_short, NT_LONG_FROM - 1);
    CHECK(r->usual_long == 0 || r->usual_long >= NT_LONG_FROM,
          "kernel %s: a usual long range of %lld indices, allowed are 0, or %d and more", k->name,
          (long long)r->usual_long, NT_LONG_FROM);
    return NT_OK;
}

static nt_status check_program(const nt_kernel *k, const nt_program *p, nt_error *why)
{
    CHECK(p->n >= 1 && p->n <= NT_KEY_MOST && p->unit, "kernel %s: a typical run of %lld %s", k->name,
          (long long)p->n, p->unit ? p->unit : "units without a name");
    return NT_OK;
}

/* Checks a table of variants, forms, cases or keys: it exists, is not too long, and no name occurs twice. */
static nt_status check_list(const nt_kernel *k, const char *what, const char *name, int i, int most,
                            const char *earlier, nt_error *why)
{
    CHECK(i < most, "kernel %s: more than %d %ss", k->name, most, what);
    CHECK(is_name(name), "kernel %s: %s %d has a name of other characters than a-z, 0-9 and _", k->name, what,
          i);
    CHECK(!earlier || strcmp(earlier, name) != 0, "kernel %s: two %ss are named %s", k->name, what, name);
    return NT_OK;
}

#define CHECK_LIST(list, what, most)                                                                \
    for (int i = 0; k->list && k->list[i].name; i++)                                                \
        for (int j = -1; j < i; j++) {                                                              \
            const nt_status status =                                                                \
                check_list(k, what, k->list[i].name, i, most, j < 0 ? NULL : k->list[j].name, why); \
            if (status != NT_OK)                                                                    \
                return status;                                                                      \
        }

static nt_status check_keys(const nt_kernel *k, nt_error *why)
{
    for (const nt_key *key = k->keys; key && key->name; key++) {
        for (int id = 0; id < NT_KEY_OWN; id++) {
            const nt_key_row *row = nt_key_row_of(k, (nt_key_id)id, NULL);
            CHECK(!row || !row->name || strcmp(row->name, key->name) != 0,
                  "kernel %s: key %s is one that every config has", k->name, key->name);
        }
        CHECK(key->least >= 0 && key->least <= key->most && key->most <= NT_KEY_MOST,
              "kernel %s: key %s is %lld to %lld, allowed are 0 to %lld", k->name, key->name,
              (long long)key->least, (long long)key->most, (long long)NT_KEY_MOST);
        CHECK(!key->names || key->least == 0, "kernel %s: key %s has names, but its values begin at %lld",
              k->name, key->name, (long long)key->least);
        for (int64_t v = 0; key->names && v <= key->most; v++)
            CHECK(v < NT_MAX_KEY_VALUES && is_name(key->names[v]),
                  "kernel %s: key %s: the name of value %lld is not of a-z, 0-9 and _, or is one too many",
                  k->name, key->name, (long long)v);
        for (int64_t v = 1; key->names && v <= key->most; v++)
            for (int64_t u = 0; u < v; u++)
                CHECK(strcmp(key->names[u], key->names[v]) != 0, "kernel %s: key %s: two values are named %s",
                      k->name, key->name, key->names[v]);
        CHECK(key->values && key->n_values >= 1, "kernel %s: key %s has no values", k->name, key->name);
        CHECK(key->n_values <= NT_MAX_KEY_VALUES, "kernel %s: key %s has %d values, at most %d are allowed",
              k->name, key->name, key->n_values, NT_MAX_KEY_VALUES);
        for (int i = 0; i < key->n_values; i++)
            CHECK(key->values[i] >= key->least && key->values[i] <= key->most,
                  "kernel %s: key %s has the value %lld, allowed are %lld to %lld", k->name, key->name,
                  (long long)key->values[i], (long long)key->least, (long long)key->most);
    }
    return NT_OK;
}

/* Even the config with the longest names and the largest numbers must fit into NT_CONFIG_TEXT. */
static nt_status check_text(const nt_kernel *k, nt_error *why)
{
    size_t longest = 0;
    for (int id = 0; id < NT_N_KEYS; id++) {
        nt_key_row own;
        const nt_key_row *row = nt_key_row_of(k, (nt_key_id)id, &own);
        if (!row)
            continue;
        size_t value = (size_t)snprintf(NULL, 0, "%lld", (long long)row->most);
        for (int64_t v = row->least; row->text && v <= row->most; v++) {
            const size_t n = row->text(k, v) ? strlen(row->text(k, v)) : 0;
            value = n > value ? n : value;
        }
        longest += (row->name ? strlen(row->name) : 0) + 2 + value; /* with its comma and equals sign */
    }
    CHECK(longest < NT_CONFIG_TEXT,
          "kernel %s: a config may have %zu characters, allowed are %d: names are too long", k->name, longest,
          NT_CONFIG_TEXT - 1);
    return NT_OK;
}

static nt_status check_lists(const nt_kernel *k, nt_error *why)
{
    enum { MOST_CASES = 64 };
    CHECK(k->variants && k->variants[0].name, "kernel %s: no variants", k->name);
    CHECK(k->forms && k->forms[0].name, "kernel %s: no forms", k->name);
    CHECK(!k->cases || k->cases[0].name, "kernel %s: a list of cases without any", k->name);
    CHECK_LIST(variants, "variant", NT_MAX_VARIANTS)
    for (const nt_variant *v = k->variants; v->name; v++)
        for (int d = 0; d < NT_N_DTYPES; d++)
            CHECK(v->max_ulp[d] >= 0 && v->max_ulp[d] < 1e300, "kernel %s: variant %s allows %g ulp", k->name, v->name, v->max_ulp[d]);
    CHECK(k->ulp_range >= 0 && k->ulp_range <= 1.79e308, "kernel %s: an ulp_range of %g", k->name, k->ulp_range);
    CHECK_LIST(forms, "form", NT_MAX_FORMS)
    CHECK_LIST(cases, "case", MOST_CASES)
    CHECK_LIST(keys, "key", NT_MAX_OWN_KEYS)
    const nt_status status = check_keys(k, why);
    return status == NT_OK ? check_text(k, why) : status;
}

/* The halo is not copied: the kernel sets all of it. */
static bool may_have_bricks(const nt_kernel *k)
{
    const nt_case *c;
    bool fits = k->field && k->field->n_levels == 2 && k->field->walls;
    for (int i = 0; fits && (c = nt_kernel_case_at(k, i)); i++)
        fits = nt_kernel_radius(k, c->params) >= 1 && nt_kernel_radius(k, c->params) <= NT_BRICK_RADIUS;
    return fits;
}

static nt_status check_functions(const nt_kernel *k, nt_error *why)
{
    bool has_scalar = false;
    const nt_function *f;
    CHECK(k->functions, "kernel %s: no functions", k->name);
    for (int i = 0; (f = nt_kernel_function_at(k, i)); i++) {
        CHECK((unsigned)f->isa < NT_N_ISAS, "kernel %s: function %d of isa %d", k->name, i, (int)f->isa);
        CHECK((unsigned)f->dtype < NT_N_DTYPES, "kernel %s: function %d of element type %d", k->name, i,
              (int)f->dtype);
        CHECK((unsigned)f->layout < NT_N_LAYOUTS, "kernel %s: function %d of layout %d", k->name, i,
              (int)f->layout);
        CHECK(f->variant && nt_kernel_variant(k, f->variant) >= 0,
              "kernel %s: function %d of an unknown variant %.32s", k->name, i,
              f->variant ? f->variant : "NULL");
        CHECK(nt_kernel_form(k, f->fn) >= 0, "kernel %s: function %d of an unknown form %.32s", k->name, i,
              f->fn);
        CHECK(!f->tile == !k->field && !f->range == !k->range, "kernel %s: function %d is not one of a %s",
              k->name, i,
              k->field   ? "field"
              : k->range ? "range"
                         : "program");
        const int counts[] = {f->work.add, f->work.mul, f->work.fma, f->work.int_mul, f->work.int_other, f->work.shuffle, f->work.load, f->work.store};
        for (size_t c = 0; c < sizeof counts / sizeof *counts; c++)
            CHECK(counts[c] >= 0 && counts[c] <= MOST_COUNT, "kernel %s: function %d counts %d instructions, allowed are 0 to %d", k->name,
                  i, counts[c], MOST_COUNT);
        CHECK(f->layout == NT_LAYOUT_ROWS || may_have_bricks(k),
              "kernel %s: function %d works on bricks, for which a field needs two levels, walls and a radius of 1 to %d",
              k->name, i, NT_BRICK_RADIUS);
        has_scalar |= f->isa == NT_ISA_SCALAR && strcmp(f->variant, k->variants[0].name) == 0;
    }
    CHECK(has_scalar, "kernel %s: no function of variant %s for the isa scalar, which every CPU runs",
          k->name, k->variants[0].name);
    return NT_OK;
}

nt_status nt_kernel_check(const nt_kernel *k, nt_error *why)
{
    CHECK(k, "a NULL kernel");
    CHECK(k->abi == NT_KERNEL_ABI && k->bytes == sizeof(nt_kernel),
          "a kernel of abi %u and %u bytes: this library takes abi %d and %zu bytes", k->abi, k->bytes,
          NT_KERNEL_ABI, sizeof(nt_kernel));
    CHECK(is_name(k->name), "a kernel's name is at most 31 characters of a-z, 0-9 and _");
    CHECK(k->version >= 1, "kernel %s: version %d, allowed are 1 and up", k->name, k->version);
    CHECK(k->title && k->formula, "kernel %s: no %s", k->name, k->title ? "formula" : "title");
    CHECK(!k->params_create == !k->params_destroy, "kernel %s: params_create and params_destroy need each other", k->name);
    const int n_shapes = (k->field != NULL) + (k->range != NULL) + (k->program != NULL);
    CHECK(n_shapes == 1, "kernel %s: it is %s a field, a range and a program", k->name,
          n_shapes == 0 ? "none of" : "more than one of");
    nt_status status = check_lists(k, why);
    if (status == NT_OK)
        status = k->field   ? check_field(k, k->field, why)
                 : k->range ? check_range(k, k->range, why)
                            : check_program(k, k->program, why);
    return status == NT_OK ? check_functions(k, why) : status;
}
