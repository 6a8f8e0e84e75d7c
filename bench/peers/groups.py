"""groups.py - what is compared: the groups, their sizes, and how results are judged

SPDX-License-Identifier: MIT
"""
import collections

# module, table: where the peers are, the first of which is nestune.  unit: what one cell, update or index costs.
# judge: how a result is compared with nestune's, and tolerance its limit (judge.py).  shape is (nz, ny, nx).
FIELDS = "name subject title module table kernel unit judge tolerance dtype order shape n steps"
Group = collections.namedtuple("Group", FIELDS, defaults=(None, None, None, None, 1))

ULPS = 16   # three functions of up to 4 ULP each, one in the other, at values below 1
WAVE = 1e-5 # of the largest value: 16 steps of sums in f32, in any order
SIGMAS = 5  # other random numbers

# Sizes, and those of --quick.
CELLS = (40, 10000, 100), (4, 100, 100)
CUBE = (512, 512, 512), (32, 36, 40)
SAMPLES = 5 * 10**7, 10**6
BELOW = {"small": (5 * 10**4, 10**3), "middle": (5 * 10**6, 10**4), "large": (2 * 10**7, 10**6)}
PRIMES_TABLES = {"small": "PRIMES_ALL", "middle": "PRIMES_WHEEL", "large": "PRIMES_SIEVE"}


def groups(quick):
    found = []
    for dtype in "f64", "f32":
        found.append(Group("mathop " + dtype, "mathop", "a = sin(cos(a) sin(a)), in place", "peers_cells", "MATHOP",
                           "mathop", "ns a cell", "ulp", ULPS, dtype, shape=CELLS[quick]))
    for dtype in "f64", "f32":
        found.append(Group("square " + dtype, "square", "a = a a, in place", "peers_cells", "SQUARE", "square",
                           "ns a cell", "ulp", 0, dtype, shape=CELLS[quick]))
    for order in 2, 8:
        found.append(Group("wave o%d f32" % order, "wave", "the wave equation, order %d in space" % order,
                           "peers_wave", "WAVE", "wave", "GPts/s", "relative", WAVE, "f32", order, CUBE[quick],
                           steps=16))
    found.append(Group("pi", "pi", "random points in the quarter circle", "peers_ranges", "PI", "pi", "ns a sample",
                       "pi", SIGMAS, n=SAMPLES[quick]))
    for size, table in PRIMES_TABLES.items():
        found.append(Group("primes " + size, "primes", "how many primes are below n", "peers_ranges", table, "primes",
                           "ns a number", "equal", 0, n=BELOW[size][quick]))
    return found


def subjects():
    return list(dict.fromkeys(group.subject for group in groups(True)))


def units(group):
    """How many cells, cell updates or indices one run has."""
    if group.n:
        return group.n
    nz, ny, nx = group.shape
    return nz * ny * nx * group.steps
