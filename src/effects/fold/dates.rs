//! What `date` prints, where that is digits with plain text between them.

use crate::effect::Value;
use alloc::vec::Vec;

/// Whether options change nothing but the zone.
pub(super) fn are_plain(options: &[&[u8]]) -> bool {
    options.iter().all(|option| matches!(*option, b"-u" | b"--utc" | b"--universal"))
}

/// What is printed by a format (date(1), strftime(3)): a number, or glob text that matches it; none for formats of other things.
pub(super) fn written(format: &[u8]) -> Option<Value> {
    const TWO: &[u8] = b"[0-9][0-9]";
    let mut text = Vec::new();
    let (mut numbers, mut others) = (false, false);
    let mut rest = format.strip_prefix(b"+")?.iter();
    while let Some(byte) = rest.next() {
        if *byte != b'%' {
            if !(byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.')) {
                return None;
            }
            text.push(*byte);
            others |= !byte.is_ascii_digit();
            continue;
        }
        let pieces: &[&[u8]] = match rest.next()? {
            // The year has four digits until 10000.
            b'Y' | b'G' => &[TWO, TWO],
            b'y' | b'm' | b'd' | b'H' | b'M' | b'S' | b'I' | b'V' | b'U' | b'W' | b'g' | b'C' => &[TWO],
            b'j' => &[TWO, b"[0-9]"],
            b'F' => &[TWO, TWO, b"-", TWO, b"-", TWO],
            b's' => &[b"[0-9]*"],
            _ => return None,
        };
        numbers = true;
        others |= matches!(pieces, [_, _, b"-", ..]);
        text.extend(pieces.concat());
    }
    let begins = text.first().is_some_and(|first| first.is_ascii_alphanumeric() || *first == b'[');
    (numbers && begins).then(|| if others { Value::Name(text.into()) } else { Value::DIGITS })
}

#[cfg(test)]
mod tests {
    use super::written;
    use crate::effect::Value;

    #[test]
    fn formats_of_digits_are_read() {
        for (format, wanted) in [
            ("+%Y-%m", Some("[0-9][0-9][0-9][0-9]-[0-9][0-9]")),
            ("+%H%M", Some("")),
            ("+v%j", Some("v[0-9][0-9][0-9]")),
            ("+%F", Some("[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]")),
            ("+x.%s", Some("x.[0-9]*")),
            ("+%s", Some("")),
            ("+%Y", Some("")),
            ("+-%Y-%m", None),
            ("+.%Y%m", None),
            ("+%Y/%m", None),
            ("+%A-%d", None),
            ("+%T-%d", None),
            ("+today", None),
            ("%Y-%m", None),
            ("+%Y-%", None),
        ] {
            // Nothing stands for a number.
            let wanted = wanted.map(|text| if text.is_empty() { Value::DIGITS } else { Value::Name(text.into()) });
            assert_eq!(written(format.as_bytes()), wanted, "{format}");
        }
    }
}
