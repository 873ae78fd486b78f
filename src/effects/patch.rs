//! The files that a patch in Codex's own format touches.
//!
//! Codex reads such a patch leniently: blanks around a header do not matter, and a here-document around the whole is stripped.
//! So every line that could be a header counts as one: a line of context that looks like a header can only add an effect.

use super::command::Analysis;
use crate::effect::{Cause, Certainty, CommandId, Effect, Kind, PathValue, Span, Value};
use crate::path;
use alloc::{string::String, vec::Vec};

/// What a patch does to one file. Paths are as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FileChange {
    /// What is done.
    pub(super) action: Action,
    /// To which path.
    pub(super) path: String,
    /// The line of the header: a half-open range of bytes of the patch.
    pub(super) range: (usize, usize),
}

/// What a header of a patch says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    /// `*** Add File: `
    Add,
    /// `*** Update File: `: its context lines are compared with the file, so that a failure tells what is in it.
    Update,
    /// `*** Delete File: `
    Delete,
    /// `*** Move to: `: the new name of the file of the header before.
    MoveTo,
}

/// The headers of a patch in order, and the places of lines that look like headers and are none that is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Patch {
    /// What is done to which file.
    pub(super) changes: Vec<FileChange>,
    /// Ranges of lines that begin with `***` and are not understood.
    pub(super) unread: Vec<(usize, usize)>,
}

const HEADERS: [(&str, Action); 4] = [
    ("*** Add File:", Action::Add),
    ("*** Update File:", Action::Update),
    ("*** Delete File:", Action::Delete),
    ("*** Move to:", Action::MoveTo),
];

/// Lines that begin with `***` and touch no file.
const MARKS: [&str; 3] = ["*** Begin Patch", "*** End Patch", "*** End of File"];

/// Reads the headers of a patch; linear in its length.
pub(super) fn read(patch: &str) -> Patch {
    let mut found = Patch::default();
    let mut start = 0;
    for line in patch.split_inclusive('\n') {
        let range = (start, start + line.len());
        start = range.1;
        let text = line.trim();
        // Lines of content begin with a sign; only context lines (a blank) and headers can have `***` first.
        if !text.starts_with("***") {
            continue;
        }
        let header = HEADERS.iter().find_map(|(word, action)| Some((*action, text.strip_prefix(word)?)));
        match header {
            Some((action, path)) if !path.trim().is_empty() => {
                found.changes.push(FileChange { action, path: path.trim().into(), range });
            }
            _ if MARKS.contains(&text) => {}
            _ => found.unread.push(range),
        }
    }
    found
}

/// The lines that a patch adds, without their sign, and where they stand.
pub(super) fn added_lines(patch: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut start = 0;
    patch.split_inclusive('\n').filter_map(move |line| {
        let at = start;
        start += line.len();
        let blanks = line.len() - line.trim_start().len();
        Some((at + blanks + 1, line.trim_start().strip_prefix('+')?))
    })
}

/// Adds the effects of a patch that is applied in the directory `cwd`. `place` is the place in the outermost script that all of them
/// have; `None` where the patch is the call itself, so that each has its header's.
pub(super) fn add(
    analysis: &mut Analysis<'_>,
    text: &str,
    cwd: &Value,
    place: Option<Span>,
    command: Option<CommandId>,
) {
    let patch = read(text);
    let span = |(start, end)| place.unwrap_or(Span::new(start, end));
    let mut push = |kind, certainty, span, command| {
        let by = Some("apply_patch".into());
        analysis.effects.push(Effect { kind, certainty, span, by, command });
    };
    for change in &patch.changes {
        let written = Value::from(change.path.as_str());
        let path = PathValue::file(path::absolute(&written, cwd)).spelled(path::spelling(&written, cwd));
        let certainty = if path.value.known().is_some() { Certainty::Known } else { Certainty::Partial };
        if change.action == Action::Update {
            push(Kind::Read(path.clone()), certainty, span(change.range), command);
        }
        push(Kind::Write(path), certainty, span(change.range), command);
    }
    let mut unknown = |code, detail: &str, span| {
        push(Kind::Unknown(Cause { code, detail: detail.into() }), Certainty::Unknown, span, None);
    };
    for range in &patch.unread {
        let detail = "a line of the patch begins with `***` and is no header that is known";
        unknown("patch-header", detail, span(*range));
    }
    if patch.changes.is_empty() {
        let detail = "the patch names no file; begin it with `*** Begin Patch` and one header for each file";
        unknown("patch-without-files", detail, place.unwrap_or_default());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn summary(patch: &str) -> (Vec<(Action, String)>, usize) {
        let found = read(patch);
        (found.changes.into_iter().map(|c| (c.action, c.path)).collect(), found.unread.len())
    }

    #[test]
    fn headers_of_every_kind() {
        let patch = "*** Begin Patch\n*** Add File: a.txt\n+one\n+*** Add File: not/this\n*** Update File: b c.txt\n\
                     *** Move to: d.txt\n@@\n-x\n+y\n*** End of File\n*** Delete File: e\n*** End Patch\n";
        let expected =
            [(Action::Add, "a.txt"), (Action::Update, "b c.txt"), (Action::MoveTo, "d.txt"), (Action::Delete, "e")];
        assert_eq!(summary(patch), (expected.map(|(a, p)| (a, p.into())).to_vec(), 0));
    }

    #[test]
    fn odd_but_accepted_headers_count() {
        for patch in
            ["  *** Add File: .env  \r\n+x", "<<'EOF'\n*** Begin Patch\n*** Add File:.env\n+x\n*** End Patch\nEOF"]
        {
            assert_eq!(summary(patch), ([(Action::Add, ".env".into())].to_vec(), 0), "{patch}");
        }
    }

    #[test]
    fn what_looks_like_a_header_and_is_none_is_reported() {
        assert_eq!(summary("*** Rename File: x\n*** Add File:  \n").1, 2);
    }
}
