//! Files of credentials: that they are there, where, and who may read them. Never what is in them, not even a digest.

use super::find::Look;
use super::{Item, Kind, Origin, Places, Scope, facts};
use crate::decision::Decision;
use crate::glob::{Anchor, PathGlob, Places as Roots};
use crate::policy::{Access, GlobRule};
use crate::rules::Loader;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// The shipped policy that says what such files are.
const PACK: &str = "packs/secrets.rules";
/// Below these directories of a repository nobody keeps credentials of his own, and there is much to look at.
const PASSED: &[&str] = &[".git", "node_modules", "target", ".venv", "vendor"];
/// Files of one store that are named; a store beyond is named as a whole.
const MOST: usize = 50;

/// What files of credentials are called.
pub(super) struct Secrets {
    rules: Vec<GlobRule>,
    home: Vec<u8>,
    roots: Vec<Vec<u8>>,
    /// The agents' own, wherever their homes are.
    own: Vec<PathBuf>,
}

impl Secrets {
    pub(super) fn new(places: &Places) -> Result<Self, String> {
        let loaded = Loader::new().embedded(PACK).map_err(|found| found.to_string())?;
        let of = |rule: &&GlobRule| rule.head.decision == Decision::Deny && rule.access.contains(&Access::Read);
        let rules = loaded.policy.layers.iter().flat_map(|layer| layer.glob_rules.iter());
        let bytes = |path: &Path| path.as_os_str().as_bytes().to_vec();
        Ok(Self {
            rules: rules.filter(of).cloned().collect(),
            home: bytes(&places.home),
            roots: places.each().iter().map(|path| bytes(path)).collect(),
            own: Vec::from([
                places.codex.join("auth.json"),
                places.codex.join(".env"),
                places.claude.join(".credentials.json"),
            ]),
        })
    }

    /// Whether such a file, or the store that it is in, stands at this path.
    pub(super) fn holds(&self, path: &Path) -> bool {
        if self.own.iter().any(|own| own == path) {
            return true;
        }
        let homes = [self.home.as_slice()];
        let roots: Vec<&[u8]> = self.roots.iter().map(Vec::as_slice).collect();
        let places = Roots { homes: &homes, roots: &roots };
        let path = path.as_os_str().as_bytes();
        let any = |globs: &[PathGlob]| globs.iter().any(|glob| glob.covers(path, &places, false));
        self.rules.iter().any(|rule| any(&rule.patterns) && !any(&rule.unless))
    }

    /// The places in the home directory, as patterns below it; alternatives in braces are spread out. What belongs to the system is
    /// no secret of this account.
    fn at_home(&self) -> Vec<String> {
        let globs = self.rules.iter().flat_map(|rule| rule.patterns.iter());
        let at_home = globs.filter(|glob| glob.anchor() == Anchor::Home);
        at_home.flat_map(|glob| spread(glob.as_str().trim_start_matches("~/"))).collect()
    }
}

/// `a/{b,c}` as `a/b` and `a/c`; braces do not nest in the pack.
fn spread(text: &str) -> Vec<String> {
    let parts = text.split_once('{').and_then(|(before, rest)| Some((before, rest.split_once('}')?)));
    let Some((before, (inside, after))) = parts else { return Vec::from([text.to_owned()]) };
    let each = inside.split(',').flat_map(|one| spread(&format!("{before}{one}{after}")));
    each.collect()
}

/// Every file of credentials at the known places and in the repository.
pub(super) fn all(look: &mut Look<'_>) -> Vec<Item> {
    let home = look.places.home.clone();
    let mut paths = BTreeSet::new();
    for pattern in look.secrets.at_home() {
        for path in look.files(&home, &pattern) {
            let within = if path.is_dir() { below(&path, look) } else { Vec::from([path.clone()]) };
            if within.len() > MOST {
                paths.insert(path);
            } else {
                paths.extend(within.into_iter().filter(|path| look.secrets.holds(path)));
            }
        }
    }
    let own = look.secrets.own.iter().filter(|path| path.symlink_metadata().is_ok());
    paths.extend(own.cloned());
    if let Some(root) = look.places.repository().map(Path::to_path_buf) {
        paths.extend(below(&root, look).into_iter().filter(|path| look.secrets.holds(path)));
    }
    paths.into_iter().map(|path| item(&path, look)).collect()
}

/// The files below a directory, without those of others.
fn below(directory: &Path, look: &mut Look<'_>) -> Vec<PathBuf> {
    let mut open = Vec::from([directory.to_path_buf()]);
    let mut found = Vec::new();
    while let Some(next) = open.pop() {
        for name in look.names(&next) {
            let path = next.join(&name);
            let Ok(metadata) = fs::symlink_metadata(&path) else { continue };
            if !metadata.is_dir() {
                found.push(path);
            } else if !PASSED.iter().any(|passed| name == *passed) {
                open.push(path);
            }
        }
    }
    found
}

fn item(path: &Path, look: &Look<'_>) -> Item {
    let places = look.places;
    let agents = [(&places.codex, "codex"), (&places.claude, "claude")];
    let agent = agents.iter().find(|(directory, _)| path.starts_with(directory)).map_or("any", |(_, agent)| agent);
    let in_repository = places.repository().is_some_and(|root| path.starts_with(root));
    let scope = match () {
        () if in_repository => Scope::Repository,
        () if path.starts_with(&places.home) => Scope::User,
        () => Scope::System,
    };
    let name = path.file_name().map_or_else(|| path.to_path_buf(), PathBuf::from);
    Item {
        kind: Kind::Secrets,
        name: facts::shown(&name),
        agent: agent.to_owned(),
        scope,
        origin: Origin { file: facts::shown(path), line: None, table: None },
        link: facts::link(path),
        digest: None,
        owner: facts::owner(path),
        enabled: true,
        detail: BTreeMap::new(),
    }
}
