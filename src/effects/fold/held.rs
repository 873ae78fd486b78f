//! What a variable holds, and what is left of it where two ways meet.

use crate::effect::{Form, Value};
use alloc::rc::Rc;

/// Most values of a variable that different ways give it.
const MAX_VALUES: usize = 16;

/// What a variable that the script assigned holds.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Held {
    /// A value that is known at least in part.
    Is(Value),
    /// Nothing, or one name of a list of files, which is this value: a command is looked at with either.
    Found(Value),
    /// An array of these elements; one that is not one word stands for any number of elements.
    Array(Rc<[Value]>),
    /// Anything.
    Unknown,
}

impl Held {
    /// What an assignment of this value gives.
    pub(super) fn from_value(value: Value) -> Self {
        match value {
            Value::Unknown { may_split: false, form: Form::DigitsOrNothing, .. } => {
                Self::Is(Value::Unknown { may_split: false, may_be_empty: true, form: Form::Digits })
            }
            // In quotes it was a word in any case.
            Value::Unknown { may_split: false, form: form @ Form::Commit, .. } => {
                Self::Is(Value::Unknown { may_split: false, may_be_empty: true, form })
            }
            // One that may be empty is nothing, which is zero to arithmetic.
            Value::Unknown { may_split: false, form: Form::Integer | Form::Digits, .. } => Self::Is(value),
            Value::Unknown { .. } => Self::Unknown,
            value => Self::Is(value),
        }
    }

    /// Bytes of all its texts together.
    pub(super) fn size(&self) -> usize {
        match self {
            Self::Is(value) | Self::Found(value) => value.size(),
            Self::Array(all) => all.iter().map(|one| one.size().saturating_add(1)).sum(),
            Self::Unknown => 0,
        }
    }

    /// Whether it is certainly a decimal number, or nothing, which is zero to arithmetic ([`Self::may_be_empty`]).
    pub(super) fn is_number(&self) -> bool {
        match self {
            Self::Is(Value::Unknown { form, .. }) => form.is_number(),
            Self::Is(value) => value.alternatives().is_some_and(|all| all.iter().all(|one| is_integer(one))),
            Self::Found(_) | Self::Array(_) | Self::Unknown => false,
        }
    }

    /// What it holds where either of two ways may have led here.
    pub(super) fn join(&self, other: &Self) -> Self {
        if self == other {
            return self.clone();
        }
        if let (Self::Is(a), Self::Is(b)) = (self, other)
            && let (Some(a), Some(b)) = (a.alternatives(), b.alternatives())
            && let Some(value) = Value::one_of(a.iter().chain(b).cloned(), MAX_VALUES)
        {
            return Self::Is(value);
        }
        self.give_up(other)
    }

    /// What it holds at the head of a loop whose round changed it: what never changes again.
    pub(super) fn give_up(&self, other: &Self) -> Self {
        if !self.is_number() || !other.is_number() {
            return Self::Unknown;
        }
        let may_be_empty = self.may_be_empty() || other.may_be_empty();
        Self::Is(Value::Unknown { may_split: false, may_be_empty, form: Form::Integer })
    }

    /// Some number where it is one, or nothing where it may be nothing.
    pub(super) fn as_integer(&self) -> Self {
        self.give_up(self)
    }

    /// Whether it is a number or nothing.
    pub(super) fn may_be_empty(&self) -> bool {
        matches!(self, Self::Is(Value::Unknown { may_be_empty: true, .. }))
    }

    /// Whether it is a number without a sign, or nothing.
    pub(super) fn is_digits(&self) -> bool {
        match self {
            Self::Is(Value::Unknown { form, .. }) => *form == Form::Digits,
            Self::Is(value) => value.alternatives().is_some_and(|all| all.iter().all(|one| Form::Digits.fits(one))),
            Self::Found(_) | Self::Array(_) | Self::Unknown => false,
        }
    }
}

/// A plain integer literal, which arithmetic does not evaluate any further.
pub(super) fn is_integer(bytes: &[u8]) -> bool {
    let digits = bytes.strip_prefix(b"-").unwrap_or(bytes);
    !digits.is_empty() && digits.iter().all(u8::is_ascii_digit)
}
