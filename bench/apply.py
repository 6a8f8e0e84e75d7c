#!/usr/bin/env python3
"""apply.py - times `nestune apply` beside what bounds it

SPDX-License-Identifier: MIT

bench/apply.py FOLDER [--files N] [--mb MB] [--rounds N] [--cold] [--build DIR] [-- ARGUMENTS OF APPLY]

Makes N files of MB 10^6 bytes each (f64 .npy, values within 1/2) below FOLDER, once, and applies mathop to them.  Three
times bound the wall time of a pipeline:
  CPU       CPU seconds of all stages, divided by the CPUs
  copy      reading these files and writing them, each with fsync: the faster of one and two at a time
  longest   busy seconds of the longest stage, divided by the instances
Prints a line for each round: the wall time over the largest of them.  --cold drops the page cache before each run, which
needs root.  Outputs are removed.
"""
import argparse
import array
import json
import os
import pathlib
import shutil
import statistics
import struct
import subprocess
import sys
import threading
import time

BLOCK = 4 << 20


def make(path, n_bytes):
    """A .npy file of about so many bytes."""
    cells = n_bytes // 8
    header = ("{'descr': '<f8', 'fortran_order': False, 'shape': (%d,), }" % cells).encode()
    header += b" " * (-(10 + len(header) + 1) % 64) + b"\n"
    block = array.array("d", [(i * 2654435761 % 2**32) / 2**32 - 0.5 for i in range(BLOCK // 8)]).tobytes()
    with open(path, "wb") as file:
        file.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header)
        left = 8 * cells
        while left > 0:
            left -= file.write(block[:left])


def copy_one(source, target):
    buffer = bytearray(BLOCK)
    with open(source, "rb", buffering=0) as reader, open(target, "wb", buffering=0) as writer:
        while True:
            n = reader.readinto(buffer)
            if n == 0:
                break
            writer.write(memoryview(buffer)[:n])
        os.fsync(writer.fileno())


def copy_all(files, folder, at_a_time):
    folder.mkdir()
    waiting, lock = iter(files), threading.Lock()

    def work():
        while True:
            with lock:
                file = next(waiting, None)
            if file is None:
                return
            copy_one(file, folder / file.name)
    threads = [threading.Thread(target=work) for _ in range(at_a_time)]
    begin = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.monotonic() - begin
    shutil.rmtree(folder)
    return seconds


def settle(files, cold):
    """All written; and either nothing of the files in memory, or as much as fits."""
    os.sync()
    if cold:
        pathlib.Path("/proc/sys/vm/drop_caches").write_text("3")
        return
    for file in files:
        with open(file, "rb", buffering=0) as reader:
            while reader.read(BLOCK):
                pass


def apply(nestune, files, folder, arguments):
    done = subprocess.run([nestune, "apply", "mathop", "--list", "-", "--out", folder, "--json", *arguments],
                          input="\n".join(map(str, files)), stdout=subprocess.PIPE, text=True, check=True)
    shutil.rmtree(folder)
    return json.loads(done.stdout)


def main():
    parser = argparse.ArgumentParser(prog="apply.py", usage=__doc__.split("\n\n")[2])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--files", type=int, default=200)
    parser.add_argument("--mb", type=float, default=16)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--cold", action="store_true")
    parser.add_argument("--build", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parent.parent / "build")
    own = sys.argv[1:sys.argv.index("--")] if "--" in sys.argv else sys.argv[1:]
    o = parser.parse_args(own)
    o.arguments = sys.argv[len(own) + 2:]
    files = [o.folder / ("%g-mb-%04d.npy" % (o.mb, i)) for i in range(o.files)]
    o.folder.mkdir(exist_ok=True)
    for file in files:
        if not file.exists():
            make(file, int(1e6 * o.mb))
    cpus = len(os.sched_getaffinity(0))
    print("%d files of %g MB, %s, %d CPUs" % (o.files, o.mb, "cold" if o.cold else "warm", cpus))
    print("| round | wall | CPU | copy | longest | wall / largest | settings |\n|---|---|---|---|---|---|---|")
    ratios = []
    for i in range(o.rounds):
        copies = []
        for at_a_time in (1, 2)[:o.files]:
            settle(files, o.cold)
            copies.append(copy_all(files, o.folder / "copied", at_a_time))
        settle(files, o.cold)
        found = apply(o.build / "bin" / "nestune", files, o.folder / "done", o.arguments)
        options = found["options"]
        bounds = [found["cpu_s"] / cpus, min(copies), max(found["busy_s"].values()) / options["instances"]]
        ratios.append(found["wall_s"] / max(bounds))
        print("| %d | %.2f s | %.2f s | %.2f s | %.2f s (%s) | %.2f | ring %d, slab %d KiB, %s, %d × %d threads |" % (
            i + 1, found["wall_s"], *bounds, found["longest"], ratios[-1], options["ring"], options["slab_bytes"] >> 10,
            options["io"], options["instances"], options["threads_each"]), flush=True)
    print("median of wall / largest: %.2f" % statistics.median(ratios))


if __name__ == "__main__":
    sys.exit(main())
