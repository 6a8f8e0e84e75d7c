/*
 * array_form.h - what a file of cells holds: their type, their shape, where they begin
 * SPDX-License-Identifier: MIT
 */
#ifndef AUTOTUNE_ARRAY_FORM_H
#define AUTOTUNE_ARRAY_FORM_H

#include <stdint.h>

#include "nestune/dtype.h"
#include "nestune/status.h"

enum { ARRAY_MAX_DIMS = 3 };

/* The cells lie one after the other, in C order: the last axis is the fastest. */
typedef struct array_form {
    nt_dtype dtype;
    int n_dims;                    /* 1 to 3; 0: of a raw file without a shape */
    int64_t shape[ARRAY_MAX_DIMS]; /* the slowest axis first */
    int64_t offset;                /* bytes in front of the first cell */
} array_form;

/* array_form_cells(), array_form_bytes() - how many cells, and their bytes.  The form has been checked. */
int64_t array_form_cells(const array_form *form);
int64_t array_form_bytes(const array_form *form);

/*
 * array_form_check() - is the number of dimensions allowed, and can a file be as large?
 *
 * Errors:  NT_ESHAPE, with the number of dimensions or the axis in *why.
 */
nt_status array_form_check(const array_form *form, nt_error *why);

/*
 * array_form_parse_shape() - reads "NZxNYxNX", "NYxNX" or "NX" into form->n_dims and form->shape.
 *
 * Errors:  NT_ESHAPE; *form is unchanged.
 */
nt_status array_form_parse_shape(const char *text, array_form *form, nt_error *why);

/*
 * array_form_fit() - does a file of so many bytes hold exactly these cells?  A form without a shape becomes
 * one row of all cells.
 *
 * Errors:  NT_ESHAPE: the file is shorter or longer; both sizes are in *why.
 */
nt_status array_form_fit(array_form *form, int64_t file_bytes, nt_error *why);

#endif /* AUTOTUNE_ARRAY_FORM_H */
