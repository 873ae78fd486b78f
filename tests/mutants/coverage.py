#!/usr/bin/env python3
"""Line coverage by room: coverage.py [TARGET...] [-- ARGUMENT...]; a target is `--lib` or the name of a test.

The arguments go to every test, for instance `-- --skip linear` to leave out tests of speed.

Needs `rustup component add llvm-tools`. The figures are of the code that the build with every feature holds, without tests.
"""

import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WORK = Path(os.environ.get("COVERAGE_WORK", ROOT / "target/coverage"))
USUAL = ["--lib", "cases", "rules", "policy_properties", "verbs", "verbs_agree", "cli", "guard", "compiled"]


def tool(name):
    root = subprocess.run(["rustc", "--print", "sysroot"], check=True, capture_output=True, text=True).stdout.strip()
    host = subprocess.run(["rustc", "-vV"], check=True, capture_output=True, text=True).stdout.split("host: ")[1].split()[0]
    path = Path(root, "lib/rustlib", host, "bin", name)
    if not path.exists():
        raise SystemExit(f"{name} is not in the toolchain: run `rustup component add llvm-tools`")
    return path


def main():
    at = sys.argv.index("--") if "--" in sys.argv else len(sys.argv)
    targets, arguments = sys.argv[1:at] or USUAL, sys.argv[at + 1 :]
    profdata, cov = tool("llvm-profdata"), tool("llvm-cov")
    counts = WORK / "counts"
    shutil.rmtree(counts, ignore_errors=True)
    counts.mkdir(parents=True)
    environment = {**os.environ, "RUSTC_WORKSPACE_WRAPPER": str(ROOT / "tests/mutants/instrumented.sh"), "LLVM_PROFILE_FILE": "/dev/null"}
    environment.setdefault("CARGO_TARGET_DIR", str(WORK))
    command = ["cargo", "test", "--features", "fault-injection", "--no-run", "--message-format=json"]
    for target in targets:
        command += [target] if target.startswith("--") else ["--test", target]
    done = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        raise SystemExit("the build fails")
    rows = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    built = [r for r in rows if r.get("executable")]
    environment["LLVM_PROFILE_FILE"] = str(counts / "%m-%p.profraw")
    for row in built:
        if row["profile"]["test"]:
            test = subprocess.run([row["executable"], *arguments], cwd=ROOT, env=environment, capture_output=True, text=True)
            print(row["target"]["name"], [line for line in test.stdout.splitlines() if line.startswith("test result")], flush=True)
    together = WORK / "all.profdata"
    (WORK / "files").write_text("".join(f"{p}\n" for p in counts.glob("*.profraw") if p.stat().st_size))
    subprocess.run([profdata, "merge", "-sparse", "--failure-mode=warn", "-f", WORK / "files", "-o", together], check=True)
    objects = [a for row in built for a in ("-object", row["executable"])][1:]
    out = subprocess.run([cov, "export", "-summary-only", f"-instr-profile={together}", *objects], check=True, capture_output=True, text=True)
    rooms = {}
    for file in json.loads(out.stdout)["data"][0]["files"]:
        name = os.path.relpath(file["filename"], ROOT)
        if name.startswith("src/") and "tests" not in name:
            lines = file["summary"]["lines"]
            rooms.setdefault(name.split("/")[1], Counter()).update(lines=lines["count"], covered=lines["covered"])
    for room, c in sorted(rooms.items(), key=lambda r: -r[1]["lines"]) + [("all", sum(rooms.values(), Counter()))]:
        print(f"{room:16} {c['covered']:6} of {c['lines']:6} lines {100 * c['covered'] / max(1, c['lines']):6.1f} %")


if __name__ == "__main__":
    main()
