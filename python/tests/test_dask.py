"""test_dask.py - Dask arrays, block by block: in this process and on a cluster of several

SPDX-License-Identifier: MIT
"""
import os

import nestune
import numpy as np
import pytest

da = pytest.importorskip("dask.array", reason="no Dask")


def arrays(dtype=np.float64):
    a = np.random.default_rng(1).uniform(-4, 4, (40, 30, 20)).astype(dtype)
    return a, da.from_array(a, chunks=(16, 30, 7))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_blocks(dtype):
    a, lazy = arrays(dtype)
    before = a.copy()
    result = nestune.mathop(lazy, steps=3)
    assert isinstance(result, da.Array) and result.dtype == dtype and result.chunks == lazy.chunks
    computed = result.compute()
    assert (a == before).all()  # the input may be used by other tasks
    assert (computed == nestune.mathop(before, steps=3)).all()


def test_in_an_expression():
    a, lazy = arrays()
    total = (nestune.square(lazy + 1)[::2] - 1).sum().compute()
    assert total == pytest.approx(((a + 1) ** 2 - 1)[::2].sum())


def test_refused_before_it_is_computed():
    _, lazy = arrays()
    with pytest.raises(nestune.NestuneTypeError, match="out="):
        nestune.square(lazy, out=lazy)
    with pytest.raises(nestune.NestuneTypeError, match="float32 and float64"):
        nestune.square(da.zeros(9, dtype=int))
    with pytest.raises(nestune.NestuneValueError, match="-1 steps"):
        nestune.square(lazy, steps=-1)
    with pytest.raises(nestune.NestuneValueError, match="sinus"):
        nestune.apply("sinus", lazy)


@pytest.fixture
def environment():
    """distributed sets OMP_NUM_THREADS=1 for its workers, and leaves it set."""
    before = dict(os.environ)
    yield
    os.environ.clear()
    os.environ.update(before)


def test_cluster_of_processes(environment):
    distributed = pytest.importorskip("distributed", reason="no distributed")
    a, lazy = arrays()
    cluster = distributed.LocalCluster(n_workers=2, threads_per_worker=2, processes=True, dashboard_address=None)
    with cluster, distributed.Client(cluster) as client:
        computed = [client.compute(nestune.mathop(lazy, steps=2, threads=threads)).result(timeout=90) for threads in (None, 2)]
        told = client.run(lambda: nestune.show_config("dicts")["library"])
    nestune.mathop(a, steps=2)
    assert all((result == a).all() for result in computed)
    assert set(told.values()) == {nestune.show_config("dicts")["library"]} and len(told) == 2
