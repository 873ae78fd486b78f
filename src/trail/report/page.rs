//! The page: one file of HTML without scripts or anything from elsewhere. Every text that comes from records goes through
//! [`words::text`](super::words::text).

use super::chart::{chart, strip};
use super::count::Counts;
use super::sessions::{STUBBORN, Session};
use super::tally::{Tally, Verdicts};
use super::words::{day, minute, number, percent, several, text};
use crate::trail::Moment;
use std::fmt::Write;
use std::format;
use std::string::{String, ToString};
use std::vec::Vec;

const STYLE: &str = include_str!("page.css");
/// Rows of a table.
const ROWS: usize = 15;

/// The page, made at `now`.
pub fn html(tally: &Tally, now: Moment) -> String {
    let policy = "default-src 'none'; style-src 'unsafe-inline'";
    let mut out = format!(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"referrer\" content=\"no-referrer\">\
         <title>What the agents did: prexec audit report</title><style>{STYLE}</style></head><body><main>\n"
    );
    let _ = write!(out, "<h1>What the agents did</h1><p class=\"soft\">{}</p>\n{}", period(tally), said(tally));
    out.push_str(&cards(tally));
    out.push_str(&over_time(tally));
    out.push_str("<div class=\"two\">");
    for section in [rules(tally), reads(tally), prompts(tally), unknowns(tally)] {
        let _ = write!(out, "<section>{section}</section>");
    }
    out.push_str("</div>\n");
    out.push_str(&stubborn(tally));
    out.push_str("<div class=\"two\">");
    for section in [exceptions(tally), completeness(tally)] {
        let _ = write!(out, "<section>{section}</section>");
    }
    out.push_str("</div>\n<h2>Where this comes from</h2><div class=\"two\">");
    for (title, one, counts) in [
        ("Machines", "machine", &tally.hosts),
        ("Accounts", "account", &tally.users),
        ("Repositories", "repository", &tally.repositories),
        ("Agents", "agent", &tally.agents),
    ] {
        let _ = write!(out, "<section>{}</section>", coverage(title, one, counts));
    }
    let _ = write!(
        out,
        "</div>\n<footer>Made on {} by prexec {} from {}. Commands are not shown; secrets are taken out of records before they are \
         written.</footer>\n</main></body></html>\n",
        minute(now),
        env!("CARGO_PKG_VERSION"),
        several(tally.records, "record", "records"),
    );
    out
}

fn period(tally: &Tally) -> String {
    match (tally.first, tally.last) {
        (Some(first), Some(last)) if first.day() == last.day() => day(&first.day()),
        (Some(first), Some(last)) => format!("{} to {}", day(&first.day()), day(&last.day())),
        _ => "No records".into(),
    }
}

/// A number that programs can read as well.
fn data(id: &str, value: u64) -> String {
    format!("<data id=\"{id}\" value=\"{value}\">{}</data>", number(value))
}

/// The same with what it counts.
fn counted_as(id: &str, value: u64, one: &str, more: &str) -> String {
    format!("{} {}", data(id, value), if value == 1 { one } else { more })
}

/// What happened, in a few sentences.
fn said(tally: &Tally) -> String {
    let Verdicts { allow, prompt, deny } = tally.verdicts;
    let all = tally.verdicts.all();
    if all == 0 {
        return "<div class=\"said\"><p>No call was decided in this time.</p></div>".into();
    }
    let mut sentences = Vec::from([format!(
        "Agents wanted to make <strong>{}</strong> on {} for {}. {} were allowed, a person was to be asked about {}, and {} were denied.",
        several(all, "call", "calls"),
        several(tally.hosts.names() as u64, "machine", "machines"),
        several(tally.users.names() as u64, "account", "accounts"),
        percent(allow, all),
        percent(prompt, all),
        percent(deny, all),
    )]);
    if tally.denied_reads > 0 {
        let most = tally.reads.sorted(|count| *count);
        let most =
            most.first().map_or_else(String::new, |(path, _)| format!(", most often of <code>{}</code>", text(path)));
        sentences.push(format!(
            "<span class=\"deny-text\">{}</span> of protected files {} stopped{most}.",
            several(tally.denied_reads, "read", "reads"),
            if tally.denied_reads == 1 { "was" } else { "were" },
        ));
    }
    let kept =
        tally.sessions.sorted(|session| session.again).iter().filter(|(_, s)| s.again >= STUBBORN).count() as u64;
    sentences.push(if kept == 0 {
        "No session kept trying what it had been denied.".into()
    } else {
        format!("<strong>{}</strong> kept trying what had been denied before.", several(kept, "session", "sessions"))
    });
    if tally.observed_stricter > 0 {
        sentences.push(format!(
            "In {} the hook only observed: nothing was stopped there, though it would have asked about or denied {}.",
            several(tally.observed, "call", "calls"),
            number(tally.observed_stricter),
        ));
    }
    if tally.lifted > 0 {
        sentences.push(format!("An administrator’s override let {} run.", several(tally.lifted, "call", "calls")));
    }
    if tally.lost > 0 {
        sentences.push(format!(
            "At least {} could not be written, so this page does not know of as many calls or events.",
            several(tally.lost, "record", "records")
        ));
    }
    format!("<div class=\"said\"><p>{}</p></div>\n", sentences.join("</p><p>"))
}

