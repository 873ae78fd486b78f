//! Python looks for every module in the directory first: a `json.py` there is executed where code says `import json`, and some
//! modules are imported without being named (for messages of errors, for encodings).

use super::super::Analysis;
use crate::{
    effect::{Cause, Certainty, CommandId, Effect, Kind, Span, Value},
    path::{self, Last, Resolution},
    tables::languages::{Doing, doing},
    world::{Child, Entry, World},
};
use alloc::{format, rc::Rc, string::String, vec::Vec};

/// Most names of a directory that are looked at.
const MAX_NAMES: usize = 10_000;

/// A program that imports modules from a directory.
#[derive(Clone, Debug)]
pub(in crate::effects) struct Import {
    /// The directory.
    pub(super) dir: Value,
    /// The interpreter, for people.
    pub(super) by: Rc<str>,
    /// Where the code stands.
    pub(super) span: Span,
    /// The command, where an allow of it answers for what is imported.
    pub(super) command: Option<CommandId>,
    /// A file of data that is all that is taken from there.
    pub(super) data: Option<Vec<u8>>,
    /// A module of the project that is all that is taken from there.
    pub(super) module: Option<Vec<u8>>,
    /// Installed packages are imported, which look for more.
    pub(super) packages: bool,
}

impl Import {
    /// A module of the project, which something compiled that the call makes would come before.
    pub(in crate::effects) fn of_module(dir: Value, by: Rc<str>, span: Span, name: &[u8]) -> Self {
        let top = name.split(|b| *b == b'.').next().unwrap_or(name);
        Self { dir, by, span, command: None, data: None, module: Some(top.to_vec()), packages: false }
    }
}

/// How files end that are taken for modules.
const MODULES: [&[u8]; 3] = [b".py", b".pyc", b".so"];

/// Whether the interpreter looks for a module of the name that a file has, or one of the `packages` does.
fn is_sought(name: &[u8], packages: bool) -> bool {
    let stem = name.split(|b| *b == b'.').next().unwrap_or(name);
    let sought = |kind: &[u8]| doing("python", &[kind, stem].concat()) == Some(Doing::Sought);
    sought(b"seek ") || (packages && (sought(b"standard ") || sought(b"package ")))
}

/// Whether a module of that name is the interpreter's own, or one that code is known by: it is no module of a project.
pub(in crate::effects) fn is_of_interpreter(top: &[u8]) -> bool {
    let known = |kind: &[u8]| doing("python", &[kind, top].concat()).is_some();
    known(b"seek ") || known(b"standard ") || known(b"import ")
}

/// Pushes an unknown for every import for which something else may be taken than the interpreter's own modules.
pub(in crate::effects) fn check(analysis: &mut Analysis<'_>, world: &dyn World) {
    let mut imports = core::mem::take(&mut analysis.imports);
    imports.dedup_by(|a, b| {
        let same = a.dir == b.dir && a.command == b.command && a.data == b.data && a.module == b.module;
        same && a.packages == b.packages
    });
    let of = |packages: bool| {
        let concerns = |one: &Import| one.data.is_none() && one.module.is_none() && one.packages == packages;
        imports.iter().any(concerns).then(|| made(&analysis.effects, packages)).flatten()
    };
    let (made, made_for_packages) = (of(false), of(true));
    for import in imports {
        let compiled = |module: &Vec<u8>| makes_compiled(module, &analysis.effects).then(|| "what is compiled".into());
        let found = match &import.data {
            _ if import.module.is_some() => import.module.as_ref().and_then(compiled),
            Some(file) => (!is_data(file, &import.dir, &analysis.effects, world))
                .then(|| format!("`{}`, or code beside it,", String::from_utf8_lossy(file))),
            None => {
                let made = if import.packages { &made_for_packages } else { &made };
                made.clone().or_else(|| standing(&import.dir, world, import.packages))
            }
        };
        if let Some(found) = found {
            let detail = format!("`{}` may import {found} from its directory", import.by);
            let kind = Kind::Unknown(Cause { code: "opaque-program", detail });
            let (by, span, command) = (Some(import.by), import.span, import.command);
            analysis.effects.push(Effect { kind, certainty: Certainty::Unknown, span, by, command });
        }
    }
}

