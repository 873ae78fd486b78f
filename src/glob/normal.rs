//! The language of normal paths, as an automaton: globs are held against normal paths only, so a question about what a path
//! could be is one about the normal paths that it could be.

/// How far a normal path has been read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Normal {
    /// Nothing of it.
    Start,
    /// The first `/`.
    Root,
    /// A later `/`.
    Slash,
    /// `.` as the beginning of a component.
    Dot,
    /// `..` as the beginning of a component.
    DotDot,
    /// A component that may end here.
    Name,
}

impl Normal {
    /// How many there are.
    pub(super) const COUNT: usize = 6;

    /// After one more byte; none where no normal path goes on like that.
    pub(super) fn next(self, byte: u8) -> Option<Self> {
        match (self, byte) {
            (Self::Start, b'/') => Some(Self::Root),
            (_, 0) | (Self::Start, _) | (Self::Root | Self::Slash | Self::Dot | Self::DotDot, b'/') => None,
            (Self::Name, b'/') => Some(Self::Slash),
            (Self::Root | Self::Slash, b'.') => Some(Self::Dot),
            (Self::Dot, b'.') => Some(Self::DotDot),
            _ => Some(Self::Name),
        }
    }

    /// Whether a normal path may end here.
    pub(super) fn is_end(self) -> bool {
        matches!(self, Self::Root | Self::Name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    #[test]
    fn accepts_exactly_the_normal_paths() {
        let mut texts: Vec<Vec<u8>> = alloc::vec![Vec::new()];
        for round in 0..7 {
            let longer: Vec<_> = texts.iter().filter(|t| t.len() == round).cloned().collect();
            for text in longer {
                texts.extend(b"/.a".iter().map(|b| [text.as_slice(), &[*b]].concat()));
            }
        }
        for text in texts {
            let end = text.iter().try_fold(Normal::Start, |at, b| at.next(*b));
            assert_eq!(end.is_some_and(Normal::is_end), crate::path::is_normal(&text), "{text:?}");
        }
    }
}
