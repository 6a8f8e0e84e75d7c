/*
 * cpu.h - the CPU's vendor, model and level of features
 * SPDX-License-Identifier: MIT
 */
#ifndef NESTUNE_CPU_H
#define NESTUNE_CPU_H

typedef struct nt_cpu {
    char vendor[16]; /* letters, digits and "._-" alone, so that it can stand in a header */
    char model[64];  /* printable ASCII without quotes, backslashes and asterisks, likewise */
    int family, model_id, stepping;
} nt_cpu;

/* nt_cpu_identify() - reads CPUID on x86, MIDR on Arm; an unknown value is 0 or "unknown". */
void nt_cpu_identify(nt_cpu *cpu);

/*
 * nt_uarch_name() - archspec's name of a microarchitecture.
 *
 * Shape:   vendor, family, model, stepping as nt_cpu_identify() gives them.
 * Errors:  returns `fallback` for a CPU that is not in the table.
 * Source:  archspec-json, cpu/microarchitectures.json; model numbers from Linux: asm/intel-family.h
 *          and kernel/cpu/amd.c of arch/x86, asm/cputype.h of arch/arm64.
 */
const char *nt_uarch_name(const char *vendor, int family, int model, int stepping, const char *fallback);

/* nt_cpu_level() - archspec's generic name by features: "x86_64_v3", "aarch64", or "unknown". */
const char *nt_cpu_level(void);

#endif /* NESTUNE_CPU_H */
