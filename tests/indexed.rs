//! Whatever happens to the files of records and to the index: the index answers as a pass over the lines does.

#![cfg(feature = "admin")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "all of this is a test, and clippy.toml's exceptions do not reach the functions that the tests share"
)]

#[path = "trail/generate.rs"]
mod generate;

use generate::{Dice, Fleet};
use prexec::trail::index::{self, Unanswered};
use prexec::trail::query::facts::Field;
use prexec::trail::query::{Answer, Asked, Key, Query, Wanted, scan};
use prexec::trail::{Effect, Moment, Span, day_files, source};
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{FileExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

/// What a question is made of, so that it can be asked twice.
#[derive(Clone, Debug, Default)]
struct Question {
    since: Option<Moment>,
    until: Option<Moment>,
    kinds: Vec<usize>,
    decisions: Vec<usize>,
    flags: u32,
    effects: u32,
    written: Option<bool>,
    wanted: Vec<(Field, Vec<&'static str>)>,
    keys: Vec<Key>,
    limit: Option<usize>,
}

const GLOBS: &[(Field, &[&str])] = &[
    (
        Field::Path,
        &["**/.env", "~/.aws", "/srv/**", "/srv/work/shop/src/lib.rs", "/", "**/node_modules/**", "/nowhere"],
    ),
    (Field::Program, &["git", "git push", "c*", "/usr/bin/*", "*"]),
    (Field::Host, &["*.EXAMPLE.net", "github.com", "*"]),
    (Field::Rule, &["secrets.rules", "packs/git.rules:8:1", "default:*", "*"]),
    (Field::Repository, &["shop", "/srv/work/*", "/home/ann/notes", "*"]),
    (Field::Agent, &["codex", "claude"]),
    (Field::User, &["ann", "b*", "1004"]),
    (Field::Machine, &["laptop-*", "build-07"]),
    (Field::Tool, &["Bash", "mcp__*", "apply_patch"]),
    (Field::Session, &["019b-0000000*"]),
    (Field::Model, &["gpt-*"]),
    (Field::Subagent, &["default"]),
    (Field::Event, &["Post*", "run"]),
    (Field::Mode, &["default"]),
];
const TIMES: &[&str] = &["2026-10-20", "2026-10-22T09:30:00Z", "2026-10-23", "2026-10-24T12:00:00Z", "2026-10-26"];

impl Question {
    /// About that time, and other times.
    fn random(dice: &mut Dice, moments: &[Moment]) -> Self {
        let mut all = Self::default();
        let some = |dice: &mut Dice, most: u64, from: usize| {
            (0..dice.roll(most)).map(|_| usize::try_from(dice.roll(from as u64)).unwrap()).collect::<Vec<_>>()
        };
        if dice.roll(3) == 0 {
            all.since = Some(moment(dice, moments));
        }
        if dice.roll(3) == 0 {
            all.until = Some(moment(dice, moments));
        }
        all.kinds = some(dice, 3, 4);
        all.decisions = if dice.roll(2) == 0 { some(dice, 3, 4) } else { Vec::new() };
        all.flags = if dice.roll(8) == 0 { 1 << 4 } else { 0 };
        all.effects = if dice.roll(4) == 0 { 1 << dice.roll(11) } else { 0 };
        all.written = [None, None, Some(true), Some(false)][usize::try_from(dice.roll(4)).unwrap()];
        for _ in 0..dice.roll(3) {
            let (field, globs) = if dice.roll(3) == 0 { &GLOBS[0] } else { dice.pick(GLOBS) };
            let globs = (0..=dice.roll(2)).map(|_| *dice.pick(globs)).collect();
            all.wanted.push((*field, globs));
        }
        let keys: Vec<Key> =
            [Key::Day, Key::Decision, Key::Kind].into_iter().chain(Field::ALL.iter().copied().map(Key::Text)).collect();
        all.keys = (0..dice.roll(4)).map(|_| *dice.pick(&keys)).collect();
        all.limit = [None, Some(0), Some(7), Some(100_000)][usize::try_from(dice.roll(4)).unwrap()];
        all
    }

    fn asked(&self) -> Asked {
        let wanted = |(field, globs): &(Field, Vec<&str>)| {
            Wanted::new(*field, &globs.iter().map(|glob| (*glob).to_owned()).collect::<Vec<_>>()).unwrap()
        };
        Asked {
            query: Query {
                kinds: self.kinds.clone(),
                decisions: self.decisions.clone(),
                flags: self.flags,
                effects: self.effects,
                written: self.written,
                wanted: self.wanted.iter().map(wanted).collect(),
            },
            span: Span { since: self.since, until: self.until },
            keys: self.keys.clone(),
            limit: self.limit,
        }
    }
}

/// That of a record or one beside it, or any.
fn moment(dice: &mut Dice, moments: &[Moment]) -> Moment {
    if moments.is_empty() || dice.roll(2) == 0 {
        return Moment::read(dice.pick::<&str>(TIMES)).unwrap();
    }
    Moment(dice.pick(moments).0 + i64::try_from(dice.roll(3)).unwrap() - 1)
}

/// All that came out, as text.
fn told(answer: Answer, listed: &[String]) -> String {
    let Answer { found, lost, torn, counts } = answer;
    format!("found {found}, lost {lost}, torn {torn}\n{:#?}\n{listed:#?}", counts.rows())
}

fn by_scan(places: &[PathBuf], question: &Question) -> String {
    let mut listed = Vec::new();
    let each = |record| {
        listed.push(serde_json::to_string(&record)?);
        Ok(())
    };
    let answer = scan(places, &mut question.asked(), |_, _| (), each).unwrap();
    told(answer, &listed)
}

fn try_index(indexes: &Path, places: &[PathBuf], question: &Question) -> Result<String, Unanswered> {
    let mut listed = Vec::new();
    let each = |record| {
        listed.push(serde_json::to_string(&record)?);
        Ok(())
    };
    index::answer(indexes, places, &mut question.asked(), |_, _, _| (), each).map(|answer| told(answer, &listed))
}

fn by_index(indexes: &Path, places: &[PathBuf], question: &Question) -> String {
    try_index(indexes, places, question).unwrap()
}

/// A directory of records, and one of indexes.
struct Room {
    room: tempfile::TempDir,
    places: Vec<PathBuf>,
}

impl Room {
    fn new(places: usize) -> Self {
        let room = tempfile::tempdir().unwrap();
        let places: Vec<PathBuf> = (0..places).map(|number| room.path().join(format!("{}", 1000 + number))).collect();
        for place in &places {
            fs::create_dir(place).unwrap();
        }
        Self { room, places }
    }

    fn indexes(&self) -> PathBuf {
        self.room.path().join("state/index")
    }

    /// What `SQLite` keeps of the indexes.
    fn stored(&self) -> Vec<PathBuf> {
        let Ok(entries) = fs::read_dir(self.indexes()) else { return Vec::new() };
        let mut all: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
        all.retain(|path| path.extension().is_some_and(|ending| ending == "sqlite"));
        all.sort();
        all
    }

    /// Asks both, and holds one against the other.
    fn agree(&self, question: &Question, after: &str) {
        let (scanned, indexed) = (by_scan(&self.places, question), by_index(&self.indexes(), &self.places, question));
        assert!(scanned == indexed, "after {after}: {question:#?}\nby the lines: {scanned}\nby the index: {indexed}");
    }
}

fn records(seed: u64, sessions: u64, hostile: bool) -> Vec<prexec::trail::Record> {
    let from = Moment::read("2026-10-20").unwrap();
    let mut all = Fleet { seed, from, days: 6, sessions, hostile }.records();
    // Some paths mean all that is below them, and some are read and written.
    let mut dice = Dice::new(seed);
    for record in &mut all {
        let mut more = Vec::new();
        for effect in &mut record.effects {
            let Some(path) = effect.path.as_mut() else { continue };
            if dice.roll(4) == 0 {
                effect.tree = true;
                let (parent, _) = path.rsplit_once('/').unwrap_or_default();
                *path = if parent.is_empty() { "/".into() } else { parent.into() };
            }
            if dice.roll(6) == 0 {
                let kind = if effect.kind == "read" { "write" } else { "read" };
                more.push(Effect { kind: kind.into(), tree: dice.roll(2) == 0, ..effect.clone() });
            }
        }
        record.effects.extend(more);
    }
    all
}

/// The moments of all records.
fn moments(room: &Room) -> Vec<Moment> {
    let mut all = Vec::new();
    let each = |record: prexec::trail::Record| {
        all.push(Moment::read(&record.time).unwrap());
        Ok(())
    };
    source::for_each(&room.places, &Span::default(), |_, _| (), each).unwrap();
    all
}

/// A file of some place, where there is one.
fn some_file(place: &Path, dice: &mut Dice) -> Option<PathBuf> {
    let files = day_files(place).unwrap();
    (!files.is_empty()).then(|| dice.pick(&files).path.clone())
}

fn add(path: &Path, bytes: &[u8]) {
    OpenOptions::new().append(true).create(true).open(path).unwrap().write_all(bytes).unwrap();
}

/// Does something to the files or to the index; says what.
fn happen(room: &Room, dice: &mut Dice) -> String {
    let place = dice.pick(&room.places).clone();
    let at_random = |length: usize, dice: &mut Dice| usize::try_from(dice.roll(length.max(1) as u64)).unwrap();
    let Some(path) = some_file(&place, dice).filter(|_| dice.roll(5) > 0) else {
        let (seed, sessions) = (dice.roll(1 << 40), 1 + dice.roll(12));
        generate::append(&place, &records(seed, sessions, dice.roll(4) == 0));
        return format!("{sessions} sessions were added");
    };
    let what = dice.roll(14);
    let text = fs::read(&path).unwrap();
    match what {
        0 => add(&path, b"\n{\"schema\":\"prexec/record/1\",\"kind\":\"deci\n\x00\xff\n"),
        1 => {
            // What is being written, and, some other time, the rest of it.
            let line = generate::line(&records(dice.roll(99), 1, false)[0]);
            let (first, rest) = line.split_at(at_random(line.len(), dice));
            add(&path, first);
            if dice.roll(2) == 0 {
                room.agree(&Question::random(dice, &[]), "half a line");
                add(&path, rest);
            }
        }
        2 => fs::remove_file(&path).unwrap(),
        3 => {
            // Another file under its name.
            let other = place.join("new");
            fs::write(&other, &text[at_random(text.len(), dice)..]).unwrap();
            fs::rename(other, &path).unwrap();
        }
        4 => fs::write(&path, &text[..at_random(text.len(), dice)]).unwrap(),
        5 => {
            // In its place, and as long as before.
            let changes = [
                ("\"allow\"", "\"deny\" "),
                ("\"codex\"", "\"codec\""),
                ("lib.rs", "bil.rs"),
                ("\"time\":\"2026-10-22T", "\"time\":\"2026-10-23T"),
                ("\"lost\":1", "\"lost\":2"),
            ];
            let (from, to) = dice.pick(&changes);
            let (from, to) = (from.as_bytes(), to.as_bytes());
            let found: Vec<usize> =
                text.windows(from.len()).enumerate().filter(|(_, w)| *w == from).map(|f| f.0).collect();
            if !found.is_empty() {
                let at = *dice.pick(&found);
                let file = OpenOptions::new().write(true).open(&path).unwrap();
                file.write_all_at(to, at as u64).unwrap();
            }
        }
        6 => add(&path, &[b"\n".as_slice(), &b"x".repeat(70_000), b"\n"].concat()),
        7 => {
            let part = (1..100).map(|part| format!("2026-10-21.{part}.jsonl")).find(|name| !place.join(name).exists());
            add(&place.join(part.unwrap()), &text);
        }
        8 => fs::write(&path, b"").unwrap(),
        9..=11 => return damage(room, what, dice),
        12 => {
            // As `audit prune` does.
            fs::remove_file(&path).unwrap();
            index::forget(&room.indexes(), &place).unwrap();
        }
        _ => {
            let state = fs::metadata(&path).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(state.mode() ^ 0o004)).unwrap();
        }
    }
    format!("{what} of `{}`", path.display())
}

/// Does something to an index.
fn damage(room: &Room, what: u64, dice: &mut Dice) -> String {
    let stored = room.stored();
    if stored.is_empty() {
        return "nothing".into();
    }
    let path = dice.pick(&stored).clone();
    match what {
        9 => fs::remove_file(&path).unwrap(),
        10 => {
            let size = fs::metadata(&path).unwrap().len();
            let file = OpenOptions::new().write(true).open(&path).unwrap();
            for _ in 0..=dice.roll(20) {
                file.write_all_at(b"damage", dice.roll(size)).unwrap();
            }
        }
        _ => {
            let mut journal = path.into_os_string();
            journal.push("-journal");
            fs::write(journal, b"what was left of a journal").unwrap();
        }
    }
    format!("damage {what}")
}

fn rounds(usual: u64) -> u64 {
    std::env::var("PREXEC_ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

#[test]
fn the_index_answers_as_the_lines_do() {
    for seed in 0..rounds(4) {
        let mut dice = Dice::new(seed + 1);
        let room = Room::new(1 + usize::try_from(seed % 2).unwrap());
        for step in 0..18 {
            let after = format!("step {step} of {seed}, {}", happen(&room, &mut dice));
            let moments = moments(&room);
            for _ in 0..5 {
                room.agree(&Question::random(&mut dice, &moments), &after);
            }
            // What another file says, or one that was changed in its place, shows in one of these.
            let all = Question { kinds: Vec::new(), ..Question::default() };
            for key in [Key::Day, Key::Decision, Key::Text(Field::Agent), Key::Text(Field::Path)] {
                room.agree(&Question { keys: vec![key], ..all.clone() }, &after);
            }
        }
    }
}

#[test]
fn a_damaged_index_is_made_anew() {
    let room = Room::new(1);
    generate::append(&room.places[0], &records(12, 40, false));
    let question = Question { keys: vec![Key::Day, Key::Decision, Key::Text(Field::Rule)], ..Question::default() };
    let scanned = by_scan(&room.places, &question);
    let mut dice = Dice::new(12);
    for round in 0..rounds(40) {
        assert_eq!(by_index(&room.indexes(), &room.places, &question), scanned);
        let path = room.stored().remove(0);
        let file = OpenOptions::new().read(true).write(true).open(&path).unwrap();
        let size = fs::metadata(&path).unwrap().len();
        let at: Vec<u64> = (0..=dice.roll(60)).map(|_| dice.roll(size)).collect();
        for at in &at {
            let mut byte = [0];
            file.read_exact_at(&mut byte, *at).unwrap();
            file.write_all_at(&[byte[0] ^ 1 << dice.roll(8)], *at).unwrap();
        }
        assert_eq!(by_index(&room.indexes(), &room.places, &question), scanned, "{round}: {at:?}");
    }
}

#[test]
fn every_key_and_every_glob_by_itself() {
    let room = Room::new(1);
    generate::append(&room.places[0], &records(3, 60, false));
    for key in [Key::Day, Key::Decision, Key::Kind].into_iter().chain(Field::ALL.iter().copied().map(Key::Text)) {
        room.agree(&Question { keys: vec![key], ..Question::default() }, "nothing");
    }
    for (field, globs) in GLOBS {
        for glob in *globs {
            let question = Question { wanted: vec![(*field, vec![*glob])], ..Question::default() };
            room.agree(&question, "nothing");
        }
    }
}

#[test]
fn what_is_kept_is_for_its_account_alone_and_no_more_than_there_is() {
    let room = Room::new(1);
    let place = &room.places[0];
    generate::append(place, &records(4, 60, false));
    let question = Question { keys: vec![Key::Day], ..Question::default() };
    room.agree(&question, "nothing");
    let mode = |path: &Path| fs::metadata(path).unwrap().mode() & 0o777;
    assert_eq!(mode(&room.indexes()), 0o700);
    for entry in fs::read_dir(room.indexes()).unwrap() {
        assert_eq!(mode(&entry.unwrap().path()), 0o600);
    }
    // Texts of a file that is gone are gone, too.
    let marked = place.join("2026-10-19.jsonl");
    let mut record = records(5, 1, false).remove(1);
    record.repository = Some("/srv/work/a-word-that-stands-nowhere-else".into());
    add(&marked, &generate::line(&record));
    let has = || {
        let stored = fs::read(&room.stored()[0]).unwrap();
        stored.windows(29).any(|part| part == b"a-word-that-stands-nowhere-el")
    };
    room.agree(&question, "a record more");
    assert!(has());
    fs::remove_file(&marked).unwrap();
    index::forget(&room.indexes(), place).unwrap();
    assert!(!has());
    room.agree(&question, "a file less");
    // And so is the index of a directory that is gone.
    let other = Room::new(1);
    generate::append(&other.places[0], &records(6, 2, false));
    by_index(&room.indexes(), &other.places, &question);
    assert_eq!(room.stored().len(), 2);
    drop(other);
    room.agree(&question, "nothing");
    assert_eq!(room.stored().len(), 1);
}

#[test]
fn an_index_that_cannot_be_used_is_said() {
    let room = Room::new(1);
    generate::append(&room.places[0], &records(7, 2, false));
    let question = Question::default();
    let why = || match try_index(&room.indexes(), &room.places, &question) {
        Err(Unanswered::Index(why)) => why,
        other => panic!("{other:?}"),
    };
    fs::create_dir_all(room.room.path().join("state")).unwrap();
    fs::write(room.indexes(), b"no directory").unwrap();
    assert!(why().contains("state/index"));
    fs::remove_file(room.indexes()).unwrap();
    fs::create_dir(room.indexes()).unwrap();
    fs::set_permissions(room.indexes(), fs::Permissions::from_mode(0o777)).unwrap();
    assert!(why().contains("others may write it"));
    fs::set_permissions(room.indexes(), fs::Permissions::from_mode(0o700)).unwrap();
    room.agree(&question, "nothing");
    // A link in the place of the index is not followed.
    let (stored, target) = (room.stored().remove(0), room.room.path().join("target"));
    fs::write(&target, b"what somebody else wrote").unwrap();
    fs::remove_file(&stored).unwrap();
    std::os::unix::fs::symlink(&target, &stored).unwrap();
    room.agree(&question, "a link");
    assert_eq!(fs::read(&target).unwrap(), b"what somebody else wrote");
}

#[test]
fn an_error_of_whoever_lists_comes_through() {
    let room = Room::new(1);
    generate::append(&room.places[0], &records(8, 2, false));
    let each = |_| Err(io::Error::other("enough"));
    let answer = index::answer(&room.indexes(), &room.places, &mut Question::default().asked(), |_, _, _| (), each);
    assert!(matches!(answer, Err(Unanswered::Listing(error)) if error.to_string() == "enough"));
}

fn query(room: &Room, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_prexec"));
    command.args(["audit", "query", "--index", "always", "--audit"]).arg(&room.places[0]);
    command.arg("--home").arg(room.room.path().join("home")).args(arguments);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// So that taking them in takes a while.
fn many(room: &Room) {
    let some = records(9, 120, false);
    for _ in 0..4 {
        generate::append(&room.places[0], &some);
    }
}

#[test]
fn an_indexer_may_be_killed_anywhere() {
    let room = Room::new(1);
    many(&room);
    fs::create_dir(room.room.path().join("home")).unwrap();
    let indexes = room.room.path().join("home").join(index::USER);
    let question = Question { keys: vec![Key::Day, Key::Decision], ..Question::default() };
    let scanned = by_scan(&room.places, &question);
    let mut dice = Dice::new(77);
    let mut killed = 0;
    for _ in 0..rounds(8) {
        let mut child = query(&room, &["--count-by", "day"]).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(5 + dice.roll(400)));
        child.kill().unwrap();
        killed += usize::from(!child.wait().unwrap().success());
        if dice.roll(3) == 0 {
            assert_eq!(by_index(&indexes, &room.places, &question), scanned);
            fs::remove_dir_all(&indexes).unwrap();
        }
    }
    println!("{killed} were killed before they were done");
    assert_eq!(by_index(&indexes, &room.places, &question), scanned);
}

#[test]
fn several_may_ask_while_records_come() {
    let room = Room::new(1);
    many(&room);
    fs::create_dir(room.room.path().join("home")).unwrap();
    let children: Vec<_> =
        (0..5).map(|_| query(&room, &["--count-by", "kind", "--kind", "all"]).spawn().unwrap()).collect();
    for seed in 0..20 {
        generate::append(&room.places[0], &records(seed, 1, false));
    }
    for child in children {
        let out = child.wait_with_output().unwrap();
        let (text, said) = (String::from_utf8(out.stdout).unwrap(), String::from_utf8(out.stderr).unwrap());
        // One that waited too long has read the lines by itself.
        assert!(out.status.success() && text.contains("decision"), "{text}{said}");
        assert!(!said.contains("damaged"), "{said}");
    }
    let indexes = room.room.path().join("home").join(index::USER);
    let question = Question { keys: vec![Key::Kind], ..Question::default() };
    assert_eq!(by_index(&indexes, &room.places, &question), by_scan(&room.places, &question));
}

#[test]
fn the_verb_says_the_same_with_and_without() {
    let room = Room::new(1);
    generate::append(&room.places[0], &records(11, 80, true));
    fs::create_dir(room.room.path().join("home")).unwrap();
    let say = |when: &str, arguments: &[&str]| {
        let mut command = query(&room, arguments);
        let all: Vec<_> =
            command.get_args().map(|word| if word == "always" { when.into() } else { word.to_owned() }).collect();
        command = Command::new(env!("CARGO_BIN_EXE_prexec"));
        let out = command.args(all).output().unwrap();
        assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
        (String::from_utf8(out.stdout).unwrap(), String::from_utf8(out.stderr).unwrap())
    };
    for format in ["table", "json", "csv"] {
        for question in [
            &["--kind", "all"][..],
            &["--decision", "deny", "--limit", "3"],
            &["--path", "~/.aws", "--count-by", "repository,path"],
            &["--count-by", "day,user", "--limit", "4"],
            &["--last", "1d"],
        ] {
            let arguments = [question, &["--format", format]].concat();
            assert_eq!(say("always", &arguments), say("never", &arguments), "{arguments:?}");
        }
    }
    assert!(room.room.path().join("home").join(index::USER).is_dir());
}
