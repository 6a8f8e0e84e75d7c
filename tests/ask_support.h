/*
 * ask_support.h - one small ask, and what a driver answers to it
 * SPDX-License-Identifier: MIT
 */
#ifndef TESTS_ASK_SUPPORT_H
#define TESTS_ASK_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "worker/driver.h"

static inline trial_ask make_ask(int64_t steps)
{
    trial_ask ask = {.kernel = nt_kernel_find("mathop"),
                     .dtype = NT_F64,
                     .shape = {100, 20, 3},
                     .steps = steps,
                     .in_place = 1,
                     .reps = 3,
                     .window_s = 0.001,
                     .limit_s = 60};
    assert_non_null(ask.kernel);
    assert_int_equal(nt_config_default(ask.kernel, ask.dtype, &ask.config, NULL), NT_OK);
    return ask;
}

static inline trial_answer run_ask(driver *d, const trial_ask *ask)
{
    trial_answer answer;
    trial_runner *runner = driver_runner(d);
    const double before_s = runner->now_s(runner);
    runner->run(runner, ask, &answer);
    const double passed_s = runner->now_s(runner) - before_s;
    assert_true(answer.wall_s > 0 && answer.wall_s <= passed_s);
    return answer;
}

#endif /* TESTS_ASK_SUPPORT_H */
