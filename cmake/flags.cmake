# flags.cmake - compiler flags: those of this project, and what it says about the user's
# SPDX-License-Identifier: MIT
#
# Sets NT_CODE_OPTIONS, what the library's code is compiled with beside the user's flags, and the targets
# nestune_options and nestune_warnings.  Writes build_info.h, one for each build type, into NT_BUILD_INFO_DIR.
#
# Flags of the user that would make results inexact are refused.  Flags that allow more instructions, such as
# -march=native, get a warning only: they suit a library that runs on the machine that builds it.

# Use FMA only where the code asks for it.
set(NT_CODE_OPTIONS -ffp-contract=off -fno-math-errno)
if(NT_SANITIZE)
  list(APPEND NT_CODE_OPTIONS -fsanitize=${NT_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
endif()

add_library(nestune_options INTERFACE)
target_compile_options(nestune_options INTERFACE ${NT_CODE_OPTIONS})
if(NT_SANITIZE)
  target_compile_definitions(nestune_options INTERFACE NT_SANITIZED)
  target_link_options(nestune_options INTERFACE -fsanitize=${NT_SANITIZE})
endif()
if(NT_MAP_PATHS) # not among NT_CODE_OPTIONS: it changes no instruction, and results need not know it
  target_compile_options(nestune_options INTERFACE -ffile-prefix-map=${PROJECT_SOURCE_DIR}/=)
endif()
add_library(nestune_warnings INTERFACE)
target_compile_options(nestune_warnings INTERFACE
  $<$<COMPILE_LANGUAGE:C>:-Wall;-Wextra;-Wshadow;-Wvla;-Wstrict-prototypes;-Wmissing-prototypes>
  $<$<BOOL:${NT_WERROR}>:-Werror>)

set(configs ${CMAKE_CONFIGURATION_TYPES})
if(NOT configs)
  set(configs ${CMAKE_BUILD_TYPE})
endif()
if(NOT configs)
  set(configs None) # no build type at all
endif()
get_directory_property(NT_DIRECTORY_OPTIONS COMPILE_OPTIONS) # a surrounding project's add_compile_options()
string(GENEX_STRIP "${NT_DIRECTORY_OPTIONS}" NT_DIRECTORY_OPTIONS)
get_directory_property(NT_DIRECTORY_LINK_OPTIONS LINK_OPTIONS)

# ---- Refused: fast math.  When linking, too: gcc before 13 then adds code that changes the host's rounding
set(names CMAKE_C_FLAGS NT_DIRECTORY_OPTIONS NT_DIRECTORY_LINK_OPTIONS CMAKE_EXE_LINKER_FLAGS
  CMAKE_SHARED_LINKER_FLAGS)
foreach(config IN LISTS configs)
  string(TOUPPER "${config}" upper)
  list(APPEND names CMAKE_C_FLAGS_${upper} CMAKE_EXE_LINKER_FLAGS_${upper} CMAKE_SHARED_LINKER_FLAGS_${upper})
endforeach()
set(inexact "-(Ofast|f(fast|unsafe|associative|reciprocal)-math[a-z-]*|ffinite-math-only|fno-signed-zeros")
string(APPEND inexact "|ffp-model=(fast|aggressive))")
foreach(name IN LISTS names)
  if("${${name}}" MATCHES "(^|[ ;])${inexact}($|[ ;])")
    string(REGEX MATCH "${inexact}" flag "${${name}}")
    message(FATAL_ERROR
      " ${flag} in ${name}: nestune's results are exact to the bit, so it is not built with this flag")
  endif()
endforeach()

# ---- Warned about: instructions that not all CPUs of this kind have -------------------------
foreach(config IN LISTS configs)
  string(TOUPPER "${config}" upper)
  separate_arguments(flags UNIX_COMMAND "${CMAKE_C_FLAGS} ${CMAKE_C_FLAGS_${upper}}")
  list(APPEND flags ${NT_DIRECTORY_OPTIONS})
  list(FILTER flags INCLUDE REGEX "^-m")
  if(flags)
    if(CMAKE_C_COMPILER_TARGET)
      list(APPEND flags --target=${CMAKE_C_COMPILER_TARGET})
    endif()
    execute_process(COMMAND ${CMAKE_C_COMPILER} ${flags} -dM -E -x c /dev/null OUTPUT_VARIABLE macros
      ERROR_QUIET)
    if(macros MATCHES "define __(SSE3|POPCNT|BMI|AVX|FMA|ARM_FEATURE_(ATOMICS|DOTPROD|SVE))(__)? ")
      list(JOIN flags " " flags)
      message(NOTICE "nestune: warning: ${flags} is for all of the library, which then runs only on CPUs that have "
        "these instructions; without it nestune chooses them at run time")
      break()
    endif()
  endif()
endforeach()

# ---- What the library says it was built with ------------------------------------------------
foreach(config IN LISTS configs)
  string(TOUPPER "${config}" upper)
  set(flags "${CMAKE_C_FLAGS}" "${CMAKE_C_FLAGS_${upper}}" ${NT_DIRECTORY_OPTIONS} ${NT_CODE_OPTIONS})
  if(CMAKE_INTERPROCEDURAL_OPTIMIZATION)
    list(APPEND flags ${CMAKE_C_COMPILE_OPTIONS_IPO})
  endif()
  foreach(isa IN LISTS NT_BUILT_ISAS)
    if(NT_FLAGS_${isa})
      list(JOIN NT_FLAGS_${isa} " " isa_flags)
      list(APPEND flags "${isa}(${isa_flags})")
    endif()
  endforeach()
  list(JOIN flags " " flags)
  string(REGEX REPLACE "[ \t\r\n]+" " " flags "${flags}")
  string(STRIP "${flags}" flags)
  string(REPLACE "\\" "\\\\" flags "${flags}")
  string(REPLACE "\"" "\\\"" NT_BUILD_FLAGS "${flags}")
  configure_file(cmake/build_info.h.in generated/${config}/build_info.h @ONLY)
endforeach()
set(NT_BUILD_INFO_DIR ${PROJECT_BINARY_DIR}/generated/$<IF:$<BOOL:$<CONFIG>>,$<CONFIG>,None>)
