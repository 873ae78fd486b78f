//! What the decision point asks and hears, step by step, for whoever wants to be told (`explain`).

use super::rule::{Head, Trust};
use super::scene::Scene;
use crate::decision::{Decision, EffectId};
use crate::glob::Answer;

/// Is told the steps of a decision. Every method does nothing unless it is written, so that [`NoTrace`] costs nothing.
pub trait Trace {
    /// Whether it wants to hear of effects that repeat others, and of rules that an index says cannot match, too.
    const EVERY_STEP: bool = true;
    /// Where the call takes place; first of all.
    fn scene(&mut self, _scene: &Scene<'_>) {}
    /// A rule that speaks of the effect's kind was held against it.
    fn tried(&mut self, _effect: EffectId, _trial: &Trial<'_>) {}
    /// A default of the effect's kind was looked at.
    fn default_step(&mut self, _effect: EffectId, _default: DefaultStep) {}
}

/// Tells nobody.
#[derive(Clone, Copy, Debug)]
pub struct NoTrace;

impl Trace for NoTrace {
    const EVERY_STEP: bool = false;
}

/// One rule held against one effect.
#[derive(Clone, Copy, Debug)]
pub struct Trial<'a> {
    /// Who wrote the rule.
    pub trust: Trust,
    /// The rule's place, decision and tiers.
    pub head: &'a Head,
    /// Whether it matches.
    pub answer: Answer,
    /// What that adds to the verdict; `None` where it adds nothing: no match, an allow that is not certain, another tier.
    pub counts: Option<Decision>,
}

/// One default that an effect has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DefaultStep {
    /// Its key, such as `commands`.
    pub key: &'static str,
    /// The layer that wrote it; `None` where none did and the language's own counts.
    pub layer: Option<Trust>,
    /// What it asks for.
    pub decision: Decision,
    /// Whether a certain allow took its place.
    pub lifted: bool,
}
