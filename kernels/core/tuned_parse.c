/*
 * tuned_parse.c - from the strings of a tuned header to its rows
 * SPDX-License-Identifier: MIT
 *
 * A header is a list of strings.  One blank separates words:
 *
 *     nestune 4 machine=zen5-26.2.1-2t vendor=AuthenticAMD uarch=zen5 family=26 model=2 l1d=49152 l2=1048576
 *         l3=33554432 threads=2 l2_class=1048576 l3_class=16777216                          (one string)
 *     row KERNEL CASE VERSION DTYPE CLASS STEPS CONFIG DEFAULT_NS TUNED_NS VERDICT upto=256
 *     end rows=1 crc=0x1a2b3c4d
 *
 * l2_class and l3_class: the largest working set of a class, in bytes, when the rows were tuned; 0: no such class.  The
 * machine that reads them has its own.  upto: the row is for grids with at most so many cells in x; upto=0: with any
 * number.  A header of format 3 has none of these three words, and its classes are in_cache and out_of_cache.
 *
 * crc is nt_crc32() of all strings before the end line, a newline behind each.  The tables below say what a
 * word may be.  Rows of a kernel, case and type have one isa and one variant, which they name.
 */
#include "core/tuned_parse.h"

#include <stdlib.h>
#include <string.h>

#include "nestune/crc32.h"
#include "why.h"

#define LOWER  "abcdefghijklmnopqrstuvwxyz"
#define DIGITS "0123456789"

/* The form of a word: KEY, followed by 1 to `most` characters of `set`. */
typedef struct word_rule {
    const char *name, *key, *set, *allowed;
    size_t most;
} word_rule;

/* clang-format off */
#define NOTHING "", "nothing behind it", 0
#define NAME    LOWER DIGITS "_", "a-z 0-9 _"
#define ID      LOWER DIGITS "._-", "a-z 0-9 . _ -"
#define BRAND   "ABCDEFGHIJKLMNOPQRSTUVWXYZ" LOWER DIGITS "._-", "A-Z a-z 0-9 . _ -"
#define VALUES  LOWER DIGITS "_=,", "a-z 0-9 _ = ,"
#define NUMBER  DIGITS, "0-9"
#define FIGURE  DIGITS ".-", "0-9 . -"
#define HEX     DIGITS "abcdef", "0-9 a-f"

enum { MOST_WORDS = 13 };
enum { FORMAT = 1, MACHINE, VENDOR, UARCH, FAMILY, MODEL, L1D, L2, L3, THREADS, N_HEAD_3, L2_CLASS = N_HEAD_3, L3_CLASS, N_HEAD };
static const word_rule head_rules[N_HEAD] = {
    {"word",    "nestune",  NOTHING},
    {"format",  "",         NUMBER, 9},
    {"machine", "machine=", ID, 63},
    {"vendor",  "vendor=",  BRAND, 15},
    {"uarch",   "uarch=",   ID, 23},
    {"family",  "family=",  NUMBER, 9},
    {"model",   "model=",   NUMBER, 9},
    {"l1d",     "l1d=",     NUMBER, 18},
    {"l2",      "l2=",      NUMBER, 18},
    {"l3",      "l3=",      NUMBER, 18},
    {"threads", "threads=", NUMBER, 9},
    {"l2 class", "l2_class=", NUMBER, 18},
    {"l3 class", "l3_class=", NUMBER, 18},
};

enum { KERNEL = 1, CASE, VERSION, DTYPE, CLASS, STEPS, CONFIG, DEFAULT_NS, TUNED_NS, VERDICT, N_ROW_3, UPTO = N_ROW_3, N_ROW };
static const word_rule row_rules[N_ROW] = {
    {"word",       "row", NOTHING},
    {"kernel",     "", NAME, 63},
    {"case",       "", NAME, 63},
    {"version",    "", NUMBER, 9},
    {"dtype",      "", NAME, 15},
    {"class",      "", NAME, 15},
    {"steps",      "", NAME, 15},
    {"config",     "", VALUES, NT_CONFIG_TEXT - 1},
    {"default ns", "", FIGURE, 24},
    {"tuned ns",   "", FIGURE, 24},
    {"verdict",    "", ID, 15},
    {"upto",       "upto=", NUMBER, 18},
};

