//! Questions about many records: makes the records of a busy machine, and measures how long each verb takes for them and how much
//! memory it needs.
//!
//! ```text
//! cargo bench --bench trail                                                       # 200,000 records, about 150 MB
//! cargo bench --bench trail -- --records 10000000 --directory DIR                 # 7 GB; made once, and left there
//! cargo bench --bench trail -- --directory DIR --program PATH                     # another build of prexec
//! cargo bench --bench trail -- --directory DIR --only query                       # no verify, report and export
//! ```
//!
//! There is no pass or fail here. What is in the page cache is read faster than what is not: the first pass over the records of a
//! directory that is larger than the memory measures the disk.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::cast_precision_loss,
    reason = "a bench ends where its subjects cannot be made; its figures are rounded anyway"
)]

#[path = "../tests/trail/generate.rs"]
mod generate;

use generate::{Dice, Fleet};
use prexec::trail::{Moment, Record, day_files};
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const DAYS: i64 = 90;
const DAY: i64 = 86_400_000_000;
/// As long as a file of records gets.
const FULL: usize = 64 << 20;

/// Questions, each with what it is called.
const QUESTIONS: &[(&str, &[&str])] = &[
    ("the newest 100", &[]),
    ("denials of the quarter by rule", &["--decision", "deny", "--count-by", "rule"]),
    ("secrets.rules by agent and user", &["--rule", "secrets.rules", "--count-by", "agent,user"]),
    ("calls per day", &["--count-by", "day"]),
    ("calls by repository and decision", &["--count-by", "repository,decision"]),
    ("calls by path", &["--count-by", "path", "--limit", "20"]),
    ("calls by session", &["--count-by", "session", "--limit", "20"]),
    ("a path that is rare", &["--path", "**/.env", "--access", "read"]),
    ("paths below a glob", &["--path", "/srv/**/module_7/**", "--access", "write", "--count-by", "program"]),
    ("a host", &["--host", "*.example.net"]),
    ("a program", &["--program", "git push", "--format", "json"]),
    ("one session", &["--session", "SESSION", "--kind", "all"]),
    ("the last day, denied", &["--last", "36h", "--decision", "deny"]),
    ("every denial as JSON", &["--decision", "deny", "--format", "json"]),
];

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let value = |name: &str| {
        let at = arguments.iter().position(|argument| argument == name)?;
        arguments.get(at + 1).cloned()
    };
    let records: u64 = value("--records").map_or(200_000, |text| text.parse().expect("a number of records"));
    let program = value("--program").unwrap_or_else(|| env!("CARGO_BIN_EXE_prexec").into());
    let room = tempfile::tempdir().expect("a directory");
    let directory = value("--directory").map_or_else(|| room.path().join("records"), PathBuf::from);
    fs::create_dir_all(&directory).expect("a directory for the records");
    if day_files(&directory).expect("files").is_empty() {
        let began = Instant::now();
        let (made, bytes) = make(&directory, records);
        println!("{made} records, {} MB, made in {:.0} s", bytes >> 20, began.elapsed().as_secs_f64());
    }
    let bench = Bench { program, directory, home: room.path().join("home") };
    fs::create_dir_all(&bench.home).expect("a home");
    let total = bench.count();
    println!("{:<44} {:>9} {:>9} {:>12}", "", "seconds", "MiB", "records/s");
    bench.tell(total, "closing all files", &["audit", "prune", "--keep", "3650d", "--size", "1000000"]);
    let only = value("--only");
    let is = |part: &str| only.as_deref().is_none_or(|only| only == part);
    if is("query") {
        bench.questions(total);
    }
    if is("rest") {
        bench.tell(total, "audit verify", &["audit", "verify"]);
        let page = room.path().join("report.html");
        bench.tell(total, "audit report", &["audit", "report", "-o", page.to_str().unwrap()]);
        for format in ["jsonl", "csv", "ecs", "ocsf", "sarif"] {
            bench.tell(total, &format!("audit export --format {format}"), &["audit", "export", "--format", format]);
        }
    }
}

struct Bench {
    program: String,
    directory: PathBuf,
    home: PathBuf,
}

impl Bench {
    fn questions(&self, total: u64) {
        let ask = |what: &str, index: &str, question: &[&str]| {
            let session = self.session();
            let question: Vec<&str> =
                question.iter().map(|word| if *word == "SESSION" { session.as_str() } else { word }).collect();
            self.tell(total, what, &[&["audit", "query", "--index", index], question.as_slice()].concat());
        };
        ask("the index is made", "always", &["--count-by", "decision"]);
        let index = self.home.join(prexec::trail::index::USER);
        let size: u64 = fs::read_dir(index).unwrap().map(|entry| entry.unwrap().metadata().unwrap().len()).sum();
        println!("the index has {} MiB", size >> 20);
        for (what, question) in QUESTIONS {
            ask(what, "always", question);
        }
        self.append();
        ask("after a record was added", "always", &["--count-by", "decision"]);
        println!("reading every line:");
        for (what, question) in QUESTIONS {
            // Enough to see that they all cost the same.
            if ["calls by path", "secrets.rules by agent and user", "every denial as JSON"].contains(what) {
                ask(what, "never", question);
            }
        }
    }

