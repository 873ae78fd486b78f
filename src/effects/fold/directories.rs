//! Where a shell goes, and where it comes back to: `cd`, `cd -`, `pushd` and `popd`.

use super::state::State;
use crate::effect::Value;
use crate::effects::command::Chdir;
use alloc::{rc::Rc, vec::Vec};

/// Most directories that `pushd` leaves behind; with more it is not known to where `popd` comes back.
const MAX_LEFT: usize = 16;
/// Variables that hold where a shell comes back to: bash and zsh read them again.
const KEPT_IN: [&[u8]; 4] = [b"OLDPWD", b"PWD", b"DIRSTACK", b"dirstack"];

/// The directories that a shell has left.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Left {
    /// The one before this one, to which `cd -` goes; none where it is not known.
    last: Option<Value>,
    /// Those that `pushd` has left, the last one last; none where they are not known.
    pushed: Option<Rc<[Value]>>,
}

impl Left {
    /// Those of a shell that begins: where it was before is said by its environment.
    pub(super) fn at_start() -> Self {
        Self { last: None, pushed: Some(Rc::new([])) }
    }

    /// Where either of two ways may have led here.
    pub(super) fn join(&mut self, other: &Self) {
        self.last = self.last.take().filter(|last| other.last.as_ref() == Some(last));
        self.pushed = self.pushed.take().filter(|pushed| other.pushed.as_ref() == Some(pushed));
    }
}

impl State {
    /// The directory after the shell has gone to another one.
    pub(super) fn go(&mut self, chdir: Chdir) {
        let told = KEPT_IN.iter().any(|name| self.is_touched(name) || self.may_be_fixed(name));
        let mut left = if told { Left::default() } else { self.left.clone() };
        let to = match chdir {
            // Where zsh is set so, this is pushed, too.
            Chdir::To(to) => {
                left.pushed = None;
                to
            }
            Chdir::Back => {
                left.pushed = None;
                left.last.take().unwrap_or(Value::ANY_WORD)
            }
            Chdir::Turned => {
                left.pushed = None;
                Value::ANY_WORD
            }
            Chdir::Push(to) => {
                let more = |all: Rc<[Value]>| all.iter().chain([&self.cwd]).cloned().collect::<Vec<_>>().into();
                left.pushed = left.pushed.take().filter(|all| all.len() < MAX_LEFT).map(more);
                to
            }
            Chdir::Pop => match left.pushed.take().as_deref().and_then(<[_]>::split_last) {
                Some((to, rest)) => {
                    left.pushed = Some(rest.into());
                    to.clone()
                }
                None => Value::ANY_WORD,
            },
        };
        left.last = (!told).then(|| self.cwd.clone());
        self.left = left;
        self.cwd = to;
    }
}
