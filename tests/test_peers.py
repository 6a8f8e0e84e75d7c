#!/usr/bin/env python3
"""test_peers.py - the statistics, the judges and the tables of scripts/peers, on values that are known

SPDX-License-Identifier: MIT

Needs Python alone; what needs NumPy is left out without it.
"""
import json
import math
import os
import pathlib
import sys
import tempfile
import unittest
import unittest.mock

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "bench" / "peers"))
import groups
import report
import stats

try:
    import numpy as np

    import judge
except ImportError:
    np = None


def found_of(rows):
    return {"title": "a title", "dtype": "f64", "shape_xyz": (10, 10, 10), "n": None, "steps": 1,
            "units_a_run": 1000, "unit": "ns a cell", "judge": "ulp", "tolerance": 4, "rounds": 9, "load_before": 0.0,
            "versions": {"x": "1"}, "date": "today", "commit": "abc", "threads": 2, "command": "scripts/peers",
            "compilers": ["cc 1"], "python": "3", "rows": rows}


class Statistics(unittest.TestCase):
    def test_interval_covers_as_promised(self):
        # P(the median of n is outside) = 2 P(B(n, 1/2) < cut) <= 0.05: the largest cut, and no larger one
        for n, cut in (6, 1), (8, 1), (9, 2), (11, 2), (12, 3), (15, 4), (25, 8):
            values = list(range(1, n + 1))
            self.assertEqual(stats.interval(values[::-1]), (cut, n + 1 - cut))

        def outside(n, cut):
            return 2 * sum(math.comb(n, k) for k in range(cut)) / 2**n
        self.assertLessEqual(outside(9, 2), 0.05)
        self.assertGreater(outside(9, 3), 0.05)

    def test_too_few_values_have_no_interval(self):
        self.assertIsNone(stats.interval([1, 2, 3, 4, 5]))

    def test_ratios_are_within_rounds(self):
        # a machine that becomes ten times slower: both peers do, and their ratio stays
        reference = [1.0, 1.0, 1.0, 1.0, 10.0, 10.0, 10.0, 10.0, 10.0]
        found = stats.summary([3 * time for time in reference], reference)
        self.assertEqual(found["ratio_95"], (3.0, 3.0))
        self.assertEqual(found["median_s"], 30.0)
        self.assertEqual(found["ratio"], 3.0)
        self.assertEqual(found["quartiles_s"], [3.0, 30.0])


class Groups(unittest.TestCase):
    def test_units(self):
        wave = next(group for group in groups.groups(False) if group.name == "wave o8 f32")
        self.assertEqual(groups.units(wave), 16 * 512**3)
        self.assertEqual(report.rate({"unit": "GPts/s", "units_a_run": 2e9}, 0.5), 4.0)
        self.assertEqual(report.rate({"unit": "ns a cell", "units_a_run": 1000}, 2.0**-20), 1e6 / 2.0**20)

    def test_names_are_unique(self):
        names = [group.name for group in groups.groups(True)]
        self.assertEqual(len(names), len(set(names)))


class Tables(unittest.TestCase):
    row = {"peer": "slow", "median_s": 2e-6, "quartiles_s": [1e-6, 3e-6], "ratio": 2.0, "ratio_95": [1.5, 2.5],
           "agrees": True, "compared": "3 ULP", "note": "a note"}

    def test_rows(self):
        text = report.table("name", found_of([self.row, {"peer": "gone", "failed": "ImportError: a|b"}]))
        self.assertIn("| slow | 2 | 1–3 | 2 (1.5–2.5) | 3 ULP | a note |", text)
        self.assertIn("| gone | – | – | – | – | did not run: ImportError: a/b |", text)
        self.assertIn("nestune at abc", text)

    def test_a_difference_is_shown(self):
        self.assertIn("**differs:** 3 ULP", report.table("name", found_of([dict(self.row, agrees=False)])))

    def test_a_group_that_was_not_run(self):
        self.assertIn("Not run: no kernel", report.table("name", {"title": "a", "not_run": "no kernel"}))

    def test_other_groups_stay(self):
        with tempfile.TemporaryDirectory() as folder:
            report.write(folder, "here", {"one": found_of([self.row])})
            report.write(folder, "here", {"two": found_of([self.row])})
            report.write(folder, "here", {"one": found_of([dict(self.row, peer="new")])})
            with open(os.path.join(folder, "here", "peers.json")) as file:
                kept = json.load(file)
            self.assertEqual(sorted(os.listdir(os.path.join(folder, "here"))), ["peers.json", "peers.md"])
        self.assertEqual([kept["groups"][name]["rows"][0]["peer"] for name in ("one", "two")], ["new", "slow"])

    def test_groups_of_another_format_go(self):
        with tempfile.TemporaryDirectory() as folder:
            os.mkdir(os.path.join(folder, "here"))
            with open(os.path.join(folder, "here", "peers.json"), "w") as file:
                json.dump({"groups": {"old": {"title": "of an older version"}}}, file)
            report.write(folder, "here", {"one": found_of([self.row])})
            with open(os.path.join(folder, "here", "peers.json")) as file:
                self.assertEqual(list(json.load(file)["groups"]), ["one"])


@unittest.skipIf(np is None, "no NumPy")
class Judges(unittest.TestCase):
    def test_ulp(self):
        a = np.full((2, 3, 4), 0.75)
        b = a.copy()
        b[1, 2, 3] = np.nextafter(np.nextafter(0.75, 1), 1)
        self.assertEqual(judge.ulp(a, a)[0], 0)
        self.assertEqual(judge.ulp(b, a)[0], 2)

    def test_zeros_agree_where_denormals_are_zero(self):
        a = np.zeros((1, 2, 2), np.float32)
        with unittest.mock.patch.object(np, "spacing", return_value=np.float32(0)):
            self.assertEqual(judge.ulp(a, a)[0], 0)

    def test_nan_is_infinitely_far(self):
        a = np.full((2, 3, 4), 0.75, np.float32)
        b = a.copy()
        b[0, 0, 0] = np.nan
        self.assertEqual(judge.ulp(b, a)[0], math.inf)
        self.assertEqual(judge.relative(b, a)[0], math.inf)

    def test_relative(self):
        a = np.zeros((2, 3, 4))
        a[0, 0, 0] = -4
        b = a.copy()
        b[1, 1, 1] = 0.5
        self.assertEqual(judge.relative(b, a)[0], 0.125)

    def test_another_shape_is_refused(self):
        with self.assertRaises(ValueError):
            judge.ulp(np.zeros((2, 2, 2)), np.zeros((2, 2, 3)))

    def test_pi_and_counts(self):
        self.assertAlmostEqual(judge.pi(math.pi + 1.6421e-4, 10**8)[0], 1, places=3)
        self.assertEqual((judge.equal(5, np.array(5))[0], judge.equal(5, np.array(6))[0]), (0, 1))


if __name__ == "__main__":
    unittest.main()
