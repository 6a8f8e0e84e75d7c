#!/usr/bin/env bash
# abi.sh - is the ABI of the shared library the one that tests/abi.txt describes?
# SPDX-License-Identifier: MIT
#
# abi.sh SOURCE BINARY WORK CC NM READELF           SOURCE and BINARY are nestune's folders, WORK is the test's own
#
# The ABI: every exported symbol, with its version and declaration; the sizes of public structs, the offsets and types of
# their fields; typedefs, as of functions; the values of public enums.  The library's symbols must be those that the
# headers mark with NT_API.
# With NT_RENEW_ABI=1 in the environment abi.txt is written anew.
set -euo pipefail
export LC_ALL=C
source=$1 binary=$2 work=$3 cc=$4 nm=$5 readelf=$6
tests=$source/tests listed=$source/tests/abi.txt
mkdir -p "$work"
headers=$(cd "$source/include" && echo nestune/*.h)

# ---- Symbols ----
# Declarations, in one line each: "name declaration".
declarations() {
    (cd "$source/include" && awk '
        /^NT_API / { text = ""; in_one = 1 }
        in_one { text = text " " $0 }
        in_one && /;/ {
            in_one = 0
            sub(/;.*/, "", text); sub(/^ *NT_API /, "", text); gsub(/[ \t]+/, " ", text)
            match(text, /nt_[a-z0-9_]+ ?\(/)
            name = substr(text, RSTART, RLENGTH); gsub(/[ (]/, "", name)
            print name, text
        }' $headers) | sort
}
"$nm" --dynamic --defined-only --with-symbol-versions "$binary/libnestune.so" |
    awk '$NF ~ /^nt_/ { print $NF }' | sort >"$work/symbols"
declarations >"$work/declarations"
if ! diff <(sed 's/@.*//' "$work/symbols") <(cut -d' ' -f1 "$work/declarations") >"$work/difference"; then
    echo "The exported symbols (<) are not those that public headers mark with NT_API (>):" >&2
    grep '^[<>]' "$work/difference" >&2
    exit 1
fi

# ---- Layout ----
for header in $headers; do echo "#include \"$header\""; done >"$work/all.c"
"$cc" -c -g -gdwarf-4 -fno-eliminate-unused-debug-types -I"$source/include" -I"$binary/generated/include" \
    "$work/all.c" -o "$work/all.o"

# ---- All of it ----
{
    echo '# abi.txt - the ABI of this minor version: symbols, public structs, typedefs and enums; made by tests/abi.sh'
    paste -d' ' <(sed 's/.*@//' "$work/symbols") <(cut -d' ' -f2- "$work/declarations")
    "$readelf" --debug-dump=info "$work/all.o" | awk -f "$tests/abi.awk" |
        sort -t "$(printf '\t')" -k 1,1 -k 2,2n | cut -f 3-
} >"$work/abi.txt"
if [ -n "${NT_RENEW_ABI:-}" ]; then
    cp "$work/abi.txt" "$listed"
    echo "$listed is renewed"
elif ! diff -U 2 "$listed" "$work/abi.txt" >"$work/difference"; then
    echo 'The ABI is not the one of tests/abi.txt (-: there, +: this build):' >&2
    tail -n +3 "$work/difference" >&2
    echo 'Programs that were built with the library as it was may fail.  If the change is meant (and, once this minor' >&2
    echo "version is released, with a new minor version): NT_RENEW_ABI=1 ctest --test-dir $binary -R '^test_abi\$'" >&2
    exit 1
fi
