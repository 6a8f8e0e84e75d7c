/*
 * dispatch.c - which tuned header and row the library takes for a use, and why not another
 * SPDX-License-Identifier: MIT
 */
#include "commands/dispatch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/exit.h"
#include "commands/report.h"
#include "os/text.h"
#include "tune/rows.h"

/* The uses of one kernel, and what each header has for one of them. */
typedef struct answers {
    nt_machine here;
    row_plan use[RESULT_MOST_ROWS];
    int n_uses, n_offers, room;
    nt_tuned_offer *offer;
} answers;

static int list_uses(const dispatch_ask *ask, const nt_kernel *kernel, answers *a)
{
    tune_options o = {.dtypes = ask->dtypes, .cases = {ask->kernel_case}};
    o.n_cases = ask->kernel_case && kernel->cases;
    memcpy(o.shape, ask->shape, sizeof o.shape);
    const int n = rows_list(&a->here, kernel, &o, a->use);
    a->n_uses = 0;
    for (int i = 0; i < n && i < RESULT_MOST_ROWS; i++) {
        row_plan use = a->use[i];
        if (ask->steps > 0 && kernel->field &&
            use.repeat != (ask->steps == 1 ? NT_REPEAT_ONE : NT_REPEAT_MANY))
            continue;
        if (ask->steps > 0 && kernel->field)
            use.steps = ask->steps;
        a->use[a->n_uses++] = use;
    }
    return a->n_uses;
}

/* The offer that is taken; NULL: none. */
static const nt_tuned_offer *explain(answers *a, const nt_kernel *kernel, const row_plan *use, nt_error *why)
{
    const int64_t nx = kernel->field ? use->shape[0] : 0;
    for (;;) {
        nt_tuned_explain(kernel, use->kernel_case->params, use->dtype, use->shape_class, use->repeat, nx,
                         a->here.threads_allowed, a->offer, a->room, &a->n_offers, why);
        if (a->n_offers <= a->room)
            break;
        free(a->offer);
        a->room = a->n_offers;
        a->offer = malloc((size_t)a->room * sizeof *a->offer);
        if (!a->offer)
            a->room = a->n_offers = 0;
        if (!a->offer)
            return NULL;
    }
    for (int i = 0; i < a->n_offers; i++)
        if (a->offer[i].taken)
            return &a->offer[i];
    return NULL;
}

/* What a plan runs with; "" where no header serves. */
static void config_text(const nt_kernel *kernel, const nt_tuned_offer *taken, char text[NT_CONFIG_TEXT])
{
    text[0] = '\0';
    if (taken)
        nt_config_format(kernel, &taken->config, text, NT_CONFIG_TEXT);
}

static const char *why_of(const nt_tuned_offer *taken, const nt_error *why)
{
    return taken ? taken->why.text : *why->text ? why->text : "no header serves";
}

/* ---- Tables ------------------------------------------------------------------------------------------ */

static void print_headers(const answers *a)
{
    int rank = 6, machine = 7;
    for (int i = 0; i < a->n_offers; i++) {
        const nt_tuned_offer *o = &a->offer[i];
        const int n = (int)strlen(o->rank), m = o->tuned ? (int)strlen(o->tuned->machine) : 1;
        rank = n > rank ? n : rank;
        machine = m > machine ? m : machine;
    }
    printf("     %-*s  %-*s  %s\n", rank, "header", machine, "machine", "what of it");
    for (int i = 0; i < a->n_offers; i++) {
        const nt_tuned_offer *o = &a->offer[i];
        printf("  %s %-*s  %-*s  %s%s%s%s\n", o->taken ? "->" : "  ", rank, o->rank, machine,
               o->tuned ? o->tuned->machine : "?", o->taken ? "is used" : o->why.text,
               o->tuned && o->tuned->file ? " [" : "", o->tuned && o->tuned->file ? o->tuned->file : "",
               o->tuned && o->tuned->file ? "]" : "");
    }
}

static void print_use(const nt_kernel *kernel, const row_plan *use, const nt_tuned_offer *taken,
                      const nt_error *why)
{
    char shape[64], config[NT_CONFIG_TEXT];
    config_text(kernel, taken, config);
    snprintf(shape, sizeof shape, kernel->field ? "%lldx%lldx%lld" : "%lld", (long long)use->shape[0],
             (long long)use->shape[1], (long long)use->shape[2]);
    printf("  %-18s %-16s %4lld step%s  %s\n", trial_name(kernel, use->kernel_case).text, shape,
           (long long)use->steps, use->steps == 1 ? " " : "s", why_of(taken, why));
    if (taken && taken->row)
        printf("  %-18s %-16s %10s  %s\n", "", "", "", config);
    else
        printf("  %-18s %-16s %10s  a plan estimates the schedule\n", "", "", "");
}

