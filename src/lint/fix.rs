//! Changes of the text that put a finding right, where there is exactly one way to.

use super::Finding;
use crate::rules::SourceFile;
use starlark_syntax::syntax::ast::StmtP;
use std::{format, ops::Range, string::String, vec::Vec};

/// A change of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What it does, as a sentence without its end.
    pub what: &'static str,
    /// The bytes of the file that are replaced.
    pub range: Range<usize>,
    /// What stands there afterwards.
    pub text: String,
}

impl Fix {
    /// Removes the rule that is called at a place, with its line's end.
    pub(super) fn remove(source: &SourceFile, line: usize, column: usize) -> Option<Self> {
        let mut range = statement(source, line, column)?;
        if source.text.get(range.end..)?.starts_with('\n') {
            range.end += 1;
        }
        Some(Self { what: "remove the rule", range, text: String::new() })
    }

    /// Replaces what a rule that is called at a place writes as `old`; none where it is written there more than once.
    pub(super) fn replace(
        source: &SourceFile,
        at: (usize, usize),
        old: &str,
        new: String,
        what: &'static str,
    ) -> Option<Self> {
        let range = statement(source, at.0, at.1)?;
        let text = source.text.get(range.clone())?;
        let mut found = text.match_indices(old);
        let (first, _) = found.next().filter(|_| text.match_indices(old).nth(1).is_none())?;
        let start = range.start + first;
        Some(Self { what, range: start..start + old.len(), text: new })
    }

    /// First and last line and column, from 1, of what is replaced; columns count characters.
    pub fn span(&self, text: &str) -> [usize; 4] {
        let place = |byte: usize| {
            let before = text.get(..byte).unwrap_or(text);
            let line = before.matches('\n').count() + 1;
            let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
            (line, column)
        };
        let ((a, b), (c, d)) = (place(self.range.start), place(self.range.end));
        [a, b, c, d]
    }
}

/// The bytes of the statement at the top level that begins at a place. A rule that is called inside of a function or a loop has none
/// of its own.
fn statement(source: &SourceFile, line: usize, column: usize) -> Option<Range<usize>> {
    let start_of_line: usize = source.text.split_inclusive('\n').take(line.checked_sub(1)?).map(str::len).sum();
    let in_line = source.text.get(start_of_line..)?;
    let start = start_of_line + in_line.char_indices().nth(column.checked_sub(1)?).map(|(at, _)| at)?;
    let ast = crate::rules::parse(&source.name, &source.text).ok()?;
    let whole = ast.statement();
    let all = match &whole.node {
        StmtP::Statements(all) => all.as_slice(),
        _ => core::slice::from_ref(whole),
    };
    let byte = |at: u32| usize::try_from(at).unwrap_or(usize::MAX);
    let bytes = |span: starlark::codemap::Span| byte(span.begin().get())..byte(span.end().get());
    all.iter().map(|one| bytes(one.span)).find(|range| range.start == start)
}

/// The text with every fix that speaks of it and meets no other.
pub fn apply(text: &str, findings: &[&Finding]) -> String {
    let mut fixes: Vec<&Fix> = findings.iter().filter_map(|finding| finding.fix.as_ref()).collect();
    fixes.sort_by_key(|fix| fix.range.start);
    let mut out = String::new();
    let mut at = 0;
    for fix in fixes {
        if let Some(kept) = text.get(at..fix.range.start) {
            out = format!("{out}{kept}{}", fix.text);
            at = fix.range.end;
        }
    }
    out + text.get(at..).unwrap_or_default()
}
