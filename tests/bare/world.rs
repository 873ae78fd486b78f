//! The machine by system calls is the machine that the standard library shows: both are asked everything about a tree with all that
//! a tree can hold.

use prexec::kernel::Process;
use prexec::world::{HostWorld, KernelWorld, World};
use std::ffi::{CString, OsStr};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

/// This process as the kernel would have left it on the stack of a new one.
fn process(environment: &[(&[u8], &[u8])]) -> Process {
    const AT_EUID: usize = 12;
    let text = |bytes: &[u8]| CString::new(bytes).expect("no zero in it").into_raw().expose_provenance();
    let mut stack = vec![1, text(b"prexec-hook"), 0];
    stack.extend(environment.iter().map(|(name, value)| text(&[name, &b"="[..], value].concat())));
    let account = usize::try_from(nix::unistd::geteuid().as_raw()).expect("a number");
    stack.extend([0, 33, 4096, AT_EUID, account, 0, 0]);
    // SAFETY: what a process begins with, in its order, and never changed or given back.
    unsafe { Process::of(Box::leak(stack.into_boxed_slice()).as_ptr()) }
}

fn own_environment() -> Process {
    use std::os::unix::ffi::OsStringExt;
    let all: Vec<(Vec<u8>, Vec<u8>)> = std::env::vars_os().map(|(n, v)| (n.into_vec(), v.into_vec())).collect();
    process(&all.iter().map(|(n, v)| (n.as_slice(), v.as_slice())).collect::<Vec<_>>())
}

/// Names of files.
fn odd() -> Vec<Vec<u8>> {
    let names: [&[u8]; 8] = [
        b"plain",
        b"with space",
        b"new\nline",
        b"\xff\xfe not UTF-8",
        "ü\u{301}".as_bytes(),
        b"-dash",
        b".hidden",
        b"*?[a]",
    ];
    names.iter().map(|name| name.to_vec()).chain([vec![b'n'; 255]]).collect()
}

/// Puts everything into a directory that a tree can hold.
fn plant(root: &Path) {
    let at = |name: &[u8]| root.join(OsStr::from_bytes(name));
    for name in odd() {
        std::fs::write(at(&name), &name).expect("a file");
    }
    for directory in ["sub/deep/deeper", "repo/.git", "big", "closed/inner", "empty", "shared"] {
        std::fs::create_dir_all(root.join(directory)).expect("a directory");
    }
    let config = "[remote \"a\"]\n\turl = git@example.com:a/b\n pushurl=\"https://x/y\"\n[url \"z\"]\n";
    std::fs::write(root.join("repo/.git/config"), config).expect("a file");
    for number in 0..1500 {
        std::fs::write(root.join(format!("big/{number}-{}", "x".repeat(number % 90))), "").expect("a file");
    }
    for (name, mode) in
        [("plain", 0o644), ("with space", 0o755), ("-dash", 0o001), (".hidden", 0o000), ("shared", 0o777)]
    {
        std::fs::set_permissions(root.join(name), PermissionsExt::from_mode(mode)).expect("permissions");
    }
    std::fs::set_permissions(root.join("closed"), PermissionsExt::from_mode(0o000)).expect("permissions");
    for (name, target) in [
        ("to-file", "plain"),
        ("to-directory", "sub"),
        ("absolute", "/etc"),
        ("nowhere", "not/there"),
        ("loop", "loop"),
        ("there", "back"),
        ("back", "there"),
        ("up", ".."),
        ("long", "n"),
        ("empty/out", "../../.."),
    ] {
        symlink(target, root.join(name)).expect("a link");
    }
    symlink("x/".repeat(2000), root.join("longest-target")).expect("a link");
    nix::unistd::mkfifo(&root.join("fifo"), nix::sys::stat::Mode::S_IRWXU).expect("a fifo");
    let _socket = std::os::unix::net::UnixListener::bind(root.join("socket")).expect("a socket");
}

/// Every path to ask about.
fn paths(root: &Path) -> Vec<PathBuf> {
    let at = |name: &[u8]| root.join(OsStr::from_bytes(name));
    let mut paths: Vec<PathBuf> = odd().iter().map(|name| at(name)).collect();
    let below = [
        "",
        "sub",
        "sub/",
        "sub/.",
        "sub//deep",
        "sub/../plain",
        "plain/",
        "plain/below",
        "not-there",
        "not-there/below",
        "big",
        "big/",
        "closed",
        "closed/inner",
        "closed/inner/x",
        "empty",
        "shared",
        "repo",
        "repo/.git",
        "repo/.git/config",
        "to-file",
        "to-file/",
        "to-directory",
        "to-directory/deep",
        "absolute",
        "absolute/passwd",
        "nowhere",
        "loop",
        "loop/x",
        "there",
        "back",
        "up",
        "up/up",
        "long",
        "empty/out",
        "longest-target",
        "fifo",
        "socket",
    ];
    paths.extend(below.iter().map(|name| if name.is_empty() { root.to_owned() } else { root.join(name) }));
    paths.push(root.join("n".repeat(256)));
    paths.push(root.join("d/".repeat(3000)));
    paths.push(at(b"zero\0byte"));
    let system = [
        "/",
        "/etc",
        "/etc/passwd",
        "/etc/shadow",
        "/tmp",
        "/root",
        "/usr/bin",
        "/usr/bin/env",
        "/bin",
        "/bin/sh",
        "/dev",
        "/dev/null",
        "/dev/tty",
        "/dev/full",
        "/dev/stdin",
        "/dev/fd",
        "/proc",
        "/proc/version",
        "/proc/cpuinfo",
        "/proc/self",
        "/proc/self/cwd",
        "/proc/self/root",
        "/proc/self/status",
        "/proc/self/maps",
        "/proc/self/environ",
        "/proc/1",
        "/proc/1/root",
        "/proc/1/cwd",
        "/proc/1/mem",
        "/proc/1/environ",
        "/proc/sys/kernel",
        "/proc/sys/kernel/hostname",
        "/sys",
        "/sys/kernel",
        "/sys/kernel/mm",
        "/run",
        "/var",
        "relative",
        "./relative",
        "..",
        ".",
        "",
    ];
    paths.extend(system.iter().map(PathBuf::from));
    paths
}

