//! The names that `fd` finds.

use super::options::Parsed;
use crate::effect::{Value, Word};
use alloc::{vec, vec::Vec};

/// Options with which it still finds names below the directories that are named, none of them behind a link, and writes them as they are.
const QUIET: [&[u8]; 46] = [
    b"-e",
    b"--extension",
    b"-t",
    b"--type",
    b"-H",
    b"--hidden",
    b"-I",
    b"--no-ignore",
    b"--no-ignore-vcs",
    b"--no-ignore-parent",
    b"--no-require-git",
    b"-u",
    b"--unrestricted",
    b"-E",
    b"--exclude",
    b"-d",
    b"--max-depth",
    b"--min-depth",
    b"--exact-depth",
    b"-g",
    b"--glob",
    b"--regex",
    b"-F",
    b"--fixed-strings",
    b"-i",
    b"--ignore-case",
    b"-s",
    b"--case-sensitive",
    b"-p",
    b"--full-path",
    b"-0",
    b"--print0",
    b"-1",
    b"--max-results",
    b"-S",
    b"--size",
    b"--changed-within",
    b"--changed-before",
    b"--prune",
    b"--one-file-system",
    b"-j",
    b"--threads",
    b"-x",
    b"--exec",
    b"-X",
    b"--exec-batch",
];
/// Directories that are searched, and kinds of names, that are followed one by one.
const MAX_STARTS: usize = 4;
const MAX_ENDS: usize = 8;

/// What the names are that it writes, or (`given`) hands to a command, where its words are known.
pub(super) fn names(parsed: &Parsed<'_>, given: bool) -> Option<Vec<Value>> {
    let quiet = parsed.doubts.is_empty() && parsed.uses.iter().all(|one| QUIET.contains(&one.spec.name));
    // The first one is a pattern.
    let starts = parsed.operands.get(1..).unwrap_or_default();
    let starts: Vec<&[u8]> = starts.iter().map(directory).collect::<Option<_>>()?;
    if !quiet || starts.len() > MAX_STARTS || parsed.operands.iter().any(|word| word.value.known().is_none()) {
        return None;
    }
    // Only to a command it writes a dot before them.
    let starts = if starts.is_empty() { vec![if given { b"." } else { b"".as_slice() }] } else { starts };
    let ends = ends(parsed).unwrap_or_else(|| vec![Vec::new()]);
    let below = |dir: &[u8], end: &Vec<u8>| Value::Below { dir: dir.into(), suffix: end.as_slice().into() };
    Some(starts.iter().flat_map(|dir| ends.iter().map(|end| below(dir, end))).collect())
}

/// A directory whose name is no option.
fn directory(word: &Word) -> Option<&[u8]> {
    word.value.known().filter(|text| !text.is_empty() && !text.starts_with(b"-"))
}

/// How names end that have one of the extensions: it takes letters of either case for the same, and some that only look so.
fn ends(parsed: &Parsed<'_>) -> Option<Vec<Vec<u8>>> {
    let mut all: Vec<Vec<u8>> = Vec::new();
    for one in parsed.uses.iter().filter(|one| matches!(one.spec.name, b"-e" | b"--extension")) {
        let extension = one.arguments.first()?.value.known()?;
        let extension = extension.strip_prefix(b".").unwrap_or(extension);
        if extension.is_empty() || !extension.iter().all(u8::is_ascii_alphanumeric) {
            return None;
        }
        let mut spelled: Vec<Vec<u8>> = vec![b".".to_vec()];
        for letter in extension {
            let (lower, upper) = (letter.to_ascii_lowercase(), letter.to_ascii_uppercase());
            let mut ways: Vec<Vec<u8>> = vec![vec![lower]];
            if upper != lower {
                ways.push(vec![upper]);
            }
            match lower {
                b's' => ways.push("\u{17f}".into()),
                b'k' => ways.push("\u{212a}".into()),
                _ => {}
            }
            spelled =
                spelled.iter().flat_map(|begin| ways.iter().map(move |way| [begin.as_slice(), way].concat())).collect();
            if spelled.len() > MAX_ENDS {
                return None;
            }
        }
        all.extend(spelled);
    }
    (!all.is_empty() && all.len() <= MAX_ENDS).then_some(all)
}

/// The words of a command that gets a name, with its place: the only `{}`, or behind all of them. None where a part of the name is
/// asked for.
pub(super) fn place(words: &[Word]) -> Option<usize> {
    let brace = |word: &Word| word.value.known().is_none_or(|text| text.contains(&b'{'));
    let mut places = words.iter().enumerate().filter(|(_, word)| brace(word));
    match (places.next(), places.next()) {
        (None, _) => Some(words.len()),
        (Some((at, word)), None) if word.value.known() == Some(b"{}") => Some(at),
        _ => None,
    }
}
