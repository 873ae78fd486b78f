//! Whole processes, interleaved, so that what else the machine does falls on all of them alike.

use super::{Measured, bare};
use std::io::{self, Seek, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Bytes that any pipe of Linux takes before something reads (pipe(7): 16 pages, but one page for an account with many).
const PIPE: usize = 4096;
/// Rounds before anything counts: the first ones fill caches.
const WARM_UP: usize = 3;

/// An executable that is started for every call.
#[derive(Clone, Debug)]
pub struct Subject {
    /// For people.
    pub name: String,
    program: PathBuf,
    arguments: Vec<String>,
}

impl Subject {
    /// A program with its arguments.
    pub fn new(name: impl Into<String>, program: impl Into<PathBuf>, arguments: &[String]) -> Self {
        Self { name: name.into(), program: program.into(), arguments: arguments.to_vec() }
    }
}

/// What is measured: executables that do nothing, and this prexec as a hook (and `prexec-hook`, where it stands beside it), with
/// `arguments` behind the verb, without records and with them. The first one is what the others are multiples of.
///
/// # Errors
/// This executable cannot be found, or nothing can be written into `scratch`.
pub fn subjects(scratch: &Path, arguments: &[String]) -> io::Result<Vec<Subject>> {
    let own = std::env::current_exe()?;
    let mut all = Vec::new();
    all.extend(bare::write(scratch)?.map(|path| Subject::new("exit, without libc", path, &[])));
    let nothing = ["/bin/true", "/usr/bin/true"].into_iter().find(|path| Path::new(path).exists());
    all.extend(nothing.map(|path| Subject::new(path, path, &[])));
    // What is measured belongs into nobody's records.
    let with = |audit: &str| [arguments, &["--audit".to_owned(), audit.to_owned()]].concat();
    let records = with(&scratch.join("records").to_string_lossy());
    let beside = own.with_file_name("prexec-hook");
    if beside.is_file() {
        all.push(Subject::new("prexec-hook", &beside, &with("off")));
        all.push(Subject::new("prexec-hook, with a record", beside, &records));
    }
    let whole = |arguments: &[String]| [&["hook".to_owned()], arguments].concat();
    all.push(Subject::new("prexec hook", &own, &whole(&with("off"))));
    all.push(Subject::new("prexec hook, with a record", own, &whole(&records)));
    Ok(all)
}

/// Starts every subject once for each call in each round. `progress` is told how much of all is done, from 0 to 1.
///
/// # Errors
/// A subject cannot be started.
pub fn whole_processes(
    subjects: &[Subject],
    calls: &[Vec<u8>],
    rounds: usize,
    progress: &mut dyn FnMut(f64),
) -> io::Result<Vec<Measured>> {
    let mut times = vec![Vec::new(); subjects.len()];
    for round in 0..rounds + WARM_UP {
        for call in calls {
            for (subject, times) in subjects.iter().zip(&mut times) {
                let time = one(subject, call)
                    .map_err(|e| io::Error::new(e.kind(), format!("`{}` cannot be started: {e}", subject.name)))?;
                if round >= WARM_UP {
                    times.push(time);
                }
            }
        }
        #[expect(clippy::cast_precision_loss, reason = "a share of a few thousand rounds")]
        progress((round + 1) as f64 / (rounds + WARM_UP) as f64);
    }
    Ok(subjects.iter().zip(times).map(|(subject, times)| Measured::new(subject.name.clone(), times)).collect())
}

/// From before the process is made until it has ended.
fn one(subject: &Subject, call: &[u8]) -> io::Result<Duration> {
    // Filled before the process is there: nothing is written to one that has ended.
    let input = if call.len() <= PIPE { piped(call)? } else { stored(call)? };
    let mut command = Command::new(&subject.program);
    command.args(&subject.arguments).stdin(input).stdout(Stdio::null()).stderr(Stdio::null());
    let start = Instant::now();
    command.spawn()?.wait()?;
    Ok(start.elapsed())
}

/// A pipe in which a call stands, as Codex gives it.
fn piped(call: &[u8]) -> io::Result<Stdio> {
    let (reader, mut writer) = io::pipe()?;
    writer.write_all(call)?;
    Ok(reader.into())
}

/// A file in which a call stands.
fn stored(call: &[u8]) -> io::Result<Stdio> {
    let mut file = tempfile::tempfile()?;
    file.write_all(call)?;
    file.rewind()?;
    Ok(file.into())
}
