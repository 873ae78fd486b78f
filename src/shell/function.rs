//! Function definitions and co-processes.

use super::{
    cursor::{begins_name, continues_name},
    dialect::{Construct, Dialect},
    parser::{Parser, Read, refuse},
    tree::{Node, NodeId, Part, Word},
};
use alloc::vec::Vec;

impl Parser<'_, '_, '_> {
    /// `function name [()] body`
    pub(super) fn function_keyword(&mut self) -> Read<NodeId> {
        let start = self.pos;
        self.take_operator(8);
        self.blanks();
        let name = self.needed_word()?;
        let Some(name) = literal(&name) else {
            return refuse("function-name", "the name of this function is not plain text");
        };
        self.blanks();
        if self.peek() == Some(b'(') && self.empty_parentheses() {
            self.take_operator(1);
            self.blanks();
            self.take_operator(1);
        } else {
            // without the keyword, a body on the lines after runs at once
            self.has(Construct::FunctionKeyword);
        }
        self.function_body(name, start)
    }

    /// `name () body`, from the opening parenthesis on.
    pub(super) fn function_after_name(&mut self, name: Vec<u8>, start: usize) -> Read<NodeId> {
        self.take_operator(1);
        self.expect_close()?;
        self.function_body(name, start)
    }

    fn function_body(&mut self, name: Vec<u8>, start: usize) -> Read<NodeId> {
        self.newlines()?;
        match self.compound()? {
            Some(body) => self.node(Node::Function { name, body }, start),
            // to dash any command is a body
            None if self.core.dialect == Dialect::Dash => {
                let body = self.nested(Self::command)?;
                self.node(Node::Function { name, body }, start)
            }
            None => refuse("unexpected-token", "bash refuses this function: its body is not a compound command"),
        }
    }

    /// Whether `()` stands here, with blanks between or not, so that it is not a subshell as the body.
    pub(super) fn empty_parentheses(&mut self) -> bool {
        let mut ahead = 1;
        while matches!(self.peek_ahead(ahead), Some(b' ' | b'\t')) && ahead < 64 {
            ahead += 1;
        }
        self.peek_ahead(ahead) == Some(b')')
    }

    /// `coproc [NAME] command`
    pub(super) fn coproc(&mut self) -> Read<NodeId> {
        self.nested(|this| {
            let start = this.pos;
            this.take_operator(6);
            this.blanks();
            this.has(Construct::Coproc);
            let name = if this.at_compound() { None } else { this.coproc_name()? };
            if name.is_some() {
                // zsh runs the name
                this.differs("coproc", start);
            }
            let body = match this.compound()? {
                Some(body) => body,
                None if this.reserved().is_some() => {
                    return refuse("unexpected-token", "bash refuses this line: a reserved word stands after `coproc`");
                }
                None => this.simple()?,
            };
            this.node(Node::Coproc { name, body }, start)
        })
    }

    /// The name before a compound command; where a simple command stands, it has no name and nothing is taken.
    fn coproc_name(&mut self) -> Read<Option<Vec<u8>>> {
        let start = self.pos;
        let mut name = Vec::new();
        if self.peek().is_some_and(begins_name) {
            while let Some(byte) = self.peek().filter(|byte| continues_name(*byte)) {
                name.push(byte);
                self.advance(1);
            }
        }
        let ended = matches!(self.peek(), Some(b' ' | b'\t'));
        self.cover(start);
        self.blanks();
        if ended && !name.is_empty() && self.at_compound() {
            return Ok(Some(name));
        }
        self.core.tick(self.pos - start)?;
        self.pos = start;
        Ok(None)
    }
}

/// The text of a word without expansions, quotes removed.
pub(super) fn literal(word: &Word) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    for part in &word.parts {
        let Part::Text { bytes: text, .. } = part else { return None };
        bytes.extend_from_slice(text);
    }
    Some(bytes)
}
