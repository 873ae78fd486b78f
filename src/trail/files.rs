//! Which files of a directory hold records, by their names: `2026-11-21.jsonl` and its further parts, oldest first.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::string::String;
use std::vec::Vec;
use std::{fs, io};

/// A day in UTC, `YYYY-MM-DD`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(String);

impl Day {
    /// The day of that text; none where it is no day.
    pub fn new(text: &str) -> Option<Self> {
        let shape = |(at, byte): (usize, u8)| if matches!(at, 4 | 7) { byte == b'-' } else { byte.is_ascii_digit() };
        (text.len() == 10 && text.bytes().enumerate().all(shape)).then(|| Self(text.into()))
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A file of records. Sorts by age.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DayFile {
    /// Its day.
    pub day: Day,
    /// Which part of the day: 0, then 1 and so on.
    pub part: u32,
    /// Where it is.
    pub path: PathBuf,
}

/// The files of records in a directory, oldest first.
///
/// # Errors
/// The directory cannot be read.
pub fn day_files(directory: &Path) -> io::Result<Vec<DayFile>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        if let Some((day, part)) = name(&entry.file_name()) {
            found.push(DayFile { day, part, path: entry.path() });
        }
    }
    found.sort();
    Ok(found)
}

/// The day and the part that a file's name stands for.
pub(super) fn name(name: &OsStr) -> Option<(Day, u32)> {
    let stem = name.to_str()?.strip_suffix(".jsonl")?;
    let (day, part) = match stem.split_once('.') {
        None => (stem, 0),
        // As it is written: `.01` is no part.
        Some((day, part)) => (day, part.parse().ok().filter(|number: &u32| *number > 0 && part == number.to_string())?),
    };
    Some((Day::new(day)?, part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_files_of_records_oldest_first() {
        let place = tempfile::tempdir().expect("a directory");
        for name in [
            "2026-11-21.jsonl",
            "2026-11-21.10.jsonl",
            "2026-11-21.2.jsonl",
            "2026-02-01.jsonl",
            "chain.jsonl",
            "2026-11-21.02.jsonl",
            "2026-11-21.0.jsonl",
            "2026-11-2.jsonl",
            "2026-11-21.jsonl~",
            "lost",
        ] {
            fs::write(place.path().join(name), "").expect("a file");
        }
        let found: Vec<_> =
            day_files(place.path()).expect("files").into_iter().map(|f| (f.day.as_str().to_owned(), f.part)).collect();
        let expected = [("2026-02-01", 0), ("2026-11-21", 0), ("2026-11-21", 2), ("2026-11-21", 10)];
        assert_eq!(found, expected.map(|(day, part)| (day.to_owned(), part)));
    }
}
