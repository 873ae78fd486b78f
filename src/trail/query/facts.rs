//! What of a record can be asked for.

use crate::trail::{Kind, Moment, Record};
use std::borrow::Cow;
use std::string::String;
use std::vec::Vec;

macro_rules! fields {
    ($(#[$doc:meta] $name:ident = $code:literal $text:literal),* $(,)?) => {
        /// A part of a record that holds text.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Field {
            $(#[$doc] $name = $code),*
        }

        impl Field {
            /// All of them, in the order of their numbers.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// What it is called.
            pub fn name(self) -> &'static str {
                match self { $(Self::$name => $text),* }
            }
        }
    };
}

fields! {
    /// The tool.
    Tool = 0 "tool",
    /// Whose call: `codex` or `claude`.
    Agent = 1 "agent",
    /// The sub-agent, by its kind or its name.
    Subagent = 2 "subagent",
    /// The session.
    Session = 3 "session",
    /// The machine that recorded it.
    Machine = 4 "machine",
    /// The account: its name, or its number.
    User = 5 "user",
    /// The repository's root.
    Repository = 6 "repository",
    /// The model.
    Model = 7 "model",
    /// The permission mode.
    Mode = 8 "mode",
    /// The hook event.
    Event = 9 "event",
    /// The programs that run, with their sub-commands.
    Program = 10 "program",
    /// The paths that are read or written.
    Path = 11 "path",
    /// The hosts that are contacted.
    Host = 12 "host",
    /// The rules that matched.
    Rule = 13 "rule",
}

/// How many fields have one text per record; the others have any number.
pub const WORDS: usize = 10;
/// How many have any number.
pub const LISTS: usize = 4;

impl Field {
    /// Its number.
    pub fn number(self) -> usize {
        self as usize
    }

    /// Its place among those with any number of texts; none for one that has one.
    pub fn list(self) -> Option<usize> {
        self.number().checked_sub(WORDS)
    }
}

/// Of a path: it is written, not read.
pub const WRITTEN: u32 = 1;
/// Of a path: what is below as well.
pub const TREE: u32 = 2;

/// The kinds of effects, in the order of their bits.
pub const EFFECTS: &[&str] =
    &["run", "read", "write", "connect", "readenv", "setenv", "tool", "flow", "interactive", "unknown"];
/// The decisions, by number; 0 is none.
pub const DECISIONS: &[&str] = &["", "allow", "prompt", "deny"];
/// The kinds of records, by number.
pub const KINDS: &[&str] = &["decision", "outcome", "session", "gate"];

/// Of [`Facts::flags`]: the hook only observed.
pub const OBSERVED: u32 = 1 << 4;
/// Of [`Facts::flags`]: an administrator's override let the call run.
pub const LIFTED: u32 = 1 << 5;

/// The number of a decision in flags.
pub fn decision_of(flags: u32) -> usize {
    (flags >> 2 & 3) as usize
}

/// The number of a kind in flags.
pub fn kind_of(flags: u32) -> usize {
    (flags & 3) as usize
}

/// What is asked of one record.
#[derive(Debug, Default)]
pub struct Facts<'r> {
    /// Microseconds since 1970.
    pub time: i64,
    /// The kind in two bits, the decision in two, [`OBSERVED`] and [`LIFTED`].
    pub flags: u32,
    /// Which kinds of effects there are, a bit for each.
    pub effects: u32,
    /// Records that were lost before it.
    pub lost: u32,
    /// The fields with one text.
    pub words: [Option<Cow<'r, str>>; WORDS],
    /// The fields with any number, each text once with its bits.
    pub lists: [Vec<(Cow<'r, str>, u32)>; LISTS],
}

impl<'r> Facts<'r> {
    /// Of a record; none where its time is none.
    pub fn of(record: &'r Record) -> Option<Self> {
        let kind = match record.kind {
            Kind::Decision => 0,
            Kind::Outcome => 1,
            Kind::Session => 2,
            Kind::Gate => 3,
        };
        let decision = match record.decision.as_deref() {
            Some("allow") => 1,
            Some("prompt") => 2,
            Some("deny") => 3,
            _ => 0,
        };
        let mut facts = Self {
            time: Moment::read(&record.time)?.0,
            flags: kind
                | decision << 2
                | if record.observed { OBSERVED } else { 0 }
                | if record.lifted.is_some() { LIFTED } else { 0 },
            lost: record.lost,
            ..Self::default()
        };
        let subagent = record.subagent.as_ref().map(|agent| agent.kind.as_deref().unwrap_or(&agent.id));
        let user = record.user.as_deref().map_or_else(|| Cow::Owned(record.uid.to_string()), Cow::Borrowed);
        let words: [(Field, Option<Cow<'r, str>>); WORDS] = [
            (Field::Tool, record.tool.as_deref().map(Cow::Borrowed)),
            (Field::Agent, Some(Cow::Borrowed(&record.agent))),
            (Field::Subagent, subagent.map(Cow::Borrowed)),
            (Field::Session, record.session.as_deref().map(Cow::Borrowed)),
            (Field::Machine, Some(Cow::Borrowed(&record.host))),
            (Field::User, Some(user)),
            (Field::Repository, record.repository.as_deref().map(Cow::Borrowed)),
            (Field::Model, record.model.as_deref().map(Cow::Borrowed)),
            (Field::Mode, record.mode.as_deref().map(Cow::Borrowed)),
            (Field::Event, Some(Cow::Borrowed(&record.event))),
        ];
        for (field, word) in words {
            if let Some(place) = facts.words.get_mut(field.number()) {
                *place = word;
            }
        }
        for effect in &record.effects {
            facts.effects |= 1 << EFFECTS.iter().position(|kind| *kind == effect.kind).unwrap_or(EFFECTS.len());
            if let Some(program) = &effect.program {
                let text = match &effect.verb {
                    Some(verb) => Cow::Owned(String::clone(program) + " " + verb),
                    None => Cow::Borrowed(program.as_str()),
                };
                facts.add(Field::Program, text, 0);
            }
            if let Some(path) = &effect.path {
                let written = if effect.kind == "write" { WRITTEN } else { 0 };
                facts.add(Field::Path, Cow::Borrowed(path), written | if effect.tree { TREE } else { 0 });
            }
            if let Some(host) = &effect.host {
                facts.add(Field::Host, Cow::Borrowed(host), 0);
            }
        }
        for reason in &record.reasons {
            facts.add(Field::Rule, Cow::Borrowed(&reason.rule), 0);
        }
        Some(facts)
    }

    fn add(&mut self, field: Field, text: Cow<'r, str>, bits: u32) {
        if let Some(list) = field.list().and_then(|list| self.lists.get_mut(list))
            && !list.iter().any(|(known, other)| *known == text && *other == bits)
        {
            list.push((text, bits));
        }
    }
}
