//! Names of files that become words by themselves: those of a pathname expansion, which a program could take for options, and
//! those that `xargs` splits at blanks. Whether there are any such names is what the directory says, unless the call makes some.

use super::{Analysis, option_doubts::may_begin};
use crate::{
    effect::{Cause, Certainty, CommandId, Effect, Found, Kind, PathValue, Run, Span, Value},
    path::{self, Last, Resolution},
    world::{Child, Entry, World},
};
use alloc::{borrow::Cow, collections::BTreeMap, vec, vec::Vec};

/// Most names that are looked at for one call.
pub(super) const MAX_NAMES: usize = 50_000;
/// Bytes that begin what some program takes for an option or an operator of an expression.
const MARKS: &[u8] = b"-+!(),";

/// Something that is unknown only where a name is unusual.
#[derive(Clone, Debug)]
pub(super) struct Suspicion {
    /// The unknown.
    pub(super) effects: Vec<Effect>,
    /// It is about names that begin with a mark: those of the directory count, not only those that the call makes. Otherwise it is
    /// about names that are split.
    pub(super) standing: bool,
    /// What stands before it in the script may have made such a name.
    pub(super) made: bool,
}

/// Which names an effect may give a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Odd {
    /// One that begins with a mark.
    marked: bool,
    /// One that is several words somewhere, or something else than a name.
    split: bool,
}

impl Odd {
    const ANY: Self = Self { marked: true, split: true };

    /// Whether a suspicion is about such a name.
    fn concerns(self, standing: bool) -> bool {
        if standing { self.marked } else { self.split }
    }

    fn or(self, other: Self) -> Self {
        Self { marked: self.marked || other.marked, split: self.split || other.split }
    }

    fn of(name: &[u8]) -> Self {
        // What a shell reads as text of a script may expand it besides.
        let read = name.iter().any(|b| matches!(b, b'$' | b'`' | b'{' | b'}' | b',' | b'!' | b'='));
        Self { marked: begins_with_mark(name), split: is_expanded(name) || read }
    }

    fn of_path(path: &[u8]) -> Self {
        path::components(path).fold(Self::default(), |all, name| all.or(Self::of(name)))
    }

    /// Of all effects for which `counts`; `looked`: where names have been looked at.
    fn made_by(effects: &[Effect], looked: Looked<'_>, counts: impl Fn(&Effect) -> bool) -> Self {
        if !effects.iter().any(|one| counts(one) && made(one, looked, &BTreeMap::new()) != Self::default()) {
            return Self::default();
        }
        let mut commands: BTreeMap<CommandId, Manner> = BTreeMap::new();
        for effect in effects {
            let Some(id) = effect.command else { continue };
            match &effect.kind {
                Kind::Run(run) if is_about_found_names(run) => _ = commands.entry(id).or_insert(Manner::Found),
                Kind::Unknown(cause) if cause.code == "opaque-program" => _ = commands.insert(id, Manner::Project),
                _ => {}
            }
        }
        effects.iter().filter(|one| counts(one)).fold(Self::default(), |all, one| all.or(made(one, looked, &commands)))
    }
}

/// What is known of a command beside its effects.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Manner {
    /// It runs code of the project, which, where that is allowed, may do more than give a file an odd name.
    Project,
    /// Its words are plain options, and names that were found in one directory with what stands behind them.
    Found,
}

/// Most suspicions of one call; what else could be one is unknown.
const MAX_SUSPICIONS: usize = 256;

/// Whether the names that glob text stands for are those of the directory that the shell is in, as their first byte is open.
pub(super) fn begins_openly(pattern: &[u8]) -> bool {
    matches!(pattern.first(), Some(b'*' | b'?' | b'['))
}

/// Notes a directory below which no name is more than one word.
pub(super) fn note_searched(analysis: &mut Analysis<'_>, start: &Value) {
    if let Some(start) = start.known().filter(|start| !analysis.searched.iter().any(|one| *one == **start)) {
        analysis.searched.push(start.to_vec());
    }
}

