//! Points in time as records write them, and the span of time that somebody asks for.

use super::Day;
use std::format;
use std::string::String;
use std::time::{SystemTime, UNIX_EPOCH};

const SECOND: i64 = 1_000_000;
const DAY: i64 = 86_400 * SECOND;

/// Microseconds since 1970 in UTC, without leap seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(pub i64);

impl Moment {
    /// By the clock of this machine.
    pub fn now() -> Self {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_micros());
        Self(i64::try_from(since).unwrap_or(i64::MAX))
    }

    /// Reads `2026-11-21` or `2026-11-21T00:45:12.123456Z`, with or without the fraction; UTC only.
    pub fn read(text: &str) -> Option<Self> {
        let (date, time) = text.split_at_checked(10)?;
        let day = days(date)? * DAY;
        if time.is_empty() {
            return Some(Self(day));
        }
        let time = time.strip_prefix(['T', 't', ' '])?.strip_suffix(['Z', 'z'])?;
        let (whole, fraction) = time.split_once('.').unwrap_or((time, "0"));
        let mut parts = whole.split(':').map(two);
        let (hour, minute, second) = (parts.next()??, parts.next()??, parts.next()??);
        let digits = !fraction.is_empty() && fraction.len() <= 9 && fraction.bytes().all(|byte| byte.is_ascii_digit());
        if parts.next().is_some() || hour > 23 || minute > 59 || second > 60 || !digits {
            return None;
        }
        let micros: i64 = format!("{fraction:0<6}").get(..6)?.parse().ok()?;
        Some(Self(day + ((hour * 60 + minute) * 60 + second) * SECOND + micros))
    }

    /// The day that it lies in, as in the name of a file of records.
    pub fn day(self) -> String {
        let days = self.0.div_euclid(DAY);
        // Counted from 0000-03-01, so that a leap day is the last of its year.
        let shifted = days + 719_468;
        let era = shifted.div_euclid(146_097);
        let of_era = shifted.rem_euclid(146_097);
        let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_from_march = (5 * of_year + 2) / 153;
        let day = of_year - (153 * month_from_march + 2) / 5 + 1;
        let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        format!("{year:04}-{month:02}-{day:02}")
    }

    /// As records write it.
    pub fn text(self) -> String {
        let within = self.0.rem_euclid(DAY);
        let (seconds, micros) = (within / SECOND, within % SECOND);
        format!("{}T{:02}:{:02}:{:02}.{micros:06}Z", self.day(), seconds / 3600, seconds / 60 % 60, seconds % 60)
    }

    /// Milliseconds since 1970.
    pub fn milliseconds(self) -> i64 {
        self.0.div_euclid(1_000)
    }

    /// So much earlier.
    #[must_use]
    pub fn before(self, micros: i64) -> Self {
        Self(self.0.saturating_sub(micros))
    }
}

fn two(text: &str) -> Option<i64> {
    (text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok())?
}

/// Days since 1970.
fn days(date: &str) -> Option<i64> {
    let date = Day::new(date)?;
    let mut parts = date.as_str().split('-');
    let year: i64 = parts.next()?.parse().ok()?;
    let (month, day) = (two(parts.next()?)?, two(parts.next()?)?);
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let length = match month {
        2 => 28 + i64::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    if !(1..=length).contains(&day) {
        return None;
    }
    let (year, month) = if month <= 2 { (year - 1, month + 9) } else { (year, month - 3) };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * month + 2) / 5 + day - 1;
    Some(era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468)
}

/// How long: `30d`, `12h`, `90m`, `2w`, `45s`; in microseconds.
///
/// # Errors
/// It is not of that form.
pub fn length(text: &str) -> Result<i64, String> {
    let unit = |text: &str| match text {
        "s" => Some(SECOND),
        "m" => Some(60 * SECOND),
        "h" => Some(3_600 * SECOND),
        "d" => Some(DAY),
        "w" => Some(7 * DAY),
        _ => None,
    };
    let number = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let read = || number.parse::<i64>().ok().filter(|n| *n > 0)?.checked_mul(unit(text.strip_prefix(number)?)?);
    read().ok_or_else(|| format!("`{text}` is no length of time; write it as `30d`, `12h` or `90m`"))
}

/// A span of time: from `since` on, up to but without `until`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// The first moment; none from the beginning.
    pub since: Option<Moment>,
    /// The moment after the last; none to the end.
    pub until: Option<Moment>,
}

impl Span {
    /// Whether a moment lies in it.
    pub fn contains(&self, moment: Moment) -> bool {
        self.since.is_none_or(|since| since <= moment) && self.until.is_none_or(|until| moment < until)
    }

    /// Whether a file of that day can hold records of it: a record may stand in the file of the day before or after, where a day
    /// changed while it was written.
    pub fn touches(&self, day: &Day) -> bool {
        let near = |moment: Moment, offset: i64| moment.before(offset).day();
        self.since.is_none_or(|since| day.as_str() >= near(since, DAY).as_str())
            && self.until.is_none_or(|until| day.as_str() <= near(until, -DAY).as_str())
    }
}

/// Reads what `--since` and `--until` say: a moment, or a length of time before `now`.
///
/// # Errors
/// It is neither.
pub fn point(text: &str, now: Moment) -> Result<Moment, String> {
    if let Some(moment) = Moment::read(text) {
        return Ok(moment);
    }
    length(text).map(|micros| now.before(micros)).map_err(|_| {
        format!("`{text}` is no time; write it as `2026-11-21`, `2026-11-21T08:00:00Z`, or `30d` for that long ago")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        for (text, micros) in [
            ("1970-01-01T00:00:00.000000Z", 0),
            ("2000-02-29T23:59:59.999999Z", 951_868_799_999_999),
            ("2026-11-21T00:45:12.123456Z", 1_795_221_912_123_456),
            ("2100-03-01T00:00:00.000000Z", 4_107_542_400_000_000),
        ] {
            assert_eq!(Moment::read(text), Some(Moment(micros)), "{text}");
            assert_eq!(Moment(micros).text(), text);
        }
        assert_eq!(Moment::read("2026-11-21"), Moment::read("2026-11-21T00:00:00Z"));
        for wrong in [
            "",
            "2026-02-29",
            "2026-13-01",
            "2026-00-10",
            "2026-11-21T24:00:00Z",
            "2026-11-21T00:00:00",
            "2026-11-21T00:00Z",
            "2026-11-21T00:00:00.Z",
            "é026-11-21",
        ] {
            assert_eq!(Moment::read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn lengths_have_a_unit() {
        assert_eq!(length("30d"), Ok(30 * DAY));
        assert_eq!(length("90m"), Ok(5_400 * SECOND));
        for wrong in ["", "30", "d", "0d", "-1d", "3 d", "3y", "99999999999999999999d", "9999999999999d"] {
            assert!(length(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_record_may_stand_a_day_off() {
        let span = Span { since: Moment::read("2026-11-21T12:00:00Z"), until: Moment::read("2026-11-22") };
        let day = |text| Day::new(text).expect("a day");
        let touched = ["2026-11-19", "2026-11-20", "2026-11-21", "2026-11-22", "2026-11-23", "2026-11-24"]
            .map(|text| span.touches(&day(text)));
        assert_eq!(touched, [false, true, true, true, true, false]);
    }
}
