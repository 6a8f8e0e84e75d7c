/*
 * result_key.c - what the figures of a result file are valid for
 * SPDX-License-Identifier: MIT
 */
#include <stdlib.h>
#include <string.h>

#include "module/description.h"
#include "os/text.h"
#include "store/json_file.h"
#include "store/result_json.h"

json_t *result_key_json(const nt_machine *m, const nt_kernel *kernel, const nt_build *build)
{
    const char *module = description_build(kernel); /* how a kernel from outside was built; else left out */
    return json_pack("{s:i, s:s, s:i, s:s, s:i, s:i, s:i, s:I, s:I, s:I, s:i, s:i, s:s, s:s, s:s, s:s, s:s*}",
                     "format", RESULT_FORMAT, "kernel", kernel->name, "kernel_version", kernel->version,
                     "vendor", m->vendor, "family", m->family, "model", m->model_id, "stepping", m->stepping,
                     "l1d_bytes", (json_int_t)m->l1d_bytes, "l2_bytes", (json_int_t)m->l2_bytes, "l3_bytes",
                     (json_int_t)m->l3_bytes, "threads_allowed", m->threads_allowed, "cores_allowed",
                     nt_machine_cores(m), "compiler", build->compiler, "flags", build->flags, "sleef",
                     build->sleef, "nestune", build->version, "module", module);
}

/* A field of the key.  Keys older than the count of cores count one core for each thread. */
static const json_t *key_field(const json_t *key, const char *name)
{
    const json_t *value = json_object_get(key, name);
    return value || strcmp(name, "cores_allowed") != 0 ? value : json_object_get(key, "threads_allowed");
}

nt_status result_key_check(const json_t *there, const nt_machine *m, const nt_kernel *kernel, const char *path,
                           nt_error *why)
{
    json_t *here = result_key_json(m, kernel, nt_build_info());
    const char *name;
    json_t *value;
    nt_status status =
        here && json_is_object(there) ? NT_OK : json_file_bad(why, path, "has no key, so it is no result");
    json_object_foreach(here, name, value)
    {
        const json_t *old = key_field(there, name);
        if (status != NT_OK || json_equal(old, value))
            continue;
        char *a = json_dumps(old, JSON_ENCODE_ANY | JSON_ENSURE_ASCII),
             *b = json_dumps(value, JSON_ENCODE_ANY);
        status = json_file_bad(why, path, "%s is %.60s, here %.60s", name, a ? a : "missing", b ? b : "?");
        free(a);
        free(b);
    }
    json_decref(here);
    return status;
}

bool result_key_build(const json_t *key, nt_build *build)
{
    const struct {
        const char *name, **to;
    } fields[] = {{"nestune", &build->version},
                  {"compiler", &build->compiler},
                  {"flags", &build->flags},
                  {"sleef", &build->sleef}};
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        *fields[i].to = json_string_value(json_object_get(key, fields[i].name));
        if (!*fields[i].to || !text_is_printable(*fields[i].to))
            return false;
    }
    return true;
}
