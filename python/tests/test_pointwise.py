"""test_pointwise.py - kernels on arrays: values, views, out=, what is refused, slabs, plans that are kept

SPDX-License-Identifier: MIT
"""
import threading

import nestune
import numpy as np
import pytest

rng = np.random.default_rng(1)


def cells(*shape, dtype=np.float64):
    return rng.uniform(-4, 4, shape).astype(dtype)


def mathop(a):
    return np.sin(np.cos(a) * np.sin(a))


def close(a, b):
    """Within a few units in the last place of b, and of 1/16 near zeros of the inner sine."""
    eps = np.finfo(a.dtype).eps
    return np.allclose(a, b, rtol=8 * eps, atol=eps)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shape", [(), (1,), (7,), (5, 9), (4, 5, 6), (3, 1, 8), (2, 3, 4, 5), (2, 2, 2, 2, 2, 3)])
def test_values_in_place(shape, dtype):
    a = cells(*shape, dtype=dtype)
    a = np.asarray(a, dtype)
    want = mathop(a)
    assert nestune.mathop(a) is a
    assert close(a, want)


def test_every_pointwise_kernel_runs():
    names = [k.name for k in nestune.kernels() if k.kind == "pointwise"]
    assert {"mathop", "square", "scale"} <= set(names)
    for name in names:
        a = cells(4, 5, 6)
        b = nestune.apply(name, a, out=np.empty_like(a))
        assert (nestune.apply(name, a) == b).all()
    a = cells(4, 5, 6)
    assert (nestune.square(a.copy()) == a * a).all()


VIEWS = {
    "every other": lambda a: a[::2, 1::2, ::3],
    "backwards": lambda a: a[::-1, :, ::-1],
    "transposed": lambda a: a.transpose(1, 2, 0),
    "fortran": lambda a: np.asfortranarray(a),
    "a plane": lambda a: a[3],
    "a column": lambda a: a[:, 2, 3],
    "an inner box": lambda a: a[1:-1, 2:-2, 3:-3],
    "nothing": lambda a: a[2:2],
    "diagonal": lambda a: np.einsum("iij->ij", a[:, :8]),
}


@pytest.mark.parametrize("view", VIEWS.values(), ids=VIEWS.keys())
def test_views_change_their_cells_alone(view):
    whole = cells(8, 9, 10)
    part = view(whole)
    inside = view(np.arange(whole.size).reshape(whole.shape))
    before = whole.copy()
    want = mathop(part.copy())
    nestune.mathop(part)
    assert close(part, want)
    if np.shares_memory(part, whole):
        outside = ~np.isin(np.arange(whole.size), inside).reshape(whole.shape)
        assert (whole[outside] == before[outside]).all()


def test_out():
    a, out = cells(6, 7, 8), np.zeros((8, 7, 6)).T
    before = a.copy()
    assert nestune.mathop(a, steps=3, out=out) is out
    assert (a == before).all()
    nestune.mathop(before, steps=3)
    assert (out == before).all()
    assert nestune.mathop(a, out=a) is a


def test_out_of_a_read_only_array():
    a, out = cells(50), np.empty(50)
    a.flags.writeable = False
    nestune.square(a, out=out)
    assert (out == a * a).all()


def test_no_steps():
    a, out = cells(5), np.zeros(5)
    before = a.copy()
    nestune.mathop(a, steps=0)
    nestune.mathop(a, steps=0, out=out)
    assert (a == before).all() and (out == before).all()


def strided():
    return np.lib.stride_tricks.as_strided(np.zeros(100), (4, 4), (8, 8))