enum { END_ROWS = 1, END_CRC, N_END };
static const word_rule end_rules[N_END] = {
    {"word", "end", NOTHING},
    {"rows", "rows=", NUMBER, 9},
    {"crc",  "crc=0x", HEX, 8},
};
/* clang-format on */

const char *nt_class_name(nt_class c)
{
    static const char *const names[NT_N_CLASSES] = {"l2", "l3", "memory", "short", "long"};
    return (unsigned)c < NT_N_CLASSES ? names[c] : NULL;
}

/* The class of a row of this format; NT_N_CLASSES: it has no such name. */
static nt_class class_named(const char *name, int format)
{
    static const struct {
        const char *name;
        nt_class is;
    } of_format_3[] = {{"in_cache", NT_CLASS_L2}, {"out_of_cache", NT_CLASS_MEMORY}};
    for (int i = 0; format == 3 && i < 2; i++)
        if (strcmp(name, of_format_3[i].name) == 0)
            return of_format_3[i].is;
    nt_class c = format == 3 ? NT_CLASS_SHORT : NT_CLASS_L2;
    while (c < NT_N_CLASSES && strcmp(name, nt_class_name(c)) != 0)
        c++;
    return c;
}

const char *nt_repeat_name(nt_repeat r)
{
    static const char *const names[NT_N_REPEATS] = {"one", "many"};
    return (unsigned)r < NT_N_REPEATS ? names[r] : NULL;
}

/* ---- One line -------------------------------------------------------------------------------- */

static bool begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

/* Splits a line in place and checks its words; each word then begins behind its key. */
static nt_status split(char *line, const word_rule *rules, int n_rules, char *word[MOST_WORDS], nt_error *why)
{
    int n = 0;
    for (char *at = line; at; n++) {
        char *blank = strchr(at, ' ');
        if (n < n_rules)
            word[n] = at;
        if (blank)
            *blank = '\0';
        at = blank ? blank + 1 : NULL;
    }
    if (n != n_rules)
        return nt_refuse(NT_EIO, why, "%d words: %s line has %d, with one blank between them", n,
                         rules[0].key, n_rules);
    for (int i = 0; i < n; i++) {
        const word_rule *rule = &rules[i];
        const size_t key = strlen(rule->key), length = strlen(word[i]);
        if (!begins(word[i], rule->key) || key + strspn(word[i] + key, rule->set) != length ||
            length > key + rule->most || (length == key && rule->most > 0))
            return nt_refuse(NT_EIO, why, "%s %.40s: allowed are %s%s%s, at most %zu", rule->name, word[i],
                             rule->key, *rule->key ? " and " : "", rule->allowed, rule->most);
        word[i] += key;
    }
    return NT_OK;
}

static int int_of(const char *digits)
{
    return (int)strtol(digits, NULL, 10);
}

static nt_status read_head(char *line, nt_tuned *t, nt_error *why)
{
    char *word[MOST_WORDS];
    if (!begins(line, "nestune "))
        return nt_refuse(NT_EIO, why, "allowed is a line nestune %d machine=...", NT_TUNED_FORMAT);
    t->format = int_of(line + strlen("nestune "));
    if (t->format < NT_TUNED_OLDEST_FORMAT || t->format > NT_TUNED_FORMAT)
        return nt_refuse(NT_ESTALE, why, "of format %d, this library reads %d and %d: tune again", t->format,
                         NT_TUNED_OLDEST_FORMAT, NT_TUNED_FORMAT);
    const nt_status status = split(line, head_rules, t->format == 3 ? N_HEAD_3 : N_HEAD, word, why);
    if (status != NT_OK)
        return status;
    t->machine = word[MACHINE];
    t->vendor = word[VENDOR];
    t->uarch = word[UARCH];
    t->family = int_of(word[FAMILY]);
    t->model_id = int_of(word[MODEL]);
    t->l1d_bytes = strtoll(word[L1D], NULL, 10);
    t->l2_bytes = strtoll(word[L2], NULL, 10);
    t->l3_bytes = strtoll(word[L3], NULL, 10);
    t->threads = int_of(word[THREADS]);
    t->l2_class_bytes = t->format == 3 ? 0 : strtoll(word[L2_CLASS], NULL, 10);
    t->l3_class_bytes = t->format == 3 ? 0 : strtoll(word[L3_CLASS], NULL, 10);
    return NT_OK;
}

