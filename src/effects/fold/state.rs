//! What a script knows of itself while it runs: its directory, variables and functions. Everything here may only say more than
//! "unknown"; what is not certain is given up, never guessed.

use super::held::Held;
use super::names::Names;
use super::positional::Positional;
use super::special;
use super::written::Files;
use crate::effect::{Form, Value};
use crate::shell::tree::NodeId;
use crate::shell::words;
use crate::world::World;
use alloc::{
    borrow::ToOwned,
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
    string::ToString,
    vec::Vec,
};
use core::cell::Cell;

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

/// The state of a shell at one point of a script.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct State {
    /// The directory, absolute; unknown where it is not followed.
    pub(super) cwd: Value,
    /// Variables that the script has assigned.
    variables: Names<Held>,
    /// Variables that do not hold exactly what is assigned to them.
    altered: Rc<BTreeSet<Vec<u8>>>,
    /// Variables that may be read-only: whether an assignment takes effect is not known, nor where a script goes on after it.
    fixed: Rc<BTreeSet<Vec<u8>>>,
    /// Variables that may be of an integer type: what is assigned to them is evaluated as arithmetic.
    numeric: Rc<BTreeSet<Vec<u8>>>,
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
    /// The files that the script has written.
    pub(super) files: Files,
}

impl State {
    pub(super) fn new(cwd: Value) -> Self {
        Self {
            cwd,
            variables: Names::default(),
            altered: Rc::default(),
            fixed: Rc::default(),
            numeric: Rc::default(),
            associative: Rc::default(),
            functions: Names::default(),
            own: Rc::default(),
            positional: None,
            lost: false,
            doubted: true,
            files: Files::default(),
        }
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

    fn put(&mut self, name: &[u8], held: Held) {
        if name == b"argv" {
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
            self.variables.insert(name, if unsure { Held::Unknown } else { held });
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
        if self.associative.contains_key(name) {
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
        Rc::make_mut(&mut self.numeric).insert(name.to_owned());
    }

    /// Whether what is assigned to the variable may be evaluated as arithmetic.
    pub(super) fn is_numeric(&self, name: &[u8]) -> bool {
        self.numeric.contains(name) || special::is_integer_to_zsh(name)
    }

    /// The variable does not hold exactly what is assigned to it from now on.
    pub(super) fn alter(&mut self, name: &[u8]) {
        Rc::make_mut(&mut self.altered).insert(name.to_owned());
    }

    /// The variable may be read-only from now on.
    pub(super) fn fix(&mut self, name: &[u8]) {
        Rc::make_mut(&mut self.fixed).insert(name.to_owned());
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

    /// Nothing is known any more but that functions may still be there.
    pub(super) fn lose(&mut self) {
        self.lost = true;
        self.cwd = Value::ANY_WORD;
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
        if self == *other {
            return self;
        }
        self.cwd = join_directories(&self.cwd, &other.cwd);
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
    let (Some(one), Some(two)) = (a.alternatives(), b.alternatives()) else { return Value::ANY_WORD };
    Value::one_of(one.iter().chain(two).cloned(), MOST).unwrap_or(Value::ANY_WORD)
}

/// The state as the expansion of words sees it.
pub(super) struct Seen<'a> {
    pub(super) state: &'a State,
    pub(super) world: &'a dyn World,
    /// Bytes of values that may still be handed out.
    pub(super) left: &'a Cell<usize>,
    /// Text may be matched without regard to case.
    pub(super) loose_case: bool,
}

impl Seen<'_> {
    /// A value that a word takes in; `None` where the call has used up what it may.
    fn paid(&self, value: Value) -> Option<Value> {
        let left = self.left.get().checked_sub(value.size());
        self.left.set(left.unwrap_or(0));
        left.map(|_| value)
    }

    fn home_value(&self) -> Option<Value> {
        if self.state.is_touched(b"HOME") {
            return match self.state.held(b"HOME") {
                Some(Held::Is(value)) => Some(value.clone()),
                _ => None,
            };
        }
        let home = self.world.home_variable().or_else(|| self.world.home())?;
        Some(Value::Known(home.to_owned().into()))
    }

    /// What the script knows of a variable.
    fn value(&self, name: &[u8]) -> Option<Value> {
        match name {
            b"HOME" => return self.home_value(),
            b"#" => {
                let count =
                    self.state.positional.as_ref().map(|words| Value::from(words.left().len().to_string().as_str()));
                return Some(count.unwrap_or(Value::DIGITS));
            }
            b"?" | b"$" => return Some(Value::DIGITS),
            // Nothing, or zero, before anything has run beside.
            b"!" => return Some(Value::Unknown { may_split: false, may_be_empty: true, form: Form::Digits }),
            b"PWD" if !self.state.is_touched(name) => {
                return self.state.cwd.known().map(|d| Value::Known(d.to_owned().into()));
            }
            _ => {}
        }
        if name.iter().all(u8::is_ascii_digit) {
            let index: usize = core::str::from_utf8(name).ok()?.parse().ok()?;
            let positional = self.state.positional.as_ref()?;
            let word = index.checked_sub(1).map_or_else(|| positional.zero(), |at| positional.get(at))?;
            return word.value.is_one_word().then(|| word.value.clone());
        }
        match self.state.held(name)? {
            Held::Is(value) => Some(value.clone()),
            Held::Array(_) | Held::Unknown => None,
        }
    }
}

impl words::State for Seen<'_> {
    fn get(&self, name: &[u8]) -> Option<Value> {
        self.value(name).and_then(|value| self.paid(value))
    }

    fn array(&self, name: &[u8]) -> Option<Vec<Value>> {
        let elements: Vec<Value> = match name {
            b"@" => self.state.positional.as_ref()?.left().iter().map(|word| word.value.clone()).collect(),
            _ => match self.state.held(name)? {
                // In zsh elements that no one has set are empty: no numbers where they are words.
                Held::Array(all) if all.iter().any(|one| matches!(one, Value::Unknown { may_split: true, .. })) => {
                    Vec::from([Value::ANY_WORDS])
                }
                Held::Array(all) => all.to_vec(),
                Held::Is(_) | Held::Unknown => return None,
            },
        };
        elements.into_iter().map(|value| self.paid(value)).collect()
    }

    fn home(&self, name: &[u8]) -> Option<Value> {
        match name {
            b"" => self.home_value(),
            b"+" => self.state.cwd.known().map(|d| Value::Known(d.to_owned().into())),
            b"-" => None,
            user => {
                let user = core::str::from_utf8(user).ok()?;
                let is_name = user.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b));
                let is_stack = user.bytes().all(|b| b.is_ascii_digit());
                (is_name && !is_stack).then(|| self.world.home_of(user)).flatten().map(Value::from)
            }
        }
    }

    fn exact_case(&self) -> bool {
        !self.loose_case
    }

    fn separators(&self) -> Option<Vec<u8>> {
        if !self.state.is_touched(b"IFS") {
            return Some(b" \t\n".to_vec());
        }
        match self.state.held(b"IFS")? {
            Held::Is(Value::Known(bytes)) => Some(bytes.to_vec()),
            _ => None,
        }
    }
}
