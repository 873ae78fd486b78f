//! Where dash or zsh would do something else than bash with the same text and no tree shows it: what is found here is unknown. What
//! is modelled stands in [`super::dialect`]. The codes are stable; each is raised only where the difference can change what runs,
//! is read or is written.
//!
//! Not recorded, because the other shell refuses the whole line before it runs anything of it: `<( )`, `<<<`, `|&`,
//! arrays, `for ((`, `;&` (dash); glob qualifiers outside an extended glob (bash itself refuses those). Nor `>&file`, at which
//! dash stops when it gets there.

use super::{
    parser::{Core, Parser},
    parts::Parts,
    tree::{Descriptor, Difference, Node, NodeId, Part, Redirection},
};

/// Command words that only zsh takes as a prefix or a loop: what follows them runs there.
const ZSH_PREFIXES: &[&[u8]] = &[b"-", b"nocorrect", b"noglob", b"repeat", b"foreach"];

/// Whether a code speaks of what zsh alone reads differently.
pub(super) fn is_about_zsh(code: &str) -> bool {
    code.starts_with("zsh-")
        || matches!(code, "brace-in-parameter" | "extended-glob" | "ansi-c-escape" | "variable-descriptor")
}

/// What an argument holds.
pub(super) fn argument(parser: &mut Parser<'_, '_, '_>, parts: &Parts, start: usize) {
    match parts.list.first() {
        // `=ls` is the path of `ls` to zsh; `=`, `==` and `=~` are operators of tests, which fail there at worst
        Some(Part::Text { bytes, quoted: false }) if bytes.first() == Some(&b'=') => {
            let more = bytes.get(1).map_or(parts.list.len() > 1, |byte| !matches!(byte, b'=' | b'~'));
            if more {
                parser.differs("zsh-equals", start);
            }
        }
        Some(Part::Text { bytes, quoted: false }) if bytes == b"}" && parts.list.len() == 1 => {
            // zsh closes a group here
            parser.differs("zsh-closing-brace", start);
        }
        _ => {}
    }
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
