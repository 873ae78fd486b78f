//! The real machine, whoever looks at it. Looks, never writes; nothing here follows a link or opens a device.

use super::{Child, Content, Entry, Errno, Facts, Links, Machine, Owner, World};
use alloc::{string::String, vec, vec::Vec};
use core::cell::OnceCell;

/// Most bytes of a `.git/config` that are read for remotes; a longer one has no remotes for us, which only restricts.
const MAX_GIT_CONFIG: usize = 64 * 1024;
/// Bytes that are read at a time beyond what a file says that it has.
const MORE: usize = 4096;

/// The machine as the running process sees it.
#[derive(Debug)]
pub struct SeenWorld<M> {
    machine: M,
    session_dir: Option<Vec<u8>>,
    /// Looked up when it is first asked for; none where another home is given.
    owner: OnceCell<Option<Owner>>,
    /// The home directory that is given.
    home: Option<Vec<u8>>,
    home_variable: Option<Vec<u8>>,
}

impl<M: Machine> SeenWorld<M> {
    /// A world of this machine. `home` overrides the account's home directory (`--home`).
    pub fn of(machine: M, home: Option<&[u8]>) -> Self {
        Self {
            session_dir: absolute(machine.current_dir()),
            owner: if home.is_some() { OnceCell::from(None) } else { OnceCell::new() },
            home: absolute(home.map(<[u8]>::to_vec)),
            home_variable: absolute(machine.variable(b"HOME")),
            machine,
        }
    }

    /// The machine itself.
    pub fn machine(&self) -> &M {
        &self.machine
    }

    fn owner(&self) -> Option<&Owner> {
        self.owner.get_or_init(|| self.machine.owner()).as_ref()
    }

    fn read_small_file(&self, path: &[u8], limit: usize) -> Content {
        let mut file = match self.machine.open(path) {
            Ok(file) => file,
            Err(error) if error.is_absence() => return Content::Missing,
            Err(_) => return Content::Unread,
        };
        let size = match self.machine.opened(&file) {
            Ok(facts) if facts.is_file() => usize::try_from(facts.size).unwrap_or(usize::MAX),
            _ => return Content::Unread,
        };
        if size > limit {
            return Content::Unread;
        }
        // What stands below `/proc` says that it has no bytes; any file may have grown since.
        let mut content = vec![0; size.saturating_add(1)];
        let mut length = 0;
        while length <= limit {
            match self.machine.read(&mut file, content.get_mut(length..).unwrap_or_default()) {
                Ok(0) => {
                    content.truncate(length);
                    return Content::Text(content);
                }
                Ok(more) => length = length.saturating_add(more),
                Err(_) => return Content::Unread,
            }
            // There was room for more: this is the end.
            if size > 0 && length == size {
                content.truncate(length);
                return Content::Text(content);
            }
            if length == content.len() {
                content.resize(length.saturating_add(MORE), 0);
            }
        }
        Content::Unread
    }
}

/// A directory that is not given by its whole path is none.
fn absolute(path: Option<Vec<u8>>) -> Option<Vec<u8>> {
    path.filter(|path| path.first() == Some(&b'/'))
}

impl<M: Machine> World for SeenWorld<M> {
    fn session_dir(&self) -> Option<&[u8]> {
        self.session_dir.as_deref()
    }

    fn home(&self) -> Option<&[u8]> {
        let own = || self.owner().map(|owner| owner.home.as_slice()).filter(|home| home.first() == Some(&b'/'));
        self.home.as_deref().or_else(own)
    }

    fn user(&self) -> Option<&[u8]> {
        self.owner().map(|owner| owner.name.as_slice())
    }

    fn home_variable(&self) -> Option<&[u8]> {
        self.home_variable.as_deref()
    }

    fn home_of(&self, user: &str) -> Option<Vec<u8>> {
        self.machine.home_of(user)
    }

    fn own_executable(&self) -> Option<Vec<u8>> {
        // The hook's other executable stands beside it.
        let file = self.machine.executable()?;
        Some(crate::path::join(crate::path::parent(&file)?, crate::approval::NAME.as_bytes()))
    }

    fn entry(&self, path: &[u8]) -> Entry {
        match self.machine.facts(path, Links::Keep) {
            Ok(found) if found.is_link() => self.machine.target(path).map_or(Entry::Error, Entry::Link),
            Ok(found) if found.is_directory() => Entry::Directory,
            Ok(_) => Entry::Other,
            Err(error) if error.is_absence() => Entry::Missing,
            Err(_) => Entry::Error,
        }
    }

    fn children(&self, dir: &[u8], limit: usize) -> Option<Vec<(Vec<u8>, Child)>> {
        let (mut found, mut all) = (Vec::new(), true);
        let mut take = |name: &[u8], kind| {
            all = found.len() < limit;
            if all {
                found.push((name.to_vec(), kind));
            }
            all
        };
        self.machine.names(dir, &mut take).ok()?;
        all.then_some(found)
    }

    fn remotes(&self, root: &[u8]) -> Vec<String> {
        let config = crate::path::join(root, b".git/config");
        let text = self.read_small_file(&config, MAX_GIT_CONFIG).text().and_then(|bytes| String::from_utf8(bytes).ok());
        text.map(|text| remote_urls(&text)).unwrap_or_default()
    }

    fn ignores_case(&self, path: &[u8]) -> bool {
        let mut at = Some(path);
        while let Some(dir) = at {
            if let Ok(answer) = self.machine.ignores_case(dir) {
                return answer;
            }
            at = crate::path::parent(dir);
        }
        false
    }

    fn variable(&self, name: &str) -> Option<Vec<u8>> {
        self.machine.variable(name.as_bytes())
    }

    fn read_small(&self, path: &[u8], limit: usize) -> Content {
        self.read_small_file(path, limit)
    }

    fn is_writable(&self, dir: &[u8]) -> bool {
        /// Write permission of the group and of others.
        const SHARED: u32 = 0o022;
        if self.machine.account() == 0 {
            let ours = |facts: Facts| facts.owner == 0 && facts.mode & SHARED == 0;
            return !self.machine.facts(dir, Links::Follow).is_ok_and(ours);
        }
        let refused = [Errno::DENIED, Errno::READ_ONLY, Errno::MISSING, Errno::NO_DIRECTORY];
        !self.machine.may_write(dir).is_err_and(|error| refused.contains(&error))
    }

    fn is_executable(&self, path: &[u8]) -> bool {
        match self.machine.facts(path, Links::Follow) {
            Ok(facts) => facts.is_file() && facts.mode & 0o111 != 0,
            Err(error) => !error.is_absence(),
        }
    }
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
}
