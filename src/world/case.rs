//! Which file systems ignore the case of names. Wrong answers only matter where a name differs from a rule in case alone, so an
//! answer that cannot be had is "it ignores case" where that is the system's habit and "it does not" elsewhere.

#[cfg(all(feature = "admin", unix))]
use super::Errno;
#[cfg(all(feature = "admin", unix))]
use std::path::Path;

/// Whether Linux's drivers for a file system of this kind (`f_type` of statfs(2)) ignore case: vfat, exfat, ntfs, ntfs3, cifs,
/// smb2, hfs+, 9p (WSL's drives). Numbers from linux/magic.h and the drivers.
#[cfg(target_os = "linux")]
pub(super) fn is_caseless(kind: u32) -> bool {
    const IGNORING: [u32; 8] =
        [0x4d44, 0x2011_bab0, 0x5346_544e, 0x7366_746e, 0xff53_4d42, 0xfe53_4d42, 0x482b, 0x0102_1997];
    IGNORING.contains(&kind)
}

/// Whether names below a directory that differ only in case are the same file.
#[cfg(all(feature = "admin", target_os = "linux"))]
pub(super) fn ignores_case(dir: &Path) -> Result<bool, Errno> {
    let facts = nix::sys::statfs::statfs(dir).map_err(|e| Errno(e as i32))?;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the kernel's numbers have 32 bits, whatever type libc gives them"
    )]
    let kind = facts.filesystem_type().0 as u32;
    Ok(is_caseless(kind))
}

/// macOS ignores case unless a volume was made otherwise; Windows does.
#[cfg(all(feature = "admin", unix, not(target_os = "linux")))]
#[expect(clippy::unnecessary_wraps, reason = "Linux can fail")]
pub(super) fn ignores_case(_: &Path) -> Result<bool, Errno> {
    Ok(cfg!(any(target_os = "macos", target_os = "ios", windows)))
}
