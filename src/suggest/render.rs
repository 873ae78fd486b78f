//! Suggestions as a policy file that a person can read and cut down.

use super::Suggestions;
use crate::lint::PLACEHOLDER;
use crate::text::visible;
use std::{format, string::String, vec::Vec};

/// Characters of an example that are shown.
const SHOWN: usize = 100;

/// The text of a policy: each rule with how often it was asked about, examples, and a justification that is yet to be written.
pub fn render(found: &Suggestions, from: &str) -> String {
    let counts = found.counts;
    let mut text = format!(
        "# Suggested by `prexec suggest` from {} calls in {}: {} asked a person, {} were denied, {} asked where nobody could answer.\n\
         # They were decided again on this machine, as it is now.\n\
         # Nothing here is in force. Whoever takes a rule over answers for what it lets through: read the examples, cut it down to\n\
         # what is needed, and write why into the justification. `prexec lint` reports those that nobody has written.\n",
        counts.lines - counts.unread,
        visible(from),
        counts.asked,
        counts.denied,
        counts.unattended,
    );
    for suggestion in &found.rules {
        // Hostile text: it must not end the comment.
        let short = |example: &String| visible(example).chars().take(SHOWN).collect::<String>();
        let examples: Vec<String> =
            suggestion.examples.iter().map(|example| format!("\n#   {}", short(example))).collect();
        let examples = examples.concat();
        let note = suggestion.note.map(|note| format!("\n# Note: {note}.")).unwrap_or_default();
        let (helps, rule) = (suggestion.helps, &suggestion.rule);
        text =
            format!("{text}\n# {helps} calls would run{examples}{note}\n{rule}, justification = \"{PLACEHOLDER}\")\n");
    }
    if found.rules.is_empty() {
        text.push_str("\n# No rule is suggested.\n");
    }
    if found.withdrawn > 0 {
        let why = "they would speak of a call that was denied, or asked where nobody could answer";
        text = format!("{text}\n# {} rules are not suggested: {why}.\n", found.withdrawn);
    }
    if !found.left.is_empty() {
        let left = found.left.iter().map(|(why, count)| format!("#   {count}: {}\n", visible(why)));
        text = format!("{text}\n# Calls that asked and get no rule:\n{}", left.collect::<Vec<_>>().concat());
    }
    if counts.unread > 0 {
        let what = if counts.unread == 1 { "line is no hook call and was" } else { "lines are no hook calls and were" };
        text = format!("{text}\n# {} {what} passed over.\n", counts.unread);
    }
    text
}
