//! What the parser makes of scripts, as tables: script, canonical form.

mod bounds;
mod differences;
mod grammar;
mod hidden;
mod random;
mod values;

use super::{Limits, dump, parse};
use std::{format, string::String};

/// The canonical form of a script.
fn tree(script: &str) -> String {
    match parse(script, &Limits::default()) {
        Ok(tree) => dump(&tree),
        Err(limit) => format!("limit {}", limit.name),
    }
}

/// Every row of a table; all rows that are wrong are shown at once.
fn check(table: &[(&str, &str)]) {
    let mut wrong = String::new();
    for (script, expected) in table {
        let found = tree(script);
        if found != *expected {
            wrong.extend(["\n", script, "\n  expected ", expected, "\n  found    ", &found]);
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}
