//! Reads a `*.cases` file.

use super::place::Place;
use crate::decision::Decision;
use serde_json::{Value as Json, json};
use std::{
    borrow::ToOwned,
    format,
    string::{String, ToString},
    vec::Vec,
};

/// One case.
#[derive(Clone, Debug)]
pub struct Case {
    /// Its line, from 1.
    pub line: usize,
    /// The policy that is named for it, as written.
    pub policy: Option<String>,
    /// The class that is named for it: of an attack, or whatever its author sorts by.
    pub class: Option<String>,
    /// `Bash`, or the tool that is called.
    pub tool: String,
    /// The call as it is shown.
    pub shown: String,
    /// What the tool is given.
    pub arguments: Json,
    /// The verdict that it must get.
    pub expected: Expected,
    /// How the rule of its first reason must begin.
    pub rule: Option<String>,
    /// The machine.
    pub place: Place,
}

/// What a case expects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// This verdict.
    Exactly(Decision),
    /// A denial or a prompt.
    Stopped,
}

impl Expected {
    /// Whether a verdict is as expected.
    pub fn is_met_by(self, decision: Decision) -> bool {
        match self {
            Self::Exactly(expected) => decision == expected,
            Self::Stopped => decision != Decision::Allow,
        }
    }

    /// The word that a file uses.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Exactly(decision) => decision.as_str(),
            Self::Stopped => "stopped",
        }
    }
}

/// A line that is no case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Line, from 1.
    pub line: usize,
    /// What is wrong, and what to write.
    pub message: String,
}

/// Stands between a call and what it must get.
const ARROW: &str = " => ";

/// What counts for all cases that follow.
#[derive(Default)]
struct Settings {
    policy: Option<String>,
    class: Option<String>,
    place: Place,
}

/// Every case of a text.
///
/// # Errors
/// Every line that is none.
pub fn parse(text: &str) -> Result<Vec<Case>, Vec<Fault>> {
    let (mut cases, mut faults) = (Vec::new(), Vec::new());
    let mut settings = Settings::default();
    for (index, line) in text.lines().enumerate() {
        let (line, number) = (line.trim(), index + 1);
        let read = if line.is_empty() || line.starts_with('#') {
            Ok(())
        } else if let Some(setting) = line.strip_prefix('@') {
            settings.set(setting)
        } else {
            settings.case(number, line).map(|case| cases.push(case))
        };
        if let Err(message) = read {
            faults.push(Fault { line: number, message });
        }
    }
    if faults.is_empty() { Ok(cases) } else { Err(faults) }
}

impl Settings {
    fn set(&mut self, setting: &str) -> Result<(), String> {
        let (key, value) = setting.split_once(' ').unwrap_or((setting, ""));
        let value = value.trim();
        if key == "new" && value.is_empty() {
            self.place = Place::default();
            return Ok(());
        }
        if value.is_empty() {
            return Err(format!("`@{key}` says nothing; write `@{key} VALUE`"));
        }
        match key {
            "policy" => self.policy = Some(value.to_owned()),
            "class" => self.class = Some(value.to_owned()),
            _ => self.place.set(key, value)?,
        }
        Ok(())
    }

    fn case(&self, line: usize, text: &str) -> Result<Case, String> {
        let (call, wanted) =
            text.rsplit_once(ARROW).ok_or("there is no ` => ` in it; write `CALL => VERDICT [RULE]`".to_string())?;
        let (word, rule) = wanted.trim().split_once(' ').map_or((wanted.trim(), None), |(w, r)| (w, Some(r.trim())));
        let expected = match word {
            "allow" => Expected::Exactly(Decision::Allow),
            "prompt" => Expected::Exactly(Decision::Prompt),
            "deny" => Expected::Exactly(Decision::Deny),
            "stopped" => Expected::Stopped,
            _ => return Err(format!("`{word}` is no verdict; write allow, prompt, deny or stopped")),
        };
        let (tool, shown, arguments) = self::call(call.trim())?;
        Ok(Case {
            line,
            policy: self.policy.clone(),
            class: self.class.clone(),
            tool,
            shown,
            arguments,
            expected,
            rule: rule.map(ToOwned::to_owned),
            place: self.place.clone(),
        })
    }
}

