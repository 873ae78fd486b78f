//! Evaluates one policy file within its limits, and those that it includes or loads.

use super::anchor::Anchor;
use super::diagnostics::{Diagnostic, Problem, sentence};
use super::limits::{self, LimitReached};
use super::nesting;
use super::session::{Open, Purpose, Session};
use super::source::Source;
use starlark::environment::{FrozenModule, Module};
use starlark::eval::{Evaluator, FileLoader};
use starlark::syntax::{AstModule, Dialect, DialectTypes};
use std::{
    format,
    rc::Rc,
    string::{String, ToString},
    vec::Vec,
};

/// What Codex's engine accepts (types, keyword-only arguments, statements at the top level, f-strings), and `load`.
fn dialect() -> Dialect {
    Dialect {
        enable_keyword_only_arguments: true,
        enable_types: DialectTypes::Enable,
        enable_top_level_stmt: true,
        enable_f_strings: true,
        ..Dialect::Standard
    }
}

/// Evaluates a source for its rules. What is wrong in it goes to the session's diagnostics.
pub(super) fn register(session: &Session<'_>, source: Source) -> Result<(), Problem> {
    if !enter(session, &source)? {
        return Ok(());
    }
    session.state.borrow_mut().registered.insert(source.identity.clone());
    run(session, source, Purpose::Rules);
    Ok(())
}

/// Checks the chain of open files; false for a source whose rules are registered already.
fn enter(session: &Session<'_>, source: &Source) -> Result<bool, Problem> {
    let state = session.state.borrow();
    if let Some(i) = state.open.iter().position(|open| open.source.identity == source.identity) {
        let mut chain: Vec<&str> = state.open.iter().skip(i).map(|open| open.source.name.as_str()).collect();
        chain.push(&source.name);
        let message = format!("`{}` would include itself: {}", source.name, chain.join(" -> "));
        return Err(Problem::new(message, "break the circle: move what both need into a third file"));
    }
    if state.open.len() >= limits::INCLUDE_DEPTH {
        let message = format!("more than {} files include one another in a chain", limits::INCLUDE_DEPTH);
        return Err(Problem::new(message, "include from fewer levels"));
    }
    Ok(!state.registered.contains(&source.identity))
}

/// Evaluates a source; the module is given for [`Purpose::Values`] where the evaluation succeeded.
fn run(session: &Session<'_>, source: Source, purpose: Purpose) -> Option<FrozenModule> {
    (session.note)(&source.name);
    let admitted = session.state.borrow_mut().admit(source);
    let source = match admitted {
        Ok(source) => source,
        Err(diagnostic) => {
            session.state.borrow_mut().diagnostics.push(diagnostic);
            return None;
        }
    };
    let examples = {
        let mut state = session.state.borrow_mut();
        state.open.push(Open { source: source.clone(), purpose });
        state.examples.len()
    };
    let outcome = Module::with_temp_heap(|module| evaluate(session, &source, purpose, module));
    let mut state = session.state.borrow_mut();
    state.open.pop();
    if let Some(outer) = state.open.last() {
        (session.note)(&outer.source.name);
    }
    for examples in state.examples.split_off(examples) {
        for diagnostic in examples.check(&state.layer.host_executables) {
            state.diagnostics.push(diagnostic);
        }
    }
    match outcome {
        Ok(module) => module,
        Err(diagnostic) => {
            state.diagnostics.push(diagnostic);
            None
        }
    }
}

/// The tree of a policy's text, where it is one and nests no deeper than it may.
pub(crate) fn parse(name: &str, text: &str) -> Result<AstModule, Diagnostic> {
    let dialect = dialect();
    if text.len() as u64 > limits::FILE_BYTES {
        let message = format!("it is larger than {} KiB", limits::FILE_BYTES >> 10);
        return Err(Diagnostic::of_file(name, message, Some("split it into several files".into())));
    }
    if let Some(diagnostic) = nesting::too_deep(name, text, &dialect) {
        return Err(diagnostic);
    }
    let parsed = AstModule::parse(name, text.into(), &dialect);
    parsed.map_err(|e| diagnostic(name, &e, Some("correct it; what follows was not looked at")))
}

