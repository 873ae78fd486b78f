//! `find . -name '*.c' | while read -r f; do ...; done`: whether each round of a loop gets one of the names on standard input. Nothing
//! else in the loop may read there: what is left of a name could be any other one.

use super::state::State;
use super::{At, Fold};
use crate::effect::{Bytes, Span, Value};
use crate::effects::command::{Analysis, FoundNames, Stdin};
use crate::shell::tree::{AssignedValue, Node, NodeId, Part, Redirection, RedirectionKind, Simple, Tree, Word};
use alloc::vec::Vec;

/// Programs that read no standard input, whatever their words are but for options that ask.
const DEAF: [&[u8]; 27] = [
    b"echo",
    b"printf",
    b":",
    b"true",
    b"false",
    b"test",
    b"[",
    b"basename",
    b"dirname",
    b"realpath",
    b"readlink",
    b"mv",
    b"cp",
    b"rm",
    b"mkdir",
    b"rmdir",
    b"touch",
    b"chmod",
    b"ln",
    b"stat",
    b"ls",
    b"du",
    b"continue",
    b"break",
    b"unlink",
    b"local",
    b"export",
];
/// Programs that read none where their last word is a file, and whose options (but for `-n 3`) hold their arguments.
const OF_FILES: [&[u8]; 9] = [b"cat", b"wc", b"head", b"tail", b"md5sum", b"sha1sum", b"sha256sum", b"file", b"nl"];
/// Programs whose first operand is a pattern or a script, and whose options are letters without arguments.
const OF_PATTERNS: [&[u8]; 4] = [b"grep", b"egrep", b"fgrep", b"sed"];
/// Commands of git that read none, but for options that ask.
const OF_GIT: [&[u8]; 4] = [b"diff", b"log", b"show", b"blame"];
/// Letters of `rg` without arguments.
const LETTERS_OF_RG: &[u8] = b"qnilcHwxFPosvNSUI";
/// Letters of those.
const PLAIN_LETTERS: &[u8] = b"qnilLcHhwxEFPorsvz";
/// How deep commands may stand inside each other here.
const MAX_DEPTH: u32 = 16;

/// What a loop's condition gives a variable.
pub(super) struct Heard {
    pub(super) variable: Bytes,
    pub(super) name: Value,
}

/// Whether an element of a pipeline is a loop that could read names.
pub(super) fn is_loop(tree: &Tree, element: NodeId) -> bool {
    matches!(
        tree.get(element).map(|located| &located.node),
        Some(Node::While { until: false, redirections, .. }) if redirections.is_empty()
    )
}

