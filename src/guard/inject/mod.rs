//! Faults on request, for the tests of the guard; compiled with the feature `fault-injection` only.

#[cfg(bare)]
mod bare;
#[cfg(not(bare))]
mod whole;

#[cfg(bare)]
pub use bare::{arm_by, inject};
#[cfg(not(bare))]
pub use whole::inject;

use alloc::{boxed::Box, string::String};
use once_cell::race::OnceBox;

/// The boundaries between the stages of a call, in their order.
pub const BOUNDARIES: &[&str] = &[
    "started",
    "options",
    "read",
    "understood",
    "evaluating",
    "file",
    "loaded",
    "parsed",
    "analysed",
    "matched",
    "decided",
    "answered",
    "recorded",
];

static ARMED: OnceBox<(String, String)> = OnceBox::new();

/// From now on `fault` happens at `boundary`; the first word counts.
pub fn arm(boundary: &str, fault: &str) {
    let _ = ARMED.set(Box::new((boundary.into(), fault.into())));
}

/// Called at each boundary.
pub fn at_boundary(name: &str) {
    if let Some((boundary, fault)) = ARMED.get()
        && boundary == name
    {
        inject(fault);
    }
}
