//! `find` and `fd`: commands inside an expression, with the names that are found in their words.

use super::{
    Analysis, Command, Stdin,
    options::{self, Parsed},
    wrappers::replace,
};
use crate::{
    effect::{Bytes, Value, Word},
    effects::LimitReached,
    tables::{
        Program,
        words::{Role, Runs},
    },
};
use alloc::{vec, vec::Vec};

/// Runs the command of `-exec`, `-x` and the like.
pub(super) fn command_option<'t>(
    on: &mut Command<'_, 't>,
    program: &Program<'t>,
    parsed: &Parsed<'t>,
    words: &[Word],
) -> Result<(), LimitReached> {
    if words.is_empty() {
        return Ok(());
    }
    let find = program.runs() == Runs::Find;
    let several = find && words.last().is_some_and(|w| w.value.known() == Some(b"+"));
    let words = if several { words.split_last().map_or(words, |(_, rest)| rest) } else { words };
    let here = parsed.uses.iter().any(|u| matches!(u.spec.name, b"-execdir" | b"-okdir"));
    let names = found_names(parsed, find, here);
    match words.split_last() {
        // `-exec COMMAND {} +`
        Some((last, before)) if several && last.value.known() == Some(b"{}") => in_directory(on, here, |on| {
            let stdin = on.stdin.shared();
            on.inner_with_names(before, &names, stdin)
        }),
        _ => names.iter().try_for_each(|found| run_with(on, words, found, find, here)),
    }
}

/// Names of files that a command writes to a pipe, and nothing else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundNames {
    /// Each name is one of these, and lies below the directory of one.
    pub values: Vec<Value>,
    /// A NUL ends each, not a newline.
    pub nul: bool,
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
/// Start points whose names are followed one by one.
const MAX_STARTS: usize = 4;

/// The names that `find` or `grep -l` writes, where its words are known and it does nothing else.
pub(in crate::effects) fn output_names(analysis: &Analysis<'_>, argv: &[Word]) -> Option<FoundNames> {
    let (first, words) = argv.split_first()?;
    let program = analysis.tables.program(first.value.known()?)?;
    if matches!(program.name(), b"grep" | b"egrep" | b"fgrep") {
        return names_of_grep(&program, words);
    }
    if program.runs() != Runs::Find {
        return None;
    }
    let parsed = options::parse(&program, words, false);
    let quiet = |role: &Role| matches!(role, Role::Flag | Role::Value | Role::Stat);
    let test = |u: &options::Use<'_>| !OTHER_OUTPUT.contains(&u.spec.name) && u.spec.roles.iter().all(quiet);
    let known = words.iter().all(|word| word.value.known().is_some());
    let nul = parsed.uses(&[b"-print0"]);
    if !known || !parsed.doubts.is_empty() || !parsed.uses.iter().all(test) || (nul && parsed.uses(&[b"-print"])) {
        return None;
    }
    // Without its own action the expression is printed, an action inside it prints only what comes to it.
    let values = found_names(&parsed, true, false);
    let below = |value: &Value| matches!(value, Value::Below { dir, .. } if !dir.is_empty() && !dir.starts_with(b"-"));
    values.iter().all(below).then_some(FoundNames { values, nul })
}

/// Whether [`output_names`] may know of something that a program of this name writes.
pub(in crate::effects) fn may_write_names(analysis: &Analysis<'_>, name: &[u8]) -> bool {
    let row = analysis.tables.program(name);
    row.is_some_and(|row| matches!(row.name(), b"grep" | b"egrep" | b"fgrep") || row.runs() == Runs::Find)
}

