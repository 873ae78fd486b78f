//! Codex's own controls around the hook: what protects nothing there, what lets our own verbs run unasked, what no hook sees.

use super::machine::{REQUIREMENTS, files_of};
use super::{Finding, Machine, Status, registration};
use crate::decision::Decision;
use crate::hook::CLOSE_STDIN;
use crate::install::command;
use crate::policy::PrefixRule;
use crate::rules::{Check, Loader, gate_rule, nothing_goes_by_text, requirements_warnings, rule_directories};

/// Entries that protect nothing in Codex itself.
pub(super) fn deny_read(machine: &Machine) -> Finding {
    let mut finding = Finding::new("deny-read", "every `deny_read` of requirements.toml protects something");
    let path = machine.system.join(REQUIREMENTS);
    let Ok(Some(_)) = &machine.requirements else { return finding };
    match requirements_warnings(&path) {
        Ok(warnings) => {
            for warning in warnings {
                let next = warning.help.unwrap_or_else(|| "write an absolute path".into());
                finding.add(Status::Warning, warning.message, next);
            }
        }
        Err(why) => finding.add(Status::Failure, why, "repair it; every call is blocked until then"),
    }
    finding
}

/// Whether Codex asks the person where the hook relies on it.
pub(super) fn gate(machine: &Machine) -> Finding {
    let mut finding = Finding::new("gate", "where a person must approve, a person is asked or the call is denied");
    let Some((_, ours)) = registration::deciding(machine) else { return finding };
    if command::values(&ours.arguments, "--prompt").last() != Some(&"gate") {
        finding.say("such a call is denied; `prexec install --managed --prompt gate` has Codex ask");
        return finding;
    }
    let gate = ours.executable.with_file_name("prexec");
    match gate_rule(&machine.system.join(REQUIREMENTS), &Check::managed(), &gate.to_string_lossy()) {
        Ok(_) => finding.say(format!("Codex asks about `{} run`", gate.display())),
        Err(why) => {
            let what = format!("such a call is denied, because Codex would not ask: {why}");
            finding.add(Status::Warning, what, "run `prexec install --managed --prompt gate` as root");
        }
    }
    finding
}

/// Verbs of ours that change what decides, or that run what a person has approved.
const VERBS: &[&str] = &["run", "install", "uninstall", "break-glass", "compile", "audit", "hook"];

/// Whether a rule of Codex's own lets one of them run without asking anybody.
pub(super) fn allow_rules(machine: &Machine) -> Finding {
    let mut finding = Finding::new("allow-rules", "no rule of Codex lets prexec's own verbs run unasked");
    for directory in [machine.system.join("rules"), machine.codex.join("rules")] {
        for path in files_of(&directory, "rules") {
            let name = path.display();
            let Ok(loaded) = Loader::new().load(&[&path]) else {
                let what = format!("`{name}` does not load; Codex then drops every `.rules` file, with a warning only");
                finding.add(Status::Warning, what, format!("see `prexec lint {name}`"));
                continue;
            };
            let rules = loaded.policy.layers.iter().flat_map(|layer| layer.prefix_rules.iter());
            for rule in rules.filter(|rule| rule.head.decision == Decision::Allow && lets_us_run(rule)) {
                let what = format!("`{}` allows `{}`", rule.head.place, shown(rule));
                finding.add(Status::Failure, what, format!("take that rule out of `{name}`"));
            }
        }
    }
    finding
}

/// Whether some call of ours begins as the rule says.
fn lets_us_run(rule: &PrefixRule) -> bool {
    let mut words = rule.pattern.iter();
    let program = |word: &String| {
        let name = word.rsplit('/').next().unwrap_or(word);
        name == "prexec" || name == "prexec-hook"
    };
    let first = words.next().is_some_and(|alternatives| alternatives.iter().any(program));
    first && words.next().is_none_or(|alternatives| alternatives.iter().any(|word| VERBS.contains(&word.as_str())))
}

fn shown(rule: &PrefixRule) -> String {
    rule.pattern.iter().map(|alternatives| alternatives.join("|")).collect::<Vec<_>>().join(" ")
}

/// What no hook is started for, and what closes it.
pub(super) fn surfaces(machine: &Machine) -> Finding {
    let mut finding = Finding::new("uncovered", "what Codex starts no hook for is closed otherwise");
    let modes = machine.required("allowed_web_search_modes");
    if modes != Some(serde_json::json!(["disabled"])) {
        let what = "web search runs at the model's provider, where no hook sees it";
        finding.add(
            Status::Warning,
            what,
            "`allowed_web_search_modes = [\"disabled\"]` in requirements.toml closes it",
        );
    }
    let off = |feature: &str| machine.required(&format!("features.{feature}")) == Some(false.into());
    if !off("unified_exec") {
        let what = "`write_stdin` types into a running program unseen; prexec therefore asks about starting one that reads commands";
        finding.add(Status::Warning, what, "`unified_exec = false` below `[features]` in requirements.toml closes it");
    }
    if let Some((_, ours)) = registration::deciding(machine)
        && ours.arguments.iter().any(|argument| argument == CLOSE_STDIN)
    {
        let directories = rule_directories(&machine.codex, &[]);
        match nothing_goes_by_text(&machine.system.join(REQUIREMENTS), &directories) {
            Ok(()) => finding.say("allowed commands run with their standard input closed"),
            Err(why) => {
                let what = format!(
                    "standard input is not closed, because {why}, and Codex's rules go by the text of commands"
                );
                finding.add(
                    Status::Warning,
                    what,
                    "move those rules into the policy, or register without `--close-stdin`",
                );
            }
        }
    }
    finding.say("a person's own `!` commands are his, and are never hooked");
    finding
}
