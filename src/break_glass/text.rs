//! The file of an override: a line for each thing, in a fixed order, and nothing else.

use super::LONGEST;
use crate::text::is_hidden;
use alloc::{format, string::String, vec::Vec};

/// The first line.
pub const VERSION: &str = "prexec override 1";

/// An administrator's override.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Override {
    /// When it was made, in seconds since 1970.
    pub from: u64,
    /// When it is over.
    pub until: u64,
    /// Who made it.
    pub issuer: String,
    /// The accounts that it is for, by number; all where there is none.
    pub accounts: Vec<u32>,
    /// Why.
    pub reason: String,
}

impl Override {
    /// Reads a file.
    ///
    /// # Errors
    /// Why it is none.
    pub fn read(bytes: &[u8]) -> Result<Self, String> {
        Self::parse(bytes).ok_or_else(|| "it is no override as `prexec break-glass` writes one".into())
    }

    fn parse(bytes: &[u8]) -> Option<Self> {
        let text = core::str::from_utf8(bytes).ok()?.strip_suffix('\n')?;
        let mut lines = text.split('\n').peekable();
        (lines.next()? == VERSION).then_some(())?;
        let from = number(lines.next()?.strip_prefix("from ")?)?;
        let until = number(lines.next()?.strip_prefix("until ")?)?;
        let issuer = said(lines.next()?.strip_prefix("by ")?)?;
        let mut accounts = Vec::new();
        while let Some(account) = lines.peek().and_then(|line| line.strip_prefix("account ")) {
            accounts.push(u32::try_from(number(account)?).ok()?);
            lines.next();
        }
        let reason = said(lines.next()?.strip_prefix("reason ")?)?;
        lines.next().is_none().then_some(Self { from, until, issuer, accounts, reason })
    }

    /// As it is written.
    pub fn text(&self) -> String {
        let Self { from, until, issuer, accounts, reason } = self;
        let mut lines =
            Vec::from([VERSION.into(), format!("from {from}"), format!("until {until}"), format!("by {issuer}")]);
        lines.extend(accounts.iter().map(|account| format!("account {account}")));
        lines.extend([format!("reason {reason}"), String::new()]);
        lines.join("\n")
    }

    /// Whether it counts at this time.
    ///
    /// # Errors
    /// Why it does not.
    pub fn stands(&self, now: u64) -> Result<(), String> {
        match self.until.checked_sub(self.from) {
            Some(length) if length <= LONGEST => {}
            _ => return Err(format!("it is for longer than {} hours", LONGEST / 3600)),
        }
        // A clock that was set back must not give it more time.
        if now < self.from {
            return Err("it has not begun yet, or the clock was set back".into());
        }
        if now >= self.until { Err("it is over".into()) } else { Ok(()) }
    }

    /// Whether it is for an account.
    pub fn is_for(&self, account: u32) -> bool {
        self.accounts.is_empty() || self.accounts.contains(&account)
    }
}

/// Digits and nothing else.
fn number(text: &str) -> Option<u64> {
    (!text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok()).flatten()
}

/// Words that show.
fn said(text: &str) -> Option<String> {
    (!text.trim().is_empty() && !text.chars().any(is_hidden)).then(|| text.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made() -> Override {
        Override { from: 1, until: 2, issuer: "root".into(), accounts: Vec::from([0, 1000]), reason: "why, not".into() }
    }

    #[test]
    fn what_is_written_is_read() {
        let none = Override { accounts: Vec::new(), ..made() };
        for one in [made(), none] {
            assert_eq!(Override::read(one.text().as_bytes()), Ok(one));
        }
    }

    #[test]
    fn nothing_else_is_read() {
        let text = made().text();
        for (old, new) in [
            ("prexec override 1", "prexec override 2"),
            ("from 1\n", "from 1\nfrom 1\n"),
            ("from 1\n", ""),
            ("from 1", "from -1"),
            ("from 1", "from +1"),
            ("from 1", "from 1 "),
            ("until 2", "until 99999999999999999999"),
            ("account 1000", "account 4294967296"),
            ("account 1000", "account alice"),
            ("account 1000", "account "),
            ("by root", "by \u{1b}[2J"),
            ("reason why", "reason \u{202e}why"),
            ("reason why, not", "reason "),
            ("reason why, not\n", "reason why, not"),
            ("reason why, not\n", "reason why, not\nmore\n"),
            ("reason why, not\n", "reason why, not\r\n"),
        ] {
            let changed = text.replacen(old, new, 1);
            assert!(changed != text && Override::read(changed.as_bytes()).is_err(), "{changed:?}");
        }
        assert!(Override::read(b"").is_err() && Override::read(b"\xff\n").is_err());
        for end in 0..text.len() {
            assert!(Override::read(&text.as_bytes()[..end]).is_err(), "{end}");
        }
    }
}
