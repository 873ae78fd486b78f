//! Databases that Python opens, and the SQL that it hands them. Its library has no functions that reach files; what does are `ATTACH`,
//! `VACUUM INTO` and extensions, which code must switch on first.

use super::{
    reading::{Act, Arguments, Program, Reading},
    sql,
    token::Kind,
};
use crate::{effect::Value, tables::languages::Doing};
use alloc::vec::Vec;
use core::ops::Range;

impl<'a> Reading<'a> {
    /// `sqlite3.connect(NAME, uri=...)`
    pub(super) fn connects(&mut self, first: Option<Range<usize>>, arguments: &Arguments<'a>) {
        let named = |name: &[u8]| arguments.names.iter().find(|(n, _)| *n == name).map(|(_, r)| r.clone());
        let uri = match named(b"uri").map(|r| if r.len() == 1 { self.text(r.start) } else { &b"?"[..] }) {
            None | Some(b"False") => false,
            Some(b"True") => true,
            Some(_) => return self.doubt("it is not known whether an address is opened by", b"connect"),
        };
        // Further on are a class of its own, and `uri`.
        let Some(name) = first.or_else(|| named(b"database")).filter(|_| arguments.places.len() <= 2) else {
            return self.doubt("nothing is known of the arguments of", b"connect");
        };
        let value = self.value(name);
        let all: Option<Vec<Vec<u8>>> = value.alternatives().map(|all| all.iter().map(|one| one.to_vec()).collect());
        let Some(all) = all else {
            let begins = if let Value::Affix { prefix, .. } = &value { &**prefix } else { &b""[..] };
            if uri || begins.starts_with(b"file:") {
                self.doubt("an address is not known that is opened by", b"connect");
            }
            self.out.acts.extend([Act::Read(value.clone(), false), Act::Write(value, false)]);
            return;
        };
        for one in all {
            // Some builds take every name for an address.
            if !uri && one.starts_with(b"file:") {
                self.doubt("some builds take for an address what is opened by", b"connect");
            }
            self.judged(|out| sql::database(&one, out));
        }
    }

    fn judged(&mut self, judge: impl FnOnce(&mut Program)) {
        let mut own = Program::default();
        judge(&mut own);
        self.out.acts.append(&mut own.acts);
        if self.out.doubt.is_none() {
            self.out.doubt = own.doubt;
        }
    }

    /// `x.execute(SQL, VALUES)`; the method's name stands at `at`.
    pub(super) fn query(&mut self, does: Doing, at: usize) {
        let name = self.text(at);
        if !self.is_mark(at + 1, b"(") {
            return self.doubt("a function is handed on:", name);
        }
        let arguments = self.arguments(at + 1, b"=");
        let Some(first) = arguments.places.first().cloned() else {
            return self.doubt("no SQL is written to", name);
        };
        let value = self.value(first.clone());
        if let Some(all) = value.alternatives() {
            let all: Vec<Vec<u8>> = all.iter().map(|one| one.to_vec()).collect();
            return all.iter().for_each(|one| self.judged(|out| sql::analyse(one, out)));
        }
        let begins = match &value {
            Value::Affix { prefix, .. } if !prefix.is_empty() => Some(&**prefix),
            _ => self.format_begins(first),
        };
        if does != Doing::Query || !begins.is_some_and(sql::begins_harmlessly) {
            self.doubt("SQL that may attach or write another file is not known before it is given to", name);
        }
    }

    /// How `f"..."` begins, before its first field; nothing where the expression is more than that.
    fn format_begins(&self, range: Range<usize>) -> Option<&'a [u8]> {
        let mut at = range.start + 1;
        while at < range.end && self.is_mark(at, b"(") {
            at = self.mate(at).checked_add(1)?;
        }
        if at != range.end || self.kind(range.start) != Some(Kind::Text) {
            return None;
        }
        let text = self.text(range.start).strip_prefix(b"f")?;
        let quote = *text.first().filter(|b| matches!(b, b'"' | b'\''))?;
        let body = text.strip_prefix(&[quote; 3]).unwrap_or_else(|| text.get(1..).unwrap_or_default());
        body.split(|b| matches!(b, b'{' | b'\\') || *b == quote).next()
    }
}
