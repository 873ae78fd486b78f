//! The head of the chain of closed files: it goes with every batch, so that it is known elsewhere than on this machine.

use serde_json::Value as Json;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;
use std::string::String;
use std::vec::Vec;

/// More than any line of the chain has.
const WINDOW: u64 = 8 * 1024;

/// The last line of `chain.jsonl`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// It, byte by byte.
    pub line: String,
    /// The file that it tells of: the one that was closed last, or an old one that was removed.
    pub file: String,
    /// That file's digest.
    pub digest: String,
    /// The digest of the line, which the next line will name as the one before it.
    pub link: String,
}

/// The head of the chain of a directory of records; none where no file is closed yet.
pub fn head(directory: &Path) -> Option<Head> {
    let mut file: File = crate::trail::source::open(&directory.join("chain.jsonl")).ok()?;
    let length = file.metadata().ok()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(WINDOW))).ok()?;
    let mut text = Vec::new();
    file.take(WINDOW).read_to_end(&mut text).ok()?;
    let whole = text.rsplitn(2, |byte| *byte == b'\n').nth(1)?;
    let line = whole.rsplit(|byte| *byte == b'\n').find(|line| !line.is_empty())?;
    let value: Json = serde_json::from_slice(line).ok()?;
    let name = |key: &str| value.get(key).and_then(Json::as_str).map(String::from);
    let (file, digest) = (name("file")?, name("digest")?);
    let link = std::format!("blake3:{}", blake3::hash(line).to_hex());
    Some(Head { line: core::str::from_utf8(line).ok()?.into(), file, digest, link })
}

/// How many bytes a file had when it was closed; none where the chain does not say.
pub fn closed(directory: &Path, name: &str) -> Option<u64> {
    let file = crate::trail::source::open(&directory.join("chain.jsonl")).ok()?;
    let mut lines = crate::trail::source::Lines::new(file, 0).ok()?;
    let (mut line, mut bytes) = (Vec::new(), None);
    while lines.next(&mut line).ok()?.is_some() {
        let value: Json = serde_json::from_slice(&line).unwrap_or_default();
        if value.get("file").and_then(Json::as_str) == Some(name) {
            bytes = value.get("bytes").and_then(Json::as_u64);
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_last_whole_line_counts() {
        let place = tempfile::tempdir().expect("a directory");
        assert_eq!(super::head(place.path()), None);
        let first = r#"{"schema":"prexec/chain/1","file":"2026-11-20.jsonl","digest":"blake3:1"}"#;
        let second = r#"{"schema":"prexec/chain/1","file":"2026-11-21.jsonl","digest":"blake3:2"}"#;
        let text = std::format!("{first}\n{second}\n{{\"torn");
        std::fs::write(place.path().join("chain.jsonl"), text).expect("a file");
        let head = super::head(place.path()).expect("a head");
        assert_eq!((head.file.as_str(), head.digest.as_str()), ("2026-11-21.jsonl", "blake3:2"));
        assert_eq!(head.link, std::format!("blake3:{}", blake3::hash(second.as_bytes()).to_hex()));
    }
}
