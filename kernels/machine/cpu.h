/*
 * cpu.h - what the CPU says of itself: who made it, and its level of features
 * SPDX-License-Identifier: MIT
 */
#ifndef NESTUNE_CPU_H
#define NESTUNE_CPU_H

typedef struct nt_cpu {
    char vendor[16]; /* letters, digits and "._-" alone, so that it can stand in a header */
    char model[64];  /* printable ASCII without quotes, backslashes and asterisks, likewise */
    int family, model_id, stepping;
} nt_cpu;

/* nt_cpu_identify() - CPUID on x86, MIDR on Arm; what is unknown is 0 or "unknown". */
void nt_cpu_identify(nt_cpu *cpu);

/*
 * nt_uarch_name() - archspec's name of a microarchitecture.
 *
 * Shape:   vendor, family, model, stepping as nt_cpu_identify() gives them.
 * Errors:  a CPU that the table does not know gives `fallback`.
 * Source:  archspec-json, cpu/microarchitectures.json; model numbers from Linux: asm/intel-family.h
 *          and kernel/cpu/amd.c of arch/x86, asm/cputype.h of arch/arm64.
 */
const char *nt_uarch_name(const char *vendor, int family, int model, int stepping, const char *fallback);

/* nt_cpu_level() - archspec's generic name by features: "x86_64_v3", "aarch64", or "unknown". */
const char *nt_cpu_level(void);

#endif /* NESTUNE_CPU_H */
