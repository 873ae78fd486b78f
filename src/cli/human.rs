//! Verdicts and diagnostics for a person at a terminal.

use crate::codex::Instead;
use crate::decision::Decision;
use crate::doctor::Status;
use crate::gate;
use crate::report::Judged;
use crate::rules::Diagnostics;
use crate::text::visible;
use clap::ValueEnum;
use clap::builder::styling::{AnsiColor, Style};
use std::io::{IsTerminal, Write};

/// When output is coloured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Color {
    /// On a terminal, unless `NO_COLOR` is set
    Auto,
    /// Everywhere
    Always,
    /// Nowhere
    Never,
}

impl Color {
    /// How to paint what goes to `stream`. `NO_COLOR` counts with any value but an empty one (<https://no-color.org>).
    pub(super) fn paint(self, stream: &impl IsTerminal) -> Paint {
        let asked_not_to = || std::env::var_os("NO_COLOR").is_some_and(|v| !v.is_empty());
        Paint(match self {
            Self::Auto => stream.is_terminal() && !asked_not_to(),
            Self::Always => true,
            Self::Never => false,
        })
    }
}

/// Paints, or leaves text as it is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Paint(bool);

impl Paint {
    /// Whether it paints at all.
    pub(super) fn is_on(self) -> bool {
        self.0
    }

    /// In the colour of a decision.
    pub(super) fn decision(self, decision: Decision, text: &str) -> String {
        let color = match decision {
            Decision::Allow => AnsiColor::Green,
            Decision::Prompt => AnsiColor::Yellow,
            Decision::Deny => AnsiColor::Red,
        };
        self.styled(Style::new().bold().fg_color(Some(color.into())), text)
    }

    /// The word of a decision in its colour.
    pub(super) fn word(self, decision: Decision) -> String {
        self.decision(decision, decision.as_str())
    }

    /// In the colour of how a check ended.
    pub(super) fn status(self, status: Status, text: &str) -> String {
        let decision = match status {
            Status::Ok => Decision::Allow,
            Status::Warning => Decision::Prompt,
            Status::Failure => Decision::Deny,
        };
        self.decision(decision, text)
    }

    /// What stands out.
    pub(super) fn strong(self, text: &str) -> String {
        self.styled(Style::new().bold(), text)
    }

    /// What stands back.
    pub(super) fn faint(self, text: &str) -> String {
        self.styled(Style::new().dimmed(), text)
    }

    fn styled(self, style: Style, text: &str) -> String {
        if self.0 { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }
}

/// The decision, then each reason with what it speaks of and why, and what is allowed `instead`.
pub(super) fn verdict(judged: &Judged, instead: Option<&Instead>, color: Color) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    let paint = color.paint(&out);
    writeln!(out, "{}", paint.word(judged.verdict.decision()))?;
    if !judged.tiers.is_empty() {
        let tiers: Vec<_> = judged.tiers.iter().map(|tier| visible(tier)).collect();
        writeln!(out, "  {}", paint.faint(&format!("trust tier: {}", tiers.join(", "))))?;
    }
    reasons(&mut out, judged, paint)?;
    if let Some(instead) = instead {
        writeln!(out, "  {}", paint.strong(&instead.to_string()))?;
    }
    out.flush()
}

/// Each reason with what it speaks of and why.
fn reasons(out: &mut impl Write, judged: &Judged, paint: Paint) -> std::io::Result<()> {
    let decision = judged.verdict.decision();
    for reason in gate::for_people(judged).reasons() {
        // Where something was stopped, what would have been let through is of no interest.
        if reason.decision == Decision::Allow && decision != Decision::Allow {
            continue;
        }
        let what = gate::describe(judged, reason).map(|w| format!("  {}", visible(&w))).unwrap_or_default();
        writeln!(out, "  {}  {}{what}", paint.word(reason.decision), visible(&reason.rule.to_string()))?;
        if let Some(why) = &reason.justification {
            writeln!(out, "        {}", visible(why))?;
        }
    }
    Ok(())
}

/// Every diagnostic with its source line, on standard error.
pub(super) fn diagnostics(diagnostics: &Diagnostics, color: Color) {
    let mut err = std::io::stderr().lock();
    let Paint(color) = color.paint(&err);
    // Nothing is left to do where nobody reads standard error.
    let _ = writeln!(err, "{}", diagnostics.render(color).trim_end());
}
