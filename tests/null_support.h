/*
 * null_support.h - calls that are refused with a line, or taken, with and without an address for the line
 * SPDX-License-Identifier: MIT
 */
#ifndef TESTS_NULL_SUPPORT_H
#define TESTS_NULL_SUPPORT_H

#include <limits.h>

#include "support.h"

/* `call` names `why`: the status and the line, and then the same status without an address for the line. */
#define REFUSED(status, part, call)                \
    do {                                           \
        nt_error line = {""}, *why = &line;        \
        assert_refused(call, status, &line, part); \
        why = NULL;                                \
        assert_int_equal(call, status);            \
    } while (0)

#define TAKEN(call)                               \
    do {                                          \
        nt_error line = {""}, *why = &line;       \
        if ((call) != NT_OK)                      \
            fail_msg("%s: %s", #call, line.text); \
        why = NULL;                               \
        assert_int_equal(call, NT_OK);            \
    } while (0)

/* No enumerator, and no size. */
static const int odd[] = {-1, INT_MIN, 99, INT_MAX};
enum { N_ODD = sizeof odd / sizeof *odd };
#define EACH_ODD(i) (int i = 0; i < N_ODD; i++)

static const int64_t eight[3] = {8, 8, 8};

/* Eight cells a side, all zeros. */
static inline nt_grid *grid_of_eight(void)
{
    nt_grid *g;
    assert_int_equal(nt_grid_create(&g, NT_F64, eight, 0, NULL, NULL), NT_OK);
    return g;
}

#endif /* TESTS_NULL_SUPPORT_H */
