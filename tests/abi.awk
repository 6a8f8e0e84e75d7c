# abi.awk - the layout of public structs and the values of public enums, from `readelf --debug-dump=info`
# SPDX-License-Identifier: MIT
#
# An entry of DWARF begins with its depth and ends where the next one begins.  Members belong to the last struct of the
# depth above theirs.  Forward declarations have no size and are left out.  Compilers order the entries differently, so
# each line comes behind two fields to sort by, as in "nt_config<tab>3<tab>  nt_config.fn at 8".

function number(text,    n, i) # decimal, or 0x and hexadecimal
{
    if (text !~ /^0x/)
        return text + 0
    for (i = 3; i <= length(text); i++)
        n = 16 * n + index("0123456789abcdef", substr(text, i, 1)) - 1
    return n
}

function put(owner, text)
{
    printf "%s\t%d\t%s\n", owner, ++n_lines, text
}

function end_entry(    owner)
{
    owner = title[depth - 1]
    if (tag ~ /^(structure|union|enumeration)_type$/ && name ~ /^nt_/ && size != "") {
        title[depth] = name
        put(name, substr(tag, 1, index(tag, "_") - 1) " " name ": " size " bytes")
    } else if (tag == "enumeration_type")
        title[depth] = "constant"
    else if (tag == "member" && owner != "")
        put(owner, "  " owner "." name " at " at)
    else if (tag == "enumerator" && owner == "constant" && name ~ /^NT_/)
        put("constant " name, "constant " name " = " value)
    else if (tag == "enumerator" && owner != "" && name ~ /^NT_/)
        put(owner, "  " name " = " value)
    else if (tag != "")
        title[depth] = ""
    tag = name = size = ""
    at = 0
}

/Abbrev Number/ {
    end_entry()
    match($0, /<[0-9]+>/)
    depth = substr($0, RSTART + 1, RLENGTH - 2) + 0
    if (match($0, /DW_TAG_[a-z_]+/))
        tag = substr($0, RSTART + 7, RLENGTH - 7)
}
/DW_AT_name/ { name = $NF }
/DW_AT_byte_size/ { size = number($NF) }
/DW_AT_data_member_location/ { at = number($NF) }
/DW_AT_const_value/ { value = number($NF) }
END { end_entry() }
