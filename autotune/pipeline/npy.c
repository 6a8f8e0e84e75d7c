/*
 * npy.c - the header of numpy's .npy files
 * SPDX-License-Identifier: MIT
 */
#include "pipeline/npy.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "pipeline/refusal.h"

static const char magic[] = "\x93NUMPY";
enum { MAGIC = sizeof magic - 1, ALIGNMENT = 64 };

static const struct type {
    const char *descr;
    nt_dtype dtype;
} types[] = {{"<f4", NT_F32}, {"<f8", NT_F64}};
enum { N_TYPES = sizeof types / sizeof *types };

/* ---- The dictionary --------------------------------------------------------------------------- */

/* What is left of the header. */
typedef struct cursor {
    const char *at, *end;
} cursor;

static void skip_blanks(cursor *c)
{
    while (c->at < c->end && (*c->at == ' ' || *c->at == '\t' || *c->at == '\n' || *c->at == '\r'))
        c->at++;
}

/* Takes a text, with blanks in front of it, if it comes next. */
static bool take(cursor *c, const char *text)
{
    const size_t n = strlen(text);
    skip_blanks(c);
    if ((size_t)(c->end - c->at) < n || memcmp(c->at, text, n) != 0)
        return false;
    c->at += n;
    return true;
}

/* Takes a text in quotes.  Backslashes have no meaning: no allowed text has one. */
static bool take_quoted(cursor *c, const char **text, int *n)
{
    const char quote = take(c, "'") ? '\'' : take(c, "\"") ? '"' : '\0';
    const char *end = quote ? memchr(c->at, quote, (size_t)(c->end - c->at)) : NULL;
    if (!end)
        return false;
    *text = c->at;
    *n = (int)(end - c->at);
    c->at = end + 1;
    return true;
}

static bool is_text(const char *text, int n, const char *word)
{
    return strlen(word) == (size_t)n && memcmp(text, word, (size_t)n) == 0;
}

static nt_status malformed(const char *what, nt_error *why)
{
    return refusal(NT_EIO, why, "malformed .npy header: %s", what);
}

static nt_status take_descr(cursor *c, array_form *form, nt_error *why)
{
    static const char allowed[] = "allowed are '<f4' and '<f8'";
    const char *text;
    int n;
    if (!take_quoted(c, &text, &n))
        return refusal(NT_EDTYPE, why, "the type of cells is not a simple one: %s", allowed);
    for (int i = 0; i < N_TYPES; i++)
        if (is_text(text, n, types[i].descr)) {
            form->dtype = types[i].dtype;
            return NT_OK;
        }
    return refusal(NT_EDTYPE, why, "%s '%.*s': %s",
                   n > 0 && *text == '>' ? "big-endian cells of type" : "cells of type", n < 20 ? n : 20,
                   text, allowed);
}

static nt_status take_order(cursor *c, array_form *form, nt_error *why)
{
    (void)form;
    if (take(c, "False"))
        return NT_OK;
    return take(c, "True") ? refusal(NT_ESHAPE, why, "Fortran order: only C order is allowed")
                           : malformed("fortran_order is neither True nor False", why);
}

/* The length of an axis.  Python 2 wrote an L behind long ones. */
static nt_status take_axis(cursor *c, int64_t *n, nt_error *why)
{
    const char *first = (skip_blanks(c), c->at);
    *n = 0;
    for (; c->at < c->end && *c->at >= '0' && *c->at <= '9'; c->at++)
        if (__builtin_mul_overflow(*n, 10, n) || __builtin_add_overflow(*n, *c->at - '0', n))
            return refusal(NT_ESHAPE, why, "the shape has more bytes than a file can have");
    if (c->at == first)
        return malformed("an axis of the shape is not a whole number", why);
    if (c->at < c->end && *c->at == 'L')
        c->at++;
    return NT_OK;
}

/* "(3, 4)", "(3,)" or "()". */
static nt_status take_shape(cursor *c, array_form *form, nt_error *why)
{
    bool comma = true;
    if (!take(c, "("))
        return malformed("the shape is not a tuple", why);
    form->n_dims = 0;
    while (!take(c, ")")) {
        int64_t n;
        if (!comma)
            return malformed("a comma is missing in the shape", why);
        const nt_status status = take_axis(c, &n, why);
        if (status != NT_OK)
            return status;
        if (form->n_dims == ARRAY_MAX_DIMS)
            return refusal(NT_ESHAPE, why, "more than %d dimensions", ARRAY_MAX_DIMS);
        form->shape[form->n_dims++] = n;
        comma = take(c, ",");
    }
    if (form->n_dims == 1 && !comma)
        return malformed("the shape is not a tuple", why);
    return form->n_dims ? NT_OK
                        : refusal(NT_ESHAPE, why, "0 dimensions: allowed are 1 to %d", ARRAY_MAX_DIMS);
}

