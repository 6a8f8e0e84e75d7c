# isas.cmake - the instruction sets built for this processor, worst first, and their flags
# SPDX-License-Identifier: MIT
#
# Sets NT_ISAS and NT_FLAGS_<isa>; writes generated/nt_isas.h, which names them to kernels/isa.h.
# Tuning flags are named (-mtune), never -march=native: the library runs elsewhere.

if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64)$")
  set(NT_ISAS scalar avx2 avx512)
  set(NT_FLAGS_scalar "")
  set(NT_FLAGS_avx2 -mavx2 -mfma)
  # prefer-vector-width: gcc 12 would otherwise split what it vectorises itself into 256 bits
  set(NT_FLAGS_avx512 -mavx512f -mavx2 -mfma -mprefer-vector-width=512)
elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "^(aarch64|arm64)$")
  set(NT_ISAS scalar neon)
  set(NT_FLAGS_scalar "")
  set(NT_FLAGS_neon "")
else()
  set(NT_ISAS scalar)
  set(NT_FLAGS_scalar "")
endif()

set(text "/* nt_isas.h - written by cmake/isas.cmake: the instruction sets in this build */\n")
string(APPEND text "#define NT_FOR_EACH_ISA(X, k)")
foreach(isa IN LISTS NT_ISAS)
  string(TOUPPER ${isa} upper)
  string(APPEND text " X(k, ${isa}, NT_ISA_${upper})")
endforeach()
file(CONFIGURE OUTPUT generated/nt_isas.h CONTENT "${text}\n" @ONLY)
