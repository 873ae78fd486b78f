//! prexec decides each tool call of a coding agent before it runs: allow, prompt or deny.
//!
//! One direction of flow, one room per stage:
//!
//! ```text
//! stdin -> codex -> call -> shell -> effects -> policy -> decision -> codex -> exit status, stdout, stderr
//! *.rules -> rules -> policy
//! ```
//!
//! The deciding rooms need `core` and `alloc` only (build with `--no-default-features` to have nothing else); what touches
//! the operating system or Starlark is behind the `admin` feature. Architecture invariants:
//!
//! - after `codex` nobody touches JSON text, after `shell` nobody touches script text;
//! - there are no globals: file system, accounts and directories come in through [`world::World`];
//! - no answer type has a "nothing": every failure is a deny with a reason.
#![cfg_attr(not(any(feature = "admin", test)), no_std)]
#![deny(unsafe_code)]
extern crate alloc;

/// A boundary between two stages of a call, where tests put faults (`guard::arm`); nothing in every other build.
macro_rules! boundary {
    ($name:literal) => {
        #[cfg(all(feature = "fault-injection", any(feature = "admin", bare)))]
        $crate::guard::at_boundary($name);
    };
}

pub mod agent;
pub mod approval;
pub mod audit;
#[cfg(feature = "admin")]
pub mod bench;
pub mod break_glass;
pub mod call;
#[cfg(feature = "admin")]
pub mod cases;
pub mod claude;
#[cfg(feature = "admin")]
pub mod cli;
pub mod codex;
pub mod compiled;
pub mod decision;
#[cfg(feature = "admin")]
pub mod doctor;
pub mod effect;
pub mod effects;
#[cfg(feature = "admin")]
pub mod format;
pub mod gate;
pub mod glob;
#[cfg(any(feature = "admin", bare))]
pub mod guard;
#[cfg(any(feature = "admin", bare))]
pub mod hook;
#[cfg(feature = "admin")]
pub mod install;
#[cfg(feature = "admin")]
pub mod inventory;
#[cfg(kernel)]
pub mod kernel;
#[cfg(feature = "admin")]
pub mod lint;
pub mod path;
pub mod policy;
pub mod record;
pub mod report;
#[cfg(feature = "admin")]
pub mod rules;
pub mod shell;
#[cfg(feature = "admin")]
pub mod suggest;
pub mod tables;
pub mod text;
#[cfg(feature = "admin")]
pub mod trail;
pub mod world;
