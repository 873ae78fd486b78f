//! jq filters: is there nothing in it but filtering?

/// Whether the filter surely reads nothing but its input: no `env`, `$ENV`, `$__prog_args`, `import`, `include`, `input...`,
/// and no such word hidden in a string interpolation (words in strings count as well, at the price of some precision).
pub(super) fn is_harmless(filter: &[u8]) -> bool {
    names_none_of(filter, FORBIDDEN)
}

/// The same for the program `yq`, which is one of two: a wrapper of jq, or another with words of its own that read files and
/// variables or evaluate text.
pub(super) fn is_harmless_in_yq(filter: &[u8]) -> bool {
    const MORE: &[&[u8]] = &[
        b"load",
        b"load_str",
        b"load_xml",
        b"load_props",
        b"load_base64",
        b"loadstr",
        b"strenv",
        b"envsubst",
        b"eval",
        b"system",
        b"exec",
        b"file",
    ];
    is_harmless(filter) && names_none_of(filter, MORE)
}

const FORBIDDEN: &[&[u8]] = &[
    b"env",
    b"ENV",
    b"import",
    b"include",
    b"input_filename",
    b"inputs",
    b"input",
    b"__prog_args",
    b"get_search_list",
    b"modulemeta",
    b"input_line_number",
];

/// Whether none of the words stands in the filter but as a field.
fn names_none_of(filter: &[u8], forbidden: &[&[u8]]) -> bool {
    let is_word = |b: &u8| b.is_ascii_alphanumeric() || *b == b'_';
    let mut at = 0;
    while at < filter.len() {
        let rest = filter.get(at..).unwrap_or(&[]);
        let len = rest.iter().take_while(|b| is_word(b)).count();
        let word = rest.get(..len).unwrap_or(&[]);
        // `.env` is a field of the input, and so is `.a.env`.
        let before = filter.get(..at).unwrap_or(&[]);
        let field = before.ends_with(b".") && !before.ends_with(b"..");
        if forbidden.contains(&word) && !field {
            return false;
        }
        at += len.max(1);
    }
    true
}
