//! Secrets of every kind that is known, planted in calls in many ways: none of them stands in a record, or in what is made of records.
//! What only looks like one stays.
//!
//! `PREXEC_PLANTED=1000000 cargo test --test planted` makes that many records, in batches; without it a sample.
//! `PREXEC_SEED` begins elsewhere.

#![cfg(feature = "admin")]
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "all of this is a test, and clippy.toml's exceptions do not reach the functions that the tests share"
)]

#[path = "../trail/generate.rs"]
mod generate;
mod kinds;
mod look;
mod outputs;
mod places;
mod receivers;
mod recorded;
mod scripts;
mod texts;

use generate::Dice;
use kinds::{NAMELESS, Table, look_alike};
use look::Pieces;
use places::{FACTS, Planted, planted, traced};
use prexec::audit::Time;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// Records of which outputs are made at once.
const BATCH: u64 = 10_000;
/// One in so many is recorded by the executable.
const BY_THE_HOOK: u64 = 250;
/// When the first record was made.
const BEGIN: u64 = 1_795_000_000;
/// Stands in calls of every batch, and so in every output: that it is found shows that secrets would be.
const TRACE: &str = "tr4cer";
/// Outputs that tell nothing of calls.
const NOTHING_OF_CALLS: &[&str] = &["audit verify --audit audit", "chain.jsonl", "cursor-otlp.json"];

fn number(name: &str, usual: u64) -> u64 {
    std::env::var(name).map_or(usual, |number| number.parse().expect("a number"))
}

/// What went wrong, by where.
#[derive(Default)]
struct Wrong(BTreeMap<String, (u64, String)>);

impl Wrong {
    fn add(&mut self, class: String, example: impl FnOnce() -> String) {
        // Said at once: a long run is not waited for.
        let first = |class: &str| {
            let example = example();
            println!("{class}\n       {example}");
            (0, example)
        };
        self.0.entry(class).or_insert_with_key(|class| first(class)).0 += 1;
    }

    fn told(self) -> String {
        let mut text = String::new();
        let mut all: Vec<_> = self.0.into_iter().collect();
        all.sort_by_key(|(_, (count, _))| u64::MAX - count);
        for (class, (count, example)) in all {
            let _ = writeln!(text, "{count:>6} {class}\n       {example}");
        }
        text
    }
}

/// What stands around a place in a text.
fn around(text: &[u8], at: usize) -> String {
    String::from_utf8_lossy(&text[at.saturating_sub(120)..(at + 60).min(text.len())]).replace('\n', "\u{23ce}")
}

/// What was planted, and what was found.
#[derive(Default)]
struct Tally {
    wrong: Wrong,
    /// How many secrets of each kind.
    kinds: BTreeMap<String, u64>,
    /// Which texts beside those of calls had some.
    facts: BTreeSet<&'static str>,
    made: u64,
    bytes: u64,
    /// Random words that nothing else tells, and how many of them were not seen to be random.
    nameless: (u64, u64),
}

/// A batch of records in a directory of its own, and everything that is made of them.
fn batch(count: u64, table: &Table, dice: &mut Dice, tally: &mut Tally) {
    let place = tempfile::tempdir().unwrap();
    fs::create_dir(place.path().join("audit")).unwrap();
    let policy = recorded::policy();
    let (mut pieces, mut calls, mut all, mut lines) = (Pieces::new(), String::new(), Vec::new(), String::new());
    for index in 0..count {
        let number = u32::try_from(index).unwrap();
        let at = tally.made + index;
        let time = Time { seconds: BEGIN + at / 50, nanos: u32::try_from(index % 50).unwrap() * 1_000_000 };
        let traces = index % 50 == 0;
        let planted = if traces { traced(TRACE, index % 100 == 0) } else { planted(table, dice) };
        let line = recorded::line(&planted, &policy, dice, time);
        let secret = &planted.secret;
        if !traces {
            assert!(!secret.random.is_empty(), "nobody looks for the {} in {}", secret.kind, planted.place);
            *tally.kinds.entry(secret.kind.clone()).or_default() += 1;
            tally.facts.extend(planted.fact.as_ref().map(|(fact, _)| fact));
        }
        // What nothing tells but that it is random is told from other words only nearly always.
        let nameless = secret.kind == NAMELESS;
        let missed = nameless && line.contains(&secret.text);
        tally.nameless.0 += u64::from(nameless);
        tally.nameless.1 += u64::from(missed);
        if !missed {
            pieces.add(number, &planted);
        }
        lines.extend(["\n", &line, "\n"]);
        calls.extend([&recorded::wire(&planted).to_string(), "\n"]);
        all.push(planted);
    }
    tally.made += count;
    for (number, line) in lines.lines().filter(|line| !line.is_empty()).enumerate() {
        for call in pieces.found(line.as_bytes(), Some(u32::try_from(number).unwrap())).into_keys() {
            let planted = &all[call as usize];
            let what = format!("{} in {}: {}", planted.secret.kind, planted.tool, planted.place);
            tally.wrong.add(format!("record: {what}"), || {
                let record: Value = serde_json::from_str(line).unwrap();
                let [text, effects, reasons] = ["text", "effects", "reasons"].map(|field| record[field].to_string());
                let fact = &planted.fact;
                format!("{} {fact:?}\n       {text} {effects} {reasons}", planted.secret.text)
            });
        }
    }
    fs::write(place.path().join("audit/2026-11-20.jsonl"), lines).unwrap();
    fs::write(place.path().join("calls.jsonl"), calls).unwrap();
    let mut outputs = outputs::all(place.path());
    for planted in all.iter().step_by(usize::try_from(BY_THE_HOOK).unwrap()) {
        outputs::hook(place.path(), recorded::wire(planted).to_string().as_bytes());
    }
    outputs.push(("hook".into(), written(&place.path().join("hooked"))));
    for (verb, text) in outputs {
        tally.bytes += text.len() as u64;
        let traced = text.windows(TRACE.len()).any(|word| word == TRACE.as_bytes());
        if !traced && !NOTHING_OF_CALLS.contains(&verb.as_str()) {
            tally.wrong.add(format!("{verb} shows nothing of what was recorded"), String::new);
        }
        for (call, at) in pieces.found(&text, None) {
            let planted = &all[call as usize];
            let what = format!("{} in {}: {}", planted.secret.kind, planted.tool, planted.place);
            tally
                .wrong
                .add(format!("{verb}: {what}"), || format!("{}\n       {}", planted.secret.text, around(&text, at)));
        }
    }
}