/* The value of a key in a config's text, n bytes; NULL if the text does not name it. */
static const char *value_of(const char *config, const char *key, size_t *n)
{
    for (const char *s = config; s; s = strchr(s, ',')) {
        s += *s == ',';
        if (begins(s, key) && s[strlen(key)] == '=') {
            s += strlen(key) + 1;
            *n = strcspn(s, ",");
            return s;
        }
    }
    return NULL;
}

static bool same_value(const char *a, const char *b, const char *key)
{
    size_t n = 0, m = 0;
    const char *of_a = value_of(a, key, &n), *of_b = value_of(b, key, &m);
    return of_a && of_b && n == m && memcmp(of_a, of_b, n) == 0;
}

/* Against the rows before it.  shape_class: what its class is called now. */
static nt_status check_row(const nt_tuned_row *rows, int i, const char *shape_class, nt_error *why)
{
    const nt_tuned_row *row = &rows[i], *other;
    size_t n;
    if (!value_of(row->config, "isa", &n) || !value_of(row->config, "variant", &n))
        return nt_refuse(NT_EIO, why, "a row names isa= and variant=");
    for (other = rows; other < row; other++) {
        if (strcmp(other->kernel, row->kernel) != 0 || strcmp(other->case_name, row->case_name) != 0 ||
            strcmp(other->dtype, row->dtype) != 0)
            continue;
        if (!same_value(other->config, row->config, "isa") ||
            !same_value(other->config, row->config, "variant"))
            return nt_refuse(NT_EIO, why, "rows of %s %s %s differ in isa or variant: one of each is allowed",
                             row->kernel, row->case_name, row->dtype);
        if (strcmp(other->shape_class, shape_class) == 0 && strcmp(other->steps, row->steps) == 0 &&
            other->upto == row->upto)
            return nt_refuse(NT_EIO, why, "a second row %s %s %s %s %s", row->kernel, row->case_name,
                             row->dtype, row->shape_class, row->steps);
    }
    return NT_OK;
}

/* Is this a class with these steps?  Ranges have one step, and one row. */
static nt_status check_class(nt_class c, const char *const word[], int64_t upto, int format, nt_error *why)
{
    bool known = false;
    for (int r = 0; r < NT_N_REPEATS; r++)
        known |= c < NT_N_CLASSES && strcmp(word[STEPS], nt_repeat_name((nt_repeat)r)) == 0 &&
                 (c < NT_CLASS_SHORT || (r == NT_REPEAT_ONE && upto == 0));
    return known
               ? NT_OK
               : nt_refuse(NT_EIO, why,
                           "class %s, steps %s: allowed are %s with one and many, short and long with one%s",
                           word[CLASS], word[STEPS],
                           format == 3 ? "in_cache and out_of_cache" : "l2, l3 and memory",
                           format == 3 ? "" : " and upto=0");
}

