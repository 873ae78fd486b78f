//! The words that rules and commands are made of: few, so that they meet, and in spellings that are easily confused.

use crate::random::Random;

const PROGRAMS: &[&str] =
    &["git", "git", "git", "hg", "rm", "GIT", "Git", "gi", "gitx", "straße", "STRASSE", "é", "e\u{301}", "É"];
const ARGUMENTS: &[&str] = &[
    "push",
    "push",
    "PUSH",
    "Push",
    "pull",
    "-f",
    "--force",
    "origin",
    "main",
    "",
    " ",
    "a b",
    "push ",
    "é",
    "É",
    "e\u{301}",
    "K",
    "k",
    "\u{212a}",
    "ß",
    "ss",
    "ς",
    "Σ",
    "ﬁ",
    "fi",
    "ı",
    "i",
    "İ",
    "I",
    ";",
    "\u{37e}",
    "한",
    "\u{1112}\u{1161}\u{11ab}",
    "\"q\"",
    "'",
    "\\",
    "$x",
    "*",
    "a\nb",
    "#x",
    "{x}",
    "/etc/passwd",
    "./a",
];
const DIRECTORIES: &[&str] = &["/usr/bin", "/opt", "/bin", "/opt/Git", "/usr/Bin"];
const JUSTIFICATIONS: &[&str] = &["ask first", "because: \"x\"", "été", " spaced ", "two\nlines", "{brace}"];

/// The name of a program.
pub(crate) fn program(random: &mut Random) -> String {
    random.pick(PROGRAMS).to_owned()
}

/// The absolute path of a program.
pub(crate) fn path(random: &mut Random, name: &str) -> String {
    format!("{}/{name}", random.pick(DIRECTORIES))
}

pub(crate) fn argument(random: &mut Random) -> String {
    random.pick(ARGUMENTS).to_owned()
}

pub(crate) fn justification(random: &mut Random) -> String {
    // A number tells rules apart that look the same otherwise.
    if random.chance(70) { format!("j{}", random.below(1000)) } else { random.pick(JUSTIFICATIONS).to_owned() }
}

/// The same word in another spelling.
pub(crate) fn respelled(random: &mut Random, word: &str) -> String {
    match random.below(5) {
        0 => word.to_uppercase(),
        1 => word.to_lowercase(),
        2 => word.replace('é', "e\u{301}").replace('É', "E\u{301}"),
        3 => format!("{word} "),
        _ => word.chars().rev().collect(),
    }
}

/// A Starlark string.
pub(crate) fn quoted(word: &str) -> String {
    let mut text = String::from("\"");
    for c in word.chars() {
        match c {
            '"' | '\\' => text.extend(['\\', c]),
            '\n' => text.push_str("\\n"),
            c => text.push(c),
        }
    }
    text + "\""
}

/// A Starlark list of strings.
pub(crate) fn list(words: &[String]) -> String {
    format!("[{}]", words.iter().map(|w| quoted(w)).collect::<Vec<_>>().join(", "))
}