REFUSED = {
    "a list": (lambda a: nestune.mathop([1.0]), TypeError, "a list"),
    "a number": (lambda a: nestune.mathop(1.0), TypeError, "a float"),
    "whole numbers": (lambda a: nestune.mathop(np.zeros(3, int)), TypeError, "<i8"),
    "another byte order": (lambda a: nestune.mathop(np.zeros(3, ">f8")), TypeError, ">f8"),
    "complex": (lambda a: nestune.mathop(np.zeros(3, complex)), TypeError, "<c16"),
    "objects": (lambda a: nestune.mathop(np.zeros(3, object)), TypeError, "float32 and float64"),
    "masked": (lambda a: nestune.mathop(np.ma.zeros(3)), TypeError, "masked"),
    "read-only": (lambda a: nestune.mathop(np.broadcast_to(np.zeros(3), (2, 3))), ValueError, "read-only"),
    "cells that overlap": (lambda a: nestune.mathop(strided()), ValueError, "overlap"),
    "a field of records": (lambda a: nestune.mathop(np.zeros(5, "f8,f4")["f0"]), ValueError, "12 bytes"),
    "four axes with gaps": (lambda a: nestune.mathop(np.zeros((4, 4, 4, 4, 4))[:, ::2, ::2, ::2, ::2]), ValueError, "only 3"),
    "out of another shape": (lambda a: nestune.mathop(a, out=np.zeros(3)), ValueError, "shape (3,)"),
    "out of another type": (lambda a: nestune.mathop(a, out=a.astype("f4")), ValueError, "float32"),
    "out that overlaps": (lambda a: nestune.mathop(a[1:], out=a[:-1]), ValueError, "overlaps"),
    "out backwards": (lambda a: nestune.mathop(a, out=a[::-1]), ValueError, "overlaps"),
    "negative steps": (lambda a: nestune.mathop(a, steps=-1), ValueError, "-1 steps"),
    "half a step": (lambda a: nestune.mathop(a, steps=0.5), TypeError, "float"),
    "no threads": (lambda a: nestune.mathop(a, threads=0), ValueError, "0 threads"),
    "a key": (lambda a: nestune.mathop(a, config="paralel=outer"), ValueError, "key=paralel: allowed are"),
    "a value": (lambda a: nestune.mathop(a, config="parallel=up"), ValueError, "serial"),
    "no text": (lambda a: nestune.mathop(a, config=3), TypeError, "config is a int"),
    "an unknown kernel": (lambda a: nestune.apply("sinus", a), ValueError, "sinus is unknown: pointwise are mathop"),
    "a stencil": (lambda a: nestune.apply("wave", a), ValueError, "wave is a stencil"),
}


@pytest.mark.parametrize("case", REFUSED.values(), ids=REFUSED.keys())
def test_refused_and_untouched(case):
    call, kind, text = case
    a = cells(4, 5, 6)
    before = a.copy()
    with pytest.raises(kind) as refused:
        call(a)
    assert text in str(refused.value)
    assert isinstance(refused.value, nestune.NestuneError) or text == "float"
    assert (a == before).all()


def test_status_of_the_library():
    with pytest.raises(nestune.NestuneValueError) as refused:
        nestune.mathop(cells(4), config="tile=")
    assert refused.value.status == "ECONFIG"


# ---- Slabs: large arrays, and many steps ------------------------------------------------------

@pytest.mark.parametrize("shape", [(30, 20, 10), (6000,), (3, 50, 70), (1, 1, 5000), (200, 3), (2, 9000)])
@pytest.mark.parametrize("steps", [1, 7, 40])
@pytest.mark.parametrize("separate", [False, True])
def test_slabs_change_no_bit(slabs, monkeypatch, shape, steps, separate):
    a = cells(*shape)
    out = np.zeros_like(a) if separate else None
    b = nestune.mathop(a.copy(), steps=steps, out=out)
    monkeypatch.undo()
    assert (nestune.mathop(a, steps=steps) == b).all()


def test_slabs_of_views(slabs, monkeypatch):
    whole = cells(20, 40, 60)
    other = whole.copy()
    nestune.mathop(whole[::-2, ::3, 1::2], steps=3)
    monkeypatch.undo()
    nestune.mathop(other[::-2, ::3, 1::2], steps=3)
    assert (whole == other).all()


