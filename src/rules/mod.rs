//! The Starlark front end: turns `*.rules` files into a [`Policy`](crate::policy::Policy).
//!
//! ```text
//! path -> files (who may have written it) -> nesting -> Starlark within limits -> builtins -> Layer
//!                                                                                    \-> Diagnostics
//! ```
//!
//! Nothing here is on the path of a hook call. The evaluation runs in this process: its limits are in [`limits`], and what they
//! cannot hold back needs the process's own guard, which [`Loader::with_note`] tells what is being read.

mod anchor;
mod arguments;
mod builtins;
mod catalogue;
mod diagnostics;
pub mod embedded;
mod evaluate;
mod examples;
mod facts;
mod files;
mod gate_rule;
mod globs;
pub mod limits;
mod loader;
mod native_text;
mod nesting;
mod reference;
mod repository;
mod requirements;
mod session;
mod source;
mod stored;
mod stubs;

pub use builtins::effective_account;
pub use catalogue::RuleNote;
pub(crate) use diagnostics::shown_line;
pub use diagnostics::{Diagnostic, Diagnostics, Severity};
pub(crate) use evaluate::parse;
pub use facts::{of as fact_of, of_names as fact_of_names};
pub use files::{Check, admits, holds_policies, vet, vet_directory};
pub use gate_rule::{fact_holds, gate_rule, gate_rule_text};
pub use loader::{Installed, Loaded, Loader, Part, SourceFile, combined_digest};
pub use native_text::{nothing_goes_by_text, rule_directories};
pub use nesting::DEPTH as NESTING_DEPTH;
pub use reference::reference;
pub use repository::repository_roots;
pub use requirements::warnings as requirements_warnings;
pub use stored::{Found, open as open_compiled};
pub use stubs::stubs;
