/*
 * support.h - what the tests share: random numbers, guarded memory, views, scenes, tests made at run time
 * SPDX-License-Identifier: MIT
 *
 * A scene is a problem in test memory: every operand lies between two guard pages (guarded_make()), and all
 * bytes that are not cells hold a pattern that is looked at after each run.
 */
#ifndef TESTS_SUPPORT_H
#define TESTS_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "nestune/author.h"
#include "nestune/nestune.h"
#include "nestune/tools.h"
#include "problem.h"
#include "view.h"

#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__
#define TEST_SANITIZED 1
#elif defined __has_feature
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define TEST_SANITIZED 1
#endif
#endif
#ifndef TEST_SANITIZED
#define TEST_SANITIZED 0
#endif

/* Does an emulator run this program?  It is ten to thirty times slower.  A cross compiled program is always emulated, a program for
 * this machine if NT_TEST_EMULATED is in the environment (tests/CMakeLists.txt). */
bool test_emulated(void);

/* NT_TEST_THIN=N in the environment: a sample is enough (test_sampled()), on an emulator or with another compiler.  Then tests_run() runs N at most
 * of the tests that were added, scattered over them and in their order, and test_trials() returns a twentieth of n, at least 2 of 2 and
 * more.  Tests in cmocka's own arrays all run. */
bool test_sampled(void);
int test_trials(int n);

/* ---- Random numbers ------------------------------------------------------------------------- */

typedef struct rng {
    uint64_t state;
} rng;

/* One stream of the seed, which is printed; NESTUNE_TEST_SEED in the environment sets it. */
rng rng_make(uint64_t stream);
uint64_t rng_next(rng *r);
int64_t rng_below(rng *r, int64_t n); /* 0 .. n-1 */
double rng_unit(rng *r);              /* [0, 1) */
int rng_pick(rng *r, const int *list, int n);

/* ---- Memory between guard pages ------------------------------------------------------------- */

enum { CANARY = 0xa5 };

typedef struct guarded {
    char *pages; /* between the guards, all canaries at first */
    size_t n_bytes;
    void *map;
    size_t map_bytes;
} guarded;

/* Whole pages for at least so many bytes.  Fails the test when there is no memory. */
guarded guarded_make(size_t bytes);
void guarded_free(guarded *g);

/* ---- Views ---------------------------------------------------------------------------------- */

/* Where cells lie in memory. */
typedef struct layout {
    const char *name;
    int sx;         /* stride in x, where x is the fastest axis; negative: all axes run backwards */
    int row_gap;    /* elements between rows */
    int plane_gap;  /* elements between planes */
    bool low;       /* the first cell at the start of a page; else the last cell at the end of one */
    int lead, skew; /* elements from that page's edge, of the first operand, and more for each further one */
    bool z_fastest;
} layout;

extern const layout layouts[];
extern const int n_layouts;

/* Can a kernel of this radius take it? */
bool layout_suits(const layout *l, int radius);

/* One operand.  `before` is all of the memory as it was at operand_snapshot(). */
typedef struct operand {
    nt_grid *grid;
    int kept; /* cells of the halo that the engine keeps: they may change where cells may */
    guarded memory;
    char *before;
} operand;

void operand_make(operand *f, nt_dtype dtype, const int64_t n[3], int halo, const layout *l, int which);
void operand_snapshot(operand *f);
void operand_check(const operand *f, bool cells_may_change, const char *what);
void operand_free(operand *f);

double cell_get(const nt_grid *g, int64_t x, int64_t y, int64_t z);
void cell_set(const nt_grid *g, int64_t x, int64_t y, int64_t z, double value);

/* Bits of a cell; all NaNs give the same. */
uint64_t cell_bits(const nt_grid *g, int64_t x, int64_t y, int64_t z);

/* Fails the test at the first cell whose bits differ, naming it and `what`. */
void assert_same_bits(const nt_grid *a, const nt_grid *b, const char *what);

/* ---- Scenes --------------------------------------------------------------------------------- */

typedef struct scene {
    const nt_kernel *kernel;
    const void *params;
    nt_dtype dtype;
    bool separate; /* with a result grid of its own */
    operand level[NT_MAX_LEVELS], coef[NT_MAX_COEFS], result;
    nt_view views[NT_MAX_COEFS]; /* of scene_step() */
    nt_config blank;             /* likewise */
} scene;

enum { SCENE_SEED = 17 };

/* Inputs by the kernel's fill function; zeros in the halo, ghosts too.  params NULL: the kernel's own. */
void scene_make(scene *s, const nt_kernel *kernel, const void *params, nt_dtype dtype, const int64_t n[3],
                const layout *l, bool separate);
void scene_fill(scene *s);
void scene_free(scene *s);

/* Sets the ghosts of level 0 as the engine does before the first step of a run. */
void scene_ghosts(scene *s);

test_problem scene_problem(scene *s, int64_t steps);

/* Snapshot, plan, run, check all canaries, inputs included; the grid that holds the newest level. */
const nt_grid *scene_run(scene *s, const nt_config *config, int64_t steps, const char *what);

/* The operands of the first step, for a call of a tile function itself.  Unit stride in x only. */
nt_step scene_step(scene *s);

/* ---- What is tested ------------------------------------------------------------------------- */

/* A prebuilt tile function of a field that this CPU runs, with the parameters of one of the kernel's cases.
 * */
typedef struct prebuilt {
    const nt_kernel *kernel;
    const nt_function *function;
    const nt_case *kernel_case;
    const void *params; /* of the case; NULL: the kernel's own */
    int which;          /* of the cases */
    nt_isa isa;
    int variant;
    char name[64];
} prebuilt;

/* All of them, from the registry; *n is how many. */
const prebuilt *prebuilts(int *n);

/* The same arithmetic: kernel, case, variant and dtype.  Isa and form may differ. */
bool prebuilts_alike(const prebuilt *a, const prebuilt *b);

int prebuilt_radius(const prebuilt *s);

/* Axes that have cells get radius - 1 more, for one cell is too few for a kernel that reads many.  False
 * where the kernel refuses even that. */
bool prebuilt_shape(const prebuilt *s, const int64_t shape[3], int64_t n[3]);

void prebuilt_scene(scene *on, const prebuilt *s, const int64_t n[3], const layout *l, bool separate);

/* Serial, untiled, one thread, depth 1. */
nt_config prebuilt_config(const prebuilt *s);

/* Field by field: padding does not count. */
bool config_equal(const nt_config *a, const nt_config *b);

const char *config_text(const nt_kernel *kernel, const nt_config *config); /* good until the next call */

/* ---- Errors --------------------------------------------------------------------------------- */

/* The status, and a text of one line without a full stop that holds `part`. */
void assert_refused(nt_status got, nt_status expected, const nt_error *why, const char *part);

/* ---- Tests made at run time ----------------------------------------------------------------- */

/* First in main(): starts the program again with threads that sleep at barriers, once.  Teams are larger than
 * the machine here, and spinning threads take the CPU from the ones they wait for: 22 s instead of 0.5. */
void tests_begin(char **argv);

/* Characters of the name that are awkward elsewhere become '_'. */
__attribute__((format(printf, 3, 4))) void tests_add(CMUnitTestFunction run, const void *state,
                                                     const char *name, ...);

/* Runs what was added; the number of failures. */
int tests_run(const char *group);

#endif /* TESTS_SUPPORT_H */
