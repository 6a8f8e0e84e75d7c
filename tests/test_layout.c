/*
 * test_layout.c - the rules of the source tree: who may include whom, names, what is exported
 * SPDX-License-Identifier: MIT
 *
 * Reads the sources as text.  The directives of the preprocessor are taken as they stand, whatever #if
 * surrounds them.
 */
#define _GNU_SOURCE /* nftw */

#include <elf.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <setjmp.h>

#include <cmocka.h>

enum { MOST_FILES = 1024, MOST_PATH = 512, MOST_LINE = 2048 };

static char *files[MOST_FILES]; /* relative to NT_SOURCE_DIR, the working folder from find_files() on */
static int n_files;
static int n_faults; /* of the running test */

__attribute__((format(printf, 1, 2))) static void fault(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    n_faults++;
}

static int begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

static int ends(const char *text, const char *with)
{
    const size_t n = strlen(text), m = strlen(with);
    return n >= m && strcmp(text + n - m, with) == 0;
}

static int is_source(const char *path)
{
    return ends(path, ".c") || ends(path, ".h") || ends(path, ".cc") || ends(path, ".inc");
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

__attribute__((format(printf, 1, 2))) static int exists(const char *format, ...)
{
    char path[MOST_PATH];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(path, sizeof path, format, arguments);
    va_end(arguments);
    return access(path, F_OK) == 0;
}

/* ---- The tree ------------------------------------------------------------------------------ */

static int collect(const char *path, const struct stat *status, int type, struct FTW *at)
{
    (void)status, (void)at;
    if (type != FTW_F)
        return 0;
    files[n_files] = n_files < MOST_FILES - 1 ? strdup(path) : NULL;
    return files[n_files++] ? 0 : -1;
}

static int find_files(void **state)
{
    static const char *const roots[] = {"include",        "kernels",          "autotune", "bench",
                                        "tests",          "examples",         "cmake",    "scripts",
                                        "CMakeLists.txt", "CMakePresets.json", "python"};
    (void)state;
    if (chdir(NT_SOURCE_DIR) != 0)
        return -1;
    for (size_t i = 0; i < sizeof roots / sizeof *roots; i++)
        if (nftw(roots[i], collect, 16, FTW_PHYS) != 0)
            return -1;
    return 0;
}

static int forget_files(void **state)
{
    (void)state;
    while (n_files > 0)
        free(files[--n_files]);
    return 0;
}

static int forget_faults(void **state)
{
    (void)state;
    n_faults = 0;
    return 0;
}

typedef void line_fn(const char *file, int number, char *line);

/* Each line of each file below a folder ("" for all), without its end. */
static void each_line(const char *folder, line_fn *use)
{
    for (int i = 0; i < n_files; i++) {
        char line[MOST_LINE];
        if (!begins(files[i], folder))
            continue;
        FILE *f = fopen(files[i], "r");
        assert_non_null(f);
        for (int number = 1; fgets(line, sizeof line, f); number++) {
            line[strcspn(line, "\n")] = '\0';
            use(files[i], number, line);
        }
        fclose(f);
    }
}

/* ---- Includes ------------------------------------------------------------------------------ */

/* What is in #include, with its first delimiter: "<math.h" or "\"grid.h"; NULL on other lines. */
static const char *included(char *line)
{
    char *s = line + strspn(line, " \t");
    if (*s != '#')
        return NULL;
    s += 1 + strspn(s + 1, " \t");
    if (!begins(s, "include"))
        return NULL;
    s += 7 + strspn(s + 7, " \t");
    if (*s != '<' && *s != '"')
        return NULL;
    s[1 + strcspn(s + 1, ">\"")] = '\0';
    return s;
}

static int is_public(const char *name)
{
    return begins(name, "nestune/") &&
           (exists("include/%s", name) || exists("%s/generated/include/%s", NT_BINARY_DIR, name));
}

/* Anything but other projects' headers: what glibc, the kernel and the compiler bring. */
static int is_system(const char *name)
{
    static const char *const others[] = {"benchmark/", "cmocka", "gmp",  "hwloc",   "jansson",
                                         "mpfr",       "mpi",    "numa", "omp.h",   "png",     "primesieve",
                                         "sleef",      "xxhash", "zlib", "nestune/"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (begins(name, others[i]))
            return 0;
    return 1;
}

/*
 * The rooms, and which rooms each may include besides libc, the public headers and itself.  A room is a
 * folder; its header names say it: "engine/nest.h".  The ground comes first, and no room includes one that
 * stands below it here, so there are no circles among rooms.
 */
typedef struct room {
    const char *folder;
    const char *rooms;     /* separated by blanks */
    const char *libraries; /* other projects' headers */
} room;

static const room rooms[] = {
    {"include/nestune/", "", "sleef.h"},
    {"kernels/", "", ""},
    {"kernels/machine/", "kernels/", "hwloc.h omp.h"},
    {"kernels/engine/", "kernels/ kernels/machine/", "omp.h"},
    {"kernels/core/", "kernels/ kernels/machine/ kernels/engine/", ""},
    {"kernels/points/", "kernels/", ""},
    {"kernels/*/", "kernels/", ""}, /* each kernel's own folder */
    {"autotune/os/", "", "omp.h"},
    {"autotune/pipeline/", "autotune/os/", ""},
    {"autotune/module/", "autotune/os/", "jansson.h"},
    {"autotune/measure/", "autotune/os/", "jansson.h xxhash.h"},
    {"autotune/search/", "autotune/measure/", "xxhash.h"},
    {"autotune/tune/", "autotune/measure/ autotune/search/", ""},
    {"autotune/study/", "autotune/measure/", ""},
    {"autotune/store/", "autotune/os/ autotune/module/ autotune/measure/ autotune/tune/", "jansson.h"},
    {"autotune/simulate/",
     "autotune/os/ autotune/measure/ autotune/search/ autotune/tune/ autotune/store/", "jansson.h"},
    {"autotune/formats/", "autotune/measure/ autotune/tune/ autotune/store/", "jansson.h"},
    {"autotune/report/", "autotune/os/ autotune/measure/ autotune/search/ autotune/tune/ autotune/store/ autotune/formats/",
     "jansson.h"},
    {"autotune/worker/", "autotune/os/ autotune/module/ autotune/measure/", "jansson.h"},
    {"autotune/accuracy/", "", "mpfr.h"},
    {"autotune/cli/", "autotune/os/", "jansson.h"},
    {"autotune/commands/",
     "autotune/os/ autotune/module/ autotune/measure/ autotune/search/ autotune/tune/ autotune/study/ autotune/store/ "
     "autotune/simulate/ autotune/formats/ autotune/report/ autotune/worker/ autotune/accuracy/ autotune/cli/",
     "jansson.h"},
    {"autotune/programs/", "autotune/os/ autotune/measure/ autotune/cli/ autotune/pipeline/",
     "jansson.h omp.h primesieve.h"},
    {"bench/", "autotune/os/ autotune/measure/ autotune/tune/", "benchmark/benchmark.h omp.h"},
    {"bench/peers/", "bench/", "sleef.h"},
    {"examples/", "", "png.h"},
    {"examples/own-kernel/", "", ""},
};
enum { N_ROOMS = sizeof rooms / sizeof *rooms };

/* Is the word one of a list separated by blanks? */
static int is_listed(const char *list, const char *word)
{
    const size_t n = strlen(word);
    for (const char *s = list; (s = strstr(s, word)); s += n)
        if ((s == list || s[-1] == ' ') && (s[n] == ' ' || s[n] == '\0'))
            return 1;
    return 0;
}

/* The room of a file: its own folder. */
static const room *room_of(const char *file)
{
    for (int i = 0; i < N_ROOMS; i++)
        if ((size_t)(base_name(file) - file) == strlen(rooms[i].folder) && begins(file, rooms[i].folder))
            return &rooms[i];
    for (int i = 0; i < N_ROOMS; i++) {
        const char *star = strchr(rooms[i].folder, '*');
        if (star && strncmp(file, rooms[i].folder, (size_t)(star - rooms[i].folder)) == 0)
            return &rooms[i];
    }
    return begins(file, rooms[0].folder) ? &rooms[0] : NULL;
}

/* Is this quoted name a header of the room itself, or of one that it may include? */
static int is_allowed_room(const room *r, const char *file, const char *name)
{
    for (int i = 0; i < N_ROOMS; i++) {
        const char *folder = rooms[i].folder,
                   *slash = strchr(folder, '/') + 1; /* "kernels/engine/" is "engine/" */
        const int within = begins(name, slash) && !strchr(name + strlen(slash), '/');
        if (within && (&rooms[i] == r || is_listed(r->rooms, folder)) &&
            exists("%s%s", folder, name + strlen(slash)))
            return 1;
    }
    const int own = (int)(base_name(file) - file); /* "kernels/wave/" */
    if (strchr(r->folder, '*'))
        return !strncmp(name, strchr(file, '/') + 1, strcspn(name, "/") + 1) &&
               exists("%.*s%s", own, file, base_name(name));
    return !strchr(name, '/') && exists("%.*s%s", own, file, name) &&
           (begins(file, "bench/") || begins(file, "examples/"));
}

static void check_include(const char *file, int number, char *line)
{
    const char *name = included(line);
    const room *r = room_of(file);
    if (!name || begins(file, "tests/") || begins(file, "cmake/") || ends(file, ".in")) /* .in: a template of a file elsewhere */
        return;
    if (!r) {
        fault("%s: stands in no room of the table in tests/test_layout.c", file);
        return;
    }
    const int quoted = *name++ == '"';
    const int as_users_do = begins(file, "examples/");
    int allowed = quoted ? !as_users_do && is_public(name) : is_system(name) || is_listed(r->libraries, name);
    allowed |= !quoted && as_users_do && is_public(name);
    allowed |= quoted && is_allowed_room(r, file, name);
    allowed |= quoted && begins(file, "kernels/") && exists("cmake/%s.in", name); /* written by CMake */
    /* What a tile costs when the compiler knows all of it: bench/call.c. */
    allowed |= quoted && strcmp(file, "bench/call_compiled.c") == 0 && ends(name, "_tile.c") && exists("kernels/%s", name);
    if (!allowed)
        fault("%s:%d: includes %s: allowed are libc, nestune/, its own, %s %s", file, number, name, r->rooms,
              r->libraries);
}

/* Rooms may include only what stands above them. */
static void test_no_circles(void **state)
{
    (void)state;
    for (int i = 0; i < N_ROOMS; i++)
        for (int k = i; k < N_ROOMS; k++)
            if (is_listed(rooms[i].rooms, rooms[k].folder))
                fault("%s may include %s, which stands below it", rooms[i].folder, rooms[k].folder);
    assert_int_equal(n_faults, 0);
}

static void test_includes(void **state)
{
    (void)state;
    each_line("", check_include);
    assert_int_equal(n_faults, 0);
}

/* ---- Words that have one place ------------------------------------------------------------- */

static void check_sleef(const char *file, int number, char *line)
{
    if (begins(file, "include/nestune/simd/") || begins(file, "bench/peers/sleef_loops.c") ||
        begins(file, "tests/sleef/") || begins(file, "tests/test_layout.c") || !is_source(file))
        return;
    if (strstr(line, "Sleef_") || strstr(line, "sleef.h"))
        fault("%s:%d: names SLEEF's functions: only include/nestune/simd may", file, number);
}

static void test_sleef_only_in_simd(void **state)
{
    (void)state;
    each_line("", check_sleef);
    assert_int_equal(n_faults, 0);
}

static int has_fast_math(const char *text)
{
    return strstr(text, "-ffast-math") || strstr(text, "-Ofast") || strstr(text, "-funsafe-math");
}

/* Only bench/plain.c and bench/plain_wave.c, executables of their own without the library, may be built so.
 * */
static void check_fast_math(const char *file, int number, char *line)
{
    char *comment = strchr(line, '#');
    if (begins(file, "tests/test_layout.c"))
        return;
    if (is_source(file)) {
        if (strstr(line, "GCC optimize") || strstr(line, "optimize(\"") || strstr(line, "clang fp"))
            fault("%s:%d: changes the optimisation of floating point in a source", file, number);
        return;
    }
    if (comment)
        *comment = '\0';
    if (has_fast_math(line) && !strstr(line, "plain"))
        fault("%s:%d: fast math: only the plain yardsticks in bench/ may have it", file, number);
}

static void check_commands(void)
{
    FILE *f = fopen(NT_BINARY_DIR "/compile_commands.json", "r");
    char *line = NULL;
    size_t size = 0;
    if (!f)
        return;
    while (getline(&line, &size, f) > 0)
        if (strstr(line, "\"command\"") && has_fast_math(line) && !strstr(line, "bench/plain.c") &&
            !strstr(line, "bench/plain_wave.c"))
            fault("compiled with fast math: %s", line);
    free(line);
    fclose(f);
}

static void test_no_fast_math(void **state)
{
    (void)state;
    each_line("", check_fast_math);
    check_commands();
    assert_int_equal(n_faults, 0);
}

/* ---- Files --------------------------------------------------------------------------------- */

static void test_unique_names(void **state)
{
    (void)state;
    for (int i = 0; i < n_files; i++)
        for (int j = 0; j < i; j++)
            if (strcmp(base_name(files[i]), "CMakeLists.txt") &&
                !strcmp(base_name(files[i]), base_name(files[j])))
                fault("%s and %s have the same name", files[i], files[j]);
    assert_int_equal(n_faults, 0);
}

/* The second line says what the file is, by its name; the licence follows within the comment. */
static int head_is_named, head_is_licensed;
static void check_head(const char *file, int number, char *line)
{
    char name[MOST_PATH];
    snprintf(name, sizeof name, "%s - ", base_name(file));
    head_is_named |= number <= 2 && strstr(line, name) != NULL;
    head_is_licensed |= number <= 4 && strstr(line, "SPDX-License-Identifier: MIT") != NULL;
}

static void test_heads(void **state)
{
    (void)state;
    for (int i = 0; i < n_files; i++) {
        if (!is_source(files[i]) || ends(files[i], ".inc"))
            continue;
        head_is_named = head_is_licensed = 0;
        each_line(files[i], check_head);
        if (!head_is_named)
            fault("%s: does not begin with \"%s - what it is\"", files[i], base_name(files[i]));
        if (!head_is_licensed)
            fault("%s: no SPDX-License-Identifier: MIT in its head", files[i]);
    }
    assert_int_equal(n_faults, 0);
}

/* ---- The shared library -------------------------------------------------------------------- */

static void check_symbols(const char *elf, const Elf64_Shdr *table, const char *names)
{
    const Elf64_Sym *symbols = (const Elf64_Sym *)(elf + table->sh_offset);
    int n_exported = 0;
    for (size_t i = 0; i < table->sh_size / sizeof *symbols; i++) {
        const char *name = names + symbols[i].st_name;
        if (symbols[i].st_shndx == SHN_UNDEF || symbols[i].st_shndx == SHN_ABS || !*name) /* absolute: a version's name */
            continue;
        n_exported++;
        /* Sanitizers export their own marks. */
        if (!begins(name, "nt_") && !begins(name, "__"))
            fault("libnestune.so exports %s: every exported name begins with nt_", name);
    }
    assert_true(n_exported > 0);
}

static void test_exported_names(void **state)
{
    (void)state;
    const int fd = open(NT_BINARY_DIR "/libnestune.so", O_RDONLY);
    struct stat status;
    assert_true(fd >= 0 && fstat(fd, &status) == 0);
    const char *elf = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    assert_true(elf != MAP_FAILED);
    close(fd);
    assert_memory_equal(elf, ELFMAG, SELFMAG);
    assert_int_equal(elf[EI_CLASS], ELFCLASS64);
    const Elf64_Ehdr *head = (const Elf64_Ehdr *)elf;
    const Elf64_Shdr *sections = (const Elf64_Shdr *)(elf + head->e_shoff);
    for (int i = 0; i < head->e_shnum; i++)
        if (sections[i].sh_type == SHT_DYNSYM)
            check_symbols(elf, &sections[i], elf + sections[sections[i].sh_link].sh_offset);
    munmap((void *)(uintptr_t)elf, (size_t)status.st_size);
    assert_int_equal(n_faults, 0);
}

/* ---- The public headers -------------------------------------------------------------------- */

static void compile_alone(const char *compiler, const char *options)
{
    char command[MOST_PATH];
    snprintf(command, sizeof command, "command -v %s >/dev/null 2>&1", compiler);
    if (system(command) != 0) {
        fprintf(stderr, "%s is not here\n", compiler);
        skip();
    }
    for (int i = 0; i < n_files; i++) {
        /* The vocabulary of an isa compiles with that isa's flags, through simd.h. */
        if (!begins(files[i], "include/") || begins(files[i], "include/nestune/simd/"))
            continue;
        snprintf(command, sizeof command,
                 "echo '#include \"%s\"' | %s %s -Wall -Wextra -Werror -pedantic -fsyntax-only -Iinclude "
                 "-I" NT_BINARY_DIR "/generated/include -",
                 files[i] + strlen("include/"), compiler, options);
        if (system(command) != 0)
            fault("%s does not compile alone by %s %s", files[i], compiler, options);
    }
    assert_int_equal(n_faults, 0);
}

static void test_headers_in_c(void **state)
{
    (void)state;
    compile_alone("cc", "-x c -std=c17");
}

static void test_headers_in_cxx(void **state)
{
    (void)state;
    compile_alone("c++", "-x c++ -std=c++17");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_includes, forget_faults),
        cmocka_unit_test_setup(test_no_circles, forget_faults),
        cmocka_unit_test_setup(test_sleef_only_in_simd, forget_faults),
        cmocka_unit_test_setup(test_no_fast_math, forget_faults),
        cmocka_unit_test_setup(test_unique_names, forget_faults),
        cmocka_unit_test_setup(test_heads, forget_faults),
        cmocka_unit_test_setup(test_exported_names, forget_faults),
        cmocka_unit_test_setup(test_headers_in_c, forget_faults),
        cmocka_unit_test_setup(test_headers_in_cxx, forget_faults),
    };
    return cmocka_run_group_tests(tests, find_files, forget_files);
}
