/*
 * test_npy.c - headers of .npy files and shapes of raw ones: what is read, what is refused
 * SPDX-License-Identifier: MIT
 */
#include <stdlib.h>
#include <string.h>

#include "pipeline/array_form.h"
#include "pipeline/npy.h"
#include "support.h"

/* A file's beginning around a dictionary, with blanks and a newline up to `length` bytes of header. */
static size_t make_header(char *bytes, int major, const char *dictionary, size_t length)
{
    const size_t preamble = major == 1 ? 10 : 12, n = strlen(dictionary);
    memcpy(bytes, "\x93NUMPY", 6);
    bytes[6] = (char)major;
    bytes[7] = 0;
    for (size_t i = 8; i < preamble; i++)
        bytes[i] = (char)(length >> 8 * (i - 8) & 0xff);
    memset(bytes + preamble, ' ', length);
    memcpy(bytes + preamble, dictionary, n < length ? n : length);
    bytes[preamble + length - 1] = '\n';
    return preamble + length;
}

/* What numpy 1.26's save() writes for zeros((3, 4)), byte for byte. */
static void reads_what_numpy_writes(void **state)
{
    (void)state;
    static const char numpy[] =
        "\x93NUMPY\x01\x00v\x00{'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }"
        "                                                          \n";
    assert_int_equal(sizeof numpy - 1, 128);
    array_form form;
    char again[NPY_ROOM];
    assert_int_equal(npy_parse(numpy, sizeof numpy - 1, &form, NULL), NT_OK);
    assert_int_equal(form.dtype, NT_F64);
    assert_int_equal(form.n_dims, 2);
    assert_int_equal(form.shape[0], 3);
    assert_int_equal(form.shape[1], 4);
    assert_int_equal(form.offset, 128);
    assert_int_equal(npy_format(&form, again), 128);
    assert_memory_equal(again, numpy, 128);
}

static void accepts_other_spellings(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int n_dims;
        int64_t shape[3];
    } cases[] = {
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (5,), }", 1, {5}},
        {"{\"shape\": (2, 3, 4), \"descr\": \"<f4\", \"fortran_order\": False}", 3, {2, 3, 4}},
        {"{'descr':'<f4','fortran_order':False,'shape':(0,7,)}", 2, {0, 7}},
        {"  { 'shape' : ( 10L , 20L ) , 'fortran_order' : False,\t'descr' : '<f4' , } ", 2, {10, 20}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int major = 1; major <= 2; major++) {
            char bytes[512];
            array_form form;
            nt_error why = {""};
            const size_t n = make_header(bytes, major, cases[i].text, 117);
            if (npy_parse(bytes, n, &form, &why) != NT_OK)
                fail_msg("%s: %s", cases[i].text, why.text);
            assert_int_equal(form.dtype, NT_F32);
            assert_int_equal(form.n_dims, cases[i].n_dims);
            for (int k = 0; k < form.n_dims; k++)
                assert_int_equal(form.shape[k], cases[i].shape[k]);
            assert_int_equal(form.offset, n);
        }
}

