//! How values are written as bytes and read back: little-endian numbers, lengths before texts and lists, fields in order. Reading
//! trusts nothing: whatever the bytes are, it ends, within them, with a value or without one.

use alloc::{string::String, vec::Vec};

/// A value that can stand in a compiled policy.
pub trait Record: Sized {
    /// Writes it at the end of `out`.
    fn put(&self, out: &mut Vec<u8>);

    /// Reads one; none where the bytes are not one.
    fn take(from: &mut Cursor<'_>) -> Option<Self>;
}

/// What is left to read.
#[derive(Clone, Copy, Debug)]
pub struct Cursor<'b> {
    rest: &'b [u8],
}

impl<'b> Cursor<'b> {
    /// At the beginning of `bytes`.
    pub fn new(bytes: &'b [u8]) -> Self {
        Self { rest: bytes }
    }

    /// The next `length` bytes.
    pub fn bytes(&mut self, length: usize) -> Option<&'b [u8]> {
        let (head, tail) = self.rest.split_at_checked(length)?;
        self.rest = tail;
        Some(head)
    }

    /// A length, and as many bytes.
    pub fn sized(&mut self) -> Option<&'b [u8]> {
        let length = u32::take(self)?;
        self.bytes(usize::try_from(length).ok()?)
    }
}

/// Writes a length, and the bytes.
pub fn put_sized(bytes: &[u8], out: &mut Vec<u8>) {
    put_length(bytes.len(), out);
    out.extend_from_slice(bytes);
}

/// What is longer than four gibibytes becomes unreadable, which the check of what was written finds.
fn put_length(length: usize, out: &mut Vec<u8>) {
    u32::try_from(length).unwrap_or(u32::MAX).put(out);
}

macro_rules! numbers {
    ($($number:ty),*) => {$(
        impl Record for $number {
            fn put(&self, out: &mut Vec<u8>) {
                out.extend_from_slice(&self.to_le_bytes());
            }

            fn take(from: &mut Cursor<'_>) -> Option<Self> {
                Some(<$number>::from_le_bytes(from.bytes(size_of::<$number>())?.try_into().ok()?))
            }
        }
    )*};
}

numbers!(u8, u32, u64, i64);

impl Record for bool {
    fn put(&self, out: &mut Vec<u8>) {
        out.push(u8::from(*self));
    }

    fn take(from: &mut Cursor<'_>) -> Option<Self> {
        match u8::take(from)? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }
}

impl Record for String {
    fn put(&self, out: &mut Vec<u8>) {
        put_sized(self.as_bytes(), out);
    }

    fn take(from: &mut Cursor<'_>) -> Option<Self> {
        core::str::from_utf8(from.sized()?).ok().map(Into::into)
    }
}

impl<T: Record> Record for Vec<T> {
    fn put(&self, out: &mut Vec<u8>) {
        put_length(self.len(), out);
        for item in self {
            item.put(out);
        }
    }

    fn take(from: &mut Cursor<'_>) -> Option<Self> {
        let mut list = Vec::new();
        for _ in 0..u32::take(from)? {
            list.push(T::take(from)?);
        }
        Some(list)
    }
}

impl<T: Record> Record for Option<T> {
    fn put(&self, out: &mut Vec<u8>) {
        self.is_some().put(out);
        if let Some(item) = self {
            item.put(out);
        }
    }

    fn take(from: &mut Cursor<'_>) -> Option<Self> {
        if bool::take(from)? { T::take(from).map(Some) } else { Some(None) }
    }
}

impl<A: Record, B: Record> Record for (A, B) {
    fn put(&self, out: &mut Vec<u8>) {
        self.0.put(out);
        self.1.put(out);
    }

    fn take(from: &mut Cursor<'_>) -> Option<Self> {
        Some((A::take(from)?, B::take(from)?))
    }
}

/// A structure as its fields, in the order that is given.
macro_rules! fields {
    ($name:ty { $($field:ident),* $(,)? }) => {
        impl $crate::record::Record for $name {
            fn put(&self, out: &mut alloc::vec::Vec<u8>) {
                $($crate::record::Record::put(&self.$field, out);)*
            }

            fn take(from: &mut $crate::record::Cursor<'_>) -> Option<Self> {
                Some(Self { $($field: $crate::record::Record::take(from)?),* })
            }
        }
    };
}

/// An enumeration without fields as one byte.
macro_rules! codes {
    ($name:ty { $($variant:ident = $code:literal),* $(,)? }) => {
        impl $crate::record::Record for $name {
            fn put(&self, out: &mut alloc::vec::Vec<u8>) {
                out.push(match self { $(Self::$variant => $code),* });
            }

            fn take(from: &mut $crate::record::Cursor<'_>) -> Option<Self> {
                match <u8 as $crate::record::Record>::take(from)? {
                    $($code => Some(Self::$variant),)*
                    _ => None,
                }
            }
        }
    };
}

pub(crate) use {codes, fields};
