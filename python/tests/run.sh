#!/usr/bin/env bash
# run.sh - runs the tests of the Python package with a library that is built
# SPDX-License-Identifier: MIT
#
# run.sh LIBRARY [PYTEST'S ARGUMENTS]: in the environment build/python/venv, which scripts/test makes.  77: it is not there.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
python=$here/../build/python/venv/bin/python
if ! cmp -s "$here/test-packages.txt" "$here/../build/python/installed.txt"; then
    echo 'no environment for the Python tests: scripts/test makes it'
    exit 77
fi
cd "$here"
export NESTUNE_LIBRARY=$1 PYTHONPATH=$here PYTHONDONTWRITEBYTECODE=1
export MALLOC_PERTURB_=165 # what is used after it was freed does not pass by luck
unset NESTUNE_TUNED NESTUNE_MAX_ISA NESTUNE_VERBOSE
exec "$python" -m pytest -rs "${@:2}"
