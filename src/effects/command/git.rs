//! Settings of git: which are harmless to change for a call or for good.

use super::{Command, options::Parsed, options::split};
use crate::{
    effect::{Value, Word},
    tables::words::{Role, VariableRole},
};
use alloc::{format, string::String};

fn is_inert(on: &Command<'_, '_>, key: &[u8]) -> bool {
    let name = [b"git:", key.to_ascii_lowercase().as_slice()].concat();
    on.analysis.tables.variable(&name) == Some(VariableRole::Inert)
}

/// `-c KEY=VALUE`.
pub(super) fn setting(on: &mut Command<'_, '_>, word: &Word) {
    let key = match &word.value {
        Value::Known(text) => Some(split(text, b'=').0),
        Value::Affix { prefix, .. } => match split(prefix, b'=') {
            (key, Some(_)) => Some(key),
            _ => None,
        },
        _ => None,
    };
    if key.is_none_or(|key| !is_inert(on, key)) {
        let shown = String::from_utf8_lossy(key.unwrap_or(b"?")).into_owned();
        on.unknown("git-config", format!("the setting `{shown}` may make git run a program"), word.span, false);
    }
}

/// `git config`: reads a setting, or changes one in a file.
pub(super) fn config(on: &mut Command<'_, '_>, parsed: &Parsed<'_>) {
    let mut operands = parsed.operands.as_slice();
    let mut verb: &[u8] = b"";
    if let Some((first, rest)) = operands.split_first()
        && let Some(word @ (b"get" | b"list" | b"set" | b"unset" | b"rename-section" | b"remove-section" | b"edit")) = first.value.known() {
            verb = word;
            operands = rest;
        }
    let reads: [&[u8]; 9] =
        [b"--get", b"--get-all", b"--get-regexp", b"--get-urlmatch", b"--list", b"-l", b"--get-color", b"--get-colorbool", b"--name-only"];
    let removing: [&[u8]; 4] = [b"--unset", b"--unset-all", b"--remove-section", b"--rename-section"];
    let asked = parsed.uses(&reads) || matches!(verb, b"get" | b"list");
    let removed = parsed.uses(&removing) || matches!(verb, b"unset" | b"remove-section" | b"rename-section");
    let edits = parsed.uses(&[b"-e", b"--edit"]) || verb == b"edit";
    if edits {
        on.reads_commands();
    }
    let changes = !asked && (removed || edits || operands.len() > 1 || operands.iter().any(|w| !w.value.is_one_word()));
    if !changes {
        return;
    }
    let span = on.span;
    if parsed.uses(&[b"--global"]) {
        let home = on.analysis.home.map(<[u8]>::to_vec);
        let path = home.map_or(Value::Affix { prefix: alloc::vec![], suffix: b"/.gitconfig".to_vec() }, |mut home| {
            home.extend_from_slice(b"/.gitconfig");
            Value::Known(home)
        });
        on.write(&path, false, span);
    } else if parsed.uses(&[b"--system"]) {
        on.write(&Value::from("/etc/gitconfig"), false, span);
    } else if !parsed.uses.iter().any(|u| u.spec.roles[0] == Role::ReadWrite && u.spec.arguments > 0) {
        on.write(&Value::from(".git/config"), false, span);
    }
    let Some(key) = operands.first().filter(|_| !removed && !edits) else { return };
    if key.value.known().is_none_or(|k| !is_inert(on, k)) {
        let detail = "the setting that is changed may make git run a program later".into();
        on.unknown("git-config", detail, key.span, false);
    }
}
