//! Commands and their effects as data: `tests/effects/*.cases`, one `WORDS => EFFECTS` per line.
//!
//! Words are split at blanks with simple quotes; `%ANY` and `%ANYS` are unknown words, `%GLOB:x` a pattern, `%AFFIX:a*b` a word
//! of which the ends are known, `%SET:a|b` alternatives. `stdin=...` before the words says what standard input is. Effects:
//! the outermost `run` is left out, `+` after a verb means all below, `?` that it is not certain, `!` after an unknown that an
//! allow of the command answers it.

use super::*;
use crate::effect::{Cause, Connect, PathValue};
use alloc::vec;
use std::eprintln;

const FILES: &[(&str, &str)] = &[
    ("readers", include_str!("../../../tests/effects/readers.cases")),
    ("writers", include_str!("../../../tests/effects/writers.cases")),
    ("wrappers", include_str!("../../../tests/effects/wrappers.cases")),
    ("git", include_str!("../../../tests/effects/git.cases")),
    ("interpreters", include_str!("../../../tests/effects/interpreters.cases")),
    ("network", include_str!("../../../tests/effects/network.cases")),
    ("builtins", include_str!("../../../tests/effects/builtins.cases")),
    ("projects", include_str!("../../../tests/effects/projects.cases")),
];

/// Notes the scripts that it gets, and splits them at blanks only.
struct Noting;

impl Scripts for Noting {
    fn script(&mut self, analysis: &mut Analysis<'_>, script: &Script<'_>) -> Result<Outcome, LimitReached> {
        let text = String::from_utf8_lossy(script.text).into_owned();
        let who = if script.shell == Shell::Current { "here" } else { "script" };
        let kind = Kind::Unknown(Cause { code: "script", detail: format!("{who} '{text}'") });
        let certainty = Certainty::Known;
        analysis.effects.push(Effect { kind, certainty, span: script.span, by: None, command: None });
        Ok(Outcome::default())
    }
}

fn split(line: &str) -> Vec<Word> {
    let mut words = Vec::new();
    let (mut word, mut open, mut quote) = (String::new(), false, None);
    for c in line.chars().chain([' ']) {
        match (quote, c) {
            (Some(q), c) if c == q => quote = None,
            (Some(_), c) => word.push(c),
            (None, '\'' | '"') => (quote, open) = (Some(c), true),
            (None, ' ') if open || !word.is_empty() => {
                words.push(Word { value: value(&word.replace("\\n", "\n")), span: Span::default() });
                (word, open) = (String::new(), false);
            }
            (None, ' ') => {}
            (None, c) => word.push(c),
        }
    }
    assert!(quote.is_none(), "open quote in {line}");
    words
}

fn value(text: &str) -> Value {
    if let Some(glob) = text.strip_prefix("%GLOB:") {
        return Value::Pattern(glob.into());
    }
    if let Some((prefix, suffix)) = text.strip_prefix("%AFFIX:").and_then(|t| t.split_once('*')) {
        return Value::Affix { prefix: prefix.into(), suffix: suffix.into() };
    }
    if let Some(set) = text.strip_prefix("%SET:") {
        return Value::Set(set.split('|').map(|t| t.as_bytes().to_vec()).collect());
    }
    match text {
        "%ANY" => Value::ANY_WORD,
        "%ANYS" => Value::ANY_WORDS,
        _ => Value::from(text),
    }
}

fn shown(value: &Value) -> String {
    let text = |b: &[u8]| String::from_utf8_lossy(b).replace('\n', "\\n");
    match value {
        Value::Known(b) => text(b),
        Value::Set(all) => all.iter().map(|b| text(b)).collect::<Vec<_>>().join("|"),
        Value::Affix { prefix, suffix } => format!("{}*{}", text(prefix), text(suffix)),
        Value::Pattern(b) => format!("glob:{}", text(b)),
        Value::Unknown { may_split: true, .. } => "...".into(),
        Value::Unknown { .. } => "?".into(),
    }
}

