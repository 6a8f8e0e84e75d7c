"""stats.py - medians, and the interval of a median from order statistics

SPDX-License-Identifier: MIT
"""
import math
import statistics


def quartiles(values):
    low, middle, high = statistics.quantiles(values, n=4, method="inclusive")
    return low, middle, high


def interval(values, confidence=0.95):
    """(low, high) around the median: as many values cut off at each end as the binomial distribution allows.
    None if there are too few values."""
    n, tail, cut = len(values), 0.0, 0
    for k in range(n // 2):
        tail += math.comb(n, k) / 2**n
        if 2 * tail > 1 - confidence:
            break
        cut = k + 1
    if cut == 0:
        return None
    ordered = sorted(values)
    return ordered[cut - 1], ordered[n - cut]


def summary(times, references):
    """Of one peer's times, with nestune's of the same rounds."""
    low, middle, high = quartiles(times)
    ratios = [time / reference for time, reference in zip(times, references)]
    return {"median_s": middle, "quartiles_s": [low, high], "ratio": statistics.median(ratios),
            "ratio_95": interval(ratios)}
