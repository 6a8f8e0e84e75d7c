/*
 * config.h - how a loop nest is run: the arithmetic and the schedule
 * SPDX-License-Identifier: MIT
 *
 * The schedule changes speed, never a bit.  The arithmetic (isa and variant) may change a result
 * within the variant's committed max_ulp.
 */
#ifndef NESTUNE_CONFIG_H
#define NESTUNE_CONFIG_H

#include <stddef.h>
#include <stdint.h>

#include "nestune/dtype.h"
#include "nestune/isa.h"
#include "nestune/status.h"

#ifdef __cplusplus
extern "C" {
#endif

struct nt_kernel;

/* Which loop is shared among the threads.  The notebook's four, and `flat`: all tiles in one list,
 * with contiguous dimensions fused into one. */
#define NT_PARALLEL_MAP(X) \
    X(SERIAL, "serial") X(OUTER, "outer") X(MIDDLE, "middle") X(INNER, "inner") X(FLAT, "flat")

/* The loops over tiles, from the outside; inside a tile cells always run zyx.  Temporal blocking of a kernel that
 * reads neighbours (depth > 1) has loops of its own, whatever these say: rows of tiles in y are shared among
 * the threads, in each of them blocks in x, in those a wavefront of `tile z` planes. */
#define NT_ORDER_MAP(X) X(ZYX, "zyx") X(ZXY, "zxy") X(YZX, "yzx") X(YXZ, "yxz") X(XZY, "xzy") X(XYZ, "xyz")

/* How the shared loop is dealt out. */
#define NT_SCHEDULE_MAP(X)       X(STATIC, "static") X(DYNAMIC, "dynamic")

#define NT_ENUM_ITEM(code, text) NT_##code,
typedef enum nt_parallel { NT_PARALLEL_MAP(NT_ENUM_ITEM) NT_N_PARALLELS } nt_parallel;
typedef enum nt_order { NT_ORDER_MAP(NT_ENUM_ITEM) NT_N_ORDERS } nt_order;
typedef enum nt_schedule { NT_SCHEDULE_MAP(NT_ENUM_ITEM) NT_N_SCHEDULES } nt_schedule;
#undef NT_ENUM_ITEM

enum { NT_MAX_THREADS = 4096, NT_MAX_DEPTH = 4096, NT_CONFIG_TEXT = 192 };

typedef struct nt_config {
    nt_isa isa;
    int variant; /* index into the kernel's variants */
    nt_parallel parallel;
    nt_order order;
    int64_t tile[3]; /* x, y, z in cells; 0: whole, on the shared axis an even split */
    int depth;       /* time steps a tile stays in cache */
    int threads;
    nt_schedule schedule;
    int unroll, jam; /* of the kernel's prebuilt functions: vectors and rows in flight, unless it says else */
} nt_config;

/*
 * nt_config_default() - the honest default: the best isa here, the kernel's first variant,
 * all allowed threads, outer, zyx, static, untiled, depth 1.
 *
 * Errors:  NT_EARG, NT_EKERNEL (no tile function of this dtype runs here).
 * Threads: safe.
 */
NT_API nt_status nt_config_default(const struct nt_kernel *kernel, nt_dtype dtype, nt_config *config,
                                   nt_error *why);

/*
 * nt_config_parse() - `isa=avx2,variant=fused,parallel=outer,order=zyx,tile=0x8x8,depth=4,threads=2,...`
 *
 * Keys may come in any order, each once; what is not named keeps the value that *config holds.
 * Errors:  NT_ECONFIG, with the key or value and what is allowed in *why; *config is unchanged.
 * Threads: safe.
 */
NT_API nt_status nt_config_parse(const struct nt_kernel *kernel, const char *text, nt_config *config,
                                 nt_error *why);

/*
 * nt_config_format() - the one text form, every key, parsed back to the same value.
 *
 * Shape:   text holds NT_CONFIG_TEXT bytes.
 * Errors:  none; the config must have passed nt_config_check() or come from nt_config_parse().
 */
NT_API void nt_config_format(const struct nt_kernel *kernel, const nt_config *config, char *text);

/*
 * nt_config_check() - can this kernel run so on this machine?
 *
 * Errors:  NT_ECONFIG (a value out of range, or no prebuilt tile function for isa, variant, unroll
 *          and jam), NT_EISA (not built in, not on this CPU or above NESTUNE_MAX_ISA).
 * Threads: safe.
 */
NT_API nt_status nt_config_check(const struct nt_kernel *kernel, nt_dtype dtype, const nt_config *config,
                                 nt_error *why);

/*
 * nt_config_canonical() - makes configs that mean the same on this shape equal.
 *
 * Shape:   nx, ny, nz as the grid's; contiguous says that rows and planes follow each other
 *          without gaps, so that `flat` fuses them.
 * Errors:  none; equal results mean equal schedules, so one timing serves both.
 */
NT_API void nt_config_canonical(const struct nt_kernel *kernel, const int64_t shape[3], int contiguous,
                                int64_t steps, nt_config *config);

/* Texts of the enumerations, NULL outside them. */
NT_API const char *nt_parallel_name(nt_parallel parallel);
NT_API const char *nt_order_name(nt_order order);
NT_API const char *nt_schedule_name(nt_schedule schedule);

#ifdef __cplusplus
}
#endif
#endif /* NESTUNE_CONFIG_H */
