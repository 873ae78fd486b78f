//! What came out, for people.

use crate::compare::{self, Miss, Prediction};
use crate::confined::{Observed, Room};
use crate::{shrink, tree};
use std::collections::{BTreeMap, HashSet};
use std::fmt::Write;
use std::time::Duration;

/// A script that did something that was not predicted.
pub(crate) struct Failure {
    pub(crate) seed: u64,
    pub(crate) script: String,
    pub(crate) misses: Vec<Miss>,
}

#[derive(Default)]
pub(crate) struct Report {
    scripts: u64,
    known: u64,
    started: u64,
    opened: u64,
    late: u64,
    by_shell: BTreeMap<String, u64>,
    declared: BTreeMap<&'static str, u64>,
    pub(crate) failures: Vec<Failure>,
}

impl Report {
    pub(crate) fn count(&mut self, script: &str, prediction: &Prediction, observed: &[Observed]) {
        if std::env::var_os("ORACLE_SHOW").is_some_and(|v| v == "all") {
            println!("----\n{script}\n-> {:?}", prediction.declared);
        }
        self.scripts += 1;
        self.known += u64::from(prediction.declared.is_empty());
        for code in &prediction.declared {
            *self.declared.entry(code).or_default() += 1;
        }
        for one in observed {
            *self.by_shell.entry(one.shell.clone()).or_default() += 1;
            self.late += u64::from(one.late);
            if prediction.declared.is_empty() {
                self.started += one.started.len() as u64;
                self.opened += one.opened.len() as u64;
            }
        }
    }

    /// In percent.
    pub(crate) fn known_share(&self) -> u64 {
        self.known * 100 / self.scripts.max(1)
    }

    pub(crate) fn summary(&self, time: Duration) -> String {
        let mut text = format!(
            "{} scripts in {:.1} s ({:.0} a second) {:?}, {} % known in full; in those {} programs started and {} files opened; \
             {} stopped late; {} scripts with misses\ndeclared:",
            self.scripts,
            time.as_secs_f64(),
            f64::from(u32::try_from(self.scripts).unwrap_or(u32::MAX)) / time.as_secs_f64(),
            self.by_shell,
            self.known_share(),
            self.started,
            self.opened,
            self.late,
            self.failures.len(),
        );
        let mut declared: Vec<_> = self.declared.iter().collect();
        declared.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
        for (code, count) in declared {
            let _ = write!(text, " {code} {count}"); // writing to a string cannot fail
        }
        text
    }

    /// The first failures, each made small.
    pub(crate) fn failures_shown(&mut self, room: &mut Room, most: usize) -> String {
        let mut text = String::new();
        let mut seen = HashSet::new();
        self.failures.sort_by_key(|failure| failure.seed);
        for failure in self.failures.iter().take(most * 4) {
            if seen.len() >= most {
                break;
            }
            let small = shrink::shrink(&failure.script, |script| !misses(script, room).is_empty());
            if seen.insert(small.clone()) {
                let _ = writeln!(
                    text,
                    "\nORACLE_SEED={} ORACLE_SCRIPTS=1 cargo test --test shell_oracle\n  small: {small:?}",
                    failure.seed
                );
                for miss in misses(&small, room).iter().take(4) {
                    let _ = writeln!(text, "    {} {}", miss.shell, miss.what);
                }
                if failure.script.len() < 400 {
                    let first = failure.misses.first().map(|m| format!("{} {}", m.shell, m.what)).unwrap_or_default();
                    let _ = writeln!(text, "  whole: {:?}\n    {first}", failure.script);
                }
            }
        }
        text
    }
}

fn misses(script: &str, room: &mut Room) -> Vec<Miss> {
    let prediction = compare::predict(script, &tree::world());
    if !prediction.declared.is_empty() {
        return Vec::new();
    }
    room.run(script).iter().flat_map(|observed| prediction.misses(observed)).collect()
}

/// All about one script.
pub(crate) fn one(script: &str, room: &mut Room) -> String {
    let prediction = compare::predict(script, &tree::world());
    let mut text = format!("declared: {:?}\n", prediction.declared);
    for observed in room.run(script) {
        let _ = writeln!(text, "{}{}", observed.shell, if observed.late { " (stopped late)" } else { "" });
        for started in &observed.started {
            let _ = writeln!(text, "  starts {}", compare::shown(started));
        }
        for path in &observed.opened {
            let _ = writeln!(text, "  opens {}", String::from_utf8_lossy(path));
        }
        for miss in prediction.misses(&observed) {
            let _ = writeln!(text, "  MISS {}", miss.what);
        }
    }
    text
}
