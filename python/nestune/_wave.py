"""_wave.py - the 3-D wave equation with sources and receivers

SPDX-License-Identifier: MIT

Everything is in the order of the array's axes, of which the first is the slowest: the library's z, y, x.
"""
from __future__ import annotations

import operator
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from ctypes import POINTER, byref, c_char, c_double, c_int, c_void_p, cast, sizeof
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from . import _threads
from ._arrays import address, dtype_code
from ._chunks import Progress, in_chunks
from ._errors import NestuneValueError, error_of
from ._library import TRIPLE, Cells, GridOptions, Options, Points, c, call, new, refusal
from ._pointwise import checked_steps

BOUNDARIES = ("mirror", "zero", "absorbing")  # nt_boundary
INTERPOLATIONS = ("trilinear", "sinc")  # nt_interpolation
COURANT = 0.9  # of the largest stable time step
LEAST_STEPS = 16  # in a call: fewer are not worth what the library does before the first
WORK = 1 << 28  # cell updates of the first call


def ricker(peak_frequency: float, n: int, dt: float, delay: float | None = None) -> np.ndarray:
    """A Ricker wavelet of n samples.  Its peak, of 1, is at `delay`, by default 1.5 / peak_frequency."""
    samples = np.zeros(max(0, operator.index(n)))
    c.nt_wave_ricker(peak_frequency, 1.5 / peak_frequency if delay is None else delay, dt, len(samples), address(samples))
    return samples


def _one_of(names: Sequence[str], name: str, what: str) -> int:
    if name not in names:
        raise NestuneValueError("%s %r: allowed are %s" % (what, name, ", ".join(names)))
    return names.index(name)


def _faces(faces: str | Sequence[Sequence[str]]) -> list[int]:
    """By the library's nt_face: x low, x high, y low, ..."""
    pairs = [(faces, faces)] * 3 if isinstance(faces, str) else [tuple(pair) for pair in faces]
    if len(pairs) != 3 or any(len(pair) != 2 for pair in pairs):
        raise NestuneValueError("faces: needed is one name, or a pair of names for each of the three axes")
    return [_one_of(BOUNDARIES, name, "face") for pair in reversed(pairs) for name in pair]


