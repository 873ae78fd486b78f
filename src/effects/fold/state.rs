//! What a script knows of itself while it runs: its directory, variables and functions. Everything here may only say more than
//! "unknown"; what is not certain is given up, never guessed.

use super::directories::Left;
use super::held::Held;
use super::names::Names;
use super::positional::Positional;
use super::special;
use super::written::Files;
use crate::effect::{Form, Value};
use crate::shell::tree::NodeId;
use crate::shell::words;
use alloc::{
    borrow::ToOwned,
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
    vec::Vec,
};
use core::ops::{Deref, DerefMut};

/// Where a function's body stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Body {
    /// Which of the scripts of the call.
    pub(super) script: usize,
    /// The node in its tree.
    pub(super) node: NodeId,
}

/// A function's possible bodies.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Function {
    pub(super) bodies: Vec<Body>,
    /// On every way here it has been defined; else the name may still stand for a program.
    pub(super) certain: bool,
}

/// The state of a shell at one point of a script. Every command has several, most of them the same: what they know is shared until
/// one of them changes.
#[derive(Clone, Debug)]
pub(super) struct State {
    facts: Rc<Facts>,
    /// The files that the script has written.
    pub(super) files: Files,
}

impl PartialEq for State {
    fn eq(&self, other: &Self) -> bool {
        self.files == other.files && (Rc::ptr_eq(&self.facts, &other.facts) || self.facts == other.facts)
    }
}

impl Deref for State {
    type Target = Facts;

    fn deref(&self) -> &Facts {
        &self.facts
    }
}

impl DerefMut for State {
    fn deref_mut(&mut self) -> &mut Facts {
        Rc::make_mut(&mut self.facts)
    }
}

/// What a state knows but files.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Facts {
    /// The directory, absolute; unknown where it is not followed.
    pub(super) cwd: Value,
    /// The directories before it.
    pub(super) left: Left,
    /// Variables that the script has assigned.
    variables: Names<Held>,
    /// Variables that do not hold exactly what is assigned to them.
    altered: Rc<BTreeSet<Vec<u8>>>,
    /// Variables that may be read-only: whether an assignment takes effect is not known, nor where a script goes on after it.
    fixed: Rc<BTreeSet<Vec<u8>>>,
    /// Variables that may be of an integer type: what is assigned to them is evaluated as arithmetic.
    numeric: Rc<BTreeSet<Vec<u8>>>,
    /// Variables that may stand for others.
    references: Rc<BTreeSet<Vec<u8>>>,
    /// Variables that are certainly associative arrays, in every shell that has such: their subscripts are no arithmetic. Whether
    /// every element is a number.
    associative: Rc<BTreeMap<Vec<u8>, bool>>,
    functions: Names<Function>,
    /// Variables that are certainly a function's own: when it ends they are again what they were when it began.
    pub(super) own: Rc<BTreeSet<Vec<u8>>>,
    /// `$1` and so on, where they are known.
    pub(super) positional: Option<Positional>,
    /// Anything may have been assigned, defined or changed: no variable is known any more.
    lost: bool,
    /// No function is certain: so that losing again and again costs nothing.
    doubted: bool,
}

impl State {
    pub(super) fn new(cwd: Value) -> Self {
        let none: Rc<BTreeSet<Vec<u8>>> = Rc::default();
        let facts = Facts {
            cwd,
            left: Left::at_start(),
            variables: Names::default(),
            altered: none.clone(),
            fixed: none.clone(),
            numeric: none.clone(),
            references: none.clone(),
            associative: Rc::default(),
            functions: Names::default(),
            own: none,
            positional: None,
            lost: false,
            doubted: true,
        };
        Self { facts: Rc::new(facts), files: Files::default() }
    }

    pub(super) fn assign(&mut self, name: &[u8], held: Held) {
        if self.associative.contains_key(name) {
            // In zsh the name stands for the new value only.
            Rc::make_mut(&mut self.associative).remove(name);
        }
        self.put(name, held);
    }

