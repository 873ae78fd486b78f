//! The real Codex client, driven by a scripted model on loopback, with prexec (or anything else) registered as its hook.
//!
//! What Codex does with a hook's answer is what every promise of prexec rests on, and only Codex can say it. See
//! `tests/codex/README.md` for how to install the client and how to run this against another version of it.

// `cfg(test)` holds here anyway; it tells clippy that these modules are tests, where `expect` is allowed.
#[cfg(test)]
mod answers;
#[cfg(test)]
mod app_server;
#[cfg(test)]
mod bridge;
#[cfg(test)]
mod bridge_quoting;
#[cfg(test)]
mod calls;
#[cfg(test)]
mod client;
#[cfg(test)]
mod confinement;
#[cfg(test)]
mod five_minutes;
#[cfg(test)]
mod harness;
#[cfg(test)]
mod hooks;
#[cfg(test)]
mod install;
#[cfg(test)]
mod model;
#[cfg(test)]
mod permission;
#[cfg(test)]
mod prexec;
#[cfg(test)]
mod prexec_blocks;
#[cfg(test)]
mod prexec_deny_read;
#[cfg(test)]
mod prexec_everyday;
#[cfg(test)]
mod prexec_fails;
#[cfg(test)]
mod prexec_gate;
#[cfg(test)]
mod prexec_gate_terminal;
#[cfg(test)]
mod prexec_permission;
#[cfg(test)]
mod prexec_records;
#[cfg(test)]
mod prexec_stdin;
#[cfg(test)]
mod prexec_surroundings;
#[cfg(test)]
mod process;
#[cfg(test)]
mod session;
#[cfg(test)]
mod shells;
#[cfg(test)]
mod table;
#[cfg(test)]
mod terminal;
#[cfg(test)]
mod transcript;
#[cfg(test)]
mod witness;
