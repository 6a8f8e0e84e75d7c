# manual.cmake - manual pages: nestune(3) from the public headers, those of the programs from their own tables
# SPDX-License-Identifier: MIT
#
# Sets NT_MANUALS, the pages that this build makes.  Pages of programs that cannot run on the building machine are left out.

set(NT_MANUALS)
find_program(NT_AWK NAMES mawk gawk awk DOC "awk, which makes nestune(3)")
if(NT_AWK)
  # nestune.h, then what it includes, in its order, then the others.
  file(STRINGS include/nestune/nestune.h headers REGEX "^#include \"nestune/")
  list(TRANSFORM headers REPLACE "^#include \"(.*)\"$" "${PROJECT_SOURCE_DIR}/include/\\1")
  file(GLOB others CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/include/nestune/*.h)
  list(PREPEND headers ${PROJECT_SOURCE_DIR}/include/nestune/nestune.h)
  list(APPEND headers ${others})
  list(REMOVE_DUPLICATES headers)
  string(TIMESTAMP date "%Y-%m-%d" UTC)
  add_custom_command(OUTPUT ${PROJECT_BINARY_DIR}/man/nestune.3
    COMMAND sh -c "out=$1; shift; LC_ALL=C \"$@\" >\"$out\"" sh ${PROJECT_BINARY_DIR}/man/nestune.3
      ${NT_AWK} -v version=${PROJECT_VERSION} -v date=${date} -f ${PROJECT_SOURCE_DIR}/cmake/man3.awk ${headers}
    DEPENDS ${headers} ${PROJECT_SOURCE_DIR}/cmake/man3.awk VERBATIM)
  list(APPEND NT_MANUALS ${PROJECT_BINARY_DIR}/man/nestune.3)
else()
  message(STATUS "nestune(3) is not made: awk is not here")
endif()

if(NT_BUILD_TUNER AND (NOT CMAKE_CROSSCOMPILING OR CMAKE_CROSSCOMPILING_EMULATOR))
  foreach(name autotune nestune)
    add_custom_command(OUTPUT ${PROJECT_BINARY_DIR}/man/${name}.1
      COMMAND sh -c "out=$1; shift; \"$@\" >\"$out\"" sh ${PROJECT_BINARY_DIR}/man/${name}.1
        ${CMAKE_CROSSCOMPILING_EMULATOR} $<TARGET_FILE:nestune_${name}> --man
      DEPENDS nestune_${name} VERBATIM)
    list(APPEND NT_MANUALS ${PROJECT_BINARY_DIR}/man/${name}.1)
  endforeach()
endif()
file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/man)
add_custom_target(nestune_manuals ALL DEPENDS ${NT_MANUALS})
