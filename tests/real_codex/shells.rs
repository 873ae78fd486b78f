//! Which program runs a command: the model may name a shell, and the hook is not told which.

use serde_json::Value;

use crate::calls::shell_in;
use crate::session::{Registration, Session};
use crate::witness::{payload_of, witness};

/// What the model may name, and the name of what then runs the command. Only the last part of the name counts, and of that only what
/// Codex knows: a program of the model's own making never gets the command.
const SHELLS: &[(&str, &str)] = &[
    ("bash", "bash"),
    ("/usr/bin/bash", "bash"),
    ("./bash", "bash"),
    ("/no/such/bash", "bash"),
    ("sh", "sh"),
    ("./sh", "sh"),
    ("dash", "sh"),
    ("./evil", "sh"),
    ("/usr/bin/env", "sh"),
    ("python3", "sh"),
    ("", "sh"),
];

#[test]
fn a_model_cannot_have_its_own_program_run_a_command() {
    let session = Session::new();
    for name in ["evil", "bash", "sh"] {
        session.write_work_program(name, "#!/bin/sh\necho a program of the model\n");
    }
    let call = |(index, (name, _)): (usize, &(&str, &str))| vec![shell_in(&index.to_string(), name, "echo shell=$0")];
    let turns = SHELLS.iter().enumerate().map(call).collect();
    let outcome = session.exec(Registration::User, &[witness(&session)], turns);
    for (index, (name, runs)) in SHELLS.iter().enumerate() {
        let id = index.to_string();
        let told = &outcome.told[&id];
        assert!(told.contains("shell=/") && told.trim_end().ends_with(&format!("/{runs}")), "{name:?}: {told}");
        let payload = payload_of(&session, &id).unwrap_or_else(|| panic!("no hook was given {name:?}"));
        let payload: Value = serde_json::from_str(&payload).expect("a payload in JSON");
        assert_eq!(payload["tool_input"], serde_json::json!({"command": "echo shell=$0"}));
    }
}
