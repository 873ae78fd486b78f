//! Environment variables that a command gets.

use super::{Analysis, options, paths, shells};
use crate::{
    effect::{Cause, Certainty, Effect, Kind, Span, Value, Word},
    path,
    tables::{
        Tables,
        words::{Role, Runs, VariableRole, flags},
    },
};
use alloc::{format, rc::Rc, string::String, vec, vec::Vec};

/// What setting a variable in the environment of a command does. Few names have values that make them harmless (`PAGER=cat`).
pub(super) fn assignment(tables: &Tables<'_>, name: &[u8], value: Option<&[u8]>, span: Span, by: &str) -> Vec<Effect> {
    let effect = |kind, certainty| Effect { kind, certainty, span, by: Some(by.into()), command: None };
    let mut effects = vec![effect(Kind::SetEnv(Value::Known(name.into())), Certainty::Known)];
    let shown = String::from_utf8_lossy(name);
    let cause = match role(tables, name, value) {
        Some(VariableRole::Inert) => return effects,
        Some(VariableRole::Executing | VariableRole::Code) => {
            Cause { code: "executing-variable", detail: format!("`{shown}` can make programs run other code") }
        }
        Some(VariableRole::Switch) | None => {
            Cause { code: "unreviewed-variable", detail: format!("what programs do with `{shown}` is not known") }
        }
    };
    effects.push(effect(Kind::Unknown(cause), Certainty::Unknown));
    effects
}

/// What setting a variable of the shell does that is not given to commands, as `NAME=VALUE` alone: nothing, unless the name is
/// one that the shell or programs act upon (it may have been exported before).
pub fn shell_assignment(tables: &Tables<'_>, name: &[u8], value: Option<&[u8]>, span: Span, by: &str) -> Vec<Effect> {
    match role(tables, name, value) {
        // Shells take it from nobody's environment; what it does to the words of this one is followed.
        _ if name == b"IFS" => Vec::new(),
        Some(VariableRole::Executing | VariableRole::Code) => assignment(tables, name, value, span, by),
        _ => Vec::new(),
    }
}

/// What setting a variable for the command `argv` alone does. Where it names places that code is loaded from, and these are known,
/// the code is a command of its own, as where an option names it.
pub fn assignment_before(
    analysis: &mut Analysis<'_>,
    (name, value): (&[u8], Option<&[u8]>),
    argv: &[Word],
    cwd: &Value,
    (span, by): (Span, &str),
) {
    let places = value.filter(|value| !value.is_empty() && analysis.tables.variable(name) == Some(VariableRole::Code));
    let relative = |value: &[u8]| value.split(|b| *b == b':').any(|one| !path::is_absolute(one));
    // What a program of the system loads is not what it is there to do.
    let runs = runs_project(&analysis.tables, argv);
    let known = |value: &&[u8]| !relative(value) || (cwd.known().is_some() && runs == Some(Place::Here));
    let Some(places) = places.filter(known).filter(|_| runs.is_some()) else {
        let effects = assignment(&analysis.tables, name, value, span, by);
        return analysis.effects.extend(effects);
    };
    let set = Kind::SetEnv(Value::Known(name.into()));
    let by: Option<Rc<str>> = Some(by.into());
    analysis.effects.push(Effect { kind: set, certainty: Certainty::Known, span, by: by.clone(), command: None });
    for place in places.split(|b| *b == b':') {
        let place = Value::Known(if place.is_empty() { b"." } else { place }.into());
        let place = paths::standing(&place, cwd, false);
        let detail = format!("`{}` names a place that code is loaded from", String::from_utf8_lossy(name));
        let code = shells::code_at(analysis.next_command(), place, detail, span, by.clone());
        analysis.effects.extend(code);
    }
}

/// Where a program works.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// In the directory that it is started in.
    Here,
    /// Perhaps elsewhere.
    Anywhere,
}

/// Whether a command runs code of the project, and where it works. That code may go elsewhere, as it may do anything.
fn runs_project(tables: &Tables<'_>, argv: &[Word]) -> Option<Place> {
    let (first, words) = argv.split_first()?;
    let path = first.value.known()?;
    let name = path.rsplit(|b| *b == b'/').next().unwrap_or(path);
    if path.contains(&b'/') && !paths::is_system_program(path) {
        return Some(Place::Here);
    }
    let program = tables.program(name).or_else(|| tables.program_by_family(name))?;
    let parsed = options::parse(&program, words, false);
    let elsewhere = |role: &Role| {
        matches!(role, Role::Chdir | Role::NewRoot | Role::Code | Role::ShellString | Role::ExecProgram | Role::Rest)
    };
    match program.runs() {
        // `timeout 60 python x.py`: what it starts gets the variable, and stays where it is unless an option says otherwise.
        Runs::Argv if parsed.doubts.is_empty() && !program.has(flags::ASSIGNMENTS) => {
            let moves = parsed.uses.iter().any(|one| one.spec.roles.iter().any(elsewhere));
            let skip = program.skip();
            let moved = moves || program.operands().take(skip).any(|(role, _)| elsewhere(&role));
            let words = parsed.operands.get(skip..).filter(|words| !words.is_empty() && words.len() < argv.len())?;
            let inner = runs_project(tables, words)?;
            return Some(if moved { Place::Anywhere } else { inner });
        }
        Runs::Project => {}
        Runs::Interpreter if !parsed.operands.is_empty() || parsed.uses(&[b"-m"]) => {}
        _ => return None,
    }
    let here = !program.has(flags::SUBCOMMANDS)
        && parsed.doubts.is_empty()
        && !program.operands().any(|(role, _)| elsewhere(&role))
        && parsed.uses.iter().all(|one| !one.spec.roles.iter().take(usize::from(one.spec.arguments)).any(elsewhere));
    Some(if here { Place::Here } else { Place::Anywhere })
}

