//! Follows symbolic links the way the Linux kernel walks a path, within bounds.

use super::{NAME_MAX, PATH_MAX, is_absolute};
use crate::world::{Entry, World};
use alloc::vec::Vec;

/// The links that Linux follows in one walk before it gives up with `ELOOP`.
const MAX_LINKS: usize = 40;
/// The directory entries that one walk may look at; more than this is no path that a person wrote.
const MAX_LOOKUPS: usize = 1024;

/// What to do with a link in the last place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Last {
    /// Follow it, as opening a file does.
    Follow,
    /// Stay at the link itself, as removing or renaming does; a `/` at the end still follows.
    Keep,
}

/// Where a path leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resolution {
    /// To this normal path, in which no component is a link (with [`Last::Keep`] the last one may be).
    At {
        /// The path.
        path: Vec<u8>,
        /// Whether every component was there. Below what is missing (or is no directory) the rest is taken by text alone.
        exists: bool,
    },
    /// It cannot be said where.
    Unknown(Why),
}

/// Why it cannot be said where a path leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// More links in a row than the kernel follows.
    Links,
    /// The path, one component or the result is longer than the kernel accepts.
    TooLong,
    /// More lookups than one walk may make.
    Lookups,
    /// A component could not be looked at.
    Error,
    /// The path is relative, or it goes through the working directory and that is not known.
    NoDirectory,
    /// It names an open file descriptor (`/dev/fd/3`, `/dev/stdin`, `/proc/self/fd`).
    Descriptor,
    /// It goes through another process or an executable image (`/proc/1/root`, `/proc/self/exe`).
    Process,
}

impl Why {
    /// A stable code, such as `links`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Links => "links",
            Self::TooLong => "too-long",
            Self::Lookups => "lookups",
            Self::Error => "error",
            Self::NoDirectory => "no-directory",
            Self::Descriptor => "descriptor",
            Self::Process => "process",
        }
    }
}

/// Walks `path`, which is absolute, with links followed as the kernel does: `..` after a link leaves the target's directory.
///
/// `/proc/self` and `/proc/thread-self` are those of the process that will make the call, not of this one: they are not looked
/// up, their `cwd` is `cwd` (the directory that the call runs in, where known) and their `root` is `/`. Mount points are not
/// seen: a directory that is bound to a second place has two paths.
pub fn resolve(world: &dyn World, path: &[u8], cwd: Option<&[u8]>, last: Last) -> Resolution {
    if !is_absolute(path) {
        return Resolution::Unknown(Why::NoDirectory);
    }
    let mut walk = Walk {
        world,
        cwd,
        last,
        at: Vec::with_capacity(path.len() + 1),
        path,
        next: 0,
        targets: Vec::new(),
        missing: None,
        exists: true,
        links: 0,
        lookups: 0,
    };
    if path.len() >= PATH_MAX {
        return Resolution::Unknown(Why::TooLong);
    }
    match walk.run() {
        Ok(()) => {
            let path = if walk.at.is_empty() { b"/".to_vec() } else { walk.at };
            Resolution::At { path, exists: walk.exists }
        }
        Err(why) => Resolution::Unknown(why),
    }
}

/// The target of a link on the way, of which the rest from `next` on is still to be walked.
struct Target {
    text: Vec<u8>,
    next: usize,
}

struct Walk<'a> {
    world: &'a dyn World,
    cwd: Option<&'a [u8]>,
    last: Last,
    /// Where the walk is: a normal path, but empty for `/`.
    at: Vec<u8>,
    /// What was asked for; from `next` on it is walked once `targets` are.
    path: &'a [u8],
    next: usize,
    /// Innermost last.
    targets: Vec<Target>,
    /// The length of `at` below which nothing exists; nothing is looked up there.
    missing: Option<usize>,
    exists: bool,
    links: usize,
    lookups: usize,
}

/// What the next component does.
enum Step {
    Stay,
    Leave,
    /// It has been added to [`Walk::at`], which had this length.
    Enter(usize),
}

