//! JSON objects whose keys keep their order, and in whose text no character can act on a terminal.

use crate::text::is_hidden;
use alloc::{format, string::String, vec::Vec};
use core::fmt::Write;
use serde_json::Value as Json;

/// An object whose keys keep their order; `serde_json`'s own map sorts them.
#[derive(Default)]
pub(super) struct Ordered(Vec<(&'static str, String)>);

impl Ordered {
    pub(super) fn put(&mut self, key: &'static str, value: impl Into<Json>) {
        self.0.push((key, to_text(&value.into())));
    }

    pub(super) fn object(&mut self, key: &'static str, value: Ordered) {
        self.0.push((key, value.text()));
    }

    pub(super) fn list(&mut self, key: &'static str, items: Vec<Ordered>) {
        let items: Vec<String> = items.into_iter().map(Ordered::text).collect();
        self.0.push((key, format!("[{}]", items.join(","))));
    }

    /// Text that is JSON already.
    pub(super) fn raw(&mut self, key: &'static str, json: String) {
        self.0.push((key, json));
    }

    pub(super) fn text(self) -> String {
        let fields: Vec<String> = self.0.into_iter().map(|(k, v)| format!("\"{k}\":{v}")).collect();
        format!("{{{}}}", fields.join(","))
    }
}

/// Compact JSON in which no character can act on a terminal.
fn to_text(value: &Json) -> String {
    // A tree of strings, numbers and lists always serialises.
    let text = serde_json::to_string(value).unwrap_or_else(|_| "null".into());
    if !text.chars().any(is_hidden) {
        return text;
    }
    let mut out = String::with_capacity(text.len() + 64);
    let mut units = [0; 2];
    for c in text.chars() {
        if is_hidden(c) {
            // Only inside a string can such a character stand: JSON itself is ASCII.
            for unit in c.encode_utf16(&mut units) {
                let _ = write!(out, "\\u{unit:04x}"); // writing to a string cannot fail
            }
        } else {
            out.push(c);
        }
    }
    out
}