static void refuses_other_arrays(void **state)
{
    (void)state;
#define ARRAY(descr, order, shape) "{'descr': " descr ", 'fortran_order': " order ", 'shape': " shape ", }"
    static const struct {
        const char *text;
        nt_status status;
        const char *part;
    } cases[] = {
        {ARRAY("'<i4'", "False", "(3,)"), NT_EDTYPE, "'<i4': allowed are '<f4' and '<f8'"},
        {ARRAY("'<f2'", "False", "(3,)"), NT_EDTYPE, "'<f2'"},
        {ARRAY("'|O'", "False", "(3,)"), NT_EDTYPE, "'|O'"},
        {ARRAY("'>f8'", "False", "(3,)"), NT_EDTYPE, "big-endian"},
        {ARRAY("'<f88'", "False", "(3,)"), NT_EDTYPE, "'<f88'"},
        {ARRAY("[('a', '<f8')]", "False", "(3,)"), NT_EDTYPE, "not a simple one"},
        {ARRAY("'<f8'", "True", "(3, 4)"), NT_ESHAPE, "Fortran order"},
        {ARRAY("'<f8'", "Maybe", "(3, 4)"), NT_EIO, "neither True nor False"},
        {ARRAY("'<f8'", "False", "()"), NT_ESHAPE, "0 dimensions"},
        {ARRAY("'<f8'", "False", "(1, 2, 3, 4)"), NT_ESHAPE, "more than 3 dimensions"},
        {ARRAY("'<f8'", "False", "(3)"), NT_EIO, "not a tuple"},
        {ARRAY("'<f8'", "False", "3"), NT_EIO, "not a tuple"},
        {ARRAY("'<f8'", "False", "(3 4)"), NT_EIO, "a comma is missing in the shape"},
        {ARRAY("'<f8'", "False", "(-3,)"), NT_EIO, "not a whole number"},
        {ARRAY("'<f8'", "False", "(3.5,)"), NT_EIO, "a comma is missing in the shape"},
        {ARRAY("'<f8'", "False", "(,)"), NT_EIO, "not a whole number"},
        {ARRAY("'<f8'", "False", "(9223372036854775808,)"), NT_ESHAPE, "more bytes"},
        {ARRAY("'<f8'", "False", "(1152921504606846976,)"), NT_ESHAPE, "more bytes"},
        {ARRAY("'<f8'", "False", "(5, 5, 46116860184273878)"), NT_ESHAPE,
         "more bytes"}, /* with a longer header */
        {ARRAY("'<f8'", "False", "(4294967296, 4294967296)"), NT_ESHAPE, "more bytes"},
        {ARRAY("'<f8'", "False", "(4294967296, 4294967296, 0)"), NT_ESHAPE, "more bytes"},
        {"{'descr': '<f8', 'fortran_order': False, }", NT_EIO, "is missing"},
        {"{'descr': '<f8', 'descr': '<f8', 'fortran_order': False, 'shape': (3,)}", NT_EIO, "twice"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (3,), 'x': 1}", NT_EIO, "unknown entry x"},
        {"{'descr': '<f8' 'fortran_order': False, 'shape': (3,)}", NT_EIO, "a comma or the closing brace"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (3,)} x", NT_EIO, "follows"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (3,)", NT_EIO,
         "a comma or the closing brace is missing"},
        {"{descr: '<f8'}", NT_EIO, "no dictionary"},
        {"['<f8']", NT_EIO, "no dictionary"},
        {"", NT_EIO, "no dictionary"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char bytes[512];
        nt_error why = {""};
        array_form form = {.n_dims = 77};
        const size_t n = make_header(bytes, 1 + (int)(i % 2), cases[i].text, 118);
        assert_refused(npy_parse(bytes, n, &form, &why), cases[i].status, &why, cases[i].part);
        assert_int_equal(form.n_dims, 77);
    }
}

static void refuses_other_files(void **state)
{
    (void)state;
    static char bytes[80000];
    static const char good[] = ARRAY("'<f8'", "False", "(3,)");
    array_form form;
    nt_error why;
    const size_t n = make_header(bytes, 1, good, 118);
    for (size_t i = 0; i < n; i++) /* cut anywhere */
        assert_int_equal(npy_parse(bytes, i, &form, &why), NT_EIO);
    assert_refused(npy_parse(bytes, n - 1, &form, &why), NT_EIO, &why, "longer than the file");
    assert_refused(npy_parse(bytes, 7, &form, &why), NT_EIO, &why, "not a .npy file");
    bytes[6] = 3;
    assert_refused(npy_parse(bytes, n, &form, &why), NT_EIO, &why, "version 3.0");
    bytes[6] = 1;
    bytes[7] = 1;
    assert_refused(npy_parse(bytes, n, &form, &why), NT_EIO, &why, "version 1.1");
    bytes[0] = 'P';
    assert_refused(npy_parse(bytes, n, &form, &why), NT_EIO, &why, "not a .npy file");
    assert_int_equal(npy_parse(bytes, make_header(bytes, 2, good, 0xffff), &form, &why), NT_OK);
    make_header(bytes, 2, good, 0x10000);
    assert_refused(npy_parse(bytes, sizeof bytes, &form, &why), NT_EIO, &why, "header of 65536 bytes");
    assert_int_equal(npy_parse(bytes, make_header(bytes, 1, good, 118), &form, NULL), NT_OK);
    assert_int_equal(npy_parse(bytes, 3, &form, NULL), NT_EIO);
}

static void assert_round_trip(array_form form)
{
    char text[NPY_ROOM];
    array_form again;
    nt_error why = {""};
    const size_t n = npy_format(&form, text);
    assert_true(n <= NPY_ROOM && n % 64 == 0);
    if (npy_parse(text, n, &again, &why) != NT_OK)
        fail_msg("%.*s: %s", (int)n - 10, text + 10, why.text);
    assert_int_equal(again.dtype, form.dtype);
    assert_int_equal(again.n_dims, form.n_dims);
    assert_int_equal(again.offset, form.offset);
    for (int k = 0; k < form.n_dims; k++)
        assert_int_equal(again.shape[k], form.shape[k]);
}