fn role(tables: &Tables<'_>, name: &[u8], value: Option<&[u8]>) -> Option<VariableRole> {
    let whole = value.and_then(|value| tables.variable(&[name, b"=", value].concat()));
    let own = tables.variable(name);
    match (whole, own, value) {
        // The row of a family (`GIT_*`) says nothing of the value.
        (Some(VariableRole::Inert), _, _) => whole,
        (_, Some(VariableRole::Executing), Some(value)) if holds_inert_options(tables, name, value) => {
            Some(VariableRole::Inert)
        }
        (_, Some(VariableRole::Executing), Some(value)) if is_program_with_options(tables, name, value) => {
            Some(VariableRole::Inert)
        }
        (_, None, Some(value)) if (is_amount(value) || is_choice(tables, value)) && !may_switch(tables, name) => {
            Some(VariableRole::Inert)
        }
        (_, None, Some(value)) if holds_switches(tables, name, value) => Some(VariableRole::Inert),
        // More options for whatever compiler the project's build runs.
        (_, None, Some(value)) if name.ends_with(b"FLAGS") && holds_inert_options(tables, b"CFLAGS", value) => {
            Some(VariableRole::Inert)
        }
        _ => own,
    }
}

/// A number or a boolean word: it names neither code nor, where the variable is not about files, a file.
fn is_amount(value: &[u8]) -> bool {
    const WORDS: [&[u8]; 11] = [b"", b"true", b"false", b"yes", b"no", b"on", b"off", b"t", b"f", b"y", b"n"];
    let digits = |text: &[u8]| (1..=9).contains(&text.len()) && text.iter().all(u8::is_ascii_digit);
    let (before, after) = options::split(value.strip_prefix(b"-").unwrap_or(value), b'.');
    WORDS.iter().any(|word| value.eq_ignore_ascii_case(word)) || (digits(before) && after.is_none_or(digits))
}

/// One word of letters and digits, as programs let one choose a mode (`GC_LEVEL=major`), that is no program: it cannot hold code,
/// options or a place, and nothing that is known runs by that name.
fn is_choice(tables: &Tables<'_>, value: &[u8]) -> bool {
    let plain = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
    (2..=32).contains(&value.len())
        && value.first().is_some_and(u8::is_ascii_alphabetic)
        && value.iter().all(plain)
        && tables.program(value).is_none()
        && tables.program_by_family(value).is_none()
}

/// `TEST_FLAGS="--long-tests --quick"`: words that switch something on which a variable of that name (`LONG_TESTS=1`) may switch on as
/// well. An option with an argument is none, nor are letters, which could be any.
fn holds_switches(tables: &Tables<'_>, name: &[u8], value: &[u8]) -> bool {
    let options = [&b"_FLAGS"[..], b"_OPTS", b"_ARGS", b"_OPTIONS"];
    let switch = |word: &[u8]| {
        let word = word.strip_prefix(b"--").unwrap_or_default();
        let plain = |b: &u8| b.is_ascii_lowercase() || b.is_ascii_digit() || *b == b'-';
        (3..=32).contains(&word.len())
            && word.first().is_some_and(u8::is_ascii_lowercase)
            && word.iter().all(plain)
            && {
                let as_name: Vec<u8> = word.iter().map(|b| if *b == b'-' { b'_' } else { *b }).collect();
                !may_switch(tables, &as_name)
            }
    };
    options.iter().any(|end| name.strip_suffix(*end).is_some_and(|about| !may_switch(tables, about)))
        && tables.program(&[b"env/", name].concat()).is_none()
        && value.split(|b| *b == b' ').all(switch)
}

/// `CC="clang -Wall"`: a program that the table lets the variable name, with options that do nothing which counts.
fn is_program_with_options(tables: &Tables<'_>, name: &[u8], value: &[u8]) -> bool {
    let (program, Some(options)) = options::split(value, b' ') else { return false };
    tables.variable(&[name, b"=", program].concat()) == Some(VariableRole::Inert)
        && matches!(name, b"CC" | b"CXX" | b"CPP")
        && holds_inert_options(tables, b"CFLAGS", options)
}

