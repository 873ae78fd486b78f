//! The panic hook: runs before unwinding and before `panic = "abort"` raises a signal, on whatever thread panicked.

use super::last::{self, Cause};
use std::{boxed::Box, panic};

/// From now on a panic ends the process.
///
/// Of the message only a literal is shown. A message that was formatted may hold anything that the program has seen, such as
/// the value of an environment variable; the place in the source says as much to who maintains it.
pub(super) fn install() {
    panic::set_hook(Box::new(|info| {
        let (file, line) = info.location().map_or(("", 0), |place| (place.file(), place.line()));
        let literal = info.payload().downcast_ref::<&'static str>().copied().unwrap_or_default();
        last::end(&Cause::Panic { literal, file, line });
    }));
}
