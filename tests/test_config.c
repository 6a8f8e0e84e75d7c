/*
 * test_config.c - configs: the default, names, differences, and checks
 * SPDX-License-Identifier: MIT
 */
#include "config_support.h"
#include "environment_support.h"

#include <stdlib.h>
#include <string.h>

/* ---- Default and names ------------------------------------------------------------------------ */

/* The first function of the best isa here and of the first variant. */
static void check_default_function(const nt_kernel *kernel, nt_dtype dtype, const nt_config *c)
{
    const nt_function *f, *first = NULL;
    for (int i = 0; (f = nt_kernel_function_at(kernel, i)); i++) {
        if (f->dtype != dtype || strcmp(f->variant, kernel->variants[0].name) != 0)
            continue;
        assert_true(f->isa <= c->isa || !nt_isa_available(f->isa));
        if (!first && f->isa == c->isa)
            first = f;
    }
    assert_non_null(first);
    assert_ptr_equal(nt_kernel_function(kernel, dtype, c), first);
}

static bool has_type(const nt_kernel *kernel, nt_dtype dtype)
{
    const nt_function *f;
    for (int i = 0; (f = nt_kernel_function_at(kernel, i)); i++)
        if (f->dtype == dtype)
            return true;
    return false;
}

static void the_default_can_run_and_is_plain(void **state)
{
    (void)state;
    for (int k = 0; k < nt_kernel_count(); k++)
        for (int dtype = 0; dtype < NT_N_DTYPES; dtype++) {
            const nt_kernel *kernel = nt_kernel_at(k);
            nt_config c;
            nt_error why;
            if (!has_type(kernel, (nt_dtype)dtype)) {
                assert_refused(nt_config_default(kernel, (nt_dtype)dtype, &c, &why), NT_EKERNEL, &why,
                               nt_dtype_name((nt_dtype)dtype));
                continue;
            }
            assert_int_equal(nt_config_default(kernel, (nt_dtype)dtype, &c, &why), NT_OK);
            assert_int_equal(nt_config_runs(kernel, (nt_dtype)dtype, &c, &why), NT_OK);
            assert_int_equal(c.variant, 0);
            assert_int_equal(c.layout, NT_LAYOUT_ROWS);
            assert_int_equal(c.parallel, kernel->field ? NT_PARALLEL_OUTER : NT_PARALLEL_FLAT);
            assert_int_equal(c.order, NT_ORDER_ZYX);
            assert_int_equal(c.schedule, NT_SCHEDULE_STATIC);
            assert_int_equal(c.depth, 1);
            assert_int_equal(c.threads, nt_threads_allowed());
            assert_true(c.tile[0] == 0 && c.tile[1] == 0 && c.tile[2] == 0 && c.chunk == 0);
            check_default_function(kernel, (nt_dtype)dtype, &c);
            /* The blank config is the same, except for what depends on the machine. */
            nt_config blank = nt_config_blank(kernel);
            assert_true(blank.isa == NT_ISA_SCALAR && blank.threads == 1);
            blank.isa = c.isa, blank.threads = c.threads, blank.fn = c.fn;
            assert_int_equal(nt_config_differences(&blank, &c), 0);
        }
}

static void default_refuses(void **state)
{
    (void)state;
    nt_config c = some_config();
    const nt_config before = c;
    nt_error why;
    assert_refused(nt_config_default(NULL, NT_F64, &c, &why), NT_EARG, &why, "kernel");
    assert_refused(nt_config_default(mathop(), NT_F64, NULL, &why), NT_EARG, &why, "config");
    assert_refused(nt_config_default(mathop(), (nt_dtype)7, &c, &why), NT_EKERNEL, &why, "mathop");
    assert_int_equal(nt_config_default(NULL, NT_F64, &c, NULL), NT_EARG);
    assert_true(config_equal(&c, &before));
}

static void names(void **state)
{
    (void)state;
    assert_string_equal(nt_isa_name(NT_ISA_AVX2), "avx2");
    assert_string_equal(nt_parallel_name(NT_PARALLEL_FLAT), "flat");
    assert_string_equal(nt_layout_name(NT_LAYOUT_BRICKS), "bricks");
    assert_string_equal(nt_order_name(NT_ORDER_XZY), "xzy");
    assert_string_equal(nt_schedule_name(NT_SCHEDULE_DYNAMIC), "dynamic");
    assert_string_equal(nt_schedule_name(NT_SCHEDULE_GUIDED), "guided");
    const int outside[] = {-1, -1000000, 99, 1 << 30};
    for (int i = 0; i < 4; i++) {
        assert_null(nt_isa_name((nt_isa)outside[i]));
        assert_null(nt_parallel_name((nt_parallel)outside[i]));
        assert_null(nt_order_name((nt_order)outside[i]));
        assert_null(nt_schedule_name((nt_schedule)outside[i]));
    }
    assert_null(nt_isa_name(NT_N_ISAS));
}

/* ---- Differences ------------------------------------------------------------------------------------ */

