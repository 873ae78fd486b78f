//! `bench` measures what it says, and nothing that it was not given.

use crate::harness::Place;

#[test]
fn processes_and_stages_are_measured() {
    let place = Place::new();
    place.write("a.rules", "prefix_rule([\"x\"])\n");
    place.write("calls.jsonl", &String::from_utf8(place.shell("git status")).expect("text"));
    let ended = place.run(&["bench", "--policy", "a.rules", "--calls", "calls.jsonl", "--rounds", "2"], b"");
    assert_eq!((ended.status, ended.stderr.as_str()), (Some(0), ""));
    for part in ["1 calls; times in microseconds", "prexec hook", "work out its effects", "p99"] {
        assert!(ended.stdout.contains(part), "{part} is missing in\n{}", ended.stdout);
    }
    let ended = place.run(&["bench", "--policy", "a.rules", "--rounds", "1", "--format", "json"], b"");
    let lines: Vec<serde_json::Value> =
        ended.stdout.lines().map(|line| serde_json::from_str(line).expect("a line is JSON")).collect();
    let of_kind = |kind: &str| lines.iter().filter(|line| line["kind"] == kind).count();
    assert!(of_kind("process") >= 2 && of_kind("stage") == prexec::bench::STAGES.len(), "{}", ended.stdout);
    assert!(
        lines
            .iter()
            .all(|line| line["p50_us"].as_f64() > Some(0.0) && line["p50_us"].as_f64() <= line["p99_us"].as_f64())
    );
}

#[test]
fn what_cannot_be_measured_is_said() {
    let place = Place::new();
    place.write("none.jsonl", "\n");
    for (arguments, why) in [
        (&["bench", "--calls", "none.jsonl"][..], "`none.jsonl` holds no call"),
        (&["bench", "--calls", "missing.jsonl"], "`missing.jsonl` cannot be read"),
        (&["bench", "--rounds", "1", "--beside", "./missing"], "`./missing` cannot be started"),
    ] {
        let ended = place.run(arguments, b"");
        assert_eq!(ended.status, Some(1), "{ended:?}");
        assert!(ended.stderr.contains(why), "{why}: {}", ended.stderr);
    }
    assert_eq!(place.run(&["bench", "--policy", "missing.rules"], b"").status, Some(4));
}
