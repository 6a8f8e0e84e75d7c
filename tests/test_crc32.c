/*
 * test_crc32.c - the check value, and pieces that make one whole
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "nestune/crc32.h"

static void known_values(void **state)
{
    (void)state;
    static const unsigned char ends[] = {0x00, 0xff, 0x80};
    assert_int_equal(nt_crc32(0, "123456789", 9), 0xcbf43926u); /* the check value of CRC-32/ISO-HDLC */
    assert_int_equal(nt_crc32(0, "IEND", 4), 0xae426082u);      /* the end of every PNG */
    assert_int_equal(nt_crc32(0, ends, 3), 0x81dda740u);
    assert_int_equal(nt_crc32(0, "", 0), 0);
    assert_int_equal(nt_crc32(0, NULL, 0), 0);
}

static void calls_can_be_chained(void **state)
{
    (void)state;
    for (size_t cut = 0; cut <= 9; cut++)
        assert_int_equal(nt_crc32(nt_crc32(0, "123456789", cut), &"123456789"[cut], 9 - cut), 0xcbf43926u);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_values),
        cmocka_unit_test(calls_can_be_chained),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
