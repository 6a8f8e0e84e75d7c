"""test_wave.py - the wave equation: against a plain NumPy scheme, physics, sources and receivers, what is refused

SPDX-License-Identifier: MIT
"""
import gc

import nestune
import numpy as np
import pytest

SHAPE = (20, 24, 28)


def laplacian(u):
    """Of order 2, with zeros around."""
    p = np.pad(u, 1)
    return (p[2:, 1:-1, 1:-1] + p[:-2, 1:-1, 1:-1] + p[1:-1, 2:, 1:-1] + p[1:-1, :-2, 1:-1] + p[1:-1, 1:-1, 2:] +
            p[1:-1, 1:-1, :-2] - 6 * u)


def start(wave, seed=1):
    rng = np.random.default_rng(seed)
    for previous in (False, True):
        with wave.view(previous) as u:
            u[...] = rng.uniform(-1, 1, u.shape)


@pytest.mark.parametrize("dtype, tolerance", [(np.float32, 1e-4), (np.float64, 1e-12)])
def test_against_numpy(dtype, tolerance):
    velocity = np.random.default_rng(2).uniform(1000, 3000, SHAPE)
    wave = nestune.Wave(SHAPE, velocity=velocity, spacing=10, order=2, faces="zero", dtype=dtype)
    start(wave)
    with wave.view() as u, wave.view(previous=True) as v:
        new, old = u.astype(float), v.astype(float)
    medium = (velocity.astype(dtype).astype(float) * wave.dt / 10) ** 2
    for _ in range(20):
        new, old = 2 * new - old + medium * laplacian(new), new
    wave.run(20)
    assert np.allclose(wave.field, new, atol=tolerance)
    with wave.view(previous=True) as v:
        assert np.allclose(v, old, atol=tolerance)
    assert wave.time == 20


def test_axes_and_spacing_are_the_arrays():
    """A disturbance travels farther, in cells, along the axis with the smaller spacing, and a mirror is where it was asked."""
    wave = nestune.Wave((41, 41, 41), velocity=1.0, spacing=(1.0, 2.0, 4.0), order=4, faces="zero", dtype=np.float64)
    with wave.view() as u, wave.view(previous=True) as v:
        u[20, 20, 20] = v[20, 20, 20] = 1
    wave.run(int(12 / wave.dt))
    far = np.abs(wave.field) > 1e-3
    reach = [np.ptp(np.nonzero(far.any(axis=tuple({0, 1, 2} - {axis})))[0]) for axis in range(3)]
    assert reach[0] > reach[1] > reach[2]


def test_reciprocity_and_positions():
    """Source and receiver change places, the trace stays: positions are in the order of the axes."""
    velocity = np.random.default_rng(3).uniform(1500, 3000, SHAPE)
    wavelet = nestune.ricker(25, 150, 0.001)
    traces = []
    for here, there in (((5, 7.5, 20), (14, 16, 9.25)), ((14, 16, 9.25), (5, 7.5, 20))):
        wave = nestune.Wave(SHAPE, velocity=velocity, spacing=10, dt=0.001, dtype=np.float64)
        wave.source(here, wavelet)
        heard = wave.receiver(there, 150)
        wave.run(150)
        traces.append(heard[0])
    assert np.abs(traces[0]).max() > 1e-6
    assert np.allclose(traces[0], traces[1], rtol=1e-9, atol=1e-12 * np.abs(traces[0]).max())


@pytest.mark.parametrize("axis", [0, 1, 2])
@pytest.mark.parametrize("side", [0, 1])
def test_faces_are_in_the_order_of_the_axes(axis, side):
    faces = [["zero", "zero"] for _ in range(3)]
    fields = []
    for kind in ("zero", "absorbing"):
        faces[axis][side] = kind
        wave = nestune.Wave(SHAPE, velocity=1.0, order=2, faces=faces, layer=4, dtype=np.float64)
        start(wave)
        wave.run(2)
        fields.append(np.moveaxis(wave.field, axis, 0))
    damped = np.nonzero((fields[0] != fields[1]).any(axis=(1, 2)))[0]
    reached = 4 + 2  # the layer, and a cell a step
    assert len(damped) > 0
    assert damped.max() < reached if side == 0 else damped.min() >= SHAPE[axis] - reached


def shot(parts, **how):
    wave = nestune.Wave(SHAPE, velocity=2000.0, spacing=10, faces="absorbing", layer=5, **how)
    wave.source([(10, 10, 10), (4, 5, 6)], nestune.ricker(20, 60, wave.dt))
    traces = wave.receiver([(10, 12, 14.5), (3, 3, 3)], 60, interpolation="trilinear")
    for steps in parts:
        wave.run(steps)
    return wave.field, traces


def test_runs_add_up_and_schedules_change_no_bit():
    field, traces = shot([60])
    assert np.abs(traces).max(axis=1).min() > 0
    for other in (shot([1, 20, 39]), shot([60], threads=1), shot([60], config="parallel=middle,depth=1")):
        assert (other[0] == field).all() and (other[1] == traces).all()


def test_chunks_and_progress(monkeypatch):
    from nestune import _wave
    field, _ = shot([60])
    monkeypatch.setattr(_wave, "WORK", 1)
    wave = nestune.Wave(SHAPE, velocity=2000.0, spacing=10, faces="absorbing", layer=5)
    wave.source([(10, 10, 10), (4, 5, 6)], nestune.ricker(20, 60, wave.dt))
    told = []
    wave.run(60, progress=lambda *now: told.append(now))
    assert told[0] == (16, 60) and told[-1] == (60, 60)
    assert (wave.field == field).all()


