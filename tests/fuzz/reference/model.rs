//! A policy as a person writes it, and a call as a person would describe it.

use prexec::decision::Decision;
use prexec::policy::Trust;

/// Where the call takes place: a repository, of the tier `near`.
pub(crate) const DIRECTORY: &str = "/w/p";
pub(crate) const HOME: &str = "/home/u";

pub(crate) struct Case {
    pub(crate) layers: Vec<Layer>,
    pub(crate) effects: Vec<Effect>,
    /// Files that stand there.
    pub(crate) files: Vec<String>,
}

pub(crate) struct Layer {
    pub(crate) trust: Trust,
    pub(crate) rules: Vec<Rule>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tier {
    Any,
    /// The tier of the call.
    Near,
    /// The one of no repository.
    None,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    Files(&'static str),
    Protected,
    Network,
}

#[derive(Clone, Debug)]
pub(crate) enum Speaks {
    Prefix { pattern: Vec<Vec<String>>, canonical: bool },
    Glob { patterns: Vec<String>, unless: Vec<String>, access: Vec<&'static str> },
    Network { host: String, protocol: &'static str },
    Host { host: String, methods: Vec<&'static str> },
    Env { name: String, access: &'static str },
    Tool { tool: String, arguments: Vec<(&'static str, &'static str)> },
    Flow { source: Source, sink: &'static str },
}

#[derive(Clone, Debug)]
pub(crate) enum Rule {
    /// It decides about what it speaks of.
    Decides {
        speaks: Speaks,
        decision: Decision,
        tier: Tier,
    },
    Default {
        key: &'static str,
        decision: Decision,
    },
    HostExecutable {
        name: &'static str,
        paths: Vec<&'static str>,
    },
}

/// A text, as far as it is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Text {
    Is(String),
    /// One of several.
    OneOf(Vec<String>),
    /// Begins and ends so.
    Part(String, String),
    Anything,
}

#[derive(Clone, Debug)]
pub(crate) enum Does {
    /// The words; the program may be named by an absolute path.
    Run(Vec<Text>),
    Read {
        path: Text,
        tree: bool,
    },
    Write(Text),
    Connect {
        scheme: Option<&'static str>,
        host: Text,
        method: Option<&'static str>,
    },
    ReadEnv(Text),
    SetEnv(Text),
    Tool {
        name: String,
        arguments: Vec<(&'static str, &'static str)>,
        modelled: bool,
    },
    FlowFile {
        path: Text,
        sink: &'static str,
        sure: bool,
    },
    FlowNetwork {
        sink: &'static str,
        sure: bool,
    },
    Interactive,
    Unknown,
}

#[derive(Clone, Debug)]
pub(crate) struct Effect {
    pub(crate) does: Does,
    /// The command that does it.
    pub(crate) command: Option<u32>,
}
