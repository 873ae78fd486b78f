//! Makes a partly known path absolute.

use super::{is_absolute, is_normal, join, normalize};
use crate::effect::{Bytes, Value};
use alloc::vec::Vec;

/// The alternatives that a set of paths may have; more is worth no more than "unknown".
const MAX_ALTERNATIVES: usize = 64;

/// `path` as seen from the directory `cwd`, both as far as they are known.
///
/// Known results are normal paths. A [`Value::Affix`] keeps its suffix as written: its unknown middle may hold `..`, so only the
/// complete components of its prefix are normalised, and they are for people to read. What is absolute already does not
/// depend on `cwd`; where `cwd` is known to be relative it counts as unknown.
pub fn absolute(path: &Value, cwd: &Value) -> Value {
    match path {
        Value::Known(one) if is_absolute(one) => Value::Known(normalize(one).into()),
        Value::Known(one) => from(cwd, one),
        Value::Set(all) => several(all.iter().map(|one| absolute(&Value::Known(one.clone()), cwd))),
        Value::Affix { prefix, suffix } if is_absolute(prefix) => affix(prefix, suffix),
        // An empty prefix says nothing of whether the word is absolute.
        Value::Affix { prefix, suffix } if !prefix.is_empty() => match cwd.known().filter(|dir| is_absolute(dir)) {
            Some(dir) => affix(&join(dir, prefix), suffix),
            None => Value::Affix { prefix: Vec::new().into(), suffix: suffix.clone() },
        },
        Value::Below { dir, suffix } => match absolute(&Value::Known(dir.clone()), cwd) {
            Value::Known(dir) => Value::Below { dir, suffix: suffix.clone() },
            _ => Value::Affix { prefix: Vec::new().into(), suffix: suffix.clone() },
        },
        Value::Pattern(text) if !is_absolute(text) => pattern(cwd, text),
        Value::Name(text) => absolute(&Value::Pattern(text.clone()), cwd),
        other => other.clone(),
    }
}

/// The absolute paths as they are spelled, where all of them are known and one has a `..` that may come after a link. Of a
/// [`Value::Below`] those of its directory.
pub fn spelling(path: &Value, cwd: &Value) -> Option<Value> {
    let texts = match path {
        Value::Below { dir, .. } => core::slice::from_ref(dir),
        _ => path.alternatives()?,
    };
    if !texts.iter().any(|text| climbs(text)) {
        return None;
    }
    let mut all = Vec::new();
    for text in texts {
        match cwd.alternatives() {
            _ if is_absolute(text) => all.push(text.to_vec()),
            Some(dirs) => all.extend(dirs.iter().map(|dir| join(dir, text))),
            None => return None,
        }
    }
    let rooted = all.iter().all(|one| is_absolute(one));
    rooted.then(|| Value::one_of(all, MAX_ALTERNATIVES)).flatten()
}

/// Whether the path has a `..`: after a link that leads elsewhere than its text says.
pub fn climbs(path: &[u8]) -> bool {
    super::components(path).any(|c| c == b"..")
}

/// The known relative path `path` in `cwd`.
fn from(cwd: &Value, path: &[u8]) -> Value {
    let after = |dir: &[u8]| join(dir, path);
    match cwd {
        Value::Known(dir) if is_absolute(dir) => {
            let whole = after(dir);
            Value::Known(if is_normal(&whole) { whole } else { normalize(&whole) }.into())
        }
        Value::Set(dirs) => several(dirs.iter().map(|dir| from(&Value::Known(dir.clone()), path))),
        Value::Affix { prefix, suffix } if is_absolute(prefix) => {
            affix(prefix, &[suffix, b"/".as_slice(), path].concat())
        }
        // Where `..` leads to there is not known.
        Value::Pattern(text) if is_absolute(text) && !climbs(path) => {
            Value::Pattern([&**text, b"/", &escape_pattern(path)].concat().into())
        }
        _ => Value::Affix { prefix: Vec::new().into(), suffix: [b"/", path].concat().into() },
    }
}

/// The relative pathname expansion `text` in `cwd`.
fn pattern(cwd: &Value, text: &[u8]) -> Value {
    match cwd {
        Value::Known(dir) if is_absolute(dir) => Value::Pattern(join(&escape_pattern(&normalize(dir)), text).into()),
        Value::Pattern(dir) if is_absolute(dir) && !climbs(text) => Value::Pattern(join(dir, text).into()),
        _ => Value::Affix { prefix: Vec::new().into(), suffix: literal_end(text).into() },
    }
}

/// What a pathname expansion certainly ends in: the plain bytes after its last byte that could be part of an operator.
fn literal_end(text: &[u8]) -> &[u8] {
    let special = |b: &u8| b"*?[]()|@+!\\<>#^~".contains(b);
    let Some(at) = text.iter().rposition(special) else { return text };
    // A backslash quotes the byte after it, which is no worse than losing that byte.
    let from = if text.get(at) == Some(&b'\\') { at + 2 } else { at + 1 };
    text.get(from..).unwrap_or_default()
}

/// Text of a pathname expansion that stands for exactly `bytes`.
pub fn escape_pattern(bytes: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(bytes.len());
    for b in bytes {
        if b"*?[]()|@+!\\<>#^~".contains(b) {
            text.push(b'\\');
        }
        text.push(*b);
    }
    text
}

