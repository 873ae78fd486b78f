//! Numbers, days and texts as the page shows them.

use crate::trail::Moment;
use std::format;
use std::string::{String, ToString};

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// Text that comes from records: what does not show is made visible, what is long is cut, and nothing of it is markup.
pub(super) fn text(raw: &str) -> String {
    let shown = crate::text::visible_up_to(raw, 240);
    let mut out = String::with_capacity(shown.len());
    for c in shown.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

/// `12,345`.
pub(super) fn number(value: u64) -> String {
    let digits = value.to_string();
    let mut out = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `1 session`, `12,345 sessions`.
pub(super) fn several(value: u64, one: &str, more: &str) -> String {
    format!("{} {}", number(value), if value == 1 { one } else { more })
}

/// `2.7 %`.
pub(super) fn percent(part: u64, whole: u64) -> String {
    let tenths = part.saturating_mul(1000).saturating_add(whole / 2).checked_div(whole).unwrap_or(0);
    match tenths {
        0 if part > 0 => "less than 0.1 %".into(),
        1000 if part < whole => "more than 99.9 %".into(),
        _ => format!("{}.{} %", tenths / 10, tenths % 10),
    }
}

/// `21 November 2026` of `2026-11-21`.
pub(super) fn day(text: &str) -> String {
    let mut parts = text.get(..10).unwrap_or(text).split('-');
    let year = parts.next().unwrap_or_default();
    let month = parts.next().and_then(|m| MONTHS.get(m.parse::<usize>().ok()?.checked_sub(1)?));
    let day = parts.next().and_then(|d| d.parse::<u32>().ok());
    match (month, day) {
        (Some(month), Some(day)) => format!("{day} {month} {year}"),
        _ => self::text(text),
    }
}

/// `21 Nov` of `2026-11-21`.
pub(super) fn short_day(text: &str) -> String {
    let long = day(text);
    let mut words = long.split(' ');
    let (number, month) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    format!("{number} {}", month.get(..3).unwrap_or(month))
}

/// `21 November 2026, 08:15 UTC`.
pub(super) fn minute(moment: Moment) -> String {
    let text = moment.text();
    format!("{}, {} UTC", day(&text), text.get(11..16).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_for_people() {
        assert_eq!([0, 7, 999, 1000, 1_234_567].map(number), ["0", "7", "999", "1,000", "1,234,567"]);
        assert_eq!(percent(1, 3), "33.3 %");
        assert_eq!(percent(1, 100_000), "less than 0.1 %");
        assert_eq!(percent(99_999, 100_000), "more than 99.9 %");
        assert_eq!(percent(0, 0), "0.0 %");
        assert_eq!(day("2026-11-21"), "21 November 2026");
        assert_eq!(short_day("2026-05-01T00:00:00Z"), "1 May");
        assert_eq!(day("<b>"), "&lt;b&gt;");
    }

    #[test]
    fn no_text_is_markup() {
        assert_eq!(
            text("<a href=\"x\" o='y'>&\u{202e}\n"),
            "&lt;a href=&quot;x&quot; o=&#39;y&#39;&gt;&amp;\\u{202e}\\u{a}"
        );
    }
}
