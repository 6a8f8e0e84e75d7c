/*
 * status.c - the text of each status
 * SPDX-License-Identifier: MIT
 */
#include "nestune/status.h"

const char *nt_status_text(nt_status status)
{
    static const char *const text[NT_N_STATUS] = {
#define X(code, words) [NT_##code] = words,
        NT_STATUS_MAP(X)
#undef X
    };
    return (unsigned)status < NT_N_STATUS ? text[status] : "unknown status";
}
