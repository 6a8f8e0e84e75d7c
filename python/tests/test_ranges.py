"""test_ranges.py - pi and primes

SPDX-License-Identifier: MIT
"""
import math

import nestune
import numpy as np
import pytest


def test_pi():
    estimate = nestune.pi(1e6, seed=3)
    assert isinstance(estimate, float) and estimate.samples == 10 ** 6
    assert estimate == 4 * estimate.hits / 10 ** 6
    assert abs(estimate - math.pi) < 5 * estimate.error
    assert estimate.error == pytest.approx(1.64e-3, rel=0.01)


@pytest.mark.parametrize("dtype", [np.float32, "float64"])
def test_pi_is_the_same_in_pieces_and_by_any_threads(monkeypatch, dtype):
    from nestune import _ranges
    whole = nestune.pi(300_001, dtype=dtype, threads=1)
    monkeypatch.setattr(_ranges, "PI_CHUNK", 1000)
    told = []
    assert nestune.pi(300_001, dtype=dtype, progress=lambda *now: told.append(now)).hits == whole.hits
    assert len(told) > 2 and told[-1] == (300_001, 300_001)


def test_primes():
    assert nestune.primes(1000, 2001) == 135
    assert nestune.primes(10 ** 5) == 9592
    assert nestune.primes(0) == nestune.primes(5, 3) == 0
    assert nestune.primes(2 ** 64 - 59, 2 ** 64 - 58) == 1
    assert nestune.primes(2 ** 64 - 58, 2 ** 64) == 0


@pytest.mark.parametrize("dtype", [bool, np.uint8])
def test_marks(monkeypatch, dtype):
    from nestune import _ranges
    monkeypatch.setattr(_ranges, "DIVISIONS", 1)  # many pieces
    marks = np.ones(1000, dtype)
    assert nestune.primes(1000, 2000, marks=marks) == 135 == marks.sum()
    assert list(1000 + np.flatnonzero(marks)[:3]) == [1009, 1013, 1019]


@pytest.mark.parametrize("call, kind, text", [
    (lambda: nestune.pi(0), ValueError, "samples=0"),
    (lambda: nestune.pi(1.5), TypeError, "float"),
    (lambda: nestune.pi(10, seed=-1), ValueError, "seed=-1"),
    (lambda: nestune.pi(10, dtype=int), TypeError, "int64|<i8"),
    (lambda: nestune.pi(10, config="chunk=x"), ValueError, "chunk"),
    (lambda: nestune.primes(-5), ValueError, "end=-5"),
    (lambda: nestune.primes(2 ** 64 + 1), ValueError, "allowed are 0 to"),
    (lambda: nestune.primes(2 ** 62), ValueError, "a range of"),
    (lambda: nestune.primes(9, marks=np.zeros(8, bool)), ValueError, "9 elements"),
    (lambda: nestune.primes(9, marks=np.zeros(18, bool)[::2]), ValueError, "contiguous"),
    (lambda: nestune.primes(9, marks=np.zeros(9)), TypeError, "bool or uint8"),
])
def test_refused(call, kind, text):
    with pytest.raises(kind, match=text):
        call()