class Wave:
    """The wave equation u_tt = v^2 laplace(u) on a box of cells, and its state.

    shape     cells along each of the three axes
    velocity  of the waves: a number, or an array of this shape
    spacing   between cells: a number or three, in the unit of length of the velocity
    order     of accuracy in space: 2, 4, 6, 8, 12 or 16
    dt        the time step; None: 0.9 of the largest stable one
    faces     what lies beyond: "mirror" (u = 0, a free surface), "zero" or "absorbing", for all six faces; or three
              pairs, as (("mirror", "absorbing"),) * 3: low and high of each axis
    layer     cells of an absorbing layer
    dtype     float32 or float64
    config, threads  as for mathop

    A Wave is for one Python thread at a time.
    """

    def __init__(self, shape: Sequence[int], *, velocity: ArrayLike, spacing: float | Sequence[float] = 1.0, order: int = 8,
                 dt: float | None = None, faces: str | Sequence[Sequence[str]] = "mirror", layer: int = 30,
                 dtype: Any = np.float32, config: str | None = None, threads: int | None = None) -> None:
        self._wave: c_void_p | None = None
        self._plan: c_void_p | None = None
        self._grids: list[c_void_p] = []  # two levels, then the medium
        self._points: list[c_void_p] = []
        self._hooks: list[c_void_p] = []
        self._kept: list[Any] = []  # what the hooks and the plan read
        self._time = 0
        self._n_views = 0  # that are open
        self.shape = tuple(operator.index(n) for n in shape)
        if len(self.shape) != 3 or min(self.shape) < 1:
            raise NestuneValueError("shape %s: needed are three numbers of cells, each 1 or more" % (self.shape,))
        self.dtype = np.dtype(dtype)
        self._code = dtype_code(dtype, "the wave")
        self._n = TRIPLE(*self.shape[::-1])
        self._config, self._threads = config, _threads.most(threads)
        self._create(np.broadcast_to(np.asarray(spacing, float), (3,)), operator.index(order), _faces(faces), layer,
                     np.asarray(velocity, self.dtype), dt)

    def _create(self, spacing: np.ndarray, order: int, faces: list[int], layer: int, velocity: np.ndarray,
                dt: float | None) -> None:
        self._wave = new("nt_wave_create", order, (c_double * 3)(*spacing[::-1]))
        fastest = float(velocity.max(initial=0))
        self.max_dt: float = c.nt_wave_max_dt(self._wave, fastest)
        if dt is None and not 0 < self.max_dt < np.inf:
            raise NestuneValueError("velocities up to %g: no time step follows from them; give dt" % fastest)
        self.dt = COURANT * self.max_dt if dt is None else float(dt)
        absorbs = BOUNDARIES.index("absorbing") in faces
        if any(faces):
            call("nt_wave_absorb", self._wave, self._code, self._n, (c_int * 6)(*faces), layer if absorbs else 1,
                 fastest * self.dt)
        options = GridOptions(bytes=sizeof(GridOptions), any_layout=True)
        for halo in (order // 2, order // 2, 0):
            self._grids.append(new("nt_grid_create", self._code, self._n, halo, byref(options)))
        try:
            velocity = np.broadcast_to(velocity, self.shape)
        except ValueError:
            raise NestuneValueError("velocity has shape %s, but the wave %s" % (velocity.shape, self.shape)) from None
        with self._mapped(self._grids[2]) as cells:
            cells[...] = velocity
        call("nt_wave_medium", self._wave, self._grids[2], self.dt)

    # ---- The field --------------------------------------------------------------------------------

    @contextmanager
    def _mapped(self, grid: c_void_p) -> Iterator[np.ndarray]:
        cells = Cells()
        call("nt_grid_map", grid, byref(cells))
        n, strides, itemsize = list(cells.n), list(cells.stride), self.dtype.itemsize
        length = (sum((m - 1) * s for m, s in zip(n, strides)) + 1) * itemsize
        memory = (c_char * length).from_address(cells.cells)
        memory._wave = self  # lives as long as a view does
        self._n_views += 1
        try:
            yield np.ndarray(tuple(n[::-1]), self.dtype, memory, 0, tuple(s * itemsize for s in strides[::-1]))
        finally:
            self._n_views -= 1
            c.nt_grid_unmap(grid)

    def _level(self, level: int) -> c_void_p:
        newest = c.nt_plan_newest(self._plan) if self._plan else None
        levels = self._grids[:2] if newest in (None, self._grids[0].value) else self._grids[1::-1]
        return levels[level]

    @contextmanager
    def view(self, previous: bool = False) -> Iterator[np.ndarray]:
        """The cells of the newest time level, or the previous one, without a copy, to be read and written:

            with wave.view() as u:
                u[10, 10, 10] = 1

        The array may not be used after the block, and the wave cannot run within it.
        """
        with self._mapped(self._level(int(previous))) as cells:
            yield cells

    @property
    def field(self) -> np.ndarray:
        """A copy of the newest time level."""
        with self.view() as cells:
            return cells.copy()

    @property
    def time(self) -> int:
        """The steps that have been made."""
        return int(c.nt_plan_time(self._plan)) if self._plan else self._time

    def reset(self) -> None:
        """Sets the field to zero and the time to 0.  Sources and receivers stay."""
        for level in (0, 1):
            with self._mapped(self._level(level)) as cells:
                cells[...] = 0
        self._forget_plan()
        self._time = 0

    # ---- Sources and receivers --------------------------------------------------------------------

    def _at(self, positions: ArrayLike, interpolation: str) -> tuple[c_void_p, int]:
        where = np.atleast_2d(np.asarray(positions, float))
        if where.ndim != 2 or where.shape[1] != 3:
            raise NestuneValueError("positions have shape %s: needed is (3,), or (points, 3)" % (where.shape,))
        where = np.ascontiguousarray(where[:, ::-1])
        spec = Points(n=len(where), position=address(where), cells=self._n,
                      interpolation=_one_of(INTERPOLATIONS, interpolation, "interpolation"),
                      mirror_faces=c.nt_wave_mirror_faces(self._wave))
        self._points.append(new("nt_points_create", byref(spec)))
        return self._points[-1], len(where)

    def _add_hook(self, kind: str, points: c_void_p, samples: np.ndarray) -> None:
        self._hooks.append(new("nt_points_" + kind, points, address(samples), samples.shape[1]))
        self._kept.append(samples)
        self._forget_plan()

    def source(self, positions: ArrayLike, samples: ArrayLike, *, kind: str = "force", interpolation: str = "sinc") -> None:
        """Adds sources: at each step, samples[point, step] is added at the position, in cells from 0, which may lie
        between cells.

        samples   one row for all points, or one for each
        kind      "force": times (v dt / dx)^2 of the cell, so that source and receiver may change places; "source": as is
        """
        _one_of(("force", "source"), kind, "kind")
        points, n = self._at(positions, interpolation)
        rows = np.atleast_2d(np.asarray(samples, float))
        if rows.ndim != 2 or rows.shape[0] not in (1, n):
            raise NestuneValueError("samples have shape %s: needed is one row, or one for each of %d points" % (rows.shape, n))
        self._add_hook(kind, points, np.ascontiguousarray(np.broadcast_to(rows, (n, rows.shape[1]))))

    def receiver(self, positions: ArrayLike, steps: int, *, interpolation: str = "sinc") -> np.ndarray:
        """Adds receivers, and returns their traces: an array [point, step] that each run fills further, up to `steps`.
        A receiver hears what sources that were added before it do in the same step."""
        points, n = self._at(positions, interpolation)
        traces = np.zeros((n, operator.index(steps)))
        self._add_hook("receiver", points, traces)
        return traces

    # ---- Running ----------------------------------------------------------------------------------

    def _forget_plan(self) -> None:
        """The next run makes a new one, which goes on where this one is."""
        if self._plan:
            self._grids[:2] = [self._level(0), self._level(1)]
            self._time = self.time
            plan, self._plan = self._plan, None  # first: after an interrupt it must not be destroyed again
            c.nt_plan_destroy(plan)

    def _make_plan(self, steps: int) -> None:
        hooks = (c_void_p * len(self._hooks))(*self._hooks)
        options = Options(bytes=sizeof(Options), params=self._wave, config=self._config.encode() if self._config else None,
                          steps=steps, most_threads=self._threads, hooks=cast(hooks, POINTER(c_void_p)),
                          n_hooks=len(self._hooks))
        plan = new("nt_plan_create", c.nt_kernel_find(b"wave"), (c_void_p * 3)(*self._grids), 3, byref(options))
        c.nt_plan_set_time(plan, self._time)
        self._plan = plan

    def run(self, steps: int, *, progress: Progress | None = None) -> None:
        """Makes time steps.  progress(done, total) is called some times a second.  Ctrl-C takes effect between some
        steps: the field is then that of `time`."""
        steps = checked_steps(steps)
        if not self._plan:
            self._make_plan(steps)

        def work(first: int, n: int) -> None:
            status = c.nt_plan_run(self._plan, n)
            if status != 0 and self._n_views > 0:
                raise error_of(status, "the wave cannot run while a view is open")
            if status != 0:
                raise refusal(status)

        cells = int(np.prod(self.shape, dtype=object))
        size = max(1, WORK // cells // LEAST_STEPS) * LEAST_STEPS
        in_chunks(steps, size, work, progress, LEAST_STEPS)

    def why(self) -> str:
        """How the wave runs, and why; "" before the first run."""
        return bytes(c.nt_plan_why(self._plan)).decode() if self._plan else ""

    def __del__(self) -> None:
        c.nt_plan_destroy(self._plan)
        for hook in self._hooks:
            c.nt_points_hook_destroy(hook)
        for points in self._points:
            c.nt_points_destroy(points)
        for grid in self._grids:
            c.nt_grid_destroy(grid)
        c.nt_wave_destroy(self._wave)
