/*
 * fuzz_npy.c - libFuzzer's harness for the readers of .npy headers and of raw shapes
 * SPDX-License-Identifier: MIT
 *
 * It is no part of the build.  From the source tree, with clang:
 *
 *     clang -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all -Iinclude -Iautotune
 *         -o fuzz_npy tests/fuzz/fuzz_npy.c autotune/pipeline/npy.c autotune/pipeline/array_form.c
 *         kernels/core/dtype.c
 *     ./fuzz_npy -runs=10000000 -max_len=400 -dict=tests/fuzz/npy.dict CORPUS_DIR
 *
 * An even first byte makes the rest a file, an odd one a shape.  What is accepted must be written and read
 * again with the same meaning.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pipeline/npy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void require(int holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "fuzz_npy: %s\n", what);
    abort();
}

static void write_and_read(array_form form)
{
    char text[NPY_ROOM];
    array_form again;
    nt_error why;
    const size_t n = npy_format(&form, text);
    require(n <= NPY_ROOM && n % 64 == 0, "a header of another size");
    require(npy_parse(text, n, &again, &why) == NT_OK, "a header that was written is refused");
    require(again.dtype == form.dtype && again.n_dims == form.n_dims && again.offset == form.offset,
            "another form");
    require(memcmp(again.shape, form.shape, (size_t)form.n_dims * sizeof *form.shape) == 0, "another shape");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    array_form form = {.dtype = NT_F64};
    nt_error why = {""};
    nt_status status;
    if (n == 0)
        return 0;
    if (data[0] % 2) {
        char *text = malloc(n);
        memcpy(text, data + 1, n - 1);
        text[n - 1] = '\0';
        status = array_form_parse_shape(text, &form, &why);
        free(text);
    } else {
        status = npy_parse(data + 1, n - 1, &form, &why);
    }
    if (status == NT_OK)
        write_and_read(form);
    else
        require(why.text[0] != '\0', "refused without a reason");
    return 0;
}
