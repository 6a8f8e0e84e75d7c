# tuned.cmake - chooses the tuned header that the library is built with, and checks it
# SPDX-License-Identifier: MIT
#
# Reads NESTUNE_TUNED; sets NT_TUNED_HEADER, a checked copy in generated/.  Without NESTUNE_TUNED a probe
# names this machine: results/<machine>/tuned.h, else results/generic/tuned.h.  The probe runs at every
# configure, since affinity and quota may have changed; it takes a second or two.
#
# probe --check is the whole check, CRC included.  The grammar is checked here as well, for cross builds that
# cannot run the probe; kernels/core/tuned_table.c states it.

# Sets NT_PROBE to the command that runs the probe, empty where it cannot run here.
function(nt_build_probe)
  set(program ${CMAKE_BINARY_DIR}/generated/probe)
  try_compile(built SOURCES ${CMAKE_SOURCE_DIR}/cmake/probe.c ${CMAKE_SOURCE_DIR}/kernels/machine/machine.c
      ${CMAKE_SOURCE_DIR}/kernels/machine/cpu.c ${CMAKE_SOURCE_DIR}/kernels/machine/isa.c ${CMAKE_SOURCE_DIR}/kernels/machine/uarch.c ${CMAKE_SOURCE_DIR}/kernels/machine/quota.c
    NO_CACHE
    CMAKE_FLAGS "-DINCLUDE_DIRECTORIES=${CMAKE_SOURCE_DIR}/include;${CMAKE_SOURCE_DIR}/kernels;${CMAKE_BINARY_DIR}/generated"
    LINK_LIBRARIES PkgConfig::HWLOC
    OUTPUT_VARIABLE output
    COPY_FILE ${program})
  if(NOT built)
    message(FATAL_ERROR "cmake/probe.c does not compile:\n${output}")
  endif()
  if(CMAKE_CROSSCOMPILING AND NOT CMAKE_CROSSCOMPILING_EMULATOR)
    set(program "")
  elseif(CMAKE_CROSSCOMPILING)
    set(program ${CMAKE_CROSSCOMPILING_EMULATOR} ${program})
  endif()
  set(NT_PROBE ${program} PARENT_SCOPE)
endfunction()

# Sets NT_MACHINE to this machine's id, empty where the probe fails.
function(nt_name_machine)
  execute_process(COMMAND ${NT_PROBE} OUTPUT_VARIABLE id RESULT_VARIABLE status ERROR_QUIET
    OUTPUT_STRIP_TRAILING_WHITESPACE)
  if(NOT status EQUAL 0 OR NOT id MATCHES "^[a-z0-9._-]+$")
    set(id "")
  endif()
  set(NT_MACHINE ${id} PARENT_SCOPE)
endfunction()

# Sets next to the state after this line: header (no NT_TUNED_HEADER yet), rows, ended, with _block behind it
# inside a comment; to bad where the line may not stand here.
function(nt_check_line line state)
  set(name "[a-z][a-z0-9_]*")
  set(numbers ", [0-9]+, [0-9]+, [0-9]+, [0-9]+, [0-9]+")
  set(header "^NT_TUNED_HEADER\\(2, \"[a-z0-9._-]+\", \"[A-Za-z0-9._-]*\"${numbers}\\)$")
  set(row "^NT_TUNED\\(${name}, [0-9]+, [0-9]+, ${name}, ${name}, ${name}, \"[a-z0-9_=,]+\"\\)( +/\\* (.*) \\*/)?$")
  set(end "^NT_TUNED_END\\([0-9]+, 0x[0-9a-f]+\\)$")
  set(next bad)
  set(comment "")
  if("${line}" MATCHES "[^ -~]|\\\\" OR state STREQUAL "ended")
    # nothing of the kind is allowed
  elseif(state MATCHES "(.*)_block$")
    set(outside ${CMAKE_MATCH_1})
    if("${line}" STREQUAL " */")
      set(next ${outside})
    elseif("${line}" MATCHES "^ \\*(.*)$")
      set(next ${state})
      set(comment "*${CMAKE_MATCH_1}")
    endif()
  elseif("${line}" STREQUAL "")
    set(next ${state})
  elseif("${line}" STREQUAL "/*")
    set(next ${state}_block)
  elseif("${line}" MATCHES "^/\\* (.*) \\*/$")
    set(next ${state})
    set(comment "${CMAKE_MATCH_1}")
  elseif(state STREQUAL "header" AND "${line}" MATCHES "${header}")
    set(next rows)
  elseif(state STREQUAL "rows" AND "${line}" MATCHES "${row}")
    set(next rows)
    set(comment "${CMAKE_MATCH_2}")
  elseif(state STREQUAL "rows" AND "${line}" MATCHES "${end}")
    set(next ended)
  endif()
  if("${comment}" MATCHES "\\*/|/\\*")
    set(next bad)
  endif()
  set(next ${next} PARENT_SCOPE)
