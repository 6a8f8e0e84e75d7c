"""test_package.py - type hints, and a package that is installed over a library

SPDX-License-Identifier: MIT
"""
import importlib.util
import os
import subprocess
import sys

import nestune
import pytest
from conftest import PACKAGE


def has(module):
    return pytest.mark.skipif(not importlib.util.find_spec(module), reason="no " + module)


@has("mypy")
def test_type_hints(tmp_path):
    use = tmp_path / "use.py"
    use.write_text("import nestune, numpy as np\n"
                   "a: np.ndarray = nestune.mathop(np.zeros(3), steps=2)\n"
                   "n: int = nestune.primes(10)\n"
                   "x: float = nestune.pi(10).error\n"
                   "nestune.mathop(np.zeros(3), step=2)  # type: ignore[call-arg]\n")
    done = subprocess.run([sys.executable, "-m", "mypy", "--config-file", os.path.join(PACKAGE, "pyproject.toml"), "--cache-dir",
                           str(tmp_path / "cache"), os.path.join(PACKAGE, "nestune"), str(use)], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


@has("scikit_build_core")
def test_installed_over_a_library(tmp_path):
    """A wheel without the library inside: Python loads the one that is there."""
    subprocess.run([sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--no-build-isolation", "--disable-pip-version-check",
                    "--target", str(tmp_path / "site"), PACKAGE, "-C", "cmake.define.NT_PYTHON_SYSTEM=ON", "-C",
                    "build-dir=%s" % (tmp_path / "build")], check=True)
    site = str(tmp_path / "site")
    assert sorted(os.listdir(site))[0] == "nestune" and not os.path.exists(os.path.join(site, "nestune", "libnestune.so"))
    text = """
import importlib.metadata, nestune, numpy as np
assert nestune.__file__.startswith(%r)
assert importlib.metadata.version("nestune") == nestune.__version__
assert [e.value for e in importlib.metadata.entry_points(group="numba_extensions", name="init")] == ["nestune._numba:register"]
assert nestune.square(np.full(3, 3.0))[0] == 9""" % site
    library = nestune.show_config("dicts")["library"]
    subprocess.run([sys.executable, "-c", text], check=True, cwd=tmp_path,
                   env={**os.environ, "PYTHONPATH": site, "NESTUNE_LIBRARY": library})
