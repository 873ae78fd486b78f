//! A record as it may leave the machine: every text passes once more through what takes secrets out, so that records that an older
//! version has written profit from what has been learned since.

use crate::audit::redact::{redact, redact_name, redact_words};
use crate::trail::Record;
use std::borrow::Cow;
use std::string::String;
use std::vec::Vec;

/// The record without what is known for a secret by now; what was found is added to its count.
pub fn clean(mut record: Record) -> Record {
    let mut found = 0;
    let mut take = |text: &mut String, how: fn(&str) -> (Cow<'_, str>, u32)| {
        let (Cow::Owned(cleaned), count) = how(text) else { return };
        *text = cleaned;
        found += count;
    };
    // Names of calls and sessions are random and stay whole, or nothing could be joined.
    for name in
        [&mut record.session, &mut record.turn, &mut record.call, &mut record.model, &mut record.mode, &mut record.tool]
            .into_iter()
            .flatten()
    {
        take(name, redact_name);
    }
    if let Some(agent) = &mut record.subagent {
        take(&mut agent.id, redact_name);
        agent.kind.iter_mut().for_each(|kind| take(kind, redact_name));
    }
    for name in [&mut record.agent, &mut record.event, &mut record.host] {
        take(name, redact_name);
    }
    for text in [
        &mut record.user,
        &mut record.cwd,
        &mut record.repository,
        &mut record.lifted,
        &mut record.text,
        &mut record.detail,
    ]
    .into_iter()
    .flatten()
    {
        take(text, redact);
    }
    for reason in &mut record.reasons {
        take(&mut reason.rule, redact);
        reason.justification.iter_mut().for_each(|text| take(text, redact));
    }
    for effect in &mut record.effects {
        for text in [
            &mut effect.program,
            &mut effect.verb,
            &mut effect.path,
            &mut effect.host,
            &mut effect.name,
            &mut effect.source,
            &mut effect.sink,
            &mut effect.by,
        ]
        .into_iter()
        .flatten()
        {
            take(text, redact);
        }
        if let Some(words) = &mut effect.argv {
            let known: Vec<Option<&str>> = words.iter().map(Option::as_deref).collect();
            let (cleaned, count) = redact_words(&known);
            if count > 0 {
                *words = cleaned.into_iter().map(|word| word.map(Cow::into_owned)).collect();
            }
            add(&mut record.redacted, count);
        }
    }
    add(&mut record.redacted, found);
    record
}

fn add(count: &mut u32, more: u32) {
    *count = count.saturating_add(more);
}
