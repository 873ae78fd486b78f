//! awk programs: is there nothing in it but filtering? A hand-written scanner that gives up on any doubt.

/// Whether the program surely runs nothing and opens no file but its operands: outside strings and regular expressions it
/// has no `|`, no `>` that could be a redirection, no `getline`, `system`, `ARGV`, `@` and the like.
pub(super) fn is_harmless(program: &[u8]) -> bool {
    scan(program).is_some()
}

/// Words that can open files, start programs, show the environment or change what is read.
const FORBIDDEN: &[&[u8]] = &[
    b"system",
    b"getline",
    b"close",
    b"fflush",
    b"ARGV",
    b"ARGC",
    b"ARGIND",
    b"ENVIRON",
    b"FUNCTAB",
    b"SYMTAB",
    b"PROCINFO",
];

/// What a slash means here.
#[derive(Clone, Copy, PartialEq)]
enum Slash {
    /// It opens a regular expression.
    Regex,
    /// It divides.
    Divides,
    /// It depends on what is not followed here, or on the awk.
    Doubt,
}

/// Words after which a value begins.
const BEFORE_VALUE: &[&[u8]] = &[b"print", b"printf", b"return", b"exit", b"in", b"case", b"else", b"do"];
/// Words that are no variables, so that a slash after them is doubtful.
const KEYWORDS: &[&[u8]] = &[
    b"BEGIN",
    b"END",
    b"BEGINFILE",
    b"ENDFILE",
    b"function",
    b"func",
    b"if",
    b"while",
    b"for",
    b"switch",
    b"default",
    b"next",
    b"nextfile",
    b"break",
    b"continue",
    b"delete",
    b"length",
];

fn scan(text: &[u8]) -> Option<()> {
    let mut at = 0;
    let mut slash = Slash::Regex;
    // Inside a `print` or `printf` statement a `>` writes to a file.
    let mut printing = false;
    // The last byte that is neither blank nor comment: after some of them a line goes on.
    let mut last = b'\n';
    while let Some(byte) = text.get(at).copied() {
        at += 1;
        slash = match byte {
            b' ' | b'\t' => continue,
            b'#' => {
                at = end_of(text, at, |b| b != b'\n');
                continue;
            }
            b'\\' if text.get(at) == Some(&b'\n') => {
                at += 1;
                continue;
            }
            b'\n' => {
                printing &= matches!(last, b',' | b'&' | b'|');
                Slash::Regex
            }
            b';' | b'{' | b'}' => {
                printing = false;
                Slash::Regex
            }
            b'"' => {
                at = close(text, at, b'"')?;
                Slash::Divides
            }
            b'/' => match slash {
                Slash::Regex => {
                    at = regex(text, at)?;
                    Slash::Divides
                }
                Slash::Divides => Slash::Regex,
                Slash::Doubt => return None,
            },
            b'|' | b'&' => {
                if text.get(at) != Some(&byte) {
                    return None;
                }
                at += 1;
                Slash::Regex
            }
            // Outside a print statement it compares.
            b'>' if printing => return None,
            b'+' | b'-' if text.get(at) == Some(&byte) => {
                at += 1;
                Slash::Doubt
            }
            b')' => Slash::Doubt,
            b']' => Slash::Divides,
            b'(' | b'[' | b',' | b'!' | b'~' | b'=' | b'<' | b'>' | b'?' | b':' | b'+' | b'-' | b'*' | b'%' | b'^'
            | b'$' => Slash::Regex,
            b if b.is_ascii_digit() || b == b'.' => {
                // Letters end it: `1system(...)` is a number and a call.
                at = end_of(text, at, |b| b.is_ascii_digit() || b == b'.');
                Slash::Divides
            }
            b if b.is_ascii_alphabetic() || b == b'_' => {
                let start = at - 1;
                at = end_of(text, at, |b| b.is_ascii_alphanumeric() || b == b'_');
                let word = text.get(start..at)?;
                if FORBIDDEN.contains(&word) {
                    return None;
                }
                printing |= word == b"print" || word == b"printf";
                match word {
                    word if BEFORE_VALUE.contains(&word) => Slash::Regex,
                    word if KEYWORDS.contains(&word) => Slash::Doubt,
                    _ => Slash::Divides,
                }
            }
            _ => return None,
        };
        last = byte;
    }
    Some(())
}

fn end_of(text: &[u8], mut at: usize, inside: impl Fn(u8) -> bool) -> usize {
    while text.get(at).copied().is_some_and(&inside) {
        at += 1;
    }
    at
}

/// Past the closing mark of a string; strings do not span lines.
fn close(text: &[u8], mut at: usize, mark: u8) -> Option<usize> {
    loop {
        match *text.get(at)? {
            b'\\' => at += 2,
            b'\n' => return None,
            b if b == mark => return Some(at + 1),
            _ => at += 1,
        }
    }
}

/// Past the end of a regular expression. A bracket may hide a slash in one awk and not in another: then nothing is sure.
fn regex(text: &[u8], mut at: usize) -> Option<usize> {
    let mut bracket = false;
    loop {
        match *text.get(at)? {
            b'\\' => at += 1,
            b'\n' => return None,
            b'/' => return if bracket { None } else { Some(at + 1) },
            b'[' => bracket = true,
            b']' => bracket = false,
            _ => {}
        }
        at += 1;
    }
}
