#!/usr/bin/env python3
"""Mutation testing of rooms: see README.md here.

run.py [--sample N] [--seed S] [--left] [--tests TARGET,...] ROOM...    plants, tries, and prints what survived
run.py --report                                                         the figures of every run so far, by room
"""

import argparse
import json
import random
from collections import Counter
from pathlib import Path

import build
import trial

SURVIVORS = Path(__file__).resolve().parent / "survivors.txt"
# Tests that call the library in their own process, cheap ones first; then those that start `prexec`, one at a time.
INSIDE = ["--lib", "wire", "rules", "compiled", "policy_properties", "glob_index", "secret_reads"]
OUTSIDE = ["verbs", "cli", "repository_policy", "guard", "alternatives", "verbs_agree", "asked", "kept"]
# Those that start the executable without a C library, and the rooms that are nowhere else, or differ there.
BARE, OF_BARE = [trial.BARE], ["hook", "guard", "kernel"]
# Seconds of a test of the executable without a C library that is still run: all of them are, for every mutant.
SLOWEST = 20


def room(mutant):
    return mutant["file"].split("/")[1].removesuffix(".rs")


def reasons():
    """The mutants that are known to survive, with the reason. A name stands without its line and column."""
    found = {}
    for line in SURVIVORS.read_text().splitlines():
        if line.strip() and not line.startswith("#"):
            name, _, reason = line.partition(" -- ")
            found[name.strip()] = reason.strip()
    return found


def plain(name):
    """A mutant's name that a moved line does not change."""
    file, _, what = name.partition(": ")
    return f"{file.split(':')[0]}: {what}"


def kept():
    path = build.WORK / "outcomes.json"
    return path, (json.loads(path.read_text()) if path.exists() else {})


def keep(outcomes):
    path, all_of_them = kept()
    path.write_text(json.dumps(all_of_them | outcomes, indent=0))


def forget(rooms, mutants):
    """Drops what earlier runs said of mutants of these rooms that are no more: their text has changed, or their place."""
    path, outcomes = kept()
    names = {m["name"] for m in mutants}
    path.write_text(json.dumps({n: w for n, w in outcomes.items() if n in names or room({"file": n.split(":")[0]}) not in rooms}, indent=0))


def report():
    """One line for each room, and what survived without a reason."""
    known, rooms, open_ones = reasons(), {}, []
    for name, (word, detail) in sorted(kept()[1].items()):
        counts = rooms.setdefault(room({"file": name.split(":")[0]}), Counter())
        if word in ("survived", "unreached") and plain(name) in known:
            word = "explained"
        elif word in ("survived", "unreached"):
            open_ones.append(f"{word:9} {name}")
        counts[word] += 1
    print(f"{'room':12} {'tried':>6} {'killed':>6} {'share':>7} {'explained':>9} {'survived':>8} {'never past':>10} {'refused':>7}")
    for name, c in sorted(rooms.items()):
        tried = c.total() - c["refused"]
        share = 100 * c["killed"] / max(1, tried - c["explained"])
        print(f"{name:12} {tried:6} {c['killed']:6} {share:6.1f}% {c['explained']:9} {c['survived']:8} {c['unreached']:10} {c['refused']:7}")
    print("\n".join(["", *open_ones]))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rooms", nargs="*", metavar="ROOM", help="a directory below src")
    parser.add_argument("--report", action="store_true")
    parser.add_argument("--sample", type=int, metavar="N", help="of each room, N mutants by chance")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--left", action="store_true", help="without those that an earlier run killed, or that are explained")
    parser.add_argument("--tests", help="other test targets than the usual, with commas")
    parser.add_argument("--slowest", type=float, metavar="SECONDS", help="without tests that take longer, of those that are not the cases")
    wanted = parser.parse_args()
    if wanted.report:
        return report()
    build.WORK.mkdir(parents=True, exist_ok=True)
    mutants = []
    for name in wanted.rooms:
        place = f"src/{name}"
        of_room = build.listed([place if (build.ROOT / place).is_dir() else place + ".rs"])
        forget([name], of_room)
        if wanted.sample and wanted.sample < len(of_room):
            of_room = random.Random(wanted.seed).sample(of_room, wanted.sample)
        mutants += of_room
    if wanted.left:
        done, known = kept()[1], reasons()
        mutants = [m for m in mutants if done.get(m["name"], [""])[0] != "killed" and plain(m["name"]) not in known]
    # What only that executable has needs no other build.
    refused = build.plant(mutants, build.CHECKS[1:] if wanted.tests == trial.BARE else build.CHECKS)
    outcomes = {mutants[n - 1]["name"]: ("refused", "-") for n in refused}
    left = [n for n in range(1, len(mutants) + 1) if n not in refused]
    before = {n: kept()[1].get(mutants[n - 1]["name"], [""]) for n in left}
    words = {n: tuple(word) if word[0] == "survived" else ("unreached", "-") for n, word in before.items()}

    def tried(found):
        nonlocal left
        for n, (word, detail) in found.items():
            if word != "unreached" or words[n][0] == "unreached":
                words[n] = (word, detail)
        left = [n for n in left if words[n][0] != "killed"]
        keep(outcomes | {mutants[n - 1]["name"]: w for n, w in words.items()})
        print(f"{len(left)} of {len(mutants) - len(refused)} are left", flush=True)

    if wanted.tests:
        named = wanted.tests.split(",")
        inside, bare = [t for t in named if t in INSIDE], [t for t in named if t in BARE]
        outside = [t for t in named if t not in INSIDE + BARE]
    else:
        inside, outside, bare = INSIDE, OUTSIDE, BARE
        executable = trial.executables(["mutated_cases"])["mutated_cases"]
        tried(trial.cases(executable, left))
    for targets, workers in ((inside, trial.WORKERS), (outside, 1), (bare, 1)):
        for name, executable in (trial.executables(targets) if targets else {}).items():
            print(name, flush=True)
            if name == trial.BARE:
                of_bare = [n for n in left if room(mutants[n - 1]) in OF_BARE]
                tried(trial.tests(name, executable, of_bare, workers, wanted.slowest or SLOWEST))
            else:
                tried(trial.tests(name, executable, left, workers, wanted.slowest))
    report()


if __name__ == "__main__":
    main()
