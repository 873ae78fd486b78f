//! jq filters: is there nothing in it but filtering?

/// Whether the filter surely reads nothing but its input: no `env`, `$ENV`, `$__prog_args`, `import`, `include`, `input...`,
/// and no such word hidden in a string interpolation (words in strings count as well, at the price of some precision).
pub(super) fn is_harmless(filter: &[u8]) -> bool {
    const FORBIDDEN: &[&[u8]] = &[
        b"env", b"ENV", b"import", b"include", b"input_filename", b"inputs", b"input", b"__prog_args", b"get_search_list",
        b"modulemeta", b"input_line_number", b"debug", b"stderr", b"halt_error", b"__loc__", b"getpath_file",
    ];
    let is_word = |b: &u8| b.is_ascii_alphanumeric() || *b == b'_';
    let mut at = 0;
    while at < filter.len() {
        let rest = filter.get(at..).unwrap_or(&[]);
        let len = rest.iter().take_while(|b| is_word(b)).count();
        let word = rest.get(..len).unwrap_or(&[]);
        // `.env` is a field of the input, and so is `.a.env`.
        let field = at > 0 && filter.get(at - 1) == Some(&b'.');
        if FORBIDDEN.contains(&word) && !field {
            return false;
        }
        at += len.max(1);
    }
    true
}
