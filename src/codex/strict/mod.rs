//! One strict pass over every byte of the input, before anything is typed.
//!
//! JSON leaves open what a program makes of a key that stands twice, of half a surrogate pair or of a value nested a million deep;
//! wherever two programs may differ, the call that is judged is not the call that runs. So whatever is not plain is a fault.
//! The pass also builds the value: with a second parser behind it, the two could differ as well. (`serde_json` would even change
//! with the build: Starlark's packages switch its arbitrary precision on.) It keeps a list of open containers
//! instead of recursing, so no input can exhaust the stack.

mod keys;
mod number;
mod string;

use super::fault::{Fault, codes, quoted};
use crate::call::Json;
use alloc::{string::String, vec::Vec};

/// The most bytes of input that are read: 8 MiB. A script of 1 MiB must be read to be denied for its size with a proper reason;
/// JSON escapes can make six bytes of one, and the other keys need room.
pub const MAX_INPUT: usize = 8 << 20;

/// How deep arrays and objects may be nested, the outermost included. Arguments of real tools stay below ten.
pub const MAX_DEPTH: usize = 64;

/// The most values in one input. Each costs up to 56 bytes in memory against two in the input, so that without this limit a few
/// megabytes of `[],[],` would fill hundreds.
pub const MAX_VALUES: usize = 1 << 18;

/// Reads exactly one JSON object.
///
/// # Errors
/// Anything but one whole object within the limits, optionally between JSON white space.
pub fn read(input: &[u8]) -> Result<Json, Fault> {
    if input.len() > MAX_INPUT {
        return Err(Fault::new(
            codes::TOO_LARGE,
            format_args!("the input is longer than the {MAX_INPUT} bytes that are read"),
        ));
    }
    if input.iter().copied().all(is_space) {
        return Err(Fault::new(codes::EMPTY, format_args!("the input is empty")));
    }
    if [&b"\xef\xbb\xbf"[..], b"\xfe\xff", b"\xff\xfe"].iter().any(|mark| input.starts_with(mark)) {
        return Err(Fault::new(codes::BOM, format_args!("the input begins with a byte order mark at byte 0")));
    }
    let text = core::str::from_utf8(input).map_err(|error| {
        let at = error.valid_up_to();
        match error.error_len() {
            Some(_) => Fault::new(codes::INVALID_UTF8, format_args!("the input is not UTF-8 at byte {at}")),
            None => truncated(input.len()),
        }
    })?;
    let mut reader = Reader { text, at: 0, values: 0 };
    reader.skip_space();
    if matches!(reader.peek(), Some(b'[' | b'"' | b'-' | b'0'..=b'9' | b't' | b'f' | b'n')) {
        let at = reader.at;
        return Err(Fault::new(codes::NOT_AN_OBJECT, format_args!("the input is not a JSON object at byte {at}")));
    }
    if reader.peek() != Some(b'{') {
        return Err(reader.unexpected("`{`"));
    }
    let value = reader.document()?;
    reader.skip_space();
    match reader.peek() {
        None => Ok(value),
        Some(0) => Err(reader.unexpected("the end")),
        Some(_) => Err(Fault::new(
            codes::TRAILING_DATA,
            format_args!("the input goes on after its object at byte {}", reader.at),
        )),
    }
}

const fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

fn truncated(length: usize) -> Fault {
    Fault::new(codes::TRUNCATED, format_args!("the input ends too early, after byte {length}"))
}

/// An array or object whose end has not been read yet.
enum Open {
    Array(Vec<Json>),
    Object {
        entries: Vec<(String, Json)>,
        /// Where each key begins.
        starts: Vec<usize>,
        /// The key whose value comes next.
        key: String,
    },
}

struct Reader<'a> {
    text: &'a str,
    /// The next byte; always on the boundary of a character.
    at: usize,
    /// How many values have begun.
    values: usize,
}

