/*
 * config.h - how a kernel is run: the arithmetic and the schedule
 * SPDX-License-Identifier: MIT
 *
 * The schedule changes the speed and never a bit of the result.  The arithmetic (isa and variant) may change
 * a result, within the variant's error bound max_ulp.
 *
 * Errors:  unless a function says otherwise, no argument may be NULL, and the kernel is one of the registry
 *          or has passed nt_kernel_check().
 * Threads: all functions here are safe, but only one thread at a time may change a config.
 */
#ifndef NESTUNE_CONFIG_H
#define NESTUNE_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "nestune/dtype.h"
#include "nestune/isa.h"
#include "nestune/status.h"

#ifdef __cplusplus
extern "C" {
#endif

struct nt_kernel;

/* Which loop the threads share.  The notebook's four: serial: none; outer, middle, inner: the loop over tiles
 * at that place of `order`.  And flat: one list of all tiles, with contiguous dimensions fused into one.
 * A range is serial or flat. */
#define NT_PARALLEL_MAP(X) \
    X(SERIAL, "serial") X(OUTER, "outer") X(MIDDLE, "middle") X(INNER, "inner") X(FLAT, "flat")

/* The order of the loops over tiles, the outermost first.  Inside a tile the order of cells is always zyx.
 * A stencil with time blocks (depth > 1) has loops of its own instead: the threads share rows of tiles in y;
 * each row consists of blocks in x, and through each block moves a wavefront of `tile z` planes. */
#define NT_ORDER_MAP(X) X(ZYX, "zyx") X(ZXY, "zxy") X(YZX, "yzx") X(YXZ, "yxz") X(XZY, "xzy") X(XYZ, "xyz")

/* How iterations of the shared loop are given to threads, as in OpenMP.  With depth > 1 of a stencil guided is dynamic:
 * there rows of tiles wait for each other. */
#define NT_SCHEDULE_MAP(X) X(STATIC, "static") X(DYNAMIC, "dynamic") X(GUIDED, "guided")

#define X(code, text)      NT_PARALLEL_##code,
typedef enum nt_parallel { NT_PARALLEL_MAP(X) NT_N_PARALLELS } nt_parallel;
#undef X
#define X(code, text) NT_ORDER_##code,
typedef enum nt_order { NT_ORDER_MAP(X) NT_N_ORDERS } nt_order;
#undef X
#define X(code, text) NT_SCHEDULE_##code,
typedef enum nt_schedule { NT_SCHEDULE_MAP(X) NT_N_SCHEDULES } nt_schedule;
#undef X

enum { NT_MAX_THREADS = 4096, NT_MAX_DEPTH = 4096, NT_MAX_OWN_KEYS = 4, NT_CONFIG_TEXT = 256 };

/* How cells lie in memory: docs/wave.md has a picture. */
#define NT_LAYOUT_MAP(X) X(ROWS, "rows") X(BRICKS, "bricks")
typedef enum nt_layout {
#define X(code, text) NT_LAYOUT_##code,
    NT_LAYOUT_MAP(X)
#undef X
        NT_N_LAYOUTS
} nt_layout;

typedef struct nt_config {
    nt_isa isa;
    int variant; /* index into the kernel's variants */
    int fn;      /* index into the kernel's forms */
    int layout;  /* nt_layout that the tile function works on; fields only */
    nt_parallel parallel;
    nt_order order;  /* fields only */
    int64_t tile[3]; /* fields only: cells in x, y, z; 0: the whole axis; an even split of a shared axis */
    int depth;       /* fields only: time steps that a tile stays in cache */
    int64_t chunk;   /* ranges only: indices that a thread gets at a time; 0: an even split */
    int threads;
    nt_schedule schedule;
    int64_t own[NT_MAX_OWN_KEYS]; /* values of the kernel's own keys, in their order */
} nt_config;

/*
 * The keys of a config, which a search varies.  A tile has three keys.  NT_KEY_OWN + i is the kernel's i-th
 * own key.
 */
typedef enum nt_key_id {
    NT_KEY_ISA,
    NT_KEY_VARIANT,
    NT_KEY_FN,
    NT_KEY_LAYOUT,
    NT_KEY_PARALLEL,
    NT_KEY_ORDER,
    NT_KEY_TILE_X,
    NT_KEY_TILE_Y,
    NT_KEY_TILE_Z,
    NT_KEY_DEPTH,
    NT_KEY_CHUNK,
    NT_KEY_THREADS,
    NT_KEY_SCHEDULE,
    NT_KEY_OWN,
    NT_N_KEYS = NT_KEY_OWN + NT_MAX_OWN_KEYS
} nt_key_id;

/* nt_key_name() - "depth", "tile x"; NULL for a key that this kernel's configs do not have, and for a
 * NULL kernel. */
NT_API const char *nt_key_name(const struct nt_kernel *kernel, nt_key_id key);

/* nt_key_get(), nt_key_set() - one key's value as a number (a name as its index).  Errors: none; they do not
 * check the value.  For a NULL config or an unknown key nt_key_get() returns 0 and nt_key_set() sets
 * nothing. */
NT_API int64_t nt_key_get(const nt_config *config, nt_key_id key);
NT_API void nt_key_set(nt_config *config, nt_key_id key, int64_t value);

/* nt_config_differences() - the number of keys in which two configs differ; 0: they are equal.  Errors: none;
 * NULL counts as a config of zeros. */
NT_API int nt_config_differences(const nt_config *a, const nt_config *b);

/*
 * nt_config_keys() - a text for people: one line for each key of this kernel's configs, with what is allowed:
 * "parallel: serial, outer, ...".
 *
 * Shape:   writes at most n bytes, the final NUL included.
 * Errors:  none; a text that is too long is cut.  "" for a NULL kernel; nothing for a NULL text.
 */
NT_API void nt_config_keys(const struct nt_kernel *kernel, char *text, size_t n);

/*
 * nt_config_default() - the plain config, which needs no knowledge of the machine: the best isa here, the kernel's first
 * variant, all allowed threads, schedule static, the first value of each of the kernel's own keys.
 * A field: outer, zyx, no tiles, depth 1.  A range: flat, an even split.  A program: only its keys.
 *
 * Errors:  NT_EARG (kernel or config NULL), NT_EKERNEL (no function of this type and the first variant runs
 *          here).  On error *config is unchanged.
 */
NT_API nt_status nt_config_default(const struct nt_kernel *kernel, nt_dtype dtype, nt_config *config,
                                   nt_error *why);

/* nt_config_blank() - the same with the isa scalar, the kernel's first form and one thread: a start value for
 * nt_config_parse() of a complete text, on any machine.  Errors: none; a NULL kernel counts as a field without
 * keys of its own. */
NT_API nt_config nt_config_blank(const struct nt_kernel *kernel);

/*
 * nt_config_parse() - reads `isa=avx2,variant=fused,parallel=outer,tile=0x8x8,depth=4,threads=2,...`
 *
 * Keys may come in any order, each at most once.  A key that is missing keeps its value in *config.
 * Errors:  NT_ECONFIG, with the key or value and what is allowed in *why; NT_EARG: NULL.  On error *config is
 *          unchanged.
 */
NT_API nt_status nt_config_parse(const struct nt_kernel *kernel, const char *text, nt_config *config,
                                 nt_error *why);

/*
 * nt_config_format() - writes every key of the kernel's configs; nt_config_parse() of the text gives the same
 * config.
 *
 * Shape:   writes at most n bytes, the final NUL included; NT_CONFIG_TEXT bytes are always enough.
 * Errors:  none; a text that is too long is cut.  A value that nt_config_check() refuses is written as a
 *          number, which nt_config_parse() may refuse.  A NULL kernel or config gives "", a NULL text nothing.
 */
NT_API void nt_config_format(const struct nt_kernel *kernel, const nt_config *config, char *text, size_t n);

/*
 * nt_config_check() - is every key of the config in its range for this kernel?
 *
 * The config need not be able to run here, so that another machine's configs can be read, shown and compared.
 * Errors:  NT_ECONFIG, with the key, its value and what is allowed; NT_EARG: NULL.
 */
NT_API nt_status nt_config_check(const struct nt_kernel *kernel, const nt_config *config, nt_error *why);

/*
 * nt_config_runs() - can this kernel run with this config on this machine?
 *
 * Errors:  as nt_config_check(), and NT_EISA (not built in, not on this CPU or above NESTUNE_MAX_ISA),
 *          NT_ECONFIG (no prebuilt function for type, isa, variant, fn and layout).
 */
NT_API nt_status nt_config_runs(const struct nt_kernel *kernel, nt_dtype dtype, const nt_config *config,
                                nt_error *why);

/*
 * nt_config_canonical() - rewrites a config so that configs with the same effect on this shape become equal.
 * Configs that become equal have the same schedule, so one timing is enough for both.
 *
 * Shape:   cells in x, y, z; for a range the number of indices, 1, 1.  contiguous: rows and planes follow
 *          each other without gaps, so that `flat` fuses them.  A program's config stays as it is.
 * Errors:  none; a config that nt_config_check() refuses is left as it is, and nothing is done for NULL.
 */
NT_API void nt_config_canonical(const struct nt_kernel *kernel, const int64_t shape[3], int contiguous,
                                int64_t steps, nt_config *config);

/*
 * nt_config_rules() - a text for people: which of a kernel's configs mean the same, a line for each rule of
 * nt_config_canonical().
 *
 * Shape, Errors: as nt_config_keys().  "" for a program, too, all of whose configs differ.
 */
NT_API void nt_config_rules(const struct nt_kernel *kernel, char *text, size_t n);

/* nt_parallel_name(), nt_layout_name(), nt_order_name(), nt_schedule_name() - as in a config's text; NULL for any other
 * value. */
NT_API const char *nt_parallel_name(nt_parallel parallel);
NT_API const char *nt_layout_name(nt_layout layout);
NT_API const char *nt_order_name(nt_order order);
NT_API const char *nt_schedule_name(nt_schedule schedule);

#ifdef __cplusplus
}
#endif
#endif /* NESTUNE_CONFIG_H */
