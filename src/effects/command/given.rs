//! Words of builds and tests that an allow of the command cannot have meant: paths in options that the table does not name, and
//! variables of a makefile.
//!
//! What such a program does is its own affair, and an allow of the command answers it. But a word that names a file to read or
//! write (`pytest --junitxml=~/.bashrc`) is held against the rules on paths as for any other program, and a variable whose text
//! a shell will see (`make SHELL=...`) is analysed as that shell's.

use super::{Command, Shell, Stdin, options::Parsed, options::split, variables::holds_inert_options};
use crate::{
    effect::{Certainty, Connect, Kind, Value, Word},
    effects::{LimitReached, uri},
    path,
    tables::{
        Program,
        words::{Role, VariableRole, flags},
    },
};
use alloc::{format, string::String, vec::Vec};

/// Variables of `make` whose value is a command by itself.
const PROGRAMS: [&[u8]; 15] = [
    b"AR", b"AS", b"CC", b"CPP", b"CXX", b"FC", b"INSTALL", b"LD", b"LEX", b"MAKE", b"PYTHON", b"RM", b"RUSTC",
    b"SHELL", b"YACC",
];
/// Variables of `make` that hold more options of it, or of its shell.
const OPTIONS: [&[u8]; 4] = [b"MAKEFLAGS", b"GNUMAKEFLAGS", b"MFLAGS", b".SHELLFLAGS"];
/// Subcommands that hand what stands behind `--` on to a compiler or a formatter.
const HANDS_ON: [&[u8]; 8] = [
    b"cargo rustc",
    b"cargo rustdoc",
    b"cargo fmt",
    b"cargo clippy",
    b"cargo fix",
    b"cargo test",
    b"cargo t",
    b"cargo bench",
];
/// Parts of the names of options whose argument is a command as a rule: `--onSuccess`, `--post-run-command`, `--exec`.
const COMMANDS: [&[u8]; 6] = [b"exec", b"cmd", b"command", b"commands", b"shell", b"wrapper"];

