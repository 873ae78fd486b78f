//! Tokens as lines of statements, with brackets as groups of items.

use super::tokens::{Kind, Token};
use std::vec::Vec;

/// A piece of a line.
#[derive(Clone, Debug)]
pub(super) enum Node<'t> {
    /// A token that is no bracket.
    Atom(Token<'t>),
    /// What stands in brackets.
    Group(Group<'t>),
}

/// Brackets with what stands in them, set apart by commas.
#[derive(Clone, Debug)]
pub(super) struct Group<'t> {
    pub(super) open: &'t str,
    pub(super) close: &'t str,
    pub(super) items: Vec<Item<'t>>,
    /// A comma stands behind the last item.
    pub(super) ends_with_comma: bool,
    /// Its author broke the line behind the opening bracket.
    pub(super) broken: bool,
    /// Comments in front of the closing bracket.
    pub(super) last: Vec<&'t str>,
}

/// One item of a group.
#[derive(Clone, Debug, Default)]
pub(super) struct Item<'t> {
    /// A blank line stands before it.
    pub(super) blank: bool,
    /// Comments on lines of their own before it.
    pub(super) before: Vec<&'t str>,
    pub(super) nodes: Vec<Node<'t>>,
    /// Comments that stand inside of it or behind it on its line.
    pub(super) behind: Vec<&'t str>,
}

/// One line of a file, however many it was written on.
#[derive(Clone, Debug, Default)]
pub(super) struct Line<'t> {
    /// A blank line stands before it.
    pub(super) blank: bool,
    /// How deep it is indented; of a line that is a comment alone, as far as its neighbours say.
    pub(super) depth: usize,
    pub(super) nodes: Vec<Node<'t>>,
    pub(super) comment: Option<&'t str>,
}

impl Group<'_> {
    /// Whether it holds a comment, or brackets that its author broke, at any depth.
    pub(super) fn is_forced(&self) -> bool {
        let inside = |item: &Item<'_>| {
            !item.before.is_empty() || !item.behind.is_empty() || item.nodes.iter().any(Node::is_forced)
        };
        self.broken || !self.last.is_empty() || self.items.iter().any(inside)
    }
}

impl Node<'_> {
    pub(super) fn is_forced(&self) -> bool {
        matches!(self, Self::Group(group) if group.is_forced())
    }
}

/// The lines of a file; none where brackets do not meet.
pub(super) fn lines<'t>(tokens: &[Token<'t>]) -> Option<Vec<Line<'t>>> {
    let mut reader = Reader { tokens, at: 0 };
    let (mut found, mut widths) = (Vec::new(), Vec::from([0]));
    let (mut blank, mut opens) = (false, false);
    while let Some(first) = reader.peek() {
        if first.kind == Kind::Newline {
            reader.at += 1;
            blank = true;
            continue;
        }
        let mut line = Line { blank: blank && !found.is_empty(), ..Line::default() };
        if first.kind == Kind::Comment {
            reader.at += 1;
            let around = widths.iter().filter(|width| **width <= first.column).count().saturating_sub(1);
            line.depth = if opens { widths.len() } else { around };
            line.comment = Some(first.text);
        } else {
            while widths.len() > 1 && widths.last().is_some_and(|width| *width > first.column) {
                widths.pop();
            }
            if widths.last().is_some_and(|width| *width < first.column) {
                widths.push(first.column);
            }
            line.depth = widths.len() - 1;
            while let Some(token) = reader.peek().filter(|token| token.kind != Kind::Newline) {
                match token.kind {
                    Kind::Comment => {
                        line.comment = Some(token.text);
                        reader.at += 1;
                    }
                    _ => line.nodes.push(reader.node()?),
                }
            }
            opens = matches!(line.nodes.last(), Some(Node::Atom(token)) if token.text == ":");
        }
        // The line's own end.
        reader.at += 1;
        blank = false;
        found.push(line);
    }
    Some(found)
}

struct Reader<'t, 'a> {
    tokens: &'a [Token<'t>],
    at: usize,
}

impl<'t> Reader<'t, '_> {
    fn peek(&self) -> Option<Token<'t>> {
        self.tokens.get(self.at).copied()
    }

    fn node(&mut self) -> Option<Node<'t>> {
        let token = self.peek()?;
        self.at += 1;
        match token.kind {
            Kind::Open => self.group(token).map(Node::Group),
            Kind::Close => None,
            _ => Some(Node::Atom(token)),
        }
    }

    /// What stands behind an opening bracket, up to its end.
    fn group(&mut self, open: Token<'t>) -> Option<Group<'t>> {
        let (mut items, mut item): (Vec<Item<'t>>, Item<'t>) = (Vec::new(), Item::default());
        let broken = self.peek().is_some_and(|token| matches!(token.kind, Kind::Newline | Kind::Comment));
        // Line ends since the last item's comma.
        let mut ends = 0;
        loop {
            let token = self.peek()?;
            match token.kind {
                Kind::Close => {
                    self.at += 1;
                    let ends_with_comma = item.nodes.is_empty() && !items.is_empty();
                    let last = if item.nodes.is_empty() { core::mem::take(&mut item.before) } else { Vec::new() };
                    if !item.nodes.is_empty() {
                        items.push(item);
                    }
                    // Nothing to break.
                    let broken = broken && !items.is_empty();
                    return Some(Group { open: open.text, close: token.text, items, ends_with_comma, broken, last });
                }
                Kind::Newline => {
                    self.at += 1;
                    ends += 1;
                    item.blank |= ends > 1 && item.nodes.is_empty() && item.before.is_empty() && !items.is_empty();
                }
                Kind::Comma => {
                    self.at += 1;
                    items.push(core::mem::take(&mut item));
                    ends = 0;
                }
                Kind::Comment => {
                    self.at += 1;
                    match items.last_mut() {
                        _ if !item.nodes.is_empty() => item.behind.push(token.text),
                        Some(before) if ends == 0 => before.behind.push(token.text),
                        _ => item.before.push(token.text),
                    }
                }
                _ => item.nodes.push(self.node()?),
            }
        }
    }
}
