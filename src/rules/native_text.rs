//! Whether Codex's own rules go by the text of a command: one that is rewritten would escape them.
//!
//! Codex holds its rules against scripts of plain words only. So no rule on commands but the gate's may be there, and what cannot be
//! read counts as one.

use super::diagnostics::sentence;
use super::gate_rule::{is_gate, tables};
use std::format;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::string::String;
use std::vec::Vec;
use toml_edit::{Document, Item};

/// The directories in which Codex looks for `.rules` files: the machine's, the account's, and those of the repositories around a
/// directory.
pub fn rule_directories(codex_home: &Path, directories: &[&Path]) -> Vec<PathBuf> {
    let around = directories.iter().flat_map(|directory| directory.ancestors()).map(|above| above.join(".codex/rules"));
    let mut found = Vec::from([PathBuf::from("/etc/codex/rules"), codex_home.join("rules")]);
    found.extend(around);
    found.dedup();
    found
}

/// Whether nothing goes by the text.
///
/// # Errors
/// What does, or cannot be looked at, as the end of a sentence.
pub fn nothing_goes_by_text(requirements: &Path, directories: &[PathBuf]) -> Result<(), String> {
    match std::fs::read_to_string(requirements) {
        Ok(text) => in_requirements(&text).map_err(|what| format!("`{}` {what}", requirements.display()))?,
        Err(e) if e.kind() == ErrorKind::NotFound => {}
        Err(e) => return Err(format!("`{}` cannot be read: {e}", requirements.display())),
    }
    for directory in directories {
        let entries = match std::fs::read_dir(directory) {
            Ok(entries) => entries,
            Err(e) if matches!(e.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => continue,
            Err(e) => return Err(format!("`{}` cannot be read: {e}", directory.display())),
        };
        for entry in entries {
            let path = entry.map_err(|e| format!("`{}` cannot be read: {e}", directory.display()))?.path();
            if path.extension().is_some_and(|extension| extension == "rules") && says_something(&path) {
                return Err(format!("`{}` holds rules", path.display()));
            }
        }
    }
    Ok(())
}

fn in_requirements(toml: &str) -> Result<(), String> {
    let document = Document::parse(toml).map_err(|e| format!("is no valid TOML: {}", sentence(e.message())))?;
    let Some(rules) = document.as_table().get("rules") else { return Ok(()) };
    let rules = rules.as_table_like().ok_or("has `rules` that cannot be read")?;
    if let Some((key, _)) = rules.iter().find(|(key, _)| *key != "prefix_rules") {
        return Err(format!("has `rules.{key}`, of which it is not known what it does"));
    }
    let Some(list) = rules.get("prefix_rules").filter(|list| !matches!(list, Item::None)) else { return Ok(()) };
    let all = tables(list).ok_or("has `prefix_rules` that cannot be read")?;
    if all.into_iter().all(is_gate) { Ok(()) } else { Err("has rules on commands in `rules.prefix_rules`".into()) }
}

/// Whether a file is anything but comments.
fn says_something(path: &Path) -> bool {
    let says = |line: &str| !line.trim().is_empty() && !line.trim_start().starts_with('#');
    std::fs::read_to_string(path).map_or(true, |text| text.lines().any(says))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_gates_rule_is_none() {
        let gate =
            "[rules]\nprefix_rules = [{pattern=[{token=\"/opt/prexec\"},{token=\"run\"}], decision=\"prompt-user\"}]\n";
        for fine in ["", "allow_managed_hooks_only = true\n", "[rules]\n", "[rules]\nprefix_rules = []\n", gate] {
            let fine = fine.replace("/opt/prexec", "/opt/prexec/prexec");
            assert_eq!(in_requirements(&fine), Ok(()), "{fine}");
        }
        for (other, why) in [
            (gate.replace("\"/opt/prexec\"", "\"git\""), "has rules on commands"),
            (
                gate.replace("prompt-user", "forbidden").replace("/opt/prexec", "/opt/prexec/prexec"),
                "has rules on commands",
            ),
            (gate.replace("prefix_rules", "other"), "not known"),
            ("rules = 1\n".into(), "cannot be read"),
            ("[rules]\nprefix_rules = 1\n".into(), "cannot be read"),
            ("[rules\n".into(), "no valid TOML"),
        ] {
            assert!(in_requirements(&other).is_err_and(|said| said.contains(why)), "{other}");
        }
    }

    #[test]
    fn files_of_rules_count_wherever_codex_looks() {
        let place = tempfile::tempdir().unwrap();
        let (home, work) = (place.path().join("home"), place.path().join("work/sub"));
        let none = place.path().join("requirements.toml");
        let look = || nothing_goes_by_text(&none, &rule_directories(&home, &[&work]));
        assert_eq!(look(), Ok(()));
        for directory in [home.join("rules"), place.path().join("work/.codex/rules")] {
            std::fs::create_dir_all(&directory).unwrap();
            std::fs::write(directory.join("a.rules"), "# nothing\n\n").unwrap();
            assert_eq!(look(), Ok(()));
            std::fs::write(directory.join("a.rules"), "prefix_rule([\"ls\"])\n").unwrap();
            assert!(look().is_err_and(|why| why.contains("holds rules")));
            std::fs::write(directory.join("a.rules"), [0xff]).unwrap();
            assert!(look().is_err_and(|why| why.contains("holds rules")));
            std::fs::remove_file(directory.join("a.rules")).unwrap();
        }
        std::fs::write(&none, "[rules]\nprefix_rules = [{pattern=[{token=\"git\"}], decision=\"prompt\"}]\n").unwrap();
        assert!(look().is_err_and(|why| why.contains("has rules on commands")));
    }
}
