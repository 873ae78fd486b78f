//! Redirections: the files they open, and what standard input of the command becomes.

use super::printed::Settled;
use super::state::State;
use super::{At, Fold};
use crate::effect::{Certainty, Connect, Effect, Kind, PathValue, Span, Value};
use crate::effects::LimitReached;
use crate::effects::command::{Analysis, Stdin, paths};
use crate::path;
use crate::shell::tree::{Descriptor, Redirection, RedirectionKind};
use crate::shell::words;
use alloc::vec::Vec;

/// Standard input as redirections leave it.
pub(super) enum Input {
    /// As it was.
    Unchanged,
    /// Nothing to be read.
    Empty,
    /// A file or pipe.
    Stream,
    /// Exactly this text.
    Text(Vec<u8>),
}

impl Input {
    /// The same place with this standard input.
    pub(super) fn at<'s>(&'s self, at: At<'s>) -> At<'s> {
        let stdin = match self {
            Self::Unchanged => at.stdin,
            Self::Empty => Stdin::Empty,
            Self::Stream => Stdin::Stream,
            Self::Text(text) => Stdin::Text(text),
        };
        At { stdin, piped: false, ..at }
    }
}

impl Fold<'_> {
    /// Adds the effects of redirections, in order; what runs inside their words comes first.
    pub(super) fn redirect(
        &mut self,
        at: At<'_>,
        redirections: &[Redirection],
        state: &State,
        analysis: &mut Analysis<'_>,
    ) -> Result<Input, LimitReached> {
        let mut input = Input::Unchanged;
        for redirection in redirections {
            let mut state = state.clone();
            self.bodies(at, &redirection.target, &mut state, analysis)?;
            let span = self.place(at, redirection.span);
            let new = self.one(at, redirection, span, &state, analysis);
            if matches!(redirection.descriptor, None | Some(Descriptor::Number(0)))
                && let Some(new) = new
            {
                // zsh reads all that is given, one after the other.
                let first = matches!(input, Input::Unchanged) && !at.piped;
                input = if first { new } else { Input::Stream };
            }
        }
        Ok(input)
    }

    /// One redirection; what it makes of the descriptor that it reads from, if it is one that reads.
    fn one(
        &self,
        at: At<'_>,
        redirection: &Redirection,
        span: Span,
        state: &State,
        analysis: &mut Analysis<'_>,
    ) -> Option<Input> {
        use RedirectionKind as K;
        let seen = self.seen(state);
        match redirection.kind {
            K::HereDocument | K::HereString => {
                let value = words::value(&redirection.target, &seen);
                let Some(mut text) = value.known().map(<[u8]>::to_vec) else { return Some(Input::Stream) };
                if redirection.kind == K::HereString {
                    text.push(b'\n');
                }
                return Some(Input::Text(text));
            }
            _ => {}
        }
        let target = match self.settled(at, &redirection.target, state) {
            Some(Settled { word, given }) => words::target(&word, &self.seen(given.as_ref().unwrap_or(state))).value,
            None => words::target(&redirection.target, &seen).value,
        };
        let (reads, writes) = match redirection.kind {
            K::ReadWrite => (true, true),
            // A descriptor or `-`; any other word is a file to some shells.
            K::DuplicateInput if is_descriptor(&target) => return Some(Input::Stream),
            K::DuplicateOutput if is_descriptor(&target) => return None,
            K::Read | K::DuplicateInput => (true, false),
            K::Write | K::Append | K::WriteBoth | K::AppendBoth | K::DuplicateOutput => (false, true),
            K::HereDocument | K::HereString => return Some(Input::Stream),
        };
        let operator = if writes { ">" } else { "<" };
        if let Some(connect) = network(&target) {
            push(analysis, Kind::Connect(connect), Certainty::Known, span, operator);
            return reads.then_some(Input::Stream);
        }
        if paths::is_open_already(&target) {
            let empty = target.known() == Some(b"/dev/null");
            return reads.then_some(if empty { Input::Empty } else { Input::Stream });
        }
        let value = path::absolute(&target, &state.cwd);
        let certainty = match &value {
            Value::Known(_) => Certainty::Known,
            Value::Set(_) | Value::Affix { .. } | Value::Below { .. } | Value::Pattern(_) | Value::Name(_) => {
                Certainty::Partial
            }
            Value::Unknown { .. } => Certainty::Unknown,
        };
        let path = PathValue::made(value, false).spelled(path::spelling(&target, &state.cwd));
        if reads {
            push(analysis, Kind::Read(PathValue { existing: true, ..path.clone() }), certainty, span, operator);
        }
        if writes {
            let value = analysis.behind_links(&path.value);
            push(analysis, Kind::Write(PathValue { value, ..path }), certainty, span, operator);
        }
        reads.then_some(Input::Stream)
    }
}

fn push(analysis: &mut Analysis<'_>, kind: Kind, certainty: Certainty, span: Span, by: &str) {
    analysis.effects.push(Effect { kind, certainty, span, by: Some(by.into()), command: None });
}

/// `1`, `-`, `3-`.
fn is_descriptor(target: &Value) -> bool {
    target.known().is_some_and(|word| {
        let digits = word.strip_suffix(b"-").unwrap_or(word);
        digits.iter().all(u8::is_ascii_digit) && !word.is_empty()
    })
}

/// `/dev/tcp/HOST/PORT` and `/dev/udp/...`, which bash opens as connections.
fn network(target: &Value) -> Option<Connect> {
    let (text, whole) = match target {
        Value::Known(text) => (text, true),
        Value::Affix { prefix, .. } | Value::Name(prefix) => (prefix, false),
        _ => return None,
    };
    let (scheme, rest) = [(&b"/dev/tcp/"[..], "tcp"), (b"/dev/udp/", "udp")]
        .iter()
        .find_map(|(prefix, scheme)| Some((*scheme, text.strip_prefix(*prefix)?)))?;
    let mut parts = rest.split(|b| *b == b'/');
    let host = parts.next().filter(|h| whole && !h.is_empty());
    let port = parts.next().and_then(|p| core::str::from_utf8(p).ok()).and_then(|p| p.parse().ok());
    let host = host.map_or(Value::ANY_WORD, |h| Value::Known(h.to_ascii_lowercase().into()));
    Some(Connect { scheme: Some(scheme.into()), host, port, method: None })
}
