"""test_pointwise.py - kernels on arrays: values, views, out=, what is refused, slabs, plans that are kept

SPDX-License-Identifier: MIT
"""
import threading

import nestune
import numpy as np
import pytest
from nestune import _pointwise

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
    "a list": (lambda a: nestune.mathop([1.0]), TypeError, "type list"),
    "a number": (lambda a: nestune.mathop(1.0), TypeError, "type float"),
    "whole numbers": (lambda a: nestune.mathop(np.zeros(3, int)), TypeError, "<i8"),
    "another byte order": (lambda a: nestune.mathop(np.zeros(3, ">f8")), TypeError, ">f8"),
    "complex": (lambda a: nestune.mathop(np.zeros(3, complex)), TypeError, "<c16"),
    "objects": (lambda a: nestune.mathop(np.zeros(3, object)), TypeError, "float32 and float64"),
    "masked": (lambda a: nestune.mathop(np.ma.zeros(3)), TypeError, "masked"),
    "read-only": (lambda a: nestune.mathop(np.broadcast_to(np.zeros(3), (2, 3))), ValueError, "read-only"),
    "cells that overlap": (lambda a: nestune.mathop(strided()), ValueError, "overlap"),
    "a field of records": (lambda a: nestune.mathop(np.zeros(5, "f8,f4")["f0"]), ValueError, "12 bytes"),
    "four axes with gaps": (lambda a: nestune.mathop(np.zeros((4, 4, 4, 4, 4))[:, ::2, ::2, ::2, ::2]), ValueError, "at most 3"),
    "out of another shape": (lambda a: nestune.mathop(a, out=np.zeros(3)), ValueError, "shape (3,)"),
    "out of another type": (lambda a: nestune.mathop(a, out=a.astype("f4")), ValueError, "float32"),
    "out that overlaps": (lambda a: nestune.mathop(a[1:], out=a[:-1]), ValueError, "overlaps"),
    "out backwards": (lambda a: nestune.mathop(a, out=a[::-1]), ValueError, "overlaps"),
    "negative steps": (lambda a: nestune.mathop(a, steps=-1), ValueError, "-1 steps"),
    "half a step": (lambda a: nestune.mathop(a, steps=0.5), TypeError, "float"),
    "no threads": (lambda a: nestune.mathop(a, threads=0), ValueError, "0 threads"),
    "a key": (lambda a: nestune.mathop(a, config="paralel=outer"), ValueError, "key=paralel: allowed are"),
    "a value": (lambda a: nestune.mathop(a, config="parallel=up"), ValueError, "serial"),
    "more steps than fit": (lambda a: nestune.mathop(a[:0], steps=1 << 64), ValueError, "0 to 2**61 - 1"),
    "no text": (lambda a: nestune.mathop(a, config=3), TypeError, "config has type int"),
    "a list of texts": (lambda a: nestune.mathop(a, config=["threads=1"]), TypeError, "config has type list"),
    "an unknown kernel": (lambda a: nestune.apply("sinus", a), ValueError, "sinus is unknown: the pointwise kernels are mathop"),
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


def test_a_kept_plan_is_for_whole_steps():
    a = cells(9)
    nestune.square(a, steps=1)
    before = a.copy()
    with pytest.raises(TypeError, match="float"):
        nestune.square(a, steps=1.0)
    assert (a == before).all()
    nestune.square(a, steps=True)
    assert (a == before * before).all()


class Interrupts:
    """A function that Ctrl-C interrupts, before it does its work or after."""

    def __init__(self, function, after):
        self.function, self.after = function, after

    def __get__(self, plan, _):  # as a method
        return Interrupts(self.function.__get__(plan), self.after)

    def __call__(self, *arguments):
        if self.after:
            self.function(*arguments)
        raise KeyboardInterrupt


# What a call does when it moves a kept plan to another array, step by step.
STEPS_OF_A_MOVE = [(_pointwise, "_checked"), (_pointwise._Plan, "_wrap"), (_pointwise, "new"), (_pointwise, "call"),
                   (_pointwise.c, "nt_grid_destroy"), (_pointwise._Plan, "move"), (_pointwise._Plan, "run")]


@pytest.mark.parametrize("owner, name", STEPS_OF_A_MOVE, ids=[name for _, name in STEPS_OF_A_MOVE])
@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("separate", [False, True])
def test_an_interrupt_while_a_kept_plan_moves(monkeypatch, owner, name, after, separate):
    """Later calls change their own array alone, whichever it is."""
    pairs = [[cells(50), cells(50) if separate else None] for _ in range(2)]

    def check(pair):
        before = [[None if x is None else x.copy() for x in both] for both in pairs]
        nestune.square(pair[0], out=pair[1])
        for now, was in zip(pairs, before):
            if now is pair:
                assert (now[separate] == was[0] ** 2).all()
            for i in range(1 + separate):
                assert (now is pair and i == separate) or (now[i] == was[i]).all()
    check(pairs[0])
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(owner, name, Interrupts(getattr(owner, name), after))
        nestune.square(pairs[1][0], out=pairs[1][1])
    for i in (0, 1, 1, 0):
        check(pairs[i])


def test_a_call_within_a_call(monkeypatch):
    """As a signal handler makes it, with a plan of the same form."""
    a, b, inner = cells(50), cells(50), cells(50)
    nestune.square(a)
    want_b, want_inner = b * b, inner * inner
    run, calls = _pointwise._Plan.run, []

    def handler_first(plan, steps):
        calls.append(plan)
        if len(calls) == 1:
            nestune.square(inner)
        run(plan, steps)
    monkeypatch.setattr(_pointwise._Plan, "run", handler_first)
    nestune.square(b)
    assert (b == want_b).all() and (inner == want_inner).all()


def test_more_forms_than_plans_are_kept():
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


def test_addresses_are_read_on_cpython_alone(python):
    """Elsewhere id() is no address."""
    text = "import sys, numpy; sys.implementation.name = %r; from nestune import _arrays; print(_arrays.address.__name__)"
    assert python(text % "another") == "_told_address\n"
    assert python(text % "cpython") == "_read_address\n"


def test_dlpack_of_a_gpu():
    with pytest.raises(nestune.NestuneTypeError, match="device 2:0"):
        nestune.mathop(Elsewhere())
