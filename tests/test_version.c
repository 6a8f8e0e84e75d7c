/*
 * test_version.c - the version, as a number and as a text, and how the library was built
 * SPDX-License-Identifier: MIT
 */
#include <stdio.h>
#include <string.h>

#include "nestune/nt_isas.h"
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
    static const char *const of_isa[NT_N_ISAS] = {[NT_ISA_AVX2] = "avx2(-mavx2 -mfma)", [NT_ISA_AVX512] = "avx512(-mavx512f"};
#define BUILT(k, name, code) | 1u << (code)
    const unsigned built = 0 NT_FOR_EACH_ISA(BUILT, );
    for (int isa = 0; isa < NT_N_ISAS; isa++)
        if (of_isa[isa])
            assert_true((strstr(flags, of_isa[isa]) != NULL) == (built >> isa & 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers),
        cmocka_unit_test(flags),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
