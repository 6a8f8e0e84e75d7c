/*
 * tuned_find.c - which tuned header is used, and which config its row gives here
 * SPDX-License-Identifier: MIT
 *
 * All cases and classes of a kernel and type use one header: the best one with any row for them that is of
 * this version of the kernel and can run here.  Otherwise one header could give the row for large arrays and
 * another that for small ones, and results could depend on the size of an array.
 */
#include <stdarg.h>
#include <string.h>

#include "core/tuned_internal.h"
#include "core/tuned_rank.h"
#include "why.h"

/* What a header offers for a use. */
typedef struct offer {
    const nt_tuned_source *source;
    nt_tuned_rank rank;
    bool serves;
    const nt_tuned_row *row; /* NULL: none for this case and class */
    nt_config config;        /* of the row, else of another of the case, else of the kernel and type */
    nt_error refused;        /* why the header or its row cannot be used; "": it has no row */
} offer;

/* ---- Rows ------------------------------------------------------------------------------------ */

/* Removes `value` from a list separated by commas; false if it is not in the list. */
static bool take_out(char *list, const char *value)
{
    const size_t n = strlen(value);
    for (char *s = list; (s = strstr(s, value)); s += n) {
        const bool whole = (s == list || s[-1] == ',') && (s[n] == ',' || s[n] == '\0');
        if (!whole)
            continue;
        char *from = s > list ? s - 1 : s, *to = s + n;
        to += s == list && *to == ',';
        memmove(from, to, strlen(to) + 1);
        return true;
    }
    return false;
}

/* Sets the best isa that has this variant and can run here; if there is none, changes nothing. */
static void set_best_isa(const nt_tuned_use *use, nt_config *config)
{
    const nt_function *f, *best = NULL;
    for (int i = 0; (f = nt_kernel_function_at(use->kernel, i)); i++)
        if (f->dtype == use->dtype && nt_kernel_variant(use->kernel, f->variant) == config->variant &&
            nt_isa_available(f->isa) && (!best || f->isa > best->isa))
            best = f;
    if (best)
        config->isa = best->isa;
}

/* The row's config, on top of the default's. */
static nt_status read_row(const nt_tuned_row *row, const nt_tuned_use *use, const nt_config *fallback,
                          nt_config *config, nt_error *why)
{
    nt_error cause = {""};
    char text[NT_CONFIG_TEXT];
    if (row->version != use->kernel->version)
        return nt_refuse(NT_ESTALE, why, "its rows are for version %d of %s, here %d", row->version,
                         row->kernel, use->kernel->version);
    snprintf(text, sizeof text, "%s", row->config);
    const bool best = take_out(text, "isa=best"), all = take_out(text, "threads=all");
    *config = *fallback;
    nt_status status = nt_config_parse(use->kernel, text, config, &cause);
    if (best)
        set_best_isa(use, config);
    if (all)
        config->threads = fallback->threads;
    if (status == NT_OK)
        status = nt_config_runs(use->kernel, use->dtype, config, &cause);
    if (status != NT_OK)
        nt_refuse(status, why, "row %s %s %s %s %s: %.140s", row->kernel, row->case_name, row->dtype,
                  row->shape_class, row->steps, cause.text);
    return status;
}

/* How well a row fits the use.  NEXT_CLASS, SECOND_CLASS: it serves where there is none of the class. */
typedef enum fit { OF_CLASS, NEXT_CLASS, SECOND_CLASS, OF_CASE, OF_KERNEL, ELSEWHERE } fit;

/*
 * What lies beyond the second level comes from farther, so for l3 the row of memory is nearer than that of l2.  (And
 * older headers had one row for both.)  Between l2 and memory there are two levels: then an estimate is better.
 */
static fit fit_of_class(const char *shape_class, nt_class wanted)
{
    static const nt_class serving[][3] = {[NT_CLASS_L2] = {NT_CLASS_L2, NT_CLASS_L3, NT_N_CLASSES},
                                          [NT_CLASS_L3] = {NT_CLASS_L3, NT_CLASS_MEMORY, NT_CLASS_L2},
                                          [NT_CLASS_MEMORY] = {NT_CLASS_MEMORY, NT_CLASS_L3, NT_N_CLASSES},
                                          [NT_CLASS_SHORT] = {NT_CLASS_SHORT, NT_N_CLASSES, NT_N_CLASSES},
                                          [NT_CLASS_LONG] = {NT_CLASS_LONG, NT_N_CLASSES, NT_N_CLASSES}};
    for (int i = 0; i < 3; i++)
        if (serving[wanted][i] < NT_N_CLASSES && strcmp(shape_class, nt_class_name(serving[wanted][i])) == 0)
            return (fit)(OF_CLASS + i);
    return OF_CASE;
}

