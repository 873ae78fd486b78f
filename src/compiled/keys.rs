//! Under which keys a rule is filed, and under which it is looked for. A key may lead to rules that do not match; what matches is
//! always found: every rule is filed under something that each match has, or as one that is asked every time.

use crate::effect::Word;
use crate::glob::PathGlob;
use crate::path;
use crate::policy::PrefixRule;
use alloc::{string::String, vec::Vec};

/// A hash of what is looked for.
pub(super) type Key = u32;

/// Alternatives that braces may make of one component of a glob.
const MAX_ALTERNATIVES: usize = 64;

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

/// The keys of a glob; none for one that is asked every time.
pub(super) fn of_glob(glob: &PathGlob) -> Option<Vec<Key>> {
    let components = components(glob.as_str())?;
    // The first is the anchor: nothing, `~`, `.` or `**`.
    let components = components.get(1..)?;
    let literal = |c: &&&str| !c.is_empty() && !c.contains(['*', '?', '[', '{', '}', ',']);
    if let Some(longest) = components.iter().filter(literal).max_by_key(|c| c.len()) {
        return Some(Vec::from([key(Kind::Component, &[longest.as_bytes()])]));
    }
    components.iter().find_map(|component| of_component(component))
}

fn of_component(component: &str) -> Option<Vec<Key>> {
    let alternatives = alternatives(component)?;
    alternatives.iter().map(|one| of_plain(one)).collect()
}

/// `name`, `*.ext` and `name.*`.
fn of_plain(component: &str) -> Option<Key> {
    if component.is_empty() || component.contains(['?', '[']) {
        return None;
    }
    let Some((before, after)) = component.split_once('*') else {
        return Some(key(Kind::Component, &[component.as_bytes()]));
    };
    let ending = component.rsplit('*').next().unwrap_or(after);
    if let Some((_, extension)) = ending.rsplit_once('.') {
        return Some(key(Kind::Ending, &[extension.as_bytes()]));
    }
    let end = before.rfind(is_mark)? + 1;
    Some(key(Kind::Beginning, &[before.get(..end)?.as_bytes()]))
}

/// Where a name may be cut: the beginnings of a path's components are looked up up to each of these.
fn is_mark(c: char) -> bool {
    matches!(c, '.' | '-' | '_')
}

/// What one pair of braces stands for; none where there is more to it.
fn alternatives(component: &str) -> Option<Vec<String>> {
    let Some((before, rest)) = component.split_once('{') else {
        return (!component.contains(['}'])).then(|| Vec::from([component.into()]));
    };
    let (inside, after) = rest.split_once('}')?;
    if inside.contains('{') || after.contains(['{', '}']) || before.contains('}') || inside.contains('[') {
        return None;
    }
    let all: Vec<String> = inside.split(',').map(|one| alloc::format!("{before}{one}{after}")).collect();
    (all.len() <= MAX_ALTERNATIVES).then_some(all)
}

/// The components of a glob's text; none where a `/` may stand in braces or in a class, or something is escaped.
fn components(text: &str) -> Option<Vec<&str>> {
    if text.contains('\\') {
        return None;
    }
    let mut open = 0_usize;
    for c in text.chars() {
        match c {
            '{' | '[' => open += 1,
            '}' | ']' => open = open.saturating_sub(1),
            '/' if open > 0 => return None,
            _ => {}
        }
    }
    Some(text.split('/').collect())
}

/// Where to look for the globs that can cover a normal path or a directory above it.
pub(super) fn for_path(path: &[u8], keys: &mut Vec<Key>) {
    for component in path::components(path) {
        keys.push(key(Kind::Component, &[component]));
        for (at, byte) in component.iter().enumerate() {
            if is_mark(char::from(*byte)) {
                keys.extend(component.get(..=at).map(|beginning| key(Kind::Beginning, &[beginning])));
            }
        }
        if let Some(dot) = component.iter().rposition(|byte| *byte == b'.') {
            keys.extend(component.get(dot + 1..).map(|extension| key(Kind::Ending, &[extension])));
        }
    }
}
