"""_library.py - finds, checks and loads libnestune.so, and declares its functions

SPDX-License-Identifier: MIT

The first of these that exists is loaded, and no other is tried if it is refused:

    1. the file that NESTUNE_LIBRARY names
    2. the library inside this package, as a wheel has it
    3. the system's, by its soname

It is loaded when nestune is imported: it must see the forks of this process (plan.h).
"""
from __future__ import annotations

import ctypes
import os
import struct
import sys
from ctypes import POINTER, c_char_p, c_double, c_int, c_int64, c_size_t, c_uint, c_void_p
from typing import Any

from ._errors import NestuneError, NestuneImportError, error_of

VERSION = (0, 2)  # of the library: before 1.0 each minor version has an ABI of its own
KERNEL_ABI = 6  # of nt_kernel, of which `Kernel` below declares the head
F32, F64 = 0, 1
MOST_STEPS = (1 << 61) - 1  # of a run
SONAME = "libnestune.so.%d.%d" % VERSION
INSIDE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "libnestune.so")


# ---- Structures of the headers ------------------------------------------------------------------

class Options(ctypes.Structure):
    """nt_plan_options of plan.h"""
    _fields_ = [("bytes", c_size_t), ("params", c_void_p), ("config", c_char_p), ("steps", c_int64),
                ("most_threads", c_int), ("most_bytes", c_size_t), ("hooks", POINTER(c_void_p)), ("n_hooks", c_int)]


class GridOptions(ctypes.Structure):
    """nt_grid_options of grid.h"""
    _fields_ = [("bytes", c_size_t), ("config", c_void_p), ("any_layout", ctypes.c_bool)]


class Cells(ctypes.Structure):
    """nt_cells of grid.h"""
    _fields_ = [("dtype", c_int), ("halo", c_int), ("n", c_int64 * 3), ("stride", c_int64 * 3), ("cells", c_void_p)]


class Points(ctypes.Structure):
    """nt_points_spec of points.h"""
    _fields_ = [("n", c_int64), ("position", c_void_p), ("interpolation", c_int), ("cells", c_int64 * 3),
                ("mirror_faces", c_uint)]


class Primes(ctypes.Structure):
    """nt_primes of primes.h"""
    _fields_ = [("start", ctypes.c_uint64), ("marks", c_void_p)]


class Pi(ctypes.Structure):
    """nt_pi of pi.h"""
    _fields_ = [("seed", ctypes.c_uint64)]


class Build(ctypes.Structure):
    """nt_build of machine.h"""
    _fields_ = [("version", c_char_p), ("compiler", c_char_p), ("flags", c_char_p), ("sleef", c_char_p)]


class Tuned(ctypes.Structure):
    """The head of nt_tuned of tuned.h"""
    _fields_ = [("file", c_char_p), ("machine", c_char_p)]


class Field(ctypes.Structure):
    """The head of nt_field of kernel.h"""
    _fields_ = [("n_levels", c_int), ("n_coefs", c_int)]


class Kernel(ctypes.Structure):
    """The head of nt_kernel of kernel.h"""
    _fields_ = [("abi", ctypes.c_uint32), ("bytes", ctypes.c_uint32), ("name", c_char_p), ("version", c_int),
                ("title", c_char_p), ("formula", c_char_p), ("role", c_int), ("field", POINTER(Field)),
                ("range", c_void_p), ("program", c_void_p)]


# ---- Functions of the headers -------------------------------------------------------------------

TRIPLE = c_int64 * 3
_i64, _text, _any, _out = c_int64, c_char_p, c_void_p, POINTER(c_void_p)

