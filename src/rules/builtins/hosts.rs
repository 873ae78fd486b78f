//! `network_rule` and `host_rule`: the hosts that a call contacts.

use super::super::arguments::{Call, Signature, decision};
use super::super::diagnostics::Problem;
use super::super::examples::name_example_matches;
use super::super::globs;
use super::super::session::{Site, State};
use super::paths::examples;
use crate::decision::Decision;
use crate::policy::{HostRule, NetworkRule, Protocol};
use std::{format, string::String, vec::Vec};

pub(super) const NETWORK_RULE: Signature = Signature {
    function: "network_rule",
    parameters: &["host", "protocol", "decision", "justification", "tiers", "owner", "review"],
    required: 3,
};
pub(super) const HOST_RULE: Signature = Signature {
    function: "host_rule",
    parameters: &["host", "decision", "methods", "match", "not_match", "justification", "tiers", "owner", "review"],
    required: 2,
};

/// The protocol words of Codex's engine, the undocumented ones that it takes too at the end.
const PROTOCOLS: &[(&str, Protocol)] = &[
    ("http", Protocol::Http),
    ("https", Protocol::Https),
    ("socks5_tcp", Protocol::Socks5Tcp),
    ("socks5_udp", Protocol::Socks5Udp),
    ("https_connect", Protocol::Https),
    ("http-connect", Protocol::Https),
];

pub(super) fn network_rule(call: &Call<'_>, site: &Site, state: &mut State) -> Result<(), Problem> {
    let word = call.needed_text("decision")?;
    let decision = if word == "deny" { Decision::Deny } else { decision(word, " (or \"deny\")")? };
    let head = call.head_with(&site.place, decision)?;
    let word = call.needed_text("protocol")?;
    let (_, protocol) = PROTOCOLS.iter().find(|(name, _)| *name == word).ok_or_else(|| {
        Problem::new(
            format!("unknown protocol `{word}`"),
            "write \"http\", \"https\", \"socks5_tcp\" or \"socks5_udp\"",
        )
    })?;
    let host = one_host(call.needed_text("host")?)?;
    state.use_tiers(site, &head);
    state.layer.network_rules.push(NetworkRule { head, host, protocol: *protocol });
    Ok(())
}

/// A host name or address as Codex's engine takes it: a port, the brackets of an address and final dots are left off.
fn one_host(written: &str) -> Result<String, Problem> {
    let problem = |what: &str, help: &str| Err(Problem::new(format!("the host `{written}` {what}"), help));
    let trimmed = written.trim();
    if trimmed.contains(['/', '?', '#']) {
        return problem("is not a host alone", "write it without scheme and path");
    }
    let port = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let host = if let Some(inner) = trimmed.strip_prefix('[') {
        match inner.split_once(']') {
            Some((address, rest)) if rest.is_empty() || rest.strip_prefix(':').is_some_and(port) => address,
            _ => return problem("is not an address in brackets", "write \"[ADDRESS]\", or the address alone"),
        }
    } else {
        match trimmed.split_once(':') {
            Some((name, rest)) if !name.is_empty() && port(rest) => name,
            _ => trimmed,
        }
    };
    let host = host.trim_end_matches('.').trim().to_ascii_lowercase();
    if host.is_empty() {
        return problem("names nothing", "write a host name or an address");
    }
    if host.contains('*') {
        return problem("has a wildcard", "use `host_rule` for globs of hosts");
    }
    if host.chars().any(char::is_whitespace) {
        return problem("has a space in it", "write one host; more need a rule each");
    }
    Ok(host)
}

pub(super) fn host_rule(call: &Call<'_>, site: &Site, state: &mut State) -> Result<(), Problem> {
    let head = call.head(&site.place, Decision::Deny)?;
    let mut written = Vec::new();
    for host in call.one_or_more("host")? {
        written.push(host_glob(host)?);
    }
    let hosts = written.iter().map(|glob| globs::name(glob)).collect::<Result<Vec<_>, _>>()?;
    let methods = call.one_or_more("methods")?.into_iter().map(method).collect::<Result<Vec<_>, _>>()?;
    let matches = |example: &str| {
        let (verb, host) = example.split_once(' ').map_or((None, example), |(verb, host)| (Some(verb), host));
        let host = host.trim().to_ascii_lowercase();
        let by_method = verb.is_none_or(|verb| methods.is_empty() || methods.iter().any(|m| m == verb));
        by_method && name_example_matches(&hosts, &host)
    };
    examples(call, matches)?;
    state.use_tiers(site, &head);
    state.layer.host_rules.push(HostRule { head, hosts, methods });
    Ok(())
}

/// A glob of hosts: names only, lower case.
fn host_glob(written: &str) -> Result<String, Problem> {
    let bad = |what: &str, help: &str| Err(Problem::new(format!("the host `{written}` {what}"), help));
    if written.contains(['/', '#']) {
        return bad("is not a host alone", "write it without scheme and path: \"*.example.com\"");
    }
    if written.chars().any(char::is_whitespace) {
        return bad("has a space in it", "write several hosts as a list");
    }
    if written.ends_with('.') {
        return bad("ends in a dot", "leave the dot off");
    }
    let port = written.rsplit_once(':').filter(|(name, _)| !name.contains(':'));
    if port.is_some_and(|(_, port)| !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit() || b == b'*')) {
        return bad("has a port", "leave the port off: the rule is for all of them");
    }
    Ok(written.to_ascii_lowercase())
}

fn method(word: &str) -> Result<String, Problem> {
    if word.bytes().all(|b| b.is_ascii_alphabetic() || b == b'-') {
        return Ok(word.to_ascii_uppercase());
    }
    Err(Problem::new(format!("`{word}` is not an HTTP method"), "write for example \"POST\""))
}
