//! A collector has each record once, whenever the exporter dies and whatever the collector does.

use crate::generate::Dice;
use crate::requests::{Answer, Receiver, checked};
use crate::{export, generate, text};
use prexec::trail::Record;
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Stdio;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// What a collector keeps: in the order in which it took them, the batch and the records of each request.
type Kept = Arc<Mutex<Vec<(String, Vec<String>)>>>;

fn keep(kept: &Kept, got: &crate::requests::Got) {
    let batch = got.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("prexec-batch")).unwrap().1.clone();
    kept.lock().unwrap().push((batch, checked(&got.body)));
}

#[allow(clippy::unnecessary_wraps, reason = "one of the answers that there are")]
fn well() -> Option<Answer> {
    Some((200, Vec::new(), "{}".into()))
}

fn sorted(records: &[Record]) -> Vec<String> {
    let mut ids: Vec<String> = records.iter().map(|record| record.id.clone()).collect();
    ids.sort();
    ids
}

/// Every record that came, as often as it came.
fn raw(kept: &Kept) -> Vec<String> {
    let mut ids: Vec<String> = kept.lock().unwrap().iter().flat_map(|(_, ids)| ids.clone()).collect();
    ids.sort();
    ids
}

fn cursor(place: &Path) -> Option<Json> {
    serde_json::from_slice(&std::fs::read(place.join("cursor-otlp.json")).ok()?).ok()
}

