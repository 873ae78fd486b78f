//! The real machine. Looks, never writes; nothing here follows a link or opens a device.

use super::{Child, Content, Entry, World};
use alloc::{string::String, vec::Vec};
use nix::errno::Errno;
use nix::unistd::{AccessFlags, User, access, geteuid};
use std::ffi::OsStr;
use std::fs::OpenOptions;
use std::io::{ErrorKind, Read};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;

/// Most bytes of a `.git/config` that are read for remotes; a longer one has no remotes for us, which only restricts.
const MAX_GIT_CONFIG: u64 = 64 * 1024;

/// The machine as the running process sees it.
#[derive(Debug)]
pub struct HostWorld {
    session_dir: Option<Vec<u8>>,
    home: Option<Vec<u8>>,
    home_variable: Option<Vec<u8>>,
}

impl HostWorld {
    /// Looks up the working directory and the account. `home` overrides the account's home directory (`--home`).
    pub fn new(home: Option<&Path>) -> Self {
        let account = || User::from_uid(geteuid()).ok().flatten().map(|u| u.dir.into_os_string().into_vec());
        let absolute = |bytes: &Vec<u8>| bytes.first() == Some(&b'/');
        Self {
            session_dir: std::env::current_dir().ok().map(|d| d.into_os_string().into_vec()).filter(absolute),
            home: home.map(|h| h.as_os_str().as_bytes().to_vec()).or_else(account).filter(absolute),
            home_variable: std::env::var_os("HOME").map(OsStringExt::into_vec).filter(absolute),
        }
    }
}

impl World for HostWorld {
    fn session_dir(&self) -> Option<&[u8]> {
        self.session_dir.as_deref()
    }

    fn home(&self) -> Option<&[u8]> {
        self.home.as_deref()
    }

    fn home_variable(&self) -> Option<&[u8]> {
        self.home_variable.as_deref()
    }

    fn home_of(&self, user: &str) -> Option<Vec<u8>> {
        User::from_name(user).ok().flatten().map(|u| u.dir.into_os_string().into_vec())
    }

    fn entry(&self, path: &[u8]) -> Entry {
        let path = Path::new(OsStr::from_bytes(path));
        match std::fs::symlink_metadata(path) {
            Ok(found) if found.is_symlink() => match std::fs::read_link(path) {
                Ok(target) => Entry::Link(target.into_os_string().into_vec()),
                Err(_) => Entry::Error,
            },
            Ok(found) if found.is_dir() => Entry::Directory,
            Ok(_) => Entry::Other,
            Err(e) => match e.kind() {
                ErrorKind::NotFound | ErrorKind::NotADirectory => Entry::Missing,
                _ => Entry::Error,
            },
        }
    }

    fn children(&self, dir: &[u8], limit: usize) -> Option<Vec<(Vec<u8>, Child)>> {
        let mut found = Vec::new();
        for child in std::fs::read_dir(Path::new(OsStr::from_bytes(dir))).ok()? {
            let child = child.ok()?;
            if found.len() >= limit {
                return None;
            }
            // Most file systems say in the directory itself what a name is: no further system call.
            let kind = child.file_type().ok()?;
            let kind = if kind.is_dir() {
                Child::Directory
            } else if kind.is_symlink() {
                Child::Link
            } else {
                Child::Other
            };
            found.push((child.file_name().into_vec(), kind));
        }
        Some(found)
    }

    fn remotes(&self, root: &[u8]) -> Vec<String> {
        let config = Path::new(OsStr::from_bytes(root)).join(".git/config");
        let text = read_small_file(&config, MAX_GIT_CONFIG).text().and_then(|bytes| String::from_utf8(bytes).ok());
        text.map(|text| remote_urls(&text)).unwrap_or_default()
    }

    fn ignores_case(&self, path: &[u8]) -> bool {
        super::case::ignores_case(Path::new(OsStr::from_bytes(path)))
    }

    fn variable(&self, name: &str) -> Option<Vec<u8>> {
        std::env::var_os(name).map(OsStringExt::into_vec)
    }

    fn read_small(&self, path: &[u8], limit: usize) -> Content {
        read_small_file(Path::new(OsStr::from_bytes(path)), u64::try_from(limit).unwrap_or(u64::MAX))
    }

    fn is_writable(&self, dir: &[u8]) -> bool {
        /// Write permission of the group and of others.
        const SHARED: u32 = 0o022;
        let dir = Path::new(OsStr::from_bytes(dir));
        if geteuid().is_root() {
            let facts = std::fs::metadata(dir);
            return !facts.is_ok_and(|facts| facts.uid() == 0 && facts.mode() & SHARED == 0);
        }
        !matches!(access(dir, AccessFlags::W_OK), Err(Errno::EACCES | Errno::EROFS | Errno::ENOENT | Errno::ENOTDIR))
    }

    fn is_executable(&self, path: &[u8]) -> bool {
        let path = Path::new(OsStr::from_bytes(path));
        match std::fs::metadata(path) {
            Ok(facts) => facts.is_file() && facts.mode() & 0o111 != 0,
            Err(e) => !matches!(e.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory),
        }
    }
}

/// The content of a regular file of bounded size; a fifo or device is neither waited for nor read.
fn read_small_file(path: &Path, limit: u64) -> Content {
    let file = match OpenOptions::new().read(true).custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY).open(path) {
        Ok(file) => file,
        Err(e) if matches!(e.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => return Content::Missing,
        Err(_) => return Content::Unread,
    };
    if !file.metadata().is_ok_and(|facts| facts.is_file() && facts.len() <= limit) {
        return Content::Unread;
    }
    let mut content = Vec::new();
    let read = file.take(limit.saturating_add(1)).read_to_end(&mut content);
    // It may have grown since.
    let whole = read.is_ok() && u64::try_from(content.len()).is_ok_and(|length| length <= limit);
    if whole { Content::Text(content) } else { Content::Unread }
}

/// The values of `url` and `pushurl` keys, wherever they stand: reading too many only restricts.
fn remote_urls(config: &str) -> Vec<String> {
    config
        .lines()
        .filter_map(|line| line.trim().split_once('='))
        .filter(|(key, _)| matches!(key.trim().to_ascii_lowercase().as_str(), "url" | "pushurl"))
        .map(|(_, value)| value.trim().trim_matches('"').into())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_of_a_git_config() {
        let config =
            "[remote \"origin\"]\n\turl = git@example.com:a/b.git\n\tfetch = +refs/*\n\tPushURL=\"https://x/y\"\n";
        assert_eq!(remote_urls(config), ["git@example.com:a/b.git", "https://x/y"]);
    }

    #[test]
    fn entries_of_a_real_directory() {
        let dir = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink("there", dir.path().join("link")).unwrap();
        std::fs::write(dir.path().join("file"), "x").unwrap();
        let world = HostWorld::new(None);
        let at = |name: &str| world.entry(dir.path().join(name).as_os_str().as_bytes());
        assert_eq!(at("link"), Entry::Link(b"there".to_vec()));
        assert_eq!(at("file"), Entry::Other);
        assert_eq!(at("."), Entry::Directory);
        assert_eq!(at("nothing"), Entry::Missing);
        assert_eq!(at("file/below"), Entry::Missing);
    }
}
