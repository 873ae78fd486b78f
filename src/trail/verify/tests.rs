//! A directory of closed files, and everything that can be done to it.

use super::*;
use crate::trail::chain::CHAIN;
use crate::trail::keep::{Rules, keep, keep_all};
use proptest::prelude::*;
use tempfile::TempDir;

const NOW: &str = "2026-11-21T12:00:00Z";

fn now() -> Moment {
    Moment::read(NOW).expect("a moment")
}

fn record(id: u32) -> String {
    format!("\n{{\"schema\":\"prexec/record/1\",\"kind\":\"decision\",\"id\":\"{id:024x}\"}}\n")
}

fn write(place: &Path, name: &str, text: &str) {
    use std::os::unix::fs::PermissionsExt;
    fs::write(place.join(name), text).expect("a file");
    fs::set_permissions(place.join(name), fs::Permissions::from_mode(0o600)).expect("a mode");
}

fn day(place: &Path, name: &str, records: u32) {
    write(place, name, &(0..records).map(record).collect::<String>());
}

/// Three closed files, one of today.
fn directory() -> TempDir {
    let place = tempfile::tempdir().expect("a directory");
    for (name, records) in
        [("2026-11-18.jsonl", 3), ("2026-11-19.jsonl", 4), ("2026-11-19.1.jsonl", 2), ("2026-11-21.jsonl", 1)]
    {
        day(place.path(), name, records);
    }
    let kept = keep(place.path(), now()).expect("closed");
    assert_eq!(kept.closed, ["2026-11-18.jsonl", "2026-11-19.jsonl", "2026-11-19.1.jsonl"]);
    assert!(kept.pruned.is_empty() && kept.faults.is_empty() && kept.left == 0, "{kept:?}");
    place
}

fn look(place: &Path, heads: &[String]) -> Verified {
    verify(place, heads, now(), &mut |_| ()).expect("a directory")
}

fn edit(place: &Path, name: &str, change: impl FnOnce(String) -> String) {
    let text = fs::read_to_string(place.join(name)).expect("a file");
    let changed = change(text.clone());
    assert_ne!(text, changed, "nothing is changed");
    write(place, name, &changed);
}

/// Changes the lines of a text.
fn lines(text: &str, change: impl FnOnce(&mut Vec<&str>)) -> String {
    let mut lines: Vec<&str> = text.lines().collect();
    change(&mut lines);
    lines.join("\n") + "\n"
}

#[test]
fn what_nobody_touched_is_sound() {
    let place = directory();
    let found = look(place.path(), &[]);
    assert!(found.sound && found.notes.is_empty(), "{found:#?}");
    assert_eq!((found.closed, found.records, found.open), (3, 10, Vec::from(["2026-11-21.jsonl".to_owned()])));
    // Closing again does nothing; the head stays and is known.
    assert_eq!(keep(place.path(), now()).expect("kept").closed, Vec::<String>::new());
    let head = found.head.expect("a head");
    assert!(look(place.path(), &[head.clone(), head.trim_start_matches("blake3:").to_owned()]).sound);
}

