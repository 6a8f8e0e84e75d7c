/*
 * machine_json.c - who measured, as JSON and back
 * SPDX-License-Identifier: MIT
 */
#include <stdio.h>
#include <string.h>

#include "store/result_json.h"

json_t *result_machine_json(const nt_machine *m)
{
    char id[64];
    nt_machine_id(m, id, sizeof id);
    json_t *isas = json_array();
    for (int i = 0; i < NT_N_ISAS; i++)
        if (m->isas & 1u << i)
            json_array_append_new(isas, json_string(nt_isa_name((nt_isa)i)));
    return json_pack("{s:s, s:s, s:s, s:s, s:i, s:i, s:i, s:I, s:I, s:I, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:f, s:i, "
                     "s:I, s:s, s:o}",
                     "id", id, "vendor", m->vendor, "cpu", m->model, "microarchitecture", m->uarch, "family", m->family, "model",
                     m->model_id, "stepping", m->stepping, "l1d_bytes", (json_int_t)m->l1d_bytes, "l2_bytes", (json_int_t)m->l2_bytes,
                     "l3_bytes", (json_int_t)m->l3_bytes, "cores", m->n_cores, "cpus", m->n_cpus, "smt", m->smt, "numa_nodes", m->n_numa,
                     "cpus_affinity", m->cpus_affinity, "cores_affinity", m->cores_affinity, "l2_affinity", m->l2_affinity, "l3_shared_by", m->l3_shared_by, "cpus_quota",
                     m->cpus_quota, "threads_allowed", m->threads_allowed, "memory_bytes", (json_int_t)m->memory_bytes, "huge_pages",
                     m->huge_pages, "isas", isas);
}

/* A name that fits, without characters that a terminal acts on. */
static bool read_name(const json_t *json, const char *name, char *to, size_t size)
{
    const char *text = json_string_value(json_object_get(json, name));
    if (!text || strlen(text) >= size)
        return false;
    for (const char *c = text; *c; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7f)
            return false;
    strcpy(to, text);
    return true;
}

/* A name that a tuned header may have, too. */
static bool read_word(const json_t *json, const char *name, const char *capitals, char *to, size_t size)
{
    char allowed[80];
    snprintf(allowed, sizeof allowed, "abcdefghijklmnopqrstuvwxyz0123456789._-%s", capitals);
    return read_name(json, name, to, size) && *to && to[strspn(to, allowed)] == '\0';
}

static bool read_int(const json_t *json, const char *name, int most, int *to)
{
    const json_t *value = json_object_get(json, name);
    const json_int_t n = json_integer_value(value);
    *to = (int)n;
    return json_is_integer(value) && n >= 0 && n <= most;
}

static bool read_bytes(const json_t *json, const char *name, int64_t *to)
{
    const json_t *value = json_object_get(json, name);
    *to = json_integer_value(value);
    return json_is_integer(value) && *to >= 0 && *to <= INT64_C(1) << 50;
}

bool result_machine_read(const json_t *json, nt_machine *m)
{
    enum { MOST = 1 << 20 };
    *m = (nt_machine){0};
    const json_t *isas = json_object_get(json, "isas"), *isa;
    size_t i;
    json_array_foreach((json_t *)isas, i, isa) for (int k = 0; k < NT_N_ISAS; k++)
    {
        if (json_is_string(isa) && strcmp(json_string_value(isa), nt_isa_name((nt_isa)k)) == 0)
            m->isas |= 1u << k;
    }
    const json_t *quota = json_object_get(json, "cpus_quota"), *l2 = json_object_get(json, "l2_affinity"),
                 *l3 = json_object_get(json, "l3_shared_by");
    m->cpus_quota = json_number_value(quota);
    return read_word(json, "vendor", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", m->vendor, sizeof m->vendor) &&
           read_name(json, "cpu", m->model, sizeof m->model) &&
           read_word(json, "microarchitecture", "", m->uarch, sizeof m->uarch) &&
           read_name(json, "huge_pages", m->huge_pages, sizeof m->huge_pages) && read_int(json, "family", MOST, &m->family) &&
           read_int(json, "model", MOST, &m->model_id) && read_int(json, "stepping", MOST, &m->stepping) &&
           read_bytes(json, "l1d_bytes", &m->l1d_bytes) && read_bytes(json, "l2_bytes", &m->l2_bytes) &&
           read_bytes(json, "l3_bytes", &m->l3_bytes) && read_int(json, "cores", MOST, &m->n_cores) &&
           read_int(json, "cpus", MOST, &m->n_cpus) && read_int(json, "smt", MOST, &m->smt) &&
           read_int(json, "numa_nodes", MOST, &m->n_numa) && read_int(json, "cpus_affinity", MOST, &m->cpus_affinity) &&
           (!json_object_get(json, "cores_affinity") || read_int(json, "cores_affinity", MOST, &m->cores_affinity)) &&
           (!l2 || read_int(json, "l2_affinity", MOST, &m->l2_affinity)) &&
           (!l3 || read_int(json, "l3_shared_by", MOST, &m->l3_shared_by)) && json_is_number(quota) && m->cpus_quota >= 0 &&
           read_int(json, "threads_allowed", NT_MAX_THREADS, &m->threads_allowed) && m->threads_allowed > 0 &&
           read_bytes(json, "memory_bytes", &m->memory_bytes) && json_is_array(isas);
}
