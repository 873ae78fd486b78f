//! What a policy can call, as a Python stub file that editors read: made of the signatures that calls are bound by.

use super::arguments::Signature;
use super::builtins;
use crate::tables::source;
use std::{
    format,
    string::{String, ToString},
};

/// The text of `policies/prexec.pyi`.
pub fn stubs() -> String {
    let mut text = String::from(
        "# What a policy can call, for editors. Made of the loader's own signatures by `UPDATE_GOLDEN=1 cargo test --test stubs`; do not \
         edit.\nfrom typing import Literal\n\nDecision = Literal[\"allow\", \"prompt\", \"forbidden\"]\n",
    );
    for (signature, about) in builtins::SIGNATURES {
        text = format!("{text}\n{}", stub(*signature, about));
    }
    text
}

pub(super) fn stub(signature: Signature, about: &str) -> String {
    let Signature { function, parameters, required } = signature;
    let one = |(index, name): (usize, &&str)| {
        let kind = kind(function, name);
        let rest = if index < required { "" } else { " | None = None" };
        format!("\n    {name}: {kind}{rest},")
    };
    let list: String = parameters.iter().enumerate().map(one).fold(String::new(), |all, one| all + &one);
    let end = if list.is_empty() { "" } else { "\n" };
    format!("def {function}({list}{end}) -> None:\n    \"\"\"{about}\"\"\"\n")
}

/// The type of an argument.
pub(super) fn kind(function: &str, name: &str) -> String {
    match (function, name) {
        ("network_rule", "decision") => "Decision | Literal[\"deny\"]",
        ("default", _) | (_, "decision") => "Decision",
        ("prefix_rule", "pattern" | "match" | "not_match") => "list[str | list[str]]",
        ("tool_rule", "match" | "not_match") | (_, "choices") => "list[dict]",
        (_, "match" | "not_match" | "unless" | "paths" | "remotes" | "methods") => "list[str]",
        ("glob_rule", "access") => "Literal[\"read\", \"write\", \"edit\", \"write-tree\", \"execute\"] | list[str]",
        ("env_rule", "access") => "Literal[\"read\", \"set\"] | list[str]",
        ("flow_rule", "sink") => "Literal[\"network\", \"interpreter\", \"file\", \"tool\"]",
        ("network_rule", "protocol") => "Literal[\"http\", \"https\", \"socks5_tcp\", \"socks5_udp\"]",
        ("glob_rule" | "deny_read", "pattern")
        | ("host_rule", "host")
        | ("flow_rule", "source")
        | ("env_rule", "name")
        | (_, "tiers") => "str | list[str]",
        ("program" | "wrapper", field) if source::is_flag(field) => "bool",
        (
            "program" | "wrapper",
            "name" | "same_as" | "last" | "default_operand" | "style" | "runs" | "no_command" | "notes",
        ) => "str",
        ("program" | "wrapper", "skip") => "int",
        ("program" | "wrapper", field) if field != "options" => "str | list[str]",
        (_, "arguments" | "options") => "dict[str, str]",
        ("recording", "audit") => "Literal[\"wanted\", \"required\"]",
        (_, "canonical_matching" | "text" | "options_anywhere") => "bool",
        _ => "str",
    }
    .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use starlark::environment::GlobalsBuilder;
    use std::collections::BTreeSet;

    #[test]
    fn every_function_is_there() {
        let standard: BTreeSet<String> =
            GlobalsBuilder::standard().build().iter().map(|(name, _)| name.to_string()).collect();
        let own: BTreeSet<String> = builtins::globals().iter().map(|(name, _)| name.to_string()).collect();
        let own: BTreeSet<&str> = own.difference(&standard).map(String::as_str).filter(|name| *name != "*").collect();
        let listed: BTreeSet<&str> = builtins::SIGNATURES.iter().map(|(signature, _)| signature.function).collect();
        assert_eq!(own, listed);
    }
}
