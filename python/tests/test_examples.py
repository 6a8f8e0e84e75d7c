"""test_examples.py - the programs of python/examples, and those of docs/python.md

SPDX-License-Identifier: MIT
"""
import os
import re
import subprocess
import sys

import pytest
from conftest import PACKAGE


def test_notebook():
    done = subprocess.run([sys.executable, os.path.join(PACKAGE, "examples", "notebook.py"), "--quick", "--rounds", "1"],
                          capture_output=True, text=True, timeout=200)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.split("\n")
    assert [line[:9].strip() for line in lines[2:-1]] == \
        ["1, 2", "18, 24", "27", "squareIt", "mathOp", "mathOpP1", "mathOpP1", "mathOpP2", "mathOpP2"]
    assert all(float(line.split()[-2]) > 0 for line in lines[2:-1])


PAGE = os.path.join(PACKAGE, "..", "docs", "python.md")


def programs():
    if not os.path.exists(PAGE):
        return []
    with open(PAGE) as file:
        return re.findall(r"^```python\n(.*?)^```", file.read(), re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("program", programs(), ids=lambda text: text.split("\n")[0])
def test_page(program, tmp_path):
    needed = re.findall(r"^import (dask|numba|torch)|^from (dask)", program, re.MULTILINE)
    for name in filter(None, sum(needed, ())):
        pytest.importorskip(name)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=100, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
