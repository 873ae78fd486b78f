//! Compiled policies on disk: opened with the same care as sources, and used only while their sources are as they were.

use super::diagnostics::Diagnostic;
use super::facts;
use super::files::{self, Check};
use crate::compiled::{self, Compiled, Refused};
use std::{boxed::Box, format, fs::File, os::unix::fs::FileExt, path::Path};

/// Bytes of a compiled policy.
const MOST: u64 = 64 << 20;

/// A compiled policy that was found.
#[derive(Debug)]
pub enum Found {
    /// The file is something else, or a directory.
    Sources,
    /// It can be used.
    Fresh(Compiled),
    /// Its sources changed since; what happened, and what it was.
    Stale(Diagnostic, Compiled),
}

/// An open file, of which a call reads what it asks about.
#[derive(Debug)]
struct FileSource {
    file: File,
    length: u64,
}

impl compiled::Source for FileSource {
    fn length(&self) -> u64 {
        self.length
    }

    fn read_at(&self, at: u64, into: &mut [u8]) -> bool {
        self.file.read_exact_at(into, at).is_ok()
    }
}

/// Opens what a path names, if it is a compiled policy.
///
/// # Errors
/// One that cannot be read or trusted, is damaged, or belongs to another prexec.
pub fn open(path: &Path, check: &Check) -> Result<Found, Diagnostic> {
    let name = || format!("{}", path.display());
    // One sentence with everything, because the hook has no room for help.
    let told = |refused: &Refused| {
        let what = format!("the compiled policy cannot be used: {refused}; compile it again with `prexec compile`");
        Diagnostic::of_file(&name(), what, None)
    };
    if path.is_dir() {
        return Ok(Found::Sources);
    }
    let (file, metadata) = files::open(path, check).map_err(|p| Diagnostic::of_file(&name(), p.message, p.help))?;
    let mut beginning = [0; compiled::MAGIC.len()];
    if metadata.len() > MOST || file.read_exact_at(&mut beginning, 0).is_err() || beginning != *compiled::MAGIC {
        // A compiled policy that lost its beginning must not pass for a policy without rules.
        if path.extension().is_some_and(|extension| extension == "rules") {
            return Ok(Found::Sources);
        }
        let what = "this is neither a `*.rules` file nor a compiled policy; name a policy, or compile it again with `prexec compile`";
        return Err(Diagnostic::of_file(&name(), what, None));
    }
    let source = FileSource { file, length: metadata.len() };
    let compiled =
        compiled::open_from(Box::new(source), || Some(super::effective_account())).map_err(|refused| told(&refused))?;
    match compiled.origin.facts.iter().find_map(facts::change) {
        None => Ok(Found::Fresh(compiled)),
        Some(what) => Ok(Found::Stale(told(&Refused::Stale(what)), compiled)),
    }
}
