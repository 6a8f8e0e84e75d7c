/*
 * apply.h - a kernel in one call without any struct: for bindings to other languages
 * SPDX-License-Identifier: MIT
 *
 * Only numbers, texts and addresses cross here, so that Python's ctypes, Julia's ccall and the like need no
 * declaration of a struct.
 */
#ifndef NESTUNE_APPLY_H
#define NESTUNE_APPLY_H

#include <stddef.h>
#include <stdint.h>

#include "nestune/dtype.h"
#include "nestune/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * nt_apply() - so many steps of a field's kernel on the caller's arrays.
 *
 * Shape:   n: cells in x, y, z, of each array.  Arrays: the time levels, the newest first, then the coefficients, then
 *          for a kernel of one level perhaps the result.  data[i] is the address of cell (0, 0, 0) of array i, and
 *          strides[3 i] to strides[3 i + 2] are its strides in x, y, z.  halos[i] cells on each side of array i
 *          are the caller's too, at the same strides; a stencil needs as many as its radius around each level.  halos
 *          NULL: none.
 *          After s steps of a kernel of two levels the newest one is array s mod 2.
 * Units:   cells, and elements for strides.
 * Params:  "name=value,..." of the kernel, or "case=o8" for one of its cases; NULL or "": its own.  Of wave:
 *          order=2|4|6|8|12|16, dx=, dy=, dz= (lengths), faces= six letters of m (mirror) and z (zero) for low x, high x,
 *          low y and so on.
 * Config:  text as for nt_plan_options; NULL or "": as tuned.
 * Errors:  NT_EKERNEL for an unknown name; NT_EARG, NT_ECONFIG and others as nt_grid_wrap() and nt_plan_create(); *why
 *          names the value.  On error no cell has been touched.
 * Threads: as nt_plan_run().
 */
NT_API nt_status nt_apply(const char *kernel, const char *params, nt_dtype dtype, const int64_t n[3],
                          int n_arrays, void *const data[], const int64_t strides[], const int halos[],
                          int64_t steps, const char *config, nt_error *why);

/*
 * nt_apply_range() - what indices first .. end-1 of a range's kernel add up to.
 *
 * Shape:   total holds total_bytes, which must be the kernel's: nt_apply_range_bytes().
 * Params, config, errors, threads: as nt_apply().
 */
NT_API nt_status nt_apply_range(const char *kernel, const char *params, nt_dtype dtype, int64_t first,
                                int64_t end, void *total, size_t total_bytes, const char *config,
                                nt_error *why);

/* nt_apply_range_bytes() - of the total of a range's kernel; 0 for an unknown one and for a field's. */
NT_API size_t nt_apply_range_bytes(const char *kernel);

/* nt_apply_radius() - cells that a field's kernel reads on each side with these parameters; -1 for an unknown kernel or
 * malformed parameters, and for a range's. */
NT_API int nt_apply_radius(const char *kernel, const char *params);

#ifdef __cplusplus
}
#endif
#endif /* NESTUNE_APPLY_H */
