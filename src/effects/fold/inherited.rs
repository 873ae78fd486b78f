//! What the environment of the call says of pathname expansion: names that a shell would not look at otherwise.

use super::{super::command::Analysis, unknown};
use crate::effect::Span;
use crate::world::World;

/// Options of bash with which a pattern matches other names; it takes them from `BASHOPTS`.
const OPTIONS: [&[u8]; 3] = [b"dotglob", b"nocaseglob", b"extglob"];

/// Says that patterns are not what they seem where the environment changes them. It costs a look only where there are any.
pub(super) fn check_patterns(text: &str, world: &dyn World, analysis: &mut Analysis<'_>) {
    if !text.bytes().any(|byte| matches!(byte, b'*' | b'?' | b'[')) {
        return;
    }
    let options = world.variable("BASHOPTS").unwrap_or_default();
    let changes = options.split(|b| *b == b':').any(|option| OPTIONS.contains(&option));
    // A list of names to be ignored makes patterns match names that begin with a dot.
    if changes || world.variable("GLOBIGNORE").is_some_and(|value| !value.is_empty()) {
        let detail = "a variable of the environment changes which names a pattern matches";
        unknown(analysis, "changed-reading", detail.into(), Span::default());
    }
}
