"""_vocabulary.py - pointwise kernels as functions of their own

SPDX-License-Identifier: MIT
"""
from __future__ import annotations

from typing import Any, TypeVar

from ._chunks import Progress
from ._pointwise import apply

Array = TypeVar("Array")


def mathop(a: Array, *, steps: int = 1, out: Any = None, config: str | None = None, threads: int | None = None,
           progress: Progress | None = None) -> Array:
    """a = sin(cos(a) sin(a)) for each cell, `steps` times; in place, or into `out`.  The arguments are those of `apply`."""
    return apply("mathop", a, steps=steps, out=out, config=config, threads=threads, progress=progress)


def square(a: Array, *, steps: int = 1, out: Any = None, config: str | None = None, threads: int | None = None,
           progress: Progress | None = None) -> Array:
    """a = a a for each cell, `steps` times; in place, or into `out`.  The arguments are those of `apply`."""
    return apply("square", a, steps=steps, out=out, config=config, threads=threads, progress=progress)
