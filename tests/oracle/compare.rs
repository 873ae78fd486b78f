//! What the analyser predicts of a script, held against what a shell did.

use crate::confined::{Observed, Started};
use crate::tree;
use prexec::call::{AbsolutePath, Call, Event, Json, PermissionMode, ToolCall};
use prexec::effect::{CommandId, Effect, Kind, More, PathValue, Run, Span, Value, Word};
use prexec::effects;
use prexec::glob::{Answer, PathGlob, PathRule, Places, Reading, Subject, applies};
use prexec::path;
use prexec::world::World;
use std::collections::{BTreeSet, HashSet};

/// What is predicted.
pub(crate) struct Prediction {
    runs: Vec<Run>,
    reads: Vec<PathValue>,
    writes: Vec<PathValue>,
    /// Codes of what was declared unknown and could hide a start or an open.
    pub(crate) declared: BTreeSet<&'static str>,
    /// The script may itself start zsh.
    names_zsh: bool,
}

/// Something that a shell did and nobody predicted.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Miss {
    pub(crate) shell: String,
    /// The start or open, for people.
    pub(crate) what: String,
}

/// Codes of unknowns that speak of what a program makes of its words or environment, not of the shell. Stubs make nothing of
/// either.
const ABOUT_PROGRAMS: &[&str] = &["unmodelled-program", "unreviewed-variable"];

pub(crate) fn predict(script: &str, world: &dyn World) -> Prediction {
    let call = Call {
        event: Event::PreToolUse,
        tool_name: "Bash".into(),
        tool: ToolCall::Shell { script: script.into() },
        arguments: Json::Null,
        cwd: AbsolutePath::new(tree::WORK).expect("it is absolute"),
        permission_mode: PermissionMode::Default,
        session_id: "oracle".into(),
        turn_id: None,
        agent_id: None,
        agent_type: None,
        model: None,
        tool_use_id: None,
        description: None,
    };
    let mut prediction = Prediction {
        runs: Vec::new(),
        reads: Vec::new(),
        writes: Vec::new(),
        declared: BTreeSet::new(),
        names_zsh: script.contains("zsh"),
    };
    match effects::of(&call, tree::WORK.as_bytes(), world) {
        Ok(effects) => prediction.take(effects),
        Err(limit) => {
            prediction.declared.insert(limit.name);
        }
    }
    prediction
}

impl Prediction {
    fn take(&mut self, effects: Vec<Effect>) {
        let stub = |effect: &Effect| {
            let Kind::Run(run) = &effect.kind else { return None };
            let name = run.argv.first()?.value.known()?;
            let name = name.rsplit(|b| *b == b'/').next()?;
            tree::STUBS.iter().any(|s| s.as_bytes() == name).then_some(effect.command).flatten()
        };
        let stubs: HashSet<u32> = effects.iter().filter_map(stub).map(|CommandId(id)| id).collect();
        for effect in effects {
            match effect.kind {
                Kind::Run(run) => self.runs.push(*run),
                Kind::Read(path) => self.reads.push(path),
                Kind::Write(path) => self.writes.push(path),
                // What the person at the terminal types next is no part of the script.
                Kind::Interactive(_) => {
                    self.declared.insert("interactive");
                }
                Kind::Unknown(cause) => {
                    let own = effect.command.is_some_and(|CommandId(id)| stubs.contains(&id));
                    let by = effect.by.as_deref().and_then(|by| by.split(' ').next()).unwrap_or_default();
                    if !own && !tree::STUBS.contains(&by) && !ABOUT_PROGRAMS.contains(&cause.code) {
                        self.declared.insert(cause.code);
                    }
                }
                _ => {}
            }
        }
    }

    /// What one shell did that is not predicted.
    pub(crate) fn misses(&self, observed: &Observed) -> Vec<Miss> {
        if !self.declared.is_empty() {
            return Vec::new();
        }
        let miss = |what| Miss { shell: observed.shell.clone(), what };
        let mut all = Vec::new();
        for started in observed.started.iter().filter(|started| !self.is_null_command(observed, started)) {
            if !self.runs.iter().any(|run| is_run(run, started)) {
                all.push(miss(format!("starts {}", shown(started))));
            } else if let Some(path) = self.unpredicted_operand(started) {
                let path = String::from_utf8_lossy(&path).into_owned();
                all.push(miss(format!("starts {} on `{path}`", shown(started))));
            }
        }
        for path in observed.opened.iter().filter(|path| !is_zsh_temporary(path)) {
            let by_run = self.runs.iter().filter_map(|run| run.program.as_ref()).any(|p| covers(p, path));
            if !by_run && !self.reads.iter().chain(&self.writes).any(|p| covers(p, path)) {
                all.push(miss(format!("opens {}", String::from_utf8_lossy(path))));
            }
        }
        all
    }

    /// For redirections without a command zsh starts `cat`, which does no more than move bytes between the files that are predicted.
    fn is_null_command(&self, observed: &Observed, started: &Started) -> bool {
        (observed.shell == "zsh" || self.names_zsh) && started.words == [b"cat"]
    }

