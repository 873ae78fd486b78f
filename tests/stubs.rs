//! `policies/prexec.pyi` is what the loader takes. After a change of a signature write it anew with
//! `UPDATE_GOLDEN=1 cargo test --test stubs`.

#![cfg(feature = "admin")]

use std::path::Path;

#[test]
fn the_stubs_are_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("policies/prexec.pyi");
    let wanted = prexec::rules::stubs();
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, wanted).unwrap();
    } else {
        let found = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(found == wanted, "policies/prexec.pyi is stale; run `UPDATE_GOLDEN=1 cargo test --test stubs`");
    }
}