impl Fold<'_> {
    /// The names that a loop reads from `< <(find . -name '*.c')`, where that is its only redirection.
    pub(super) fn names_read(
        &self,
        at: At<'_>,
        node: &Node,
        state: &State,
        analysis: &Analysis<'_>,
    ) -> Option<FoundNames> {
        let Node::While { redirections, .. } = node else { return None };
        let [one] = redirections.as_slice() else { return None };
        let [Part::Process { body: Some(body), reads: true }] = one.target.parts.as_slice() else { return None };
        let is_input = one.kind == RedirectionKind::Read && one.descriptor.is_none();
        if is_input { self.names_printed(at, *body, state, analysis) } else { None }
    }

    /// The variable and what is known of the names, for a loop with this condition and body.
    pub(super) fn heard(
        &self,
        at: At<'_>,
        condition: NodeId,
        body: NodeId,
        span: Span,
        state: &State,
        analysis: &mut Analysis<'_>,
    ) -> Option<Heard> {
        let Stdin::Names(names) = at.stdin else { return None };
        // Without both a file may be called `-`, which programs take for standard input.
        let nameless =
            |name: &Value| matches!(name, Value::Below { dir, suffix } if dir.is_empty() && suffix.is_empty());
        let name = names.each().filter(|name| !nameless(name))?;
        let tree = self.scripts.get(at.script)?.tree.clone();
        let Node::Simple(simple) = &tree.get(condition)?.node else { return None };
        let variable = listened(simple, names.nul)?;
        if self.is_replaced(b"read", state)
            || state.is_touched(b"IFS")
            || !self.is_deaf(&tree, body, &In { state, variable }, 0)
        {
            return None;
        }
        // A name that ends a line early, or loses blanks or a backslash, is another one.
        let whole = !names.cut || self.are_words(names, state, span, analysis);
        whole.then(|| Heard { variable: variable.into(), name })
    }

    /// Whether nothing that a node runs reads the standard input of the shell.
    fn is_deaf(&self, tree: &Tree, node: NodeId, within: &In<'_>, depth: u32) -> bool {
        let Some(located) = tree.get(node).filter(|_| depth < MAX_DEPTH) else { return false };
        let deaf = |node: NodeId| self.is_deaf(tree, node, within, depth + 1);
        let words = |words: &[Word]| words.iter().all(|word| self.is_deaf_word(tree, &word.parts, within, depth));
        let targets = |all: &[Redirection]| all.iter().all(|one| words(core::slice::from_ref(&one.target)));
        if !targets(located.node.redirections()) {
            return false;
        }
        match &located.node {
            Node::Simple(simple) => {
                let values = simple.assignments.iter().all(|one| match &one.value {
                    AssignedValue::Scalar(word) => one.subscript.is_none() && words(core::slice::from_ref(word)),
                    AssignedValue::Array(_) => false,
                });
                let deaf = match self.named(simple, within.state) {
                    Some((name, rest)) => is_deaf_command(name, rest, &simple.redirections, within.variable),
                    None => simple.words.is_empty(),
                };
                deaf && values && simple.arrays.is_empty() && words(&simple.words)
            }
            // All others read what the one before them writes.
            Node::Pipeline(pipeline) => pipeline.elements.first().is_some_and(|first| deaf(*first)),
            Node::List(items) => items.iter().all(|item| deaf(item.node)),
            Node::Subshell { body, .. } | Node::Group { body, .. } => deaf(*body),
            Node::If { arms, otherwise, .. } => {
                arms.iter().all(|(condition, body)| deaf(*condition) && deaf(*body)) && otherwise.is_none_or(deaf)
            }
            Node::Condition { operands, .. } => words(operands),
            Node::Case { word, arms, .. } => {
                let arm = |(patterns, body): &(Vec<Word>, Option<NodeId>)| words(patterns) && body.is_none_or(deaf);
                words(core::slice::from_ref(word)) && arms.iter().all(arm)
            }
            _ => false,
        }
    }

    fn is_deaf_word(&self, tree: &Tree, parts: &[Part], within: &In<'_>, depth: u32) -> bool {
        parts.iter().all(|part| match part {
            // The input has names of its own: `/dev/stdin`, `/proc/self/fd/0`.
            Part::Text { bytes, .. } => {
                **bytes == *b"/dev/null" || ![&b"/dev"[..], b"/proc"].iter().any(|place| holds(bytes, place))
            }
            Part::Tilde(_) | Part::Glob(_) | Part::Sequence(_) => true,
            Part::Arithmetic { expression, .. } => {
                depth < MAX_DEPTH && self.is_deaf_word(tree, &expression.parts, within, depth + 1)
            }
            Part::Parameter(one) => {
                let operands = one.operation.iter().flat_map(|operation| &operation.operands);
                one.subscript.is_none()
                    && !one.indirect
                    && depth < MAX_DEPTH
                    && operands.into_iter().all(|word| self.is_deaf_word(tree, &word.parts, within, depth + 1))
            }
            Part::Command { body, .. } => body.is_none_or(|body| self.is_deaf(tree, body, within, depth + 1)),
            _ => false,
        })
    }

    /// The command's name and its other words, where the name means what it says.
    fn named<'t>(&self, simple: &'t Simple, state: &State) -> Option<(&'t [u8], &'t [Word])> {
        let (program, words) = simple.words.split_first()?;
        Some((plain(program).filter(|name| !self.is_replaced(name, state))?, words))
    }
}

