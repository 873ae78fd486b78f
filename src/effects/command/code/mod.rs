//! Code of an interpreter that a command holds (`python3 -c CODE`, `node -e CODE`, a here-document): what it surely does, and
//! whether it may do more.
//!
//! A tokenizer for each language gives up on everything that the language may read otherwise. A program is understood when every
//! name in it is one of the table `languages.jsonl`, one of its own, or an attribute that is harmless on whatever value; all else
//! is a doubt. Calls with known arguments are effects in any case.

mod bindings;
mod calls;
mod classes;
mod databases;
mod formats;
mod held;
mod javascript;
mod packages;
mod perl;
mod perl_text;
mod pieces;
mod project_modules;
mod python;
mod python_text;
mod queries;
mod reading;
mod script_text;
mod searches;
mod shadows;
mod sql;
mod sql_text;
mod sqlite;
mod token;

pub(in crate::effects) use shadows::{Import, check as check_imports, is_of_interpreter};

use super::{Command, Shell, Stdin, expression::lead_through_links, names::stay_words, net, options::Parsed};
use crate::{
    effect::{Certainty, Connect, Kind, Value, Word},
    effects::LimitReached,
    path,
    tables::{
        Program as Row,
        languages::{Doing, doing},
        words::{Role, traits},
    },
    world::Entry,
};
use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};
use reading::{Act, Program};

/// Longest code that is looked at, in bytes.
const MAX_CODE: usize = 256 * 1024;

/// Why code is not looked at that is not known before the script runs.
const UNSEEN: &str = "runs code that is not known";

/// The languages that are worked out, by the name that the table has for them.
const LANGUAGES: &[&str] = &["python", "node", "perl", "sqlite"];

/// The language that a program executes; `None` for one that is not worked out.
pub(super) fn language(program: &[u8]) -> Option<&'static str> {
    let key = [b"program ", program].concat();
    LANGUAGES.iter().copied().find(|language| doing(language, &key) == Some(Doing::Program))
}

/// Nothing is known of the program.
fn unread() -> Program {
    Program { doubt: Some("its text is not read".to_string()), ..Program::default() }
}

/// Works code of the language out.
fn analyse(language: &str, code: &[u8], home: Option<&[u8]>, given: &[Value]) -> Program {
    match language {
        _ if code.len() > MAX_CODE => unread(),
        "python" => python::analyse(code, home, given),
        "node" => javascript::analyse(code, home),
        "perl" => perl::analyse(code),
        "sqlite" => sqlite::analyse(code),
        _ => unread(),
    }
}

