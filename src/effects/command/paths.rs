//! Paths of a command as far as they are known: joined to the directory and lexically normalised.

use crate::effect::{PathValue, Value};
use alloc::vec::Vec;

/// Most alternatives that are followed before a path counts as not known.
const MAX_ALTERNATIVES: usize = 16;

/// The path of `value` as an effect has it.
pub(super) fn path_value(value: &Value, cwd: &Value, tree: bool) -> PathValue {
    PathValue { value: absolute(value, cwd), tree }
}

/// Joins `value` to `cwd` and normalises what is known in full.
pub(super) fn absolute(value: &Value, cwd: &Value) -> Value {
    if let (Some(paths), Some(directories)) = (value.alternatives(), cwd.alternatives()) {
        let mut all: Vec<Vec<u8>> = Vec::new();
        for directory in directories {
            all.extend(paths.iter().map(|path| join(directory, path)));
        }
        return set(all);
    }
    match value {
        Value::Known(path) if path.starts_with(b"/") => Value::Known(normalise(path)),
        Value::Set(paths) if paths.iter().all(|p| p.starts_with(b"/")) => set(paths.iter().map(|p| normalise(p)).collect()),
        Value::Affix { prefix, .. } | Value::Pattern(prefix) if prefix.starts_with(b"/") => value.clone(),
        Value::Known(path) => Value::Affix { prefix: Vec::new(), suffix: below(path) },
        Value::Affix { prefix, suffix } => match cwd.known() {
            Some(directory) if !prefix.is_empty() => {
                let prefix = prefix.strip_prefix(b"./").unwrap_or(prefix);
                let prefix = if prefix == b"." { b"" } else { prefix };
                Value::Affix { prefix: with_slash(directory, prefix), suffix: suffix.clone() }
            }
            _ => Value::Affix { prefix: Vec::new(), suffix: suffix.clone() },
        },
        Value::Pattern(text) => match cwd.known() {
            Some(directory) => {
                let text = text.strip_prefix(b"./").unwrap_or(text);
                Value::Pattern(with_slash(&quoted(directory), text))
            }
            None => Value::ANY_WORD,
        },
        _ => Value::ANY_WORD,
    }
}

/// The end that a relative path surely has below an unknown directory; empty where `..` could eat it.
fn below(path: &[u8]) -> Vec<u8> {
    if path.split(|b| *b == b'/').any(|part| part == b"..") {
        return Vec::new();
    }
    let relative = normalise(path);
    if relative.len() > 1 { relative } else { Vec::new() }
}

fn set(mut all: Vec<Vec<u8>>) -> Value {
    all.sort();
    all.dedup();
    match all.len() {
        0 => Value::ANY_WORD,
        1 => all.pop().map_or(Value::ANY_WORD, Value::Known),
        n if n > MAX_ALTERNATIVES => Value::ANY_WORD,
        _ => Value::Set(all),
    }
}

fn with_slash(directory: &[u8], rest: &[u8]) -> Vec<u8> {
    let mut out = directory.to_vec();
    if !out.ends_with(b"/") {
        out.push(b'/');
    }
    out.extend_from_slice(rest);
    out
}

/// The text as glob text that matches only itself.
fn quoted(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    for byte in text {
        if matches!(byte, b'*' | b'?' | b'[' | b']' | b'\\' | b'(' | b')' | b'{' | b'}') {
            out.push(b'\\');
        }
        out.push(*byte);
    }
    out
}

fn join(directory: &[u8], path: &[u8]) -> Vec<u8> {
    if path.starts_with(b"/") { normalise(path) } else { normalise(&with_slash(directory, path)) }
}

/// Removes `.`, `..` and repeated slashes; the result is absolute.
fn normalise(path: &[u8]) -> Vec<u8> {
    let mut parts: Vec<&[u8]> = Vec::new();
    for part in path.split(|b| *b == b'/') {
        match part {
            b"" | b"." => {}
            b".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    let mut out = Vec::new();
    for part in &parts {
        out.push(b'/');
        out.extend_from_slice(part);
    }
    if out.is_empty() {
        out.push(b'/');
    }
    out
}

/// Whether a program path is one of the system's directories, where the basename says what it is.
pub(super) fn is_system_program(path: &[u8]) -> bool {
    const DIRECTORIES: &[&[u8]] = &[
        b"/bin", b"/sbin", b"/usr/bin", b"/usr/sbin", b"/usr/local/bin", b"/usr/local/sbin", b"/opt/homebrew/bin", b"/lib",
        b"/lib64", b"/usr/lib", b"/usr/lib64",
    ];
    let path = normalise(path);
    let directory = path.iter().rposition(|b| *b == b'/').and_then(|at| path.get(..at));
    let multiarch = |d: &[u8]| d.starts_with(b"/lib/") || d.starts_with(b"/usr/lib/");
    directory.is_some_and(|d| DIRECTORIES.contains(&d) || multiarch(d))
}
