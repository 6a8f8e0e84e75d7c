/*
 * test_module.c - kernels from outside the library: linked, loaded, refused
 * SPDX-License-Identifier: MIT
 */
#include <stdio.h>
#include <string.h>

#include "core/tuned_internal.h"
#include "made_kernel.h"
#include "nestune/crc32.h"
#include "scratch.h"

/* ---- Linked ------------------------------------------------------------------------------------------ */

static const char *const no_tuned[] = {NULL};

static nt_module module_of(const nt_kernel *kernel)
{
    return (nt_module){NT_MODULE_ABI, sizeof(nt_module), kernel, no_tuned, "a compiler", "-O3"};
}

static void what_is_refused(void **state)
{
    (void)state;
    static made_kernel m;
    nt_error why;
#define REFUSED(part, ...)                                                    \
    do {                                                                      \
        make_kernel(&m, "made");                                              \
        nt_module module = module_of(&m.kernel);                              \
        __VA_ARGS__;                                                          \
        const int n = nt_kernel_count();                                      \
        assert_refused(nt_module_add(&module, &why), NT_EKERNEL, &why, part); \
        assert_int_equal(nt_module_add(&module, NULL), NT_EKERNEL);           \
        assert_int_equal(nt_kernel_count(), n);                               \
    } while (0)
    REFUSED("abi 2", module.abi++);
    REFUSED("takes abi 1", module.bytes--);
    REFUSED("without a kernel", module.kernel = NULL);
    REFUSED("without a list of tuned headers", module.tuned = NULL);
    REFUSED("without its compiler and flags", module.compiler = NULL);
    REFUSED("without its compiler and flags", module.flags = NULL);
    REFUSED("kernel of abi", m.kernel.abi--);
    REFUSED("NT_ROLE_WORK", m.kernel.role = NT_ROLE_MEMORY_ROOF);
    REFUSED("roof bandwidth", m.field.roof = "bandwidth");
    REFUSED("roof mathop", m.field.roof = "mathop");
    REFUSED("named square", m.kernel.name = "square");
#undef REFUSED
}

/* The strings of a header with one row of a kernel; `line` holds them. */
static const char *const *header_of(const char *kernel, const char *config, char line[3][300])
{
    static const char *strings[4];
    uint32_t crc = 0;
    snprintf(line[0], sizeof line[0],
             "nestune %d machine=generic vendor=- uarch=- family=0 model=0 l1d=0 l2=0 l3=0 threads=0 l2_class=0 l3_class=0",
             NT_TUNED_FORMAT);
    snprintf(line[1], sizeof line[1], "row %s default 1 f64 l2 one %s 1.0000 0.5000 faster upto=0", kernel, config);
    for (int i = 0; i < 2; i++)
        crc = nt_crc32(nt_crc32(crc, line[i], strlen(line[i])), "\n", 1);
    snprintf(line[2], sizeof line[2], "end rows=1 crc=0x%08x", (unsigned)crc);
    for (int i = 0; i < 3; i++)
        strings[i] = line[i];
    return strings;
}

/* Its rows are used for its kernel; those of other kernels, of which a module may know nothing, are not. */
static void its_tuned_rows_are_its_own(void **state)
{
    (void)state;
    static made_kernel m;
    static char line[2][3][300];
    nt_error why;
    nt_config config, before;
    const nt_kernel *square = nt_kernel_find("square");
    const nt_status was = nt_tuned_find(square, NULL, NT_F64, NT_CLASS_L2, NT_REPEAT_ONE, 0, &before, &why);
    make_kernel(&m, "with_rows");
    nt_module module = module_of(&m.kernel);
    module.tuned = header_of("with_rows", "isa=scalar,variant=plain,fn=u2,parallel=serial,threads=1", line[0]);
    assert_int_equal(nt_module_add(&module, &why), NT_OK);
    if (nt_tuned_find(&m.kernel, NULL, NT_F64, NT_CLASS_L2, NT_REPEAT_ONE, 0, &config, &why) != NT_OK)
        fail_msg("%s", why.text);
    assert_int_equal(config.parallel, NT_PARALLEL_SERIAL);
    assert_string_equal(m.forms[config.fn].name, "u2");
    assert_non_null(strstr(why.text, "row with_rows f64 l2 one of generic (built in"));

    static made_kernel other;
    make_kernel(&other, "meddles");
    nt_module meddling = module_of(&other.kernel);
    meddling.tuned = header_of("square", "isa=scalar,variant=plain,fn=u1,parallel=serial,threads=1", line[1]);
    assert_int_equal(nt_module_add(&meddling, &why), NT_OK);
    assert_int_equal(nt_tuned_find(square, NULL, NT_F64, NT_CLASS_L2, NT_REPEAT_ONE, 0, &config, &why), was);
    assert_int_equal(nt_config_differences(&config, &before), 0);
    assert_int_equal(nt_tuned_find(&other.kernel, NULL, NT_F64, NT_CLASS_L2, NT_REPEAT_ONE, 0, &config, &why), NT_ESTALE);
}

