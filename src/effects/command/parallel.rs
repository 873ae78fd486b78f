//! GNU parallel: a template that a shell executes with words from elsewhere in it, each quoted so that it stays one word
//! (parallel(1), "QUOTING").

use super::{Command, Stdin, options::Parsed, roles::Manner, scripts::Shell, wrappers::replace};
use crate::{
    effect::{Bytes, Value, Word},
    effects::LimitReached,
    shell,
    tables::words::Role,
};
use alloc::{format, vec::Vec};

/// What a template may have in the place of a word from elsewhere: the word, without its extension, without its directory, its
/// directory, without both.
const TOKENS: [&[u8]; 6] = [b"{}", b"{.}", b"{/}", b"{//}", b"{/.}", b"{1}"];
/// Options that change neither what runs nor which words it gets.
const PLAIN: [&[u8]; 24] = [
    b"-j",
    b"-P",
    b"--jobs",
    b"--max-procs",
    b"-k",
    b"--keep-order",
    b"--bar",
    b"--eta",
    b"--progress",
    b"-v",
    b"-t",
    b"--verbose",
    b"--will-cite",
    b"--tag",
    b"-u",
    b"--ungroup",
    b"--lb",
    b"--line-buffer",
    b"--halt",
    b"--timeout",
    b"--delay",
    b"--nice",
    b"-0",
    b"--null",
];
/// Variables that give it more options, or another shell.
const SETTINGS: [&str; 2] = ["PARALLEL", "PARALLEL_SHELL"];
/// Builtins that do nothing but write their words.
const HARMLESS: [&[u8]; 4] = [b"echo", b"true", b"false", b":"];
/// Words from elsewhere that are told apart.
const MAX_WORDS: usize = 64;

impl<'t> Command<'_, 't> {
    pub(super) fn parallel(&mut self, parsed: &Parsed<'t>) -> Result<(), LimitReached> {
        let mark = |w: &&Word| matches!(w.value.known(), Some(b":::" | b":::+" | b"::::" | b"::::+"));
        let operands = parsed.operands.as_slice();
        let end = operands.iter().position(|w| mark(&w)).unwrap_or(operands.len());
        let (template, inputs) = operands.split_at(end);
        // A builtin would be followed in the shell of the script, which is not the one that runs it.
        let is_program = |words: &[Word]| {
            let name = words.first().and_then(|word| word.value.known()).filter(|name| !name.contains(&b'{'));
            name.is_some_and(|name| HARMLESS.contains(&name) || !shell::is_builtin(name))
        };
        if let Some(words) = plain_template(template).filter(|words| is_program(words))
            && let Some(values) = self.words_from_elsewhere(parsed, inputs)
        {
            for value in values {
                let argv: Vec<Word> = words.iter().map(|word| filled(word, &value)).collect();
                let stdin = if inputs.is_empty() { Stdin::Empty } else { self.stdin.shared() };
                self.inner(&argv, stdin)?;
            }
            return Ok(());
        }
        let mut files = false;
        for word in inputs {
            match word.value.known() {
                Some(b"::::" | b"::::+") => files = true,
                Some(b":::" | b":::+") => files = false,
                _ if files => self.role(Role::ListFile, word, Manner::default())?,
                _ => {}
            }
        }
        let detail = format!("`{}` makes a script of a template and of words from elsewhere", self.by);
        self.unknown("dynamic-script", detail, self.span, false);
        if template.is_empty() {
            for word in inputs.iter().filter(|w| !mark(w)) {
                self.script(&word.value, Shell::Child, Stdin::Empty, &[], word.span)?;
            }
            return Ok(());
        }
        let mut argv: Vec<Word> = template.iter().map(|w| replace(w, b"{}", &|| Value::ANY_WORD)).collect();
        argv.push(Word { value: Value::ANY_WORDS, span: self.span });
        self.inner(&argv, Stdin::Empty).map(|_| ())
    }

    /// The words that are put into the template one by one: those behind a single `:::`, or the lines of standard input. `None` where
    /// another option has a say.
    fn words_from_elsewhere(&mut self, parsed: &Parsed<'t>, inputs: &[Word]) -> Option<Vec<Value>> {
        let plain = parsed.uses.iter().all(|one| PLAIN.contains(&one.spec.name));
        // The program of the same name in moreutils runs each word behind `--` as a command.
        let dashes = self.argv.iter().any(|word| match &word.value {
            Value::Known(text) => text == b"--",
            Value::Pattern(text) | Value::Below { suffix: text, .. } => {
                text.iter().all(|byte| b"*?[]-+:".contains(byte))
            }
            _ => true,
        });
        let given = self.scripts.world().is_none_or(|world| SETTINGS.iter().any(|name| world.variable(name).is_some()));
        if self.name != b"parallel" || !plain || dashes || given || !parsed.doubts.is_empty() {
            return None;
        }
        let Some((mark, words)) = inputs.split_first() else {
            return self.names_for_xargs(parsed).or(Some([Value::ANY_WORD].into()));
        };
        let other = |word: &Word| word.value.known().is_some_and(|text| text.starts_with(b":::"));
        if mark.value.known() != Some(b":::") || words.iter().any(other) {
            return None;
        }
        if words.len() <= MAX_WORDS { Some(words.iter().map(|word| word.value.clone()).collect()) } else { None }
    }
}

