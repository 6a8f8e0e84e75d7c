"""_numba.py - mathop, square, pi and primes inside Numba's @njit functions

SPDX-License-Identifier: MIT

Numba calls `register` by the entry point numba_extensions when it compiles its first function.  The library's functions
are symbols for LLVM, not addresses in the code, so that functions with cache=True work in later processes.

Inside @njit: mathop(a, steps=1, out=None, threads=0), square alike; pi(samples=10_000_000, seed=0, threads=0), a float;
primes(first, end=None, threads=0).  Numbers are integers from 0 to 2^63 - 1, samples and ends of ranges also whole floats.
threads=0: as many as OpenMP and the machine allow; within numba.prange say threads=1, since Numba's threads share the work
already.
"""
from __future__ import annotations

import ctypes
import sys
from typing import Any

import numpy as np

from ._errors import NestuneValueError, error_of
from ._library import F32, F64, c
from ._ranges import pi, primes
from ._vocabulary import mathop, square

_registered = False


def register() -> None:
    """Teaches Numba the functions; a second call does nothing."""
    global _registered
    if not _registered:
        _registered = True
        _register()


def _fault(types: Any, a: Any, out: Any) -> str:
    """What is wrong with arrays of these Numba types; "": nothing."""
    for array in (a, out):
        if not isinstance(array, types.Array):
            return "%s: needed is an array" % array
        if array.dtype not in (types.float32, types.float64):
            return "%s: allowed are arrays of float32 and float64" % array
        if not array.aligned:
            return "%s: allowed are aligned arrays; a field is one if its records have align=True" % array
        if array.ndim < 1 or (array.ndim > 3 and array.layout == "A"):
            return "%s: with more than 3 axes only contiguous arrays are allowed" % array
    if not out.mutable:
        return "%s: is read-only" % out
    if (a.dtype, a.ndim, a.layout) != (out.dtype, out.ndim, out.layout):
        return "out is %s, but the array %s: type, axes and layout must be equal" % (out, a)
    return ""


def _word(text: str) -> int:
    """A text of at most eight bytes, as it lies in memory."""
    return int.from_bytes(text.encode(), sys.byteorder)


# What a call hands over, in one array of 64-bit words, since Numba takes seconds to compile arrays and texts of each
# kind.  The word where each part begins; a range has PARAMS and TOTAL in place of an array's N, STRIDES and DATA:
NAME, N, STRIDES, DATA, CONFIG, WHY, WORDS = 0, 2, 5, 11, 13, 16, 16 + 256 // 8
PARAMS, TOTAL = 2, 6
THREADS_ARE = _word("threads=")
MOST_THREADS = 4096


def _refuse(status: int, words: np.ndarray) -> None:
    raise error_of(status, words[WHY:].tobytes().split(b"\0")[0].decode(errors="replace"))


