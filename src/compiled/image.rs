//! The bytes of a compiled policy, used in place. Everything is covered by hashes of blocks, and a block is checked when something
//! in it is first needed: a policy of any size costs a call only what the call asks of it, and what was damaged is noticed
//! before it is believed. The hashes guard against accidents (a full disk, a torn copy), not against who may write the file.
//!
//! ```text
//! header (64 bytes) | content, in blocks of 4096 bytes | one hash for each block
//! ```
//!
//! What every call asks for stands at the end of the content, and is read together with the hashes.

use super::Refused;
use crate::record::{Cursor, Record, fields};
use alloc::{borrow::Cow, boxed::Box, vec, vec::Vec};
use core::fmt;
use core::sync::atomic::{AtomicBool, Ordering};
use once_cell::race::OnceBox;
use xxhash_rust::xxh3::xxh3_64;

/// The first bytes of every compiled policy.
pub const MAGIC: &[u8; 8] = b"PXPOLICY";
/// Changed with every change of what stands where, or of what it means.
pub(super) const VERSION: u32 = 5;
/// Bytes of the header.
pub(super) const HEADER: usize = 64;
/// Bytes of the header that its hash covers, together with the hashes of the blocks.
const COVERED: usize = HEADER - size_of::<u64>();
/// Bytes of a block.
const BLOCK: usize = 4096;
/// So many blocks at most are read with the hashes; of larger policies the others are read when they are asked for.
const LAST: usize = 4;

/// What stands in the header after the magic and the version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    /// Bytes of the whole file.
    pub(super) length: u64,
    /// Which prexec wrote it: see [`super::BUILD`].
    pub(super) build: u64,
    /// Where the hashes of the blocks begin.
    pub(super) hashes: u32,
    /// Where begins what every call asks for.
    pub(super) early: u32,
    /// Where the directory stands: what is read of every policy.
    pub(super) directory: u32,
    /// Bytes of the directory.
    pub(super) directory_length: u32,
}

fields!(Header { length, build, hashes, early, directory, directory_length });