/// The tool, the call as it is shown, and what the tool is given.
fn call(text: &str) -> Result<(String, String, Json), String> {
    if let Some((tool, arguments)) = text.split_once(' ').filter(|(tool, _)| is_tool(tool)) {
        let arguments = arguments.trim();
        let given = match arguments.chars().next() {
            Some('{') => Some(serde_json::from_str::<Json>(arguments)),
            Some('"') => Some(serde_json::from_str::<String>(arguments).map(|text| json!({ "command": text }))),
            _ => None,
        };
        if let Some(given) = given {
            let given = given.map_err(|e| format!("the arguments of `{tool}` are no JSON: {e}"))?;
            return Ok((tool.to_owned(), arguments.to_owned(), given));
        }
    }
    // A call in quotes is a JSON string, for scripts of several lines; other quotes are the script's own.
    let quoted = text.starts_with('"') && text.ends_with('"') && text.len() > 1;
    let script = quoted.then(|| serde_json::from_str::<String>(text).ok()).flatten();
    let script = script.unwrap_or_else(|| text.to_owned());
    let arguments = json!({ "command": script });
    Ok(("Bash".to_owned(), script, arguments))
}

/// Whether a word names a tool: what it is given stands behind it.
fn is_tool(word: &str) -> bool {
    let own =
        ["Bash", "apply_patch", "view_image", "spawn_agent", "send_input", "request_permissions", "read_mcp_resource"];
    word.starts_with("mcp__") || own.contains(&word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_and_what_they_get() {
        let text = "# x\n@policy ./a.rules\ngit status => allow\ncat .env => deny packs/secrets.rules:8\n\
                    \"a\\nb\" => prompt\necho \"a => b\" => allow\nmcp__a__b {\"x\": 1} => prompt default:tools\n\
                    @class c d\napply_patch \"*** Begin\\n\" => stopped\nBash {\"command\": 1} => deny\n";
        let cases = parse(text).unwrap();
        let shown: Vec<_> =
            cases.iter().map(|c| (c.line, c.tool.as_str(), c.shown.as_str(), c.rule.as_deref())).collect();
        assert_eq!(
            shown,
            [
                (3, "Bash", "git status", None),
                (4, "Bash", "cat .env", Some("packs/secrets.rules:8")),
                (5, "Bash", "a\nb", None),
                (6, "Bash", "echo \"a => b\"", None),
                (7, "mcp__a__b", "{\"x\": 1}", Some("default:tools")),
                (9, "apply_patch", "\"*** Begin\\n\"", None),
                (10, "Bash", "{\"command\": 1}", None),
            ]
        );
        assert!(cases.iter().all(|c| c.policy.as_deref() == Some("./a.rules")));
        assert_eq!(cases[4].class, None);
        assert_eq!(cases[5].class.as_deref(), Some("c d"));
        assert_eq!(cases[5].arguments, json!({"command": "*** Begin\n"}));
        assert_eq!(cases[6].arguments, json!({"command": 1}));
        assert!(cases[5].expected.is_met_by(Decision::Prompt) && !cases[5].expected.is_met_by(Decision::Allow));
    }

    #[test]
    fn every_line_that_is_no_case_is_named() {
        let text = "git status\nls => maybe\n@cwd x\n@what x\n@cwd\n@link /a\n@environment X\n@text /a \"x\nmcp__a__b {x => deny\n@new x\n";
        let faults = parse(text).unwrap_err();
        let lines: Vec<_> = faults.iter().map(|f| f.line).collect();
        assert_eq!(lines, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    }
}
