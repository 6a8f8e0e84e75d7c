/*
 * tuned_fixture.h - a made-up kernel and range, and tuned headers that have rows of them
 * SPDX-License-Identifier: MIT
 */
#ifndef TESTS_TUNED_FIXTURE_H
#define TESTS_TUNED_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/tuned_internal.h"
#include "nestune/author.h"
#include "nestune/nestune.h"
#include "nestune/tools.h"
#include "scratch.h"
#include "tuned_support.h"

/* ---- A made-up kernel, machine and headers --------------------------------------------------- */

#define MISSING_ISA (nt_isa_available(NT_ISA_NEON) ? "avx2" : "neon")

static inline void no_tile(const nt_step *step, const nt_box *box)
{
    (void)step, (void)box;
}

static inline void no_range(const void *params, const nt_config *c, int64_t first, int64_t end, void *part)
{
    (void)params, (void)c, (void)first, (void)end, (void)part;
}

#define ON(isa_)                                                                         \
    {.isa = isa_, .variant = "fused", .dtype = NT_F64, .fn = "u1", .tile = no_tile},     \
        {.isa = isa_, .variant = "fused", .dtype = NT_F64, .fn = "u4", .tile = no_tile}, \
    {                                                                                    \
        .isa = isa_, .variant = "exact", .dtype = NT_F64, .fn = "u2", .tile = no_tile    \
    }
static const nt_function functions[] = {
    ON(NT_ISA_SCALAR), ON(NT_ISA_NEON), ON(NT_ISA_AVX2), ON(NT_ISA_AVX512), {0}};
static const nt_function of_range[] = {
    {.isa = NT_ISA_SCALAR, .variant = "fused", .dtype = NT_F64, .fn = "u1", .range = no_range}, {0}};
static const nt_function *const parts[] = {functions, NULL}, *const range_parts[] = {of_range, NULL};
static const nt_variant variants[] = {{.name = "fused"}, {.name = "exact"}, {.name = NULL}};
static const nt_form forms[] = {{"u1", ""}, {"u2", ""}, {"u4", ""}, {0}};
static const int one = 1, two = 2, three = 3;
static const nt_case cases[] = {{"one", &one, 1}, {"two", &two, 1}, {0}};
static inline const char *case_of(const void *params)
{
    return *(const int *)params == 1 ? "one" : *(const int *)params == 2 ? "two" : NULL;
}
static const nt_field field = {.n_levels = 1};
static const nt_range range = {.part_bytes = 8};
static const nt_kernel toy = {NT_KERNEL_HEAD,       .name = "toy",  .version = 3,       .field = &field,
                              .variants = variants, .forms = forms, .functions = parts, .cases = cases,
                              .case_of = case_of,   .params = &one};
static const nt_kernel sum = {NT_KERNEL_HEAD,          .name = "sum",        .version = 1,
                              .range = &range,         .variants = variants, .forms = forms,
                              .functions = range_parts};

static const nt_machine zen = {.vendor = "AuthenticAMD",
                               .uarch = "zen5",
                               .family = 26,
                               .model_id = 2,
                               .l1d_bytes = 49152,
                               .l2_bytes = 1048576,
                               .l3_bytes = 33554432,
                               .threads_allowed = 2};

#define ROW(case_, class_, steps_, config_)                                        \
    {                                                                              \
        "toy", case_, 3, "f64", class_, steps_, config_, "1.0", "0.5", "faster", 0 \
    }

static nt_tuned_row rows[5];
static nt_tuned_source source;
static nt_config config, fallback;
static nt_error why;

/* The header of `zen` with two threads, built in. */
static inline nt_tuned_source of_zen(const nt_tuned_row *r, int n_rows)
{
    return (nt_tuned_source){.tuned = {NULL, "zen5-26.2.1-2t", "AuthenticAMD", "zen5", 26, 2, 49152, 1048576,
                                       33554432, 2, n_rows, r, NT_TUNED_FORMAT, 0, 0},
                             .origin = NT_TUNED_BUILT_IN};
}

static inline int make_source(void **state)
{
    (void)state;
    const nt_tuned_row good[] = {
        ROW("one", "l2", "one", "isa=scalar,variant=exact,parallel=flat,tile=0x8x8,threads=1,fn=u2"),
        ROW("one", "memory", "one", "isa=scalar,variant=exact,parallel=middle,threads=4096,fn=u2"),
        ROW("one", "memory", "many", "isa=scalar,variant=exact,depth=5,threads=all,fn=u2"),
        {"other", "one", 1, "f64", "l2", "one", "isa=scalar,variant=x", "-", "-", "-", 0},
        {"sum", "default", 1, "f64", "long", "one", "isa=scalar,variant=fused,chunk=4096,schedule=guided",
         "-", "-", "-", 0},
    };
    memcpy(rows, good, sizeof good);
    source = of_zen(rows, 5);
    memset(&config, 0x5a, sizeof config);
    memset(&why, 0, sizeof why);
    nt_config_default(&toy, NT_F64, &fallback, NULL);
    fallback.threads = 2;
    return 0;
}

static inline nt_status find_in(const nt_tuned_source *first, const nt_machine *here, nt_tuned_mode mode,
                                nt_class c, nt_repeat r)
{
    const nt_tuned_use use = {&toy, "one", NT_F64, c, r, INT64_MAX};
    return nt_tuned_find_in(first, here, mode, &use, &config, &why);
}

static inline nt_status find(nt_class c, nt_repeat r)
{
    return find_in(&source, &zen, NT_TUNED_ON, c, r);
}

static inline void assert_says(const char *text)
{
    if (!strstr(why.text, text))
        fail_msg("\"%s\" does not say \"%s\"", why.text, text);
}

static inline void assert_default(nt_status status, const char *reason)
{
    assert_int_equal(status, NT_ESTALE);
    assert_int_equal(nt_config_differences(&config, &fallback), 0);
    assert_says(reason);
}

#endif /* TESTS_TUNED_FIXTURE_H */