/// Whether a command reads nothing from the input of the shell, whatever stands in its words.
fn is_deaf_command(name: &[u8], words: &[Word], redirections: &[Redirection], variable: &[u8]) -> bool {
    let input = |one: &Redirection| {
        use RedirectionKind as K;
        one.descriptor.is_none() && matches!(one.kind, K::Read | K::HereDocument | K::HereString)
    };
    let options = || words.iter().filter_map(plain).filter(|text| text.starts_with(b"-"));
    if DEAF.contains(&name) {
        // `-i` asks, and reads the answer.
        return !options().any(|option| option.iter().any(|b| matches!(b, b'i' | b'I')));
    }
    // What a variable names could be the input itself.
    let text = |one: &Redirection| !matches!(one.kind, RedirectionKind::Read) || plain(&one.target).is_some();
    if redirections.iter().any(input) {
        return name != b"read" && redirections.iter().all(text);
    }
    // The last word is a file: the loop's variable is in it, so it is neither nothing nor `-`.
    let Some((last, before)) = words.split_last() else { return false };
    let file = is_of(last, variable);
    let number = |text: &[u8]| text.iter().all(u8::is_ascii_digit);
    let letters = |text: &[u8], all: &[u8]| {
        text.strip_prefix(b"-").is_some_and(|l| !l.is_empty() && l.iter().all(|b| all.contains(b)))
    };
    if name == b"git" {
        // A lone dash, or a word that asks for it, is standard input; an abbreviation asks, too.
        let asks = |text: &[u8]| text == b"-" || text.ends_with(b"=-") || text.starts_with(b"--std");
        let own = |word: &Word| plain(word).map_or_else(|| is_of(word, variable), |text| !asks(text));
        let quiet = words.first().and_then(plain).is_some_and(|first| OF_GIT.contains(&first));
        return quiet && words.iter().all(own);
    }
    if OF_FILES.contains(&name) {
        return file
            && before
                .iter()
                .all(|word| plain(word).is_some_and(|text| number(text) || letters(text, b"nclmwqv0123456789")))
            && before
                .last()
                .and_then(plain)
                .is_none_or(|text| !matches!(text, b"-n" | b"-c") || name == b"cat" || name == b"wc");
    }
    let around =
        |text: &[u8]| matches!(text, [b'-', b'A' | b'B' | b'C', rest @ ..] if !rest.is_empty() && number(rest));
    if OF_PATTERNS.contains(&name) || name == b"rg" {
        let all = if name == b"rg" { LETTERS_OF_RG } else { PLAIN_LETTERS };
        let (flags, operands): (Vec<&Word>, Vec<&Word>) =
            before.iter().partition(|word| plain(word).is_some_and(|text| text.starts_with(b"-")));
        let known = flags
            .iter()
            .all(|word| plain(word).is_some_and(|text| letters(text, all) || name != b"sed" && around(text)));
        return file && known && operands.len() == 1 && operands.iter().all(|word| plain(word).is_some());
    }
    false
}

/// Whether a word has the variable in it, as it is.
fn is_of(word: &Word, variable: &[u8]) -> bool {
    let own = |part: &Part| matches!(part, Part::Parameter(one) if *one.name == *variable && one.operation.is_none());
    word.parts.iter().any(own)
}

/// Where a loop's body stands.
struct In<'a> {
    state: &'a State,
    variable: &'a [u8],
}

/// The variable of `read`, `IFS= read -r` and, of names that end in a NUL, `read -r -d ''`.
fn listened(simple: &Simple, nul: bool) -> Option<&[u8]> {
    let empty =
        |word: &Word| word.parts.iter().all(|part| matches!(part, Part::Text { bytes, .. } if bytes.is_empty()));
    let plain_ifs = simple.assignments.iter().all(|one| {
        one.name == b"IFS" && !one.append && matches!(&one.value, AssignedValue::Scalar(word) if empty(word))
    });
    let (program, words) = simple.words.split_first()?;
    if !plain_ifs || !simple.redirections.is_empty() || plain(program) != Some(b"read") {
        return None;
    }
    let (variable, options) = words.split_last()?;
    let fits = match options {
        [] => !nul,
        [raw] => !nul && plain(raw) == Some(b"-r"),
        [raw, delimiter, end] => nul && plain(raw) == Some(b"-r") && plain(delimiter) == Some(b"-d") && empty(end),
        [delimiter, end] => nul && matches!(plain(delimiter), Some(b"-rd")) && empty(end),
        _ => false,
    };
    // Names in capitals are those of the shell and of programs.
    let own = |name: &&[u8]| {
        name.iter().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || *b == b'_')
            && !name.is_empty()
            && !name.first().is_some_and(u8::is_ascii_digit)
    };
    plain(variable).filter(own).filter(|_| fits)
}

fn holds(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}

fn plain(word: &Word) -> Option<&[u8]> {
    match word.parts.as_slice() {
        [Part::Text { bytes, .. }] => Some(bytes),
        _ => None,
    }
}
