//! The expressions of `rename`: Perl in one program of that name, text in another. A hand-written reader that gives up on any doubt.

/// Whether the word does nothing but change names, in either program: substitutions and transliterations without code in them,
/// or a piece of a name that Perl takes for no call.
pub(super) fn is_harmless(text: &[u8]) -> bool {
    is_piece(text) || text.split(|b| *b == b';').all(|one| is_substitution(one.trim_ascii()))
}

/// A piece of a name with a dot in it (`.htm`): to Perl it is words that are joined. Those that Perl calls, with the name of the
/// file in hand, are not in it.
fn is_piece(text: &[u8]) -> bool {
    const CALLED: [&[u8]; 17] = [
        b"eval",
        b"evalbytes",
        b"require",
        b"do",
        b"use",
        b"no",
        b"package",
        b"exec",
        b"system",
        b"chdir",
        b"chroot",
        b"unlink",
        b"rmdir",
        b"mkdir",
        b"dump",
        b"kill",
        b"fork",
    ];
    const QUOTES: [&[u8]; 9] = [b"s", b"y", b"tr", b"m", b"q", b"qq", b"qw", b"qr", b"qx"];
    let plain = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_');
    let mut words = text.split(|b| *b == b'.');
    text.iter().all(plain) && text.contains(&b'.') && words.all(|w| !CALLED.contains(&w) && !QUOTES.contains(&w))
}

/// `s/a/b/g`, `y/a-z/A-Z/`.
fn is_substitution(text: &[u8]) -> bool {
    let (translates, rest) = match text {
        [b's', rest @ ..] => (false, rest),
        [b'y', rest @ ..] | [b't', b'r', rest @ ..] => (true, rest),
        _ => return false,
    };
    let Some((mark, rest)) = rest.split_first() else { return false };
    if !matches!(mark, b'/' | b'|' | b',' | b'!' | b'%' | b':' | b'@' | b'~' | b'=' | b'+') {
        return false;
    }
    let mut escaped = false;
    let mut parts = rest.split(|b| {
        let ends = !escaped && b == mark;
        escaped = !escaped && *b == b'\\';
        ends
    });
    let (Some(from), Some(to), Some(flags), None) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
        return false;
    };
    let known_flags: &[u8] = if translates { b"cdsr" } else { b"gimsx" };
    flags.iter().all(|b| known_flags.contains(b)) && (translates || (is_pattern(from) && is_text(to)))
}

/// No code and no variable: `$` only where the name ends, or a group.
fn is_pattern(text: &[u8]) -> bool {
    let dollar = |at: usize| matches!(text.get(at + 1), None | Some(b')' | b'|'));
    let code = text.windows(3).any(|w| matches!(w, b"(?{" | b"(??" | b"(*{"));
    !code && !text.contains(&b'@') && text.iter().enumerate().all(|(at, b)| *b != b'$' || dollar(at))
}

/// Text with groups: `$1`, `$&`.
fn is_text(text: &[u8]) -> bool {
    let group = |at: usize| matches!(text.get(at + 1), Some(b'0'..=b'9' | b'&'));
    // `$1[...]` and `$1{...}` are elements, whose subscripts are code.
    let element = text.windows(2).any(|w| matches!(w, [b'0'..=b'9' | b'&', b'[' | b'{']) || w == b"->");
    !text.contains(&b'@') && !element && text.iter().enumerate().all(|(at, b)| *b != b'$' || group(at))
}

#[cfg(test)]
mod tests {
    use super::is_harmless;

    #[test]
    fn expressions() {
        for text in [
            "s/a/b/",
            "s/(.*)$/new.$1/",
            "s@Foo@Bar@gi",
            "y/A-Z/a-z/",
            "s/^/x/; s/$/y/",
            ".htm",
            "_dbg.txt",
            r"s/\.t1$/.t2/",
        ] {
            assert!(is_harmless(text.as_bytes()), "{text}");
        }
        for text in [
            "s/a/b/e",
            "s/a/`id`/e",
            "s/a/b/ee",
            "s/(?{system q(id)})//",
            "s/a/@{[`id`]}/",
            "s/a/${\\`id`}/",
            "s/$x[`id`]//",
            "s/a/$1[`id`]/",
            "s/a/b/; system(1)",
            "system",
            "require",
            "eval",
            "unlink.x",
            "require.x",
            "s.a.b.e",
            "`id`",
            "s{a}{b}e",
            "$_=`id`",
            "",
            "s/a",
            "s/a/b/c",
            "do.x",
            "x.eval",
        ] {
            assert!(!is_harmless(text.as_bytes()), "{text}");
        }
    }
}
