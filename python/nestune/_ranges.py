"""_ranges.py - the kernels that add up a range of indices: pi and primes

SPDX-License-Identifier: MIT
"""
from __future__ import annotations

import math
import operator
from ctypes import addressof, byref, c_uint64, c_void_p, sizeof
from typing import Any

import numpy as np

from . import _threads
from ._arrays import address, dtype_code
from ._chunks import Progress, in_chunks
from ._errors import NestuneTypeError, NestuneValueError
from ._library import F64, Options, Pi, Primes, c, new, refusal

PI_CHUNK = 1 << 22  # samples
DIVISIONS = 1 << 26  # of a chunk of primes


class _RangePlan:
    """A kernel for a range of n indices."""

    def __init__(self, kernel: bytes, code: int, n: int, params: Any, config: str | None, threads: int | None) -> None:
        self.plan: c_void_p | None = None
        self.n = n
        self._params = params  # must outlive the plan
        options = Options(bytes=sizeof(Options), params=addressof(params), config=config.encode() if config else None,
                          most_threads=_threads.most(threads))
        self.plan = new("nt_plan_create_range", c.nt_kernel_find(kernel), code, n, byref(options))

    def sum(self, size: int, progress: Progress | None) -> int:
        """Over all indices.  Sums over adjacent ranges add up exactly."""
        total, part = 0, c_uint64()

        def work(first: int, n: int) -> None:
            nonlocal total
            status = c.nt_plan_run_range(self.plan, first, first + n, byref(part))
            if status != 0:
                raise refusal(status)
            total += part.value

        in_chunks(self.n, size, work, progress)
        return total

    def __del__(self, destroy: Any = c.nt_plan_destroy) -> None:
        destroy(self.plan)


def _whole(value: Any, name: str, least: int, most: int) -> int:
    """10_000_000 and 1e7 alike."""
    number = int(value) if isinstance(value, float) and value.is_integer() else operator.index(value)
    if not least <= number <= most:
        raise NestuneValueError("%s=%d: allowed are %d to %d" % (name, number, least, most))
    return number


class PiEstimate(float):
    """An estimate of pi, with the number of samples, and of those in the quarter circle."""
    hits: int
    samples: int

    @property
    def error(self) -> float:
        """The standard error."""
        return 4 * math.sqrt(math.pi / 4 * (1 - math.pi / 4) / self.samples)


def pi(samples: float = 10_000_000, *, seed: int = 0, dtype: Any = np.float64, config: str | None = None,
       threads: int | None = None, progress: Progress | None = None) -> PiEstimate:
    """Estimates pi by random points of the unit square: 4 times the share within the quarter circle.

    The samples depend on `seed` and `dtype` (float32 or float64) alone, so the estimate is the same with any number of
    threads and on any machine.  Returns a float with .hits, .samples and .error, the standard error.
    """
    n = _whole(samples, "samples", 1, (1 << 62))
    params = Pi(seed=_whole(seed, "seed", 0, (1 << 64) - 1))
    hits = _RangePlan(b"pi", dtype_code(dtype, "pi"), n, params, config, threads).sum(PI_CHUNK, progress)
    estimate = PiEstimate(4 * hits / n)
    estimate.hits, estimate.samples = hits, n
    return estimate


def primes(first: float, end: float | None = None, *, marks: np.ndarray | None = None, config: str | None = None,
           threads: int | None = None, progress: Progress | None = None) -> int:
    """How many of the numbers first .. end - 1 are prime, by trial division; primes(end) begins at 0.

    marks   a contiguous array of end - first elements of type bool or uint8: each is set to whether its number is prime
    """
    low, high = (0, first) if end is None else (first, end)
    low, high = _whole(low, "first", 0, 1 << 64), _whole(high, "end", 0, 1 << 64)
    n = max(0, high - low)
    if n >= 1 << 62:
        raise NestuneValueError("a range of %d numbers: allowed are up to 2**62 - 1" % n)
    if marks is not None:
        _check_marks(marks, n)
    if n == 0:
        return 0
    params = Primes(start=low, marks=address(marks) if marks is not None else None)
    size = max(64, DIVISIONS // (math.isqrt(high) + 1))
    return _RangePlan(b"primes", F64, n, params, config, threads).sum(size, progress)


def _check_marks(marks: Any, n: int) -> None:
    if not isinstance(marks, np.ndarray) or marks.dtype not in (np.dtype(np.bool_), np.dtype(np.uint8)):
        raise NestuneTypeError("marks: allowed is a NumPy array of type bool or uint8")
    if marks.shape != (n,) or not marks.flags.c_contiguous or not marks.flags.writeable:
        raise NestuneValueError("marks has shape %s: needed are %d elements, contiguous and not read-only" % (marks.shape, n))
