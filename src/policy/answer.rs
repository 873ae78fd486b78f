//! Three-valued matching: what a rule says of an effect that may be known only in part.

/// Whether a rule matches. Ordered, so that "any of" is the maximum and "all of" the minimum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Answer {
    /// It cannot match.
    No,
    /// It could match.
    Maybe,
    /// It matches whatever the unknown parts turn out to be.
    Yes,
}
