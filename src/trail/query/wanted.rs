//! What is asked for: globs over the texts of a record.

use super::facts::{Facts, Field, TREE, WRITTEN, decision_of, kind_of};
use crate::effect::{PathValue, Spared, Value};
use crate::glob::{Answer, Glob, GlobError, PathGlob, PathRule, Places, Reading, Subject, applies};
use std::collections::HashMap;
use std::format;
use std::string::{String, ToString};
use std::vec::Vec;

/// Where home directories stand whoever's they are.
const HOMES: &[&str] = &["/home/*", "/Users/*", "/root"];

/// So many texts are remembered.
const MOST_KNOWN: usize = 1 << 18;

/// Which texts of a field are meant.
#[derive(Debug)]
pub struct Wanted {
    field: Field,
    globs: Vec<Glob>,
    paths: Vec<PathGlob>,
    /// What was asked before: a text is looked at once. By whether a tree is meant.
    known: [HashMap<String, bool>; 2],
}

impl Wanted {
    /// For a field, one of these globs.
    ///
    /// # Errors
    /// What is wrong with a glob.
    pub fn new(field: Field, globs: &[String]) -> Result<Self, GlobError> {
        let mut wanted =
            Self { field, globs: Vec::new(), paths: Vec::new(), known: <[HashMap<String, bool>; 2]>::default() };
        for glob in globs {
            if field != Field::Path {
                wanted.globs.push(Glob::parse(glob)?);
            } else if let Some(rest) = glob.strip_prefix("~/") {
                for home in HOMES {
                    wanted.paths.push(PathGlob::parse(&format!("{home}/{rest}"))?);
                }
            } else {
                wanted.paths.push(PathGlob::parse(glob)?);
            }
        }
        Ok(wanted)
    }

    /// Whether a record has such a text; for a path, one that is written or read as `written` says.
    fn is_in(&mut self, facts: &Facts<'_>, written: Option<bool>) -> bool {
        let field = self.field;
        let Some(list) = field.list() else {
            let word = facts.words.get(field.number()).and_then(|word| word.as_deref());
            return word.is_some_and(|word| self.has(word, false));
        };
        let list = facts.lists.get(list).map(Vec::as_slice).unwrap_or_default();
        list.iter().any(|(text, bits)| accessed(field, *bits, written) && self.has(text, bits & TREE != 0))
    }

    /// Which field it speaks of.
    pub fn field(&self) -> Field {
        self.field
    }

    /// Whether a text is meant: of a path, all of the tree below it where `tree` says so.
    pub fn has(&mut self, text: &str, tree: bool) -> bool {
        if let Some(known) = self.known.get(usize::from(tree)).and_then(|known| known.get(text)) {
            return *known;
        }
        let has = self.matches(text, tree);
        if let Some(known) = self.known.get_mut(usize::from(tree)) {
            if known.len() >= MOST_KNOWN {
                known.clear();
            }
            known.insert(text.to_string(), has);
        }
        has
    }

    fn matches(&self, text: &str, tree: bool) -> bool {
        let base = text.rsplit('/').next().unwrap_or(text);
        let any = |text: &str, fold| self.globs.iter().any(|glob| glob.matches(text.as_bytes(), fold));
        match self.field {
            Field::Path => text.starts_with('/') && self.covers(text, tree),
            Field::Host => any(text, true),
            Field::Repository => any(text, false) || any(base, false),
            Field::Program => {
                // `/usr/bin/git push` is found by `git`, `git push`, `/usr/bin/git` and itself.
                let (program, verb) =
                    text.split_once(' ').map_or((text, None), |(program, verb)| (program, Some(verb)));
                let base = program.rsplit('/').next().unwrap_or(program);
                any(text, false)
                    || any(program, false)
                    || any(base, false)
                    || verb.is_some_and(|verb| any(&format!("{base} {verb}"), false))
            }
            Field::Rule => {
                // `packs/secrets.rules:12:1` is found by its file, too, with or without its directory.
                let file = text.split_once(".rules:").and_then(|(file, _)| text.get(..file.len() + 6)).unwrap_or(text);
                let name = file.rsplit('/').next().unwrap_or(file);
                any(text, false) || any(base, false) || any(file, false) || any(name, false)
            }
            _ => any(text, false),
        }
    }

    /// Whether a path lies below what is meant; a whole tree also where something meant may lie in it.
    fn covers(&self, text: &str, tree: bool) -> bool {
        let places = Places::default();
        if !tree {
            let path = crate::path::normalize(text.as_bytes());
            return self.paths.iter().any(|glob| glob.covers(&path, &places, false));
        }
        let value = PathValue {
            value: Value::Known(text.as_bytes().to_vec().into()),
            tree,
            existing: false,
            entry: false,
            spelling: None,
            spared: Spared::Nothing,
            filters: None,
            like: None,
            found: None,
            leads: None,
        };
        let rule = PathRule {
            patterns: &self.paths,
            unless: &[],
            places,
            unless_places: places,
            reading: Reading::Restrict,
            ignore_case: false,
        };
        applies(&rule, &Subject::new(&value)) != Answer::No
    }
}

/// Whether a text of a list counts, by its bits: a path only where it is written or read as `written` says.
pub fn accessed(field: Field, bits: u32, written: Option<bool>) -> bool {
    field != Field::Path || written.is_none_or(|written| written == (bits & WRITTEN != 0))
}

/// A question: what a record must be like. Everything that is said must hold; of several globs of one field, one.
#[derive(Debug, Default)]
pub struct Query {
    /// The kinds of records, by number; all where none is said.
    pub kinds: Vec<usize>,
    /// The decisions, by number; all where none is said.
    pub decisions: Vec<usize>,
    /// Flags that must be there.
    pub flags: u32,
    /// Kinds of effects, a bit each, of which one must be there; 0 for any.
    pub effects: u32,
    /// Paths only where they are written, or read.
    pub written: Option<bool>,
    /// Texts.
    pub wanted: Vec<Wanted>,
}

impl Query {
    /// Whether a record is meant.
    pub fn takes(&mut self, facts: &Facts<'_>) -> bool {
        let written = self.written;
        let paths = Field::Path.list().and_then(|list| facts.lists.get(list)).map(Vec::as_slice).unwrap_or_default();
        self.takes_flags(facts.flags)
            && self.takes_effects(facts.effects)
            && (written.is_none() || paths.iter().any(|(_, bits)| accessed(Field::Path, *bits, written)))
            && self.wanted.iter_mut().all(|wanted| wanted.is_in(facts, written))
    }

    /// Whether the kind, the decision and the rest of [`Facts::flags`] are meant.
    pub fn takes_flags(&self, flags: u32) -> bool {
        (self.kinds.is_empty() || self.kinds.contains(&kind_of(flags)))
            && (self.decisions.is_empty() || self.decisions.contains(&decision_of(flags)))
            && flags & self.flags == self.flags
    }

    /// Whether one of the kinds of effects is meant.
    pub fn takes_effects(&self, effects: u32) -> bool {
        self.effects == 0 || effects & self.effects != 0
    }
}
