#!/usr/bin/env bash
# isa_objects.sh - what the objects that are compiled for one isa define for others: tables of functions, nothing else
# SPDX-License-Identifier: MIT
#
# isa_objects.sh NM READELF SANITIZERS OBJECT...
#
# Their code may contain instructions that this CPU lacks.  Common code finds it in the tables alone, and asks before it
# calls it.  Any other symbol of theirs could take the place of a function of the same name: a weak one, such as an inline
# function of a header, is merged by the linker, whichever object it is from.  A constructor would run before anybody asks.
set -euo pipefail
nm=$1 readelf=$2 sanitizers=$3
shift 3

failed=0
for object in "$@"; do
    isa=${object#*nestune_tiles_}
    isa=${isa%%.dir*}
    n_tables=0
    while read -r _ type name; do
        case $name in
        nt_*_functions_"$isa") n_tables=$((n_tables + 1)) && [[ $type != [DRB] ]] || continue ;;
        __*) [ -z "$sanitizers" ] || continue ;; # their own marks
        esac
        echo "$object: defines $name (nm's type $type): static, or a table nt_*_functions_$isa?" && failed=1
    done < <("$nm" --defined-only --extern-only "$object")
    [ "$n_tables" = 1 ] || { echo "$object: $n_tables tables nt_*_functions_$isa, not 1" && failed=1; }
    if [ -z "$sanitizers" ] && "$readelf" -SW "$object" | grep -E '\.(init_array|preinit_array|ctors)'; then
        echo "$object: has constructors" && failed=1
    fi
done
echo "$# objects"
[ $# -gt 0 ] && [ $failed = 0 ]