/// The names that `grep -l` writes: each begins as one of its operands.
fn names_of_grep(program: &Program<'_>, words: &[Word]) -> Option<FoundNames> {
    // Each of the options that say so, however it is cut short, is a word with one of these letters.
    let may_list = |word: &Word| word.value.known().is_some_and(|w| w.iter().any(|b| matches!(b, b'l' | b'L' | b'f')));
    if !words.iter().any(may_list) {
        return None;
    }
    let parsed = options::parse(program, words, false);
    let lists = parsed.uses(&[b"-l", b"--files-with-matches", b"-L", b"--files-without-match"]);
    let known = words.iter().all(|word| word.value.known().is_some());
    let files = parsed.operands.get(usize::from(!parsed.uses(&[b"-e"]))..)?;
    let listed = |u: &options::Use<'_>| OF_GREP.contains(&u.spec.name);
    if !lists || !known || !parsed.doubts.is_empty() || !parsed.uses.iter().all(listed) || files.len() > MAX_STARTS {
        return None;
    }
    let start = |word: &Word| {
        let dir = word.value.known().filter(|dir| !dir.is_empty() && !dir.starts_with(b"-"))?;
        Some(Value::Below { dir: dir.into(), suffix: Bytes::default() })
    };
    let values: Vec<Value> = files.iter().map(start).collect::<Option<_>>()?;
    (!values.is_empty()).then(|| FoundNames { values, nul: parsed.uses(&[b"-Z", b"--null"]) })
}

/// Whether a filter lets names through as they are, some of them or all, in any order.
pub(in crate::effects) fn names_pass(argv: &[Word], nul: bool) -> bool {
    let known: Option<Vec<&[u8]>> = argv.iter().map(|w| w.value.known()).collect();
    let Some((program, words)) = known.as_deref().and_then(<[_]>::split_first) else { return false };
    let letters = |word: &[u8], all: &[u8]| {
        word.strip_prefix(b"-").is_some_and(|l| !l.is_empty() && l.iter().all(|b| all.contains(b)))
    };
    if *program == b"tee" {
        return words.iter().all(|word| !word.starts_with(b"-") || letters(word, b"ai"));
    }
    let zero = |word: &&[u8]| letters(word, b"zvEFPiwxaurnVh") && word.contains(&b'z');
    if words.iter().any(zero) != nul {
        return false;
    }
    match *program {
        // A name that is no text would be told of in place of the names, unless all is text.
        b"grep" | b"egrep" | b"fgrep"
            if !nul || words.iter().any(|w| letters(w, b"vEFPiwxaz") && w.contains(&b'a')) =>
        {
            let mut operands = words.iter().filter(|w| !letters(w, b"vEFPiwxaz"));
            operands.next().is_some_and(|w| !w.starts_with(b"-")) && operands.next().is_none()
        }
        b"sort" => words.iter().all(|w| letters(w, b"urnVhz")),
        b"head" | b"tail" => match words.iter().filter(|w| **w != b"-z").collect::<Vec<_>>().as_slice() {
            [] => true,
            [one] => letters(one, b"n0123456789") && one.len() > 2,
            [n, number] => **n == b"-n" && number.iter().all(u8::is_ascii_digit),
            _ => false,
        },
        _ => false,
    }
}

/// What the found names may be; one value for each start point where these are few.
fn found_names(parsed: &Parsed<'_>, find: bool, here: bool) -> Vec<Value> {
    let starts = parsed.operands.as_slice();
    if !find {
        return vec![Value::ANY_WORD];
    }
    if !here && (2..=4).contains(&starts.len()) {
        return starts.iter().map(|start| found(parsed, core::slice::from_ref(start), here)).collect();
    }
    vec![found(parsed, starts, here)]
}

fn run_with(
    on: &mut Command<'_, '_>,
    words: &[Word],
    found: &Value,
    find: bool,
    here: bool,
) -> Result<(), LimitReached> {
    let mut argv = Vec::new();
    let mut placed = false;
    for word in words {
        let whole = word.value.known() == Some(b"{}");
        placed |= whole;
        let new = if find {
            replace(word, b"{}", &|| found.clone())
        } else {
            // fd also knows {/}, {//}, {.} and {/.}: whatever stands between the first brace and the last.
            braces(word)
        };
        placed |= new != *word;
        argv.push(new);
    }
    if !find && !placed {
        argv.push(Word { value: Value::ANY_WORD, span: on.span });
    }
    let stdin = if find { on.stdin.shared() } else { Stdin::Empty };
    in_directory(on, here, |on| on.inner(&argv, stdin).map(|_| ()))
}

