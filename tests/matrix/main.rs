//! Never open: every fault at every place, and what came of it, as one table that is printed last.
//!
//! `cargo test --features fault-injection --test fault_matrix`; `MATRIX=word` runs the groups with that word in their names only.
//! Each is tried on both executables, `prexec hook` and `prexec-hook` without a C library; where they end alike they share a row.
//! `PREXEC_BIN` and `PREXEC_BARE_HOOK` name other builds of them, for all groups but `inside`.
//! `PREXEC_ENVIRONMENTS` and `PREXEC_SWAPS` say how many random environments and how many reads of a file that is being swapped
//! there are. The table also comes to stand in `fault-matrix.txt` of cargo's target directory.

#![allow(unsafe_code, reason = "`pre_exec` and system calls, to prepare the circumstances")]
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "all of this is a test, and clippy.toml's exceptions reach functions with `#[test]` only"
)]

#[cfg(target_os = "linux")]
mod company;
#[cfg(target_os = "linux")]
mod environment;
#[cfg(target_os = "linux")]
mod hook;
#[cfg(target_os = "linux")]
mod input;
#[cfg(target_os = "linux")]
mod inside;
#[cfg(target_os = "linux")]
mod layers;
#[cfg(target_os = "linux")]
mod limits;
#[cfg(target_os = "linux")]
mod places;
#[cfg(target_os = "linux")]
mod policies;
#[cfg(target_os = "linux")]
mod room;
#[cfg(target_os = "linux")]
mod run;
#[cfg(target_os = "linux")]
mod signals;
#[cfg(target_os = "linux")]
mod streams;
#[cfg(target_os = "linux")]
mod swaps;
#[cfg(target_os = "linux")]
mod table;

#[cfg(target_os = "linux")]
fn main() -> std::process::ExitCode {
    let groups: [(&str, table::Group); 11] = [
        ("inside", inside::rows),
        ("input", input::rows),
        ("streams", streams::rows),
        ("limits", limits::rows),
        ("places", places::rows),
        ("environment", environment::rows),
        ("signals", signals::rows),
        ("company", company::rows),
        ("policies", policies::rows),
        ("layers", layers::rows),
        ("swaps", swaps::rows),
    ];
    let wanted = std::env::var("MATRIX").unwrap_or_default();
    let mut rows = Vec::new();
    for (name, group) in groups.into_iter().filter(|(name, _)| name.contains(&wanted)) {
        let start = std::time::Instant::now();
        let [one, other] = hook::BOTH.map(|hook| (hook.name(), group(hook)));
        let made = table::joined(one, other);
        assert!(!made.is_empty(), "the group `{name}` has no rows");
        println!("{name}: {} rows in {:.1} s", made.len(), start.elapsed().as_secs_f64());
        rows.extend(made);
    }
    table::print(&rows)
}

#[cfg(not(target_os = "linux"))]
fn main() {
    println!("test result: ok. 0 passed; 0 failed; the matrix is made for Linux");
}
