# abi.awk - public structs, typedefs and enums with types, places and values, from `readelf --debug-dump=info`
# SPDX-License-Identifier: MIT
#
# An entry of DWARF begins with its depth and its own place, which others name as their type, and ends where the next one
# begins.  Members belong to the last struct of the depth above theirs.  Forward declarations have no size and are left out.
# Compilers order the entries differently, so each line comes behind two fields to sort by, as in
# "nt_config<tab>3<tab>  nt_config.fn at 8: int".  Types may follow those who use them: all is printed at the end.

function number(text,    n, i) # decimal, or 0x and hexadecimal
{
    if (text !~ /^0x/)
        return text + 0
    for (i = 3; i <= length(text); i++)
        n = 16 * n + index("0123456789abcdef", substr(text, i, 1)) - 1
    return n
}

function put(owner, text, type)
{
    line[++n_lines] = owner "\t" n_lines "\t" text
    line_type[n_lines] = type
}

# A type in words, what it is made of first: "char const *", "double[6]", "void(int, nt_box const *) *".
function words(id)
{
    if (id == "")
        return "void"
    if (kind[id] == "pointer_type")
        return words(of[id]) " *"
    if (kind[id] ~ /^(const|volatile|restrict|atomic)_type$/)
        return words(of[id]) " " substr(kind[id], 1, index(kind[id], "_") - 1)
    if (kind[id] == "array_type")
        return words(of[id]) parts[id]
    if (kind[id] == "subroutine_type")
        return words(of[id]) "(" parameters(id) ")"
    return name_of[id] != "" ? name_of[id] : kind[id]
}

function parameters(id,    i, n, list, text)
{
    n = split(parts[id], list, " ")
    for (i = 1; i <= n; i++)
        text = text (i > 1 ? ", " : "") words(list[i])
    return text
}

function end_entry(    owner, above)
{
    owner = title[depth - 1]
    above = at_depth[depth - 1]
    kind[entry] = tag
    name_of[entry] = name
    of[entry] = type
    at_depth[depth] = entry
    if (tag == "subrange_type")
        parts[above] = parts[above] "[" (bound == "" ? "" : bound + 1) "]"
    else if (tag == "formal_parameter" && kind[above] == "subroutine_type")
        parts[above] = parts[above] " " type
    if (tag ~ /^(structure|union|enumeration)_type$/ && name ~ /^nt_/ && size != "") {
        title[depth] = name
        put(name, substr(tag, 1, index(tag, "_") - 1) " " name ": " size " bytes")
    } else if (tag == "enumeration_type")
        title[depth] = "constant"
    else if (tag == "member" && owner != "")
        put(owner, "  " owner "." name " at " at ": ", type)
    else if (tag == "enumerator" && owner == "constant" && name ~ /^NT_/)
        put("constant " name, "constant " name " = " value)
    else if (tag == "enumerator" && owner != "" && name ~ /^NT_/)
        put(owner, "  " name " = " value)
    else if (tag == "typedef" && name ~ /^nt_/)
        put(name, "typedef " name ": ", type)
    else if (tag != "")
        title[depth] = ""
    tag = name = size = type = bound = ""
    at = 0
}

/Abbrev Number/ {
    end_entry()
    match($0, /<[0-9]+>/)
    depth = substr($0, RSTART + 1, RLENGTH - 2) + 0
    match($0, /><[0-9a-f]+>/)
    entry = substr($0, RSTART + 2, RLENGTH - 3)
    if (match($0, /DW_TAG_[a-z_]+/))
        tag = substr($0, RSTART + 7, RLENGTH - 7)
}
/DW_AT_name/ {
    name = $0
    sub(/.*: /, "", name)
    sub(/[ \t]+$/, "", name)
}
/DW_AT_type/ {
    type = $NF
    gsub(/<0x|>/, "", type)
}
/DW_AT_byte_size/ { size = number($NF) }
/DW_AT_upper_bound/ { bound = number($NF) }
/DW_AT_count/ { bound = number($NF) - 1 } # clang's
/DW_AT_data_member_location/ { at = number($NF) }
/DW_AT_const_value/ { value = number($NF) }
END {
    end_entry()
    for (i = 1; i <= n_lines; i++) {
        text = line[i]
        if (text ~ /: $/) {
            is = words(line_type[i])
            if (index(text, "\ttypedef " is ": ")) # of a struct or an enum of the same name
                continue
            text = text is
        }
        print text
    }
}
