//! Paths of a command as far as they are known: joined to the directory and lexically normalised.

use crate::effect::{Effect, Kind, PathValue, Value};
use crate::path::{absolute, normalize, spelling};

/// What a command touches that stands there already: with `tree`, everything below it.
pub(super) fn standing(value: &Value, cwd: &Value, tree: bool) -> PathValue {
    PathValue::standing(absolute(value, cwd), tree).spelled(spelling(value, cwd))
}

/// What a command makes: with `tree`, anything below it.
pub(super) fn made(value: &Value, cwd: &Value, tree: bool) -> PathValue {
    PathValue::made(absolute(value, cwd), tree).spelled(spelling(value, cwd))
}

/// Whether the path leads to what the process has open already, or nowhere: that is an effect where it was opened. The path of a
/// process substitution is below `/dev/fd`.
pub(in crate::effects) fn is_open_already(path: &Value) -> bool {
    const DEVICES: [&[u8]; 5] = [b"/dev/null", b"/dev/stdin", b"/dev/stdout", b"/dev/stderr", b"/dev/tty"];
    match path {
        Value::Known(path) => {
            let descriptor = path.strip_prefix(b"/dev/fd/").or_else(|| path.strip_prefix(b"/proc/self/fd/"));
            DEVICES.contains(&&**path) || descriptor.is_some_and(|d| d.iter().all(u8::is_ascii_digit))
        }
        Value::Below { dir, .. } => dir == b"/dev/fd",
        _ => false,
    }
}

/// Whether a program path is one of the system's directories, where the basename says what it is.
pub(super) fn is_system_program(path: &[u8]) -> bool {
    const DIRECTORIES: &[&[u8]] = &[
        b"/bin",
        b"/sbin",
        b"/usr/bin",
        b"/usr/sbin",
        b"/usr/local/bin",
        b"/usr/local/sbin",
        b"/opt/homebrew/bin",
        b"/lib",
        b"/lib64",
        b"/usr/lib",
        b"/usr/lib64",
    ];
    let path = normalize(path);
    let directory = path.iter().rposition(|b| *b == b'/').and_then(|at| path.get(..at));
    let multiarch = |d: &[u8]| d.starts_with(b"/lib/") || d.starts_with(b"/usr/lib/");
    directory.is_some_and(|d| DIRECTORIES.contains(&d) || multiarch(d))
}

/// Whether effects so far may have made a name that leads elsewhere.
pub(super) fn may_link(effects: &[Effect]) -> bool {
    effects.iter().any(|effect| match &effect.kind {
        Kind::Write(path) => {
            let filled = path.tree && !path.existing && effect.by.as_deref() != Some("mkdir");
            path.leads.is_some() || path.like.is_some() || filled || path.value.alternatives().is_none()
        }
        _ => false,
    })
}
