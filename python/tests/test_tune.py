"""test_tune.py - the tuner, called from Python

SPDX-License-Identifier: MIT
"""
import os
import signal
import subprocess
import sys

import nestune
import pytest
from nestune import _tune


@pytest.fixture
def fake(tmp_path, monkeypatch):
    """An autotune that does what a text says."""
    def make(text):
        program = tmp_path / "autotune"
        program.write_text("#!/bin/sh\n" + text)
        program.chmod(0o755)
        monkeypatch.setattr(_tune, "find_autotune", lambda: str(program))
    return make


def test_arguments(fake):
    fake('for word; do echo "$word" >&2; done; echo "autotune: no" >&2; exit 2')
    said = []
    with pytest.raises(nestune.NestuneValueError, match="autotune: no"):
        nestune.tune("mathop", "square", budget=3.5, threads=[1, 2], max_ulp=2, resume=True, json=False, dtype=None,
                     progress=said.append)
    assert said[:-1] == ["run", "mathop", "square", "--budget", "3.5", "--threads", "1,2", "--max-ulp", "2", "--resume"]


@pytest.mark.parametrize("code, kind", [(1, nestune.NestuneError), (3, OSError), (4, nestune.NestuneError), (0, nestune.NestuneError)])
def test_exit_codes(fake, code, kind):
    fake("exit %d" % code)
    with pytest.raises(kind, match="status %d" % code):
        nestune.tune(progress=None)


def test_a_damaged_header_is_refused(fake, tmp_path):
    header = tmp_path / "tuned.h"
    header.write_text("no header\n")
    fake('echo "header: %s" >&2' % header)
    with pytest.raises(nestune.NestuneOSError, match="tuned.h"):
        nestune.tune(progress=None)


def test_autotune_is_nowhere(monkeypatch):
    monkeypatch.setattr(_tune.os, "access", lambda *_: False)
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(nestune.NestuneOSError, match="autotune is not here"):
        nestune.tune("square")


def real():
    try:
        return _tune.find_autotune()
    except nestune.NestuneOSError:
        return None


needs_autotune = pytest.mark.skipif(not real(), reason="autotune is not built")


@needs_autotune
def test_tunes_and_uses_the_result(python, tmp_path):
    told = python("""
import nestune, numpy as np
a = np.ones(1000, np.float32)
nestune.square(a)
header = nestune.tune("square", budget=3, dtype="f32", shape="64x64x16", out=%r, progress=None)
nestune.square(a)
assert any(header in source for source in nestune.show_config("dicts")["tuned"])
print(header)""" % str(tmp_path))
    assert os.path.isfile(told.strip()) and told.startswith(str(tmp_path))


@needs_autotune
def test_autotunes_refusal():
    with pytest.raises(nestune.NestuneValueError, match="budget"):
        nestune.tune("square", budget="much", progress=None)


@needs_autotune
def test_interrupted(tmp_path):
    """Ctrl-C: autotune writes the best so far and ends; then KeyboardInterrupt."""
    text = """
import nestune
try:
    nestune.tune("square", budget=20, dtype="f32", shape="64x64x16", out=%r, progress=lambda line: print(line, flush=True))
except KeyboardInterrupt:
    print("interrupted", any("built in" not in source for source in nestune.show_config("dicts")["tuned"]))
""" % str(tmp_path)
    with subprocess.Popen([sys.executable, "-c", text], stdout=subprocess.PIPE, text=True) as child:
        for line in child.stdout:
            if line.startswith("[1/"):  # a row is finished
                break
        child.send_signal(signal.SIGINT)
        try:
            said = child.communicate(timeout=60)[0]
        finally:
            child.kill()
    assert said.endswith("interrupted True\n"), said