/// Notes the directory in which a shell expands words.
pub(in crate::effects) fn note_directory(analysis: &mut Analysis<'_>, cwd: &Value) {
    match cwd.known().filter(|dir| path::is_absolute(dir)) {
        Some(dir) if analysis.shells.iter().any(|one| *one == *dir) => {}
        Some(dir) => analysis.shells.push(dir.to_vec()),
        None => analysis.astray = true,
    }
}

/// Where the names that stand there are looked at.
#[derive(Clone, Copy)]
struct Looked<'a> {
    /// The directory in which shells expand words, where it is one.
    shell: Option<&'a [u8]>,
    /// Directories below which no name is more than one word.
    searched: &'a [Vec<u8>],
}

impl<'a> Looked<'a> {
    fn at(analysis: &'a Analysis<'_>) -> Self {
        let shell = match analysis.shells.as_slice() {
            [one] if !analysis.astray => Some(one.as_slice()),
            _ => None,
        };
        Self { shell, searched: if analysis.in_scripts { &[] } else { &analysis.searched } }
    }
}

/// Pushes what was suspected, where a name of the directories or of what the call makes can be such a one.
/// `ordered`: each command runs once, and not before those that stand before it have ended.
pub(in crate::effects) fn check_names(
    analysis: &mut Analysis<'_>,
    world: &dyn World,
    ordered: impl Fn(&[Span]) -> bool,
) {
    let suspicions = core::mem::take(&mut analysis.suspicions);
    if suspicions.is_empty() {
        return;
    }
    let ordered = ordered(&analysis.comments);
    // Redirections are opened with the command.
    let counts = |effect: &Effect| !ordered || (effect.command.is_none() && matches!(effect.kind, Kind::Write(_)));
    let made = Odd::made_by(&analysis.effects, Looked::at(analysis), counts);
    let mut left = analysis.names_left;
    let standing = suspicions.iter().any(|one| one.standing)
        && (analysis.astray || !analysis.shells.iter().all(|dir| has_plain_beginnings(world, dir, &mut left)));
    for one in suspicions {
        if made.concerns(one.standing) || one.made || (one.standing && standing) {
            for effect in one.effects {
                if !analysis.effects.contains(&effect) {
                    analysis.effects.push(effect);
                }
            }
        }
    }
}

/// Whether no name in the directory begins with a mark.
fn has_plain_beginnings(world: &dyn World, dir: &[u8], left: &mut usize) -> bool {
    let Some(children) = world.children(dir, *left) else { return false };
    *left = left.saturating_sub(children.len());
    children.iter().all(|(name, _)| !begins_with_mark(name))
}

/// Whether `xargs` takes every name at and below the directory, as `find` writes it, for one word.
pub(super) fn are_single_words(world: &dyn World, start: &[u8], left: &mut usize) -> bool {
    has_none_below(world, start, left, &splits)
}

/// Whether every name at and below the directory is text without a meaning in the language of a shell.
pub(super) fn mean_nothing(world: &dyn World, start: &[u8], left: &mut usize) -> bool {
    has_none_below(world, start, left, &means_something)
}

/// Whether a name, or a part of a path, may be more than itself in the text of a script.
pub(super) fn means_something(name: &[u8]) -> bool {
    !name.iter().all(|b| b.is_ascii_alphanumeric() || b"._/@%+:-".contains(b))
}

/// Whether no name below the directory is odd.
fn has_none_below(world: &dyn World, start: &[u8], left: &mut usize, odd: &dyn Fn(&[u8]) -> bool) -> bool {
    if world.entry(start) == Entry::Missing {
        return true;
    }
    let mut todo = vec![start.to_vec()];
    while let Some(dir) = todo.pop() {
        // A start that is a file has no names below it.
        if dir == start && world.entry(&dir) == Entry::Other {
            continue;
        }
        let Some(children) = world.children(&dir, *left) else { return false };
        *left = left.saturating_sub(children.len());
        for (name, kind) in children {
            if odd(&name) {
                return false;
            }
            if kind == Child::Directory {
                todo.push(path::join(&dir, &name));
            }
        }
    }
    true
}