static void writes_what_it_reads(void **state)
{
    (void)state;
    rng r = rng_make(11);
    for (int i = 0; i < 3000; i++) {
        array_form form = {.dtype = rng_below(&r, 2) ? NT_F32 : NT_F64, .n_dims = 1 + (int)rng_below(&r, 3)};
        for (int k = 0; k < form.n_dims; k++)
            form.shape[k] = rng_below(&r, INT64_C(1) << rng_below(&r, form.n_dims == 1 ? 59 : 19));
        assert_round_trip(form);
    }
    assert_round_trip(
        (array_form){.dtype = NT_F64, .n_dims = 3, .shape = {1, 1, INT64_C(1152921504606700000)}});
}

static void raw_shapes(void **state)
{
    (void)state;
    static const char *const bad[] = {"",
                                      "x",
                                      "0",
                                      "3x",
                                      "x3",
                                      "3x0",
                                      "1x2x3x4",
                                      "-1",
                                      "+1",
                                      " 1",
                                      "3X4",
                                      "3,4",
                                      "1e3",
                                      "9223372036854775807",
                                      "99999999999999999999",
                                      "4294967296x4294967296"};
    array_form form = {.dtype = NT_F32};
    nt_error why;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(array_form_parse_shape(bad[i], &form, &why), NT_ESHAPE);
        assert_int_equal(form.n_dims, 0);
    }
    assert_int_equal(array_form_parse_shape("4x5x6", &form, &why), NT_OK);
    assert_int_equal(form.n_dims, 3);
    assert_int_equal(array_form_cells(&form), 120);
    assert_int_equal(array_form_fit(&form, 480, &why), NT_OK);
    assert_refused(array_form_fit(&form, 479, &why), NT_ESHAPE, &why, "shorter than its shape: it has 479");
    assert_refused(array_form_fit(&form, 481, &why), NT_ESHAPE, &why, "longer than its shape");
    form = (array_form){.dtype = NT_F64};
    assert_refused(array_form_fit(&form, 81, &why), NT_ESHAPE, &why, "81 bytes are no whole number of cells");
    assert_int_equal(array_form_fit(&form, 80, &why), NT_OK);
    assert_int_equal(form.n_dims, 1);
    assert_int_equal(form.shape[0], 10);
}

/* Altered headers: each is refused with a reason, or is one that can be written and read again.  ASan and
 * UBSan watch; the bytes lie at the end of their memory. */
static void altered_headers(void **state)
{
    (void)state;
    static const char *const texts[] = {
        ARRAY("'<f8'", "False", "(3, 4)"),
        ARRAY("'<f4'", "False", "(1234567,)"),
        "{'shape': (2, 3, 4L), 'fortran_order': False, 'descr': \"<f4\"}",
    };
    static const char alphabet[] = "{}(),:'\"L <>f48TrueFalse0123456789\n\t\\\x93\xff";
    enum { ROUNDS = 60000 };
    rng r = rng_make(12);
    int n_read = 0;
    for (int i = 0; i < ROUNDS; i++) {
        char bytes[256], shape[24];
        nt_error why = {""};
        array_form form;
        size_t n = make_header(bytes, 1 + (int)rng_below(&r, 2), texts[rng_below(&r, 3)], 117);
        for (int64_t k = rng_below(&r, 4); k > 0; k--) {
            const size_t at = (size_t)rng_below(&r, (int64_t)n);
            bytes[at] = rng_below(&r, 8) ? alphabet[rng_below(&r, sizeof alphabet - 1)] : (char)rng_next(&r);
        }
        if (rng_below(&r, 8) == 0)
            n = (size_t)rng_below(&r, (int64_t)n);
        char *exact = malloc(n ? n : 1);
        assert_non_null(exact);
        memcpy(exact, bytes, n);
        if (npy_parse(exact, n, &form, &why) == NT_OK) {
            assert_round_trip(form);
            n_read++;
        } else {
            assert_true(why.text[0]);
        }
        free(exact);
        const int64_t length = rng_below(&r, sizeof shape - 1);
        for (int64_t k = 0; k < length; k++)
            shape[k] = "0123456789x9x1 -"[rng_below(&r, 16)];
        shape[length] = '\0';
        form = (array_form){.dtype = NT_F64};
        if (array_form_parse_shape(shape, &form, &why) == NT_OK)
            assert_round_trip(form);
    }
    assert_true(n_read > ROUNDS / 20 && n_read < ROUNDS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_what_numpy_writes), cmocka_unit_test(accepts_other_spellings),
        cmocka_unit_test(refuses_other_arrays),    cmocka_unit_test(refuses_other_files),
        cmocka_unit_test(writes_what_it_reads),    cmocka_unit_test(raw_shapes),
        cmocka_unit_test(altered_headers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
