"""report.py - the tables, and the files peers.json and peers.md

SPDX-License-Identifier: MIT

peers.json holds a member for each group; a run replaces the groups that it timed and leaves the others, and those that
it could not run, but for those of another FORMAT, which are dropped.
"""
import json
import os

FORMAT = 1
TOLERANCES = {"ulp": "%g ULP of nestune's value", "relative": "%g of the largest value",
              "pi": "%g standard deviations from pi", "equal": "the same count"}


def by(shape):
    return "×".join(str(n) for n in shape)


def rate(found, seconds):
    """A time in the group's unit."""
    if found["unit"] == "GPts/s":
        return found["units_a_run"] / seconds / 1e9
    return seconds / found["units_a_run"] * 1e9


def number(value):
    return "%.3g" % value if value < 100 else "%.0f" % value


def row_text(found, row):
    if "failed" in row:
        return "| %s | – | – | – | – | did not run: %s |" % (row["peer"], row["failed"].replace("|", "/"))
    spread = sorted(rate(found, seconds) for seconds in row["quartiles_s"])
    ratio = number(row["ratio"])
    if row["ratio_95"]:
        ratio += " (%s–%s)" % tuple(number(end) for end in row["ratio_95"])
    return "| %s | %s | %s–%s | %s | %s | %s |" % (
        row["peer"], number(rate(found, row["median_s"])), number(spread[0]), number(spread[1]), ratio,
        ("" if row["agrees"] else "**differs:** ") + row["compared"], row["note"].replace("|", "/"))


def size_text(found):
    if found["n"]:
        return "n = {:,}".format(found["n"])
    steps = ", %d steps" % found["steps"] if found["steps"] > 1 else ""
    return "%s, %s%s" % (by(found["shape_xyz"]), found["dtype"], steps)


def table(name, found):
    head = "## %s: %s\n\n" % (name, found["title"])
    if "not_run" in found:
        return head + "Not run: %s.\n" % found["not_run"]
    tolerance = TOLERANCES[found["judge"]]
    if "%" in tolerance:
        tolerance %= found["tolerance"]
    lines = [head + "%s, %d threads.  Tolerance: %s.\n" % (size_text(found), found["threads"], tolerance),
             "| peer | %s | quartiles | time / nestune's (95 %%) | compared | |" % found["unit"],
             "|---|---|---|---|---|---|"]
    lines += [row_text(found, row) for row in found["rows"]]
    versions = ", ".join("%s %s" % item for item in found["versions"].items())
    lines.append("\n%s; %d rounds, load before %.1f; nestune at %s; Python %s, %s; %s.\n`%s`\n" % (
        found["date"], found["rounds"], found["load_before"], found["commit"], found["python"], versions,
        ", ".join(found["compilers"]), found["command"]))
    return "\n".join(lines)


HEAD = """# nestune beside other tools, on %s

Each round runs every peer once, in random order, each in a process of its own; the numbers are medians over the
rounds.  The input is restored before each run, outside the clock.  A ratio of 2 means that the peer takes twice
nestune's time; it is the median of the ratios within a round, in brackets its 95 %% interval.  The last column says with
which settings, or why a peer did not run.  `scripts/peers` makes this file.

"""


def write(out, machine, fresh):
    folder = os.path.join(out, machine)
    os.makedirs(folder, exist_ok=True)
    path = os.path.join(folder, "peers.json")
    groups = {}
    if os.path.exists(path):
        with open(path) as old:
            found = json.load(old)
        groups = found["groups"] if found.get("format") == FORMAT else {}
    groups.update((name, found) for name, found in fresh.items() if "not_run" not in found or name not in groups)
    data = {"format": FORMAT, "machine": machine, "groups": groups}
    texts = {"peers.json": json.dumps(data, indent=1, ensure_ascii=False) + "\n",
             "peers.md": HEAD % machine + "\n".join(table(name, found) for name, found in groups.items())}
    for name, text in texts.items():
        with open(os.path.join(folder, name + ".tmp"), "w") as new:
            new.write(text)
        os.replace(new.name, os.path.join(folder, name))
