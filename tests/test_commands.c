/*
 * test_commands.c - parts of the commands, called in this process: where results go, and hidden kernels
 * SPDX-License-Identifier: MIT
 *
 * The linker sends nt_kernel_count() and nt_kernel_at() here (tests/CMakeLists.txt), so that kernels can be
 * hidden.
 */
#define _GNU_SOURCE
#include "commands/commands.h"
#include "os/process.h"
#include "scratch.h"
#include "support.h"
#include "worker/worker.h"

int __real_nt_kernel_count(void);
const nt_kernel *__real_nt_kernel_at(int i);
int __wrap_nt_kernel_count(void);
const nt_kernel *__wrap_nt_kernel_at(int i);

static bool (*hidden)(const nt_kernel *k); /* NULL: none is */

const nt_kernel *__wrap_nt_kernel_at(int i)
{
    for (int at = 0; at < __real_nt_kernel_count() && i >= 0; at++) {
        const nt_kernel *k = __real_nt_kernel_at(at);
        if ((!hidden || !hidden(k)) && i-- == 0)
            return k;
    }
    return NULL;
}

int __wrap_nt_kernel_count(void)
{
    int n = 0;
    for (int at = 0; at < __real_nt_kernel_count(); at++)
        n += !hidden || !hidden(__real_nt_kernel_at(at));
    return n;
}

/* ---- Hidden kernels --------------------------------------------------------------------------------- */

static bool is_pointwise(const nt_kernel *k)
{
    return k->field && nt_kernel_radius(k, NULL) == 0;
}

static bool is_anything(const nt_kernel *k)
{
    (void)k;
    return true;
}

/* What a command prints on stdout, to be freed. */
static char *stdout_of(int (*command)(int argc, char **argv), const char *argument, int *code)
{
    scratch s = scratch_make();
    char *argv[] = {(char *)"machine", (char *)argument, NULL};
    fflush(stdout);
    const int kept = dup(STDOUT_FILENO), file = open(s.path, O_RDWR | O_CREAT, 0600);
    assert_true(kept >= 0 && file >= 0);
    dup2(file, STDOUT_FILENO);
    *code = command(2, argv);
    fflush(stdout);
    dup2(kept, STDOUT_FILENO);
    close(kept);
    const off_t size = lseek(file, 0, SEEK_END);
    char *text = calloc(1, (size_t)size + 1);
    assert_non_null(text);
    assert_int_equal(pread(file, text, (size_t)size, 0), size);
    close(file);
    scratch_walk(&s, 1);
    return text;
}

static void machine_without_pointwise_kernels(void **state)
{
    (void)state;
    static bool (*const hide[])(const nt_kernel *k) = {is_pointwise, is_anything};
    for (int i = 0; i < 2; i++) {
        int code;
        hidden = hide[i];
        char *text = stdout_of(cmd_machine, "--json", &code);
        hidden = NULL;
        assert_int_equal(code, EXIT_OK);
        json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
        const json_t *roof = json_array_get(json_object_get(root, "roofs"), 0);
        assert_non_null(roof);
        assert_true(json_is_null(json_object_get(roof, "memory_gbytes_per_s")));
        assert_true(json_is_null(json_object_get(roof, "f64_gflops")));
        json_decref(root);
        free(text);
    }
}

/* ---- Where results go ------------------------------------------------------------------------------- */

static void check_root(const char *tree, const char *is)
{
    char *root = results_root(tree);
    assert_non_null(root);
    assert_string_equal(root, is);
    free(root);
}

static int read_only_tree(void *context)
{
    const char *tree = context;
    char *root = results_root(tree);
    return root && strcmp(root, "/data/nestune") == 0 ? 0 : 1;
}

static void results_go_where_they_can_be_written(void **state)
{
    (void)state;
    scratch s = scratch_make();
    setenv("HOME", "/home/somebody", 1);
    unsetenv("XDG_DATA_HOME");
    check_root(s.folder, s.folder);
    check_root("/none/results", "/home/somebody/.local/share/nestune");
    check_root(NULL, "/home/somebody/.local/share/nestune"); /* an installed program */
    setenv("XDG_DATA_HOME", "/data", 1);
    check_root(s.folder, s.folder);
    check_root("/none/results", "/data/nestune");
    check_root("/dev/null", "/data/nestune");
    setenv("XDG_DATA_HOME", "data", 1); /* relative: to be ignored */
    check_root("/none/results", "/home/somebody/.local/share/nestune");
    setenv("HOME", "somebody", 1); /* relative, as if it were unset */
    check_root("/none/results", "/none/results");
    unsetenv("HOME");
    check_root("/none/results", "/none/results"); /* making that folder then reports what is wrong */
    assert_null(results_root(NULL));
    setenv("XDG_DATA_HOME", "/data", 1);
    chmod(s.folder, 0555);
    assert_int_equal(scratch_as_nobody(read_only_tree, s.folder), 0);
    chmod(s.folder, 0755);
    scratch_walk(&s, 1);
}

static void a_program_of_this_build_knows_the_source_tree(void **state)
{
    (void)state;
    char *folder = results_of_build();
    assert_string_equal(folder, NT_SOURCE_DIR "/results");
    free(folder);
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "worker") == 0) /* as the driver starts this program again */
        return worker_main(PROCESS_IN_FD, PROCESS_OUT_FD, argv + 2);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(machine_without_pointwise_kernels),
        cmocka_unit_test(results_go_where_they_can_be_written),
        cmocka_unit_test(a_program_of_this_build_knows_the_source_tree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
