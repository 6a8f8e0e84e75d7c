/*
 * uarch.c - from CPU family and model to archspec's name of the microarchitecture
 * SPDX-License-Identifier: MIT
 *
 * archspec finds the name by features and does not know every model: where it has no name of its
 * own for a core, the core's parent in its tree stands here (Tiger Lake and Rocket Lake: icelake,
 * Emerald Rapids and Granite Rapids: sapphirerapids, Raptor Lake: alderlake).
 */
#include <stddef.h>
#include <string.h>

#include "machine/cpu.h"

/* Inclusive ranges; the first row that holds a CPU names it. */
typedef struct uarch {
    const char *vendor;
    int family, model_first, model_last, stepping_first, stepping_last;
    const char *name;
} uarch;

#define ANY      0, 0xff
#define ONE(m)   m, m, ANY
#define INTEL(m) "GenuineIntel", 6, ONE(m)
#define AMD      "AuthenticAMD"
#define ARM(p)   "0x41", 8, ONE(p)

/* clang-format off */
static const uarch table[] = {
    {INTEL(0x1a), "nehalem"},         {INTEL(0x1e), "nehalem"},
    {INTEL(0x1f), "nehalem"},         {INTEL(0x2e), "nehalem"},
    {INTEL(0x25), "westmere"},        {INTEL(0x2c), "westmere"},
    {INTEL(0x2f), "westmere"},        {INTEL(0x2a), "sandybridge"},
    {INTEL(0x2d), "sandybridge"},     {INTEL(0x3a), "ivybridge"},
    {INTEL(0x3e), "ivybridge"},       {INTEL(0x3c), "haswell"},
    {INTEL(0x3f), "haswell"},         {INTEL(0x45), "haswell"},
    {INTEL(0x46), "haswell"},         {INTEL(0x3d), "broadwell"},
    {INTEL(0x47), "broadwell"},       {INTEL(0x4f), "broadwell"},
    {INTEL(0x56), "broadwell"},       {INTEL(0x4e), "skylake"},
    {INTEL(0x5e), "skylake"},         {INTEL(0x8e), "skylake"},
    {INTEL(0x9e), "skylake"},         {INTEL(0xa5), "skylake"},
    {INTEL(0xa6), "skylake"},         {INTEL(0x57), "mic_knl"},
    {INTEL(0x85), "mic_knl"},         {INTEL(0x66), "cannonlake"},
    /* One model number for three products; VNNI came with stepping 5. */
    {"GenuineIntel", 6, 0x55, 0x55, 0, 4, "skylake_avx512"},
    {INTEL(0x55), "cascadelake"},
    {INTEL(0x6a), "icelake"},         {INTEL(0x6c), "icelake"},
    {INTEL(0x7d), "icelake"},         {INTEL(0x7e), "icelake"},
    {INTEL(0x8c), "icelake"},         {INTEL(0x8d), "icelake"},
    {INTEL(0xa7), "icelake"},         {INTEL(0x8f), "sapphirerapids"},
    {INTEL(0xcf), "sapphirerapids"},  {INTEL(0xad), "sapphirerapids"},
    {INTEL(0xae), "sapphirerapids"},  {INTEL(0x97), "alderlake"},
    {INTEL(0x9a), "alderlake"},       {INTEL(0xb7), "alderlake"},
    {INTEL(0xba), "alderlake"},       {INTEL(0xbf), "alderlake"},
    {INTEL(0xaa), "alderlake"},       {INTEL(0xac), "alderlake"},
    {INTEL(0xb5), "arrowlake"},       {INTEL(0xc5), "arrowlake"},
    {INTEL(0xc6), "arrowlake_s"},     {INTEL(0xbd), "arrowlake_s"},

    {AMD, 0x10, ANY, ANY, "k10"},
    {AMD, 0x12, ANY, ANY, "k10"},
    {AMD, 0x15, 0x00, 0x01, ANY, "bulldozer"},
    {AMD, 0x15, 0x02, 0x1f, ANY, "piledriver"},
    {AMD, 0x15, 0x30, 0x3f, ANY, "steamroller"},
    {AMD, 0x15, 0x60, 0x7f, ANY, "excavator"},
    {AMD, 0x17, 0x00, 0x2f, ANY, "zen"},
    {AMD, 0x17, 0x30, 0xff, ANY, "zen2"},
    {"HygonGenuine", 0x18, ANY, ANY, "zen"},
    {AMD, 0x19, 0x00, 0x0f, ANY, "zen3"},
    {AMD, 0x19, 0x20, 0x5f, ANY, "zen3"},
    {AMD, 0x19, 0x10, 0x1f, ANY, "zen4"},
    {AMD, 0x19, 0x60, 0xaf, ANY, "zen4"},
    {AMD, 0x1a, 0x00, 0x2f, ANY, "zen5"},
    {AMD, 0x1a, 0x40, 0x4f, ANY, "zen5"},
    {AMD, 0x1a, 0x60, 0x7f, ANY, "zen5"},

    {ARM(0xd08), "cortex_a72"},
    {ARM(0xd0c), "neoverse_n1"},
    {ARM(0xd40), "neoverse_v1"},
    {ARM(0xd49), "neoverse_n2"},
    {ARM(0xd4f), "neoverse_v2"},
    {ARM(0xd83), "neoverse_v3ae"},
    {"0x43", 8, ONE(0x0af), "thunderx2"},
    {"0x46", 8, ONE(0x001), "a64fx"},
    {"0x61", 8, 0x022, 0x029, ANY, "m1"},
    {"0x61", 8, 0x032, 0x039, ANY, "m2"},
    {"0xc0", 8, ONE(0xac3), "ampere1"},
    {"0xc0", 8, ONE(0xac4), "ampere1a"},
};
/* clang-format on */

const char *nt_uarch_name(const char *vendor, int family, int model, int stepping, const char *fallback)
{
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        const uarch *const u = &table[i];
        if (family == u->family && model >= u->model_first && model <= u->model_last &&
            stepping >= u->stepping_first && stepping <= u->stepping_last && !strcmp(vendor, u->vendor))
            return u->name;
    }
    return fallback;
}
