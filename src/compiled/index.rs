//! From keys to the numbers of rules: an open hash table in the content of a compiled policy.
//!
//! ```text
//! what a call asks first:  rules that are asked every time: count, numbers | where the slots are | sieve: count, words
//! what few calls come to:  slots: count (a power of two), then (key, where its list is) each | lists: count, numbers
//! ```
//!
//! A slot without a list is empty. Two texts with one key share a list. Most keys that a call asks for are of no rule; the sieve
//! says so of all but one in a hundred without a look at the slots, of which each would be in another block of the file.

use super::image::{HEADER, Image};
use super::keys::Key;
use crate::record::Record;
use alloc::{
    collections::{BTreeMap, BTreeSet},
    vec::Vec,
};

/// Bytes of a number, and half of those of a slot.
const NUMBER: usize = size_of::<u32>();

/// What is written of one kind of rules.
#[derive(Default)]
pub(super) struct Builder {
    always: Vec<u32>,
    lists: BTreeMap<Key, BTreeSet<u32>>,
}

impl Builder {
    /// Files a rule; without keys it is asked every time.
    pub(super) fn add(&mut self, number: u32, keys: Option<Vec<Key>>) {
        match keys {
            Some(keys) => {
                for key in keys {
                    self.lists.entry(key).or_default().insert(number);
                }
            }
            None => self.always.push(number),
        }
    }

    /// Writes the slots at the end of `content`; gives what a call asks first, for which the caller finds a place.
    pub(super) fn write(&self, content: &mut Vec<u8>) -> Vec<u8> {
        let mut first = Vec::new();
        self.always.put(&mut first);
        place(content).put(&mut first);
        self.sieve().put(&mut first);
        // At most half of the slots are taken, so that a search ends soon.
        let count = (self.lists.len() * 2).next_power_of_two();
        let mut slots: Vec<(Key, u32)> = Vec::new();
        slots.resize(count, (0, 0));
        let after = content.len() + NUMBER + count * 2 * NUMBER;
        let mut lists = Vec::new();
        for (key, numbers) in &self.lists {
            let list = u32::try_from(HEADER + after + lists.len()).unwrap_or(0);
            numbers.iter().copied().collect::<Vec<u32>>().put(&mut lists);
            let mut at = *key as usize & (count - 1);
            while slots.get(at).is_some_and(|(_, list)| *list != 0) {
                at = (at + 1) & (count - 1);
            }
            if let Some(slot) = slots.get_mut(at) {
                *slot = (*key, list);
            }
        }
        slots.put(content);
        content.extend(lists);
        first
    }

    /// Twelve bits for each key, three of them set, in words of 32.
    fn sieve(&self) -> Vec<u32> {
        let mut words = alloc::vec![0; (self.lists.len() * 3).div_ceil(8)];
        for key in self.lists.keys() {
            let (at, bits) = mesh(*key, words.len());
            if let Some(word) = words.get_mut(at) {
                *word |= bits;
            }
        }
        words
    }
}

/// Which of so many words of a sieve is a key's, and the bits that are set in it.
fn mesh(key: Key, words: usize) -> (usize, u32) {
    let mixed = u64::from(key).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    // The upper half as a fraction of the words; then five bits for each bit.
    let at = ((mixed >> 32) * words as u64) >> 32;
    let bits = [17, 22, 27].map(|from| 1 << ((mixed >> from) & 31));
    (usize::try_from(at).unwrap_or(usize::MAX), bits.into_iter().fold(0, |all, bit: u32| all | bit))
}

/// Where the next byte of the content will stand in the file.
pub(super) fn place(content: &[u8]) -> u32 {
    u32::try_from(HEADER + content.len()).unwrap_or(u32::MAX)
}

/// The rules under these keys, and those that are asked every time; none where the index cannot be read.
pub(super) fn numbers(image: &Image, start: usize, keys: &[Key]) -> Option<Vec<u32>> {
    let mut found = list(image, start)?;
    let after = start.checked_add(NUMBER.checked_mul(found.len().checked_add(1)?)?)?;
    let words = image.number(after.checked_add(NUMBER)?)?;
    let sieve = after.checked_add(2 * NUMBER)?;
    let mut passed = Vec::new();
    for key in keys {
        let (at, bits) = mesh(*key, words);
        // Without a word there is no key.
        if words > 0 && image.number(sieve.checked_add(at.checked_mul(NUMBER)?)?)? & bits as usize == bits as usize {
            passed.push(key);
        }
    }
    if passed.is_empty() {
        return Some(found);
    }
    let slots = image.number(after)?;
    let count = image.number(slots)?;
    let mask = count.checked_sub(1)?;
    for key in passed {
        let mut at = *key as usize & mask;
        // At most every slot once, so that a damaged index ends as well.
        for _ in 0..count {
            let slot = slots.checked_add(NUMBER)?.checked_add(at.checked_mul(2 * NUMBER)?)?;
            let to = image.number(slot.checked_add(NUMBER)?)?;
            if to == 0 {
                break;
            }
            if image.number(slot)? == *key as usize {
                found.extend(list(image, to)?);
                break;
            }
            at = (at + 1) & mask;
        }
    }
    Some(found)
}

fn list(image: &Image, at: usize) -> Option<Vec<u32>> {
    let count = image.number(at)?;
    let bytes = image.get(at.checked_add(NUMBER)?, count.checked_mul(NUMBER)?)?;
    Some(bytes.chunks_exact(NUMBER).map(|number| number.try_into().map_or(0, u32::from_le_bytes)).collect())
}