    /// Changes an array or some of its elements: it stays an array of its kind.
    pub(super) fn assign_elements(&mut self, name: &[u8], held: Held) {
        if self.associative.contains_key(name) {
            Rc::make_mut(&mut self.associative).insert(name.to_owned(), false);
        }
        self.put(name, held);
    }

    /// One element gets a number; the array or plain variable keeps its kind.
    pub(super) fn assign_number_element(&mut self, name: &[u8]) {
        if self.associative.contains_key(name) {
            return self.put(name, Held::Unknown);
        }
        let numbers = self.has_numbers(name) || self.is_number(name);
        let some = Value::Unknown { may_split: true, may_be_empty: true, form: Form::Integer };
        self.put(name, if numbers { Held::Array(Rc::new([some])) } else { Held::Unknown });
    }

    /// Whether every element of the array is certainly a number.
    pub(super) fn has_numbers(&self, name: &[u8]) -> bool {
        match self.held(name) {
            _ if self.is_associative(name) => self.associative.get(name) == Some(&true),
            Some(Held::Array(all)) => all.iter().all(|one| Held::Is(one.clone()).is_number()),
            _ => false,
        }
    }

    /// The variable that holds nothing or a name holds this of the two. It is not assigned.
    pub(super) fn choose(&mut self, name: &[u8], held: Held) {
        if !self.lost && matches!(self.held(name), Some(Held::Found(_))) {
            self.variables.insert(name, held);
        }
    }

    /// Takes back what was chosen, where nothing was assigned since.
    pub(super) fn unchoose(&mut self, name: &[u8], chosen: &Held, held: &Held) {
        if !self.lost && self.held(name) == Some(chosen) {
            self.variables.insert(name, held.clone());
        }
    }

    fn put(&mut self, name: &[u8], held: Held) {
        if name == b"argv" && self.positional.is_some() {
            self.positional = None; // zsh
        }
        if self.fixed.contains(name) {
            // bash goes on with the next line, from the middle of functions and lists.
            self.lose();
        }
        // Once all is lost, nothing is read of them any more.
        if !self.lost {
            let large = held.size() > words::MAX_VALUE;
            let unsure = large || self.altered.contains(name) || special::changes_by_itself(name);
            let held = if unsure { Held::Unknown } else { held };
            if self.variables.get(name) != Some(&held) {
                self.variables.insert(name, held);
            }
        }
    }

    /// Arithmetic gives the variable its value: zsh makes one that it did not know an integer for good.
    pub(super) fn assign_number(&mut self, name: &[u8], held: Held) {
        let scalar = matches!(self.held(name), Some(Held::Is(_)));
        if !self.associative.contains_key(name) {
            self.assign(name, held);
        }
        if !scalar {
            self.number(name);
        }
    }

    /// The variable is an associative array from now on, where the shell has such; one that is another kind of array stays that,
    /// if it is not a `fresh` variable of a function.
    pub(super) fn associate(&mut self, name: &[u8], fresh: bool) {
        let plain = fresh || matches!(self.held(name), None | Some(Held::Is(_)));
        let plain = plain && !self.lost && !self.fixed.contains(name) && !special::changes_by_itself(name);
        if plain || self.associative.contains_key(name) {
            let numbers = fresh || self.held(name).is_some_and(Held::is_number) || self.has_numbers(name);
            self.put(name, Held::Unknown);
            Rc::make_mut(&mut self.associative).insert(name.to_owned(), numbers);
        }
    }

    /// If the variable is an associative array, it has numbers only.
    pub(super) fn associate_numbers(&mut self, name: &[u8]) {
        if self.associative.get(name) == Some(&false) {
            Rc::make_mut(&mut self.associative).insert(name.to_owned(), true);
        }
    }

    /// Whether the variable is certainly an associative array, if it is an array at all.
    pub(super) fn is_associative(&self, name: &[u8]) -> bool {
        !self.lost && self.associative.contains_key(name)
    }

    /// Whether the value of the variable is certainly a number to a shell that evaluates values as expressions.
    pub(super) fn is_number(&self, name: &[u8]) -> bool {
        match self.held(name) {
            Some(held) => held.is_number(),
            None => special::counts_by_itself(name) && !self.is_touched(name),
        }
    }

