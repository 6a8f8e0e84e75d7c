"""installed.py - checks an installed wheel: the library is inside, and computes as NumPy does

SPDX-License-Identifier: MIT

    python -I installed.py      with the Python into which the wheel was installed; scripts/wheel does this
"""
import os
import subprocess

import nestune
import numpy as np

package = os.path.realpath(os.path.dirname(nestune.__file__))
library = nestune.show_config("dicts")["library"]
assert os.path.commonpath([package, library]) == package, "%s is not inside %s" % (library, package)

a = np.random.default_rng(1).uniform(-4, 4, (20, 30, 40))
want = np.sin(np.cos(a) * np.sin(a))
nestune.mathop(a)
assert np.allclose(a, want, rtol=1e-14, atol=1e-15), "mathop and NumPy differ by %g" % np.abs(a - want).max()
assert nestune.primes(1000, 2000) == 135

autotune = os.path.join(package, "bin", "autotune")
told = subprocess.run([autotune, "--version"], check=True, capture_output=True, text=True).stdout
assert nestune.__version__ in told, told
print("nestune %s: %s" % (nestune.__version__, library))
