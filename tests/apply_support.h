/*
 * apply_support.h - files of cells, and what a kernel makes of them
 * SPDX-License-Identifier: MIT
 */
#ifndef TESTS_APPLY_SUPPORT_H
#define TESTS_APPLY_SUPPORT_H

#include <sys/time.h>

#include "pipeline/npy.h"
#include "pipeline/pipeline.h"
#include "program.h"
#include "scratch.h"

/* A file of cells that are uniform in [-4, 4), in memory as on the disk. */
typedef struct cells_file {
    char path[128];
    array_form form;
    char *bytes; /* header and cells */
    int64_t n_bytes;
} cells_file;

/* An inner folder of a scratch folder. */
typedef struct folders {
    char in[64], out[80];
} folders;

static inline folders folders_make(void)
{
    folders f;
    const scratch s = scratch_make();
    snprintf(f.in, sizeof f.in, "%s", s.folder);
    snprintf(f.out, sizeof f.out, "%s/out", s.folder);
    assert_int_equal(mkdir(f.out, 0755), 0);
    return f;
}

static inline void folders_remove(const folders *f)
{
    tree_remove(f->in);
}

static inline void save(const char *path, const char *bytes, int64_t n)
{
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, (size_t)n, f), n);
    assert_int_equal(fclose(f), 0);
}

static inline void fill_cells(char *to, nt_dtype dtype, int64_t n, rng *r)
{
    for (int64_t i = 0; i < n; i++) {
        const double value = 8 * rng_unit(r) - 4;
        if (dtype == NT_F32)
            memcpy(to + 4 * i, &(float){(float)value}, 4);
        else
            memcpy(to + 8 * i, &value, 8);
    }
}

/* `more` bytes of header beside what numpy would write, so that cells may lie askew. */
static inline cells_file cells_make(const char *folder, const char *name, array_form form, bool is_raw,
                                    int more, rng *r)
{
    char header[NPY_ROOM + 64];
    cells_file f;
    form.offset = 0;
    if (!is_raw) {
        npy_format(&form, header);
        memset(header + form.offset - 1, ' ', 64);
        form.offset += more;
        header[form.offset - 1] = '\n';
        header[8] = (char)((form.offset - 10) & 0xff);
        header[9] = (char)((form.offset - 10) >> 8);
    }
    f.form = form;
    f.n_bytes = form.offset + array_form_bytes(&form);
    f.bytes = malloc((size_t)f.n_bytes + 1);
    assert_non_null(f.bytes);
    memcpy(f.bytes, header, (size_t)form.offset);
    fill_cells(f.bytes + form.offset, form.dtype, array_form_cells(&form), r);
    snprintf(f.path, sizeof f.path, "%s/%s", folder, name);
    save(f.path, f.bytes, f.n_bytes);
    return f;
}

/* A row of cells of f64 in a .npy file. */
static inline cells_file cells_row(const char *folder, const char *name, int64_t n, rng *r)
{
    return cells_make(folder, name, (array_form){.dtype = NT_F64, .n_dims = 1, .shape = {n}}, false, 0, r);
}

/* What the output must be: nt_run() on the whole array. */
static inline char *cells_expected(const cells_file *f, const char *kernel, int64_t steps, bool is_raw,
                                   int64_t *n)
{
    array_form form = f->form;
    char header[NPY_ROOM];
    const int64_t bytes = array_form_bytes(&form), cells = array_form_cells(&form);
    const size_t lead = is_raw ? 0 : npy_format(&form, header);
    char *due = aligned_alloc(64, (lead + (size_t)bytes + 64) / 64 * 64);
    nt_grid *g;
    assert_non_null(due);
    memcpy(due, header, lead);
    memcpy(due + lead, f->bytes + f->form.offset, (size_t)bytes);
    const int64_t shape[3] = {cells, 1, 1}, strides[3] = {1, cells, cells};
    assert_int_equal(nt_grid_wrap(&g, form.dtype, shape, strides, 0, due + lead, NULL), NT_OK);
    assert_int_equal(nt_run(kernel, g, steps, NULL), NT_OK);
    nt_grid_destroy(g);
    *n = (int64_t)lead + bytes;
    return due;
}

/* Is the output of this input, in the folder, exactly what it must be? */
static inline bool cells_are_done(const cells_file *f, const char *out, const char *kernel, int64_t steps,
                                  bool is_raw)
{
    char path[256];
    int64_t n;
    struct stat st;
    snprintf(path, sizeof path, "%s/%s", out, strrchr(f->path, '/') + 1);
    char *due = cells_expected(f, kernel, steps, is_raw, &n), *is = malloc((size_t)n + 1);
    const int fd = open(path, O_RDONLY);
    const bool same = fd >= 0 && fstat(fd, &st) == 0 && st.st_size == n && read(fd, is, (size_t)n) == n &&
                      memcmp(is, due, (size_t)n) == 0;
    if (fd >= 0)
        close(fd);
    free(is);
    free(due);
    return same;
}

/* Entries of a folder; temporary ones begin with a dot. */
static inline int count_entries(const char *folder, bool temporary)
{
    int n = 0;
    DIR *dir = opendir(folder);
    for (struct dirent *e; dir && (e = readdir(dir)) != NULL;)
        n +=
            strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0 && (e->d_name[0] == '.') == temporary;
    if (dir)
        closedir(dir);
    return n;
}

/* Sets the time of a file's last change to so many seconds from now. */
static inline void set_age(const char *path, double seconds)
{
    struct timeval now[2];
    gettimeofday(&now[0], NULL);
    now[0].tv_sec += (time_t)seconds;
    now[1] = now[0];
    assert_int_equal(utimes(path, now), 0);
}

#endif /* TESTS_APPLY_SUPPORT_H */