endfunction()

# One line after the other in a string, because CMake's lists lose semicolons and brackets.
function(nt_check_grammar path)
  file(SIZE ${path} bytes)
  if(bytes GREATER 1048576)
    message(FATAL_ERROR "${path}:1: too large: at most 1048576 bytes are allowed")
  endif()
  file(READ ${path} text)
  string(LENGTH "${text}" length)
  set(number 1)
  set(next header)
  if(NOT length EQUAL bytes)
    set(next bad) # zero bytes
  endif()
  while(length GREATER 0 AND NOT next STREQUAL "bad")
    string(FIND "${text}" "\n" at)
    if(at EQUAL -1)
      break() # cut short
    endif()
    string(SUBSTRING "${text}" 0 ${at} line)
    math(EXPR at "${at} + 1")
    string(SUBSTRING "${text}" ${at} -1 text)
    string(LENGTH "${text}" length)
    nt_check_line("${line}" ${next})
    if(NOT next STREQUAL "bad")
      math(EXPR number "${number} + 1")
    endif()
  endwhile()
  if(next STREQUAL "bad")
    message(FATAL_ERROR "${path}:${number}: not a tuned header: allowed are comments, one NT_TUNED_HEADER "
      "of format 2, NT_TUNED rows and one NT_TUNED_END, as autotune writes them")
  elseif(NOT next STREQUAL "ended" OR length GREATER 0)
    message(FATAL_ERROR "${path}:${number}: cut short: NT_TUNED_END(rows, 0xcrc) is missing")
  endif()
endfunction()

# The probe first: it says what is wrong more exactly.
function(nt_check_header path)
  set(status 0)
  if(NT_PROBE)
    execute_process(COMMAND ${NT_PROBE} --check ${path} RESULT_VARIABLE status ERROR_VARIABLE error
      ERROR_STRIP_TRAILING_WHITESPACE)
  endif()
  if(status EQUAL 1)
    message(FATAL_ERROR "${error}\nRemove it and tune again, or name another: -DNESTUNE_TUNED=results/generic/tuned.h")
  elseif(NOT NT_PROBE OR NOT status EQUAL 0)
    message(STATUS "Tuned header: its CRC is not checked, the probe does not run here")
  endif()
  nt_check_grammar(${path})
endfunction()

if(CMAKE_CROSSCOMPILING AND NOT NESTUNE_TUNED)
  message(FATAL_ERROR "cross builds must name their header: -DNESTUNE_TUNED=results/<machine>/tuned.h")
endif()
nt_build_probe()
# A header that appears later makes the next build configure again.
file(GLOB headers CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/results/*/tuned.h)
if(NESTUNE_TUNED)
  get_filename_component(chosen ${NESTUNE_TUNED} ABSOLUTE BASE_DIR ${CMAKE_SOURCE_DIR})
  set(reason "NESTUNE_TUNED names it")
else()
  nt_name_machine()
  set(chosen ${CMAKE_SOURCE_DIR}/results/${NT_MACHINE}/tuned.h)
  set(reason "this machine is ${NT_MACHINE}")
  if(NOT NT_MACHINE)
    set(chosen ${CMAKE_SOURCE_DIR}/results/generic/tuned.h)
    set(reason "this machine could not be named")
  elseif(NOT EXISTS ${chosen})
    set(chosen ${CMAKE_SOURCE_DIR}/results/generic/tuned.h)
    set(reason "there is none for this machine, ${NT_MACHINE}")
  endif()
endif()
if(NOT EXISTS ${chosen} OR IS_DIRECTORY ${chosen})
  message(FATAL_ERROR "${chosen}: no such tuned header: allowed is a tuned.h written by autotune")
endif()
nt_check_header(${chosen})
set(NT_TUNED_HEADER ${CMAKE_BINARY_DIR}/generated/tuned_rows.h)
configure_file(${chosen} ${NT_TUNED_HEADER} COPYONLY)
message(STATUS "Tuned header: ${chosen}: ${reason}")
