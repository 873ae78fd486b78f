//! Prefix rules held against commands.
//!
//! Codex looks a program path up as written and falls back to its basename only where no rule speaks of the path itself, and
//! only to the paths that `host_executable` lists. That serves allow rules. What is meant to be different here is in
//! [`Difference`].

use super::list::Question;
use super::prefix;
use super::rule::{HostExecutable, Policy, PrefixRule};
use super::scene::Scene;
use crate::decision::Decision;
use crate::effect::{More, Run, Shape, Value, Word};
use crate::glob::Answer;
use crate::path;
use alloc::{string::String, vec::Vec};

/// Where the answer is meant to be stricter than that of Codex's own engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Difference {
    /// A forbidding or prompting rule on a basename matches every path that ends in it: neither a rule on the path itself nor
    /// `host_executable` frees a path from it. Codex says no.
    StrictBasename,
    /// A path with `..` is none that `host_executable` lists for a rule that allows: after a link, `..` leads elsewhere than its
    /// text says (`/tmp/link/../../usr/bin/git`). Codex says yes by the text alone.
    ParentSteps,
}

/// What one rule says of one command.
pub(super) struct Found {
    /// Our answer.
    pub(super) here: Answer,
    /// What Codex's engine would answer.
    pub(super) codex: Answer,
    /// Whether the rule was reached by the program's basename rather than by its path as written.
    pub(super) by_name: bool,
    /// Why the two answers differ, where they do.
    pub(super) difference: Option<Difference>,
}

/// Whether `rule` matches the command, in either of its readings.
pub(super) struct Command<'a> {
    readings: Vec<Lookup<'a>>,
    shape: Option<&'a Shape>,
    more: Option<&'a More>,
    /// The program's name where it is looked for along PATH.
    bare: Option<&'a [u8]>,
    scene: &'a Scene<'a>,
}

impl<'a> Command<'a> {
    pub(super) fn new(policy: &'a Policy, run: &'a Run, scene: &'a Scene<'a>) -> Self {
        let path = run.program.as_ref().and_then(|p| p.value.known());
        let argvs = core::iter::once(&run.argv).chain(run.canonical.as_ref());
        let readings = argvs.map(|argv| Lookup::new(policy, argv, run.more.as_ref(), path)).collect();
        let bare = run.argv.first().and_then(|w| w.value.known()).filter(|name| !name.contains(&b'/'));
        Self { readings, shape: run.shape.as_ref(), more: run.more.as_ref(), bare, scene }
    }

    /// The words by which a rule can speak of it.
    pub(super) fn questions(&self) -> Vec<Question<'_>> {
        let shape = self.shape.map(|shape| shape.words.as_slice());
        self.readings.iter().map(|lookup| lookup.argv).chain(shape).map(Question::Command).collect()
    }

    pub(super) fn answer(&self, rule: &PrefixRule) -> Answer {
        let Some(first) = rule.pattern.first() else { return Answer::No };
        if self.is_spared(rule) {
            return Answer::No;
        }
        let in_order = self.readings.iter().map(|lookup| lookup.find(rule, first).here).max().unwrap_or(Answer::No);
        let answer = match self.shape {
            Some(shape) if rule.options_anywhere => in_order.max(shape_answer(rule, shape, self.more)),
            _ => in_order,
        };
        // Looked up only for what would be allowed.
        let allowed = answer == Answer::Yes && rule.head.decision == Decision::Allow;
        if allowed && self.bare.is_some_and(|name| self.scene.is_shadowed(name)) { Answer::Maybe } else { answer }
    }

    /// Whether the command certainly has an option that the rule spares, and nothing that could take it back.
    fn is_spared(&self, rule: &PrefixRule) -> bool {
        let Some(shape) = self.shape.filter(|_| !rule.unless.is_empty()) else { return false };
        let named = |name: &String| shape.options.iter().any(|option| option.as_slice() == name.as_bytes());
        let revoked = |name: &String| shape.options.iter().any(|option| takes_back(option, name));
        if named(&Shape::INSTALLED.into()) && rule.unless.iter().any(|word| word == Shape::INSTALLED) {
            return true;
        }
        let known = self.readings.iter().all(|lookup| lookup.argv.iter().all(|word| word.value.known().is_some()));
        known && rule.unless.iter().any(named) && !rule.unless.iter().any(revoked)
    }
}

