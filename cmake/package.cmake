# package.cmake - Debian packages, made by cpack: the library, what programs are built with, the programs
# SPDX-License-Identifier: MIT
#
# scripts/package builds them with the prefix /usr, so that they lie where Debian looks.  The maintainer is named when they are
# packed: package_contact.cmake.  What a package depends on
# follows from its binaries (dpkg-shlibdeps); libnestune-dev also needs what a program that links the static library, or
# has a kernel of its own, is built with.

set(abi ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME nestune)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_VENDOR "the nestune authors")
set(CPACK_PROJECT_CONFIG_FILE ${PROJECT_SOURCE_DIR}/cmake/package_contact.cmake)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL library dev)
if(NT_BUILD_TUNER)
  list(APPEND CPACK_COMPONENTS_ALL tools)
endif()
set(CPACK_COMPONENTS_GROUPING IGNORE)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_PRE_BUILD_SCRIPTS ${PROJECT_SOURCE_DIR}/cmake/package_files.cmake)
set(CPACK_NT_SOURCE_DIR ${PROJECT_SOURCE_DIR}) # for this script
set(CPACK_NT_STRIP ${CMAKE_STRIP})

if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(aarch64|arm64)$") # cpack's default is the architecture of the machine that packs
  set(CPACK_DEBIAN_PACKAGE_ARCHITECTURE arm64)
endif()
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS_POLICY ">=")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "") # each package has its own
set(what "nestune runs loops over 3-D grids, or over ranges of indices, with SIMD
instructions and OpenMP threads, in the way that was measured to be the
fastest on this machine.\n\n")

set(CPACK_DEBIAN_LIBRARY_PACKAGE_NAME libnestune${abi})
set(CPACK_DEBIAN_LIBRARY_PACKAGE_SECTION libs)
file(WRITE ${PROJECT_BINARY_DIR}/generated/triggers "activate-noawait ldconfig\n")
set(CPACK_DEBIAN_LIBRARY_PACKAGE_CONTROL_EXTRA ${PROJECT_BINARY_DIR}/generated/triggers)
set(CPACK_DEBIAN_LIBRARY_DESCRIPTION "autotuned loops over 3-D grids - shared library
${what}This package has the shared library.")

set(CPACK_DEBIAN_DEV_PACKAGE_NAME libnestune-dev)
set(CPACK_DEBIAN_DEV_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEV_PACKAGE_DEPENDS
  "libnestune${abi} (= ${PROJECT_VERSION}-${CPACK_DEBIAN_PACKAGE_RELEASE}), libhwloc-dev, libsleef-dev, libc6-dev")
set(CPACK_DEBIAN_DEV_PACKAGE_RECOMMENDS "gcc | c-compiler, pkg-config")
set(CPACK_DEBIAN_DEV_PACKAGE_SUGGESTS "cmake, nestune-tools")
set(CPACK_DEBIAN_DEV_DESCRIPTION "autotuned loops over 3-D grids - development files
${what}This package has the headers, the static library, and files for
pkg-config and CMake.")

set(CPACK_DEBIAN_TOOLS_PACKAGE_NAME nestune-tools)
set(CPACK_DEBIAN_TOOLS_PACKAGE_SECTION science)
set(CPACK_DEBIAN_TOOLS_PACKAGE_RECOMMENDS libjs-chart.js)
set(CPACK_DEBIAN_TOOLS_PACKAGE_SUGGESTS libnestune-dev)
set(CPACK_DEBIAN_TOOLS_DESCRIPTION "autotuned loops over 3-D grids - autotuner and programs
${what}This package has autotune, which measures how kernels run fastest on this
machine, and nestune, which runs some of them.")
include(CPack)
