//! The first process of a confined place: builds a root directory in memory that holds shells, stubs and the work tree and nothing
//! else of the machine, then runs each script that it is sent in every shell and says what was started and opened.
//!
//! It is process 1 of its own process namespace, so that "kill everybody" reaches nobody else.

use crate::tree;
use crate::wire;
use nix::mount::{MsFlags, mount};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::inotify::{AddWatchFlags, InitFlags, Inotify, WatchDescriptor};
use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, chroot, getpid};
use std::collections::{BTreeSet, HashMap};
use std::io::{Read, Write};
use std::os::fd::AsFd;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// How long a script may take in one shell, in milliseconds; longer, and all of it is killed.
const PATIENCE: u16 = 1000;

/// The variable that makes the test be such a process: directory to mount on, `:`, directory of the compiled helpers.
pub(crate) const ASSIGNMENT: &str = "PREXEC_ORACLE_ROOM";

/// Serves scripts from standard input until it ends.
pub(crate) fn serve(assignment: &str) {
    assert_eq!(getpid(), Pid::from_raw(1), "the oracle's room must be the first process of its namespace");
    let (mount_point, helpers) = assignment.split_once(':').expect("two directories");
    build(Path::new(mount_point), Path::new(helpers)).expect("the root directory cannot be built");
    let watch = Watch::new();
    let mut shells: Vec<ForkServer> =
        wire::SHELLS.iter().filter(|s| Path::new("/usr/bin").join(s).exists()).map(|s| ForkServer::start(s)).collect();
    let (mut input, mut output) = (std::io::stdin().lock(), std::io::stdout().lock());
    let names: Vec<&str> = shells.iter().map(|s| s.name).collect();
    wire::send(&mut output, names.join(" ").as_bytes()).expect("the names of the shells cannot be sent");
    output.flush().expect("standard output");
    while let Ok(script) = wire::receive(&mut input) {
        for index in 0..shells.len() {
            let (late, log, opened) = run(&mut shells, index, &script, &watch);
            wire::send(&mut output, if late { b"late" } else { b"" }).expect("standard output");
            wire::send(&mut output, &log).expect("standard output");
            wire::send(&mut output, &opened.into_iter().collect::<Vec<_>>().join(&0)).expect("standard output");
        }
        output.flush().expect("standard output");
    }
}

fn run(shells: &mut [ForkServer], index: usize, script: &[u8], watch: &Watch) -> (bool, Vec<u8>, BTreeSet<Vec<u8>>) {
    std::fs::write("/log", "").expect("the log cannot be emptied");
    let late = !shells[index].run(script);
    if late {
        end_all(shells);
    }
    let log = std::fs::read("/log").unwrap_or_default();
    let (opened, changed) = watch.take();
    if changed {
        if tree::reset().is_err() {
            // Something that a script left running still makes and takes away files.
            end_all(shells);
            let script = String::from_utf8_lossy(script);
            tree::reset().unwrap_or_else(|error| panic!("the work tree cannot be put back after {script:?}: {error}"));
        }
        watch.take();
    }
    (late, log, opened)
}

/// Ends everything that runs in the room, and starts the shells anew.
fn end_all(shells: &mut [ForkServer]) {
    // As process 1 this reaches all others of this namespace, and nobody outside.
    let _ = kill(Pid::from_raw(-1), Signal::SIGKILL);
    for shell in shells.iter_mut() {
        let _ = shell.process.wait();
        *shell = ForkServer::start(shell.name);
    }
    while nix::sys::wait::waitpid(Pid::from_raw(-1), Some(nix::sys::wait::WaitPidFlag::WNOHANG))
        .is_ok_and(|s| s != nix::sys::wait::WaitStatus::StillAlive)
    {}
}

/// A shell that has been started and waits before its `main`.
struct ForkServer {
    name: &'static str,
    process: Child,
}

impl ForkServer {
    fn start(name: &'static str) -> Self {
        let process = Command::new(Path::new("/usr/bin").join(name))
            .arg0_name(name)
            .env_clear()
            .envs([("PATH", "/usr/bin:/bin"), ("HOME", tree::HOME), ("LC_ALL", "C.UTF-8")])
            .env("LD_PRELOAD", "/lib-oracle/fork_server.so")
            .current_dir(tree::WORK)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .expect("a shell cannot be started");
        Self { name, process }
    }

    /// Runs one script; whether it and all that it started ended in time.
    fn run(&mut self, script: &[u8]) -> bool {
        let stdin = self.process.stdin.as_mut().expect("it was piped");
        wire::send(stdin, script).expect("the shell's process is gone");
        stdin.flush().expect("the shell's process is gone");
        let stdout = self.process.stdout.as_mut().expect("it was piped");
        let mut waiting = [PollFd::new(stdout.as_fd(), PollFlags::POLLIN)];
        if poll(&mut waiting, PollTimeout::from(PATIENCE)) != Ok(1) {
            return false;
        }
        stdout.read_exact(&mut [0]).is_ok()
    }
}

trait Arg0Name {
    fn arg0_name(&mut self, name: &str) -> &mut Self;
}

