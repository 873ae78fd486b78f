//! awk programs: is there nothing in it but filtering? A hand-written scanner that gives up on any doubt.

/// Whether the program surely runs nothing and opens no file but its operands: outside strings and regular expressions it
/// has no `|`, no `>` that could be a redirection, no `getline`, `system`, `ARGV`, `@` and the like.
pub(super) fn is_harmless(program: &[u8]) -> bool {
    scan(program).is_some()
}

/// Words that can open files, start programs, show the environment or change what is read.
const FORBIDDEN: &[&[u8]] =
    &[b"system", b"getline", b"close", b"fflush", b"ARGV", b"ARGC", b"ARGIND", b"ENVIRON", b"FUNCTAB", b"SYMTAB", b"PROCINFO"];

fn scan(text: &[u8]) -> Option<()> {
    let mut at = 0;
    // Whether a value may begin here, so that `/` opens a regular expression.
    let mut value_next = true;
    // Inside a `print` or `printf` statement a `>` writes to a file.
    let mut printing = false;
    let mut depth = 0_u32;
    while let Some(byte) = text.get(at).copied() {
        at += 1;
        match byte {
            b' ' | b'\t' => {}
            b'\n' | b';' | b'{' | b'}' => {
                printing = false;
                depth = 0;
                value_next = true;
            }
            b'"' => {
                at = close(text, at, b'"')?;
                value_next = false;
            }
            b'/' if value_next => {
                at = regex(text, at)?;
                value_next = false;
            }
            b'#' => {
                let rest = text.get(at..)?;
                at += rest.iter().position(|b| *b == b'\n').unwrap_or(rest.len());
            }
            b'|' => {
                if text.get(at) != Some(&b'|') {
                    return None;
                }
                at += 1;
                value_next = true;
            }
            b'&' if text.get(at) == Some(&b'&') => {
                at += 1;
                value_next = true;
            }
            b'>' if printing => return None,
            // `a > b` outside a print statement compares.
            b'(' => {
                depth += 1;
                value_next = true;
            }
            b')' => {
                depth = depth.saturating_sub(1);
                // `if (x) /re/` begins a value, `(x) / y` divides: a slash after this is not followed.
                let next = text.get(at..)?.iter().find(|b| !b.is_ascii_whitespace());
                if next == Some(&b'/') {
                    return None;
                }
                value_next = false;
            }
            b']' => value_next = false,
            b'[' | b',' | b'!' | b'~' | b'=' | b'<' | b'>' | b'?' | b':' | b'+' | b'-' | b'*' | b'%' | b'^' | b'/' => {
                value_next = true;
            }
            b'$' => value_next = true,
            b'\\' if matches!(text.get(at), Some(b'\n')) => at += 1,
            b if b.is_ascii_digit() || b == b'.' => {
                at = end_of(text, at, |b| b.is_ascii_alphanumeric() || b == b'.');
                value_next = false;
            }
            b if b.is_ascii_alphabetic() || b == b'_' => {
                let start = at - 1;
                at = end_of(text, at, |b| b.is_ascii_alphanumeric() || b == b'_');
                let word = text.get(start..at)?;
                if FORBIDDEN.contains(&word) {
                    return None;
                }
                printing |= word == b"print" || word == b"printf";
                value_next = matches!(word, b"print" | b"printf" | b"return" | b"in" | b"case" | b"else" | b"do");
            }
            _ => return None,
        }
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