    /// The variable may be of an integer type from now on.
    pub(super) fn number(&mut self, name: &[u8]) {
        if !self.numeric.contains(name) {
            Rc::make_mut(&mut self.numeric).insert(name.to_owned());
        }
    }

    /// Whether what is assigned to the variable may be evaluated as arithmetic: also where it may stand for one of an integer type.
    pub(super) fn is_numeric(&self, name: &[u8]) -> bool {
        self.numeric.contains(name)
            || special::is_integer_to_zsh(name)
            || self.is_reference(name) && !self.numeric.is_empty()
    }

    /// The variable may stand for another from now on (`declare -n`).
    pub(super) fn refer(&mut self, name: &[u8]) {
        if !self.references.contains(name) {
            Rc::make_mut(&mut self.references).insert(name.to_owned());
        }
    }

    /// Whether the variable may stand for another.
    pub(super) fn is_reference(&self, name: &[u8]) -> bool {
        self.references.contains(name)
    }

    /// The variable does not hold exactly what is assigned to it from now on.
    pub(super) fn alter(&mut self, name: &[u8]) {
        if !self.altered.contains(name) {
            Rc::make_mut(&mut self.altered).insert(name.to_owned());
        }
    }

    /// The variable may be read-only from now on.
    pub(super) fn fix(&mut self, name: &[u8]) {
        if !self.fixed.contains(name) {
            Rc::make_mut(&mut self.fixed).insert(name.to_owned());
        }
    }

    /// Whether the variable may be read-only.
    pub(super) fn may_be_fixed(&self, name: &[u8]) -> bool {
        self.fixed.contains(name)
    }