/// The option that takes a long option back (`--no-dry-run`), whichever of them is written last.
fn takes_back(option: &[u8], name: &str) -> bool {
    let long = name.strip_prefix("--");
    long.is_some_and(|long| option.strip_prefix(b"--no-") == Some(long.as_bytes()))
}

/// The values that each word may have: those that are written, and with names of which there may be any number, all of these in every
/// place from the first name on.
fn readings<'a>(words: &'a [Word], more: Option<&'a More>) -> impl Iterator<Item = Reading<'a>> {
    let named =
        more.map(|more| Reading { words, fixed: words.len().saturating_sub(more.samples), names: &more.values });
    core::iter::once(Reading { words, fixed: words.len(), names: &[] }).chain(named)
}

/// One of them.
#[derive(Clone, Copy)]
struct Reading<'a> {
    words: &'a [Word],
    fixed: usize,
    names: &'a [Value],
}

impl<'a> Reading<'a> {
    fn places(self) -> impl Iterator<Item = &'a [Value]> + Clone {
        let names = (!self.names.is_empty()).then_some(self.names);
        let written = self.words.iter().take(self.fixed).map(|word| core::slice::from_ref(&word.value));
        written.chain(names.into_iter().flat_map(core::iter::repeat))
    }

    /// Whether all that is left are numbers, or nothing at all (`kill $!`), and none of these words is a number.
    fn none_can_be(self, tokens: &[String], mut left: impl Iterator<Item = &'a [Value]>) -> bool {
        self.names.is_empty()
            && left.all(|values| values.iter().all(|value| cannot_be(value, tokens.iter().map(String::as_str))))
    }

    /// Nobody knows whether a name stands in a place.
    fn at_most(self) -> Answer {
        if self.names.is_empty() { Answer::Yes } else { Answer::Maybe }
    }
}

/// Holds a rule with `options_anywhere` against a command whose options are known.
fn shape_answer(rule: &PrefixRule, shape: &Shape, more: Option<&More>) -> Answer {
    readings(&shape.words, more).map(|reading| shape_in(rule, shape, reading)).max().unwrap_or(Answer::No)
}

fn shape_in(rule: &PrefixRule, shape: &Shape, reading: Reading<'_>) -> Answer {
    let mut result = reading.at_most();
    let mut places = reading.places();
    for alternatives in &rule.pattern {
        let options = alternatives.iter().filter(|token| token.starts_with('-'));
        let (used, all) = (options.clone().any(|token| uses(shape, token)), options.count() == alternatives.len());
        match (used, all) {
            (true, true) => continue,
            (true, false) => return either_way(rule, shape, reading),
            (false, true) => return Answer::No,
            (false, false) => {}
        }
        if reading.none_can_be(alternatives, places.clone()) {
            return Answer::No;
        }
        let Some(values) = places.next() else { return Answer::No };
        result = result.min(place_answer(rule, &alternatives.iter().map(String::as_str), values, false));
        if result == Answer::No || !are_one_word(values) {
            return result.min(Answer::Maybe);
        }
    }
    result
}

/// The same where a word of the pattern may stand for an option that is used, or for the next word: both count.
fn either_way(rule: &PrefixRule, shape: &Shape, reading: Reading<'_>) -> Answer {
    let places: Vec<&[Value]> = reading.places().take(rule.pattern.len()).collect();
    // By how many places are taken: what the words of the pattern so far say.
    let mut reached = Vec::from([reading.at_most()]);
    let mut open = Answer::No;
    for alternatives in &rule.pattern {
        let used = alternatives.iter().any(|token| token.starts_with('-') && uses(shape, token));
        let mut next: Vec<Answer> = reached.iter().map(|so_far| if used { *so_far } else { Answer::No }).collect();
        next.push(Answer::No);
        for ((so_far, values), further) in reached.iter().zip(&places).zip(next.iter_mut().skip(1)) {
            let here = place_answer(rule, &alternatives.iter().map(String::as_str), values, false).min(*so_far);
            if are_one_word(values) {
                *further = here.max(*further);
            } else {
                open = open.max(here.min(Answer::Maybe));
            }
        }
        reached = next;
    }
    reached.into_iter().fold(open, Answer::max)
}

