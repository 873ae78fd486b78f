//! The state of a shell as the expansion of words sees it.

use super::held::Held;
use super::state::State;
use crate::effect::{Form, Value};
use crate::shell::words;
use crate::world::World;
use alloc::{borrow::ToOwned, string::ToString, vec::Vec};
use core::cell::Cell;

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
            Held::Found(_) | Held::Array(_) | Held::Unknown => None,
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
                Held::Is(_) | Held::Found(_) | Held::Unknown => return None,
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