/// Does something in the directory of each name that is found, or where the command is.
fn in_directory<'c, 't>(
    on: &mut Command<'c, 't>,
    of_names: bool,
    work: impl FnOnce(&mut Command<'c, 't>) -> Result<(), LimitReached>,
) -> Result<(), LimitReached> {
    let cwd = on.cwd.clone();
    if of_names {
        on.cwd = Value::ANY_WORD;
    }
    let result = work(on);
    on.cwd = cwd;
    result
}

fn braces(word: &Word) -> Word {
    let Some(text) = word.value.known() else { return word.clone() };
    let (Some(first), Some(last)) = (text.iter().position(|b| *b == b'{'), text.iter().rposition(|b| *b == b'}'))
    else {
        return word.clone();
    };
    let prefix = text.get(..first).unwrap_or(&[]).to_vec();
    let suffix = text.get(last + 1..).unwrap_or(&[]).to_vec();
    let value = if prefix.is_empty() && suffix.is_empty() {
        Value::ANY_WORD
    } else {
        Value::Affix { prefix: prefix.into(), suffix: suffix.into() }
    };
    Word { value, span: word.span }
}

/// What is known of the names that are found: where they begin, and how they end where a single `-name` says so.
fn found(parsed: &Parsed<'_>, starts: &[Word], here: bool) -> Value {
    let alternatives = [&b"-o"[..], b"-or", b"!", b"-not", b",", b"("];
    let suffix = if parsed.uses(&alternatives) { None } else { name_end(parsed) };
    let suffix = suffix.unwrap_or_default();
    let prefix = match (here, starts) {
        (true, _) => b"./".into(),
        (_, []) => return Value::Below { dir: b".".into(), suffix: suffix.into() },
        (_, [one]) => match &one.value {
            Value::Known(start) => return Value::Below { dir: start.clone(), suffix: suffix.into() },
            Value::Affix { prefix, .. } => prefix.clone(),
            _ => Bytes::default(),
        },
        _ => common(starts).into(),
    };
    Value::Affix { prefix, suffix: suffix.into() }
}

/// The beginning that all start points have in common, where all are known.
fn common(words: &[Word]) -> Vec<u8> {
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

/// The literal end of the pattern of `-name '*END'`.
fn name_end(parsed: &Parsed<'_>) -> Option<Vec<u8>> {
    // Only what stands before the first action restricts it.
    let mut tests = parsed.uses.iter().take_while(|u| !u.spec.roles.contains(&Role::Rest) && u.spec.name != b"-delete");
    let name = tests.find(|u| u.spec.name == b"-name")?;
    let pattern = name.arguments.first()?.value.known()?;
    let end = pattern.strip_prefix(b"*").unwrap_or(pattern);
    let literal = !end.iter().any(|b| matches!(b, b'*' | b'?' | b'[' | b'\\' | b']'));
    (literal && (!end.is_empty())).then(|| end.to_vec())
}

/// `-delete`: what is found goes away.
pub(super) fn delete(on: &mut Command<'_, '_>, parsed: &Parsed<'_>) {
    let span = on.span;
    let found = found(parsed, &parsed.operands, false);
    if !matches!(&found, Value::Affix { suffix, .. } | Value::Below { suffix, .. } if suffix.is_empty()) {
        on.modify(&found, false, span);
        return;
    }
    let starts = if parsed.operands.is_empty() { vec![Word::known(b".", span)] } else { parsed.operands.clone() };
    for start in starts {
        on.modify(&start.value, true, start.span);
    }
}

/// An expression word that is not known could be an action.
pub(super) fn doubts(on: &mut Command<'_, '_>, parsed: &Parsed<'_>) {
    let dashed = |w: &&Word| w.value.known().is_some_and(|t| t.starts_with(b"-"));
    if let Some(word) = parsed.operands.iter().find(dashed) {
        on.unknown("unknown-option", "a word of the expression is not known".into(), word.span, false);
    }
}
