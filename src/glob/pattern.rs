//! A glob of a policy: anchored, and covering the whole tree of what it matches.

use super::{
    Glob, GlobError,
    budget::Budget,
    lane::{Lane, meets},
    mark::{self, Mark},
    nfa::{Nfa, Re},
    normal::Normal,
    syntax,
};
use alloc::{format, string::String, vec, vec::Vec};

/// What a policy's glob is anchored to: how it begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    /// `/`: the root of the file system.
    Root,
    /// `~/`: a home directory.
    Home,
    /// `./`: the root of a repository, or the working directory where there is none.
    Workspace,
    /// `**/`: any directory.
    Anywhere,
}

/// The directories that `~/` and `./` stand for, known only when a call is judged. Normal paths, taken literally.
#[derive(Clone, Copy, Debug, Default)]
pub struct Places<'a> {
    /// The home directories; empty where none is known.
    pub homes: &'a [&'a [u8]],
    /// The roots of repositories; empty where none is known.
    pub roots: &'a [&'a [u8]],
}

/// A glob as policies write it.
#[derive(Clone, Debug)]
pub struct PathGlob {
    pub(super) text: String,
    pub(super) anchor: Anchor,
    /// Over the whole path, or over what comes after the directory that `~` or `.` stands for.
    pub(super) glob: Glob,
}

impl PathGlob {
    /// Reads a policy's glob. One `/` at its end says "the directory" and means the same without.
    ///
    /// # Errors
    ///
    /// What [`Glob::parse`] refuses; a beginning other than `/`, `~/`, `./` or `**/`, with the likely fix; a glob that no normal
    /// path can match (`/a/../b`, `/a//b`), because it would protect nothing.
    pub fn parse(text: &str) -> Result<Self, GlobError> {
        let (anchor, skipped) = match text.as_bytes() {
            [b'/', ..] => (Anchor::Root, 0),
            [b'~', b'/', ..] => (Anchor::Home, 1),
            [b'.', b'/', ..] => (Anchor::Workspace, 1),
            [b'*', b'*', b'/', ..] => (Anchor::Anywhere, 0),
            _ => {
                // A fault of the syntax is told first: its fix would not help.
                Glob::parse(text)?;
                return Err(unanchored(text));
            }
        };
        let rest = text.get(skipped..).unwrap_or_default();
        let rest = match rest.strip_suffix('/') {
            Some(shorter) if text != "/" && !shorter.ends_with('\\') => shorter,
            _ => rest,
        };
        let mut glob = Glob::parse(rest).map_err(|e| GlobError { offset: e.offset + skipped, ..e })?;
        let whole = matches!(anchor, Anchor::Root | Anchor::Anywhere);
        if whole && glob.matches(b"/", false) {
            // The tree of `/` is everything.
            glob = Glob::parse("/**")?;
        }
        let before = if whole { Normal::Start } else { Normal::Name };
        let anything = Nfa::build(&Re::Alt(vec![Re::EMPTY, Re::any_absolute()]));
        let lane = Lane { base: b"", nfa: &glob.nfa, fold: false };
        if anything.is_some_and(|all| meets(&all, false, before, &lane, &Budget::default()) == Some(false)) {
            return Err(GlobError::new(0, format!("no path can match `{text}`"))
                .help("paths are compared without `.`, `..` and empty components; leave them out of the glob, too"));
        }
        Ok(Self { text: text.into(), anchor, glob })
    }

    /// The text that it was read from.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// What it is anchored to.
    pub fn anchor(&self) -> Anchor {
        self.anchor
    }

    /// Whether it matches `path` or a directory above it. `path` is normal; with `ignore_case` the case of ASCII letters does
    /// not count, neither in the glob nor in the directories of `places`.
    pub fn covers(&self, path: &[u8], places: &Places<'_>, ignore_case: bool) -> bool {
        self.bases(places).iter().any(|base| self.lane(base, ignore_case).covers(path))
    }

    /// By which it is found among others; none where it could cover anything.
    pub fn marks(&self) -> Option<Vec<Vec<Mark>>> {
        mark::of(&syntax::parse(self.glob.as_str()).ok()?)
    }

    /// Whether it is known what its anchor stands for.
    pub fn is_placed(&self, places: &Places<'_>) -> bool {
        !self.bases(places).is_empty()
    }

    /// The directories that its anchor stands for; empty where they are not known.
    pub(super) fn bases<'a>(&self, places: &Places<'a>) -> &'a [&'a [u8]] {
        match self.anchor {
            Anchor::Root | Anchor::Anywhere => &[b""],
            Anchor::Home => places.homes,
            Anchor::Workspace => places.roots,
        }
    }

    pub(super) fn lane<'a>(&'a self, base: &'a [u8], fold: bool) -> Lane<'a> {
        Lane { base: base.strip_suffix(b"/").unwrap_or(base), nfa: &self.glob.nfa, fold }
    }

    /// One lane for each directory that its anchor stands for.
    pub(super) fn lanes<'a>(&'a self, places: &Places<'a>, fold: bool) -> Vec<Lane<'a>> {
        self.bases(places).iter().map(|base| self.lane(base, fold)).collect()
    }
}

/// The error for a glob that begins like none of the anchors.
fn unanchored(text: &str) -> GlobError {
    let error = GlobError::new(0, format!("`{text}` does not begin with `/`, `~/`, `./` or `**/`"));
    let bare = |rest: &str| {
        format!("write `**/{rest}` for that name in any directory, or `./{rest}` below a repository's root")
    };
    error.help(match text.as_bytes() {
        [] => String::from("an empty glob matches nothing; write `/**` for every path"),
        b"~" => String::from("write `~/` for the home directory and all below it"),
        b"." => String::from("write `./` for the root of the repository and all below it"),
        b"*" | b"**" => String::from("write `/**` for every path"),
        [b'~', ..] => String::from("write the home directory of another account as an absolute path"),
        [b'$', ..] => String::from("variables are not expanded; write `~/` for the home directory"),
        [b'.', b'.', b'/', ..] => String::from("write the directory as an absolute path"),
        [b'{', ..] => String::from("write each alternative as a glob of its own, or put the braces after the anchor"),
        [b'*', b'*', rest @ ..] => bare(&format!("*{}", String::from_utf8_lossy(rest))),
        _ => bare(text),
    })
}
