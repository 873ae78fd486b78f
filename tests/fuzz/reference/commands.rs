//! Prefix rules and programs.

use super::judge::Range;
use super::model::{Case, Rule, Speaks, Text};
use prexec::decision::Decision;

/// What a word that is not known may be, beside what rules speak of.
const OTHER: &str = "something-else";

pub(crate) fn range(
    case: &Case,
    pattern: &[Vec<String>],
    canonical: bool,
    decision: Decision,
    words: &[Text],
) -> Range {
    if words.len() < pattern.len() {
        return Range::NO;
    }
    let same = |token: &str, word: &str| if canonical { token.eq_ignore_ascii_case(word) } else { token == word };
    let mut range = program(case, pattern, canonical, decision, words);
    for (alternatives, word) in pattern.iter().zip(words).skip(1) {
        let (all, complete) = tried(word, alternatives);
        let matches = all.iter().map(|word| alternatives.iter().any(|token| same(token, word)));
        range = range.and(Range::of(matches, complete));
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
    let spoken_for = prefix_rules(case)
        .map(|(pattern, canonical)| written(pattern, canonical, name, words))
        .fold(Range::NO, Range::or);
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

fn prefix_rules(case: &Case) -> impl Iterator<Item = (&Vec<Vec<String>>, bool)> {
    case.layers.iter().flat_map(|layer| &layer.rules).filter_map(|rule| match rule {
        Rule::Decides { speaks: Speaks::Prefix { pattern, canonical }, .. } => Some((pattern, *canonical)),
        _ => None,
    })
}

/// Whether a rule speaks of the words as they are written.
fn written(pattern: &[Vec<String>], canonical: bool, name: &str, words: &[Text]) -> Range {
    let same = |token: &String, word: &str| if canonical { token.eq_ignore_ascii_case(word) } else { token == word };
    if words.len() < pattern.len() || !pattern[0].iter().any(|token| same(token, name)) {
        return Range::NO;
    }
    pattern.iter().zip(words).skip(1).fold(Range::YES, |range, (alternatives, word)| {
        let (all, complete) = tried(word, alternatives);
        range.and(Range::of(all.iter().map(|word| alternatives.iter().any(|token| same(token, word))), complete))
    })
}
