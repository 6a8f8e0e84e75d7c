#!/usr/bin/env python3
"""cuda_stubs.py - makes stand-ins for the CUDA libraries that PyPI's torch is linked to

SPDX-License-Identifier: MIT

    cuda_stubs.py TORCH_LIB_FOLDER STUB_FOLDER

On PyPI the only torch for x86-64 is the one for CUDA, which the loader refuses without 3 GB of NVIDIA's libraries,
although a program on the CPU calls none of them.  For each library that is missing, this compiles an empty one of
the same name.  It has the symbols that torch wants, with their versions; each returns 100, CUDA's "no device".
STUB_FOLDER then belongs in LD_LIBRARY_PATH of that process alone.
"""
import collections
import pathlib
import re
import subprocess
import sys

VENDOR = re.compile(r"lib(cu|nv|nccl)")
SYMBOL = re.compile(r"(?:__)?(?:cu|nv|nccl)[A-Za-z]")
TEXT = re.compile(r"(String|Name|LastError)$")


def output_of(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def wanted(folder):
    """{library: {version or None: symbols}}; symbols without a version are under the library None."""
    symbols = collections.defaultdict(lambda: collections.defaultdict(set))
    for library in folder.glob("*.so*"):
        found = re.findall(r"\(NEEDED\).*\[(.*)\]", output_of("readelf", "-dW", str(library)))
        for name in found:
            if VENDOR.match(name) and not (folder / name).exists():
                symbols[name]
        owner, file = {}, None # of each version: the library that should have it
        for name, value in re.findall(r"(File|Name): (\S+)", output_of("readelf", "-VW", str(library))):
            if name == "File":
                file = value
            elif file in symbols:
                owner[value] = file
        for line in output_of("nm", "-D", "--undefined-only", str(library)).splitlines():
            kind, _, name = line.strip().partition(" ")
            name, _, version = name.replace("@@", "@").partition("@")
            if kind == "U" and (version in owner or (not version and SYMBOL.match(name))):
                symbols[owner.get(version)][version or None].add(name)
    return symbols


def compile_stub(folder, name, versions):
    """One library: versions is {version or None: symbols}."""
    source, script = folder / "stub.c", folder / "stub.map"
    lines = []
    for symbol in sorted({s for symbols in versions.values() for s in symbols}):
        body = 'const char *%s(void) { return "none"; }' if TEXT.search(symbol) else "long %s(void) { return 100; }"
        lines.append(body % symbol)
    source.write_text("\n".join(lines) + "\n")
    script.write_text("".join("%s { global: %s; };\n" % (version, "; ".join(sorted(symbols)))
                              for version, symbols in versions.items() if version and symbols))
    map_option = ["-Wl,--version-script=%s" % script] if script.stat().st_size else []
    subprocess.run(["gcc", "-shared", "-fPIC", "-w", "-O1", "-fno-builtin", str(source), "-o", str(folder / name),
                    "-Wl,-soname,%s" % name] + map_option, check=True)
    source.unlink()
    script.unlink()


def main():
    torch, stubs = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    stubs.mkdir(parents=True, exist_ok=True)
    symbols = wanted(torch)
    unversioned = symbols.pop(None, {})
    for i, name in enumerate(sorted(symbols)):
        if i == 0: # the loader takes symbols without a version from any library
            symbols[name].update(unversioned)
        compile_stub(stubs, name, symbols[name])
    print("stand-ins for", *sorted(symbols))


if __name__ == "__main__":
    main()
