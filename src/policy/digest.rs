//! The digest of a policy that is made of several: BLAKE3 of theirs, as its specification has it for what fits into one chunk. Where
//! there is a standard library the crate of that name does it.

use alloc::{format, string::String, vec::Vec};

/// What the state begins with.
const BEGINNING: [u32; 8] =
    [0x6A09_E667, 0xBB67_AE85, 0x3C6E_F372, 0xA54F_F53A, 0x510E_527F, 0x9B05_688C, 0x1F83_D9AB, 0x5BE0_CD19];
/// Where the words of a block go from round to round.
const MOVED: [usize; 16] = [2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8];
/// The words of the state that are mixed together: columns, then diagonals.
const MIXED: [[usize; 4]; 8] = [
    [0, 4, 8, 12],
    [1, 5, 9, 13],
    [2, 6, 10, 14],
    [3, 7, 11, 15],
    [0, 5, 10, 15],
    [1, 6, 11, 12],
    [2, 7, 8, 13],
    [3, 4, 9, 14],
];
const ROUNDS: usize = 7;
/// Bytes of a block, and of a chunk.
const BLOCK: usize = 64;
const CHUNK: usize = 1024;
/// What a block is.
const FIRST: u32 = 1;
const LAST: u32 = 2;
const ROOT: u32 = 8;

/// The digest of a policy whose parts have these; that of one is its own. None where they are too many.
pub fn combined(digests: &[&str]) -> Option<String> {
    if let [one] = digests {
        return Some((*one).into());
    }
    let hash = of_chunk(digests.join("\n").as_bytes())?;
    Some(hash.iter().fold(String::from("blake3:"), |text, byte| format!("{text}{byte:02x}")))
}

fn of_chunk(input: &[u8]) -> Option<Vec<u8>> {
    if input.len() > CHUNK || input.is_empty() {
        return None;
    }
    let count = input.len().div_ceil(BLOCK);
    let mut chain = BEGINNING;
    for (number, block) in input.chunks(BLOCK).enumerate() {
        let mut flags = if number == 0 { FIRST } else { 0 };
        if number + 1 == count {
            flags |= LAST | ROOT;
        }
        chain = compressed(chain, block, flags)?;
    }
    Some(chain.iter().flat_map(|word| word.to_le_bytes()).collect())
}

fn compressed(chain: [u32; 8], block: &[u8], flags: u32) -> Option<[u32; 8]> {
    let mut padded = [0; BLOCK];
    padded.get_mut(..block.len())?.copy_from_slice(block);
    let mut words = [0; 16];
    for (word, bytes) in words.iter_mut().zip(padded.chunks_exact(4)) {
        *word = u32::from_le_bytes(bytes.try_into().ok()?);
    }
    let mut state = [0; 16];
    let rest = BEGINNING.iter().take(4).copied().chain([0, 0, u32::try_from(block.len()).ok()?, flags]);
    for (slot, word) in state.iter_mut().zip(chain.into_iter().chain(rest)) {
        *slot = word;
    }
    for _ in 0..ROUNDS {
        for (place, pair) in MIXED.iter().zip(words.chunks_exact(2)) {
            let [one, other] = pair else { return None };
            mix(&mut state, *place, *one, *other)?;
        }
        let before = words;
        for (word, from) in words.iter_mut().zip(MOVED) {
            *word = *before.get(from)?;
        }
    }
    let mut out = [0; 8];
    for ((slot, low), high) in out.iter_mut().zip(state).zip(state.iter().skip(8)) {
        *slot = low ^ high;
    }
    Some(out)
}

fn mix(state: &mut [u32; 16], place: [usize; 4], one: u32, other: u32) -> Option<()> {
    let [a, b, c, d] = state.get_disjoint_mut(place).ok()?;
    for (word, first, second) in [(one, 16, 12), (other, 8, 7)] {
        *a = a.wrapping_add(*b).wrapping_add(word);
        *d = (*d ^ *a).rotate_right(first);
        *c = c.wrapping_add(*d);
        *b = (*b ^ *c).rotate_right(second);
    }
    Some(())
}

#[cfg(all(test, feature = "admin"))]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_crate_s() {
        let input: Vec<u8> = (0..CHUNK).map(|n| u8::try_from(n % 251).unwrap()).collect();
        for length in 1..=CHUNK {
            assert_eq!(of_chunk(&input[..length]).unwrap(), blake3::hash(&input[..length]).as_bytes(), "{length}");
        }
        assert_eq!(of_chunk(&[0; CHUNK + 1]), None);
    }

    #[test]
    fn several_are_combined_as_where_the_crate_is() {
        let parts: Vec<String> = (0..5).map(|n| format!("blake3:{}", blake3::hash(&[n]).to_hex())).collect();
        for count in 1..=parts.len() {
            let parts: Vec<&str> = parts[..count].iter().map(String::as_str).collect();
            assert_eq!(combined(&parts).unwrap(), crate::rules::combined_digest(parts));
        }
    }
}
