/*
 * array_form.c - what a file of cells holds: their type, their shape, where they begin
 * SPDX-License-Identifier: MIT
 */
#include "pipeline/array_form.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "pipeline/refusal.h"

int64_t array_form_cells(const array_form *form)
{
    int64_t cells = 1;
    for (int i = 0; i < form->n_dims; i++)
        cells *= form->shape[i];
    return cells;
}

int64_t array_form_bytes(const array_form *form)
{
    return array_form_cells(form) * (int64_t)nt_dtype_bytes(form->dtype);
}

nt_status array_form_check(const array_form *form, nt_error *why)
{
    if (form->n_dims < 1 || form->n_dims > ARRAY_MAX_DIMS)
        return refusal(NT_ESHAPE, why, "%d dimensions: allowed are 1 to %d", form->n_dims, ARRAY_MAX_DIMS);
    enum { ANY_HEADER = 1 << 20 }; /* the output's may be longer than the input's */
    int64_t bytes = (int64_t)nt_dtype_bytes(form->dtype);
    /* An axis of 0 does not hide that the others are too long. */
    for (int i = 0; i < form->n_dims; i++) {
        if (form->shape[i] < 0)
            return refusal(NT_ESHAPE, why, "an axis of %lld cells: allowed are 0 or more",
                           (long long)form->shape[i]);
        if (form->shape[i] > 0 && __builtin_mul_overflow(bytes, form->shape[i], &bytes))
            return refusal(NT_ESHAPE, why, "the shape has more bytes than a file can have");
    }
    if (bytes > INT64_MAX - ANY_HEADER)
        return refusal(NT_ESHAPE, why, "the shape has more bytes than a file can have");
    return NT_OK;
}

nt_status array_form_parse_shape(const char *text, array_form *form, nt_error *why)
{
    static const char allowed[] = "allowed are one to three whole numbers from 1 on, such as 100x200x300";
    array_form read = {.dtype = form->dtype, .offset = form->offset};
    for (const char *at = text;; at++) {
        char *end;
        if (read.n_dims == ARRAY_MAX_DIMS || !isdigit((unsigned char)*at))
            return refusal(NT_ESHAPE, why, "shape %.40s: %s", text, allowed);
        const long long n =
            strtoll(at, &end, 10); /* overflow gives LLONG_MAX, which array_form_check() refuses */
        if (n < 1 || (*end && *end != 'x'))
            return refusal(NT_ESHAPE, why, "shape %.40s: %s", text, allowed);
        read.shape[read.n_dims++] = n;
        if (!*end)
            break;
        at = end;
    }
    const nt_status status = array_form_check(&read, why);
    if (status == NT_OK)
        *form = read;
    return status;
}

nt_status array_form_fit(array_form *form, int64_t file_bytes, nt_error *why)
{
    const int64_t size = (int64_t)nt_dtype_bytes(form->dtype);
    if (form->n_dims == 0) {
        const int64_t bytes = file_bytes - form->offset;
        if (bytes < 0 || bytes % size)
            return refusal(NT_ESHAPE, why, "%lld bytes are no whole number of cells of %s", (long long)bytes,
                           nt_dtype_name(form->dtype));
        form->n_dims = 1;
        form->shape[0] = bytes / size;
    }
    const int64_t due = form->offset + array_form_bytes(form);
    if (file_bytes == due)
        return NT_OK;
    return refusal(NT_ESHAPE, why, "the file is %s than its shape: it has %lld bytes, %lld are due",
                   file_bytes < due ? "shorter" : "longer", (long long)file_bytes, (long long)due);
}
