//! The one door through which the deciding rooms see the machine: directories, accounts, links. In a test the whole line runs
//! against a [`World`] in memory; the executables use the real one.

#[cfg(any(target_os = "linux", all(feature = "admin", unix)))]
mod case;
pub mod git_index;
#[cfg(all(feature = "admin", unix))]
mod host;
#[cfg(kernel)]
mod kernel;
mod looked;
mod machine;
pub mod memory;
mod seen;

#[cfg(all(feature = "admin", unix))]
pub(crate) use host::facts;
#[cfg(all(feature = "admin", unix))]
pub use host::{Host, HostWorld};
#[cfg(kernel)]
pub use kernel::{Kernel, KernelWorld};
pub use looked::Looked;
pub use machine::{Errno, Facts, Links, Machine, Owner};
pub use seen::SeenWorld;

use alloc::{string::String, vec::Vec};

/// What a world leaves to another one, which it holds in a field: everything but what stands in the file system by name.
macro_rules! asks_for_the_rest {
    ($world:ident) => {
        fn session_dir(&self) -> Option<&[u8]> {
            self.$world.session_dir()
        }

        fn home(&self) -> Option<&[u8]> {
            self.$world.home()
        }

        fn home_variable(&self) -> Option<&[u8]> {
            self.$world.home_variable()
        }

        fn home_of(&self, user: &str) -> Option<alloc::vec::Vec<u8>> {
            self.$world.home_of(user)
        }

        fn own_executable(&self) -> Option<alloc::vec::Vec<u8>> {
            self.$world.own_executable()
        }

        fn remotes(&self, root: &[u8]) -> alloc::vec::Vec<alloc::string::String> {
            self.$world.remotes(root)
        }

        fn variable(&self, name: &str) -> Option<alloc::vec::Vec<u8>> {
            self.$world.variable(name)
        }

        fn is_writable(&self, dir: &[u8]) -> bool {
            self.$world.is_writable(dir)
        }

        fn is_executable(&self, path: &[u8]) -> bool {
            self.$world.is_executable(path)
        }
    };
}
pub(crate) use asks_for_the_rest;

/// The same of what costs a look at the machine each time.
macro_rules! asks_for_contents {
    ($world:ident) => {
        fn ignores_case(&self, path: &[u8]) -> bool {
            self.$world.ignores_case(path)
        }

        fn read_small(&self, path: &[u8], limit: usize) -> $crate::world::Content {
            self.$world.read_small(path, limit)
        }
    };
}
pub(crate) use asks_for_contents;

/// What stands at a path, without following a final link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// Nothing.
    Missing,
    /// A directory.
    Directory,
    /// A regular file, device, socket or fifo.
    Other,
    /// A symbolic link and its target as written.
    Link(Vec<u8>),
    /// It could not be found out (no permission, an I/O error, a name that is too long).
    Error,
}

/// What a file holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// All of it.
    Text(Vec<u8>),
    /// Nothing stands there.
    Missing,
    /// Something stands there, or may, that is not read: no regular file, too large, no permission.
    Unread,
}

impl Content {
    /// The bytes, where they were read.
    pub fn text(self) -> Option<Vec<u8>> {
        match self {
            Self::Text(text) => Some(text),
            Self::Missing | Self::Unread => None,
        }
    }
}

/// What a name in a directory is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Child {
    /// A directory.
    Directory,
    /// A symbolic link.
    Link,
    /// Anything else.
    Other,
}

/// The machine as the analyser may see it. Nothing here executes or writes anything, and no method blocks.
pub trait World {
    /// The directory that the session was started in (the hook's own working directory), absolute.
    fn session_dir(&self) -> Option<&[u8]>;
    /// The home directory of the account that runs the call, from the account database (never from the environment).
    fn home(&self) -> Option<&[u8]>;
    /// The name of that account, where the account database was to be asked anyway.
    fn user(&self) -> Option<&[u8]> {
        None
    }
    /// `HOME` of the environment, where it is set and absolute: what a shell makes of `~`.
    fn home_variable(&self) -> Option<&[u8]>;
    /// The home directory of a named account.
    fn home_of(&self, user: &str) -> Option<Vec<u8>>;
    /// The file of prexec itself, absolute and free of links: the gate, where it is called by its path. `None` where that is not
    /// known.
    fn own_executable(&self) -> Option<Vec<u8>> {
        None
    }
    /// What stands at an absolute path.
    fn entry(&self, path: &[u8]) -> Entry;
    /// The names in a directory, without `.` and `..`; `None` where it cannot be read or has more than `limit`.
    fn children(&self, dir: &[u8], limit: usize) -> Option<Vec<(Vec<u8>, Child)>>;
    /// The URLs of the remotes in the `.git/config` of the repository at `root`; empty where there are none or it cannot be
    /// read.
    fn remotes(&self, root: &[u8]) -> Vec<String>;
    /// Whether the file system below `path` ignores case.
    fn ignores_case(&self, path: &[u8]) -> bool;
    /// A variable of the environment that the call will run in.
    fn variable(&self, name: &str) -> Option<Vec<u8>>;
    /// The content of a regular file of at most `limit` bytes, through links.
    fn read_small(&self, path: &[u8], limit: usize) -> Content;
    /// Whether the account may put new names into a directory, through links. A superuser may everywhere: for it, only
    /// directories of its own that nobody else may write are not writable. `true` where it cannot be found out.
    fn is_writable(&self, dir: &[u8]) -> bool;
    /// Whether what stands at `path`, through links, is a file that the account may execute; `true` where it cannot be found
    /// out.
    fn is_executable(&self, path: &[u8]) -> bool;
}

/// The directory at or above `dir` that holds `.git`; `dir` itself where there is none.
pub fn toplevel<'p>(world: &dyn World, dir: &'p [u8]) -> &'p [u8] {
    repository(world, dir).unwrap_or(dir)
}

/// The directory at or above `dir` that holds `.git`.
pub fn repository<'p>(world: &dyn World, dir: &'p [u8]) -> Option<&'p [u8]> {
    let mut at = Some(dir);
    while let Some(one) = at {
        if world.entry(&crate::path::join(one, b".git")) != Entry::Missing {
            return Some(one);
        }
        at = crate::path::parent(one);
    }
    None
}