/// Puts header and hashes around `content`, in which at `early` begins what every call asks for, and at `directory` the directory.
pub(super) fn seal(content: &[u8], early: usize, directory: usize, build: u64) -> Option<Vec<u8>> {
    let blocks: Vec<u64> = content.chunks(BLOCK).map(xxh3_64).collect();
    let hashes = HEADER.checked_add(content.len())?;
    let length = hashes.checked_add(blocks.len().checked_mul(size_of::<u64>())?)?;
    let header = Header {
        length: u64::try_from(length).ok()?,
        build,
        hashes: u32::try_from(hashes).ok()?,
        early: u32::try_from(HEADER.checked_add(early)?).ok()?,
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

/// Where the bytes of a compiled policy are read from.
pub trait Source: fmt::Debug + Send + Sync {
    /// How many there are.
    fn length(&self) -> u64;

    /// Fills `into` with the bytes from `at` on; false where that fails.
    fn read_at(&self, at: u64, into: &mut [u8]) -> bool;
}

impl Source for Vec<u8> {
    fn length(&self) -> u64 {
        self.len() as u64
    }

    fn read_at(&self, at: u64, into: &mut [u8]) -> bool {
        let start = usize::try_from(at).unwrap_or(usize::MAX);
        match start.checked_add(into.len()).and_then(|end| self.get(start..end)) {
            Some(bytes) => {
                into.copy_from_slice(bytes);
                true
            }
            None => false,
        }
    }
}

/// A compiled policy whose header was checked.
#[derive(Debug)]
pub(super) struct Image {
    source: Box<dyn Source>,
    pub(super) header: Header,
    /// The end of the file: some blocks, checked, and the hashes of all.
    end: Vec<u8>,
    /// Where in it the hashes begin.
    hashes: usize,
    /// How many blocks come before it.
    before: usize,
    /// Those of them that were read and checked.
    blocks: Box<[OnceBox<Vec<u8>>]>,
    damaged: AtomicBool,
}

impl Image {
    pub(super) fn open(source: Box<dyn Source>) -> Result<Self, Refused> {
        let beginning = read(&*source, 0, source.length().min(HEADER as u64)).ok_or(Refused::Damaged)?;
        let mut start = Cursor::new(&beginning);
        if start.bytes(MAGIC.len()) != Some(MAGIC) {
            return Err(Refused::NotCompiled);
        }
        match u32::take(&mut start) {
            Some(VERSION) => {}
            Some(version) => return Err(Refused::Version(version)),
            None => return Err(Refused::Damaged),
        }
        let header = Header::take(&mut start).ok_or(Refused::Damaged)?;
        Self::checked(source, header, &beginning).ok_or(Refused::Damaged)
    }

    fn checked(source: Box<dyn Source>, header: Header, beginning: &[u8]) -> Option<Self> {
        if source.length() != header.length {
            return None;
        }
        let own = u64::from_le_bytes(beginning.get(COVERED..HEADER)?.try_into().ok()?);
        let content = usize::try_from(header.hashes).ok()?.checked_sub(HEADER)?;
        let count = content.div_ceil(BLOCK);
        let early = usize::try_from(header.early).ok()?.checked_sub(HEADER)? / BLOCK;
        let before = early.min(count).max(count.saturating_sub(LAST));
        let start = HEADER.checked_add(before.checked_mul(BLOCK)?)? as u64;
        let end = read(&*source, start, header.length.checked_sub(start)?)?;
        let hashes = content.checked_sub(before.checked_mul(BLOCK)?)?;
        let of_blocks = end.get(hashes..)?;
        if count.checked_mul(size_of::<u64>()) != Some(of_blocks.len())
            || own != xxh3_64(&[beginning.get(..COVERED)?, of_blocks].concat())
        {
            return None;
        }
        let blocks = (0..before).map(|_| OnceBox::new()).collect();
        let image = Self { source, header, end, hashes, before, blocks, damaged: AtomicBool::new(false) };
        (before..count)
            .all(|number| image.last(number).is_some_and(|block| image.is_whole(number, block)))
            .then_some(image)
    }

    /// Bytes of the content, once the blocks that hold them are checked.
    pub(super) fn get(&self, at: usize, length: usize) -> Option<Cow<'_, [u8]>> {
        let found = self.look(at, length);
        if found.is_none() {
            self.damaged.store(true, Ordering::Relaxed);
        }
        found
    }

    fn look(&self, at: usize, length: usize) -> Option<Cow<'_, [u8]>> {
        let start = at.checked_sub(HEADER)?;
        let (first, within) = (start / BLOCK, start % BLOCK);
        let block = self.block(first)?;
        if let Some(bytes) = within.checked_add(length).and_then(|end| block.get(within..end)) {
            return Some(Cow::Borrowed(bytes));
        }
        // It goes on in the next ones.
        let mut bytes = block.get(within..)?.to_vec();
        for number in first + 1.. {
            let rest = length.checked_sub(bytes.len())?;
            let block = self.block(number)?;
            bytes.extend_from_slice(block.get(..rest.min(block.len()))?);
            if rest <= block.len() {
                break;
            }
        }
        Some(Cow::Owned(bytes))
    }

    fn block(&self, number: usize) -> Option<&[u8]> {
        let Some(slot) = self.blocks.get(number) else { return self.last(number) };
        slot.get_or_try_init(|| self.read_block(number).map(Box::new).ok_or(())).ok().map(Vec::as_slice)
    }

    /// A block of those that were read with the hashes.
    fn last(&self, number: usize) -> Option<&[u8]> {
        let start = number.checked_sub(self.before)?.checked_mul(BLOCK)?;
        self.end.get(start..self.hashes.min(start.checked_add(BLOCK)?))
    }

    fn read_block(&self, number: usize) -> Option<Vec<u8>> {
        let start = number.checked_mul(BLOCK)?.checked_add(HEADER)?;
        let bytes = read(&*self.source, start as u64, BLOCK as u64)?;
        self.is_whole(number, &bytes).then_some(bytes)
    }

    fn is_whole(&self, number: usize, block: &[u8]) -> bool {
        let at = number.checked_mul(size_of::<u64>()).and_then(|at| at.checked_add(self.hashes));
        let hash = at.and_then(|at| self.end.get(at..at.checked_add(size_of::<u64>())?));
        hash.is_some_and(|hash| hash == xxh3_64(block).to_le_bytes())
    }

    /// A number of the content.
    pub(super) fn number(&self, at: usize) -> Option<usize> {
        let bytes = self.get(at, size_of::<u32>())?;
        usize::try_from(u32::from_le_bytes(bytes.as_ref().try_into().ok()?)).ok()
    }

    /// What a part of the content says, all of it.
    pub(super) fn record<T: Record>(&self, at: usize, length: usize) -> Option<T> {
        let bytes = self.get(at, length)?;
        let mut cursor = Cursor::new(&bytes);
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

/// So many bytes; none where there are fewer, or more than any policy has.
fn read(source: &dyn Source, at: u64, length: u64) -> Option<Vec<u8>> {
    if at.checked_add(length)? > source.length() {
        return None;
    }
    let mut bytes = vec![0; usize::try_from(length).ok()?];
    source.read_at(at, &mut bytes).then_some(bytes)
}
