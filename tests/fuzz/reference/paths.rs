//! Globs and paths, by the `globset` crate and by trying out.

use super::judge::Range;
use super::model::{Case, DIRECTORY, HOME, Text};
use super::samples::PATHS;
use globset::{GlobBuilder, GlobMatcher};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::Path;

/// What a part of a path that is not known may be.
const MIDDLES: &[&str] =
    &["", "a", "x", ".env", "deep/", "src/a", "id_", "u/.ssh", "passw", "git", "x/y.tx", "p/x/.env", "README.md"];

thread_local! {
    /// The universe of globs and paths is small, and building a matcher takes long.
    static BUILT: RefCell<BTreeMap<String, GlobMatcher>> = const { RefCell::new(BTreeMap::new()) };
    static KNOWN: RefCell<BTreeMap<(String, String), bool>> = const { RefCell::new(BTreeMap::new()) };
}

/// Whether a glob of a policy covers the path: it matches it, or a directory above it.
pub(crate) fn covers(glob: &str, path: &str) -> bool {
    let key = (glob.to_owned(), path.to_owned());
    KNOWN.with_borrow_mut(|known| *known.entry(key).or_insert_with(|| look(glob, path)))
}

fn look(glob: &str, path: &str) -> bool {
    let anchored = if let Some(rest) = glob.strip_prefix("~/") {
        format!("{HOME}/{rest}")
    } else if let Some(rest) = glob.strip_prefix("./") {
        format!("{DIRECTORY}/{rest}")
    } else {
        glob.to_owned()
    };
    Path::new(path).ancestors().any(|at| matches(&anchored, &at.to_string_lossy()))
}

/// Whether a glob matches the whole text.
pub(crate) fn matches(glob: &str, text: &str) -> bool {
    let build = || GlobBuilder::new(glob).literal_separator(true).build().expect("a glob").compile_matcher();
    BUILT.with_borrow_mut(|built| built.entry(glob.to_owned()).or_insert_with(build).is_match(text))
}

/// Whether a rule with these globs applies to a path that is known.
pub(crate) fn applies(patterns: &[String], unless: &[String], path: &str) -> bool {
    patterns.iter().any(|glob| covers(glob, path)) && !unless.iter().any(|glob| covers(glob, path))
}

/// Some of what a path may be; all of it where it is one of a few.
pub(crate) fn tried(path: &Text) -> (Vec<String>, bool) {
    match path {
        Text::Is(one) => (vec![one.clone()], true),
        Text::OneOf(all) => (all.clone(), true),
        Text::Part(start, end) => {
            (MIDDLES.iter().map(|middle| normal(&format!("{start}{middle}{end}"))).collect(), false)
        }
        Text::Anything => (PATHS.iter().map(|path| (*path).into()).collect(), false),
    }
}

fn normal(path: &str) -> String {
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    format!("/{}", parts.join("/"))
}

/// What a rule says of a path.
pub(crate) fn range(patterns: &[String], unless: &[String], path: &Text) -> Range {
    let (all, complete) = tried(path);
    Range::of(all.iter().map(|path| applies(patterns, unless, path)), complete)
}

/// What it says of a directory that is read with all that stands in it: what stands there is known, and may be less by the time.
pub(crate) fn tree(patterns: &[String], unless: &[String], top: &Text, case: &Case) -> Range {
    let Text::Is(top) = top else { return Range::ANY };
    let below = |file: &&String| file.starts_with(&format!("{top}/"));
    let touches =
        applies(patterns, unless, top) || case.files.iter().filter(below).any(|f| applies(patterns, unless, f));
    if touches { Range::COULD } else { Range::ANY }
}
