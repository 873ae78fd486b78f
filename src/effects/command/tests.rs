//! Commands and their effects as data: `tests/effects/*.cases`, one `WORDS => EFFECTS` per line.
//!
//! Words are split at blanks with simple quotes; `%ANY` and `%ANYS` are unknown words, `%GLOB:x` a pattern, `%AFFIX:a*b` a word
//! of which the ends are known, `%SET:a|b` alternatives. `stdin=...` before the words says what standard input is. Effects:
//! the outermost `run` is left out, `+` after a verb means all below, `?` that it is not certain, `!` after an unknown that an
//! allow of the command answers it.

use super::*;
use crate::effect::{Bytes, Cause, Connect, PathValue, Spared};
use alloc::vec;
use std::eprintln;

const FILES: &[(&str, &str)] = &[
    ("readers", include_str!("../../../tests/effects/readers.cases")),
    ("writers", include_str!("../../../tests/effects/writers.cases")),
    ("wrappers", include_str!("../../../tests/effects/wrappers.cases")),
    ("git", include_str!("../../../tests/effects/git.cases")),
    ("interpreters", include_str!("../../../tests/effects/interpreters.cases")),
    ("inline", include_str!("../../../tests/effects/inline.cases")),
    ("network", include_str!("../../../tests/effects/network.cases")),
    ("builtins", include_str!("../../../tests/effects/builtins.cases")),
    ("projects", include_str!("../../../tests/effects/projects.cases")),
    ("tools", include_str!("../../../tests/effects/tools.cases")),
    ("media", include_str!("../../../tests/effects/media.cases")),
];

/// Notes the scripts that it gets, and splits them at blanks only.
struct Noting;

impl Scripts for Noting {
    fn script(&mut self, analysis: &mut Analysis<'_>, script: &Script<'_>) -> Result<Outcome, LimitReached> {
        let text = String::from_utf8_lossy(script.text).into_owned();
        let who = match script.shell {
            Shell::Current => "here",
            Shell::Child => "script",
            Shell::Later | Shell::AtExit => "later",
        };
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
            (None, '\'' | '"') => (quote, open) = (Some(c), true),
            (None, ' ') if open || !word.is_empty() => {
                words.push(Word { value: value(&word.replace("\\n", "\n")), span: Span::default() });
                (word, open) = (String::new(), false);
            }
            (None, ' ') => {}
            (_, c) => word.push(c),
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
        return Value::Set(set.split('|').map(Bytes::from).collect());
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
        Value::Below { dir, suffix } => format!("{}/**{}", text(dir), text(suffix)),
        Value::Pattern(b) => format!("glob:{}", text(b)),
        Value::Name(b) => format!("name:{}", text(b)),
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
    let spared = match path.spared {
        Spared::Nothing => "",
        Spared::Repository | Spared::Commits => " but .git",
        Spared::Hidden => " but .*",
        Spared::Ignored => " but ignored",
        Spared::Untracked => " but untracked",
    };
    let like = path.like.as_ref().map_or(String::new(), |like| format!(" like {}", String::from_utf8_lossy(like)));
    let found = path.found.as_ref().map_or(String::new(), |found| {
        format!(" {} {}", if found.trees { "all of" } else { "files of" }, shown(&found.names))
    });
    format!("{} {}{spared}{like}{found}", if path.tree { "+" } else { "" }, shown(&path.value))
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
        out.extend([":", &port.to_string()]);
    }
    out
}