impl<'t> Command<'_, 't> {
    /// Paths in the words of a program that runs code of the project.
    pub(super) fn given_paths(&mut self, program: &Program<'t>, parsed: &Parsed<'t>) {
        if let Some(dashes) = self.argv.iter().position(|word| word.value.known() == Some(b"--"))
            && HANDS_ON.contains(&program.name())
        {
            let words: Vec<Word> = self.argv.iter().skip(dashes + 1).cloned().collect();
            self.given_words(&words);
            // A formatter writes what it is given.
            let tests = matches!(program.name(), b"cargo test" | b"cargo t" | b"cargo bench");
            for word in words.iter().filter(|_| !tests) {
                self.given_path(word, true);
            }
        }
        if !program.has(flags::OPEN) {
            return;
        }
        if self.name == b"go" {
            self.given_modules(&parsed.operands);
        }
        if self.name == b"sbt" {
            self.given_scala(&parsed.operands);
        }
        if program.operands().any(|(role, _)| role == Role::Write) {
            // `sass FROM:TO`
            for operand in &parsed.operands {
                self.parts(operand);
            }
        }
        for word in &parsed.strange {
            if let Some(value) = attached(&word.value) {
                self.given_path(&Word { value, span: word.span }, true);
            }
            self.parts(word);
            self.given_command(word);
        }
        if program.operands().any(|(role, _)| role != Role::Value) {
            // `gcc -aux-info FILE x.c`: what stands behind an option may be its argument, and written.
            for word in &parsed.perhaps_arguments {
                self.given_path(word, true);
                if let Some(value) = attached(&word.value) {
                    self.given_path(&Word { value, span: word.span }, true);
                }
                self.parts(word);
            }
            // A host that one of several operands names is no part of what the program runs.
            for (word, (role, many)) in parsed.operands.iter().zip(program.operands()) {
                if role == Role::Value && !many {
                    self.given_path(word, false);
                }
            }
            return;
        }
        // One of them may be the argument of an option.
        let writes = !parsed.strange.is_empty();
        let complete = |word: &Word| matches!(&word.value, Value::Known(text) if text.contains(&b'='));
        let labels = self.name == b"bazel" && parsed.strange.iter().all(complete);
        for operand in &parsed.operands {
            if labels && operand.value.known().is_some_and(is_label) {
                continue;
            }
            match attached(&operand.value) {
                Some(value) => self.given_path(&Word { value, span: operand.span }, true),
                None => self.given_path(operand, writes),
            }
        }
    }

    /// The same for a program that nothing is known of; without options it may only read what it is given.
    pub(super) fn given_words(&mut self, words: &[Word]) {
        let option = |word: &Word| word.value.known().is_some_and(|text| text.starts_with(b"-"));
        let writes = words.iter().any(option);
        for word in words {
            match attached(&word.value) {
                Some(value) => self.given_path(&Word { value, span: word.span }, true),
                None if option(word) => {}
                None => self.given_path(word, writes),
            }
            if option(word) {
                self.parts(word);
                self.given_command(word);
            }
        }
    }

    /// `sbt 'eval ...'`, `sbt 'set x := ...'`: its commands can hold code.
    fn given_scala(&mut self, words: &[Word]) {
        let code = |text: &[u8]| {
            text.iter().any(|b| matches!(b, b'(' | b'!' | b'"')) || text.windows(2).any(|two| two == b":=")
        };
        for word in words.iter().filter(|word| word.value.known().is_none_or(code)) {
            self.unknown("opaque-code", format!("`{}` runs code that is not analysed", self.by), word.span, false);
        }
    }

    /// `go list -m HOST/MODULE@VERSION`: what no proxy has is asked of the host itself.
    fn given_modules(&mut self, words: &[Word]) {
        for word in words {
            let Some(text) = word.value.known().filter(|text| text.contains(&b'@')) else { continue };
            let host = split(text, b'/').0;
            if host.contains(&b'.') && !host.starts_with(b".") {
                let host = Value::Known(host.into());
                let connect = Connect { scheme: Some(String::from("https")), host, port: None, method: None };
                self.push(Kind::Connect(connect), Certainty::Known, word.span, false);
            }
        }
    }

    /// An option whose name says that a command is its argument.
    fn given_command(&mut self, word: &Word) {
        let Some(name) = word.value.known().and_then(|text| split(text, b'=').0.strip_prefix(b"--")) else { return };
        let mut parts = name.split(|b| matches!(b, b'-' | b'_' | b'.'));
        let negative = name.starts_with(b"no-");
        let event = name.strip_prefix(b"on").and_then(<[u8]>::first).is_some_and(u8::is_ascii_uppercase);
        if !negative && (event || parts.any(|part| COMMANDS.contains(&part))) {
            let detail = format!("an option of `{}` may be a command", self.by);
            self.unknown("unreviewed-word", detail, word.span, false);
        }
    }

    /// Paths inside the word of an option: `-Wl,-Map,FILE`, `-bl:FILE`, `-fx=sarif:file=FILE`, `-Wl,@FILE`, `-rFILE`.
    fn parts(&mut self, word: &Word) {
        let Some(text) = word.value.known().filter(|text| !is_address(text)) else { return };
        // `-o.env`, `-oNAME.md`
        let short = |rest: &&[u8]| {
            let plain = |b: &u8| b.is_ascii_alphanumeric() || b"._-/".contains(b);
            let named = !text.starts_with(b"--") && rest.iter().any(|b| matches!(b, b'/' | b'.'));
            matches!(rest.first(), Some(b'/' | b'~' | b'.' | b'@')) || (named && rest.iter().all(plain))
        };
        if let Some(rest) = text.get(2..).filter(|rest| text.starts_with(b"-") && short(rest)) {
            self.given_path(&Word { value: Value::Known(rest.into()), span: word.span }, true);
        }
        // What stands behind the only `=` has been seen as a whole.
        let whole = split(text, b'=').1;
        let mut before: &[u8] = &[];
        for part in text.split(|b| matches!(b, b',' | b':' | b';' | b'=')) {
            // Where a program looks when it runs is nothing that the compiler opens.
            let looks = matches!(before, b"-rpath" | b"-rpath-link" | b"-soname");
            before = part;
            if part.len() < text.len() && !looks && whole != Some(part) {
                self.given_path(&Word { value: Value::Known(part.into()), span: word.span }, true);
            }
        }
    }

    /// A word that may be a path; `writes`: the program may also make it.
    pub(super) fn given_path(&mut self, word: &Word, writes: bool) {
        // The directory that it works in anyway.
        let here = matches!(word.value.known(), Some(b"." | b"./" | b"./..."));
        if here {
            return;
        }
        if let Some(connect) = address(&word.value) {
            // An allow of the command speaks of builds here; it says nothing about a host that the words name.
            let sure = if connect.host.known().is_some() { Certainty::Known } else { Certainty::Unknown };
            self.push(Kind::Connect(connect), sure, word.span, false);
            return;
        }
        if !may_be_path(&word.value) {
            return;
        }
        let mut values = Vec::from([word.value.clone()]);
        // More words may stand in a file (`@FILE`), which errors show.
        if let Some(list) = word.value.known().and_then(|text| text.strip_prefix(b"@")).filter(|list| !list.is_empty())
        {
            self.read(&Value::Known(list.into()), false, word.span);
        }
        // Some programs expand it themselves.
        if let (Some(rest), Some(home)) =
            (word.value.known().and_then(|text| text.strip_prefix(b"~/")), self.analysis.home)
        {
            values.push(path::join(home, rest).into());
        }
        for value in values {
            self.read(&value, false, word.span);
            if writes {
                self.write(&value, false, word.span);
            }
        }
    }

    /// `NAME=VALUE` of `make`. Its value becomes text of recipes, which a shell executes.
    pub(super) fn make_variable(&mut self, word: &Word) -> Result<(), LimitReached> {
        let Some(text) = word.value.known() else {
            if !matches!(&word.value, Value::Affix { prefix, .. } if !prefix.contains(&b'=')) {
                let detail = "a word that decides what `make` runs is not known before the script runs".into();
                self.unknown("dynamic-word", detail, word.span, false);
            }
            return Ok(());
        };
        let (name, Some(value)) = split(text, b'=') else { return Ok(()) };
        // `NAME:=VALUE`, `NAME!=COMMAND` and the like.
        let shell = name.ends_with(b"!");
        let mark = |b: &u8| matches!(b, b':' | b'+' | b'?' | b'!') || b.is_ascii_whitespace();
        let end = name.iter().rposition(|b| !mark(b)).map_or(0, |last| last + 1);
        let name = name.get(..end).unwrap_or_default();
        // The table may know the name with just this value (`CC=clang`).
        if self.analysis.tables.variable(&[name, b"=", value].concat()) == Some(VariableRole::Inert) {
            return Ok(());
        }
        if self.analysis.tables.variable(name) == Some(VariableRole::Executing)
            && !holds_inert_options(&self.analysis.tables, name, value)
        {
            let detail = format!("`{}` can make the recipes of `make` run other code", String::from_utf8_lossy(name));
            self.unknown("executing-variable", detail, word.span, false);
        }
        if OPTIONS.contains(&name) {
            let detail = "a variable gives `make` more options".into();
            self.unknown("unreviewed-word", detail, word.span, false);
        }
        let special = |b: &u8| b";&|<>()$`\\\n\"'{}#".contains(b);
        let given = Word { value: Value::Known(value.into()), span: word.span };
        if shell || PROGRAMS.contains(&name) || value.iter().any(special) {
            self.scripts.forget_files();
            self.script(&given.value, Shell::Child, Stdin::Stream, &[], word.span)?;
            let detail = "`make` runs a command that a variable gives, with more words".into();
            self.unknown("dynamic-script", detail, word.span, false);
        }
        for value in value.split(u8::is_ascii_whitespace) {
            self.given_path(&Word { value: Value::Known(value.into()), span: word.span }, true);
        }
        Ok(())
    }
}