impl Arg0Name for Command {
    fn arg0_name(&mut self, name: &str) -> &mut Self {
        std::os::unix::process::CommandExt::arg0(self, name)
    }
}

/// Sees every file of the work tree that is opened or changed.
struct Watch {
    inotify: Inotify,
    directories: HashMap<WatchDescriptor, &'static str>,
}

impl Watch {
    fn new() -> Self {
        let inotify = Inotify::init(InitFlags::IN_NONBLOCK | InitFlags::IN_CLOEXEC).expect("inotify");
        let events = AddWatchFlags::IN_OPEN
            | AddWatchFlags::IN_CREATE
            | AddWatchFlags::IN_MODIFY
            | AddWatchFlags::IN_DELETE
            | AddWatchFlags::IN_MOVE
            | AddWatchFlags::IN_ATTRIB;
        let add = |directory: &&'static str| (inotify.add_watch(*directory, events).expect("inotify"), *directory);
        let directories = tree::DIRECTORIES.iter().map(add).collect();
        Self { inotify, directories }
    }

    /// The files that were opened since the last call, and whether anything was changed.
    fn take(&self) -> (BTreeSet<Vec<u8>>, bool) {
        let (mut opened, mut changed) = (BTreeSet::new(), false);
        while let Ok(events) = self.inotify.read_events() {
            for event in events {
                // Only a script that never ends makes so many; it is stopped late, and what was seen of it still counts.
                changed |= event.mask.contains(AddWatchFlags::IN_Q_OVERFLOW);
                if event.mask.intersects(AddWatchFlags::IN_ISDIR | AddWatchFlags::IN_IGNORED) {
                    continue;
                }
                let (Some(directory), Some(name)) = (self.directories.get(&event.wd), &event.name) else { continue };
                if event.mask.contains(AddWatchFlags::IN_OPEN) {
                    opened.insert([directory.as_bytes(), b"/", name.as_bytes()].concat());
                } else {
                    changed = true;
                }
            }
        }
        (opened, changed)
    }
}

fn build(root: &Path, helpers: &Path) -> std::io::Result<()> {
    let none = None::<&str>;
    mount(none, "/", none, MsFlags::MS_REC | MsFlags::MS_PRIVATE, none)?;
    mount(Some("tmpfs"), root, Some("tmpfs"), MsFlags::empty(), none)?;
    for directory in ["usr", "usr/bin", "usr/lib", "lib-oracle", "dev", "proc", "etc"] {
        std::fs::create_dir(root.join(directory))?;
    }
    std::os::unix::fs::symlink("usr/bin", root.join("bin"))?;
    for library in ["/lib", "/lib64", "/usr/lib"] {
        let inside = root.join(&library[1..]);
        if Path::new(library).is_dir() {
            std::fs::create_dir_all(&inside)?;
            mount(Some(library), &inside, none, MsFlags::MS_BIND | MsFlags::MS_REC, none)?;
            mount(none, &inside, none, MsFlags::MS_BIND | MsFlags::MS_REMOUNT | MsFlags::MS_RDONLY, none)?;
        }
    }
    for name in tree::REAL {
        if let Some(program) = tree::find_program(name) {
            std::fs::copy(program, root.join("usr/bin").join(name))?;
        }
    }
    std::os::unix::fs::symlink("dash", root.join("usr/bin/sh"))?;
    std::fs::copy(helpers.join("stub"), root.join("lib-oracle/stub"))?;
    std::fs::copy(helpers.join("fork_server.so"), root.join("lib-oracle/fork_server.so"))?;
    for name in tree::STUBS {
        std::fs::hard_link(root.join("lib-oracle/stub"), root.join("usr/bin").join(name))?;
    }
    std::fs::write(root.join("dev/null"), "")?;
    mount(Some("/dev/null"), &root.join("dev/null"), none, MsFlags::MS_BIND, none)?;
    for (name, target) in [("fd", "/proc/self/fd"), ("stdin", "/proc/self/fd/0"), ("stdout", "/proc/self/fd/1")] {
        std::os::unix::fs::symlink(target, root.join("dev").join(name))?;
    }
    mount(Some("proc"), &root.join("proc"), Some("proc"), MsFlags::empty(), none)?;
    std::fs::write(root.join("etc/passwd"), "root:x:0:0::/home/u:/bin/sh\nu:x:0:0::/home/u:/bin/sh\n")?;
    std::fs::write(root.join("stdin"), "git push\nprobe from stdin\nthird line\n")?;
    std::fs::write(root.join("log"), "")?;
    chroot(root)?;
    for directory in tree::DIRECTORIES {
        std::fs::create_dir(directory)?;
        // Nobody can take away where something is mounted (`find . -delete`), and a directory that is made anew would not be watched.
        mount(Some(*directory), *directory, none, MsFlags::MS_BIND, none)?;
    }
    // All else stays as it is (`find / -delete`).
    mount(Some("/log"), "/log", none, MsFlags::MS_BIND, none)?;
    mount(none, "/", none, MsFlags::MS_BIND | MsFlags::MS_REMOUNT | MsFlags::MS_RDONLY, none)?;
    std::env::set_current_dir(tree::WORK)?;
    tree::reset()
}
