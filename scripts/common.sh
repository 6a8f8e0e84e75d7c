# common.sh - what the scripts of this folder share: the folder, the log, what must be installed
# SPDX-License-Identifier: MIT
# To be sourced, with `script` set to the name for messages.  It does not change the working folder, so relative
# paths in the user's arguments stay valid.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
log=/dev/null

say() { printf '%s: %s\n' "$script" "$*" >&2; }

# The script's opening comment, without its first lines.
usage() { sed -n '5,${/^#/!q;s/^# \{0,1\}//p}' "$0"; }

# stage WHAT COMMAND...: prints one line, with the share of a build that is done; the command's output goes to the log.
stage() {
    local what=$1 status=0
    shift
    say "$what"
    printf '\n==== %s: %s\n' "$what" "$*" >>"$log"
    "$@" 2>&1 </dev/null | tee -a "$log" | show_share "$what" || status=$?
    if [ $status -ne 0 ]; then
        tail -n 30 "$log" >&2
        say "$what: failed (status $status); the whole log is $log"
        exit 1
    fi
}

# show_share WHAT: reads the output of make ("[ 12%] ...") or ninja ("[3/25] ...") and prints the share that is done:
# on a terminal one line that changes; elsewhere, or with NO_COLOR, a line for each tenth.
show_share() {
    local what=$1 line share shown=0 changes=0
    if [ -t 2 ] && [ -z "${NO_COLOR:-}" ] && [ "${TERM:-dumb}" != dumb ]; then changes=1; fi
    while IFS= read -r line; do
        if [[ $line =~ ^\[\ *([0-9]+)%\] ]]; then
            share=${BASH_REMATCH[1]}
        elif [[ $line =~ ^\[([0-9]+)/([1-9][0-9]*)\] ]]; then
            share=$((100 * BASH_REMATCH[1] / BASH_REMATCH[2]))
        else
            continue
        fi
        if [ $changes = 1 ] && [ "$share" -gt "$shown" ]; then
            printf '\r%s: %s: %d %%' "$script" "$what" "$share" >&2
            shown=$share
        elif [ $changes = 0 ] && [ $((share / 10)) -gt $((shown / 10)) ]; then
            say "$what: $share %"
            shown=$share
        fi
    done
    if [ $changes = 1 ] && [ "$shown" -gt 0 ]; then printf '\n' >&2; fi
}

# start_log FILE: starts an empty log.
start_log() {
    if ! mkdir -p "$(dirname "$1")" 2>/dev/null || ! : 2>/dev/null >"$1"; then
        say "$1: cannot be written"
        exit 1
    fi
    log=$1
}

# ---- What must be installed ------------------------------------------------------------------
# One per line: Debian's package, and a test whether it, or the same software from elsewhere, is installed.

needs_build='
gcc               command gcc
g++               command g++
libc6-dev         file    /usr/include/stdio.h
cmake             command cmake
make              command make
pkg-config        command pkg-config
libsleef-dev      library sleef
libhwloc-dev      library hwloc
libjansson-dev    library jansson
libmpfr-dev       library mpfr
libxxhash-dev     library libxxhash
libcmocka-dev     library cmocka
libbenchmark-dev  library benchmark
librandom123-dev  file    /usr/include/Random123/philox.h'

needs_test='
ninja-build       command ninja
gnuplot-nox       command gnuplot
libjs-chart.js    file    /usr/share/javascript/chart.js/chart.min.js
libprimesieve-dev library primesieve'

needs_qemu='
qemu-user-static  command qemu-x86_64-static'

needs_package='
dpkg-dev          command dpkg-shlibdeps
file              command file'

needs_python='
python3-venv      module  ensurepip'

needs_clang='
clang             command clang
libomp-dev        glob    /usr/lib/llvm-*/lib/libomp.so'

needs_tsan='
clang             command clang
libclang-rt-dev   glob    /usr/lib/llvm-*/lib/clang/*/lib/linux/libclang_rt.tsan-*.a
libomp-dev        glob    /usr/lib/llvm-*/lib/libarcher.so'

needs_fuzz='
clang             command clang
libclang-rt-dev   glob    /usr/lib/llvm-*/lib/clang/*/lib/linux/libclang_rt.fuzzer-*.a
libomp-dev        glob    /usr/lib/llvm-*/lib/libomp.so'

