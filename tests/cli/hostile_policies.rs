//! Policies that would eat the machine: they end soon, as policies that do not load, and the message names the file.

use crate::harness::Place;
use std::time::{Duration, Instant};

/// How soon the verbs for people are done; the interpreter is some twenty times slower without optimisation.
const SOON: Duration = Duration::from_secs(if cfg!(debug_assertions) { 10 } else { 3 });
/// How soon the hook is: its deadline of a second holds in any build.
const HOOK: Duration = Duration::from_secs(3);

/// What is done, and by which text.
const HOSTILE: &[(&str, &str)] = &[
    ("loops", "def f():\n    for i in range(10000):\n        for j in range(10000):\n            pass\nf()\n"),
    ("list * n", "x = [0] * 1000000000\n"),
    ("list *= n", "def f():\n    x = [0] * 1000000\n    x *= 8000\nf()\n"),
    ("s + s", "s = 'x'\nfor i in range(60):\n    s = s + s\n"),
    ("s *= 1000", "def f():\n    s = 'x'\n    for i in range(60):\n        s *= 1000\nf()\n"),
    ("s *= 8000, large", "def f():\n    s = 'x' * 1000000\n    s *= 8000\nf()\n"),
    ("replace in a loop", "s = 'xx'\nfor i in range(60):\n    s = s.replace('x', s)\n"),
    ("replace, large", "s = 'x' * 100000\nt = s.replace('x', s)\n"),
    ("join", "s = 'x' * 1000000\nt = s.join([''] * 9000)\n"),
    ("join of many", "s = 'x' * 5000\nt = s.join([''] * 2000000)\n"),
    ("format", "s = 'x' * 1000000\nt = ('{0}' * 9000).format(s)\n"),
    ("%", "s = 'x' * 1000000\nt = ('%s' * 9000) % tuple([s] * 9000)\n"),
    ("comprehension of texts", "x = ['x' * 1000000 + str(i) for i in range(9000)]\n"),
    ("comprehension of lists", "x = [[i] * 2000000 for i in range(9000)]\n"),
    ("comprehension that extends", "l = [1]\nx = [l.extend(l) for i in range(60)]\n"),
    ("dict comprehension", "x = {i: 'x' * 100000 for i in range(500000)}\n"),
    ("list of a range", "x = [list(range(9999999)) for i in range(100)]\n"),
    ("sorted", "x = [sorted(range(9999999)) for i in range(100)]\n"),
    ("split", "x = ('a,' * 8000000).split(',')\n"),
    ("elems", "x = list(('a' * 16000000).elems())\n"),
    ("repr", "s = 'x' * 16000000\nx = [repr(s) for i in range(1000)]\n"),
    ("integers", "def f():\n    x = 1 << 511\n    for i in range(60):\n        x *= x\nf()\n"),
    // Hashing goes down the levels by recursion, in an unoptimised build off the end of the stack.
    (
        "nested values",
        "def f():\n    x = 1\n    for i in range(990000):\n        x = (x,)\n    return x\nz = {f(): 1}\nfail('at last')\n",
    ),
    ("recursion", "def f():\n    f()\nf()\n"),
    ("nested text", ""),
];

#[test]
fn they_end_soon_and_are_named() {
    let place = Place::new();
    let call = place.shell("true");
    for (index, (what, text)) in HOSTILE.iter().enumerate() {
        let name = format!("hostile-{index}.rules");
        let million = "(".repeat(1_000_000);
        place.write(&name, if text.is_empty() { &million } else { text });
        let start = Instant::now();
        let hook = place.run(&["hook", "--policy", &name], &call);
        assert!(start.elapsed() < HOOK, "{what}: the hook took {:?}", start.elapsed());
        hook.assert_blocks(what);
        assert!(hook.stderr.contains(&name), "{what}: {}", hook.stderr);
        // The verbs for people load in the same way; taking turns keeps the test short.
        let verb = ["check", "explain"][index % 2];
        let start = Instant::now();
        let ended = place.run(&[verb, "--policy", &name, "true"], b"");
        assert!(start.elapsed() < SOON, "{what}: {verb} took {:?}", start.elapsed());
        assert_eq!((ended.status, ended.stdout.as_str()), (Some(4), ""), "{what}: {ended:?}");
        assert!(ended.stderr.contains(&name), "{what}: {}", ended.stderr);
    }
}

/// The file that is named is the one that is at fault, also after another one that it includes.
#[test]
fn the_file_at_fault_is_named() {
    let place = Place::new();
    let grow = "def f():\n    s = 'x' * 1000000\n    s *= 8000\n    return s\n";
    place.write("harmless.rules", "A = 1\nprefix_rule(pattern = [\"true\"])\n");
    place.write("harmful.rules", &format!("{grow}f()\n"));
    place.write("after.rules", &format!("include(\"./harmless.rules\")\n{grow}f()\n"));
    place.write("loads.rules", &format!("load(\"./harmless.rules\", \"A\")\n{grow}f()\n"));
    place.write("inside.rules", "include(\"./harmful.rules\")\n");
    for (policy, named, other) in [
        ("after.rules", "`after.rules`", "harmless"),
        ("loads.rules", "`loads.rules`", "harmless"),
        ("inside.rules", "harmful.rules`", "inside"),
    ] {
        let ended = place.run(&["check", "--policy", policy, "true"], b"");
        assert_eq!(ended.status, Some(4), "{policy}: {ended:?}");
        assert!(
            ended.stderr.contains("out of memory (limit 512 MiB) while loading policy"),
            "{policy}: {}",
            ended.stderr
        );
        assert!(ended.stderr.contains(named) && !ended.stderr.contains(other), "{policy}: {}", ended.stderr);
    }
}

/// The bounds hold for loading only: a long list of calls may take its time.
#[test]
fn the_bounds_end_with_the_loading() {
    let place = Place::new();
    let mut command = place.command(&["check", "--policy", "policy.rules", "--jsonl"]);
    command.stdin(std::process::Stdio::piped()).stdout(std::process::Stdio::piped());
    let mut child = command.spawn().expect("start");
    let mut stdin = child.stdin.take().expect("a pipe");
    let longer = Duration::from_millis(if cfg!(debug_assertions) { 5_500 } else { 2_500 });
    std::thread::sleep(longer);
    std::io::Write::write_all(&mut stdin, &place.shell("true")).expect("it still reads");
    drop(stdin);
    let output = child.wait_with_output().expect("wait");
    assert_eq!(output.status.code(), Some(0));
    assert!(output.stdout.starts_with(b"{\"schema\""));
}
