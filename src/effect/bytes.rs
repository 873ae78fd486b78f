//! Byte strings that many effects share.

use alloc::{rc::Rc, vec::Vec};
use core::borrow::Borrow;
use core::cmp::Ordering;
use core::fmt;
use core::hash::{Hash, Hasher};
use core::ops::Deref;

/// Bytes that are made once and never changed. Few of them, as in most words, stand in the value itself; more are shared, so
/// that cloning counts and copies nothing. The words of a script go into many effects and into the states around them.
#[derive(Clone)]
pub struct Bytes(Kept);

/// As many bytes as make the value no larger than what the shared kind needs.
const FEW: usize = 14;

#[derive(Clone)]
enum Kept {
    /// So many of them.
    Here(u8, [u8; FEW]),
    Shared(Rc<Vec<u8>>),
}

impl Bytes {
    /// The bytes.
    pub fn as_slice(&self) -> &[u8] {
        self
    }

    /// Adds to them; others that shared them keep theirs.
    pub fn extend(&mut self, more: &[u8]) {
        match &mut self.0 {
            Kept::Here(length, bytes) => {
                let now = usize::from(*length);
                let (room, all) = (bytes.get_mut(now..now + more.len()), u8::try_from(now + more.len()));
                if let (Some(room), Ok(all)) = (room, all) {
                    room.copy_from_slice(more);
                    *length = all;
                } else {
                    *self = Self(Kept::Shared(Rc::new([&**self, more].concat())));
                }
            }
            Kept::Shared(bytes) => Rc::make_mut(bytes).extend_from_slice(more),
        }
    }
}

impl Deref for Bytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match &self.0 {
            Kept::Here(length, bytes) => bytes.get(..usize::from(*length)).unwrap_or_default(),
            Kept::Shared(bytes) => bytes,
        }
    }
}

/// `Ord`, `Eq` and `Hash` are those of the bytes, so that maps can be asked with a slice.
impl Borrow<[u8]> for Bytes {
    fn borrow(&self) -> &[u8] {
        self
    }
}

impl PartialEq for Bytes {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for Bytes {}

impl PartialOrd for Bytes {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Bytes {
    fn cmp(&self, other: &Self) -> Ordering {
        (**self).cmp(&**other)
    }
}

impl Hash for Bytes {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (**self).hash(state);
    }
}

impl AsRef<[u8]> for Bytes {
    fn as_ref(&self) -> &[u8] {
        self
    }
}

impl fmt::Debug for Bytes {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(out)
    }
}

impl Default for Bytes {
    fn default() -> Self {
        Self(Kept::Here(0, [0; FEW]))
    }
}

impl From<Vec<u8>> for Bytes {
    fn from(bytes: Vec<u8>) -> Self {
        if bytes.len() <= FEW { Self::from(bytes.as_slice()) } else { Self(Kept::Shared(Rc::new(bytes))) }
    }
}

impl From<&[u8]> for Bytes {
    fn from(bytes: &[u8]) -> Self {
        let mut few = [0; FEW];
        match (few.get_mut(..bytes.len()), u8::try_from(bytes.len())) {
            (Some(place), Ok(length)) => {
                place.copy_from_slice(bytes);
                Self(Kept::Here(length, few))
            }
            _ => Self(Kept::Shared(Rc::new(bytes.to_vec()))),
        }
    }
}

impl<const N: usize> From<&[u8; N]> for Bytes {
    fn from(bytes: &[u8; N]) -> Self {
        Self::from(bytes.as_slice())
    }
}

impl From<&str> for Bytes {
    fn from(text: &str) -> Self {
        Self::from(text.as_bytes())
    }
}

impl PartialEq<[u8]> for Bytes {
    fn eq(&self, other: &[u8]) -> bool {
        **self == *other
    }
}

impl PartialEq<&[u8]> for Bytes {
    fn eq(&self, other: &&[u8]) -> bool {
        **self == **other
    }
}

impl<const N: usize> PartialEq<[u8; N]> for Bytes {
    fn eq(&self, other: &[u8; N]) -> bool {
        **self == *other
    }
}

impl<const N: usize> PartialEq<&[u8; N]> for Bytes {
    fn eq(&self, other: &&[u8; N]) -> bool {
        **self == **other
    }
}

impl PartialEq<Vec<u8>> for Bytes {
    fn eq(&self, other: &Vec<u8>) -> bool {
        **self == **other
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_many_there_are_does_not_show() {
        let long = [b'a'; FEW + 2];
        for length in 0..=FEW + 2 {
            let bytes = Bytes::from(&long[..length]);
            assert_eq!(bytes, long[..length]);
            assert_eq!(bytes, Bytes::from(long[..length].to_vec()));
            assert_eq!(matches!(bytes.0, Kept::Here(..)), length <= FEW);
            let (more, nothing) = (Bytes::from(&b"b"[..]), Bytes::default());
            assert!(bytes < more && (length == 0 || bytes > nothing));
        }
        assert_eq!(size_of::<Bytes>(), 16);
    }

    #[test]
    fn what_is_added_is_not_added_to_a_copy() {
        let mut bytes = Bytes::default();
        let mut all = Vec::new();
        for length in [0, 3, FEW - 3, 1, 40] {
            let copy = bytes.clone();
            bytes.extend(&[b'x'; 40][..length]);
            assert_eq!(copy, all);
            all.extend_from_slice(&[b'x'; 40][..length]);
            assert_eq!(bytes, all);
        }
    }
}
