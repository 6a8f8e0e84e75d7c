#!/usr/bin/env python3
"""regret.py - how much speed a tune leaves on the table: many tunes of one row, and all their choices in one race

regret.py [--tunes N] [--rounds N] [--effort LEVEL] [--build DIR] TABLE...

For each complete table (`autotune simulate --record`) it tunes the same kernel, case and type anew, N times, each time
with another seed, takes what each tune chose for the largest class and the table's steps, and times all these configs and
the table's best in turn, on the table's shape, in another order each round.  The regret of a tune is the time of its
config over that of the fastest config of the race, minus one; beside it stands the 95 % interval of the median.  What lies
beyond the intervals is their lower ends.
SPDX-License-Identifier: MIT
"""
import argparse
import json
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile

# Without the tuned headers: a search would begin with what this very machine's says.
os.environ["NESTUNE_TUNED"] = "off"
ENVIRONMENT = {"OMP_PROC_BIND": "spread", "OMP_PLACES": "cores", "OMP_WAIT_POLICY": "active", "OMP_DYNAMIC": "false"}


class Worker:
    """The tuner's worker: one question a line, one answer a line (autotune/measure/trial_json.c)."""

    def __init__(self, autotune):
        self.process = subprocess.Popen(["bash", "-c", 'exec "$0" worker 3<&0 4>&1', autotune], text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**os.environ, **ENVIRONMENT})
        self.process.stdout.readline()  # its hello

    def close(self):
        """Ends it: its threads wait actively, and would disturb what is timed next."""
        self.process.stdin.close()
        self.process.wait()

    def seconds(self, table, config):
        ask = {"type": "trial", "kernel": table["kernel"], "case": table["case"], "dtype": table["dtype"],
               "shape": table["shape"], "steps": table["steps"], "in_place": 1, "config": config, "reps": 1,
               "window_s": 0, "only_time": 1, "cut_s": 0, "check": 0}
        self.process.stdin.write(json.dumps(ask) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        if answer.get("class") != "correct":
            raise RuntimeError(f"{config}: {answer}")
        return answer["seconds"][0]


def interval(values):
    """The two order statistics that enclose the median with 95 %, as measure/stats.c has them."""
    values, n = sorted(values), len(values)
    below, p, k = 0.0, 0.5 ** n, 0
    while k < n // 2 and below + p <= 0.025:
        below += p
        k += 1
        p *= (n - k + 1) / k
    low = max(k - 1, 0)
    return values[low], values[n - 1 - low]


def tune(autotune, table, effort, seed, folder):
    command = [autotune, "run", table["kernel"], "--dtype", table["dtype"], "--effort", effort, "--seed", str(seed),
               "--out", folder, "--json"]
    if table["case"] != "default":
        command += ["--case", table["case"]]
    rows = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)["results"]
    # Of the rows with the table's number of steps, those of the largest class; and of these, that for its rows of cells.
    rows = [r for r in rows if r["steps"] == table["steps"]]
    largest = max(rows, key=lambda r: r["shape"][0] * r["shape"][1] * r["shape"][2])["class"]
    rows = [r for r in rows if r["class"] == largest]
    bounded = [r for r in rows if r.get("upto_nx") and r["upto_nx"] >= table["shape"][0]]
    return min(bounded, key=lambda r: r["upto_nx"]) if bounded else next(r for r in rows if not r.get("upto_nx"))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tables", nargs="+", metavar="TABLE")
    parser.add_argument("--tunes", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=24)
    parser.add_argument("--effort", default="quick")
    parser.add_argument("--build", default=os.path.join(os.path.dirname(__file__), "../build"))
    options = parser.parse_args()
    autotune = os.path.join(options.build, "bin/autotune")
    for path in options.tables:
        with open(path, encoding="utf-8") as file:
            table = json.load(file)
        best = min((e for e in table["entries"] if e[1]), key=lambda e: e[1])[0]
        chosen = []
        with tempfile.TemporaryDirectory() as folder:
            for seed in range(1, options.tunes + 1):
                row = tune(autotune, table, options.effort, seed, os.path.join(folder, str(seed)))
                chosen.append(re.sub("threads=all", f"threads={table['threads'][-1]}", row["config"]))
                print(f"{table['kernel']} tune {seed}: {row['config']}, {row['trials']} trials", file=sys.stderr)
        configs = sorted({best, *chosen})
        worker, order, times = Worker(autotune), list(configs), {c: [] for c in configs}
        for _ in range(options.rounds):
            random.Random(len(times[configs[0]])).shuffle(order)
            for config in order:
                times[config].append(worker.seconds(table, config))
        worker.close()
        fastest = min(configs, key=lambda c: statistics.median(times[c]))
        ratio = {c: [a / b for a, b in zip(times[c], times[fastest])] for c in configs}
        regret = sorted(statistics.median(ratio[c]) - 1 for c in chosen)
        sure = sorted(max(0, interval(ratio[c])[0] - 1) for c in chosen)
        print(f"\n{table['kernel']} {table['case']} {table['dtype']}, {table['shape']}, {table['steps']} steps: "
              f"{options.tunes} tunes, {len(set(chosen))} configs, {options.rounds} rounds\n")
        print("| config | tunes | time over the fastest's | 95 % |\n|---|---:|---:|---|")
        for c in sorted(configs, key=lambda c: statistics.median(ratio[c])):
            low, high = interval(ratio[c])
            print(f"| {c}{' (best of the table)' if c == best else ''} | {chosen.count(c)} | "
                  f"{statistics.median(ratio[c]):.4f} | {low:.4f} to {high:.4f} |")
        print(f"\nRegret: median {100 * statistics.median(regret):.2f} %, worst {100 * regret[-1]:.2f} %; "
              f"beyond the intervals: median {100 * statistics.median(sure):.2f} %, worst {100 * sure[-1]:.2f} %")


if __name__ == "__main__":
    main()
