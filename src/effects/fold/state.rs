//! What a script knows of itself while it runs: its directory, variables and functions. Everything here may only say more than
//! "unknown"; what is not certain is given up, never guessed.

use super::written::Files;
use crate::effect::{Value, Word};
use crate::shell::tree::NodeId;
use crate::shell::words;
use crate::world::World;
use alloc::{borrow::ToOwned, collections::BTreeMap, rc::Rc, vec::Vec};

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
    /// Variables that the script has assigned; shared, because most states only differ in their directory.
    variables: Rc<BTreeMap<Vec<u8>, Held>>,
    functions: Rc<BTreeMap<Vec<u8>, Function>>,
    /// `$1` and so on, where they are known.
    pub(super) positional: Option<Rc<Vec<Word>>>,
    /// Anything may have been assigned, defined or changed: no variable is known any more.
    lost: bool,
    /// The files that the script has written.
    pub(super) files: Files,
}

impl State {
    pub(super) fn new(cwd: Value) -> Self {
        Self {
            cwd,
            variables: Rc::default(),
            functions: Rc::default(),
            positional: None,
            lost: false,
            files: Files::default(),
        }
    }

    pub(super) fn assign(&mut self, name: &[u8], held: Held) {
        Rc::make_mut(&mut self.variables).insert(name.to_owned(), held);
    }

    pub(super) fn held(&self, name: &[u8]) -> Option<&Held> {
        if self.lost { None } else { self.variables.get(name) }
    }

    /// Whether the script may have given this variable another value than the environment's.
    pub(super) fn is_touched(&self, name: &[u8]) -> bool {
        self.lost || self.variables.contains_key(name)
    }

    pub(super) fn define(&mut self, name: &[u8], body: Body) {
        let function = Function { bodies: Vec::from([body]), certain: true };
        Rc::make_mut(&mut self.functions).insert(name.to_owned(), function);
    }

    pub(super) fn function(&self, name: &[u8]) -> Option<&Function> {
        self.functions.get(name)
    }

    /// A name that is forgotten may still be a function in a shell where forgetting failed.
    pub(super) fn unset(&mut self, name: &[u8]) {
        self.assign(name, Held::Unknown);
        if let Some(function) = Rc::make_mut(&mut self.functions).get_mut(name) {
            function.certain = false;
        }
    }

    /// The same shell at a time that is not known: functions that were defined stay so.
    pub(super) fn at_another_time(&self) -> Self {
        let mut later = Self { cwd: Value::ANY_WORD, lost: true, positional: None, ..self.clone() };
        later.files.disturb();
        later
    }

    /// Nothing is known any more but that functions may still be there.
    pub(super) fn lose(&mut self) {
        self.lost = true;
        self.cwd = Value::ANY_WORD;
        self.positional = None;
        self.files.disturb();
        for function in Rc::make_mut(&mut self.functions).values_mut() {
            function.certain = false;
        }
    }

    /// The state where either of two ways may have led here.
    pub(super) fn join(mut self, other: &Self) -> Self {
        if self == *other {
            return self;
        }
        self.cwd = join_directories(&self.cwd, &other.cwd);
        self.lost |= other.lost;
        self.files.join(&other.files);
        if self.positional != other.positional {
            self.positional = None;
        }
        if self.variables != other.variables {
            let names: Vec<Vec<u8>> = self.variables.keys().chain(other.variables.keys()).cloned().collect();
            let mine = Rc::make_mut(&mut self.variables);
            for name in names {
                let joined = match (mine.get(&name), other.variables.get(&name)) {
                    (Some(a), Some(b)) => join_held(a, b),
                    // On one way it still has the environment's value.
                    _ => Held::Unknown,
                };
                mine.insert(name, joined);
            }
        }
        if self.functions != other.functions {
            self.join_functions(other);
        }
        self
    }

    fn join_functions(&mut self, other: &Self) {
        let mine = Rc::make_mut(&mut self.functions);
        for (name, function) in mine.iter_mut() {
            function.certain &= other.functions.get(name).is_some_and(|f| f.certain);
        }
        for (name, theirs) in other.functions.iter() {
            let function = mine.entry(name.clone()).or_insert_with(|| Function { bodies: Vec::new(), certain: false });
            for body in &theirs.bodies {
                if !function.bodies.contains(body) {
                    function.bodies.push(*body);
                }
            }
        }
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
    let mut all: Vec<Vec<u8>> = one.iter().chain(two).cloned().collect();
    all.sort_unstable();
    all.dedup();
    match all.len() {
        1 => all.pop().map_or(Value::ANY_WORD, Value::Known),
        2..=MOST => Value::Set(all),
        _ => Value::ANY_WORD,
    }
}

/// The state as the expansion of words sees it.
pub(super) struct Seen<'a> {
    pub(super) state: &'a State,
    pub(super) world: &'a dyn World,
}

impl Seen<'_> {
    fn home_value(&self) -> Option<Value> {
        if self.state.is_touched(b"HOME") {
            return match self.state.held(b"HOME") {
                Some(Held::Is(value)) => Some(value.clone()),
                _ => None,
            };
        }
        let home = self.world.home_variable().or_else(|| self.world.home())?;
        Some(Value::Known(home.to_owned()))
    }
}

impl words::State for Seen<'_> {
    fn get(&self, name: &[u8]) -> Option<Value> {
        match name {
            b"HOME" => return self.home_value(),
            b"PWD" if !self.state.is_touched(name) => {
                return self.state.cwd.known().map(|d| Value::Known(d.to_owned()));
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

    fn home(&self, name: &[u8]) -> Option<Value> {
        match name {
            b"" => self.home_value(),
            b"+" => self.state.cwd.known().map(|d| Value::Known(d.to_owned())),
            b"-" => None,
            user => {
                let user = core::str::from_utf8(user).ok()?;
                let is_name = user.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b));
                let is_stack = user.bytes().all(|b| b.is_ascii_digit());
                (is_name && !is_stack).then(|| self.world.home_of(user)).flatten().map(Value::Known)
            }
        }
    }

    fn separators(&self) -> Option<Vec<u8>> {
        if !self.state.is_touched(b"IFS") {
            return Some(b" \t\n".to_vec());
        }
        match self.state.held(b"IFS")? {
            Held::Is(Value::Known(bytes)) => Some(bytes.clone()),
            _ => None,
        }
    }
}
