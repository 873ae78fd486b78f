//! What a loop goes over: the numbers of `$(seq 1 5)`, and the files of `*.txt` or of `ls`, where the directory can be listed.
//!
//! A loop's variable that is a pattern is one name of which nothing but its shape is known, so that `"${f%.txt}.md"` is next to
//! anything. The files that stand there are known, as long as nothing of the script can have changed which they are.

use super::compound::MAX_VALUES;
use super::held::is_integer;
use super::state::State;
use super::{At, Fold, heard, list, revisions};
use crate::effect::{Bytes, Effect, Form, Kind, Value, Word};
use crate::effects::LimitReached;
use crate::effects::command::{self, Analysis, FoundNames, Stdin};
use crate::glob::Step;
use crate::path::{self, Last, Resolution};
use crate::shell::tree::{
    AssignedValue, Node, NodeId, Part, Pipeline, Redirection, RedirectionKind, Simple, Tree, Word as Written,
};
use crate::shell::words;
use crate::world::{Child, Entry};
use alloc::{string::ToString, vec::Vec};

/// Variables that put quotes or colours around the names that `ls` prints.
const DRESSING: [&str; 2] = ["QUOTING_STYLE", "CLICOLOR_FORCE"];
/// Names of a directory that are looked at.
const MAX_NAMES: usize = 4096;

