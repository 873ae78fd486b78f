//! Where dash or zsh would do something else than bash with the same text, as far as a single construct shows it. The codes are
//! stable; each is raised only where the difference can change what runs, is read or is written and the tree does not show it.
//!
//! Not recorded, because the other shell refuses the whole line before it runs anything of it: `<( )`, `<<<`, `|&`, `>&file`,
//! arrays, `for ((`, `;&`, `select` (dash); glob qualifiers outside an extended glob (bash itself refuses those). Not recorded
//! because the effects are the same: `cmd &>file` at the end of a command (dash runs `cmd` beside and empties the file), unless
//! what runs changes the state of the shell.

use super::{
    parser::{Core, Parser},
    parts::Parts,
    tree::{Descriptor, Difference, Node, NodeId, Part, Redirection, RedirectionKind, Simple},
};

/// Commands that change the state of the shell that runs them.
const STATEFUL: &[&[u8]] = &[
    b".",
    b"alias",
    b"break",
    b"builtin",
    b"cd",
    b"command",
    b"continue",
    b"declare",
    b"dirs",
    b"disown",
    b"enable",
    b"eval",
    b"exec",
    b"exit",
    b"export",
    b"getopts",
    b"hash",
    b"let",
    b"local",
    b"mapfile",
    b"popd",
    b"pushd",
    b"read",
    b"readarray",
    b"readonly",
    b"return",
    b"set",
    b"shift",
    b"shopt",
    b"source",
    b"trap",
    b"typeset",
    b"ulimit",
    b"umask",
    b"unalias",
    b"unset",
    b"wait",
];

/// Command words that only zsh takes as a prefix or a loop: what follows them runs there.
const ZSH_PREFIXES: &[&[u8]] = &[b"-", b"nocorrect", b"noglob", b"repeat", b"foreach"];

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

/// A simple command that has been read; `detached_after` is the number of words before the first `&>`.
pub(super) fn simple(
    parser: &mut Parser<'_, '_, '_>,
    simple: &Simple,
    first_word: Option<&[u8]>,
    detached_after: Option<usize>,
    start: usize,
) {
    let stateful = match first_word {
        Some(word) => STATEFUL.contains(&word),
        None => !simple.words.is_empty() || !simple.assignments.is_empty(),
    };
    if stateful {
        parser.core.stateful += 1;
    }
    if first_word.is_some_and(|word| ZSH_PREFIXES.contains(&word)) {
        parser.differs("zsh-prefix", start);
    }
    if let Some(words) = detached_after {
        parser.core.detachments += 1;
        if stateful || simple.words.len() > words {
            parser.differs("joined-redirection", start);
        } else {
            let span = parser.span(start);
            parser.core.detached.push(span);
        }
    }
}

/// `&>` after a compound command: dash runs it in a copy of the shell.
pub(super) fn compound_redirections(core: &mut Core<'_>, node: &mut Node) {
    let state = !matches!(node, Node::Subshell { .. } | Node::Condition { .. });
    for redirection in super::parser::redirections(node) {
        if state && matches!(redirection.kind, RedirectionKind::WriteBoth | RedirectionKind::AppendBoth) {
            core.differences.push(Difference { code: "joined-redirection", span: redirection.span });
        }
    }
}

/// An element of a list that ends in `&>` takes the chain of `&&` and `||` before it along into a copy of the shell, in dash.
pub(super) fn chained(parser: &mut Parser<'_, '_, '_>, node: NodeId) {
    if let Some(span) = parser.core.nodes.get(index(node)).map(|located| located.span) {
        parser.core.differences.push(Difference { code: "joined-redirection", span });
    }
}

/// The first command after `time`: dash starts a program of that name, which cannot run what only the shell can.
pub(super) fn timed(parser: &mut Parser<'_, '_, '_>, element: NodeId, before: usize, start: usize) {
    let compound =
        parser.core.nodes.get(index(element)).is_some_and(|located| !matches!(located.node, Node::Simple(_)));
    if compound || parser.core.stateful > before {
        parser.differs("time", start);
    }
}

/// An element of a pipeline that is not the last: zsh sends its output to the redirection and to the pipe.
pub(super) fn piped(parser: &mut Parser<'_, '_, '_>, element: NodeId) {
    let Some(located) = parser.core.nodes.get_mut(index(element)) else { return };
    let span = located.span;
    let output = |redirection: &Redirection| {
        use RedirectionKind as Kind;
        matches!(redirection.kind, Kind::Write | Kind::Append | Kind::WriteBoth | Kind::AppendBoth)
            && matches!(redirection.descriptor, None | Some(Descriptor::Number(1)))
    };
    if super::parser::redirections(&mut located.node).iter().any(output) {
        parser.core.differences.push(Difference { code: "zsh-multios", span });
    }
    null_command(parser, element);
}

/// An element of a pipeline without a command: zsh runs `cat` or a pager there.
pub(super) fn null_command(parser: &mut Parser<'_, '_, '_>, element: NodeId) {
    let Some(located) = parser.core.nodes.get(index(element)) else { return };
    if let Node::Simple(simple) = &located.node
        && simple.words.is_empty()
        && simple.assignments.is_empty()
    {
        parser.core.differences.push(Difference { code: "zsh-null-command", span: located.span });
    }
}

/// At the end: where the script defines functions, any command may change the state of the shell.
pub(super) fn settle(core: &mut Core<'_>) {
    if core.defines_functions {
        for span in core.detached.drain(..) {
            core.differences.push(Difference { code: "joined-redirection", span });
        }
    }
    core.differences.sort_by_key(|difference| difference.span);
}

fn index(node: NodeId) -> usize {
    usize::try_from(node.0).unwrap_or(usize::MAX)
}
