//! How a decision came about: the steps that the decision point told, gathered by effect.

use super::Judged;
use crate::call::Call;
use crate::decision::{Decision, EffectId};
use crate::effect::{Effect, Kind};
use crate::glob::Answer;
use crate::policy::{DefaultStep, Scene, Trace, Trial, Trust};
use alloc::{string::String, vec::Vec};

/// Everything that an explanation speaks of.
#[derive(Clone, Copy)]
pub struct Explained<'a> {
    /// The call; `None` where it could not be read.
    pub call: Option<&'a Call>,
    /// The effects and the verdict.
    pub judged: &'a Judged,
    /// How it came about.
    pub derivation: &'a Derivation,
    /// The policy's digest.
    pub digest: &'a str,
    /// The source line of a rule, by its place; `None` where it cannot be had.
    pub source: &'a dyn Fn(&str) -> Option<String>,
}

/// The steps of one decision.
#[derive(Clone, Debug, Default)]
pub struct Derivation {
    keep_all: bool,
    /// What `./` of a rule stands for.
    pub roots: Vec<Vec<u8>>,
    /// What `~/` of a rule stands for.
    pub homes: Vec<Vec<u8>>,
    /// The call's trust tiers.
    pub tiers: Vec<String>,
    effects: Vec<Steps>,
}

/// The steps of one effect.
#[derive(Clone, Debug, Default)]
pub struct Steps {
    /// Rules that matched or could match; all that were tried, where that was asked for.
    pub tried: Vec<Tried>,
    /// How many rules were tried: those that match, those that could, those that do not.
    pub counts: [usize; 3],
    /// Defaults of the effect's kind, by layer.
    pub defaults: Vec<DefaultStep>,
}

/// One rule that was tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tried {
    /// Its place: `FILE:LINE:COLUMN`.
    pub rule: String,
    /// Who wrote it.
    pub layer: Trust,
    /// What it asks for.
    pub decision: Decision,
    /// Whether it matches.
    pub answer: Answer,
    /// What that adds to the verdict, if anything.
    pub counts: Option<Decision>,
    /// The tiers that it is limited to.
    pub tiers: Vec<String>,
}

impl Tried {
    /// Why a rule that matches or could match adds nothing; `None` for one that adds something or does not match.
    pub fn why_not(&self) -> Option<&'static str> {
        match (self.counts, self.answer, self.decision) {
            (Some(_), ..) | (_, Answer::No, _) => None,
            (None, Answer::Maybe, Decision::Allow) => Some("an allow counts only where it is certain"),
            (None, Answer::Yes, Decision::Allow) if self.layer == Trust::Repository => {
                Some("an allow of a repository replaces that repository's own defaults only")
            }
            (None, ..) => Some("the call is in none of the rule's tiers"),
        }
    }
}

/// What took the place of a default.
#[derive(Clone, Copy, Debug)]
pub struct Lift<'a> {
    /// The rule that allows.
    pub rule: &'a Tried,
    /// The effect that it allows, where that is the command whose own doing this effect is.
    pub command: Option<EffectId>,
}

impl Derivation {
    /// Steps are yet to come. Rules that do not match are kept only where `keep_all`; otherwise they are counted.
    pub fn new(keep_all: bool) -> Self {
        Self { keep_all, ..Self::default() }
    }

    /// The steps of an effect; `None` for one that no step spoke of.
    pub fn of(&self, effect: EffectId) -> Option<&Steps> {
        self.effects.get(effect.0)
    }

    /// The certain allow that took the place of a default of `effect`.
    pub fn lift(&self, effects: &[Effect], effect: EffectId, default: &DefaultStep) -> Option<Lift<'_>> {
        let allowing = |id: EffectId| {
            let counts = |t: &&Tried| match t.layer {
                Trust::Repository => t.answer == Answer::Yes && t.decision == Decision::Allow,
                Trust::Managed | Trust::User => t.counts == Some(Decision::Allow),
            };
            let trusted = |t: &&Tried| match default.layer {
                Some(layer) => t.layer <= layer,
                None => t.layer != Trust::Repository,
            };
            self.of(id)?.tried.iter().filter(counts).find(trusted)
        };
        if !default.lifted {
            return None;
        }
        if let Some(rule) = allowing(effect) {
            return Some(Lift { rule, command: None });
        }
        let command = effects.get(effect.0)?.command?;
        effects.iter().enumerate().find_map(|(index, e)| {
            let starts = e.command == Some(command) && matches!(e.kind, Kind::Run(_) | Kind::Tool(_));
            let id = EffectId(index);
            starts.then(|| allowing(id)).flatten().map(|rule| Lift { rule, command: Some(id) })
        })
    }

    fn steps(&mut self, effect: EffectId) -> Option<&mut Steps> {
        if self.effects.len() <= effect.0 {
            self.effects.resize_with(effect.0.saturating_add(1), Steps::default);
        }
        self.effects.get_mut(effect.0)
    }
}

impl Trace for Derivation {
    fn scene(&mut self, scene: &Scene<'_>) {
        let owned = |all: &[&[u8]]| all.iter().map(|one| one.to_vec()).collect();
        self.roots = owned(&scene.roots);
        self.homes = owned(&scene.homes);
        self.tiers = scene.tiers().map(String::from).collect();
    }

    fn tried(&mut self, effect: EffectId, trial: &Trial<'_>) {
        let keep = self.keep_all || trial.answer != Answer::No;
        let Some(steps) = self.steps(effect) else { return };
        let [yes, maybe, no] = &mut steps.counts;
        *match trial.answer {
            Answer::Yes => yes,
            Answer::Maybe => maybe,
            Answer::No => no,
        } += 1;
        if keep {
            steps.tried.push(Tried {
                rule: trial.head.place.clone(),
                layer: trial.trust,
                decision: trial.head.decision,
                answer: trial.answer,
                counts: trial.counts,
                tiers: trial.head.tiers.clone(),
            });
        }
    }

    fn default_step(&mut self, effect: EffectId, default: DefaultStep) {
        if let Some(steps) = self.steps(effect) {
            steps.defaults.push(default);
        }
    }
}
