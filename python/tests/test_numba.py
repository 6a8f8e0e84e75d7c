"""test_numba.py - mathop and square inside @njit

SPDX-License-Identifier: MIT
"""
import importlib.metadata

import nestune
import numpy as np
import pytest

numba = pytest.importorskip("numba", reason="no Numba")

if not list(importlib.metadata.entry_points(group="numba_extensions", name="init")):  # the package is not installed
    from nestune import _numba
    _numba.register()


@numba.njit
def twice(a):
    return nestune.mathop(a, steps=2)


@numba.njit
def into(a, out, threads):
    return nestune.square(a, out=out, threads=threads)


def cells(*shape):
    return np.random.default_rng(1).uniform(-4, 4, shape)


@pytest.mark.parametrize("a", [
    cells(4, 5, 6), cells(4, 5, 6).astype(np.float32), cells(9), np.asfortranarray(cells(4, 5, 6)), cells(9, 9, 9)[::2, ::-3, 1:],
    cells(2, 3, 4, 5), cells(0, 3)], ids=lambda a: "%s %s" % (a.dtype, a.shape))
def test_as_outside(a):
    b = a.copy()
    assert twice(a) is a or (twice(b.copy()) == a).all()
    assert (a == nestune.mathop(b, steps=2)).all()


@pytest.mark.parametrize("threads", [0, 1, 12])
def test_out(threads):
    a, out = cells(4, 5, 6), np.zeros((4, 5, 6))
    into(a, out, threads)
    assert (out == a * a).all()


def test_refused_in_a_run():
    a = cells(40)
    with pytest.raises(nestune.NestuneValueError, match="overlap"):
        into(a[:30], a[5:35], 0)
    with pytest.raises(nestune.NestuneValueError, match="shape"):
        into(a[:30], np.zeros(20), 0)
    with pytest.raises(nestune.NestuneValueError, match="0 to 4096"):
        into(a, np.zeros(40), -1)


@pytest.mark.parametrize("a, text", [
    (np.zeros(3, int), "float32 and float64"), (np.broadcast_to(np.zeros(3), (2, 3)), "read-only"),
    (np.zeros((4, 4, 4, 4))[::2], "more than 3 axes"), (1.0, "needed is an array")])
def test_refused_when_compiled(a, text):
    with pytest.raises(numba.TypingError, match=text):
        twice(a)


def test_in_a_parallel_loop():
    @numba.njit(parallel=True)
    def planes(a):
        for i in numba.prange(a.shape[0]):
            nestune.square(a[i], threads=1)
    a = cells(8, 9, 10)
    want = a * a
    planes(a)
    assert (a == want).all()


def test_cached_code_runs_in_another_process(python, tmp_path):
    (tmp_path / "cached.py").write_text("""
import numba, nestune, numpy as np
from nestune import _numba
_numba.register()
@numba.njit(cache=True)
def f(a):
    nestune.square(a)
a = np.full((3, 4), 3.0)
f(a)
assert (a == 9).all()
print(sum(f.stats.cache_hits.values()), sum(f.stats.cache_misses.values()))
""")
    text = "import sys; sys.path.insert(0, %r); import cached" % str(tmp_path)
    assert python(text).split() == ["0", "1"]
    assert python(text).split() == ["1", "0"]


def test_nestune_does_not_import_numba(python):
    assert python("import sys, nestune; print('numba' in sys.modules, 'dask' in sys.modules, 'torch' in sys.modules)").split() == \
        ["False"] * 3
