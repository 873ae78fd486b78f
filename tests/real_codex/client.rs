//! Which Codex client the tests drive.

use std::path::{Path, PathBuf};

const PIN: &str = include_str!("../codex/package.json");

/// For messages about a client that is not there.
pub(crate) const HOW_TO_INSTALL: &str = "run tests/codex/install.sh";

/// The version under test: `CODEX_VERSION` where it is set, else the pin that is committed.
pub(crate) fn version() -> String {
    if let Ok(version) = std::env::var("CODEX_VERSION") {
        return version;
    }
    let pin: serde_json::Value = serde_json::from_str(PIN).expect("tests/codex/package.json is JSON");
    pin["dependencies"]["@openai/codex"].as_str().expect("package.json pins @openai/codex").to_owned()
}

/// `target/codex`, where `tests/codex/install.sh` puts clients and the transcript is written.
pub(crate) fn place() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("target/codex")
}

/// The client's executable. A missing client fails the test: a check that is skipped in silence checks nothing.
pub(crate) fn executable() -> PathBuf {
    let version = version();
    let path = place().join(&version).join("node_modules/.bin/codex");
    assert!(
        path.exists(),
        "the Codex client {version} is not installed: {HOW_TO_INSTALL} (with CODEX_VERSION={version} where that is not the pin)"
    );
    path
}
