/*
 * report_fixture.h - results whose every free text is hostile, with a journal, as findings
 * SPDX-License-Identifier: MIT
 */
#ifndef TESTS_REPORT_FIXTURE_H
#define TESTS_REPORT_FIXTURE_H

#include "measure/trial_json.h"
#include "program.h"
#include "result_support.h"
#include "scratch.h"
#include "store/findings.h"
#include "store/journal.h"
#include "store/result_json.h"

/* What ends a script, a tag, an attribute, a field of CSV, a cell of Markdown. */
#define HOSTILE "</script><img src=x>\"'&,|`"

typedef struct hostile {
    scratch s;
    char folder[160]; /* its name is hostile, too */
    char json[200];
    findings f;
} hostile;

static inline void append_trial(journal *j, const trial_ask *ask, const trial_answer *answer)
{
    nt_error why;
    json_t *record = trial_to_json(ask, answer);
    assert_non_null(record);
    assert_int_equal(journal_append(j, record, &why), NT_OK);
    json_decref(record);
}

/* Times that a search could have: each config twice, one in ten fails. */
static inline void write_journal(const result *r, const nt_kernel *kernel, const char *path, int n_trials)
{
    journal *j;
    nt_error why;
    json_t *header = json_pack("{s:[i,i], s:i, s:s}", "threads", 1, 8, "seed", 7, "compiler", HOSTILE);
    if (journal_open_new(&j, path, header, &why) != NT_OK)
        fail_msg("%s", why.text);
    json_decref(header);
    for (int i = 0; i < n_trials; i++) {
        const result_row *row = &r->row[i % r->n_rows];
        if (row->kernel != kernel)
            continue;
        trial_ask ask = {.kernel = kernel,
                         .kernel_case = row->kernel_case,
                         .dtype = row->dtype,
                         .shape = {row->shape[0], row->shape[1], row->shape[2]},
                         .steps = row->steps,
                         .config = row->default_config,
                         .reps = 3};
        trial_answer answer = {.n = 3, .wall_s = 0.01, .timed_s = 0.005};
        ask.config.tile[1] = 1 << i / 8 % 6;
        ask.config.tile[2] = i / 48 % 40;
        for (int k = 0; k < 3; k++)
            answer.seconds[k] = 1e-9 * trial_cells(&ask) * (0.1 + 0.01 * (i / 8 % 7) + 0.001 * k);
        if (i % 10 == 9) {
            answer.outcome = TRIAL_CRASH;
            answer.n = 0;
            snprintf(answer.detail, sizeof answer.detail, "%s", HOSTILE);
        }
        append_trial(j, &ask, &answer);
    }
    assert_int_equal(journal_close(j, &why), NT_OK);
}

static inline hostile hostile_make(int n_trials)
{
    hostile h = {.s = scratch_make()};
    const nt_kernel *kernel = nt_kernel_find("mathop");
    nt_error why;
    char journal_path[220];
    result *r = made_up_result();
    snprintf(r->machine.model, sizeof r->machine.model, "%s", HOSTILE);
    snprintf(r->not_searched, sizeof r->not_searched, "%s", HOSTILE);
    /* A slash cannot stand in a name. */
    snprintf(h.folder, sizeof h.folder, "%s/<script>alert(1)<b \"'&,|`", h.s.folder);
    assert_int_equal(mkdir(h.folder, 0755), 0);
    snprintf(h.json, sizeof h.json, "%s/mathop.json", h.folder);
    snprintf(journal_path, sizeof journal_path, "%sl", h.json);
    if (result_save(r, kernel, h.folder, &why) != NT_OK)
        fail_msg("%s", why.text);
    if (n_trials > 0)
        write_journal(r, kernel, journal_path, n_trials);
    free(r);
    if (findings_add(&h.f, h.folder, &why) != NT_OK)
        fail_msg("%s", why.text);
    return h;
}

static inline void hostile_drop(hostile *h)
{
    findings_free(&h->f);
    tree_remove(h->s.folder);
}

static inline int count_of(const char *text, const char *what)
{
    int n = 0;
    for (; (text = strstr(text, what)); text += strlen(what))
        n++;
    return n;
}

#endif /* TESTS_REPORT_FIXTURE_H */
