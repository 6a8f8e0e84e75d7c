/*
 * dtype.c - the element types of grids
 * SPDX-License-Identifier: MIT
 */
#include "nestune/dtype.h"

size_t nt_dtype_bytes(nt_dtype dtype)
{
    return dtype == NT_F32 ? sizeof(float) : dtype == NT_F64 ? sizeof(double) : 0;
}

const char *nt_dtype_name(nt_dtype dtype)
{
    return dtype == NT_F32 ? "f32" : dtype == NT_F64 ? "f64" : "?";
}
