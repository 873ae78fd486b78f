//! Changes a policy file in one step: a policy that is half written would block every call.

use std::path::Path;

/// Puts another text in the place of a file's, with the permissions that it has.
pub(super) fn rewrite(path: &Path, text: &str) -> Result<(), String> {
    let failed = |e: std::io::Error| format!("`{}` cannot be written: {e}", path.display());
    // A link stays one.
    let real = path.canonicalize().map_err(failed)?;
    let permissions = std::fs::metadata(&real).map_err(failed)?.permissions();
    let name = real.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    // Hidden files are no policies.
    let beside = real.with_file_name(format!(".{name}.{}", std::process::id()));
    let written = std::fs::write(&beside, text)
        .and_then(|()| std::fs::set_permissions(&beside, permissions))
        .and_then(|()| std::fs::rename(&beside, &real));
    written.map_err(|e| {
        // What is left over is of no use; that it cannot be removed either says nothing new.
        let _ = std::fs::remove_file(&beside);
        failed(e)
    })
}
