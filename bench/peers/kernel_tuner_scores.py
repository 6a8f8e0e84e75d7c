#!/usr/bin/env python3
"""kernel_tuner_scores.py - the search strategies of Kernel Tuner beside nestune's, replayed from the same complete tables

kernel_tuner_scores.py [--seeds N] [--budget PART] [--strategies LIST] [--autotune PROGRAM] TABLE...

A table comes from `autotune simulate --record`.  It is written in Kernel Tuner's cache format, and Kernel Tuner's own
simulation mode replays it, with the same number of configs that a search may try.  The measure P is that of
`autotune simulate`: 0 for drawing at random, 1 for the best config; when the budget is spent, and the mean on the way.  Needs kernel_tuner from
PyPI (bench/peers/requirements.txt); prints Markdown.
SPDX-License-Identifier: MIT
"""
import argparse
import contextlib
import io
import json
import math
import os
import random
import statistics
import subprocess
import sys
import tempfile

# Those that Kernel Tuner's documentation lists and that need no further package.
STRATEGIES = ["random_sample", "greedy_ils", "greedy_mls", "ordered_greedy_mls", "mls", "genetic_algorithm", "diff_evo",
              "pso", "firefly_algorithm", "simulated_annealing", "basinhopping", "dual_annealing", "minimize", "bayes_opt"]


def keys_of(text):
    """The keys of a config's text; a tile is three keys."""
    keys = {}
    for word in text.split(","):
        key, value = word.split("=")
        if key == "tile":
            for axis, cells in zip("xyz", value.split("x")):
                keys["tile_" + axis] = int(cells)
        else:
            keys[key] = int(value) if value.isdigit() else value
    return keys


def read_table(path):
    with open(path, encoding="utf-8") as file:
        table = json.load(file)
    configs = [keys_of(text) for text, _, _ in table["entries"]]
    ratios = [ratio for _, ratio, _ in table["entries"]]
    names = [k for k in configs[0] if len({str(c[k]) for c in configs}) > 1]
    table["params"] = {k: sorted({c[k] for c in configs}, key=lambda v: (isinstance(v, str), v)) for k in names}
    table["rows"] = {tuple(c[k] for k in names): r for c, r in zip(configs, ratios)}
    return table


def write_cache(table, path):
    """Kernel Tuner's cache: a failed config has the text of an error in place of a time."""
    names = list(table["params"])
    entries = {}
    for values, ratio in table["rows"].items():
        entry = dict(zip(names, values))
        entry.update(time=ratio if ratio is not None else "RuntimeFailedConfig", times=[ratio], compile_time=0,
                     verification_time=0, benchmark_time=ratio or 0, strategy_time=0, framework_time=0,
                     timestamp="2026-01-01 00:00:00+00:00")
        entries[",".join(str(v) for v in values)] = entry
    cache = {"device_name": "table", "kernel_name": table["kernel"], "problem_size": table["shape"],
             "tune_params_keys": names, "tune_params": table["params"], "objective": "time", "cache": entries}
    with open(path, "w", encoding="utf-8") as file:
        json.dump(cache, file)


def course(tune_kernel, table, cache, strategy, budget, seed):
    """The best ratio so far after each distinct config; the last one is kept if the search ends early."""
    import numpy
    random.seed(seed)
    numpy.random.seed(seed)
    rows, names = table["rows"], list(table["params"])

    def is_in_table(params):
        return tuple(params[k] for k in names) in rows

    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        results, _ = tune_kernel(
            table["kernel"], "void " + table["kernel"] + "() {}", table["shape"], [], table["params"],
            restrictions=is_in_table, strategy=strategy,
            strategy_options={"max_fevals": budget}, simulation_mode=True, cache=cache, lang="C")
    best, seen, least = [], set(), float("inf")
    for result in results:
        values = tuple(result[k] for k in names)
        if values in seen:
            continue
        seen.add(values)
        least = min(least, rows[values] or float("inf"))
        best.append(least)
    worst = max(r for r in rows.values() if r)
    best = [min(b, worst) for b in best[:budget]] or [worst]
    return best + best[-1:] * (budget - len(best))


def scores(courses, ratios):
    """Median and least speed at the end of the budget, as parts of the best; P then, and its mean."""
    ratios = sorted(ratios)
    n, budget = len(ratios), len(courses[0])
    p = []
    for b in range(budget):
        place = math.floor((n + 1) / (b + 2) + 0.5)
        chance = ratios[min(max(place, 1), n) - 1]
        mean = statistics.mean(c[b] for c in courses)
        p.append((chance - mean) / (chance - ratios[0]) if chance > ratios[0] else 1)
    last = sorted(c[-1] for c in courses)
    return ratios[0] / last[len(last) // 2], ratios[0] / last[-1], p[-1], statistics.mean(p)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tables", nargs="+", metavar="TABLE")
    parser.add_argument("--seeds", type=int, default=100)
    parser.add_argument("--budget", type=float, default=0.02)
    parser.add_argument("--strategies", default=",".join(STRATEGIES))
    parser.add_argument("--autotune", default=os.path.join(os.path.dirname(__file__), "../../build/bin/autotune"))
    options = parser.parse_args()
    try:
        import kernel_tuner
    except ImportError:
        sys.exit("kernel_tuner_scores.py: kernel_tuner is not installed: pip install -r bench/peers/requirements.txt")
    for path in options.tables:
        table = read_table(path)
        good = [r for r in table["rows"].values() if r]
        ours = json.loads(subprocess.run([options.autotune, "simulate", "--json", f"--seeds={options.seeds}",
                                          f"--budget={options.budget}", path], check=True, capture_output=True).stdout)[0]
        budget = ours["budget"]
        lines = [("nestune " + s["strategy"], s["median_speed"][-1], s["worst_speed"][-1], s["p"][-1], s["mean_p"])
                 for s in ours["scores"]]
        with tempfile.TemporaryDirectory() as folder:
            cache = os.path.join(folder, "cache.json")
            for strategy in options.strategies.split(","):
                try:
                    courses = []
                    for seed in range(1, options.seeds + 1):
                        write_cache(table, cache)
                        courses.append(course(kernel_tuner.tune_kernel, table, cache, strategy, budget, seed))
                    lines.append(("Kernel Tuner " + strategy, *scores(courses, good)))
                except Exception as error:  # a strategy that fails is named, and the others are scored
                    print(f"{strategy}: {type(error).__name__}: {error}", file=sys.stderr)
                print(f"{table['kernel']}: {strategy}", file=sys.stderr)
        print(f"\n{table['kernel']} {table['case']} {table['dtype']}, {table['shape']}, {table['steps']} steps, on "
              f"{table['machine']}: {budget} of {len(table['rows'])} configs, {options.seeds} seeds\n")
        print("| strategy | speed, median (% of the best) | worst | P | mean P |\n|---|---:|---:|---:|---:|")
        for name, median, worst, p, mean in sorted(lines, key=lambda line: -line[3]):
            print(f"| {name} | {100 * median:.1f} | {100 * worst:.1f} | {p:.2f} | {mean:.2f} |")


if __name__ == "__main__":
    main()