/// Whether a part of the name says that even `1` may be a file, or switches on what is off for a reason (`part:` rows).
fn may_switch(tables: &Tables<'_>, name: &[u8]) -> bool {
    name.split(|b| *b == b'_').any(|part| {
        // `MANPATH` and `IRBRC` are written without a line between; other two letters at the end say nothing.
        let ends = (0..part.len()).filter_map(|at| part.get(at..));
        let ends = ends.filter(|end| end.len() > 2 || *end == part || end.eq_ignore_ascii_case(b"RC"));
        ends.into_iter().any(|end| {
            tables.variable(&[b"part:", end.to_ascii_uppercase().as_slice()].concat()) == Some(VariableRole::Switch)
        })
    })
}

/// Whether the value of a variable that adds options to a program (`RUSTFLAGS`; its row is `env/NAME`) is only such as do nothing
/// that counts. Words are split at blanks; what a program could split otherwise is no such value.
pub(super) fn holds_inert_options(tables: &Tables<'_>, name: &[u8], value: &[u8]) -> bool {
    let Some(program) = tables.program(&[b"env/", name].concat()) else { return false };
    let mut words = Vec::new();
    for word in value.split(|b| *b == b' ').filter(|word| !word.is_empty()) {
        // `--cfg name="value"` says the same with and without its quotes.
        let quoted = word.strip_suffix(b"\"").and_then(|open| {
            let at = open.windows(2).position(|two| two == b"=\"")?;
            Some([open.get(..at + 1)?, open.get(at + 2..)?].concat())
        });
        let plain = |b: &u8| {
            b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b',' | b':' | b'=' | b'+' | b'/' | b'@')
        };
        let bare = quoted.unwrap_or_else(|| word.to_vec());
        if !bare.iter().all(plain) {
            return false;
        }
        words.push(Word::known(bare, Span::default()));
    }
    let parsed = options::parse(&program, &words, false);
    let quiet = |role: &Role, word: &Word| match role {
        Role::LoadCode => word.value.known().is_some_and(|text| is_loader(tables, text)),
        Role::Setting => word.value.known().is_some_and(|text| is_inert_setting(tables, name, text)),
        role => matches!(role, Role::Value | Role::Pattern | Role::Stat | Role::List),
    };
    parsed.operands.is_empty()
        && parsed.doubts.is_empty()
        && parsed.strange.is_empty()
        && parsed.uses.iter().all(|one| {
            // What is missing would be taken from the words that the program itself adds.
            (one.spec.optional || one.arguments.len() == usize::from(one.spec.arguments))
                && one.arguments.iter().zip(&one.spec.roles).all(|(word, role)| quiet(role, word))
        })
}

/// Whether a module that an option loads is a package which reads another language for the interpreter (`loader:` rows): it comes
/// from where the project's packages are.
pub(super) fn is_loader(tables: &Tables<'_>, module: &[u8]) -> bool {
    // A family of names (`loader:rubocop-*`) leads nowhere else.
    let inside = !module.windows(2).any(|two| two == b"..");
    inside && tables.variable(&[b"loader:", module].concat()) == Some(VariableRole::Inert)
}

/// Whether `KEY` or `KEY=VALUE` of a program's settings has a row `PROGRAM:KEY` that says that it does nothing which counts,
/// whatever its value; a value with braces could hold other settings.
pub(super) fn is_inert_setting(tables: &Tables<'_>, program: &[u8], text: &[u8]) -> bool {
    let (key, value) = options::split(text, b'=');
    let plain =
        |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b',' | b':' | b'+' | b'*' | b'"' | b' ');
    value.is_none_or(|value| value.iter().all(plain))
        && tables.variable(&[program, b":", key].concat()) == Some(VariableRole::Inert)
}

/// The same for a word `NAME=VALUE`; a word without `=` only names a variable.
pub(super) fn assignment_text(tables: &Tables<'_>, word: &Value, span: Span, by: &str, exported: bool) -> Vec<Effect> {
    let text = match word {
        Value::Known(text) => text,
        Value::Affix { prefix, .. } if prefix.contains(&b'=') => prefix,
        _ => {
            let cause = Cause { code: "dynamic-variable", detail: "the variable that is set is not known".into() };
            let effect =
                |kind| Effect { kind, certainty: Certainty::Unknown, span, by: Some(by.into()), command: None };
            return vec![effect(Kind::SetEnv(Value::ANY_WORD)), effect(Kind::Unknown(cause))];
        }
    };
    match super::options::split(text, b'=') {
        (name, Some(value)) => {
            let whole = word.known().is_some() && !name.ends_with(b"+");
            let (name, value) = (name.strip_suffix(b"+").unwrap_or(name), whole.then_some(value));
            if exported {
                assignment(tables, name, value, span, by)
            } else {
                shell_assignment(tables, name, value, span, by)
            }
        }
        _ => Vec::new(),
    }
}
