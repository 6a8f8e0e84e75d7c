"""_info.py - which library is in use, and what it uses

SPDX-License-Identifier: MIT
"""
from __future__ import annotations

import os
from typing import Any, Literal, overload

from . import _threads
from ._library import c, path

_OPENMP = ("libgomp", "libomp", "libiomp")


def _isas() -> list[str]:
    names: list[tuple[str, bool]] = []
    while (name := c.nt_isa_name(len(names))) is not None:
        names.append((name.decode(), bool(c.nt_isa_available(len(names)))))
    return [name for name, available in names if available]


def _tuned() -> list[str]:
    sources: list[str] = []
    while tuned := c.nt_tuned_at(len(sources)):
        t = tuned.contents
        sources.append("%s (%s)" % (t.machine.decode(), t.file.decode(errors="replace") if t.file else "built in"))
    return sources


def _openmp() -> list[str]:
    """The OpenMP runtimes in this process.  With several, each has threads of its own."""
    found: list[str] = []
    try:
        with open("/proc/self/maps") as maps:
            files = [line.split(None, 5)[5].rstrip("\n") for line in maps if line.count("/")]
    except OSError:
        return found
    for file in files:
        if os.path.basename(file).startswith(_OPENMP) and file not in found:
            found.append(file)
    return found


def _config() -> dict[str, Any]:
    build = c.nt_build_info().contents
    return {
        "version": build.version.decode(),
        "library": path,
        "compiler": build.compiler.decode(),
        "flags": build.flags.decode(),
        "sleef": build.sleef.decode(),
        "isa": _isas(),
        "threads": _threads.get_num_threads(),
        "threads allowed": c.nt_threads_allowed(),
        "openmp": _openmp(),
        "tuned": _tuned(),
        "environment": {name: value for name, value in sorted(os.environ.items())
                        if name.startswith(("NESTUNE_", "OMP_"))},
    }


@overload
def show_config(mode: Literal["stdout"] = "stdout") -> None: ...
@overload
def show_config(mode: Literal["dicts"]) -> dict[str, Any]: ...
def show_config(mode: str = "stdout") -> dict[str, Any] | None:
    """Prints which library is in use, its instruction sets (the last is the best), threads, OpenMP runtimes, tuned
    headers (the first is asked first) and environment variables.  mode="dicts" returns this as a dict."""
    config = _config()
    if mode == "dicts":
        return config
    for name, value in config.items():
        if isinstance(value, dict):
            value = ["%s=%s" % item for item in value.items()]
        lines = value if isinstance(value, list) else [str(value)]
        print("%-16s%s" % (name, ("\n" + " " * 16).join(lines) if name != "isa" else " ".join(lines)))
    return None
