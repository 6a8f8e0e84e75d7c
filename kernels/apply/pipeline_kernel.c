/*
 * pipeline_kernel.c - what `nestune apply` lets the tuner choose: the keys of its pipeline
 * SPDX-License-Identifier: MIT
 *
 * Each instance of the pipeline reads, computes and writes at the same time, over a ring of buffers of one slab
 * each.  The arithmetic is that of the kernel that is applied, which has rows of its own.
 */
#include "nestune/kernel.h"

static const nt_variant variants[] = {{"pipeline", "read, compute and write at the same time", {0, 0}}, {0}};
static const nt_form forms[] = {{"stages", "a thread for each stage"}, {0}};

static const int64_t rings[] = {4, 2, 3, 6, 8};
static const int64_t slabs[] = {4 << 20, 1 << 16, 1 << 18, 1 << 20, 1 << 22, 1 << 24, 1 << 26};
static const int64_t instances[] = {2, 1, 3, 4};
static const int64_t ios[] = {0, 1};
static const char *const io_names[] = {"pread", "mmap"};

static const nt_key keys[] = {
    {"ring", "buffers of an instance", 1, 64, rings, sizeof rings / sizeof *rings, NULL},
    {"slab", "bytes of a buffer", 4096, 1 << 30, slabs, sizeof slabs / sizeof *slabs, NULL},
    {"instances", "pipelines at the same time", 1, 64, instances, sizeof instances / sizeof *instances, NULL},
    {"io", "how files are read", 0, 1, ios, sizeof ios / sizeof *ios, io_names},
    {0},
};

static const nt_function functions_scalar[] = {
    {.isa = NT_ISA_SCALAR, .variant = "pipeline", .dtype = NT_F64, .fn = "stages"}, {0}};
static const nt_function *const functions[] = {functions_scalar, NULL};

/* 128 MiB of f64 in all, in files of 16 MiB: several slabs each, and so many that starting and ending do not count. */
static const nt_program program = {.n = 16 << 20, .unit = "cell"};

const nt_kernel nt_kernel_apply = {
    NT_KERNEL_HEAD,
    .name = "apply",
    .version = 2,
    .title = "files, one after the other: read, compute, write",
    .formula = "file[i] = kernel(file[i])",
    .role = NT_ROLE_WORK,
    .program = &program,
    .variants = variants,
    .forms = forms,
    .keys = keys,
    .functions = functions,
};
