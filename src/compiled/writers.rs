//! Who may have written a policy file: the one place where owners and permissions are judged, for sources and compiled policies.

/// Write permission of the group and of others.
const SHARED_WRITE: u32 = 0o022;
/// Only the owner of a file may take it away or replace it in such a directory.
const STICKY: u32 = 0o1000;

/// The accounts that may have written a file and the directories above it.
#[derive(Clone, Copy, Debug)]
pub struct Writers<'a> {
    /// Who may own them; empty where it does not matter who wrote.
    pub owners: &'a [u32],
    /// Whether a directory that others may write is accepted where it is sticky (such as `/tmp`).
    pub sticky: bool,
}

/// Why a file or directory is not trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// It belongs to somebody else.
    Owner,
    /// Others may write it.
    Shared,
}

impl Writers<'_> {
    /// Whether it does not matter who wrote.
    pub fn are_anybody(&self) -> bool {
        self.owners.is_empty()
    }

    /// Whether a file of this owner with these permissions can be trusted.
    ///
    /// # Errors
    /// Why it cannot.
    pub fn file(&self, owner: u32, mode: u32) -> Result<(), Doubt> {
        self.owner(owner)?;
        if mode & SHARED_WRITE != 0 && !self.are_anybody() { Err(Doubt::Shared) } else { Ok(()) }
    }

    /// Whether a directory above a policy file can be: whoever may write it may replace the file.
    ///
    /// # Errors
    /// Why it cannot.
    pub fn directory(&self, owner: u32, mode: u32) -> Result<(), Doubt> {
        self.owner(owner)?;
        let sticky = self.sticky && mode & STICKY != 0;
        if mode & SHARED_WRITE == 0 || sticky { Ok(()) } else { Err(Doubt::Shared) }
    }

    fn owner(&self, owner: u32) -> Result<(), Doubt> {
        if self.are_anybody() || self.owners.contains(&owner) { Ok(()) } else { Err(Doubt::Owner) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn owners_and_permissions() {
        let managed = Writers { owners: &[0], sticky: false };
        let named = Writers { owners: &[0, 1000], sticky: true };
        let anybody = Writers { owners: &[], sticky: true };
        for (writers, owner, mode, file, directory) in [
            (managed, 0, 0o644, Ok(()), Ok(())),
            (managed, 1000, 0o644, Err(Doubt::Owner), Err(Doubt::Owner)),
            (managed, 0, 0o664, Err(Doubt::Shared), Err(Doubt::Shared)),
            (managed, 0, 0o1777, Err(Doubt::Shared), Err(Doubt::Shared)),
            (named, 1000, 0o700, Ok(()), Ok(())),
            (named, 1001, 0o700, Err(Doubt::Owner), Err(Doubt::Owner)),
            (named, 0, 0o1777, Err(Doubt::Shared), Ok(())),
            (anybody, 1001, 0o666, Ok(()), Err(Doubt::Shared)),
        ] {
            assert_eq!(
                (writers.file(owner, mode), writers.directory(owner, mode)),
                (file, directory),
                "{writers:?} {owner} {mode:o}"
            );
        }
    }
}
