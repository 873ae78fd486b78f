//! Home directories, from `/etc/passwd`. The C library asks whatever `/etc/nsswitch.conf` names; where that is more than this one
//! file, or an account is not in it, only the C library can say.

use super::files::File;
use crate::world::Owner;
use alloc::{vec, vec::Vec};

/// Bytes of `/etc/passwd` that are read; a longer one is left to the C library.
const MOST: usize = 1 << 20;
/// Bytes that are read at a time: all of it, on most machines.
const BLOCK: usize = 4 << 10;

/// The account database, as far as it is `/etc/passwd`.
#[derive(Debug)]
pub struct Accounts {
    text: Vec<u8>,
}

impl Accounts {
    /// Reads it; none where only the C library can.
    pub fn read() -> Option<Self> {
        let order = read(b"/etc/nsswitch.conf");
        if order.is_some_and(|text| !asks_files_first(&text)) {
            return None;
        }
        Some(Self { text: read(b"/etc/passwd")? })
    }

    /// The account with this number; none where it is not in the file.
    pub fn owner_of_number(&self, number: u32) -> Option<Owner> {
        let line = self.lines().find(|line| line.number == number)?;
        Some(Owner { name: line.name.to_vec(), home: line.home.to_vec() })
    }

    /// The home directory of the account with this name; none where it is not in the file.
    pub fn home_of_name(&self, name: &[u8]) -> Option<&[u8]> {
        self.lines().find(|line| line.name == name).map(|line| line.home)
    }

    fn lines(&self) -> impl Iterator<Item = Line<'_>> {
        self.text.split(|byte| *byte == b'\n').filter_map(Line::of)
    }
}

struct Line<'t> {
    name: &'t [u8],
    number: u32,
    home: &'t [u8],
}

impl<'t> Line<'t> {
    /// A line in order: `name:password:number:group:what:home:shell`.
    fn of(line: &'t [u8]) -> Option<Self> {
        let mut fields = line.split(|byte| *byte == b':');
        let name = fields.next().filter(|name| !name.is_empty() && !b"+-#".contains(name.first().unwrap_or(&b'#')))?;
        let number = core::str::from_utf8(fields.nth(1)?).ok()?.parse().ok()?;
        let home = fields.nth(2)?;
        fields.next()?;
        Some(Self { name, number, home })
    }
}

/// Whether accounts are looked for in `/etc/passwd` before anywhere else, and what is found there counts.
fn asks_files_first(text: &[u8]) -> bool {
    let mut lines = text.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
    let Some(passwd) = lines.find_map(|line| line.strip_prefix(b"passwd:")) else { return true };
    let mut words = passwd.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    words.next() == Some(b"files") && words.next().is_none_or(|next| !next.starts_with(b"["))
}

/// All of a small file.
fn read(path: &[u8]) -> Option<Vec<u8>> {
    let mut file = File::open(path).ok()?;
    let (mut text, mut length) = (vec![0; BLOCK], 0);
    loop {
        let room = text.get_mut(length..)?;
        let (wanted, more) = (room.len(), file.read(room).ok()?);
        length += more;
        // A regular file gives less than was asked for at its end only.
        if more < wanted {
            text.truncate(length);
            text.shrink_to_fit();
            core::mem::forget(file); // it is closed when the process ends, or becomes another one
            return Some(text);
        }
        if length >= MOST {
            return None;
        }
        text.resize(length + BLOCK, 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_accounts() {
        let text = b"root:x:0:0:root:/root:/bin/bash\n# u:x:7:7::/no:\n+u:x:7:7::/no:\nbad:x\nu:x:7:7:U,,,:/home/u:/bin/sh\nu:x:8:7::/second:\n";
        let accounts = Accounts { text: text.to_vec() };
        let owner = |name: &str, home: &str| Some(Owner { name: name.into(), home: home.into() });
        assert_eq!(accounts.owner_of_number(0), owner("root", "/root"));
        assert_eq!(accounts.owner_of_number(7), owner("u", "/home/u"));
        assert_eq!(accounts.home_of_name(b"u"), Some(&b"/home/u"[..]));
        assert_eq!((accounts.home_of_name(b"bad"), accounts.owner_of_number(9)), (None, None));
    }

    #[test]
    fn which_database_comes_first() {
        for (text, expected) in [
            (&b"passwd: files systemd\ngroup: x\n"[..], true),
            (b"passwd:\tfiles\n", true),
            (b"", true),
            (b"group: sss\n", true),
            (b"passwd: sss files\n", false),
            (b"passwd: compat\n", false),
            (b"passwd: files [SUCCESS=continue] sss\n", false),
            (b"passwd:\n", false),
        ] {
            assert_eq!(asks_files_first(text), expected, "{}", text.escape_ascii());
        }
    }
}
