//! What `basename` and `dirname` print of names that are known.

use super::compound::MAX_VALUES;
use crate::effect::{Value, Word};
use alloc::vec::Vec;

/// What such a command prints, without the end of its line.
pub(super) fn printed(argv: &[Word]) -> Option<Value> {
    let (program, words) = argv.split_first()?;
    let (names, suffix) = match (program.value.known()?, words) {
        (b"basename", [names]) => (names, Some(&b""[..])),
        (b"basename", [names, suffix]) => (names, Some(suffix.value.known()?)),
        (b"dirname", [names]) => (names, None),
        _ => return None,
    };
    let part = |name: &[u8]| suffix.map_or_else(|| directory(name), |suffix| base(name, suffix));
    let parts: Option<Vec<Vec<u8>>> = names.value.alternatives()?.iter().map(|name| part(name)).collect();
    Value::one_of(parts?, MAX_VALUES)
}

/// Whether a name is an operand to every such program, and prints as one line.
fn is_plain(name: &[u8]) -> bool {
    !name.is_empty() && !name.starts_with(b"-") && !name.contains(&b'\n') && !name.ends_with(b"/")
}

fn base(name: &[u8], suffix: &[u8]) -> Option<Vec<u8>> {
    let last = name.rsplit(|byte| *byte == b'/').next().filter(|_| is_plain(name) && !suffix.starts_with(b"-"))?;
    let short = last.strip_suffix(suffix).filter(|short| !short.is_empty());
    Some(short.unwrap_or(last).to_vec())
}

fn directory(name: &[u8]) -> Option<Vec<u8>> {
    if !is_plain(name) || name.windows(2).any(|two| two == b"//") {
        return None;
    }
    Some(match name.iter().rposition(|byte| *byte == b'/') {
        None => b".".to_vec(),
        Some(0) => b"/".to_vec(),
        Some(slash) => name.get(..slash)?.to_vec(),
    })
}

#[cfg(test)]
mod tests {
    use super::{base, directory};

    #[test]
    fn names_are_taken_apart_as_the_programs_do() {
        for (name, suffix, printed) in [
            ("a.txt", ".txt", Some("a")),
            ("d/a.txt", ".txt", Some("a")),
            ("d/a.txt", "", Some("a.txt")),
            (".txt", ".txt", Some(".txt")),
            ("a.md", ".txt", Some("a.md")),
            ("d/", "", None),
            ("-a", "", None),
            ("a", "-z", None),
            ("", "", None),
            ("a\n", "", None),
        ] {
            assert_eq!(base(name.as_bytes(), suffix.as_bytes()).as_deref(), printed.map(str::as_bytes), "{name}");
        }
        for (name, printed) in [
            ("a", Some(".")),
            ("d/a", Some("d")),
            ("d/e/a", Some("d/e")),
            ("/a", Some("/")),
            ("d//a", None),
            ("d/", None),
        ] {
            assert_eq!(directory(name.as_bytes()).as_deref(), printed.map(str::as_bytes), "{name}");
        }
    }
}
