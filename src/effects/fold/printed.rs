//! What command substitutions print, where that is certain: a text, or one word at least.

use super::held::Held;
use super::state::State;
use super::{At, Fold, bodies, dates, file_names, revisions, temporary, written};
use crate::effect::{self, Bytes, Form, Value};
use crate::effects::command::Stdin;
use crate::path::{self, Last, Resolution};
use crate::shell::tree::{Node, NodeId, Parameter, Part, Redirection, RedirectionKind, Word};
use crate::shell::words;
use crate::world::{Entry, repository};
use alloc::{string::ToString, vec::Vec};

/// Variables with which git takes another directory for the root.
const PLACES_OF_GIT: [&str; 4] =
    ["GIT_DIR", "GIT_WORK_TREE", "GIT_CEILING_DIRECTORIES", "GIT_DISCOVERY_ACROSS_FILESYSTEM"];

impl Fold<'_> {
    /// What a single command certainly prints: a number (`date +%s`), or the name of a file that it makes (`mktemp`).
    pub(super) fn printed(&self, at: At<'_>, body: NodeId, state: &State) -> Option<Held> {
        let argv = self.plain_command(at, body, state)?;
        if let Some(part) = file_names::printed(&argv) {
            return Some(Held::Is(part));
        }
        if let Some(number) = revisions::printed(&argv) {
            return Some(Held::Is(number));
        }
        let known: Option<Vec<&[u8]>> = argv.iter().map(|w| w.value.known()).collect();
        match known?.as_slice() {
            [b"date", b"+%s%N"] | [b"id", b"-u" | b"-g"] => Some(Held::Is(Value::DIGITS)),
            // Not every system has it.
            [b"nproc"] => Some(Held::Is(Value::Unknown { may_split: false, may_be_empty: true, form: Form::Digits })),
            [b"date", options @ .., format] if dates::are_plain(options) => dates::written(format).map(Held::Is),
            [b"mktemp", words @ ..] => {
                let made = temporary::made(words, || self.temporary_directory(state));
                made.filter(|name| self.is_there(name)).map(Held::Is)
            }
            [b"pwd"] => Some(Held::Is(Value::Known(state.cwd.known()?.into()))),
            [b"git", b"rev-parse", b"--show-toplevel"] => self.toplevel(state),
            // The end of the last line, and of empty ones before it, is cut off.
            _ => {
                let mut text = written::literal_output(&argv, Stdin::Empty)?;
                while text.last() == Some(&b'\n') {
                    text.pop();
                }
                Some(Held::Is(Value::Known(text.into())))
            }
        }
    }

    /// Where `mktemp` makes what has no other place.
    fn temporary_directory(&self, state: &State) -> Option<Vec<u8>> {
        let dir = self.world.variable("TMPDIR").unwrap_or_else(|| b"/tmp".to_vec());
        (!state.is_touched(b"TMPDIR") && path::is_absolute(&dir)).then_some(dir)
    }

    /// Whether the directory for temporary files that the name is made up in is there, if it is one.
    fn is_there(&self, name: &Value) -> bool {
        let Value::Name(name) = name else { return true };
        path::temporary::place(name).is_none_or(|place| {
            let leads = path::resolve(self.world, place, None, Last::Follow);
            matches!(leads, Resolution::At { path, exists: true } if self.world.entry(&path) == Entry::Directory)
        })
    }

    /// What `git rev-parse --show-toplevel` prints: the root of the repository, or nothing where git does not take it for one.
    fn toplevel(&self, state: &State) -> Option<Held> {
        let cwd = state.cwd.known().filter(|cwd| path::is_absolute(cwd))?;
        let root = repository(self.world, cwd)?;
        // Git prints where links lead.
        let leads = path::resolve(self.world, cwd, None, Last::Follow);
        let plain = matches!(leads, Resolution::At { path, exists: true } if path == cwd);
        let elsewhere = |name: &str| self.world.variable(name).is_some() || state.is_touched(name.as_bytes());
        if !plain || PLACES_OF_GIT.into_iter().any(elsewhere) {
            return None;
        }
        Some(Held::Is(Value::one_of([Bytes::default(), root.into()], 2)?))
    }

    /// Whether what a command or the end of a pipeline prints is numbers, with blanks around them or not, or nothing: to arithmetic,
    /// which evaluates it again, no code.
    pub(super) fn counts(&self, at: At<'_>, body: NodeId, state: &State) -> bool {
        self.printed(at, body, state).is_some_and(|held| held.is_number())
            || self.counted(at, body, state).is_some()
            || self.numbers_of_seq(at, body, state).is_some()
    }

    /// What a variable holds that gets such a number.
    pub(super) fn counted(&self, at: At<'_>, body: NodeId, state: &State) -> Option<Held> {
        let tree = &self.scripts.get(at.script)?.tree;
        let mut last = body;
        if let Some(Node::Pipeline(pipeline)) = tree.get(body).map(|located| &located.node)
            && let Some(element) = pipeline.elements.last()
        {
            last = *element;
        }
        let Node::Simple(simple) = &tree.get(last)?.node else { return None };
        let input = |one: &Redirection| one.descriptor.is_none() && one.kind == RedirectionKind::Read;
        if !simple.assignments.is_empty() || !simple.redirections.iter().all(input) {
            return None;
        }
        let argv = words::expand_all(&simple.words, &self.seen(state));
        let (program, rest) = argv.split_first()?;
        let program = program.value.known()?;
        let counts = !self.is_replaced(program, state) && prints_number(program, rest);
        // Times may be before 1970.
        let form = if matches!(program, b"date" | b"stat") { Form::Integer } else { Form::Digits };
        counts.then_some(Held::Is(Value::Unknown { may_split: false, may_be_empty: true, form }))
    }

    /// The words of a command without redirections that is no function and no alias.
    pub(super) fn plain_command(&self, at: At<'_>, body: NodeId, state: &State) -> Option<Vec<crate::effect::Word>> {
        let tree = &self.scripts.get(at.script)?.tree;
        let Node::Simple(simple) = &tree.get(body)?.node else { return None };
        if !simple.assignments.is_empty() || !simple.redirections.is_empty() {
            return None;
        }
        let argv = words::expand_all(&simple.words, &self.seen(state));
        let program = argv.first()?.value.known()?;
        (!self.is_replaced(program, state)).then_some(argv)
    }

    /// The word with its substitutions as they print, where that is certain of one of them.
    pub(super) fn settled(&self, at: At<'_>, word: &Word, state: &State) -> Option<Settled> {
        let substitutes = |part: &Part| matches!(part, Part::Command { body: Some(_), .. });
        // An assignment inside the word may come before what is substituted or behind it.
        if !word.parts.iter().any(substitutes) || bodies::may_assign(word) || state.is_touched(b"IFS") {
            return None;
        }
        let text = |part: &Part| matches!(part, Part::Text { bytes, .. } if !bytes.is_empty());
        let attached = word.parts.iter().any(text);
        let mut given: Option<State> = None;
        let settle = |(index, part): (usize, &Part)| {
            let Part::Command { body: Some(body), quoted } = part else { return part.clone() };
            match self.printed(at, *body, state).or_else(|| self.counted(at, *body, state)) {
                Some(Held::Is(Value::Known(text))) if *quoted || is_one_plain_word(&text) => {
                    return Part::Text { bytes: text, quoted: true };
                }
                // One of several texts, or a number, is what a variable holds that no script can name.
                Some(Held::Is(value)) if *quoted || splits_nowhere(&value) => {
                    let name: Bytes = [&[0][..], index.to_string().as_bytes()].concat().into();
                    given.get_or_insert_with(|| state.clone()).assign(&name, Held::Is(value));
                    return Part::Parameter(Parameter::braced(name, *quoted, word.span).into());
                }
                _ => {}
            }
            let single = *quoted || (attached && self.prints_one_word(at, *body, state));
            Part::Command { body: Some(*body), quoted: single }
        };
        let parts: Vec<Part> = word.parts.iter().enumerate().map(settle).collect();
        Some(Settled { word: Word { parts: parts.into(), span: word.span }, given })
    }

    /// Whether a command prints no blank and nothing that is a glob, as far as it prints anything.
    fn prints_one_word(&self, at: At<'_>, body: NodeId, state: &State) -> bool {
        let Some(argv) = self.plain_command(at, body, state) else { return false };
        let known: Option<Vec<&[u8]>> = argv.iter().map(|w| w.value.known()).collect();
        match known.as_deref() {
            Some([b"uname", option]) => matches!(*option, b"-r" | b"-m" | b"-s" | b"-n"),
            Some([b"whoami" | b"hostname" | b"nproc" | b"arch"]) => true,
            Some([b"id", option]) => matches!(*option, b"-u" | b"-g" | b"-un" | b"-gn"),
            Some([b"date", format]) => {
                const CONVERSIONS: &[u8] = b"%YymdHMSsNFTjGVu";
                let mut bytes = format.strip_prefix(b"+").unwrap_or(b" ").iter();
                let mut fits = true;
                while let Some(byte) = bytes.next() {
                    fits &= match byte {
                        b'%' => bytes.next().is_some_and(|next| CONVERSIONS.contains(next)),
                        byte => byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b':' | b'/'),
                    };
                }
                fits
            }
            // Names of revisions have neither.
            Some([b"git", b"rev-parse", rest @ ..]) => {
                matches!(rest, [b"HEAD"] | [b"--short" | b"--abbrev-ref", b"HEAD"])
            }
            _ => false,
        }
    }
}

