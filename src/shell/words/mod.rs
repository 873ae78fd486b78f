//! Word values.
