"""_tune.py - runs the tuner, and uses what it has found

SPDX-License-Identifier: MIT
"""
from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from typing import Any

from ._errors import NestuneError, NestuneOSError, NestuneValueError
from ._library import call, path
from ._pointwise import forget_plans

# autotune's exit codes.  After Ctrl-C it writes the best so far.
_INTERRUPTED = 130
_ERRORS: dict[int, tuple[type[NestuneError], str]] = {
    2: (NestuneValueError, "EARG"),
    3: (NestuneOSError, "EIO"),
    4: (NestuneError, "ESTALE"),
}
_HEADER = "header: "


def find_autotune() -> str:
    """The program: inside this package, beside the library that is loaded, or on PATH."""
    folder = os.path.dirname(path)
    beside = [os.path.join(os.path.dirname(os.path.abspath(__file__)), "bin"), os.path.join(folder, "bin"),
              os.path.join(folder, "..", "bin"), os.path.join(folder, "..", "..", "bin")]
    for place in beside:
        program = os.path.join(place, "autotune")
        if os.access(program, os.X_OK):
            return os.path.normpath(program)
    found = shutil.which("autotune")
    if not found:
        raise NestuneOSError("autotune is not here: neither in this package, nor beside %s, nor on PATH; it comes with "
                             "nestune built with NT_BUILD_TUNER=ON" % path, "EIO")
    return found


def _arguments(kernels: tuple[str, ...], options: dict[str, Any]) -> list[str]:
    words = list(kernels)
    for name, value in options.items():
        if value is None or value is False:
            continue
        words.append("--" + name.replace("_", "-"))
        if value is not True:
            words.append(",".join(map(str, value)) if isinstance(value, (list, tuple)) else os.fspath(value)
                         if isinstance(value, os.PathLike) else str(value))
    return words


def _print(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def tune(*kernels: str, progress: Callable[[str], object] | None = _print, **options: Any) -> str:
    """Tunes this machine with `autotune run`, and uses the result in this process.  Returns the path of the header.

    kernels   such as "mathop"; none: all
    options   those of autotune run, with _ for -: tune("mathop", budget=30, dtype="f32", out="results").  A list or
              tuple becomes a text with commas, True an option without value
    progress  is called with each line that autotune says; by default it is printed to sys.stderr; None: quiet

    NESTUNE_TUNED=PATH makes later processes read the header.  Ctrl-C makes autotune write the best so far, which is then
    used; after that KeyboardInterrupt is raised.
    """
    command = [find_autotune(), "run", *_arguments(kernels, options)]
    lines: list[str] = []
    # In a session of its own, so that Ctrl-C reaches this process alone, and autotune once.
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                          errors="replace", start_new_session=True) as child:
        interrupts = 0
        assert child.stderr is not None
        while True:
            try:
                for line in child.stderr:
                    lines.append(line.rstrip("\n"))
                    if progress:
                        progress(lines[-1])
                code = child.wait()
                break
            except KeyboardInterrupt:
                interrupts += 1
                child.send_signal(signal.SIGINT)
            except BaseException:
                child.send_signal(signal.SIGTERM)
                raise
    headers = [line[len(_HEADER):] for line in lines if line.startswith(_HEADER)]
    if headers and code in (0, _INTERRUPTED):
        call("nt_tuned_load", os.fsencode(headers[-1]))
        forget_plans()
    if interrupts:
        raise KeyboardInterrupt
    if code != 0 or not headers:
        kind, status = _ERRORS.get(code, (NestuneError, ""))
        said = [line for line in lines if line.startswith("autotune: ")]
        raise kind(said[-1] if said else "autotune ended with status %d" % code, status)
    return headers[-1]
