"""notebook.py - the cells of the course notebook, Numba beside nestune

SPDX-License-Identifier: MIT

    python notebook.py [--gigabytes GB] [--rounds N] [--quick]

Each cell of the notebook that computes runs as it is written there, by Numba where it is installed, and by nestune; the
times are medians of rounds in which both run in turn, on two arrays with the same cells.  Compiling does not count.  The
array is the notebook's, x = np.random.rand(1000, 10000, 100) of 8 GB, cut along its first axis to --gigabytes (default:
a quarter of the memory that is free).  --quick: small sizes, whose times mean nothing.  docs/notebook.md explains the
cells.
"""
from __future__ import annotations

import argparse
import math
import os
import statistics
import time
from collections.abc import Callable
from typing import Any, NamedTuple

import nestune
import numpy as np

try:
    import numba
except ImportError:
    numba = None

PASSES = 5  # of the notebook, over the array


# ---- The notebook's functions, as they stand there ------------------------------------------------------------

def square_it(ar):
    for i3 in numba.prange(ar.shape[0]):
        for i2 in range(ar.shape[1]):
            for i1 in range(ar.shape[2]):
                ar[i3, i2, i1] = ar[i3, i2, i1] * ar[i3, i2, i1]


def math_op(ar):
    for i3 in range(ar.shape[0]):
        for i2 in range(ar.shape[1]):
            for i1 in range(ar.shape[2]):
                ar[i3, i2, i1] = math.sin(math.cos(ar[i3, i2, i1]) * math.sin(ar[i3, i2, i1]))


def math_op_inner(ar):
    for i3 in range(ar.shape[0]):
        for i2 in range(ar.shape[1]):
            for i1 in numba.prange(ar.shape[2]):
                ar[i3, i2, i1] = math.sin(math.cos(ar[i3, i2, i1]) * math.sin(ar[i3, i2, i1]))


def math_op_outer(ar):
    for i3 in numba.prange(ar.shape[0]):
        for i2 in range(ar.shape[1]):
            for i1 in range(ar.shape[2]):
                ar[i3, i2, i1] = math.sin(math.cos(ar[i3, i2, i1]) * math.sin(ar[i3, i2, i1]))


def math_op_middle(ar):
    for i3 in range(ar.shape[0]):
        for i2 in numba.prange(ar.shape[1]):
            for i1 in range(ar.shape[2]):
                ar[i3, i2, i1] = math.sin(math.cos(ar[i3, i2, i1]) * math.sin(ar[i3, i2, i1]))


def calc_pi(num):
    tot = 0
    inside = 0
    blk = 1000 * 1000
    while tot < num:
        blk = int(min(num - tot, blk))
        x = np.random.rand(blk)
        y = np.random.rand(blk)
        for i in range(blk):
            if x[i] * x[i] + y[i] * y[i] <= 1.:
                inside += 1
        tot += blk
    return inside / num * 4


def last_prime(lower, upper):
    count = 0
    for num in range(lower, upper + 1):
        if num > 1:
            for i in range(2, num):
                if (num % i) == 0:
                    break
            else:
                count += 1
    return count


# ---- The cells ------------------------------------------------------------------------------------------------

class Cell(NamedTuple):
    name: str
    what: str
    by_numba: Any  # a function of the notebook
    parallel: bool
    by_nestune: Callable[..., object]
    arguments: tuple[Any, ...] = ()  # none: the array, PASSES times


