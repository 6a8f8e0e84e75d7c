"""_arrays.py - arrays of other libraries as the library's grids, without a copy

SPDX-License-Identifier: MIT
"""
from __future__ import annotations

import sys
from ctypes import c_size_t
from typing import Any, NamedTuple

import numpy as np

from ._errors import NestuneTypeError, NestuneValueError
from ._library import F32, F64

DTYPES = {np.dtype(np.float32): F32, np.dtype(np.float64): F64}
CPU_DEVICES = (1, 3)  # of DLPack: main memory, and such memory that a GPU can read, too


def is_dask(a: Any) -> bool:
    """Is it a Dask array?  Does not import Dask."""
    dask = sys.modules.get("dask.array")
    return dask is not None and isinstance(a, dask.Array)


def _from_dlpack(a: Any, name: str) -> np.ndarray:
    device, number = a.__dlpack_device__()
    if device not in CPU_DEVICES:
        raise NestuneTypeError("%s is on device %d:%d of DLPack, such as a GPU: allowed are arrays in main memory; copy "
                               "it there first" % (name, device, number))
    try:
        return np.from_dlpack(a)
    except (BufferError, RuntimeError, TypeError) as error:
        raise NestuneTypeError("%s: %s" % (name, error)) from None


def as_array(a: Any, name: str) -> np.ndarray:
    """`a` as a NumPy array on the same memory, of a type that the library has."""
    if isinstance(a, np.ma.MaskedArray):
        raise NestuneTypeError("%s is a masked array: pass its .data; then the masked cells are computed, too" % name)
    if not isinstance(a, np.ndarray):
        if not hasattr(a, "__dlpack__"):
            raise NestuneTypeError("%s has type %s: allowed are NumPy arrays and objects that offer DLPack" % (name, type(a).__name__))
        a = _from_dlpack(a, name)
    array: np.ndarray = a
    dtype_code(array.dtype, name)
    for stride, n in zip(array.strides, array.shape):
        if stride % array.itemsize and n > 1:
            raise NestuneValueError("%s has a stride of %d bytes: allowed are multiples of the %d bytes of a cell" %
                                    (name, stride, array.itemsize))
    return array


def dtype_code(dtype: Any, name: str) -> int:
    """The library's number of an element type."""
    code = DTYPES.get(np.dtype(dtype))
    if code is None:
        raise NestuneTypeError("%s has elements of type %s: allowed are float32 and float64, in this machine's byte order" %
                               (name, np.dtype(dtype).str))
    return code


def check_out(out: np.ndarray, a: np.ndarray) -> None:
    """May `out` take the result of `a`?  It may be `a` itself, but may not overlap it otherwise."""
    if out.dtype != a.dtype or out.shape != a.shape:
        raise NestuneValueError("out has type %s and shape %s, but the array %s and %s: they must be equal" %
                                (out.dtype, out.shape, a.dtype, a.shape))
    same = out.strides == a.strides and address(out) == address(a)
    if not same and np.may_share_memory(out, a):
        raise NestuneValueError("out overlaps the array: allowed are the array itself and separate memory")


def _told_address(a: np.ndarray) -> int:
    where: int = a.__array_interface__["data"][0]
    return where


def _read_address(a: np.ndarray) -> int:
    """The first member of NumPy's array object, behind Python's own."""
    return c_size_t.from_address(id(a) + object.__basicsize__).value


def _may_read() -> bool:
    """Does the address lie there?  Only CPython's id() is the place of an object."""
    probe = np.zeros(9)[4::2]
    return sys.implementation.name == "cpython" and _read_address(probe) == _told_address(probe)


# NumPy takes microseconds to tell an address, as long as the rest of a call.  Reading it takes a tenth.
address = _read_address if _may_read() else _told_address


class Axis(NamedTuple):
    """An axis of one or two arrays of the same shape; strides in elements, of each array."""
    n: int
    strides: tuple[int, ...]


def axes_of(arrays: list[np.ndarray]) -> list[Axis]:
    """Three axes, the slowest first: the library's z, y and x.

    Axes are sorted by the first array's strides, so that x is the fastest, whatever the order of the array.  Of more
    than three axes those that follow each other without gaps become one.
    """
    a = arrays[0]
    axes = [Axis(n, tuple(s // a.itemsize for s in strides))
            for n, *strides in zip(a.shape, *(b.strides for b in arrays))]
    long = [axis for axis in axes if axis.n != 1]
    ordered = sorted(long, key=lambda axis: -abs(axis.strides[0]))
    if len(axes) > 3 or ordered != long:
        axes = ordered
    while len(axes) > 3:
        for i in range(len(axes) - 1, 0, -1):
            slow, fast = axes[i - 1], axes[i]
            if all(s == fast.n * f for s, f in zip(slow.strides, fast.strides)):
                axes[i - 1:i + 1] = [Axis(slow.n * fast.n, fast.strides)]
                break
        else:
            raise NestuneValueError("shape %s with strides of %s bytes: at most 3 axes are allowed, where neighbours without a "
                                    "gap between them count as one" % (a.shape, a.strides))
    return [Axis(1, (1,) * len(arrays))] * (3 - len(axes)) + axes
