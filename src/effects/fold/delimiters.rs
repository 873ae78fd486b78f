//! `read -d $'\0'`: bash sees an empty argument there and zsh a NUL, and both end what they read at a NUL.

use crate::effect::Span;
use crate::shell::tree::{Node, Part, Tree, Word};

/// Whether a quote that holds only a NUL, at this place, is the delimiter of the builtin `read` and nothing else.
pub(super) fn is_delimiter(tree: &Tree, text: &str, span: Span) -> bool {
    // A name that means something else could make text of it.
    let renamed = tree.iter().any(|(_, located)| matches!(located.node, Node::Function { .. }))
        || ["alias", "eval", "unset", "disable", "enable"].iter().any(|word| text.contains(word));
    !renamed
        && tree.iter().any(|(_, located)| {
            let Node::Simple(simple) = &located.node else { return false };
            let Some((program, words)) = simple.words.split_first() else { return false };
            plain(program) == Some(b"read")
                && words.windows(2).any(|two| {
                    let [option, delimiter] = two else { return false };
                    let takes = plain(option).is_some_and(|text| matches!(text, b"-d" | b"-rd" | b"-srd" | b"-rsd"));
                    let quote = matches!(delimiter.parts.as_slice(), [Part::Text { bytes, .. }] if bytes.is_empty());
                    takes && quote && delimiter.span == span
                })
        })
}

fn plain(word: &Word) -> Option<&[u8]> {
    match word.parts.as_slice() {
        [Part::Text { bytes, .. }] => Some(bytes),
        _ => None,
    }
}
