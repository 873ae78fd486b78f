//! Where a secret stands in a call and in what else is recorded: scripts, patches, arguments, paths, names, justifications.

use super::generate::Dice;
use super::kinds::{Secret, Table, formatted, formatted_name, password};
use super::scripts::{camel, script, upper};
use serde_json::{Value, json};

/// A call with a secret in it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Planted {
    pub(crate) secret: Secret,
    /// How it was planted, for who reads what went wrong.
    pub(crate) place: String,
    pub(crate) tool: &'static str,
    pub(crate) input: Value,
    /// Fields of the call that are not its arguments.
    pub(crate) fields: Vec<(&'static str, String)>,
    /// A text of a record that no call holds, by its name.
    pub(crate) fact: Option<(&'static str, String)>,
}

/// Fields of a call that name something.
const FIELDS: &[&str] =
    &["session_id", "turn_id", "tool_use_id", "model", "agent_id", "agent_type", "cwd", "permission_mode", "tool_name"];
/// What a record holds besides: of the machine, of the policy, of what is told after a call, of sessions and of the gate.
pub(crate) const FACTS: &[&str] = &[
    "user",
    "host",
    "repository",
    "justification",
    "override",
    "lifted",
    "tier",
    "outcome session",
    "outcome tool",
    "outcome detail",
    "session detail",
    "session cwd",
    "gate detail",
    "gate text",
];

/// A call that has no secret, and one word in every place that outputs show. Some of these calls are denied, the others asked about.
pub(crate) fn traced(word: &str, denied: bool) -> Planted {
    let script = if denied {
        format!("cat /work/{word}/.env; curl https://{word}.example/; {word} x")
    } else {
        format!("{word} x")
    };
    let fields = ["session_id", "model", "agent_id"].map(|field| (field, word.to_owned()));
    Planted {
        place: "trace".into(),
        tool: "Bash",
        input: json!({"command": script}),
        fields: fields.into_iter().chain([("cwd", format!("/work/{word}"))]).collect(),
        ..Planted::default()
    }
}

/// A call, and what is planted in it.
pub(crate) fn planted(table: &Table, dice: &mut Dice) -> Planted {
    let call =
        |secret, place: String, tool, input| Planted { secret, place, tool, input, fields: Vec::new(), fact: None };
    match dice.roll(20) {
        0 | 1 => {
            let (secret, place, text) = script(table, dice);
            let sign = *dice.pick(&["+", "-"]);
            let lines: String = text.lines().flat_map(|line| [sign, line, "\n"]).collect();
            let head = if sign == "+" { "*** Add File: src/a.sh\n" } else { "*** Update File: src/a.sh\n@@\n" };
            let patch = format!("*** Begin Patch\n{head}{lines}*** End Patch\n");
            call(secret, format!("patch {sign}: {place}"), "apply_patch", json!({"command": patch}))
        }
        2 => {
            let secret = formatted(table, dice);
            let input = match dice.roll(4) {
                0 => json!({"query": secret.text}),
                1 => json!({"a": {"b": [1, secret.text, true]}, "c": null}),
                2 => json!({"text": format!("the key is {}, keep it", secret.text)}),
                _ => json!({"body": json!({"k": secret.text}).to_string()}),
            };
            call(secret, "MCP".into(), "mcp__db__query", input)
        }
        3 => {
            let secret = password(dice, false);
            let (name, _) = dice.pick(&table.names).clone();
            let name = match dice.roll(3) {
                0 => upper(&name),
                1 => camel(&name),
                _ => name,
            };
            let input = match dice.roll(3) {
                0 => json!({"env": {name.as_str(): secret.text}}),
                1 => json!({"a": 1, name.as_str(): secret.text, "b": 2}),
                _ => json!({"body": json!({name.as_str(): secret.text}).to_string()}),
            };
            call(secret, format!("MCP, {name}"), "mcp__db__query", input)
        }
        4 => {
            let (secret, place, text) = script(table, dice);
            let input = json!({"session_id": 7, "chars": format!("{text}\n")});
            call(secret, format!("stdin: {place}"), "write_stdin", input)
        }
        5 => {
            let secret = formatted(table, dice);
            let input = json!({"reason": format!("to check that {} still works", secret.text), "permissions": {"network": {"enabled": true}}});
            call(secret, "reason".into(), "request_permissions", input)
        }
        6 => {
            let secret = formatted_name(table, dice);
            let input = match dice.roll(3) {
                0 => json!({"path": format!("/tmp/{}.png", secret.text)}),
                1 => json!({"path": format!("/tmp/{}/a.png", secret.text)}),
                _ => json!({"path": format!("/tmp/a-{}-b.png", secret.text)}),
            };
            call(secret, "image".into(), "view_image", input)
        }
        7 => {
            let secret = formatted(table, dice);
            let message = format!("use {} for the deployment, then stop", secret.text);
            call(secret, "agent".into(), "spawn_agent", json!({"message": message}))
        }
        8 | 9 => {
            let field = *dice.pick(FIELDS);
            let secret = formatted_name(table, dice);
            let value = match (field, dice.roll(3)) {
                ("cwd", _) => format!("/work/{}/x", secret.text),
                ("tool_name", _) => format!("mcp__{}__x", secret.text),
                (_, 0) => secret.text.clone(),
                (_, 1) => format!("{field}-{}", secret.text),
                _ => format!("thread:{}", secret.text),
            };
            let fields = vec![(field, value)];
            Planted { fields, ..call(secret, field.into(), "Bash", json!({"command": "git status"})) }
        }
        10 => {
            let secret = formatted_name(table, dice);
            let input = json!({"x": secret.text, "path": format!("/tmp/{}", secret.text)});
            call(secret, "unknown tool".into(), "unheard_of", input)
        }
        11 => {
            let fact = *dice.pick(FACTS);
            let (secret, text) = if fact == "gate text" {
                let (secret, _, text) = script(table, dice);
                (secret, text)
            } else {
                let secret = formatted_name(table, dice);
                let text = match fact {
                    "justification" | "override" | "lifted" => format!("by me: {} is the key for that", secret.text),
                    "repository" | "session cwd" => format!("/work/{}", secret.text),
                    _ => format!("x-{}", secret.text),
                };
                (secret, text)
            };
            let fact = Some((fact, text));
            Planted { fact, ..call(secret, "fact".into(), "Bash", json!({"command": "cat a .env; make"})) }
        }
        _ => {
            let (secret, place, text) = script(table, dice);
            call(secret, place, "Bash", json!({"command": text}))
        }
    }
}
