"""_pointwise.py - pointwise kernels on arrays: one engine for all that the registry has

SPDX-License-Identifier: MIT

A plan costs some microseconds, as much as the work on a small array.  So each Python thread keeps its last plans, one
for each form of a call, and moves a plan to the memory of the next array of this form.  A plan in use is not among
those kept: Ctrl-C and signal handlers may come between any two lines here, and must find no plan half moved.
Large arrays go through the library in slabs along their slowest axis, so that a call can be interrupted.  A pointwise
result does not depend on how the cells are divided, nor on how the steps are.
"""
from __future__ import annotations

import math
import operator
import threading
from ctypes import byref, c_void_p, sizeof
from functools import cache
from typing import Any, NamedTuple, TypeVar, cast

import numpy as np

from . import _threads
from ._arrays import Axis, address, as_array, axes_of, check_out, dtype_code, is_dask
from ._chunks import Progress
from ._errors import NestuneTypeError, NestuneValueError
from ._library import MOST_STEPS, TRIPLE, Options, c, call, new, refusal

Array = TypeVar("Array")

MOST_PLANS = 128  # that a thread keeps
WORK = 1 << 27  # cell updates in one call of the library: some ten milliseconds
LEAST_SLAB = 1 << 22  # cells: below, a slab would be work for the caches, and the steps are divided instead


# ---- The registry -------------------------------------------------------------------------------

class KernelInfo(NamedTuple):
    """A kernel of the library.  `kind` is "pointwise", "stencil", "range" or "program"."""
    name: str
    kind: str
    title: str
    formula: str


def _kind_of(kernel: Any) -> str:
    if not kernel.field:
        return "range" if kernel.range else "program"
    field = kernel.field.contents
    return "pointwise" if (field.n_levels, field.n_coefs) == (1, 0) else "stencil"


def kernels() -> list[KernelInfo]:
    """All kernels of the library, in its order.  Those that are pointwise are for `apply`."""
    found = []
    for i in range(c.nt_kernel_count()):
        k = c.nt_kernel_at(i).contents
        found.append(KernelInfo(k.name.decode(), _kind_of(k), k.title.decode(), k.formula.decode()))
    return found


@cache
def _pointwise(name: str) -> int:
    """The address of a pointwise kernel."""
    kinds = {k.name: k.kind for k in kernels()}
    if kinds.get(name) != "pointwise":
        what = "is a %s" % kinds[name] if name in kinds else "is unknown"
        raise NestuneValueError("kernel %s %s: the pointwise kernels are %s" %
                                (name, what, ", ".join(k for k, kind in kinds.items() if kind == "pointwise")), "EKERNEL")
    found: int = c.nt_kernel_find(name.encode())
    return found


# ---- Plans --------------------------------------------------------------------------------------

class _Form(NamedTuple):
    """All of a call but where its arrays lie."""
    kernel: int
    code: int  # of the element type
    steps: int
    config: str | None
    threads: int


class _Plan:
    """A call's form on one or two arrays, whose first cells are at `where`."""

    def __init__(self, form: _Form, axes: list[Axis], where: list[int]) -> None:
        self.plan: c_void_p | None = None
        self.data: Any = None  # where the caller's arrays are, and whether they may be written
        self._grids: list[c_void_p] = []
        self._code = form.code
        self._n = TRIPLE(*(axis.n for axis in reversed(axes)))
        self._strides = [TRIPLE(*(axis.strides[i] for axis in reversed(axes))) for i in range(len(where))]
        self._grids = self._wrap(where)
        config = form.config.encode() if form.config else None
        options = Options(bytes=sizeof(Options), config=config, steps=form.steps, most_threads=form.threads)
        self.plan = new("nt_plan_create", form.kernel, (c_void_p * len(where))(*self._grids), len(where), byref(options))

    def _wrap(self, where: list[int]) -> list[c_void_p]:
        grids: list[c_void_p] = []
        try:
            for strides, first in zip(self._strides, where):
                grids.append(new("nt_grid_wrap", self._code, self._n, strides, 0, first))
        except BaseException:
            for grid in grids:
                c.nt_grid_destroy(grid)
            raise
        return grids

    def move(self, where: list[int], data: Any) -> None:
        """To other arrays of the same form.  After an exception the plan may not be used any more."""
        old, now = self._grids, self._wrap(where)
        self._grids = now + old  # whichever the plan is on when an interrupt comes, they live as long as it does
        call("nt_plan_set_grids", self.plan, (c_void_p * len(now))(*now), len(now))
        self._grids, self.data = now, data
        for grid in old:
            c.nt_grid_destroy(grid)

    def run(self, steps: int) -> None:
        status = c.nt_plan_run(self.plan, steps)
        if status != 0:
            raise refusal(status)

    def __del__(self, destroy_plan: Any = c.nt_plan_destroy, destroy_grid: Any = c.nt_grid_destroy) -> None:
        destroy_plan(self.plan)
        for grid in self._grids:
            destroy_grid(grid)


