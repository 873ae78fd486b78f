//! `prexec-hook` without a C library: it answers as `prexec hook` does, byte for byte, or becomes it.
//!
//! `cargo test --test bare`

#![cfg(all(target_os = "linux", target_env = "gnu", any(target_arch = "x86_64", target_arch = "aarch64")))]
#![cfg(feature = "admin")]
#![allow(unsafe_code, reason = "what a process begins with is made by hand")]
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "functions beside tests are not known as tests"
)]

mod binary;
mod built;
mod counts;
mod hand_over;
mod installed;
mod records;
mod same;
#[path = "../cases/suite.rs"]
#[allow(dead_code, reason = "the tests that share it use different parts of it")]
mod suite;
mod world;