fn cards(tally: &Tally) -> String {
    let Verdicts { allow, prompt, deny } = tally.verdicts;
    let mut out = "<ul class=\"cards\">".to_string();
    for (class, id, value, label) in [
        ("none", "calls", tally.verdicts.all(), "calls decided"),
        ("allow", "allowed", allow, "allowed"),
        ("prompt", "asked", prompt, "to ask a person"),
        ("deny", "denied", deny, "denied"),
        ("none", "lost", tally.lost, "records lost"),
    ] {
        let _ = write!(out, "<li class=\"{class}\">{}<span class=\"soft\">{label}</span></li>", data(id, value));
    }
    out + "</ul>\n"
}

fn over_time(tally: &Tally) -> String {
    if tally.days.is_empty() {
        return String::new();
    }
    let every = chart(
        &tally.days,
        220,
        "All calls over time",
        &[("deny", "denied", |v| v.deny), ("prompt", "to ask", |v| v.prompt), ("allow", "allowed", |v| v.allow)],
    );
    let strict = chart(
        &tally.days,
        180,
        "Denied calls and calls to ask about over time",
        &[("deny", "denied", |v| v.deny), ("prompt", "to ask", |v| v.prompt)],
    );
    format!(
        "<h2>Over time</h2><ul class=\"key\"><li class=\"allow\">allowed</li><li class=\"prompt\">to ask a person</li>\
         <li class=\"deny\">denied</li></ul><p class=\"note\">All calls</p>{every}\
         <p class=\"note\">Only those that were denied or to be asked about, at their own scale</p>{strict}\n"
    )
}

/// A table whose last columns are numbers.
fn table(id: &str, head: &[&str], rows: &[Vec<String>], numbers: usize) -> String {
    let class = |place: usize| if place + numbers >= head.len() { " class=\"n\"" } else { "" };
    let mut out = format!("<div class=\"wide\"><table id=\"{id}\"><thead><tr>");
    for (place, name) in head.iter().enumerate() {
        let _ = write!(out, "<th scope=\"col\"{}>{name}</th>", class(place));
    }
    out.push_str("</tr></thead><tbody>");
    for row in rows {
        out.push_str("<tr>");
        for (place, cell) in row.iter().enumerate() {
            let _ = write!(out, "<td{}>{cell}</td>", class(place));
        }
        out.push_str("</tr>");
    }
    out + "</tbody></table></div>"
}

/// What a table leaves out.
fn rest<T: Default>(counts: &Counts<T>, shown: usize, all: usize) -> String {
    let mut out = String::new();
    if all > shown {
        let _ = write!(out, "<p class=\"note\">{} more.</p>", number((all - shown) as u64));
    }
    if counts.others > 0 {
        let _ = write!(
            out,
            "<p class=\"note\">There were more different names than are counted one by one; {} are left out.</p>",
            several(counts.others, "mention", "mentions")
        );
    }
    out
}

fn rules(tally: &Tally) -> String {
    let all = tally.rules.sorted(|rule| rule.deny * 1_000_000 + rule.prompt);
    let mut out = "<h2>Rules that stepped in</h2>".to_string();
    if all.is_empty() {
        return out + "<p class=\"note\">None.</p>";
    }
    let rows: Vec<Vec<String>> = all
        .iter()
        .take(ROWS)
        .map(|(name, rule)| {
            let why =
                rule.why.as_deref().map_or_else(String::new, |why| format!("<span class=\"why\">{}</span>", text(why)));
            Vec::from([format!("<code>{}</code>{why}", text(name)), number(rule.deny), number(rule.prompt)])
        })
        .collect();
    out.push_str(&table("rules", &["Rule", "Denied", "To ask"], &rows, 2));
    out + &rest(&tally.rules, rows.len(), all.len())
}

fn counted(id: &str, head: &[&str], counts: &Counts<u64>) -> String {
    let all = counts.sorted(|count| *count);
    let rows: Vec<Vec<String>> = all
        .iter()
        .take(ROWS)
        .map(|(name, count)| Vec::from([format!("<code>{}</code>", text(name)), number(**count)]))
        .collect();
    table(id, head, &rows, 1) + &rest(counts, rows.len(), all.len())
}

fn reads(tally: &Tally) -> String {
    let head = "<h2>Reads that were denied</h2>";
    if tally.denied_reads == 0 {
        return format!("{head}<p class=\"note\">None.</p>");
    }
    let note = format!(
        "<p class=\"note\">{} wanted to read a protected file.</p>",
        counted_as("denied-reads", tally.denied_reads, "denied call", "denied calls")
    );
    format!("{head}{note}{}", counted("reads", &["File", "Calls"], &tally.reads))
}

