"""nestune - loop nests over arrays, as fast as the machine allows: Python's door to the C library

SPDX-License-Identifier: MIT

    import nestune, numpy as np
    a = np.random.rand(1000, 1000, 16)
    nestune.mathop(a, steps=5)          in place: a = sin(cos(a) sin(a)), five times
    nestune.square(a, out=b)            into another array
    nestune.pi(1e9)                     3.1415...
    nestune.primes(1000, 2000)          135

docs/python.md of the project is the manual.
"""
from ._errors import (NestuneError, NestuneImportError, NestuneMemoryError, NestuneOSError, NestuneTypeError,
                      NestuneValueError)
from ._info import show_config
from ._pointwise import KernelInfo, apply, kernels
from ._ranges import PiEstimate, pi, primes
from ._threads import get_num_threads, set_num_threads
from ._tune import tune
from ._vocabulary import mathop, square
from ._wave import Wave, ricker

__version__ = "0.2.0"  # that of the library: nestune.h

__all__ = [
    "KernelInfo", "NestuneError", "NestuneImportError", "NestuneMemoryError", "NestuneOSError", "NestuneTypeError",
    "NestuneValueError", "PiEstimate", "Wave", "apply", "get_num_threads", "kernels", "mathop", "pi", "primes", "ricker",
    "set_num_threads", "show_config", "square", "tune",
]
