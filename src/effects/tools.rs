//! Effects of calls that are not shell scripts.

use super::arguments;
use super::command::Analysis;
use super::patch;
use super::uri;
use crate::call::{Call, FileUse, Json, ResourceAction, ToolCall};
use crate::effect::{Certainty, CommandId, Effect, Kind, PathValue, Span, Tool, Value};
use crate::path;
use crate::world::World;
use alloc::{borrow::ToOwned, rc::Rc, string::String, vec::Vec};

/// Adds the effects of `call` in the directory `cwd`; a shell script's own are added elsewhere.
pub(super) fn add(call: &Call, cwd: &[u8], world: &dyn World, analysis: &mut Analysis<'_>) {
    let id = analysis.next_command();
    let mut tool = ToolEffects { analysis, id, cwd, world };
    let modelled = match &call.tool {
        ToolCall::ApplyPatch { patch } => {
            patch::add(tool.analysis, patch, &Value::Known(cwd.into()), None, Some(id));
            true
        }
        ToolCall::Files(uses) => tool.files(uses),
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
            arguments::add(&call.arguments, cwd, world, tool.analysis, id);
            false
        }
    };
    let kind = Kind::Tool(Tool { name: call.tool_name.clone(), arguments: by_name(&call.arguments), modelled });
    tool.push(kind, Certainty::Known, Span::default(), None);
}

struct ToolEffects<'a, 't> {
    analysis: &'a mut Analysis<'t>,
    id: CommandId,
    cwd: &'a [u8],
    world: &'a dyn World,
}

impl ToolEffects<'_, '_> {
    fn push(&mut self, kind: Kind, certainty: Certainty, span: Span, by: Option<&str>) {
        self.analysis.effects.push(Effect { kind, certainty, span, by: by.map(Rc::from), command: Some(self.id) });
    }

    /// One effect on a path as the tool would read it: relative to the call's directory, `~/` for the home directory too, because
    /// some tools expand it.
    fn path(&mut self, path: &str, certainty: Certainty, kind: fn(PathValue) -> Kind) {
        // Only the first is the path as it stands.
        let mut spelling = path::spelling(&Value::from(path), &Value::Known(self.cwd.into()));
        for value in self.tool_paths(path) {
            let path = PathValue::file(value).spelled(spelling.take());
            self.push(kind(path), certainty, Span::default(), None);
        }
    }

    /// The paths that a tool could mean: as it stands, and with `~` expanded for tools that do so.
    fn tool_paths(&self, written: &str) -> Vec<Value> {
        let mut paths = Vec::from([Value::Known(path::normalize(&path::join(self.cwd, written.as_bytes())).into())]);
        if let Some(rest) = written.strip_prefix('~') {
            let (user, rest) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
            let homes: Vec<Vec<u8>> = if user.is_empty() {
                [self.world.home(), self.world.home_variable()].into_iter().flatten().map(ToOwned::to_owned).collect()
            } else {
                self.world.home_of(user).into_iter().collect()
            };
            let below = rest.trim_start_matches('/').as_bytes();
            paths.extend(homes.iter().map(|home| Value::Known(path::normalize(&path::join(home, below)).into())));
        }
        paths
    }

    /// Whether all of it is understood. What a search reads is added elsewhere.
    fn files(&mut self, uses: &[FileUse]) -> bool {
        let mut modelled = true;
        for one in uses {
            match one {
                FileUse::Read(path) => self.path(path, Certainty::Known, Kind::Read),
                FileUse::Write(path) => self.path(path, Certainty::Known, Kind::Write),
                FileUse::Search { .. } => {}
                FileUse::Contact(url) => {
                    let connect = uri::connect(url);
                    modelled &= connect.is_some();
                    let certainty = if connect.is_some() { Certainty::Known } else { Certainty::Unknown };
                    let connect = connect.unwrap_or_else(uri::any_host);
                    self.push(Kind::Connect(connect), certainty, Span::default(), None);
                }
            }
        }
        modelled
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
                Json::Object(entries) => {
                    for (name, value) in entries {
                        // Files by name: `{"AGENTS.md": "text"}`.
                        if name.contains(['/', '.']) {
                            self.argument(name);
                        }
                        if let (true, Some(text)) = (names_files(name), value.as_str()) {
                            self.list(text);
                        }
                        rest.push(value);
                    }
                }
                Json::Null | Json::Bool(_) | Json::Number(_) => {}
            }
        }
    }

    /// A text that may hold several paths.
    fn list(&mut self, text: &str) {
        let pieces = text.split([',', ';', '\n', '\r', '\t', ' ']).filter(|piece| !piece.is_empty() && *piece != text);
        pieces.take(MOST_PIECES).for_each(|piece| self.argument(piece));
    }

    fn argument(&mut self, text: &str) {
        let text = text.trim();
        if let Some(path) = uri::file_path(text) {
            self.path(&path, Certainty::Partial, Kind::Read);
            self.path(&path, Certainty::Partial, Kind::Write);
        } else if let Some(connect) = uri::connect(text) {
            self.push(Kind::Connect(connect), Certainty::Partial, Span::default(), None);
        } else if looks_like_a_path(text) {
            self.path(text, Certainty::Partial, Kind::Read);
            self.path(text, Certainty::Partial, Kind::Write);
            if text.contains(['*', '?', '[', '{']) {
                self.pattern(text);
            }
        }
    }

    /// A glob: what it could match is read or written. Whose it is is not known: many take names that begin with a dot for any
    /// other, which shells do not.
    fn pattern(&mut self, text: &str) {
        let special = |b: &u8| matches!(b, b'*' | b'?' | b'[' | b']' | b'{' | b'}' | b'(' | b')' | b'\\');
        let text = text.as_bytes();
        let first = text.iter().position(special).unwrap_or(text.len());
        let literal = text.get(..first).unwrap_or_default();
        let dir = literal.iter().rposition(|b| *b == b'/').and_then(|at| literal.get(..=at)).unwrap_or(b".");
        let suffix = text.rsplit(special).next().unwrap_or_default();
        let value = if text.windows(2).any(|two| two == b"..") {
            Value::ANY_WORD
        } else {
            path::absolute(&Value::Below { dir: dir.into(), suffix: suffix.into() }, &Value::Known(self.cwd.into()))
        };
        for kind in [Kind::Read, Kind::Write] {
            self.push(kind(PathValue::file(value.clone())), Certainty::Partial, Span::default(), None);
        }
    }
}

/// Pieces of one text that are looked at.
const MOST_PIECES: usize = 256;

/// Whether an argument of that name holds paths, perhaps several in one text.
fn names_files(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["path", "file", "dir", "glob", "pattern", "include", "uri", "location", "target"]
        .iter()
        .any(|part| name.contains(part))
        && !name.contains("content")
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
