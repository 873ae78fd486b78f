//! Modules of Python that stand in the project: what `python -m PACKAGE.MODULE` executes, and what code imports.

use super::{
    Command,
    code::{self, Import},
    options::Parsed,
};
use crate::{
    effect::{Value, Word},
    path,
    world::{Child, Entry, World},
};
use alloc::vec::Vec;

/// Most names of a directory that are looked at.
const MAX_NAMES: usize = 10_000;

/// Options that leave the directory the first place where Python looks for a module.
const SAME_PLACES: [&[u8]; 7] = [b"-u", b"-B", b"-q", b"-s", b"-O", b"-OO", b"-b"];

/// Arguments of `-X` and `-W` that import nothing and write no file.
const QUIET: [&[u8]; 10] = [
    b"dev",
    b"importtime",
    b"utf8",
    b"utf8=1",
    b"faulthandler",
    b"tracemalloc",
    b"ignore",
    b"error",
    b"default",
    b"always",
];

/// Where the module of that dotted name may stand: below the directory itself, which is the first place where Python looks, and below
/// its `src`, which an installation for editing points to. None where it stands in neither. A module of the interpreter comes first
/// whatever stands there, or is found by a look at all that stands there.
pub(super) fn own_places(world: &dyn World, dir: &[u8], name: &[u8]) -> Option<[Vec<u8>; 2]> {
    let parts: Vec<&[u8]> = name.split(|b| *b == b'.').collect();
    let plain = |part: &&[u8]| {
        part.first().is_some_and(|b| b.is_ascii_alphabetic() || *b == b'_')
            && part.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'_')
    };
    let (top, below) = parts.split_first()?;
    if !path::is_absolute(dir) || !parts.iter().all(plain) || code::is_of_interpreter(top) {
        return None;
    }
    let roots = [dir.to_vec(), path::join(dir, b"src")];
    let places = roots.map(|root| path::join(&root, top));
    places.iter().any(|place| stands(world, place, below)).then_some(places)
}

/// Whether a module or a package stands there. A directory without a file for the package is one only where it holds what is named.
fn stands(world: &dyn World, place: &[u8], below: &[&[u8]]) -> bool {
    let file = |path: Vec<u8>| matches!(world.entry(&path), Entry::Other | Entry::Link(_));
    if file([place, b".py"].concat()) || file(path::join(place, b"__init__.py")) {
        return true;
    }
    let whole = below.iter().fold(place.to_vec(), |dir, part| path::join(&dir, part));
    !below.is_empty()
        && (file([whole.as_slice(), b".py"].concat())
            || file(path::join(&whole, b"__init__.py"))
            || file(path::join(&whole, b"__main__.py")))
}

/// Whether something compiled stands or comes beside the modules, which Python takes before their text.
fn compiled(world: &dyn World, places: &[Vec<u8>]) -> bool {
    places.iter().any(|place| {
        let Some((dir, name)) =
            path::parent(place).map(|dir| (dir, place.rsplit(|b| *b == b'/').next().unwrap_or(place)))
        else {
            return true;
        };
        if world.entry(dir) == Entry::Missing {
            return false;
        }
        world.children(dir, MAX_NAMES).is_none_or(|all| {
            all.iter().any(|(child, kind)| {
                *kind != Child::Directory
                    && child.strip_prefix(name).is_some_and(|rest| rest.first() == Some(&b'.') && rest != b".py")
                    && (child.ends_with(b".so") || child.ends_with(b".pyc"))
            })
        })
    })
}

impl Command<'_, '_> {
    /// The places of a module of the project, as one of which it is executed.
    fn places_of(&mut self, name: &[u8]) -> Option<Vec<Vec<u8>>> {
        let world = self.scripts.world()?;
        let places = own_places(world, self.cwd.known()?, name)?;
        if compiled(world, &places) {
            return None;
        }
        let import = Import::of_module(self.cwd.clone(), self.by.clone(), self.span, name);
        self.analysis.imports.push(import);
        Some(places.to_vec())
    }

    /// Whether no option says that Python looks elsewhere.
    fn keeps_places(&self) -> bool {
        // What stands further on is that of a module, which may be one that executes another, or of the code.
        let ends = |text: Option<&[u8]>| matches!(text, Some(b"-m" | b"-c" | b"-"));
        let mut before = self.argv.iter().skip(1).take_while(|w| !ends(w.value.known()));
        let mut same = true;
        while let Some(one) = before.next() {
            let text = one.value.known().unwrap_or_default();
            match text {
                b"-X" | b"-W" => {
                    let argument = before.next().and_then(|word| word.value.known());
                    same &= argument.is_some_and(|text| QUIET.contains(&text));
                }
                _ if !text.starts_with(b"-") => break,
                _ => same &= SAME_PLACES.contains(&text),
            }
        }
        same
    }

    /// Notes the module of the project that `python -m PACKAGE.MODULE` executes, as the files of a script are.
    pub(super) fn own_module(&mut self, word: &Word) {
        let python = code::language(self.name) == Some("python");
        let Some(name) = word.value.known().filter(|_| python && self.keeps_places()) else { return };
        if let Some(places) = self.places_of(name) {
            let found = Value::one_of(places, 2).unwrap_or(Value::ANY_WORD);
            self.loads(&found);
        }
    }

    /// Executes modules of the project that code imports; false where one is none of the project. A rule on what may be executed
    /// answers for them, and none on the interpreter.
    pub(super) fn imports_own(&mut self, modules: &[Vec<u8>], span: crate::effect::Span) -> bool {
        if !modules.is_empty() && !self.keeps_places() {
            return false;
        }
        for name in modules {
            let Some(places) = self.places_of(name) else { return false };
            for place in places {
                self.code_in_force(place, span);
            }
        }
        true
    }

    /// The module that `-m` of a module names, as of a profiler: `python -m cProfile -m PACKAGE.MODULE`.
    pub(super) fn inner_module(parsed: &Parsed<'_>) -> bool {
        parsed.uses.iter().any(|used| used.spec.roles.first() == Some(&crate::tables::words::Role::Module))
    }
}
