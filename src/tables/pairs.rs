//! Sieves for texts: which pairs of letters stand in one, and whether a word can be one of a list at all.

/// One bit, of 64, for each pair of bytes that stand side by side. A text that stands within another has no bit that the other one
/// lacks.
pub fn pairs_of(text: &[u8]) -> u64 {
    text.iter().zip(text.iter().skip(1)).fold(0, |bits, (first, second)| {
        let pair = u32::from(*first) * 31 + u32::from(*second) * 7;
        bits | 1 << (pair % 64)
    })
}

/// Words of 64 bits in a sieve for a list of words.
pub const SIEVE: usize = 16;

/// The bit that a word has in a sieve for a list of words: which of its words, and which bit there.
pub fn place_in_sieve(word: &[u8]) -> (usize, u64) {
    let (first, last) = (word.first().copied().unwrap_or_default(), word.last().copied().unwrap_or_default());
    let mixed = usize::from(first) * 37 + usize::from(last) * 11 + word.len() * 101;
    let bit = mixed % (SIEVE * 64);
    (bit / 64, 1 << (bit % 64))
}
