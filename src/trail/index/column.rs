//! A column: numbers as bytes, with a digest over them that tells damage.

use std::vec::Vec;
use xxhash_rust::xxh3::xxh3_64_with_seed;

/// How many bytes the digest has.
const DIGEST: usize = 8;
/// Each number by itself.
const PLAIN: u8 = 0;
/// Each number with how often it comes in a row.
const RUNS: u8 = 1;

/// The bytes of a column. `seed` says which column it is, so that one that stands in the place of another is damage.
pub(super) fn encode(numbers: &[u64], seed: u64) -> Vec<u8> {
    let (mut plain, mut runs) = (Vec::from([PLAIN]), Vec::from([RUNS]));
    for number in numbers {
        write(&mut plain, *number);
    }
    for run in numbers.chunk_by(|one, other| one == other) {
        write(&mut runs, run.first().copied().unwrap_or_default());
        write(&mut runs, run.len() as u64);
    }
    sealed(if runs.len() < plain.len() { runs } else { plain }, seed)
}

/// The numbers of a column, of which there are `most` at most; none where its bytes are not what was written.
pub(super) fn decode(bytes: &[u8], seed: u64, most: usize, numbers: &mut Vec<u64>) -> Option<()> {
    numbers.clear();
    let (how, bytes) = opened(bytes, seed)?.split_first()?;
    let mut from = bytes.iter();
    while from.len() > 0 {
        let number = read(&mut from)?;
        let times = if *how == RUNS { usize::try_from(read(&mut from)?).ok()? } else { 1 };
        if times > most.checked_sub(numbers.len())? {
            return None;
        }
        numbers.resize(numbers.len() + times, number);
    }
    Some(())
}

/// Texts one after the other.
pub(super) fn encode_texts<'t>(texts: impl Iterator<Item = &'t str>, seed: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    for text in texts {
        write(&mut bytes, text.len() as u64);
        bytes.extend_from_slice(text.as_bytes());
    }
    sealed(bytes, seed)
}

/// The texts; none where the bytes are not what was written.
pub(super) fn decode_texts(bytes: &[u8], seed: u64) -> Option<Vec<&str>> {
    let (mut texts, mut rest) = (Vec::new(), opened(bytes, seed)?);
    while !rest.is_empty() {
        let mut from = rest.iter();
        let length = usize::try_from(read(&mut from)?).ok()?;
        let (text, after) = from.as_slice().split_at_checked(length)?;
        texts.push(core::str::from_utf8(text).ok()?);
        rest = after;
    }
    Some(texts)
}

/// The digest of a row of the index: of the file that it speaks of, and of all its numbers.
pub(super) fn seal(name: &str, numbers: &[i64], more: &[u8]) -> u64 {
    let mut bytes = Vec::from(name.as_bytes());
    bytes.push(0);
    for number in numbers {
        bytes.extend_from_slice(&number.to_le_bytes());
    }
    bytes.extend_from_slice(more);
    xxh3_64_with_seed(&bytes, numbers.len() as u64)
}

fn sealed(mut bytes: Vec<u8>, seed: u64) -> Vec<u8> {
    let digest = xxh3_64_with_seed(&bytes, seed);
    bytes.extend_from_slice(&digest.to_le_bytes());
    bytes
}

fn opened(bytes: &[u8], seed: u64) -> Option<&[u8]> {
    let (bytes, digest) = bytes.split_at_checked(bytes.len().checked_sub(DIGEST)?)?;
    (xxh3_64_with_seed(bytes, seed).to_le_bytes() == *digest).then_some(bytes)
}

#[expect(clippy::cast_possible_truncation, reason = "seven bits at a time")]
fn write(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

fn read(from: &mut core::slice::Iter<'_, u8>) -> Option<u64> {
    let (mut number, mut shift) = (0, 0);
    loop {
        let byte = from.next()?;
        number |= u64::from(byte & 0x7f).checked_shl(shift)?;
        if *byte < 0x80 {
            return Some(number);
        }
        shift += 7;
    }
}

/// A difference as a number that is small where the difference is.
pub(super) fn folded(difference: i64) -> u64 {
    (difference << 1 ^ difference >> 63).cast_unsigned()
}

/// The difference that [`folded`] made a number of.
pub(super) fn unfolded(number: u64) -> i64 {
    (number >> 1).cast_signed() ^ -(number & 1).cast_signed()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        for numbers in [
            Vec::new(),
            Vec::from([7; 1000]),
            Vec::from([0, 1, 127, 128, 1 << 35, u64::MAX]),
            (0..5000).collect::<Vec<u64>>(),
        ] {
            let (bytes, mut found) = (encode(&numbers, 3), Vec::new());
            assert_eq!(decode(&bytes, 3, numbers.len(), &mut found), Some(()));
            assert_eq!(found, numbers);
            assert_eq!(decode(&bytes, 4, numbers.len(), &mut found), None, "another column");
            assert!(numbers.is_empty() || decode(&bytes, 3, numbers.len() - 1, &mut found).is_none(), "too many");
        }
        assert!(encode(&[7; 1000], 0).len() < 16);
        for difference in [0, 1, -1, 60, -70_000, i64::MAX, i64::MIN] {
            assert_eq!(unfolded(folded(difference)), difference);
        }
        let texts = ["", "/home/ann/notes", "é"];
        let bytes = encode_texts(texts.into_iter(), 9);
        assert_eq!(decode_texts(&bytes, 9).expect("texts"), texts);
    }

    #[test]
    fn a_changed_byte_is_damage() {
        let bytes = encode(&(0..300).collect::<Vec<u64>>(), 5);
        let texts = encode_texts(["one", "two"].into_iter(), 5);
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            assert_eq!(decode(&changed, 5, 300, &mut Vec::new()), None);
            assert_eq!(decode(&bytes[..at], 5, 300, &mut Vec::new()), None);
        }
        for at in 0..texts.len() {
            let mut changed = texts.clone();
            changed[at] ^= 0x20;
            assert_eq!(decode_texts(&changed, 5), None);
        }
    }
}
