//! The trust tiers of a call: they follow from the repositories around the places where it happens and around what it touches.
//!
//! A tier that restricts counts wherever there is a sign of it. A tier that an allow is limited to counts only where it holds for the
//! session's directory and for every other place of the call, by paths alone: a directory that the agent chooses, a repository
//! that it makes, links to or names on the command line, and a remote that it edits gain nothing.

use super::paths::Views;
use super::rule::{Policy, Tier};
use super::scene::{NO_REPOSITORY, Scene};
use crate::decision::Decision;
use crate::effect::{Effect, Kind, Run};
use crate::glob::Answer;
use crate::path::{self, Last, Resolution};
use crate::world::{Content, Entry, World};
use alloc::{
    collections::{BTreeMap, BTreeSet},
    string::String,
    vec,
    vec::Vec,
};

/// Most bytes of a `.git` that is a file.
const MAX_GIT_FILE: usize = 4096;

/// A tier of a call.
pub(super) struct InTier {
    pub(super) name: String,
    /// It holds everywhere, by paths: an allow may rest on it.
    pub(super) everywhere: bool,
}

/// The repositories around one path.
#[derive(Default)]
struct Around {
    /// For each way to see the path (as written, as links lead, as a linked work tree says) the roots, innermost first.
    views: Vec<Vec<Vec<u8>>>,
    /// Something could not be looked at.
    doubtful: bool,
}

/// The tiers of a call that works in the session's directory, in `scene.cwd` and in `directories` (an empty one is not known).
pub(super) fn of(policy: &Policy, scene: &Scene<'_>, effects: &[Effect], directories: &[Vec<u8>]) -> Vec<InTier> {
    let mut signs = Signs { world: scene.world, known: BTreeMap::new() };
    let session = scene.world.session_dir();
    let known = directories.iter().map(Vec::as_slice).filter(|dir| !dir.is_empty());
    let places: Vec<Around> =
        session.into_iter().chain([scene.cwd]).chain(known).map(|place| signs.around(place)).collect();
    let tiers: Vec<&Tier> = policy.layers.iter().flat_map(|l| &l.tiers).collect();
    let touched = if tiers.is_empty() { Vec::new() } else { touched(effects, scene.cwd, &mut signs) };
    let sure = session.is_some()
        && directories.iter().all(|dir| !dir.is_empty())
        && places.iter().chain(&touched).all(|around| !around.doubtful);

    let mut found = Vec::new();
    let views = || places.iter().flat_map(|around| &around.views);
    if views().any(Vec::is_empty) {
        found.push(InTier { name: NO_REPOSITORY.into(), everywhere: sure && views().all(Vec::is_empty) });
    }
    for tier in tiers {
        let roots = || views().chain(touched.iter().flat_map(|around| &around.views)).flatten();
        let by_path = |root: &[u8], allows| tier.paths.iter().any(|g| g.covers(root, &scene.places(allows), false));
        let by_remote = |root: &[u8]| {
            let remotes = if tier.remotes.is_empty() { Vec::new() } else { scene.world.remotes(root) };
            remotes.iter().any(|url| tier.remotes.iter().any(|g| g.matches(url.as_bytes(), false)))
        };
        if !roots().any(|root| by_path(root, false) || by_remote(root)) && !moves(tier, effects, scene) {
            continue;
        }
        let holds = |view: &Vec<Vec<u8>>| view.iter().any(|root| by_path(root, true));
        let mut beside = touched.iter().flat_map(|around| &around.views).filter(|view| !view.is_empty());
        let everywhere = sure && views().all(holds) && beside.all(holds);
        found.push(InTier { name: tier.name.clone(), everywhere });
    }
    found
}

/// Whether a whole tree is changed in which a repository of the tier stands, or may.
fn moves(tier: &Tier, effects: &[Effect], scene: &Scene<'_>) -> bool {
    effects.iter().any(|effect| match &effect.kind {
        Kind::Write(path) if path.tree && path.existing => {
            Views::of(path, scene).covered_by(&tier.paths, &[], Decision::Deny, scene) != Answer::No
        }
        _ => false,
    })
}

/// The repositories around what the effects touch, as far as it is known.
fn touched(effects: &[Effect], cwd: &[u8], signs: &mut Signs<'_>) -> Vec<Around> {
    let mut paths: BTreeSet<Vec<u8>> = BTreeSet::new();
    for effect in effects {
        match &effect.kind {
            Kind::Read(p) | Kind::Write(p) => {
                paths.extend(p.value.alternatives().unwrap_or_default().iter().map(|path| path.to_vec()));
            }
            Kind::Run(run) => paths.extend(named(run, cwd, signs.world)),
            _ => {}
        }
    }
    paths.iter().map(|path| signs.around(path)).collect()
}