impl Fold<'_> {
    /// What a variable is that takes each of these words in turn, if some of them are patterns and all of those can be listed.
    pub(super) fn listed(&self, words: &[Word], state: &State) -> Option<Value> {
        let is_pattern = |word: &Word| matches!(word.value, Value::Pattern(_));
        let usual = !self.parents && !self.loose_case && !self.extended_globs && !self.literal_globs;
        if !usual || !words.iter().any(is_pattern) {
            return None;
        }
        let mut all: Vec<Bytes> = Vec::new();
        for word in words {
            match &word.value {
                Value::Pattern(text) => all.extend(self.names_of(text, state)?.into_iter().map(Bytes::from)),
                value => all.extend_from_slice(value.alternatives()?),
            }
        }
        Value::one_of(all, MAX_VALUES)
    }

    /// The names that `ls` prints, where they are known: those of the directory that the shell is in, or of files that match.
    pub(super) fn names_of_ls(&self, argv: &[Word], state: &State) -> Option<FoundNames> {
        let (program, words) = argv.split_first()?;
        let is_order = |text: &[u8]| {
            text.strip_prefix(b"-").is_some_and(|all| !all.is_empty() && all.iter().all(|b| b"1trSX".contains(b)))
        };
        let (options, files): (Vec<&Word>, Vec<&Word>) =
            words.iter().partition(|word| word.value.known().is_some_and(|text| text.starts_with(b"-")));
        let known = program.value.known() == Some(b"ls");
        let dressed =
            DRESSING.iter().any(|name| self.world.variable(name).is_some() || state.is_touched(name.as_bytes()));
        if !known || dressed || !options.iter().all(|word| word.value.known().is_some_and(is_order)) {
            return None;
        }
        let all = || Word { value: Value::Pattern(b"*".into()), span: program.span };
        let asked: Vec<Word> = if files.is_empty() { [all()].into() } else { files.iter().copied().cloned().collect() };
        let names = self.listed(&asked, state)?;
        let single = |name: &Bytes| {
            let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"._-/+@%:".contains(byte);
            !name.starts_with(b"-") && name.iter().all(plain)
        };
        // Of a directory that is named it prints what is in it.
        let is_file = |name: &Bytes| {
            let path = path::absolute(&Value::Known(name.clone()), &state.cwd);
            path.known().is_some_and(|path| self.world.entry(path) == Entry::Other)
        };
        let fit = names.alternatives()?.iter().all(|name| single(name) && (files.is_empty() || is_file(name)));
        fit.then(|| FoundNames { values: [names].into(), nul: false, cut: true, plain: true })
    }

    /// Whether nobody in a pipeline that begins with `ls` or `git` makes a file, or has git track others, while that looks which there
    /// are: who gets the names does nothing without one. True, too, where it does not begin so.
    pub(super) fn lists_undisturbed(
        &mut self,
        at: At<'_>,
        pipeline: &Pipeline,
        state: &State,
        analysis: &mut Analysis<'_>,
    ) -> Result<bool, LimitReached> {
        let Some(tree) = self.scripts.get(at.script).map(|script| script.tree.clone()) else { return Ok(false) };
        let plain = |element: &NodeId| match &tree.get(*element)?.node {
            Node::Simple(simple) if makes_nothing(&simple.redirections) => {
                Some(words::expand_all(&simple.words, &self.seen(state)))
            }
            _ => None,
        };
        let mut elements = pipeline.elements.iter();
        let listing = |argv: Vec<Word>| {
            let tracked = || self.tracked(&argv, (state, true), analysis);
            self.names_of_ls(&argv, state).or_else(tracked)
        };
        let names = elements.next().and_then(plain).and_then(listing);
        let Some(names) = names else { return Ok(true) };
        for element in elements.by_ref() {
            let argv = plain(element);
            if argv.as_ref().is_some_and(|argv| command::names_pass(argv, &names)) {
                continue;
            }
            // This one gets them.
            let program = argv.as_ref().and_then(|argv| argv.first()?.value.known());
            if !matches!(program, Some(b"xargs" | b"parallel")) && !(self.waits(&tree, *element, state)) {
                return Ok(false);
            }
            break;
        }
        let start = analysis.effects.len();
        for element in elements {
            self.node(At { stdin: Stdin::Stream, piped: true, ..at }, *element, state.clone(), analysis)?;
        }
        let quiet = |effect: &Effect| matches!(effect.kind, Kind::Run(_) | Kind::Read(_) | Kind::ReadEnv(_));
        let all = |effect: &Effect| quiet(effect) && !list::changes_index(effect);
        let all = analysis.effects.get(start..).unwrap_or_default().iter().all(all);
        analysis.effects.truncate(start);
        Ok(all)
    }

    /// Whether an element is a loop that does nothing before it has read a line.
    fn waits(&self, tree: &Tree, element: NodeId, state: &State) -> bool {
        let Some(Node::While { condition, .. }) = tree.get(element).map(|located| &located.node) else { return false };
        let Some(Node::Simple(simple)) = tree.get(*condition).map(|located| &located.node) else { return false };
        let plain = |word: &Written| word.parts.iter().all(|part| matches!(part, Part::Text { .. }));
        let assigned = |value: &AssignedValue| match value {
            AssignedValue::Scalar(word) => plain(word),
            AssignedValue::Array(_) => false,
        };
        let name = simple.words.first().map(|word| word.parts.as_slice());
        heard::is_loop(tree, element)
            && matches!(name, Some([Part::Text { bytes, .. }]) if **bytes == *b"read")
            && !self.is_replaced(b"read", state)
            && simple.words.iter().all(plain)
            && simple.assignments.iter().all(|one| one.subscript.is_none() && assigned(&one.value))
            && simple.arrays.is_empty()
            && makes_nothing(&simple.redirections)
    }

    /// What a variable is that takes each number of `$(seq 1 10)` in turn.
    pub(super) fn counted_off(&self, at: At<'_>, words: &[Written], state: &State) -> Option<Value> {
        let [Written { parts, .. }] = words else { return None };
        let [Part::Command { body: Some(body), quoted: false }] = parts.as_slice() else { return None };
        if state.is_touched(b"IFS") {
            return None;
        }
        if let Some(Value::Unknown { form, .. }) =
            self.plain_command(at, *body, state).and_then(|argv| revisions::each(&argv))
        {
            return Some(Value::Unknown { may_split: false, may_be_empty: false, form });
        }
        let (form, numbers) = self.numbers_of_seq(at, *body, state)?;
        let any = Value::Unknown { may_split: false, may_be_empty: false, form };
        let known: Option<Vec<i64>> = numbers.iter().map(|word| number(word.value.known()?)).collect();
        let (first, step, last) = match known.as_deref() {
            Some([last]) => (1, 1, *last),
            Some([first, last]) => (*first, 1, *last),
            Some([first, step, last]) => (*first, *step, *last),
            // Some programs write large numbers as `1e+06`, which is neither code nor an option.
            _ => return Some(any),
        };
        // Backwards only some count without being told.
        if step == 0 || (last - first).signum() == -step.signum() {
            return Some(any);
        }
        let count = usize::try_from((last - first) / step).ok().filter(|count| *count < MAX_VALUES);
        let Some(count) = count else { return Some(any) };
        let all = (0..=count).scan(first, |next, _| {
            let number = *next;
            *next += step;
            Some(number.to_string().into_bytes())
        });
        Value::one_of(all, MAX_VALUES)
    }

    /// The words of a `seq` that are all numbers, and the form that what it prints has.
    pub(super) fn numbers_of_seq(&self, at: At<'_>, body: NodeId, state: &State) -> Option<(Form, Vec<Word>)> {
        let mut argv = self.plain_command(at, body, state)?;
        let mut numbers = argv.split_off(1);
        // With zeros in front each is as long as the longest, and no number that can be counted with.
        let padded = numbers.first().is_some_and(|word| word.value.known() == Some(b"-w"));
        if padded {
            numbers.remove(0);
        }
        if argv.first()?.value.known() != Some(b"seq") || numbers.is_empty() || numbers.len() > 3 {
            return None;
        }
        let mut forms = [Form::Digits, Form::Integer].into_iter();
        let form = forms.find(|form| numbers.iter().all(|word| has_form(&word.value, *form)))?;
        Some((form, if padded { Vec::new() } else { numbers }))
    }

    /// The words that a pattern becomes; none where it matches nothing, is more than stars in the last name, or may match what
    /// the script has made.
    fn names_of(&self, pattern: &[u8], state: &State) -> Option<Vec<Vec<u8>>> {
        // Elsewhere it depends on the locale, or on the shell, what is matched.
        let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"*._-/".contains(byte);
        if !pattern.iter().all(plain) || pattern.windows(2).any(|two| two == b"//" || two == b"**") {
            return None;
        }
        // `*/` is the directories.
        let (pattern, directories) = match pattern.strip_suffix(b"/") {
            Some(names) => (names, true),
            None => (pattern, false),
        };
        let slash = pattern.iter().rposition(|byte| *byte == b'/');
        let (before, last) = slash.map_or((&b""[..], pattern), |slash| pattern.split_at(slash + 1));
        let [step] = Step::all_of(last)?.try_into().ok()?;
        // Who spells a hidden name aims at it, whether or not it stands there.
        if before.contains(&b'*') || step.is_plain() || last.starts_with(b".") {
            return None;
        }
        let named = Value::Known(if before.is_empty() { b".".into() } else { before.into() });
        let Value::Known(dir) = path::absolute(&named, &state.cwd) else { return None };
        let Resolution::At { path: dir, exists: true } = path::resolve(self.world, &dir, None, Last::Follow) else {
            return None;
        };
        if state.files.may_have(&dir, &step) || self.has_noglob() {
            return None;
        }
        let children = self.world.children(&dir, MAX_NAMES)?;
        let fits = |name: &[u8], child: Child| step.matches(name) && !(directories && child == Child::Other);
        let end: &[u8] = if directories { b"/" } else { b"" };
        // What a link leads to is not looked at.
        if directories && children.iter().any(|(name, child)| step.matches(name) && *child == Child::Link) {
            return None;
        }
        let names = children.iter().filter(|(name, child)| fits(name, *child));
        let names: Vec<Vec<u8>> = names.map(|(name, _)| [before, name, end].concat()).collect();
        (!names.is_empty()).then_some(names)
    }

    /// The environment makes patterns stand for themselves.
    fn has_noglob(&self) -> bool {
        let options = self.world.variable("SHELLOPTS").unwrap_or_default();
        options.split(|b| *b == b':').any(|option| option == b"noglob")
    }
}

