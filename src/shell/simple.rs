//! Simple commands.

use super::{
    assignment::Assigned,
    differences::{self, Equals},
    parser::{Parser, Read, refuse},
    tree::{Node, NodeId, Simple},
};

/// Builtins whose arguments may be array assignments, which the grammar has to know.
const DECLARING: &[&[u8]] = &[b"declare", b"typeset", b"local", b"export", b"readonly", b"alias", b"eval", b"let"];

impl Parser<'_, '_, '_> {
    /// Assignments, words and redirections in any order; or the definition of a function.
    pub(super) fn simple(&mut self) -> Read<NodeId> {
        let start = self.pos;
        let mut simple = Simple::default();
        let mut first_word = None;
        let (mut declares, mut prefix, mut values) = (false, false, false);
        loop {
            self.blanks();
            if let Some(redirection) = self.redirection()? {
                simple.redirections.push(redirection);
                continue;
            }
            match self.peek() {
                None | Some(b'\n' | b';' | b'|' | b'&' | b')') => break,
                Some(b'(') => {
                    let alone =
                        simple.assignments.is_empty() && simple.redirections.is_empty() && simple.words.len() == 1;
                    return match first_word {
                        Some(name) if alone => self.function_after_name(name, start),
                        _ => refuse("unexpected-token", "bash refuses this line: a parenthesis stands where none can"),
                    };
                }
                Some(_) => {}
            }
            if simple.words.is_empty() || declares {
                match self.assignment(!simple.words.is_empty())? {
                    Assigned::Variable(assignment) => {
                        simple.assignments.push(assignment);
                        continue;
                    }
                    Assigned::Word(word) => {
                        simple.words.push(word);
                        continue;
                    }
                    Assigned::Array(word, assignment) => {
                        simple.words.push(word);
                        simple.arrays.push(assignment);
                        continue;
                    }
                    Assigned::Nothing => {}
                }
            }
            let from = self.pos;
            if let Some(word) = self.plain_word()? {
                if values {
                    differences::equals(self, &word.parts, Equals::Argument, from);
                }
                if simple.words.is_empty() {
                    let name = self.text.get(from..self.pos).unwrap_or_default();
                    (declares, prefix) = (DECLARING.contains(&name), differences::is_zsh_prefix(name));
                    values = differences::may_take_values(Some(name));
                    first_word = self.parenthesis_follows().then(|| name.to_vec());
                }
                simple.words.push(word);
                continue;
            }
            let parts = self.word_parts()?;
            if values {
                differences::equals(self, &parts.list, Equals::Argument, from);
            }
            if simple.words.is_empty() {
                values = differences::may_take_values(parts.plain());
            }
            if simple.words.is_empty()
                && let Some(name) = parts.plain()
            {
                (declares, prefix) = (DECLARING.contains(&name), differences::is_zsh_prefix(name));
                first_word = self.parenthesis_follows().then(|| name.to_vec());
            }
            if parts.list.is_empty() {
                return refuse("unexpected-token", "bash refuses this line: a token stands where none can");
            }
            let word = self.finish_argument(parts, from)?;
            simple.words.push(word);
        }
        if simple.words.is_empty() && simple.assignments.is_empty() && simple.redirections.is_empty() {
            return refuse("unexpected-token", "bash refuses this line: a command is missing");
        }
        if prefix {
            self.differs("zsh-prefix", start);
        }
        self.node(Node::Simple(simple), start)
    }

    /// Whether a parenthesis is the next thing on this line.
    fn parenthesis_follows(&self) -> bool {
        let rest = self.text.get(self.pos..).unwrap_or_default();
        // A backslash joins the next line; anything else that it could quote is no parenthesis here.
        rest.iter().find(|byte| !matches!(byte, b' ' | b'\t' | b'\\' | b'\n')) == Some(&b'(')
    }
}
