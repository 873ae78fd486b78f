//! What is being done at the moment, kept where a signal handler may read it, so that every last-resort message names it.

use super::line::{Line, harmless};
use core::sync::atomic::{AtomicU8, AtomicUsize, Ordering};

/// The longest detail that is kept, in bytes; of a longer one the end is (the end of a path says most).
const DETAIL: usize = 160;
/// Stands for the beginning that was left out.
const CUT: &[u8] = b"...";

/// The steps of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Stage {
    /// Before anything else: options, paths.
    Starting,
    /// Reading and checking the call on standard input.
    ReadingCall,
    /// Loading a policy; the detail is its file. The one stage with an exit status of its own for tools.
    LoadingPolicy,
    /// Working out effects and asking the policy.
    Deciding,
    /// Writing the audit record.
    Recording,
    /// Writing the answer.
    Answering,
}

impl Stage {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Starting => "starting",
            Self::ReadingCall => "reading the call",
            Self::LoadingPolicy => "loading policy",
            Self::Deciding => "deciding",
            Self::Recording => "recording the decision",
            Self::Answering => "answering",
        }
    }

    const fn from_code(code: u8) -> Self {
        match code {
            1 => Self::ReadingCall,
            2 => Self::LoadingPolicy,
            3 => Self::Deciding,
            4 => Self::Recording,
            5 => Self::Answering,
            _ => Self::Starting,
        }
    }
}

/// What is done, and to what. Only atomic values, so that a handler may read it at any moment.
struct Note {
    stage: AtomicU8,
    text: [AtomicU8; DETAIL],
    length: AtomicUsize,
}

static NOTE: Note = Note::new();

impl Note {
    const fn new() -> Self {
        Self {
            stage: AtomicU8::new(Stage::Starting as u8),
            text: [const { AtomicU8::new(0) }; DETAIL],
            length: AtomicUsize::new(0),
        }
    }

    fn stage(&self) -> Stage {
        Stage::from_code(self.stage.load(Ordering::SeqCst))
    }

    fn text(&self) -> impl Iterator<Item = u8> {
        self.text.iter().take(self.length.load(Ordering::SeqCst)).map(|byte| byte.load(Ordering::Relaxed))
    }

    /// A handler on this thread sees no text while it changes, never half a text; one on another thread may see a mixture
    /// of two, which is harmless too.
    fn set(&self, stage: Stage, text: impl Iterator<Item = u8>) {
        self.length.store(0, Ordering::SeqCst);
        self.stage.store(stage as u8, Ordering::SeqCst);
        let mut length = 0;
        for (slot, byte) in self.text.iter().zip(text) {
            slot.store(byte, Ordering::Relaxed);
            length += 1;
        }
        self.length.store(length, Ordering::SeqCst);
    }

    fn replace(&'static self, stage: Stage, detail: &[u8]) -> Staged {
        let mut before = Staged { note: self, stage: self.stage(), text: [0; DETAIL], length: 0 };
        for (slot, byte) in before.text.iter_mut().zip(self.text()) {
            *slot = byte;
            before.length += 1;
        }
        let (mark, kept) = match detail.len().checked_sub(DETAIL) {
            None | Some(0) => (&[][..], 0),
            Some(over) => (CUT, over.saturating_add(CUT.len())),
        };
        self.set(stage, mark.iter().chain(detail.iter().skip(kept)).map(|byte| harmless(*byte)));
        before
    }

    fn describe(&self, line: &mut Line<'_>) {
        line.add(" while ");
        line.add(self.stage().as_str());
        if self.length.load(Ordering::SeqCst) > 0 {
            line.add(" `");
            line.add_foreign(self.text());
            line.add("`");
        }
    }
}

/// Notes what is done from here on, until the returned value is dropped; then what was noted before holds again.
///
/// The note belongs to the process: where several threads work, the last word counts. `detail` is kept in part (its last
/// 160 bytes) and only as printable ASCII.
#[must_use = "the note lasts as long as the value that is returned"]
pub fn stage(stage: Stage, detail: Option<&[u8]>) -> Staged {
    NOTE.replace(stage, detail.unwrap_or_default())
}

/// The note that [`stage`] replaced; comes back on drop.
pub struct Staged {
    note: &'static Note,
    stage: Stage,
    text: [u8; DETAIL],
    length: usize,
}

impl Drop for Staged {
    fn drop(&mut self) {
        self.note.set(self.stage, self.text.iter().take(self.length).copied());
    }
}

/// What is being done now.
pub(super) fn current() -> Stage {
    NOTE.stage()
}

/// Adds ` while STAGE`, with the detail in back quotes.
pub(super) fn describe(line: &mut Line<'_>) {
    NOTE.describe(line);
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{string::String, vec};

    fn described(note: &Note) -> String {
        let mut room = [0; 256];
        let mut line = Line::new(&mut room);
        note.describe(&mut line);
        line.text().into()
    }

    #[test]
    fn notes_nest_and_come_back() {
        static NOTE: Note = Note::new();
        assert_eq!(described(&NOTE), " while starting");
        let outer = NOTE.replace(Stage::LoadingPolicy, b"/etc/a.rules");
        assert_eq!(described(&NOTE), " while loading policy `/etc/a.rules`");
        {
            let _inner = NOTE.replace(Stage::LoadingPolicy, b"/etc/`b\n.rules");
            assert_eq!(described(&NOTE), " while loading policy `/etc/?b?.rules`");
            let _third = NOTE.replace(Stage::Deciding, b"");
            assert_eq!(described(&NOTE), " while deciding");
        }
        assert_eq!(described(&NOTE), " while loading policy `/etc/a.rules`");
        drop(outer);
        assert_eq!(described(&NOTE), " while starting");
    }

    #[test]
    fn of_a_long_detail_the_end_is_kept() {
        static NOTE: Note = Note::new();
        let mut path = vec![b'x'; DETAIL - 10];
        path.extend(b"/end.rules");
        let _whole = NOTE.replace(Stage::LoadingPolicy, &path);
        assert!(described(&NOTE).starts_with(" while loading policy `xxx"));
        path.insert(0, b'y');
        let _cut = NOTE.replace(Stage::LoadingPolicy, &path);
        let text = described(&NOTE);
        assert!(text.starts_with(" while loading policy `...xxx") && text.ends_with("xx/end.rules`"), "{text}");
        assert_eq!(text.len(), " while loading policy ``".len() + DETAIL);
    }

    #[test]
    fn every_stage_is_read_back() {
        use Stage::{Answering, Deciding, LoadingPolicy, ReadingCall, Recording, Starting};
        for stage in [Starting, ReadingCall, LoadingPolicy, Deciding, Recording, Answering] {
            assert_eq!(Stage::from_code(stage as u8), stage);
        }
    }
}