impl<'t> Command<'_, 't> {
    /// The code that options hold.
    pub(super) fn code_of_options(&mut self, language: &'static str, parsed: &Parsed<'t>) -> Result<(), LimitReached> {
        let is_code = |r: Role| r == Role::Code;
        let uses: Vec<_> = parsed.uses.iter().filter(|u| u.spec.arguments > 0 && is_code(u.spec.roles[0])).collect();
        let words: Vec<&Word> = uses.iter().filter_map(|u| u.arguments.first()).collect();
        let sure = words.len() == 1 && !Self::strange_option(language, parsed);
        for word in words {
            let Some(code) = word.value.known() else {
                self.opaque(UNSEEN, word);
                continue;
            };
            let doubted = self.code(language, code, word.span, true, None)?;
            let means_this = sure && self.stands_alone(language, word);
            if !doubted && !means_this {
                self.opaque("runs code with an option that may change what it means", word);
            }
        }
        Ok(())
    }

    /// Node takes code only from a word of its own, and that word is no option.
    fn stands_alone(&self, language: &str, word: &Word) -> bool {
        let Some(code) = word.value.known() else { return true };
        let named = |w: &Word| matches!(w.value.known(), Some(b"-e" | b"-p" | b"--eval" | b"--print"));
        let own = self.argv.windows(2).any(|pair| matches!(pair, [a, b] if named(a) && b.value.known() == Some(code)));
        let attached = [&b"--eval="[..], b"--print="].iter().any(|option| {
            self.argv.iter().any(|w| w.value.known().and_then(|t| t.strip_prefix(*option)) == Some(code))
        });
        language != "node" || (!code.starts_with(b"-") && own) || attached
    }

    /// An option that may change what code means or is executed besides.
    pub(super) fn strange_option(language: &str, parsed: &Parsed<'t>) -> bool {
        let strange = parsed.uses.iter().any(|one| {
            let plain = |w: &Word| {
                w.value.known().is_some_and(|t| {
                    t.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b',' | b':' | b';' | b'|' | b'_' | b'-'))
                })
            };
            match doing(language, &[b"option ", one.spec.name].concat()) {
                Some(Doing::Option) => false,
                Some(Doing::BareOption) => one.arguments.iter().any(|w| w.value.known() != Some(b"")),
                Some(Doing::PlainOption) => !one.arguments.iter().all(plain),
                _ => true,
            }
        });
        strange || parsed.doubts.iter().any(|doubt| !doubt.by_name)
    }

    /// Code that stands on standard input.
    pub(super) fn code_on_stdin(&mut self, language: &'static str, parsed: &Parsed<'t>) -> Result<bool, LimitReached> {
        let Stdin::Text(text) = self.stdin else { return Ok(false) };
        self.outcome.executes_stdin = true;
        let text = text.to_vec();
        let span = self.span;
        let strange = Self::strange_option(language, parsed);
        self.stdin = Stdin::Stream;
        let doubted = self.code(language, &text, span, false, None)?;
        if strange && !doubted {
            let detail = format!("`{}` executes text with an option that may change what it means", self.by);
            self.unknown("opaque-code", detail, span, false);
        }
        Ok(true)
    }

    /// Perl opens its operands by their text: `x|` and `|x` are commands, `>x` writes.
    pub(super) fn opens_by_text(&mut self, operands: &[Word]) {
        let magic = |text: &[u8]| text.iter().any(|b| matches!(b, b'|' | b'<' | b'>')) || text.first() == Some(&b' ');
        for word in operands {
            let plain = match &word.value {
                Value::Known(text) => !magic(text),
                Value::Set(all) => !all.iter().any(|text| magic(text)),
                Value::Pattern(text) => {
                    let ends = |b: Option<&u8>| {
                        b.is_some_and(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'/' | b'_'))
                    };
                    ends(text.first()) && ends(text.last()) && !magic(text)
                }
                Value::Below { suffix, .. } => suffix.last().is_some_and(u8::is_ascii_alphanumeric),
                _ => false,
            };
            if !plain && !self.are_plain_names(word) {
                let detail = format!("`{}` may start a command that the name of a file spells", self.by);
                self.unknown("dynamic-word", detail, word.span, false);
            }
        }
    }

    /// Whether the names that a word stands for are plain, as far as the directories and the call say.
    fn are_plain_names(&mut self, word: &Word) -> bool {
        let Some(world) = self.scripts.world() else { return false };
        let found = matches!(&word.value, Value::Below { dir, .. } if !dir.is_empty())
            || matches!(&word.value, Value::Pattern(text) if text.first() != Some(&b'-'));
        found && stay_words(self.analysis, world, core::slice::from_ref(&word.value), &self.cwd, word.span)
    }

    /// The text of the file that an interpreter is to run, where the script has certainly written it.
    pub(super) fn written_file(&self, program: &Row<'t>, parsed: &Parsed<'t>) -> Option<Vec<u8>> {
        let endings: &[&[u8]] = match language(program.name())? {
            "python" => &[b".py"],
            "node" => &[b".js", b".mjs", b".cjs"],
            _ => &[],
        };
        let named = parsed.operands.first()?.value.known()?;
        if !endings.iter().any(|end| named.ends_with(end)) {
            return None;
        }
        self.scripts.written(named, &self.cwd)
    }

    /// A file of code that the script has certainly written itself, as that code; false where it is none.
    pub(super) fn written_code(
        &mut self,
        language: Option<&'static str>,
        parsed: &Parsed<'t>,
        file: &Word,
        text: Option<Vec<u8>>,
    ) -> Result<bool, LimitReached> {
        let (Some(language), Some(text)) = (language, text) else { return Ok(false) };
        let Value::Known(whole) = path::absolute(&file.value, &self.cwd) else { return Ok(false) };
        let Some(dir) = path::parent(&whole).map(<[u8]>::to_vec) else { return Ok(false) };
        // Behind a link modules are looked for elsewhere.
        let linked =
            self.scripts.world().is_none_or(|world| !matches!(world.entry(&whole), Entry::Missing | Entry::Other));
        if linked || Self::strange_option(language, parsed) || parsed.has(traits::INTERACTIVE) {
            return Ok(false);
        }
        self.read(&file.value, false, file.span);
        self.loads(&file.value);
        self.code(language, &text, self.span, true, Some(dir.into()))?;
        Ok(true)
    }

    /// The effects of code, and whether it is doubted; `own`: an allow of this command answers a doubt. `file_in`: the directory of the
    /// file that holds it, where modules are looked for.
    fn code(
        &mut self,
        language: &'static str,
        code: &[u8],
        span: crate::effect::Span,
        own: bool,
        file_in: Option<Value>,
    ) -> Result<bool, LimitReached> {
        let mut program = analyse(language, code, self.analysis.home, &self.given(language, own));
        // What a file takes for data stands beside it.
        if file_in.is_some() && !program.data.is_empty() && program.doubt.is_none() {
            program.doubt = Some("it takes data from beside itself".to_string());
        }
        if let Some(doubt) = &program.doubt {
            let detail = format!("`{}` runs code that is not worked out: {doubt}", self.by);
            self.unknown("opaque-code", detail, span, own);
        }
        let modules_in = file_in.unwrap_or_else(|| self.cwd.clone());
        let cwd = core::mem::replace(&mut self.cwd, modules_in);
        if language == "python" {
            self.imports(span, own, program.packages);
        }
        // The directory of the run is the first place for them, wherever that is by then.
        let still = !program.moves || program.modules.is_empty();
        if !still || !self.imports_own(&program.modules, span) {
            let detail = format!("`{}` runs code that imports what may not be of the project", self.by);
            self.unknown("opaque-code", detail, span, own);
        }
        self.cwd = cwd;
        let cwd = self.cwd.clone();
        if program.moves {
            self.cwd = Value::ANY_WORD;
        }
        let outer = self.analysis.through_links;
        if program.follows {
            let dirs = program.acts.iter().filter_map(Act::found_below).collect::<Vec<_>>();
            self.analysis.through_links = outer || lead_through_links(self, &dirs);
        }
        for act in program.acts {
            self.act(act, span)?;
        }
        self.analysis.through_links = outer;
        for file in program.data {
            self.data(file, span, own);
        }
        self.cwd = cwd;
        Ok(program.doubt.is_some())
    }

    /// The interpreter, and the arguments that the code gets; `option`: the code is that of an option.
    fn given(&self, language: &str, option: bool) -> Vec<Value> {
        let known = |at: usize| self.argv.get(at).and_then(|w| w.value.known());
        let mark = if option { &b"-c"[..] } else { b"-" };
        // Further on it could be the argument of an option.
        let simple = |name: &[u8]| {
            doing(language, &[b"option ", name].concat()) == Some(Doing::Option) && !matches!(name, b"-c" | b"-m")
        };
        let at = (1..self.argv.len()).find(|at| known(*at).is_none_or(|name| !simple(name)));
        let at = at.filter(|at| language == "python" && known(*at) == Some(mark));
        let rest = at.and_then(|at| self.argv.get(at + 1 + usize::from(option)..)).unwrap_or(&[]);
        self.argv.iter().take(1).chain(rest).map(|w| w.value.clone()).collect()
    }

    /// Modules of the interpreter may be taken from the directory.
    pub(super) fn imports(&mut self, span: crate::effect::Span, own: bool, packages: bool) {
        // Further on it could be the argument of an option, or of the code.
        if self.argv.get(1).is_some_and(|w| w.value.known() == Some(b"-I")) {
            return;
        }
        let command = own.then_some(self.id);
        let import =
            Import { dir: self.cwd.clone(), by: self.by.clone(), span, command, data: None, module: None, packages };
        self.analysis.imports.push(import);
    }

    /// A file that is data only where it is a file: node takes what has its name and `.js` behind it otherwise.
    fn data(&mut self, file: Vec<u8>, span: crate::effect::Span, own: bool) {
        let command = own.then_some(self.id);
        let import = Import {
            dir: self.cwd.clone(),
            by: self.by.clone(),
            span,
            command,
            data: Some(file),
            module: None,
            packages: false,
        };
        self.analysis.imports.push(import);
    }

    fn act(&mut self, act: Act, span: crate::effect::Span) -> Result<(), LimitReached> {
        // A loop goes through all of them.
        if let Act::Read(Value::Set(all), _) | Act::Write(Value::Set(all), _) | Act::Modify(Value::Set(all), _) = &act {
            for one in all.iter().map(|one| Value::Known(one.clone())) {
                match &act {
                    Act::Read(_, tree) => self.read(&one, *tree, span),
                    Act::Write(_, tree) => self.write(&one, *tree, span),
                    _ => self.modify(&one, matches!(act, Act::Modify(_, true)), span),
                }
            }
            return Ok(());
        }
        let known = |value: &Value| !matches!(value, Value::Unknown { .. });
        if let Act::Read(path, _) | Act::Write(path, _) | Act::Modify(path, _) = &act
            && !known(path)
        {
            let detail = format!("a path in the code of `{}` is not known before it runs", self.by);
            self.unknown("dynamic-word", detail, span, false);
        }
        match act {
            Act::Read(path, tree) => self.read(&path, tree, span),
            Act::Write(path, tree) => self.write(&path, tree, span),
            Act::Modify(path, tree) => self.modify(&path, tree, span),
            Act::Shell(text) => return self.script(&text, Shell::Child, Stdin::Stream, &[], span),
            Act::Process(argv, dir) => {
                let cwd = self.cwd.clone();
                if let Some(dir) = dir {
                    self.cwd = crate::path::absolute(&dir, &cwd);
                }
                let argv: Vec<Word> = argv.into_iter().map(|value| Word { value, span }).collect();
                self.inner(&argv, Stdin::Stream)?;
                self.cwd = cwd;
            }
            Act::Fetch(url, method) => match net::target(&url, false) {
                net::Target::Host(connect) => {
                    self.connect(Connect { method: method.map(String::from), ..connect }, span);
                }
                net::Target::File(path) => self.read(&path, false, span),
            },
            Act::ReadEnv(name) => {
                let sure = if name.known().is_some() { Certainty::Known } else { Certainty::Unknown };
                self.push(Kind::ReadEnv(name), sure, span, true);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
