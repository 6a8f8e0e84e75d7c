/*
 * test_version.c - the version, as a number and as a text, and how the library was built
 * SPDX-License-Identifier: MIT
 */
#include <stdio.h>
#include <string.h>

#include "support.h"

static void numbers(void **state)
{
    (void)state;
    char text[64];
    snprintf(text, sizeof text, "%d.%d.%d", NESTUNE_VERSION_MAJOR, NESTUNE_VERSION_MINOR,
             NESTUNE_VERSION_PATCH);
    assert_string_equal(NESTUNE_VERSION, text);
    assert_string_equal(nt_build_info()->version, text);
    assert_string_equal(NT_PROJECT_VERSION, text); /* CMake's */
    assert_int_equal(nt_version(),
                     10000 * NESTUNE_VERSION_MAJOR + 100 * NESTUNE_VERSION_MINOR + NESTUNE_VERSION_PATCH);
#if NESTUNE_VERSION_NUMBER < 200
#error "the number cannot be used by the preprocessor"
#endif
}

/* The flags of this project's own, of each isa, and of a sanitizer: a result of one build is not another's. */
static void flags(void **state)
{
    (void)state;
    const char *flags = nt_build_info()->flags;
    assert_non_null(strstr(flags, "-ffp-contract=off"));
    assert_true((strstr(flags, "-fsanitize=") != NULL) == (strlen(NT_SANITIZERS) > 0));
    assert_non_null(strstr(flags, NT_SANITIZERS));
#if defined __x86_64__
    assert_non_null(strstr(flags, "avx2(-mavx2 -mfma)"));
    assert_non_null(strstr(flags, "avx512(-mavx512f"));
#endif
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers),
        cmocka_unit_test(flags),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