/// The words of a template that every shell reads as these words, with a place for one from elsewhere.
fn plain_template(template: &[Word]) -> Option<Vec<Word>> {
    let mut words = Vec::new();
    for word in template {
        let text = word.value.known()?;
        let mut rest = text;
        while let Some(byte) = rest.first() {
            let token = TOKENS.iter().find(|token| rest.starts_with(token));
            let plain = byte.is_ascii_alphanumeric() || b" ._-/:,@%+=".contains(byte);
            rest = match token {
                Some(token) => rest.get(token.len()..)?,
                None if plain => rest.get(1..)?,
                None => return None,
            };
        }
        let parts = text.split(|byte| *byte == b' ').filter(|part| !part.is_empty());
        words.extend(parts.map(|part| Word { value: Value::Known(part.into()), span: word.span }));
    }
    // `=` in the first word makes it an assignment, and in zsh one that begins with it is the path of a program.
    let first = words.first()?.value.known()?;
    if first.contains(&b'=') || shell::is_keyword(first) || words.iter().any(|word| starts_with(word, b"=")) {
        return None;
    }
    if !words.iter().any(|word| places(word).0) {
        words.push(Word { value: Value::Known(TOKENS[0].into()), span: template.last()?.span });
    }
    Some(words)
}

fn starts_with(word: &Word, text: &[u8]) -> bool {
    word.value.known().is_some_and(|known| known.starts_with(text))
}

/// Whether a word of the template has a place for one from elsewhere, and whether it has several.
fn places(word: &Word) -> (bool, bool) {
    let text = word.value.known().unwrap_or_default();
    let first = text.iter().position(|byte| *byte == b'{');
    (first.is_some(), first != text.iter().rposition(|byte| *byte == b'{'))
}

/// A word of the template with this one in its place.
fn filled(word: &Word, value: &Value) -> Word {
    let token = TOKENS.into_iter().find(|token| contains(word, token));
    let Some(token) = token else { return word.clone() };
    if places(word).1 {
        return Word { value: Value::ANY_WORD, span: word.span };
    }
    let part = part_of(value, token);
    if let (Some(text), Some(parts)) = (word.value.known(), part.alternatives()) {
        let at = text.windows(token.len()).position(|w| w == token).unwrap_or(0);
        let (before, behind) = (text.get(..at).unwrap_or_default(), text.get(at + token.len()..).unwrap_or_default());
        let all = parts.iter().map(|part| [before, part.as_slice(), behind].concat());
        if let Some(value) = Value::one_of(all, MAX_WORDS) {
            return Word { value, span: word.span };
        }
    }
    replace(word, token, &|| part.clone())
}

fn contains(word: &Word, token: &[u8]) -> bool {
    word.value.known().is_some_and(|text| text.windows(token.len()).any(|w| w == token))
}

/// The part of a word from elsewhere that a token stands for.
fn part_of(value: &Value, token: &[u8]) -> Value {
    if matches!(token, b"{}" | b"{1}") {
        return value.clone();
    }
    let part = |name: &Bytes| -> Vec<u8> {
        let slash = name.iter().rposition(|byte| *byte == b'/');
        let (directory, base) = slash.map_or((&b"."[..], name.as_slice()), |at| {
            (name.get(..at).unwrap_or_default(), name.get(at + 1..).unwrap_or_default())
        });
        let short = |text: &[u8]| -> Vec<u8> {
            match text.iter().rposition(|byte| *byte == b'.') {
                Some(dot) if !text.get(dot..).unwrap_or_default().contains(&b'/') => {
                    text.get(..dot).unwrap_or_default().to_vec()
                }
                _ => text.to_vec(),
            }
        };
        match token {
            b"{.}" => short(name),
            b"{/}" => base.to_vec(),
            b"{/.}" => short(base),
            _ => directory.to_vec(),
        }
    };
    let plain = |name: &Bytes| {
        let hidden = name.starts_with(b".") || name.windows(2).any(|w| w == b"/.");
        !hidden && !name.ends_with(b"/") && !name.starts_with(b"/") && !name.windows(2).any(|w| w == b"//")
    };
    let known = value.alternatives().filter(|all| all.iter().all(plain));
    known.and_then(|all| Value::one_of(all.iter().map(part), MAX_WORDS)).unwrap_or(Value::ANY_WORD)
}
