//! Proposes rules for recorded calls that asked a person, as text for a person to review.
//!
//! ```text
//! recorded calls -> judged again -> what asks by a default -> the narrowest rule for it -> judged with it: does it help, and only there?
//! ```
//!
//! A rule is proposed only where it makes a call of the record run that somebody was asked about, and where it says nothing of
//! a call that was denied, or that would have asked where nobody could be asked.

mod candidate;
mod render;

pub use render::render;

use crate::audit::{self, Said, redact};
use crate::call::Call;
use crate::codex;
use crate::decision::{Decision, Reason, RuleRef};
use crate::effect::Effect;
use crate::gate;
use crate::policy::{Layer, Policy};
use crate::rules::Loader;
use crate::trail::Record;
use crate::world::World;
use candidate::Candidate;
use std::{
    collections::{BTreeMap, BTreeSet},
    format,
    string::{String, ToString},
    vec::Vec,
};

/// Most rules that are proposed at once: a person reads them.
const MOST: usize = 200;
/// The file that candidates are loaded as.
const NAME: &str = "suggested.rules";

/// A call of the record that counts for or against a rule.
struct Recorded {
    line: Vec<u8>,
    /// It was denied, or would have asked where nobody could be asked: no rule may speak of it.
    closed: bool,
    /// As it is shown.
    shown: String,
}

/// A closed call as far as its record tells of it.
struct Partly {
    cwd: String,
    effects: Vec<Effect>,
}

/// Gathers recorded calls.
pub struct Learner<'a> {
    policy: &'a Policy,
    world: &'a dyn World,
    calls: Vec<Recorded>,
    /// Closed calls of which the record holds only a part.
    partly: Vec<Partly>,
    candidates: BTreeSet<Candidate>,
    counts: Counts,
    /// Why calls that asked get no rule, with how many.
    left: BTreeMap<String, usize>,
}

/// What the record held.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counts {
    /// Lines.
    pub lines: usize,
    /// Lines that are no hook call.
    pub unread: usize,
    /// Calls that ask a person.
    pub asked: usize,
    /// Calls that are denied.
    pub denied: usize,
    /// Calls that would ask where nobody can be asked.
    pub unattended: usize,
}

/// A rule for a person to look at.
#[derive(Clone, Debug)]
pub struct Suggestion {
    /// The rule's call, without its justification and its end.
    pub rule: String,
    /// What a person has to know about it.
    pub note: Option<&'static str>,
    /// How many calls of the record run with all suggestions, of those that it speaks of.
    pub helps: usize,
    /// Some of them.
    pub examples: Vec<String>,
}

/// What came out.
#[derive(Clone, Debug)]
pub struct Suggestions {
    /// What the record held.
    pub counts: Counts,
    /// Rules.
    pub rules: Vec<Suggestion>,
    /// How many rules would have spoken of a call that was denied or asked unattended.
    pub withdrawn: usize,
    /// Why the other calls get none, with how many.
    pub left: BTreeMap<String, usize>,
}

impl<'a> Learner<'a> {
    /// For calls under a policy.
    pub fn new(policy: &'a Policy, world: &'a dyn World) -> Self {
        let (calls, candidates, left) = (Vec::new(), BTreeSet::new(), BTreeMap::new());
        Self { policy, world, calls, partly: Vec::new(), candidates, counts: Counts::default(), left }
    }

