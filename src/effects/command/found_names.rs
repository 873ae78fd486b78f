//! Names of files that programs write: those that `find`, `grep -l` and their like find, and what is known of each.

use super::{
    Analysis,
    endings::Endings,
    fd,
    options::{self, Parsed},
};
use crate::{
    effect::{Bytes, Value, Word},
    tables::{
        Program,
        words::{Role, Runs},
    },
};
use alloc::{vec, vec::Vec};

/// Names of files that a command writes to a pipe, and nothing else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundNames {
    /// Each name is one of these, or lies below the directory of one.
    pub values: Vec<Value>,
    /// A NUL ends each, not a newline.
    pub nul: bool,
    /// A name with a newline is several here: what wrote them ended each with a newline, also where `tr` made that a NUL.
    pub cut: bool,
    /// Each is certainly one word of every shell and no option, as whoever wrote them has looked.
    pub plain: bool,
}

impl FoundNames {
    /// Whether they are those that stand in a directory, and not all that may be below one: true as long as nobody makes others.
    pub(in crate::effects) fn is_listed(&self) -> bool {
        !self.values.iter().all(|value| matches!(value, Value::Below { .. }))
    }

    /// What each of them is: one of those that are listed, or what all have in common that stand below one directory.
    pub(in crate::effects) fn each(&self) -> Option<Value> {
        if let [name @ (Value::Known(_) | Value::Set(_))] = self.values.as_slice() {
            return Some(name.clone());
        }
        let mut common: Option<(&Bytes, &[u8])> = None;
        for value in &self.values {
            let Value::Below { dir, suffix } = value else { return None };
            let end = match common {
                Some((other, _)) if other != dir => return None,
                Some((_, end)) => {
                    let same = end.iter().rev().zip(suffix.iter().rev()).take_while(|(a, b)| a == b).count();
                    end.get(end.len() - same..).unwrap_or_default()
                }
                None => suffix,
            };
            common = Some((dir, end));
        }
        common.map(|(dir, end)| Value::Below { dir: dir.clone(), suffix: end.into() })
    }
}

/// Options of `find` that follow links or that write something else than names.
const OTHER_OUTPUT: [&[u8]; 16] = [
    b"-D",
    b"-E",
    b"-H",
    b"-L",
    b"-X",
    b"-s",
    b"-x",
    b"-follow",
    b"-ls",
    b"-printf",
    b"-help",
    b"--help",
    b"-version",
    b"--version",
    b"-warn",
    b"-delete",
];

/// Options with which `grep` still writes names of files only, and none behind a link.
const OF_GREP: [&[u8]; 25] = [
    b"-l",
    b"--files-with-matches",
    b"-L",
    b"--files-without-match",
    b"-r",
    b"--recursive",
    b"-i",
    b"--ignore-case",
    b"-w",
    b"--word-regexp",
    b"-x",
    b"--line-regexp",
    b"-E",
    b"-F",
    b"-P",
    b"-G",
    b"-s",
    b"--no-messages",
    b"-I",
    b"-Z",
    b"--null",
    b"-e",
    b"--include",
    b"--exclude",
    b"--exclude-dir",
];
/// The same of `rg`. Links are not followed.
const OF_RG: [&[u8]; 44] = [
    b"-l",
    b"--files-with-matches",
    b"--files-without-match",
    b"--files",
    b"-i",
    b"--ignore-case",
    b"-s",
    b"--case-sensitive",
    b"-S",
    b"--smart-case",
    b"-w",
    b"--word-regexp",
    b"-x",
    b"--line-regexp",
    b"-F",
    b"--fixed-strings",
    b"-P",
    b"--pcre2",
    b"-U",
    b"--multiline",
    b"--multiline-dotall",
    b"-v",
    b"--invert-match",
    b"-e",
    b"--regexp",
    b"-g",
    b"--glob",
    b"--iglob",
    b"-t",
    b"--type",
    b"-T",
    b"--type-not",
    b"-u",
    b"--unrestricted",
    b"-.",
    b"--hidden",
    b"--no-ignore",
    b"--no-ignore-vcs",
    b"--no-messages",
    b"--no-heading",
    b"-0",
    b"--null",
    b"--max-depth",
    b"--sort",
];
/// Start points whose names are followed one by one.
const MAX_STARTS: usize = 4;
/// Kinds of names that are followed one by one.
pub(super) const MAX_VALUES: usize = 16;

