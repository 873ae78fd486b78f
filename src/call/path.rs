//! An absolute path, checked once.

use alloc::vec::Vec;

/// An absolute path: it begins with `/` and holds no NUL. Not normalised; the path may not exist.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AbsolutePath(Vec<u8>);

/// Why bytes are no absolute path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathFault {
    /// They do not begin with `/` (or there are none).
    Relative,
    /// They hold a NUL byte.
    Nul,
}

impl AbsolutePath {
    /// Checks the bytes.
    ///
    /// # Errors
    /// They are empty, do not begin with `/`, or hold a NUL byte.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Result<Self, PathFault> {
        let bytes = bytes.into();
        if bytes.first() != Some(&b'/') {
            Err(PathFault::Relative)
        } else if bytes.contains(&0) {
            Err(PathFault::Nul)
        } else {
            Ok(Self(bytes))
        }
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_absolute_paths_without_nul_are_made() {
        for (bytes, expected) in [
            (&b"/"[..], None),
            (b"/home/u/\xff", None),
            (b"", Some(PathFault::Relative)),
            (b"a/b", Some(PathFault::Relative)),
            (b"~/x", Some(PathFault::Relative)),
            (b"/a\0b", Some(PathFault::Nul)),
        ] {
            assert_eq!(AbsolutePath::new(bytes).err(), expected, "{bytes:?}");
        }
        assert_eq!(AbsolutePath::new("/a").unwrap().as_bytes(), b"/a");
    }
}
