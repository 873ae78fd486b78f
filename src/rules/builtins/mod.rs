//! The functions that a policy calls. Each call is looked at on its own: its mistake is recorded and the evaluation goes on, so
//! that one look shows them all.

mod calls;
mod commands;
mod hosts;
mod layers;
mod paths;
mod programs;
mod select;
mod settings;

pub(super) use programs::table;
pub use select::effective_account;

use super::anchor::Anchor;
use super::arguments::{Call, Signature};
use super::catalogue::RuleNote;
use super::diagnostics::Problem;
use super::limits;
use super::session::{Purpose, Session, Site, State};
use starlark::environment::{Globals, GlobalsBuilder};
use starlark::eval::{Arguments, Evaluator};
use starlark::starlark_module;
use starlark::values::none::NoneType;
use std::{borrow::ToOwned, format};

/// Puts a rule into the layer.
type Register = fn(&Call<'_>, &Site, &mut State) -> Result<(), Problem>;

/// Everything that a policy can name: the language's own functions, without `print`, and ours.
pub(super) fn globals() -> Globals {
    GlobalsBuilder::standard().with(limits::add_globals).with(functions).build()
}

/// Every function with its signature, and what it is for.
pub(super) const SIGNATURES: &[(Signature, &str)] = &[
    (
        commands::PREFIX_RULE,
        "Commands by their first words: [\"git\", [\"push\", \"pull\"]]. Quotes, wrappers and global options are seen through.",
    ),
    (commands::HOST_EXECUTABLE, "The absolute paths that a bare program name may stand for in rules that allow."),
    (hosts::NETWORK_RULE, "One host and protocol, as in Codex's own rules."),
    (hosts::HOST_RULE, "Hosts that a call contacts, by glob, optionally by HTTP method."),
    (
        paths::GLOB_RULE,
        "Files by glob: what is read, written, deleted with all below it, or executed. A glob starts with /, ~/, ./ or **/.",
    ),
    (paths::DENY_READ, "glob_rule(access = \"read\", decision = \"forbidden\")."),
    (
        paths::FLOW_RULE,
        "What is read from a source (globs, \"protected\", \"network\", \"credentials\") and reaches a sink.",
    ),
    (
        programs::PROGRAM,
        "What a program does with its options and operands; policies/tables/README.md explains the fields.",
    ),
    (
        programs::WRAPPER,
        "A program that runs others. With no more than a name and options: what follows these is the command.",
    ),
    (calls::ENV_RULE, "Environment variables by glob: printed or sent (\"read\"), or set for a command (\"set\")."),
    (calls::TOOL_RULE, "Tools that are not a shell, by name or glob, and by regular expressions on their arguments."),
    (settings::DEFAULT, "What an effect of each kind gets that no rule allows. The strictest of all layers counts."),
    (settings::TIER, "A trust tier of repositories, by path globs or git remotes."),
    (
        layers::INCLUDE,
        "The rules of a shipped policy (\"@prexec/controlled.rules\") or of a file below this one's directory.",
    ),
    (select::SELECT, "The policy of an account or its groups, first match first. For the administrator's layer."),
    (
        settings::PERMIT_REPOSITORY_POLICY,
        "Repositories may tighten this policy by .prexec/*.rules. For the administrator's layer.",
    ),
    (
        settings::RECORDING,
        "The audit trail: \"required\" denies what cannot be recorded; text = True records commands, too, without known secrets.",
    ),
];

fn session<'e>(eval: &Evaluator<'_, '_, 'e>) -> Result<&'e Session<'e>, starlark::Error> {
    let anchor = eval.extra.and_then(|extra| extra.downcast_ref::<Anchor<'e>>());
    // Every evaluation of ours sets it; a policy cannot reach this.
    anchor.map(|anchor| anchor.0).ok_or_else(|| starlark::Error::new_other(core::fmt::Error))
}

/// Binds the arguments and registers the rule, or records what is wrong with the call.
fn rule<'v>(
    signature: Signature,
    register: Register,
    args: &Arguments<'v, '_>,
    eval: &Evaluator<'v, '_, '_>,
) -> starlark::Result<NoneType> {
    let session = session(eval)?;
    let site = Site::of(eval);
    let outcome = Call::bind(signature, args, eval.heap()).and_then(|call| {
        let mut state = session.state.borrow_mut();
        for_rules(signature, &state)?;
        register(&call, &site, &mut state)?;
        // Only now: what was accepted nests a few levels and no more, so that it can be written down.
        if signature.parameters.contains(&"justification") {
            let note = RuleNote::of(signature, &call, &site)?;
            state.rules.push(note);
        }
        Ok(())
    });
    record(session, &site, outcome);
    Ok(NoneType)
}

fn record(session: &Session<'_>, site: &Site, outcome: Result<(), Problem>) {
    if let Err(problem) = outcome {
        session.state.borrow_mut().diagnostics.push(site.diagnostic(problem));
    }
}

