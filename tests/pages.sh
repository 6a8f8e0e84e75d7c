#!/usr/bin/env bash
# pages.sh - runs the commands that README.md and docs/ show, as they are written
# SPDX-License-Identifier: MIT
#
# pages.sh SOURCE BINARY WORK SANITIZE
#
# A command is a line of a block without a language (```), or indented by four blanks, that begins with build/bin/,
# cc, gnuplot or head.  It runs in WORK, where build/, include/ and examples/ are those of the project, and example.c is the
# first C program of the page.  autotune takes minutes, and counting pi by several forms half a minute: these are interrupted after a
# while, which must end them in order.  The others must finish, because later commands read their files.
# Left to other tests: scripts/, cmake and what needs an installed copy (pkg-config).
set -euo pipefail
source_dir=$1 binary_dir=$2 work=$3 sanitize=$4
least=18 # commands that the pages show, gnuplot not counted: fewer means that this script misses some

rm -rf "$work"
mkdir -p "$work"
ln -s "$binary_dir" "$work/build"
ln -s "$source_dir/include" "$source_dir/examples" "$work/"
cd "$work"

commands_of() {
    awk '/^```/ { inside = !inside; plain = inside && $0 == "```"; next }
         plain || (!inside && /^    /) { sub(/^ +/, ""); print }' "$1" |
        grep -E '^(build/bin/|cc |gnuplot |head -c )' | grep -v pkg-config || true
}

ran=0 failed=0
for page in "$source_dir"/README.md "$source_dir"/docs/*.md; do
    awk '/^```c$/ { inside = 1; next } /^```/ { if (inside) exit } inside' "$page" >example.c
    if [ -s example.c ] && ! cc -fsyntax-only -Wall -Wextra -Werror -Iinclude example.c; then
        failed=$((failed + 1))
        echo "${page#"$source_dir"/}: its C program does not compile"
    fi
    while IFS= read -r command; do
        case $command in
        gnuplot*) command -v gnuplot >/dev/null || { echo "no gnuplot: $command" && continue; } ;;
        *--form\ race*) [[ $sanitize != *thread* ]] || { echo "a race, as it says: $command" && ran=$((ran + 1)) && continue; } ;;
        cc*) [ -z "$sanitize" ] || { echo "needs the sanitizer's flags: $command" && ran=$((ran + 1)) && continue; } ;;
        esac
        case $command in
        build/bin/autotune* | build/bin/nestune\ pi*--*) seconds=2 interrupted=130 ;;
        *) seconds=$([ -z "$sanitize" ] && echo 150 || echo 600) interrupted=0 ;; # a busy machine is slow
        esac
        ran=$((ran + 1)) status=0
        timeout --preserve-status --signal=INT --kill-after=60 $seconds bash -c "$command" >out.txt 2>&1 </dev/null ||
            status=$?
        if [ $status != 0 ] && [ $status != $interrupted ]; then
            failed=$((failed + 1))
            echo "${page#"$source_dir"/}: status $status: $command"
            cat out.txt
        fi
    done < <(commands_of "$page")
done
if [ -e example ]; then
    ./example | grep -qE '^-?0\.[0-9]+$' || { echo "the program of README.md prints: $(./example)" && failed=$((failed + 1)); }
fi
echo "$ran commands, $failed failed"
[ $failed = 0 ] && [ $ran -ge $least ]
