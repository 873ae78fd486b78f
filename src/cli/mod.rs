//! The command line: one file per verb.

mod ask;
mod audit;
mod audit_export;
mod audit_prune;
mod audit_query;
mod audit_report;
mod audit_verify;
mod bench;
mod break_glass;
mod call;
mod changes;
mod check;
mod compile;
mod completions;
mod derivation;
mod diff;
mod doctor;
mod examples;
mod excerpt;
mod explain;
mod fmt;
mod gate_record;
mod hook;
mod human;
mod install;
mod install_managed;
mod install_user;
mod inventory;
mod lint;
mod policy;
mod process;
mod replay;
mod rewrite;
mod run;
mod shell;
mod stop;
mod suggest;
mod test;
mod trail;
mod try_canary;
mod values;

use clap::{CommandFactory, Parser, Subcommand};
use std::ffi::OsString;
use std::process::ExitCode;

/// Exit status for wrong usage and for errors of our own, of every verb but `hook`.
pub const INTERNAL_ERROR: u8 = 1;
/// Exit status where the policy does not load.
pub const POLICY_ERROR: u8 = 4;

/// Decides each tool call of a coding agent before it runs: allow, prompt or deny, by Starlark policy.
#[derive(Debug, Parser)]
#[command(name = "prexec", version, arg_required_else_help = true, after_help = EXAMPLES)]
struct Cli {
    #[command(subcommand)]
    verb: Verb,
}

const EXAMPLES: &str = "Examples:
  prexec check 'git push --force'             what would be decided, by the embedded posture
  prexec check --policy my.rules 'cat .env'   the same by a policy of yours
  prexec explain 'cat .e*'                    why it is decided so
  prexec hook < call.json                     as Codex starts it: one call on standard input";

#[derive(Debug, Subcommand)]
#[expect(clippy::large_enum_variant, reason = "there is one of it in a process")]
enum Verb {
    /// Decide one call of Codex: hook JSON on standard input, the answer as Codex reads it (exit status 0 or 2, nothing else)
    #[command(after_help = examples::HOOK)]
    Hook(hook::Options),
    /// Say what would be decided about a command, or about one recorded call per line (`--jsonl`)
    #[command(after_help = examples::CHECK)]
    Check(check::Options),
    /// Show how the decision about a command comes about: its words, effects, the rules that were tried, and what decided
    #[command(after_help = examples::EXPLAIN)]
    Explain(explain::Options),
    /// Check the examples of rules and `*.cases` files, and which rules they cover (exit status 0, or 5 where something fails)
    #[command(after_help = examples::TEST)]
    Test(test::Options),
    /// Say which recorded calls a change of policy decides otherwise (exit status 0, or 5 where there are some)
    #[command(after_help = examples::DIFF)]
    Diff(diff::Options),
    /// Make one file of a policy, which a call uses in place instead of reading the sources
    #[command(after_help = examples::COMPILE)]
    Compile(compile::Options),
    /// Register the hook with Codex, compile the policy, and see that a canary is denied
    #[command(after_help = examples::INSTALL)]
    Install(install::Options),
    /// Take out what `install` did; a file that nobody else has changed since is as it was before
    #[command(after_help = examples::UNINSTALL)]
    Uninstall(install::Removal),
    /// Say whether the hook is really enforced here, and what is not covered (exit status 0, or 5 where something fails)
    #[command(after_help = examples::DOCTOR)]
    Doctor(doctor::Options),
    /// Let calls run that the policy stops, for a while, in an emergency (as root; `doctor` and every record say so)
    #[command(after_help = examples::BREAK_GLASS)]
    BreakGlass(break_glass::Options),
    /// List what agents load here, and what of it is not as it was or not as it may be (exit status 0, or 5 where something is)
    #[command(after_help = examples::INVENTORY)]
    Inventory(inventory::Options),
    /// Find what in a policy hardly means what its author thinks (exit status 0, or 5 where there are warnings)
    #[command(after_help = examples::LINT)]
    Lint(lint::Options),
    /// Write policies in one way (exit status 0; with `--check`, 5 where one is written otherwise)
    #[command(after_help = examples::FMT)]
    Fmt(fmt::Options),
    /// Measure what a call costs on this machine, beside processes that do nothing
    #[command(after_help = examples::BENCH)]
    Bench(bench::Options),
    /// Run a script that a person has approved, unless it is forbidden (exit status of the script, or 126 where it does not run)
    #[command(after_help = examples::RUN)]
    Run(run::Options),
    /// Say which recorded calls a policy would decide otherwise than they were (exit status 0, or 5 where there are some)
    #[command(after_help = examples::REPLAY)]
    Replay(replay::Options),
    /// Propose rules for what recorded calls asked a person about, as text to review
    #[command(after_help = examples::SUGGEST)]
    Suggest(suggest::Options),
    /// Ask, verify and hand on what was decided, from the records of calls
    #[command(after_help = examples::AUDIT)]
    Audit(audit::Options),
    /// Print what a shell needs to complete verbs and options
    #[command(after_help = examples::COMPLETIONS)]
    Completions(completions::Options),
    /// Print the manual page, or write one for each verb
    #[command(after_help = examples::MAN)]
    Man(completions::Pages),
}

