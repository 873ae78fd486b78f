//! The reference of the policy language as a page for people: every builtin with its arguments, of the signatures that calls are bound
//! by, what each argument means, and an example that loads.

use super::arguments::Signature;
use super::builtins;
use super::stubs::{kind, stub};
use std::{format, string::String};

/// The text of `docs/src/reference.md`.
pub fn reference() -> String {
    let mut text = String::from(
        "<!-- Made of the loader's own signatures by `UPDATE_GOLDEN=1 cargo test --test docs`; do not edit. -->\n\
         # Reference of the language\n\n\
         A policy is a Starlark file: Python's expressions, `def`, `for`, `if`, comprehensions and f-strings, without `import`, exceptions \
         and side effects. `load(\"./FILE.rules\", \"NAME\")` takes names of a file below this one's directory. What it can call stands here, as the loader itself knows it. `None` counts as not given. `policies/prexec.pyi` \
         says the same to editors.\n",
    );
    for (signature, about) in builtins::SIGNATURES {
        text = format!("{text}\n{}", section(*signature, about));
    }
    text
}

fn section(signature: Signature, about: &str) -> String {
    let Signature { function, parameters, required } = signature;
    let code = stub(signature, "");
    let code = code.split(" -> None").next().unwrap_or_default();
    let code = code.trim_start_matches("def ");
    let mut text = format!("## {function}\n\n{}\n\n```python\n{code}\n```\n", escaped(about));
    if matches!(function, "program" | "wrapper") {
        text.push_str("\nWhat each argument means stands under [Tables of programs](tables.md).\n");
    } else if !parameters.is_empty() {
        text.push_str("\n| argument | type | meaning |\n|---|---|---|\n");
        for (index, name) in parameters.iter().enumerate() {
            let needed = if index < required { " (needed)" } else { "" };
            let kind = kind(function, name).replace('|', "\\|");
            let row = format!("| `{name}`{needed} | `{kind}` | {} |\n", meaning(function, name));
            text.push_str(&row);
        }
    }
    let example = format!("\n```python\n{}\n```\n", example(function));
    text + &example
}

/// Outside of code an angle bracket would be HTML.
fn escaped(text: &str) -> String {
    text.replace('<', "&lt;")
}

/// What an argument means.
fn meaning(function: &str, name: &str) -> &'static str {
    match (function, name) {
        ("prefix_rule", "pattern") => "the first words; a list in the place of a word holds alternatives",
        ("prefix_rule", "canonical_matching") => "words are compared without case",
        ("prefix_rule", "options_anywhere") => {
            "the options among the words match wherever they stand; for rules that forbid or prompt"
        }
        ("prefix_rule", "unless") => {
            "options (`--dry-run`) with which the rule does not speak of a command; for rules that forbid or prompt"
        }
        ("prefix_rule", "match") => "commands for which the rule must match; checked when it is loaded",
        ("prefix_rule", "not_match") => "commands for which it must not match",
        ("prefix_rule", "decision") => "what is decided; `allow` where it is left out",
        ("glob_rule", "decision") => "what is decided; `forbidden` where it is left out",
        ("host_executable", "name") => "the bare name of the program",
        ("host_executable", "paths") => "absolute paths that end in it",
        ("network_rule", "host") => "one host, without scheme, path or glob",
        ("network_rule", "protocol") => "one protocol",
        ("host_rule", "host") => "domain globs: `*.example.com`",
        ("host_rule", "methods") => "the rule is about these HTTP methods only",
        ("glob_rule" | "deny_read", "pattern") => "globs of paths, which begin with `/`, `~/`, `./` or `**/`",
        ("glob_rule", "access") => {
            "what is done with the file: `read` (where it is left out), `write` (made, changed, moved, deleted), `edit` (the same, but for \
             what git puts there out of commits), `write-tree` (everything below is changed or deleted), `execute`"
        }
        ("glob_rule" | "deny_read", "unless") => "globs that are taken out of the rule",
        ("flow_rule", "source") => "where data comes from: globs of paths, `protected`, `network`, `credentials`",
        ("flow_rule", "sink") => "what it reaches",
        ("env_rule", "name") => "globs of names",
        ("env_rule", "access") => "`read`: printed or sent; `set`: set for a command",
        ("tool_rule", "tool") => "the name of a tool, or a glob: `mcp__github__*`",
        ("tool_rule", "arguments") => "argument -> regular expression; all must match for the rule to apply",
        ("tool_rule", "match") => {
            "calls, `{\"tool\": ..., \"arguments\": {...}}`, for which the rule must match; checked when it is loaded"
        }
        ("tool_rule", "not_match") => "calls, as above, for which it must not match",
        ("default", "commands") => "programs that are run; `allow` where no layer says otherwise",
        ("default", "reads") => "files that are read; `allow`",
        ("default", "writes") => "files that are written; `allow`",
        ("default", "network") => "hosts that are contacted; `prompt`",
        ("default", "tools") => "tools whose effects are not known; `prompt`",
        ("default", "environment") => "variables that are printed, sent or set; `allow`",
        ("default", "interactive") => "programs that would go on reading commands from a terminal; `prompt`",
        ("default", "unknown") => "what could not be worked out; `prompt`",
        ("tier", "name") => "the name that rules use in `tiers`; `none` is taken: outside of version control",
        ("tier", "paths") => "globs of repositories",
        ("tier", "remotes") => "globs of git remotes; they only ever restrict",
        ("include", "path") => "`@prexec/NAME.rules`, or a path below this file's directory",
        ("select_policy", "choices") => {
            "the first that matches decides: `{\"accounts\": [...], \"groups\": [...], \"path\": ...}`"
        }
        ("recording", "audit") => {
            "`required`: what cannot be recorded is not allowed; `wanted` (where it is left out): it is decided all the same"
        }
        ("recording", "text") => "commands are recorded too, with secrets taken out; `False` where it is left out",
        ("select_policy", "fallback") => "the path for everybody else",
        (_, "decision") => "what is decided where the rule matches",
        (_, "match") => "examples for which the rule must match; checked when it is loaded",
        (_, "not_match") => "examples for which it must not match",
        (_, "justification") => "why, and what to do instead: the message of a denial ends with it",
        (_, "tiers") => "the rule counts in these tiers only",
        (_, "owner") => "who answers for the rule; nothing is decided by it",
        (_, "review") => "the day (`2027-01-31`) on which `lint` asks for a review",
        _ => "",
    }
}

