/*
 * status.h - the error codes of all public functions
 * SPDX-License-Identifier: MIT
 */
#ifndef NESTUNE_STATUS_H
#define NESTUNE_STATUS_H

#ifdef __cplusplus
extern "C" {
#endif

/* Marks what the shared library exports; everything else is hidden. */
#define NT_API __attribute__((visibility("default")))

/* Each code with its text. */
#define NT_STATUS_MAP(X)                                               \
    X(OK, "success")                                                   \
    X(ENOMEM, "out of memory")                                         \
    X(EARG, "argument missing or out of range")                        \
    X(EKERNEL, "unknown kernel")                                       \
    X(EDTYPE, "grids of another element type")                         \
    X(ESHAPE, "shape negative, too large, different or halo too thin") \
    X(ESTRIDE, "strides overlap or are not supported")                 \
    X(ECONFIG, "configuration malformed or not offered by the kernel") \
    X(EISA, "instruction set not built in or not on this CPU")         \
    X(ESTALE, "tuned result of another machine, build or version")     \
    X(EIO, "file or system information could not be read or written")

typedef enum nt_status {
#define X(code, text) NT_##code,
    NT_STATUS_MAP(X)
#undef X
        NT_N_STATUS
} nt_status;

/*
 * What exactly was wrong: one line, without a full stop or newline, that names the wrong value and what is
 * allowed.  All functions with an nt_error * accept NULL; on NT_OK they do not change it, except
 * nt_tuned_find().
 */
typedef struct nt_error {
    char text[256];
} nt_error;

/*
 * nt_status_text() - the status in words.
 *
 * Errors:  an unknown value gives "unknown status"; never NULL.
 * Threads: safe; the text is static.
 */
NT_API const char *nt_status_text(nt_status status);

#ifdef __cplusplus
}
#endif
#endif /* NESTUNE_STATUS_H */
