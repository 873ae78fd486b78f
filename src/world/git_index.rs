//! The names that git tracks in a repository.

use super::{Entry, World};
use crate::path;
use alloc::vec::Vec;

/// Bytes of an index that is read.
const MAX_INDEX: usize = 64 << 20;

/// The files in the index of the repository at `root`, as they are called from there and in no order; none in a new repository.
/// `None` where the index cannot be read, or has a form that is not known.
pub fn names(world: &dyn World, root: &[u8]) -> Option<Vec<Vec<u8>>> {
    let file = match world.entry(&path::join(root, b".git")) {
        Entry::Directory => path::join(root, b".git/index"),
        Entry::Missing => return Some(Vec::new()),
        // A file that names the directory of a worktree.
        Entry::Other | Entry::Link(_) => {
            let text = world.read_small(&path::join(root, b".git"), 4096).text()?;
            let dir = text.strip_prefix(b"gitdir:")?.trim_ascii().to_vec();
            path::join(&path::join(root, &dir), b"index")
        }
        Entry::Error => return None,
    };
    if world.entry(&file) == Entry::Missing {
        return Some(Vec::new());
    }
    entries(&world.read_small(&file, MAX_INDEX).text()?)
}

/// The names in an index of version 2, 3 or 4 with SHA-1; `None` for any other, and for one that is split or sparse.
fn entries(bytes: &[u8]) -> Option<Vec<Vec<u8>>> {
    /// Bytes of an entry before its flags: ten words of facts, and the object's name.
    const FACTS: usize = 60;
    let word = |at: usize| Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?));
    let (version, count) = (word(4)?, usize::try_from(word(8)?).ok()?);
    if bytes.get(..4)? != b"DIRC" || !(2..=4).contains(&version) {
        return None;
    }
    let (mut names, mut at): (Vec<Vec<u8>>, usize) = (Vec::new(), 12);
    for _ in 0..count {
        let start = at;
        // A directory stands for all its files in a sparse index.
        if word(at + 24)? & 0o170_000 == 0o040_000 {
            return None;
        }
        let flags = bytes.get(at + FACTS)?;
        at += FACTS + 2 + if version >= 3 && flags & 0x40 != 0 { 2 } else { 0 };
        let mut name = Vec::new();
        if version == 4 {
            // How much of the name before is dropped, seven bits a byte.
            let mut drop = 0_usize;
            loop {
                let byte = *bytes.get(at)?;
                at += 1;
                drop = drop.checked_mul(0x80)?.checked_add(usize::from(byte & 0x7f))?;
                if byte & 0x80 == 0 {
                    break;
                }
                drop = drop.checked_add(1)?;
            }
            name = names.last().cloned().unwrap_or_default();
            name.truncate(name.len().checked_sub(drop)?);
        }
        let length = bytes.get(at..)?.iter().position(|b| *b == 0)?;
        name.extend_from_slice(bytes.get(at..at + length)?);
        at += length + 1;
        if version != 4 {
            at = start + (at - 1 - start) / 8 * 8 + 8;
        }
        names.push(name);
    }
    // Extensions: `link` means that names stand in another file.
    while let Some(signature) = bytes.get(at..at + 4).filter(|_| at + 28 <= bytes.len()) {
        if matches!(signature, b"link" | b"sdir") {
            return None;
        }
        at = at.checked_add(8)?.checked_add(usize::try_from(word(at + 4)?).ok()?)?;
    }
    Some(names)
}
