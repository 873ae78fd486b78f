//! The names that `git ls-files`, `git grep -l` and `git diff --name-only` write, where the index and the words of the command say
//! what they can be.

use super::{FoundNames, names};
use crate::effect::{Bytes, Value, Word};
use crate::path;
use crate::world::{World, git_index, repository};
use alloc::{vec, vec::Vec};

/// Most ways in which the names of an index end that are followed one by one.
const MAX_ENDS: usize = 12;
/// Variables with which git would read another index or another repository, or takes a pathspec in another way.
const PLACES: [&str; 5] = ["GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_ICASE_PATHSPECS"];

/// The names that a command writes in the directory `cwd`: those of its tree, as they are called from there. None where a name could
/// be an option or more than one word (`still`: the index stays as it is until git has read it): a file of the index need not stand in the tree, where such names are looked for otherwise.
pub(in crate::effects) fn tracked_names(
    world: &dyn World,
    argv: &[Word],
    cwd: &Value,
    still: bool,
) -> Option<FoundNames> {
    let known: Option<Vec<&[u8]>> = argv.iter().map(|word| word.value.known()).collect();
    let known = known?;
    let asked = match known.as_slice() {
        [b"git", b"ls-files", words @ ..] => listed(words)?,
        [b"git", b"grep", words @ ..] => searched(words)?,
        [b"git", b"diff", words @ ..] => compared(words)?,
        _ => return None,
    };
    let cwd = cwd.known().filter(|cwd| path::is_absolute(cwd))?;
    if PLACES.iter().any(|name| world.variable(name).is_some()) {
        return None;
    }
    let odd = |name: &Vec<u8>| names::is_odd(name) || path::components(name).any(names::is_odd);
    let root = repository(world, cwd)?;
    let tracked = git_index::names(world, root)?;
    let modules = asked.known == At::RootOfAll && tracked.iter().any(|name| name == b".gitmodules");
    if modules || (asked.known != At::Any && root != cwd) || tracked.iter().any(odd) {
        return None;
    }
    let suffixes = asked.places.iter().map(|pathspec| ending(pathspec)).collect::<Option<Vec<_>>>()?;
    let said = !suffixes.is_empty() && suffixes.len() <= 4 && suffixes.iter().all(|suffix| !suffix.is_empty());
    let of_index = || {
        let here = path::below(cwd, root)?.strip_prefix(b"/").unwrap_or_default();
        let own = |name: &Vec<u8>| match here {
            [] => Some(name.clone()),
            here => Some(name.strip_prefix(here)?.strip_prefix(b"/")?.to_vec()),
        };
        let meant = |name: &Vec<u8>| asked.places.is_empty() || asked.places.iter().any(|one| may_mean(one, name));
        known_by(tracked.iter().filter_map(own).filter(meant))
    };
    if let Some(values) = (asked.plain && still && !said).then(of_index).flatten() {
        return Some(FoundNames { values, nul: asked.nul, cut: !asked.nul, plain: true });
    }
    let suffixes = if suffixes.is_empty() || suffixes.len() > 4 { vec![Bytes::default()] } else { suffixes };
    let below = |suffix: Bytes| Value::Below { dir: Bytes::default(), suffix };
    let values = suffixes.into_iter().map(below).collect();
    Some(FoundNames { values, nul: asked.nul, cut: !asked.nul, plain: asked.plain })
}

/// What these names are, by the directory that holds all of them and how they end; none where there is no name, or where they end in
/// many ways.
fn known_by(names: impl Iterator<Item = Vec<u8>>) -> Option<Vec<Value>> {
    let mut dir: Option<Vec<u8>> = None;
    let mut ends: Vec<Vec<u8>> = Vec::new();
    for name in names {
        let own = directory(&name);
        let dir = dir.get_or_insert_with(|| own.to_vec());
        while !dir.is_empty()
            && *dir != own
            && !own.strip_prefix(dir.as_slice()).is_some_and(|rest| rest.starts_with(b"/"))
        {
            dir.truncate(directory(dir).len());
        }
        let base = name.rsplit(|b| *b == b'/').next().unwrap_or(&name);
        let end = base.get(base.iter().rposition(|b| *b == b'.').unwrap_or(0)..).unwrap_or(base);
        if !ends.iter().any(|one| one == end) {
            ends.push(end.to_vec());
        }
        if ends.len() > MAX_ENDS {
            return None;
        }
    }
    let dir = Bytes::from(dir?.as_slice());
    Some(ends.into_iter().map(|end| Value::Below { dir: dir.clone(), suffix: end.into() }).collect())
}

/// The directory of a name, as it is written.
fn directory(name: &[u8]) -> &[u8] {
    name.iter().rposition(|b| *b == b'/').and_then(|slash| name.get(..slash)).unwrap_or_default()
}

/// Whether a pathspec, which is no magic, may choose a name.
fn may_mean(pathspec: &[u8], name: &[u8]) -> bool {
    let mut place = pathspec;
    while let Some(rest) = place.strip_prefix(b"./") {
        place = rest;
    }
    let literal = place.iter().position(|b| matches!(b, b'*' | b'?'));
    let odd = place == b"." || place.windows(2).any(|two| matches!(two, b"//" | b"/."));
    match literal {
        _ if odd => true,
        Some(end) => place.get(..end).is_none_or(|begin| name.starts_with(begin)),
        None => {
            let place = place.strip_suffix(b"/").unwrap_or(place);
            place.is_empty() || name.strip_prefix(place).is_some_and(|rest| matches!(rest.first(), None | Some(b'/')))
        }
    }
}

