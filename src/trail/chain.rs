//! `chain.jsonl`: one line per file of records that was closed, and one per closed file that was pruned. Each line names the digest
//! of the line before, so that none can be changed, taken out, put in or moved without the head becoming another; and each has a seal
//! over itself, so that a change of the last one shows as well.
//!
//! Whoever can write the directory can write the whole chain anew. What proves that he did not is a head that was kept elsewhere.

use nix::fcntl::{Flock, FlockArg, OFlag};
use serde::{Deserialize, Serialize};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;
use std::string::{String, ToString};
use std::vec::Vec;
use std::{format, vec};

/// The name of the chain in a directory of records.
pub const CHAIN: &str = "chain.jsonl";
/// Names the form of a line.
pub const CHAIN_SCHEMA: &str = "prexec/chain/1";
/// The largest chain that is read: many years of it.
const MOST: u64 = 64 << 20;

/// One line. The order of its fields is the order in which they are written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Link {
    /// [`CHAIN_SCHEMA`].
    pub schema: String,
    /// The file of records.
    pub file: String,
    /// How many records it has.
    pub records: u64,
    /// How long it is.
    pub bytes: u64,
    /// Its digest.
    pub digest: String,
    /// The digest of the line before; none of the first.
    pub previous: Option<String>,
    /// When the line was written.
    pub time: String,
    /// Why the file was removed; none where the line closes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pruned: Option<String>,
    /// The digest of this line with an empty seal.
    pub seal: String,
}

impl Link {
    /// The line as text, with the seal that belongs to it.
    fn sealed(mut self) -> Result<(Self, String), String> {
        self.seal = self.own_seal()?;
        let text = serde_json::to_string(&self).map_err(|e| e.to_string())?;
        Ok((self, text))
    }

    fn own_seal(&self) -> Result<String, String> {
        let open = Self { seal: String::new(), ..self.clone() };
        serde_json::to_string(&open).map(|text| digest(text.as_bytes())).map_err(|e| e.to_string())
    }

    /// Reads a line that is written as we write it, byte by byte; none where it is not.
    pub fn read(line: &[u8]) -> Option<Self> {
        let link: Self = serde_json::from_slice(line).ok()?;
        let (same, text) = link.clone().sealed().ok()?;
        (same == link && text.as_bytes() == line && link.schema == CHAIN_SCHEMA).then_some(link)
    }
}

/// A digest as lines write it.
pub fn digest(bytes: &[u8]) -> String {
    format!("blake3:{}", blake3::hash(bytes).to_hex())
}

/// The chain as it stands in a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chain {
    /// Each whole line, with what it says; none where it is no line of a chain.
    pub lines: Vec<(Vec<u8>, Option<Link>)>,
    /// What follows the last line end: a line that was being written.
    pub torn: Vec<u8>,
}

impl Chain {
    /// Reads the chain of a directory; an empty one where there is none.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn read(directory: &Path) -> Result<Self, String> {
        let path = directory.join(CHAIN);
        match open(&path, false).and_then(|file| text(&file)) {
            Ok(text) => Ok(Self::of(&text)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(format!("`{}` cannot be read: {error}", path.display())),
        }
    }

    /// The last line of the chain of a directory, without a look at the others; none where it is no line of a chain.
    pub fn last(directory: &Path) -> Option<(Vec<u8>, Link)> {
        let text = open(&directory.join(CHAIN), false).and_then(|file| text(&file)).ok()?;
        let line = text.rsplit(|byte| *byte == b'\n').nth(1)?;
        Some((line.to_vec(), Link::read(line)?))
    }

    fn of(text: &[u8]) -> Self {
        let mut lines: Vec<&[u8]> = text.split(|byte| *byte == b'\n').collect();
        let torn = lines.pop().unwrap_or_default().to_vec();
        let lines = lines.into_iter().map(|line| (line.to_vec(), Link::read(line))).collect();
        Self { lines, torn }
    }

    /// The digest of the last line: what is worth keeping elsewhere.
    pub fn head(&self) -> Option<String> {
        self.lines.last().map(|(line, _)| digest(line))
    }

    /// What the lines say.
    pub fn links(&self) -> impl Iterator<Item = &Link> {
        self.lines.iter().filter_map(|(_, link)| link.as_ref())
    }

    /// The line that closes a file.
    pub fn closing(&self, file: &str) -> Option<&Link> {
        self.links().find(|link| link.file == file && link.pruned.is_none())
    }

    /// Whether a file was pruned.
    pub fn is_pruned(&self, file: &str) -> bool {
        self.links().any(|link| link.file == file && link.pruned.is_some())
    }
}

/// The chain, held so that nobody else appends to it meanwhile.
pub(super) struct Held {
    file: Flock<File>,
    pub(super) chain: Chain,
}