arm64=/usr/lib/aarch64-linux-gnu
needs_neon="
gcc-aarch64-linux-gnu  command aarch64-linux-gnu-gcc
libc6-dev-arm64-cross  file    /usr/aarch64-linux-gnu/include/stdio.h
qemu-user-static       command qemu-aarch64-static
libgomp1:arm64         file    $arm64/libgomp.so.1
libsleef-dev:arm64     file    $arm64/pkgconfig/sleef.pc
libhwloc-dev:arm64     file    $arm64/pkgconfig/hwloc.pc
libjansson-dev:arm64   file    $arm64/pkgconfig/jansson.pc
libmpfr-dev:arm64      file    $arm64/pkgconfig/mpfr.pc
libxxhash-dev:arm64    file    $arm64/pkgconfig/libxxhash.pc
libcmocka-dev:arm64    file    $arm64/pkgconfig/cmocka.pc"

is_there() {
    case $1 in
    command) command -v "$2" ;;
    library) pkg-config --exists "$2" ;;
    file) [ -e "$2" ] ;;
    glob) compgen -G "$2" ;;
    module) python3 -c "import $2" ;;
    esac >/dev/null 2>&1
}

# missing_of NEEDS: prints the missing packages in one line.
missing_of() {
    local package kind what
    while read -r package kind what; do
        [ -z "$package" ] || is_there "$kind" "$what" || printf '%s ' "$package"
    done <<<"$1"
}

# run_as_root COMMAND...: runs it directly, or by sudo if that needs no password.
run_as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo -n "$@"; fi
}

may_install() {
    [ "$(id -u)" -eq 0 ] || { command -v sudo && sudo -n true; } >/dev/null 2>&1
}

# try_install NEEDS: installs what is missing.  If it may not, returns 1, and `install_line` is the command to use.
try_install() {
    local missing foreign=
    missing=$(missing_of "$1")
    missing=${missing% }
    [ -n "$missing" ] || return 0
    if ! command -v apt-get >/dev/null || ! command -v dpkg >/dev/null; then
        install_line="missing, by their names in Debian: $missing; install them with this system's package manager"
        return 1
    fi
    if [[ $missing == *:arm64* ]] && ! dpkg --print-foreign-architectures | grep -qx arm64; then
        foreign='dpkg --add-architecture arm64 && '
    fi
    install_line="${foreign}apt-get update && apt-get install -y --no-install-recommends $missing"
    if ! may_install; then
        if command -v sudo >/dev/null; then
            install_line="run: sudo sh -c '$install_line'"
        else
            install_line="run as root: $install_line"
        fi
        return 1
    fi
    stage "installing $missing" run_as_root env DEBIAN_FRONTEND=noninteractive sh -c "$install_line"
}

# require NEEDS: the same, but exits if packages are missing.
require() {
    if ! try_install "$1"; then
        say "$install_line"
        exit 2
    fi
}

# CMake can read the presets since version 3.21.  New build folders are configured for ninja where it is installed, which builds all of
# this in 174 s where make takes 210 (zen3, 2 CPUs).
check_cmake() {
    if command -v ninja >/dev/null; then export CMAKE_GENERATOR=${CMAKE_GENERATOR:-Ninja}; fi
    local version
    version=$(cmake --version | sed -n '1s/[^0-9]*\([0-9.]*\).*/\1/p')
    if [ "$(printf '3.21\n%s\n' "$version" | sort -V | head -n 1)" != 3.21 ]; then
        say "cmake $version is too old: 3.21 or later is needed"
        exit 2
    fi
}

# configure PRESET [CMAKE'S ARGUMENTS], build PRESET [CMAKE'S ARGUMENTS]
configure() { (cd "$root" && cmake --preset "$@"); }
build() { (cd "$root" && cmake --build --preset "$1" --parallel "$(build_jobs)" "${@:2}"); }
build_jobs() { echo "${CMAKE_BUILD_PARALLEL_LEVEL:-$(nproc)}"; }

# python_environment FOLDER LIST: makes FOLDER/venv with the packages of the list, from PyPI, unless it is there already.
python_environment() {
    if cmp -s "$2" "$1/installed.txt"; then return; fi
    rm -rf "$1/venv" "$1/installed.txt"
    stage "a Python environment in ${1#"$root"/}" python3 -m venv "$1/venv"
    stage "packages of ${2#"$root"/}, from PyPI" "$1/venv/bin/pip" install --disable-pip-version-check -r "$2"
    cp "$2" "$1/installed.txt"
}

# Without PyPI the tests of the Python package are skipped, and ctest says so.
python_test_environment() {
    (python_environment "$root/build/python" "$root/python/test-packages.txt") || say 'no environment for the Python tests'
}
