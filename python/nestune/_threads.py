"""_threads.py - how many threads a call may have

SPDX-License-Identifier: MIT

threadpoolctl, where it is installed, lists nestune beside the OpenMP runtime that nestune runs on, and limits both.
"""
from __future__ import annotations

import operator

from ._errors import NestuneValueError
from ._library import c, forked_before_load

_limit = 0  # of set_num_threads(); 0: as many as this process may use


def get_num_threads() -> int:
    """The most threads that a call has if it does not say `threads=`.

    A limit of OpenMP (OMP_NUM_THREADS, threadpoolctl) lowers it further.  A child process that was forked while this
    one had several threads has one thread, since OpenMP would hang there.
    """
    allowed: int = c.nt_threads_allowed()
    return 1 if forked_before_load else min(_limit or allowed, allowed)


def set_num_threads(n: int | None) -> None:
    """Limits calls from now on, of all Python threads, to `n` threads.  None: as many as this process may use."""
    global _limit
    _limit = 0 if n is None else checked(n)


def checked(n: int) -> int:
    """`n` if it is a number of threads."""
    number = operator.index(n)
    if not 1 <= number <= 4096:
        raise NestuneValueError("%d threads: allowed are 1 to 4096" % number)
    return number


def most(threads: int | None) -> int:
    """For nt_plan_options.most_threads: what the call asks for, else the limit."""
    if forked_before_load:
        return 1
    return _limit if threads is None else checked(threads)


def _tell_threadpoolctl() -> None:
    try:
        import threadpoolctl
        register = threadpoolctl.register  # since 3.2
    except (ImportError, AttributeError):
        return

    class NestuneController(threadpoolctl.LibController):  # type: ignore[misc]
        user_api = internal_api = "nestune"
        filename_prefixes = ("libnestune",)

        def get_num_threads(self) -> int:
            return get_num_threads()

        def set_num_threads(self, num_threads: int) -> None:
            set_num_threads(num_threads)

        def get_version(self) -> str:
            version: bytes = c.nt_build_info().contents.version
            return version.decode()

    register(NestuneController)


_tell_threadpoolctl()
