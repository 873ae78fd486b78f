//! Whether a word is random, for secrets that neither a format nor a name tells.
//!
//! Characters are told apart by three classes, capitals, small letters and digits. A random word of base 62 changes its class at 62 of
//! 100 steps, an identifier at about 30; of its pairs of letters 28 of 100 are among the commonest of English and of program
//! texts, of an identifier's 84. Words of fewer than 20 characters hold too few of both. Words of one or two classes (hexadecimal, base 32)
//! are left alone: they cannot be told from digests, commit hashes and names of stored objects, of which records are full.

/// Shorter words are never random.
pub(super) const LEAST: usize = 20;

/// For each letter the letters that commonly follow, one bit each: the 190 commonest pairs of words in program texts.
const COMMON: [u32; 26] = [
    0x1e_b94e, 0x10_4911, 0x1e_4d95, 0x6_4919, 0xae_b97d, 0x2_4931, 0x6_0110, 0x4111, 0x22e_f87d, 0x0, 0x10,
    0x118_c919, 0x4_c111, 0x1c_417d, 0x7e_f82c, 0x1e_c911, 0x10_0000, 0x10e_711d, 0x11c_c195, 0x11e_c995, 0xe_b910,
    0x111, 0x0, 0x8_0000, 0x8000, 0x10,
];

/// Finds random parts of a run of base64 characters: calls `found` with their ends within it.
pub(super) fn parts(run: &[u8], mut found: impl FnMut(usize, usize)) {
    let is_separator = |byte: &u8| matches!(byte, b'-' | b'_' | b'/' | b'+');
    let length = run.iter().rposition(|byte| !is_separator(byte)).map_or(0, |last| last + 1);
    let run = run.get(..length).unwrap_or_default();
    if run.len() < LEAST {
        return;
    }
    let separators = run.iter().filter(|byte| is_separator(byte)).count();
    // Of 64 characters two are separators, so one in eight is far more than random words have.
    if separators > 0 && separators * 8 <= run.len() && !has_plain_part(run) && is_random(run) {
        return found(0, run.len());
    }
    let mut start = 0;
    for part in run.split(|byte| matches!(byte, b'-' | b'_' | b'/')) {
        let end = start + part.len();
        if is_random(part) {
            found(start, end);
        }
        start = end + 1;
    }
}

/// Whether some part of a run is random.
pub(super) fn has_parts(run: &[u8]) -> bool {
    let mut has = false;
    parts(run, |_, _| has = true);
    has
}

/// A part between separators that is a word, as paths and names have.
fn has_plain_part(run: &[u8]) -> bool {
    run.split(|byte| matches!(byte, b'-' | b'_' | b'/' | b'+')).any(|part| {
        let small = part.iter().skip(1).all(u8::is_ascii_lowercase);
        part.len() >= 3
            && small
            && part.iter().all(u8::is_ascii_alphabetic)
            && part.len() < 16
            && 2 * common(part).0 >= common(part).1
    })
}

/// Whether a word is random.
pub(super) fn is_random(word: &[u8]) -> bool {
    if word.len() < LEAST {
        return false;
    }
    let (mut upper, mut lower, mut digits, mut changes, mut before) = (0_usize, 0_usize, 0_usize, 0_usize, 0);
    let mut counts = [0_usize; 128];
    for byte in word {
        let class = match byte {
            b'A'..=b'Z' => {
                upper += 1;
                1
            }
            b'a'..=b'z' => {
                lower += 1;
                2
            }
            b'0'..=b'9' => {
                digits += 1;
                3
            }
            _ => before,
        };
        changes += usize::from(class != before);
        before = class;
        if let Some(count) = counts.get_mut(usize::from(*byte)) {
            *count += 1;
        }
    }
    if upper < 2 || lower < 2 {
        return false;
    }
    // As if fewer than ten characters were equally likely: repetitions.
    let squares: usize = counts.iter().map(|count| count * count).sum();
    if word.len() * word.len() < 10 * squares {
        return false;
    }
    let (common, pairs) = common(word);
    let most = if digits > 0 { 55 } else { 40 };
    changes * 100 >= word.len() * 33 && common * 100 <= pairs * most
}

/// How many pairs of letters are common, of how many.
fn common(word: &[u8]) -> (usize, usize) {
    let place = |byte: &u8| byte.is_ascii_alphabetic().then(|| usize::from(byte.to_ascii_lowercase() - b'a'));
    let (mut common, mut pairs) = (0, 0);
    for (first, second) in word.iter().zip(word.iter().skip(1)) {
        if let (Some(first), Some(second)) = (place(first), place(second)) {
            pairs += 1;
            common += usize::from(COMMON.get(first).is_some_and(|row| row >> second & 1 == 1));
        }
    }
    (common, pairs)
}
