# install.cmake - what cmake --install installs, and how other projects find it
# SPDX-License-Identifier: MIT
#
# Both libraries, the public headers, nestuneConfig.cmake for find_package(), nestune.pc for pkg-config, manual pages;
# where they are built the programs, with completion for shells.  All paths in them are relative, so the prefix may be
# chosen, and moved, afterwards.
#
# A program that links the static library must also link the libraries that it uses.  These are written as linker
# flags, -lhwloc and so on.  So users of the shared library need not have hwloc or SLEEF for development.
include(CMakePackageConfigHelpers)

# ---- The static library's own libraries, as linker flags ----
set(private ${NT_HWLOC_LDFLAGS})
if(NT_SLEEF_FOUND)
  list(APPEND private ${NT_SLEEF_LDFLAGS})
else()
  list(APPEND private -lsleef)
endif()
foreach(name IN LISTS OpenMP_C_LIB_NAMES)
  get_filename_component(folder ${OpenMP_${name}_LIBRARY} DIRECTORY)
  list(APPEND private -L${folder} -l${name})
endforeach()
foreach(library IN LISTS CMAKE_DL_LIBS) # empty where libc has dlopen()
  list(APPEND private -l${library})
endforeach()
list(APPEND private -lm)
list(REMOVE_DUPLICATES private)
foreach(folder IN LISTS CMAKE_C_IMPLICIT_LINK_DIRECTORIES) # where every linker looks
  list(REMOVE_ITEM private -L${folder})
endforeach()
target_link_libraries(nestune_static INTERFACE "$<INSTALL_INTERFACE:${private}>")
list(JOIN private " " NT_PRIVATE_LIBRARIES)

# ---- Files: the components are the packages of package.cmake ----
install(TARGETS nestune nestune_static EXPORT nestune
  RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT library
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT library NAMELINK_COMPONENT dev
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT dev)
install(DIRECTORY include/nestune ${NT_GENERATED_INCLUDE}/nestune DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
  COMPONENT dev FILES_MATCHING PATTERN "*.h")
foreach(page IN LISTS NT_MANUALS)
  get_filename_component(section ${page} LAST_EXT)
  string(SUBSTRING ${section} 1 -1 section)
  set(component tools)
  if(section EQUAL 3)
    set(component dev)
  endif()
  install(FILES ${page} DESTINATION ${CMAKE_INSTALL_MANDIR}/man${section} COMPONENT ${component})
endforeach()
if(NT_BUILD_TUNER)
  install(TARGETS nestune_autotune nestune_nestune RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT tools)
  set(zsh zsh/site-functions)
  if(CMAKE_INSTALL_PREFIX STREQUAL "/usr" AND EXISTS /etc/debian_version)
    set(zsh zsh/vendor-completions)
  endif()
  install(FILES autotune/completion/nestune.zsh DESTINATION ${CMAKE_INSTALL_DATADIR}/${zsh} RENAME _nestune COMPONENT tools)
  foreach(program autotune nestune) # these shells look for the program's name
    install(FILES autotune/completion/nestune.bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions
      RENAME ${program} COMPONENT tools)
    install(FILES autotune/completion/nestune.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d
      RENAME ${program}.fish COMPONENT tools)
  endforeach()
endif()

# ---- find_package(nestune) ----
set(package ${CMAKE_INSTALL_LIBDIR}/cmake/nestune)
install(EXPORT nestune NAMESPACE nestune:: FILE nestuneTargets.cmake DESTINATION ${package}
  COMPONENT dev)
configure_package_config_file(cmake/nestuneConfig.cmake.in generated/nestuneConfig.cmake
  INSTALL_DESTINATION ${package} NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(generated/nestuneConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/generated/nestuneConfig.cmake ${NT_ADD_KERNEL}/nestuneAddKernel.cmake
  ${NT_ADD_KERNEL}/nestune_module.c.in
  ${PROJECT_BINARY_DIR}/generated/nestuneConfigVersion.cmake DESTINATION ${package} COMPONENT dev)

# ---- pkg-config ----
foreach(dir LIBDIR INCLUDEDIR)
  set(NT_PC_${dir} ${CMAKE_INSTALL_${dir}})
  if(NOT IS_ABSOLUTE ${NT_PC_${dir}})
    set(NT_PC_${dir} "\${prefix}/${NT_PC_${dir}}")
  endif()
endforeach()
set(NT_PC_PREFIX ${CMAKE_INSTALL_PREFIX})
if(NOT IS_ABSOLUTE ${CMAKE_INSTALL_LIBDIR})
  file(RELATIVE_PATH NT_PC_PREFIX /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
  string(REGEX REPLACE "/$" "" NT_PC_PREFIX "\${pcfiledir}/${NT_PC_PREFIX}")
endif()
configure_file(cmake/nestune.pc.in generated/nestune.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/generated/nestune.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig
  COMPONENT dev)
