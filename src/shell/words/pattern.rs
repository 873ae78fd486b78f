//! Glob text: telling it from plain text, writing it, and matching it against a known value.

use alloc::vec::Vec;

/// Whether a shell would look for file names: `*`, `?`, a bracket that is closed, or an extended glob.
pub(super) fn has_glob(bytes: &[u8]) -> bool {
    let mut bracket = false;
    let mut previous = 0;
    for &byte in bytes {
        match byte {
            b'*' | b'?' => return true,
            b'[' => bracket = true,
            b']' if bracket => return true,
            b'(' if matches!(previous, b'@' | b'!' | b'+') => return true,
            _ => {}
        }
        previous = byte;
    }
    false
}

/// Adds text that stands for itself to glob text.
pub(super) fn escape(bytes: &[u8], out: &mut Vec<u8>) {
    for &byte in bytes {
        if matches!(byte, b'*' | b'?' | b'[' | b']' | b'\\' | b'(' | b')' | b'|' | b'!' | b'+' | b'@' | b'-' | b'^') {
            out.push(b'\\');
        }
        out.push(byte);
    }
}
