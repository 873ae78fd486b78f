//! The names that `git ls-files` writes, where the index and the words of the command say what they can be.

use super::{FoundNames, names};
use crate::effect::{Bytes, Value, Word};
use crate::path;
use crate::world::{World, git_index, repository};
use alloc::{vec, vec::Vec};

/// Variables with which git would read another index or another repository, or takes a pathspec in another way.
const PLACES: [&str; 5] = ["GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_ICASE_PATHSPECS"];

/// The names that a command writes in the directory `cwd`: those of its tree, as they are called from there. None where a name could
/// be an option or more than one word: a file of the index need not stand in the tree, where such names are looked for otherwise.
pub(in crate::effects) fn tracked_names(world: &dyn World, argv: &[Word], cwd: &Value) -> Option<FoundNames> {
    let known: Option<Vec<&[u8]>> = argv.iter().map(|word| word.value.known()).collect();
    let known = known?;
    let [b"git", b"ls-files", words @ ..] = known.as_slice() else { return None };
    let (mut nul, mut ends, mut ended) = (false, Vec::new(), false);
    for word in words {
        match *word {
            _ if ended => ends.push(*word),
            b"--" => ended = true,
            b"-z" => nul = true,
            b"-c"
            | b"--cached"
            | b"-m"
            | b"--modified"
            | b"-o"
            | b"--others"
            | b"--exclude-standard"
            | b"--deduplicate" => {}
            option if option.starts_with(b"-") => return None,
            place => ends.push(place),
        }
    }
    let cwd = cwd.known().filter(|cwd| path::is_absolute(cwd))?;
    if PLACES.iter().any(|name| world.variable(name).is_some()) {
        return None;
    }
    let odd = |name: &Vec<u8>| names::is_odd(name) || path::components(name).any(names::is_odd);
    let root = repository(world, cwd)?;
    if git_index::names(world, root)?.iter().any(odd) {
        return None;
    }
    let suffixes = ends.iter().map(|pathspec| ending(pathspec)).collect::<Option<Vec<_>>>()?;
    let suffixes = if suffixes.is_empty() || suffixes.len() > 4 { vec![Bytes::default()] } else { suffixes };
    let below = |suffix: Bytes| Value::Below { dir: Bytes::default(), suffix };
    Some(FoundNames { values: suffixes.into_iter().map(below).collect(), nul })
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