/// The names that `find` or `grep -l` writes, where its words are known and it does nothing else.
pub(in crate::effects) fn output_names(analysis: &Analysis<'_>, argv: &[Word]) -> Option<FoundNames> {
    let (first, words) = argv.split_first()?;
    let program = analysis.tables.program(first.value.known()?)?;
    if matches!(program.name(), b"grep" | b"egrep" | b"fgrep" | b"rg") {
        return names_of_grep(&program, words);
    }
    if program.name() == b"fd" {
        let parsed = options::parse(&program, words, false);
        if parsed.uses.iter().any(|one| one.spec.roles.contains(&Role::Rest)) {
            return None;
        }
        let nul = parsed.uses(&[b"-0", b"--print0"]);
        return fd::names(&parsed, false).map(|values| FoundNames { values, nul, cut: !nul, plain: false });
    }
    if program.runs() != Runs::Find {
        return None;
    }
    let parsed = options::parse(&program, words, false);
    let quiet = |role: &Role| matches!(role, Role::Flag | Role::Value | Role::Stat);
    let test = |u: &options::Use<'_>| !OTHER_OUTPUT.contains(&u.spec.name) && u.spec.roles.iter().all(quiet);
    let expression =
        |word: &Word| word.value.known().is_some_and(|text| matches!(text.first(), Some(b'-' | b'(' | b'!')));
    let starts = words.iter().position(expression).unwrap_or(words.len());
    let known = words.iter().enumerate().all(|(index, word)| match &word.value {
        Value::Pattern(text) => index < starts && directory_of(text).is_some(),
        value => value.known().is_some(),
    });
    let nul = parsed.uses(&[b"-print0"]);
    if !known || !parsed.doubts.is_empty() || !parsed.uses.iter().all(test) || (nul && parsed.uses(&[b"-print"])) {
        return None;
    }
    // Without its own action the expression is printed, an action inside it prints only what comes to it.
    let values = found_names(&parsed, &Endings::of(&parsed).printed(&parsed), false);
    let below = |value: &Value| matches!(value, Value::Below { dir, .. } if !dir.is_empty() && !dir.starts_with(b"-"));
    values.iter().all(below).then_some(FoundNames { values, nul, cut: !nul, plain: false })
}

/// Whether [`output_names`] may know of something that a program of this name writes.
pub(in crate::effects) fn may_write_names(analysis: &Analysis<'_>, name: &[u8]) -> bool {
    let row = analysis.tables.program(name);
    row.is_some_and(|row| {
        matches!(row.name(), b"grep" | b"egrep" | b"fgrep" | b"rg" | b"fd" | b"git" | b"ls") || row.runs() == Runs::Find
    })
}

/// Whether a program does the same with names however they come to be its last words: no shell and no builtin, which would change
/// what follows.
pub(in crate::effects) fn may_end_in_names(analysis: &Analysis<'_>, name: &[u8]) -> bool {
    let program = analysis.tables.program(name);
    program.is_some_and(|row| row.builtin().is_none() && matches!(row.runs(), Runs::Nothing | Runs::Project))
}

/// The names that `grep -l`, `rg -l` and `rg --files` write: each begins as one of the operands, or, where there is none, stands below
/// the directory without being called by it.
fn names_of_grep(program: &Program<'_>, words: &[Word]) -> Option<FoundNames> {
    // Each of the options that say so, however it is cut short, is a word with one of these letters.
    let may_list = |word: &Word| word.value.known().is_some_and(|w| w.iter().any(|b| matches!(b, b'l' | b'L' | b'f')));
    if !words.iter().any(may_list) {
        return None;
    }
    let parsed = options::parse(program, words, false);
    let rg = program.name() == b"rg";
    // There it follows links instead.
    let without = if rg { b"--files-without-match".as_slice() } else { b"-L" };
    let lists = parsed.uses(&[b"-l", b"--files-with-matches", without, b"--files-without-match"]);
    let all = rg && parsed.uses(&[b"--files"]);
    let recursive = rg || parsed.uses(&[b"-r", b"--recursive"]);
    // `--include=*.c` without quotes becomes such options only.
    let known = words.iter().all(|word| match &word.value {
        Value::Pattern(text) => text.starts_with(b"--include=") || text.starts_with(b"--glob="),
        value => value.known().is_some(),
    });
    let pattern = !all && !parsed.uses(&[b"-e", b"--regexp"]);
    let files = parsed.operands.get(usize::from(pattern)..)?;
    let listed = |u: &options::Use<'_>| if rg { OF_RG.contains(&u.spec.name) } else { OF_GREP.contains(&u.spec.name) };
    if !(lists || all)
        || !known
        || !parsed.doubts.is_empty()
        || !parsed.uses.iter().all(listed)
        || files.len() > MAX_STARTS
    {
        return None;
    }
    let start =
        |word: &Word| word.value.known().filter(|dir| !dir.is_empty() && !dir.starts_with(b"-")).map(<[u8]>::to_vec);
    let mut starts: Vec<Vec<u8>> = files.iter().map(start).collect::<Option<_>>()?;
    if starts.is_empty() && recursive {
        starts.push(Vec::new());
    }
    let ends = ends_of(&parsed).unwrap_or_else(|| vec![Vec::new()]);
    let below =
        |dir: &Vec<u8>, end: &Vec<u8>| Value::Below { dir: dir.as_slice().into(), suffix: end.as_slice().into() };
    let values: Vec<Value> = starts.iter().flat_map(|dir| ends.iter().map(|end| below(dir, end))).collect();
    let nul = if rg { &[b"-0".as_slice(), b"--null"] } else { &[b"-Z".as_slice(), b"--null"] };
    let nul = parsed.uses(nul);
    (!values.is_empty()).then_some(FoundNames { values, nul, cut: !nul, plain: false })
}