/// A number of so few digits that every program writes it as it is.
fn number(text: &[u8]) -> Option<i64> {
    let usual =
        is_integer(text) && text.len() < 7 && (text == b"0" || !text.starts_with(b"0")) && !text.starts_with(b"-0");
    core::str::from_utf8(text).ok().filter(|_| usual)?.parse().ok()
}

/// Whether a word is one number of this form.
fn has_form(value: &Value, form: Form) -> bool {
    match value {
        Value::Unknown { may_split: false, form: own, .. } => {
            *own == form || (*own, form) == (Form::Digits, Form::Integer)
        }
        value => value.alternatives().is_some_and(|all| all.iter().all(|one| form.fits(one))),
    }
}

/// Whether a command makes no file before it runs: what it writes goes where it went, or to `/dev/null`.
pub(super) fn makes_nothing(redirections: &[Redirection]) -> bool {
    use RedirectionKind as K;
    redirections.iter().all(|one| match (one.kind, one.target.parts.as_slice()) {
        (K::Write | K::Append | K::WriteBoth | K::AppendBoth, [Part::Text { bytes, .. }]) => **bytes == *b"/dev/null",
        (K::DuplicateOutput, [Part::Text { bytes, .. }]) => bytes.iter().all(u8::is_ascii_digit),
        (K::Read, [Part::Text { .. }]) => true,
        _ => false,
    })
}

/// Whether nothing of a command runs or makes a file before its last word is made.
pub(super) fn is_still(simple: &Simple) -> bool {
    let still = |part: &Part| match part {
        Part::Text { .. } | Part::Tilde(_) | Part::Glob(_) => true,
        Part::Parameter(one) => one.operation.is_none() && one.subscript.is_none() && !one.indirect,
        _ => false,
    };
    let before = simple.words.split_last().map_or(&[][..], |(_, before)| before);
    simple.assignments.is_empty()
        && simple.arrays.is_empty()
        && makes_nothing(&simple.redirections)
        && before.iter().all(|word| word.parts.iter().all(still))
}
