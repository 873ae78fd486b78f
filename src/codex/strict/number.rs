//! Numbers: exactly JSON's grammar, and not too large for a 64-bit floating point number.

use super::{Fault, Reader, codes, quoted, truncated};
use alloc::string::String;

/// Fewer characters than this, without an exponent, cannot be out of range (the limit has 309 digits).
const SURELY_IN_RANGE: usize = 300;

impl Reader<'_> {
    /// Reads the number that begins here and keeps its spelling.
    pub(super) fn number(&mut self) -> Result<String, Fault> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        if self.peek() == Some(b'0') {
            self.at += 1;
            if self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
                return Err(self.bad_number("a digit after a leading zero"));
            }
        } else {
            self.digits()?;
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        let has_exponent = matches!(self.peek(), Some(b'e' | b'E'));
        if has_exponent {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits()?;
        }
        let text = self.text.get(start..self.at).unwrap_or("");
        if (has_exponent || text.len() >= SURELY_IN_RANGE) && !text.parse::<f64>().is_ok_and(f64::is_finite) {
            return Err(Fault::new(
                codes::NUMBER_OUT_OF_RANGE,
                format_args!("the input holds the number {} at byte {start}, which is too large", quoted(text)),
            ));
        }
        Ok(text.into())
    }

    /// Steps over one digit or more.
    fn digits(&mut self) -> Result<(), Fault> {
        match self.peek() {
            None => return Err(truncated(self.at)),
            Some(byte) if byte.is_ascii_digit() => {}
            Some(0) => return Err(self.unexpected("a digit")),
            Some(_) => return Err(self.bad_number("no digit")),
        }
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        Ok(())
    }

    fn bad_number(&self, what: &str) -> Fault {
        Fault::new(codes::BAD_NUMBER, format_args!("the input holds a number with {what} at byte {}", self.at))
    }
}
