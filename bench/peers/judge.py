"""judge.py - how far a peer's result is from nestune's

SPDX-License-Identifier: MIT

Each judge returns (difference, text): the difference in the judge's own measure, to be compared with the group's
tolerance; a NaN or a wrong shape is infinitely far.
"""
import math

import numpy as np


def planes(a, b):
    if a.shape != b.shape:
        raise ValueError("the shape is %s, not %s" % (a.shape, b.shape))
    for z in range(a.shape[0]): # plane by plane: no large temporary arrays
        yield np.asarray(a[z], np.float64), np.asarray(b[z], np.float64), b[z]


def largest(values):
    top = float(np.max(values))
    return math.inf if math.isnan(top) else top


def ulp(mine, reference):
    """In units in the last place of nestune's value, at least of the smallest normal number: a peer that was compiled for
    fast math has made denormals 0 in its process."""
    difference = max(largest(np.abs(a - b) / np.maximum(np.spacing(np.abs(raw)), np.finfo(raw.dtype).tiny))
                     for a, b, raw in planes(mine, reference))
    return difference, "%.3g ULP" % difference


def relative(mine, reference):
    """The largest difference over the largest value."""
    top = max(largest(np.abs(b)) for _, b, _ in planes(mine, reference))
    difference = max(largest(np.abs(a - b)) for a, b, _ in planes(mine, reference)) / top
    return difference, "%.1e of the largest" % difference


def pi(mine, n):
    """In standard deviations of the estimate with n samples, from pi itself."""
    difference = abs(mine - math.pi) / (1.6421 / math.sqrt(n))
    return difference, "%.5f, %.1f sigma" % (mine, difference)


def equal(mine, reference):
    return float(mine != reference), "%d" % mine
