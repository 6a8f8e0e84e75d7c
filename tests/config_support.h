/*
 * config_support.h - a kernel, and one config of it
 * SPDX-License-Identifier: MIT
 */
#ifndef TESTS_CONFIG_SUPPORT_H
#define TESTS_CONFIG_SUPPORT_H

#include "support.h"

static inline const nt_kernel *mathop(void)
{
    const nt_kernel *kernel = nt_kernel_find("mathop");
    assert_non_null(kernel);
    return kernel;
}

static inline nt_config some_config(void)
{
    nt_config c;
    assert_int_equal(nt_config_default(mathop(), NT_F64, &c, NULL), NT_OK);
    return c;
}

#endif /* TESTS_CONFIG_SUPPORT_H */