fn render(effects: &[Effect], argv: &[Word]) -> String {
    let mut out = Vec::new();
    for (n, effect) in effects.iter().enumerate() {
        let text = match &effect.kind {
            Kind::Run(run) => {
                let mut text =
                    if n == 0 && run.argv == argv { String::new() } else { format!("run {}", words(&run.argv)) };
                if let Some(canonical) = &run.canonical {
                    text = format!("{text} as {}", words(canonical));
                }
                if let Some(program) = &run.program {
                    text = format!("{text} at {}", shown(&program.value));
                }
                for loaded in &run.loads {
                    text = format!("{text} loads {}", shown(&loaded.value));
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
    // Nobody has seen what stands in the directory.
    analysis.astray = true;
    check_names(&mut analysis, &crate::world::memory::MemoryWorld::new(), |_| false);
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

fn outcome_of(line: &str) -> Outcome {
    effects_of(line, "/w").2.unwrap()
}

#[test]
fn directories_change_as_far_as_is_known() {
    for (line, wanted) in [
        ("cd src", "/w/src"),
        ("cd ..", "/"),
        ("cd /x/../y", "/y"),
        ("cd", "/home/u"),
        ("cd -", "back"),
        ("cd -P -", "?"),
        ("cd +1", "turned"),
        ("cd %ANY", "?"),
        ("cd %ANYS", "?"),
        ("cd %SET:a|b", "/w/a|/w/b"),
        ("cd -P -- src", "/w/src"),
        ("pushd x", "push /w/x"),
        ("pushd", "turned"),
        ("pushd +1", "turned"),
        ("pushd -1", "turned"),
        ("pushd -n x", "turned"),
        ("pushd x y", "turned"),
        ("popd", "pop"),
        ("popd +1", "turned"),
        ("popd -1", "turned"),
        ("popd -n", "turned"),
        ("builtin cd src", "/w/src"),
        ("command cd src", "/w/src"),
    ] {
        let gone = match outcome_of(line).chdir.unwrap() {
            Chdir::To(to) => shown(&to),
            Chdir::Push(to) => format!("push {}", shown(&to)),
            Chdir::Pop => "pop".into(),
            Chdir::Back => "back".into(),
            Chdir::Turned => "turned".into(),
        };
        assert_eq!(gone, wanted, "{line}");
    }
    for line in ["env cd src", "sudo cd src", "cat src", "xargs cd"] {
        assert_eq!(outcome_of(line).chdir, None, "{line}");
    }
}

#[test]
fn outcomes_say_what_changes_in_the_shell() {
    let assigned = |line: &str| {
        let all = outcome_of(line).assigned;
        all.iter().map(|(n, v)| format!("{}={}", String::from_utf8_lossy(n), shown(v))).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(assigned("export A=b C=%ANY"), "A=b C=%ANY");
    assert_eq!(assigned("declare %AFFIX:A=x*y"), "A=x*y");
    assert_eq!(assigned("declare A+=b"), "A=?");
    assert_eq!(assigned("read -r a b"), "a=? b=?");
    assert_eq!(assigned("printf -v c git"), "c=?");
    assert_eq!(assigned("let x=5"), "x=5");
    assert_eq!(outcome_of("unset A B").unset, [b"A".to_vec(), b"B".to_vec()]);
    for line in ["source x", ". x", "eval %ANY", "declare -n r=c", "read %ANY", "unset %ANY", "let x=y"] {
        assert!(outcome_of(line).anything, "{line}");
    }
    for line in ["set -o posix", "shopt -s dotglob", "set -k", "set %ANY"] {
        assert!(outcome_of(line).reading, "{line}");
    }
    assert_eq!(outcome_of("alias x=y").aliases.len(), 1);
    for line in ["exit", "return 1", "exec cat f"] {
        assert!(outcome_of(line).ends, "{line}");
    }
    assert!(outcome_of("stdin=pipe bash").executes_stdin);
    assert!(outcome_of("stdin=pipe sudo python3 -").executes_stdin);
    assert!(!outcome_of("stdin=pipe cat").executes_stdin);
    let words = |line: &str| outcome_of(line).positional.map(|w| words(&w));
    assert_eq!(words("set -- git push").as_deref(), Some("git push"));
    assert_eq!(words("set -e -- a").as_deref(), Some("a"));
    assert_eq!(words("set -eo pipefail"), None);
    assert_eq!(words("set a b").as_deref(), Some("a b"));
}

#[test]
fn variables_of_commands_are_judged_by_name() {
    let t = Tables::built_in();
    let codes = |effects: Vec<Effect>| render(&effects, &[]);
    assert_eq!(codes(super::variables::assignment(&t, b"LANG", None, Span::default(), "env")), "setenv LANG");
    assert_eq!(
        codes(super::variables::assignment(&t, b"LD_PRELOAD", None, Span::default(), "=")),
        "setenv LD_PRELOAD; unknown executing-variable"
    );
    assert_eq!(
        codes(super::variables::assignment(&t, b"X", None, Span::default(), "=")),
        "setenv X; unknown unreviewed-variable"
    );
    assert_eq!(codes(shell_assignment(&t, b"X", None, Span::default(), "=")), "nothing");
    assert_eq!(
        codes(shell_assignment(&t, b"PATH", None, Span::default(), "=")),
        "setenv PATH; unknown executing-variable"
    );
}

#[test]
fn each_command_has_its_own_id() {
    let (effects, ..) = effects_of("env nice cat f", "/w");
    let ids: Vec<_> = effects.iter().map(|e| (e.kind.name(), e.command)).collect();
    let id = |n| Some(CommandId(n));
    assert_eq!(ids, [("run", id(0)), ("run", id(1)), ("run", id(2)), ("read", id(2))]);
}

#[test]
fn too_deep_and_too_many_are_limits() {
    let line = vec!["env"; 40].join(" ");
    assert_eq!(effects_of(&line, "/w").2.unwrap_err().name, "command-depth");
    let mut analysis = Analysis::new(Tables::built_in(), None);
    let argv = [Word::known(b"true", Span::default())];
    let mut run = || {
        analysis.effects.clear();
        command(&mut analysis, &mut Noting, &Value::from("/"), Stdin::Empty, &argv, Span::default())
    };
    for _ in 0..MAX_STEPS {
        run().unwrap();
    }
    assert_eq!(run().unwrap_err().name, "commands");
}

#[test]
fn paths_below_an_unknown_directory_keep_their_end() {
    let mut analysis = Analysis::new(Tables::built_in(), None);
    let argv = split("cat .env ../x a/../b /y");
    command(&mut analysis, &mut Noting, &Value::ANY_WORD, Stdin::Empty, &argv, Span::default()).unwrap();
    assert_eq!(render(&analysis.effects, &argv), "read */.env; read */../x; read */a/../b; read /y");
}

/// A word that is likely to reach the corners of the reading.
fn any_word() -> impl proptest::strategy::Strategy<Value = Word> {
    use proptest::prelude::*;
    let bits = prop_oneof![
        Just("git"),
        Just("env"),
        Just("find"),
        Just("xargs"),
        Just("tar"),
        Just("bash"),
        Just("sed"),
        Just("awk"),
        Just("curl"),
        Just("-c"),
        Just("-"),
        Just("--"),
        Just("-exec"),
        Just("{}"),
        Just("+"),
        Just(";"),
        Just("-S"),
        Just("A=b"),
        Just("-I{}"),
        Just("-C"),
        Just(":::"),
        Just("x:y"),
        Just("https://h/"),
        Just(""),
        Just("s/a/b/"),
        Just("{print}"),
        Just("=@"),
        Just("-ofx"),
        Just("commit"),
        Just("push"),
        Just("npm"),
        Just("exec"),
        Just("dd"),
        Just("if=x"),
        Just("flock"),
        Just("su"),
        Just("ssh"),
    ];
    let text =
        prop_oneof![4 => bits.prop_map(|s| s.as_bytes().to_vec()), 1 => prop::collection::vec(any::<u8>(), 0..12)];
    let value = prop_oneof![
        8 => text.clone().prop_map(Value::from),
        1 => prop::collection::vec(text.clone(), 2..4).prop_map(|all| Value::Set(all.into_iter().map(Bytes::from).collect())),
        1 => (text.clone(), text.clone()).prop_map(|(prefix, suffix)| Value::Affix { prefix: prefix.into(), suffix: suffix.into() }),
        1 => text.prop_map(|text| Value::Pattern(text.into())),
        1 => Just(Value::ANY_WORD),
        1 => Just(Value::ANY_WORDS),
    ];
    value.prop_map(|value| Word { value, span: Span::default() })
}

proptest::proptest! {
    /// No words make it panic, and every command leaves its own run behind.
    #[test]
    fn any_words_are_worked_out_or_limited(argv in proptest::collection::vec(any_word(), 1..10)) {
        let mut analysis = Analysis::new(Tables::built_in(), Some(b"/home/u"));
        let result = command(&mut analysis, &mut Noting, &Value::from("/w"), Stdin::Stream, &argv, Span::default());
        if result.is_ok() {
            let runs = analysis.effects.iter().any(|e| matches!(e.kind, Kind::Run(_)));
            proptest::prop_assert!(runs);
        }
    }

    /// Filter languages are read to their end, whatever the bytes.
    #[test]
    fn filters_never_panic(text in proptest::collection::vec(proptest::num::u8::ANY, 0..60)) {
        let _ = (sed::files(&text), awk::files(&text), jq::is_harmless(&text));
    }

    /// What is harmless stays so only while nothing that acts is put behind it.
    #[test]
    fn an_action_behind_a_filter_is_seen(text in "[a-z0-9 ;{}/$!,.=()\\[\\]\"|+-]{0,20}") {
        let awk_text = format!("{text}\n{{ system(\"id\") }}");
        proptest::prop_assert!(awk::files(awk_text.as_bytes()).is_none(), "{awk_text}");
        let sed_text = format!("{text}\nw out");
        let seen = sed::files(sed_text.as_bytes()).is_none_or(|files| files.writes.contains(&b"out".to_vec()));
        proptest::prop_assert!(seen, "{sed_text}");
        let awk_text = format!("{text}\n{{ print > \"out\" }}");
        let seen = awk::files(awk_text.as_bytes()).is_none_or(|files| files.writes.contains(&b"out".to_vec()));
        proptest::prop_assert!(seen, "{awk_text}");
    }
}
