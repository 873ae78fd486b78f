//! Codex's `requirements.toml` as a source of rules, so that one list serves both layers.
//!
//! `[permissions.filesystem] deny_read` and `[rules] prefix_rules` are written down as rules of the policy language, each on the
//! line that it has in the file, and evaluated like any other; so places in verdicts and findings are places in the file.

use super::diagnostics::{Diagnostic, Problem, sentence};
use super::facts;
use super::files::{self, Check};
use super::gate_rule::is_gate;
use super::limits;
use super::source::Source;
use std::{
    collections::BTreeMap,
    format,
    ops::Range,
    path::Path,
    string::{String, ToString},
    vec::Vec,
};
use toml_edit::{Document, Item, Table, TableLike, Value};

/// What a file gave.
pub(super) struct Requirements {
    /// The rules, as text of the policy language.
    pub(super) source: Source,
    /// Entries that protect nothing in Codex itself.
    pub(super) warnings: Vec<Diagnostic>,
}

/// Reads a file, opened as [`files::read`] does.
pub(super) fn read(path: &Path, check: &Check) -> Result<Requirements, Problem> {
    let opened = files::read(path, check, limits::FILE_BYTES)?;
    let fact = facts::of_file(path, &opened);
    let name = format!("{}", path.display());
    let (text, warnings) = translated(&name, &opened.text(path)?)?;
    Ok(Requirements { source: Source::translated(&name, text, fact), warnings })
}

/// What is to be said of a file: entries that protect nothing in Codex itself.
///
/// # Errors
/// A file that cannot be read, or with which Codex does not start.
pub fn warnings(path: &Path) -> Result<Vec<Diagnostic>, String> {
    // Who may write it is another question.
    read(path, &Check::repository()).map(|read| read.warnings).map_err(|problem| problem.message)
}

/// The rules in the policy language, line by line, and what is to be said of them.
fn translated(name: &str, toml: &str) -> Result<(String, Vec<Diagnostic>), Problem> {
    let document = Document::parse(toml).map_err(|e| {
        let line = e.span().map_or(0, |span| line_of(toml, &span));
        let what = sentence(e.message());
        Problem::new(format!("`{name}` is no valid TOML at line {line}: {what}"), "Codex does not start with it either")
    })?;
    let mut rules = Rules { name, toml, lines: BTreeMap::new(), warnings: Vec::new() };
    rules.deny_read(document.as_table())?;
    rules.prefix_rules(document.as_table())?;
    let last = rules.lines.keys().next_back().copied().unwrap_or_default();
    let text =
        (1..=last).map(|line| rules.lines.get(&line).map_or(String::new(), |all| all.join("; ")) + "\n").collect();
    Ok((text, rules.warnings))
}

struct Rules<'a> {
    name: &'a str,
    toml: &'a str,
    lines: BTreeMap<usize, Vec<String>>,
    warnings: Vec<Diagnostic>,
}