/// Whether an option is used, or each letter of a cluster.
fn uses(shape: &Shape, token: &str) -> bool {
    let used = |name: &str| shape.options.iter().any(|option| option.as_slice() == name.as_bytes());
    let cluster = token.strip_prefix('-').filter(|letters| letters.len() > 1 && !letters.starts_with('-'));
    used(token) || cluster.is_some_and(|letters| letters.chars().all(|c| used(&alloc::format!("-{c}"))))
}

/// The words of a command, and what is asked of its program once for all rules.
pub(super) struct Lookup<'a> {
    policy: &'a Policy,
    argv: &'a [Word],
    /// What the last words stand for.
    more: Option<&'a More>,
    by_path: Option<ByPath>,
}

/// A program that is called by a path that is known.
pub(super) struct ByPath {
    pub(super) name: Vec<u8>,
    /// The absolute normal path; none where the directory is not known.
    pub(super) path: Option<Vec<u8>>,
    has_parent_steps: bool,
    /// A rule speaks, or may speak, of the path as written.
    spoken_for: bool,
}

impl<'a> Lookup<'a> {
    /// `program`: the program's absolute normal path, where it is called by a path.
    pub(super) fn new(policy: &'a Policy, argv: &'a [Word], more: Option<&'a More>, program: Option<&[u8]>) -> Self {
        let by_path = argv.first().and_then(|w| w.value.known()).and_then(|written| {
            let name = basename_of_path(written)?;
            let absolute = || path::is_absolute(written).then(|| path::normalize(written));
            let mut spoken_for = false;
            for layer in &policy.layers {
                layer.prefix_rules.near(&[Question::Command(argv)], &mut |rule| {
                    spoken_for |= as_written(rule, rule.pattern.first(), argv, more) != Answer::No;
                });
            }
            Some(ByPath {
                name,
                path: program.map(<[u8]>::to_vec).or_else(absolute),
                has_parent_steps: path::components(written).any(|c| c == b".."),
                spoken_for,
            })
        });
        Self { policy, argv, more, by_path }
    }

    pub(super) fn by_path(&self) -> Option<&ByPath> {
        self.by_path.as_ref()
    }

    /// What the rule says with `first` as the alternatives of its first word.
    pub(super) fn find(&self, rule: &PrefixRule, first: &[String]) -> Found {
        let exact = as_written(rule, Some(first), self.argv, self.more);
        let words = || first.iter().map(String::as_str);
        let falls_back = |by_text: bool| match &self.by_path {
            Some(program) if !program.spoken_for => {
                let listed = words().filter(|word| self.lists(program, word, by_text));
                exact.max(prefix_answer(rule, &listed, self.argv, self.more, true))
            }
            _ => exact,
        };
        let allows = rule.head.decision == Decision::Allow;
        let here = if exact == Answer::Yes {
            exact
        } else if allows {
            falls_back(false)
        } else {
            exact.max(prefix_answer(rule, &words(), self.argv, self.more, true))
        };
        let codex = if exact == Answer::Yes { exact } else { falls_back(true) };
        let kind = if allows { Difference::ParentSteps } else { Difference::StrictBasename };
        Found { here, codex, by_name: here.max(codex) != exact, difference: (here != codex).then_some(kind) }
    }

    /// The registrations that speak of a program of this name, or of a rule on `word` for it: these are two names where a rule
    /// compares without case.
    fn registrations(&self, name: &[u8], word: &str) -> impl Iterator<Item = &HostExecutable> {
        let speaks = move |e: &&HostExecutable| e.name.as_bytes() == name || e.name == word;
        self.policy.layers.iter().flat_map(|l| &l.host_executables).filter(speaks)
    }

    /// Whether every registration lists the program's path, so that a rule on `word` may be asked about its basename. A path
    /// with `..` is listed only `by_text`.
    fn lists(&self, program: &ByPath, word: &str, by_text: bool) -> bool {
        let path = program.path.as_deref().filter(|_| by_text || !program.has_parent_steps);
        let is_listed = |e: &HostExecutable| e.paths.iter().any(|p| Some(p.as_bytes()) == path);
        self.registrations(&program.name, word).all(is_listed)
    }
}

/// Holds the rule against the words as they are.
fn as_written<F: AsRef<[String]>>(rule: &PrefixRule, first: Option<F>, argv: &[Word], more: Option<&More>) -> Answer {
    let Some(first) = first else { return Answer::No };
    prefix_answer(rule, &first.as_ref().iter().map(String::as_str), argv, more, false)
}

