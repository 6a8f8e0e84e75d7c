# needs.cmake - finds other libraries by pkg-config, and sets their oldest allowed versions
# SPDX-License-Identifier: MIT
find_package(PkgConfig REQUIRED)

# nt_need(NAME module MINIMUM package): defines PkgConfig::NT_NAME, or stops with one line.  `package` is Debian's.
# CMake breaks a message into lines of 77 characters, unless it begins with a blank.
function(nt_need name module minimum package)
  pkg_check_modules(NT_${name} QUIET IMPORTED_TARGET ${module})
  set(needed " nestune needs ${module} ${minimum} or later, ")
  if(NOT NT_${name}_FOUND)
    message(FATAL_ERROR "${needed}which pkg-config does not find (Debian: ${package})")
  elseif(NT_${name}_VERSION VERSION_LESS minimum)
    message(FATAL_ERROR "${needed}and this is ${NT_${name}_VERSION} (Debian: ${package})")
  endif()
endfunction()