static nt_status read_row(char *line, nt_tuned_row *rows, int i, int format, nt_error *why)
{
    char *word[MOST_WORDS];
    nt_status status = split(line, row_rules, format == 3 ? N_ROW_3 : N_ROW, word, why);
    if (status != NT_OK)
        return status;
    const int64_t upto = format == 3 ? 0 : strtoll(word[UPTO], NULL, 10);
    const nt_class c = class_named(word[CLASS], format);
    status = check_class(c, (const char *const *)word, upto, format, why);
    if (status != NT_OK)
        return status;
    rows[i] = (nt_tuned_row){word[KERNEL], word[CASE],   int_of(word[VERSION]), word[DTYPE],    word[CLASS],
                             word[STEPS],  word[CONFIG], word[DEFAULT_NS],      word[TUNED_NS], word[VERDICT],
                             upto};
    status = check_row(rows, i, nt_class_name(c), why);
    rows[i].shape_class = nt_class_name(c);
    return status;
}

static nt_status read_end(char *line, int n_rows, uint32_t crc, nt_error *why)
{
    char *word[MOST_WORDS];
    const nt_status status = split(line, end_rules, N_END, word, why);
    if (status != NT_OK)
        return status;
    if (strtoul(word[END_CRC], NULL, 16) != crc || strlen(word[END_CRC]) != 8)
        return nt_refuse(NT_EIO, why, "damaged or edited: the CRC is 0x%08x, the end line says 0x%s",
                         (unsigned)crc, word[END_CRC]);
    if (int_of(word[END_ROWS]) != n_rows)
        return nt_refuse(NT_EIO, why, "%d rows, the end line says %s", n_rows, word[END_ROWS]);
    return NT_OK;
}

/* ---- All lines ------------------------------------------------------------------------------- */

/* Up to the end line: how many rows, and the bytes of all. */
static size_t count_rows(const char *const *lines, int n, size_t *bytes)
{
    size_t n_rows = 0;
    *bytes = 1;
    for (int i = 0; i < n; i++) {
        n_rows += begins(lines[i], "row ");
        *bytes += strlen(lines[i]) + 1;
        if (begins(lines[i], "end "))
            break;
    }
    return n_rows;
}

static nt_status read_lines(const char *const *lines, int n, nt_tuned_row *rows, char *words, nt_tuned *t,
                            int *n_read, nt_error *why)
{
    uint32_t crc = 0;
    for (*n_read = 0; *n_read < n; ++*n_read) {
        const char *line = lines[*n_read];
        const size_t length = strlen(line);
        char *copy = memcpy(words, line, length + 1);
        words += length + 1;
        nt_status status;
        if (*n_read == 0) {
            status = read_head(copy, t, why);
        } else if (begins(line, "row ")) {
            status =
                t->n_rows < NT_TUNED_MOST_ROWS
                    ? read_row(copy, rows, t->n_rows++, t->format, why)
                    : nt_refuse(NT_EIO, why, "too many rows: at most %d are allowed", NT_TUNED_MOST_ROWS);
        } else if (begins(line, "end ")) {
            status = read_end(copy, t->n_rows, crc, why);
            *n_read += status == NT_OK;
            return status;
        } else {
            status =
                nt_refuse(NT_EIO, why, "%.40s: allowed are lines row ... and end rows=... crc=...", line);
        }
        if (status != NT_OK)
            return status;
        crc = nt_crc32(nt_crc32(crc, line, length), "\n", 1);
    }
    return nt_refuse(NT_EIO, why, "cut short: the line end rows=... crc=... is missing");
}

/* Rows and words are one piece of memory. */
nt_status nt_tuned_parse(const char *const *lines, int n, nt_tuned *tuned, int *n_read, nt_error *why)
{
    size_t bytes;
    const size_t n_rows = count_rows(lines, n, &bytes);
    nt_tuned_row *rows = malloc(n_rows * sizeof *rows + bytes);
    *n_read = 0;
    *tuned = (nt_tuned){.rows = rows};
    if (!rows)
        return nt_refuse(NT_ENOMEM, why, "no memory for %zu rows", n_rows);
    const nt_status status = read_lines(lines, n, rows, (char *)(rows + n_rows), tuned, n_read, why);
    if (status != NT_OK)
        nt_tuned_free(tuned);
    return status;
}

void nt_tuned_free(nt_tuned *tuned)
{
    free((void *)tuned->rows);
    *tuned = (nt_tuned){0};
}
