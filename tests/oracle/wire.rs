//! Frames between the test and its rooms: a length of four bytes, little endian, and that many bytes.

use std::io::{Read, Result, Write};

/// The shells that a script is run in, where they are installed.
pub(crate) const SHELLS: &[&str] = &["bash", "dash", "zsh"];

pub(crate) fn send(to: &mut impl Write, bytes: &[u8]) -> Result<()> {
    let length = u32::try_from(bytes.len()).expect("a frame is small");
    to.write_all(&[&length.to_le_bytes(), bytes].concat())
}

pub(crate) fn receive(from: &mut impl Read) -> Result<Vec<u8>> {
    let mut length = [0; 4];
    from.read_exact(&mut length)?;
    let mut bytes = vec![0; usize::try_from(u32::from_le_bytes(length)).expect("four bytes")];
    from.read_exact(&mut bytes)?;
    Ok(bytes)
}