impl<'a> Reader<'a> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn skip_space(&mut self) {
        while self.peek().is_some_and(is_space) {
            self.at += 1;
        }
    }

    /// The fault of finding something else than `wanted` here.
    fn unexpected(&self, wanted: &str) -> Fault {
        let at = self.at;
        match self.rest().chars().next() {
            None => truncated(at),
            Some('\0') => Fault::new(codes::NUL, format_args!("the input holds a NUL at byte {at}")),
            Some(c) => {
                let mut buffer = [0; 4];
                let found = quoted(c.encode_utf8(&mut buffer));
                Fault::new(
                    codes::SYNTAX,
                    format_args!("the input is not JSON at byte {at}: {wanted} was expected, not {found}"),
                )
            }
        }
    }

    /// Reads the value that begins here, with everything in it.
    fn document(&mut self) -> Result<Json, Fault> {
        let mut open = Vec::new();
        loop {
            let Some(mut done) = self.begin(&mut open)? else { continue };
            loop {
                let Some(container) = open.last_mut() else { return Ok(done) };
                if !self.put(container, done)? {
                    break;
                }
                match open.pop() {
                    Some(container) => done = Self::close(container)?,
                    None => return Err(truncated(self.at)),
                }
            }
        }
    }

    /// Reads a value, or the beginning of a container up to where its first value begins.
    fn begin(&mut self, open: &mut Vec<Open>) -> Result<Option<Json>, Fault> {
        self.skip_space();
        self.values += 1;
        if self.values > MAX_VALUES {
            return Err(Fault::new(
                codes::TOO_MANY_VALUES,
                format_args!("the input holds more than {MAX_VALUES} values at byte {}", self.at),
            ));
        }
        match self.peek() {
            Some(b'{') => {
                self.enter(open.len())?;
                if self.peek() == Some(b'}') {
                    self.at += 1;
                    return Ok(Some(Json::Object(Vec::new())));
                }
                let start = self.at;
                let key = self.key()?;
                open.push(Open::Object { entries: Vec::new(), starts: alloc::vec![start], key });
                Ok(None)
            }
            Some(b'[') => {
                self.enter(open.len())?;
                if self.peek() == Some(b']') {
                    self.at += 1;
                    return Ok(Some(Json::Array(Vec::new())));
                }
                open.push(Open::Array(Vec::new()));
                Ok(None)
            }
            Some(b'"') => self.string().map(|text| Some(Json::String(text))),
            Some(b'-' | b'0'..=b'9') => self.number().map(|text| Some(Json::Number(text))),
            Some(b'n') => self.word("null", Json::Null).map(Some),
            Some(b't') => self.word("true", Json::Bool(true)).map(Some),
            Some(b'f') => self.word("false", Json::Bool(false)).map(Some),
            _ => Err(self.unexpected("a value")),
        }
    }

    /// Steps over the first byte of a container that stands in `depth` others.
    fn enter(&mut self, depth: usize) -> Result<(), Fault> {
        if depth >= MAX_DEPTH {
            return Err(Fault::new(
                codes::TOO_DEEP,
                format_args!("the input is nested more than {MAX_DEPTH} deep at byte {}", self.at),
            ));
        }
        self.at += 1;
        self.skip_space();
        Ok(())
    }

    /// Puts a value into its container and reads what follows it: true for the container's end, false for a comma, after
    /// which the next value begins.
    fn put(&mut self, container: &mut Open, value: Json) -> Result<bool, Fault> {
        self.skip_space();
        let next = self.peek();
        match container {
            Open::Array(values) => {
                values.push(value);
                match next {
                    Some(b',') => self.at += 1,
                    Some(b']') => {
                        self.at += 1;
                        return Ok(true);
                    }
                    _ => return Err(self.unexpected("`,` or `]`")),
                }
            }
            Open::Object { entries, starts, key } => {
                entries.push((core::mem::take(key), value));
                match next {
                    Some(b',') => {
                        self.at += 1;
                        self.skip_space();
                        starts.push(self.at);
                        *key = self.key()?;
                    }
                    Some(b'}') => {
                        self.at += 1;
                        return Ok(true);
                    }
                    _ => return Err(self.unexpected("`,` or `}`")),
                }
            }
        }
        Ok(false)
    }

    fn close(container: Open) -> Result<Json, Fault> {
        match container {
            Open::Array(values) => Ok(Json::Array(values)),
            Open::Object { entries, starts, .. } => match keys::first_repeated(&entries) {
                None => Ok(Json::Object(entries)),
                Some(repeated) => {
                    let key = entries.get(repeated).map_or("", |(key, _)| key.as_str());
                    let at = starts.get(repeated).copied().unwrap_or(0);
                    Err(Fault::new(
                        codes::DUPLICATE_KEY,
                        format_args!("the input names the key {} a second time at byte {at}", quoted(key)),
                    ))
                }
            },
        }
    }

    /// Reads a key and the colon behind it.
    fn key(&mut self) -> Result<String, Fault> {
        if self.peek() != Some(b'"') {
            return Err(self.unexpected("a key"));
        }
        let key = self.string()?;
        self.skip_space();
        if self.peek() != Some(b':') {
            return Err(self.unexpected("`:`"));
        }
        self.at += 1;
        Ok(key)
    }

    fn word(&mut self, word: &str, value: Json) -> Result<Json, Fault> {
        let rest = self.rest();
        if rest.starts_with(word) {
            self.at += word.len();
            Ok(value)
        } else if word.starts_with(rest) {
            Err(truncated(self.text.len()))
        } else {
            Err(self.unexpected("a value"))
        }
    }
}