class _Kept(threading.local):
    """The plans of this Python thread, the one used longest ago first."""

    def __init__(self) -> None:
        self.plans: dict[Any, _Plan] = {}
        self.generation = 0


_kept = _Kept()
_generation = 0


def forget_plans() -> None:
    """Plans made before were configured by other tuned headers."""
    global _generation
    _generation += 1


def _keep(key: Any, plan: _Plan) -> None:
    plans = _kept.plans
    while len(plans) >= MOST_PLANS:
        del plans[next(iter(plans))]
    plans[key] = plan


# ---- Calls --------------------------------------------------------------------------------------

def checked_steps(steps: int) -> int:
    """`steps` as an int, which 1.0 is not."""
    number = operator.index(steps)
    if not 0 <= number <= MOST_STEPS:
        raise NestuneValueError("%d steps: allowed are 0 to 2**61 - 1" % number)
    return number


def _moved(axes: list[Axis], where: list[int], itemsize: int, at: int, first: int, n: int) -> tuple[list[Axis], list[int]]:
    """Cells first .. first + n - 1 of axis `at`."""
    slab = list(axes)
    slab[at] = axes[at]._replace(n=n)
    return slab, [w + first * s * itemsize for w, s in zip(where, axes[at].strides)]


def _run_steps(form: _Form, axes: list[Axis], where: list[int], most: int) -> None:
    """All steps on a slab, at most `most` of them in a call.  A plan with a result begins at its input each time, so
    the second call works in place on the result.  After an interrupt between two calls the slab has only the first of
    its steps."""
    first = min(form.steps, most)
    _Plan(form, axes, where).run(first)
    if first < form.steps:
        last = [axis._replace(strides=axis.strides[-1:]) for axis in axes]
        plan = _Plan(form, last, where[-1:])
        for done in range(first, form.steps, most):
            plan.run(min(most, form.steps - done))


