"""peers_cells.py - mathop and square: each peer works in place on its own copy of one array [z][y][x]

SPDX-License-Identifier: MIT

A peer of this and the other modules is an object with restore(), run() and result(); the clock runs around run()
alone, unless run() answers seconds itself.  `versions` names what it stands on, `note` what a reader should know;
`detail` goes into the JSON alone.
"""
import ctypes
import math
import os

import numpy as np

from nestune import Library


class Cells:
    """The array and its input; a peer sets `step`, a function of the array."""
    versions = {}
    note = detail = ""

    def __init__(self, problem):
        self.input = np.load(problem["input"], mmap_mode="r")
        self.a = np.empty_like(self.input)
        self.restore()

    def restore(self):
        np.copyto(self.a, self.input)

    def run(self):
        self.step(self.a)

    def result(self):
        return self.a


def nestune(problem):
    peer, library = Cells(problem), Library(problem["build"])
    plan = library.plan(problem["kernel"], [library.wrap(peer.a)], 1, problem["threads"])
    peer.step = lambda a: library.run(plan, 1)
    peer.versions, peer.note, peer.detail = library.versions(), library.config(plan), library.why(plan)
    return peer


# ---- Numba: the notebook's loops ---------------------------------------------------------------

def with_numba(step, **options):
    def make(problem):
        import numba
        peer = Cells(problem)
        peer.step = numba.njit(**options)(step)
        peer.step(peer.a[:1, :1, :1].copy())
        peer.versions = {"numba": numba.__version__}
        if options.get("parallel"):
            try:
                peer.note = "threads by " + numba.threading_layer()
            except ValueError:
                peer.note = "nothing was made parallel"
        return peer
    return make


def mathop_serial(a):
    for z in range(a.shape[0]):
        for y in range(a.shape[1]):
            for x in range(a.shape[2]):
                a[z, y, x] = math.sin(math.cos(a[z, y, x]) * math.sin(a[z, y, x]))


def mathop_outer(a):
    for z in prange(a.shape[0]):
        for y in range(a.shape[1]):
            for x in range(a.shape[2]):
                a[z, y, x] = math.sin(math.cos(a[z, y, x]) * math.sin(a[z, y, x]))


def mathop_middle(a):
    for z in range(a.shape[0]):
        for y in prange(a.shape[1]):
            for x in range(a.shape[2]):
                a[z, y, x] = math.sin(math.cos(a[z, y, x]) * math.sin(a[z, y, x]))


def mathop_inner(a):
    for z in range(a.shape[0]):
        for y in range(a.shape[1]):
            for x in prange(a.shape[2]):
                a[z, y, x] = math.sin(math.cos(a[z, y, x]) * math.sin(a[z, y, x]))


def square_outer(a):
    for z in prange(a.shape[0]):
        for y in range(a.shape[1]):
            for x in range(a.shape[2]):
                a[z, y, x] = a[z, y, x] * a[z, y, x]


def square_notebook(a, parallel=True):
    for z in prange(a.shape[0]):
        for y in range(a.shape[1]):
            for x in range(a.shape[2]):
                a[z, y, x] = a[z, y, x] * a[z, y, x]


try:
    from numba import prange
except ImportError: # then Numba's peers say so
    prange = range


# ---- NumPy, NumExpr, PyTorch, JAX --------------------------------------------------------------

def numpy_mathop(problem):
    peer = Cells(problem)

    def step(a):
        np.sin(np.cos(a) * np.sin(a), out=a)
    peer.step, peer.versions, peer.note = step, {"numpy": np.__version__}, "one thread"
    return peer


def numpy_square(problem):
    peer = Cells(problem)
    peer.step = lambda a: np.multiply(a, a, out=a)
    peer.versions, peer.note = {"numpy": np.__version__}, "one thread"
    return peer


def numexpr_mathop(problem):
    import numexpr
    numexpr.set_num_threads(problem["threads"])
    peer = Cells(problem)
    peer.step = lambda a: numexpr.evaluate("sin(cos(a) * sin(a))", local_dict={"a": a}, out=a)
    peer.versions = {"numexpr": numexpr.__version__}
    return peer


def torch_mathop(compiled):
    def make(problem):
        import torch
        torch.set_num_threads(problem["threads"])
        peer = Cells(problem)
        tensor = torch.from_numpy(peer.a)

        def step(t):
            t.copy_(torch.sin(torch.cos(t) * torch.sin(t)))
        function = torch.compile(step) if compiled else step
        peer.step = lambda a: function(tensor)
        peer.versions = {"torch": torch.__version__}
        return peer
    return make


class JaxCells:
    """JAX's arrays are its own: the input goes into one outside the clock, and the function may reuse it."""
    note, detail = "jit, the argument donated", ""

    def __init__(self, problem):
        import jax
        jax.config.update("jax_enable_x64", True)
        self.jax, self.versions = jax, {"jax": jax.__version__}
        self.input = np.load(problem["input"], mmap_mode="r")
        self.function = jax.jit(lambda a: jax.numpy.sin(jax.numpy.cos(a) * jax.numpy.sin(a)), donate_argnums=0)
        self.restore()

    def restore(self):
        self.a = None
        self.a = self.jax.numpy.array(self.input, copy=True)
        self.a.block_until_ready()

    def run(self):
        self.a = self.function(self.a)
        self.a.block_until_ready()

    def result(self):
        return np.asarray(self.a)


# ---- C -----------------------------------------------------------------------------------------

def plain_c(compiler, split):
    def make(problem):
        library = ctypes.CDLL(os.path.join(problem["lib"], "plain_%s.so" % compiler))
        peer = Cells(problem)
        nz, ny, nx = (ctypes.c_long(n) for n in peer.a.shape)
        peer.step = lambda a: library.mathop(int(a.itemsize == 8), split, nx, ny, nz, problem["threads"],
                                             ctypes.c_void_p(a.ctypes.data))
        return peer
    return make


def sleef_c(u35):
    def make(problem):
        library = ctypes.CDLL(os.path.join(problem["lib"], "sleef_gcc.so"))
        library.version.restype = ctypes.c_char_p
        peer = Cells(problem)
        peer.step = lambda a: library.mathop(int(a.itemsize == 8), u35, ctypes.c_long(a.size), problem["threads"],
                                             ctypes.c_void_p(a.ctypes.data))
        peer.versions = {"SLEEF": library.version().decode()}
        return peer
    return make


MATHOP = {
    "nestune": nestune,
    "Numba, serial": with_numba(mathop_serial),
    "Numba, prange outer": with_numba(mathop_outer, parallel=True),
    "Numba, prange middle": with_numba(mathop_middle, parallel=True),
    "Numba, prange inner": with_numba(mathop_inner, parallel=True),
    "NumPy": numpy_mathop,
    "NumExpr": numexpr_mathop,
    "PyTorch": torch_mathop(False),
    "PyTorch, torch.compile": torch_mathop(True),
    "JAX": JaxCells,
    "C by gcc": plain_c("gcc", 0),
    "C by gcc, cosines first": plain_c("gcc", 1),
    "C by clang, libmvec": plain_c("clang", 0),
    "C by clang, libmvec, cosines first": plain_c("clang", 1),
    "SLEEF u10": sleef_c(0),
    "SLEEF u35": sleef_c(1),
}
SQUARE = {
    "nestune": nestune,
    "Numba, parallel=True": with_numba(square_outer, parallel=True),
    "Numba, as in the notebook": with_numba(square_notebook),
    "NumPy": numpy_square,
}
