//! Builtins of bash that change the shell.

use super::{Command, git, options::Parsed, options::split, paths, variables::assignment_text};
use crate::{
    effect::{Value, Word},
    path::{self, Last, Resolution},
    tables::words::Builtin,
    world::Entry,
};
use alloc::{format, string::ToString, vec::Vec};

impl<'t> Command<'_, 't> {
    pub(super) fn builtin(&mut self, builtin: Builtin, parsed: &Parsed<'t>) {
        let operands = parsed.operands.as_slice();
        match builtin {
            Builtin::Plain => {}
            Builtin::Cd => self.change_to(operands.first(), parsed.uses(&[b"-P"])),
            Builtin::Pushd => match operands.first() {
                Some(word) if !parsed.uses(&[b"-n"]) && parsed.uses.is_empty() => self.change_to(Some(word), false),
                _ => self.outcome.chdir = Some(Value::ANY_WORD),
            },
            Builtin::Popd => self.outcome.chdir = Some(Value::ANY_WORD),
            Builtin::Declare | Builtin::Export => {
                let exported = builtin == Builtin::Export || parsed.uses(&[b"-x"]);
                for word in operands {
                    self.declared(word, exported);
                }
                // A reference to another name makes every later assignment to this one something else.
                self.outcome.anything |= parsed.uses(&[b"-n"]) && builtin == Builtin::Declare;
                self.outcome.reading |= parsed.uses(&[b"-i", b"-u", b"-l"]) && builtin == Builtin::Declare;
            }
            Builtin::Unset => {
                for word in operands {
                    match word.value.known() {
                        Some(name) if is_name(name) => self.outcome.unset.push(name.to_vec()),
                        _ => self.dynamic_name(word),
                    }
                }
            }
            Builtin::Set => self.set(operands),
            Builtin::ShellOptions => {
                let changes = parsed.uses(&[b"-s", b"-u"]) || !parsed.doubts.is_empty();
                self.outcome.reading |=
                    changes && !operands.iter().all(|w| w.value.known().is_some_and(is_harmless_shopt));
            }
            Builtin::Alias => {
                self.outcome.reading |= operands.iter().any(|w| w.value.known().is_none_or(|t| t.contains(&b'=')));
            }
            Builtin::Let => {
                for word in operands {
                    self.arithmetic(word);
                }
            }
            Builtin::Test => self.test(operands),
            Builtin::Exit => self.outcome.ends = true,
            Builtin::GitConfig => git::config(self, parsed),
        }
    }

    fn change_to(&mut self, word: Option<&Word>, physical: bool) {
        let target = match word.map(|w| &w.value) {
            None => self.analysis.home.map_or(Value::ANY_WORD, |h| Value::Known(h.into())),
            Some(Value::Known(text)) if text == b"-" => Value::ANY_WORD,
            // `cd ''` stays.
            Some(Value::Known(text)) if text.is_empty() => self.cwd.clone(),
            Some(value) if value.is_one_word() => self.directory(value, physical),
            Some(_) => Value::ANY_WORD,
        };
        self.outcome.chdir = Some(target);
    }

    /// The directory that a path means. A shell goes by the path's text where there is such a directory, and else to where links
    /// lead; with `physical`, and in a program that is told a directory, links alone count.
    pub(super) fn directory(&self, value: &Value, physical: bool) -> Value {
        const MOST: usize = 64;
        let by_text = path::absolute(value, &self.cwd);
        let spelled = path::spelling(value, &self.cwd);
        let Some(world) = self.scripts.world().filter(|_| physical || spelled.is_some()) else { return by_text };
        if !physical && by_text.known().is_some_and(|dir| world.entry(dir) == Entry::Directory) {
            return by_text;
        }
        let Some(written) = spelled.as_ref().unwrap_or(&by_text).alternatives() else { return by_text };
        if paths::may_link(&self.analysis.effects) {
            return Value::ANY_WORD;
        }
        let mut all: Vec<Vec<u8>> = by_text.alternatives().into_iter().flatten().map(|dir| dir.to_vec()).collect();
        for written in written {
            match path::resolve(world, written, None, Last::Follow) {
                Resolution::At { path, .. } => all.push(path),
                Resolution::Unknown(_) => return Value::ANY_WORD,
            }
        }
        Value::one_of(all, MOST).unwrap_or(Value::ANY_WORD)
    }

    /// `NAME` or `NAME=VALUE` of `declare` and `export`.
    fn declared(&mut self, word: &Word, exported: bool) {
        let effects = assignment_text(&self.analysis.tables, &word.value, word.span, &self.by, exported);
        self.analysis.effects.extend(effects);
        let Some(text) = word.value.known() else {
            match &word.value {
                Value::Affix { prefix, suffix } if prefix.contains(&b'=') => {
                    let (name, value) = split(prefix, b'=');
                    let value = Value::Affix { prefix: value.unwrap_or(&[]).into(), suffix: suffix.clone() };
                    self.assigned(name, value, word);
                }
                _ => self.outcome.anything = true,
            }
            return;
        };
        if let (name, Some(value)) = split(text, b'=') {
            let appended = name.strip_suffix(b"+");
            let value = if appended.is_some() { Value::ANY_WORD } else { Value::Known(value.into()) };
            self.assigned(appended.unwrap_or(name), value, word);
        } else if !is_name(text) {
            self.dynamic_name(word);
        }
    }

    fn assigned(&mut self, name: &[u8], value: Value, word: &Word) {
        if is_name(name) {
            self.outcome.assigned.push((name.to_vec(), value));
        } else {
            self.dynamic_name(word);
        }
    }

    /// A name with a subscript, which is arithmetic and can run code, or one that is not known.
    fn dynamic_name(&mut self, word: &Word) {
        self.outcome.anything = true;
        let detail = format!("`{}` gets a name with a subscript or one that is not known", self.by);
        self.unknown("dynamic-variable", detail, word.span, false);
    }

    fn set(&mut self, operands: &[Word]) {
        let Some(first) = operands.first() else { return };
        match first.value.known() {
            Some(b"--") => self.outcome.positional = Some(operands.get(1..).unwrap_or(&[]).to_vec()),
            Some(text) if text.starts_with(b"-") || text.starts_with(b"+") => {
                self.outcome.reading |= !operands.iter().all(is_harmless_option);
                let end = operands.iter().position(|w| w.value.known() == Some(b"--"));
                let named = |n: usize| {
                    n > 0 && operands.get(n - 1).is_some_and(|w| w.value.known().is_some_and(|t| t.ends_with(b"o")))
                };
                let free = operands.iter().enumerate().find(|(n, w)| {
                    w.value.known().is_none_or(|t| !t.starts_with(b"-") && !t.starts_with(b"+")) && !named(*n)
                });
                self.outcome.positional = match (end, free) {
                    (Some(at), _) => Some(operands.get(at + 1..).unwrap_or(&[]).to_vec()),
                    (None, Some((at, _))) => Some(operands.get(at..).unwrap_or(&[]).to_vec()),
                    (None, None) => None,
                };
            }
            Some(_) => self.outcome.positional = Some(operands.to_vec()),
            None => {
                self.outcome.reading = true;
                self.outcome.positional = Some(alloc::vec![Word { value: Value::ANY_WORDS, span: first.span }]);
            }
        }
    }

    /// `NAME=NUMBER` is safe; any name that is read is evaluated again and can run code.
    fn arithmetic(&mut self, word: &Word) {
        if let Some((name, Some(value))) = word.value.known().map(|t| split(t, b'='))
            && is_name(name)
            && !value.is_empty()
            && value.iter().all(u8::is_ascii_digit)
        {
            self.outcome.assigned.push((name.to_vec(), Value::Known(value.into())));
            return;
        }
        self.outcome.anything = true;
        self.unknown(
            "arithmetic",
            "arithmetic evaluates the values of names, which can run code".to_string(),
            word.span,
            false,
        );
    }

    /// `-v NAME[SUBSCRIPT]` and `-R` evaluate the subscript.
    fn test(&mut self, operands: &[Word]) {
        for pair in operands.windows(2) {
            let [option, name] = pair else { continue };
            let asks = option.value.known().is_none_or(|t| matches!(t, b"-v" | b"-R"));
            let plain = name.value.known().is_some_and(|t| !t.contains(&b'['));
            if asks && !plain {
                self.unknown(
                    "arithmetic",
                    "a subscript is evaluated, which can run code".to_string(),
                    name.span,
                    false,
                );
                return;
            }
        }
        // Words that become several can bring a `-v` of their own.
        if let Some(word) = operands.iter().find(|w| !w.value.is_one_word()) {
            self.unknown("dynamic-word", format!("a word of `{}` may become several", self.by), word.span, false);
        }
    }
}

