//! Prefix rules and programs.

use super::judge::Range;
use super::model::{self, Below, Case, DIRECTORY, Does, Prefix, Rule, Shape, Speaks, Text};
use prexec::decision::Decision;

/// What a word that is not known may be, beside what rules speak of.
const OTHER: &str = "something-else";

/// Directories of programs into which the account cannot write.
pub(crate) const FIXED: &[&str] = &["/usr/bin", "/opt"];

pub(crate) fn range(case: &Case, rule: &Prefix, decision: Decision, words: &[Text]) -> Range {
    let shape = model::shape(words);
    let spared = shape.as_ref().is_some_and(|shape| is_spared(rule, shape, words));
    let mut range = in_order(case, rule, decision, words);
    if let Some(shape) = shape.filter(|_| rule.anywhere) {
        range = range.or(anywhere(rule, &rule.pattern, &shape.words, &shape.options));
    }
    if decision == Decision::Allow && range.highest == Range::YES.highest {
        range = range.and(certainty(case, &words[0]));
    }
    if spared { Range::NO } else { range }
}

fn same(rule: &Prefix, token: &str, word: &str) -> bool {
    if rule.canonical { token.eq_ignore_ascii_case(word) } else { token == word }
}

/// The words one after the other, as they are written.
fn in_order(case: &Case, rule: &Prefix, decision: Decision, words: &[Text]) -> Range {
    if words.len() < rule.pattern.len() {
        return Range::NO;
    }
    let mut range = program(case, &rule.pattern, rule.canonical, decision, words);
    for (alternatives, word) in rule.pattern.iter().zip(words).skip(1) {
        range = range.and(one(rule, alternatives, word));
    }
    range
}

/// One word of the command in the place of one of the pattern.
fn one(rule: &Prefix, alternatives: &[String], word: &Text) -> Range {
    let (all, complete) = tried(word, alternatives);
    Range::of(all.iter().map(|word| alternatives.iter().any(|token| same(rule, token, word))), complete)
}

/// The options of the pattern wherever they stand, the other words in their order. An alternative that is an option may be the one
/// that is meant, or one that is not.
fn anywhere(rule: &Prefix, pattern: &[Vec<String>], words: &[Text], options: &[String]) -> Range {
    let Some((alternatives, rest)) = pattern.split_first() else { return Range::YES };
    let uses = |token: &String| {
        let letters = token.strip_prefix('-').filter(|letters| !letters.starts_with('-'));
        let each = |letters: &str| letters.chars().all(|letter| options.contains(&format!("-{letter}")));
        options.contains(token) || letters.is_some_and(each)
    };
    let mut range = Range::NO;
    if alternatives.iter().filter(|token| token.starts_with('-')).any(uses) {
        range = range.or(anywhere(rule, rest, words, options));
    }
    if let Some((word, others)) = words.split_first() {
        range = range.or(one(rule, alternatives, word).and(anywhere(rule, rest, others, options)));
    }
    range
}

/// A command that is known in full, with an option that the rule leaves alone, and none that takes it back.
fn is_spared(rule: &Prefix, shape: &Shape, words: &[Text]) -> bool {
    let has = |option: &str| shape.options.iter().any(|one| one == option);
    let taken_back = |option: &&str| option.strip_prefix("--").is_some_and(|long| has(&format!("--no-{long}")));
    words.iter().all(|word| matches!(word, Text::Is(_)))
        && rule.unless.iter().any(|option| has(option))
        && !rule.unless.iter().any(taken_back)
}

/// Whether a bare name surely is the program that is meant: what PATH finds first may be another one that somebody put there.
fn certainty(case: &Case, program: &Text) -> Range {
    let Text::Is(name) = program else { return Range::ANY };
    if name.contains('/') {
        return Range::YES;
    }
    let (mut earlier, mut doubtful) = (false, false);
    for entry in &case.search {
        let directory = if entry.starts_with('/') { (*entry).to_owned() } else { format!("{DIRECTORY}/{entry}") };
        let file = format!("{}/{name}", directory.trim_end_matches('/'));
        match written(case, &file) {
            Range { lowest: 2, .. } => return Range { lowest: 0, highest: 1 },
            Range { highest: 2, .. } => doubtful = true,
            _ => {}
        }
        if !case.files.contains(&file) {
            continue;
        }
        if earlier || directory.starts_with(DIRECTORY) {
            return Range { lowest: 0, highest: 1 };
        }
        if FIXED.contains(entry) {
            break;
        }
        earlier = true;
    }
    if doubtful { Range::ANY } else { Range::YES }
}