#[test]
fn no_planted_secret_is_found_in_any_output() {
    let (total, seed) = (number("PREXEC_PLANTED", 1_500), number("PREXEC_SEED", 1));
    let (table, mut dice, mut tally) = (Table::read(), Dice::new(seed), Tally::default());
    while tally.made < total {
        batch(BATCH.min(total - tally.made), &table, &mut dice, &mut tally);
        println!("{} of {total}: {} classes wrong", tally.made, tally.wrong.0.len());
    }
    let (secrets, (nameless, missed)) = (tally.kinds.values().sum::<u64>(), tally.nameless);
    println!(
        "{secrets} secrets of {} kinds in {} records; {} bytes of outputs; of {nameless} random words {missed} were taken for \
         others; seed {seed}",
        tally.kinds.len(),
        tally.made,
        tally.bytes
    );
    let missing = |kind: &&str| !tally.kinds.contains_key(*kind);
    let formats = table.formats.iter().filter_map(|row| row["format"].as_str());
    let missing: Vec<&str> = formats.chain(["private-key", "password", NAMELESS]).filter(missing).collect();
    assert!(missing.is_empty(), "{missing:?} were never planted");
    let missing: Vec<&&str> = FACTS.iter().filter(|fact| !tally.facts.contains(**fact)).collect();
    assert!(missing.is_empty(), "nothing was planted in {missing:?}");
    let wrong = tally.wrong.told();
    assert!(wrong.is_empty(), "{wrong}");
    // One in fifty at most, and some by chance where there are few.
    assert!(missed <= 3 + nameless / 50, "{missed} of {nameless} random words were not seen to be random");
}

/// Every record that was written there.
fn written(directory: &Path) -> Vec<u8> {
    let files = fs::read_dir(directory).unwrap();
    let text: Vec<u8> = files.flat_map(|file| fs::read(file.unwrap().path()).unwrap()).collect();
    assert!(!text.is_empty(), "the hook has written nothing");
    text
}

#[test]
fn what_only_looks_like_a_secret_stays() {
    let (total, mut dice, policy) =
        (number("PREXEC_PLANTED", 1_500) / 4, Dice::new(number("PREXEC_SEED", 1)), recorded::policy());
    let (mut wrong, mut counts) = (Wrong::default(), BTreeMap::<&str, u64>::new());
    for _ in 0..total {
        let (kind, word) = look_alike(&mut dice);
        *counts.entry(kind).or_default() += 1;
        let script = match dice.roll(6) {
            0 => format!("git show {word}"),
            1 => format!("echo '{word}' > f"),
            2 => format!("tool --ref={word} x"),
            3 => format!("cat > f <<'EOF'\n{{\"a\": \"{word}\"}}\nEOF"),
            4 => format!("A=\"{word}\" make"),
            _ => format!("curl https://h.example/a?x=1 -d '{{\"id\":\"{word}\"}}'"),
        };
        let planted = Planted {
            place: script.replace(&word, "W"),
            tool: "Bash",
            input: json!({"command": script}),
            ..Planted::default()
        };
        let line = recorded::line(&planted, &policy, &mut dice, Time { seconds: BEGIN, nanos: 0 });
        let record: Value = serde_json::from_str(&line).unwrap();
        if record["text"].as_str().is_some_and(|text| text != script) {
            wrong.add(format!("{kind} in {}", planted.place), || format!("{script}\n       {}", record["text"]));
        }
    }
    println!("{total} words that look like secrets: {counts:?}");
    let wrong = wrong.told();
    assert!(wrong.is_empty(), "{wrong}");
}
