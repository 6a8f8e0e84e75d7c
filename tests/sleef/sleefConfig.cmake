# sleefConfig.cmake - this machine's SLEEF, as if it were a later one
# SPDX-License-Identifier: MIT
#
# cmake -Dsleef_DIR=tests/sleef -DNT_SLEEF_AS=3.9 (or 4.0): found by CMake, as SLEEF is from 3.6 on, and with the
# version and the names of that release (sleef.h).  The functions are those that are installed.
string(REPLACE "." ";" version ${NT_SLEEF_AS})
list(GET version 0 major)
list(GET version 1 minor)
add_library(sleef::sleef INTERFACE IMPORTED)
target_include_directories(sleef::sleef INTERFACE ${CMAKE_CURRENT_LIST_DIR})
target_compile_definitions(sleef::sleef INTERFACE NT_SLEEF_AS_MAJOR=${major} NT_SLEEF_AS_MINOR=${minor})
target_link_libraries(sleef::sleef INTERFACE sleef)
