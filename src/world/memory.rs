//! A [`World`] in memory, for tests and dry runs: what is not put in does not exist.

use super::{Child, Content, Entry, World};
use alloc::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    string::String,
    vec::Vec,
};

/// A machine that is written down; built by chaining, such as
/// `MemoryWorld::new().session("/w").home("/home/u").link("/w/k", "/home/u/.ssh")`.
///
/// Paths are absolute and free of links in their directory part. Putting something in makes the directories above it.
#[derive(Clone, Debug, Default)]
pub struct MemoryWorld {
    entries: BTreeMap<Vec<u8>, Entry>,
    session: Option<Vec<u8>>,
    home: Option<Vec<u8>>,
    home_variable: Option<Vec<u8>>,
    homes: BTreeMap<String, Vec<u8>>,
    remotes: BTreeMap<Vec<u8>, Vec<String>>,
    caseless: BTreeSet<Vec<u8>>,
    variables: BTreeMap<String, Vec<u8>>,
    contents: BTreeMap<Vec<u8>, Vec<u8>>,
    executable: BTreeSet<Vec<u8>>,
    fixed: BTreeSet<Vec<u8>>,
    own_executable: Option<Vec<u8>>,
}

impl MemoryWorld {
    /// A machine with nothing but `/`.
    pub fn new() -> Self {
        Self { entries: BTreeMap::from([(b"/".to_vec(), Entry::Directory)]), ..Self::default() }
    }

    /// Sets the directory of the session, and makes it.
    #[must_use]
    pub fn session(mut self, dir: impl AsRef<[u8]>) -> Self {
        self.session = Some(dir.as_ref().to_vec());
        self.directory(dir)
    }

    /// Sets the home of the account and the `HOME` of the environment, and makes the directory.
    #[must_use]
    pub fn home(mut self, dir: impl AsRef<[u8]>) -> Self {
        self.home = Some(dir.as_ref().to_vec());
        self.home_variable.clone_from(&self.home);
        self.directory(dir)
    }

    /// Sets `HOME` of the environment to something else than the home of the account.
    #[must_use]
    pub fn home_variable(mut self, dir: impl AsRef<[u8]>) -> Self {
        self.home_variable = Some(dir.as_ref().to_vec());
        self
    }

    /// Sets the home of a named account.
    #[must_use]
    pub fn account(mut self, user: impl Into<String>, home: impl AsRef<[u8]>) -> Self {
        self.homes.insert(user.into(), home.as_ref().to_vec());
        self
    }

    /// Sets the file of the prexec that decides.
    #[must_use]
    pub fn own_executable(mut self, path: impl AsRef<[u8]>) -> Self {
        self.own_executable = Some(path.as_ref().to_vec());
        self.file(path)
    }

    /// Puts in a directory.
    #[must_use]
    pub fn directory(self, path: impl AsRef<[u8]>) -> Self {
        self.put(path.as_ref(), Entry::Directory)
    }

    /// Puts in a regular file.
    #[must_use]
    pub fn file(self, path: impl AsRef<[u8]>) -> Self {
        self.put(path.as_ref(), Entry::Other)
    }

    /// Puts in a symbolic link with its target as written.
    #[must_use]
    pub fn link(self, path: impl AsRef<[u8]>, target: impl AsRef<[u8]>) -> Self {
        self.put(path.as_ref(), Entry::Link(target.as_ref().to_vec()))
    }

    /// Makes a path impossible to look at.
    #[must_use]
    pub fn unreadable(self, path: impl AsRef<[u8]>) -> Self {
        self.put(path.as_ref(), Entry::Error)
    }

    /// Sets the URLs of the remotes of the repository at `root`, and puts in its `.git` directory.
    #[must_use]
    pub fn repository(mut self, root: impl AsRef<[u8]>, remotes: &[&str]) -> Self {
        let root = root.as_ref().to_vec();
        self.remotes.insert(root.clone(), remotes.iter().map(|url| String::from(*url)).collect());
        self.directory([root.as_slice(), b"/.git"].concat())
    }

    /// Makes the file system at and below `path` ignore case in the answer of [`World::ignores_case`]; entries are still
    /// found by their exact name only.
    #[must_use]
    pub fn caseless(mut self, path: impl AsRef<[u8]>) -> Self {
        self.caseless.insert(path.as_ref().to_vec());
        self
    }

    /// Sets a variable of the environment.
    #[must_use]
    pub fn environment(mut self, name: impl Into<String>, value: impl AsRef<[u8]>) -> Self {
        self.variables.insert(name.into(), value.as_ref().to_vec());
        self
    }

    /// Puts in a regular file with its content.
    #[must_use]
    pub fn text(mut self, path: impl AsRef<[u8]>, content: impl AsRef<[u8]>) -> Self {
        self.contents.insert(path.as_ref().to_vec(), content.as_ref().to_vec());
        self.file(path)
    }

