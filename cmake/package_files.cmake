# package_files.cmake - what Debian wants in a package beside the installed files; cpack runs it before it packs
# SPDX-License-Identifier: MIT
#
# In each package: copyright and changelog, manual pages compressed, static libraries without debug information.

function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE status ERROR_VARIABLE text)
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "status ${status} of: ${ARGN}\n${text}")
  endif()
endfunction()

# write(FILE TEXT): as every user may read it, whatever the umask.
function(write file text)
  file(WRITE ${file} "${text}")
  file(CHMOD ${file} PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ)
endfunction()

file(READ ${CPACK_NT_SOURCE_DIR}/LICENSE license)
string(REGEX MATCH "Copyright \\(c\\) ([^\n]*)\n\n(.*)" all "${license}")
set(owner "${CMAKE_MATCH_1}")
string(STRIP "${CMAKE_MATCH_2}" license)
string(REPLACE "\n\n" "\n.\n" license "${license}")
string(REPLACE "\n" "\n " license "${license}")
string(TIMESTAMP date "%a, %d %b %Y %H:%M:%S +0000" UTC)

foreach(component IN LISTS CPACK_COMPONENTS_ALL)
  string(TOUPPER ${component} upper)
  set(name ${CPACK_DEBIAN_${upper}_PACKAGE_NAME})
  set(root ${CPACK_TEMPORARY_INSTALL_DIRECTORY}/${component})
  set(doc ${root}/usr/share/doc/${name})
  write(${doc}/copyright "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: nestune

Files: *
Copyright: ${owner}
License: Expat
 ${license}
")
  write(${doc}/changelog.Debian "nestune (${CPACK_PACKAGE_VERSION}-${CPACK_DEBIAN_PACKAGE_RELEASE}) unstable; urgency=medium

  * Version ${CPACK_PACKAGE_VERSION}.

 -- ${CPACK_PACKAGE_CONTACT}  ${date}
")
  file(READ ${CPACK_NT_SOURCE_DIR}/CHANGELOG.md changes)
  write(${doc}/changelog "${changes}")
  file(GLOB_RECURSE pages ${root}/usr/share/man/*.[1-8])
  foreach(file IN LISTS pages ITEMS ${doc}/changelog ${doc}/changelog.Debian)
    run(gzip -9nf ${file})
  endforeach()
  file(GLOB_RECURSE archives ${root}/*.a)
  foreach(file IN LISTS archives)
    run(${CPACK_NT_STRIP} --strip-debug --enable-deterministic-archives ${file})
  endforeach()
  file(GLOB_RECURSE folders LIST_DIRECTORIES true ${root}/*)
  foreach(folder IN LISTS folders)
    if(IS_DIRECTORY ${folder})
      file(CHMOD ${folder} PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
    endif()
  endforeach()
endforeach()
