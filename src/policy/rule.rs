//! What a policy consists of once its text has been read: rules, defaults and tiers, each knowing where it was written.

use super::lazy_regex::LazyRegex;
use super::list::List;
use crate::decision::Decision;
use crate::glob::{Glob, Index, PathGlob};
use alloc::{string::String, vec::Vec};

/// What every rule has.
#[derive(Clone, Debug)]
pub struct Head {
    /// Place of the rule's call: `FILE:LINE:COLUMN`.
    pub place: String,
    /// What it asks for.
    pub decision: Decision,
    /// Why, never blank.
    pub justification: Option<String>,
    /// The trust tiers it is limited to; empty for all.
    pub tiers: Vec<String>,
}

/// One position of a prefix pattern: any of these tokens.
pub type Alternatives = Vec<String>;

/// `prefix_rule(...)`: speaks of commands by their first words.
#[derive(Clone, Debug)]
pub struct PrefixRule {
    /// Place, decision, justification, tiers.
    pub head: Head,
    /// The words, one or more; the first names the program (bare or as a path).
    pub pattern: Vec<Alternatives>,
    /// `canonical_matching`: compares without case.
    pub ignore_case: bool,
    /// `options_anywhere` (ours, for rules that forbid or prompt): the pattern's options match wherever they stand, shortened or
    /// in a cluster, and its other words are held against the command without its options.
    pub options_anywhere: bool,
    /// `unless` (ours, for rules that forbid or prompt): options with which a command is none that the rule speaks of (a dry run).
    pub unless: Vec<String>,
}

/// `host_executable(...)`: the paths that a bare program name may stand for.
#[derive(Clone, Debug)]
pub struct HostExecutable {
    /// The bare name.
    pub name: String,
    /// Absolute paths that end in it.
    pub paths: Vec<String>,
}

/// What a glob rule speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// The content of a file is read.
    Read,
    /// A file is created, changed, moved or deleted.
    Write,
    /// The same, but for what git puts there out of commits: `git checkout main` edits nothing.
    Edit,
    /// Everything that stands below a directory is changed or deleted (`rm -r`, `chmod -R`, `find -delete`).
    WriteTree,
    /// A program is started by this path.
    Execute,
}

/// `glob_rule(...)` and `deny_read(...)`: speaks of paths.
#[derive(Clone, Debug)]
pub struct GlobRule {
    /// Place, decision, justification, tiers.
    pub head: Head,
    /// The kinds of access it speaks of, one or more.
    pub access: Vec<Access>,
    /// It applies to paths that one of these covers ...
    pub patterns: Vec<PathGlob>,
    /// ... and none of these.
    pub unless: Vec<PathGlob>,
}

/// The protocols of `network_rule(...)`, as Codex names them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// `http`
    Http,
    /// `https`
    Https,
    /// `socks5_tcp`
    Socks5Tcp,
    /// `socks5_udp`
    Socks5Udp,
}

/// `network_rule(...)`: one host, one protocol.
#[derive(Clone, Debug)]
pub struct NetworkRule {
    /// Place, decision, justification, tiers.
    pub head: Head,
    /// Lower-case host, no wildcard.
    pub host: String,
    /// The protocol.
    pub protocol: Protocol,
}

/// `host_rule(...)`: hosts by glob, optionally by HTTP method.
#[derive(Clone, Debug)]
pub struct HostRule {
    /// Place, decision, justification, tiers.
    pub head: Head,
    /// Host globs in lower case, one or more.
    pub hosts: Vec<Glob>,
    /// Upper-case methods; empty for all.
    pub methods: Vec<String>,
}

/// Where a `flow_rule` takes data from.
#[derive(Clone, Debug)]
pub enum FlowFrom {
    /// Files by glob.
    Files(Vec<PathGlob>),
    /// `"protected"`: whatever a forbidding or prompting read rule covers.
    Protected,
    /// `"network"`.
    Network,
    /// `"credentials"`: texts in the call itself that have the format of one.
    Credentials,
}

/// `flow_rule(...)`: data that moves from a source to a sink.
#[derive(Clone, Debug)]
pub struct FlowRule {
    /// Place, decision, justification, tiers.
    pub head: Head,
    /// Where the data comes from.
    pub source: FlowFrom,
    /// Where it goes.
    pub sink: crate::effect::FlowSink,
}

/// How an environment variable is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EnvAccess {
    /// Printed or sent.
    Read,
    /// Set for a command.
    Set,
}

/// `env_rule(...)`: environment variables by name glob.
#[derive(Clone, Debug)]
pub struct EnvRule {
    /// Place, decision, justification, tiers.
    pub head: Head,
    /// Name globs, one or more.
    pub names: Vec<Glob>,
    /// The kinds of use it speaks of, one or more.
    pub access: Vec<EnvAccess>,
}

/// `tool_rule(...)`: tools by name glob and arguments.
#[derive(Clone, Debug)]
pub struct ToolRule {
    /// Place, decision, justification, tiers.
    pub head: Head,
    /// A tool's name or a glob of names.
    pub tool: Glob,
    /// Argument name and the regex that its value must match; all must match.
    pub arguments: Vec<(String, LazyRegex)>,
}