/// Holds the rule, with `first` in its first place, against the words; with the program's basename in the first place where
/// `by_name` (a word without a slash has none there).
fn prefix_answer<'r>(
    rule: &'r PrefixRule,
    first: &(impl Iterator<Item = &'r str> + Clone),
    argv: &[Word],
    more: Option<&More>,
    by_name: bool,
) -> Answer {
    readings(argv, more).map(|reading| prefix_in(rule, first, reading, by_name)).max().unwrap_or(Answer::No)
}

fn prefix_in<'r>(
    rule: &'r PrefixRule,
    first: &(impl Iterator<Item = &'r str> + Clone),
    reading: Reading<'_>,
    by_name: bool,
) -> Answer {
    let mut places = reading.places();
    let Some(program) = places.next() else { return Answer::No };
    let mut result = reading.at_most().min(place_answer(rule, first, program, by_name));
    let mut before = program;
    for alternatives in rule.pattern.iter().skip(1) {
        if result == Answer::No || !are_one_word(before) {
            return result.min(Answer::Maybe); // what becomes no word or several cannot be aligned with what follows
        }
        if reading.none_can_be(alternatives, places.clone()) {
            return Answer::No;
        }
        let Some(values) = places.next() else { return Answer::No };
        result = result.min(place_answer(rule, &alternatives.iter().map(String::as_str), values, false));
        before = values;
    }
    if are_one_word(before) { result } else { result.min(Answer::Maybe) }
}

fn are_one_word(values: &[Value]) -> bool {
    values.iter().all(Value::is_one_word)
}

fn place_answer<'r>(
    rule: &PrefixRule,
    alternatives: &(impl Iterator<Item = &'r str> + Clone),
    values: &[Value],
    by_name: bool,
) -> Answer {
    values.iter().map(|value| word_answer(rule, alternatives, value, by_name)).max().unwrap_or(Answer::No)
}

fn word_answer<'r>(
    rule: &PrefixRule,
    alternatives: &(impl Iterator<Item = &'r str> + Clone),
    value: &Value,
    by_name: bool,
) -> Answer {
    let known = |word: &[u8]| {
        // A token is text: no other bytes are the same word.
        let matches = |word: &[u8]| {
            core::str::from_utf8(word)
                .is_ok_and(|text| alternatives.clone().any(|token| prefix::word_matches(rule, token, text)))
        };
        if by_name { basename_of_path(word).is_some_and(|name| matches(&name)) } else { matches(word) }
    };
    let could = |parts: [&[u8]; 2], fits: &dyn Fn(&[u8]) -> bool| {
        // What folding makes of characters outside ASCII is not asked of parts of a word.
        let folds = |token: &str| rule.ignore_case && !(token.is_ascii() && parts.iter().all(|p| p.is_ascii()));
        let any = alternatives.clone().any(|token| folds(token) || fits(token.as_bytes()));
        if any { Answer::Maybe } else { Answer::No }
    };
    match value {
        Value::Known(word) => {
            if known(word) {
                Answer::Yes
            } else {
                Answer::No
            }
        }
        Value::Set(words) => match words.iter().filter(|word| known(word)).count() {
            0 => Answer::No,
            n if n == words.len() => Answer::Yes,
            _ => Answer::Maybe,
        },
        Value::Affix { prefix, suffix } | Value::Below { dir: prefix, suffix } if by_name => {
            could([prefix, suffix], &|token| could_end_path(suffix, token, rule.ignore_case))
        }
        Value::Affix { prefix, suffix } | Value::Below { dir: prefix, suffix } => {
            could([prefix, suffix], &|token| could_be(prefix, suffix, token, rule.ignore_case))
        }
        Value::Unknown { may_be_empty: false, .. } if cannot_be(value, alternatives.clone()) => Answer::No,
        Value::Name(text) if !alternatives.clone().any(|token| may_be_named(text, token, by_name)) => Answer::No,
        Value::Pattern(_) | Value::Name(_) | Value::Unknown { .. } => Answer::Maybe,
    }
}

