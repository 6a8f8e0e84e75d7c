"""nestune.py - the library's calls that the comparison needs, by ctypes

SPDX-License-Identifier: MIT
"""
import ctypes
import glob
import os

F32, F64 = 0, 1
ZERO_FACE = 1
N_FACES = 6


class Options(ctypes.Structure):
    """nt_plan_options of plan.h"""
    _fields_ = [("bytes", ctypes.c_size_t), ("params", ctypes.c_void_p), ("config", ctypes.c_char_p),
                ("steps", ctypes.c_int64), ("most_threads", ctypes.c_int), ("most_bytes", ctypes.c_size_t),
                ("hooks", ctypes.c_void_p), ("n_hooks", ctypes.c_int)]


class Cells(ctypes.Structure):
    """nt_cells of grid.h"""
    _fields_ = [("dtype", ctypes.c_int), ("halo", ctypes.c_int), ("n", ctypes.c_int64 * 3),
                ("stride", ctypes.c_int64 * 3), ("cells", ctypes.c_void_p)]


class Build(ctypes.Structure):
    """nt_build of machine.h"""
    _fields_ = [(name, ctypes.c_char_p) for name in ("version", "compiler", "flags", "sleef")]


def find_library(build):
    """The shared library in a build folder; None if it is not there."""
    found = [path for folder in ("lib*", "") for path in glob.glob(os.path.join(build, folder, "libnestune.so"))]
    return found[0] if found else None


def triple(values):
    return (ctypes.c_int64 * 3)(*values)


class Library:
    def __init__(self, build):
        self.c = ctypes.CDLL(find_library(build))
        self.c.nt_kernel_find.restype = ctypes.c_void_p
        self.c.nt_plan_newest.restype = ctypes.c_void_p
        self.c.nt_plan_why.restype = ctypes.c_char_p
        self.c.nt_build_info.restype = ctypes.POINTER(Build)
        self.error = ctypes.create_string_buffer(256)

    def call(self, name, *arguments):
        """Calls a function whose last argument is nt_error *."""
        if getattr(self.c, name)(*arguments, self.error) != 0:
            raise RuntimeError("%s: %s" % (name, self.error.value.decode()))

    def has_kernel(self, name):
        return self.c.nt_kernel_find(name.encode()) is not None

    def versions(self):
        info = self.c.nt_build_info().contents
        return {"nestune": info.version.decode(), "nestune's compiler": info.compiler.decode()}

    def wrap(self, array):
        """A grid on a contiguous NumPy array [z][y][x]."""
        nz, ny, nx = array.shape
        grid = ctypes.c_void_p()
        self.call("nt_grid_wrap", ctypes.byref(grid), F64 if array.itemsize == 8 else F32, triple((nx, ny, nz)),
                  triple((1, nx, nx * ny)), 0, ctypes.c_void_p(array.ctypes.data))
        return grid

    def create(self, shape, halo):
        """An f32 grid with a halo; shape is (nz, ny, nx)."""
        grid = ctypes.c_void_p()
        self.call("nt_grid_create", ctypes.byref(grid), F32, triple(shape[::-1]), halo, None)
        return grid

    def view(self, numpy, grid):
        """The f32 cells of a grid in rows as a NumPy array [z][y][x]."""
        cells = Cells()
        self.call("nt_grid_map", grid, ctypes.byref(cells))
        self.c.nt_grid_unmap(grid)
        n, s = cells.n, cells.stride
        length = (n[0] - 1) * s[0] + (n[1] - 1) * s[1] + (n[2] - 1) * s[2] + 1
        flat = numpy.ctypeslib.as_array(ctypes.cast(cells.cells, ctypes.POINTER(ctypes.c_float)), (length,))
        return numpy.lib.stride_tricks.as_strided(flat, (n[2], n[1], n[0]), (4 * s[2], 4 * s[1], 4 * s[0]))

    def wave(self, order, shape):
        """An nt_wave with six zero faces."""
        wave = ctypes.c_void_p()
        self.call("nt_wave_create", ctypes.byref(wave), order, (ctypes.c_double * 3)(1, 1, 1))
        faces = (ctypes.c_int * N_FACES)(*[ZERO_FACE] * N_FACES)
        self.call("nt_wave_absorb", wave, F32, triple(shape[::-1]), faces, 1, ctypes.c_double(0.1))
        return wave

    def options(self, steps, threads, params=None):
        return Options(bytes=ctypes.sizeof(Options), params=params, steps=steps, most_threads=threads)

    def plan(self, kernel, grids, steps, threads, params=None):
        plan = ctypes.c_void_p()
        self.call("nt_plan_create", ctypes.byref(plan), ctypes.c_void_p(self.c.nt_kernel_find(kernel.encode())),
                  (ctypes.c_void_p * len(grids))(*grids), len(grids),
                  ctypes.byref(self.options(steps, threads, params)))
        return plan

    def plan_range(self, kernel, dtype, n, threads, params=None):
        plan = ctypes.c_void_p()
        self.call("nt_plan_create_range", ctypes.byref(plan),
                  ctypes.c_void_p(self.c.nt_kernel_find(kernel.encode())), dtype, ctypes.c_int64(n),
                  ctypes.byref(self.options(0, threads, params)))
        return plan

    def run(self, plan, steps):
        if self.c.nt_plan_run(plan, ctypes.c_int64(steps)) != 0:
            raise RuntimeError("nt_plan_run failed")

    def run_range(self, plan, n):
        total = ctypes.c_uint64()
        if self.c.nt_plan_run_range(plan, ctypes.c_int64(0), ctypes.c_int64(n), ctypes.byref(total)) != 0:
            raise RuntimeError("nt_plan_run_range failed")
        return total.value

    def config(self, plan):
        text = ctypes.create_string_buffer(256)
        self.c.nt_plan_config_text(plan, text, ctypes.c_size_t(256))
        return text.value.decode()

    def why(self, plan):
        return self.c.nt_plan_why(plan).decode()
