"""test_numba.py - mathop, square, pi and primes inside @njit

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


@numba.njit
def ranges(samples, seed, first, end, threads):
    return nestune.pi(samples, seed=seed, threads=threads), nestune.primes(first, end, threads), nestune.primes(end), nestune.pi(1e5)


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


@pytest.mark.parametrize("seed", [0, 7, 10, 2 ** 62])
@pytest.mark.parametrize("threads", [0, 1, 12])
def test_ranges(seed, threads):
    expected = nestune.pi(54321, seed=seed), nestune.primes(1000, 2001), nestune.primes(2001), nestune.pi(1e5)
    assert ranges(54321, seed, 1000, 2001, threads) == expected
    assert ranges(54321, seed, 2001, 2001, threads)[1] == 0
    with pytest.raises(nestune.NestuneValueError, match="whole numbers"):
        ranges(54321, -1, 1000, 2001, threads)
    with pytest.raises(nestune.NestuneValueError, match="at least 1"):
        ranges(0, seed, 1000, 2001, threads)
    for first in (-5, 1.5, 2.0 ** 63, float("nan")):
        with pytest.raises(nestune.NestuneValueError, match="whole numbers"):
            ranges(1, seed, first, 2001, threads)
    with pytest.raises(numba.TypingError, match="int64 and float64"):
        ranges(1, np.uint64(seed), 1000, 2001, threads)


def test_refused_in_a_run():
    a = cells(40)
    with pytest.raises(nestune.NestuneValueError, match="overlap"):
        into(a[:30], a[5:35], 0)
    with pytest.raises(nestune.NestuneValueError, match="shape"):
        into(a[:30], np.zeros(20), 0)
    with pytest.raises(nestune.NestuneValueError, match="0 to 4096"):
        into(a, np.zeros(40), -1)


def test_refused_where_cells_are_not_in_step():
    packed = np.zeros(6, "f8,f4")
    packed["f0"] = 3
    before = packed.copy()
    with pytest.raises(nestune.NestuneValueError, match="multiples of the size"):
        twice(packed["f0"])
    shifted = np.zeros(6, "f4,f8,f4")
    with pytest.raises(nestune.NestuneValueError, match="aligned"):
        twice(shifted["f1"])
    assert (packed == before).all() and not shifted["f1"].any()


def test_refused_at_the_same_address_with_other_strides():
    a = np.full((4, 4), 3.0)
    with pytest.raises(nestune.NestuneValueError, match="overlaps"):
        into(a[:2, ::2], a[::2, ::2], 0)
    assert (a == 3).all()
    into(a[:2, ::2], a[:2, ::2], 0)
    assert (a[:2, ::2] == 9).all() and (a == 3).sum() == 12


@numba.njit
def field(records):
    nestune.square(records.x)


def test_a_field_of_records():
    for align in (True, False):
        records = np.zeros(6, np.dtype([("x", "f8"), ("y", "f4")], align=align))
        records["x"], records["y"] = 3, 5
        if align:
            field(records)
        else:
            with pytest.raises(numba.TypingError, match="align=True"):
                field(records)
        assert (records["x"] == (9 if align else 3)).all() and (records["y"] == 5).all()


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
