//! Under which keys a rule is filed, and under which it is looked for. A key may lead to rules that do not match; what matches is
//! always found: every rule is filed under something that each match has, or as one that is asked every time.

use crate::effect::Word;
use crate::glob::{Mark, PathGlob};
use crate::path;
use crate::policy::PrefixRule;
use alloc::{string::String, vec::Vec};

/// A hash of what is looked for.
pub(super) type Key = u32;

/// What a key is made of: the same text of another kind is another key.
#[derive(Clone, Copy)]
enum Kind {
    /// Rules that need nothing but the program.
    Program = 1,
    /// Rules that need a program and its first argument.
    Argument,
    /// All rules on a program, for an argument that is not known.
    AnyArgument,
    /// Globs with a component that is known.
    Component,
    /// ... with one that ends so, from its last dot.
    Ending,
    /// ... with one that begins so, up to a mark.
    Beginning,
}

/// FNV-1a.
fn key(kind: Kind, parts: &[&[u8]]) -> Key {
    let mut hash = 0x811c_9dc5_u32;
    let mut add = |byte: u8| hash = (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
    add(kind as u8);
    for part in parts {
        part.iter().for_each(|byte| add(*byte));
        add(0);
    }
    hash
}

/// The keys of a prefix rule; none for one that is asked every time.
pub(super) fn of_prefix(rule: &PrefixRule) -> Option<Vec<Key>> {
    let first = rule.pattern.first()?;
    // Without case a word has many spellings; options that stand anywhere may stand first.
    if rule.ignore_case || rule.options_anywhere && first.iter().any(|token| token.starts_with('-')) {
        return None;
    }
    let second = rule.pattern.get(1).filter(|_| !rule.options_anywhere);
    let mut keys = Vec::new();
    for program in first.iter().map(String::as_bytes) {
        keys.push(key(Kind::AnyArgument, &[program]));
        match second {
            Some(arguments) => keys.extend(arguments.iter().map(|a| key(Kind::Argument, &[program, a.as_bytes()]))),
            None => keys.push(key(Kind::Program, &[program])),
        }
    }
    Some(keys)
}

/// Where to look for the prefix rules that can match a command; none where it takes all of them.
pub(super) fn for_command(words: &[Word]) -> Option<Vec<Key>> {
    let (program, arguments) = words.split_first()?;
    let mut keys = Vec::new();
    for written in program.value.alternatives()? {
        let normal = path::normalize(written);
        let name = path::file_name(&normal).filter(|_| written.contains(&b'/'));
        for program in core::iter::once(&**written).chain(name) {
            match arguments.first().map(|word| word.value.alternatives()) {
                None => {}
                Some(Some(all)) => keys.extend(all.iter().map(|argument| key(Kind::Argument, &[program, argument]))),
                Some(None) => {
                    keys.push(key(Kind::AnyArgument, &[program]));
                    continue;
                }
            }
            keys.push(key(Kind::Program, &[program]));
        }
    }
    Some(keys)
}

/// The keys of a glob, one for each of its alternatives; none for one that is asked every time.
pub(super) fn of_glob(glob: &PathGlob) -> Option<Vec<Key>> {
    let alternatives = glob.marks()?;
    alternatives.iter().map(|marks| marks.iter().filter_map(of_mark).max().map(|(_, key)| key)).collect()
}

/// A key by which the paths with this mark are looked for, and how much it leaves out: names first, the longest of them.
fn of_mark(mark: &Mark) -> Option<((u8, usize), Key)> {
    match mark {
        Mark::Top(_) => None, // its names are marks, too
        Mark::Name(name) => Some(((2, name.len()), key(Kind::Component, &[name]))),
        Mark::Ends(end) => {
            let dot = end.iter().rposition(|byte| *byte == b'.')?;
            Some(((1, end.len()), key(Kind::Ending, &[end.get(dot + 1..)?])))
        }
        Mark::Begins(beginning) => {
            let cut = beginning.iter().rposition(|byte| is_cut(*byte))?;
            Some(((0, cut), key(Kind::Beginning, &[beginning.get(..=cut)?])))
        }
    }
}

/// Where a name may be cut: the beginnings of a path's components are looked up up to each of these.
fn is_cut(byte: u8) -> bool {
    matches!(byte, b'.' | b'-' | b'_')
}

/// Where to look for the globs that can cover a normal path or a directory above it.
pub(super) fn for_path(path: &[u8], keys: &mut Vec<Key>) {
    // Marks are in lower case.
    let path = path.to_ascii_lowercase();
    for component in path::components(&path) {
        keys.push(key(Kind::Component, &[component]));
        for (at, byte) in component.iter().enumerate() {
            if is_cut(*byte) {
                keys.extend(component.get(..=at).map(|beginning| key(Kind::Beginning, &[beginning])));
            }
        }
        if let Some(dot) = component.iter().rposition(|byte| *byte == b'.') {
            keys.extend(component.get(dot + 1..).map(|extension| key(Kind::Ending, &[extension])));
        }
    }
}