#[test]
fn both_worlds_answer_alike() {
    let root = tempfile::tempdir().expect("a directory");
    plant(root.path());
    let paths = paths(root.path());
    let (host, kernel) = (HostWorld::new(None), KernelWorld::new(own_environment(), None));
    let (host, kernel): (&dyn World, &dyn World) = (&host, &kernel);
    for path in &paths {
        let bytes = path.as_os_str().as_bytes();
        let shown = bytes.get(..200).unwrap_or(bytes).escape_ascii().to_string();
        assert_eq!(kernel.entry(bytes), host.entry(bytes), "{shown}");
        // What runs on this machine changes from one look to the next.
        if path != Path::new("/proc") {
            for limit in [0, 1, 2, 1499, 1500, 1501, 100_000] {
                assert_eq!(kernel.children(bytes, limit), host.children(bytes, limit), "{shown} {limit}");
            }
        }
        if !shown.starts_with("/proc/self/") {
            for limit in [0, 4, 5, 6, 100, 64 << 10, 1 << 20] {
                assert_eq!(kernel.read_small(bytes, limit), host.read_small(bytes, limit), "{shown} {limit}");
            }
        }
        assert_eq!(kernel.remotes(bytes), host.remotes(bytes), "{shown}");
        assert_eq!(kernel.ignores_case(bytes), host.ignores_case(bytes), "{shown}");
        assert_eq!(kernel.is_writable(bytes), host.is_writable(bytes), "{shown}");
        assert_eq!(kernel.is_executable(bytes), host.is_executable(bytes), "{shown}");
    }
    assert_eq!(host.remotes(root.path().join("repo").as_os_str().as_bytes()).len(), 2);
    std::fs::set_permissions(root.path().join("closed"), PermissionsExt::from_mode(0o700)).expect("permissions");
}

#[test]
fn places_and_variables_are_alike() {
    let (host, kernel) = (HostWorld::new(None), KernelWorld::new(own_environment(), None));
    assert_eq!(kernel.session_dir(), host.session_dir());
    assert_eq!(kernel.home(), host.home());
    assert_eq!(kernel.home_variable(), host.home_variable());
    for name in std::env::vars_os().map(|(name, _)| name.to_string_lossy().into_owned()) {
        assert_eq!(kernel.variable(&name), host.variable(&name), "{name}");
    }
    for name in ["", "NOT_SET", "PATH=", "PATH=/usr", "PAT", "a\0b"] {
        assert_eq!(kernel.variable(name), host.variable(name), "{name:?}");
    }
    for user in
        std::fs::read_to_string("/etc/passwd").expect("accounts").lines().filter_map(|line| line.split(':').next())
    {
        assert_eq!(kernel.home_of(user), host.home_of(user), "{user}");
    }
    assert!(!kernel.machine().was_asked_too_much());
    for given in ["/h", "relative", ""] {
        let (host, kernel) =
            (HostWorld::new(Some(Path::new(given))), KernelWorld::new(own_environment(), Some(given.as_bytes())));
        assert_eq!(kernel.home(), host.home(), "{given}");
    }
}

#[test]
fn an_account_that_is_not_in_the_file_is_asking_too_much() {
    let kernel = KernelWorld::new(own_environment(), Some(b"/h"));
    assert_eq!((kernel.home_of("no-such-account"), kernel.machine().was_asked_too_much()), (None, true));
}

#[test]
fn the_first_of_two_variables_counts() {
    let environment: [(&[u8], &[u8]); 5] =
        [(b"A", b"1"), (b"AB", b"2"), (b"A", b"3"), (b"HOME", b"/\xff"), (b"E", b"")];
    let kernel = KernelWorld::new(process(&environment), None);
    assert_eq!(kernel.variable("A").as_deref(), Some(&b"1"[..]));
    assert_eq!(kernel.variable("AB").as_deref(), Some(&b"2"[..]));
    assert_eq!(kernel.variable("E").as_deref(), Some(&b""[..]));
    assert_eq!((kernel.variable("B"), kernel.home_variable()), (None, Some(&b"/\xff"[..])));
}
