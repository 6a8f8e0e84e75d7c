# isas.cmake - the instruction sets built for this processor, worst first, and their flags
# SPDX-License-Identifier: MIT
#
# Reads NT_ISAS, the user's choice among them; empty: all.  Sets NT_BUILT_ISAS and NT_FLAGS_<isa>; writes
# nestune/nt_isas.h, which names them to nestune/tile.h, into the folder NT_GENERATED_INCLUDE.
# Flags name the CPU to tune for (-mtune), never -march=native: the library must run on other machines.

if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64)$")
  set(NT_BUILT_ISAS scalar avx2 avx512)
  set(NT_FLAGS_scalar "")
  set(NT_FLAGS_avx2 -mavx2 -mfma)
  # prefer-vector-width: otherwise gcc 12 vectorises loops with 256 bits
  set(NT_FLAGS_avx512 -mavx512f -mavx512bw -mavx2 -mfma -mprefer-vector-width=512)
elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "^(aarch64|arm64)$")
  set(NT_BUILT_ISAS scalar neon)
  set(NT_FLAGS_scalar "")
  set(NT_FLAGS_neon "")
else()
  set(NT_BUILT_ISAS scalar)
  set(NT_FLAGS_scalar "")
endif()

if(NT_ISAS)
  string(REPLACE "," ";" chosen "${NT_ISAS}")
  foreach(isa IN LISTS chosen)
    if(NOT isa IN_LIST NT_BUILT_ISAS)
      list(JOIN NT_BUILT_ISAS ", " allowed)
      message(FATAL_ERROR " NT_ISAS: ${isa} is none of ${allowed}")
    endif()
  endforeach()
  if(NOT scalar IN_LIST chosen)
    message(FATAL_ERROR " NT_ISAS=${NT_ISAS}: scalar must be among them, as it runs on every CPU")
  endif()
  foreach(isa IN LISTS NT_BUILT_ISAS)
    if(NOT isa IN_LIST chosen)
      list(REMOVE_ITEM NT_BUILT_ISAS ${isa}) # what is left stays in order
    endif()
  endforeach()
endif()

set(text "/* nt_isas.h - written by cmake/isas.cmake: the instruction sets in this build */\n")
string(APPEND text "#define NT_FOR_EACH_ISA(X, k)")
foreach(isa IN LISTS NT_BUILT_ISAS)
  string(TOUPPER ${isa} upper)
  string(APPEND text " X(k, ${isa}, NT_ISA_${upper})")
endforeach()
set(NT_GENERATED_INCLUDE ${PROJECT_BINARY_DIR}/generated/include)

# The same for kernels built outside the tree: nestune_add_kernel() has these lines for the objects of each isa.
set(NT_ADD_KERNEL_ISAS "")
set(NT_ADD_KERNEL_FLAGS "-ffp-contract=off -fno-math-errno")
foreach(isa IN LISTS NT_BUILT_ISAS)
  if(NT_FLAGS_${isa})
    list(JOIN NT_FLAGS_${isa} " " flags)
    string(APPEND NT_ADD_KERNEL_FLAGS " ${isa}(${flags})")
  endif()
  string(REPLACE ";" " " flags "${NT_FLAGS_${isa}}")
  string(APPEND NT_ADD_KERNEL_ISAS "  target_compile_definitions(nestune_\${name}_${isa} PRIVATE NT_ISA=${isa} NT_ISA_IS_${isa})\n"
    "  target_compile_options(nestune_\${name}_${isa} PRIVATE ${flags})\n")
endforeach()
file(CONFIGURE OUTPUT ${NT_GENERATED_INCLUDE}/nestune/nt_isas.h CONTENT "${text}\n" @ONLY)