fn prompts(tally: &Tally) -> String {
    let prompts = &tally.prompts;
    let head = "<h2>Questions and what became of them</h2>";
    if prompts.all == 0 {
        return format!("{head}<p class=\"note\">Nobody was to be asked.</p>");
    }
    let parts = [
        ("allow", "prompts-ran", prompts.ran, "put to a person, then ran"),
        ("none", "prompts-silent", prompts.silent(), "put to a person, not seen to run: declined or left"),
        ("prompt", "prompts-stopped", prompts.stopped, "approved, but stopped when it was to run"),
        ("deny", "prompts-refused", prompts.refused, "refused at once, where nobody can be asked"),
        ("none", "prompts-lifted", prompts.lifted, "let through by an override"),
    ];
    let strip = strip(&parts.map(|(class, _, value, _)| (class, value)));
    let mut key = "<ul class=\"key\">".to_string();
    for (class, id, value, label) in parts.iter().filter(|(_, _, value, _)| *value > 0) {
        let _ = write!(key, "<li class=\"{class}\">{} {label}</li>", data(id, *value));
    }
    format!(
        "{head}<p class=\"note\">Of {} that a person was to be asked about:</p>{strip}{key}</ul>",
        counted_as("prompts", prompts.all, "call", "calls")
    )
}

fn unknowns(tally: &Tally) -> String {
    let head = "<h2>Calls that could not be fully understood</h2>";
    if tally.with_unknown == 0 {
        return format!("{head}<p class=\"note\">None.</p>");
    }
    let note = format!(
        "<p class=\"note\">{} had a part whose effect could not be worked out; the policy’s rule for unknown effects decided about it.</p>",
        counted_as("with-unknown", tally.with_unknown, "call", "calls")
    );
    format!("{head}{note}{}", counted("unknowns", &["Why", "Calls"], &tally.unknowns))
}

fn stubborn(tally: &Tally) -> String {
    let mut all = tally.sessions.sorted(|session| session.again);
    all.retain(|(_, session)| session.again >= STUBBORN);
    let head = format!(
        "<h2>Sessions that kept trying</h2><p class=\"note\">Sessions in which rules denied again what they had denied before, at least twice: {}.</p>",
        data("stubborn", all.len() as u64)
    );
    if all.is_empty() {
        return head;
    }
    let row = |(name, session): &(&str, &Session)| {
        let (first, last) = (Moment::read(&session.first), Moment::read(&session.last));
        let minutes =
            first.zip(last).map_or(0, |(first, last)| u64::try_from((last.0 - first.0) / 60_000_000).unwrap_or(0));
        let when = first.map_or_else(String::new, minute);
        Vec::from([
            format!(
                "<code>{}</code><span class=\"why\">{}, {} on {}</span>",
                text(name),
                text(&session.agent),
                text(&session.user),
                text(&session.host)
            ),
            format!("<code>{}</code>", text(session.rule())),
            format!("{when}<span class=\"why\">for {}</span>", several(minutes, "minute", "minutes")),
            number(session.denied),
            number(session.again),
        ])
    };
    let rows: Vec<Vec<String>> = all.iter().take(ROWS).map(row).collect();
    let table = table("sessions", &["Session", "Rule that denied most", "First denial", "Denied", "Again"], &rows, 2);
    format!("{head}{table}{}", rest(&tally.sessions, rows.len(), all.len()))
}

fn exceptions(tally: &Tally) -> String {
    let mut out = format!(
        "<h2>Exceptions</h2><p>Only observed: {}; {} of them would have been denied or asked about.</p><p>By an administrator’s override \
         ran {}.</p>",
        counted_as("observed", tally.observed, "call", "calls"),
        data("observed-stricter", tally.observed_stricter),
        counted_as("lifted", tally.lifted, "call", "calls"),
    );
    if tally.lifted > 0 {
        out.push_str(&counted("overrides", &["Reason that was given", "Calls"], &tally.overrides));
    }
    out
}

fn completeness(tally: &Tally) -> String {
    format!(
        "<h2>How complete this is</h2><p>At least {} could not be written (a full disk, or a directory that was not safe to \
         write to). No whole record: {} of the files. Not counted above: {} by which <code>prexec install</code> and \
         <code>prexec doctor</code> asked whether the hook denies.</p><p>Taken out of records as secrets: {}.</p><p class=\"note\">\
         Whether files were changed or removed afterwards is what <code>prexec audit verify</code> tells.</p>",
        counted_as("lost-records", tally.lost, "record", "records"),
        counted_as("torn", tally.torn, "line", "lines"),
        counted_as("canaries", tally.canaries, "call", "calls"),
        counted_as("redacted", tally.redacted, "value", "values"),
    )
}

fn coverage(title: &str, one: &str, counts: &Counts<Verdicts>) -> String {
    let all = counts.sorted(Verdicts::all);
    let rows: Vec<Vec<String>> = all
        .iter()
        .take(ROWS)
        .map(|(name, v)| {
            Vec::from([format!("<code>{}</code>", text(name)), number(v.all()), number(v.prompt), number(v.deny)])
        })
        .collect();
    let id = format!("coverage-{one}");
    table(&id, &[title, "Calls", "To ask", "Denied"], &rows, 3) + &rest(counts, rows.len(), all.len())
}