/// What is done, and what must be said of it.
type Tampering = (&'static str, fn(&Path));

#[test]
fn every_tampering_is_found() {
    let all: [Tampering; 16] = [
        ("2026-11-18.jsonl: it was changed", |p| {
            edit(p, "2026-11-18.jsonl", |t| t.replacen("decision", "decisioN", 1));
        }),
        ("2026-11-18.jsonl: it was changed", |p| {
            edit(p, "2026-11-18.jsonl", |t| lines(&t, |lines| lines.swap(1, 3)));
        }),
        ("2026-11-18.jsonl: it was cut", |p| edit(p, "2026-11-18.jsonl", |t| t.replacen(&record(1), "", 1))),
        ("2026-11-18.jsonl: it was cut", |p| edit(p, "2026-11-18.jsonl", |_| String::new())),
        ("2026-11-18.jsonl: it was changed", |p| edit(p, "2026-11-18.jsonl", |t| record(9) + &t)),
        ("bytes were added", |p| edit(p, "2026-11-18.jsonl", |t| t + &record(9))),
        ("2026-11-19.jsonl: it is gone", |p| fs::remove_file(p.join("2026-11-19.jsonl")).expect("a file")),
        ("2026-11-19.jsonl: it was c", |p| {
            fs::rename(p.join("2026-11-19.1.jsonl"), p.join("2026-11-19.jsonl")).expect("a file");
        }),
        ("does not follow the line before", |p| {
            edit(p, CHAIN, |t| lines(&t, |lines| lines.retain(|line| !line.contains("2026-11-19.jsonl"))));
        }),
        ("the beginning of the chain was taken out", |p| {
            edit(p, CHAIN, |t| lines(&t, |lines| lines.retain(|line| !line.contains("2026-11-18.jsonl"))));
        }),
        ("does not follow the line before", |p| {
            edit(p, CHAIN, |t| lines(&t, |lines| lines.swap(1, 2)));
        }),
        ("is no line of a chain", |p| edit(p, CHAIN, |t| t.replacen("\"records\":2", "\"records\":1", 1))),
        ("is no line of a chain", |p| edit(p, CHAIN, |t| format!("{t}{{}}\n"))),
        ("was closed before", |p| edit(p, CHAIN, |t| format!("{t}{}\n", t.lines().next().unwrap_or_default()))),
        ("2026-11-21.1.jsonl: it is missing", |p| day(p, "2026-11-21.2.jsonl", 1)),
        ("others may write it", |p| {
            use std::os::unix::fs::PermissionsExt;
            fs::set_permissions(p.join("2026-11-21.jsonl"), fs::Permissions::from_mode(0o666)).expect("a mode");
        }),
    ];
    for (index, (said, tamper)) in all.into_iter().enumerate() {
        let place = directory();
        tamper(place.path());
        let found = look(place.path(), &[]);
        let told: Vec<String> = found.faults.iter().map(|f| format!("{}: {}", f.file, f.what)).collect();
        assert!(!found.sound && told.iter().any(|line| line.contains(said)), "{index}, {said}: {told:#?}");
        // Closing goes on, and does not heal anything.
        day(place.path(), "2026-11-20.jsonl", 1);
        let _ = keep(place.path(), now());
        assert!(!look(place.path(), &[]).sound, "{index}, {said}: healed");
    }
}

#[test]
fn a_link_in_the_place_of_a_file_is_found() {
    let place = directory();
    let (file, other) = (place.path().join("2026-11-18.jsonl"), place.path().join("copy"));
    fs::rename(&file, &other).expect("a file");
    std::os::unix::fs::symlink(&other, &file).expect("a link");
    assert!(!look(place.path(), &[]).sound);
}

/// What the chain alone cannot show: its end was taken out, or all of it was written anew.
#[test]
fn a_head_that_was_kept_elsewhere_finds_what_the_chain_cannot() {
    for tamper in [(|p: &Path| edit(p, CHAIN, |t| lines(&t, |lines| lines.truncate(2)))) as fn(&Path), |p| {
        edit(p, "2026-11-18.jsonl", |t| t.replacen("decision", "decisioN", 1));
        fs::remove_file(p.join(CHAIN)).expect("a chain");
    }] {
        let place = directory();
        let head = look(place.path(), &[]).head.expect("a head");
        tamper(place.path());
        keep(place.path(), Moment(now().0 + 1)).expect("closed");
        assert!(look(place.path(), &[]).sound, "the chain alone cannot know");
        let found = look(place.path(), &[head]);
        assert!(found.faults.iter().any(|f| f.what.contains("kept elsewhere")), "{found:#?}");
    }
}

#[test]
fn what_is_pruned_is_told_from_what_is_deleted() {
    let place = directory();
    let rules = Rules { days: 2, ..Rules::default() };
    let kept = keep_all(place.path(), now(), &rules).expect("kept");
    assert_eq!(kept.pruned, ["2026-11-18.jsonl"]);
    let found = look(place.path(), &[]);
    assert!(found.sound && found.notes.is_empty(), "{found:#?}");
    assert_eq!((found.closed, found.pruned), (2, 1));
    fs::remove_file(place.path().join("2026-11-19.1.jsonl")).expect("a file");
    let found = look(place.path(), &[]);
    assert_eq!(found.faults.len(), 1, "{found:#?}");
    assert_eq!(found.faults[0].file, "2026-11-19.1.jsonl");
}

#[test]
fn a_file_that_comes_back_otherwise_is_found_and_left() {
    let place = directory();
    keep_all(place.path(), now(), &Rules { days: 2, ..Rules::default() }).expect("kept");
    day(place.path(), "2026-11-18.jsonl", 1);
    let kept = keep_all(place.path(), now(), &Rules::default()).expect("kept");
    assert!(kept.faults[0].contains("is there again") && kept.pruned.is_empty(), "{kept:?}");
    assert!(!look(place.path(), &[]).sound && place.path().join("2026-11-18.jsonl").exists());
}

#[test]
fn a_file_is_not_pruned_before_its_time() {
    let place = directory();
    let early = Rules { days: 2, ..Rules::default() };
    keep_all(place.path(), Moment(now().0 + 3 * 86_400_000_000), &early).expect("kept");
    assert!(look(place.path(), &[]).sound);
    // The same lines, written by somebody whose clock says what he likes, do not fit together.
    let place = directory();
    let mut held = crate::trail::chain::Held::take(place.path(), true).expect("a chain").expect("the lock");
    let closing = held.chain.closing("2026-11-19.jsonl").cloned().expect("a line");
    held.append(Link { time: now().text(), pruned: Some("age 90d".into()), ..closing }).expect("a line");
    drop(held);
    fs::remove_file(place.path().join("2026-11-19.jsonl")).expect("a file");
    let found = look(place.path(), &[]);
    assert!(found.faults.iter().any(|f| f.what.contains("was not 90 days old")), "{found:#?}");
}

#[test]
fn the_oldest_go_where_the_directory_is_too_large() {
    let place = tempfile::tempdir().expect("a directory");
    for name in ["2026-11-17.jsonl", "2026-11-18.jsonl", "2026-11-19.jsonl", "2026-11-21.jsonl"] {
        day(place.path(), name, 1_000);
    }
    let one = fs::metadata(place.path().join("2026-11-17.jsonl")).expect("a file").len();
    let rules = Rules { bytes: 2 * one + 6_000, ..Rules::default() };
    let kept = keep_all(place.path(), now(), &rules).expect("kept");
    assert_eq!(kept.pruned, ["2026-11-17.jsonl", "2026-11-18.jsonl"]);
    assert!(look(place.path(), &[]).sound);
    // What is not closed stays, whatever it takes.
    keep_all(place.path(), now(), &Rules { bytes: 1, ..Rules::default() }).expect("kept");
    assert!(place.path().join("2026-11-21.jsonl").exists() && look(place.path(), &[]).sound);
}

#[test]
fn a_day_is_closed_ten_minutes_after_its_end_and_a_part_when_nobody_writes_it() {
    let place = tempfile::tempdir().expect("a directory");
    day(place.path(), "2026-11-20.jsonl", 1);
    let at = |text: &str| keep(place.path(), Moment::read(text).expect("a moment")).expect("kept").closed;
    assert!(at("2026-11-21T00:09:59Z").is_empty());
    assert_eq!(at("2026-11-21T00:10:00Z"), ["2026-11-20.jsonl"]);
    day(place.path(), "2026-11-21.jsonl", 1);
    day(place.path(), "2026-11-21.1.jsonl", 1);
    let written = fs::metadata(place.path().join("2026-11-21.jsonl")).and_then(|m| m.modified()).expect("a time");
    let since = written.duration_since(std::time::UNIX_EPOCH).expect("a time").as_micros();
    let written = Moment(i64::try_from(since).expect("a time"));
    // The rest of the test needs the day to be that of the file's own clock.
    let (name, next) = (format!("{}.jsonl", written.day()), format!("{}.1.jsonl", written.day()));
    for old in ["2026-11-21.jsonl", "2026-11-21.1.jsonl"] {
        fs::remove_file(place.path().join(old)).expect("a file");
    }
    day(place.path(), &name, 1);
    day(place.path(), &next, 1);
    let at = |seconds: i64| {
        keep_all(place.path(), Moment(written.0 + seconds * 1_000_000), &Rules { bytes: 1, ..Rules::default() })
    };
    // As long as it is not full, the next record goes there.
    assert!(at(90).expect("kept").closed.is_empty());
    let file = fs::OpenOptions::new().append(true).open(place.path().join(&name)).expect("a file");
    file.set_len(64 << 20).expect("a length");
    assert!(at(30).expect("kept").closed.is_empty());
    let kept = at(90).expect("kept");
    assert_eq!(kept.closed, [name]);
    // It stays, whatever it takes: another one of its name would be begun.
    assert!(kept.pruned.is_empty());
}

#[test]
fn what_writers_leave_is_a_note() {
    let place = tempfile::tempdir().expect("a directory");
    write(place.path(), "2026-11-19.jsonl", &(record(1) + "\n{\"schema\":\"prexec/rec" + &record(2)));
    fs::File::create(place.path().join("lost")).and_then(|file| file.set_len(7)).expect("a counter");
    keep(place.path(), now()).expect("closed");
    let found = look(place.path(), &[]);
    assert!(
        found.sound && found.notes.iter().any(|n| n.line == Some(4) && n.what.contains("no records")),
        "{found:#?}"
    );
    assert_eq!((found.records, found.lost), (2, 7));
    // A line of the chain that was being written is taken out by the next.
    edit(place.path(), CHAIN, |t| t + "{\"schema\":\"prex");
    let found = look(place.path(), &[]);
    assert!(found.sound && found.notes.iter().any(|n| n.what.contains("not whole")), "{found:#?}");
    day(place.path(), "2026-11-20.jsonl", 1);
    keep(place.path(), now()).expect("closed");
    let found = look(place.path(), &[]);
    assert!(found.sound && found.closed == 2 && found.notes.len() == 1, "{found:#?}");
}

#[test]
fn a_file_that_comes_late_is_told() {
    let place = directory();
    day(place.path(), "2026-11-17.jsonl", 1);
    let found = look(place.path(), &[]);
    assert!(found.notes.iter().any(|n| n.file == "2026-11-17.jsonl" && n.what.contains("came later")), "{found:#?}");
}

#[test]
fn rules_are_kept_and_what_is_none_stops_pruning_but_not_closing() {
    let place = directory();
    let rules = Rules { days: 2, ..Rules::default() };
    rules.save(place.path()).expect("a file");
    assert_eq!(Rules::of(place.path()), Ok(rules));
    for wrong in ["{}", "", "{\"schema\":\"prexec/keep/1\",\"days\":0,\"bytes\":1}"] {
        write(place.path(), crate::trail::RULES, wrong);
        day(place.path(), "2026-11-20.jsonl", 1);
        assert!(keep(place.path(), now()).is_err(), "{wrong}");
        assert!(place.path().join("2026-11-18.jsonl").exists(), "{wrong}");
    }
    assert!(Chain::read(place.path()).expect("a chain").closing("2026-11-20.jsonl").is_some());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    /// One byte anywhere in what is closed, or in the chain.
    #[test]
    fn any_byte_that_is_another_is_found(file in 0_usize..4, at in any::<prop::sample::Index>(), change in 1_u8..) {
        let place = directory();
        let name = ["2026-11-18.jsonl", "2026-11-19.jsonl", "2026-11-19.1.jsonl", CHAIN][file];
        let mut bytes = fs::read(place.path().join(name)).expect("a file");
        let at = at.index(bytes.len());
        bytes[at] ^= change;
        // Without its end the last line of the chain is one that is being written: the head finds that.
        let is_end = name == CHAIN && at + 1 == bytes.len();
        let head = look(place.path(), &[]).head.expect("a head");
        fs::write(place.path().join(name), &bytes).expect("a file");
        let found = look(place.path(), &if is_end { Vec::from([head]) } else { Vec::new() });
        prop_assert!(!found.sound, "byte {at} of {name}: {found:#?}");
    }

    /// The same with a byte that is taken out or put in.
    #[test]
    fn any_byte_that_is_missing_or_new_is_found(file in 0_usize..4, at in any::<prop::sample::Index>(), new in any::<Option<u8>>()) {
        let place = directory();
        let name = ["2026-11-18.jsonl", "2026-11-19.jsonl", "2026-11-19.1.jsonl", CHAIN][file];
        let before = fs::read(place.path().join(name)).expect("a file");
        let (mut bytes, at) = (before.clone(), at.index(before.len()));
        match new {
            Some(byte) => bytes.insert(at, byte),
            None => { bytes.remove(at); }
        }
        let head = look(place.path(), &[]).head.expect("a head");
        fs::write(place.path().join(name), &bytes).expect("a file");
        let cut = name == CHAIN && at + 1 == before.len() && new.is_none();
        let found = look(place.path(), &if cut { Vec::from([head]) } else { Vec::new() });
        prop_assert!(!found.sound, "byte {at} of {name}: {found:#?}");
    }
}
