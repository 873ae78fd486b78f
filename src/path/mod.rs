//! Pure algebra of paths over bytes, and following links through the [`World`](crate::world::World).
//!
//! Nothing here touches the file system by itself. A *normal* path is absolute, begins with one `/`, and has no empty, `.` or
//! `..` component and no `/` at its end (but for `/` itself); all globs are held against normal paths.

mod resolve;
pub mod temporary;
mod value;

pub use resolve::{Last, Resolution, Why, resolve};
pub use value::{absolute, climbs, escape_pattern, spelling};

use alloc::vec::Vec;

/// The longest name of one component, in bytes, that Linux accepts.
pub const NAME_MAX: usize = 255;
/// The longest path that one system call accepts on Linux, in bytes and with the NUL at its end.
pub const PATH_MAX: usize = 4096;

/// Whether the path begins at the root.
pub fn is_absolute(path: &[u8]) -> bool {
    path.first() == Some(&b'/')
}

/// The components that are not empty, `.` and `..` included.
pub fn components(path: &[u8]) -> impl DoubleEndedIterator<Item = &[u8]> {
    path.split(|b| *b == b'/').filter(|c| !c.is_empty())
}

/// `path` as seen from `base`: `path` itself where it is absolute, else one after the other. Nothing is normalised.
pub fn join(base: &[u8], path: &[u8]) -> Vec<u8> {
    if is_absolute(path) {
        return path.to_vec();
    }
    let mut all = Vec::with_capacity(base.len() + 1 + path.len());
    all.extend_from_slice(base);
    if !base.is_empty() && base.last() != Some(&b'/') {
        all.push(b'/');
    }
    all.extend_from_slice(path);
    all
}

/// Takes out `//`, `.`, `..` and a final `/` by text alone, as if no component were a link.
///
/// `..` at the root stays there. Of a relative path, leading `..` are kept, and an empty result is `.`.
pub fn normalize(path: &[u8]) -> Vec<u8> {
    if is_normal(path) {
        return path.to_vec();
    }
    let rooted = is_absolute(path);
    let mut kept: Vec<&[u8]> = Vec::new();
    for component in components(path) {
        match component {
            b"." => {}
            b".." if kept.last().is_some_and(|last| *last != b"..") => {
                kept.pop();
            }
            b".." if rooted => {}
            name => kept.push(name),
        }
    }
    let text = kept.join(&b'/');
    match (rooted, text.is_empty()) {
        (true, _) => [b"/", text.as_slice()].concat(),
        (false, true) => b".".to_vec(),
        (false, false) => text,
    }
}

/// Whether the path is absolute and [`normalize`] would leave it as it is.
pub fn is_normal(path: &[u8]) -> bool {
    let Some(rest) = path.strip_prefix(b"/") else { return false };
    rest.is_empty() || rest.split(|b| *b == b'/').all(|c| !matches!(c, b"" | b"." | b".."))
}

/// The path of the directory that holds it, by text alone; none for `/` and for a single relative component.
pub fn parent(path: &[u8]) -> Option<&[u8]> {
    let at = path.iter().rposition(|b| *b == b'/')?;
    match path.split_at_checked(at)? {
        ([], b"/") => None,
        ([], _) => path.get(..1),
        (dir, _) => Some(dir),
    }
}

/// What comes after the last `/`; none for a path that ends in `/`.
pub fn file_name(path: &[u8]) -> Option<&[u8]> {
    path.rsplit(|b| *b == b'/').next().filter(|name| !name.is_empty())
}

/// What is left of `path` after `dir`: empty for `dir` itself, else it begins with `/`. None where `path` is not at or below
/// `dir`. Both are normal paths.
pub fn below<'a>(path: &'a [u8], dir: &[u8]) -> Option<&'a [u8]> {
    let dir = dir.strip_suffix(b"/").unwrap_or(dir);
    let rest = path.strip_prefix(dir)?;
    matches!(rest.first(), None | Some(b'/')).then_some(rest)
}

/// Whether `path` is `dir` or below it, by whole components. Both are normal paths.
pub fn starts_with(path: &[u8], dir: &[u8]) -> bool {
    below(path, dir).is_some()
}

/// Whether the spelling itself demands a directory: it ends in `/`, `.` or `..`. The kernel then follows even a final link
/// that it would otherwise leave alone.
pub fn demands_directory(path: &[u8]) -> bool {
    matches!(path.rsplit(|b| *b == b'/').next(), Some(b"" | b"." | b"..")) && !path.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::String;

    fn text(bytes: &[u8]) -> String {
        String::from_utf8_lossy(bytes).into_owned()
    }

    #[test]
    fn normalises_by_text() {
        for (path, want) in [
            ("/", "/"),
            ("//", "/"),
            ("/a/", "/a"),
            ("/a//b", "/a/b"),
            ("/a/./b/.", "/a/b"),
            ("/a/../b", "/b"),
            ("/a/b/../../..", "/"),
            ("/../x", "/x"),
            ("/...", "/..."),
            ("/a/..b", "/a/..b"),
            ("", "."),
            ("a/..", "."),
            ("../a", "../a"),
            ("a/../../b", "../b"),
            ("../../a/..", "../.."),
            ("./a", "a"),
        ] {
            let got = normalize(path.as_bytes());
            assert_eq!(text(&got), want, "of `{path}`");
            assert_eq!(is_normal(path.as_bytes()), is_absolute(path.as_bytes()) && path == want, "of `{path}`");
            assert_eq!(normalize(&got), got, "twice of `{path}`");
        }
    }

    #[test]
    fn parents_names_and_prefixes() {
        for (path, dir, name) in [
            ("/", None, None),
            ("/a", Some("/"), Some("a")),
            ("/a/b", Some("/a"), Some("b")),
            ("/a/", Some("/a"), None),
            ("a", None, Some("a")),
            ("a/b", Some("a"), Some("b")),
        ] {
            assert_eq!(parent(path.as_bytes()).map(text), dir.map(String::from), "parent of `{path}`");
            assert_eq!(file_name(path.as_bytes()).map(text), name.map(String::from), "name of `{path}`");
        }
        for (path, dir, rest) in [
            ("/a/b", "/a", Some("/b")),
            ("/a", "/a", Some("")),
            ("/ab", "/a", None),
            ("/a", "/a/b", None),
            ("/a", "/", Some("/a")),
            ("/", "/", Some("/")),
            ("/a/b", "/a/", Some("/b")),
        ] {
            assert_eq!(below(path.as_bytes(), dir.as_bytes()).map(text), rest.map(String::from), "`{path}` in `{dir}`");
        }
    }

    #[test]
    fn joins_and_sees_what_demands_a_directory() {
        assert_eq!(join(b"/a", b"b"), b"/a/b");
        assert_eq!(join(b"/", b"b"), b"/b");
        assert_eq!(join(b"/a", b"/b"), b"/b");
        assert_eq!(join(b"/a", b""), b"/a/");
        for (path, want) in [("/a", false), ("/a/", true), ("a/.", true), ("..", true), ("a..", false), ("", false)] {
            assert_eq!(demands_directory(path.as_bytes()), want, "`{path}`");
        }
    }
}