fn words(argv: &[Word]) -> String {
    let quoted = |w: &Word| {
        let text = shown(&w.value);
        if text.is_empty() || text.contains([' ', ';']) { format!("'{text}'") } else { text }
    };
    argv.iter().map(quoted).collect::<Vec<_>>().join(" ")
}

fn path(path: &PathValue) -> String {
    format!("{} {}", if path.tree { "+" } else { "" }, shown(&path.value))
}

fn connect(c: &Connect) -> String {
    let mut out = String::from("connect ");
    if let Some(method) = &c.method {
        out.push_str(method);
        out.push(' ');
    }
    if let Some(scheme) = &c.scheme {
        out.push_str(scheme);
        out.push_str("://");
    }
    out.push_str(&shown(&c.host));
    if let Some(port) = c.port {
        out.push_str(&format!(":{port}"));
    }
    out
}

fn render(effects: &[Effect], argv: &[Word]) -> String {
    let mut out = Vec::new();
    for (n, effect) in effects.iter().enumerate() {
        let text = match &effect.kind {
            Kind::Run(run) => {
                let mut text = if n == 0 && run.argv == argv { String::new() } else { format!("run {}", words(&run.argv)) };
                if let Some(canonical) = &run.canonical {
                    text = format!("{text} as {}", words(canonical));
                }
                if let Some(program) = &run.program {
                    text = format!("{text} at {}", shown(&program.value));
                }
                if text.is_empty() {
                    continue;
                }
                text
            }
            Kind::Read(p) => format!("read{}", path(p)),
            Kind::Write(p) => format!("write{}", path(p)),
            Kind::Connect(c) => connect(c),
            Kind::ReadEnv(v) => format!("readenv {}", shown(v)),
            Kind::SetEnv(v) => format!("setenv {}", shown(v)),
            Kind::Interactive(v) => format!("interactive {}", shown(v)),
            Kind::Unknown(c) if c.code == "script" => c.detail.clone(),
            Kind::Unknown(c) => format!("unknown {}{}", c.code, if effect.command.is_some() { "!" } else { "" }),
            other => format!("{other:?}"),
        };
        out.push(String::from(text.trim()));
    }
    if out.is_empty() { "nothing".into() } else { out.join("; ") }
}

fn effects_of(line: &str, cwd: &str) -> (Vec<Effect>, Vec<Word>, Result<Outcome, LimitReached>) {
    let mut analysis = Analysis::new(Tables::built_in(), Some(b"/home/u"));
    let (stdin, line) = match line.strip_prefix("stdin=") {
        Some(rest) => rest.split_once(' ').unwrap(),
        None => ("terminal", line),
    };
    let stdin = match stdin {
        "terminal" => Stdin::Inherited,
        "null" => Stdin::Empty,
        "pipe" => Stdin::Stream,
        text => Stdin::Text(text.as_bytes()),
    };
    let argv = split(line);
    let outcome = command(&mut analysis, &mut Noting, &Value::from(cwd), stdin, &argv, Span::default());
    (analysis.effects, argv, outcome)
}

fn line_effects(line: &str) -> String {
    let (effects, argv, outcome) = effects_of(line, "/w");
    outcome.unwrap();
    render(&effects, &argv)
}

#[test]
fn cases_have_the_effects_they_say() {
    let (mut rows, mut wrong) = (0, 0);
    for (file, text) in FILES {
        for line in text.lines().filter(|l| !l.trim().is_empty() && !l.starts_with('#')) {
            let (words, wanted) = line.rsplit_once(" => ").unwrap_or((line.trim_end_matches(" =>"), ""));
            let got = line_effects(words.trim());
            rows += 1;
            if got != wanted.trim() {
                wrong += 1;
                eprintln!("{file}: {} => {got}", words.trim());
            }
        }
    }
    assert!(wrong == 0, "{wrong} of {rows} rows differ; what came out is printed above");
    assert!(rows >= 250, "{rows}");
}