impl Held {
    /// Takes the chain of a directory. Nothing where another process has it and `wait` is not asked for.
    pub(super) fn take(directory: &Path, wait: bool) -> Result<Option<Self>, String> {
        let path = directory.join(CHAIN);
        let wrong = |what: String| format!("`{}` {what}", path.display());
        let file = open(&path, true).map_err(|e| wrong(format!("cannot be opened: {e}")))?;
        let how = if wait { FlockArg::LockExclusive } else { FlockArg::LockExclusiveNonblock };
        let file = match Flock::lock(file, how) {
            Ok(file) => file,
            Err((_, nix::errno::Errno::EWOULDBLOCK)) => return Ok(None),
            Err((_, error)) => return Err(wrong(format!("cannot be locked: {error}"))),
        };
        let chain = Chain::of(&text(&file).map_err(|e| wrong(format!("cannot be read: {e}")))?);
        Ok(Some(Self { file, chain }))
    }

    /// Appends a line. What a writer left that was stopped is taken out first: it never counted.
    pub(super) fn append(&mut self, mut link: Link) -> Result<(), String> {
        link.previous = self.chain.head();
        let (link, text) = link.sealed()?;
        let whole: u64 = self.chain.lines.iter().map(|(line, _)| line.len() as u64 + 1).sum();
        let failed = |error: io::Error| format!("`{CHAIN}` cannot be written: {error}");
        if !self.chain.torn.is_empty() {
            self.file.set_len(whole).map_err(failed)?;
            self.chain.torn.clear();
        }
        step();
        let mut file: &File = &self.file;
        if let Err(error) = torn_in_tests(file, &text).and_then(|()| file.write_all(format!("{text}\n").as_bytes())) {
            // Half a line is none.
            let _ = self.file.set_len(whole);
            return Err(failed(error));
        }
        self.file.sync_data().map_err(failed)?;
        self.chain.lines.push((text.into_bytes(), Some(link)));
        step();
        Ok(())
    }
}

/// All of an open chain.
fn text(mut file: &File) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    file.seek(SeekFrom::Start(0))?;
    file.take(MOST + 1).read_to_end(&mut text)?;
    if text.len() as u64 > MOST {
        return Err(io::Error::other(format!("it is larger than {} MiB", MOST >> 20)));
    }
    Ok(text)
}

/// Opens a regular file that is no link, without waiting for anything.
fn open(path: &Path, write: bool) -> io::Result<File> {
    let flags = OFlag::O_NOFOLLOW | OFlag::O_NONBLOCK | OFlag::O_NOCTTY;
    let mut options = OpenOptions::new();
    options.read(true).append(write).create(write).mode(0o600).custom_flags(flags.bits());
    let file = options.open(path)?;
    if file.metadata()?.is_file() { Ok(file) } else { Err(io::Error::other("it is no regular file")) }
}

/// What a file of records holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Content {
    /// Of the first bytes that were asked for.
    pub(super) digest: String,
    /// Lines among them that look whole.
    pub(super) records: u64,
    /// Lines among them that do not.
    pub(super) torn: Vec<usize>,
    /// How long the whole file is.
    pub(super) length: u64,
}

/// Digests the first bytes of a file and counts its lines; all of it where no number is given.
pub(super) fn measure(path: &Path, most: Option<u64>, tick: &mut dyn FnMut(u64)) -> io::Result<Content> {
    let file = open(path, false)?;
    let length = file.metadata()?.len();
    let most = most.unwrap_or(length);
    let mut from = (&file).take(most);
    let (mut hasher, mut buffer) = (blake3::Hasher::new(), vec![0; 1 << 17]);
    let (mut records, mut torn, mut number) = (0, Vec::new(), 0);
    let mut line = Vec::new();
    let mut end_of = |line: &mut Vec<u8>| {
        number += 1;
        if looks_whole(line) {
            records += 1;
        } else if !line.is_empty() {
            torn.push(number);
        }
        line.clear();
    };
    loop {
        let read = from.read(&mut buffer)?;
        if read == 0 {
            break;
        }
        let part = buffer.get(..read).unwrap_or_default();
        hasher.update(part);
        let mut pieces = part.split(|byte| *byte == b'\n');
        line.extend(pieces.next().unwrap_or_default());
        for piece in pieces {
            end_of(&mut line);
            line.extend(piece);
        }
        // What is too long for a record need not be kept.
        line.truncate(1 << 20);
        tick(read as u64);
    }
    end_of(&mut line);
    let digest = format!("blake3:{}", hasher.finalize().to_hex());
    Ok(Content { digest, records, torn, length })
}