static void a_damaged_header_is_named(void **state)
{
    (void)state;
    static made_kernel m;
    static char line[3][300];
    nt_error why;
    nt_config config;
    make_kernel(&m, "damaged_rows");
    nt_module module = module_of(&m.kernel);
    module.tuned = header_of("damaged_rows", "isa=scalar,variant=plain,parallel=serial,threads=1", line);
    strstr(line[1], "0.5000")[0] = '7';
    assert_int_equal(nt_module_add(&module, &why), NT_OK);
    assert_int_equal(nt_tuned_find(&m.kernel, NULL, NT_F64, NT_CLASS_L2, NT_REPEAT_ONE, 0, &config, &why), NT_ESTALE);
    assert_non_null(strstr(why.text, "built-in header, string 3"));
}

/* ---- Loaded ------------------------------------------------------------------------------------------ */

static void a_module_is_loaded_and_runs(void **state)
{
    (void)state;
    nt_error why = {""};
    nt_grid *g;
    if (nt_module_load(NT_PLANTED, &why) != NT_OK)
        fail_msg("%s", why.text);
    assert_int_equal(nt_grid_create(&g, NT_F64, (int64_t[3]){5, 3, 2}, 0, NULL, &why), NT_OK);
    assert_int_equal(nt_run("planted", g, 4, &why), NT_OK);
    assert_true(*(double *)nt_grid_cell(g, 4, 2, 1) == 4);
    nt_grid_destroy(g);
    assert_refused(nt_module_load(NT_PLANTED, &why), NT_EKERNEL, &why, "named planted is registered already");
}

static void foreign_files_are_named(void **state)
{
    (void)state;
    static const char *const says[] = {"a module of abi 2", "a kernel of abi 5", "without a kernel", "exports no nestune_module"};
    nt_error why;
    const nt_module *module = (const nt_module *)1;
    for (int i = 0; i < 4; i++) {
        char path[400];
        snprintf(path, sizeof path, "%s/libnestune_foreign_%d.so", NT_FOREIGN, i);
        assert_refused(nt_module_load(path, &why), NT_EKERNEL, &why, says[i]);
        assert_int_equal(nt_module_open(path, &module, NULL), NT_EKERNEL);
        assert_null(module);
    }
    assert_refused(nt_module_load("/none/libmine.so", &why), NT_EIO, &why, "/none/libmine.so");
    assert_refused(nt_module_load("no-such-file.so", &why), NT_EIO, &why, "./no-such-file.so"); /* not searched for */
}

static void damaged_files_are_named(void **state)
{
    (void)state;
    scratch s = scratch_make();
    nt_error why;
    char *bytes = NULL;
    FILE *in = fopen(NT_PLANTED, "rb");
    assert_non_null(in);
    bytes = malloc(1 << 22);
    const size_t n = fread(bytes, 1, 1 << 22, in);
    fclose(in);
    const size_t kept[] = {0, 3, 63, 200}; /* a longer part may crash ld.so, which is why only the worker opens modules */
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
        FILE *out = fopen(s.path, "wb");
        assert_true(n > kept[i] && out);
        fwrite(bytes, 1, kept[i], out);
        fclose(out);
        assert_refused(nt_module_load(s.path, &why), NT_EIO, &why, s.path);
    }
    free(bytes);
    scratch_walk(&s, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_refused),           cmocka_unit_test(its_tuned_rows_are_its_own),
        cmocka_unit_test(a_damaged_header_is_named), cmocka_unit_test(a_module_is_loaded_and_runs),
        cmocka_unit_test(foreign_files_are_named),   cmocka_unit_test(damaged_files_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