/// Whether the file is certainly one, and stays one: the call writes nothing at it, below it, or beside it with more behind the name.
fn is_data(file: &[u8], dir: &Value, effects: &[Effect], world: &dyn World) -> bool {
    let Some(dir) = dir.known().filter(|dir| path::is_absolute(dir)) else { return false };
    // As the kernel walks it: a directory may be reached through a link.
    let Resolution::At { path: leads, .. } = path::resolve(world, &path::join(dir, file), Some(dir), Last::Follow)
    else {
        return false;
    };
    let named = path::normalize(&path::join(dir, file));
    let touches = |effect: &Effect| match &effect.kind {
        Kind::Write(written) => written.value.alternatives().is_none_or(|all| {
            let at = |one: &[u8], path: &[u8]| one.starts_with(path) || (written.tree && path::starts_with(path, one));
            all.iter().any(|one| at(one, &leads) || at(one, &named))
        }),
        _ => false,
    };
    world.entry(&leads) == Entry::Other && !effects.iter().any(touches)
}

/// What stands in the directory that may be taken for a module.
fn standing(dir: &Value, world: &dyn World, packages: bool) -> Option<String> {
    let Some(dir) = dir.known() else { return Some("what is not known".into()) };
    let Some(children) = world.children(dir, MAX_NAMES) else { return Some("what cannot be listed".into()) };
    children.iter().find_map(|(name, child)| {
        let text = String::from_utf8_lossy(name);
        if !is_sought(name, packages) {
            return None;
        }
        let module = match child {
            // A directory without a file for the package is taken only where nothing else is found.
            Child::Directory if !matches!(name.as_slice(), b"org" | b"java") => {
                let inside: Option<Vec<_>> = world.children(&path::join(dir, name), MAX_NAMES);
                inside.is_none_or(|all| all.iter().any(|(n, _)| n.starts_with(b"__init__.")))
            }
            Child::Directory | Child::Link => true,
            Child::Other => MODULES.iter().any(|end| name.ends_with(end)),
        };
        module.then(|| format!("`{text}`"))
    })
}

/// Whether the same call makes something compiled that may be taken for the module, wherever that is.
fn makes_compiled(module: &[u8], effects: &[Effect]) -> bool {
    effects.iter().any(|effect| {
        let Kind::Write(path) = &effect.kind else { return false };
        path.value.alternatives().is_some_and(|all| {
            all.iter().any(|path| {
                let name = path.rsplit(|b| *b == b'/').next().unwrap_or(path);
                let own = name.strip_prefix(module).is_some_and(|rest| rest.first() == Some(&b'.'));
                own && (name.ends_with(b".so") || name.ends_with(b".pyc"))
            })
        })
    })
}

/// Whether a name of which only the end is known is that of no module: `log-1.json`.
fn ends_as_data(value: &Value) -> bool {
    let end = match value {
        Value::Below { suffix, .. } | Value::Affix { suffix, .. } => suffix,
        Value::Name(pattern) | Value::Pattern(pattern) => pattern,
        _ => return false,
    };
    let end = end.rsplit(|b| matches!(b, b'*' | b']' | b'?' | b'/')).next().unwrap_or_default();
    let ending = end.iter().rposition(|b| *b == b'.').and_then(|dot| end.get(dot + 1..)).unwrap_or_default();
    !ending.is_empty()
        && ending.iter().all(u8::is_ascii_lowercase)
        && !MODULES.iter().any(|module| module.ends_with(ending) || end.ends_with(module))
}

/// What the same call makes that may be taken for a module, wherever that is.
fn made(effects: &[Effect], packages: bool) -> Option<String> {
    effects.iter().find_map(|effect| {
        let Kind::Write(path) = &effect.kind else { return None };
        // A file that is found stood there before, where it is looked for as well.
        if path.existing && !path.tree && matches!(path.value, Value::Below { .. } | Value::Pattern(_)) {
            return None;
        }
        let all = path.value.alternatives();
        let harmless = match all {
            Some(all) => all.iter().all(|path| {
                let name = path.rsplit(|b| *b == b'/').next().unwrap_or(path);
                // `queue.go` is no module.
                let module = !name.contains(&b'.') || MODULES.iter().any(|end| name.ends_with(end));
                !module || (!is_sought(name, packages) && !name.starts_with(b"__init__"))
            }),
            None => ends_as_data(&path.value),
        };
        let trees = path.tree && (!path.existing || path.is_checkout());
        (!harmless || trees).then(|| "what the call itself writes".into())
    })
}
