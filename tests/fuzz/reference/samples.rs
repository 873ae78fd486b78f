//! Makes policies and calls that have to do with one another.

use super::Choices;
use super::model::{Below, Case, Does, Effect, Layer, Prefix, Rule, Source, Speaks, Text, Tier};
use prexec::decision::Decision;
use prexec::policy::Trust;

const PROGRAMS: &[&str] = &["git", "cat", "rm", "make", "/usr/bin/git", "/opt/git", "/opt/x/make", "Git"];
const WORDS: &[&str] =
    &["push", "pull", "-f", "--force", "a", "PUSH", "-rf", "origin", "--dry-run", "--no-dry-run", "-r"];
pub(crate) const GLOBS: &[&str] = &[
    "**/.env",
    "**/.env*",
    "**/*.pem",
    "**/*",
    "/w/p",
    "/w/p/**",
    "/w/p/*",
    "/w/p/src/*.rs",
    "./src",
    "./**/*.md",
    "./a?c",
    "~/.ssh",
    "~/.ssh/id_*",
    "~/**",
    "/etc/**",
    "/etc/pass[a-w]d",
    "/w/{p,q}/x",
    "**/x/**",
    "/usr/bin/*",
    "**/git",
    "/w/p/a**b",
    "**/[!a-c].txt",
    "./src/**/mod.rs",
    "/",
    "**/.git/**",
    "~/x.pem",
];
pub(crate) const PATHS: &[&str] = &[
    "/w/p/.env",
    "/w/p/.env.local",
    "/w/p/src/a.rs",
    "/w/p/src/deep/mod.rs",
    "/w/p/README.md",
    "/w/p/abc",
    "/w/p/aXb",
    "/w/p/a/b",
    "/w/p/x/y.txt",
    "/w/p/d.txt",
    "/home/u/.ssh/id_rsa",
    "/home/u/.ssh",
    "/home/u/x.pem",
    "/etc/passwd",
    "/etc/hosts",
    "/w/p/x",
    "/usr/bin/git",
    "/opt/git",
    "/",
    "/w/p",
    "/w/p/.git/config",
    "/tmp/x/.env",
    "/home/v/.ssh/id_rsa",
];
/// Directories with what stands in them.
const TREES: &[&str] = &["/w/p", "/w/p/src", "/w/p/x", "/etc", "/home/u", "/tmp", "/w/p/bin"];
const ENTRIES: &[&str] = &["/usr/bin", "/opt", "/home/u/bin", "/w/p/bin", "bin", "", "/tmp"];
/// Programs by the places in which PATH may find them.
const STANDING: &[&str] = &[
    "/usr/bin/cat",
    "/usr/bin/make",
    "/home/u/bin/git",
    "/home/u/bin/make",
    "/w/p/bin/cat",
    "/w/p/rm",
    "/opt/make",
    "/tmp/git",
];
const PARTS: &[(&str, &str)] = &[
    ("/w/p/", ".env"),
    ("/w/p/src/", ".rs"),
    ("/home/u/", ""),
    ("/", "/id_rsa"),
    ("/etc/", "d"),
    ("/w/p/.e", ""),
    ("/w/p/", "/mod.rs"),
    ("/opt/", ""),
    ("/w/p/x/", "t"),
];
pub(crate) const HOSTS: &[&str] = &["example.com", "api.example.com", "evil.org", "10.0.0.1", "localhost"];
const HOST_GLOBS: &[&str] = &["example.com", "*.example.com", "**", "{evil,good}.org", "10.0.0.*", "localhost"];
pub(crate) const NAMES: &[&str] = &["TOKEN", "GITHUB_TOKEN", "PATH", "LD_PRELOAD", "HOME"];
const NAME_GLOBS: &[&str] = &["*TOKEN*", "LD_*", "PATH", "*", "GITHUB_?????"];
const TOOLS: &[&str] = &["mcp__github__create", "mcp__files__read", "spawn_agent", "view_image"];
const TOOL_GLOBS: &[&str] = &["mcp__*", "mcp__github__create", "*", "spawn_agent", "view_?mage"];
const ARGUMENTS: &[(&str, &str)] = &[("repo", "a/b"), ("path", "/etc/passwd"), ("repo", "evil/b")];
const PATTERNS: &[(&str, &str)] = &[("repo", "^a"), ("path", "passwd$"), ("repo", "evil|good"), ("none", ".")];
const DECISIONS: [Decision; 3] = [Decision::Allow, Decision::Prompt, Decision::Deny];
pub(crate) const KEYS: [&str; 8] =
    ["commands", "reads", "writes", "network", "tools", "environment", "interactive", "unknown"];

pub(crate) fn case(c: &mut Choices<'_>) -> Case {
    let layers = match c.below(6) {
        0 | 1 => vec![layer(c, Trust::Managed)],
        2 => vec![layer(c, Trust::User)],
        3 => vec![layer(c, Trust::Managed), layer(c, Trust::Repository)],
        4 => vec![layer(c, Trust::Managed), layer(c, Trust::User), layer(c, Trust::Repository)],
        _ => vec![layer(c, Trust::Managed), layer(c, Trust::User)],
    };
    let effects = (0..=c.below(5)).map(|_| effect(c)).collect();
    let mut files: Vec<String> = c.some(&PATHS[..10], 6).into_iter().map(String::from).collect();
    let mut search = Vec::new();
    if c.once_in(3) {
        search = c.some(ENTRIES, 4);
        files.extend(strings(c, STANDING, 5));
    }
    Case { layers, effects, files, search }
}