impl Rules<'_> {
    fn deny_read(&mut self, table: &Table) -> Result<(), Problem> {
        let filesystem = table.get("permissions").and_then(Item::as_table_like).and_then(|t| t.get("filesystem"));
        let Some(list) = filesystem.and_then(Item::as_table_like).and_then(|t| t.get("deny_read")) else {
            return Ok(());
        };
        let values =
            list.as_array().ok_or_else(|| self.wrong("permissions.filesystem.deny_read", "a list of paths"))?;
        for value in values {
            let entry =
                value.as_str().ok_or_else(|| self.wrong("permissions.filesystem.deny_read", "a list of texts"))?;
            let glob = self.glob(entry, value)?;
            let justification = "requirements.toml denies reading this, for Codex's sandbox as well";
            self.add(value.span(), format!("deny_read({}, justification = {})", quoted(&glob), quoted(justification)));
        }
        Ok(())
    }

    /// The entry as a glob of the policy language.
    fn glob(&mut self, entry: &str, value: &Value) -> Result<String, Problem> {
        let line = value.span().map_or(0, |span| line_of(self.toml, &span));
        if entry.trim().is_empty() {
            return Err(Problem::new(format!("an entry of `deny_read` in `{}` is blank", self.name), "remove it"));
        }
        if entry.contains(['{', '}']) {
            let message =
                format!("`{entry}` at line {line} of `{}` has braces, with which Codex does not start", self.name);
            return Err(Problem::new(message, "write each alternative as an entry of its own"));
        }
        if entry == "~" {
            return Ok("~/".into());
        }
        if let Some(below) = entry.strip_prefix('/') {
            let first = below.split('/').next().unwrap_or_default();
            if first.contains(['*', '?', '[']) {
                let message = format!(
                    "line {line}: `{entry}` is a glob from the root, with which Codex's sandbox does not start"
                );
                let help = "begin with a directory, such as `/srv/**/*.key` or `~/**/*.key`".to_owned();
                self.warnings.push(Diagnostic::of_file(self.name, message, Some(help)).into_warning());
            }
            return Ok(entry.into());
        }
        if entry.starts_with("~/") {
            return Ok(entry.into());
        }
        let bare = entry.trim_start_matches("./").trim_start_matches("**/");
        let message = format!("line {line}: the relative entry `{entry}` protects nothing in Codex");
        let help = format!("write an absolute path, or `~/**/{bare}` for homes; prexec itself takes it as `**/{bare}`");
        self.warnings.push(Diagnostic::of_file(self.name, message, Some(help)).into_warning());
        Ok(format!("**/{bare}"))
    }

    fn prefix_rules(&mut self, table: &Table) -> Result<(), Problem> {
        let Some(list) = table.get("rules").and_then(Item::as_table_like).and_then(|t| t.get("prefix_rules")) else {
            return Ok(());
        };
        let wrong = self.wrong("rules.prefix_rules", "a list of tables with `pattern` and `decision`");
        if let Some(tables) = list.as_array_of_tables() {
            for rule in tables {
                self.prefix_rule(rule, rule.span()).ok_or_else(|| wrong.clone())?;
            }
            return Ok(());
        }
        for value in list.as_array().ok_or_else(|| wrong.clone())? {
            let rule = value.as_inline_table().ok_or_else(|| wrong.clone())?;
            self.prefix_rule(rule, value.span()).ok_or_else(|| wrong.clone())?;
        }
        Ok(())
    }

    fn prefix_rule(&mut self, rule: &dyn TableLike, span: Option<Range<usize>>) -> Option<()> {
        let mut pattern = Vec::new();
        for position in rule.get("pattern")?.as_array()? {
            let position = position.as_inline_table()?;
            pattern.push(match (position.get("token"), position.get("any_of")) {
                (Some(token), None) => quoted(token.as_str()?),
                (None, Some(all)) => {
                    let all: Option<Vec<String>> = all.as_array()?.iter().map(|one| one.as_str().map(quoted)).collect();
                    format!("[{}]", all?.join(", "))
                }
                _ => return None,
            });
        }
        let decision = rule.get("decision")?.as_str()?;
        if decision == "prompt-user" && is_gate(rule) {
            // It makes Codex ask; what the gate runs is decided by what stands inside.
            return Some(());
        }
        let decision = match decision {
            "forbidden" => "forbidden",
            "prompt" | "prompt-user" => "prompt",
            // Codex refuses an allow there.
            _ => return None,
        };
        let why = rule.get("justification").and_then(Item::as_str).filter(|why| !why.trim().is_empty());
        let why = why.unwrap_or("requirements.toml asks for this");
        self.add(
            span,
            format!(
                "prefix_rule([{}], decision = \"{decision}\", justification = {})",
                pattern.join(", "),
                quoted(why)
            ),
        );
        Some(())
    }

    fn add(&mut self, span: Option<Range<usize>>, rule: String) {
        let line = span.map_or(1, |span| line_of(self.toml, &span));
        self.lines.entry(line).or_default().push(rule);
    }

    fn wrong(&self, key: &str, what: &str) -> Problem {
        Problem::new(format!("`{key}` in `{}` is not {what}", self.name), "Codex does not start with it either")
    }
}

/// The line, from 1, where something begins.
fn line_of(text: &str, span: &Range<usize>) -> usize {
    text.bytes().take(span.start).filter(|b| *b == b'\n').count() + 1
}

/// A text of the policy language; its escapes are those of JSON.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_stand_on_their_lines() {
        let toml = "[permissions.filesystem]\ndeny_read = [\n  \"~/.ssh\", \"/srv/**/*.pem\",\n  \"secrets/x\",\n]\n[rules]\n\
                    prefix_rules = [{pattern=[{token=\"git\"},{any_of=[\"push\",\"x\"]}], decision=\"prompt-user\"},\n\
                    {pattern=[{token=\"/o/prexec\"},{token=\"run\"}], decision=\"prompt-user\"}]\n";
        let (text, warnings) = translated("r.toml", toml).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines[2].starts_with("deny_read(\"~/.ssh\"") && lines[2].contains("; deny_read(\"/srv/**/*.pem\""));
        assert!(lines[3].starts_with("deny_read(\"**/secrets/x\""));
        assert!(lines[6].starts_with("prefix_rule([\"git\", [\"push\", \"x\"]], decision = \"prompt\""));
        assert_eq!(text.lines().count(), 7, "{text}");
        assert_eq!(warnings.len(), 1);
        assert!(warnings[0].message.contains("protects nothing"), "{}", warnings[0].message);
    }

    #[test]
    fn a_glob_from_the_root_is_told() {
        for (entry, told) in [("/**/.env", 1), ("/*/x", 1), ("/srv/**/.env", 0), ("~/**/.env", 0), ("/srv", 0)] {
            let (text, warnings) =
                translated("r.toml", &format!("[permissions.filesystem]\ndeny_read = [\"{entry}\"]\n")).unwrap();
            assert_eq!(warnings.len(), told, "{entry}");
            assert!(text.contains(&format!("deny_read(\"{entry}\"")), "{text}");
        }
    }

    #[test]
    fn what_codex_refuses_is_refused() {
        for toml in [
            "x = ",
            "[permissions.filesystem]\ndeny_read = \"/x\"",
            "[permissions.filesystem]\ndeny_read = [1]",
            "[permissions.filesystem]\ndeny_read = [\"/{a,b}\"]",
            "[permissions.filesystem]\ndeny_read = [\" \"]",
            "[rules]\nprefix_rules = [{pattern=[{token=\"git\"}], decision=\"allow\"}]",
            "[rules]\nprefix_rules = [{decision=\"prompt\"}]",
        ] {
            assert!(translated("r.toml", toml).is_err(), "{toml}");
        }
        assert!(
            translated("r.toml", "[features]\nhooks = true\n").is_ok_and(|(text, w)| text.is_empty() && w.is_empty())
        );
    }
}
