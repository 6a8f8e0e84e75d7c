"""groups.py - what is compared: the groups, their sizes, and how results are judged

SPDX-License-Identifier: MIT
"""
import collections

# module, table: where the peers are.  work: units of one run, and `unit` the text for the time of one.
# judge: how a result is compared, and `tolerance` its limit (see judge.py).
Group = collections.namedtuple("Group", "name subject title module table kernel dtype order shape n steps unit judge tolerance")

ULPS = 32      # composite of three functions, of up to 4 ULP each, at values below 1
WAVE = 1e-5    # of the largest value: 16 steps of sums in f32, in any order
SIGMAS = 5     # different random numbers


def groups(quick):
    cells = (4, 100, 100) if quick else (50, 10000, 100)
    cube = (40, 36, 32) if quick else (512, 512, 512)
    samples, small, middle, large = (10**6, 1000, 10**4, 10**6) if quick else (10**8, 5 * 10**4, 5 * 10**6, 10**9)
    found = []

    def add(name, subject, title, module, table, kernel, unit, judge, tolerance, dtype=None, order=None, shape=None, n=None,
            steps=1):
        found.append(Group(name, subject, title, module, table, kernel, dtype, order, shape, n, steps, unit, judge, tolerance))

    for dtype in "f64", "f32":
        add("mathop " + dtype, "mathop", "a = sin(cos(a) sin(a)), in place", "peers_cells", "MATHOP", "mathop", "ns a cell", "ulp",
            ULPS, dtype, shape=cells)
    for dtype in "f64", "f32":
        add("square " + dtype, "square", "a = a a, in place", "peers_cells", "SQUARE", "square", "ns a cell", "ulp", 0, dtype,
            shape=cells)
    for order in 2, 8:
        add("wave o%d f32" % order, "wave", "the wave equation, order %d in space" % order, "peers_wave", "WAVE", "wave", "GPts/s",
            "relative", WAVE, "f32", order, cube, steps=16)
    add("pi", "pi", "random points in the quarter circle", "peers_ranges", "PI", "pi", "ns a sample", "pi", SIGMAS, n=samples)
    for text, n, table in ("small", small, "PRIMES_ALL"), ("middle", middle, "PRIMES_WHEEL"):
        add("primes " + text, "primes", "primes below n, by division", "peers_ranges", table, "primes", "ns a number", "equal", 0, n=n)
    add("primes large", "primes", "primes below n", "peers_ranges", "PRIMES_SIEVE", "primes", "ns a number", "equal", 0, n=large)
    return found


def subjects():
    return list(dict.fromkeys(group.subject for group in groups(True)))


def units(group):
    """How many cells, cell updates or indices one run has."""
    if group.n:
        return group.n
    nz, ny, nx = group.shape
    return nz * ny * nx * group.steps