def test_progress(slabs):
    told = []
    nestune.mathop(cells(30, 20, 10), steps=2, progress=lambda *now: told.append(now))
    assert len(told) > 5 and told == sorted(told)
    assert told[-1] == (12000, 12000)
    assert {total for _, total in told} == {12000}


def test_progress_may_stop_a_call(slabs):
    class Enough(Exception):
        pass

    def stop(done, total):
        raise Enough
    a = cells(30, 20, 10)
    before = a.copy()
    with pytest.raises(Enough):
        nestune.square(a, progress=stop)
    done = (a != before).any(axis=(1, 2))
    assert 0 < done.sum() < 30 and (a[done] == before[done] ** 2).all()


def test_progress_of_a_small_array():
    told = []
    a = cells(4, 5)
    for _ in range(2):
        nestune.square(a, steps=3, progress=lambda *now: told.append(now))
    assert told == [(60, 60)] * 2


def test_wrong_config_is_refused_before_the_first_slab(slabs):
    a = cells(30, 20, 10)
    before = a.copy()
    with pytest.raises(nestune.NestuneValueError):
        nestune.square(a, config="depth=0")
    assert (a == before).all()


# ---- Plans that are kept ------------------------------------------------------------------------

def test_a_kept_plan_moves_to_other_arrays():
    big = cells(64, 8, 8)
    want = big * big
    for first in range(0, 64, 8):
        nestune.square(big[first:first + 8])
    assert (big == want).all()


def test_a_kept_plan_checks_the_next_array():
    a, b = cells(9), cells(9)
    nestune.square(a)
    a.flags.writeable = False
    b.flags.writeable = False
    for array in (a, b):
        before = array.copy()
        with pytest.raises(ValueError, match="read-only"):
            nestune.square(array)
        assert (array == before).all()


def test_a_kept_plan_checks_the_next_out():
    a = cells(20)
    out = np.zeros(10)
    nestune.square(a[:10], out=out)
    with pytest.raises(ValueError, match="overlaps"):
        nestune.square(a[:10], out=a[5:15])
    twin = a[:10]
    want = twin * twin
    nestune.square(a[:10], out=twin)  # itself
    assert (a[:10] == want).all()
    nestune.square(a[:10], out=out)
    assert (out == want * want).all()


def test_more_forms_than_plans_are_kept():
    from nestune import _pointwise
    for n in range(1, _pointwise.MOST_PLANS + 20):
        a = cells(n)
        want = a * a
        assert (nestune.square(a) == want).all()
    assert len(_pointwise._kept.plans) == _pointwise.MOST_PLANS


def test_python_threads_at_the_same_time():
    arrays = [cells(40, 40, 40) for _ in range(4)]
    want = [mathop(a) for a in arrays]

    def work(a):
        nestune.mathop(a, threads=1)
    threads = [threading.Thread(target=work, args=(a,)) for a in arrays]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for a, b in zip(arrays, want):
        assert close(a, b)


# ---- DLPack ---------------------------------------------------------------------------------------

class Elsewhere:
    """An array on a GPU, as DLPack tells it."""
    def __dlpack__(self, **_):
        raise AssertionError("must not be asked")

    def __dlpack_device__(self):
        return (2, 0)


class Here:
    def __init__(self, a):
        self.a = a

    def __dlpack__(self, **how):
        return self.a.__dlpack__(**how)

    def __dlpack_device__(self):
        return self.a.__dlpack_device__()


def test_dlpack_in_place():
    a = cells(4, 5)
    want = a * a
    holder = Here(a)
    assert nestune.square(holder) is holder
    assert (a == want).all()


def test_dlpack_of_a_gpu():
    with pytest.raises(nestune.NestuneTypeError, match="device 2:0"):
        nestune.mathop(Elsewhere())
