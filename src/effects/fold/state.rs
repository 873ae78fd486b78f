//! What a script knows of itself while it runs: its directory, variables and functions. Everything here may only say more than
//! "unknown"; what is not certain is given up, never guessed.

use super::names::Names;
use super::positional::Positional;
use super::written::Files;
use crate::effect::Value;
use crate::shell::tree::NodeId;
use crate::shell::words;
use crate::world::World;
use alloc::{borrow::ToOwned, collections::BTreeSet, rc::Rc, vec::Vec};
use core::cell::Cell;

/// What a variable that the script assigned holds.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Held {
    /// A value that is known at least in part.
    Is(Value),
    /// The result of an arithmetic expression: an integer.
    Integer,
    /// Anything.
    Unknown,
}

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
    /// Variables that may be read-only: whether an assignment takes effect is not known.
    fixed: Rc<BTreeSet<Vec<u8>>>,
    /// Variables that may be of an integer type: what is assigned to them is evaluated as arithmetic.
    numeric: Rc<BTreeSet<Vec<u8>>>,
    functions: Names<Function>,
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
            fixed: Rc::default(),
            numeric: Rc::default(),
            functions: Names::default(),
            positional: None,
            lost: false,
            doubted: true,
            files: Files::default(),
        }
    }

    pub(super) fn assign(&mut self, name: &[u8], held: Held) {
        // Once all is lost, nothing is read of them any more.
        if !self.lost {
            let large = matches!(&held, Held::Is(value) if value.size() > words::MAX_VALUE);
            let unsure = large || self.fixed.contains(name);
            self.variables.insert(name, if unsure { Held::Unknown } else { held });
        }
    }

    /// Arithmetic gives the variable its value: zsh makes one that it did not know an integer for good.
    pub(super) fn assign_number(&mut self, name: &[u8]) {
        self.assign(name, Held::Integer);
        self.number(name);
    }

    /// The variable may be of an integer type from now on.
    pub(super) fn number(&mut self, name: &[u8]) {
        Rc::make_mut(&mut self.numeric).insert(name.to_owned());
    }

    /// Whether what is assigned to the variable may be evaluated as arithmetic.
    pub(super) fn is_numeric(&self, name: &[u8]) -> bool {
        self.numeric.contains(name)
    }

    /// The variable may be read-only from now on.
    pub(super) fn fix(&mut self, name: &[u8]) {
        Rc::make_mut(&mut self.fixed).insert(name.to_owned());
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
        if self.fixed != other.fixed {
            Rc::make_mut(&mut self.fixed).extend(other.fixed.iter().cloned());
        }
        if self.numeric != other.numeric {
            Rc::make_mut(&mut self.numeric).extend(other.numeric.iter().cloned());
        }
        self.files.join(&other.files);
        if self.positional != other.positional {
            self.positional = None;
        }
        if self.lost {
            self.variables = Names::default();
        } else {
            // A name that only one of them knows still has the environment's value on the other way.
            let both = |a: Option<&Held>, b: Option<&Held>| a.zip(b).map_or(Held::Unknown, |(a, b)| join_held(a, b));
            self.variables.join(&other.variables, both);
        }
        self.doubted |= other.doubted;
        self.functions.join(&other.functions, join_functions);
        self
    }

    /// What stays the same whether a loop's body has run or not: used as the state at the head of a loop.
    pub(super) fn widen(self, after_body: &Self) -> Self {
        let before = self.cwd.clone();
        let mut joined = self.join(after_body);
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

fn join_held(a: &Held, b: &Held) -> Held {
    let is_integer = |h: &Held| match h {
        Held::Integer => true,
        Held::Is(Value::Known(bytes)) => is_integer(bytes),
        Held::Is(_) | Held::Unknown => false,
    };
    if a == b {
        a.clone()
    } else if is_integer(a) && is_integer(b) {
        Held::Integer
    } else {
        Held::Unknown
    }
}

/// A plain integer literal, which arithmetic does not evaluate any further.
pub(super) fn is_integer(bytes: &[u8]) -> bool {
    let digits = bytes.strip_prefix(b"-").unwrap_or(bytes);
    !digits.is_empty() && digits.iter().all(u8::is_ascii_digit)
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
            b"PWD" if !self.state.is_touched(name) => {
                return self.state.cwd.known().map(|d| Value::Known(d.to_owned().into()));
            }
            _ => {}
        }
        if name.iter().all(u8::is_ascii_digit) {
            let index: usize = core::str::from_utf8(name).ok()?.parse().ok()?;
            let word = self.state.positional.as_ref()?.get(index.checked_sub(1)?)?;
            return word.value.is_one_word().then(|| word.value.clone());
        }
        match self.state.held(name)? {
            Held::Is(value) => Some(value.clone()),
            // An integer is one word of digits: with the usual separators it is never split.
            Held::Integer => Some(Value::ANY_WORD),
            Held::Unknown => None,
        }
    }
}

impl words::State for Seen<'_> {
    fn get(&self, name: &[u8]) -> Option<Value> {
        self.value(name).and_then(|value| self.paid(value))
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