def cells(quick: bool) -> list[Cell]:
    few, many = (10 ** 5, 10 ** 6) if quick else (10 ** 7, 10 ** 9)
    schedule = "parallel=%s,order=zyx,tile=0x0x0,depth=1"
    passes: list[tuple[str, str, Any, bool, str, str | None]] = [
        ("squareIt", "a = a a", square_it, False, "square", None),
        ("mathOp", "a = sin(cos(a) sin(a)), one thread", math_op, False, "mathop", "threads=1"),
        ("mathOpP1", "the inner loop shared", math_op_inner, True, "mathop", schedule % "inner"),
        ("mathOpP1", "the outer loop shared", math_op_outer, True, "mathop", schedule % "outer"),
        ("mathOpP2", "the middle loop shared", math_op_middle, True, "mathop", schedule % "middle"),
        ("mathOpP2", "nestune as tuned", math_op_middle, True, "mathop", None),
    ]

    def on_array(kernel: str, config: str | None) -> Callable[..., object]:
        return lambda a: nestune.apply(kernel, a, steps=PASSES, config=config)
    return [
        Cell("1, 2", "primes of 1000 to 2000", last_prime, False, lambda low, high: nestune.primes(low, high + 1), (1000, 2000)),
        Cell("18, 24", "pi, %.0e points" % few, calc_pi, False, lambda n: nestune.pi(n, threads=1), (few,)),
        Cell("27", "pi, %.0e points, in parallel" % many, calc_pi, True, nestune.pi, (many,)),
        *(Cell(name, what, function, parallel, on_array(kernel, config))
          for name, what, function, parallel, kernel, config in passes),
    ]


# ---- Timing ---------------------------------------------------------------------------------------------------

def timed(function: Callable[..., object], *arguments: Any) -> float:
    began = time.perf_counter()
    function(*arguments)
    return time.perf_counter() - began


def of_numba(cell: Cell) -> Callable[..., object] | None:
    """The notebook's function, compiled."""
    if numba is None:
        return None
    compiled = numba.njit(cell.by_numba, parallel=cell.parallel)
    compiled(*(cell.arguments and tuple(min(n, 100) for n in cell.arguments) or (np.zeros((2, 2, 2)),)))
    if cell.arguments:
        return compiled

    def passes(a: np.ndarray) -> None:
        for _ in range(PASSES):
            compiled(a)
    return passes


def run(cell: Cell, rounds: int, source: np.ndarray, work: np.ndarray) -> tuple[float | None, float]:
    """Median seconds by Numba and by nestune.  Arrays are restored before each run, which does not count."""
    functions = [of_numba(cell), cell.by_nestune]
    seconds: list[list[float]] = [[], []]
    for _ in range(rounds):
        for function, times in zip(functions, seconds):
            if function is None:
                continue
            if not cell.arguments:
                np.copyto(work, source)
            times.append(timed(function, *(cell.arguments or (work,))))
    by_numba, by_nestune = (statistics.median(times) if times else None for times in seconds)
    assert by_nestune is not None
    return by_numba, by_nestune


def free_gigabytes() -> float:
    return os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 1e9


def main() -> None:
    parser = argparse.ArgumentParser(description="The cells of the course notebook, Numba beside nestune")
    parser.add_argument("--gigabytes", type=float, default=min(8.0, free_gigabytes() / 4), help="of the array; 8: the notebook's")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help="small sizes, whose times mean nothing")
    options = parser.parse_args()
    planes = max(1, min(1000, int(options.gigabytes * 125)))
    source = np.random.default_rng(0).random((4, 100, 100) if options.quick else (planes, 10000, 100))
    work = np.empty_like(source)
    print("x: %s, %.2f GB; %d threads; Numba %s" % (source.shape, source.nbytes / 1e9, nestune.get_num_threads(),
                                                    numba.__version__ if numba else "is not installed"))
    print("%-9s %-38s %10s %10s %8s" % ("cell", "", "Numba, s", "nestune, s", "ratio"))
    for cell in cells(options.quick):
        by_numba, by_nestune = run(cell, options.rounds, source, work)
        beside = ("%10.4g" % by_numba, "%8.1f" % (by_numba / by_nestune)) if by_numba else ("%10s" % "-", "%8s" % "-")
        print("%-9s %-38s %s %10.4g %s" % (cell.name, cell.what, beside[0], by_nestune, beside[1]), flush=True)


if __name__ == "__main__":
    main()
