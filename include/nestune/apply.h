/*
 * apply.h - a kernel in one call without any struct: for bindings to other languages
 * SPDX-License-Identifier: MIT
 *
 * All arguments are numbers, strings and addresses, so that Python's ctypes, Julia's ccall and the like need
 * no declaration of a struct.
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
 * nt_apply() - runs `steps` time steps of a field kernel on the caller's arrays.
 *
 * Shape:   n: cells of each array in x, y, z.  The order of the arrays: first the time levels, the newest
 *          first; then the coefficients; then, for a kernel of one level, the result, which may be left out.
 *          data[i] is the address of cell (0, 0, 0) of array i, and strides[3 i] to strides[3 i + 2] are its
 *          strides in x, y, z.  Array i has halos[i] more cells on each side, at the same strides.  A stencil
 *          needs a halo of at least its radius around each level.  halos NULL: no array has a halo.
 *          After s steps of a kernel of two levels, array s mod 2 holds the newest level.
 * Units:   cells; strides in elements.
 * Params:  "name=value,..." with the kernel's parameters, or "case=o8" for one of its cases; NULL or "": the
 *          kernel's defaults.  Parameters of wave: order=2|4|6|8|12|16; dx=, dy=, dz= (lengths); faces= six
 *          letters, m (mirror) or z (zero), for low x, high x, low y, high y, low z, high z.
 *          Parameter of primes: from= (the number that index 0 stands for).
 * Config:  text as for nt_plan_options; NULL or "": as tuned.
 * Errors:  NT_EKERNEL for an unknown name; NT_EARG for a range or a program, for params that it does not take,
 *          for NULL, and for n_arrays and steps out of range; else as nt_grid_wrap() and nt_plan_create().  *why
 *          names the value.  On error no cell has been touched.
 * Threads: as nt_plan_run().
 */
NT_API nt_status nt_apply(const char *kernel, const char *params, nt_dtype dtype, const int64_t n[3],
                          int n_arrays, void *const data[], const int64_t strides[], const int halos[],
                          int64_t steps, const char *config, nt_error *why);

/*
 * nt_apply_range() - runs a range kernel: total becomes the sum over indices first .. end-1.
 *
 * Shape:   0 <= first <= end; total has total_bytes bytes, which must equal nt_apply_range_bytes().
 * Params:  as nt_apply(), as is Config.
 * Errors:  NT_EKERNEL for an unknown name; NT_EARG for a field or a program, for params that it does not take,
 *          for indices out of range and for a total that is NULL or of another size; else as
 *          nt_plan_create_range().  On error total is unchanged.
 * Threads: as nt_plan_run().
 */
NT_API nt_status nt_apply_range(const char *kernel, const char *params, nt_dtype dtype, int64_t first,
                                int64_t end, void *total, size_t total_bytes, const char *config,
                                nt_error *why);

/* nt_apply_range_bytes() - the size of a range kernel's total.  Errors: 0 for an unknown kernel, one of
 * another kind and NULL.  Threads: safe. */
NT_API size_t nt_apply_range_bytes(const char *kernel);

/* nt_apply_radius() - how many cells on each side a field kernel reads with these parameters.  Errors: -1 for
 * an unknown kernel, one of another kind, NULL and malformed parameters.  Threads: safe. */
NT_API int nt_apply_radius(const char *kernel, const char *params);

#ifdef __cplusplus
}
#endif
#endif /* NESTUNE_APPLY_H */
