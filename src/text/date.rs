//! Days and times in UTC, as ISO 8601 writes them.

use alloc::{format, string::String};

const DAY: u64 = 86_400;

/// The day of a number of seconds since 1970.
pub fn day(seconds: u64) -> String {
    let (year, month, day) = civil(seconds / DAY);
    format!("{year:04}-{month:02}-{day:02}")
}

/// The day and the time of a number of seconds since 1970, to the minute.
pub fn time(seconds: u64) -> String {
    let of_day = seconds % DAY;
    format!("{} {:02}:{:02}", day(seconds), of_day / 3600, of_day / 60 % 60)
}

/// Year, month and day of a number of days since 1970.
fn civil(mut days: u64) -> (u64, u64, u64) {
    let leap = |year: u64| year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let mut year = 1970;
    while days >= 365 + u64::from(leap(year)) {
        days -= 365 + u64::from(leap(year));
        year += 1;
    }
    for (month, length) in
        [31, 28 + u64::from(leap(year)), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31].into_iter().enumerate()
    {
        if days < length {
            return (year, month as u64 + 1, days + 1);
        }
        days -= length;
    }
    (year, 12, 31)
}

/// Whether a text is a day as ISO 8601 writes it.
pub fn is_day(text: &str) -> bool {
    let mut parts = text.split('-');
    let number = |part: Option<&str>, digits: usize| {
        let part = part.filter(|p| p.len() == digits && p.bytes().all(|b| b.is_ascii_digit()))?;
        part.parse::<u32>().ok()
    };
    let (year, month, day) = (number(parts.next(), 4), number(parts.next(), 2), number(parts.next(), 2));
    let in_month = |year: u32, month: u32| match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    match (year, month, day, parts.next()) {
        (Some(year), Some(month), Some(day), None) => day > 0 && day <= in_month(year, month),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{civil, time};

    #[test]
    fn days_since_1970() {
        for (days, day) in [(0, (1970, 1, 1)), (59, (1970, 3, 1)), (11_016, (2000, 2, 29)), (20_777, (2026, 11, 20))] {
            assert_eq!(civil(days), day);
        }
    }

    #[test]
    fn a_time_is_in_utc() {
        assert_eq!((time(0).as_str(), time(1_795_999_999).as_str()), ("1970-01-01 00:00", "2026-11-30 00:53"));
    }
}