fn layer(c: &mut Choices<'_>, trust: Trust) -> Layer {
    // Over 32 globs there is an index.
    let most = if c.once_in(4) { 60 } else { 8 };
    let mut rules: Vec<Rule> = (0..c.below(most)).map(|_| rule(c)).collect();
    for key in KEYS {
        if c.once_in(3) {
            rules.push(Rule::Default { key, decision: *c.of(&DECISIONS) });
        }
    }
    if c.once_in(4) && trust == Trust::Managed {
        let paths = c.of(&[&["/usr/bin/git"][..], &["/usr/bin/git", "/opt/git"], &["/opt/x/git"]]).to_vec();
        rules.push(Rule::HostExecutable { name: "git", paths });
    }
    Layer { trust, rules }
}

fn strings(c: &mut Choices<'_>, all: &[&str], most: usize) -> Vec<String> {
    c.some(all, most).into_iter().map(String::from).collect()
}

fn rule(c: &mut Choices<'_>) -> Rule {
    let decision = *c.of(&DECISIONS);
    let tier = *c.of(&[Tier::Any, Tier::Any, Tier::Any, Tier::Near, Tier::None]);
    let speaks = match c.below(12) {
        0..=2 => {
            let mut pattern = vec![strings(c, PROGRAMS, 2)];
            for _ in 0..c.below(3) {
                pattern.push(strings(c, WORDS, 2));
            }
            let restricts = decision != Decision::Allow;
            let canonical = c.once_in(4);
            let anywhere = restricts && c.once_in(3);
            let unless = if restricts && c.once_in(6) { vec![*c.of(&["--dry-run", "-f"])] } else { Vec::new() };
            Speaks::Prefix(Prefix { pattern, canonical, anywhere, unless })
        }
        3..=6 => {
            let unless = if c.once_in(3) { strings(c, GLOBS, 2) } else { Vec::new() };
            Speaks::Glob { patterns: strings(c, GLOBS, 2), unless, access: c.some(&["read", "write", "execute"], 2) }
        }
        7 => Speaks::Network {
            host: (*c.of(HOSTS)).into(),
            protocol: c.of::<&str>(&["http", "https", "socks5_tcp", "socks5_udp"]),
        },
        8 => Speaks::Host {
            host: (*c.of(HOST_GLOBS)).into(),
            methods: if c.once_in(3) { c.some(&["GET", "POST"], 2) } else { Vec::new() },
        },
        9 => Speaks::Env { name: (*c.of(NAME_GLOBS)).into(), access: c.of::<&str>(&["read", "set"]) },
        10 => Speaks::Tool {
            tool: (*c.of(TOOL_GLOBS)).into(),
            arguments: if c.once_in(2) { vec![*c.of(PATTERNS)] } else { Vec::new() },
        },
        _ => Speaks::Flow {
            source: *c.of(&[Source::Protected, Source::Network, Source::Files("**/.env*"), Source::Files("~/**")]),
            sink: c.of::<&str>(&["network", "interpreter"]),
        },
    };
    Rule::Decides { speaks, decision, tier }
}

fn effect(c: &mut Choices<'_>) -> Effect {
    let does = match c.below(14) {
        0..=3 => {
            let mut words = vec![if c.once_in(6) { text(c, PROGRAMS) } else { Text::Is((*c.of(PROGRAMS)).into()) }];
            for _ in 0..c.below(4) {
                words.push(text(c, WORDS));
            }
            Does::Run(words)
        }
        4 | 5 => Does::Read { path: path(c), tree: false },
        6 => Does::Read { path: tree(c), tree: true },
        7 if c.once_in(3) => Does::Write { path: tree(c), below: *c.of(&[Below::Standing, Below::New]) },
        7 => {
            let path = if c.once_in(4) { Text::Is((*c.of(STANDING)).into()) } else { path(c) };
            Does::Write { path, below: Below::Nothing }
        }
        8 => Does::Connect {
            scheme: *c.of(&[Some("https"), Some("http"), Some("ssh"), None]),
            host: text(c, HOSTS),
            method: *c.of(&[Some("GET"), Some("POST"), None]),
        },
        9 => {
            let name = text(c, NAMES);
            if c.once_in(2) { Does::ReadEnv(name) } else { Does::SetEnv(name) }
        }
        10 => Does::Tool {
            name: (*c.of(TOOLS)).into(),
            arguments: if c.once_in(2) { vec![*c.of(ARGUMENTS)] } else { Vec::new() },
            modelled: c.once_in(3),
        },
        11 => {
            let (sink, sure) = (*c.of(&["network", "interpreter"]), !c.once_in(4));
            if c.once_in(3) { Does::FlowNetwork { sink, sure } } else { Does::FlowFile { path: path(c), sink, sure } }
        }
        12 => Does::Interactive,
        _ => Does::Unknown,
    };
    let command = if c.once_in(3) { None } else { Some(u32::try_from(c.below(2)).unwrap_or(0)) };
    Effect { does, command }
}

fn text(c: &mut Choices<'_>, all: &[&str]) -> Text {
    match c.below(8) {
        6 => several(c, all),
        7 => Text::Anything,
        _ => Text::Is((*c.of(all)).into()),
    }
}

/// Two or more, each different.
fn several(c: &mut Choices<'_>, all: &[&str]) -> Text {
    let mut several = strings(c, all, 3);
    several.sort();
    several.dedup();
    if several.len() == 1 { Text::Is(several.remove(0)) } else { Text::OneOf(several) }
}

fn tree(c: &mut Choices<'_>) -> Text {
    Text::Is((*c.of(TREES)).into())
}

fn path(c: &mut Choices<'_>) -> Text {
    match c.below(8) {
        5 => several(c, PATHS),
        6 => {
            let (start, end) = *c.of(PARTS);
            Text::Part(start.into(), end.into())
        }
        7 => Text::Anything,
        _ => Text::Is((*c.of(PATHS)).into()),
    }
}
