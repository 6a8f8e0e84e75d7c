"""compare.py - times nestune and its peers in turn, and writes the tables

SPDX-License-Identifier: MIT

Called by scripts/peers, in the environment that it has set up.  All peers of a group are started first, each in a
process of its own (child.py).  Then each round runs every peer once, in random order, with a pause before each so
that the threads of the one before have gone to sleep.  Ratios are taken within a round.
"""
import argparse
import datetime
import importlib
import json
import math
import os
import random
import select
import subprocess
import sys
import tempfile
import time

import report
from groups import groups, subjects, units
from stats import summary

LEAST_ROUNDS, QUICK_ROUNDS = 9, 2
PAUSE_S = 0.3        # libomp's threads spin for 0.2 s after a region
READY_S, RUN_S = 600, 300
MEMORY_SHARE = 0.85  # of what is available
WAVE_ARRAYS = 32     # at most: of all peers together, and of the page cache
LEAST_PLANES = 4


class Stuck(Exception):
    pass


class Peer:
    """A child and what it has answered."""

    def __init__(self, group, name, problem, environment):
        self.name, self.times, self.failed = name, [], None
        here = os.path.dirname(os.path.abspath(__file__))
        command = [sys.executable, os.path.join(here, "child.py"), group.module, name, json.dumps(problem)]
        with open(os.path.join(problem["work"], "peers.log"), "a") as log:
            self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log,
                                            env=environment, text=True, bufsize=1)
        try:
            self.ready = self.answer(READY_S)
            self.failed = self.ready.get("failed")
        except Stuck as why:
            self.ready, self.failed = {}, str(why)
        if self.failed:
            self.end()

    def answer(self, limit_s):
        if not select.select([self.process.stdout], [], [], limit_s)[0]:
            self.process.kill()
            raise Stuck("no answer within %d s" % limit_s)
        line = self.process.stdout.readline()
        if not line:
            raise Stuck("ended with status %d" % self.process.wait())
        return json.loads(line)

    def run(self):
        try:
            self.process.stdin.write("run\n")
            self.times.append(self.answer(RUN_S)["seconds"])
        except (Stuck, OSError) as why:
            self.failed = str(why)

    def end(self):
        try: # the end of its input ends it
            self.process.stdin.close()
        except OSError:
            pass
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def say(text):
    print("peers: " + text, file=sys.stderr, flush=True)


def available_bytes():
    with open("/proc/meminfo") as lines:
        return next(1024 * int(line.split()[1]) for line in lines if line.startswith("MemAvailable:"))


