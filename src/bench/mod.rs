//! What a call costs on this machine: whole processes beside ones that do nothing, and the stages of a decision.

mod bare;
mod process;
mod stages;

pub use process::{Subject, subjects, whole_processes};
pub use stages::{STAGES, stages};

use std::time::Duration;

/// The times of one thing.
#[derive(Clone, Debug)]
pub struct Measured {
    /// What was measured.
    pub name: String,
    /// Sorted.
    times: Vec<Duration>,
}

impl Measured {
    /// With these times, of which there is at least one.
    pub fn new(name: impl Into<String>, mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        Self { name: name.into(), times }
    }

    /// The time that so many percent of all stay under, in microseconds.
    pub fn percentile(&self, percent: usize) -> f64 {
        let last = self.times.len().saturating_sub(1);
        self.times.get(last * percent.min(100) / 100).map_or(0.0, |time| time.as_secs_f64() * 1e6)
    }
}
