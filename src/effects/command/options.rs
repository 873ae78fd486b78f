//! The words of a command -> options with their arguments, and operands, as its program reads them.

use super::option_doubts::{is_names, may_begin};
use crate::{
    effect::{Span, Value, Word},
    tables::{
        OptionSpec, Program,
        words::{Style, flags, traits},
    },
};
use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};

/// An option that is used.
#[derive(Debug)]
pub(super) struct Use<'t> {
    pub(super) spec: OptionSpec<'t>,
    /// Its arguments, as many as there were.
    pub(super) arguments: Vec<Word>,
    pub(super) span: Span,
}

/// Something that keeps the reading from being certain.
#[derive(Debug)]
pub(super) struct Doubt {
    pub(super) code: &'static str,
    pub(super) detail: String,
    pub(super) span: Span,
    /// Only a file with an unusual name makes it.
    pub(super) by_name: bool,
}

/// What became of the words.
#[derive(Debug, Default)]
pub(super) struct Parsed<'t> {
    pub(super) uses: Vec<Use<'t>>,
    pub(super) operands: Vec<Word>,
    /// Index of the first operand in the words.
    pub(super) rest: usize,
    pub(super) doubts: Vec<Doubt>,
    /// Options that the row does not name and that make no doubt.
    pub(super) strange: Vec<Word>,
    /// Operands that may be the argument of such an option, which stands right before.
    pub(super) perhaps_arguments: Vec<Word>,
    /// A word may be any option of a program of which all are known.
    pub(super) any_option: Option<Span>,
}

impl Parsed<'_> {
    /// Whether an option with that bit is used.
    pub(super) fn has(&self, bit: u32) -> bool {
        self.uses.iter().any(|u| u.spec.traits & bit != 0)
    }

    /// Whether one of those options is used.
    pub(super) fn uses(&self, names: &[&[u8]]) -> bool {
        self.uses.iter().any(|u| names.contains(&u.spec.name))
    }
}

/// Reads `words` (without the program) by the program's row. `stops`: the first operand ends the options whatever the row says.
pub(super) fn parse<'t>(program: &Program<'t>, words: &[Word], stops: bool) -> Parsed<'t> {
    let mut parser = Parser {
        program,
        style: program.style(),
        // What an unknown option of such a program does is covered otherwise: nothing, or the program as a whole is opaque.
        lenient: program.has(flags::OPEN) || program.has(flags::INERT),
        words,
        next: 0,
        out: Parsed { rest: words.len(), ..Parsed::default() },
    };
    let stops = stops || program.has(flags::STOPS);
    let (mut ended, mut open) = (false, false);
    while let Some(word) = parser.take() {
        let strange = parser.out.strange.len();
        if !ended && parser.option(word) {
            ended = parser.out.uses.last().is_some_and(|u| u.spec.traits & traits::ENDS != 0);
            open = parser.out.strange.len() > strange && parser.may_take(word);
            continue;
        }
        let stops = stops || ended;
        if parser.out.operands.is_empty() {
            parser.out.rest = parser.next - 1;
        }
        let dashes = word.value.known() == Some(b"--") && parser.style != Style::Words;
        if dashes {
            parser.out.rest = if parser.out.operands.is_empty() { parser.next } else { parser.out.rest };
        } else {
            parser.out.operands.push(word.clone());
            if open {
                parser.out.perhaps_arguments.push(word.clone());
            }
        }
        open = false;
        if dashes || stops {
            parser.out.operands.extend_from_slice(words.get(parser.next..).unwrap_or(&[]));
            break;
        }
    }
    parser.out
}

/// The reading of one command's words.
pub(super) struct Parser<'p, 't> {
    pub(super) program: &'p Program<'t>,
    pub(super) style: Style,
    /// An option that the row does not name makes no doubt.
    pub(super) lenient: bool,
    pub(super) words: &'p [Word],
    /// The word that is read next.
    pub(super) next: usize,
    pub(super) out: Parsed<'t>,
}

impl<'p> Parser<'p, '_> {
    pub(super) fn take(&mut self) -> Option<&'p Word> {
        let word = self.words.get(self.next)?;
        self.next += 1;
        Some(word)
    }

    /// Whether an option that the row does not name may have the next word for its argument.
    fn may_take(&self, option: &Word) -> bool {
        let Some(text) = option.value.known() else { return true };
        // `-Wall`, `-fPIC`, `-march=x`, `-O2` and `-g3` of compilers have all that belongs to them behind them.
        let joined = self.style == Style::Long && matches!(text.get(1), Some(b'W' | b'f' | b'm' | b'O' | b'g'));
        !joined && !text.contains(&b'=')
    }

    /// Takes the word as an option where it is one; false for an operand (also one that is only feared to be an option).
    fn option(&mut self, word: &Word) -> bool {
        let marks: &[u8] = if self.program.has(flags::PLUS) { b"-+" } else { b"-" };
        match &word.value {
            _ if self.style == Style::Words => false,
            Value::Known(text) => self.known(text, word),
            _ if self.style == Style::Keys => {
                self.partial(word) || {
                    self.doubt("dynamic-word", "a word may be any operand".into(), word.span);
                    false
                }
            }
            Value::Name(_) if self.style == Style::Bundle && self.next == 1 => {
                self.doubt("dynamic-word", "the first word may be letters of options".into(), word.span);
                false
            }
            value if !may_begin(value, marks) => false,
            _ if self.partial(word) => true,
            value => {
                if !self.harmless_as_option(value) && !self.any_option(value, word.span) {
                    let by = String::from_utf8_lossy(self.program.name()).into_owned();
                    self.doubt("dynamic-word", format!("a word of `{by}` may be an option"), word.span);
                    self.blame_names(value);
                }
                false
            }
        }
    }

    pub(super) fn unknown(&mut self, name: &[u8], word: &Word) {
        if self.lenient {
            self.out.strange.push(word.clone());
        } else {
            let by = String::from_utf8_lossy(self.program.name()).into_owned();
            let detail = format!("nothing is known of the option `{}` of `{by}`", shown(name));
            self.doubt("unknown-option", detail, word.span);
        }
    }

    pub(super) fn doubt(&mut self, code: &'static str, detail: String, span: Span) {
        self.out.doubts.push(Doubt { code, detail, span, by_name: false });
    }

    /// The last doubt is none where the files that a pathname expansion gives have usual names.
    pub(super) fn blame_names(&mut self, value: &Value) {
        if let Some(last) = self.out.doubts.last_mut() {
            last.by_name = is_names(value);
        }
    }
}

pub(super) fn shown(name: &[u8]) -> String {
    String::from_utf8_lossy(name).to_string()
}

/// Splits at the first `at`.
pub(super) fn split(text: &[u8], at: u8) -> (&[u8], Option<&[u8]>) {
    match text.iter().position(|b| *b == at) {
        Some(i) => (text.get(..i).unwrap_or(text), text.get(i + 1..)),
        None => (text, None),
    }
}
