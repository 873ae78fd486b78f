//! What `diff` and `replay` say of a call that is decided otherwise.

use super::human::Paint;
use crate::decision::Decision;
use crate::gate;
use crate::report::Judged;
use crate::text::visible;
use std::collections::BTreeMap;
use std::io::Write;
use std::process::ExitCode;

/// Exit status where something changes.
const CHANGED: u8 = 5;
/// Characters of a call that are shown.
const SHOWN: usize = 120;

/// One call.
pub(super) struct Change<'c> {
    pub(super) was: Decision,
    pub(super) is: Decision,
    /// Where it is recorded.
    pub(super) place: &'c str,
    pub(super) tool: &'c str,
    /// Its text.
    pub(super) what: &'c str,
    /// What decided before.
    pub(super) was_by: &'c str,
    /// What decides now.
    pub(super) is_by: &'c str,
}

/// How many calls change, and how.
#[derive(Default)]
pub(super) struct Changes(BTreeMap<(Decision, Decision), u64>);

impl Changes {
    /// Counts a call that changes.
    pub(super) fn count(&mut self, was: Decision, is: Decision) {
        *self.0.entry((was, is)).or_default() += 1;
    }

    /// Shows one.
    pub(super) fn show(out: &mut impl Write, paint: Paint, change: &Change<'_>) -> std::io::Result<()> {
        let (was, is) = (paint.word(change.was), paint.word(change.is));
        let short: String = visible(change.what).chars().take(SHOWN).collect();
        writeln!(out, "{was} -> {is}  {}: {} {short}", visible(change.place), visible(change.tool))?;
        writeln!(out, "    was {}", visible(change.was_by))?;
        writeln!(out, "    is  {}", visible(change.is_by))
    }

    /// The sums, and the exit status.
    pub(super) fn end(&self, out: &mut impl Write, all: u64) -> std::io::Result<ExitCode> {
        for ((was, is), count) in &self.0 {
            writeln!(out, "{count} calls change from {} to {}", was.as_str(), is.as_str())?;
        }
        let changed: u64 = self.0.values().sum();
        writeln!(out, "{changed} of {all} calls are decided otherwise")?;
        Ok(if changed == 0 { ExitCode::SUCCESS } else { ExitCode::from(CHANGED) })
    }
}

/// The first reason, on one line.
pub(super) fn reason(judged: &Judged) -> String {
    let verdict = gate::for_people(judged);
    let Some(first) = verdict.reasons().first() else { return String::new() };
    let what = gate::describe(judged, first).map(|what| format!("  {what}")).unwrap_or_default();
    visible(&format!("{}{what}", first.rule)).into_owned()
}
