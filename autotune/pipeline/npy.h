/*
 * npy.h - the header of numpy's .npy files
 * SPDX-License-Identifier: MIT
 *
 * A file is: the magic bytes, the version (two bytes), the header's length (two bytes in version 1.0, four in
 * 2.0, little endian), the header, the cells.  The header is a dictionary in Python's notation:
 *
 *     {'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }
 *
 * followed by blanks and a newline, so that the cells begin at a multiple of 64 bytes.
 *
 * Source: numpy.lib.format of the numpy manual.
 */
#ifndef AUTOTUNE_NPY_H
#define AUTOTUNE_NPY_H

#include <stddef.h>
#include <stdint.h>

#include "pipeline/array_form.h"

enum {
    NPY_PREAMBLE = 12,                   /* bytes in front of the longer of the two kinds of header */
    NPY_LONGEST = NPY_PREAMBLE + 0xffff, /* preamble and header that npy_parse() accepts */
    NPY_ROOM = 256                       /* of what npy_format() writes */
};

/*
 * npy_parse() - reads a header.
 *
 * Shape:   bytes: the first n bytes of the file, all of it or at least NPY_LONGEST.
 * Errors:  NT_EIO (no .npy file, malformed, header longer than the file), NT_EDTYPE (other than '<f4' and
 *          '<f8'), NT_ESHAPE (Fortran order, dimensions, size).  *why has the wrong value; *form is unchanged.
 * Threads: safe.
 */
nt_status npy_parse(const void *bytes, size_t n, array_form *form, nt_error *why);

/* npy_format() - writes preamble and header of version 1.0 for a form that has been checked, and sets its
 * offset.  Returns the number of bytes, which is that offset: a multiple of 64. */
size_t npy_format(array_form *form, char text[NPY_ROOM]);

#endif /* AUTOTUNE_NPY_H */
