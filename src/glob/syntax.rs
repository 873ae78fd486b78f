//! Reads the text of a glob: the syntax of the `globset` crate with a literal separator and backslash escapes.
//!
//! Where `globset` has a peculiarity it is kept, because administrators write globs for both: an alternative that is empty does
//! not count (`a{,b}` is `ab` only), `a/**` does not match `a`, and a class works on bytes, so letters outside ASCII do not
//! work in one. `tests` holds this file against `globset` itself.

use super::{
    bytes::{ByteSet, Test},
    error::GlobError,
    nfa::Re,
};
use alloc::{format, vec, vec::Vec};

/// The longest text of a glob, in bytes.
pub(super) const MAX_TEXT: usize = 4096;
/// How deep braces may nest.
const MAX_NESTING: usize = 32;

#[derive(Debug)]
enum Token {
    One(Test),
    /// `*`: anything without `/`.
    Star,
    /// `**/` at the beginning, or `**` alone: nothing, or anything up to a `/`.
    Leading,
    /// `/**` at the end: everything below, but not the directory itself.
    Trailing,
    /// `/**/` in the middle: any number of directories, also none.
    Between,
    Group(Vec<Vec<Token>>),
}

/// The expression of a glob's text.
pub(super) fn parse(text: &str) -> Result<Re, GlobError> {
    if text.len() > MAX_TEXT {
        return Err(GlobError::new(MAX_TEXT, format!("a glob may have at most {MAX_TEXT} bytes")));
    }
    let mut parser = Parser { text, at: 0, groups: Vec::new(), branch: Vec::new() };
    parser.run()?;
    Ok(match parser.branch.as_slice() {
        // Alone, `**` is simply everything.
        [Token::Leading] => Re::Many(Test::Any),
        tokens => lower(tokens),
    })
}

/// An open brace: where it stands, the alternatives that are complete, and what came before it.
struct Group {
    at: usize,
    done: Vec<Vec<Token>>,
    before: Vec<Token>,
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    groups: Vec<Group>,
    /// The alternative that is being read, or the whole glob outside braces.
    branch: Vec<Token>,
}

impl Parser<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        Some(c)
    }

    fn literal(&mut self, c: char) {
        let mut buffer = [0; 4];
        self.branch.extend(c.encode_utf8(&mut buffer).bytes().map(|b| Token::One(Test::Byte(b))));
    }

    fn run(&mut self) -> Result<(), GlobError> {
        let mut before = None;
        loop {
            let at = self.at;
            let Some(c) = self.next() else { break };
            match c {
                '?' => self.branch.push(Token::One(Test::NotSlash)),
                '*' if self.peek() == Some('*') => {
                    self.next();
                    self.double_star(before);
                }
                '*' => self.branch.push(Token::Star),
                '[' => self.class(at)?,
                '{' => self.open(at)?,
                '}' => self.close(at)?,
                ',' => match self.groups.last_mut() {
                    Some(group) => group.done.push(core::mem::take(&mut self.branch)),
                    None => self.literal(','),
                },
                '\\' => match self.next() {
                    Some(quoted) => self.literal(quoted),
                    None => {
                        return Err(GlobError::new(at, "nothing follows the `\\` at the end")
                            .help("write `\\\\` for a backslash itself"));
                    }
                },
                plain => self.literal(plain),
            }
            before = self.text.get(..self.at).and_then(|read| read.chars().next_back());
        }
        match self.groups.last() {
            Some(group) => Err(GlobError::new(group.at, "this `{` has no `}`").help("write `[{]` for a brace itself")),
            None => Ok(()),
        }
    }

    fn open(&mut self, at: usize) -> Result<(), GlobError> {
        if self.groups.len() == MAX_NESTING {
            return Err(GlobError::new(at, format!("braces may nest {MAX_NESTING} deep at most")));
        }
        self.groups.push(Group { at, done: Vec::new(), before: core::mem::take(&mut self.branch) });
        Ok(())
    }

    fn close(&mut self, at: usize) -> Result<(), GlobError> {
        let Some(mut group) = self.groups.pop() else {
            return Err(GlobError::new(at, "this `}` has no `{`").help("write `[}]` for a brace itself"));
        };
        group.done.push(core::mem::take(&mut self.branch));
        self.branch = group.before;
        self.branch.push(Token::Group(group.done));
        Ok(())
    }

    /// After `**`: special only as a whole component; `before` is the character in front of it.
    fn double_star(&mut self, before: Option<char>) {
        let inside = !self.groups.is_empty();
        let next = self.peek();
        if self.branch.is_empty() {
            if matches!(next, None | Some('/')) {
                self.next();
                self.branch.push(Token::Leading);
                return;
            }
        } else if before == Some('/') || inside && matches!(before, Some(',' | '{')) {
            // (With a comma or brace in front of it this is an escaped one; `globset` takes it for the separator.)
            let trailing = next.is_none() || inside && matches!(next, Some(',' | '}'));
            if trailing || next == Some('/') {
                if !trailing {
                    self.next();
                }
                // The separator in front belongs to the component, as do directories that are skipped already.
                let new = match self.branch.pop() {
                    Some(Token::Leading) => Token::Leading,
                    Some(Token::Trailing) => Token::Trailing,
                    _ if trailing => Token::Trailing,
                    _ => Token::Between,
                };
                self.branch.push(new);
                return;
            }
        }
        self.branch.push(Token::Star);
        self.branch.push(Token::Star);
    }

    /// After the `[` at `open`.
    fn class(&mut self, open: usize) -> Result<(), GlobError> {
        let negated = matches!(self.peek(), Some('!' | '^'));
        if negated {
            self.next();
        }
        let mut ranges: Vec<(char, char)> = Vec::new();
        let mut range_open = false;
        loop {
            let at = self.at;
            let Some(c) = self.next() else {
                return Err(GlobError::new(open, "this `[` has no `]`").help("write `[[]` for a bracket itself"));
            };
            match (c, ranges.last_mut()) {
                (']', Some(_)) => break,
                ('-', Some(_)) if !range_open => range_open = true,
                (to, Some(last)) if range_open => {
                    if to < last.0 {
                        let from = last.0;
                        return Err(GlobError::new(at, format!("the range `{from}-{to}` runs backwards"))
                            .help(format!("write `{to}-{from}`")));
                    }
                    last.1 = to;
                    range_open = false;
                }
                (one, _) => ranges.push((one, one)),
            }
        }
        if range_open {
            ranges.push(('-', '-'));
        }
        self.branch.push(Token::One(Test::Class { set: class_bytes(&ranges), negated }));
        Ok(())
    }
}

