//! Network and host rules held against connections.

use super::names;
use super::rule::{HostRule, NetworkRule, Protocol};
use crate::effect::{Connect, Value};
use crate::glob::Answer;

/// `network_rule`: one host by one protocol, as Codex's own proxy would see the connection.
pub(super) fn network_answer(rule: &NetworkRule, connect: &Connect) -> Answer {
    let protocol = match (connect.scheme.as_deref(), rule.protocol) {
        (Some("http" | "ws"), Protocol::Http) | (Some("https" | "wss"), Protocol::Https) => Answer::Yes,
        (Some("http" | "https" | "ws" | "wss"), _) | (Some(_), Protocol::Http | Protocol::Https) => Answer::No,
        // Whether another protocol goes through a SOCKS proxy is a matter of the program's configuration.
        (None, _) | (Some(_), Protocol::Socks5Tcp | Protocol::Socks5Udp) => Answer::Maybe,
    };
    let host = match connect.host.alternatives() {
        None => Answer::Maybe,
        Some(all) => {
            let same = all.iter().filter(|h| **h == *rule.host.as_bytes()).count();
            if same == 0 {
                Answer::No
            } else if same == all.len() {
                Answer::Yes
            } else {
                Answer::Maybe
            }
        }
    };
    protocol.min(host)
}

/// `host_rule`: hosts by glob; an address or a method that is not known could match.
pub(super) fn host_answer(rule: &HostRule, connect: &Connect) -> Answer {
    let method = match &connect.method {
        _ if rule.methods.is_empty() => Answer::Yes,
        Some(method) if rule.methods.contains(method) => Answer::Yes,
        Some(_) => Answer::No,
        // Only HTTP has methods: a connection by another protocol is not what the rule speaks of.
        None if connect.scheme.as_deref().is_some_and(|s| s != "http" && s != "https") => Answer::No,
        None => Answer::Maybe,
    };
    let host = match &connect.host {
        Value::Known(_) | Value::Set(_) => names::answer(&rule.hosts, &connect.host),
        _ => Answer::Maybe,
    };
    method.min(host)
}
