//! `find` and `fd`: commands inside an expression, with the names that are found in their words.

use super::{
    Analysis, Command, Stdin,
    endings::Endings,
    fd, names,
    options::{self, Parsed, Use},
    placed::placed,
    wrappers::replace,
};
use crate::{
    effect::{Bytes, Effect, Kind, PathValue, Value, Word},
    effects::LimitReached,
    path,
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
    option: &Use<'t>,
) -> Result<(), LimitReached> {
    let words = option.arguments.as_slice();
    if words.is_empty() {
        return Ok(());
    }
    on.scripts.forget_files();
    if program.name() == b"fd"
        && let (Some(names), Some(at)) = (fd::names(parsed, true), fd::place(words))
        && let (before @ [_, ..], after) = words.split_at(at)
    {
        let after = after.split_first().map_or(after, |(_, rest)| rest);
        let batch = matches!(option.spec.name, b"-X" | b"--exec-batch");
        if batch && after.is_empty() {
            return on.inner_with_names(before, &names, Stdin::Empty);
        }
        if !batch {
            return names.iter().try_for_each(|name| {
                let name = Word { value: name.clone(), span: on.span };
                on.inner(&[before, &[name], after].concat(), Stdin::Empty).map(|_| ())
            });
        }
    }
    let find = program.runs() == Runs::Find;
    let several = find && words.last().is_some_and(|w| w.value.known() == Some(b"+"));
    let words = if several { words.split_last().map_or(words, |(_, rest)| rest) } else { words };
    let here = parsed.uses.iter().any(|u| matches!(u.spec.name, b"-execdir" | b"-okdir"));
    let names =
        if find { found_names(parsed, &Endings::of(parsed).at(parsed, option), here) } else { vec![Value::ANY_WORD] };
    let outer = on.analysis.through_links;
    on.analysis.through_links = outer || goes_through_links(on, parsed);
    let result = with_names(on, parsed, words, (find, several, here), &names);
    on.analysis.through_links = outer;
    result
}

/// Whether names that are found below the start points may stand behind a link there.
fn goes_through_links(on: &mut Command<'_, '_>, parsed: &Parsed<'_>) -> bool {
    if !parsed.uses(&[b"-L", b"-follow", b"--follow"]) {
        return false;
    }
    // What the call brings there may be a link.
    let brings = |path: &PathValue| {
        !path.existing && (path.tree || path.leads.is_some() || path.like.is_some() || path.found.is_some())
    };
    let brought = |effect: &Effect| matches!(&effect.kind, Kind::Write(path) if brings(path) || path.is_checkout());
    let here = Value::from(".");
    let starts: Vec<Value> = match parsed.operands.as_slice() {
        [] => vec![here],
        all => all.iter().map(|word| word.value.clone()).collect(),
    };
    let Some(world) = on.scripts.world().filter(|_| !on.analysis.effects.iter().any(brought)) else { return true };
    starts.iter().any(|start| match path::absolute(start, &on.cwd).known() {
        Some(start) => names::leads_out(world, start, &mut on.analysis.names_left),
        None => true,
    })
}

/// Runs what stands behind `-exec`, of `find` or another, with `several` names at once, or `here` in the directory of each.
fn with_names(
    on: &mut Command<'_, '_>,
    parsed: &Parsed<'_>,
    words: &[Word],
    (find, several, here): (bool, bool, bool),
    names: &[Value],
) -> Result<(), LimitReached> {
    match words.split_last() {
        // `-exec COMMAND {} +`
        Some((last, before)) if several && last.value.known() == Some(b"{}") => in_directory(on, here, |on| {
            let stdin = on.stdin.shared();
            on.inner_with_names(before, names, stdin)
        }),
        _ => names.iter().try_for_each(|found| {
            // Behind a link stand names of other directories.
            let follows = parsed.uses(&[b"-L", b"-H", b"-follow"]) || !find || here;
            match (!follows).then(|| placed(on, words, b"{}", found)).flatten() {
                Some(argv) => {
                    let stdin = on.stdin.shared();
                    on.inner(&argv, stdin).map(|_| ())
                }
                None => run_with(on, words, found, find, here),
            }
        }),
    }
}

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
const MAX_VALUES: usize = 16;

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

/// Whether a filter lets names through as they are, some of them or all, in any order.
pub(in crate::effects) fn names_pass(argv: &[Word], names: &FoundNames) -> bool {
    let known: Option<Vec<&[u8]>> = argv.iter().map(|w| w.value.known()).collect();
    let Some((program, words)) = known.as_deref().and_then(<[_]>::split_first) else { return false };
    let letters = |word: &[u8], all: &[u8]| {
        word.strip_prefix(b"-").is_some_and(|l| !l.is_empty() && l.iter().all(|b| all.contains(b)))
    };
    if *program == b"tee" {
        // The file that it makes may be among names that are known only as long as nobody makes one.
        return !names.is_listed() && words.iter().all(|word| !word.starts_with(b"-") || letters(word, b"ai"));
    }
    let zero = |word: &&[u8]| letters(word, b"zvEFPiwxaurnVh") && word.contains(&b'z');
    if words.iter().any(zero) != names.nul {
        return false;
    }
    match *program {
        // A name that is no text would be told of in place of the names, unless all is text.
        b"grep" | b"egrep" | b"fgrep"
            if !names.nul || words.iter().any(|w| letters(w, b"vEFPiwxaz") && w.contains(&b'a')) =>
        {
            let mut operands = words.iter().filter(|w| !letters(w, b"vEFPiwxaz"));
            operands.next().is_some_and(|w| !w.starts_with(b"-")) && operands.next().is_none()
        }
        b"sort" => words.iter().all(|w| letters(w, b"urnVhz")),
        b"head" | b"tail" => match words.iter().filter(|w| **w != b"-z").collect::<Vec<_>>().as_slice() {
            [] => true,
            [one] => {
                let number = one.strip_prefix(b"-").map(|rest| rest.strip_prefix(b"n").unwrap_or(rest));
                number.is_some_and(|number| !number.is_empty() && number.iter().all(u8::is_ascii_digit))
            }
            [n, number] => **n == b"-n" && number.iter().all(u8::is_ascii_digit),
            _ => false,
        },
        _ => false,
    }
}

