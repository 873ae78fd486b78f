//! The programs of agents in `PATH`, with the version that their packages state: nothing is started to ask for it.

use super::find::Look;
use super::table::{Program, shown};
use super::{Item, Kind, Origin, Scope, facts};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// Every one that is found; the first of a name is the one that is started.
pub(super) fn all(programs: &[Program], look: &mut Look<'_>) -> Vec<Item> {
    let mut found = Vec::new();
    for program in programs {
        let mut first = true;
        for directory in &look.places.path.clone() {
            let path = directory.join(&program.name);
            let is = fs::metadata(&path).is_ok_and(|m| m.is_file() && m.permissions().mode() & 0o111 != 0);
            if !is {
                continue;
            }
            let mut detail = BTreeMap::new();
            detail.extend(version(&path, program, look).map(|version| ("version".to_owned(), version)));
            if !first {
                detail.insert("why".to_owned(), "another one stands before it in PATH".to_owned());
            }
            found.push(Item {
                kind: Kind::Clis,
                name: program.name.clone(),
                agent: program.agent.clone(),
                scope: if path.starts_with(&look.places.home) { Scope::User } else { Scope::System },
                origin: Origin { file: facts::shown(&path), line: None, table: None },
                link: facts::link(&path),
                digest: facts::digest(&path, look),
                owner: facts::owner(&path),
                enabled: first,
                detail,
            });
            first = false;
        }
    }
    found
}

/// What the package around the program states; of ourselves, what we are.
fn version(path: &Path, program: &Program, look: &mut Look<'_>) -> Option<String> {
    let real = fs::canonicalize(path).ok()?;
    if std::env::current_exe().ok().and_then(|own| fs::canonicalize(own).ok()).as_ref() == Some(&real) {
        return Some(env!("CARGO_PKG_VERSION").to_owned());
    }
    let package = program.package.as_deref()?;
    let manifests: Vec<PathBuf> = real.ancestors().skip(1).take(6).map(|d| d.join("package.json")).collect();
    for manifest in manifests.into_iter().filter(|manifest| manifest.is_file()) {
        let document = look.document(&manifest)?;
        let name = document.get(&["name"]).and_then(Value::as_str).unwrap_or_default();
        if name == package || name.starts_with(&format!("{package}-")) {
            return document.get(&["version"]).and_then(Value::as_str).map(shown);
        }
    }
    None
}
