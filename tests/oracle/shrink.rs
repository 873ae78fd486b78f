//! Makes a failing script smaller while it keeps failing.

use std::time::{Duration, Instant};

/// Most tries, and how long they may take.
const MOST: usize = 600;
const PATIENCE: Duration = Duration::from_secs(10);

/// Takes out ever smaller pieces as long as `fails`.
pub(crate) fn shrink(script: &str, mut fails: impl FnMut(&str) -> bool) -> String {
    let mut best: Vec<char> = script.chars().collect();
    let mut tries = 0;
    let start = Instant::now();
    let mut piece = best.len() / 2;
    while piece > 0 {
        let mut at = 0;
        let mut smaller = false;
        while at < best.len() && tries < MOST && start.elapsed() < PATIENCE {
            tries += 1;
            let end = (at + piece).min(best.len());
            let candidate: Vec<char> = best[..at].iter().chain(&best[end..]).copied().collect();
            if fails(&candidate.iter().collect::<String>()) {
                best = candidate;
                smaller = true;
            } else {
                at += piece;
            }
        }
        if piece > 1 || !smaller {
            piece /= 2;
        }
    }
    best.into_iter().collect()
}
