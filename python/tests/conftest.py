"""conftest.py - what the tests share

SPDX-License-Identifier: MIT

The tests run on the package of this folder's parent, with the library that NESTUNE_LIBRARY names (ctest: that of the build
tree), or on an installed package.
"""
import os
import subprocess
import sys

import pytest

HERE = os.path.dirname(os.path.abspath(__file__))
PACKAGE = os.path.dirname(HERE)


@pytest.fixture
def python():
    """Runs a program text in a Python of its own, and returns what it prints.  A hang fails."""
    def run(text, check=True, **environment):
        done = subprocess.run([sys.executable, "-c", text], env={**os.environ, **environment}, capture_output=True, text=True,
                              timeout=100)
        if check:
            assert done.returncode == 0, done.stderr
            return done.stdout
        return done
    return run


@pytest.fixture
def slabs(monkeypatch):
    """Small arrays go through the library in slabs, and many steps in several calls, as large ones do."""
    from nestune import _pointwise
    monkeypatch.setattr(_pointwise, "WORK", 1000)
    monkeypatch.setattr(_pointwise, "LEAST_SLAB", 200)
