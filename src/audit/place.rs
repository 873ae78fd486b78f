//! Where records go.

use super::append::Failed;
use super::disk::Disk;
use crate::path;
use crate::world::Errno;
use alloc::{format, string::String, vec::Vec};

/// Where a machine keeps the records of all accounts, each in a directory of its own.
pub const MACHINE: &str = "/var/log/prexec";
/// Where an account keeps its own, below its home.
pub const USER: &str = ".local/state/prexec/audit";

/// Permission of the group and of others to write.
const SHARED: u32 = 0o022;

/// The directory of records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place<'p> {
    /// This one; made where there is none.
    At(&'p [u8]),
    /// The machine's where there is one, else the account's where there is one.
    Usual {
        /// The account's home directory.
        home: Option<&'p [u8]>,
    },
}

/// A directory of records that is in order.
pub(super) struct Opened<F> {
    pub(super) directory: F,
    pub(super) path: Vec<u8>,
}

impl Place<'_> {
    /// Opens it; nothing where nobody has set up such a directory.
    pub(super) fn open<D: Disk>(self, disk: &D) -> Result<Option<Opened<D::File>>, Failed> {
        match self {
            Self::At(path) => open_or_make(disk, path).map(Some),
            Self::Usual { home } => {
                let machine = path::join(MACHINE.as_bytes(), format!("{}", disk.account()).as_bytes());
                match disk.open_directory(&machine) {
                    Ok(directory) => return checked(disk, directory, &machine).map(Some),
                    Err(Errno::MISSING) => {}
                    Err(error) => return Err(Failed::of(&machine, error)),
                }
                // Whose it is was for its owner to see to when it was made; another one's directory is no place for a record.
                match disk.facts(MACHINE.as_bytes()) {
                    Ok(facts) if facts.is_directory() && facts.owner == 0 => {
                        return open_or_make(disk, &machine).map(Some);
                    }
                    Ok(_) => {
                        return Err(Failed::refused(MACHINE.as_bytes(), "it is no directory of the administrator"));
                    }
                    Err(Errno::MISSING) => {}
                    Err(error) => return Err(Failed::of(MACHINE.as_bytes(), error)),
                }
                let Some(own) = home.map(|home| path::join(home, USER.as_bytes())) else { return Ok(None) };
                match disk.open_directory(&own) {
                    Ok(directory) => checked(disk, directory, &own).map(Some),
                    Err(Errno::MISSING) => Ok(None),
                    Err(error) => Err(Failed::of(&own, error)),
                }
            }
        }
    }

    /// The directory; none where there is none that is in order.
    pub fn directory<D: Disk>(self, disk: &D) -> Option<Vec<u8>> {
        self.open(disk).ok().flatten().map(|opened| opened.path)
    }

    /// What a person calls it.
    pub fn shown(self) -> String {
        match self {
            Self::At(path) => crate::text::visible_bytes(path).into_owned(),
            Self::Usual { .. } => format!("{MACHINE} or ~/{USER}"),
        }
    }
}

fn open_or_make<D: Disk>(disk: &D, path: &[u8]) -> Result<Opened<D::File>, Failed> {
    let directory = match disk.open_directory(path) {
        Err(Errno::MISSING) => match disk.make_directory(path) {
            // Another process may have been quicker.
            Ok(()) | Err(Errno::EXISTS) => disk.open_directory(path),
            Err(error) => Err(error),
        },
        opened => opened,
    };
    checked(disk, directory.map_err(|error| Failed::of(path, error))?, path)
}

fn checked<D: Disk>(disk: &D, directory: D::File, path: &[u8]) -> Result<Opened<D::File>, Failed> {
    let facts = disk.opened(&directory).map_err(|error| Failed::of(path, error))?;
    if facts.owner != disk.account() {
        return Err(Failed::refused(path, "it belongs to another account"));
    }
    if facts.mode & SHARED != 0 {
        return Err(Failed::refused(path, "others may write it"));
    }
    Ok(Opened { directory, path: path.to_vec() })
}

/// Whether a file in such a directory is one that only its owner may have written.
pub(super) fn is_in_order<D: Disk>(disk: &D, facts: &crate::world::Facts) -> bool {
    facts.is_file() && facts.owner == disk.account() && facts.mode & SHARED == 0
}
