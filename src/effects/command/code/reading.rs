//! What a program does as far as it is worked out, and the parts of finding it that languages share.

use super::{
    held::Held,
    token::{Kind, Token},
};
use crate::{
    effect::Value,
    tables::languages::{Doing, doing},
};
use alloc::{
    collections::{BTreeMap, BTreeSet},
    format,
    string::String,
    vec::Vec,
};
use core::ops::Range;

/// Longest qualified name that is looked up.
const MAX_NAME: usize = 80;

/// One thing that a program does.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::effects) enum Act {
    /// Reads a file; with `true` all below it.
    Read(Value, bool),
    /// Makes or changes a file; with `true` anything below it.
    Write(Value, bool),
    /// Deletes or changes what is there; with `true` all below it.
    Modify(Value, bool),
    /// A shell executes the text.
    Shell(Value),
    /// Starts a program, in the directory where one is given.
    Process(Vec<Value>, Option<Value>),
    /// Fetches a URL, with a method where it is known.
    Fetch(Value, Option<&'static str>),
    /// Reads a variable of the environment.
    ReadEnv(Value),
}

impl Act {
    /// The directory below which the file is found.
    pub(super) fn found_below(&self) -> Option<Value> {
        match self {
            Self::Read(Value::Below { dir, .. }, _)
            | Self::Write(Value::Below { dir, .. }, _)
            | Self::Modify(Value::Below { dir, .. }, _) => Some(Value::Known(dir.clone())),
            _ => None,
        }
    }
}

/// What became of a program.
#[derive(Clone, Debug, Default)]
pub(in crate::effects) struct Program {
    /// What it surely may do.
    pub(in crate::effects) acts: Vec<Act>,
    /// Why it may do more than that; nothing where it does not.
    pub(in crate::effects) doubt: Option<String>,
    /// Its own directory may change while it runs.
    pub(in crate::effects) moves: bool,
    /// It imports installed packages, which look for further modules.
    pub(in crate::effects) packages: bool,
    /// It looks for names behind links to directories, too.
    pub(in crate::effects) follows: bool,
    /// Files that it takes for data, where they are files: `require("./package.json")`.
    pub(in crate::effects) data: Vec<Vec<u8>>,
    /// Modules that it imports and that must be those of the project.
    pub(in crate::effects) modules: Vec<Vec<u8>>,
}

/// Tokens under analysis.
pub(super) struct Reading<'a> {
    pub(super) language: &'static str,
    pub(super) tokens: &'a [Token<'a>],
    pub(super) home: Option<&'a [u8]>,
    /// Names that stand for a module or for what a module has.
    pub(super) aliases: BTreeMap<&'a [u8], Vec<u8>>,
    /// Names that stand for modules of the project and for what these have.
    pub(super) own: BTreeSet<&'a [u8]>,
    /// Names that the program gives a value.
    pub(super) bound: BTreeSet<&'a [u8]>,
    /// How often it gives each of them one.
    pub(super) counts: BTreeMap<&'a [u8], usize>,
    /// Those that only count.
    pub(super) counters: BTreeSet<&'a [u8]>,
    /// Those that are one text in the whole run, or one of a few, or a path that is found.
    pub(super) constants: BTreeMap<&'a [u8], Value>,
    /// What names hold of which every value is understood.
    pub(super) variables: BTreeMap<&'a [u8], Held>,
    /// What stands in the lists that have the same in the whole run.
    pub(super) lists: BTreeMap<&'a [u8], Held>,
    /// The interpreter, and the arguments of the program where they are known: the second is `sys.argv[1]`.
    pub(super) given: &'a [Value],
    /// An object that is a path is handed on.
    pub(super) objects: bool,
    /// A method that moves or copies a file where the value is a path.
    pub(super) weak: Option<&'a [u8]>,
    /// Those of the constants that are paths.
    pub(super) paths: BTreeSet<&'a [u8]>,
    /// Tokens that have been looked at already.
    pub(super) approved: BTreeSet<usize>,
    /// The environment is used in a way that may change it.
    pub(super) environment: bool,
    pub(super) out: Program,
}

/// The arguments of a call: those by place, and those by name.
#[derive(Default)]
pub(super) struct Arguments<'a> {
    pub(super) places: Vec<Range<usize>>,
    pub(super) names: Vec<(&'a [u8], Range<usize>)>,
    /// There may be more (`*x`, `...x`).
    pub(super) open: bool,
}

impl<'a> Reading<'a> {
    pub(super) fn new(language: &'static str, tokens: &'a [Token<'a>], home: Option<&'a [u8]>) -> Self {
        let (aliases, bound, constants) = (BTreeMap::new(), BTreeSet::new(), BTreeMap::new());
        let (approved, counters, paths, out) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new(), Program::default());
        let own = BTreeSet::new();
        let (lists, given, objects, weak, environment) = (BTreeMap::new(), &[][..], false, None, false);
        Self {
            language,
            tokens,
            home,
            aliases,
            own,
            bound,
            counts: BTreeMap::new(),
            counters,
            constants,
            variables: BTreeMap::new(),
            lists,
            given,
            objects,
            weak,
            paths,
            approved,
            environment,
            out,
        }
    }

    /// Whether the program may change its own directory.
    pub(super) fn changes_directory(&self) -> bool {
        self.tokens.iter().any(|t| matches!(t.text, b"chdir" | b"fchdir"))
    }