/// An affix whose prefix has its complete components normalised.
fn affix(prefix: &[u8], suffix: &[u8]) -> Value {
    let cut = prefix.iter().rposition(|b| *b == b'/').map_or(0, |at| at + 1);
    let (dir, begun) = prefix.split_at_checked(cut).unwrap_or((b"/", prefix));
    let mut prefix = normalize(dir);
    if prefix.last() != Some(&b'/') {
        prefix.push(b'/');
    }
    prefix.extend_from_slice(begun);
    Value::Affix { prefix: prefix.into(), suffix: suffix.into() }
}

/// One value for several.
fn several(values: impl Iterator<Item = Value>) -> Value {
    // In order, each once.
    let mut all: Vec<Bytes> = Vec::new();
    for value in values {
        let Some(some) = value.alternatives() else { return Value::ANY_WORD };
        for one in some {
            if let Err(place) = all.binary_search(one) {
                all.insert(place, one.clone());
            }
        }
        if all.len() > MAX_ALTERNATIVES {
            return Value::ANY_WORD;
        }
    }
    match (all.len(), all.pop()) {
        (1, Some(one)) => Value::Known(one),
        (_, Some(last)) => {
            all.push(last);
            Value::Set(all.into())
        }
        (_, None) => Value::ANY_WORD,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::{String, ToString};

    fn affix_of(prefix: &str, suffix: &str) -> Value {
        Value::Affix { prefix: prefix.into(), suffix: suffix.into() }
    }

    fn pattern_of(text: &str) -> Value {
        Value::Pattern(text.into())
    }

    fn set_of(all: &[&str]) -> Value {
        Value::Set(all.iter().map(|one| Bytes::from(*one)).collect())
    }

    #[test]
    fn partly_known_paths_become_absolute() {
        let here = Value::from("/w/d");
        let any = Value::ANY_WORD;
        for (path, cwd, want) in [
            (Value::from("a"), &here, Value::from("/w/d/a")),
            (Value::from("../../../a/"), &here, Value::from("/a")),
            (Value::from("/a/./b"), &any, Value::from("/a/b")),
            (Value::from(""), &here, Value::from("/w/d")),
            (set_of(&["a", "./a", "b"]), &here, set_of(&["/w/d/a", "/w/d/b"])),
            (set_of(&["a", "./a"]), &here, Value::from("/w/d/a")),
            (set_of(&["a", "/b"]), &any, Value::ANY_WORD),
            (Value::from("a"), &set_of(&["/x", "/y"]), set_of(&["/x/a", "/y/a"])),
            (Value::from("a"), &any, affix_of("", "/a")),
            (Value::from("a"), &Value::from("rel"), affix_of("", "/a")),
            (Value::from("a"), &affix_of("/x", "y"), affix_of("/x", "y/a")),
            (Value::from("a*"), &pattern_of("/x/*"), pattern_of("/x/*/a\\*")),
            (Value::from("a"), &affix_of("", "y"), affix_of("", "/a")),
            (Value::from("a"), &affix_of("x", "y"), affix_of("", "/a")),
            (Value::from("a"), &pattern_of("x/*"), affix_of("", "/a")),
            (pattern_of("*.c"), &Value::from("rel"), affix_of("", ".c")),
            (pattern_of("b*.c"), &pattern_of("/x/*"), pattern_of("/x/*/b*.c")),
            (pattern_of("b*.c"), &pattern_of("x/*"), affix_of("", ".c")),
            (affix_of("a/../b/c", ".x"), &here, affix_of("/w/d/b/c", ".x")),
            (affix_of("/a/../b", ""), &any, affix_of("/b", "")),
            (affix_of("", ".env"), &here, affix_of("", ".env")),
            (affix_of("a", ".env"), &any, affix_of("", ".env")),
            (pattern_of("*.c"), &here, pattern_of("/w/d/*.c")),
            (pattern_of("*.c"), &Value::from("/a[b"), pattern_of("/a\\[b/*.c")),
            (pattern_of("*/x.c"), &any, affix_of("", "/x.c")),
            (pattern_of("a[b]\\.c"), &any, affix_of("", "c")),
            (pattern_of("/a/*"), &any, pattern_of("/a/*")),
            (Value::ANY_WORDS, &here, Value::ANY_WORDS),
        ] {
            assert_eq!(absolute(&path, cwd), want, "{path:?} in {cwd:?}");
        }
    }

    #[test]
    fn more_alternatives_than_are_followed_are_any_word() {
        let here = Value::from("/");
        let names = |count: usize| -> Vec<String> { (100..100 + count).map(|n| n.to_string()).collect() };
        let of = |count: usize| {
            let names = names(count);
            set_of(&names.iter().map(String::as_str).collect::<Vec<_>>())
        };
        assert_eq!(absolute(&of(MAX_ALTERNATIVES), &here).alternatives().map(<[_]>::len), Some(MAX_ALTERNATIVES));
        assert_eq!(absolute(&of(MAX_ALTERNATIVES + 1), &here), Value::ANY_WORD);
    }
}