/// Refuses a rule in a file that is read for its values only: it would be lost.
fn for_rules(signature: Signature, state: &State) -> Result<(), Problem> {
    match state.open.last() {
        Some(open) if open.purpose == Purpose::Rules => Ok(()),
        _ => {
            let message = format!("`{}` is called in a file that is loaded for its values", signature.function);
            Err(Problem::new(message, "use `include` for a file with rules".to_owned()))
        }
    }
}

#[starlark_module]
fn functions(builder: &mut GlobalsBuilder) {
    fn prefix_rule<'v>(args: &Arguments<'v, '_>, eval: &mut Evaluator<'v, '_, '_>) -> starlark::Result<NoneType> {
        rule(commands::PREFIX_RULE, commands::prefix_rule, args, eval)
    }
    fn host_executable<'v>(args: &Arguments<'v, '_>, eval: &mut Evaluator<'v, '_, '_>) -> starlark::Result<NoneType> {
        rule(commands::HOST_EXECUTABLE, commands::host_executable, args, eval)
    }
    fn network_rule<'v>(args: &Arguments<'v, '_>, eval: &mut Evaluator<'v, '_, '_>) -> starlark::Result<NoneType> {
        rule(hosts::NETWORK_RULE, hosts::network_rule, args, eval)
    }
    fn host_rule<'v>(args: &Arguments<'v, '_>, eval: &mut Evaluator<'v, '_, '_>) -> starlark::Result<NoneType> {
        rule(hosts::HOST_RULE, hosts::host_rule, args, eval)
    }
    fn glob_rule<'v>(args: &Arguments<'v, '_>, eval: &mut Evaluator<'v, '_, '_>) -> starlark::Result<NoneType> {
        rule(paths::GLOB_RULE, paths::glob_rule, args, eval)
    }
    fn deny_read<'v>(args: &Arguments<'v, '_>, eval: &mut Evaluator<'v, '_, '_>) -> starlark::Result<NoneType> {
        rule(paths::DENY_READ, paths::deny_read, args, eval)
    }
    fn flow_rule<'v>(args: &Arguments<'v, '_>, eval: &mut Evaluator<'v, '_, '_>) -> starlark::Result<NoneType> {
        rule(paths::FLOW_RULE, paths::flow_rule, args, eval)
    }
    fn program<'v>(args: &Arguments<'v, '_>, eval: &mut Evaluator<'v, '_, '_>) -> starlark::Result<NoneType> {
        rule(programs::PROGRAM, programs::program, args, eval)
    }
    fn wrapper<'v>(args: &Arguments<'v, '_>, eval: &mut Evaluator<'v, '_, '_>) -> starlark::Result<NoneType> {
        rule(programs::WRAPPER, programs::wrapper, args, eval)
    }
    fn env_rule<'v>(args: &Arguments<'v, '_>, eval: &mut Evaluator<'v, '_, '_>) -> starlark::Result<NoneType> {
        rule(calls::ENV_RULE, calls::env_rule, args, eval)
    }
    fn tool_rule<'v>(args: &Arguments<'v, '_>, eval: &mut Evaluator<'v, '_, '_>) -> starlark::Result<NoneType> {
        rule(calls::TOOL_RULE, calls::tool_rule, args, eval)
    }
    fn default<'v>(args: &Arguments<'v, '_>, eval: &mut Evaluator<'v, '_, '_>) -> starlark::Result<NoneType> {
        rule(settings::DEFAULT, settings::default, args, eval)
    }
    fn tier<'v>(args: &Arguments<'v, '_>, eval: &mut Evaluator<'v, '_, '_>) -> starlark::Result<NoneType> {
        rule(settings::TIER, settings::tier, args, eval)
    }
    fn permit_repository_policy<'v>(
        args: &Arguments<'v, '_>,
        eval: &mut Evaluator<'v, '_, '_>,
    ) -> starlark::Result<NoneType> {
        rule(settings::PERMIT_REPOSITORY_POLICY, settings::permit_repository_policy, args, eval)
    }
    fn recording<'v>(args: &Arguments<'v, '_>, eval: &mut Evaluator<'v, '_, '_>) -> starlark::Result<NoneType> {
        rule(settings::RECORDING, settings::recording, args, eval)
    }
    fn include<'v>(args: &Arguments<'v, '_>, eval: &mut Evaluator<'v, '_, '_>) -> starlark::Result<NoneType> {
        let session = session(eval)?;
        let outcome = layers::include(args, eval.heap(), session);
        record(session, &Site::of(eval), outcome);
        Ok(NoneType)
    }
    fn select_policy<'v>(args: &Arguments<'v, '_>, eval: &mut Evaluator<'v, '_, '_>) -> starlark::Result<NoneType> {
        let session = session(eval)?;
        let outcome = select::select_policy(args, eval.heap(), session);
        record(session, &Site::of(eval), outcome);
        Ok(NoneType)
    }
}
