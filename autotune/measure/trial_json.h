/*
 * trial_json.h - a trial and its answer as one JSON record: the journal's line and the worker's message
 * SPDX-License-Identifier: MIT
 *
 *     {"type":"trial","kernel":"mathop","case":"default","dtype":"f64","shape":[100,100,100],"steps":5,"in_place":1,
 *      "config":"isa=...","reps":5,"window_s":0.1,"check":0,
 *      "class":"correct","detail":"","hash":"0123456789abcdef","seconds":[...],"wall_s":1.5}
 *
 * The tuner sends the first two lines, the ask; the worker returns the whole record.  limit_s is not part of
 * the record, because only a timeout's answer depends on it.
 */
#ifndef AUTOTUNE_TRIAL_JSON_H
#define AUTOTUNE_TRIAL_JSON_H

#include <jansson.h>

#include "measure/trial.h"

/* trial_to_json() - a new record; NULL without memory or where a number is not finite.
 * The ask's config must have passed nt_config_check(). */
json_t *trial_to_json(const trial_ask *ask, const trial_answer *answer);

/* trial_json_is() - is this record a trial at all? */
int trial_json_is(const json_t *record);

/*
 * trial_from_json() - reads a record from an untrusted source; with answer NULL, an ask alone.
 *
 * It looks up the kernel and its case, parses the config (which may be one that cannot run here), and checks
 * the range of every number.  limit_s, which is not in the record, becomes 0.
 * Errors:  NT_EARG, with what is wrong in *why; *ask and *answer are then undefined.
 */
nt_status trial_from_json(const json_t *record, trial_ask *ask, trial_answer *answer, nt_error *why);

/* trial_ask_text() - the text of an ask's record, to be freed: everything that an answer depends on.  NULL as
 * for trial_to_json(). */
char *trial_ask_text(const trial_ask *ask);

/* trial_record_text() - the text of any record, to be freed. */
char *trial_record_text(const json_t *record);

#endif /* AUTOTUNE_TRIAL_JSON_H */