# name: (result, arguments).  Where the result is `c_int` and the last argument `_why`, it is an nt_status that
# `call()` turns into an exception.
_why = c_char_p
_FUNCTIONS: dict[str, tuple[Any, list[Any]]] = {
    "nt_version": (c_int, []),
    "nt_build_info": (POINTER(Build), []),
    "nt_status_text": (_text, [c_int]),
    "nt_isa_name": (_text, [c_int]),
    "nt_isa_available": (c_int, [c_int]),
    "nt_threads_allowed": (c_int, []),
    "nt_kernel_count": (c_int, []),
    "nt_kernel_at": (POINTER(Kernel), [c_int]),
    "nt_kernel_find": (_any, [_text]),
    "nt_tuned_at": (POINTER(Tuned), [c_int]),
    "nt_tuned_load": (c_int, [_text, _why]),
    "nt_grid_create": (c_int, [_out, c_int, TRIPLE, c_int, POINTER(GridOptions), _why]),
    "nt_grid_wrap": (c_int, [_out, c_int, TRIPLE, TRIPLE, c_int, _any, _why]),
    "nt_grid_map": (c_int, [_any, POINTER(Cells), _why]),
    "nt_grid_unmap": (None, [_any]),
    "nt_grid_destroy": (None, [_any]),
    "nt_plan_create": (c_int, [_out, _any, _out, c_int, POINTER(Options), _why]),
    "nt_plan_create_range": (c_int, [_out, _any, c_int, _i64, POINTER(Options), _why]),
    "nt_plan_run": (c_int, [_any, _i64]),
    "nt_plan_run_range": (c_int, [_any, _i64, _i64, _any]),
    "nt_plan_set_grids": (c_int, [_any, _out, c_int, _why]),
    "nt_plan_newest": (_any, [_any]),
    "nt_plan_time": (_i64, [_any]),
    "nt_plan_set_time": (c_int, [_any, _i64]),
    "nt_plan_why": (_text, [_any]),
    "nt_plan_destroy": (None, [_any]),
    "nt_apply": (c_int, [_text, _text, c_int, _any, c_int, _any, _any, _any, _i64, _text, _any]),
    "nt_apply_range": (c_int, [_text, _text, c_int, _i64, _i64, _any, c_size_t, _text, _any]),
    "nt_wave_create": (c_int, [_out, c_int, c_double * 3, _why]),
    "nt_wave_mirror_faces": (c_uint, [_any]),
    "nt_wave_max_dt": (c_double, [_any, c_double]),
    "nt_wave_medium": (c_int, [_any, _any, c_double, _why]),
    "nt_wave_absorb": (c_int, [_any, c_int, TRIPLE, c_int * 6, c_int, c_double, _why]),
    "nt_wave_destroy": (None, [_any]),
    "nt_wave_ricker": (None, [c_double, c_double, c_double, _i64, _any]),
    "nt_points_create": (c_int, [_out, POINTER(Points), _why]),
    "nt_points_source": (c_int, [_out, _any, _any, _i64, _why]),
    "nt_points_force": (c_int, [_out, _any, _any, _i64, _why]),
    "nt_points_receiver": (c_int, [_out, _any, _any, _i64, _why]),
    "nt_points_hook_destroy": (None, [_any]),
    "nt_points_destroy": (None, [_any]),
}


# ---- Loading ------------------------------------------------------------------------------------

def _refuse(path: str, what: str) -> NestuneImportError:
    hint = "; it is the library that NESTUNE_LIBRARY names" if os.environ.get("NESTUNE_LIBRARY") == path else ""
    return NestuneImportError("%s: %s%s" % (path, what, hint))


def _check_whole(path: str) -> None:
    """Refuses a file that is no 64-bit ELF file or has been cut: the loader would map it, and reading it would end
    the process."""
    with open(path, "rb") as file:
        head = file.read(64)
        size = file.seek(0, os.SEEK_END)
        if len(head) < 64 or head[:5] != b"\x7fELF\x02":
            raise _refuse(path, "is not a library for 64-bit Linux")
        first, = struct.unpack_from("<Q", head, 32)  # e_phoff
        each, count = struct.unpack_from("<HH", head, 54)  # e_phentsize, e_phnum
        file.seek(first)
        table = file.read(each * count)
    if each < 56 or len(table) < each * count:
        raise _refuse(path, "is damaged: its table of segments is cut")
    for at in range(0, each * count, each):
        offset, = struct.unpack_from("<Q", table, at + 8)  # p_offset
        bytes_, = struct.unpack_from("<Q", table, at + 32)  # p_filesz
        if offset + bytes_ > size:
            raise _refuse(path, "is damaged: it has %d bytes and should have %d or more" % (size, offset + bytes_))


