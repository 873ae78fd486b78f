//! The executable as scripts and Codex see it: exit statuses, what stands on which stream, and what never does.

#![cfg(all(feature = "admin", target_os = "linux"))]
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "all of this is a test, and clippy.toml's exceptions do not reach the functions that the tests share"
)]

#[path = "cli/bench.rs"]
mod bench;
#[path = "cli/claude.rs"]
mod claude;
#[path = "cli/close_stdin.rs"]
mod close_stdin;
#[path = "cli/compile.rs"]
mod compile;
#[path = "cli/doctor.rs"]
mod doctor;
#[path = "cli/explained.rs"]
mod explained;
#[path = "cli/harness.rs"]
mod harness;
#[path = "cli/hook.rs"]
mod hook;
#[path = "cli/hostile_policies.rs"]
mod hostile_policies;
#[path = "cli/install.rs"]
mod install;
#[path = "cli/inventory.rs"]
mod inventory;
#[path = "cli/jsonl.rs"]
mod jsonl;
#[path = "cli/observe.rs"]
mod observe;
#[path = "cli/output.rs"]
mod output;
#[path = "cli/packaged.rs"]
mod packaged;
#[path = "cli/privacy.rs"]
mod privacy;
#[path = "cli/real_trees.rs"]
mod real_trees;
#[path = "cli/records.rs"]
mod records;
#[path = "cli/requirements.rs"]
mod requirements;
#[path = "cli/run.rs"]
mod run;
#[path = "cli/usage.rs"]
mod usage;
