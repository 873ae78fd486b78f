//! Classes of values in Python code: what is done with `type(x)`.

use super::python::{assigns, next_flat};
use super::reading::Reading;
use core::ops::Range;

/// Whether `type` at `at` only asks for the class of a value, to show or compare it: a class that is called makes another value (a file
/// opens another file), and one that is made has methods of its own.
pub(super) fn only_asked_for(reading: &Reading<'_>, at: usize) -> bool {
    if !reading.is_mark(at + 1, b"(") {
        return false;
    }
    let close = reading.mate(at + 1);
    let after = |n: usize| close.saturating_add(n);
    let one = next_flat_in(reading, at + 2..close, b",").is_none();
    let named = reading.is_mark(after(1), b".")
        && reading.text(after(2)) == b"__name__"
        && !assigns(reading.text(after(3)))
        && !reading.is_mark(after(3), b"(");
    let compared = matches!(reading.text(after(1)), b"is" | b"==" | b"!=");
    let before = |n: usize| at.checked_sub(n).map_or(&b""[..], |b| reading.text(b));
    let printed = before(1) == b"("
        && before(2) == b"print"
        && reading.is_own(b"print")
        && matches!(reading.text(after(1)), b")" | b",");
    one && (named || compared || printed)
}

/// Where a mark stands in a range outside of brackets in it.
fn next_flat_in(reading: &Reading<'_>, range: Range<usize>, mark: &[u8]) -> Option<usize> {
    let found = next_flat(reading, range.start, mark)?;
    (found < range.end).then_some(found)
}
