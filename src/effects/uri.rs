//! URLs as arguments: what they say of files and hosts. Not a full URL parser: what is unusual has an unknown host.

use crate::effect::{Connect, Value};
use alloc::{string::String, vec::Vec};

/// A connection to a host that is not known.
pub(super) fn any_host() -> Connect {
    Connect { scheme: None, host: Value::ANY_WORD, port: None, method: None }
}

/// The path of a `file:` URL, with percent escapes decoded.
pub(super) fn file_path(text: &str) -> Option<String> {
    let (scheme, rest) = split_scheme(text)?;
    if !scheme.eq_ignore_ascii_case("file") {
        return None;
    }
    let path = match rest.strip_prefix("//") {
        // `file://host/path`: the host is this machine, or nothing is read.
        Some(rest) => rest.get(rest.find('/')?..)?,
        None => rest,
    };
    let path = path.split(['?', '#']).next().unwrap_or(path);
    Some(decode_percent(path))
}

/// The host of a `scheme://` URL.
pub(super) fn connect(text: &str) -> Option<Connect> {
    let (scheme, rest) = split_scheme(text)?;
    let rest = rest.strip_prefix("//")?;
    let authority = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    let host_port = authority.rsplit('@').next().unwrap_or(authority);
    let (host, port) = match host_port.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|b| b.is_ascii_digit()) && !host_port.ends_with(']') => {
            (host, port.parse().ok())
        }
        _ => (host_port, None),
    };
    let plain = !host.is_empty() && host.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._[]:".contains(&b));
    let host = if plain { Value::from(host.to_ascii_lowercase().as_str()) } else { Value::ANY_WORD };
    Some(Connect { scheme: Some(scheme.to_ascii_lowercase()), host, port, method: None })
}

/// `scheme:rest`, with a scheme of at least two letters (one is a drive) as RFC 3986 spells it.
fn split_scheme(text: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = text.split_once(':')?;
    let good = scheme.len() > 1
        && scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b));
    good.then_some((scheme, rest))
}

fn decode_percent(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        let hex = |b: u8| char::from(b).to_digit(16).and_then(|d| u8::try_from(d).ok());
        let escaped = match (first, tail) {
            (b'%', [high, low, after @ ..]) => hex(*high).zip(hex(*low)).map(|(h, l)| (h * 16 + l, after)),
            _ => None,
        };
        let (byte, after) = escaped.unwrap_or((first, tail));
        bytes.push(byte);
        rest = after;
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_urls_name_paths() {
        for (text, expected) in [
            ("file:///etc/passwd", Some("/etc/passwd")),
            ("FILE://localhost/a%2Fb%20c?x#y", Some("/a/b c")),
            ("file:/etc/x", Some("/etc/x")),
            ("https://x/file:///etc", None),
            ("/etc/passwd", None),
        ] {
            assert_eq!(file_path(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn hosts_of_urls() {
        for (text, expected) in [
            ("https://Example.com/x", Some(("https", Value::from("example.com"), None))),
            ("http://u:p@h.example:8080", Some(("http", Value::from("h.example"), Some(8080)))),
            ("http://[::1]:80/", Some(("http", Value::from("[::1]"), Some(80)))),
            ("https://a.example@b.example/", Some(("https", Value::from("b.example"), None))),
            ("https://{a,b}.example/", Some(("https", Value::ANY_WORD, None))),
            ("C:/x", None),
            ("mailto:x@y", None),
        ] {
            let found = connect(text).map(|c| (c.scheme.unwrap(), c.host, c.port));
            assert_eq!(found, expected.map(|(s, h, p)| (s.into(), h, p)), "{text}");
        }
    }
}
