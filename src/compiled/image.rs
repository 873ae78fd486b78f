//! The bytes of a compiled policy, used in place. Everything is covered by hashes of blocks, and a block is checked when something
//! in it is first needed: a policy of any size costs a call only what the call asks of it, and what was damaged is noticed
//! before it is believed. The hashes guard against accidents (a full disk, a torn copy), not against who may write the file.
//!
//! ```text
//! header (64 bytes) | content, in blocks of 4096 bytes | one hash for each block
//! ```

use super::Refused;
use crate::record::{Cursor, Record, fields};
use alloc::{boxed::Box, vec::Vec};
use core::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use xxhash_rust::xxh3::xxh3_64;

/// The first bytes of every compiled policy.
pub(super) const MAGIC: &[u8; 8] = b"PXPOLICY";
/// Changed with every change of what stands where, or of what it means.
pub(super) const VERSION: u32 = 1;
/// Bytes of the header.
pub(super) const HEADER: usize = 64;
/// Bytes of the header that its hash covers, together with the hashes of the blocks.
const COVERED: usize = HEADER - size_of::<u64>();
/// Bytes of a block.
const BLOCK: usize = 4096;

/// What stands in the header after the magic and the version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    /// Bytes of the whole file.
    pub(super) length: u64,
    /// Which prexec wrote it: see [`super::BUILD`].
    pub(super) build: u64,
    /// Where the hashes of the blocks begin.
    pub(super) hashes: u32,
    /// Where the directory stands: what is read of every policy.
    pub(super) directory: u32,
    /// Bytes of the directory.
    pub(super) directory_length: u32,
}

fields!(Header { length, build, hashes, directory, directory_length });

/// Puts header and hashes around `content`, in which the directory begins at `directory`.
pub(super) fn seal(content: &[u8], directory: usize, build: u64) -> Option<Vec<u8>> {
    let blocks: Vec<u64> = content.chunks(BLOCK).map(xxh3_64).collect();
    let hashes = HEADER.checked_add(content.len())?;
    let length = hashes.checked_add(blocks.len().checked_mul(size_of::<u64>())?)?;
    let header = Header {
        length: u64::try_from(length).ok()?,
        build,
        hashes: u32::try_from(hashes).ok()?,
        directory: u32::try_from(HEADER.checked_add(directory)?).ok()?,
        directory_length: u32::try_from(content.len().checked_sub(directory)?).ok()?,
    };
    let mut bytes = MAGIC.to_vec();
    VERSION.put(&mut bytes);
    header.put(&mut bytes);
    bytes.resize(COVERED, 0);
    let mut covered = bytes.clone();
    for hash in &blocks {
        hash.put(&mut covered);
    }
    xxh3_64(&covered).put(&mut bytes);
    bytes.extend_from_slice(content);
    for hash in &blocks {
        hash.put(&mut bytes);
    }
    Some(bytes)
}

/// A compiled policy whose header was checked.
#[derive(Debug)]
pub(super) struct Image {
    bytes: Vec<u8>,
    pub(super) header: Header,
    /// One bit for each block that was checked.
    checked: Box<[AtomicU64]>,
    damaged: AtomicBool,
}

impl Image {
    pub(super) fn open(bytes: Vec<u8>) -> Result<Self, Refused> {
        let mut start = Cursor::new(&bytes);
        if start.bytes(MAGIC.len()) != Some(MAGIC) {
            return Err(Refused::NotCompiled);
        }
        match u32::take(&mut start) {
            Some(VERSION) => {}
            Some(version) => return Err(Refused::Version(version)),
            None => return Err(Refused::Damaged),
        }
        let header = Header::take(&mut start).ok_or(Refused::Damaged)?;
        let hashes = usize::try_from(header.hashes).unwrap_or(usize::MAX);
        let (Some(covered), Some(blocks)) = (bytes.get(..COVERED), bytes.get(hashes..)) else {
            return Err(Refused::Damaged);
        };
        let own = bytes.get(COVERED..HEADER).and_then(|own| own.try_into().ok()).map(u64::from_le_bytes);
        let whole = u64::try_from(bytes.len()) == Ok(header.length);
        let count = hashes.checked_sub(HEADER).map(|content| content.div_ceil(BLOCK));
        if !whole
            || count.map(|n| n * size_of::<u64>()) != Some(blocks.len())
            || own != Some(xxh3_64(&[covered, blocks].concat()))
        {
            return Err(Refused::Damaged);
        }
        let words = count.unwrap_or(0).div_ceil(64);
        let checked = (0..words).map(|_| AtomicU64::new(0)).collect();
        Ok(Self { header, checked, damaged: AtomicBool::new(false), bytes })
    }

    /// Bytes of the content, once the blocks that hold them are checked.
    pub(super) fn get(&self, at: usize, length: usize) -> Option<&[u8]> {
        let found = self.look(at, length);
        if found.is_none() {
            self.damaged.store(true, Ordering::Relaxed);
        }
        found
    }

    fn look(&self, at: usize, length: usize) -> Option<&[u8]> {
        let end = at.checked_add(length)?;
        let hashes = usize::try_from(self.header.hashes).ok()?;
        if end > hashes {
            return None;
        }
        let first = at.checked_sub(HEADER)? / BLOCK;
        let last = end.saturating_sub(HEADER).saturating_sub(1) / BLOCK;
        for block in first..=last.max(first) {
            self.check(block, hashes).then_some(())?;
        }
        self.bytes.get(at..end)
    }

    fn check(&self, block: usize, hashes: usize) -> bool {
        let bit = 1 << (block % 64);
        let Some(word) = self.checked.get(block / 64) else { return false };
        if word.load(Ordering::Relaxed) & bit != 0 {
            return true;
        }
        let start = HEADER + block * BLOCK;
        let hash = hashes + block * size_of::<u64>();
        let expected = self.bytes.get(hash..hash + size_of::<u64>()).and_then(|hash| hash.try_into().ok());
        let same = self.bytes.get(start..hashes.min(start + BLOCK)).map(xxh3_64) == expected.map(u64::from_le_bytes);
        if same {
            word.fetch_or(bit, Ordering::Relaxed);
        }
        same
    }

    /// A number of the content.
    pub(super) fn number(&self, at: usize) -> Option<usize> {
        let bytes = self.get(at, size_of::<u32>())?.try_into().ok()?;
        usize::try_from(u32::from_le_bytes(bytes)).ok()
    }

    /// What a part of the content says, all of it.
    pub(super) fn record<T: Record>(&self, at: usize, length: usize) -> Option<T> {
        let mut cursor = Cursor::new(self.get(at, length)?);
        let value = T::take(&mut cursor);
        if value.is_none() {
            self.damaged.store(true, Ordering::Relaxed);
        }
        value
    }

    /// Whether something could not be read since it was opened: then nothing that was decided with it counts.
    pub(super) fn is_damaged(&self) -> bool {
        self.damaged.load(Ordering::Relaxed)
    }
}
