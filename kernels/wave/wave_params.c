/*
 * wave_params.c - creates a wave from a text: "order=8,dx=10,dy=10,dz=5,faces=mmmmzz"
 * SPDX-License-Identifier: MIT
 */
#define _GNU_SOURCE /* strtod_l() */
#include <errno.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "wave/wave_internal.h"
#include "why.h"

typedef struct asked {
    int order;
    double spacing[3];
    nt_boundary face[NT_N_FACES];
} asked;

static bool is(const char *name, size_t n, const char *wanted)
{
    return strlen(wanted) == n && memcmp(name, wanted, n) == 0;
}

/* Reads a number of exactly n characters.  A host may have set a locale whose decimal point is a comma. */
static bool read_number(const char *text, size_t n, double *value)
{
    char copy[40], *rest;
    const locale_t plain = n > 0 && n < sizeof copy ? newlocale(LC_ALL_MASK, "C", (locale_t)0) : (locale_t)0;
    if (!plain)
        return false;
    memcpy(copy, text, n);
    copy[n] = '\0';
    errno = 0;
    *value = strtod_l(copy, &rest, plain);
    const bool good = *rest == '\0' && errno == 0;
    freelocale(plain);
    return good;
}

static nt_status read_faces(const char *text, size_t n, asked *a, nt_error *why)
{
    for (size_t f = 0; f < n && n == NT_N_FACES; f++) {
        if (text[f] != 'm' && text[f] != 'z')
            n = 0;
        else
            a->face[f] = text[f] == 'm' ? NT_BOUNDARY_MIRROR : NT_BOUNDARY_ZERO;
    }
    if (n == NT_N_FACES)
        return NT_OK;
    return nt_refuse(NT_EARG, why, "faces=%.20s: allowed are six letters, each m (mirror) or z (zero)", text);
}

static nt_status read_item(const char *item, asked *a, nt_error *why)
{
    const size_t whole = strcspn(item, ","), name = strcspn(item, "=,");
    const char *value = item + name + 1;
    const size_t n = name < whole ? whole - name - 1 : 0;
    double number = 0;
    if (name < whole && is(item, name, "faces"))
        return read_faces(value, n, a, why);
    for (int axis = 0; axis < 3; axis++)
        if (name == 2 && item[0] == 'd' && item[1] == 'x' + axis && read_number(value, n, &a->spacing[axis]))
            return NT_OK;
    if (is(item, name, "order") && read_number(value, n, &number) && fabs(number) < 1000 &&
        number == (int)number) {
        a->order = (int)number;
        return NT_OK;
    }
    return nt_refuse(NT_EARG, why,
                     "%.*s: allowed are order=, dx=, dy=, dz= with a number, and faces= with six letters",
                     (int)(whole < 60 ? whole : 60), item);
}

nt_status nt_wave_from_text(const char *text, void **params, nt_error *why)
{
    asked a = {.order = 2, .spacing = {1, 1, 1}};
    nt_wave *wave;
    *params = NULL;
    for (const char *item = text; item; item = strchr(item, ',') ? strchr(item, ',') + 1 : NULL) {
        const nt_status status = read_item(item, &a, why);
        if (status != NT_OK)
            return status;
    }
    const nt_status status = nt_wave_create(&wave, a.order, a.spacing, why);
    if (status == NT_OK) {
        memcpy(wave->face, a.face, sizeof wave->face);
        *params = wave;
    }
    return status;
}
