"""_chunks.py - long work in pieces, so that Ctrl-C is heard and progress is told in between

SPDX-License-Identifier: MIT

A call into the library cannot be interrupted.  Python handles signals between two calls.
"""
from __future__ import annotations

import time
from collections.abc import Callable

Progress = Callable[[int, int], object]  # done, total

SHORT_S, LONG_S = 0.05, 0.2  # a piece that takes less, or more, is followed by larger, or smaller, ones


def in_chunks(total: int, size: int, work: Callable[[int, int], object], progress: Progress | None, least: int = 1) -> None:
    """Calls work(first, n) for pieces that make up `total`, each but the last a multiple of `least`; the first has `size`.
    """
    done = 0
    while done < total:
        n = min(size, total - done)
        began = time.perf_counter()
        work(done, n)
        took = time.perf_counter() - began
        done += n
        if progress:
            progress(done, total)
        if took < SHORT_S:
            size *= 2
        elif took > LONG_S:
            size = max(least, size // 2 // least * least)
