//! Assignments before a command word, and array values.

use super::{
    braces::Finish,
    cursor::{begins_name, continues_name, is_metacharacter},
    dialect::{Construct, Dialect},
    parser::{Parser, Read, refuse},
    parts::Parts,
    tree::{AssignedValue, Assignment, Part, Word},
};
use alloc::vec::Vec;

/// What an assignment-looking beginning turned out to be.
pub(super) enum Assigned {
    /// An assignment.
    Variable(Assignment),
    /// A word that begins like an assignment to an array element.
    Word(Word),
    /// An array value as an argument: the word, and what it assigns.
    Array(Word, Assignment),
    /// Nothing like it; nothing was taken.
    Nothing,
}

impl Parser<'_, '_, '_> {
    /// Reads an assignment; as an argument of a declaring builtin, only an array value.
    pub(super) fn assignment(&mut self, argument: bool) -> Read<Assigned> {
        let start = self.pos;
        // Most words have nothing of it.
        let rest = self.text.get(start..).unwrap_or_default();
        let behind = rest.iter().find(|byte| !continues_name(**byte));
        if !matches!(behind, Some(b'=' | b'+' | b'[' | b'\\')) {
            return Ok(Assigned::Nothing);
        }
        let mut name = Vec::new();
        if self.peek().is_some_and(begins_name) {
            while let Some(byte) = self.peek().filter(|byte| continues_name(*byte)) {
                name.push(byte);
                self.advance(1);
            }
        }
        let mut subscript = None;
        if !name.is_empty() && !argument && self.peek() == Some(b'[') && self.core.dialect != Dialect::Dash {
            self.advance(1);
            subscript = Some(self.bracketed(false)?);
        }
        let append = self.peek() == Some(b'+');
        let operator = 1 + usize::from(append);
        let assigns = !name.is_empty() && self.peek_ahead(operator - 1) == Some(b'=');
        let array = assigns && self.peek_ahead(operator) == Some(b'(');
        if let Some(subscript) = subscript {
            self.subscript_differs(&subscript);
            if !assigns {
                return self.subscripted_word(&name, subscript, start).map(Assigned::Word);
            }
            self.take_operator(operator);
            return self.assigned(name, append, Some(subscript), start).map(Assigned::Variable);
        }
        if array {
            self.refused_by_dash()?;
        }
        if !assigns || (argument && !array) || (append && !array && !self.has(Construct::Append)) {
            self.core.tick(self.pos - start)?;
            self.pos = start;
            return Ok(Assigned::Nothing);
        }
        self.take_operator(operator);
        if argument {
            return self.array_argument(name, append, start);
        }
        self.assigned(name, append, None, start).map(Assigned::Variable)
    }

    /// The value of an assignment, after the `=`.
    fn assigned(&mut self, name: Vec<u8>, append: bool, subscript: Option<Word>, start: usize) -> Read<Assignment> {
        let value = if self.peek() == Some(b'(') {
            AssignedValue::Array(self.array()?)
        } else {
            let from = self.pos;
            let parts = self.word_parts()?;
            AssignedValue::Scalar(self.finish_word(parts, from, Finish::VALUE)?)
        };
        self.cover(start);
        Ok(Assignment { name, append, subscript, value, span: self.span(start) })
    }

    /// `( words )`, with `[subscript]=` before a word or not.
    fn array(&mut self) -> Read<Vec<(Option<Word>, Word)>> {
        self.nested(|this| {
            this.take_operator(1);
            let mut elements = Vec::new();
            loop {
                this.newlines()?;
                match this.peek() {
                    None => return refuse("unterminated-quote", "bash refuses this line: an array is not closed"),
                    Some(b')') => {
                        this.take_operator(1);
                        return Ok(elements);
                    }
                    Some(b'[') => elements.push(this.subscripted_element()?),
                    Some(_) => elements.push((None, this.needed_word()?)),
                }
            }
        })
    }

    fn subscripted_element(&mut self) -> Read<(Option<Word>, Word)> {
        let start = self.pos;
        self.advance(1);
        let subscript = self.bracketed(false)?;
        let operator = 1 + usize::from(self.peek() == Some(b'+'));
        if self.peek_ahead(operator - 1) != Some(b'=') {
            return Ok((None, self.subscripted_word(b"", subscript, start)?));
        }
        self.take_operator(operator);
        let from = self.pos;
        let parts = self.word_parts()?;
        self.cover(start);
        Ok((Some(subscript), self.finish_word(parts, from, Finish::VALUE)?))
    }

    /// `name[..]` that is no assignment: a word that goes on.
    fn subscripted_word(&mut self, name: &[u8], subscript: Word, start: usize) -> Read<Word> {
        let mut parts = Parts::default();
        parts.text(name, false);
        parts.text(b"[", false);
        for part in subscript.parts.into_vec() {
            match part {
                Part::Text { bytes, quoted } => parts.text(&bytes, quoted),
                other => parts.push(other),
            }
        }
        parts.text(b"]", false);
        self.more_parts(&mut parts)?;
        self.finish_argument(parts, start)
    }

    /// `name=(...)` after a declaring builtin: one word to bash, so one word here, its parentheses and blanks quoted.
    fn array_argument(&mut self, name: Vec<u8>, append: bool, start: usize) -> Read<Assigned> {
        let mut parts = Parts::default();
        parts.text(&name, true);
        parts.text(if append { b"+=(" } else { b"=(" }, true);
        let elements = self.array()?;
        for (index, (subscript, element)) in elements.iter().cloned().enumerate() {
            if index > 0 {
                parts.text(b" ", true);
            }
            if let Some(subscript) = subscript {
                parts.text(b"[", true);
                parts.list.extend(subscript.parts.into_vec());
                parts.text(b"]=", true);
            }
            parts.list.extend(element.parts.into_vec());
        }
        parts.text(b")", true);
        self.cover(start);
        let word = self.finish_word(parts, start, Finish::PLAIN)?;
        let span = self.span(start);
        let value = AssignedValue::Array(elements);
        Ok(Assigned::Array(word, Assignment { name, append, subscript: None, value, span }))
    }

    /// bash reads everything to the closing bracket; to dash a blank or an operator in it ends a word.
    fn subscript_differs(&mut self, subscript: &Word) {
        let splits = |part: &Part| matches!(part, Part::Text { bytes, quoted: false } if bytes.iter().any(|byte| is_metacharacter(*byte)));
        if subscript.parts.iter().any(splits) {
            self.has(Construct::Subscripts);
        }
    }
}
