//! Criterion benches of each stage of a call.
fn main() {}