def _register() -> None:
    import llvmlite.binding
    from numba import njit, objmode, types
    from numba.core.errors import TypingError
    from numba.extending import overload

    for symbol in (c.nt_apply, c.nt_apply_range):
        llvmlite.binding.add_symbol(symbol.__name__, ctypes.cast(symbol, ctypes.c_void_p).value)
    address, number = types.uintp, types.int64
    nt_apply = types.ExternalFunction("nt_apply", types.int32(
        address, address, types.int32, address, types.int32, address, address, address, number, address, address))

    nt_apply_range = types.ExternalFunction("nt_apply_range", types.int32(
        address, address, types.int32, number, number, address, types.uintp, address, address))

    @njit
    def put_number(words: np.ndarray, part: int, length: int, n: int) -> None:
        """The digits of n behind the `length` bytes that stand at this part."""
        text, end, rest = words.view(np.uint8), 8 * part + length + 1, n // 10
        while rest > 0:
            end, rest = end + 1, rest // 10
        for i in range(end - 1, 8 * part + length - 1, -1):
            text[i] = 48 + n % 10
            n //= 10

    @njit
    def put_threads(words: np.ndarray, threads: int) -> None:
        if not 0 <= threads <= MOST_THREADS:
            raise NestuneValueError("threads: allowed are 0 to 4096")
        if threads > 0:
            words[CONFIG] = THREADS_ARE
            put_number(words, CONFIG, 8, threads)

    @njit
    def run(name: int, dtype: int, reverse: bool, flat: bool, a: Any, out: Any, steps: int, threads: int) -> None:
        if a.shape != out.shape:
            raise NestuneValueError("out has another shape than the array")
        words = np.zeros(WORDS, np.int64)
        put_threads(words, threads)
        words[NAME] = name
        words[N], words[N + 1], words[N + 2] = a.size, 1, 1
        words[STRIDES] = words[STRIDES + 3] = 1
        if not flat:
            for i in range(a.ndim):
                axis = a.ndim - 1 - i if reverse else i
                if a.strides[axis] % a.itemsize != 0 or out.strides[axis] % a.itemsize != 0:
                    raise NestuneValueError("strides in bytes: allowed are multiples of the size of a cell")
                if a.ctypes.data == out.ctypes.data and a.strides[axis] != out.strides[axis] and a.shape[axis] > 1:
                    raise NestuneValueError("out overlaps the array: allowed are the array itself and separate memory")
                words[N + i] = a.shape[axis]
                words[STRIDES + i] = a.strides[axis] // a.itemsize
                words[STRIDES + 3 + i] = out.strides[axis] // a.itemsize
        words[DATA], words[DATA + 1] = a.ctypes.data, out.ctypes.data
        at = words.ctypes.data
        status = nt_apply(at + 8 * NAME, 0, dtype, at + 8 * N, 1 if words[DATA] == words[DATA + 1] else 2, at + 8 * DATA,
                          at + 8 * STRIDES, 0, steps, at + 8 * CONFIG, at + 8 * WHY)
        if status != 0:
            with objmode():
                _refuse(status, words)

    @njit
    def whole(x: Any) -> Any:
        """1e7 and 10_000_000 alike."""
        if not 0 <= x < 2.0 ** 63 or x != np.floor(x):
            raise NestuneValueError("allowed are whole numbers from 0 to 2**63 - 1")
        return int(x)

    def check_integers(name: str, *numbers: Any) -> None:
        for x in numbers:
            kind = getattr(x, "value", x)  # of Omitted
            if not isinstance(kind, (int, float, types.Integer, types.Float)) or x == types.uint64:
                raise TypingError("nestune.%s: allowed are int64 and float64" % name)

    @njit
    def total(name: int, param: int, length: int, value: int, n: int, threads: int) -> Any:
        """Of a range kernel over n indices, with the parameter `param`, a text of `length` bytes, of this value."""
        words = np.zeros(WORDS, np.int64)
        words[NAME], words[PARAMS] = name, param
        put_number(words, PARAMS, length, value)
        put_threads(words, threads)
        at = words.ctypes.data
        status = nt_apply_range(at + 8 * NAME, at + 8 * PARAMS, F64, 0, n, at + 8 * TOTAL, 8, at + 8 * CONFIG, at + 8 * WHY)
        if status != 0:
            with objmode():
                _refuse(status, words)
        return words[TOTAL]

    pi_name, seed_is, primes_name, from_is = _word("pi"), _word("seed="), _word("primes"), _word("from=")

    @overload(pi)
    def typed_pi(samples: Any = 10_000_000, seed: Any = 0, threads: Any = 0) -> Any:
        check_integers("pi", samples, seed, threads)

        def estimate(samples: Any = 10_000_000, seed: Any = 0, threads: Any = 0) -> Any:
            n = whole(samples)
            if n < 1:
                raise NestuneValueError("samples: at least 1 is needed")
            return 4.0 * total(pi_name, seed_is, 5, whole(seed), n, threads) / n

        return estimate

    @overload(primes)
    def typed_primes(first: Any, end: Any = None, threads: Any = 0) -> Any:
        def below(first: Any, end: Any = None, threads: Any = 0) -> Any:
            return total(primes_name, from_is, 5, 0, whole(first), threads)

        def between(first: Any, end: Any = None, threads: Any = 0) -> Any:
            low = whole(first)
            return total(primes_name, from_is, 5, low, max(0, whole(end) - low), threads)

        one = end is None or isinstance(end, (types.NoneType, types.Omitted))
        check_integers("primes", first, threads, 0 if one else end)
        return below if one else between

    def define(name: str, function: Any) -> None:
        word = _word(name)

        @overload(function)
        def typed(a: Any, steps: Any = 1, out: Any = None, threads: Any = 0) -> Any:
            in_place = out is None or isinstance(out, (types.NoneType, types.Omitted))
            fault = _fault(types, a, a if in_place else out)
            if fault:
                raise TypingError("nestune.%s: %s" % (name, fault))
            dtype = F32 if a.dtype == types.float32 else F64
            reverse, flat = a.layout != "F", a.ndim > 3

            def on_itself(a: Any, steps: Any = 1, out: Any = None, threads: Any = 0) -> Any:
                run(word, dtype, reverse, flat, a, a, steps, threads)
                return a

            def to_another(a: Any, steps: Any = 1, out: Any = None, threads: Any = 0) -> Any:
                run(word, dtype, reverse, flat, a, out, steps, threads)
                return out

            return on_itself if in_place else to_another

    for function in (mathop, square):
        define(function.__name__, function)