/// Whether a name that a program makes up, of which the beginning is known, may be `token`; `by_name`: its last part.
fn may_be_named(text: &[u8], token: &str, by_name: bool) -> bool {
    let last = text.rsplit(|b| *b == b'/').next().filter(|_| by_name).unwrap_or(text);
    let begin = last.split(|b| matches!(b, b'[' | b'*')).next().unwrap_or_default();
    let made_up = |b: &u8| b.is_ascii_alphanumeric();
    // Letters, as some file systems and programs take them for the same; no name is one of letters outside ASCII.
    let same = token.get(..begin.len()).is_some_and(|start| start.as_bytes().eq_ignore_ascii_case(begin));
    !token.is_ascii() || same && token.as_bytes().get(begin.len()).is_none_or(made_up)
}

/// Whether a word that is only known to be a number, where it is one at all, is none of these tokens.
fn cannot_be<'r>(value: &Value, mut tokens: impl Iterator<Item = &'r str>) -> bool {
    match value {
        Value::Unknown { may_split: false, form, .. } => !tokens.any(|token| form.fits(token.as_bytes())),
        _ => false,
    }
}

/// Whether `prefix` + anything + `suffix` can be `token`.
fn could_be(prefix: &[u8], suffix: &[u8], token: &[u8], ignore_case: bool) -> bool {
    let long_enough = token.len() >= prefix.len().saturating_add(suffix.len());
    let ends = |part: &[u8], whole: Option<&[u8]>| {
        whole.is_some_and(|whole| if ignore_case { whole.eq_ignore_ascii_case(part) } else { whole == part })
    };
    long_enough
        && ends(prefix, token.get(..prefix.len()))
        && ends(suffix, token.get(token.len().saturating_sub(suffix.len())..))
}

/// Whether anything + `suffix` can be a path whose last component is `token`.
fn could_end_path(suffix: &[u8], token: &[u8], ignore_case: bool) -> bool {
    match basename_of_path(suffix) {
        Some(last) => could_be(&last, b"", token, ignore_case) && last.len() == token.len(),
        None => could_be(b"", suffix, token, ignore_case),
    }
}

/// The last component of a path; `None` for a word without a slash, and for a path that names no file.
fn basename_of_path(word: &[u8]) -> Option<Vec<u8>> {
    if !word.contains(&b'/') {
        return None;
    }
    let normal = path::normalize(word);
    path::file_name(&normal).filter(|name| !matches!(*name, b"." | b"..")).map(<[u8]>::to_vec)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::effect::Span;
    use crate::policy::{Head, Layer, Trust};
    use alloc::vec;

    #[test]
    fn a_partly_known_word_may_match() {
        let affix = |prefix: &str, suffix: &str| Value::Affix { prefix: prefix.into(), suffix: suffix.into() };
        let (no, maybe, yes) = (Answer::No, Answer::Maybe, Answer::Yes);
        for (value, ignore_case, allows, forbids) in [
            (affix("ki", ""), false, maybe, maybe),
            (affix("KI", ""), false, no, maybe), // `KI/kill`
            (affix("KI", ""), true, maybe, maybe),
            (affix("\u{212a}i", ""), true, maybe, maybe), // the Kelvin sign is a `k`
            (affix("\u{212a}i", ""), false, no, maybe),
            (affix("", "/kill"), false, no, maybe),
            (affix("", "/skill"), false, no, no),
            (affix("", "/kil"), false, no, no),
            (affix("", "/skil"), false, no, no), // as long as the word
            (affix("", "/KILL"), true, no, maybe),
            (Value::Set(vec![b"kill".into(), b"/bin/skill".into()].into()), false, maybe, maybe),
            (Value::Set(vec![b"/sbin/kill".into(), b"/bin/kill".into()].into()), false, no, yes),
            (Value::Set(vec![b"kil".into(), b"/bin/skill".into()].into()), false, no, no),
            (Value::ANY_WORDS, false, maybe, maybe),
        ] {
            for (decision, expected) in [(Decision::Allow, allows), (Decision::Deny, forbids)] {
                let head = Head { place: "t:1:1".into(), decision, justification: None, tiers: vec![] };
                let rule = PrefixRule {
                    head,
                    pattern: vec![vec!["kill".into()]],
                    ignore_case,
                    options_anywhere: false,
                    unless: vec![],
                };
                let policy = Policy { layers: vec![Layer::new(Trust::Managed)], digest: String::new() };
                let argv = [Word { value: value.clone(), span: Span::default() }];
                let found = Lookup::new(&policy, &argv, None, None).find(&rule, &rule.pattern[0]);
                assert_eq!(found.here, expected, "{argv:?} {ignore_case} {decision:?}");
            }
        }
    }
}
