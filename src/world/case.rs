//! Which file systems ignore the case of names. Wrong answers only matter where a name differs from a rule in case alone, so an
//! answer that cannot be had is "it ignores case" where that is the system's habit and "it does not" elsewhere.

use std::path::Path;

/// Whether names below `path` that differ only in case are the same file.
#[cfg(target_os = "linux")]
pub(super) fn ignores_case(path: &Path) -> bool {
    // f_type of statfs(2), from linux/magic.h and the drivers: vfat, exfat, ntfs, ntfs3, cifs, smb2, hfs+, 9p (WSL's drives).
    const IGNORING: [u32; 8] =
        [0x4d44, 0x2011_bab0, 0x5346_544e, 0x7366_746e, 0xff53_4d42, 0xfe53_4d42, 0x482b, 0x0102_1997];
    let mut at = Some(path);
    while let Some(dir) = at {
        if let Ok(facts) = nix::sys::statfs::statfs(dir) {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "the kernel's numbers have 32 bits, whatever type libc gives them"
            )]
            let kind = facts.filesystem_type().0 as u32;
            return IGNORING.contains(&kind);
        }
        at = dir.parent();
    }
    false
}

/// macOS ignores case unless a volume was made otherwise; Windows does.
#[cfg(not(target_os = "linux"))]
pub(super) fn ignores_case(_: &Path) -> bool {
    cfg!(any(target_os = "macos", target_os = "ios", windows))
}
