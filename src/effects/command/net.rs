//! Hosts in words: URLs, `HOST:PORT`, `user@host:path`, remotes of git.

use super::options::split;
use crate::effect::{Connect, Value};
use alloc::{string::String, vec::Vec};

/// What a network operand names.
#[derive(Debug, PartialEq)]
pub(super) enum Target {
    /// A host.
    Host(Connect),
    /// A local file or directory.
    File(Value),
}

fn connect(scheme: Option<&[u8]>, host: Value, port: Option<u16>) -> Connect {
    let scheme = scheme.map(|s| String::from_utf8_lossy(s).to_ascii_lowercase());
    Connect { scheme, host, port, method: None }
}

const ANY: Connect = Connect { scheme: None, host: Value::ANY_WORD, port: None, method: None };

/// Whether a word begins as a URL does.
pub(super) fn is_url(value: &Value) -> bool {
    let (Value::Known(text) | Value::Affix { prefix: text, .. }) = value else { return false };
    let scheme = text.windows(3).position(|w| w == b"://").and_then(|end| text.get(..end));
    let plain = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.');
    scheme.is_some_and(|scheme| scheme.first().is_some_and(u8::is_ascii_alphabetic) && scheme.iter().all(plain))
}

/// A URL or a host; `bare`: only a host name, no URL and no path.
pub(super) fn target(value: &Value, bare: bool) -> Target {
    match value {
        Value::Known(text) => known(text, bare),
        // The host is settled where the path after it has begun.
        Value::Affix { prefix, .. } => match authority_end(prefix) {
            Some(end) => match known(prefix.get(..end).unwrap_or(prefix), bare) {
                Target::File(_) => Target::File(Value::ANY_WORD),
                host @ Target::Host(_) => host,
            },
            None => Target::Host(ANY),
        },
        _ => Target::Host(ANY),
    }
}

/// Where the path after the host of a URL begins, if it does.
fn authority_end(text: &[u8]) -> Option<usize> {
    let start = text.windows(3).position(|w| w == b"://")? + 3;
    let rest = text.get(start..)?;
    rest.iter().position(|b| matches!(b, b'/' | b'?' | b'#')).map(|at| start + at + 1)
}

fn known(text: &[u8], bare: bool) -> Target {
    let (scheme, rest) = match text.windows(3).position(|w| w == b"://") {
        Some(at) if !bare || text.starts_with(b"ssh://") => (text.get(..at), text.get(at + 3..).unwrap_or(&[])),
        _ => (None, text),
    };
    if scheme.is_some_and(|s| s.eq_ignore_ascii_case(b"file")) {
        let path = rest.iter().position(|b| *b == b'/').and_then(|at| rest.get(at..)).unwrap_or(&[]);
        // A URL's escapes and globs are not worked out: then any path.
        let plain = !path.iter().any(|b| matches!(b, b'%' | b'{' | b'[' | b'\\'));
        let path = split(split(path, b'?').0, b'#').0;
        return Target::File(if plain { Value::Known(path.into()) } else { Value::ANY_WORD });
    }
    if rest.iter().any(|b| matches!(b, b'{' | b'\\')) || rest.starts_with(b"[") && scheme.is_none() {
        return Target::Host(ANY);
    }
    let authority = rest.split(|b| matches!(b, b'/' | b'?' | b'#')).next().unwrap_or(rest);
    let host = authority.rsplit(|b| *b == b'@').next().unwrap_or(authority);
    let (host, port) = port(host);
    Target::Host(connect(scheme, Value::Known(host.to_ascii_lowercase().into()), port))
}

/// Splits a port off; an address in brackets keeps its colons.
fn port(host: &[u8]) -> (Vec<u8>, Option<u16>) {
    let colon = host.iter().rposition(|b| *b == b':');
    let number = colon.and_then(|at| core::str::from_utf8(host.get(at + 1..)?).ok()?.parse().ok());
    match (colon.and_then(|at| host.get(..at)), number) {
        (Some(name), Some(number)) if !name.contains(&b':') || name.ends_with(b"]") => {
            (bare_address(name), Some(number))
        }
        // `host:path` names no port.
        (Some(name), None) if !name.contains(&b':') => (bare_address(name), None),
        _ => (bare_address(host), None),
    }
}

fn bare_address(host: &[u8]) -> Vec<u8> {
    host.strip_prefix(b"[").and_then(|h| h.strip_suffix(b"]")).unwrap_or(host).to_vec()
}

/// `HOST:PATH` and `rsync://`, `s3://` and the like; `None` for a local path.
pub(super) fn remote_path(value: &Value) -> Option<Connect> {
    let (Value::Known(text) | Value::Affix { prefix: text, .. }) = value else { return None };
    if text.windows(3).any(|w| w == b"://") {
        return match target(value, false) {
            Target::Host(connect) => Some(connect),
            Target::File(_) => None,
        };
    }
    let (host, path) = split(text, b':');
    path?;
    if host.contains(&b'/') || host.is_empty() {
        return None;
    }
    let host = host.rsplit(|b| *b == b'@').next().unwrap_or(host).to_ascii_lowercase();
    Some(connect(Some(b"ssh"), Value::Known(host.into()), None))
}

/// The repository that git talks to.
pub(super) fn git_remote(value: &Value) -> Target {
    if let Some(host) = remote_path(value) {
        return Target::Host(host);
    }
    match value {
        Value::Known(text) => {
            let text: &[u8] = text;
            if text.windows(3).any(|w| w == b"://") {
                return target(value, false);
            }
            let local = text == b"." || text == b".." || text.contains(&b'/');
            if local { Target::File(value.clone()) } else { Target::Host(ANY) }
        }
        _ => Target::Host(ANY),
    }
}
