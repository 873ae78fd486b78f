//! Our shell parser beside two parsers of others and `bash -n`, over scripts that nobody wrote for it.
//!
//! Others' parsers have faults of their own, so what is held is one direction: a command that another parser finds is one that we
//! find, too, or the script is in doubt here. Where the other one is wrong stands in `tests/parsers/known.jsonl`, with the reason.
//!
//! The scripts are the project's own corpora. For another collection, as for `tests/understood.rs`, and then only counted:
//!
//! ```text
//! PARSERS=scripts.jsonl cargo test --test parsers -- --nocapture
//! ```

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot read its rows has no other way to say so"
)]

use prexec::shell::tree::{Node, Part, Tree, Word};
use prexec::shell::{Limits, parse};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The least agreement with `bash -n` on the project's own corpora, in percent.
const AGREEMENT: usize = 99;

/// Names of commands that are plain text.
type Names = BTreeSet<String>;

fn ours(tree: &Tree) -> Names {
    let names = tree.iter().filter_map(|(_, located)| match &located.node {
        Node::Simple(simple) => simple.words.first().and_then(plain),
        _ => None,
    });
    names.collect()
}

/// Whether some of the text is none that bash accepts, as far as the parser can say.
fn is_refused(tree: &Tree) -> bool {
    tree.iter().any(|(_, located)| matches!(located.node, Node::Unread(_)))
}

/// The text of a word that has no quotes and no expansions, as the other parsers' plain words have none.
fn plain(word: &Word) -> Option<String> {
    match word.parts.as_slice() {
        [Part::Text { bytes, .. }] => String::from_utf8(bytes.to_vec()).ok(),
        _ => None,
    }
}

fn is_plain(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-./+:%@,".contains(&b))
}

/// What tree-sitter's grammar finds, also inside substitutions; `None` where it does not understand all of the text.
fn tree_sitter(parser: &mut tree_sitter::Parser, text: &str) -> Option<Names> {
    let tree = parser.parse(text, None)?;
    if tree.root_node().has_error() {
        return None;
    }
    let mut names = Names::new();
    let mut rest = vec![tree.root_node()];
    while let Some(node) = rest.pop() {
        if node.kind() == "command_name" {
            names.extend(node.utf8_text(text.as_bytes()).ok().filter(|name| is_plain(name)).map(String::from));
        }
        let mut cursor = node.walk();
        rest.extend(node.children(&mut cursor));
    }
    Some(names)
}

/// What brush's parser finds outside of words; `None` where it refuses the text.
fn brush(text: &str) -> Option<Names> {
    let options = brush_parser::ParserOptions::default();
    let program = brush_parser::Parser::new(text.as_bytes(), &options).parse_program().ok()?;
    let mut names = Names::new();
    let mut rest = vec![serde_json::to_value(&program).ok()?];
    while let Some(value) = rest.pop() {
        match value {
            Value::Object(object) => {
                let name = object.get("word_or_name").and_then(|word| word["value"].as_str());
                names.extend(name.filter(|name| is_plain(name)).map(String::from));
                rest.extend(object.into_iter().map(|(_, value)| value));
            }
            Value::Array(all) => rest.extend(all),
            _ => {}
        }
    }
    Some(names)
}

/// Whether `bash -n` accepts a text; it executes nothing.
fn bash_accepts(text: &str) -> bool {
    let mut bash = Command::new("bash")
        .args(["--norc", "--noprofile", "-n"])
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    // It may have seen enough before the end.
    let _ = bash.stdin.take().unwrap().write_all(text.as_bytes());
    bash.wait().unwrap().success()
}

fn scripts() -> (bool, Vec<String>) {
    let own = std::env::var_os("PARSERS").is_none();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
    let files = match std::env::var_os("PARSERS") {
        Some(file) => vec![PathBuf::from(file)],
        None => vec![root.join("benign.jsonl"), root.join("hostile.jsonl")],
    };
    let mut scripts = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
        for line in text.lines() {
            let row: Value = serde_json::from_str(line).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
            scripts.extend(row["script"].as_str().or_else(|| row["command"].as_str()).map(String::from));
        }
    }
    (own, scripts)
}

#[test]
fn commands_that_others_find_are_found() {
    let (own, scripts) = scripts();
    let mut sitter = tree_sitter::Parser::new();
    sitter.set_language(&tree_sitter_bash::LANGUAGE.into()).unwrap();
    let known = known();
    let mut used = BTreeSet::new();
    let mut missed = Vec::new();
    let mut understood: BTreeMap<&str, usize> = BTreeMap::new();
    for script in &scripts {
        let Ok(tree) = parse(script, &Limits::default()) else { continue };
        let ours = ours(&tree);
        for (who, theirs) in [("tree-sitter", tree_sitter(&mut sitter, script)), ("brush", brush(script))] {
            let Some(theirs) = theirs else { continue };
            *understood.entry(who).or_default() += 1;
            for name in theirs.difference(&ours) {
                let of = |row: &&Known| {
                    row.parser == who && row.name == *name && row.script.as_ref().is_none_or(|s| s == script)
                };
                if let Some(row) = known.iter().find(of) {
                    used.insert(row.clone());
                } else if tree.differences().is_empty() && !is_refused(&tree) {
                    missed.push(format!("{who} finds `{name}` in {script:?}, where we find {ours:?}"));
                }
            }
        }
    }
    println!("{} scripts; understood by others: {understood:?}; {} missed", scripts.len(), missed.len());
    assert!(!own || understood.values().all(|n| n * 10 >= scripts.len() * 8), "{understood:?}");
    for line in &missed {
        println!("{line}");
    }
    assert!(!own || missed.is_empty(), "{} commands are missed:\n{}", missed.len(), missed.join("\n"));
    let stale: Vec<_> = known.difference(&used).collect();
    assert!(!own || stale.is_empty(), "no longer so: {stale:?}");
}

/// Where another parser is wrong: in one script, or wherever it finds that name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Known {
    parser: String,
    name: String,
    script: Option<String>,
    reason: String,
}

fn known() -> BTreeSet<Known> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/parsers/known.jsonl");
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{line}: {e}"))).collect()
}

#[test]
fn what_bash_refuses_is_refused() {
    let (own, scripts) = scripts();
    let (mut agreed, mut stricter, mut laxer) = (0, Vec::new(), Vec::new());
    for script in &scripts {
        let accepted = bash_accepts(script);
        let refused = match parse(script, &Limits::default()) {
            Ok(tree) => is_refused(&tree),
            Err(_) => true,
        };
        match (accepted, refused) {
            (true, true) => stricter.push(script),
            (false, false) => laxer.push(script),
            _ => agreed += 1,
        }
    }
    println!("bash -n and the parser agree on {agreed} of {} scripts", scripts.len());
    println!("{} are accepted by bash alone, {} by us alone", stricter.len(), laxer.len());
    for script in stricter.iter().take(100) {
        println!("bash accepts {script:?}");
    }
    for script in laxer.iter().take(100) {
        println!("bash refuses {script:?}");
    }
    assert!(!own || agreed * 100 >= scripts.len() * AGREEMENT, "{agreed} of {} is too few", scripts.len());
}