/// How the names end, where options say so: `rg -g '*.ts'`, `grep --include='*.c' --include='*.h'`.
fn ends_of(parsed: &Parsed<'_>) -> Option<Vec<Vec<u8>>> {
    // Where the first of them excludes, what none of them matches is searched, too.
    if parsed.uses(&[b"--exclude", b"--iglob"]) {
        return None;
    }
    let filters = parsed.uses.iter().filter(|u| matches!(u.spec.name, b"-g" | b"--glob" | b"--include"));
    let mut ends = Vec::new();
    for filter in filters {
        let (begin, pattern): (&[u8], &[u8]) = match &filter.arguments.first()?.value {
            Value::Known(pattern) => (pattern, pattern),
            Value::Affix { prefix, suffix } => (prefix, suffix),
            _ => return None,
        };
        // A comment to rg, which then passes over nothing.
        if filter.spec.name != b"--include" && (begin.is_empty() || begin.starts_with(b"#")) {
            return None;
        }
        if pattern.starts_with(b"!") {
            continue;
        }
        let end = pattern.rsplit(|b| *b == b'*').next().unwrap_or(pattern);
        let plain = end.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'));
        let head = pattern.get(..pattern.len() - end.len())?;
        // Groups and classes may hold what looks like an end.
        if end.is_empty() || !plain || head.iter().any(|b| matches!(b, b'{' | b'[' | b'\\')) {
            return None;
        }
        ends.push(end.to_vec());
    }
    (!ends.is_empty() && ends.len() <= MAX_STARTS).then_some(ends)
}

/// What the found names may be, with one of these ends: values for each start point where these are few.
pub(super) fn found_names(parsed: &Parsed<'_>, ends: &[Vec<u8>], here: bool) -> Vec<Value> {
    let starts = parsed.operands.as_slice();
    if !here && (2..=MAX_STARTS).contains(&starts.len()) {
        // Of many it is said where they begin only.
        let any = [Vec::new()];
        let ends = if ends.len() * starts.len() > MAX_VALUES { &any } else { ends };
        let each = |start| ends.iter().map(move |end| found(core::slice::from_ref(start), end, here));
        return starts.iter().flat_map(each).collect();
    }
    ends.iter().map(|end| found(starts, end, here)).collect()
}

/// What is known of the names that are found: where they begin, and how they end.
pub(super) fn found(starts: &[Word], suffix: &[u8], here: bool) -> Value {
    // A start point is found by its own name, as which links and `..` are not known any more.
    let itself = |start: &[u8]| {
        let end = start.iter().rposition(|b| *b != b'/').map_or(0, |at| at + 1);
        start.get(..end).unwrap_or(start).ends_with(suffix)
    };
    let any_itself = match starts {
        [] => b".".ends_with(suffix),
        all => all.iter().any(|word| word.value.known().is_some_and(itself)),
    };
    let suffix = if any_itself && !here { &[] } else { suffix };
    let prefix = match (here, starts) {
        (true, _) => b"./".into(),
        (_, []) => return Value::Below { dir: b".".into(), suffix: suffix.into() },
        (_, [one]) => match &one.value {
            Value::Known(start) => return Value::Below { dir: start.clone(), suffix: suffix.into() },
            Value::Pattern(text) => match directory_of(text) {
                Some(dir) => return Value::Below { dir: dir.into(), suffix: suffix.into() },
                None => Bytes::default(),
            },
            Value::Affix { prefix, .. } => prefix.clone(),
            _ => Bytes::default(),
        },
        _ => common(starts).into(),
    };
    Value::Affix { prefix, suffix: suffix.into() }
}

/// The directory of which a pattern gives names, where it is written and these are neither it nor what is above it (`.*`).
fn directory_of(pattern: &[u8]) -> Option<&[u8]> {
    let slash = pattern.iter().rposition(|byte| *byte == b'/')?;
    let (dir, name) = pattern.split_at(slash + 1);
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"._-/".contains(byte);
    let matching = |byte: &u8| plain(byte) || *byte == b'*';
    let begins = !matches!(name.first(), None | Some(b'.')) && !dir.starts_with(b"-");
    let written = dir.iter().all(plain) && name.iter().all(matching);
    (begins && written).then(|| if slash == 0 { dir } else { pattern.get(..slash).unwrap_or(dir) })
}

/// The beginning that all start points have in common, where all are known.
pub(super) fn common(words: &[Word]) -> Vec<u8> {
    let mut starts = words.iter().map(|w| w.value.known());
    let Some(Some(first)) = starts.next() else { return Vec::new() };
    let mut common = first.to_vec();
    for start in starts {
        let Some(start) = start else { return Vec::new() };
        let same = common.iter().zip(start).take_while(|(a, b)| a == b).count();
        common.truncate(same);
    }
    common
}
