//! The numbers of the page, gathered record by record.

use super::count::Counts;
use super::sessions::{Session, denied};
use crate::install::canary;
use crate::trail::{Kind, Moment, Reason, Record};
use std::collections::{BTreeMap, HashSet};
use std::format;
use std::string::{String, ToString};

/// More days than these are counted with the last that has a place.
const MOST_DAYS: usize = 4_000;
/// More prompts than these are not waited for at the same time.
const MOST_OPEN: usize = 200_000;

/// Decisions of a day, or about something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Verdicts {
    pub(super) allow: u64,
    pub(super) prompt: u64,
    pub(super) deny: u64,
}

impl Verdicts {
    pub(super) fn all(&self) -> u64 {
        self.allow + self.prompt + self.deny
    }

    fn add(&mut self, decision: &str) {
        match decision {
            "allow" => self.allow += 1,
            "prompt" => self.prompt += 1,
            _ => self.deny += 1,
        }
    }
}

/// What a rule did.
#[derive(Debug, Default)]
pub(super) struct Rule {
    pub(super) prompt: u64,
    pub(super) deny: u64,
    pub(super) why: Option<String>,
}

/// What became of the calls that a person was to be asked about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Prompts {
    /// All of them, where the hook does not only observe.
    pub(super) all: u64,
    /// Answered with a refusal, because nobody can be asked there.
    pub(super) refused: u64,
    /// Put to a person, and later seen to run.
    pub(super) ran: u64,
    /// Put to a person, and seen to be refused by the gate.
    pub(super) stopped: u64,
    /// An administrator's override let it run without a question.
    pub(super) lifted: u64,
}

impl Prompts {
    /// Put to a person, and never seen to run: declined, or left.
    pub(super) fn silent(&self) -> u64 {
        self.all.saturating_sub(self.refused + self.ran + self.stopped + self.lifted)
    }
}

/// The numbers.
#[derive(Debug, Default)]
pub struct Tally {
    pub(super) first: Option<Moment>,
    pub(super) last: Option<Moment>,
    pub(super) records: u64,
    pub(super) torn: u64,
    pub(super) lost: u64,
    /// Calls by which an installation or an examination asked whether the hook denies: nobody's, and counted nowhere else.
    pub(super) canaries: u64,
    pub(super) verdicts: Verdicts,
    pub(super) days: BTreeMap<String, Verdicts>,
    pub(super) rules: Counts<Rule>,
    pub(super) reads: Counts<u64>,
    pub(super) denied_reads: u64,
    pub(super) unknowns: Counts<u64>,
    pub(super) with_unknown: u64,
    pub(super) prompts: Prompts,
    open: HashSet<String>,
    pub(super) sessions: Counts<Session>,
    /// Calls where the hook only observed, and those of them that it would have stopped or asked about.
    pub(super) observed: u64,
    pub(super) observed_stricter: u64,
    pub(super) overrides: Counts<u64>,
    pub(super) lifted: u64,
    pub(super) redacted: u64,
    pub(super) hosts: Counts<Verdicts>,
    pub(super) users: Counts<Verdicts>,
    pub(super) repositories: Counts<Verdicts>,
    pub(super) agents: Counts<Verdicts>,
}

impl Tally {
    /// Adds a record.
    pub fn add(&mut self, record: &Record) {
        self.records += 1;
        self.lost += u64::from(record.lost);
        self.redacted += u64::from(record.redacted);
        let moment = Moment::read(&record.time);
        self.first = self.first.into_iter().chain(moment).min();
        self.last = self.last.into_iter().chain(moment).max();
        match record.kind {
            Kind::Decision => self.decision(record),
            Kind::Outcome => {
                if self.closes(record) {
                    self.prompts.ran += 1;
                }
            }
            Kind::Gate => {
                let refused = record.detail.as_deref().is_some_and(|detail| detail.starts_with("refused"));
                if self.closes(record) {
                    if refused {
                        self.prompts.stopped += 1;
                    } else {
                        self.prompts.ran += 1;
                    }
                }
            }
            Kind::Session => {}
        }
    }

