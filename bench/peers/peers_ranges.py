"""peers_ranges.py - pi and primes: each peer counts over one range of indices

SPDX-License-Identifier: MIT

Both come from the course notebook: calcPi, and the search for primes by trial division.
"""
import numpy as np

from nestune import F32, F64, Library


class Count:
    versions = {}
    note = detail = ""

    def __init__(self, function):
        self.function = function

    def restore(self):
        pass

    def run(self):
        self.value = self.function()

    def result(self):
        return self.value


def nestune(kernel, dtype, to_result):
    def make(problem):
        library, n = Library(problem["build"]), problem["n"]
        if not library.has_kernel(kernel):
            raise RuntimeError("the library has no kernel " + kernel)
        plan = library.plan_range(kernel, dtype, n, problem["threads"])
        peer = Count(lambda: to_result(library.run_range(plan, n), n))
        peer.versions, peer.note, peer.detail = library.versions(), library.config(plan), library.why(plan)
        return peer
    return make


def with_numba(function, **options):
    def make(problem):
        import numba
        compiled, n = numba.njit(**options)(function), problem["n"]
        compiled(100)
        peer = Count(lambda: compiled(n))
        peer.versions = {"numba": numba.__version__}
        return peer
    return make


def calc_pi(n):
    """Points in blocks of a million, as the notebook draws them."""
    hits, done = 0, 0
    while done < n:
        block = min(n - done, 1000000)
        x, y = np.random.rand(block), np.random.rand(block)
        for k in range(block):
            if x[k] * x[k] + y[k] * y[k] <= 1:
                hits += 1
        done += block
    return 4 * hits / n


def hits_to_pi(hits, n):
    return 4.0 * hits / n


PI = {
    "nestune f64": nestune("pi", F64, hits_to_pi),
    "nestune f32": nestune("pi", F32, hits_to_pi),
    "Numba, serial": with_numba(calc_pi),
    "Numba, parallel=True": with_numba(calc_pi, parallel=True),
}


# ---- Primes below n ----------------------------------------------------------------------------

def all_divisors(n):
    count = 0
    for num in prange(2, n):
        for i in range(2, num):
            if num % i == 0:
                break
        else:
            count += 1
    return count


def wheel_divisors(n):
    count = 0
    for num in prange(2, n):
        prime = num < 4 or (num % 2 != 0 and num % 3 != 0)
        i = 5
        while prime and i * i <= num:
            prime = num % i != 0 and num % (i + 2) != 0
            i += 6
        if prime:
            count += 1
    return count


try:
    from numba import prange
except ImportError: # then Numba's peers say so
    prange = range


def primesieve(problem):
    """The Python module does not set the threads; the library beneath counts on as many as there are CPUs."""
    import importlib.metadata

    import primesieve as sieve
    peer = Count(lambda: sieve.count_primes(0, problem["n"] - 1))
    peer.versions = {"primesieve": importlib.metadata.version("primesieve")}
    peer.note = "a sieve, not trial division"
    return peer


def as_count(total, n):
    return total


PRIMES_ALL = {"nestune": nestune("primes", F64, as_count),
              "Numba, all divisors": with_numba(all_divisors, parallel=True),
              "Numba, 6k+-1 to the root": with_numba(wheel_divisors, parallel=True),
              "primesieve": primesieve}
PRIMES_WHEEL = {name: make for name, make in PRIMES_ALL.items() if name != "Numba, all divisors"}
PRIMES_SIEVE = {name: PRIMES_ALL[name] for name in ("nestune", "primesieve")}
