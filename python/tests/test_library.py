"""test_library.py - which library is loaded, what is refused, what show_config() tells

SPDX-License-Identifier: MIT
"""
import ctypes
import ctypes.util
import os
import re
import shutil
import subprocess

import nestune
import pytest
from conftest import PACKAGE
from nestune import _errors, _library

IMPORT = "import nestune; print(nestune.show_config('dicts')['library'])"


def refusal(python, path):
    done = python(IMPORT, check=False, NESTUNE_LIBRARY=str(path))
    assert done.returncode == 1, done  # an exception, no signal
    last = done.stderr.strip().split("\n")[-1]
    assert last.startswith("nestune._errors.NestuneImportError: %s: " % path) and "NESTUNE_LIBRARY" in last
    return last


def test_named_by_the_environment(python, tmp_path):
    copy = tmp_path / "renamed.so"
    shutil.copy(_library.path, copy)
    assert python(IMPORT, NESTUNE_LIBRARY=str(copy)).strip() == str(copy)


def test_missing(python, tmp_path):
    assert "No such file" in refusal(python, tmp_path / "libnestune.so")
    assert "directory" in refusal(python, tmp_path)


@pytest.mark.parametrize("share", [0, 0.00001, 0.001, 0.3, 0.9, 0.97])
def test_cut(python, tmp_path, share):
    with open(_library.path, "rb") as file:
        whole = file.read()
    copy = tmp_path / "libnestune.so"
    segments_end = max(_ends(whole))
    copy.write_bytes(whole[:int(share * segments_end)])
    assert re.search("is damaged|is not a library", refusal(python, copy))


def _ends(elf):
    first, = _library.struct.unpack_from("<Q", elf, 32)
    each, count = _library.struct.unpack_from("<HH", elf, 54)
    for at in range(first, first + each * count, each):
        offset, = _library.struct.unpack_from("<Q", elf, at + 8)
        length, = _library.struct.unpack_from("<Q", elf, at + 32)
        yield offset + length


def test_no_library(python, tmp_path):
    text = tmp_path / "libnestune.so"
    text.write_text("INPUT(libnestune.so.0.2)\n" * 10)
    assert "is not a library" in refusal(python, text)


def test_damaged_inside(python, tmp_path):
    with open(_library.path, "rb") as file:
        elf = bytearray(file.read())
    elf[18] ^= 0xff  # e_machine
    copy = tmp_path / "libnestune.so"
    copy.write_bytes(elf)
    assert "cannot be loaded" in refusal(python, copy)


def compiled(tmp_path, text):
    if not shutil.which("cc"):
        pytest.skip("no C compiler")
    library = tmp_path / "libother.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-x", "c", "-", "-o", library], input=text.encode(), check=True)
    return library


def test_foreign(python, tmp_path):
    assert "is not nestune's library" in refusal(python, compiled(tmp_path, "int other;"))


@pytest.mark.parametrize("number, text", [(100, "0.1.0"), (300, "0.3.0"), (10200, "1.2.0")])
def test_of_another_version(python, tmp_path, number, text):
    library = compiled(tmp_path, "int nt_version(void) { return %d; }" % number)
    assert "is nestune %s, but this package needs 0.2" % text in refusal(python, library)


def test_older_of_this_version(python, tmp_path):
    number = _library.c.nt_version()
    library = compiled(tmp_path, "int nt_version(void) { return %d; }" % number)
    assert re.search(r"has no function nt_\w+: it is older", refusal(python, library))


def test_of_another_abi(python, tmp_path):
    names = [name for name in _library._FUNCTIONS if name not in ("nt_version", "nt_kernel_at")]
    text = "int nt_version(void) { return %d; } unsigned kernel[40] = {4}; void *nt_kernel_at(int i) { return kernel; }" \
        % _library.c.nt_version()
    library = compiled(tmp_path, text + "".join(" void %s(void) {}" % name for name in names))
    assert "abi 4, but this package needs %d" % _library.KERNEL_ABI in refusal(python, library)


def test_nowhere(python):
    if os.path.exists(_library.INSIDE) or ctypes.util.find_library("nestune"):
        pytest.skip("the package or the system has a library")
    done = python(IMPORT, check=False, NESTUNE_LIBRARY="")
    assert "no library inside, and the system has none" in done.stderr


def test_versions_agree():
    assert nestune.__version__ == nestune.show_config("dicts")["version"]
    assert tuple(map(int, nestune.__version__.split(".")[:2])) == _library.VERSION


def test_structures_and_codes_agree_with_the_headers():
    """What is written twice: abi, the codes of errors, names of boundaries and interpolations."""
    include = os.path.join(PACKAGE, "..", "include", "nestune")
    if not os.path.isdir(include):
        pytest.skip("no headers beside this package")

    def words(header, macro):
        with open(os.path.join(include, header)) as file:
            text = re.sub(r"\\\n", " ", file.read())
        return re.findall(r"X\((\w+), \"([\w ,]+)\"", re.search(r"#define %s\(X\)(.*)" % macro, text).group(1))
    assert [name for name, _ in words("status.h", "NT_STATUS_MAP")] == [name for name, _ in _errors.STATUSES]
    from nestune import _wave
    assert [text for _, text in words("wave.h", "NT_BOUNDARY_MAP")] == list(_wave.BOUNDARIES)
    assert [text for _, text in words("points.h", "NT_INTERPOLATION_MAP")] == list(_wave.INTERPOLATIONS)
    with open(os.path.join(include, "kernel.h")) as file:
        assert "NT_KERNEL_ABI = %d" % _library.KERNEL_ABI in file.read()


@pytest.mark.parametrize("status, kind", [(1, MemoryError), (2, ValueError), (4, TypeError), (10, OSError)])
def test_errors_are_pythons_too(status, kind):
    error = _errors.error_of(status, "why")
    assert isinstance(error, nestune.NestuneError) and isinstance(error, kind) and str(error) == "why"
    assert type(_errors.error_of(99, "why")) is nestune.NestuneError


def test_show_config(capsys):
    assert nestune.show_config() is None
    told = capsys.readouterr().out
    config = nestune.show_config("dicts")
    assert config["library"] in told and config["version"] in told
    assert "scalar" in config["isa"] and config["threads"] >= 1
    assert any("libgomp" in file or "libomp" in file for file in config["openmp"])
    assert any("built in" in source for source in config["tuned"])


def test_names():
    assert all(hasattr(nestune, name) for name in nestune.__all__)
    kinds = {k.name: k.kind for k in nestune.kernels()}
    assert kinds["mathop"] == "pointwise" and kinds["wave"] == "stencil" and kinds["pi"] == "range"