    /// A function ends: its own variables are again what they were `before` it began; of `others` that is not certain.
    pub(super) fn leave_function<'n>(&mut self, before: &Self, others: impl Iterator<Item = &'n Vec<u8>>) {
        let own = core::mem::replace(&mut self.own, before.own.clone());
        for name in others {
            if !own.contains(name) {
                self.assign(name, Held::Unknown);
                continue;
            }
            if !before.fixed.contains(name) && self.fixed.contains(name) {
                Rc::make_mut(&mut self.fixed).remove(name);
            }
            match before.associative.get(name) {
                Some(numbers) => Rc::make_mut(&mut self.associative).insert(name.clone(), *numbers),
                None if self.associative.contains_key(name) => Rc::make_mut(&mut self.associative).remove(name),
                None => None,
            };
            match before.held(name) {
                _ if self.lost => {}
                Some(held) => self.put(name, held.clone()),
                None if before.lost => self.put(name, Held::Unknown),
                None => self.variables.remove(name),
            }
        }
    }

    pub(super) fn held(&self, name: &[u8]) -> Option<&Held> {
        if self.lost { None } else { self.variables.get(name) }
    }

    /// Whether the script may have given this variable another value than the environment's.
    pub(super) fn is_touched(&self, name: &[u8]) -> bool {
        self.lost || self.variables.contains(name)
    }

    pub(super) fn define(&mut self, name: &[u8], body: Body) {
        let function = Function { bodies: Vec::from([body]), certain: true };
        self.functions.insert(name, function);
        self.doubted = false;
    }

    pub(super) fn function(&self, name: &[u8]) -> Option<&Function> {
        self.functions.get(name)
    }

    /// A name that is forgotten may still be a function in a shell where forgetting failed.
    pub(super) fn unset(&mut self, name: &[u8]) {
        self.assign(name, Held::Unknown);
        self.functions.change(name, |function| function.certain = false);
    }

    /// The state from which on something may happen at any time that leaves `after`: the variables that it changes are never known again.
    pub(super) fn interrupted(&self, after: &Self) -> Self {
        let mut left = self.clone();
        let mut same = after.facts.clone();
        Rc::make_mut(&mut same).variables = self.variables.clone();
        if same == self.facts {
            for name in self.variables.changed(&after.variables) {
                left.assign(&name, Held::Unknown);
                left.alter(&name);
            }
            left.files.disturb();
        } else {
            left.lose();
        }
        left
    }

    /// Nothing is known any more but that functions may still be there.
    pub(super) fn lose(&mut self) {
        if self.lost && self.doubted && self.positional.is_none() && self.cwd == Value::ANY_WORD {
            return self.files.disturb();
        }
        self.lost = true;
        self.cwd = Value::ANY_WORD;
        self.left = Left::default();
        self.positional = None;
        self.variables = Names::default();
        self.files.disturb();
        if !self.doubted {
            self.functions.each(|function| function.certain = false);
            self.doubted = true;
        }
    }

    /// The state where either of two ways may have led here.
    pub(super) fn join(mut self, other: &Self) -> Self {
        if Rc::ptr_eq(&self.facts, &other.facts) || self.facts == other.facts {
            if self.files != other.files {
                self.files.join(&other.files);
            }
            return self;
        }
        self.cwd = join_directories(&self.cwd, &other.cwd);
        if self.left != other.left {
            self.left.join(&other.left);
        }
        self.lost |= other.lost;
        if self.altered != other.altered {
            Rc::make_mut(&mut self.altered).extend(other.altered.iter().cloned());
        }
        if self.fixed != other.fixed {
            Rc::make_mut(&mut self.fixed).extend(other.fixed.iter().cloned());
        }
        if self.numeric != other.numeric {
            Rc::make_mut(&mut self.numeric).extend(other.numeric.iter().cloned());
        }
        if self.references != other.references {
            Rc::make_mut(&mut self.references).extend(other.references.iter().cloned());
        }
        if self.associative != other.associative {
            let other = &other.associative;
            Rc::make_mut(&mut self.associative).retain(|name, numbers| {
                let there = other.get(name);
                *numbers &= there == Some(&true);
                there.is_some()
            });
        }
        if self.own != other.own {
            let other = &other.own;
            Rc::make_mut(&mut self.own).retain(|name| other.contains(name));
        }
        self.files.join(&other.files);
        if self.positional != other.positional {
            self.positional = None;
        }
        if self.lost {
            self.variables = Names::default();
        } else {
            // A name that only one of them knows still has the environment's value on the other way.
            let both = |a: Option<&Held>, b: Option<&Held>| a.zip(b).map_or(Held::Unknown, |(a, b)| a.join(b));
            self.variables.join(&other.variables, both);
        }
        self.doubted |= other.doubted;
        self.functions.join(&other.functions, join_functions);
        self
    }

    /// What stays the same whether a loop's body has run or not: used as the state at the head of a loop. `rests`: what changed
    /// is given up, so that it does not change any more.
    pub(super) fn widen(self, after_body: &Self, rests: bool) -> Self {
        let before = self.cwd.clone();
        let variables = self.variables.clone();
        let mut joined = self.join(after_body);
        if !joined.lost && joined.variables != variables {
            // A value that grows in each round would never come to rest.
            let rest = |now: Option<&Held>, before: Option<&Held>| match (now, before) {
                (Some(now), Some(before)) if rests || now.is_number() => before.give_up(now),
                (Some(now), _) => now.clone(),
                (None, _) => Held::Unknown,
            };
            joined.variables.join(&variables, rest);
        }
        if joined.cwd != before {
            joined.cwd = Value::ANY_WORD; // it may go on changing with each round
        }
        joined
    }
}

fn join_functions(a: Option<&Function>, b: Option<&Function>) -> Function {
    let certain = a.zip(b).is_some_and(|(a, b)| a.certain && b.certain);
    let mut bodies: Vec<Body> = [a, b].into_iter().flatten().flat_map(|f| f.bodies.iter().copied()).collect();
    bodies.sort_unstable();
    bodies.dedup();
    Function { bodies, certain }
}

fn join_directories(a: &Value, b: &Value) -> Value {
    /// More directories than this are no more worth following than "unknown".
    const MOST: usize = 8;
    if a == b {
        return a.clone();
    }
    let (Some(one), Some(two)) = (a.alternatives(), b.alternatives()) else { return Value::ANY_WORD };
    Value::one_of(one.iter().chain(two).cloned(), MOST).unwrap_or(Value::ANY_WORD)
}