    /// `cat FILE` reads the file in the directory that it really runs in, `touch FILE` writes it: that shows whether the directory
    /// was followed.
    fn unpredicted_operand(&self, started: &Started) -> Option<Vec<u8>> {
        let name = started.path.rsplit(|b| *b == b'/').next()?;
        let predicted = match name {
            b"cat" => &self.reads,
            b"touch" => &self.writes,
            _ => return None,
        };
        let operands = started.words.get(1..).unwrap_or_default();
        if operands.iter().any(|word| word.starts_with(b"-")) {
            return None;
        }
        let paths = operands.iter().filter(|w| !w.is_empty());
        let mut paths = paths.map(|word| path::normalize(&path::join(&started.directory, word)));
        paths.find(|file| {
            !file.starts_with(b"/dev/") && !file.starts_with(b"/proc/") && !predicted.iter().any(|p| covers(p, file))
        })
    }
}

/// zsh keeps here-documents in files of its own.
fn is_zsh_temporary(path: &[u8]) -> bool {
    path.starts_with(b"/tmp/zsh")
}

pub(crate) fn shown(started: &Started) -> String {
    let text = |bytes: &Vec<u8>| String::from_utf8_lossy(bytes).into_owned();
    let words: Vec<String> = started.words.iter().map(text).collect();
    format!("{words:?} ({}) in {}", text(&started.path), text(&started.directory))
}

/// Whether `run` predicts the start.
fn is_run(run: &Run, started: &Started) -> bool {
    let name = |path: &[u8]| path.rsplit(|b| *b == b'/').next().unwrap_or_default().to_vec();
    let executed = name(&started.path);
    let program = |word: &Word| match word.value.alternatives() {
        Some(all) => all.iter().any(|one| name(one) == executed),
        None => true,
    };
    let whole = |argv: &[Word]| {
        let Some((first, rest)) = argv.split_first() else { return false };
        let real = started.words.get(1..).unwrap_or_default();
        let named = |more: &More| {
            let fixed = rest.len().saturating_sub(more.samples);
            let names = real.get(fixed..).unwrap_or_default();
            let is_name = |word: &Vec<u8>| {
                let one = |value: &Value| Word { value: value.clone(), span: Span::default() };
                more.values.iter().any(|value| words_match(&[one(value)], core::slice::from_ref(word)))
            };
            real.len() >= fixed && words_match(&rest[..fixed], &real[..fixed]) && names.iter().all(is_name)
        };
        first.value.is_one_word() && program(first) && (words_match(rest, real) || run.more.as_ref().is_some_and(named))
            || !first.value.is_one_word()
    };
    whole(&run.argv)
}

/// Whether the predicted words can become these.
fn words_match(predicted: &[Word], real: &[Vec<u8>]) -> bool {
    let Some((first, rest)) = predicted.split_first() else { return real.is_empty() };
    let one = |fits: &dyn Fn(&[u8]) -> bool| real.first().is_some_and(|w| fits(w)) && words_match(rest, &real[1..]);
    match &first.value {
        Value::Known(bytes) => one(&|word| *bytes == *word),
        Value::Set(all) => one(&|word| all.iter().any(|a| a == word)),
        Value::Affix { prefix, suffix } => {
            one(&|word| word.len() >= prefix.len() + suffix.len() && word.starts_with(prefix) && word.ends_with(suffix))
        }
        // A process substitution: a descriptor under any of its names, or a named pipe of zsh's.
        Value::Below { dir, .. } if dir == b"/dev/fd" => {
            let names = [&b"/dev/fd/"[..], b"/proc/self/fd/", b"/tmp/zsh"];
            one(&|word| names.iter().any(|name| word.starts_with(name)))
        }
        Value::Below { dir, suffix } => one(&|word| word.starts_with(dir) && word.ends_with(suffix)),
        Value::Name(text) => one(&|word| glob_fits(text, word)),
        Value::Pattern(text) => {
            let fitting = real.iter().take_while(|word| glob_fits(text, word)).count();
            (0..=fitting).any(|taken| words_match(rest, &real[taken..]))
        }
        Value::Unknown { may_split, may_be_empty, form } => {
            let least = usize::from(!may_be_empty);
            let fits = real.iter().take_while(|word| form.fits(word)).count();
            let most = if *may_split { fits } else { fits.min(1) };
            (least..=most).any(|taken| words_match(rest, &real[taken..]))
        }
    }
}

fn glob_fits(text: &[u8], word: &[u8]) -> bool {
    let rooted = |bytes: &[u8]| if bytes.starts_with(b"/") { bytes.to_vec() } else { [b"/here/", bytes].concat() };
    covers(&PathValue::file(Value::Pattern(rooted(text).into())), &path::normalize(&rooted(word)))
}

/// Whether a rule that forbids exactly `file` would see it in what is predicted: by the matcher that decides.
fn covers(predicted: &PathValue, file: &[u8]) -> bool {
    // What is known in full needs no matcher, which is most of it.
    if let (Some(all), false) = (predicted.value.alternatives(), predicted.tree) {
        return all.iter().any(|one| path::normalize(one) == file || tree::behind_link(one) == file);
    }
    let Ok(text) = std::str::from_utf8(file) else { return true };
    let mut glob = String::new();
    for c in text.chars() {
        if "*?[]{}\\!,".contains(c) {
            glob.push('\\');
        }
        glob.push(c);
    }
    let glob = PathGlob::parse(&glob).expect("an escaped path is a glob");
    let rule = PathRule {
        patterns: std::slice::from_ref(&glob),
        unless: &[],
        places: Places::default(),
        unless_places: Places::default(),
        reading: Reading::Restrict,
        ignore_case: false,
    };
    applies(&rule, &Subject::new(predicted)) != Answer::No
}
