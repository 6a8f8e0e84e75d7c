# packaging.cmake - the build as others meet it: configured, installed, found, and as a part of another build
# SPDX-License-Identifier: MIT
#
#     cmake -DCASE=<case> -DSOURCE=... -P packaging.cmake          see tests/CMakeLists.txt for the other variables
#
# SOURCE and BINARY are nestune's folders, WORK is this case's own, INSTALLED where case `install` puts things.
cmake_minimum_required(VERSION 3.21...3.25)

# ---- Helpers --------------------------------------------------------------------------------

# run(COMMAND...): `status` and `text`, all that it printed.
macro(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE status OUTPUT_VARIABLE text ERROR_VARIABLE text)
endmacro()

function(fail what)
  message(FATAL_ERROR "${what}\n${text}")
endfunction()

macro(must_run)
  run(${ARGN})
  if(NOT status EQUAL 0)
    fail("status ${status} of: ${ARGN}")
  endif()
endmacro()

# expect(VARIABLE TEXT), expect_not(VARIABLE TEXT): is the text in it?
function(expect variable what)
  string(FIND "${${variable}}" "${what}" at)
  if(at EQUAL -1)
    message(FATAL_ERROR "no '${what}' in\n${${variable}}")
  endif()
endfunction()
function(expect_not variable what)
  string(FIND "${${variable}}" "${what}" at)
  if(NOT at EQUAL -1)
    message(FATAL_ERROR "'${what}' in\n${${variable}}")
  endif()
endfunction()

# configure(FOLDER ARGUMENTS...): of WORK/build, by the compiler and generator of the build that is tested.
macro(configure folder)
  run(${CMAKE_COMMAND} -S ${folder} -B ${WORK}/build -G ${GENERATOR} -DCMAKE_C_COMPILER=${C_COMPILER}
    -DCMAKE_C_COMPILER_LAUNCHER=${LAUNCHER} ${ARGN})
endmacro()
macro(must_configure)
  configure(${ARGN})
  if(NOT status EQUAL 0)
    fail("cannot be configured: ${ARGN}")
  endif()
endmacro()

# must_refuse(LINE ARGUMENTS...): the end, with one line that says so.
macro(must_refuse line)
  configure(${SOURCE} ${ARGN})
  if(status EQUAL 0)
    fail("taken: ${ARGN}")
  endif()
  expect(text "${line}")
endmacro()

# expect_flags(TYPE TEXT): in build_info.h of a build type, as C writes it.
function(expect_flags type what)
  file(READ ${WORK}/build/generated/${type}/build_info.h info)
  expect(info "${what}")
endfunction()

file(REMOVE_RECURSE ${WORK})
file(MAKE_DIRECTORY ${WORK})
set(sanitizer_flags "")
if(SANITIZE)
  set(sanitizer_flags -fsanitize=${SANITIZE})
endif()

# ---- install: everything is there, and nothing in it names where it was built or first put -----

