//! An executable that ends at once: the least that starting any process costs on this machine.

use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// `exit(0)` and nothing else, for x86-64: `xor edi, edi; mov eax, 231 (exit_group); syscall`.
const X86_64: (u16, &[u8]) = (62, &[0x31, 0xff, 0xb8, 0xe7, 0, 0, 0, 0x0f, 0x05]);
/// The same for aarch64: `mov x0, #0; mov x8, #94 (exit_group); svc #0`.
const AARCH64: (u16, &[u8]) = (183, &[0, 0, 0x80, 0xd2, 0xc8, 0x0b, 0x80, 0xd2, 1, 0, 0, 0xd4]);

/// Where the file is loaded.
const ADDRESS: u64 = 0x40_0000;
/// Bytes of the file's header and of its one program header, as the ELF specification has them.
const HEADERS: u64 = 64 + 56;

/// Writes it into a directory; none where this machine has no such form.
///
/// # Errors
/// The file cannot be written.
pub(super) fn write(directory: &Path) -> io::Result<Option<PathBuf>> {
    let Some(bytes) = bytes() else { return Ok(None) };
    let path = directory.join("bare");
    std::fs::write(&path, bytes)?;
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755))?;
    Ok(Some(path))
}

fn bytes() -> Option<Vec<u8>> {
    let (machine, code) = match (cfg!(target_os = "linux"), cfg!(target_arch = "x86_64"), cfg!(target_arch = "aarch64"))
    {
        (true, true, _) => X86_64,
        (true, _, true) => AARCH64,
        _ => return None,
    };
    let length = HEADERS + u64::try_from(code.len()).ok()?;
    // 64 bits, little-endian, version 1; an executable for that machine that starts behind its headers.
    let mut file = b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0".to_vec();
    let half = |file: &mut Vec<u8>, all: &[u16]| all.iter().for_each(|n| file.extend(n.to_le_bytes()));
    let long = |file: &mut Vec<u8>, all: &[u64]| all.iter().for_each(|n| file.extend(n.to_le_bytes()));
    half(&mut file, &[2, machine, 1, 0]);
    long(&mut file, &[ADDRESS + HEADERS, 64, 0]);
    half(&mut file, &[0, 0, 64, 56, 1, 0, 0, 0]);
    // All of the file is loaded, to be read and executed.
    half(&mut file, &[1, 0, 5, 0]);
    long(&mut file, &[0, ADDRESS, ADDRESS, length, length, 0x1000]);
    file.extend_from_slice(code);
    Some(file)
}

#[cfg(test)]
mod tests {
    #[test]
    fn it_ends_with_zero() {
        let dir = tempfile::tempdir().unwrap();
        if let Some(path) = super::write(dir.path()).unwrap() {
            assert_eq!(std::process::Command::new(path).status().unwrap().code(), Some(0));
        }
    }
}