/// Those of the names that end as the pattern of `grep '\.py$'` says, where it says that.
pub(in crate::effects) fn narrowed(argv: &[Word], names: FoundNames) -> FoundNames {
    let known: Option<Vec<&[u8]>> = argv.iter().map(|w| w.value.known()).collect();
    let ends = match known.as_deref() {
        Some([b"grep", b"-E", pattern] | [b"egrep", pattern]) => ends_of_pattern(pattern, true),
        Some([b"grep", pattern]) => ends_of_pattern(pattern, false),
        _ => None,
    };
    let Some(ends) = ends else { return names };
    let mut values = Vec::new();
    for value in &names.values {
        let Value::Below { dir, suffix } = value else { return names };
        for end in &ends {
            let longer = if suffix.ends_with(end) { suffix } else { end };
            let value = Value::Below { dir: dir.clone(), suffix: longer.clone() };
            if longer.ends_with(suffix) && !values.contains(&value) {
                values.push(value);
            }
        }
    }
    if values.is_empty() || values.len() > MAX_VALUES { names } else { FoundNames { values, ..names } }
}

/// How a line ends that matches `\.py$`, or `\.(ts|tsx)$` in the extended language.
fn ends_of_pattern(pattern: &[u8], extended: bool) -> Option<Vec<Bytes>> {
    let end = pattern.strip_suffix(b"$")?.strip_prefix(b"\\.")?;
    let (open, bar, close): (&[u8], &[u8], &[u8]) =
        if extended { (b"(", b"|", b")") } else { (b"\\(", b"\\|", b"\\)") };
    let group = end.strip_prefix(open).and_then(|rest| rest.strip_suffix(close));
    let text = group.unwrap_or(end);
    let all: Vec<&[u8]> = match (group, bar) {
        (Some(text), [bar]) => text.split(|b| b == bar).collect(),
        _ => vec![text],
    };
    let plain = |end: &&[u8]| !end.is_empty() && end.iter().all(u8::is_ascii_alphanumeric);
    all.iter().all(plain).then(|| all.iter().map(|end| [b".", *end].concat().into()).collect())
}

/// `tr '\n' '\0'`: whether a program ends with a NUL what ended with a newline before.
pub(in crate::effects) fn ends_with_nul(argv: &[Word]) -> bool {
    let known: Option<Vec<&[u8]>> = argv.iter().map(|w| w.value.known()).collect();
    matches!(known.as_deref(), Some([b"tr", b"\\n" | b"\\012", b"\\0" | b"\\00" | b"\\000"]))
}

/// What the found names may be, with one of these ends: values for each start point where these are few.
fn found_names(parsed: &Parsed<'_>, ends: &[Vec<u8>], here: bool) -> Vec<Value> {
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

/// What is known of the names that are found: where they begin, and how they end.
fn found(starts: &[Word], suffix: &[u8], here: bool) -> Value {
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

/// `-delete`: what is found goes away.
pub(super) fn delete(on: &mut Command<'_, '_>, parsed: &Parsed<'_>, option: &Use<'_>) {
    let span = on.span;
    let ends = Endings::of(parsed).at(parsed, option);
    let named = ends.iter().all(|end| !end.is_empty());
    let leads_out = goes_through_links(on, parsed);
    for end in &ends {
        let found = found(&parsed.operands, end, false);
        if leads_out {
            let outer = core::mem::replace(&mut on.analysis.through_links, true);
            on.modify(&found, false, span);
            on.analysis.through_links = outer;
        } else if named {
            on.remove(&found, false, span);
        }
    }
    if named {
        return;
    }
    let starts = if parsed.operands.is_empty() { vec![Word::known(b".", span)] } else { parsed.operands.clone() };
    for start in starts {
        if parsed.uses(&[b"-H", b"-L", b"-follow"]) {
            on.modify(&start.value, true, start.span);
        } else {
            on.remove(&start.value, true, start.span);
        }
    }
}

/// An expression word that is not known could be an action.
pub(super) fn doubts(on: &mut Command<'_, '_>, parsed: &Parsed<'_>) {
    let dashed = |w: &&Word| w.value.known().is_some_and(|t| t.starts_with(b"-"));
    if let Some(word) = parsed.operands.iter().find(dashed) {
        on.unknown("unknown-option", "a word of the expression is not known".into(), word.span, false);
    }
}