function(case_install)
  file(REMOVE_RECURSE ${INSTALLED})
  must_run(${CMAKE_COMMAND} --install ${BINARY} --prefix ${WORK}/first)
  file(RENAME ${WORK}/first ${INSTALLED})
  file(GLOB_RECURSE found RELATIVE ${INSTALLED} ${INSTALLED}/*)
  list(TRANSFORM found REPLACE "^lib[^/]*/(.*-linux-gnu[^/]*/)?" "lib/")
  file(GLOB_RECURSE headers RELATIVE ${SOURCE} ${SOURCE}/include/nestune/*.h)
  foreach(file IN LISTS headers ITEMS include/nestune/nt_isas.h lib/libnestune.a lib/libnestune.so
      lib/libnestune.so.${ABI} lib/pkgconfig/nestune.pc lib/cmake/nestune/nestuneConfig.cmake
      lib/cmake/nestune/nestuneConfigVersion.cmake lib/cmake/nestune/nestuneTargets.cmake bin/autotune bin/nestune
      share/man/man1/autotune.1 share/man/man1/nestune.1 share/man/man3/nestune.3
      share/bash-completion/completions/autotune share/bash-completion/completions/nestune)
    if(NOT file IN_LIST found)
      message(FATAL_ERROR "${file} is not installed: ${found}")
    endif()
  endforeach()
  file(GLOB_RECURSE texts ${INSTALLED}/*.cmake ${INSTALLED}/*.pc ${INSTALLED}/*.h)
  foreach(file IN LISTS texts)
    file(READ ${file} content)
    foreach(folder ${WORK}/first ${SOURCE}/ ${BINARY}/)
      expect_not(content ${folder})
    endforeach()
  endforeach()
  file(GLOB_RECURSE binaries ${INSTALLED}/libnestune.so.* ${INSTALLED}/bin/autotune ${INSTALLED}/bin/nestune)
  foreach(file IN LISTS binaries)
    must_run(${READELF} -d ${file})
    expect(text "NEEDED")
    foreach(tag RPATH RUNPATH)
      expect_not(text ${tag})
    endforeach()
  endforeach()
  must_run(${INSTALLED}/bin/autotune --version)

  # An installed program's results are the user's: it neither reads nor writes those of the source tree.
  file(MAKE_DIRECTORY ${WORK}/home)
  run(${CMAKE_COMMAND} -E env --unset=XDG_DATA_HOME HOME=${WORK}/home ${INSTALLED}/bin/autotune show)
  expect(text "no results in ${WORK}/home/.local/share/nestune/")
  run(${CMAKE_COMMAND} -E env HOME=${WORK}/home ${BINARY}/bin/autotune show)
  expect_not(text "no results in ${WORK}")
  # On a busy machine a second may not be enough for a result, but the journal is there.
  run(${CMAKE_COMMAND} -E env XDG_DATA_HOME=${WORK}/data HOME=${WORK}/home
    ${INSTALLED}/bin/autotune run square --shape 64x64x4 --dtype f32 --budget 1)
  file(GLOB written ${WORK}/data/nestune/*/square.*)
  if(NOT written)
    fail("nothing below ${WORK}/data/nestune")
  endif()

  # Below another root, as package builders install.
  must_run(${CMAKE_COMMAND} -E env DESTDIR=${WORK}/root ${CMAKE_COMMAND} --install ${BINARY} --prefix /usr)
  if(NOT EXISTS ${WORK}/root/usr/bin/autotune)
    fail("nothing in ${WORK}/root/usr/bin")
  endif()
endfunction()

# ---- packages: what is in the Debian packages, and what they depend on ------------------------
#
# Of the build that is tested, whose prefix is not /usr: the names of folders differ in that.  scripts/try-packages
# installs those of scripts/package in a bare Debian.

# in_package(NAME FILES...): the package's control fields in `control`, its files in `files`; these must be among them.
macro(in_package name)
  file(GLOB package ${WORK}/${name}_*.deb)
  must_run(dpkg-deb -f ${package})
  set(control "\n${text}")
  must_run(dpkg-deb -c ${package})
  string(REGEX REPLACE "[^\n]* \\./" "./" files "${text}")
  string(REGEX REPLACE " -> [^\n]*" "" files "${files}")
  string(REGEX REPLACE "/lib/[^/\n]*-linux-gnu[^/\n]*/" "/lib/" files "${files}")
  string(APPEND all_files "${files}")
  foreach(file ${ARGN} share/doc/${name}/copyright share/doc/${name}/changelog.Debian.gz)
    expect(files "./usr/${file}\n")
  endforeach()
endmacro()

function(case_packages)
  foreach(program dpkg-deb dpkg-shlibdeps file)
    find_program(found_${program} ${program})
    if(NOT found_${program})
      message(STATUS "skipped: no ${program}")
      return()
    endif()
  endforeach()
  # Nobody is named as the maintainer who was not asked.
  execute_process(COMMAND ${CMAKE_COMMAND} -E env --unset=DEBFULLNAME --unset=DEBEMAIL
    ${CMAKE_CPACK_COMMAND} --config ${BINARY}/CPackConfig.cmake -B ${WORK} RESULT_VARIABLE result OUTPUT_QUIET ERROR_VARIABLE said)
  file(GLOB made ${WORK}/*.deb)
  if(result EQUAL 0 OR made OR NOT said MATCHES "DEBFULLNAME and DEBEMAIL")
    message(FATAL_ERROR "packages without a maintainer: ${result} ${made} ${said}")
  endif()
  must_run(${CMAKE_COMMAND} -E env "DEBFULLNAME=A Test" DEBEMAIL=test@nestune.invalid
    ${CMAKE_CPACK_COMMAND} --config ${BINARY}/CPackConfig.cmake -B ${WORK} -D CPACK_DEBIAN_COMPRESSION_TYPE=gzip) # fast
  set(all_files "")
  in_package(libnestune${ABI} lib/libnestune.so.${ABI} share/doc/libnestune${ABI}/changelog.gz)
  expect_not(files "libnestune.so\n")
  foreach(field "Section: libs" "Maintainer: A Test <test@nestune.invalid>" "Depends: libc6 " " libgomp" " libhwloc" " libsleef")
    expect(control "${field}")
  endforeach()
  in_package(libnestune-dev lib/libnestune.so lib/libnestune.a lib/pkgconfig/nestune.pc include/nestune/nestune.h
    include/nestune/nt_isas.h include/nestune/simd/simd.h lib/cmake/nestune/nestuneConfig.cmake share/man/man3/nestune.3.gz)
  foreach(field "Section: libdevel" "Depends: libnestune${ABI} (= " ", libhwloc-dev, libsleef-dev")
    expect(control "${field}")
  endforeach()
  in_package(nestune-tools bin/autotune bin/nestune share/man/man1/autotune.1.gz share/man/man1/nestune.1.gz
    share/bash-completion/completions/autotune share/bash-completion/completions/nestune
    share/fish/vendor_completions.d/autotune.fish)
  foreach(field "Section: science" " libjansson" " libmpfr" " libxxhash" "Recommends: libjs-chart.js")
    expect(control "${field}")
  endforeach()
  # No file is in two packages.
  string(REGEX MATCHALL "\\./[^\n]*[^/\n]\n" list "${all_files}")
  list(LENGTH list n)
  list(REMOVE_DUPLICATES list)
  list(LENGTH list n_unique)
  if(NOT n EQUAL n_unique)
    message(FATAL_ERROR "a file is in two packages: ${all_files}")
  endif()
endfunction()

# ---- find: find_package() in C and C++, shared and static -----------------------------------

function(case_find)
  must_configure(${SOURCE}/tests/consumer -DCMAKE_PREFIX_PATH=${INSTALLED} -DCMAKE_C_FLAGS=${sanitizer_flags}
    -DCMAKE_CXX_COMPILER=${CXX_COMPILER} -DCMAKE_CXX_FLAGS=${sanitizer_flags})
  must_run(${CMAKE_COMMAND} --build ${WORK}/build)
  file(GLOB programs ${WORK}/build/consumer_shared ${WORK}/build/consumer_static ${WORK}/build/consumer_cxx)
  list(LENGTH programs n)
  if(n LESS 2)
    fail("not built: ${programs}")
  endif()
  foreach(program IN LISTS programs)
    must_run(${program})
  endforeach()
endfunction()

# ---- pkgconfig: the commands of README ------------------------------------------------------

function(case_pkgconfig)
  file(GLOB_RECURSE pc ${INSTALLED}/nestune.pc)
  get_filename_component(folder ${pc} DIRECTORY)
  get_filename_component(lib ${folder} DIRECTORY)
  set(ENV{PKG_CONFIG_PATH} ${folder})
  must_run(pkg-config --modversion nestune)
  must_run(sh -c "'${C_COMPILER}' ${sanitizer_flags} '${SOURCE}/tests/consumer/consumer.c' \
    $(pkg-config --cflags --libs nestune) -Wl,-rpath,'${lib}' -o '${WORK}/shared'")
  must_run(${WORK}/shared)
  must_run(sh -c "'${C_COMPILER}' ${sanitizer_flags} '${SOURCE}/tests/consumer/consumer.c' \
    $(pkg-config --static --cflags --libs nestune | sed 's/-lnestune/-l:libnestune.a/') -o '${WORK}/static'")
  must_run(${WORK}/static)
endfunction()

# ---- own: kernels of one's own, built with what is installed: the example, and the projects of `nestune new-kernel` ----

# Builds a project, and runs its test.
macro(build_own folder)
  must_run(${CMAKE_COMMAND} -S ${folder} -B ${WORK}/build_${name} -G ${GENERATOR} -DCMAKE_C_COMPILER=${C_COMPILER}
    -DCMAKE_C_COMPILER_LAUNCHER=${LAUNCHER} -DCMAKE_PREFIX_PATH=${INSTALLED} "-DCMAKE_C_FLAGS=-Wall -Wextra -Werror ${sanitizer_flags}"
    -DCMAKE_C_FLAGS_RELEASE=-O1) # fast to compile
  must_run(${CMAKE_COMMAND} --build ${WORK}/build_${name})
  must_run(${CMAKE_CTEST_COMMAND} --test-dir ${WORK}/build_${name} --output-on-failure)
  must_run(${INSTALLED}/bin/autotune list --kernel ${WORK}/build_${name}/lib${name}.so --json)
  expect(text "\"name\": \"${name}\"")
endmacro()

function(case_own)
  set(kinds pointwise stencil range)
  foreach(kind IN LISTS kinds)
    set(name own_${kind})
    execute_process(COMMAND ${INSTALLED}/bin/nestune new-kernel ${name} --kind ${kind} WORKING_DIRECTORY ${WORK}
      RESULT_VARIABLE status OUTPUT_VARIABLE text ERROR_VARIABLE text)
    if(NOT status EQUAL 0)
      fail("nestune new-kernel")
    endif()
    build_own(${WORK}/${name})
  endforeach()

  # The example: tuned from its own folder, built again with the header, which its plans then use.
  set(name heat27)
  file(COPY ${SOURCE}/examples/own-kernel DESTINATION ${WORK})
  build_own(${WORK}/own-kernel)
  execute_process(COMMAND ${INSTALLED}/bin/autotune run --kernel ${WORK}/build_heat27/libheat27.so --dtype f64 --shape 16x16x16
      --effort quick --threads 1 WORKING_DIRECTORY ${WORK}/own-kernel RESULT_VARIABLE status OUTPUT_VARIABLE text ERROR_VARIABLE text)
  if(NOT status EQUAL 0)
    fail("autotune run --kernel")
  endif()
  file(GLOB header ${WORK}/own-kernel/tuned/*/tuned.h)
  file(READ "${header}" rows)
  expect(rows "row heat27 default 1 f64 l2 many ")
  must_run(${CMAKE_COMMAND} --build ${WORK}/build_heat27)
  set(ENV{NESTUNE_VERBOSE} 1)
  must_run(${WORK}/build_heat27/test_heat27)
  expect(text "row heat27 f64 l2 many of ")
endfunction()

# ---- subproject: by add_subdirectory(), only the library, with the host's build type and flags --
#
# One isa of all, little optimised: a second compilation of the whole library would take minutes.

function(case_subproject)
  must_configure(${SOURCE}/tests/consumer -DNESTUNE_SOURCE=${SOURCE} -DNT_ISAS=scalar
    -DCMAKE_BUILD_TYPE=Debug -DCMAKE_C_FLAGS_DEBUG=-Og "-DCMAKE_C_FLAGS=-DNOTE=\"a\"" -DCMAKE_CXX_COMPILER=${CXX_COMPILER})
  foreach(variable CMAKE_RUNTIME_OUTPUT_DIRECTORY CMAKE_C_STANDARD)
    expect(text "after nestune, ${variable} is ''")
  endforeach()
  expect(text "after nestune, CMAKE_BUILD_TYPE is 'Debug'")
  must_run(${CMAKE_COMMAND} --build ${WORK}/build --parallel 2)
  foreach(program consumer_shared consumer_static)
    must_run(${WORK}/build/${program})
    expect(text "flags -DNOTE=\"a\" -Og -ffp-contract=off -fno-math-errno\n")
  endforeach()
  if(EXISTS ${WORK}/build/nestune/bin)
    message(FATAL_ERROR "programs are built too")
  endif()
  # With all of it, and by FetchContent, there are no two targets of one name.
  must_configure(${SOURCE}/tests/consumer -DNESTUNE_SOURCE=${SOURCE} -DNESTUNE_FETCHED=ON -DNT_BUILD_TUNER=ON -DNT_BUILD_TESTS=ON
    -DNT_BUILD_EXAMPLES=${EXAMPLES} -DNT_BUILD_BENCH=${BENCH})
endfunction()

# ---- library: alone, it needs SLEEF and hwloc, and no C++ -----------------------------------

# Every module but those of tuner, tests and examples; the first of a name is taken, as pkg-config does.
function(link_other_modules folder)
  file(MAKE_DIRECTORY ${folder})
  must_run(pkg-config --variable=pc_path pkg-config)
  string(STRIP "${text}" path)
  string(REPLACE ":" ";" path "$ENV{PKG_CONFIG_PATH}:${path}")
  foreach(from IN LISTS path)
    file(GLOB modules ${from}/*.pc)
    foreach(module IN LISTS modules)
      get_filename_component(name ${module} NAME)
      if(NOT name MATCHES "^(jansson|mpfr|libxxhash|cmocka|zlib|benchmark)\\.pc$" AND NOT EXISTS ${folder}/${name})
        file(CREATE_LINK ${module} ${folder}/${name} SYMBOLIC)
      endif()
    endforeach()
  endforeach()
endfunction()

function(case_library)
  link_other_modules(${WORK}/modules)
  set(ENV{PKG_CONFIG_LIBDIR} ${WORK}/modules)
  unset(ENV{PKG_CONFIG_PATH})
  must_configure(${SOURCE} -DNT_BUILD_TUNER=OFF -DNT_BUILD_EXAMPLES=OFF
    -DCMAKE_DISABLE_FIND_PACKAGE_benchmark=ON -DCMAKE_CXX_COMPILER=/nonexistent
    "-DCMAKE_C_FLAGS_RELEASE=-O3 -DNDEBUG")
  foreach(time first second) # CMake's own default, but asked for
    expect_flags(Release "\"-O3 -DNDEBUG -ffp-contract=off")
    must_configure(${SOURCE})
  endforeach()
  must_refuse("NT_ISAS: sse9 is none of scalar, " -DNT_ISAS=scalar,sse9)
  must_refuse("nestune needs jansson 2.13 or later, which pkg-config does not find (Debian: libjansson-dev)"
    -DNT_ISAS= -DNT_BUILD_TUNER=ON)
endfunction()

# ---- flags: which are refused, which are warned about, and which the library says it has -------

function(case_flags)
  must_configure(${SOURCE} -DNT_BUILD_TUNER=OFF -DNT_BUILD_EXAMPLES=OFF)
  expect_flags(Release "\"-O3 -g -ffp-contract=off -fno-math-errno")

  must_configure(${SOURCE} -DCMAKE_BUILD_TYPE=Debug "-DCMAKE_C_FLAGS=-DNOTE=\"a\"")
  expect_flags(Debug "\"-DNOTE=\\\"a\\\" -g -ffp-contract=off")
  must_configure(${SOURCE} -DCMAKE_BUILD_TYPE=Debug -DNT_SANITIZE=address,undefined "-DCMAKE_C_FLAGS=")
  expect_flags(Debug " -fsanitize=address,undefined ")

  must_configure(${SOURCE} -DCMAKE_BUILD_TYPE=Release -DNT_SANITIZE=
    "-DCMAKE_C_FLAGS_RELEASE=-O2 -fstack-protector-strong")
  expect_flags(Release "\"-O2 -fstack-protector-strong -ffp-contract=off")
  file(READ ${WORK}/build/compile_commands.json commands)
  expect(commands "-fstack-protector-strong")
  expect_not(commands "-O3")

  set(fast fast) # in full only a few files may contain it
  foreach(flag -f${fast}-math -O${fast} -ffinite-math-only)
    must_refuse("${flag} in CMAKE_C_FLAGS: nestune's results are exact to the bit" "-DCMAKE_C_FLAGS=-g ${flag}")
  endforeach()
  must_refuse("-O${fast} in CMAKE_C_FLAGS_RELEASE: " "-DCMAKE_C_FLAGS=" "-DCMAKE_C_FLAGS_RELEASE=-O${fast} -g")
  must_refuse("-f${fast}-math in CMAKE_SHARED_LINKER_FLAGS: " "-DCMAKE_C_FLAGS_RELEASE=-O3 -g"
    "-DCMAKE_SHARED_LINKER_FLAGS=-f${fast}-math")
  must_refuse("-f${fast}-math in CMAKE_SHARED_LINKER_FLAGS_RELEASE: " "-DCMAKE_SHARED_LINKER_FLAGS="
    "-DCMAKE_SHARED_LINKER_FLAGS_RELEASE=-f${fast}-math")

  must_configure(${SOURCE} "-DCMAKE_SHARED_LINKER_FLAGS_RELEASE=" "-DCMAKE_C_FLAGS=-fno-${fast}-math -Wall")
  expect_not(text "nestune: warning")
  if(PROCESSOR MATCHES "^(x86_64|AMD64)$")
    must_configure(${SOURCE} "-DCMAKE_C_FLAGS=-march=x86-64 -mtune=generic")
    expect_not(text "nestune: warning")
    must_configure(${SOURCE} "-DCMAKE_C_FLAGS=-march=haswell")
    expect(text "nestune: warning: -march=haswell is for all of the library, which then runs only on CPUs that have these instructions")
  endif()
endfunction()

# ---- versions: what is too old is named -----------------------------------------------------

function(case_versions)
  must_run(pkg-config --variable=pcfiledir hwloc)
  string(STRIP "${text}" folder)
  file(READ ${folder}/hwloc.pc module)
  string(REGEX REPLACE "\nVersion: [^\n]*" "\nVersion: 2.2.0" module "${module}")
  file(WRITE ${WORK}/old/hwloc.pc "${module}")
  set(ENV{PKG_CONFIG_PATH} ${WORK}/old)
  must_refuse("nestune needs hwloc 2.5 or later, and this is 2.2.0 (Debian: libhwloc-dev)" -DNT_BUILD_TUNER=OFF
    -DNT_BUILD_EXAMPLES=OFF)
endfunction()

# ---- cross: nothing of the target is run, and nothing of this machine is asked ----------------

function(case_cross)
  file(WRITE ${WORK}/toolchain.cmake "set(CMAKE_SYSTEM_NAME Linux)\nset(CMAKE_SYSTEM_PROCESSOR aarch64)\n\
set(CMAKE_CROSSCOMPILING_EMULATOR /bin/false)\n")
  must_configure(${SOURCE} -DCMAKE_TOOLCHAIN_FILE=${WORK}/toolchain.cmake -DNT_BUILD_BENCH=OFF)
  expect(text "Tuned headers are not checked: a cross build")
  file(READ ${WORK}/build/generated/include/nestune/nt_isas.h isas)
  expect(isas "X(k, scalar, NT_ISA_SCALAR) X(k, neon, NT_ISA_NEON)\n")
endfunction()

cmake_language(CALL case_${CASE})
