//! The command line: one file per verb.

mod ask;
mod audit;
mod audit_export;
mod audit_prune;
mod audit_verify;
mod bench;
mod break_glass;
mod call;
mod check;
mod compile;
mod derivation;
mod diff;
mod doctor;
mod excerpt;
mod explain;
mod fmt;
mod hook;
mod human;
mod install;
mod install_managed;
mod install_user;
mod inventory;
mod lint;
mod policy;
mod process;
mod rewrite;
mod run;
mod shell;
mod stop;
mod suggest;
mod test;
mod trail;
mod trail_place;
mod try_canary;

use clap::{Parser, Subcommand};
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
enum Verb {
    /// Decide one call of Codex: hook JSON on standard input, the answer as Codex reads it (exit status 0 or 2, nothing else)
    Hook(hook::Options),
    /// Say what would be decided about a command, or about one recorded call per line (`--jsonl`)
    Check(check::Options),
    /// Show how the decision about a command comes about: its words, effects, the rules that were tried, and what decided
    Explain(explain::Options),
    /// Check the examples of rules and `*.cases` files, and which rules they cover (exit status 0, or 5 where something fails)
    Test(test::Options),
    /// Say which recorded calls a change of policy decides otherwise (exit status 0, or 5 where there are some)
    Diff(diff::Options),
    /// Make one file of a policy, which a call uses in place instead of reading the sources
    Compile(compile::Options),
    /// Register the hook with Codex, compile the policy, and see that a canary is denied
    Install(install::Options),
    /// Take out what `install` did; a file that nobody else has changed since is as it was before
    Uninstall(install::Removal),
    /// Say whether the hook is really enforced here, and what is not covered (exit status 0, or 5 where something fails)
    Doctor(doctor::Options),
    /// Let calls run that the policy stops, for a while, in an emergency (as root; `doctor` and every record say so)
    BreakGlass(break_glass::Options),
    /// List what agents load here, and what of it is not as it was or not as it may be (exit status 0, or 5 where something is)
    Inventory(inventory::Options),
    /// Find what in a policy hardly means what its author thinks (exit status 0, or 5 where there are warnings)
    Lint(lint::Options),
    /// Write policies in one way (exit status 0; with `--check`, 5 where one is written otherwise)
    Fmt(fmt::Options),
    /// Measure what a call costs on this machine, beside processes that do nothing
    Bench(bench::Options),
    /// Run a script that a person has approved, unless it is forbidden (exit status of the script, or 126 where it does not run)
    Run(run::Options),
    /// Propose rules for what recorded calls asked a person about, as text to review
    Suggest(suggest::Options),
    /// Ask, verify and hand on what was decided, from the records of calls
    Audit(audit::Options),
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
        Ok(Cli { verb: Verb::Suggest(options) }) => suggest::run(&options),
        // Only an option before the verb leads here (`prexec --x hook`), which the parser refuses.
        Ok(Cli { verb: Verb::Hook(_) }) => hook::run(arguments.get(1..).unwrap_or_default()),
        Err(error) => {
            // Nothing is left to do where the terminal is gone.
            let _ = error.print();
            if error.use_stderr() { ExitCode::from(failure_of(arguments.iter().skip(1))) } else { ExitCode::SUCCESS }
        }
    }
}
