"""test_torch.py - PyTorch's tensors, and its OpenMP runtime beside the library's

SPDX-License-Identifier: MIT
"""
import os

import nestune
import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="no PyTorch")


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_in_place(dtype):
    tensor = torch.linspace(-4, 4, 120, dtype=dtype).reshape(4, 5, 6)
    part = tensor[::2, :, 1:]
    want = nestune.mathop(part.numpy().copy())
    assert nestune.mathop(part) is part
    assert (tensor[::2, :, 1:].numpy() == want).all()


def test_out_of_another_library():
    a, out = np.linspace(0, 1, 20), torch.zeros(20, dtype=torch.float64)
    assert nestune.square(a, out=out) is out
    assert (out.numpy() == a * a).all()


def test_refused():
    with pytest.raises(nestune.NestuneTypeError, match="grad"):
        nestune.square(torch.zeros(3, requires_grad=True))
    with pytest.raises(nestune.NestuneTypeError, match="float32 and float64"):
        nestune.square(torch.zeros(3, dtype=torch.int64))
    with pytest.raises(nestune.NestuneTypeError):
        nestune.square(torch.zeros(3, dtype=torch.bfloat16))


RUNTIMES = """
import os
%s
import numpy as np
def n_threads():
    return len(os.listdir("/proc/self/task"))
tensor = torch.rand(300, 300, 40)
torch.set_num_threads(2)
for _ in range(3):
    want = torch.sin(torch.cos(tensor) * torch.sin(tensor))     # torch's threads
    nestune.mathop(tensor, threads=2)                           # nestune's
    assert torch.allclose(tensor, want, atol=1e-6)
nestune.set_num_threads(1)
assert torch.get_num_threads() == 2 and nestune.get_num_threads() == 1
torch.set_num_threads(1)
nestune.set_num_threads(None)
assert nestune.get_num_threads() == len(os.sched_getaffinity(0))
try:
    import threadpoolctl
    kinds = [i["user_api"] for i in threadpoolctl.threadpool_info()]
    runtimes = [f for f in nestune.show_config("dicts")["openmp"] if "libgomp" in f]
    assert "nestune" in kinds and kinds.count("openmp") >= len(runtimes), (kinds, runtimes)
except ImportError:
    pass
child = os.fork()
if child == 0:
    nestune.mathop(tensor)
    os._exit(0)
print(os.waitpid(child, 0)[1], len(nestune.show_config("dicts")["openmp"]))
"""


@pytest.mark.parametrize("order", ["import torch, nestune", "import nestune, torch"])
def test_two_runtimes(python, order):
    """Threads are as asked, nothing hangs, a fork is safe, threadpoolctl sees both."""
    if len(os.sched_getaffinity(0)) < 2:
        pytest.skip("one CPU")
    assert python(RUNTIMES % order).split()[0] == "0"
