//! A pathname expansion, component by component, for whoever holds it against names that stand in directories.

use super::{
    bytes::Test,
    nfa::{Nfa, Re},
    shell::{self, Kind},
};
use alloc::vec::Vec;

/// One component of a pathname expansion.
#[derive(Clone, Debug)]
pub struct Step {
    /// The bytes that it stands for where nothing matches.
    pub text: Vec<u8>,
    kind: Kind,
    names: Option<Nfa>,
    /// What every name that it may become begins and ends with.
    edges: (Vec<u8>, Vec<u8>),
}

impl Step {
    /// The components of an absolute expansion, without empty ones; none where they cannot be told apart, or one is too large.
    pub fn all_of(pattern: &[u8]) -> Option<Vec<Self>> {
        let mut steps = Vec::new();
        for component in shell::components(pattern)? {
            if component.kind == Kind::Plain && component.literal.is_empty() {
                continue;
            }
            let edges = (literal(component.parts.iter()), {
                let mut end = literal(component.parts.iter().rev());
                end.reverse();
                end
            });
            let names = if component.kind == Kind::Plain { None } else { Some(Nfa::build(&Re::Seq(component.parts))?) };
            steps.push(Self { text: component.literal, kind: component.kind, names, edges });
        }
        Some(steps)
    }

    /// Whether it is a name without operators.
    pub fn is_plain(&self) -> bool {
        self.kind == Kind::Plain
    }

    /// What every name that it may become begins and ends with, as far as that is plain.
    pub fn edges(&self) -> (&[u8], &[u8]) {
        (&self.edges.0, &self.edges.1)
    }

    /// Whether it may become a name of which it spells nothing, as `*` and `?*` do.
    pub fn is_anything(&self) -> bool {
        !self.is_plain() && self.matches(&[0xff; 8])
    }

    /// Whether it may stand for any number of components.
    pub fn is_deep(&self) -> bool {
        self.kind == Kind::Deep
    }

    /// Whether it may become this name.
    pub fn matches(&self, name: &[u8]) -> bool {
        match &self.names {
            Some(names) => names.run(name, false).accepted,
            None => self.text == name,
        }
    }
}

/// The bytes before the first operator.
fn literal<'a>(parts: impl Iterator<Item = &'a Re>) -> Vec<u8> {
    let bytes = parts.map_while(|part| match part {
        Re::One(Test::Byte(byte)) => Some(*byte),
        _ => None,
    });
    bytes.collect()
}
