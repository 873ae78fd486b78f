//! Where dash or zsh would do something else than bash with the same text and no tree shows it: what is found here is unknown. What
//! is modelled stands in [`super::dialect`]. The codes are stable; each is raised only where the difference can change what runs,
//! is read or is written.
//!
//! `here-document-semicolon`: bash 5.2 prints what stands in `$( )` and parses that again when it runs; a semicolon behind a
//! here-document gets lost on the way, and what follows becomes words of the command before (seen with 5.2.15).
//!
//! Not recorded, because the other shell refuses the whole line before it runs anything of it: `<( )`, `<<<`, `|&`,
//! arrays, `for ((`, `;&` (dash); glob qualifiers outside an extended glob (bash itself refuses those). Nor `>&file`, at which
//! dash stops when it gets there.

use super::{
    braces::assignment_value,
    parser::{Core, Parser},
    parts::Parts,
    tree::{Descriptor, Difference, Node, NodeId, Part, Redirection},
};

/// Command words that only zsh takes as a prefix or a loop: what follows them runs there.
const ZSH_PREFIXES: &[&[u8]] = &[b"-", b"nocorrect", b"noglob", b"repeat", b"foreach"];

/// Builtins of zsh whose arguments are values where they look like assignments, and the one that runs them by their names.
const ZSH_VALUES: &[&[u8]] =
    &[b"alias", b"builtin", b"declare", b"export", b"float", b"integer", b"local", b"private", b"readonly", b"typeset"];

/// Whether a code speaks of what zsh alone reads differently.
pub(super) fn is_about_zsh(code: &str) -> bool {
    code.starts_with("zsh-")
        || matches!(
            code,
            "brace-in-parameter" | "extended-glob" | "ansi-c-escape" | super::quotes::NUL | "variable-descriptor"
        )
}

/// What an argument holds.
pub(super) fn argument(parser: &mut Parser<'_, '_, '_>, parts: &Parts, start: usize) {
    if let [Part::Text { bytes, quoted: false }] = parts.list.as_slice()
        && bytes == b"}"
    {
        // zsh closes a group here
        parser.differs("zsh-closing-brace", start);
    }
}

/// Where zsh makes a path of `=ls` in a word: at its start, and in the value of an assignment behind each `:`, too.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Equals {
    /// At the start of the word.
    Start,
    /// In a word that is a value.
    Value,
    /// In the value of a word that looks like an assignment, as zsh reads what follows `export` and its like.
    Argument,
}

/// A word in which zsh may take `=ls` as the path of `ls`.
pub(super) fn equals(parser: &mut Parser<'_, '_, '_>, parts: &[Part], at: Equals, start: usize) {
    let value_at = match at {
        Equals::Start | Equals::Value => 0,
        Equals::Argument => match assignment_value(parts) {
            Some(offset) => offset,
            None => return,
        },
    };
    let mut before = Some(b' ');
    for (index, part) in parts.iter().enumerate() {
        let Part::Text { bytes, quoted } = part else {
            // What an expansion gives may end with a colon.
            before = None;
            continue;
        };
        for (offset, byte) in bytes.iter().enumerate().skip(if index == 0 { value_at } else { 0 }) {
            let begins =
                (index == 0 && offset == value_at) || (at != Equals::Start && matches!(before, None | Some(b':')));
            if *byte == b'=' && !quoted && begins {
                // `=`, `==` and `=~` are operators of tests; as a path, they fail at worst.
                let named = match bytes.get(offset + 1) {
                    Some(next) => !matches!(next, b'=' | b'~'),
                    None => index + 1 < parts.len(),
                };
                if named {
                    return parser.differs("zsh-equals", start);
                }
            }
            before = Some(*byte);
        }
        if at == Equals::Start {
            return;
        }
    }
}

/// Whether a command, by its first word where that is plain, may be one whose arguments zsh reads as assignments.
pub(super) fn may_take_values(word: Option<&[u8]>) -> bool {
    word.is_none_or(|name| ZSH_VALUES.contains(&name))
}

/// Whether the word of a command is one of those that only zsh takes as a prefix or a loop.
pub(super) fn is_zsh_prefix(word: &[u8]) -> bool {
    ZSH_PREFIXES.contains(&word)
}

/// An element of a pipeline that is not the last: zsh sends its output to the redirection and to the pipe.
pub(super) fn piped(parser: &mut Parser<'_, '_, '_>, element: NodeId, start: usize) {
    let Some(located) = parser.core.nodes.get_mut(index(element)) else { return };
    let output = |redirection: &Redirection| {
        use super::tree::RedirectionKind as Kind;
        matches!(redirection.kind, Kind::Write | Kind::Append | Kind::WriteBoth | Kind::AppendBoth)
            && matches!(redirection.descriptor, None | Some(Descriptor::Number(1)))
    };
    if super::parser::redirections(&mut located.node).iter().any(output) {
        parser.differs("zsh-multios", start);
    }
    null_command(parser, element, start);
}

/// An element of a pipeline without a command: zsh runs `cat` or a pager there.
pub(super) fn null_command(parser: &mut Parser<'_, '_, '_>, element: NodeId, start: usize) {
    let Some(located) = parser.core.nodes.get(index(element)) else { return };
    if let Node::Simple(simple) = &located.node
        && simple.words.is_empty()
        && simple.assignments.is_empty()
    {
        parser.differs("zsh-null-command", start);
    }
}

/// At the end: in the order of the text.
pub(super) fn settle(core: &mut Core<'_>) {
    core.differences.sort_by_key(|difference: &Difference| difference.span);
}

fn index(node: NodeId) -> usize {
    usize::try_from(node.0).unwrap_or(usize::MAX)
}