/// Whether the call itself writes the file.
fn written(case: &Case, file: &str) -> Range {
    let mut range = Range::NO;
    for effect in &case.effects {
        let Does::Write { path, below } = &effect.does else { continue };
        let hits = |path: &String| path == file || *below == Below::New && file.starts_with(&format!("{path}/"));
        range = range.or(match path {
            Text::Is(path) if hits(path) => Range::YES,
            Text::OneOf(all) if all.iter().any(hits) => Range::YES,
            Text::Is(_) | Text::OneOf(_) => Range::NO,
            Text::Part(..) | Text::Anything => Range::ANY,
        });
    }
    range
}

fn tried(word: &Text, tokens: &[String]) -> (Vec<String>, bool) {
    match word {
        Text::Is(one) => (vec![one.clone()], true),
        Text::OneOf(all) => (all.clone(), true),
        Text::Part(..) | Text::Anything => (tokens.iter().cloned().chain([OTHER.into()]).collect(), false),
    }
}

/// The first word: a program by its name or by its path.
fn program(case: &Case, pattern: &[Vec<String>], canonical: bool, decision: Decision, words: &[Text]) -> Range {
    let (all, complete) = tried(&words[0], &pattern[0]);
    let single = matches!(words[0], Text::Is(_));
    let answers: Vec<Range> =
        all.iter().map(|name| of_program(case, &pattern[0], canonical, decision, name, words, single)).collect();
    let could = answers.iter().any(|range| range.lowest >= Range::COULD.lowest);
    let all_do = complete && answers.iter().all(|range| range.highest == Range::YES.highest);
    let surely = complete && answers.iter().all(|range| *range == Range::YES);
    let never = complete && answers.iter().all(|range| range.highest == Range::NO.highest);
    match (surely, never) {
        (true, _) => Range::YES,
        (_, true) => Range::NO,
        _ => Range {
            lowest: if could { Range::COULD.lowest } else { Range::NO.lowest },
            highest: if all_do { Range::YES.highest } else { Range::COULD.lowest },
        },
    }
}

fn of_program(
    case: &Case,
    tokens: &[String],
    canonical: bool,
    decision: Decision,
    name: &str,
    words: &[Text],
    single: bool,
) -> Range {
    let same = |token: &String, word: &str| if canonical { token.eq_ignore_ascii_case(word) } else { token == word };
    if tokens.iter().any(|token| same(token, name)) {
        return Range::YES;
    }
    let Some((_, base)) = name.rsplit_once('/') else { return Range::NO };
    let by_name = tokens.iter().any(|token| same(token, base));
    if !by_name {
        return Range::NO;
    }
    if decision != Decision::Allow {
        // However the program is called, and whatever is registered.
        return Range::YES;
    }
    if !single {
        // One of several paths: an allow may want to know which.
        return Range::ANY;
    }
    // Codex asks rules on the name only where none speaks of the path, and for registered names only for the listed paths.
    let spoken_for = prefix_rules(case).map(|rule| as_written(rule, name, words)).fold(Range::NO, Range::or);
    // A rule that compares without case speaks of names that differ in it, and so may a registration of either.
    let registered: Vec<(&str, bool)> = case
        .layers
        .iter()
        .flat_map(|layer| &layer.rules)
        .filter_map(|rule| match rule {
            Rule::HostExecutable { name: registered, paths } if registered.eq_ignore_ascii_case(base) => {
                Some((*registered, paths.contains(&name)))
            }
            _ => None,
        })
        .collect();
    let doubtful = registered.iter().any(|(registered, _)| *registered != base);
    if doubtful || spoken_for == Range::ANY || spoken_for == Range::COULD {
        return Range::ANY;
    }
    let listed = registered.iter().all(|(_, listed)| *listed);
    if spoken_for == Range::NO && listed { Range::YES } else { Range::NO }
}

fn prefix_rules(case: &Case) -> impl Iterator<Item = &Prefix> {
    case.layers.iter().flat_map(|layer| &layer.rules).filter_map(|rule| match rule {
        Rule::Decides { speaks: Speaks::Prefix(prefix), .. } => Some(prefix),
        _ => None,
    })
}

/// Whether a rule speaks of the words as they are written.
fn as_written(rule: &Prefix, name: &str, words: &[Text]) -> Range {
    if words.len() < rule.pattern.len() || !rule.pattern[0].iter().any(|token| same(rule, token, name)) {
        return Range::NO;
    }
    rule.pattern
        .iter()
        .zip(words)
        .skip(1)
        .fold(Range::YES, |range, (alternatives, word)| range.and(one(rule, alternatives, word)))
}