def fitting(group, n_peers):
    """The group with fewer cells if the memory is short."""
    if not group.shape:
        return group
    shape, size = group.shape, 4 if group.dtype == "f32" else 8
    while True:
        nz, ny, nx = shape
        needed = nz * ny * nx * size * (WAVE_ARRAYS if group.subject == "wave" else n_peers + 5)
        if needed <= MEMORY_SHARE * available_bytes():
            break
        shape = (nz * 3 // 4, ny * 3 // 4, nx * 3 // 4) if group.subject == "wave" else (nz * 3 // 4, ny, nx)
        if shape[0] < LEAST_PLANES:
            break
    if shape != group.shape:
        say("%s: memory is short: %s in place of %s" % (group.name, report.by(shape), report.by(group.shape)))
    return group._replace(shape=shape)


def write_inputs(group, folder):
    import numpy as np
    generator = np.random.default_rng(1)
    if group.subject == "wave":
        for name, low, high in ("u", -1, 1), ("older", -1, 1), ("c", 0.02, 0.1):
            a = generator.random(group.shape, np.float32)
            a *= np.float32(high - low)
            a += np.float32(low)
            np.save(os.path.join(folder, name + ".npy"), a)
        return folder + "/"
    if group.shape:
        dtype = np.float32 if group.dtype == "f32" else np.float64
        np.save(os.path.join(folder, "a.npy"), generator.random(group.shape, dtype))
    return os.path.join(folder, "a.npy")


def start(group, table, problem, environment):
    """All peers, ready or failed.  nestune is the first and writes the reference."""
    peers = []
    for i, name in enumerate(table):
        say("%s: %s: getting ready" % (group.name, name))
        peers.append(Peer(group, name, dict(problem, write=i == 0), environment))
        if peers[-1].failed:
            say("%s: %s: did not run: %s" % (group.name, name, peers[-1].failed))
            if i == 0: # nothing to compare with
                break
    return peers


def play(group, peers, rounds, seed):
    order, begun = random.Random(seed), time.monotonic()
    for done in range(rounds):
        running = [peer for peer in peers if not peer.failed]
        order.shuffle(running)
        for peer in running:
            time.sleep(PAUSE_S)
            peer.run()
        left = (time.monotonic() - begun) / (done + 1) * (rounds - done - 1)
        say("%s: round %d of %d, %d s left" % (group.name, done + 1, rounds, round(left)))


def row_of(group, peer, reference):
    row = {"peer": peer.name}
    if peer.failed:
        return dict(row, failed=peer.failed)
    difference = peer.ready["difference"]
    row.update(summary(peer.times, reference.times))
    row.update(times_s=peer.times, difference=difference if math.isfinite(difference) else None, compared=peer.ready["compared"],
               agrees=difference <= group.tolerance, note=peer.ready["note"], detail=peer.ready["detail"])
    return row


def compare(group, options, environment):
    """One group from its inputs to its rows."""
    table = getattr(importlib.import_module(group.module), group.table)
    group = fitting(group, len(table))
    with tempfile.TemporaryDirectory(dir=options.work) as folder:
        problem = dict(group._asdict(), build=options.build, lib=options.lib, threads=options.threads,
                       work=options.work, cpus=sorted(os.sched_getaffinity(0))[:options.threads],
                       input=write_inputs(group, folder), reference=os.path.join(folder, "reference.npy"))
        load = os.getloadavg()[0]
        peers = start(group, table, problem, environment)
        try:
            if not peers[0].failed:
                play(group, peers, options.rounds, group.name)
        finally:
            for peer in peers:
                peer.end()
    versions = {}
    for peer in peers:
        versions.update(peer.ready.get("versions", {}))
    if peers[0].failed:
        return {"title": group.title, "not_run": peers[0].failed}
    return {"title": group.title, "dtype": group.dtype, "shape_xyz": group.shape and group.shape[::-1], "n": group.n,
            "steps": group.steps, "units_a_run": units(group), "unit": group.unit, "judge": group.judge,
            "tolerance": group.tolerance, "rounds": options.rounds, "load_before": load, "versions": versions,
            "date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
            "commit": options.commit, "threads": options.threads, "command": options.command,
            "compilers": options.compilers, "python": sys.version.split()[0],
            "rows": [row_of(group, peer, peers[0]) for peer in peers]}


class Parser(argparse.ArgumentParser):
    def error(self, message):
        say(message)
        sys.exit(2)


def parse():
    parser = Parser(prog="peers", allow_abbrev=False, add_help=False)
    known = ", ".join(subjects())
    parser.add_argument("--only", default="", help="some of %s, separated by commas" % known)
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--quick", action="store_true")
    for name in "--build", "--lib", "--work", "--out", "--machine", "--commit", "--command":
        parser.add_argument(name, default="")
    parser.add_argument("--compiler", action="append", default=[], dest="compilers")
    options = parser.parse_args()
    options.only = [word for word in options.only.split(",") if word] or subjects()
    wrong = [word for word in options.only if word not in subjects() + [group.name for group in groups(True)]]
    if wrong:
        parser.error("--only %s: allowed are %s" % (wrong[0], known))
    least = QUICK_ROUNDS if options.quick else LEAST_ROUNDS
    options.rounds = least if options.rounds is None else options.rounds
    if options.rounds < least:
        parser.error("--rounds %d: must be %d or more" % (options.rounds, least))
    cpus = len(os.sched_getaffinity(0))
    if not 1 <= options.threads <= cpus:
        parser.error("--threads %d: must be from 1 to %d" % (options.threads, cpus))
    return options


def environment_of(options):
    """Threads are limited for every peer; how they wait is left to each."""
    threads, caches = str(options.threads), os.path.join(options.work, "cache")
    os.makedirs(caches, exist_ok=True)
    names = ("OMP_NUM_THREADS", "NUMBA_NUM_THREADS", "NUMEXPR_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    return dict(os.environ, **dict.fromkeys(names, threads), TMPDIR=caches, TORCHINDUCTOR_CACHE_DIR=caches + "/torch",
                JAX_PLATFORMS="cpu", CUDA_VISIBLE_DEVICES="", DEVITO_ARCH="gcc", DEVITO_LANGUAGE="openmp",
                LD_LIBRARY_PATH=os.path.join(options.work, "stubs"))


def main():
    options = parse()
    environment, results = environment_of(options), {}
    disagree = False
    for group in groups(options.quick):
        if group.subject in options.only or group.name in options.only:
            results[group.name] = found = compare(group, options, environment)
            print(report.table(group.name, found), flush=True)
            disagree |= any(not row.get("agrees", True) for row in found.get("rows", []))
            if options.out:
                report.write(options.out, options.machine, {group.name: found})
    if disagree:
        say("a result is not within the tolerance: see the tables")
    return 1 if disagree or all("not_run" in found for found in results.values()) else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        say("interrupted; groups that were whole are written")
        sys.exit(130)
