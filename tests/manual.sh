#!/usr/bin/env bash
# manual.sh - are the manual pages whole, and does roff understand them?
# SPDX-License-Identifier: MIT
#
# manual.sh SOURCE BINARY           nestune's folders
set -uo pipefail
source=$1 binary=$2
failed=0

fail() {
    echo "$*" >&2
    failed=1
}


# ---- Each page has all of its subject ----
for name in autotune nestune; do
    page=$(sed 's/\\-/-/g' "$binary/man/$name.1")
    has() { grep -qF -e "$1" <<<"$page" || fail "$name.1 has no $1"; }
    for word in $("$binary/bin/$name" --complete ''); do
        case $word in -*) continue ;; esac
        has ".SS \"$name $word "
        for option in $("$binary/bin/$name" --complete "$word" --); do
            [ "$option" = --help ] || has "$option\\fR"
        done
    done
    for section in NAME SYNOPSIS 'EXIT CODES' ENVIRONMENT '"SEE ALSO"'; do
        has ".SH $section"
    done
done
page=$(cat "$binary/man/nestune.3")
for function in $(sed -n 's/^NT_API .*[ *]\(nt_[a-z0-9_]*\)(.*/\1/p' "$source"/include/nestune/*.h); do
    grep -q "\b$function(" <<<"$page" || fail "nestune.3 has no $function"
done

# ---- roff ----
checked=0
for page in autotune.1 nestune.1 nestune.3; do
    if command -v groff >/dev/null; then
        warnings=$(groff -man -Tutf8 -ww -z "$binary/man/$page" 2>&1)
        [ -z "$warnings" ] || fail "groff: $warnings"
        checked=1
    fi
    if command -v mandoc >/dev/null; then
        warnings=$(mandoc -T lint -W warning "$binary/man/$page" 2>&1)
        [ -z "$warnings" ] || fail "mandoc: $warnings"
        checked=1
    fi
done
[ $checked = 1 ] || echo 'neither groff nor mandoc is here: what roff says of the pages is not known' >&2
exit $failed
