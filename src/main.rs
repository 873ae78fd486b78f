//! The `prexec` executable.
fn main() {}
