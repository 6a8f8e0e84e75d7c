"""child.py - one peer in a process of its own: it holds its arrays and answers a line for each line

SPDX-License-Identifier: MIT

    child.py MODULE PEER PROBLEM

PROBLEM is JSON (see compare.py).  The first answer comes when the peer is ready: compiled, and run once.  Then
"run" answers the seconds of one run; the end of its input ends it.  Each answer is a line of JSON; what the peer
itself prints goes to stderr.
"""
import importlib
import json
import os
import sys
import time
import warnings


def timed_run(peer):
    peer.restore()
    start = time.perf_counter()
    own_s = peer.run()
    return time.perf_counter() - start if own_s is None else own_s


def compared(peer, problem):
    """(difference, text) from the reference, which nestune's child writes."""
    import numpy as np

    import judge
    result = peer.result()
    if problem["judge"] == "pi":
        return judge.pi(result, problem["n"])
    if problem["write"]:
        np.save(problem["reference"], result)
    reference = np.load(problem["reference"], mmap_mode="r" if np.ndim(result) else None)
    return getattr(judge, problem["judge"])(result, reference)


def ready(module, name, problem):
    peer = getattr(importlib.import_module(module), problem["table"])[name](problem)
    timed_run(peer)
    difference, text = compared(peer, problem)
    return peer, {"difference": difference, "compared": text, "versions": peer.versions, "note": peer.note,
                  "detail": peer.detail}


def main():
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    module, name, problem = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
    warnings.simplefilter("ignore")
    os.sched_setaffinity(0, problem["cpus"])
    try:
        peer, answer = ready(module, name, problem)
    except Exception as error: # any reason why a peer does not run belongs in the table
        lines = str(error).strip().splitlines() or [""]
        answers.write(json.dumps({"failed": "%s: %s" % (type(error).__name__, lines[0][:160])}) + "\n")
        return
    answers.write(json.dumps(answer) + "\n")
    for _ in sys.stdin:
        answers.write(json.dumps({"seconds": timed_run(peer)}) + "\n")


if __name__ == "__main__":
    main()