/// Whether a link below the directory may lead to a directory that is not below it. One that leads to a file is named, not gone through.
pub(super) fn leads_out(world: &dyn World, start: &[u8], left: &mut usize) -> bool {
    let mut todo = vec![start.to_vec()];
    while let Some(dir) = todo.pop() {
        let Some(children) = world.children(&dir, *left) else {
            return !matches!(world.entry(&dir), Entry::Other | Entry::Missing);
        };
        *left = left.saturating_sub(children.len());
        for (name, kind) in children {
            let child = path::join(&dir, &name);
            match kind {
                Child::Directory => todo.push(child),
                Child::Link => match path::resolve(world, &child, None, Last::Follow) {
                    Resolution::At { path, .. } => {
                        let out = !path::starts_with(&path, start);
                        if out && !matches!(world.entry(&path), Entry::Other | Entry::Missing) {
                            return true;
                        }
                    }
                    Resolution::Unknown(path::Why::Links) => {}
                    Resolution::Unknown(_) => return true,
                },
                Child::Other => {}
            }
        }
    }
    false
}

/// Whether a shell may make other words of a name that stands unquoted, or a program something else of it than a file (`x|`).
fn is_expanded(name: &[u8]) -> bool {
    splits(name)
        || name.iter().any(|b| {
            matches!(b, b'*' | b'?' | b'[' | b']' | b'(' | b')' | b'~' | b'#' | b'^' | b'|' | b'<' | b'>' | b'&' | b';')
        })
}

/// Whether every name that a value stands for is one word of a shell that splits and expands it, where the directories hold no odd
/// names; what the call makes is suspected. Patterns stand for one of their names here.
pub(in crate::effects) fn stay_words(
    analysis: &mut Analysis<'_>,
    world: &dyn World,
    values: &[Value],
    cwd: &Value,
    span: Span,
) -> bool {
    if analysis.suspicions.len() >= MAX_SUSPICIONS {
        return false;
    }
    let mut left = analysis.names_left;
    let mut checked = false;
    let all = values.iter().all(|value| match value {
        Value::Pattern(text) if is_closed(text) => true,
        Value::Pattern(text) => {
            checked = true;
            of_pattern(world, text, cwd, &mut left)
        }
        Value::Below { dir, suffix } if !is_expanded(dir) && !is_expanded(suffix) => {
            checked = true;
            let start = path::absolute(&Value::Known(dir.clone()), cwd);
            start
                .known()
                .is_some_and(|start| path::is_absolute(start) && has_none_below(world, start, &mut left, &is_expanded))
        }
        _ => false,
    });
    analysis.names_left = left;
    if all {
        let below =
            values.iter().filter_map(|value| if let Value::Below { dir, .. } = value { Some(dir) } else { None });
        for dir in below {
            note_searched(analysis, &path::absolute(&Value::Known(dir.clone()), cwd));
        }
    }
    if all && checked {
        let detail = "the name of a file may be several words, or mean more than a file".into();
        let anywhere = |value| PathValue::made(value, true);
        let effects = [
            Kind::Unknown(Cause { code: "dynamic-word", detail }),
            Kind::Read(anywhere(Value::ANY_WORD)),
            Kind::Write(anywhere(Value::ANY_WORD)),
        ];
        let one = |kind| Effect { kind, certainty: Certainty::Unknown, span, by: None, command: None };
        let before = analysis.effects.get(analysis.reading..).unwrap_or_default();
        let made = Odd::made_by(before, Looked::at(analysis), |_| true).concerns(false);
        analysis.suspicions.push(Suspicion { effects: effects.map(one).into(), standing: false, made });
    }
    all
}

/// Whether glob text stands for names of letters and digits only, however the directory is filled (`/tmp/tmp.[A-Za-z0-9]`).
fn is_closed(text: &[u8]) -> bool {
    text.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'.' | b'_' | b'-' | b'[' | b']'))
        && !text.windows(2).any(|two| two == b"[]" || two == b"[-" || two == b"-]")
}