/// What stands behind `=`, as far as it is known.
fn attached(value: &Value) -> Option<Value> {
    match value {
        Value::Known(text) => split(text, b'=').1.map(|rest| Value::Known(rest.into())),
        Value::Affix { prefix, suffix } => {
            split(prefix, b'=').1.map(|rest| Value::Affix { prefix: rest.into(), suffix: suffix.clone() })
        }
        _ => None,
    }
}

/// Whether a value has the look of a path: most words of builds are names of targets and settings.
fn may_be_path(value: &Value) -> bool {
    let looks = |text: &[u8]| text.iter().any(|b| matches!(b, b'/' | b'.')) || text.starts_with(b"~");
    match value {
        Value::Known(text) | Value::Pattern(text) | Value::Name(text) => looks(text) && !is_address(text),
        Value::Set(all) => all.iter().any(|text| looks(text)),
        Value::Affix { prefix, suffix } => (looks(prefix) || looks(suffix)) && !is_address(prefix),
        Value::Below { .. } => true,
        Value::Unknown { .. } => false,
    }
}

/// The host that a word names as a URL: a test or a build that is given one goes there.
fn address(value: &Value) -> Option<Connect> {
    match value {
        Value::Known(text) if is_address(text) => {
            Some(core::str::from_utf8(text).ok().and_then(uri::connect).unwrap_or_else(uri::any_host))
        }
        Value::Affix { prefix, .. } if is_address(prefix) => Some(uri::any_host()),
        _ => None,
    }
}

/// `//package:target` of a build, or the same of another repository that it names.
fn is_label(text: &[u8]) -> bool {
    let text = text.strip_prefix(b"-").unwrap_or(text);
    text.starts_with(b"//") || (text.starts_with(b"@") && text.windows(2).any(|two| two == b"//"))
}

/// `scheme://...`
fn is_address(text: &[u8]) -> bool {
    text.windows(3).any(|w| w == b"://") && !text.starts_with(b"file:")
}
