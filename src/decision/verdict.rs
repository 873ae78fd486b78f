//! A decision together with everything that led to it.

use super::Decision;
use alloc::{string::String, vec, vec::Vec};
use core::fmt;

/// Names what decided: a rule, a default, or a fault of the input.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RuleRef {
    /// A rule, by the place of its call: `FILE:LINE:COLUMN`.
    Rule(String),
    /// The default of a key, such as `unknown`.
    Default(&'static str),
    /// The call could not be read; the code says how, such as `duplicate-key`.
    Input(&'static str),
    /// A limit on size, depth, number or steps was reached; its name, such as `script-bytes`.
    Limit(&'static str),
    /// The policy could not be used; the code says how, such as `load`.
    Policy(&'static str),
    /// Something in prexec itself failed; the code says what, such as `panic` or `deadline`.
    Internal(&'static str),
    /// An administrator's override lets the call run.
    BreakGlass,
    /// A record that is demanded cannot be written.
    Audit(&'static str),
    /// There was nothing to judge.
    NoEffect,
}

impl fmt::Display for RuleRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rule(place) => f.write_str(place),
            Self::Default(key) => write!(f, "default:{key}"),
            Self::Input(code) => write!(f, "input:{code}"),
            Self::Limit(name) => write!(f, "limit:{name}"),
            Self::Policy(code) => write!(f, "policy:{code}"),
            Self::Internal(code) => write!(f, "internal:{code}"),
            Self::BreakGlass => f.write_str("break-glass"),
            Self::Audit(code) => write!(f, "audit:{code}"),
            Self::NoEffect => f.write_str("no-effect"),
        }
    }
}

/// The position of an effect in the list of effects that was judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct EffectId(pub usize);

/// One ground for a verdict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// What this ground alone asks for.
    pub decision: Decision,
    /// What asks for it.
    pub rule: RuleRef,
    /// The effect that it speaks of; none where it speaks of the whole call.
    pub effect: Option<EffectId>,
    /// Why, for the person or the model that reads it.
    pub justification: Option<String>,
}

/// A decision with its reasons, strictest first; there is always at least one.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Verdict {
    reasons: Vec<Reason>,
}

impl Verdict {
    /// The verdict of a single reason.
    pub fn of(reason: Reason) -> Self {
        Self { reasons: vec![reason] }
    }

    /// A deny that speaks of the whole call.
    pub fn deny(rule: RuleRef, why: impl Into<String>) -> Self {
        Self::of(Reason { decision: Decision::Deny, rule, effect: None, justification: Some(why.into()) })
    }

    /// The strictest of `reasons` decides; without any there was nothing to judge and the call is allowed as `no-effect`.
    ///
    /// The order of equally strict reasons is kept.
    pub fn strictest(mut reasons: Vec<Reason>) -> Self {
        if reasons.is_empty() {
            reasons.push(Reason {
                decision: Decision::Allow,
                rule: RuleRef::NoEffect,
                effect: None,
                justification: None,
            });
        }
        reasons.sort_by_key(|r| core::cmp::Reverse(r.decision));
        Self { reasons }
    }

    /// The strictest decision of all reasons.
    pub fn decision(&self) -> Decision {
        // A verdict without reasons cannot be built; if one ever were, it would deny.
        self.reasons.first().map_or(Decision::Deny, |r| r.decision)
    }

    /// Strictest first, never empty.
    pub fn reasons(&self) -> &[Reason] {
        &self.reasons
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(decision: Decision, rule: &str) -> Reason {
        Reason { decision, rule: RuleRef::Rule(rule.into()), effect: None, justification: None }
    }

    #[test]
    fn strictest_reason_decides_and_comes_first() {
        let v = Verdict::strictest(vec![
            reason(Decision::Allow, "a"),
            reason(Decision::Deny, "d"),
            reason(Decision::Prompt, "p"),
            reason(Decision::Deny, "e"),
        ]);
        assert_eq!(v.decision(), Decision::Deny);
        let order: Vec<_> = v.reasons().iter().map(|r| alloc::format!("{}", r.rule)).collect();
        assert_eq!(order, ["d", "e", "p", "a"]);
    }

    #[test]
    fn nothing_to_judge_is_allowed_with_a_reason() {
        let v = Verdict::strictest(Vec::new());
        assert_eq!(v.decision(), Decision::Allow);
        assert_eq!(alloc::format!("{}", v.reasons()[0].rule), "no-effect");
    }
}