/// The same for a pattern whose only special part is its last one: the names of one directory that end as it does.
fn of_pattern(world: &dyn World, text: &[u8], cwd: &Value, left: &mut usize) -> bool {
    let special = |b: &u8| matches!(b, b'*' | b'?' | b'[' | b']');
    let plain =
        |b: &u8| special(b) || b.is_ascii_alphanumeric() || matches!(b, b'/' | b'.' | b'_' | b'-' | b',' | b'+' | b'=');
    let (Some(first), Some(last)) = (text.iter().position(special), text.iter().rposition(special)) else {
        return false;
    };
    let (head, end) = (text.get(..first).unwrap_or_default(), text.get(last + 1..).unwrap_or_default());
    let middle = text.get(first..=last).unwrap_or_default();
    if !text.iter().all(plain) {
        return false;
    }
    let (dir, _) = head.split_at(head.iter().rposition(|b| *b == b'/').map_or(0, |at| at + 1));
    let dir = path::absolute(&Value::Known(if dir.is_empty() { b"." } else { dir }.into()), cwd);
    let Some(dir) = dir.known().filter(|dir| path::is_absolute(dir)) else { return false };
    if middle.contains(&b'/') || end.contains(&b'/') || middle.windows(2).any(|two| two == b"**") {
        return has_none_below(world, dir, left, &is_expanded);
    }
    if world.entry(dir) == Entry::Missing {
        return true;
    }
    let Some(children) = world.children(dir, *left) else { return false };
    *left = left.saturating_sub(children.len());
    !children.iter().any(|(name, _)| name.ends_with(end) && is_expanded(name))
}

/// Whether `xargs` may see something else in a text than one word of these bytes.
pub(super) fn splits(name: &[u8]) -> bool {
    // What is not ASCII may be a blank in some locale, and a filter may take it for no text at all.
    name.iter().any(|b| b.is_ascii_whitespace() || !b.is_ascii() || matches!(b, b'\'' | b'"' | b'\\' | 0x0b))
}

/// Whether a shell or a program may take a name for something else than one name.
pub(super) fn is_odd(name: &[u8]) -> bool {
    begins_with_mark(name) || is_expanded(name)
}

fn begins_with_mark(name: &[u8]) -> bool {
    name.first().is_some_and(|b| MARKS.contains(b))
}

/// The names that an effect may give a file.
fn made(effect: &Effect, looked: Looked<'_>, commands: &BTreeMap<CommandId, Manner>) -> Odd {
    let manner = effect.command.and_then(|id| commands.get(&id)).copied();
    match &effect.kind {
        Kind::Write(_) | Kind::Unknown(_) if manner == Some(Manner::Project) && effect.command.is_some() => {
            Odd::default()
        }
        Kind::Write(path) => written(path, effect.by.as_deref(), looked, manner),
        Kind::Unknown(_) | Kind::Interactive(_) => Odd::ANY,
        Kind::Run(_)
        | Kind::Read(_)
        | Kind::Connect(_)
        | Kind::ReadEnv(_)
        | Kind::SetEnv(_)
        | Kind::Tool(_)
        | Kind::Flow(_) => Odd::default(),
    }
}

