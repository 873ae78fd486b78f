//! What a call touches, as a language of normal paths.
//!
//! A value stands for path texts; the file that a text names is found by normalising it. So the language of a value is the set of
//! the *normal forms* of its texts, or more where that set is not worked out exactly:
//!
//! - Known, and each of a set: its normal form. A relative text could be anything, because nothing is known to be before it.
//! - Affix: what is between may hold any number of `..`, so the beginning says nothing: it is followed by a way to anywhere.
//!   What counts is the end. After its first `/` all components are known: a `..` takes away the one before it, and the
//!   directory that they stand in can be any. Where it takes away more than is known, it lands in some other directory, which
//!   again can be any. Text before the first `/` (`.env` of `$x.env`, `v` of `${x}v/key`) is the end of one component, unless it
//!   is empty, `.` or `..`: then what is between may make anything of that component.
//! - Below: the directory's normal form, and anything below that ends so.
//! - Pattern: component by component as `shell` reads it, with `..` taking away the component before. A component that can
//!   itself be `.` or `..` (`.*`) makes three readings of the path; more readings than 27, or a `..` after `**`, and it is
//!   anything. The text itself, unquoted, is in the language, too: that is what is used where nothing matches.
//! - Unknown: every absolute path.

use super::{
    bytes::Test,
    nfa::{Nfa, Re},
    shell::{self, Component, Kind},
};
use crate::{
    effect::{PathValue, Value},
    path::{is_absolute, normalize},
};
use alloc::{vec, vec::Vec};

/// The readings that one pathname expansion may have.
const MAX_READINGS: usize = 27;

/// What a call touches, made ready to be held against many rules.
#[derive(Clone, Debug)]
pub struct Subject {
    /// The normal paths, where they are known.
    pub(super) exact: Option<Vec<Vec<u8>>>,
    /// The language; none where it is too large to compile or (exact and no tree) not needed.
    pub(super) shape: Option<Nfa>,
    /// For file systems that ignore case: the language in which text outside ASCII, with the character before it, may be
    /// anything. What such a file system takes for the same (composed and decomposed, ignored and special letters) differs
    /// from one to the next.
    loose: Option<Nfa>,
    /// Whether there is such text.
    pub(super) outside_ascii: bool,
    /// Whether all below may be touched, too.
    pub(super) tree: bool,
}

impl Subject {
    /// All paths that it is, where it is nothing but files whose paths are known.
    pub fn files(&self) -> Option<&[Vec<u8>]> {
        self.exact.as_deref().filter(|_| !self.tree)
    }

    /// Makes a path of an effect ready.
    pub fn new(path: &PathValue) -> Self {
        let known = path.value.alternatives().filter(|all| !all.is_empty() && all.iter().all(|one| is_absolute(one)));
        let exact = known.map(|all| all.iter().map(|one| normalize(one)).collect::<Vec<_>>());
        let of = |loose| Nfa::build(&language(&path.value, exact.as_deref(), path.tree, loose));
        let shape = if exact.is_none() || path.tree { of(false) } else { None };
        let outside_ascii = outside_ascii(&path.value);
        let loose = if outside_ascii { of(true) } else { None };
        Self { exact, shape, loose, outside_ascii, tree: path.tree }
    }

    /// The language to hold against globs that fold case or do not; none where it is too large.
    pub(super) fn shape(&self, fold: bool) -> Option<&Nfa> {
        if fold && self.outside_ascii { self.loose.as_ref() } else { self.shape.as_ref() }
    }
}

fn outside_ascii(value: &Value) -> bool {
    match value {
        Value::Known(text) | Value::Pattern(text) | Value::Name(text) => !text.is_ascii(),
        Value::Set(all) => all.iter().any(|text| !text.is_ascii()),
        Value::Affix { suffix, .. } => !suffix.is_ascii(),
        Value::Below { dir, suffix } => !(dir.is_ascii() && suffix.is_ascii()),
        Value::Unknown { .. } => false,
    }
}

fn language(value: &Value, exact: Option<&[Vec<u8>]>, tree: bool, loose: bool) -> Re {
    if let Some(all) = exact {
        let everything = tree && all.iter().any(|path| path == b"/");
        let each = all.iter().map(|path| text(path, loose)).collect();
        return if everything { Re::any_absolute() } else { Re::Alt(each) };
    }
    match value {
        Value::Affix { suffix, .. } => affix(suffix, loose),
        Value::Below { dir, suffix } if is_absolute(dir) => below(dir, suffix, loose),
        Value::Pattern(pattern) | Value::Name(pattern) => {
            expansion(pattern, tree, loose).unwrap_or_else(Re::any_absolute)
        }
        _ => Re::any_absolute(),
    }
}

/// Exactly these bytes, or (loose) with text outside ASCII replaced by anything.
fn text(bytes: &[u8], loose: bool) -> Re {
    let parts = bytes.iter().map(|b| Re::One(Test::Byte(*b))).collect();
    Re::Seq(if loose { loosen(parts) } else { parts })
}

