//! The name of an MCP tool, `mcp__<server>__<tool>`.

use alloc::string::String;

const PREFIX: &str = "mcp__";
const SEPARATOR: &str = "__";

/// The name of an MCP tool. Codex joins server and tool with two underscores and both may hold such a pair themselves, so
/// `mcp__a__b__c` is the tool `b__c` of the server `a` or the tool `c` of `a__b`: the name alone does not say. The whole name is
/// kept and is what rules are asked about; [`McpName::server`] and [`McpName::tool`] split at the first pair, as Codex itself
/// does when it reads such a name, and [`McpName::splits`] gives every reading for a rule that must hold for each.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct McpName(String);

impl McpName {
    /// Reads a tool's name; none where it is not `mcp__`, a server, `__` and a tool, neither of them empty.
    pub fn parse(name: &str) -> Option<Self> {
        let parsed = Self(name.into());
        let has_parts = parsed.splits().next().is_some();
        has_parts.then_some(parsed)
    }

    /// The whole name, `mcp__` included.
    pub fn whole(&self) -> &str {
        &self.0
    }

    /// The server, where the first pair of underscores ends it.
    pub fn server(&self) -> &str {
        self.splits().next().map_or("", |(server, _)| server)
    }

    /// The tool, where the first pair of underscores begins it.
    pub fn tool(&self) -> &str {
        self.splits().next().map_or("", |(_, tool)| tool)
    }

    /// Whether there is more than one way to split the name.
    pub fn is_ambiguous(&self) -> bool {
        self.splits().nth(1).is_some()
    }

    /// Every way to split the name into a server and a tool, the shortest server first; at least one.
    pub fn splits(&self) -> impl Iterator<Item = (&str, &str)> {
        let rest = self.0.strip_prefix(PREFIX).unwrap_or("");
        rest.char_indices().filter_map(move |(at, _)| {
            let (server, tail) = rest.split_at_checked(at)?;
            let tool = tail.strip_prefix(SEPARATOR)?;
            (!server.is_empty() && !tool.is_empty()).then_some((server, tool))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    #[test]
    fn every_split_is_found() {
        for (name, expected) in [
            ("mcp__tiny__echo", &[("tiny", "echo")][..]),
            ("mcp__a__b__c", &[("a", "b__c"), ("a__b", "c")]),
            ("mcp__a___b", &[("a", "_b"), ("a_", "b")]),
            ("mcp____x", &[]),
            ("mcp____x__y", &[("__x", "y")]),
            ("mcp__x__", &[]),
            ("mcp__x", &[]),
            ("mcp__", &[]),
            ("mcp_x__y", &[]),
            ("xmcp__a__b", &[]),
            ("MCP__a__b", &[]),
        ] {
            let parsed = McpName::parse(name);
            let splits: Vec<_> = parsed.iter().flat_map(McpName::splits).collect();
            assert_eq!(splits, expected, "{name}");
            assert_eq!(parsed.is_some(), !expected.is_empty(), "{name}");
            if let Some(parsed) = parsed {
                assert_eq!((parsed.server(), parsed.tool()), expected[0]);
                assert_eq!(parsed.is_ambiguous(), expected.len() > 1);
                assert_eq!(parsed.whole(), name);
            }
        }
    }
}
