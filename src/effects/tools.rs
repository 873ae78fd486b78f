//! Effects of calls that are not shell scripts.

use super::patch::{self, Action};
use super::{Builder, uri};
use crate::call::{Call, Json, ResourceAction, ToolCall};
use crate::effect::{Certainty, CommandId, Effect, Kind, PathValue, Span, Tool, Value};
use alloc::{string::String, vec::Vec};

/// Adds the effects of `call`; a shell script's own are added elsewhere.
pub(super) fn add(call: &Call, builder: &mut Builder<'_>) {
    let id = builder.next_command();
    let mut tool = ToolEffects { builder, id };
    let modelled = match &call.tool {
        ToolCall::ApplyPatch { patch } => {
            tool.patch(patch);
            true
        }
        ToolCall::ViewImage { path } => {
            tool.path(path, Certainty::Known, Kind::Read);
            true
        }
        // What a script does is added by whoever reads it; the calls of another agent are asked about one by one; a clock and a
        // list of names touch nothing.
        ToolCall::Shell { .. }
        | ToolCall::Agent { .. }
        | ToolCall::Clock(_)
        | ToolCall::Resource(ResourceAction::List { .. } | ResourceAction::ListTemplates { .. }) => true,
        ToolCall::RequestPermissions { reads, writes, network, unmodelled, .. } => {
            tool.permissions(reads, writes, *network);
            unmodelled.is_empty()
        }
        ToolCall::Resource(ResourceAction::Read { .. }) | ToolCall::Mcp(_) | ToolCall::Unknown => {
            tool.arguments(&call.arguments);
            false
        }
    };
    let kind = Kind::Tool(Tool { name: call.tool_name.clone(), arguments: by_name(&call.arguments), modelled });
    tool.push(kind, Certainty::Known, Span::default(), None);
}

struct ToolEffects<'b, 'a> {
    builder: &'b mut Builder<'a>,
    id: CommandId,
}

impl ToolEffects<'_, '_> {
    fn push(&mut self, kind: Kind, certainty: Certainty, span: Span, by: Option<&str>) {
        self.builder.push(Effect { kind, certainty, span, by: by.map(String::from), command: Some(self.id) });
    }

    /// One effect on a path as the tool would read it: relative to the call's directory, `~/` for the home directory too, because
    /// some tools expand it.
    fn path(&mut self, path: &str, certainty: Certainty, kind: fn(PathValue) -> Kind) {
        for value in self.builder.tool_paths(path) {
            self.push(kind(PathValue { value, tree: false }), certainty, Span::default(), None);
        }
    }

    fn patch(&mut self, text: &str) {
        let patch = patch::read(text);
        for change in &patch.changes {
            let span = Span::new(change.range.0, change.range.1);
            let value = self.builder.in_cwd(change.path.as_bytes());
            let path = |value: Value| PathValue { value, tree: false };
            if change.action == Action::Update {
                self.push(Kind::Read(path(value.clone())), Certainty::Known, span, Some("apply_patch"));
            }
            self.push(Kind::Write(path(value)), Certainty::Known, span, Some("apply_patch"));
        }
        for &(start, end) in &patch.unread {
            let detail = "a line of the patch begins with `***` and is no header that is known";
            self.builder.unknown("patch-header", detail.into(), Span::new(start, end), None);
        }
        if patch.changes.is_empty() {
            let detail = "the patch names no file; begin it with `*** Begin Patch` and one header for each file";
            self.builder.unknown("patch-without-files", detail.into(), Span::default(), None);
        }
    }

    fn permissions(&mut self, reads: &[String], writes: &[String], network: bool) {
        // A permission is not a use of it: each later call is decided for itself. What is asked for is still shown to the rules.
        for path in reads {
            self.path(path, Certainty::Partial, Kind::Read);
        }
        for path in writes {
            self.path(path, Certainty::Partial, Kind::Write);
        }
        if network {
            self.push(Kind::Connect(uri::any_host()), Certainty::Unknown, Span::default(), None);
        }
    }

    /// What the arguments of a tool name: paths and URLs at any depth. What the tool does with them is not known, so a path may be
    /// read or written.
    fn arguments(&mut self, arguments: &Json) {
        let mut rest = Vec::from([arguments]);
        while let Some(value) = rest.pop() {
            match value {
                Json::String(text) => self.argument(text),
                Json::Array(items) => rest.extend(items),
                Json::Object(entries) => rest.extend(entries.iter().map(|(_, v)| v)),
                Json::Null | Json::Bool(_) | Json::Number(_) => {}
            }
        }
    }

    fn argument(&mut self, text: &str) {
        if let Some(path) = uri::file_path(text) {
            self.path(&path, Certainty::Partial, Kind::Read);
            self.path(&path, Certainty::Partial, Kind::Write);
        } else if let Some(connect) = uri::connect(text) {
            self.push(Kind::Connect(connect), Certainty::Partial, Span::default(), None);
        } else if looks_like_a_path(text) {
            self.path(text, Certainty::Partial, Kind::Read);
            self.path(text, Certainty::Partial, Kind::Write);
        }
    }
}

/// Any text without line breaks may be the name of a file in the call's directory (`.env`); prose is told apart by its length and
/// blanks only, because a wrong "no" would hide a read.
fn looks_like_a_path(text: &str) -> bool {
    const LONGEST_PATH: usize = 4096;
    !text.is_empty()
        && text.len() <= LONGEST_PATH
        && !text.contains(['\n', '\r'])
        && (text.contains('/') || !text.contains(' '))
}

/// The arguments by name, as `tool_rule` sees them: strings as they are, other values in compact JSON.
fn by_name(arguments: &Json) -> Vec<(String, String)> {
    match arguments {
        Json::Object(entries) => entries
            .iter()
            .map(|(name, value)| (name.clone(), value.as_str().map_or_else(|| value.to_compact(), String::from)))
            .collect(),
        other => Vec::from([(String::new(), other.to_compact())]),
    }
}