fn loosen(parts: Vec<Re>) -> Vec<Re> {
    let mut all: Vec<Re> = Vec::with_capacity(parts.len());
    for part in parts {
        match (&part, all.last()) {
            (Re::One(Test::Byte(b)), last) if !b.is_ascii() => {
                match last {
                    Some(Re::Many(Test::NotSlash)) => continue,
                    // The letter that a combining mark stands on.
                    Some(Re::One(Test::Byte(before))) if *before != b'/' => drop(all.pop()),
                    _ => {}
                }
                all.push(Re::Many(Test::NotSlash));
            }
            _ => all.push(part),
        }
    }
    all
}

/// `dir` itself or anything below it, where it ends in `suffix`. That `dir` need not end so is not worth a difference.
fn below(dir: &[u8], suffix: &[u8], loose: bool) -> Re {
    let dir = normalize(dir);
    let top = text(dir.strip_suffix(b"/").unwrap_or(&dir), loose);
    let inside = Re::Seq(vec![top, Re::any_absolute(), text(suffix, loose)]);
    Re::Alt(vec![text(&dir, loose), inside])
}

/// The normal forms of anything that ends in `suffix`.
fn affix(suffix: &[u8], loose: bool) -> Re {
    let mut parts = suffix.split(|b| *b == b'/');
    let begun = parts.next().unwrap_or_default();
    let mut kept: Vec<&[u8]> = Vec::new();
    let mut begun_stands = true;
    for component in parts {
        match component {
            b"" | b"." => {}
            b".." => begun_stands &= kept.pop().is_some(),
            name => kept.push(name),
        }
    }
    let end = kept.iter().flat_map(|name| [b"/", *name].concat()).collect::<Vec<u8>>();
    if begun_stands && !matches!(begun, b"" | b"." | b"..") {
        return Re::Seq(vec![Re::any_absolute(), text(&[begun, &end].concat(), loose)]);
    }
    if end.is_empty() {
        return Re::any_absolute();
    }
    Re::Seq(vec![Re::Alt(vec![Re::EMPTY, Re::any_absolute()]), text(&end, loose)])
}

/// The normal forms of what a pathname expansion becomes; none where that can be anything.
fn expansion(pattern: &[u8], tree: bool, loose: bool) -> Option<Re> {
    let components = shell::components(pattern)?;
    if components.len() < 2 || components.first().is_none_or(|first| !first.parts.is_empty()) {
        return None;
    }
    let mut readings: Vec<Vec<&Component>> = vec![Vec::new()];
    for component in &components {
        match (component.kind, component.literal.as_slice()) {
            (Kind::Plain, b"" | b".") => {}
            (Kind::Plain, b"..") => readings.iter_mut().try_for_each(climb)?,
            (Kind::Other, _) => {
                let own = Nfa::build(&Re::Seq(component.parts.clone()))?;
                let stay = if own.run(b".", false).accepted { readings.clone() } else { Vec::new() };
                let mut up = if own.run(b"..", false).accepted { readings.clone() } else { Vec::new() };
                up.iter_mut().try_for_each(climb)?;
                for reading in &mut readings {
                    reading.push(component);
                }
                readings.extend(stay.into_iter().chain(up));
            }
            // `**/**` is no more than `**`.
            (Kind::Deep, _) => {
                let again = |reading: &Vec<&Component>| reading.last().is_some_and(|last| last.kind == Kind::Deep);
                readings.iter_mut().filter(|reading| !again(reading)).for_each(|reading| reading.push(component));
            }
            _ => readings.iter_mut().for_each(|reading| reading.push(component)),
        }
        if readings.len() > MAX_READINGS {
            return None;
        }
    }
    let unmatched: Vec<&[u8]> = components.iter().map(|c| c.literal.as_slice()).collect();
    let unmatched = normalize(&unmatched.join(&b'/'));
    if tree && (unmatched == b"/" || readings.iter().any(Vec::is_empty)) {
        // The tree of `/`.
        return None;
    }
    let mut paths: Vec<Re> = readings.iter().map(|reading| path_of(reading, loose)).collect();
    paths.push(text(&unmatched, loose));
    Some(Re::Alt(paths))
}

/// Takes away the last component; none where it is not known how many that are.
fn climb(reading: &mut Vec<&Component>) -> Option<()> {
    match reading.pop() {
        Some(component) if component.kind == Kind::Deep => None,
        _ => Some(()),
    }
}

fn path_of(reading: &[&Component], loose: bool) -> Re {
    let slash = || Re::One(Test::Byte(b'/'));
    if reading.iter().all(|c| c.kind == Kind::Deep) {
        // Nothing, `/` or anything: `/` alone is only written here.
        return if reading.is_empty() { slash() } else { Re::any_absolute() };
    }
    let component = |c: &&Component| {
        if c.kind == Kind::Deep {
            return Re::Visible;
        }
        let parts = c.parts.clone();
        Re::Seq(vec![slash(), Re::Seq(if loose { loosen(parts) } else { parts })])
    };
    Re::Seq(reading.iter().map(component).collect())
}