static fit fit_of(const nt_tuned_row *row, const nt_tuned_use *use)
{
    if (strcmp(row->kernel, use->kernel->name) != 0 || strcmp(row->dtype, nt_dtype_name(use->dtype)) != 0)
        return ELSEWHERE;
    if (!use->case_name || strcmp(row->case_name, use->case_name) != 0)
        return OF_KERNEL;
    return strcmp(row->steps, nt_repeat_name(use->repeat)) == 0
               ? fit_of_class(row->shape_class, use->shape_class)
               : OF_CASE;
}

static int64_t upto_of(const nt_tuned_row *row)
{
    return row->upto > 0 ? row->upto : INT64_MAX;
}

/* Does row a suit nx cells in x better than b?  Its threshold is the least that is large enough, else the largest. */
static bool suits_better(const nt_tuned_row *a, const nt_tuned_row *b, int64_t nx)
{
    const bool holds = upto_of(a) >= nx, other_holds = upto_of(b) >= nx;
    if (holds != other_holds)
        return holds;
    return holds ? upto_of(a) < upto_of(b) : upto_of(a) > upto_of(b);
}

/* The nearest row that can be used; mostly the first one that is read. */
static void look_at(const nt_tuned_use *use, const nt_config *fallback, offer *o)
{
    const nt_tuned *t = &o->source->tuned;
    const nt_tuned_row *best = NULL;
    nt_config c;
    if (o->source->only && o->source->only != use->kernel)
        return;
    o->refused = o->source->refused;
    for (fit n = OF_CLASS; n < ELSEWHERE && !best; n++)
        for (int i = 0; i < t->n_rows; i++) {
            const nt_tuned_row *row = &t->rows[i];
            nt_error *const why = *o->refused.text ? NULL : &o->refused;
            if (fit_of(row, use) != n || (best && (n >= OF_CASE || !suits_better(row, best, use->nx))) ||
                read_row(row, use, fallback, &c, why) != NT_OK)
                continue;
            best = row;
            o->config = c;
            o->serves = true;
            o->row = n < OF_CASE ? row : NULL;
        }
}

void nt_tuned_narrow(const nt_tuned_source *first, const nt_tuned_use *use, int64_t *from, int64_t *upto)
{
    for (const nt_tuned_source *s = first; s; s = s->next)
        for (int i = 0; i < s->tuned.n_rows; i++) {
            const nt_tuned_row *row = &s->tuned.rows[i];
            const int64_t end = upto_of(row);
            if (strcmp(row->kernel, use->kernel->name) != 0)
                continue;
            if (end < use->nx && end + 1 > *from)
                *from = end + 1;
            if (end >= use->nx && end < *upto)
                *upto = end;
        }
}

/* The offer that follows *o in the order of ranks; the first one where its source is NULL.  False: there is none. */
static bool next_offer(const nt_tuned_source *first, const nt_machine *here, const nt_tuned_use *use,
                       const nt_config *fallback, offer *o)
{
    const nt_tuned_source *s = nt_tuned_next(first, here, o->source);
    if (s) {
        *o = (offer){.source = s, .rank = nt_tuned_rank_of(s, here)};
        look_at(use, fallback, o);
    }
    return s != NULL;
}

/* The best offer that can be used, and the best of those before it that cannot; source NULL: none. */
static void choose(const nt_tuned_source *first, const nt_machine *here, const nt_tuned_use *use,
                   const nt_config *fallback, offer *best, offer *refused)
{
    offer o = {0};
    *best = *refused = o;
    while (!best->source && next_offer(first, here, use, fallback, &o))
        if (o.serves)
            *best = o;
        else if (*o.refused.text && !refused->source)
            *refused = o;
}

/* ---- The answer ------------------------------------------------------------------------------ */

__attribute__((format(printf, 2, 3))) static void add(nt_error *why, const char *format, ...)
{
    const size_t used = why ? strlen(why->text) : 0;
    va_list args;
    va_start(args, format);
    if (why)
        vsnprintf(why->text + used, sizeof why->text - used, format, args);
    va_end(args);
}