fn evaluate(
    session: &Session<'_>,
    source: &Source,
    purpose: Purpose,
    module: Module<'_>,
) -> Result<Option<FrozenModule>, Diagnostic> {
    let mut ast = parse(&source.name, &source.text)?;
    limits::bound_operators(&mut ast);
    let loader = Loader { session };
    let anchor = Anchor(session);
    {
        let mut eval = Evaluator::new(&module);
        eval.extra = Some(&anchor);
        eval.set_loader(&loader);
        limits::apply(&mut eval, || session.late())
            .map_err(|e| Diagnostic::of_file(&source.name, sentence(&e.to_string()), None))?;
        let result = eval.eval_module(ast, &session.globals);
        result.map_err(|e| limit(&source.name, &e).unwrap_or_else(|| diagnostic(&source.name, &e, None)))?;
    }
    if purpose == Purpose::Rules {
        return Ok(None);
    }
    let frozen =
        module.freeze().map_err(|e| Diagnostic::of_file(&source.name, sentence(&std::format!("{e:?}")), None))?;
    Ok(Some(frozen))
}

/// The finding for an evaluation that was ended because of a limit.
fn limit(name: &str, error: &starlark::Error) -> Option<Diagnostic> {
    let text = error.without_diagnostic().to_string();
    let what = match error.kind() {
        starlark::ErrorKind::Other(e) | starlark::ErrorKind::Native(e) if e.is::<LimitReached>() => sentence(&text),
        starlark::ErrorKind::StackOverflow(_) => {
            format!("functions call one another more than {} deep", limits::CALL_DEPTH - 1)
        }
        // The interpreter's own limits have no type of their own.
        _ if text.starts_with("Execution duration limit") => {
            format!("the evaluation takes more than {} steps", limits::STEPS)
        }
        _ if text.starts_with("Heap memory limit") => {
            sentence(&limits::heap_reached().without_diagnostic().to_string())
        }
        _ if text.starts_with("Evaluation cancelled") => {
            format!("the evaluation takes longer than {} seconds", limits::TIME.as_secs())
        }
        _ => return None,
    };
    let mut diagnostic = diagnostic(name, error, Some("a policy should be a plain list of rules: make it smaller"));
    diagnostic.message = what;
    Some(diagnostic)
}

/// The finding for an error of the interpreter.
fn diagnostic(name: &str, error: &starlark::Error, help: Option<&str>) -> Diagnostic {
    let message = sentence(&error.without_diagnostic().to_string()).replace(", did you mean `*`?", "");
    let help = help.map(ToString::to_string);
    match error.span() {
        Some(span) => Diagnostic::at(span, message, help),
        None => Diagnostic::of_file(name, message, help),
    }
}

/// `load`, for the interpreter.
struct Loader<'s, 'a> {
    session: &'s Session<'a>,
}

impl FileLoader for Loader<'_, '_> {
    fn load(&self, path: &str) -> starlark::Result<FrozenModule> {
        self.values(path).map_err(|problem| starlark::Error::new_other(Refused(problem.message)))
    }
}

impl Loader<'_, '_> {
    fn values(&self, path: &str) -> Result<FrozenModule, Problem> {
        let current = current(self.session)?;
        let source = current.reach(path)?;
        let known = self.session.state.borrow().modules.get(&source.identity).cloned();
        if let Some(module) = known {
            return Ok(module);
        }
        enter(self.session, &source)?;
        let identity = source.identity.clone();
        let module = run(self.session, source, Purpose::Values)
            .ok_or_else(|| Problem::new(format!("`{path}` cannot be loaded"), "correct it first"))?;
        self.session.state.borrow_mut().modules.insert(identity, module.clone());
        Ok(module)
    }
}

/// The source that is being evaluated.
pub(super) fn current(session: &Session<'_>) -> Result<Rc<Source>, Problem> {
    let state = session.state.borrow();
    let open = state.open.last().ok_or_else(|| Problem::new("no file is being read", "name a file"))?;
    Ok(open.source.clone())
}

/// A refusal on its way through the interpreter, which adds the place.
#[derive(Debug)]
struct Refused(String);

impl core::fmt::Display for Refused {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Refused {}
