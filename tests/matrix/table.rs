//! The table: one row per fault and place.

use crate::hook::Hook;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::ExitCode;

/// What must come of a fault.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// The call is blocked, in one of the two ways that Codex takes for one.
    Blocked,
    /// The same, or the answer that the call gets anyway.
    BlockedOrDecided,
    /// The answer that the call gets anyway: nothing is wrong.
    Decided,
}

/// Makes the rows of a group.
pub(crate) type Group = fn(Hook) -> Vec<Row>;

pub(crate) struct Row {
    /// Which executable it is about.
    pub(crate) hook: &'static str,
    pub(crate) group: &'static str,
    pub(crate) fault: String,
    pub(crate) place: String,
    /// How many times it was tried.
    pub(crate) runs: usize,
    pub(crate) outcome: String,
    /// What is wrong with it.
    pub(crate) wrong: Option<String>,
}

impl Row {
    pub(crate) fn new(group: &'static str, fault: impl Into<String>, place: impl Into<String>) -> Self {
        Self { hook: "", group, fault: fault.into(), place: place.into(), runs: 0, outcome: String::new(), wrong: None }
    }

    /// A circumstance that this machine does not let anybody prepare.
    pub(crate) fn impossible(mut self, why: &str) -> Self {
        self.outcome = format!("not possible here: {why}");
        self
    }

    /// A row of which one sentence says all.
    pub(crate) fn said(mut self, runs: usize, outcome: impl Into<String>, wrong: Option<String>) -> Self {
        (self.runs, self.outcome, self.wrong) = (runs, outcome.into(), wrong);
        self
    }
}

/// Characters of an outcome that are shown.
const LONGEST: usize = 120;

/// The rows of both executables as one list: those that say the same of both are one row.
pub(crate) fn joined(one: (&'static str, Vec<Row>), other: (&'static str, Vec<Row>)) -> Vec<Row> {
    let of = |(hook, rows): (&'static str, Vec<Row>)| rows.into_iter().map(move |row| Row { hook, ..row });
    let mut all: Vec<Row> = Vec::new();
    let mut others: Vec<Option<Row>> = of(other).map(Some).collect();
    for mut row in of(one) {
        let about = |other: &Row| (&other.fault, &other.place) == (&row.fault, &row.place);
        let found = others.iter_mut().find(|other| other.as_ref().is_some_and(about)).and_then(Option::take);
        match found {
            Some(other) if other.outcome == row.outcome && row.wrong.is_none() && other.wrong.is_none() => {
                (row.hook, row.runs) = ("both", row.runs + other.runs);
                all.push(row);
            }
            found => {
                all.push(row);
                all.extend(found);
            }
        }
    }
    all.extend(others.into_iter().flatten());
    all
}

pub(crate) fn print(rows: &[Row]) -> ExitCode {
    let width = |of: fn(&Row) -> &str| rows.iter().map(|row| of(row).chars().count()).max().unwrap_or(0);
    let (group, fault, place) = (width(|r| r.group), width(|r| &r.fault), width(|r| &r.place));
    let mut text = format!(
        "\n{:group$}  {:fault$}  {:place$}  {:11}  {:>6}  outcome\n",
        "group", "fault", "place", "hook", "runs"
    );
    for row in rows {
        let outcome: String = row.outcome.chars().take(LONGEST).collect();
        let mark = if row.wrong.is_some() { "  <== WRONG" } else { "" };
        let _ = writeln!(
            text,
            "{:group$}  {:fault$}  {:place$}  {:11}  {:>6}  {outcome}{mark}",
            row.group, row.fault, row.place, row.hook, row.runs
        );
    }
    let wrong: Vec<&Row> = rows.iter().filter(|row| row.wrong.is_some()).collect();
    for row in &wrong {
        let _ = writeln!(
            text,
            "\n{}: {} x {}: {}",
            row.hook,
            row.fault,
            row.place,
            row.wrong.as_deref().unwrap_or_default()
        );
    }
    let runs: usize = rows.iter().map(|row| row.runs).sum();
    let (word, failed) = (if wrong.is_empty() { "ok" } else { "FAILED" }, wrong.len());
    let _ = writeln!(
        text,
        "\n{runs} runs, each of them blocked or decided as always\ntest result: {word}. {} passed; {failed} failed",
        rows.len() - failed
    );
    print!("{text}");
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("the target directory");
    fs::write(target.join("fault-matrix.txt"), text).expect("write the table");
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
