"""Makes the build in which every mutant of a list stands behind a switch."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WORK = Path(os.environ.get("MUTANTS_WORK", ROOT / "target/mutants"))
TREE = WORK / "tree"
TARGET = WORK / "target"
SWITCH_FILE = WORK / "switch"
HERE = Path(__file__).resolve().parent
FEATURES = ["--features", "fault-injection"]


def environment(**more):
    """The environment of a build: the switch's file is a part of it. Trials take far longer than the build does."""
    made = {"CARGO_TARGET_DIR": str(TARGET), "MUTANT_FILE": str(SWITCH_FILE), "CARGO_PROFILE_DEV_OPT_LEVEL": "1"}
    return {**os.environ, **made, **more}


def listed(prefixes):
    """What `cargo mutants` finds below the prefixes."""
    command = ["cargo", "mutants", "--list", "--json"]
    for prefix in prefixes:
        command += ["-f", prefix if prefix.endswith(".rs") else prefix + "/**"]
    out = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    # It knows tests by `cfg(test)` alone, not by `cfg(all(test, ...))`.
    code = [m for m in json.loads(out) if "/tests/" not in m["file"] and not m["file"].endswith("tests.rs")]
    return [{k: m[k] for k in ("file", "function", "genre", "name", "replacement", "span")} for m in code]


def copy(mutants):
    """The tree without what is planted: a file that is the same keeps its time, so that it is not compiled again."""
    planted = {m["file"] for m in mutants}
    names = subprocess.run(["git", "ls-files", "-z", "-co", "--exclude-standard"], cwd=ROOT, check=True, capture_output=True)
    wanted = set(names.stdout.decode().split("\0")) - {""}
    texts = {
        "src/lib.rs": lambda t: t.replace("#![deny(unsafe_code)]", "#![allow(warnings, unconditional_panic, arithmetic_overflow)]\npub mod mutation;"),
        "Cargo.toml": lambda t: t[: t.index("[lints.rust]")].replace('debug = "line-tables-only"', "debug = 0")
        + '\n[[test]]\nname = "mutated_cases"\nharness = false\nrequired-features = ["admin"]\n',
    }
    extra = {"src/mutation.rs": HERE / "switch.rs", "tests/mutated_cases.rs": HERE / "cases.rs"}
    for name in sorted(wanted - planted - {n for n in wanted if not (ROOT / n).is_file()} | set(extra)):
        source = extra.get(name, ROOT / name)
        data = source.read_bytes()
        if name in texts:
            data = texts[name](data.decode()).encode()
        to = TREE / name
        if not to.exists() or to.read_bytes() != data:
            to.parent.mkdir(parents=True, exist_ok=True)
            to.write_bytes(data)
            shutil.copymode(source, to)
    for file in planted:
        (TREE / file).parent.mkdir(parents=True, exist_ok=True)
    for old in TREE.rglob("*"):
        name = str(old.relative_to(TREE))
        if old.is_file() and name.split("/")[0] in ("src", "tests") and name not in wanted | set(extra) and not name.startswith("tests/codex") and not name.startswith("tests/claude"):
            old.unlink()


def guilty(message, spans, mutants):
    """The mutants behind an error of the compiler."""
    numbers = set()
    code = (message.get("code") or {}).get("code")
    if code in ("E0015", "E0658", "E0493"):
        # A function that a constant calls: what is wrong is that it is no longer `const`.
        names = re.findall(r"`([^`]+)`", message["message"])
        for number, m in enumerate(mutants, 1):
            function = (m["function"] or {}).get("function_name", "")
            if any(name.split("::")[-1] == function.split("::")[-1] for name in names):
                numbers.add(number)
        if numbers:
            return numbers
    if code == "E0004":
        numbers.update(int(n) for n in re.findall(r"mutation::on\((\d+)\)", message["rendered"]))
        if numbers:
            return numbers
        at = message["spans"][0]
        arms = [r for r in spans.get(at["file_name"], []) if r[0] > at["byte_start"] and any(mutants[n - 1]["genre"] == "MatchArm" for n in r[2])]
        if arms:
            return set(min(arms)[2])
    for span in sorted(message["spans"], key=lambda s: not s["is_primary"]):
        around = [r for r in spans.get(span["file_name"], []) if r[0] <= span["byte_start"] and span["byte_end"] <= r[1]]
        if around:
            return set(min(around, key=lambda r: r[1] - r[0])[2])
    return {int(n) for n in re.findall(r"mutation::on\((\d+)\)", message["rendered"])}


# With the standard library, and as the executable without a C library is built.
CHECKS = (("check", "--lib"), ("check", "--lib", "--no-default-features"))


def plant(mutants, checks=CHECKS, rounds=30):
    """Plants what the compiler takes; gives the numbers of the rest."""
    # Some that the compiler does not take only because of how they are planted count as untaken too: see README.md.
    WORK.mkdir(parents=True, exist_ok=True)
    (WORK / "list.json").write_text(json.dumps(mutants))
    planter = ROOT / "tests/mutants/plant"
    subprocess.run(["cargo", "build", "--quiet", "--release", "--manifest-path", planter / "Cargo.toml", "--target-dir", WORK / "plant"], check=True)
    copy(mutants)
    refused = set()
    kept = WORK / "refused.json"
    if kept.exists():
        names = set(json.loads(kept.read_text()))
        refused = {n for n, m in enumerate(mutants, 1) if m["name"] in names}
    for turn in range(rounds):
        (WORK / "refused").write_text(" ".join(map(str, sorted(refused))))
        subprocess.run([WORK / "plant/release/plant", WORK / "list.json", ROOT, TREE, WORK / "refused", WORK / "map.json"], check=True)
        spans = json.loads((WORK / "map.json").read_text())
        for check in checks:
            done = subprocess.run(["cargo", *check, "--message-format=json"], cwd=TREE, env=environment(), capture_output=True, text=True)
            if done.returncode != 0:
                break
        bad, unclear = set(), []
        for line in done.stdout.splitlines():
            message = json.loads(line).get("message") if line.startswith("{") else None
            if not isinstance(message, dict) or message.get("level") != "error" or not message["spans"]:
                continue
            found = guilty(message, spans["files"], mutants) - refused
            bad |= found
            if not found:
                unclear.append(message["rendered"])
        print(f"round {turn}: {len(bad)} not taken by the compiler, {len(unclear)} errors unclear", flush=True)
        if done.returncode == 0:
            kept.write_text(json.dumps(sorted(mutants[n - 1]["name"] for n in refused), indent=0))
            return refused | set(spans["unplanted"])
        if not bad:
            raise SystemExit("\n".join(unclear[:5]) + done.stderr[-2000:])
        refused |= bad
    raise SystemExit("the compiler still refuses; raise `rounds`")
