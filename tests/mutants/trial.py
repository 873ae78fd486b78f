"""Tries mutants with the build's tests: each with those tests alone that come past it."""

import json
import os
import struct
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

from build import FEATURES, ROOT, SWITCH_FILE, TARGET, TREE, WORK, environment

# Seconds that the tests of one mutant have, for each second that they take without it, and at least.
FACTOR, LEAST = 10, 30
# Mutants that are tried at the same time.
WORKERS = int(os.environ.get("MUTANTS_WORKERS", "2"))
# How many tests one process is given at first: the first that fails ends the trial.
FIRST = 6
# Tests of the executable without a C library; those of them that take minutes; what stands before the number in its file.
BARE, LONG = "bare", ["same::every_case_gets_the_same_answer", "same::every_row_of_the_corpora_gets_the_same_answer"]
SIGN = struct.pack("<Q", 0x6D7574616E742023)


def executables(targets):
    """Builds test targets, `--lib` or a name; gives the path of each, in this order."""
    if targets == [BARE]:
        # Held against `prexec` as it is.
        tree, environ = ROOT, os.environ
    else:
        tree, environ = TREE, environment()
    command = ["cargo", "test", "--no-run", "--message-format=json", *FEATURES]
    for target in targets:
        command += [target] if target.startswith("--") else ["--test", target]
    done = subprocess.run(command, cwd=tree, env=environ, stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        raise SystemExit("the build fails")
    rows = (json.loads(line) for line in done.stdout.splitlines() if line.startswith("{"))
    built = {r["target"]["name"]: r["executable"] for r in rows if r.get("executable") and r["profile"]["test"]}
    names = ["prexec" if target == "--lib" else target for target in targets]
    return {name: built[name] for name in names}


def bare_hook():
    """Builds the executable without a C library."""
    command = ["cargo", "build", "--quiet", "--profile=hook", "--no-default-features", "--bin=prexec-hook"]
    if subprocess.run(command, cwd=TREE, env=environment()).returncode != 0:
        raise SystemExit("the executable without a C library cannot be built")


def bare_with(number):
    """What shows tests that executable with a mutant on."""
    if not number:
        bare_hook()
    data = (TARGET / "hook/prexec-hook").read_bytes()
    at = data.index(SIGN) + len(SIGN)
    path = WORK / "prexec-hook"
    path.unlink(missing_ok=True)
    path.write_bytes(data[:at] + struct.pack("<Q", number) + data[at + 8 :])
    path.chmod(0o755)
    return {"PREXEC_BARE_HOOK": str(path)}


def cases(executable, numbers, name="cases"):
    """What the cases make of mutants: number => (word, detail)."""
    (WORK / f"wanted-{name}").write_text(" ".join(map(str, numbers)))
    environ = environment(WANTED=str(WORK / f"wanted-{name}"), RESULTS=str(WORK / f"results-{name}"))
    subprocess.run([executable], cwd=TREE, env=environ, check=True)
    rows = (line.split(" ", 2) for line in (WORK / f"results-{name}").read_text().splitlines())
    return {int(number): (word, detail) for number, word, detail in rows}


def run(executable, tests, limit, **more):
    command = [executable, "--exact", "--test-threads=1", *tests]
    environ = environment(CARGO_MANIFEST_DIR=str(TREE), PROPTEST_FAILURE_PERSISTENCE="off", PREXEC_CASES="16", **more)
    start = time.monotonic()
    try:
        done = subprocess.run(command, cwd=TREE, env=environ, timeout=limit, capture_output=True, stdin=subprocess.DEVNULL)
    except subprocess.TimeoutExpired:
        return "time", limit
    return ("passes" if done.returncode == 0 else "fails"), time.monotonic() - start


def reach(name, executable, workers):
    """For each test that passes: the mutants that it comes past, and how long it takes."""
    kept = WORK / f"reach-{name}.json"
    stamp = os.stat(executable).st_mtime_ns
    if kept.exists() and json.loads(kept.read_text())["stamp"] == stamp:
        return json.loads(kept.read_text())["tests"]
    out = subprocess.run([executable, "--list"], cwd=TREE, capture_output=True, text=True, check=True).stdout
    tests = [line[: -len(": test")] for line in out.splitlines() if line.endswith(": test")]
    if name == BARE:
        tests = [test for test in tests if test not in LONG]

    hook = bare_with(0) if name == BARE else None

    def one(index):
        if hook:
            # It cannot tell what it comes past.
            word, seconds = run(executable, [tests[index]], 300, **hook)
            return word, seconds, None
        log = WORK / f"reach-{name}-{index}"
        log.unlink(missing_ok=True)
        if workers == 1:
            SWITCH_FILE.write_text(f"reach {log}")
        word, seconds = run(executable, [tests[index]], 300, MUTANT_UNDER_TEST=f"reach {log}")
        data = log.read_bytes() if log.exists() else b""
        log.unlink(missing_ok=True)
        return word, seconds, sorted(set(struct.unpack(f"<{len(data) // 4}I", data[: len(data) // 4 * 4])))

    with ThreadPoolExecutor(workers) as pool:
        found = dict(zip(tests, pool.map(one, range(len(tests)))))
    SWITCH_FILE.unlink(missing_ok=True)
    broken = [test for test, (word, _, _) in found.items() if word != "passes"]
    if broken:
        print(f"{name}: left out, for they do not pass without a mutant: {broken}", flush=True)
    found = {test: (seconds, numbers) for test, (word, seconds, numbers) in found.items() if word == "passes"}
    kept.write_text(json.dumps({"stamp": stamp, "tests": found}))
    return found


def tests(name, executable, numbers, workers=WORKERS, slowest=None, say=lambda number, result: None):
    """What the tests of an executable make of mutants; one worker where they start processes of another environment.

    `slowest`: the seconds of a test that is still run. `say` hears of every mutant when it is done.
    """
    found = reach(name, executable, workers)
    found = {test: row for test, row in found.items() if slowest is None or row[0] <= slowest}

    def one(number):
        result = trial(number)
        say(number, result)
        return result

    def trial(number):
        mine = sorted((seconds, test) for test, (seconds, reached) in found.items() if reached is None or number in reached)
        if not mine:
            return "unreached", "-"
        switch = bare_with(number) if name == BARE else {"MUTANT_UNDER_TEST": str(number)}
        if workers == 1 and name != BARE:
            SWITCH_FILE.write_text(str(number))
        for part in (mine[:FIRST], mine[FIRST:]):
            limit = max(LEAST, FACTOR * sum(seconds for seconds, _ in part))
            word = run(executable, [t for _, t in part], limit, **switch)[0] if part else "passes"
            if word != "passes":
                return "killed", f"{name} {part[0][1]} or another of {len(part)}" + (" time" if word == "time" else "")
        return "survived", str(len(mine))

    with ThreadPoolExecutor(workers) as pool:
        results = dict(zip(numbers, pool.map(one, numbers)))
    SWITCH_FILE.unlink(missing_ok=True)
    return results
