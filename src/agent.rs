//! The agents whose hooks prexec can be: the one place that names them.

use crate::approval::Asked;
use crate::call::Call;
use crate::claude;
use crate::codex::{self, Answer, Fault, Question};

/// One agent: how its calls are read, and how it is answered.
#[derive(Clone, Copy, Debug)]
pub struct Agent {
    /// Its name on the command line.
    pub name: &'static str,
    /// Reads one call.
    pub read: fn(&[u8]) -> Result<Call, Fault>,
    /// Makes the answer, with what came of the wish to ask a person.
    pub answer: fn(&Question<'_>, &Asked) -> Answer,
    /// Whether a person is asked by way of the gate, because the agent gives its hooks no way to ask.
    pub needs_gate: bool,
}

const CODEX: Agent = Agent { name: "codex", read: codex::read, answer: codex::answer_asking, needs_gate: true };
const CLAUDE: Agent =
    Agent { name: "claude", read: claude::read, answer: |question, _| claude::answer(question), needs_gate: false };

/// All of them. The first is taken where none is named.
pub const ALL: &[Agent] = &[CODEX, CLAUDE];

impl Agent {
    /// The agent of that name.
    pub fn named(name: &[u8]) -> Option<&'static Self> {
        ALL.iter().find(|agent| agent.name.as_bytes() == name)
    }
}

impl Default for Agent {
    fn default() -> Self {
        CODEX
    }
}

impl PartialEq for Agent {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Agent {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_a_name_of_its_own() {
        for (index, agent) in ALL.iter().enumerate() {
            let found = Agent::named(agent.name.as_bytes()).map(|found| (found.name, found.needs_gate));
            assert_eq!(found, Some((agent.name, agent.needs_gate)));
            for (other, agent_of_it) in ALL.iter().enumerate() {
                assert_eq!(agent == agent_of_it, index == other);
            }
        }
        assert!(Agent::named(b"").is_none() && Agent::named(b"Codex").is_none());
        assert_eq!(Agent::default().name, "codex");
    }
}