/* "mathop f64 l2 one", "wave o8 f64 l2 one". */
static void add_use(nt_error *why, const nt_tuned_use *use, const char *shape_class)
{
    const bool named = use->case_name && strcmp(use->case_name, "default") != 0;
    add(why, "%.40s %s%s%s %s %s", use->kernel->name, named ? use->case_name : "", named ? " " : "",
        nt_dtype_name(use->dtype), shape_class, nt_repeat_name(use->repeat));
}

static void add_refused(nt_error *why, const offer *o)
{
    const bool is_header = !*o->source->refused.text;
    add(why, "%.63s%s%s", is_header ? o->source->tuned.machine : "", is_header ? ": " : "", o->refused.text);
}

/* Adapts a row that was tuned with more threads than are allowed here, or with one. */
static void take_threads(const nt_tuned *from, const nt_config *fallback, nt_tuned_mode mode,
                         nt_config *config, nt_error *why)
{
    if (from->threads == 1 && fallback->threads > 1 && mode != NT_TUNED_FORCE) {
        config->parallel = fallback->parallel;
        config->threads = fallback->threads;
        config->schedule = fallback->schedule;
        add(why, ", but parallel, threads and schedule of the default: it was tuned with one thread allowed");
    }
    if (config->threads > fallback->threads) {
        add(why, ", threads lowered from %d to %d", config->threads, fallback->threads);
        config->threads = fallback->threads;
    }
}

/* Uses the row of an offer, or its arithmetic with the default schedule. */
static void take(const offer *o, const nt_config *fallback, nt_tuned_mode mode, const nt_tuned_use *use,
                 nt_config *config, nt_error *why)
{
    if (o->row) {
        *config = o->config;
        const char *wanted = nt_class_name(use->shape_class);
        add(why, "row ");
        add_use(why, use, o->row->shape_class);
        if (o->row->upto > 0)
            add(why, " upto=%lld", (long long)o->row->upto);
        add(why, " of %.63s (%s)", o->source->tuned.machine, nt_tuned_rank_text(o->rank));
        if (strcmp(o->row->shape_class, wanted) != 0)
            add(why, ", the nearest to %s, of which it has none", wanted);
        take_threads(&o->source->tuned, fallback, mode, config, why);
        return;
    }
    *config = *fallback;
    config->isa = o->config.isa;
    config->variant = o->config.variant;
    if (o->config.layout == fallback->layout) /* another one was found to be worth it there, not here */
        config->fn = o->config.fn;
    add(why, "default, with isa, variant and fn of %.63s (%s), which has no row ", o->source->tuned.machine,
        nt_tuned_rank_text(o->rank));
    add_use(why, use, nt_class_name(use->shape_class));
}

static nt_status check_use(const nt_tuned_use *use, nt_error *why)
{
    const bool range = !use->kernel->field;
    const bool class_fits = nt_class_name(use->shape_class) && (use->shape_class >= NT_CLASS_SHORT) == range;
    if (class_fits && nt_repeat_name(use->repeat) && (!range || use->repeat == NT_REPEAT_ONE))
        return NT_OK;
    return nt_refuse(
        NT_EARG, why, "shape class %d, steps %d: allowed are %s", (int)use->shape_class, (int)use->repeat,
        range ? "NT_CLASS_SHORT and NT_CLASS_LONG, NT_REPEAT_ONE"
              : "NT_CLASS_L2, NT_CLASS_L3 and NT_CLASS_MEMORY, NT_REPEAT_ONE and NT_REPEAT_MANY");
}

/* What is the same whichever header is used: the config without one. */
static nt_status begin(const nt_machine *here, const nt_tuned_use *use, nt_config *fallback, nt_error *why)
{
    nt_status status = check_use(use, why);
    if (status == NT_OK)
        status = nt_config_default(use->kernel, use->dtype, fallback, why);
    if (status == NT_OK)
        fallback->threads = here->threads_allowed < NT_MAX_THREADS ? here->threads_allowed : NT_MAX_THREADS;
    if (status == NT_OK && why)
        why->text[0] = '\0';
    return status;
}

