//! Handing the trail on: each form by what its readers require, each receiver with everything that can go wrong on the way.

#![cfg(feature = "admin")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "helpers of tests fail as tests do"
)]

#[path = "../trail/generate.rs"]
mod generate;

mod datagrams;
mod exactly_once;
mod forms;
mod page;
mod requests;

use prexec::trail::chain::{CHAIN, CHAIN_SCHEMA, Link, digest};
use std::path::Path;
use std::process::{Command, Output};

/// `prexec audit export` over a directory of records.
fn export(directory: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_prexec"));
    command.args(["audit", "export", "--audit"]).arg(directory).args(arguments);
    // No proxy of whoever runs the tests stands between.
    for name in ["http_proxy", "https_proxy", "all_proxy"] {
        command.env_remove(name).env_remove(name.to_uppercase());
    }
    command
}

fn output(directory: &Path, arguments: &[&str]) -> Output {
    export(directory, arguments).output().unwrap()
}

/// Standard output of a run that goes well.
fn text(directory: &Path, arguments: &[&str]) -> String {
    let out = output(directory, arguments);
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8(out.stdout).unwrap()
}

/// Writes a chain whose only line closes a file of that length.
fn write_chain(directory: &Path, file: &str, bytes: u64) {
    let mut link = Link {
        schema: CHAIN_SCHEMA.into(),
        file: file.into(),
        records: 1,
        bytes,
        digest: digest(b"records"),
        previous: None,
        time: "2026-11-02T00:00:00.000000Z".into(),
        pruned: None,
        seal: String::new(),
    };
    link.seal = digest(serde_json::to_string(&link).unwrap().as_bytes());
    let line = serde_json::to_string(&link).unwrap();
    std::fs::write(directory.join(CHAIN), format!("{line}\n")).unwrap();
}

/// Writes realistic records for a look with one's own eyes, where `PREXEC_LOOK` names a directory.
#[test]
fn records_to_look_at() {
    let Some(place) = std::env::var_os("PREXEC_LOOK") else { return };
    for (name, records) in [("kindly", generate::fleet(1, 900)), ("hostile", generate::hostile(2, 200))] {
        let directory = Path::new(&place).join(name);
        std::fs::create_dir_all(&directory).unwrap();
        generate::append(&directory, &records);
    }
}