    /// Runs a verb, and says how long it took and how much memory it had.
    fn tell(&self, total: u64, what: &str, arguments: &[&str]) {
        let (time, memory) = self.run(arguments);
        let rate = total as f64 / time.as_secs_f64();
        println!("{what:<44} {:>9.2} {:>9} {rate:>12.0}", time.as_secs_f64(), memory >> 10);
    }

    fn run(&self, arguments: &[&str]) -> (Duration, u64) {
        let mut command = Command::new(&self.program);
        command.args(arguments).arg("--audit").arg(&self.directory).arg("--home").arg(&self.home);
        let began = Instant::now();
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("prexec");
        let status = format!("/proc/{}/status", child.id());
        let mut most = 0;
        let ended = loop {
            let text = fs::read_to_string(&status).unwrap_or_default();
            let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
            let size = line.and_then(|line| line.trim().split(' ').next()?.parse().ok()).unwrap_or(0_u64);
            most = most.max(size);
            if let Some(ended) = child.try_wait().expect("a child") {
                break ended;
            }
            std::thread::sleep(Duration::from_millis(5));
        };
        let time = began.elapsed();
        let mut said = String::new();
        std::io::Read::read_to_string(&mut child.stderr.take().unwrap(), &mut said).unwrap();
        assert!(ended.success() && !said.contains("every line is read"), "{arguments:?}: {said}");
        (time, most)
    }

    /// How many lines there are.
    fn count(&self) -> u64 {
        let count = |path: &Path| {
            let mut file = File::open(path).unwrap();
            let (mut buffer, mut count) = (vec![0; 1 << 20], 0);
            loop {
                let read = std::io::Read::read(&mut file, &mut buffer).unwrap();
                if read == 0 {
                    return count / 2;
                }
                count += buffer[..read].split(|byte| *byte == b'\n').count() as u64 - 1;
            }
        };
        day_files(&self.directory).unwrap().iter().map(|file| count(&file.path)).sum()
    }

    /// A session that there is.
    fn session(&self) -> String {
        let files = day_files(&self.directory).unwrap();
        let mut text = vec![0; 4096];
        let read = std::io::Read::read(&mut File::open(&files[files.len() / 2].path).unwrap(), &mut text).unwrap();
        let text = String::from_utf8_lossy(&text[..read]).into_owned();
        let (_, rest) = text.split_once("\"session\":\"").unwrap();
        rest.split('"').next().unwrap().to_owned()
    }

    /// One more record, of today.
    fn append(&self) {
        let mut records = fleet(1, Moment::now().before(DAY / 2), 1);
        let record = records.pop().unwrap();
        generate::append(&self.directory, &[record]);
    }
}

fn fleet(seed: u64, from: Moment, sessions: u64) -> Vec<Record> {
    Fleet { seed, from: Moment::read(&from.day()).unwrap(), days: 1, sessions, hostile: false }.records()
}

/// Makes so many records of the last 90 days; says how many, and how many bytes.
fn make(directory: &Path, records: u64) -> (u64, u64) {
    let per_day = records.div_ceil(DAYS.unsigned_abs());
    let (mut made, mut bytes, mut dice) = (0, 0, Dice::new(5));
    for day in 0..DAYS {
        let from = Moment::now().before((DAYS - day) * DAY);
        let mut all = fleet(day.unsigned_abs() + 1, from, per_day / 30 + 1);
        all.truncate(usize::try_from(per_day).unwrap());
        let (mut part, mut size, mut out) = (0, 0, None);
        for record in &mut all {
            vary(record, day, &mut dice);
            let line = generate::line(record);
            if out.is_none() || size > FULL {
                let ending = if part == 0 { "jsonl".to_owned() } else { format!("{part}.jsonl") };
                let file = File::create(directory.join(format!("{}.{ending}", from.day()))).unwrap();
                (out, size, part) = (Some(BufWriter::new(file)), 0, part + 1);
            }
            out.as_mut().unwrap().write_all(&line).unwrap();
            size += line.len();
            bytes += line.len() as u64;
        }
        made += all.len() as u64;
    }
    (made, bytes)
}

/// Sessions of their own, and files as a repository has them: a few that are looked at all the time, and thousands that are not.
fn vary(record: &mut Record, day: i64, dice: &mut Dice) {
    if let Some(session) = &mut record.session {
        session.insert_str(0, &format!("{day:02x}"));
    }
    for effect in &mut record.effects {
        let Some(path) = effect.path.as_mut().filter(|path| path.contains("/src/")) else { continue };
        let most = *dice.pick(&[5, 50, 400, 5000]);
        let file = dice.roll(most);
        let (root, _) = path.rsplit_once("/src/").unwrap();
        *path = format!("{root}/src/module_{}/part_{}/file_{file}.rs", file % 11, file % 7);
    }
}
