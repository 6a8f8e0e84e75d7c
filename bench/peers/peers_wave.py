"""peers_wave.py - the wave equation: u+ = 2u - u- + C laplace(u), f32, zeros beyond the faces, `steps` steps

SPDX-License-Identifier: MIT

All peers have the same scheme, the same C = (v dt / dx)^2 at each cell and the same two first levels.
"""
import ctypes
import os

import numpy as np

from nestune import Library

WEIGHTS = {2: (-6.0, 1.0), 8: (-205.0 / 24, 8.0 / 5, -1.0 / 5, 8.0 / 315, -1.0 / 560)}


class Wave:
    """Three arrays with a halo of zeros; a peer sets `step`, a function that makes all steps."""
    versions = {}
    note = detail = ""

    def __init__(self, problem):
        self.steps, self.order = problem["steps"], problem["order"]
        self.inputs = [np.load(problem["input"] + name, mmap_mode="r") for name in ("u.npy", "older.npy", "c.npy")]
        self.shape = self.inputs[0].shape
        self.allocate(self.order // 2)
        self.restore()

    def allocate(self, radius):
        padded = [np.zeros([n + 2 * radius for n in self.shape], np.float32) for _ in range(3)]
        inside = (slice(radius, -radius),) * 3
        self.u, self.older, self.c = padded
        self.insides = [a[inside] for a in padded]

    def restore(self):
        for a, b in zip(self.insides, self.inputs):
            np.copyto(a, b)

    def run(self):
        self.step()

    def result(self):
        return self.insides[self.steps % 2]


class Nestune(Wave):
    """Its own grids, as a user of the library has them."""

    def __init__(self, problem):
        self.library = Library(problem["build"])
        super().__init__(problem)
        self.wave = self.library.wave(self.order, self.shape)
        self.plan = self.library.plan("wave", self.grids, self.steps, problem["threads"], self.wave)
        self.versions, self.note = self.library.versions(), self.library.config(self.plan)
        self.detail = self.library.why(self.plan)

    def allocate(self, radius):
        self.grids = [self.library.create(self.shape, halo) for halo in (radius, radius, 0)]
        self.insides = [self.library.view(np, grid) for grid in self.grids]

    def restore(self):
        if hasattr(self, "plan"): # an odd number of steps leaves the levels exchanged
            self.library.call("nt_plan_set_grids", self.plan, (ctypes.c_void_p * 3)(*self.grids), 3)
        super().restore()

    def run(self):
        self.library.run(self.plan, self.steps)


def plain_c(compiler, blocked):
    def make(problem):
        library = ctypes.CDLL(os.path.join(problem["lib"], "plain_%s.so" % compiler))
        peer = Wave(problem)
        nz, ny, nx = (ctypes.c_long(n) for n in peer.shape)
        addresses = [ctypes.c_void_p(a.ctypes.data) for a in (peer.u, peer.older, peer.c)]
        peer.step = lambda: library.wave(peer.order // 2, blocked, nx, ny, nz, problem["threads"], peer.steps,
                                         *addresses)
        return peer
    return make


# ---- Numba: the loops that one writes ----------------------------------------------------------

def step_2(u, older, c):
    c0, c1 = np.float32(-6), np.float32(1)
    for z in prange(1, u.shape[0] - 1):
        for y in range(1, u.shape[1] - 1):
            for x in range(1, u.shape[2] - 1):
                laplacian = c0 * u[z, y, x] + c1 * (
                    u[z, y, x - 1] + u[z, y, x + 1] + u[z, y - 1, x] + u[z, y + 1, x] + u[z - 1, y, x] + u[z + 1, y, x])
                older[z, y, x] = 2 * u[z, y, x] - older[z, y, x] + c[z, y, x] * laplacian


def step_8(u, older, c):
    c0, c1, c2 = np.float32(-205 / 24), np.float32(8 / 5), np.float32(-1 / 5)
    c3, c4 = np.float32(8 / 315), np.float32(-1 / 560)
    for z in prange(4, u.shape[0] - 4):
        for y in range(4, u.shape[1] - 4):
            for x in range(4, u.shape[2] - 4):
                laplacian = c0 * u[z, y, x] + c1 * (
                    u[z, y, x - 1] + u[z, y, x + 1] + u[z, y - 1, x] + u[z, y + 1, x] + u[z - 1, y, x] + u[z + 1, y, x]
                ) + c2 * (
                    u[z, y, x - 2] + u[z, y, x + 2] + u[z, y - 2, x] + u[z, y + 2, x] + u[z - 2, y, x] + u[z + 2, y, x]
                ) + c3 * (
                    u[z, y, x - 3] + u[z, y, x + 3] + u[z, y - 3, x] + u[z, y + 3, x] + u[z - 3, y, x] + u[z + 3, y, x]
                ) + c4 * (
                    u[z, y, x - 4] + u[z, y, x + 4] + u[z, y - 4, x] + u[z, y + 4, x] + u[z - 4, y, x] + u[z + 4, y, x])
                older[z, y, x] = 2 * u[z, y, x] - older[z, y, x] + c[z, y, x] * laplacian


try:
    from numba import prange
except ImportError: # then Numba's peer says so
    prange = range


def numba_stencil(problem):
    import numba
    peer = Wave(problem)
    step = numba.njit(parallel=True, fastmath=True)(step_2 if peer.order == 2 else step_8)

    def steps():
        u, older = peer.u, peer.older
        for _ in range(peer.steps):
            step(u, older, peer.c)
            u, older = older, u
    peer.step = steps
    peer.versions, peer.note = {"numba": numba.__version__}, "prange outer, fastmath"
    return peer


# ---- Devito ------------------------------------------------------------------------------------

class Devito(Wave):
    """Two kinds of optimisation, each with blocks tuned on two steps; the faster runs from then on."""
    KINDS = "advanced", "advanced-fsg"

    def __init__(self, problem):
        import devito
        self.devito, self.versions = devito, {"devito": devito.__version__}
        devito.configuration["log-level"] = "ERROR"
        super().__init__(problem)
        u, c = self.field, self.medium
        update = devito.Eq(u.forward, 2 * u - u.backward + c * u.laplace)
        tried = []
        for kind in self.KINDS:
            operator = devito.Operator([update], opt=(kind, {"openmp": True}), subs=u.grid.spacing_map)
            self.operator, self.blocks = operator, {}
            self.restore()
            operator.apply(time_m=1, time_M=2, autotune="aggressive", nthreads=problem["threads"])
            blocks = operator._state.get("autotuning", [{}])[-1].get("tuned", {})
            self.blocks = dict(blocks, nthreads=problem["threads"])
            tried.append((self.clock(), kind, operator, self.blocks))
        _, kind, self.operator, self.blocks = min(tried, key=lambda one: one[0])
        self.note = kind + "".join(", %s=%s" % item for item in sorted(self.blocks.items()))

    def clock(self):
        import time
        self.restore()
        start = time.perf_counter()
        self.run()
        return time.perf_counter() - start

    def allocate(self, radius):
        d = self.devito
        grid = d.Grid(shape=self.shape, extent=[n - 1 for n in self.shape], dtype=np.float32)
        self.field = d.TimeFunction(name="u", grid=grid, time_order=2, space_order=self.order)
        self.medium = d.Function(name="c", grid=grid, space_order=0)

    def restore(self):
        """Levels 1 and 0 of three buffers; the rest, the halo included, is zero."""
        self.field.data_with_halo[2] = 0
        for a, b in zip((self.field.data[1], self.field.data[0], self.medium.data), self.inputs):
            a[:] = b

    def run(self):
        self.operator.apply(time_m=1, time_M=self.steps, **self.blocks)

    def result(self):
        return np.asarray(self.field.data[(self.steps + 1) % 3])


# ---- Deepwave ----------------------------------------------------------------------------------

class Deepwave(Wave):
    """Its velocity is sqrt(C), with dt = dx = 1.  A call checks and copies its arrays, which takes longer than a few
    steps; so the clock runs around its loop over the steps alone, a function of version 0.1.0 that is not public."""
    note = "pml_width=0; its loop over the steps alone, without the rest of the call"

    def __init__(self, problem):
        import time

        import deepwave
        import torch
        torch.set_num_threads(problem["threads"])
        self.torch, self.deepwave, self.seconds = torch, deepwave, None
        loop = deepwave._engine.run_backend_loop

        def timed_loop(*arguments, **options):
            start = time.perf_counter()
            try:
                return loop(*arguments, **options)
            finally:
                self.seconds = time.perf_counter() - start
        deepwave._engine.run_backend_loop = timed_loop
        self.versions = {"deepwave": deepwave.__version__, "torch": torch.__version__}
        super().__init__(problem)

    def allocate(self, radius):
        tensors = [self.torch.from_numpy(np.array(a)) for a in self.inputs]
        self.levels, self.velocity = tensors[:2], tensors[2].sqrt()

    def restore(self):
        self.newest = None

    def run(self):
        with self.torch.no_grad():
            self.newest = self.deepwave.scalar(
                self.velocity, 1.0, 1.0, wavefield_0=self.levels[0][None], wavefield_m1=self.levels[1][None],
                accuracy=self.order, pml_width=0, nt=self.steps,
                check_output_finite=False)[0]
        return self.seconds

    def result(self):
        return self.newest[0].numpy()


WAVE = {
    "nestune": Nestune,
    "Devito": Devito,
    "Deepwave": Deepwave,
    "Numba": numba_stencil,
    "C by gcc": plain_c("gcc", 0),
    "C by gcc, blocks of rows": plain_c("gcc", 1),
    "C by clang": plain_c("clang", 0),
}
