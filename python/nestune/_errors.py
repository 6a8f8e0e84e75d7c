"""_errors.py - a status of the library as an exception with the library's text

SPDX-License-Identifier: MIT
"""
from __future__ import annotations


class NestuneError(Exception):
    """What every error of nestune is.  `status` is the library's code, such as "ESTRIDE"; "" if Python found the fault."""

    def __init__(self, text: str, status: str = "") -> None:
        super().__init__(text)
        self.status = status


class NestuneValueError(NestuneError, ValueError):
    """A value, shape, stride or configuration that is not allowed."""


class NestuneTypeError(NestuneError, TypeError):
    """Not an array, or an array of another element type."""


class NestuneMemoryError(NestuneError, MemoryError):
    """Memory does not suffice."""


class NestuneOSError(NestuneError, OSError):
    """A file cannot be read, or a program cannot be run."""


class NestuneImportError(NestuneError, ImportError):
    """The C library is missing, damaged, foreign or of another version."""


# The codes of status.h in their order, each with its exception.  Code 0 is success.
STATUSES: tuple[tuple[str, type[NestuneError]], ...] = (
    ("OK", NestuneError),
    ("ENOMEM", NestuneMemoryError),
    ("EARG", NestuneValueError),
    ("EKERNEL", NestuneValueError),
    ("EDTYPE", NestuneTypeError),
    ("ESHAPE", NestuneValueError),
    ("ESTRIDE", NestuneValueError),
    ("ECONFIG", NestuneValueError),
    ("EISA", NestuneValueError),
    ("ESTALE", NestuneError),
    ("EIO", NestuneOSError),
)


def error_of(status: int, text: str) -> NestuneError:
    """The exception of a status.  One that this package does not know is a plain NestuneError."""
    name, kind = STATUSES[status] if 0 < status < len(STATUSES) else ("E%d" % status, NestuneError)
    return kind(text, name)