def test_a_receiver_added_later_goes_on():
    field, _ = shot([60])
    wave = nestune.Wave(SHAPE, velocity=2000.0, spacing=10, faces="absorbing", layer=5)
    wave.source([(10, 10, 10), (4, 5, 6)], nestune.ricker(20, 60, wave.dt))
    wave.run(31)
    traces = wave.receiver((3, 3, 3), 60)
    wave.run(29)
    assert wave.time == 60 and (wave.field == field).all()
    assert (traces[0, :31] == 0).all() and (traces[0, 31:] != 0).all()


def test_reset():
    field, traces = shot([60])
    wave = nestune.Wave(SHAPE, velocity=2000.0, spacing=10, faces="absorbing", layer=5)
    wave.source([(10, 10, 10), (4, 5, 6)], nestune.ricker(20, 60, wave.dt))
    wave.run(13)
    wave.reset()
    assert wave.time == 0 and not wave.field.any()
    wave.run(60)
    assert (wave.field == field).all()


def test_the_two_kinds_of_sources():
    peak = {}
    for kind in ("force", "source"):
        wave = nestune.Wave(SHAPE, velocity=2000.0, spacing=10, order=2, dtype=np.float64)
        wave.source((10, 10, 10), [1.0], kind=kind)
        wave.run(1)
        peak[kind] = wave.field[10, 10, 10]
    assert peak["source"] == 1
    assert peak["force"] == pytest.approx((2000 * wave.dt / 10) ** 2)


def test_a_view_outlives_the_wave():
    wave = nestune.Wave(SHAPE, velocity=1.0)
    with wave.view() as u:
        u[...] = 3
    del wave
    gc.collect()
    assert (u == 3).all()


def test_no_run_while_a_view_is_open():
    wave = nestune.Wave(SHAPE, velocity=1.0)
    wave.run(1)
    with wave.view():
        with pytest.raises(nestune.NestuneValueError, match="view"):
            wave.run(1)
    wave.run(1)
    assert wave.time == 2


def test_the_status_of_a_run_that_fails(monkeypatch):
    from nestune import _wave
    wave = nestune.Wave(SHAPE, velocity=1.0)
    wave.run(1)
    monkeypatch.setattr(_wave.c, "nt_plan_run", lambda plan, steps: 1)
    with pytest.raises(nestune.NestuneMemoryError, match="out of memory"):
        wave.run(1)


@pytest.mark.parametrize("name", ["nt_plan_destroy", "nt_plan_set_time"])
@pytest.mark.parametrize("after", [False, True])
def test_an_interrupt_between_two_plans(monkeypatch, name, after):
    """The next run goes on where the field is."""
    from nestune import _wave
    field, traces = shot([60])
    wave = nestune.Wave(SHAPE, velocity=2000.0, spacing=10, faces="absorbing", layer=5)
    wave.source([(10, 10, 10), (4, 5, 6)], nestune.ricker(20, 60, wave.dt))
    wave.run(31)
    function = getattr(_wave.c, name)

    def interrupt(*arguments):
        if after:
            function(*arguments)
        raise KeyboardInterrupt
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(_wave.c, name, interrupt)
        wave.receiver((3, 3, 3), 60)
        wave.run(29)
    assert wave.time == 31
    wave.run(29)
    assert wave.time == 60 and (wave.field == field).all()


def made(**how):
    return nestune.Wave(**{"shape": SHAPE, "velocity": 2000.0, "spacing": 10, **how})


@pytest.mark.parametrize("call, text", [
    (lambda: made(shape=(3, 4)), "three numbers"),
    (lambda: made(shape=(3, 0, 4)), "1 or more"),
    (lambda: made(order=5), "order"),
    (lambda: made(spacing=0), "spacing"),
    (lambda: made(dt=1.0), "dt"),
    (lambda: made(velocity=0.0), "give dt"),
    (lambda: made(velocity=-1.0, dt=0.001), "velocity"),
    (lambda: made(velocity=np.ones((2, 3))), r"velocity has shape \(2, 3\)"),
    (lambda: made(faces="open"), "mirror, zero, absorbing"),
    (lambda: made(faces=("zero", "zero")), "faces"),
    (lambda: made(faces="absorbing", layer=30), "layer|cells"),
    (lambda: made(config="depth=x").run(1), "depth"),
    (lambda: made().source((1, 2), [1.0]), r"needed is \(3,\)"),
    (lambda: made().source((1, 2, 300), [1.0]), "300"),
    (lambda: made().source((1, 2, 3), [[1.0], [2.0]]), "samples"),
    (lambda: made().source((1, 2, 3), [1.0], kind="push"), "force, source"),
    (lambda: made().receiver((1, 2, 3), 5, interpolation="cubic"), "trilinear, sinc"),
    (lambda: made().run(-1), "-1 steps"),
    (lambda: made().run(1 << 64), "0 to 2"),
])
def test_refused(call, text):
    with pytest.raises(nestune.NestuneValueError, match=text):
        call()


def test_other_types_are_refused():
    with pytest.raises(nestune.NestuneTypeError, match="float32 and float64"):
        made(dtype=int)
