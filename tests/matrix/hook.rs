//! The two executables that decide calls: `prexec hook`, and `prexec-hook` without a C library.

#[path = "../bare/built.rs"]
#[allow(dead_code, reason = "the tests that share it use different parts of it")]
mod built;

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use tempfile::TempDir;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hook {
    /// `prexec hook`.
    Whole,
    /// `prexec-hook`, by a compiled policy, with `prexec` beside it for what it does not do itself.
    Alone,
}

pub(crate) const BOTH: [Hook; 2] = [Hook::Whole, Hook::Alone];

impl Hook {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Whole => "prexec hook",
            Self::Alone => "prexec-hook",
        }
    }

    /// The verb before the options.
    pub(crate) const fn verb(self) -> &'static [&'static str] {
        match self {
            Self::Whole => &["hook"],
            Self::Alone => &[],
        }
    }

    /// The executable; `PREXEC_BIN` and `PREXEC_BARE_HOOK` name other builds.
    pub(crate) fn program(self) -> PathBuf {
        static ALONE: OnceLock<TempDir> = OnceLock::new();
        match self {
            Self::Whole => whole(),
            Self::Alone => {
                let place = ALONE.get_or_init(|| {
                    let place = tempfile::tempdir().expect("a directory");
                    install(place.path());
                    place
                });
                place.path().join("prexec-hook")
            }
        }
    }

    /// Puts a copy of the executable into a directory, and says where it is.
    pub(crate) fn copy_to(self, directory: &Path) -> PathBuf {
        match self {
            Self::Whole => {
                let copy = directory.join("prexec-copy");
                fs::copy(whole(), &copy).expect("copy the executable");
                copy
            }
            Self::Alone => {
                install(directory);
                directory.join("prexec-hook")
            }
        }
    }
}

fn whole() -> PathBuf {
    std::env::var_os("PREXEC_BIN").map_or_else(|| env!("CARGO_BIN_EXE_prexec").into(), PathBuf::from)
}

/// The one without a C library, with the other one beside it, as they are installed.
fn install(directory: &Path) {
    fs::copy(built::bare(), directory.join("prexec-hook")).expect("copy the executable");
    symlink(whole(), directory.join("prexec")).expect("a link");
}

/// The one without a C library that fails on request; built with the feature for that, and so never the one that is installed.
pub(crate) fn faulty() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("bare-faulty");
        let done = Command::new(env!("CARGO"))
            .args(["build", "--quiet", "--no-default-features", "--features=fault-injection", "--bin=prexec-hook"])
            .arg("--target-dir")
            .arg(&target)
            // There is nothing that could unwind.
            .env("CARGO_PROFILE_DEV_PANIC", "abort")
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .status()
            .expect("cargo starts");
        assert!(done.success(), "`prexec-hook` cannot be built without a C library and with faults");
        target.join("debug/prexec-hook")
    })
}
