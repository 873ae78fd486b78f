//! Verdicts over time as bars, drawn in SVG.

use super::tally::Verdicts;
use super::words::{number, short_day};
use crate::trail::Moment;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::format;
use std::string::{String, ToString};
use std::vec::Vec;

const DAY: i64 = 86_400_000_000;
const WIDTH: u64 = 960;
const LEFT: u64 = 72;
const TOP: u64 = 12;
/// More bars would be too thin to see.
const MOST_BARS: i64 = 62;

/// One bar: its first and last day.
struct Bar {
    first: String,
    last: String,
    verdicts: Verdicts,
}

/// Consecutive days from the first to the last, those without a call too; several days in one bar where there are many.
fn bars(days: &BTreeMap<String, Verdicts>) -> Vec<Bar> {
    let at = |day: Option<&String>| Moment::read(day?);
    let (Some(first), Some(last)) = (at(days.keys().next()), at(days.keys().next_back())) else { return Vec::new() };
    let count = (last.0 - first.0) / DAY + 1;
    let width = (count + MOST_BARS - 1) / MOST_BARS;
    let mut bars = Vec::new();
    let mut from = first.0;
    while from <= last.0 {
        let (start, end) = (Moment(from).day(), Moment((from + (width - 1) * DAY).min(last.0)).day());
        let mut verdicts = Verdicts::default();
        for (_, day) in days.range(start.clone()..=end.clone()) {
            verdicts.allow += day.allow;
            verdicts.prompt += day.prompt;
            verdicts.deny += day.deny;
        }
        bars.push(Bar { first: start, last: end, verdicts });
        from += width * DAY;
    }
    bars
}

/// The next number of the form 1, 2 or 5 times a power of ten.
fn round_up(value: u64) -> u64 {
    let mut power: u64 = 1;
    loop {
        for step in [1, 2, 5] {
            let candidate = power.saturating_mul(step);
            if candidate >= value {
                return candidate;
            }
        }
        power = power.saturating_mul(10);
    }
}

/// A class of style, what it is called, and its number.
pub(super) type Part<'p> = (&'p str, &'p str, fn(&Verdicts) -> u64);

/// A chart of what `parts` takes of each bar.
pub(super) fn chart(days: &BTreeMap<String, Verdicts>, height: u64, title: &str, parts: &[Part<'_>]) -> String {
    let bars = bars(days);
    let sum = |bar: &Bar| parts.iter().map(|(_, _, of)| of(&bar.verdicts)).sum::<u64>();
    let top = round_up(bars.iter().map(sum).max().unwrap_or(0).max(1));
    let (plot, bottom) = (height - TOP - 30, height - 30);
    let slot = (WIDTH - LEFT) * 100 / (bars.len() as u64).max(1);
    let scaled = |value: u64| u64::try_from(u128::from(value) * u128::from(plot) * 100 / u128::from(top)).unwrap_or(0);
    let hundredths = |value: u64| format!("{}.{:02}", value / 100, value % 100);
    let mut svg = format!("<svg viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" aria-label=\"{title}\">");
    for (value, y) in [(top, TOP), (top / 2, TOP + plot / 2), (0, bottom)] {
        // Half of one is no number of calls.
        if top == 1 && value == 0 && y != bottom {
            continue;
        }
        let _ = write!(
            svg,
            "<line class=\"grid\" x1=\"{LEFT}\" x2=\"{WIDTH}\" y1=\"{y}\" y2=\"{y}\"/><text class=\"axis\" x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text>",
            LEFT - 8,
            y + 4,
            number(value)
        );
    }
    let each = (bars.len() / 8).max(1);
    for (place, bar) in bars.iter().enumerate() {
        let x = LEFT * 100 + slot * place as u64;
        let days = if bar.first == bar.last {
            short_day(&bar.first)
        } else {
            format!("{} to {}", short_day(&bar.first), short_day(&bar.last))
        };
        let numbers: Vec<String> =
            parts.iter().map(|(_, name, of)| format!("{} {name}", number(of(&bar.verdicts)))).collect();
        let _ = write!(svg, "<g><title>{days}: {}</title>", numbers.join(", "));
        let mut y = bottom * 100;
        for (class, _, of) in parts {
            let value = of(&bar.verdicts);
            // What is there is seen, however little it is.
            let tall = if value == 0 { 0 } else { scaled(value).max(100) };
            y = y.saturating_sub(tall);
            if tall > 0 {
                let _ = write!(
                    svg,
                    "<rect class=\"{class}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"/>",
                    hundredths(x + slot / 10),
                    hundredths(y),
                    hundredths(slot * 8 / 10),
                    hundredths(tall)
                );
            }
        }
        svg.push_str("</g>");
        if place % each == 0 {
            let _ = write!(
                svg,
                "<text class=\"axis{}\" x=\"{}\" y=\"{}\" text-anchor=\"middle\">{}</text>",
                // A narrow page has no room for every one.
                if (place / each).is_multiple_of(2) { "" } else { " second" },
                hundredths(x + slot / 2),
                height - 7,
                short_day(&bar.first)
            );
        }
    }
    svg.push_str("</svg>");
    svg
}

/// A bar across the page in parts.
pub(super) fn strip(parts: &[(&str, u64)]) -> String {
    let all: u64 = parts.iter().map(|(_, value)| value).sum();
    let mut svg =
        "<svg class=\"strip\" viewBox=\"0 0 1000 18\" preserveAspectRatio=\"none\" aria-hidden=\"true\">".to_string();
    let mut x = 0;
    for (class, value) in parts {
        let width = u64::try_from(u128::from(*value) * 1000 / u128::from(all.max(1))).unwrap_or(0);
        let width = if *value == 0 { 0 } else { width.max(2) };
        let _ = write!(svg, "<rect class=\"{class}\" x=\"{x}\" y=\"0\" width=\"{width}\" height=\"18\"/>");
        x += width;
    }
    svg.push_str("</svg>");
    svg
}
