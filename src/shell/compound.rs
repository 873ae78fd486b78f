//! Compound commands: everything that begins with a reserved word or a parenthesis.

use super::{
    cursor::begins_name,
    dialect::Construct,
    parser::{Parser, Read, refuse},
    tree::{Node, NodeId, Redirection, Word},
};
use alloc::{vec, vec::Vec};

/// Reserved words that end a list inside a construct.
pub(super) const CLOSERS: &[&[u8]] = &[b"}", b"then", b"elif", b"else", b"fi", b"do", b"done", b"esac"];

/// Reserved words that begin a compound command.
const OPENERS: &[&[u8]] = &[b"{", b"[[", b"if", b"for", b"while", b"until", b"case", b"select"];

impl Parser<'_, '_, '_> {
    /// One element of a pipeline.
    pub(super) fn command(&mut self) -> Read<NodeId> {
        self.blanks();
        if let Some(node) = self.compound()? {
            return Ok(node);
        }
        match self.reserved() {
            Some(b"function") => self.function_keyword(),
            Some(b"coproc") => self.coproc(),
            // after a bar, `time` is a program to bash
            Some(b"in" | b"]]" | b"time") | None => self.simple(),
            Some(_) => refuse("unexpected-token", "bash refuses this line: a reserved word stands where none can"),
        }
    }

    /// Whether a compound command begins here.
    pub(super) fn at_compound(&mut self) -> bool {
        self.peek() == Some(b'(') || self.reserved().is_some_and(|word| OPENERS.contains(&word))
    }

    /// A compound command with its redirections; `None` where none begins.
    pub(super) fn compound(&mut self) -> Read<Option<NodeId>> {
        if !self.at_compound() {
            return Ok(None);
        }
        self.nested(|this| {
            let start = this.pos;
            let mut node = match this.reserved() {
                Some(b"{") => this.group()?,
                Some(b"[[") => this.condition()?,
                Some(b"if") => this.if_clause()?,
                Some(b"for") => this.for_loop()?,
                Some(b"select") => this.select_loop()?,
                Some(b"case") => this.case_clause()?,
                Some(word) => this.while_loop(word)?,
                None => this.parenthesis()?,
            };
            let redirections = this.redirections()?;
            if let Some(list) = super::parser::redirection_list(&mut node) {
                *list = redirections;
            } else if !redirections.is_empty() {
                return refuse("double-parenthesis", "redirections of text that is not read");
            }
            this.node(node, start).map(Some)
        })
    }

    /// Redirections after a compound command.
    fn redirections(&mut self) -> Read<Vec<Redirection>> {
        let mut list = Vec::new();
        loop {
            self.blanks();
            match self.redirection()? {
                Some(redirection) => list.push(redirection),
                None => return Ok(list),
            }
        }
    }

    /// Takes the reserved word that a construct needs here.
    pub(super) fn expect(&mut self, word: &[u8]) -> Read<()> {
        self.blanks();
        if self.eat_reserved(word) {
            return Ok(());
        }
        refuse("unexpected-token", "bash refuses this line: a construct is not closed as it must be")
    }

    /// Takes the closing parenthesis that a construct needs here.
    pub(super) fn expect_close(&mut self) -> Read<()> {
        self.blanks();
        if self.peek() != Some(b')') {
            return refuse("unexpected-token", "bash refuses this line: a parenthesis is not closed");
        }
        self.take_operator(1);
        Ok(())
    }

    fn group(&mut self) -> Read<Node> {
        self.take_operator(1);
        let body = self.body()?;
        self.expect(b"}")?;
        Ok(Node::Group { body, redirections: Vec::new() })
    }

    /// `( list )`, after it is certain that it is not `(( expression ))`.
    pub(super) fn subshell(&mut self) -> Read<Node> {
        self.take_operator(1);
        let body = self.body()?;
        self.expect_close()?;
        Ok(Node::Subshell { body, redirections: Vec::new() })
    }

    fn if_clause(&mut self) -> Read<Node> {
        self.take_operator(2);
        let mut arms = Vec::new();
        let mut otherwise = None;
        loop {
            let condition = self.body()?;
            self.expect(b"then")?;
            arms.push((condition, self.body()?));
            self.blanks();
            if self.eat_reserved(b"elif") {
                continue;
            }
            if self.eat_reserved(b"else") {
                otherwise = Some(self.body()?);
            }
            self.expect(b"fi")?;
            return Ok(Node::If { arms, otherwise, redirections: Vec::new() });
        }
    }

    fn while_loop(&mut self, word: &[u8]) -> Read<Node> {
        self.take_operator(word.len());
        let condition = self.body()?;
        let body = self.do_group()?;
        Ok(Node::While { until: word == b"until", condition, body, redirections: Vec::new() })
    }

    /// `do list done`
    fn do_group(&mut self) -> Read<NodeId> {
        self.expect(b"do")?;
        let body = self.body()?;
        self.expect(b"done")?;
        Ok(body)
    }

    /// `do list done` or `{ list }`, after an optional `;` and newlines.
    fn loop_body(&mut self) -> Read<NodeId> {
        self.blanks();
        if self.peek() == Some(b';') {
            self.take_operator(1);
        }
        self.newlines()?;
        if self.eat_reserved(b"{") {
            let body = self.body()?;
            self.expect(b"}")?;
            return Ok(body);
        }
        self.do_group()
    }

    fn for_loop(&mut self) -> Read<Node> {
        self.take_operator(3);
        self.blanks();
        if self.peek() == Some(b'(') && self.peek_ahead(1) == Some(b'(') {
            self.refused_by_dash()?;
            return self.for_arithmetic();
        }
        self.each_loop(false)
    }

    fn select_loop(&mut self) -> Read<Node> {
        self.has(Construct::Select);
        self.take_operator(6);
        self.blanks();
        self.each_loop(true)
    }

    /// `name [in words] body`
    fn each_loop(&mut self, chosen: bool) -> Read<Node> {
        let name = self.name()?;
        self.blanks();
        if !matches!(self.peek(), Some(b';' | b'\n' | b'{' | b'd' | b'i')) {
            return refuse("unexpected-token", "bash refuses this loop: its variable is not a name");
        }
        let semicolon = self.peek() == Some(b';');
        if !semicolon {
            self.newlines()?;
        }
        let words = if !semicolon && self.eat_reserved(b"in") { Some(self.loop_words()?) } else { None };
        let body = self.loop_body()?;
        Ok(Node::For { name, chosen, words, body, redirections: Vec::new() })
    }

    fn loop_words(&mut self) -> Read<Vec<Word>> {
        let mut words = Vec::new();
        loop {
            self.blanks();
            match self.peek() {
                Some(b';' | b'\n') => return Ok(words),
                _ => words.push(self.needed_word()?),
            }
        }
    }

    fn for_arithmetic(&mut self) -> Read<Node> {
        let start = self.pos;
        let expressions = self.arithmetic_for_head(start)?;
        let body = self.loop_body()?;
        Ok(Node::ForArithmetic { expressions, body, redirections: Vec::new() })
    }

    fn case_clause(&mut self) -> Read<Node> {
        self.take_operator(4);
        self.blanks();
        let word = self.pattern_word()?;
        self.newlines()?;
        self.expect(b"in")?;
        let mut arms = Vec::new();
        loop {
            self.newlines()?;
            if self.eat_reserved(b"esac") {
                return Ok(Node::Case { word, arms, redirections: Vec::new() });
            }
            if self.peek() == Some(b'(') {
                self.take_operator(1);
                self.blanks();
            }
            let mut patterns = vec![self.pattern_word()?];
            self.blanks();
            while self.peek() == Some(b'|') {
                self.take_operator(1);
                self.blanks();
                patterns.push(self.pattern_word()?);
                self.blanks();
            }
            self.expect_close()?;
            let body = self.list()?;
            arms.push((patterns, body));
            self.blanks();
            match (self.peek(), self.peek_ahead(1), self.peek_ahead(2)) {
                (Some(b';'), Some(b';'), Some(b'&')) => self.take_operator(3),
                (Some(b';'), Some(b';' | b'&'), _) => self.take_operator(2),
                _ => {
                    self.expect(b"esac")?;
                    return Ok(Node::Case { word, arms, redirections: Vec::new() });
                }
            }
        }
    }

    /// A variable's name as a whole word.
    pub(super) fn name(&mut self) -> Read<Vec<u8>> {
        let start = self.pos;
        let mut name = Vec::new();
        if self.peek().is_some_and(begins_name) {
            while let Some(byte) = self.peek().filter(|byte| super::cursor::continues_name(*byte)) {
                name.push(byte);
                self.advance(1);
            }
        }
        self.cover(start);
        if name.is_empty() || self.peek().is_some_and(|byte| !super::cursor::is_metacharacter(byte)) {
            return refuse("unexpected-token", "bash refuses this line: the name of a variable is missing");
        }
        Ok(name)
    }
}