    pub(super) fn text(&self, at: usize) -> &'a [u8] {
        self.tokens.get(at).map_or(b"", |t| t.text)
    }

    pub(super) fn kind(&self, at: usize) -> Option<Kind> {
        self.tokens.get(at).map(|t| t.kind)
    }

    pub(super) fn is_mark(&self, at: usize, mark: &[u8]) -> bool {
        self.tokens.get(at).is_some_and(|t| t.kind == Kind::Mark && t.text == mark)
    }

    pub(super) fn mate(&self, at: usize) -> usize {
        self.tokens.get(at).map_or(usize::MAX, |t| t.mate)
    }

    pub(super) fn doing(&self, name: &[u8]) -> Option<Doing> {
        doing(self.language, name)
    }

    /// The program may do more than is worked out; the first reason is kept.
    pub(super) fn doubt(&mut self, why: &str, name: &[u8]) {
        if self.out.doubt.is_none() {
            let shown = String::from_utf8_lossy(name.get(..name.len().min(40)).unwrap_or(name)).into_owned();
            self.out.doubt = Some(format!("{why} `{shown}`"));
        }
    }

    /// What the qualified name does, or any name of its module.
    pub(super) fn qualified(&self, name: &[u8]) -> Option<Doing> {
        self.doing(name).or_else(|| {
            let dot = name.iter().rposition(|b| *b == b'.')?;
            let hidden = name.get(dot + 1..)?.starts_with(b"_");
            (!hidden).then(|| self.doing(&[name.get(..dot)?, b".*"].concat())).flatten()
        })
    }

    /// Takes the arguments between the bracket at `open` and its partner apart. `name_mark` stands between a name and its value.
    pub(super) fn arguments(&self, open: usize, name_mark: &[u8]) -> Arguments<'a> {
        let mut out = Arguments::default();
        let end = self.mate(open);
        let (mut start, mut at) = (open + 1, open + 1);
        while at <= end && at < self.tokens.len() {
            if at == end || self.is_mark(at, b",") {
                self.argument(start..at, name_mark, &mut out);
                (start, at) = (at + 1, at + 1);
                continue;
            }
            let opens = matches!(self.text(at), b"(" | b"[" | b"{") && self.kind(at) == Some(Kind::Mark);
            at = if opens { self.mate(at).saturating_add(1) } else { at + 1 };
        }
        out
    }

    fn argument(&self, range: Range<usize>, name_mark: &[u8], out: &mut Arguments<'a>) {
        if range.is_empty() {
            return;
        }
        if matches!(self.text(range.start), b"*" | b"**" | b"...") && self.kind(range.start) == Some(Kind::Mark) {
            out.open = true;
        } else if self.kind(range.start) == Some(Kind::Name) && self.is_mark(range.start + 1, name_mark) {
            out.names.push((self.text(range.start), range.start + 2..range.end));
        } else {
            out.places.push(range);
        }
    }

    /// The value of an expression as far as it is known: literals, names of constants, paths that are put together of such.
    pub(super) fn value(&self, range: Range<usize>) -> Value {
        let held = self.values(range);
        if let [one] = held.values.as_slice() { one.clone() } else { Value::ANY_WORD }
    }

    /// All values that an expression may have.
    pub(super) fn values(&self, range: Range<usize>) -> Held {
        self.held(range.clone(), 0).unwrap_or_else(|| Held { made: true, ..Held::new(self.beginning(range), false) })
    }

    /// `"a" + x`: how it begins and ends. Only operands with `+` between them.
    fn beginning(&self, range: Range<usize>) -> Value {
        let Some(all) = self.tokens.get(range.clone()) else { return Value::ANY_WORD };
        let sums = all.len() % 2 == 1
            && all.iter().enumerate().all(|(n, t)| match t.kind {
                Kind::Text | Kind::Name => n % 2 == 0,
                _ => n % 2 == 1 && t.text == b"+",
            });
        let literal = |t: Option<&Token<'_>>| t.and_then(|t| t.value.clone()).unwrap_or_default();
        if !sums || all.len() < 3 {
            return Value::ANY_WORD;
        }
        Value::Affix { prefix: literal(all.first()).into(), suffix: literal(all.last()).into() }
    }

    /// What the name at `at` with the attributes after it stands for, and where it ends; only for names of modules and of the
    /// language.
    pub(super) fn chain(&self, at: usize) -> Option<(Doing, usize)> {
        let name = self.text(at);
        let mut whole = match self.aliases.get(name) {
            Some(whole) => whole.clone(),
            None => return self.doing(name).map(|does| (does, at + 1)),
        };
        let (does, end) = self.follow(&mut whole, at + 1)?;
        Some((does, end))
    }

    /// Goes on from the name `whole` along the properties at `at` as far as the table knows names; where that ends.
    pub(super) fn follow(&self, whole: &mut Vec<u8>, mut at: usize) -> Option<(Doing, usize)> {
        loop {
            let known = self.qualified(whole);
            let more = self.is_mark(at, b".") && self.kind(at + 1) == Some(Kind::Name) && whole.len() < MAX_NAME;
            let mut longer = whole.clone();
            longer.push(b'.');
            longer.extend_from_slice(self.text(at + 1));
            match known {
                Some(does) if !more || self.qualified(&longer).is_none() => return Some((does, at)),
                None if !more => return None,
                _ => (*whole, at) = (longer, at + 2),
            }
        }
    }
}