nt_status nt_tuned_find_in(const nt_tuned_source *first, const nt_machine *here, nt_tuned_mode mode,
                           const nt_tuned_use *use, nt_config *config, nt_error *why)
{
    nt_config fallback;
    offer best, refused;
    const nt_status status = begin(here, use, &fallback, why);
    if (status != NT_OK)
        return status;
    *config = fallback;
    if (mode == NT_TUNED_OFF)
        return nt_refuse(NT_ESTALE, why, "default: NESTUNE_TUNED=off");
    choose(first, here, use, &fallback, &best, &refused);
    if (best.source)
        take(&best, &fallback, mode, use, config, why);
    else
        add(why, "default");
    if (refused.source) {
        add(why, "%s", best.source ? "; not " : ": ");
        add_refused(why, &refused);
    } else if (!best.source) {
        add(why, ": no tuned header has a row of ");
        add_use(why, use, nt_class_name(use->shape_class));
    }
    return best.row ? NT_OK : NT_ESTALE;
}

/* One line about an offer; taken: the source that is used, NULL: none is. */
static void explain(const offer *o, const nt_tuned_source *taken, const nt_config *fallback, nt_tuned_mode mode,
                    const nt_tuned_use *use, nt_tuned_offer *to)
{
    const bool is_read = !*o->source->refused.text, is_taken = o->source == taken;
    *to = (nt_tuned_offer){.tuned = is_read ? &o->source->tuned : NULL,
                           .origin = o->source->origin,
                           .rank = nt_tuned_rank_text(o->rank),
                           .taken = is_taken,
                           .usable = o->serves,
                           .row = o->row};
    if (o->serves)
        take(o, fallback, mode, use, &to->config, &to->why);
    else if (*o->refused.text)
        add(&to->why, "%s", o->refused.text);
    else
        add(&to->why, "no row of %.40s %s", use->kernel->name, nt_dtype_name(use->dtype));
    if (o->serves && !is_taken) {
        to->why.text[0] = '\0';
        if (taken)
            add(&to->why, "not needed: %.63s comes first", taken->tuned.machine);
        else
            add(&to->why, "NESTUNE_TUNED=off");
    }
}

nt_status nt_tuned_explain_in(const nt_tuned_source *first, const nt_machine *here, nt_tuned_mode mode,
                              const nt_tuned_use *use, nt_tuned_offer *offers, int room, int *n, nt_error *why)
{
    nt_config fallback;
    offer o = {0}, best = {0}, refused;
    const nt_status status = begin(here, use, &fallback, why);
    *n = 0;
    if (status != NT_OK)
        return status;
    if (mode != NT_TUNED_OFF)
        choose(first, here, use, &fallback, &best, &refused);
    for (; next_offer(first, here, use, &fallback, &o); ++*n)
        if (*n < room)
            explain(&o, best.source, &fallback, mode, use, &offers[*n]);
    return mode == NT_TUNED_OFF ? nt_refuse(NT_ESTALE, why, "default: NESTUNE_TUNED=off") : NT_OK;
}

nt_status nt_tuned_row_config(const nt_tuned *header, const nt_tuned_row *row, nt_config *config, nt_error *why)
{
    if (!header || !row || !config)
        return nt_refuse(NT_EARG, why, "a NULL %s", !header ? "header" : !row ? "row" : "config");
    const nt_kernel *kernel = nt_kernel_find(row->kernel);
    const nt_dtype dtype = nt_dtype_find(row->dtype);
    const nt_tuned_use use = {.kernel = kernel, .case_name = row->case_name, .dtype = dtype};
    nt_config fallback;
    if (!kernel)
        return nt_refuse(NT_EKERNEL, why, "there is no kernel %.40s here", row->kernel);
    if (dtype == NT_N_DTYPES)
        return nt_refuse(NT_ESTALE, why, "there is no type %.15s here", row->dtype);
    if (!nt_kernel_case(kernel, row->case_name))
        return nt_refuse(NT_ESTALE, why, "%.40s has no case %.40s here", row->kernel, row->case_name);
    nt_status status = nt_config_default(kernel, dtype, &fallback, why);
    if (status != NT_OK)
        return status;
    fallback.threads = nt_threads_allowed() < NT_MAX_THREADS ? nt_threads_allowed() : NT_MAX_THREADS;
    status = read_row(row, &use, &fallback, config, why);
    if (status == NT_OK)
        take_threads(header, &fallback, NT_TUNED_ON, config, NULL);
    return status;
}
