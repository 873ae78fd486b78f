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

static NOW: AtomicU8 = AtomicU8::new(Stage::Starting as u8);
static TEXT: [AtomicU8; DETAIL] = [const { AtomicU8::new(0) }; DETAIL];
static LENGTH: AtomicUsize = AtomicUsize::new(0);

/// Notes what is done from here on, until the returned value is dropped; then what was noted before holds again.
///
/// The note belongs to the process: where several threads work, the last word counts. `detail` is kept in part (its last
/// 160 bytes) and only as printable ASCII.
#[must_use = "the note lasts as long as the value that is returned"]
pub fn stage(stage: Stage, detail: Option<&[u8]>) -> Staged {
    let before =
        Staged { stage: current(), text: core::array::from_fn(text_at), length: LENGTH.load(Ordering::Relaxed) };
    let detail = detail.unwrap_or_default();
    let cut = detail.len() > DETAIL;
    let kept = detail.len().saturating_sub(if cut { DETAIL.saturating_sub(CUT.len()) } else { DETAIL });
    let mark = if cut { CUT } else { &[] };
    note(stage, mark.iter().chain(detail.iter().skip(kept)).map(|byte| harmless(*byte)));
    before
}

/// The note that [`stage`] replaced; comes back on drop.
pub struct Staged {
    stage: Stage,
    text: [u8; DETAIL],
    length: usize,
}

impl Drop for Staged {
    fn drop(&mut self) {
        note(self.stage, self.text.iter().take(self.length).copied());
    }
}

/// Readers see no text while it changes, never half a text (on the thread that writes it; on others at worst a mixture,
/// which is harmless).
fn note(stage: Stage, text: impl Iterator<Item = u8>) {
    LENGTH.store(0, Ordering::SeqCst);
    NOW.store(stage as u8, Ordering::SeqCst);
    let mut length = 0;
    for (slot, byte) in TEXT.iter().zip(text) {
        slot.store(byte, Ordering::Relaxed);
        length += 1;
    }
    LENGTH.store(length, Ordering::SeqCst);
}

fn text_at(place: usize) -> u8 {
    TEXT.get(place).map_or(0, |byte| byte.load(Ordering::Relaxed))
}

/// What is being done now.
pub(super) fn current() -> Stage {
    Stage::from_code(NOW.load(Ordering::SeqCst))
}

/// Adds ` while STAGE`, with the detail in back quotes.
pub(super) fn describe(line: &mut Line<'_>) {
    line.add(" while ");
    line.add(current().as_str());
    let length = LENGTH.load(Ordering::SeqCst).min(DETAIL);
    if length > 0 {
        line.add(" `");
        line.add_foreign((0..length).map(text_at));
        line.add("`");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{string::String, vec};

    fn described() -> String {
        let mut room = [0; 256];
        let mut line = Line::new(&mut room);
        describe(&mut line);
        line.text().into()
    }

    /// One test, because the note is the process's.
    #[test]
    fn notes_nest_and_come_back() {
        assert_eq!(described(), " while starting");
        for code in 0..=6 {
            let stage = Stage::from_code(code);
            assert!(stage as u8 == code || stage == Stage::Starting);
        }
        let outer = stage(Stage::LoadingPolicy, Some(b"/etc/a.rules"));
        assert_eq!(described(), " while loading policy `/etc/a.rules`");
        {
            let _inner = stage(Stage::LoadingPolicy, Some(b"/etc/`b\n.rules"));
            assert_eq!(described(), " while loading policy `/etc/?b?.rules`");
            let _third = stage(Stage::Deciding, None);
            assert_eq!(described(), " while deciding");
        }
        assert_eq!(described(), " while loading policy `/etc/a.rules`");
        let mut long = vec![b'x'; 5000];
        long.extend(b"/end.rules");
        let _long = stage(Stage::LoadingPolicy, Some(&long));
        let text = described();
        assert!(text.starts_with(" while loading policy `...xxx"), "{text}");
        assert!(text.ends_with("xx/end.rules`"), "{text}");
        assert_eq!(text.len(), " while loading policy ``".len() + DETAIL);
        drop(outer);
        assert_eq!(described(), " while starting");
    }
}
