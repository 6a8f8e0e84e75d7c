/*
 * quota.c - the limits that cgroups set to this process
 * SPDX-License-Identifier: MIT
 *
 * Neither OpenMP runtimes nor hwloc read CPU quotas: with a quota of one CPU on two they start two
 * threads, which the kernel then stops half of the time, in the middle of a barrier.
 *
 * /proc/self/cgroup names this process's folder in each hierarchy; /proc/self/mountinfo names the mount point
 * of the hierarchy, and which part of it is mounted.  A limit holds for all folders below it, so this file
 * reads every folder from ours up to the mount point, and the least limit counts.
 */
#define _GNU_SOURCE
#include "machine/quota.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PATH_BYTES = 1024, STAT_BYTES = 8192 };

int nt_file_read(const char *root, const char *dir, const char *name, char *text, int size)
{
    char path[2 * PATH_BYTES];
    int n = snprintf(path, sizeof path, "%s%s%s", root, dir, name);
    text[0] = '\0';
    if (n < 0 || n >= (int)sizeof path)
        return 0;
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return 0;
    int length = 0;
    ssize_t got = 0;
    while (length < size - 1 && (got = read(fd, text + length, (size_t)(size - 1 - length))) != 0) {
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            break;
        length += (int)got;
    }
    close(fd);
    text[got < 0 ? 0 : length] = '\0';
    return got >= 0;
}

/* ---- Limits of one folder ------------------------------------------------------------------ */

/* A positive decimal number; "max", "-1" and anything else are no number. */
static int parse_positive(const char *text, const char **end, int64_t *value)
{
    char *stop;
    if (*text < '0' || *text > '9')
        return 0;
    errno = 0;
    const long long v = strtoll(text, &stop, 10);
    if (errno || v <= 0 || (*stop && !strchr(" \n", *stop)))
        return 0;
    *end = stop;
    *value = v;
    return 1;
}

static int read_positive(const char *dir, const char *name, int64_t *value)
{
    char text[64];
    const char *end;
    return nt_file_read("", dir, name, text, sizeof text) && parse_positive(text, &end, value);
}

static void lower_cpus(nt_quota *q, int64_t quota_us, int64_t period_us)
{
    const double cpus = (double)quota_us / (double)period_us;
    if (q->cpus == 0 || cpus < q->cpus)
        q->cpus = cpus;
}

static void read_cpu_v1(const char *dir, nt_quota *q)
{
    int64_t quota, period;
    if (read_positive(dir, "/cpu.cfs_quota_us", &quota) && read_positive(dir, "/cpu.cfs_period_us", &period))
        lower_cpus(q, quota, period);
}

static void read_cpu_v2(const char *dir, nt_quota *q)
{
    char text[64];
    const char *s;
    int64_t quota, period;
    if (!nt_file_read("", dir, "/cpu.max", text, sizeof text) || !parse_positive(text, &s, &quota))
        return;
    if (*s == ' ' && parse_positive(s + 1, &s, &period))
        lower_cpus(q, quota, period);
}

/* The value behind a key at the start of a line; 0 if there is none. */
static int64_t stat_value(const char *text, const char *key)
{
    const size_t n = strlen(key);
    int64_t value;
    for (const char *line = text; line; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (!strncmp(line, key, n) && line[n] == ' ' && parse_positive(line + n + 1, &line, &value))
            return value;
    }
    return 0;
}

static void read_memory(const char *dir, const char *const names[3], nt_quota *q)
{
    const int64_t no_limit = INT64_C(1) << 62; /* version 1 writes about 2^63 for none */
    char text[STAT_BYTES];
    int64_t limit, used;
    if (!read_positive(dir, names[0], &limit) || limit >= no_limit)
        return;
    if (q->memory_bytes == 0 || limit < q->memory_bytes)
        q->memory_bytes = limit;
    if (!read_positive(dir, names[1], &used))
        used = 0;
    nt_file_read("", dir, "/memory.stat", text, sizeof text);
    const int64_t cache = stat_value(text, names[2]);
    const int64_t taken = used > cache ? used - cache : 0;
    const int64_t rest = limit > taken ? limit - taken : 0;
    if (rest < q->memory_free)
        q->memory_free = rest;
}

static void read_memory_v1(const char *dir, nt_quota *q)
{
    static const char *const names[] = {"/memory.limit_in_bytes", "/memory.usage_in_bytes",
                                        "total_inactive_file"};
    read_memory(dir, names, q);
}

static void read_v2(const char *dir, nt_quota *q)
{
    static const char *const names[] = {"/memory.max", "/memory.current", "inactive_file"};
    read_memory(dir, names, q);
    read_cpu_v2(dir, q);
}

/* ---- Finding the folders ------------------------------------------------------------------- */

typedef struct hierarchy {
    const char *controller; /* "": version 2 */
    const char *filesystem;
    void (*read)(const char *dir, nt_quota *q);
} hierarchy;

static const hierarchy hierarchies[] = {
    {"cpu", "cgroup", read_cpu_v1},
    {"memory", "cgroup", read_memory_v1},
    {"", "cgroup2", read_v2},
};

