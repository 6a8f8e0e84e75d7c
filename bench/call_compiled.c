/*
 * call_compiled.c - tile functions whose form and box the compiler knows, as a header with constants could give them
 * SPDX-License-Identifier: MIT
 *
 * Includes the kernels' tile sources, so that the compiler sees function, box and strides at once.  Compiled with the flags of one
 * isa (CMakeLists.txt).
 */
#include "call_compiled.h"

#define nt_square_functions_avx2   call_square_functions /* not those of the library */
#define nt_square_functions_scalar call_square_functions
#define nt_mathop_functions_avx2   call_mathop_functions
#define nt_mathop_functions_scalar call_mathop_functions
#include "mathop/mathop_tile.c"
#include "square/square_tile.c"

/* A whole cube of so many cells a side, in contiguous rows. */
#define CUBE(name, type, function, side)                                                                \
    static void name##_##side(type *cells)                                                              \
    {                                                                                                   \
        static const nt_config config;                                                                  \
        const nt_view view = {.cells = cells, .sy = (side), .sz = (side) * (side), .first = 0, .end = (side)}; \
        const nt_view none[NT_MAX_COEFS] = {{0}};                                                       \
        const nt_step step = {.src = view, .dst = view, .coef = none, .config = &config};               \
        const nt_box box = {0, (int64_t)(side) * (side) * (side), 0, 1, 0, 1}; /* as one row, as the engine has it */ \
        function(&step, &box);                                                                          \
    }                                                                                                   \
    static void name##_any_##side(void *cells) { name##_##side(cells); }
#define CUBES(name, type, function) \
    CUBE(name, type, function, 1)   \
    CUBE(name, type, function, 8)   \
    CUBE(name, type, function, 32)  \
    CUBE(name, type, function, 64)  \
    CUBE(name, type, function, 384)
CUBES(square_f64_c, double, square_f64_u4)
CUBES(mathop_f32_c, float, fused_f32_p4)

#define SIDES(name) {name##_any_1, name##_any_8, name##_any_32, name##_any_64, name##_any_384}
const call_compiled call_compiled_kernels[] = {
    {"square", NT_F64, "plain", "u4", SIDES(square_f64_c)},
    {"mathop", NT_F32, "fused", "p4", SIDES(mathop_f32_c)},
    {0},
};
const int call_sides[CALL_SIDES] = {1, 8, 32, 64, 384};
const nt_isa call_isa = NT_ISA_CODE;