/// The bytes of a class. A character of several bytes adds each of them, and a range runs from the last byte of its first
/// character to the first byte of its last one: that is what `globset` compiles it to.
fn class_bytes(ranges: &[(char, char)]) -> ByteSet {
    let mut set = ByteSet::EMPTY;
    for (from, to) in ranges {
        let (mut low, mut high) = ([0; 4], [0; 4]);
        let (low, high) = (from.encode_utf8(&mut low).as_bytes(), to.encode_utf8(&mut high).as_bytes());
        low.iter().chain(high).for_each(|b| set.insert(*b));
        if let (true, Some(low), Some(high)) = (from != to, low.last(), high.first()) {
            set.insert_range(*low, *high);
        }
    }
    set
}

/// Whether nothing at all is written in it, so that as an alternative it does not count.
fn is_blank(tokens: &[Token]) -> bool {
    tokens.iter().all(|token| matches!(token, Token::Group(branches) if branches.iter().all(|b| is_blank(b))))
}

fn lower(tokens: &[Token]) -> Re {
    let slash = || Re::One(Test::Byte(b'/'));
    let to_slash = || Re::Seq(vec![Re::Many(Test::Any), slash()]);
    let mut parts: Vec<Re> = Vec::with_capacity(tokens.len());
    for token in tokens {
        parts.push(match token {
            Token::One(test) => Re::One(*test),
            // Two in a row are as good as one.
            Token::Star if matches!(parts.last(), Some(Re::Many(Test::NotSlash))) => continue,
            Token::Star => Re::Many(Test::NotSlash),
            Token::Leading => Re::Alt(vec![Re::EMPTY, to_slash()]),
            Token::Trailing => Re::Seq(vec![slash(), Re::Many(Test::Any)]),
            Token::Between => Re::Seq(vec![slash(), Re::Alt(vec![Re::EMPTY, to_slash()])]),
            Token::Group(branches) => {
                let alternatives: Vec<Re> = branches.iter().filter(|b| !is_blank(b)).map(|b| lower(b)).collect();
                if alternatives.is_empty() { Re::EMPTY } else { Re::Alt(alternatives) }
            }
        });
    }
    Re::Seq(parts)
}
