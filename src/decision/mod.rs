//! What is decided about a call, and why: the ordered [`Decision`] and the [`Verdict`] that is never without a [`Reason`].

mod verdict;

pub use verdict::{EffectId, Reason, RuleRef, Verdict};

/// The three answers, ordered so that the strictest is the maximum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[must_use]
pub enum Decision {
    /// The call may run.
    Allow,
    /// A person must approve the call; where nobody can be asked it does not run.
    Prompt,
    /// The call does not run.
    Deny,
}

impl Decision {
    /// The word that verdicts use: `allow`, `prompt` or `deny`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Prompt => "prompt",
            Self::Deny => "deny",
        }
    }

    /// Reads the word that a rule uses (`"allow"`, `"prompt"`, `"forbidden"`: Codex's words).
    pub fn from_rule_word(word: &str) -> Option<Self> {
        match word {
            "allow" => Some(Self::Allow),
            "prompt" => Some(Self::Prompt),
            "forbidden" => Some(Self::Deny),
            _ => None,
        }
    }

    /// The word that a rule uses for this decision.
    pub const fn as_rule_word(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Prompt => "prompt",
            Self::Deny => "forbidden",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Decision::{self, Allow, Deny, Prompt};

    #[test]
    fn each_has_its_words_and_the_strictest_is_the_greatest() {
        assert_eq!([Allow, Prompt, Deny].map(Decision::as_str), ["allow", "prompt", "deny"]);
        assert_eq!([Allow, Prompt, Deny].map(Decision::as_rule_word), ["allow", "prompt", "forbidden"]);
        for decision in [Allow, Prompt, Deny] {
            assert_eq!(Decision::from_rule_word(decision.as_rule_word()), Some(decision));
        }
        assert_eq!(["deny", "Allow", ""].map(Decision::from_rule_word), [None; 3]);
        assert!(Allow < Prompt && Prompt < Deny);
    }
}