    /// Puts in an index of git that tracks these names below `root`: version 2, with nothing else of the files.
    #[must_use]
    pub fn tracked(self, root: impl AsRef<[u8]>, names: &[&str]) -> Self {
        let mut names = names.to_vec();
        names.sort_unstable();
        let count = u32::try_from(names.len()).unwrap_or(u32::MAX);
        let mut bytes = [b"DIRC\0\0\0\x02".as_slice(), &count.to_be_bytes()].concat();
        for name in names {
            let start = bytes.len();
            bytes.extend([0; 61]);
            bytes.push(u8::try_from(name.len()).unwrap_or(u8::MAX));
            bytes.extend(name.bytes());
            bytes.resize(bytes.len() + 8 - (bytes.len() - start) % 8, 0);
        }
        bytes.extend([0; 20]);
        self.text([root.as_ref(), b"/.git/index"].concat(), bytes)
    }

    /// Puts in a regular file that may be executed.
    #[must_use]
    pub fn program(mut self, path: impl AsRef<[u8]>) -> Self {
        self.executable.insert(path.as_ref().to_vec());
        self.file(path)
    }

    /// Puts in a directory that the account may not write; any other may be written.
    #[must_use]
    pub fn fixed(mut self, path: impl AsRef<[u8]>) -> Self {
        self.fixed.insert(path.as_ref().to_vec());
        self.directory(path)
    }

    /// Where links lead; the path itself where that cannot be said.
    fn leads<'p>(&self, path: &'p [u8]) -> Cow<'p, [u8]> {
        // Entries stand at paths without links, and so does what is missing in a directory.
        let above = crate::path::parent(path).and_then(|dir| self.entries.get(dir));
        if above == Some(&Entry::Directory) && !matches!(self.entries.get(path), Some(Entry::Link(_))) {
            return Cow::Borrowed(path);
        }
        Cow::Owned(self.leads_slowly(path))
    }

    fn leads_slowly(&self, path: &[u8]) -> Vec<u8> {
        match crate::path::resolve(self, path, None, crate::path::Last::Follow) {
            crate::path::Resolution::At { path, .. } => path,
            crate::path::Resolution::Unknown(_) => path.to_vec(),
        }
    }

    fn put(mut self, path: &[u8], entry: Entry) -> Self {
        let mut above = path;
        while let Some(parent) = crate::path::parent(above) {
            self.entries.entry(parent.to_vec()).or_insert(Entry::Directory);
            above = parent;
        }
        self.entries.insert(path.to_vec(), entry);
        self
    }
}

impl World for MemoryWorld {
    fn session_dir(&self) -> Option<&[u8]> {
        self.session.as_deref()
    }

    fn home(&self) -> Option<&[u8]> {
        self.home.as_deref()
    }

    fn home_variable(&self) -> Option<&[u8]> {
        self.home_variable.as_deref()
    }

    fn home_of(&self, user: &str) -> Option<Vec<u8>> {
        self.homes.get(user).cloned()
    }

    fn own_executable(&self) -> Option<Vec<u8>> {
        self.own_executable.clone()
    }

    fn entry(&self, path: &[u8]) -> Entry {
        self.entries.get(path).cloned().unwrap_or(Entry::Missing)
    }

    fn children(&self, dir: &[u8], limit: usize) -> Option<Vec<(Vec<u8>, Child)>> {
        if self.entry(dir) != Entry::Directory {
            return None;
        }
        let below = self.entries.iter().filter(|(path, _)| crate::path::parent(path) == Some(dir));
        let mut found = Vec::new();
        for (path, entry) in below {
            let kind = match entry {
                Entry::Directory => Child::Directory,
                Entry::Link(_) => Child::Link,
                Entry::Missing | Entry::Other => Child::Other,
                Entry::Error => return None,
            };
            found.push((crate::path::file_name(path)?.to_vec(), kind));
        }
        (found.len() <= limit).then_some(found)
    }

    fn remotes(&self, root: &[u8]) -> Vec<String> {
        self.remotes.get(root).cloned().unwrap_or_default()
    }

    fn ignores_case(&self, path: &[u8]) -> bool {
        self.caseless.iter().any(|dir| crate::path::starts_with(path, dir))
    }

    fn variable(&self, name: &str) -> Option<Vec<u8>> {
        self.variables.get(name).cloned()
    }

    fn read_small(&self, path: &[u8], limit: usize) -> Content {
        let leads = self.leads(path);
        match self.contents.get(&*leads) {
            Some(content) if content.len() <= limit => Content::Text(content.clone()),
            None if self.entry(&leads) == Entry::Missing => Content::Missing,
            _ => Content::Unread,
        }
    }

    fn is_writable(&self, dir: &[u8]) -> bool {
        !self.fixed.contains(&*self.leads(dir))
    }

    fn is_executable(&self, path: &[u8]) -> bool {
        self.executable.contains(&*self.leads(path))
    }
}
