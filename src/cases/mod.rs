//! Cases of calls for a policy: `*.cases` files, what they expect, and which rules they and the rules' own examples cover.
//!
//! ```text
//! # a comment
//! @policy ./controlled.rules
//! git status => allow
//! cat .env => deny packs/secrets.rules
//! "line one\nline two" => prompt
//! mcp__db__drop_table {"table": "users"} => prompt
//! ```
//!
//! `@policy` names a file beside this one or a shipped policy (`@prexec/controlled.rules`); without it the `*.rules` of the same
//! name is meant. What follows the verdict is the beginning of the first reason's rule. The machine is in memory: a session in the
//! repository `/work/project`, the account's home `/home/user`. `@directory PATH`, `@file PATH` and `@repository PATH [REMOTE]...` add to
//! it, `@cwd PATH` and `@session PATH` move, all for what follows.

mod coverage;
mod judge;
mod parse;
mod redteam;

pub use coverage::{Coverage, Covered};
pub use judge::{Outcome, Place, judge};
pub use parse::{Case, Fault, parse};
pub use redteam::{Attack, attacks};