/// Whether these arguments ask for `hook`: it comes first. Where an option comes first and `hook` later, somebody registered the
/// hook wrongly, which is refused as the hook refuses.
pub fn is_hook<S: AsRef<std::ffi::OsStr>>(arguments: impl Iterator<Item = S>) -> bool {
    let mut arguments = arguments.map(|argument| argument.as_ref().to_owned());
    let Some(first) = arguments.next() else { return false };
    first == "hook" || (first.as_encoded_bytes().starts_with(b"-") && arguments.any(|later| later == "hook"))
}

/// `prexec-hook`, where it is built with the standard library: the hook without a verb before its options.
pub fn run_hook() -> ! {
    let arguments: Vec<_> = std::env::args_os().skip(1).collect();
    hook::run(&arguments)
}

/// The exit status for wrong usage and for errors of our own, of the verb that these arguments ask for.
pub fn failure_of<S: AsRef<std::ffi::OsStr>>(mut arguments: impl Iterator<Item = S>) -> u8 {
    let gate = arguments.next().is_some_and(|first| first.as_ref() == crate::approval::VERB);
    if gate { run::REFUSED } else { INTERNAL_ERROR }
}

/// Reads the command line and runs the verb.
pub fn run() -> ExitCode {
    run_as(&std::env::args_os().collect::<Vec<_>>())
}

/// As [`run`], with `arguments` instead of the command line; the first is the program's name.
pub fn run_as(arguments: &[OsString]) -> ExitCode {
    if is_hook(arguments.iter().skip(1)) {
        // What comes before the verb is refused like any other argument that is not known.
        let options = if arguments.get(1).is_some_and(|first| first == "hook") { 2 } else { 1 };
        hook::run(arguments.get(options..).unwrap_or_default());
    }
    match Cli::try_parse_from(arguments) {
        Ok(Cli { verb: Verb::Check(options) }) => check::run(&options),
        Ok(Cli { verb: Verb::Explain(options) }) => explain::run(&options),
        Ok(Cli { verb: Verb::Test(options) }) => test::run(&options),
        Ok(Cli { verb: Verb::Diff(options) }) => diff::run(&options),
        Ok(Cli { verb: Verb::Compile(options) }) => compile::run(&options),
        Ok(Cli { verb: Verb::Install(options) }) => install::run(&options),
        Ok(Cli { verb: Verb::Uninstall(options) }) => install::remove(&options),
        Ok(Cli { verb: Verb::Doctor(options) }) => doctor::run(&options),
        Ok(Cli { verb: Verb::BreakGlass(options) }) => break_glass::run(&options),
        Ok(Cli { verb: Verb::Audit(options) }) => audit::run(&options),
        Ok(Cli { verb: Verb::Inventory(options) }) => inventory::run(&options),
        Ok(Cli { verb: Verb::Lint(options) }) => lint::run(&options),
        Ok(Cli { verb: Verb::Fmt(options) }) => fmt::run(&options),
        Ok(Cli { verb: Verb::Bench(options) }) => bench::run(&options),
        Ok(Cli { verb: Verb::Run(options) }) => run::run(&options),
        Ok(Cli { verb: Verb::Replay(options) }) => replay::run(&options),
        Ok(Cli { verb: Verb::Suggest(options) }) => suggest::run(&options),
        Ok(Cli { verb: Verb::Completions(options) }) => completions::run(&options, &mut Cli::command()),
        Ok(Cli { verb: Verb::Man(options) }) => completions::man(&options, Cli::command()),
        // Only an option before the verb leads here (`prexec --x hook`), which the parser refuses.
        Ok(Cli { verb: Verb::Hook(_) }) => hook::run(arguments.get(1..).unwrap_or_default()),
        Err(error) => {
            // Nothing is left to do where the terminal is gone.
            let _ = error.print();
            if error.use_stderr() { ExitCode::from(failure_of(arguments.iter().skip(1))) } else { ExitCode::SUCCESS }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The commands at the end of a help.
    fn examples(command: &clap::Command) -> Vec<String> {
        let text = command.get_after_help().map(ToString::to_string).unwrap_or_default();
        let after = text.split_once("Examples:\n").map(|(_, after)| after.to_owned()).unwrap_or_default();
        // What stands apart is said about the command.
        let lines = after.lines().map(|line| line.trim_start().split("   ").next().unwrap_or_default());
        lines.map(String::from).collect()
    }

    #[test]
    fn every_verb_shows_examples_that_are_read() {
        let command = Cli::command();
        let verbs: Vec<_> = command.get_subcommands().filter(|verb| verb.get_name() != "help").collect();
        for verb in &verbs {
            let own: Vec<String> = examples(verb);
            let begins = format!("prexec {}", verb.get_name());
            assert!(!own.is_empty() && own.iter().all(|line| line.starts_with(&begins)), "{begins}: {own:?}");
        }
        for line in verbs.into_iter().chain([&command]).flat_map(examples) {
            let words = shlex::split(&line).unwrap();
            // What a shell does with the streams is none of ours.
            let words: Vec<&str> =
                words.iter().map(String::as_str).take_while(|word| !["<", ">", "|"].contains(word)).collect();
            if words[1] == "hook" {
                let options: Vec<&[u8]> = words[2..].iter().map(|word| word.as_bytes()).collect();
                assert_eq!(crate::hook::parse(&options).1, None, "{line}");
            } else if let Err(error) = Cli::try_parse_from(&words) {
                panic!("`{line}`: {error}");
            }
        }
    }

    #[test]
    fn the_command_line_is_in_order() {
        Cli::command().debug_assert();
    }
}