/* One type of a kernel: headers are taken whole for it. */
static void print_type(answers *a, const nt_kernel *kernel, nt_dtype dtype)
{
    bool any = false;
    for (int i = 0; i < a->n_uses; i++) {
        nt_error why = {""};
        if (a->use[i].dtype != dtype)
            continue;
        const nt_tuned_offer *taken = explain(a, kernel, &a->use[i], &why);
        if (!any) {
            printf("\n%s %s\n", kernel->name, nt_dtype_name(dtype));
            print_headers(a);
            printf("\n");
        }
        any = true;
        print_use(kernel, &a->use[i], taken, &why);
    }
}

/* ---- JSON ---------------------------------------------------------------------------------------------- */

static json_t *offer_json(const nt_tuned_offer *o)
{
    json_t *json = json_pack("{s:s, s:s, s:s?, s:s?, s:b, s:b, s:s}", "from", nt_tuned_origin_name(o->origin),
                             "rank", o->rank, "machine", o->tuned ? o->tuned->machine : NULL, "file",
                             o->tuned ? o->tuned->file : NULL, "taken", o->taken, "usable", o->usable, "why",
                             o->why.text);
    if (json && o->row)
        json_object_set_new(json, "row",
                            json_pack("{s:s, s:s, s:s, s:I}", "case", o->row->case_name, "class",
                                      o->row->shape_class, "steps", o->row->steps, "upto_nx",
                                      (json_int_t)o->row->upto));
    return json;
}

static json_t *use_json(answers *a, const nt_kernel *kernel, const row_plan *use)
{
    char config[NT_CONFIG_TEXT];
    nt_error why = {""};
    const nt_tuned_offer *taken = explain(a, kernel, use, &why);
    json_t *headers = json_array();
    config_text(kernel, taken, config);
    for (int i = 0; i < a->n_offers; i++)
        json_array_append_new(headers, offer_json(&a->offer[i]));
    return json_pack("{s:s, s:s, s:s, s:s, s:[I,I,I], s:I, s:s, s:s?, s:o}", "kernel", kernel->name, "case",
                     use->kernel_case->name, "dtype", nt_dtype_name(use->dtype), "class",
                     nt_class_name(use->shape_class), "shape", (json_int_t)use->shape[0],
                     (json_int_t)use->shape[1], (json_int_t)use->shape[2], "steps", (json_int_t)use->steps,
                     "why", why_of(taken, &why), "config", taken && taken->row ? config : NULL, "headers",
                     headers);
}

/* ---- All kernels ---------------------------------------------------------------------------------------- */

static int check(const dispatch_ask *ask, const kernel_list *kernels)
{
    bool any = !ask->kernel_case;
    for (int i = 0; i < kernels->n && ask->kernel_case; i++)
        any |= kernels->at[i]->cases && nt_kernel_case(kernels->at[i], ask->kernel_case);
    return any ? EXIT_OK
               : refuse(EXIT_USAGE,
                        "--case %.32s: no kernel asked for has it; `autotune list` shows the cases",
                        ask->kernel_case);
}

/* Calls one of both for each kernel: prints its tables, or appends to the array. */
static int for_each(const dispatch_ask *ask, json_t *array)
{
    static answers a; /* too large for the stack */
    static kernel_list kernels;
    kernels = ask->kernels;
    for (int i = 0; ask->kernels.n == 0 && i < nt_kernel_count(); i++)
        if (nt_kernel_at(i)->role == NT_ROLE_WORK)
            kernel_list_add(&kernels, nt_kernel_at(i));
    int code = check(ask, &kernels), n = 0;
    nt_machine_detect(&a.here);
    if (ask->threads > 0)
        a.here.threads_allowed = (int)ask->threads;
    for (int k = 0; k < kernels.n && code == EXIT_OK; k++) {
        if (ask->kernel_case && !(kernels.at[k]->cases && nt_kernel_case(kernels.at[k], ask->kernel_case)))
            continue;
        const int before = n;
        n += list_uses(ask, kernels.at[k], &a);
        if (!array && n > 0 && before == 0) {
            printf("This machine: ");
            report_machine(stdout, &a.here);
        }
        for (int d = NT_N_DTYPES - 1; d >= 0 && !array; d--)
            print_type(&a, kernels.at[k], (nt_dtype)d);
        for (int i = 0; i < a.n_uses && array; i++)
            json_array_append_new(array, use_json(&a, kernels.at[k], &a.use[i]));
    }
    free(a.offer);
    a = (answers){.offer = NULL};
    return code != EXIT_OK || n > 0 ? code
                                    : refuse(EXIT_FAILED, "no kernel asked for has functions of this type");
}

int dispatch_print(const dispatch_ask *ask)
{
    const int code = for_each(ask, NULL);
    return code == EXIT_OK ? finish_stdout() : code;
}

int dispatch_json(const dispatch_ask *ask)
{
    char id[NT_MACHINE_ID];
    nt_machine here;
    nt_machine_detect(&here);
    nt_machine_id(&here, id, sizeof id);
    json_t *array = json_array();
    const int code = for_each(ask, array);
    if (code == EXIT_OK)
        return print_json(json_pack("{s:s, s:o}", "machine", id, "dispatch", array));
    json_decref(array);
    return code;
}