fn written(path: &PathValue, by: Option<&str>, looked: Looked<'_>, manner: Option<Manner>) -> Odd {
    // What is only deleted or changed in place gets no name, but for what a checkout brings back.
    let places = path.tree && path.value.known().is_some();
    if path.existing && path.like.is_none() && !places && by != Some("git") {
        return Odd::default();
    }
    if let (Some(Found { names: Value::Pattern(found), .. }), Some(dir)) = (&path.found, looked.shell)
        && is_name_in(found, dir)
    {
        // Copies have the names of what stands in the directory of the shell, which is looked at. Where one of them is put above
        // it, what stands in it may come into that directory.
        match &path.value {
            Value::Known(into) if **into == *dir || !path::starts_with(dir, into) => {
                return Odd { split: true, ..Odd::of_path(into) };
            }
            Value::Pattern(text) if is_name_in(text, dir) => return Odd { split: true, marked: false },
            _ => {}
        }
    }
    // Nor has one of these a name that is split, where none of what was searched has one.
    if let Some(Found { names: Value::Below { dir, .. }, .. }) = &path.found
        && looked.searched.iter().any(|start| path::starts_with(dir, start))
    {
        match &path.value {
            Value::Known(into) => return Odd { marked: true, ..Odd::of_path(into) },
            Value::Below { dir, suffix } => return Odd { marked: true, ..Odd::of_path(dir).or(Odd::of(suffix)) },
            _ => {}
        }
    }
    if path.like.is_some() || (path.tree && by != Some("mkdir")) {
        return Odd::ANY;
    }
    match &path.value {
        Value::Known(one) => Odd::of_path(one),
        Value::Set(several) => several.iter().fold(Odd::default(), |all, one| all.or(Odd::of_path(one))),
        // A name that stands there, with something behind it.
        Value::Below { dir, suffix } if manner == Some(Manner::Found) => {
            Odd { marked: false, ..Odd::of_path(dir).or(Odd::of(suffix)) }
        }
        Value::Pattern(text) | Value::Name(text) => {
            let begins = |name: &[u8]| may_begin(&Value::Pattern(name.into()), MARKS);
            Odd { split: true, marked: path::components(text).any(begins) }
        }
        Value::Affix { .. } | Value::Below { .. } | Value::Unknown { .. } => Odd::ANY,
    }
}

/// Whether glob text stands for names in that very directory.
fn is_name_in(pattern: &[u8], dir: &[u8]) -> bool {
    path::below(pattern, dir).and_then(|rest| rest.strip_prefix(b"/")).is_some_and(|name| !name.contains(&b'/'))
}

/// Whether the words of a command are plain options, and names that were found in one directory, with what stands behind them: what
/// is copied elsewhere has names from elsewhere.
fn is_about_found_names(run: &Run) -> bool {
    let plain = |text: &[u8]| text.starts_with(b"-") && text.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'-');
    let first = run.argv.iter().find_map(|word| match &word.value {
        Value::Below { dir, .. } => Some(dir),
        _ => None,
    });
    run.argv.iter().skip(1).all(|word| match &word.value {
        Value::Known(text) => plain(text),
        Value::Below { dir, .. } => Some(dir) == first && !path::climbs(dir),
        _ => false,
    })
}

/// Whether every command of a script runs once, one after the other, as far as a look at its text without the comments can say.
pub(in crate::effects) fn is_straight(script: &str, comments: &[Span]) -> bool {
    const WORDS: [&str; 26] = [
        "while", "until", "for", "select", "function", "repeat", "foreach", "trap", "eval", "coproc", "alias", "xargs",
        "find", "parallel", "watch", "entr", "fd", " -c", "()", "( )", "<(", ">(", "`", "$(", "${", "DEBUG",
    ];
    let mut script = Cow::Borrowed(script);
    for comment in comments.iter().rev() {
        let (start, end) = (comment.start as usize, comment.end as usize);
        // What was read twice may stand here twice.
        match script.get(start..end) {
            Some(text) if text.starts_with('#') => script.to_mut().replace_range(start..end, ""),
            _ => return false,
        }
    }
    let plain = script.replace("&&", " ").replace("||", " ").replace(">&", " ").replace("&>", " ");
    !plain.contains(['|', '&']) && !WORDS.iter().any(|word| script.contains(word))
}

impl super::Command<'_, '_> {
    /// Notes something that is unknown only where a name is unusual.
    pub(super) fn suspect(&mut self, kinds: Vec<Kind>, span: Span, standing: bool) {
        let by = Some(self.by.clone());
        let one = |kind| Effect { kind, certainty: Certainty::Unknown, span, by: by.clone(), command: None };
        let effects = kinds.into_iter().map(one).collect();
        let before = self.analysis.effects.get(self.analysis.reading..self.run_at).unwrap_or_default();
        let many = self.analysis.suspicions.len() >= MAX_SUSPICIONS;
        let looked = Looked::at(self.analysis);
        let made = many || Odd::made_by(before, looked, |_| true).concerns(standing);
        self.analysis.suspicions.push(Suspicion { effects, standing, made });
    }
}
