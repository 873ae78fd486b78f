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
//! name is meant. The verdict is `allow`, `prompt`, `deny`, or `stopped` for either of the last two; what follows it is the beginning
//! of the first reason's rule. A tool's name is followed by its arguments in JSON (`apply_patch` by a JSON string, too).
//!
//! The machine is in memory: a session in the repository `/work/project`, the account's home `/home/user`. `@directory PATH`,
//! `@file PATH`, `@text PATH TEXT`, `@program PATH`, `@link PATH TARGET`, `@repository PATH [REMOTE]...` and `@environment NAME VALUE`
//! add to it, `@cwd PATH` and `@session PATH` move, `@mode NAME` sets the permission mode (in one where nobody can be asked a prompt
//! is a denial): all for what follows, until `@new` begins with a new machine. `@class NAME` names a class of cases.

mod coverage;
mod judge;
mod parse;
mod place;
mod redteam;

pub use coverage::{Coverage, Covered};
pub use judge::{Outcome, judge};
pub use parse::{Case, Expected, Fault, parse};
pub use place::Place;
pub use redteam::attacks;
