/*
 * fuzz_npy.c - the readers of .npy headers and of raw shapes
 * SPDX-License-Identifier: MIT
 *
 * An even first byte makes the rest a file, an odd one a shape.  What is accepted must be written and read
 * again with the same meaning.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "pipeline/npy.h"

enum { SHAPE = 1 };

static void seeds(fuzz_take_fn *take, void *context)
{
    static const array_form forms[] = {
        {.dtype = NT_F64, .n_dims = 2, .shape = {3, 4}},
        {.dtype = NT_F32, .n_dims = 1, .shape = {5}},
    };
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        char seed[1 + NPY_ROOM] = {0};
        array_form form = forms[i];
        take(context, seed, 1 + npy_format(&form, seed + 1));
    }
    fuzz_take_text(take, context, SHAPE, "100x10000x16");
}

static void words(fuzz_take_fn *take, void *context)
{
    static const char *const list[] = {"\x93NUMPY\x01",
                                       "\x93NUMPY\x02",
                                       "{'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }",
                                       "'descr': '<f4', ",
                                       "'fortran_order': False, ",
                                       "'shape': (5,), ",
                                       "True",
                                       "9223372036854775807",
                                       "x",
                                       NULL};
    fuzz_take_words(take, context, list);
}

static void write_and_read(array_form form)
{
    char text[NPY_ROOM];
    array_form again;
    nt_error why;
    const size_t n = npy_format(&form, text);
    fuzz_require(n <= NPY_ROOM && n % 64 == 0, "a header of another size");
    fuzz_require(npy_parse(text, n, &again, &why) == NT_OK, "a header that was written is refused");
    fuzz_require(again.dtype == form.dtype && again.n_dims == form.n_dims && again.offset == form.offset,
                 "another form");
    fuzz_require(memcmp(again.shape, form.shape, (size_t)form.n_dims * sizeof *form.shape) == 0, "another shape");
}

static void run(const uint8_t *data, size_t n)
{
    array_form form = {.dtype = NT_F64};
    nt_error why = {""};
    if (n == 0)
        return;
    char *text = fuzz_text(data + 1, n - 1);
    const nt_status status = data[0] & SHAPE ? array_form_parse_shape(text, &form, &why)
                                             : npy_parse(data + 1, n - 1, &form, &why);
    free(text);
    if (status == NT_OK)
        write_and_read(form);
    else
        fuzz_require(why.text[0] != '\0', "refused without a reason"); /* who prints it makes it printable */
}

const fuzz_target fuzz_npy = {"npy", seeds, words, run};
