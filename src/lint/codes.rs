//! What each code stands for, for lists and for `lint --explain`.

use super::Level;

/// One code.
#[derive(Clone, Copy, Debug)]
pub struct Code {
    /// Its name.
    pub name: &'static str,
    /// How much a finding of it matters.
    pub level: Level,
    /// What it says, in a few words.
    pub short: &'static str,
    /// Why it is reported, and what to do.
    pub long: &'static str,
}

const fn warning(name: &'static str, short: &'static str, long: &'static str) -> Code {
    Code { name, level: Level::Warning, short, long }
}

const fn note(name: &'static str, short: &'static str, long: &'static str) -> Code {
    Code { name, level: Level::Note, short, long }
}

/// Every code.
pub const CODES: &[Code] = &[
    warning(
        "unknown-allow",
        "what could not be worked out is allowed",
        "`default(unknown = \"allow\")` lets through every call that hides what it does: a program name in a variable, a script that is \
         decoded at run time, an option that nobody knows. Write \"prompt\", and allow by name what is asked about too often; \
         `prexec suggest` proposes rules for that. The fix writes \"prompt\".",
    ),
    warning(
        "unreachable",
        "a stricter rule matches whatever this one matches",
        "The strictest of all rules that match decides, so that a rule whose every match is also one of a stricter rule of the same \
         file never counts. Make the stricter rule narrower (a longer pattern, `unless`), or remove one of them. Rules of an included \
         file are not compared: being stricter than them is what overlays are for.",
    ),
    warning(
        "duplicate",
        "another rule says the same",
        "Two rules match the same and ask for the same. The fix removes the later one.",
    ),
    warning(
        "contradiction",
        "one default is written twice, with different decisions",
        "Where a file writes a key of `default(...)` twice, the strictest counts, so that the other one means nothing. Keep one.",
    ),
    warning(
        "runs-others",
        "an allow of a program that can run other programs",
        "A shell, an interpreter, `env`, `xargs`, `ssh` and their like run whatever their words say. An allow of such a program is an \
         allow of everything that prexec cannot see through. Name what may be run, or allow one script by its path with `glob_rule` \
         and access = \"execute\".",
    ),
    note(
        "any-tool",
        "an allow of all tools of a server, or of all servers",
        "A server of tools can gain tools after it was reviewed, and some of its tools write, delete or send. Name each tool that may \
         run unasked (`mcp__docs__search`), or the beginning that all reading tools share (`mcp__docs__get_*`).",
    ),
    warning(
        "matches-nothing",
        "a pattern that nothing can match",
        "The rule loads and protects nothing, or allows nothing: `unless` takes back all of its glob, a word of a command holds a blank \
         (each word is one entry: [\"git\", \"push\"]), a word is an operator of the shell, or a tool's name has not the form \
         `mcp__SERVER__TOOL`. The fix splits the word, or completes the name.",
    ),
    warning(
        "empty-alternative",
        "an alternative of a glob that is empty",
        "In a glob `{,x}` an empty alternative matches nothing: `bin/tool{,-helper}` covers `bin/tool-helper` and not `bin/tool`. Write both \
         names in full: `bin/{tool,tool-helper}`.",
    ),
    warning(
        "known-program",
        "a description of a program that prexec knows",
        "`program` and `wrapper` take the place of what the tables that come with prexec say of a program. What they leave out (an option \
         that reads a file, an operand that is written) is no longer seen. Begin with what is known (`same_as = \"NAME\"`), or remove the \
         description; where the tables are wrong, report it.",
    ),
    warning(
        "overdue",
        "the day of review is over",
        "A rule's `review` names the day on which somebody looks at it again. Look at it, and set the next day, or remove the rule.",
    ),
    warning(
        "unwritten",
        "a suggested justification that nobody has written",
        "`prexec suggest` leaves the justification to whoever takes a rule over. Write who looked at it and when, and why it may run \
         unasked.",
    ),
    note(
        "no-justification",
        "a rule that stops calls and does not say why",
        "The justification is what the agent and the person read when a call is stopped. Say why, and what to do instead, behind a \
         semicolon.",
    ),
    note(
        "no-example",
        "a rule without an example of each side",
        "Examples are checked whenever the policy is loaded, so that a later change of the rule cannot change what it matches unseen. \
         Give one that it matches (`match`) and one that it nearly matches (`not_match`).",
    ),
];

/// The code of that name.
pub fn code(name: &str) -> Option<&'static Code> {
    CODES.iter().find(|code| code.name == name)
}