static const struct entry {
    const char *name;
    nt_status (*take)(cursor *c, array_form *form, nt_error *why);
} entries[] = {{"descr", take_descr}, {"fortran_order", take_order}, {"shape", take_shape}};
enum { N_ENTRIES = sizeof entries / sizeof *entries, ALL_ENTRIES = (1 << N_ENTRIES) - 1 };

static nt_status take_entry(cursor *c, array_form *form, unsigned *seen, nt_error *why)
{
    const char *name;
    int n;
    if (!take_quoted(c, &name, &n) || !take(c, ":"))
        return malformed("no dictionary of names and values", why);
    for (int i = 0; i < N_ENTRIES; i++)
        if (is_text(name, n, entries[i].name)) {
            if (*seen & 1u << i)
                return refusal(NT_EIO, why, "malformed .npy header: %s stands twice", entries[i].name);
            *seen |= 1u << i;
            return entries[i].take(c, form, why);
        }
    return refusal(NT_EIO, why, "malformed .npy header: unknown entry %.*s", n < 20 ? n : 20, name);
}

static nt_status parse_dictionary(cursor c, array_form *form, nt_error *why)
{
    unsigned seen = 0;
    bool comma = true;
    if (!take(&c, "{"))
        return malformed("no dictionary", why);
    while (!take(&c, "}")) {
        if (!comma)
            return malformed("a comma or the closing brace is missing", why);
        const nt_status status = take_entry(&c, form, &seen, why);
        if (status != NT_OK)
            return status;
        comma = take(&c, ",");
    }
    skip_blanks(&c);
    if (c.at != c.end)
        return malformed("something follows the dictionary", why);
    return seen == ALL_ENTRIES ? NT_OK : malformed("descr, fortran_order or shape is missing", why);
}

/* ---- The file --------------------------------------------------------------------------------- */

nt_status npy_parse(const void *bytes, size_t n, array_form *form, nt_error *why)
{
    const unsigned char *b = bytes;
    if (n < MAGIC + 2 || memcmp(b, magic, MAGIC) != 0)
        return refusal(NT_EIO, why, "not a .npy file");
    const int major = b[MAGIC], minor = b[MAGIC + 1];
    if ((major != 1 && major != 2) || minor != 0)
        return refusal(NT_EIO, why, "version %d.%d of .npy: allowed are 1.0 and 2.0", major, minor);
    const size_t preamble = major == 1 ? 10 : NPY_PREAMBLE;
    size_t length = 0;
    for (size_t i = preamble; n >= preamble && i > MAGIC + 2; i--)
        length = length << 8 | b[i - 1];
    if (length > NPY_LONGEST - NPY_PREAMBLE)
        return refusal(NT_EIO, why, "a .npy header of %zu bytes: allowed are at most %d", length,
                       NPY_LONGEST - NPY_PREAMBLE);
    if (n < preamble || n - preamble < length)
        return refusal(NT_EIO, why, "the .npy header is longer than the file");
    array_form read = {.offset = (int64_t)(preamble + length)};
    const cursor header = {(const char *)b + preamble, (const char *)b + preamble + length};
    nt_status status = parse_dictionary(header, &read, why);
    if (status == NT_OK)
        status = array_form_check(&read, why);
    if (status == NT_OK)
        *form = read;
    return status;
}

size_t npy_format(array_form *form, char text[NPY_ROOM])
{
    const char *descr = "";
    for (int i = 0; i < N_TYPES; i++)
        if (types[i].dtype == form->dtype)
            descr = types[i].descr;
    memcpy(text, magic, MAGIC);
    size_t n = MAGIC + 4;
    n +=
        (size_t)snprintf(text + n, NPY_ROOM - n, "{'descr': '%s', 'fortran_order': False, 'shape': (", descr);
    for (int i = 0; i < form->n_dims; i++)
        n += (size_t)snprintf(text + n, NPY_ROOM - n, i ? ", %lld" : "%lld", (long long)form->shape[i]);
    n += (size_t)snprintf(text + n, NPY_ROOM - n, form->n_dims == 1 ? ",), }" : "), }");
    const size_t whole = (n + 1 + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT, length = whole - MAGIC - 4;
    memset(text + n, ' ', whole - n - 1);
    text[whole - 1] = '\n';
    memcpy(text + MAGIC, (const char[]){1, 0, (char)(length & 0xff), (char)(length >> 8)}, 4);
    form->offset = (int64_t)whole;
    return whole;
}
