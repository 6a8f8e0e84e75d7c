/*
 * dtype.c - the element types of grids
 * SPDX-License-Identifier: MIT
 */
#include "nestune/dtype.h"

#include <string.h>

size_t nt_dtype_bytes(nt_dtype dtype)
{
    return dtype == NT_F32 ? sizeof(float) : dtype == NT_F64 ? sizeof(double) : 0;
}

const char *nt_dtype_name(nt_dtype dtype)
{
    return dtype == NT_F32 ? "f32" : dtype == NT_F64 ? "f64" : "?";
}

nt_dtype nt_dtype_find(const char *name)
{
    nt_dtype d = NT_F32;
    while (d < NT_N_DTYPES && (!name || strcmp(name, nt_dtype_name(d)) != 0))
        d++;
    return d;
}