/// What a command is asked for.
#[derive(Default)]
struct Asked<'w> {
    /// Pathspecs.
    places: Vec<&'w [u8]>,
    /// A NUL ends each name.
    nul: bool,
    /// All names stand in the index.
    plain: bool,
    /// Where the names are those of the directory.
    known: At,
}

/// Directories in which the names that git writes are those that a program there understands.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum At {
    /// All of the repository.
    #[default]
    Any,
    /// Its root.
    Root,
    /// The root of one without submodules.
    RootOfAll,
}

/// `git ls-files`
fn listed<'w>(words: &[&'w [u8]]) -> Option<Asked<'w>> {
    let mut asked = Asked { plain: true, ..Asked::default() };
    let mut ended = false;
    for word in words {
        match *word {
            _ if ended => asked.places.push(word),
            b"--" => ended = true,
            b"-z" => asked.nul = true,
            b"-c" | b"--cached" | b"-m" | b"--modified" | b"--exclude-standard" | b"--deduplicate" => {}
            // What is not in the index.
            b"-o" | b"--others" => asked.plain = false,
            option if option.starts_with(b"-") => return None,
            place => asked.places.push(place),
        }
    }
    Some(asked)
}

/// `git grep -l PATTERN -- PLACE`: a second operand before `--` may be a revision, of which other names are written.
fn searched<'w>(words: &[&'w [u8]]) -> Option<Asked<'w>> {
    // Settings may have names begin at the root, and go on in submodules.
    let mut asked = Asked { plain: true, known: At::RootOfAll, ..Asked::default() };
    let (mut lists, mut patterns, mut rest) = (false, 0, words.iter());
    while let Some(word) = rest.next() {
        match *word {
            b"--" => {
                asked.places.extend(rest);
                break;
            }
            b"-l" | b"--files-with-matches" | b"--name-only" | b"-L" | b"--files-without-match" => lists = true,
            b"-z" | b"--null" => asked.nul = true,
            b"-i" | b"--ignore-case" | b"-w" | b"--word-regexp" | b"-E" | b"--extended-regexp" | b"-F"
            | b"--fixed-strings" | b"-P" | b"--perl-regexp" | b"-I" | b"-a" | b"--text" => {}
            b"-e" => {
                rest.next()?;
                patterns += 1;
            }
            option if option.starts_with(b"-") => match option.strip_prefix(b"-").unwrap_or_default() {
                letters if letters.iter().all(|b| b"liwEFPI".contains(b)) => lists |= letters.contains(&b'l'),
                _ => return None,
            },
            _ => patterns += 1,
        }
    }
    (lists && patterns == 1).then_some(asked)
}

/// `git diff --name-only`: without a revision the files of the index that were changed; with one, those of the index where a filter
/// leaves out what is there no more.
fn compared<'w>(words: &[&'w [u8]]) -> Option<Asked<'w>> {
    let mut asked = Asked { plain: true, known: At::Root, ..Asked::default() };
    let (mut lists, mut cached, mut filter, mut revisions) = (false, false, None, 0);
    let mut rest = words.iter();
    while let Some(word) = rest.next() {
        match *word {
            b"--" => {
                asked.places.extend(rest);
                break;
            }
            b"--name-only" => lists = true,
            b"-z" => asked.nul = true,
            b"--cached" | b"--staged" => cached = true,
            option if filter.is_none() && option.starts_with(b"--diff-filter=") => filter = option.get(14..),
            b"-r" | b"--no-renames" | b"-M" | b"--no-ext-diff" => {}
            revision if is_plain_revision(revision) => revisions += 1,
            _ => return None,
        }
    }
    let stands = filter.is_some_and(|letters| !letters.is_empty() && letters.iter().all(|b| b"ACMRTd".contains(b)));
    (lists && (stands || !cached && revisions == 0) && revisions <= 1).then_some(asked)
}

/// The name of a single revision (`HEAD`, `origin/main`, `HEAD~2`): not two with dots between them.
fn is_plain_revision(word: &[u8]) -> bool {
    word.first().is_some_and(u8::is_ascii_alphanumeric)
        && !word.windows(2).any(|two| matches!(two, b".." | b"^@" | b"^-"))
        && word.iter().all(|b| b.is_ascii_alphanumeric() || b"._-/~^@".contains(b))
}

/// How the names end that a pathspec chooses: `*.c`. None for what may stand elsewhere than below this directory.
fn ending(pathspec: &[u8]) -> Option<Bytes> {
    // A group of magic, a place above, and what may be a class or a quoted character.
    let other = |b: &u8| matches!(b, b':' | b'[' | b']' | b'\\');
    if pathspec.is_empty() || pathspec.iter().any(other) || path::climbs(pathspec) || path::is_absolute(pathspec) {
        return None;
    }
    Some(match pathspec.iter().rposition(|b| matches!(b, b'*' | b'?')) {
        Some(at) => pathspec.get(at + 1..)?.into(),
        // A file, or a directory with all that is tracked in it.
        None => Bytes::default(),
    })
}