fn is_name(text: &[u8]) -> bool {
    text.first().is_some_and(|b| b.is_ascii_alphabetic() || *b == b'_')
        && text.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'_')
}

/// Options of `shopt` that leave reading and expansion as they are, or only drop words that match no file, as some shells do
/// anyway.
fn is_harmless_shopt(name: &[u8]) -> bool {
    const NAMES: [&[u8]; 14] = [
        b"inherit_errexit",
        b"nullglob",
        b"failglob",
        b"checkwinsize",
        b"checkhash",
        b"checkjobs",
        b"cmdhist",
        b"histappend",
        b"lithist",
        b"huponexit",
        b"gnu_errfmt",
        b"shift_verbose",
        b"errexit",
        b"pipefail",
    ];
    NAMES.contains(&name)
}

/// Whether a word of `set` leaves the reading and expansion of text as it is: `-e -E -u -x -v -C`, their long names, `pipefail`,
/// and positional parameters.
fn is_harmless_option(word: &Word) -> bool {
    const LETTERS: &[u8] = b"eEuxvC";
    const NAMES: [&[u8]; 7] = [b"errexit", b"errtrace", b"nounset", b"xtrace", b"verbose", b"noclobber", b"pipefail"];
    let Some(text) = word.value.known() else { return false };
    let letters = text.strip_prefix(b"-").or_else(|| text.strip_prefix(b"+"));
    match letters {
        None => NAMES.contains(&text),
        Some(letters) => {
            let letters = letters.strip_suffix(b"o").unwrap_or(letters);
            letters.iter().all(|letter| LETTERS.contains(letter))
        }
    }
}
