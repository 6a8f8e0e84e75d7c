/*
 * json_file.c - JSON files under a CRC: a damaged one, or one that was edited by hand, is refused
 * SPDX-License-Identifier: MIT
 */
#include "store/json_file.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nestune/crc32.h"
#include "os/file.h"
#include "os/text.h"

nt_status json_file_bad(nt_error *why, const char *path, const char *format, ...)
{
    char what[180];
    va_list list;
    va_start(list, format);
    vsnprintf(what, sizeof what, format, list);
    va_end(list);
    snprintf(why->text, sizeof why->text, "%.*s: %s", (int)(sizeof why->text - 3 - strlen(what)), path, what);
    text_make_printable(why->text);
    return NT_ESTALE;
}

nt_status json_file_read(json_t **root, const char *path, size_t most, nt_error *why)
{
    json_error_t error;
    char *text;
    size_t n;
    const nt_status status = file_read(path, most, &text, &n, why);
    *root = NULL;
    if (status != NT_OK)
        return status;
    *root = json_loadb(text, n, JSON_REJECT_DUPLICATES, &error);
    free(text);
    return *root ? NT_OK : json_file_bad(why, path, "line %d: %.80s", error.line, error.text);
}

json_t *json_file_read_back(json_t *root)
{
    char *text = root ? json_dumps(root, JSON_REAL_PRECISION(6)) : NULL;
    json_t *back = text ? json_loads(text, 0, NULL) : NULL;
    free(text);
    json_decref(root);
    return back;
}

/* Of everything but the CRC itself, in one form whatever the order and spacing in the file. */
static uint32_t crc_of(json_t *root)
{
    json_t *rest = json_copy(root);
    json_object_del(rest, "crc");
    char *text = json_dumps(rest, JSON_COMPACT | JSON_SORT_KEYS | JSON_REAL_PRECISION(17));
    const uint32_t crc = text ? nt_crc32(0, text, strlen(text)) : 0;
    free(text);
    json_decref(rest);
    return crc;
}

bool json_file_is_whole(json_t *root)
{
    const char *there = json_string_value(json_object_get(root, "crc"));
    char here[16];
    snprintf(here, sizeof here, "%08x", crc_of(root));
    return there && strcmp(there, here) == 0;
}

void json_file_sign(json_t *root)
{
    char crc[16];
    snprintf(crc, sizeof crc, "%08x", crc_of(root));
    json_object_set_new(root, "crc", json_string(crc));
}
