//! Verdicts and diagnostics for a person at a terminal.

use crate::decision::Decision;
use crate::gate;
use crate::report::Judged;
use crate::rules::Diagnostics;
use crate::text::visible;
use clap::builder::styling::{AnsiColor, Style};
use std::io::{IsTerminal, Write};

/// The decision, then each reason with what it speaks of and why.
pub(super) fn verdict(judged: &Judged) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    let color = wants_color(out.is_terminal());
    let decision = judged.verdict.decision();
    writeln!(out, "{}", painted(decision, decision.as_str(), color))?;
    for reason in gate::for_people(judged).reasons() {
        // Where something was stopped, what would have been let through is of no interest.
        if reason.decision == Decision::Allow && decision != Decision::Allow {
            continue;
        }
        let what = gate::describe(judged, reason).map(|w| format!("  {}", visible(&w))).unwrap_or_default();
        let word = painted(reason.decision, reason.decision.as_str(), color);
        writeln!(out, "  {word}  {}{what}", visible(&reason.rule.to_string()))?;
        if let Some(why) = &reason.justification {
            writeln!(out, "        {}", visible(why))?;
        }
    }
    out.flush()
}

/// Every diagnostic with its source line.
pub(super) fn diagnostics(diagnostics: &Diagnostics) {
    eprintln!("{}", diagnostics.render(wants_color(std::io::stderr().is_terminal())).trim_end());
}

fn painted(decision: Decision, text: &str, color: bool) -> String {
    if !color {
        return text.to_owned();
    }
    let style = Style::new().bold().fg_color(Some(
        match decision {
            Decision::Allow => AnsiColor::Green,
            Decision::Prompt => AnsiColor::Yellow,
            Decision::Deny => AnsiColor::Red,
        }
        .into(),
    ));
    format!("{style}{text}{style:#}")
}

/// Colour only on a terminal, and not where `NO_COLOR` says otherwise (any value, <https://no-color.org>).
fn wants_color(is_terminal: bool) -> bool {
    is_terminal && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty())
}
