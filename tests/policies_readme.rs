//! `policies/README.md` is made of the rules themselves, so that it cannot say anything else than they do. After a change of a
//! policy write it anew with `UPDATE_GOLDEN=1 cargo test --test policies_readme` and read the difference.

#![cfg(feature = "admin")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail as tests do")]

use prexec::decision::Decision;
use prexec::rules::{Loader, RuleNote, embedded};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

const POSTURES: [&str; 3] = ["lockdown.rules", "controlled.rules", "open.rules"];
const JUDGEMENT: &str = "# Judgement: ";

#[test]
fn the_readme_is_what_the_rules_say() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("policies/README.md");
    let wanted = readme();
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, wanted).unwrap();
    } else {
        let found = std::fs::read_to_string(&path).unwrap_or_default();
        let stale = "policies/README.md is stale; run `UPDATE_GOLDEN=1 cargo test --test policies_readme`";
        assert!(found == wanted, "{stale}");
    }
}

#[test]
fn every_policy_is_shipped() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("policies");
    for directory in ["", "packs"] {
        for entry in std::fs::read_dir(root.join(directory)).unwrap() {
            let name = Path::new(directory).join(entry.unwrap().file_name());
            if name.extension().is_some_and(|e| e == "rules") {
                let name = name.display().to_string();
                assert!(embedded::text(&name).is_some(), "{name} is not in src/rules/embedded.rs");
            }
        }
    }
}

#[test]
fn every_shipped_rule_says_why_and_what_to_do_instead() {
    for (name, rules) in packs() {
        for rule in rules {
            let why = rule.justification.as_deref().unwrap_or_else(|| panic!("{} says nothing", rule.place));
            // An alternative stands behind a semicolon; an allow needs none.
            assert!(
                rule.decision == Decision::Allow || why.contains("; "),
                "{name}: {} names no alternative",
                rule.place
            );
            let flow = rule.function == "flow_rule";
            assert!(flow || !rule.matches.is_empty(), "{} has no example", rule.place);
            assert!(flow || !rule.not_matches.is_empty(), "{} has no near miss", rule.place);
        }
    }
}

/// The rules of every pack, by file.
fn packs() -> BTreeMap<&'static str, Vec<RuleNote>> {
    let tiers = ["open", "standard", "sensitive"].map(|tier| format!("tier(\"{tier}\", paths = [\"/{tier}/*\"])\n"));
    let load = |name: &str| {
        let text = format!("{}include(\"@prexec/{name}\")\n", tiers.concat());
        Loader::new().load_text("readme.rules", &text).unwrap_or_else(|d| panic!("{name}:\n{d}")).rules
    };
    let names = embedded::POLICIES.iter().map(|(name, _)| *name).filter(|name| name.starts_with("packs/"));
    names.map(|name| (name, load(name))).collect()
}

fn readme() -> String {
    let mut out = String::from(
        "# Policies that are shipped\n\n\
         Made of the rules by `UPDATE_GOLDEN=1 cargo test --test policies_readme`; do not edit.\n\n\
         A posture is a list of packs with defaults. Start from one, and add what is yours in a file of a few lines:\n\n\
         ```python\ninclude(\"@prexec/controlled.rules\")\ntool_rule(\"mcp__docs__*\", \"allow\")\n```\n\n\
         `forbidden` stops a call, `prompt` asks a person (and stops it where nobody can be asked, such as in `codex exec`), `allow` takes the\n\
         place of a default. The strictest of all rules that match decides. A rule marked **judgement** could reasonably be decided\n\
         otherwise; why it is as it is stands beside it.\n\n## Postures\n\n",
    );
    for posture in POSTURES {
        let text = embedded::text(posture).unwrap();
        let _ = writeln!(out, "### `{posture}`\n\n{}\n", heading(text).split_once(". ").unwrap().1);
        let defaults: Vec<String> = text.lines().filter_map(default_line).collect();
        let _ = writeln!(out, "Defaults: {}.\n", defaults.join(", "));
        let included: Vec<String> = text
            .lines()
            .filter_map(|line| line.strip_prefix("include(\"@prexec/packs/")?.strip_suffix(".rules\")"))
            .map(|pack| format!("[{pack}](#{pack})"))
            .collect();
        let _ = writeln!(out, "Packs: {}.\n", included.join(", "));
    }
    out.push_str("## Packs\n\n");
    for (name, rules) in packs() {
        let text = embedded::text(name).unwrap();
        let short = name.trim_start_matches("packs/").trim_end_matches(".rules");
        let _ = writeln!(out, "### {short}\n\n{}\n", heading(text));
        for rule in &rules {
            entry(&mut out, rule, text);
        }
    }
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

/// The comment at the beginning of a file, as paragraphs.
fn heading(text: &str) -> String {
    let lines: Vec<&str> =
        text.lines().take_while(|l| l.starts_with('#')).map(|l| l.trim_start_matches('#').trim()).collect();
    lines.join("\n").trim().to_owned()
}

/// `network = "prompt",` of a `default(...)`.
fn default_line(line: &str) -> Option<String> {
    let (key, word) = line.strip_prefix("    ")?.strip_suffix("\",")?.split_once(" = \"")?;
    Some(format!("{key} `{word}`"))
}

fn entry(out: &mut String, rule: &RuleNote, text: &str) {
    let subject = rule.subject.replace('`', "'");
    let _ = write!(out, "- **{}** `{}({subject})`", rule.decision.as_rule_word(), rule.function);
    if !rule.tiers.is_empty() {
        let _ = write!(out, " in tier {}", rule.tiers.join(", "));
    }
    let _ = writeln!(out, "  \n  {}.", rule.justification.as_deref().unwrap_or_default());
    if let Some(why) = judgement(rule, text) {
        let _ = writeln!(out, "  **Judgement:** {why}");
    }
    let examples =
        |all: &[String]| all.iter().map(|e| format!("`{}`", e.replace('`', "'"))).collect::<Vec<_>>().join(", ");
    match (rule.matches.as_slice(), rule.not_matches.as_slice()) {
        ([], _) => {}
        (yes, []) => _ = writeln!(out, "  Matches {}.", examples(yes)),
        (yes, no) => _ = writeln!(out, "  Matches {}, not {}.", examples(yes), examples(no)),
    }
}

/// What the comment above a rule's call says of it as a judgement.
fn judgement(rule: &RuleNote, text: &str) -> Option<String> {
    let line: usize = rule.place.rsplit(':').nth(1)?.parse().ok()?;
    let lines: Vec<&str> = text.lines().take(line - 1).collect();
    let above: Vec<&str> = lines.iter().rev().take_while(|l| l.starts_with('#')).copied().collect();
    let start = above.iter().position(|l| l.starts_with(JUDGEMENT))?;
    let words: Vec<&str> =
        above.iter().take(start + 1).rev().map(|l| l.trim_start_matches(JUDGEMENT).trim_start_matches("# ")).collect();
    Some(words.join(" "))
}
