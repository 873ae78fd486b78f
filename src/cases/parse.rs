//! Reads a `*.cases` file.

use super::judge::Place;
use crate::decision::Decision;
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
    /// `Bash`, or the tool that is called.
    pub tool: String,
    /// The script, or the arguments as JSON.
    pub input: String,
    /// The verdict that it must get.
    pub decision: Decision,
    /// How the rule of its first reason must begin.
    pub rule: Option<String>,
    /// The machine.
    pub place: Place,
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

/// Every case of a text.
///
/// # Errors
/// Every line that is none.
pub fn parse(text: &str) -> Result<Vec<Case>, Vec<Fault>> {
    let (mut cases, mut faults) = (Vec::new(), Vec::new());
    let (mut policy, mut place) = (None, Place::default());
    for (index, line) in text.lines().enumerate() {
        let (line, number) = (line.trim(), index + 1);
        let read = if line.is_empty() || line.starts_with('#') {
            Ok(())
        } else if let Some(setting) = line.strip_prefix('@') {
            set(setting, &mut policy, &mut place)
        } else {
            case(line).map(|(tool, input, decision, rule)| {
                let (policy, place) = (policy.clone(), place.clone());
                cases.push(Case { line: number, policy, tool, input, decision, rule, place });
            })
        };
        if let Err(message) = read {
            faults.push(Fault { line: number, message });
        }
    }
    if faults.is_empty() { Ok(cases) } else { Err(faults) }
}

fn set(setting: &str, policy: &mut Option<String>, place: &mut Place) -> Result<(), String> {
    let (key, value) = setting.split_once(' ').unwrap_or((setting, ""));
    let value = value.trim();
    if value.is_empty() {
        return Err(format!("`@{key}` says nothing; write `@{key} VALUE`"));
    }
    let absolute = || {
        if value.starts_with('/') { Ok(value.to_owned()) } else { Err(format!("`{value}` is not an absolute path")) }
    };
    match key {
        "policy" => *policy = Some(value.to_owned()),
        "cwd" => place.cwd = absolute()?,
        "session" => {
            place.session = absolute()?;
            place.cwd.clone_from(&place.session);
        }
        "directory" => place.directories.push(absolute()?),
        "file" => place.files.push(absolute()?),
        "repository" => {
            let mut words = absolute()?.split_whitespace().map(ToOwned::to_owned).collect::<Vec<_>>().into_iter();
            let root = words.next().unwrap_or_default();
            place.repositories.push((root, words.collect()));
        }
        _ => {
            return Err(format!(
                "`@{key}` is not known; there are @policy, @cwd, @session, @directory, @file and @repository"
            ));
        }
    }
    Ok(())
}

fn case(line: &str) -> Result<(String, String, Decision, Option<String>), String> {
    let (call, wanted) =
        line.rsplit_once(ARROW).ok_or("there is no ` => ` in it; write `CALL => VERDICT [RULE]`".to_string())?;
    let (word, rule) = wanted.trim().split_once(' ').map_or((wanted.trim(), None), |(w, r)| (w, Some(r.trim())));
    let decision = match word {
        "allow" => Decision::Allow,
        "prompt" => Decision::Prompt,
        "deny" => Decision::Deny,
        _ => return Err(format!("`{word}` is no verdict; write allow, prompt or deny")),
    };
    let call = call.trim();
    let (tool, input) = if call.starts_with('"') && call.ends_with('"') && call.len() > 1 {
        // A call in quotes is a JSON string, for scripts of several lines; other quotes are the script's own.
        ("Bash", serde_json::from_str::<String>(call).unwrap_or_else(|_| call.to_owned()))
    } else {
        match call.split_once(' ') {
            Some((tool, arguments)) if arguments.trim_start().starts_with('{') && is_tool(tool) => {
                (tool, arguments.trim().to_owned())
            }
            _ => ("Bash", call.to_owned()),
        }
    };
    Ok((tool.to_owned(), input, decision, rule.map(ToOwned::to_owned)))
}

/// Whether a word names a tool that is not a shell: such names have two underscores, or are Codex's own.
fn is_tool(word: &str) -> bool {
    word.starts_with("mcp__") || matches!(word, "apply_patch" | "view_image" | "spawn_agent" | "request_permissions")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_and_what_they_get() {
        let text = "# x\n@policy ./a.rules\ngit status => allow\ncat .env => deny packs/secrets.rules:8\n\
                    \"a\\nb\" => prompt\necho \"a => b\" => allow\nmcp__a__b {\"x\": 1} => prompt default:tools\n";
        let cases = parse(text).unwrap();
        let shown: Vec<_> =
            cases.iter().map(|c| (c.line, c.tool.as_str(), c.input.as_str(), c.rule.as_deref())).collect();
        assert_eq!(
            shown,
            [
                (3, "Bash", "git status", None),
                (4, "Bash", "cat .env", Some("packs/secrets.rules:8")),
                (5, "Bash", "a\nb", None),
                (6, "Bash", "echo \"a => b\"", None),
                (7, "mcp__a__b", "{\"x\": 1}", Some("default:tools")),
            ]
        );
        assert!(cases.iter().all(|c| c.policy.as_deref() == Some("./a.rules")));
    }

    #[test]
    fn every_line_that_is_no_case_is_named() {
        let faults = parse("git status\nls => maybe\n@cwd x\n@what x\n@cwd\n").unwrap_err();
        let lines: Vec<_> = faults.iter().map(|f| f.line).collect();
        assert_eq!(lines, [1, 2, 3, 4, 5]);
    }
}
