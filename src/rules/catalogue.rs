//! What a rule says about itself: kept beside the policy for `test`, `lint` and the generated documentation, never for deciding.

use super::arguments::{Call, Signature};
use super::diagnostics::Problem;
use super::session::Site;
use crate::decision::Decision;
use crate::text::date::is_day;
use starlark::values::{Value, list::ListRef};
use std::{
    borrow::ToOwned,
    format,
    string::{String, ToString},
    vec::Vec,
};

/// A rule as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleNote {
    /// The function that was called, such as `prefix_rule`.
    pub function: &'static str,
    /// Place of the call: `FILE:LINE:COLUMN`.
    pub place: String,
    /// What it speaks of, as the policy writes it: a pattern, hosts, names, a tool.
    pub subject: String,
    /// What it asks for.
    pub decision: Decision,
    /// Why.
    pub justification: Option<String>,
    /// The tiers that it is limited to.
    pub tiers: Vec<String>,
    /// Examples that it matches.
    pub matches: Vec<String>,
    /// Examples that it nearly matches.
    pub not_matches: Vec<String>,
    /// Who answers for it.
    pub owner: Option<String>,
    /// The day on which it is looked at again: `YYYY-MM-DD`.
    pub review: Option<String>,
}

impl RuleNote {
    /// What the call of a rule says. Only where the rule itself was accepted.
    pub(super) fn of(signature: Signature, call: &Call<'_>, site: &Site) -> Result<Self, Problem> {
        let shown =
            |name: &str| -> Result<Vec<String>, Problem> { Ok(call.list(name)?.into_iter().map(text).collect()) };
        let examples = |name: &str| if signature.parameters.contains(&name) { shown(name) } else { Ok(Vec::new()) };
        let review = call.text("review")?;
        if let Some(day) = review.filter(|day| !is_day(day)) {
            let message = format!("`review` is `{day}`, which is no day");
            return Err(Problem::new(message, "write the day as \"2027-01-31\""));
        }
        let owner = call.text("owner")?;
        if owner.is_some_and(|owner| owner.trim().is_empty()) {
            return Err(Problem::new("`owner` is blank", "name a team or an address, or leave it out"));
        }
        let decision = match call.text("decision")? {
            Some("deny") => Decision::Deny,
            Some(word) => Decision::from_rule_word(word).unwrap_or(Decision::Deny),
            None if signature.function == "prefix_rule" => Decision::Allow,
            None => Decision::Deny,
        };
        Ok(Self {
            function: signature.function,
            place: site.place.clone(),
            subject: subject(signature, call),
            decision,
            justification: call.text("justification")?.map(ToOwned::to_owned),
            tiers: call.one_or_more("tiers")?.into_iter().map(ToOwned::to_owned).collect(),
            matches: examples("match")?,
            not_matches: examples("not_match")?,
            owner: owner.map(ToOwned::to_owned),
            review: review.map(ToOwned::to_owned),
        })
    }
}

/// The first argument, and what else narrows a rule down.
fn subject(signature: Signature, call: &Call<'_>) -> String {
    let mut parts = Vec::new();
    for name in
        ["pattern", "host", "tool", "name", "source", "sink", "protocol", "methods", "arguments", "access", "unless"]
    {
        let Some(value) = signature.parameters.contains(&name).then(|| call.value(name)).flatten() else { continue };
        let text = value.to_repr();
        parts.push(if parts.is_empty() { text } else { format!("{name} = {text}") });
    }
    parts.join(", ")
}

/// An example on one line.
fn text(value: Value<'_>) -> String {
    if let Some(text) = value.unpack_str() {
        return text.to_owned();
    }
    if let Some(words) = ListRef::from_value(value) {
        let words: Option<Vec<&str>> = words.iter().map(Value::unpack_str).collect();
        if let Some(line) = words.and_then(|words| shlex::try_join(words).ok()) {
            return line;
        }
    }
    value.to_json().unwrap_or_else(|_| value.to_string())
}

#[cfg(test)]
mod tests {
    use super::is_day;

    #[test]
    fn days() {
        for day in ["2026-11-20", "2028-02-29", "2000-02-29", "2026-12-31"] {
            assert!(is_day(day), "{day}");
        }
        for none in [
            "",
            "2026-11",
            "2026-11-31",
            "2026-02-29",
            "1900-02-29",
            "2026-13-01",
            "2026-00-10",
            "2026-1-1",
            "26-11-20",
            "2026-11-20-1",
            "x",
        ] {
            assert!(!is_day(none), "{none}");
        }
    }
}
