//! One way to write a policy: `prexec fmt`.
//!
//! What the text means is compared before and after, so that no fault of the layout can change a policy: the text of both parses to
//! the same tree and has the same comments.

mod layout;
mod tokens;
mod tree;

use crate::rules::{Diagnostic, parse};
use std::{
    string::{String, ToString},
    vec::Vec,
};
use tokens::Kind;

/// A policy as it should be written.
///
/// # Errors
/// A text that is no policy.
pub fn format(name: &str, text: &str) -> Result<String, Diagnostic> {
    let before = meaning(name, text)?;
    let written = tokens::tokens(text).and_then(|tokens| tree::lines(&tokens)).map(|lines| layout::write(&lines));
    match written {
        Some(written) if meaning(name, &written).is_ok_and(|after| after == before) => Ok(written),
        _ => {
            let message = "this file is written in a way that the formatter does not know, so it was left as it is";
            Err(Diagnostic::of_file(name, message, Some("report this, with the file".into())))
        }
    }
}

/// The tree of a text, and its comments.
fn meaning(name: &str, text: &str) -> Result<(String, Vec<String>), Diagnostic> {
    let tree = parse(name, text)?.statement().to_string();
    let tokens = tokens::tokens(text).unwrap_or_default();
    let mut comments: Vec<String> =
        tokens.iter().filter(|token| token.kind == Kind::Comment).map(|token| token.text.to_string()).collect();
    comments.sort_unstable();
    Ok((tree, comments))
}

#[cfg(test)]
mod tests;