fn until(what: &str, mut done: impl FnMut() -> bool) {
    let started = Instant::now();
    while !done() {
        assert!(started.elapsed() < Duration::from_secs(60), "{what}");
        std::thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn killed_while_the_collector_has_not_taken_the_batch() {
    let records = generate::fleet(1, 30);
    let place = tempfile::tempdir().unwrap();
    generate::append(place.path(), &records);
    let kept = Kept::default();
    // Each batch is read and thrown away the first time, and the exporter is killed while it waits for the answer.
    let (mine, seen, hold) = (Arc::clone(&kept), Mutex::new(BTreeSet::new()), Arc::new(AtomicUsize::new(0)));
    let held = Arc::clone(&hold);
    let receiver = Receiver::start(move |_, got| {
        let batch = got.headers.iter().find(|(name, _)| name == "prexec-batch").unwrap().1.clone();
        if seen.lock().unwrap().insert(batch) {
            held.fetch_add(1, Ordering::SeqCst);
            while held.load(Ordering::SeqCst) % 2 == 1 {
                std::thread::sleep(Duration::from_millis(1));
            }
            return None;
        }
        keep(&mine, got);
        well()
    });
    let to = format!("otlp={}", receiver.url);
    let mut kills = 0;
    loop {
        let mut child = export(place.path(), &["--to", &to, "--batch", "100"]).stderr(Stdio::null()).spawn().unwrap();
        let mut ended = None;
        until("an answer is waited for", || {
            ended = child.try_wait().unwrap();
            ended.is_some() || hold.load(Ordering::SeqCst) % 2 == 1
        });
        if let Some(status) = ended {
            assert!(status.success());
            break;
        }
        assert!(cursor(place.path()).unwrap()["in_flight"].is_object(), "it is in flight before it is sent");
        child.kill().unwrap();
        child.wait().unwrap();
        kills += 1;
        hold.fetch_add(1, Ordering::SeqCst);
    }
    assert!(kills > 5, "{kills}");
    assert_eq!(raw(&kept), sorted(&records));
}

#[test]
fn killed_after_the_cursor_has_moved() {
    let records = generate::fleet(2, 40);
    let place = tempfile::tempdir().unwrap();
    let kept = Kept::default();
    let mine = Arc::clone(&kept);
    let receiver = Receiver::start(move |_, got| {
        keep(&mine, got);
        well()
    });
    let to = format!("otlp={}", receiver.url);
    let mut sent = 0;
    for part in records.chunks(records.len() / 12) {
        let arguments = ["--to", &to, "--follow", "--pause", "1"];
        let mut child = export(place.path(), &arguments).stderr(Stdio::null()).spawn().unwrap();
        generate::append(place.path(), part);
        sent += part.len();
        until("the cursor moves", || {
            cursor(place.path()).is_some_and(|c| c["sent"] == sent && c.get("in_flight").is_none())
        });
        child.kill().unwrap();
        child.wait().unwrap();
        // What a process leaves that is killed while it writes the cursor.
        std::fs::write(place.path().join("cursor-otlp.json.new"), "{\"schema\":\"prex").unwrap();
    }
    assert_eq!(raw(&kept), sorted(&records));
}

/// The one case that no sender can tell: the collector took the batch and its answer did not arrive. The batch comes again, under
/// the same name and with the same records, so that the collector can tell.
#[test]
fn an_answer_that_is_lost_brings_the_same_batch_again() {
    let records = generate::fleet(3, 20);
    let place = tempfile::tempdir().unwrap();
    generate::append(place.path(), &records);
    let kept = Kept::default();
    let mine = Arc::clone(&kept);
    let receiver = Receiver::start(move |number, got| {
        keep(&mine, got);
        if number % 3 == 0 { None } else { well() }
    });
    text(place.path(), &["--to", &format!("otlp={}", receiver.url), "--batch", "50", "--pause", "1"]);
    let mut by_name: BTreeMap<String, Vec<Vec<String>>> = BTreeMap::new();
    for (batch, ids) in kept.lock().unwrap().iter() {
        by_name.entry(batch.clone()).or_default().push(ids.clone());
    }
    assert!(by_name.values().any(|all| all.len() > 1));
    assert!(by_name.values().all(|all| all.iter().all(|ids| *ids == all[0])));
    let mut once: Vec<String> = by_name.into_values().flat_map(|all| all[0].clone()).collect();
    once.sort();
    assert_eq!(once, sorted(&records));
}

#[test]
fn killed_at_any_moment_by_a_collector_that_fails_and_is_slow_while_records_are_appended() {
    let records = generate::fleet(4, 150);
    let place = tempfile::tempdir().unwrap();
    let kept = Kept::default();
    let mine = Arc::clone(&kept);
    let dice = Mutex::new(Dice::new(99));
    let receiver = Receiver::start(move |_, got| {
        let (fate, slow) = {
            let mut dice = dice.lock().unwrap();
            (dice.roll(10), dice.roll(8))
        };
        std::thread::sleep(Duration::from_millis(slow));
        match fate {
            0 => Some((503, Vec::new(), "not now".into())),
            1 => Some((429, vec![("retry-after", "0")], String::new())),
            2 => None,
            _ => {
                keep(&mine, got);
                well()
            }
        }
    });
    let to = format!("otlp={}", receiver.url);
    let (directory, all) = (place.path().to_path_buf(), records.clone());
    let writer = std::thread::spawn(move || {
        // Out of order, as it is around midnight: a file that has a successor still grows.
        let mut dice = Dice::new(5);
        let mut rest: Vec<Vec<Record>> = all.chunks(40).map(<[Record]>::to_vec).collect();
        while !rest.is_empty() {
            let next = usize::try_from(dice.roll(rest.len().min(6) as u64)).unwrap();
            generate::append(&directory, &rest.remove(next));
            std::thread::sleep(Duration::from_millis(30));
        }
    });
    let arguments = ["--to", &to, "--follow", "--pause", "1", "--batch", "30"];
    let mut dice = Dice::new(7);
    let mut kills = 0;
    while kills < 60 || !writer.is_finished() {
        let mut child = export(place.path(), &arguments).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(5 + dice.roll(90)));
        child.kill().unwrap();
        child.wait().unwrap();
        kills += 1;
    }
    writer.join().unwrap();
    // A run gives up after some attempts; the next one goes on.
    let runs = (0..100).find(|_| crate::output(place.path(), &["--to", &to, "--pause", "1"]).status.success());
    assert!(runs.is_some());
    // Whole batches alone came twice, under the same name, at most one for each kill; without them each record is there once.
    let mut seen: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut twice = 0;
    for (batch, ids) in kept.lock().unwrap().iter() {
        match seen.get(batch) {
            Some(before) => {
                assert_eq!(before, ids);
                twice += 1;
            }
            None => {
                seen.insert(batch.clone(), ids.clone());
            }
        }
    }
    println!("{kills} kills, {} batches, {twice} came twice because the answer was lost", seen.len());
    assert!(twice <= kills, "{twice}");
    let mut once: Vec<String> = seen.into_values().flatten().collect();
    once.sort();
    assert_eq!(once, sorted(&records));
}

#[test]
fn a_file_that_was_replaced_is_noticed() {
    let records = generate::fleet(5, 10);
    let (one, two) = (generate::fleet(6, 4), generate::fleet(7, 4));
    let place = tempfile::tempdir().unwrap();
    let kept = Kept::default();
    let mine = Arc::clone(&kept);
    let receiver = Receiver::start(move |_, got| {
        keep(&mine, got);
        well()
    });
    let to = format!("otlp={}", receiver.url);
    let file = place.path().join("2026-11-01.jsonl");
    let lines = |records: &[Record]| records.iter().flat_map(generate::line).collect::<Vec<u8>>();
    std::fs::write(&file, lines(&records)).unwrap();
    text(place.path(), &["--to", &to]);
    // Lines taken out before the place: it goes on after the last record that was sent.
    std::fs::write(&file, [lines(&records[3..]), lines(&one)].concat()).unwrap();
    let out = crate::output(place.path(), &["--to", &to]);
    assert!(String::from_utf8_lossy(&out.stderr).contains("was changed before the place"));
    assert_eq!(raw(&kept), sorted(&[records.clone(), one.clone()].concat()));
    // Another file of the same length or longer.
    std::fs::write(&file, [lines(&two), lines(&records)].concat().repeat(2)).unwrap();
    std::fs::write(&file, lines(&two).repeat(1)).unwrap();
    let out = crate::output(place.path(), &["--to", &to]);
    assert!(String::from_utf8_lossy(&out.stderr).contains("was replaced or cut"));
    assert_eq!(raw(&kept), sorted(&[records, one, two].concat()));
}

#[test]
fn a_file_that_went_before_it_was_sent_is_said() {
    let place = tempfile::tempdir().unwrap();
    let records = generate::fleet(8, 4);
    let receiver = Receiver::start(|_, _| well());
    let to = format!("otlp={}", receiver.url);
    let file = place.path().join("2026-11-01.jsonl");
    std::fs::write(&file, records.iter().flat_map(generate::line).collect::<Vec<u8>>()).unwrap();
    text(place.path(), &["--to", &to]);
    let length = std::fs::metadata(&file).unwrap().len();
    std::fs::remove_file(&file).unwrap();
    crate::write_chain(place.path(), "2026-11-01.jsonl", length + 100);
    let out = crate::output(place.path(), &["--to", &to]);
    let said = String::from_utf8_lossy(&out.stderr).into_owned();
    assert!(said.contains("was removed when 100 of its"), "{said}");
}

#[test]
fn a_half_written_line_is_waited_for() {
    let place = tempfile::tempdir().unwrap();
    let records = generate::fleet(9, 2);
    let kept = Kept::default();
    let mine = Arc::clone(&kept);
    let receiver = Receiver::start(move |_, got| {
        keep(&mine, got);
        well()
    });
    let to = format!("otlp={}", receiver.url);
    let file = place.path().join("2026-11-01.jsonl");
    let whole: Vec<u8> = records.iter().flat_map(generate::line).collect();
    for cut in [1, 2, 50, whole.len() / 2, whole.len() - 1, whole.len()] {
        std::fs::write(&file, &whole[..cut]).unwrap();
        text(place.path(), &["--to", &to]);
    }
    assert_eq!(raw(&kept), sorted(&records));
}
