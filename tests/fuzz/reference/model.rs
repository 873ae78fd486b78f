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
    /// The entries of PATH; without any the variable is not set.
    pub(crate) search: Vec<&'static str>,
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
    Prefix(Prefix),
    Glob { patterns: Vec<String>, unless: Vec<String>, access: Vec<&'static str> },
    Network { host: String, protocol: &'static str },
    Host { host: String, methods: Vec<&'static str> },
    Env { name: String, access: &'static str },
    Tool { tool: String, arguments: Vec<(&'static str, &'static str)> },
    Flow { source: Source, sink: &'static str },
}

/// What a `prefix_rule` says.
#[derive(Clone, Debug, Default)]
pub(crate) struct Prefix {
    pub(crate) pattern: Vec<Vec<String>>,
    /// Words are compared without case.
    pub(crate) canonical: bool,
    /// The options among the words match wherever they stand.
    pub(crate) anywhere: bool,
    /// Options with which it does not speak of a command.
    pub(crate) unless: Vec<&'static str>,
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

/// What of a tree is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Below {
    /// Only the path itself.
    Nothing,
    /// What stands there (`rm -r`).
    Standing,
    /// What may come to stand there (`tar -x`).
    New,
}

#[derive(Clone, Debug)]
pub(crate) enum Does {
    /// The words; the program may be named by an absolute path.
    Run(Vec<Text>),
    Read {
        path: Text,
        tree: bool,
    },
    Write {
        path: Text,
        below: Below,
    },
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

/// A command as its program sees it, for programs whose options are known: its name and operands, and the options one by one.
pub(crate) struct Shape {
    pub(crate) words: Vec<Text>,
    pub(crate) options: Vec<String>,
}

/// None where it is not known which words are options.
pub(crate) fn shape(words: &[Text]) -> Option<Shape> {
    let mut shape = Shape { words: Vec::new(), options: Vec::new() };
    for (place, word) in words.iter().enumerate() {
        match word {
            Text::Is(name) if place == 0 => shape.words.push(Text::Is(name.rsplit('/').next()?.to_owned())),
            Text::Is(option) if option.starts_with("--") => shape.options.push(option.clone()),
            Text::Is(cluster) if cluster.starts_with('-') => {
                shape.options.extend(cluster.chars().skip(1).map(|letter| format!("-{letter}")));
            }
            Text::Is(_) => shape.words.push(word.clone()),
            Text::OneOf(all) if place > 0 && !all.iter().any(|one| one.starts_with('-')) => {
                shape.words.push(word.clone());
            }
            _ => return None,
        }
    }
    Some(shape)
}