def _run_in_slabs(form: _Form, axes: list[Axis], where: list[int], itemsize: int, progress: Progress | None) -> None:
    _Plan(form, axes, where)  # refuses what is wrong before any cell is touched
    at = next(i for i, axis in enumerate(axes) if axis.n > 1 or i == 2)
    plane = math.prod(axis.n for axis in axes[at + 1:])
    slab = max(1, max(WORK // form.steps, LEAST_SLAB) // plane)
    if at == 2:  # slabs of one long row begin at whole pages, if the row does
        slab = (slab + 4095) // 4096 * 4096
    total = axes[at].n
    most = max(1, WORK // (min(slab, total) * plane))
    for first in range(0, total, slab):
        n = min(slab, total - first)
        _run_steps(form, *_moved(axes, where, itemsize, at, first, n), most)
        if progress:
            progress((first + n) * plane * form.steps, total * plane * form.steps)


def _apply_dask(name: str, a: Any, steps: int, out: Any, config: str | None, threads: int | None) -> Any:
    if out is not None:
        raise NestuneTypeError("out= is not allowed for a Dask array: the result is a new one")
    checked_steps(steps)
    dtype_code(a.dtype, "the array")
    _pointwise(name)
    return a.map_blocks(_dask_block, name=None, dtype=a.dtype, meta=a._meta, kernel=name, steps=steps, config=config,
                        threads=1 if threads is None else threads)


def _dask_block(block: Any, kernel: str, steps: int, config: str | None, threads: int) -> Any:
    """A block may be read by other tasks, too, so its result is an array of its own.  One that came from another
    process may lie at any address, which needs a copy."""
    fits = block.flags.aligned and block.flags.c_contiguous
    out = np.empty_like(block) if fits else np.array(block, order="C")
    return apply(kernel, block if fits else out, steps=steps, out=out, config=config, threads=threads)


def apply(name: str, a: Array, *, steps: int = 1, out: Any = None, config: str | None = None, threads: int | None = None,
          progress: Progress | None = None) -> Array:
    """Applies the pointwise kernel `name` to each cell of `a`, `steps` times.

    a         a NumPy array of float32 or float64, strided views included, or what offers DLPack in main memory, such as
              a PyTorch tensor: changed in place, without a copy.  Of more than three axes those that follow each other
              without gaps count as one.  For a Dask array the result is a new Dask array; its blocks have one thread
              each unless `threads` says more, since Dask shares the blocks among threads.
    out       where the result goes instead: an array of the same type and shape, which does not overlap `a`
    config    how to run, such as "parallel=outer,threads=2"; None: as tuned
    threads   the most threads; None: as set_num_threads() says
    progress  is called as progress(done, total), in cell updates, some times a second

    Returns `out` if given, else `a`.  Ctrl-C takes effect between pieces of the work.  An interrupted array is partly
    computed: some of its cells have all steps, some have the first of them, and the others have none.
    """
    steps = operator.index(steps)  # 1, 1.0 and True would be one key
    if config is not None and not isinstance(config, str):
        raise NestuneTypeError("config has type %s: needed is a text such as \"parallel=outer,threads=2\"" % type(config).__name__)
    if is_dask(a):
        blocks: Array = _apply_dask(name, a, steps, out, config, threads)
        return blocks
    result: Any = a if out is None else out
    b: Any = a if type(a) is np.ndarray else as_array(a, "the array")
    r: Any = b if result is a else result if type(result) is np.ndarray else as_array(result, "out")
    most = _threads.most(threads)
    data: Any = (address(b), b.flags.writeable)
    key: Any = (name, b.shape, b.strides, b.dtype, steps, config, most)
    if r is not b:
        data = (address(b), address(r), r.flags.writeable)
        key += (r.shape, r.strides, r.dtype, data[0] == data[1])
    if _kept.generation != _generation:
        _kept.plans.clear()
        _kept.generation = _generation
    plans = _kept.plans
    plan = plans.pop(key, None)
    if plan is None:
        _apply_anew(key, data, name, b, r, steps, config, most, progress)
        return cast(Array, result)
    if plan.data != data:
        plan.move(_checked(b, r), data)
    plan.run(steps)
    plans[key] = plan
    if progress:
        progress(b.size * steps, b.size * steps)
    return cast(Array, result)


def _checked(a: np.ndarray, out: np.ndarray) -> list[int]:
    """Where the arrays begin: one address if the kernel works in place."""
    if not out.flags.writeable:
        raise NestuneValueError("%s is read-only" % ("the array" if out is a else "out"))
    if out is not a:
        check_out(as_array(out, "out"), a)
    return [address(a)] if out is a or address(a) == address(out) else [address(a), address(out)]


def _apply_anew(key: Any, data: Any, name: str, a: np.ndarray, out: np.ndarray, steps: int, config: str | None,
                threads: int, progress: Progress | None) -> None:
    checked_steps(steps)
    as_array(a, "the array")
    where = _checked(a, out)
    axes = axes_of([a, out][:len(where)])
    form = _Form(_pointwise(name), dtype_code(a.dtype, "the array"), steps, config, threads)
    if a.size * steps > WORK:
        _run_in_slabs(form, axes, where, a.itemsize, progress)
        return
    plan = _Plan(form, axes, where)
    if steps == 0 and out is not a:
        np.copyto(out, a)
    plan.run(steps)
    if steps > 0:
        plan.data = data
        _keep(key, plan)
    if progress:
        progress(a.size * steps, a.size * steps)