    /// Takes a record of the audit trail. What was denied, or asked where nobody could be asked, stays closed whatever the policy
    /// says of it now; where the record holds only a part of it, what it may have been counts.
    pub fn record(&mut self, record: &Record) {
        let Some(was) = record.decided() else { return };
        let closed = was == Decision::Deny || (was == Decision::Prompt && !record.could_ask());
        if let Some(call) = record.call_again().filter(|call| record.agent == "codex" && codex::read(call).is_ok()) {
            return self.call(&call, closed);
        }
        self.counts.lines += 1;
        if record.is_beyond_rules() {
            self.counts.unread += usize::from(record.tool.is_none());
            self.counts.denied += usize::from(record.tool.is_some());
            return;
        }
        match was {
            Decision::Allow => return,
            Decision::Deny => self.counts.denied += 1,
            Decision::Prompt if closed => self.counts.unattended += 1,
            Decision::Prompt => {
                self.counts.asked += 1;
                self.leave("the record does not hold the whole call".to_string());
                return;
            }
        }
        let cwd = record.cwd.clone().unwrap_or_else(|| "/".to_string());
        self.partly.push(Partly { cwd, effects: record.effects_at_most() });
    }

    /// Counts lines that are no records.
    pub fn unread(&mut self, lines: usize) {
        self.counts.lines += lines;
        self.counts.unread += lines;
    }

    /// Takes the hook JSON of a call.
    pub fn line(&mut self, line: &[u8]) {
        self.call(line, false);
    }

    /// The same of one that may have been closed before.
    fn call(&mut self, line: &[u8], was_closed: bool) {
        self.counts.lines += 1;
        let read = codex::read(line);
        let judged = gate::judge(&read, self.policy, self.world);
        let Ok(call) = &read else {
            self.counts.unread += 1;
            return;
        };
        let decision = judged.verdict.decision();
        let closed = match decision {
            Decision::Allow if !was_closed => return,
            Decision::Allow | Decision::Deny => {
                self.counts.denied += 1;
                true
            }
            Decision::Prompt if !call.permission_mode.can_ask() => {
                self.counts.unattended += 1;
                true
            }
            Decision::Prompt if was_closed => {
                self.counts.denied += 1;
                true
            }
            Decision::Prompt => {
                self.counts.asked += 1;
                let secrets = audit::secrets(&judged, &Said::of(call));
                let bare = |text: &str| redact(&secrets.out_of(text).0).0.into_owned();
                match candidate::all(call, &judged, self.world) {
                    // A rule is no place for a secret, and nobody calls with the same one for long.
                    Ok(found) if found.iter().any(|candidate| bare(&candidate.rule) != candidate.rule) => {
                        self.leave("a secret stands in what it asks about".to_string());
                    }
                    Ok(found) => self.candidates.extend(found),
                    Err(why) => self.leave(bare(&why)),
                }
                false
            }
        };
        self.calls.push(Recorded { line: line.to_vec(), closed, shown: shown(call) });
    }

    fn leave(&mut self, why: String) {
        *self.left.entry(why).or_default() += 1;
    }

    /// Holds what could be proposed against the whole record.
    ///
    /// # Errors
    /// A rule that does not load, which is a fault of ours.
    pub fn finish(mut self) -> Result<Suggestions, String> {
        let mut candidates: Vec<Candidate> = core::mem::take(&mut self.candidates).into_iter().collect();
        let beyond = candidates.split_off(candidates.len().min(MOST)).len();
        let mut closed = self.spoken_of(&candidates, true)?;
        for index in self.maybe_spoken_of(&candidates)? {
            closed.entry(index).or_default();
        }
        let all = candidates.len();
        candidates = keep(candidates, |index| !closed.contains_key(&index));
        let withdrawn = all - candidates.len();
        let mut helped = self.spoken_of(&candidates, false)?;
        let useful: BTreeSet<usize> = helped.keys().copied().collect();
        candidates = keep(candidates, |index| useful.contains(&index));
        let helped: Vec<Vec<usize>> = helped.values_mut().map(core::mem::take).collect();
        let some: BTreeSet<usize> = helped.iter().flatten().copied().collect();
        let without_candidate: usize = self.left.values().sum();
        let rules = candidates.into_iter().zip(&helped).map(|(candidate, calls)| {
            let shown = calls.iter().filter_map(|index| Some(self.calls.get(*index)?.shown.clone()));
            let examples: BTreeSet<String> = shown.collect();
            let examples = examples.into_iter().take(3).collect();
            Suggestion { rule: candidate.rule, note: candidate.note, helps: calls.len(), examples }
        });
        let rules: Vec<Suggestion> = rules.collect();
        let open = self.calls.iter().filter(|call| !call.closed).count();
        let other = open.saturating_sub(some.len() + without_candidate);
        if other > 0 {
            self.left.insert("no rule, or not one alone, answers all that it asks about".to_string(), other);
        }
        if beyond > 0 {
            let why = format!(
                "rules were not looked at: {MOST} at once are enough for a person; take some over and ask again"
            );
            self.left.insert(why, beyond);
        }
        Ok(Suggestions { counts: self.counts, rules, withdrawn, left: self.left })
    }

