/*
 * cpu.c - the CPU's vendor, model and level of features
 * SPDX-License-Identifier: MIT
 */
#include "machine/cpu.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__x86_64__) || defined(__i386__)
#define CPU_X86 1
#include <cpuid.h>
#elif defined(__aarch64__)
#define CPU_ARM 1
#include <stdint.h>
#include <sys/auxv.h>
#endif

/* ---- Level ------------------------------------------------------------------------------------ */

const char *nt_cpu_level(void)
{
#if defined(__x86_64__)
    /* The features of each level that gcc 12 and clang 14 both know by name; the others (lzcnt,
     * movbe, f16c) have come with them in every CPU made. */
    const int v2 = __builtin_cpu_supports("sse4.2") && __builtin_cpu_supports("popcnt");
    const int v3 = v2 && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
                   __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2");
    const int v4 = v3 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                   __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
                   __builtin_cpu_supports("avx512vl");
    return v4 ? "x86_64_v4" : v3 ? "x86_64_v3" : v2 ? "x86_64_v2" : "x86_64";
#elif CPU_ARM
    return "aarch64";
#else
    return "unknown";
#endif
}

/* ---- Identity ------------------------------------------------------------------------------ */

/* A hypervisor may put any bytes here, and the text goes into a C comment and a string. */
static void clean_text(char *text, const char *allowed_punctuation)
{
    char *out = text;
    for (const char *s = text; *s; s++) {
        const unsigned char c = (unsigned char)*s;
        const int plain = c < 128 && (isalnum(c) || strchr(allowed_punctuation, c));
        if (c == ' ' && (out == text || out[-1] == ' '))
            continue; /* brand strings are padded */
        *out++ = (char)(plain || c == ' ' ? c : '_');
    }
    while (out > text && out[-1] == ' ')
        out--;
    *out = '\0';
}

#if CPU_X86
static void identify(nt_cpu *cpu)
{
    unsigned eax, ebx, ecx, edx;
    if (!__get_cpuid(0, &eax, &ebx, &ecx, &edx))
        return;
    memcpy(cpu->vendor + 0, &ebx, 4);
    memcpy(cpu->vendor + 4, &edx, 4);
    memcpy(cpu->vendor + 8, &ecx, 4);
    if (__get_cpuid(1, &eax, &ebx, &ecx, &edx)) {
        const int family = eax >> 8 & 15, model = eax >> 4 & 15;
        cpu->stepping = eax & 15;
        cpu->family = family == 15 ? family + (int)(eax >> 20 & 255) : family;
        cpu->model_id = family == 15 || family == 6 ? model + (int)(eax >> 16 & 15) * 16 : model;
    }
    for (unsigned i = 0; i < 3; i++) {
        unsigned r[4];
        if (!__get_cpuid(0x80000002u + i, &r[0], &r[1], &r[2], &r[3]))
            break;
        memcpy(cpu->model + 16 * i, r, 16);
    }
}
#elif CPU_ARM
/* Reads that of the first core, so that on a chip with two kinds of cores the answer does not depend on where
 * this thread runs.  If there is none, reads the register itself, which Linux emulates. */
static uint64_t read_midr(void)
{
    uint64_t midr = 0;
    FILE *f = fopen("/sys/devices/system/cpu/cpu0/regs/identification/midr_el1", "re");
    char text[32] = "";
    if (f) {
        if (fgets(text, sizeof text, f))
            midr = strtoull(text, NULL, 16);
        fclose(f);
    }
    const unsigned long hwcap_cpuid = 1ul << 11; /* HWCAP_CPUID of <asm/hwcap.h> */
    if (!midr && getauxval(AT_HWCAP) & hwcap_cpuid)
        __asm__("mrs %0, MIDR_EL1" : "=r"(midr));
    return midr;
}

static void identify(nt_cpu *cpu)
{
    const uint64_t midr = read_midr();
    if (!midr)
        return;
    const unsigned part = midr >> 4 & 0xfff, variant = midr >> 20 & 15, revision = midr & 15;
    snprintf(cpu->vendor, sizeof cpu->vendor, "0x%02x", (unsigned)(midr >> 24 & 255));
    snprintf(cpu->model, sizeof cpu->model, "Arm implementer %s part 0x%03x r%up%u", cpu->vendor, part,
             variant, revision);
    cpu->family = 8; /* MIDR's own field says "see the ID registers" from Armv7 on */
    cpu->model_id = (int)part;
    cpu->stepping = (int)(variant * 16 + revision);
}
#else
static void identify(nt_cpu *cpu)
{
    (void)cpu;
}
#endif

void nt_cpu_identify(nt_cpu *cpu)
{
    memset(cpu, 0, sizeof *cpu);
    identify(cpu);
    clean_text(cpu->vendor, "._-");
    clean_text(cpu->model, "!#$%&'()+,-./:;<=>?@[]^_`{|}~");
    for (char *s = cpu->vendor; *s; s++)
        if (*s == ' ')
            *s = '_';
    if (!*cpu->vendor)
        snprintf(cpu->vendor, sizeof cpu->vendor, "unknown");
    if (!*cpu->model)
        snprintf(cpu->model, sizeof cpu->model, "unknown");
}
