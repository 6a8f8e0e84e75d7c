# embed.cmake - writes text files into one C source, each an array of characters that ends in 0
# SPDX-License-Identifier: MIT
#
# cmake -DOUTPUT=FILE.c -DINPUTS=report.css;report.js -P embed.cmake
#
# report.css becomes `const char report_css[]`.
set(text "/* written by cmake/embed.cmake */\n")
foreach(input IN LISTS INPUTS)
  get_filename_component(name ${input} NAME)
  string(REGEX REPLACE "[^a-zA-Z0-9]" "_" name ${name})
  file(READ ${input} bytes HEX)
  string(REGEX REPLACE "(................................)" "\\1\n" bytes "${bytes}") # 16 bytes a line
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "'\\\\x\\1'," bytes "${bytes}")
  string(APPEND text "extern const char ${name}[];\nconst char ${name}[] = {\n${bytes}\n0};\n")
endforeach()
file(WRITE ${OUTPUT} "${text}")
