//! Globs and paths, by the `globset` crate and by trying out.

use super::judge::Range;
use super::model::{Case, DIRECTORY, Does, HOME, Text};
use super::samples::PATHS;
use globset::{GlobBuilder, GlobMatcher};
use prexec::decision::Decision;
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

/// What it says of a directory with all that stands in it, and with `grows` all that may come to stand there. What stands there is
/// known, and may be less by the time.
pub(crate) fn tree(
    patterns: &[String],
    unless: &[String],
    top: &Text,
    grows: bool,
    decision: Decision,
    case: &Case,
) -> Range {
    let Text::Is(top) = top else { return Range::ANY };
    let is_below = |path: &str| path.starts_with(&format!("{top}/"));
    let below: Vec<&str> = case.files.iter().map(String::as_str).filter(|path| is_below(path)).collect();
    let applied = |path: &&str| applies(patterns, unless, path);
    let whole = patterns.iter().any(|glob| covers(glob, top));
    if unless.iter().any(|glob| covers(glob, top)) {
        return Range::NO; // and nothing in it
    }
    if whole && unless.is_empty() {
        return Range::YES;
    }
    if decision == Decision::Allow {
        // An allow is asked for all of it; a glob that speaks of parts may speak of each of them.
        return Range { lowest: 0, highest: 2 };
    }
    if whole || below.iter().any(applied) {
        return Range::COULD;
    }
    if grows {
        let may_come = PATHS.iter().any(|path| is_below(path) && applies(patterns, unless, path));
        return Range { lowest: u8::from(may_come), highest: 1 };
    }
    // What else the call writes may come to stand there, and in a home nobody's file may be an accident.
    let writes = case.effects.iter().any(|effect| matches!(effect.does, Does::Write { .. }));
    Range { lowest: 0, highest: u8::from(writes || below.is_empty()) }
}
