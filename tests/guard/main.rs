//! The last resort, from outside: each fault in a process of its own, under each hostile circumstance.
//!
//! `cargo test --features fault-injection --test guard`

#![cfg(unix)]
#![allow(unsafe_code, reason = "`pre_exec` and pipes, to prepare the circumstances")]
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "functions beside tests are not known as tests"
)]

#[cfg(all(target_os = "linux", target_env = "gnu", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod bare;
mod faults;
mod harness;
mod signals;
mod streams;
mod tools;
