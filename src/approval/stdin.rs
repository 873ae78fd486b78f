//! Closing the standard input of a command that is allowed.
//!
//! Codex starts no hook for what is typed into a running command (`write_stdin`). What reads nothing from the terminal cannot be fed:
//! so the script that runs is the allowed one behind a command that puts `/dev/null` in the place of standard input. The verdict was
//! on the script, and nothing is let through because of the closing: it takes something away, nothing more.

use super::Rewritten;
use crate::call::{Call, Event, ToolCall};
use alloc::{format, string::String};

/// What stands before the script. It is a whole command on the same line: the script is read as without it, from its first word on,
/// and keeps its numbers of lines. Where `/dev/null` cannot be opened the script does not run.
const CLOSING: &str = "exec </dev/null || exit 1; ";

/// Names by which Codex takes a patch out of a script, which it would not find behind another command.
const PATCHES: &[&str] = &["apply_patch", "applypatch"];

/// The call's script with its standard input closed; none for what is no script before it runs, or holds a patch.
pub fn close_stdin(call: &Call) -> Option<Rewritten> {
    let (ToolCall::Shell { script }, Event::PreToolUse) = (&call.tool, call.event) else { return None };
    if PATCHES.iter().any(|name| script.contains(name)) || script.starts_with(CLOSING) {
        return None;
    }
    Some(Rewritten(closed(script)))
}

fn closed(script: &str) -> String {
    format!("{CLOSING}{script}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shell::{Dialect, Limits, dump, parse_as};

    const SCRIPTS: &[&str] = &[
        "ls",
        "",
        "\n\nls -l\n",
        "# a comment\nls # another",
        "#!/bin/sh\nls",
        "set -e; false; ls",
        "cat <<'EOF'\n$x `y`\nEOF\nls",
        "cat <<-A; cat <<B\n\ta\n\tA\nb\nB\n",
        "! grep x y && echo no || echo yes &",
        "(cd /x && ls); { a; b; }",
        "f() { ls; }; f",
        "if a; then b; fi | c > d 2>&1",
        "for i in 1 2; do echo $i; done",
        "case $x in (a) b;; *) c;; esac",
        "A=b C=$(d) e <<< f",
        "[[ -f x ]] && echo \"a\nb\"",
        "time sleep 1",
        "exec 3< x",
        "echo $'\\'; ls #'",
        "\\\nls",
        "ls; exit",
    ];

    #[test]
    fn the_script_is_read_as_without_it() {
        const BEFORE: &str = "(list (run exec [< /dev/null]) || (run exit 1)";
        for dialect in [Dialect::Bash, Dialect::Dash, Dialect::Zsh] {
            let read = |text: &str| dump(&parse_as(dialect, text, &Limits::default()).unwrap());
            for script in SCRIPTS {
                let (alone, both) = (read(script), read(&closed(script)));
                let expected = match alone.strip_prefix("(list ").and_then(|rest| rest.strip_suffix(')')) {
                    Some(commands) => format!("{BEFORE} {commands})"),
                    None if alone != "()" => format!("{BEFORE} {alone})"),
                    None if script.is_empty() => format!("{BEFORE})"),
                    // What the shell does not take alone it does not take behind another command.
                    None => alone.clone(),
                };
                assert_eq!(both, expected, "{script:?}");
            }
        }
    }

    fn call(event: &str, tool: &str, input: &serde_json::Value) -> Call {
        let call = serde_json::json!({
            "hook_event_name": event, "session_id": "s", "turn_id": "t", "transcript_path": null, "cwd": "/", "model": "m",
            "permission_mode": "default", "tool_name": tool, "tool_input": input, "tool_use_id": "u",
        });
        crate::codex::read(call.to_string().as_bytes()).unwrap()
    }

    #[test]
    fn only_scripts_before_they_run_are_closed() {
        let bash = |event, command: &str| close_stdin(&call(event, "Bash", &serde_json::json!({ "command": command })));
        let closed = bash("PreToolUse", "ls").unwrap();
        assert_eq!(closed.command(), "exec </dev/null || exit 1; ls");
        assert_eq!(bash("PreToolUse", closed.command()), None);
        assert_eq!(bash("PermissionRequest", "ls"), None);
        assert_eq!(bash("PreToolUse", "cd x && apply_patch <<'EOF'\n*** Begin Patch\n*** End Patch\nEOF\n"), None);
        let image = call("PreToolUse", "view_image", &serde_json::json!({ "path": "i.png" }));
        assert_eq!(close_stdin(&image), None);
    }
}