static int has_word(const char *list, const char *word)
{
    const size_t n = strlen(word);
    for (const char *s = list; s; s = strchr(s, ',')) {
        s += *s == ',';
        if (!strncmp(s, word, n) && (s[n] == ',' || s[n] == '\0'))
            return 1;
    }
    return 0;
}

static FILE *open_proc(const char *root, const char *name)
{
    char path[2 * PATH_BYTES];
    const int n = snprintf(path, sizeof path, "%s%s", root, name);
    return n < 0 || n >= (int)sizeof path ? NULL : fopen(path, "re");
}

/* Lines are `4:cpu,cpuacct:/a/b`, and `0::/a/b` for version 2. */
static int find_own(const char *root, const hierarchy *h, char own[PATH_BYTES])
{
    FILE *f = open_proc(root, "/proc/self/cgroup");
    char *line = NULL;
    size_t size = 0;
    int found = 0;
    while (f && !found && getline(&line, &size, f) > 0) {
        line[strcspn(line, "\n")] = '\0';
        char *names = strchr(line, ':');
        char *path = names ? strchr(names + 1, ':') : NULL;
        if (!path || path[1] != '/' || strlen(path + 1) >= PATH_BYTES)
            continue;
        *path++ = '\0';
        names++;
        if (*h->controller ? has_word(names, h->controller) : !*names) {
            strcpy(own, path);
            found = 1;
        }
    }
    free(line);
    if (f)
        fclose(f);
    return found;
}

/* mountinfo writes blanks as \040 and the like. */
static void unescape(char *text)
{
    char *out = text;
    for (const char *s = text; *s;) {
        if (s[0] == '\\' && s[1] >= '0' && s[1] <= '3' && s[2] >= '0' && s[2] <= '7' && s[3] >= '0' &&
            s[3] <= '7') {
            *out++ = (char)((s[1] - '0') * 64 + (s[2] - '0') * 8 + (s[3] - '0'));
            s += 4;
        } else {
            *out++ = *s++;
        }
    }
    *out = '\0';
}

/* The part of `own` below `top`: NULL if it does not lie there. */
static const char *below(const char *own, const char *top)
{
    const size_t n = strcmp(top, "/") ? strlen(top) : 0;
    if (strncmp(own, top, n) || (own[n] && own[n] != '/'))
        return NULL;
    return strcmp(own + n, "/") ? own + n : "";
}

/* One line: id, parent, device, top, mount point, options, optional fields, "-", filesystem,
 * source, options.  0 if it is not a mount of this hierarchy. */
static int parse_mount(char *line, const hierarchy *h, char **top, char **point)
{
    char *fields[6], *save = NULL, *word = NULL;
    for (int i = 0; i < 6; i++)
        if (!(fields[i] = strtok_r(i ? NULL : line, " \n", &save)))
            return 0;
    do
        word = strtok_r(NULL, " \n", &save);
    while (word && strcmp(word, "-") != 0);
    char *const filesystem = strtok_r(NULL, " \n", &save);
    char *const source = strtok_r(NULL, " \n", &save);
    char *const options = strtok_r(NULL, " \n", &save);
    if (!word || !filesystem || !source || !options || strcmp(filesystem, h->filesystem) != 0 ||
        (*h->controller && !has_word(options, h->controller)))
        return 0;
    *top = fields[3];
    *point = fields[4];
    unescape(*top);
    unescape(*point);
    return 1;
}

/*
 * The folder of this process, and how many of its bytes are the mount point.  A container sees its
 * own folder as the mount point; then, and where our path is not below what is mounted, the mount
 * point is all that can be asked.
 */
static int find_dir(const char *root, const hierarchy *h, const char *own, char dir[2 * PATH_BYTES])
{
    FILE *f = open_proc(root, "/proc/self/mountinfo");
    char *line = NULL, *top, *point;
    size_t size = 0;
    int length = 0, exact = 0;
    while (f && !exact && getline(&line, &size, f) > 0) {
        if (!parse_mount(line, h, &top, &point))
            continue;
        const char *rest = strstr(own, "/..") ? NULL : below(own, top);
        if (!rest && length)
            continue;
        exact = rest != NULL;
        length = (int)(strlen(root) + strlen(point));
        if (snprintf(dir, 2 * PATH_BYTES, "%s%s%s", root, point, rest ? rest : "") >= 2 * PATH_BYTES)
            length = exact = 0;
    }
    free(line);
    if (f)
        fclose(f);
    return length;
}

void nt_quota_read(const char *root, nt_quota *quota)
{
    *quota = (nt_quota){.memory_free = INT64_MAX};
    for (size_t i = 0; i < sizeof hierarchies / sizeof hierarchies[0]; i++) {
        const hierarchy *const h = &hierarchies[i];
        char own[PATH_BYTES], dir[2 * PATH_BYTES];
        int top;
        if (!find_own(root, h, own) || !(top = find_dir(root, h, own, dir)))
            continue;
        for (;;) {
            h->read(dir, quota);
            char *const slash = strrchr(dir, '/');
            if (!slash || slash < dir + top)
                break;
            *slash = '\0';
        }
    }
}
