"""test_threads.py - how many threads there are, forks, Ctrl-C

SPDX-License-Identifier: MIT
"""
import os
import signal
import subprocess
import sys
import time

import nestune
import pytest

ALLOWED = len(os.sched_getaffinity(0))
several = pytest.mark.skipif(ALLOWED < 2 or nestune.get_num_threads() < 2, reason="one CPU")

START = """
import os, numpy as np, nestune
def n_threads():
    return len(os.listdir("/proc/self/task"))
def work(**how):
    nestune.mathop(np.ones((200, 100, 100)), **how)
"""


def test_set_and_get():
    allowed = nestune.get_num_threads()
    try:
        nestune.set_num_threads(1)
        assert nestune.get_num_threads() == 1
        nestune.set_num_threads(4096)
        assert nestune.get_num_threads() == allowed
    finally:
        nestune.set_num_threads(None)
    assert nestune.get_num_threads() == allowed


@pytest.mark.parametrize("n", [0, -1, 5000])
def test_refused(n):
    with pytest.raises(ValueError, match="allowed are 1 to 4096"):
        nestune.set_num_threads(n)
    with pytest.raises(TypeError):
        nestune.set_num_threads("2")


@several
@pytest.mark.parametrize("limit", ["nestune.set_num_threads(1); work()", "work(threads=1)", "work(config='threads=1')",
                                   "nestune.pi(1e6, threads=1)", "nestune.Wave((50, 50, 50), velocity=1., threads=1).run(9)"])
def test_threads_are_as_asked(python, limit):
    told = python(START + """
before = n_threads()
%s
one = n_threads()
nestune.set_num_threads(None)
work(threads=2)
print(one - before, n_threads() - before)""" % limit)
    assert told.split() == ["0", "1"]


@several
def test_openmps_limit_is_kept(python):
    told = python(START + "before = n_threads(); work(); print(n_threads() - before)", OMP_NUM_THREADS="1")
    assert told.split() == ["0"]


def test_threadpoolctl(python):
    pytest.importorskip("threadpoolctl", "3.2")
    told = python(START + """
import threadpoolctl
info = {i["internal_api"]: i for i in threadpoolctl.threadpool_info()}
assert info["nestune"]["num_threads"] == nestune.get_num_threads()
assert info["nestune"]["version"] == nestune.__version__
assert info["openmp"]["user_api"] == "openmp"
before = n_threads()
with threadpoolctl.threadpool_limits(1):
    assert nestune.get_num_threads() == 1
    work()
with threadpoolctl.threadpool_limits(1, user_api="openmp"):
    work()
print(n_threads() - before)""")
    assert told.split() == ["0"]


# ---- Forks ----------------------------------------------------------------------------------------

POOL = START + """
import multiprocessing
if __name__ == "__main__":
    nestune.square(np.full((200, 100, 100), 3.0))       # the parent has threads now
    arrays = [np.full((50, 60, 70), float(i)) for i in range(4)]
    with multiprocessing.get_context("%s").Pool(2) as pool:
        for i, square in enumerate(pool.map(nestune.square, arrays)):
            assert (square == i * i).all()
    work()
    print("done")
"""


@pytest.mark.parametrize("how", ["fork", "spawn", "forkserver"])
def test_multiprocessing(tmp_path, how):
    script = tmp_path / "pool.py"
    script.write_text(POOL % how)
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=100)
    assert done.stdout == "done\n", done.stderr


def test_fork_in_the_middle(python):
    """The child goes on with one thread, and keeps the plans of its parent."""
    told = python(START + """
a = np.full((200, 100, 100), 3.0)
nestune.square(a)
child = os.fork()
if child == 0:
    nestune.square(a)
    os._exit(0 if (a == 81).all() and n_threads() == 1 else 1)
print(os.waitpid(child, 0)[1], a[0, 0, 0])""")
    assert told.split() == ["0", "9.0"]


def test_loaded_only_after_a_fork(python):
    """Where the parent has used the libgomp that the library needs, without the library."""
    told = python("""
import ctypes, multiprocessing
gomp = ctypes.CDLL("libgomp.so.1")
region = ctypes.CFUNCTYPE(None, ctypes.c_void_p)(lambda _: None)
gomp.GOMP_parallel(region, None, 2, 0)
def child(queue):
    import numpy, nestune
    nestune.square(numpy.ones((200, 100, 100)), threads=2)
    shared = sum("libgomp" in f for f in nestune.show_config("dicts")["openmp"]) == 1
    queue.put((shared, nestune.get_num_threads()))
context = multiprocessing.get_context("fork")
queue = context.SimpleQueue()
process = context.Process(target=child, args=(queue,))
process.start()
process.join(60)
if process.exitcode is None:
    process.kill()
    print("hangs -")
elif process.exitcode != 0:
    print("failed -")
else:
    print(*queue.get())""")
    shared, n = told.split()
    assert n == "1" or shared == "False"


def test_loaded_only_after_os_fork(python):
    """Which nestune cannot tell: one thread, as docs/python.md says, does not hang."""
    told = python("""
import ctypes, os, signal
gomp = ctypes.CDLL("libgomp.so.1")
region = ctypes.CFUNCTYPE(None, ctypes.c_void_p)(lambda _: None)
gomp.GOMP_parallel(region, None, 2, 0)
child = os.fork()
if child == 0:
    signal.alarm(60)
    import numpy, nestune
    nestune.set_num_threads(1)
    a = nestune.square(numpy.full((200, 100, 100), 3.0))
    os._exit(0 if (a == 9).all() else 1)
print(os.waitpid(child, 0)[1])""")
    assert told == "0\n"


# ---- Ctrl-C -----------------------------------------------------------------------------------------

LONG = {
    "mathop": "nestune.mathop(np.ones((100, 100, 100)), steps=10**9)",
    "out": "nestune.mathop(np.ones((100, 100, 100)), steps=10**9, out=np.zeros((100, 100, 100)))",
    "pi": "nestune.pi(1e15)",
    "primes": "nestune.primes(2**63, 2**63 + 2**50)",
    "wave": "nestune.Wave((80, 80, 80), velocity=1.0).run(10**9)",
}


@pytest.mark.parametrize("call", LONG.values(), ids=LONG.keys())
def test_interrupted(call):
    text = START + "print('ready', flush=True)\ntry:\n    %s\nexcept KeyboardInterrupt:\n    print('interrupted')" % call
    with subprocess.Popen([sys.executable, "-c", text], stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout.readline() == "ready\n"
        time.sleep(0.3)
        child.send_signal(signal.SIGINT)
        try:
            assert child.communicate(timeout=60)[0] == "interrupted\n"
        finally:
            child.kill()