    /// Lines that are no records.
    pub fn torn(&mut self, lines: u64) {
        self.torn += lines;
    }

    fn decision(&mut self, record: &Record) {
        if record.session.as_deref() == Some(canary::SESSION) {
            self.canaries += 1;
            return;
        }
        let Some(decision) = record.decision.as_deref() else { return };
        self.verdicts.add(decision);
        if let Some(day) = record.time.get(..10) {
            let known = self.days.len() < MOST_DAYS || self.days.contains_key(day);
            let last = self.days.keys().next_back().cloned();
            let day = if known { day.to_string() } else { last.unwrap_or_default() };
            self.days.entry(day).or_default().add(decision);
        }
        let user = record.user.clone().unwrap_or_else(|| format!("account {}", record.uid));
        let repository = record.repository.as_deref().unwrap_or("no repository");
        for (counts, name) in [
            (&mut self.hosts, record.host.as_str()),
            (&mut self.users, &user),
            (&mut self.repositories, repository),
            (&mut self.agents, &record.agent),
        ] {
            if let Some(verdicts) = counts.of(name) {
                verdicts.add(decision);
            }
        }
        self.unknown(record);
        let stricter = decision != "allow";
        let blocks = !record.observed && record.lifted.is_none();
        if record.observed {
            self.observed += 1;
            self.observed_stricter += u64::from(stricter);
        }
        if let Some(why) = &record.lifted {
            self.lifted += 1;
            self.overrides.add(why);
        }
        if !stricter {
            return;
        }
        // The reason that decided is the first of that decision; the strictest come first.
        let reason = record.reasons.iter().find(|reason| reason.decision == decision).or(record.reasons.first());
        let rule = reason.map_or("no reason", |reason| reason.rule.as_str());
        if let Some(entry) = self.rules.of(rule) {
            if decision == "prompt" {
                entry.prompt += 1;
            } else {
                entry.deny += 1;
            }
            if entry.why.is_none() {
                entry.why = reason.and_then(|reason| reason.justification.clone());
            }
        }
        if decision == "prompt" {
            self.prompt(record);
        } else if blocks {
            self.read(record, reason);
            denied(&mut self.sessions, record, rule);
        }
    }

    fn unknown(&mut self, record: &Record) {
        let mut codes: HashSet<&str> = HashSet::new();
        for effect in record.effects.iter().filter(|effect| effect.kind == "unknown") {
            codes.insert(effect.code.as_deref().unwrap_or("no code"));
        }
        self.with_unknown += u64::from(!codes.is_empty());
        for code in codes {
            self.unknowns.add(code);
        }
    }

    fn read(&mut self, record: &Record, reason: Option<&Reason>) {
        let effect = reason.and_then(|reason| record.effects.get(reason.effect?));
        if let Some(effect) = effect.filter(|effect| effect.kind == "read") {
            self.denied_reads += 1;
            self.reads.add(effect.path.as_deref().unwrap_or("a path that is not known"));
        }
    }

    fn prompt(&mut self, record: &Record) {
        if record.observed {
            return;
        }
        self.prompts.all += 1;
        if record.lifted.is_some() {
            self.prompts.lifted += 1;
        } else if record.answer.as_deref() == Some("deny") {
            self.prompts.refused += 1;
        } else if let Some(name) = name(record).filter(|_| self.open.len() < MOST_OPEN) {
            self.open.insert(name);
        }
    }

    fn closes(&mut self, record: &Record) -> bool {
        name(record).is_some_and(|name| self.open.remove(&name))
    }
}

/// Names a call.
fn name(record: &Record) -> Option<String> {
    Some(format!("{}\n{}", record.session.as_deref().unwrap_or_default(), record.call.as_deref()?))
}