    /// Which calls each candidate speaks of: of the closed ones, or of the others those that would then run.
    fn spoken_of(&self, candidates: &[Candidate], closed: bool) -> Result<BTreeMap<usize, Vec<usize>>, String> {
        let mut found: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        let policy = self.with(candidates)?;
        for (index, recorded) in self.calls.iter().enumerate().filter(|(_, call)| call.closed == closed) {
            let judged = gate::judge(&codex::read(&recorded.line), &policy, self.world);
            if !closed && judged.verdict.decision() != Decision::Allow {
                continue;
            }
            for candidate in judged.verdict.reasons().iter().filter_map(of_candidate).collect::<BTreeSet<_>>() {
                found.entry(candidate).or_default().push(index);
            }
        }
        Ok(found)
    }

    /// Which candidates could speak of a closed call that is only known in part. A rule that asks says so of what it could match, one
    /// that allows only of what it matches for certain.
    fn maybe_spoken_of(&self, candidates: &[Candidate]) -> Result<BTreeSet<usize>, String> {
        let mut found = BTreeSet::new();
        if self.partly.is_empty() {
            return Ok(found);
        }
        let policy = self.with_rules(candidates, Candidate::asking)?;
        for partly in &self.partly {
            let judged = gate::judge_effects("", &partly.cwd, partly.effects.clone(), &policy, self.world);
            found.extend(judged.verdict.reasons().iter().filter_map(of_candidate));
        }
        Ok(found)
    }

    /// The policy with every candidate, one a line.
    fn with(&self, candidates: &[Candidate]) -> Result<Policy, String> {
        self.with_rules(candidates, |candidate| candidate.rule.clone())
    }

    fn with_rules(&self, candidates: &[Candidate], rule: impl Fn(&Candidate) -> String) -> Result<Policy, String> {
        let mut policy = self.policy.clone();
        if candidates.is_empty() {
            return Ok(policy);
        }
        let text: String = candidates.iter().map(|candidate| rule(candidate) + ")\n").collect();
        let loaded = Loader::new().load_text(NAME, &text).map_err(|found| found.to_string())?;
        let layers: Vec<Layer> = loaded.policy.layers;
        policy.layers.extend(layers);
        Ok(policy)
    }
}

fn keep(candidates: Vec<Candidate>, wanted: impl Fn(usize) -> bool) -> Vec<Candidate> {
    candidates.into_iter().enumerate().filter(|(index, _)| wanted(*index)).map(|(_, candidate)| candidate).collect()
}

/// The number of the candidate that a reason is.
fn of_candidate(reason: &Reason) -> Option<usize> {
    let RuleRef::Rule(place) = &reason.rule else { return None };
    let line = place.strip_prefix(NAME)?.strip_prefix(':')?.split(':').next()?;
    line.parse::<usize>().ok()?.checked_sub(1)
}

/// A call as it is shown, without the secrets that stand in it.
fn shown(call: &Call) -> String {
    let text = match call.arguments.get("command").and_then(|command| command.as_str()) {
        Some(command) if call.tool_name == "Bash" => command.to_string(),
        _ => call.tool_name.clone() + " " + &call.arguments.to_compact(),
    };
    redact(&text).0.into_owned()
}

#[cfg(test)]
mod tests;