/// The paths that a command's words may name: `git -C ../other`, `make --directory=/srv/x`, `npm --prefix ~/x`, and `make -C inner`
/// where something of that name stands here.
fn named<'r>(run: &'r Run, cwd: &'r [u8], world: &'r dyn World) -> impl Iterator<Item = Vec<u8>> + 'r {
    let words = run.argv.iter().skip(1).filter_map(|word| word.value.alternatives()).flatten();
    words.flat_map(move |word| {
        let value = word.iter().position(|b| *b == b'=').and_then(|at| word.get(at + 1..));
        let attached = if word.starts_with(b"-") { word.get(2..) } else { None };
        [Some(&**word), value, attached]
            .into_iter()
            .flatten()
            .filter(|part| is_path(part) || stands_in(cwd, part, world))
            .map(move |part| path::normalize(&path::join(cwd, part)))
            .collect::<Vec<_>>()
    })
}

fn is_path(part: &[u8]) -> bool {
    part.starts_with(b"/") || part.starts_with(b"..") || part.windows(4).any(|w| w == b"/../")
}

/// Whether a relative path begins with something that stands in the directory, and could be one by its length.
fn stands_in(cwd: &[u8], part: &[u8], world: &dyn World) -> bool {
    let mut names = path::components(part).filter(|name| *name != b".").peekable();
    let Some(first) = names.peek().copied() else { return false };
    names.all(|name| name.len() <= 255)
        && matches!(world.entry(&path::join(cwd, first)), Entry::Directory | Entry::Link(_) | Entry::Other)
}

/// Looks for signs of repositories; every directory once.
struct Signs<'w> {
    world: &'w dyn World,
    known: BTreeMap<Vec<u8>, Entry>,
}

impl Signs<'_> {
    fn sign(&mut self, dir: &[u8]) -> Entry {
        if let Some(entry) = self.known.get(dir) {
            return entry.clone();
        }
        let entry = self.world.entry(&path::join(dir, b".git"));
        self.known.insert(dir.to_vec(), entry.clone());
        entry
    }

    fn around(&mut self, place: &[u8]) -> Around {
        let mut around = Around::default();
        self.view(place, &mut around);
        match path::resolve(self.world, place, None, Last::Follow) {
            Resolution::At { path, .. } if path != place => self.view(&path, &mut around),
            Resolution::At { .. } => {}
            Resolution::Unknown(_) => around.doubtful = true,
        }
        around
    }

    /// The directories at or above `dir` that hold a `.git`, innermost first, and the repositories that these belong to.
    fn view(&mut self, dir: &[u8], around: &mut Around) {
        let (mut roots, mut linked) = (Vec::new(), Vec::new());
        let mut at = Some(dir);
        while let Some(dir) = at {
            match self.sign(dir) {
                Entry::Missing => {}
                Entry::Directory => roots.push(dir.to_vec()),
                Entry::Link(_) | Entry::Other => {
                    roots.push(dir.to_vec());
                    linked.push(self.belongs_to(dir));
                }
                Entry::Error => {
                    roots.push(dir.to_vec());
                    around.doubtful = true;
                }
            }
            at = path::parent(dir);
        }
        around.views.push(roots);
        for repository in linked {
            match repository {
                Some(repository) => around.views.push(vec![repository]),
                None => around.doubtful = true,
            }
        }
    }

    /// The root of the repository that a `.git` leads to which is a link, or a file as of a linked work tree or a submodule.
    fn belongs_to(&self, root: &[u8]) -> Option<Vec<u8>> {
        let sign = path::join(root, b".git");
        let leads = match path::resolve(self.world, &sign, None, Last::Follow) {
            Resolution::At { path, .. } => path,
            Resolution::Unknown(_) => return None,
        };
        let directory = match self.world.read_small(&leads, MAX_GIT_FILE) {
            Content::Text(text) => {
                let line = text.split(|b| *b == b'\n').next()?.strip_prefix(b"gitdir:")?;
                path::normalize(&path::join(root, line.trim_ascii()))
            }
            Content::Unread if self.world.entry(&leads) == Entry::Directory => leads,
            Content::Missing | Content::Unread => return None,
        };
        // `/main/.git/worktrees/x` and `/main/.git/modules/x` belong to `/main`.
        let mut at = Some(directory.as_slice());
        while let Some(dir) = at {
            if path::file_name(dir) == Some(b".git") {
                return path::parent(dir).map(<[u8]>::to_vec);
            }
            at = path::parent(dir);
        }
        None
    }
}
