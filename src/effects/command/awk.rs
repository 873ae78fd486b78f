//! awk programs: is there nothing in it but filtering, and files that it names? A hand-written scanner that gives up on any doubt.

use super::brackets::bracket_end;
use super::sed::Files;
use alloc::vec::Vec;

/// The files that the program writes beside its operands; none where it may do more than that: outside strings and regular
/// expressions it has no `|`, no `>` to a name that is not written out, no `getline` from elsewhere, `system`, `ARGV`, `@` and
/// the like.
pub(super) fn files(program: &[u8]) -> Option<Files> {
    Some(Files { reads: Vec::new(), writes: scan(program)? })
}

/// Words that can open files, start programs, show the environment or change what is read.
const FORBIDDEN: &[&[u8]] = &[b"system", b"ARGV", b"ARGC", b"ARGIND", b"ENVIRON", b"FUNCTAB", b"SYMTAB", b"PROCINFO"];

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

fn scan(text: &[u8]) -> Option<Vec<Vec<u8>>> {
    let mut written = Vec::new();
    let mut at = 0;
    let mut slash = Slash::Regex;
    // Inside a `print` or `printf` statement a `>` writes to a file.
    let mut printing = false;
    // Whether a value must follow: then the next lines go on with the statement, after `,`, `&&` and `||` in every awk, after other
    // operators in some.
    let mut open = false;
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
                printing &= open;
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
            b'>' if printing => {
                let (file, after) = file_of_print(text, at)?;
                written.push(file);
                at = after;
                Slash::Doubt
            }
            b'+' | b'-' if text.get(at) == Some(&byte) => {
                at += 1;
                Slash::Doubt
            }
            b')' => Slash::Doubt,
            b']' => Slash::Divides,
            b'(' | b'[' | b',' | b'!' | b'~' | b'=' | b'<' | b'>' | b'?' | b':' | b'+' | b'-' | b'*' | b'%' | b'^'
            | b'$' => Slash::Regex,
            b if b.is_ascii_digit() || b == b'.' => {
                at = number(text, at)?;
                Slash::Divides
            }
            b if b.is_ascii_alphabetic() || b == b'_' => {
                let start = at - 1;
                at = end_of(text, at, |b| b.is_ascii_alphanumeric() || b == b'_');
                let word = text.get(start..at)?;
                if FORBIDDEN.contains(&word) || (word == b"getline" && !reads_on(text, at)) {
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
        if byte != b'\n' {
            open = slash == Slash::Regex;
        }
    }
    Some(written)
}

/// `print > "FILE"`, from behind the first `>`: the file, where nothing but a plain string names it, and what follows.
fn file_of_print(text: &[u8], at: usize) -> Option<(Vec<u8>, usize)> {
    let at = if text.get(at) == Some(&b'>') { at + 1 } else { at };
    let start = end_of(text, at, |b| matches!(b, b' ' | b'\t'));
    if text.get(start) != Some(&b'"') {
        return None;
    }
    let after = close(text, start + 1, b'"')?;
    let name = text.get(start + 1..after - 1)?;
    let next = end_of(text, after, |b| matches!(b, b' ' | b'\t'));
    let ends = text.get(next).is_none_or(|b| matches!(b, b';' | b'}' | b'\n'));
    // `/inet/tcp/...` is a connection in some; `-` is standard output there, and a file elsewhere.
    let plain = !name.is_empty() && !name.contains(&b'\\') && !name.starts_with(b"/inet") && name != b"-";
    (ends && plain).then(|| (name.to_vec(), after))
}

/// Whether a `getline` that ends at `at` takes the next record of the input: no file stands behind it, nor anything that would
/// have to be read to know.
fn reads_on(text: &[u8], at: usize) -> bool {
    let blank = |b| matches!(b, b' ' | b'\t');
    let name = end_of(text, at, blank);
    let after = end_of(text, name, |b: u8| b.is_ascii_alphanumeric() || b == b'_');
    let next = end_of(text, after, blank);
    text.get(next).is_none_or(|b| matches!(b, b';' | b'}' | b')' | b'\n'))
}

/// Past a number. Where letters follow without a space, implementations disagree on where it ends, and a call may
/// begin there: `1system(...)`, `1e5system(...)`, `0x1fsystem(...)`.
fn number(text: &[u8], at: usize) -> Option<usize> {
    let mut at = end_of(text, at, |b| b.is_ascii_digit() || b == b'.');
    if let Some(b'e' | b'E') = text.get(at) {
        let sign = usize::from(matches!(text.get(at + 1), Some(b'+' | b'-')));
        at = end_of(text, at + 1 + sign, |b| b.is_ascii_digit());
    }
    let letter = text.get(at).is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_');
    (!letter).then_some(at)
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

/// Past the end of a regular expression, where every awk ends it at the same slash: some let a bracket hide one, some do not.
fn regex(text: &[u8], mut at: usize) -> Option<usize> {
    loop {
        match *text.get(at)? {
            b'\\' => at += 1,
            b'\n' => return None,
            b'/' => return Some(at + 1),
            b'[' => at = bracket_end(text, at, b'/')?,
            _ => {}
        }
        at += 1;
    }
}