impl Walk<'_> {
    fn run(&mut self) -> Result<(), Why> {
        while let Some(step) = self.take_name() {
            match step {
                Step::Stay => {}
                Step::Leave => self.leave(),
                Step::Enter(parent) => self.enter(parent)?,
            }
            if self.at.len() >= PATH_MAX {
                return Err(Why::TooLong);
            }
        }
        Ok(())
    }

    /// Takes the next component off what is still to be walked.
    fn take_name(&mut self) -> Option<Step> {
        loop {
            let (text, next) = match self.targets.last_mut() {
                Some(target) => (target.text.as_slice(), &mut target.next),
                None => (self.path, &mut self.next),
            };
            let ahead = text.get(*next..).unwrap_or_default();
            let slashes = ahead.iter().take_while(|b| **b == b'/').count();
            let ahead = ahead.get(slashes..).unwrap_or_default();
            let name = ahead.split(|b| *b == b'/').next().unwrap_or_default();
            *next += slashes + name.len();
            match name {
                b"" => {
                    self.targets.pop()?;
                }
                b"." => return Some(Step::Stay),
                b".." => return Some(Step::Leave),
                _ => {
                    let parent = self.at.len();
                    self.at.push(b'/');
                    self.at.extend_from_slice(name);
                    return Some(Step::Enter(parent));
                }
            }
        }
    }

    /// Whether the component just taken is the last and its spelling does not demand a directory.
    fn is_last(&self) -> bool {
        self.next >= self.path.len() && self.targets.iter().all(|target| target.next >= target.text.len())
    }

    fn leave(&mut self) {
        if self.at == b"/proc/thread-self" {
            // A link to `PID/task/TID`, so its parent is the list of tasks.
            self.at = b"/proc/self/task".to_vec();
            return;
        }
        let end = self.at.iter().rposition(|b| *b == b'/').unwrap_or(0);
        self.at.truncate(end);
        if self.missing.is_some_and(|edge| self.at.len() <= edge) {
            self.missing = None;
        }
    }

    /// Looks at the component that was added to `at` behind `parent`.
    fn enter(&mut self, parent: usize) -> Result<(), Why> {
        let (dir, name) = self.at.split_at_checked(parent).unwrap_or_default();
        let name = name.get(1..).unwrap_or_default();
        if name.len() > NAME_MAX {
            return Err(Why::TooLong);
        }
        match special(dir, name) {
            Special::None => {}
            Special::Plain => return Ok(()),
            Special::Cwd => {
                let cwd = self.cwd.filter(|dir| is_absolute(dir)).ok_or(Why::NoDirectory)?;
                return self.follow(parent, cwd.to_vec());
            }
            Special::Root => return self.follow(parent, b"/".to_vec()),
            Special::Unknown(why) => return Err(why),
        }
        if self.missing.is_some() {
            return Ok(());
        }
        self.lookups += 1;
        if self.lookups > MAX_LOOKUPS {
            return Err(Why::Lookups);
        }
        match self.world.entry(&self.at) {
            Entry::Directory => {}
            Entry::Link(_) if self.last == Last::Keep && self.is_last() => {}
            Entry::Link(target) => return self.follow(parent, target),
            Entry::Other if self.is_last() => {}
            Entry::Other | Entry::Missing => {
                self.missing = Some(parent);
                self.exists = false;
            }
            Entry::Error => return Err(Why::Error),
        }
        Ok(())
    }

    /// Goes on with the text of a link that stands in the directory that ends at `parent`.
    fn follow(&mut self, parent: usize, target: Vec<u8>) -> Result<(), Why> {
        self.at.truncate(parent);
        self.links += 1;
        if self.links > MAX_LINKS {
            return Err(Why::Links);
        }
        if target.is_empty() {
            return Err(Why::Error);
        }
        if is_absolute(&target) {
            self.at.clear();
            self.missing = None;
        }
        self.targets.push(Target { text: target, next: 0 });
        Ok(())
    }
}

/// A name that is not asked of the file system, because the answer would be about this process and not about the call's.
enum Special {
    None,
    /// Taken as it is.
    Plain,
    Cwd,
    Root,
    Unknown(Why),
}

/// What `name` is in the directory `dir` (empty for `/`).
fn special(dir: &[u8], name: &[u8]) -> Special {
    if dir == b"/dev" {
        return match name {
            b"fd" | b"stdin" | b"stdout" | b"stderr" => Special::Unknown(Why::Descriptor),
            _ => Special::None,
        };
    }
    let Some(inside) = super::below(dir, b"/proc") else { return Special::None };
    let mut names = super::components(inside);
    let Some(process) = names.next() else {
        return if is_process(name) { Special::Plain } else { Special::None };
    };
    if !is_process(process) {
        return Special::None;
    }
    let of_process = matches!((names.next(), names.next(), names.next()), (None, ..) | (Some(b"task"), Some(_), None));
    let own = matches!(process, b"self" | b"thread-self");
    match name {
        b"cwd" | b"root" | b"exe" | b"fd" | b"map_files" if of_process && !own => Special::Unknown(Why::Process),
        b"cwd" if of_process => Special::Cwd,
        b"root" if of_process => Special::Root,
        b"fd" if of_process => Special::Unknown(Why::Descriptor),
        b"exe" | b"map_files" if of_process => Special::Unknown(Why::Process),
        _ => Special::Plain,
    }
}

fn is_process(name: &[u8]) -> bool {
    matches!(name, b"self" | b"thread-self") || name.iter().all(u8::is_ascii_digit)
}

#[cfg(test)]
#[path = "resolve_tests.rs"]
mod tests;