/// How every record begins, whose fields have a fixed order.
fn looks_whole(line: &[u8]) -> bool {
    line.starts_with(b"{\"schema\":\"prexec/record/1\",") && line.ends_with(b"}")
}

/// Whether the directory belongs to the account of this process: root's files in it would keep the account from writing.
pub(super) fn is_ours(directory: &Path) -> io::Result<bool> {
    Ok(fs::metadata(directory)?.uid() == nix::unistd::geteuid().as_raw())
}

/// Something is about to change. Tests end the process here, at each step in turn.
#[cfg(not(feature = "fault-injection"))]
pub(super) fn step() {}

#[cfg(feature = "fault-injection")]
pub(super) fn step() {
    use std::sync::atomic::{AtomicUsize, Ordering};
    static STEPS: AtomicUsize = AtomicUsize::new(0);
    let this = STEPS.fetch_add(1, Ordering::Relaxed).to_string();
    if std::env::var("PREXEC_TEST_DIES_AT_STEP").is_ok_and(|step| step == this) {
        std::process::abort();
    }
}

/// A writer that is stopped in the middle of a line.
#[cfg(not(feature = "fault-injection"))]
#[expect(clippy::unnecessary_wraps, reason = "it is another function in tests")]
fn torn_in_tests(_: &File, _: &str) -> io::Result<()> {
    Ok(())
}

#[cfg(feature = "fault-injection")]
fn torn_in_tests(mut file: &File, text: &str) -> io::Result<()> {
    use std::sync::atomic::{AtomicUsize, Ordering};
    static LINES: AtomicUsize = AtomicUsize::new(0);
    let this = LINES.fetch_add(1, Ordering::Relaxed).to_string();
    if std::env::var("PREXEC_TEST_TEARS_LINE").is_ok_and(|line| line == this) {
        file.write_all(text.as_bytes().split_at(text.len() / 2).0)?;
        std::process::abort();
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link(file: &str) -> Link {
        Link {
            schema: CHAIN_SCHEMA.into(),
            file: file.into(),
            records: 1,
            bytes: 2,
            digest: digest(b"x"),
            previous: None,
            time: "2026-11-21T00:45:12.123456Z".into(),
            pruned: None,
            seal: String::new(),
        }
    }

    #[test]
    fn lines_follow_each_other() {
        let place = tempfile::tempdir().expect("a directory");
        let mut held = Held::take(place.path(), false).expect("a chain").expect("the lock");
        held.append(link("a")).expect("a line");
        held.append(link("b")).expect("a line");
        assert!(Held::take(place.path(), false).expect("a chain").is_none(), "held twice");
        drop(held);
        let chain = Chain::read(place.path()).expect("a chain");
        let links: Vec<&Link> = chain.links().collect();
        let (line, last) = Chain::last(place.path()).expect("a last line");
        assert_eq!((&last, Some(digest(&line))), (links[1], chain.head()));
        assert_eq!((links[0].previous.as_deref(), links[1].file.as_str()), (None, "b"));
        assert_eq!(links[1].previous, Some(digest(&chain.lines[0].0)));
    }

    #[test]
    fn half_a_line_is_taken_out() {
        let place = tempfile::tempdir().expect("a directory");
        let path = place.path().join(CHAIN);
        for torn in ["", "{\"schema\":", "{}", "\u{0}"] {
            fs::write(&path, torn).expect("a file");
            let mut held = Held::take(place.path(), false).expect("a chain").expect("the lock");
            held.append(link("a")).expect("a line");
            drop(held);
            let chain = Chain::read(place.path()).expect("a chain");
            assert_eq!((chain.lines.len(), chain.links().count(), chain.torn.len()), (1, 1, 0), "{torn}");
            OpenOptions::new().append(true).open(&path).expect("a file").write_all(torn.as_bytes()).expect("more");
            assert_eq!(Chain::last(place.path()).expect("a last line").1.file, "a", "{torn}");
        }
    }

    #[test]
    fn any_other_byte_makes_it_no_line() {
        let (_, text) = link("a").sealed().expect("a line");
        assert!(Link::read(text.as_bytes()).is_some());
        for at in 0..text.len() {
            for change in [1, 0x20, 0x80] {
                let mut bytes = text.clone().into_bytes();
                bytes[at] ^= change;
                assert_eq!(Link::read(&bytes), None, "{}", String::from_utf8_lossy(&bytes));
            }
        }
    }

    #[test]
    fn links_to_other_files_and_pipes_are_no_chain() {
        let place = tempfile::tempdir().expect("a directory");
        std::os::unix::fs::symlink("/dev/null", place.path().join(CHAIN)).expect("a link");
        assert!(Held::take(place.path(), false).is_err() && Chain::read(place.path()).is_err());
    }
}