def _find() -> str:
    named = os.environ.get("NESTUNE_LIBRARY")
    if named:
        return named
    return INSIDE if os.path.exists(INSIDE) else SONAME


def _path_of(function: Any) -> str:
    """The file that a loaded function is in."""
    class Info(ctypes.Structure):
        _fields_ = [("file", c_char_p), ("base", c_void_p), ("name", c_char_p), ("address", c_void_p)]
    info = Info()
    dladdr = ctypes.CDLL(None).dladdr
    dladdr.argtypes = [c_void_p, POINTER(Info)]
    dladdr(ctypes.cast(function, c_void_p), ctypes.byref(info))
    return os.path.realpath(os.fsdecode(info.file or b""))


def load(path: str) -> tuple[ctypes.CDLL, str]:
    """The library and its path.  NestuneImportError, which names the file and what is wrong with it."""
    if os.path.sep in path:
        try:
            _check_whole(path)
        except OSError as error:
            raise _refuse(path, "cannot be read: %s" % error.strerror) from None
    try:
        library = ctypes.CDLL(path)  # CDLL releases the GIL during each call
    except OSError as error:
        if os.path.sep not in path:
            raise NestuneImportError("%s: this package has no library inside, and the system has none (%s): install nestune's "
                                     "library, or set NESTUNE_LIBRARY to its path" % (path, error)) from None
        raise _refuse(path, "cannot be loaded: %s" % error) from None
    try:
        number = library.nt_version()
    except AttributeError:
        raise _refuse(path, "is not nestune's library") from None
    if (number // 10000, number // 100 % 100) != VERSION:
        raise _refuse(path, "is nestune %d.%d.%d, but this package needs %d.%d" %
                      (number // 10000, number // 100 % 100, number % 100, *VERSION))
    for name, (result, arguments) in _FUNCTIONS.items():
        try:
            function = getattr(library, name)
        except AttributeError:
            raise _refuse(path, "has no function %s: it is older than this package" % name) from None
        function.restype, function.argtypes = result, arguments
    abi = library.nt_kernel_at(0).contents.abi
    if abi != KERNEL_ABI:
        raise _refuse(path, "has kernel abi %d, but this package needs %d" % (abi, KERNEL_ABI))
    return library, _path_of(library.nt_version)


def _is_forked() -> bool:
    """Was this process forked by multiprocessing?"""
    multiprocessing = sys.modules.get("multiprocessing")
    if multiprocessing is None or multiprocessing.parent_process() is None:
        return False
    method = getattr(multiprocessing.current_process(), "_start_method", None)
    return bool((method or multiprocessing.get_start_method(allow_none=True)) == "fork")


def _openmp() -> set[str]:
    """The files of GNU's OpenMP runtimes in this process: a wheel may bring one of its own."""
    try:
        with open("/proc/self/maps") as maps:
            return {line.split(None, 5)[5] for line in maps if "libgomp" in line}
    except OSError:
        return set()


_openmp_before = _openmp()
c, path = load(_find())

# A child whose parent has used libgomp hangs in the first region that it enters, and a library that is loaded only then
# cannot know (plan.h).  So it gets one thread, unless it has brought a libgomp of its own.
forked_before_load = bool(_openmp_before) and _is_forked() and _openmp() == _openmp_before

# nt_error, which a failing call fills.  Each call has its own: the GIL is released during a call.
_Error = ctypes.c_char * 256


def call(name: str, *arguments: Any) -> None:
    """Calls a function whose last argument is an nt_error, and raises what it refuses."""
    why = _Error()
    status = getattr(c, name)(*arguments, why)
    if status != 0:
        raise error_of(status, why.value.decode(errors="replace"))


def refusal(status: int) -> NestuneError:
    """The exception of a call that has no nt_error to fill."""
    return error_of(status, c.nt_status_text(status).decode())


def new(name: str, *arguments: Any) -> c_void_p:
    """The object that such a function creates; its first argument is where to."""
    made = c_void_p()
    call(name, ctypes.byref(made), *arguments)
    return made