/// A word of which substitutions are settled.
pub(super) struct Settled {
    pub(super) word: Word,
    /// The state in which it is expanded, where not the one it stands in.
    pub(super) given: Option<State>,
}

/// Whether a value that nothing quotes is one word in every shell, or none.
fn splits_nowhere(value: &Value) -> bool {
    match value {
        Value::Unknown { may_split: false, form, .. } => *form != Form::Anything,
        Value::Name(_) => true,
        value => value.alternatives().is_some_and(|all| all.iter().all(|one| is_one_plain_word(one))),
    }
}

/// Whether a program with these words prints one number at most.
fn prints_number(program: &[u8], words: &[effect::Word]) -> bool {
    let known: Option<Vec<&[u8]>> = words.iter().map(|w| w.value.known()).collect();
    match (program, known.as_deref()) {
        (b"wc", Some([option])) => {
            matches!(*option, b"-l" | b"-w" | b"-c" | b"-m" | b"--lines" | b"--words" | b"--bytes")
        }
        (b"date", _) => date_is_number(words),
        // With one file, or none, its name is not printed.
        (b"grep", Some([option, rest @ ..])) => {
            let letters = option.strip_prefix(b"-").unwrap_or_default();
            letters.contains(&b'c')
                && letters.iter().all(|b| b"civwxEF".contains(b))
                && (1..=2).contains(&rest.len())
                && !rest.iter().any(|word| word.starts_with(b"-"))
                && rest.iter().skip(1).all(|file| is_one_plain_word(file))
        }
        (b"stat", Some([b"-c", b"%s" | b"%Y" | b"%X" | b"%Z" | b"%u" | b"%g" | b"%i" | b"%h", file])) => {
            !file.starts_with(b"-")
        }
        (b"git", Some([b"rev-list", b"--count", revision])) => !revision.starts_with(b"-"),
        _ => false,
    }
}

/// `date -d YESTERDAY +%s`
fn date_is_number(words: &[effect::Word]) -> bool {
    // What only some know (`%N`, `%-m`) is printed as it stands elsewhere, and may be the name of a variable.
    const FORMATS: [&[u8]; 12] =
        [b"+%s", b"+%s%N", b"+%Y", b"+%m", b"+%d", b"+%H", b"+%M", b"+%S", b"+%j", b"+%u", b"+%V", b"+%Y%m%d"];
    let Some((format, mut rest)) = words.split_last() else { return false };
    while let Some((first, after)) = rest.split_first() {
        rest = match first.value.known() {
            Some(b"-u" | b"--utc" | b"--universal") => after,
            Some(option) if option.starts_with(b"--date=") => after,
            Some(b"-d" | b"-ud" | b"--date" | b"-r" | b"--reference") => match after.split_first() {
                Some((argument, after)) if argument.value.is_one_word() => after,
                _ => return false,
            },
            _ => return false,
        };
    }
    let numbers = |format: &[u8]| FORMATS.contains(&format);
    format.value.known().is_some_and(numbers)
}

/// Whether a text stays one word without quotes.
fn is_one_plain_word(text: &[u8]) -> bool {
    !text.is_empty() && text.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'/' | b':'))
}
