# tuned.cmake - the tuned headers that are compiled in, and their check
# SPDX-License-Identifier: MIT
#
# NESTUNE_TUNED names one header; empty: all of results/.  So a build does not depend on the machine that builds.  Sets
# NT_TUNED_SOURCE, which includes them in one array of strings (kernels/core/tuned_parse.c).
#
# The library's own reader checks the headers when CMake configures.  A cross build cannot run it: its library
# checks its headers at first use.

if(NESTUNE_TUNED)
  get_filename_component(headers ${NESTUNE_TUNED} ABSOLUTE BASE_DIR ${PROJECT_SOURCE_DIR})
else()
  file(GLOB headers CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/results/*/tuned.h)
endif()
# If a header changes, the next build configures and checks again.
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${headers})

if(CMAKE_CROSSCOMPILING)
  message(STATUS "Tuned headers are not checked: a cross build")
else()
  set(checker ${PROJECT_BINARY_DIR}/generated/check_tuned)
  try_compile(NT_CHECKER_BUILT ${PROJECT_BINARY_DIR}/generated/checker
    SOURCES ${PROJECT_SOURCE_DIR}/cmake/check_tuned.c ${PROJECT_SOURCE_DIR}/kernels/core/tuned_parse.c
      ${PROJECT_SOURCE_DIR}/kernels/core/tuned_file.c ${PROJECT_SOURCE_DIR}/kernels/core/crc32.c
    CMAKE_FLAGS "-DINCLUDE_DIRECTORIES=${PROJECT_SOURCE_DIR}/include;${PROJECT_SOURCE_DIR}/kernels"
    OUTPUT_VARIABLE output
    COPY_FILE ${checker})
  if(NOT NT_CHECKER_BUILT)
    message(FATAL_ERROR "cmake/check_tuned.c does not compile:\n${output}")
  endif()
  execute_process(COMMAND ${checker} ${headers} RESULT_VARIABLE status ERROR_VARIABLE error
    ERROR_STRIP_TRAILING_WHITESPACE)
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "${error}\nRemove it and tune again, or name another: -DNESTUNE_TUNED=results/generic/tuned.h")
  endif()
endif()

set(NT_TUNED_SOURCE ${PROJECT_BINARY_DIR}/generated/tuned_lines.c)
set(text "/* tuned_lines.c - written by cmake/tuned.cmake: the tuned headers in this build */\n")
string(APPEND text "#include \"core/tuned_internal.h\"\n\n#define NT_TUNED_LINE(string) string,\n\n"
  "const char *const nt_tuned_lines[] = {\n")
foreach(header IN LISTS headers)
  string(APPEND text "#include \"${header}\"\n")
  message(STATUS "Tuned header: ${header}")
endforeach()
file(CONFIGURE OUTPUT ${NT_TUNED_SOURCE} CONTENT "${text}    0,\n};\n" @ONLY)
