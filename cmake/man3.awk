# man3.awk - nestune(3): what the public headers declare, with their contracts, as a manual page
# SPDX-License-Identifier: MIT
#
#     awk -v version=0.2.0 -v date=2026-01-31 -f man3.awk include/nestune/nestune.h include/nestune/grid.h ...
#
# A header is a section: the comment at its head, then each block, which is a comment and the declarations that follow it
# without an empty line between.  Of an inline function its head is shown.  In a comment a line "Errors:  ..." begins a
# labelled paragraph, an empty line ends a paragraph, and lines indented by four blanks are shown as they are.

function roff(text) {
    gsub(/\\/, "\\e", text)
    gsub(/-/, "\\-", text)
    gsub(/~/, "\\(ti", text)
    gsub(/\^/, "\\(ha", text)
    gsub(/`/, "\\(ga", text)
    return text ~ /^[.']/ ? "\\&" text : text
}

function set_mode(to) { # "text", "example" or ""
    if (mode == "example" && to != "example")
        print ".EE"
    if (to == "example" && mode != "example")
        print ".PP\n.EX"
    else if (to == "text" && mode != "text")
        print ".PP"
    mode = to
}

function show_comment(    i, text, labelled) {
    for (i = 1; i <= n_said; i++) {
        text = said[i]
        if (match(text, /^([A-Z][a-z]+:  |Errors: |Threads: ) */)) {
            set_mode("")
            print ".TP\n.B " substr(text, 1, index(text, ":") - 1)
            text = substr(text, RLENGTH + 1)
            labelled = 1
            mode = "text"
        } else if (text == "") {
            if (mode == "text")
                mode = ""
            labelled = 0
            continue
        } else
            set_mode(text ~ /^    / && !labelled ? "example" : "text")
        if (text ~ /^nt_[a-z0-9_]+\(\) - /) # one of several functions of a block
            print ".PP"
        if (mode == "text")
            sub(/^ +/, "", text)
        print roff(text)
    }
    set_mode("")
    n_said = 0
}

function show_block(    i, title) {
    if (n_declared > 0) {
        title = match(said[1], /^[a-z0-9_]+\(\)(, [a-z0-9_]+\(\))* - /) && n_said > 0 ? substr(said[1], 1, RLENGTH - 3) : ""
        if (title != "") {
            print ".SS \"" roff(title) "\""
            said[1] = substr(said[1], RLENGTH + 1)
            print ".EX"
            mode = "example"
        }
        set_mode("example")
        for (i = 1; i <= n_declared; i++)
            print roff(declared[i])
        show_comment()
    }
    n_said = n_declared = 0
}

BEGIN {
    print ".\\\" nestune.3 - written by man3.awk from the public headers"
    printf ".TH NESTUNE 3 %s \"nestune %s\"\n", date, version
    print ".SH NAME\nnestune \\- loop nests over 3\\-D grids, as fast as the machine allows"
    print ".SH SYNOPSIS\n.EX\n#include <nestune/nestune.h>\n\ncc program.c $(pkg\\-config \\-\\-cflags \\-\\-libs nestune)\n.EE"
}

FNR == 1 {
    show_block()
    header = FILENAME
    sub(/.*\/nestune\//, "", header)
    where = "head"
}

# ---- Comments that begin a line: /* ... */ ----
where != "declaration" && /^\/\*/ {
    in_comment = 1
    if (where != "head")
        show_block()
    sub(/^\/\*/, " *")
}
in_comment {
    text = $0
    ends = sub(/ *\*\/.*$/, "", text)
    sub(/^ *\*? ?/, "", text)
    if (text != "" || n_said > 0 && !ends)
        said[++n_said] = text
    if (ends) {
        in_comment = 0
        if (where == "head") {
            where = "between"
            sub(/^.* - /, "", said[1])
            sub(/^SPDX.*/, "", said[2])
            print ".SH \"" toupper(roff(header)) "\"\n.B #include <nestune/" roff(header) ">"
            mode = ""
            show_comment()
        }
    }
    next
}

# ---- Declarations ----
where == "between" && /^$/ { show_block() }
where == "between" && /^#define .*\\$/ { where = "macro" } # those that list the names of an enum are shown
where == "macro" {
    if (/^#define/)
        is_list = /^#define NT_[A-Z_]+_MAP\(/
    text = $0
    if (is_list)
        declared[++n_declared] = text
    if (!/\\$/)
        where = "between"
    next
}
where == "between" && /^(NT_API|typedef|enum|struct|static inline) ?/ && !/^struct [a-z_]+;/ {
    where = "declaration"
    is_inline = /^static/
    is_api = /^NT_API/
    depth = 0
}
where == "declaration" {
    text = $0
    if (/^#/)
        next
    if (!is_inline || depth == 0 && !/^[{}]/) {
        if (is_api)
            sub(/^(NT_API|      ) /, "", text) # the lines that follow stand below the bracket
        declared[++n_declared] = text
    }
    gsub(/\/\*.*\*\//, "", text)
    depth += gsub(/{/, "", text) - gsub(/}/, "", text)
    if (depth == 0 && (text ~ /; *$/ || is_inline && /^}/))
        where = "between"
}

END {
    show_block()
    print ".SH \"SEE ALSO\"\nautotune(1), nestune(1)"
}