/// `default(...)`: what an effect of a kind gets that no rule allows. `None`: this layer says nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Defaults {
    /// Commands that run.
    pub commands: Option<Decision>,
    /// Files that are read.
    pub reads: Option<Decision>,
    /// Files that are written.
    pub writes: Option<Decision>,
    /// Hosts that are contacted.
    pub network: Option<Decision>,
    /// Tools whose effects are not modelled.
    pub tools: Option<Decision>,
    /// Environment variables that are read or set.
    pub environment: Option<Decision>,
    /// Programs that go on reading commands from a terminal.
    pub interactive: Option<Decision>,
    /// What could not be worked out.
    pub unknown: Option<Decision>,
}

/// `tier(...)`: a class of repositories.
#[derive(Clone, Debug)]
pub struct Tier {
    /// Its name, unique in a policy; never `none`.
    pub name: String,
    /// Globs of repository roots.
    pub paths: Vec<PathGlob>,
    /// Globs of git remote URLs.
    pub remotes: Vec<Glob>,
}

/// `recording`: what a policy asks of the audit trail.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Recording {
    /// A call that would be let through and whose record cannot be written is denied.
    pub required: bool,
    /// Commands and arguments are recorded, too, without what is known to be secret.
    pub text: bool,
}

/// Who wrote a layer, most trusted first. A layer can tighten what a more trusted one says, never loosen it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Trust {
    /// The administrator (`/etc/prexec`), or the embedded posture where there is none, or what the command line names.
    Managed,
    /// The user.
    User,
    /// The repository that is worked in.
    Repository,
}

impl Trust {
    /// `managed`, `user` or `repository`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Managed => "managed",
            Self::User => "user",
            Self::Repository => "repository",
        }
    }
}

/// The rules of one trust level, in the order in which they were written.
#[derive(Clone, Debug)]
pub struct Layer {
    /// Who wrote it.
    pub trust: Trust,
    /// `prefix_rule`
    pub prefix_rules: List<PrefixRule>,
    /// `host_executable`
    pub host_executables: Vec<HostExecutable>,
    /// `glob_rule` and `deny_read`
    pub glob_rules: List<GlobRule>,
    /// `network_rule`
    pub network_rules: Vec<NetworkRule>,
    /// `host_rule`
    pub host_rules: Vec<HostRule>,
    /// `flow_rule`
    pub flow_rules: Vec<FlowRule>,
    /// `env_rule`
    pub env_rules: Vec<EnvRule>,
    /// `tool_rule`
    pub tool_rules: Vec<ToolRule>,
    /// `default`; where a layer writes a key twice, the strictest counts.
    pub defaults: Defaults,
    /// `tier`
    pub tiers: Vec<Tier>,
    /// `recording`
    pub recording: Recording,
    /// `program` and `wrapper`: a table of programs, as [`crate::tables::Tables::with_added`] takes it; empty where there are none.
    pub knowledge: Vec<u8>,
    /// By which the globs near a path are found; made last.
    pub(crate) index: Option<Index>,
}

/// The most glob rules that are simply tried one after the other.
const FEW_GLOBS: usize = 32;

impl Layer {
    /// Makes the index of its globs, once all rules are there.
    pub fn make_index(&mut self) {
        self.index = (self.glob_rules.len() > FEW_GLOBS)
            .then(|| Index::new(self.glob_rules.iter().map(|rule| rule.patterns.as_slice())));
    }

    /// The index of its globs, where there is one that knows all rules.
    pub(super) fn index(&self) -> Option<&Index> {
        self.index.as_ref().filter(|index| index.rules() == self.glob_rules.len())
    }

    /// A layer without rules.
    pub fn new(trust: Trust) -> Self {
        Self {
            trust,
            prefix_rules: List::default(),
            host_executables: Vec::new(),
            glob_rules: List::default(),
            network_rules: Vec::new(),
            host_rules: Vec::new(),
            flow_rules: Vec::new(),
            env_rules: Vec::new(),
            tool_rules: Vec::new(),
            defaults: Defaults::default(),
            tiers: Vec::new(),
            recording: Recording::default(),
            knowledge: Vec::new(),
            index: None,
        }
    }
}

/// Everything that decides: the layers, most trusted first, and what identifies their text.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    /// Most trusted first.
    pub layers: Vec<Layer>,
    /// `blake3:` and the hash over every source with its name, as verdicts print it.
    pub digest: String,
}

impl Policy {
    /// What its layers know of programs beside the built-in tables: one reading of the administrator's, and one more with those of
    /// each less trusted layer that has some, whose rows come first. A call is judged by each of them and the strictest verdict
    /// counts, so that what a layer says of a program can tighten, never loosen, what a more trusted one decides.
    pub fn knowledge(&self) -> Vec<Vec<&[u8]>> {
        let mut readings = Vec::from([Vec::new()]);
        for layer in self.layers.iter().filter(|layer| !layer.knowledge.is_empty()) {
            let mut reading = readings.last().cloned().unwrap_or_default();
            reading.insert(0, layer.knowledge.as_slice());
            if layer.trust == Trust::Managed {
                readings.clear();
            }
            readings.push(reading);
        }
        readings
    }

    /// What its layers together ask of the audit trail: what one of them demands.
    pub fn recording(&self) -> Recording {
        let all = || self.layers.iter().map(|layer| layer.recording);
        Recording { required: all().any(|one| one.required), text: all().any(|one| one.text) }
    }

    /// Whether all that was read of it so far is what was written; else nothing that was decided with it counts.
    pub fn is_sound(&self) -> bool {
        self.layers.iter().all(|layer| layer.prefix_rules.is_sound() && layer.glob_rules.is_sound())
    }
}
