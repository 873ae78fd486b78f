//! Questions about eight bytes of a text in one go. A word of 64 bits holds them, in any order.

const EACH: u64 = 0x0101_0101_0101_0101;
const HIGHEST: u64 = EACH << 7;

/// Whether one of the bytes is less than another, of ASCII.
#[inline]
pub fn has_less(word: u64, than: u8) -> bool {
    // A byte that is less borrows from the next one, and leaves the highest bit behind.
    word.wrapping_sub(EACH * u64::from(than)) & !word & HIGHEST != 0
}

/// Whether one of the bytes is this one.
#[inline]
pub fn has(word: u64, byte: u8) -> bool {
    has_less(word ^ (EACH * u64::from(byte)), 1)
}

/// Whether one of the bytes is not ASCII.
#[inline]
pub fn has_more(word: u64) -> bool {
    word & HIGHEST != 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_counts() {
        for byte in 0..=255_u8 {
            for at in 0..8 {
                for around in [0, b' ', b'a', 0x7f, 0x80, 0xff] {
                    let mut bytes = [around; 8];
                    bytes[at] = byte;
                    let word = u64::from_le_bytes(bytes);
                    assert_eq!(has_more(word), !bytes.is_ascii(), "{bytes:x?}");
                    for than in [b' ', b'"', 0x7f] {
                        assert_eq!(has_less(word, than), bytes.iter().any(|byte| *byte < than), "{bytes:x?} {than}");
                        assert_eq!(has(word, than), bytes.contains(&than), "{bytes:x?} {than}");
                    }
                }
            }
        }
    }
}