static void differences_count_keys(void **state)
{
    (void)state;
    const nt_config plain = some_config();
    nt_config c = plain;
    assert_int_equal(nt_config_differences(&plain, &c), 0);
    c.tile[0] = 64;
    c.tile[2] = 4;
    assert_int_equal(nt_config_differences(&plain, &c), 2);
    for (int id = 0; id < NT_N_KEYS; id++) {
        c = plain;
        nt_key_set(&c, (nt_key_id)id, nt_key_get(&plain, (nt_key_id)id) + 1);
        assert_int_equal(nt_config_differences(&plain, &c), 1);
        assert_int_equal(nt_config_differences(&c, &plain), 1);
        assert_false(config_equal(&plain, &c));
    }
    for (int id = 0; id < NT_N_KEYS; id++)
        nt_key_set(&c, (nt_key_id)id, nt_key_get(&plain, (nt_key_id)id) + 1);
    assert_int_equal(nt_config_differences(&plain, &c), NT_N_KEYS);
}

/* ---- Check ------------------------------------------------------------------------------------------ */

static void check_refuses(void **state)
{
    (void)state;
    const nt_config good = some_config();
    nt_config c = good;
    nt_error why;
#define REFUSED(member, value, part)                                             \
    c = good, c.member = value;                                                  \
    assert_refused(nt_config_check(mathop(), &c, &why), NT_ECONFIG, &why, part); \
    assert_int_equal(nt_config_check(mathop(), &c, NULL), NT_ECONFIG);           \
    assert_refused(nt_config_runs(mathop(), NT_F64, &c, &why), NT_ECONFIG, &why, part)
    REFUSED(isa, (nt_isa)NT_N_ISAS, "isa=");
    REFUSED(isa, (nt_isa)-1, "isa=");
    REFUSED(variant, -1, "variant=-1");
    REFUSED(variant, 8, "variant=8"); /* there are eight */
    REFUSED(variant, 99, "variant=99");
    REFUSED(fn, -1, "fn=-1");
    REFUSED(fn, 6, "fn=6"); /* there are six */
    REFUSED(fn, INT32_MAX, "fn=2147483647");
    REFUSED(layout, -1, "layout=-1");
    REFUSED(layout, NT_N_LAYOUTS, "layout=");
    REFUSED(parallel, NT_N_PARALLELS, "parallel=");
    REFUSED(order, NT_N_ORDERS, "order=");
    REFUSED(schedule, NT_N_SCHEDULES, "schedule=");
    REFUSED(tile[0], -1, "tile x=-1");
    REFUSED(tile[1], INT64_MIN, "tile y=");
    REFUSED(tile[2], INT64_MAX, "tile z=");
    REFUSED(depth, 0, "depth=0");
    REFUSED(depth, NT_MAX_DEPTH + 1, "4096");
    REFUSED(threads, 0, "threads=0");
    REFUSED(threads, -1, "1 to");
    REFUSED(threads, INT32_MAX, "4096");
#undef REFUSED
    assert_refused(nt_config_check(NULL, &good, &why), NT_EARG, &why, "kernel");
    assert_refused(nt_config_check(mathop(), NULL, &why), NT_EARG, &why, "config");
}

/* Passing the check does not mean that this build and CPU can run a config. */
static void a_well_formed_config_may_not_run(void **state)
{
    (void)state;
    const nt_config good = some_config();
    nt_config c = good;
    nt_error why;
    assert_refused(nt_config_runs(NULL, NT_F64, &good, &why), NT_EARG, &why, "kernel");
    assert_refused(nt_config_runs(mathop(), NT_F64, NULL, &why), NT_EARG, &why, "config");
    assert_refused(nt_config_runs(mathop(), (nt_dtype)9, &good, &why), NT_ECONFIG, &why, "mathop");
    for (int isa = 0; isa < NT_N_ISAS; isa++) {
        c = good, c.isa = (nt_isa)isa;
        assert_int_equal(nt_config_check(mathop(), &c, &why), NT_OK);
        if (!nt_isa_available((nt_isa)isa))
            assert_refused(nt_config_runs(mathop(), NT_F64, &c, &why), NT_EISA, &why,
                           nt_isa_name((nt_isa)isa));
    }
    assert_int_equal(nt_config_runs(mathop(), NT_F64, &good, &why), NT_OK);
    /* u10 has only one form. */
    c = good, c.variant = nt_kernel_variant(mathop(), "u10"), c.fn = nt_kernel_form(mathop(), "u4");
    assert_int_equal(nt_config_check(mathop(), &c, &why), NT_OK);
    assert_refused(nt_config_runs(mathop(), NT_F64, &c, &why), NT_ECONFIG, &why, "variant=u10,fn=u4");
    const char *own = getenv("NESTUNE_MAX_ISA");
    char *kept = own ? strdup(own) : NULL;
    environment_set("NESTUNE_MAX_ISA", "scalar");
    c = good, c.isa = NT_ISA_AVX512;
    assert_int_equal(nt_config_check(mathop(), &c, &why), NT_OK);
    assert_refused(nt_config_runs(mathop(), NT_F64, &c, &why), NT_EISA, &why, "avx512");
    environment_set("NESTUNE_MAX_ISA", kept);
    free(kept);
}

int main(void)
{
    tests_add(the_default_can_run_and_is_plain, NULL, "default");
    tests_add(default_refuses, NULL, "default-refuses");
    tests_add(names, NULL, "names");
    tests_add(differences_count_keys, NULL, "differences");
    tests_add(check_refuses, NULL, "check-refuses");
    tests_add(a_well_formed_config_may_not_run, NULL, "runs-refuses");
    return tests_run("config");
}
