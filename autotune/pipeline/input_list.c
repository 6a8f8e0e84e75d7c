/*
 * input_list.c - the inputs of a run: each file once, each output once, no output that is an input
 * SPDX-License-Identifier: MIT
 *
 * There may be very many, so equal ones are found by sorting.
 */
#define _GNU_SOURCE /* qsort_r */
#include "pipeline/input_list.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "pipeline/refusal.h"

/* ---- Order ------------------------------------------------------------------------------------ */

typedef int compare_fn(const input *a, const input *b);

static int compare_files(const input *a, const input *b)
{
    if (a->dev != b->dev)
        return a->dev < b->dev ? -1 : 1;
    return a->ino < b->ino ? -1 : a->ino > b->ino;
}

static int compare_names(const input *a, const input *b)
{
    return strcmp(a->name, b->name);
}

typedef struct order {
    const input *at;
    compare_fn *compare;
} order;

/* Among equal ones the first given comes first. */
static int compare_numbers(const void *a, const void *b, void *context)
{
    const order *o = context;
    const int i = *(const int *)a, k = *(const int *)b, by = o->compare(&o->at[i], &o->at[k]);
    return by ? by : i - k;
}

static bool is_fine(const input *in)
{
    return in->fault == INPUT_FINE;
}

static bool is_file(const input *in)
{
    return in->fault != INPUT_UNREADABLE && in->fault != INPUT_NO_FILE;
}

/* Fills numbers[] with the inputs that are such, sorted; returns how many. */
static int sort(const input_list *list, bool (*is_such)(const input *in), compare_fn *compare, int *numbers)
{
    order o = {list->at, compare};
    int n = 0;
    for (int i = 0; i < list->n; i++)
        if (is_such(&list->at[i]))
            numbers[n++] = i;
    qsort_r(numbers, (size_t)n, sizeof *numbers, compare_numbers, &o);
    return n;
}

/* The first of equal ones stays. */
static void refuse_equal(input_list *list, compare_fn *compare, input_fault fault, int *numbers)
{
    const int n = sort(list, is_fine, compare, numbers);
    for (int i = 1, first = 0; i < n; i++) {
        if (compare(&list->at[numbers[first]], &list->at[numbers[i]]) != 0) {
            first = i;
            continue;
        }
        list->at[numbers[i]].fault = fault;
        list->at[numbers[i]].other = numbers[first];
    }
}

/* The input that is this file, by the n sorted numbers; -1: none. */
static int find_file(const input_list *list, const int *numbers, int n, const struct stat *st)
{
    const input file = {.dev = st->st_dev, .ino = st->st_ino};
    for (int low = 0, high = n; low < high;) {
        const int middle = low + (high - low) / 2, by = compare_files(&file, &list->at[numbers[middle]]);
        if (by == 0)
            return numbers[middle];
        if (by < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return -1;
}

/* ---- Looking ---------------------------------------------------------------------------------- */

static void look_at_input(input *in, const char *path)
{
    struct stat st;
    const char *slash = strrchr(path, '/');
    *in = (input){.path = path, .name = slash ? slash + 1 : path};
    if (stat(path, &st) != 0) {
        in->fault = INPUT_UNREADABLE;
        in->error = errno;
        return;
    }
    in->dev = st.st_dev;
    in->ino = st.st_ino;
    in->n_bytes = st.st_size;
    if (!S_ISREG(st.st_mode)) {
        in->fault = INPUT_NO_FILE;
        in->error = S_ISDIR(st.st_mode) ? EISDIR : 0;
    }
}

static void look_at_output(const input_list *list, input *in, int folder_fd, const int *numbers, int n)
{
    struct stat st;
    if (fstatat(folder_fd, in->name, &st, AT_SYMLINK_NOFOLLOW) != 0)
        return; /* a fault other than that there is none comes up when the output is made */
    if (S_ISLNK(st.st_mode))
        in->fault = INPUT_OUTPUT_IS_LINK;
    else if (!S_ISREG(st.st_mode))
        in->fault = INPUT_OUTPUT_NO_FILE;
    else if ((in->other = find_file(list, numbers, n, &st)) >= 0)
        in->fault = INPUT_OUTPUT_IS_INPUT;
    if (in->fault == INPUT_OUTPUT_IS_INPUT && st.st_ino == in->ino && st.st_dev == in->dev)
        in->other = (int)(in - list->at);
}

nt_status input_list_make(input_list *list, const char *const *paths, int n, int folder_fd, nt_error *why)
{
    *list = (input_list){.n = n, .at = malloc(((size_t)n + 1) * sizeof *list->at)};
    int *numbers = malloc(((size_t)n + 1) * sizeof *numbers);
    if (!list->at || !numbers) {
        free(numbers);
        input_list_free(list);
        return refusal(NT_ENOMEM, why, "no memory for a list of %d files", n);
    }
    for (int i = 0; i < n; i++)
        look_at_input(&list->at[i], paths[i]);
    refuse_equal(list, compare_files, INPUT_SAME_FILE, numbers);
    refuse_equal(list, compare_names, INPUT_SAME_OUTPUT, numbers);
    /* An input that is left out may not be lost either. */
    const int n_files = sort(list, is_file, compare_files, numbers);
    for (int i = 0; i < n; i++)
        if (list->at[i].fault == INPUT_FINE)
            look_at_output(list, &list->at[i], folder_fd, numbers, n_files);
    free(numbers);
    for (int i = 0; i < n; i++) {
        const input *in = &list->at[i];
        if (in->fault != INPUT_FINE)
            continue;
        list->n_fine++;
        if (__builtin_add_overflow(list->all_bytes, in->n_bytes, &list->all_bytes))
            list->all_bytes = INT64_MAX;
        if (in->n_bytes > list->largest_bytes)
            list->largest_bytes = in->n_bytes;
    }
    return NT_OK;
}

void input_list_free(input_list *list)
{
    free(list->at);
    list->at = NULL;
}

void input_list_reason(const input_list *list, int i, nt_error *why)
{
    const input *in = &list->at[i];
    const char *other = list->at[in->other < 0 ? i : in->other].path;
    switch (in->fault) {
    case INPUT_UNREADABLE: refusal(NT_EIO, why, "cannot be read: %s", strerror(in->error)); break;
    case INPUT_NO_FILE:
        refusal(NT_EIO, why, in->error ? "is a folder: files are allowed" : "is not a regular file");
        break;
    case INPUT_SAME_FILE:
        refusal(NT_EARG, why, "is the same file as %.150s: each file is read once", other);
        break;
    case INPUT_SAME_OUTPUT:
        refusal(NT_EARG, why, "would have the same output as %.150s: another folder is needed", other);
        break;
    case INPUT_OUTPUT_IS_LINK:
        refusal(NT_EIO, why, "its output is a symbolic link, which is not replaced");
        break;
    case INPUT_OUTPUT_NO_FILE: refusal(NT_EIO, why, "its output is a folder or another special file"); break;
    case INPUT_OUTPUT_IS_INPUT:
        if (in->other == i)
            refusal(NT_EARG, why, "its output is this file itself: another folder is needed");
        else
            refusal(NT_EARG, why, "its output would replace the input %.150s: another folder is needed",
                    other);
        break;
    case INPUT_FINE: refusal(NT_OK, why, "is left out for no reason"); break;
    }
}