/// A call that loads.
fn example(function: &str) -> &'static str {
    match function {
        "prefix_rule" => {
            "prefix_rule(\n    [\"git\", [\"push\", \"send-email\"]],\n    decision = \"prompt\",\n    justification = \"a push leaves the machine\",\n    \
             match = [\"git push\"],\n    not_match = [\"git status\"],\n)"
        }
        "host_executable" => "host_executable(\"git\", [\"/usr/bin/git\", \"/opt/homebrew/bin/git\"])",
        "network_rule" => "network_rule(\"example.com\", \"https\", \"allow\")",
        "host_rule" => {
            "host_rule([\"*.example.com\"], \"allow\", methods = [\"GET\"])\nhost_rule(\"paste.example.net\", \"forbidden\", justification = \"nothing is pasted there\")"
        }
        "glob_rule" => {
            "glob_rule(\n    \"**/*.tfstate\",\n    access = [\"read\", \"write\"],\n    unless = [\"**/examples/**\"],\n    \
             justification = \"state files hold secrets; use `terraform output`\",\n    match = [\"./prod.tfstate\"],\n)"
        }
        "deny_read" => {
            "deny_read(\"**/.env\", unless = [\"**/fixtures/.env\"], justification = \"secrets stay unread\")"
        }
        "flow_rule" => {
            "flow_rule(\"~/customers/**\", \"network\", \"forbidden\", justification = \"customers' data stays here\")"
        }
        "program" => {
            "program(\"acme-lint\", flags = \"-v --fix\", options = {\"--config\": \"read\"}, operands = \"read*\")"
        }
        "wrapper" => "wrapper(\"acme-run\", options = {\"--env\": \"value\"})",
        "env_rule" => "env_rule(\"*_TOKEN\", \"read\", \"forbidden\", justification = \"tokens are not printed\")",
        "tool_rule" => {
            "tool_rule(\"mcp__docs__*\", \"allow\")\ntool_rule(\"mcp__sql__query\", \"allow\", arguments = {\"query\": \"^(?i)select \"})"
        }
        "default" => "default(network = \"forbidden\", unknown = \"prompt\")",
        "tier" => {
            "tier(\"sensitive\", paths = [\"~/infra\"], remotes = [\"git@git.example.com:platform/*\"])\nprefix_rule([\"make\"], \"prompt\", tiers = [\"sensitive\"])"
        }
        "recording" => "recording(audit = \"required\", text = True)",
        "include" => "include(\"@prexec/controlled.rules\")",
        "select_policy" => {
            "select_policy(\n    [{\"groups\": [\"codex-pilot\"], \"path\": \"@prexec/controlled.rules\"}],\n    fallback = \"@prexec/lockdown.rules\",\n)"
        }
        "permit_repository_policy" => "permit_repository_policy()",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::Loader;

    #[test]
    fn every_argument_has_a_meaning_and_every_example_loads() {
        for (Signature { function, parameters, .. }, _) in builtins::SIGNATURES {
            let explained = |name: &&&str| !meaning(function, name).is_empty();
            let elsewhere = ["program", "wrapper"].contains(function);
            assert!(elsewhere || parameters.iter().all(|name| explained(&name)), "{function}");
            let text = example(function);
            assert!(text.contains(&format!("{function}(")), "{function}");
            if let Err(diagnostics) = Loader::new().load_text("example.rules", text) {
                let managed_only = diagnostics.to_string();
                panic!("{function}: {managed_only}");
            }
        }
    }
}
