//! Rules as they stand in a compiled policy.

use super::lazy_regex::LazyRegex;
use super::rule::{
    Access, Defaults, EnvAccess, EnvRule, FlowFrom, FlowRule, GlobRule, Head, HostExecutable, HostRule, NetworkRule,
    PrefixRule, Protocol, Recording, Tier, ToolRule, Trust,
};
use crate::decision::Decision;
use crate::effect::FlowSink;
use crate::record::{Cursor, Record, codes, fields};
use alloc::{string::String, vec::Vec};

codes!(Decision { Allow = 0, Prompt = 1, Deny = 2 });
codes!(Trust { Managed = 0, User = 1, Repository = 2 });
codes!(Access { Read = 0, Write = 1, Execute = 2, WriteTree = 3, Edit = 4 });
codes!(Protocol { Http = 0, Https = 1, Socks5Tcp = 2, Socks5Udp = 3 });
codes!(EnvAccess { Read = 0, Set = 1 });
codes!(FlowSink { Network = 0, Interpreter = 1, File = 2, Tool = 3 });

fields!(Head { place, decision, justification, tiers });
fields!(PrefixRule { head, pattern, ignore_case, options_anywhere, unless });
fields!(HostExecutable { name, paths });
fields!(GlobRule { head, access, patterns, unless });
fields!(NetworkRule { head, host, protocol });
fields!(HostRule { head, hosts, methods });
fields!(FlowRule { head, source, sink });
fields!(EnvRule { head, names, access });
fields!(ToolRule { head, tool, arguments });
fields!(Defaults { commands, reads, writes, network, tools, environment, interactive, unknown });
fields!(Recording { required, text });
fields!(Tier { name, paths, remotes });

impl Record for FlowFrom {
    fn put(&self, out: &mut Vec<u8>) {
        match self {
            Self::Files(globs) => {
                out.push(0);
                globs.put(out);
            }
            Self::Protected => out.push(1),
            Self::Network => out.push(2),
            Self::Credentials => out.push(3),
        }
    }

    fn take(from: &mut Cursor<'_>) -> Option<Self> {
        Some(match u8::take(from)? {
            0 => Self::Files(Record::take(from)?),
            1 => Self::Protected,
            2 => Self::Network,
            3 => Self::Credentials,
            _ => return None,
        })
    }
}

impl Record for LazyRegex {
    fn put(&self, out: &mut Vec<u8>) {
        crate::record::put_sized(self.source().as_bytes(), out);
    }

    fn take(from: &mut Cursor<'_>) -> Option<Self> {
        // It compiled when the policy was compiled; one that does not compile any more loosens nothing.
        String::take(from).map(Self::checked)
    }
}
