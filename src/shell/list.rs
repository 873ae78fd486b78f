//! Programs, lists and pipelines. All of them are loops: a million `;` or `&&` in a row use no more stack than one.

use super::{
    compound::CLOSERS,
    dialect::{Construct, Dialect},
    differences,
    parser::{Parser, Read, Stop, redirection_list, refuse},
    tree::{Descriptor, ListItem, Node, NodeId, Operator, Part, Pipeline, Redirection, RedirectionKind, Word},
};
use alloc::vec::Vec;

/// Elements of a list so far, and how the next one hangs on them.
#[derive(Default)]
struct Items {
    list: Vec<ListItem>,
    after: Option<Operator>,
}

impl Parser<'_, '_, '_> {
    /// Reads a whole text, line by line as a shell does: what stands before a line that is refused still runs, so it is kept,
    /// and the refused line with all after it is one unread node.
    pub(super) fn program(mut self) -> Read<Option<NodeId>> {
        let mut items = Items::default();
        let result = self.nested(|this| {
            loop {
                let mut start = this.pos;
                let newlines = this.newlines();
                if newlines.is_ok() {
                    start = this.pos;
                }
                // The bodies of the line before stand in the newlines: what runs in them stays, whatever this line is.
                let mark =
                    (items.list.len(), this.core.nodes.len(), this.core.differences.len(), this.core.bodies.len());
                let comments = this.core.comments.len();
                match newlines.and_then(|()| this.line(&mut items)) {
                    Ok(true) => {}
                    Ok(false) => break,
                    Err(stop @ (Stop::Refused(_) | Stop::Ends)) => {
                        items.list.truncate(mark.0);
                        this.core.nodes.truncate(mark.1);
                        this.core.differences.truncate(mark.2);
                        this.core.bodies.truncate(mark.3);
                        this.core.comments.truncate(comments);
                        this.pending.clear();
                        this.substitutions = 0;
                        this.pos = this.text.len();
                        this.cover(start);
                        if !this.ends_here(&stop) {
                            let node = this.node(Node::Unread(stop.unread()), start)?;
                            items.list.push(ListItem { after: Operator::Always, node, background: false });
                        }
                        break;
                    }
                    Err(stop) => return Err(stop),
                }
            }
            this.close_list(items, 0)
        })?;
        self.here_document_bodies()?;
        self.assert_covered();
        Ok(result)
    }

    /// Whether the shell certainly refuses the text: what bash's grammar has no place for, dash's has none for either.
    fn ends_here(&self, stop: &Stop) -> bool {
        match stop {
            Stop::Ends => true,
            Stop::Refused(unread) => {
                self.core.dialect == Dialect::Dash && matches!(unread.code, "unexpected-token" | "unterminated-quote")
            }
            Stop::Limit(_) => false,
        }
    }

    /// Reads the commands up to the end of a line that ends a command; `false` at the end of the text.
    fn line(&mut self, items: &mut Items) -> Read<bool> {
        if self.peek().is_none() {
            return Ok(false);
        }
        items.after = Some(Operator::Always);
        self.items(items, true)?;
        match self.peek() {
            None | Some(b'\n') => Ok(true),
            Some(_) => refuse("unexpected-token", "bash refuses this line: a token stands where none can"),
        }
    }

    /// Reads a list up to a token that cannot go on with it; `None` for an empty one. The caller looks for its own end.
    pub(super) fn list(&mut self) -> Read<Option<NodeId>> {
        self.nested(|this| {
            let mut items = Items::default();
            this.newlines()?;
            let start = this.pos;
            if !this.at_list_end() {
                items.after = Some(Operator::Always);
                this.items(&mut items, false)?;
            }
            this.close_list(items, start)
        })
    }

    /// A list that must have a command.
    pub(super) fn body(&mut self) -> Read<NodeId> {
        match self.list()? {
            Some(node) => Ok(node),
            None => refuse("unexpected-token", "bash refuses this line: a command is missing"),
        }
    }

    /// Commands and the operators between them.
    fn items(&mut self, items: &mut Items, one_line: bool) -> Read<()> {
        while let Some(after) = items.after.take() {
            let node = self.pipeline()?;
            items.list.push(ListItem { after, node, background: false });
            self.blanks();
            let next = match (self.peek(), self.peek_ahead(1)) {
                (Some(b'&'), Some(b'&')) => Some((Operator::And, 2)),
                (Some(b'|'), Some(b'|')) => Some((Operator::Or, 2)),
                (Some(b'&'), _) => {
                    if let Some(last) = items.list.last_mut() {
                        last.background = true;
                    }
                    Some((Operator::Always, 1))
                }
                (Some(b';'), Some(b';' | b'&')) => None,
                (Some(b';'), _) => Some((Operator::Always, 1)),
                (Some(b'\n'), _) if !one_line => Some((Operator::Always, 0)),
                _ => None,
            };
            let Some((operator, length)) = next else { return Ok(()) };
            let from = self.pos;
            let semicolon = self.peek() == Some(b';');
            self.take_operator(length);
            match operator {
                Operator::Always if one_line => {
                    self.blanks();
                    if matches!(self.peek(), None | Some(b'\n')) {
                        return Ok(());
                    }
                }
                Operator::Always => {
                    self.newlines()?;
                    if self.at_list_end() {
                        return Ok(());
                    }
                }
                Operator::And | Operator::Or => self.newlines()?,
            }
            if semicolon && self.substitutions > 0 && self.began_document {
                self.differs("here-document-semicolon", from);
            }
            items.after = Some(operator);
        }
        Ok(())
    }

    /// Whether what stands here ends a list inside a construct.
    fn at_list_end(&mut self) -> bool {
        match self.peek() {
            None | Some(b')') => true,
            Some(b';') => matches!(self.peek_ahead(1), Some(b';' | b'&')),
            Some(_) => self.reserved().is_some_and(|word| CLOSERS.contains(&word)),
        }
    }

    fn close_list(&mut self, items: Items, start: usize) -> Read<Option<NodeId>> {
        match items.list.as_slice() {
            [] => Ok(None),
            [ListItem { node, background: false, .. }] => Ok(Some(*node)),
            _ => self.node(Node::List(items.list), start).map(Some),
        }
    }

    /// `[time] [!] command | command ...`
    fn pipeline(&mut self) -> Read<NodeId> {
        let start = self.pos;
        let (mut negated, mut timed) = (false, false);
        loop {
            if self.reserved() == Some(b"!") {
                self.refuse_extended_glob_negation()?;
                self.take_operator(1);
                negated = !negated;
            } else if self.eat_reserved(b"time") {
                timed = true;
                self.has(Construct::Time);
                self.time_options();
            } else {
                break;
            }
            self.blanks();
        }
        // Most pipelines are one command.
        let mut elements = Vec::new();
        let only = loop {
            let (from, first) = (self.pos, self.core.nodes.len());
            let element = self.command()?;
            self.blanks();
            if self.peek() != Some(b'|') || self.peek_ahead(1) == Some(b'|') {
                if elements.is_empty() && !negated && !timed {
                    break Some(element);
                }
                elements.push(element);
                if elements.len() > 1 {
                    differences::null_command(self, element, from);
                }
                break None;
            }
            elements.push(element);
            self.take_operator(1);
            differences::piped(self, element, from);
            if self.peek() == Some(b'&') {
                self.refused_by_dash()?;
                self.take_operator(1);
                self.join_standard_error(first)?;
            }
            self.newlines()?;
        };
        match only {
            Some(only) => Ok(only),
            None => self.node(Node::Pipeline(Pipeline { negated, timed, elements }), start),
        }
    }

    /// `-p` and `--` after `time`. Any other option is a command's name.
    fn time_options(&mut self) {
        loop {
            self.blanks();
            let (first, second, third) = (self.peek(), self.peek_ahead(1), self.peek_ahead(2));
            let ends = third.is_none_or(super::cursor::is_metacharacter);
            if first != Some(b'-') {
                return;
            }
            match second {
                Some(b'p') if ends => self.take_operator(2),
                Some(b'-') if ends => {
                    self.take_operator(2);
                    self.blanks();
                    return;
                }
                _ => return,
            }
        }
    }

    /// `!(` negates a subshell, or is a glob where `extglob` is on, which a line before could have done.
    fn refuse_extended_glob_negation(&mut self) -> Read<()> {
        if self.peek_ahead(1) == Some(b'(') {
            let sets_options = [&b"extglob"[..], b"shopt", b"BASHOPTS"].iter().any(|word| {
                self.core.steps += self.text.len();
                self.text.windows(word.len()).any(|window| window == *word)
            });
            self.core.tick(0)?;
            if sets_options {
                return refuse("extended-glob", "`!(` here is a glob or a negated command, by an option of the shell");
            }
        }
        Ok(())
    }

    /// `a |& b` is `a 2>&1 | b`, as the last redirection of `a`. It belongs to the last node, which is the element.
    fn join_standard_error(&mut self, first: usize) -> Read<()> {
        let span = self.span(self.pos);
        if self.core.nodes.len() == first {
            return Ok(());
        }
        match self.core.nodes.last_mut().and_then(|located| redirection_list(&mut located.node)) {
            Some(list) => {
                let parts = Part::Text { bytes: b"1".into(), quoted: false }.into();
                list.push(Redirection {
                    kind: RedirectionKind::DuplicateOutput,
                    descriptor: Some(Descriptor::Number(2)),
                    target: Word { parts, span },
                    span,
                });
                Ok(())
            }
            None => refuse("joined-pipe", "`|&` after this construct is not read"),
        }
    }
}
