//! When something happened, as the lines and the names of the files say it.

use alloc::{format, string::String};

/// A moment since 1970.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Time {
    /// Seconds.
    pub seconds: u64,
    /// And nanoseconds, less than a second.
    pub nanos: u32,
}

/// Seconds of a day.
const DAY: u64 = 86_400;

impl Time {
    /// Nanoseconds since 1970.
    pub fn in_nanos(self) -> u64 {
        self.seconds.saturating_mul(1_000_000_000).saturating_add(self.nanos.into())
    }

    /// Whole microseconds since another moment; 0 where the clock was set back.
    pub fn micros_since(self, start: Self) -> u64 {
        self.in_nanos().saturating_sub(start.in_nanos()) / 1000
    }

    /// The day in UTC: `2026-11-21`.
    pub fn day(self) -> String {
        let (year, month, day) = date(self.seconds / DAY);
        format!("{year:04}-{month:02}-{day:02}")
    }

    /// The moment in UTC: `2026-11-21T00:45:12.123456Z`.
    pub fn text(self) -> String {
        let (second, micros) = (self.seconds % DAY, self.nanos / 1000);
        format!("{}T{:02}:{:02}:{:02}.{micros:06}Z", self.day(), second / 3600, second / 60 % 60, second % 60)
    }
}

/// Year, month and day of a day that is counted from 1970. Years are taken to begin in March, so that the day that comes every four
/// years is the last of one; 400 years have always as many days.
fn date(days: u64) -> (u64, u64, u64) {
    /// Days from the first of March of the year 0 to 1970.
    const BEFORE_1970: u64 = 719_468;
    /// Days of 400 years.
    const CYCLE: u64 = 146_097;
    let days = days.saturating_add(BEFORE_1970);
    let (cycle, day) = (days / CYCLE, days % CYCLE);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153; // from March
    let in_month = day - (153 * month + 2) / 5 + 1;
    let (month, later) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    (cycle * 400 + year + later, month, in_month)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_as_text() {
        for (seconds, nanos, expected) in [
            (0, 0, "1970-01-01T00:00:00.000000Z"),
            (951_782_399, 999_999_999, "2000-02-28T23:59:59.999999Z"),
            (951_782_400, 0, "2000-02-29T00:00:00.000000Z"),
            (1_795_222_471, 123_456_789, "2026-11-21T00:54:31.123456Z"),
            (4_107_542_400, 1, "2100-03-01T00:00:00.000000Z"),
        ] {
            let time = Time { seconds, nanos };
            assert_eq!(time.text(), expected);
            assert_eq!(time.day(), expected.split_once('T').unwrap().0);
        }
    }

    #[test]
    fn every_day_follows_the_one_before() {
        let mut before = date(0);
        for day in 1..80_000 {
            let now = date(day);
            let next = (before.0, before.1, before.2 + 1);
            let of = |years: u64| before.0.is_multiple_of(years);
            let leap = of(4) && (!of(100) || of(400));
            let length = match before.1 {
                2 => 28 + u64::from(leap),
                4 | 6 | 9 | 11 => 30,
                _ => 31,
            };
            let expected = match next {
                (year, 12, 32) => (year + 1, 1, 1),
                (year, month, day) if day > length => (year, month + 1, 1),
                same => same,
            };
            assert_eq!(now, expected);
            before = now;
        }
    }

    #[test]
    fn a_clock_that_was_set_back_says_nothing() {
        let (early, late) = (Time { seconds: 1, nanos: 5 }, Time { seconds: 2, nanos: 2005 });
        assert_eq!((late.micros_since(early), early.micros_since(late)), (1_000_002, 0));
    }
}
