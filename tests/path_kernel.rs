//! Holds `path::resolve` against the kernel: real directory trees with links, loops and odd names, and what `canonicalize` says.

use nix::fcntl::{OFlag, OpenHow, ResolveFlag, openat2};
use prexec::{
    path::{Last, Resolution, Why, normalize, resolve},
    world::{Content, Entry, World},
};
use proptest::{prelude::*, test_runner::TestRunner};
use std::{
    ffi::OsStr,
    fs, io,
    os::fd::AsRawFd,
    os::unix::{ffi::OsStrExt, fs::symlink},
    path::{Path, PathBuf},
};

/// The file system as it is.
struct Real;

impl World for Real {
    fn children(&self, _: &[u8], _: usize) -> Option<Vec<(Vec<u8>, prexec::world::Child)>> {
        None // no test here looks into a directory
    }

    fn session_dir(&self) -> Option<&[u8]> {
        None
    }
    fn home(&self) -> Option<&[u8]> {
        None
    }
    fn home_variable(&self) -> Option<&[u8]> {
        None
    }
    fn home_of(&self, _user: &str) -> Option<Vec<u8>> {
        None
    }
    fn entry(&self, path: &[u8]) -> Entry {
        let path = Path::new(OsStr::from_bytes(path));
        match fs::symlink_metadata(path) {
            Ok(meta) if meta.is_dir() => Entry::Directory,
            Ok(meta) if meta.is_symlink() => {
                fs::read_link(path).map_or(Entry::Error, |to| Entry::Link(to.into_os_string().into_encoded_bytes()))
            }
            Ok(_) => Entry::Other,
            Err(e) if matches!(e.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => Entry::Missing,
            Err(_) => Entry::Error,
        }
    }
    fn remotes(&self, _root: &[u8]) -> Vec<String> {
        Vec::new()
    }
    fn ignores_case(&self, _path: &[u8]) -> bool {
        false
    }
    fn variable(&self, _name: &str) -> Option<Vec<u8>> {
        None
    }
    fn read_small(&self, _path: &[u8], _limit: usize) -> Content {
        Content::Unread
    }
    fn is_writable(&self, _dir: &[u8]) -> bool {
        true
    }
    fn is_executable(&self, _path: &[u8]) -> bool {
        true
    }
}

const NAMES: &[&[u8]] = &[b"a", b"b", b"c", b"l", b"m", b"n", b"...", b"..x", b" ", b"\xff\n", b"*"];

/// A path of a few components, some of them special, with doubled and final slashes.
fn relative() -> impl Strategy<Value = Vec<u8>> {
    let name = prop_oneof![
        6 => prop::sample::select(NAMES),
        2 => Just(b"..".as_slice()),
        1 => Just(b".".as_slice()),
    ];
    let slash = prop_oneof![5 => Just(b"/".as_slice()), 1 => Just(b"//".as_slice())];
    (prop::collection::vec((name, slash), 1..7), any::<bool>()).prop_map(|(parts, open)| {
        let mut path: Vec<u8> = parts.iter().flat_map(|(name, slash)| [*name, *slash].concat()).collect();
        while !open && path.last() == Some(&b'/') {
            path.pop();
        }
        path
    })
}

#[derive(Clone, Debug)]
enum Node {
    Directory,
    File,
    /// Relative, or absolute below the tree.
    Link(Vec<u8>, bool),
}

fn node() -> impl Strategy<Value = Node> {
    prop_oneof![
        4 => Just(Node::Directory),
        1 => Just(Node::File),
        6 => (relative(), prop::bool::weighted(0.3)).prop_map(|(to, rooted)| Node::Link(to, rooted)),
    ]
}

/// Makes one node where its directory can be entered; what cannot be made (a name that is taken) is left out.
fn plant(root: &Path, path: &[u8], node: &Node) {
    let whole = [root.as_os_str().as_bytes(), b"/", &normalize(path)].concat();
    if !prexec::path::starts_with(&normalize(&whole), root.as_os_str().as_bytes()) {
        return;
    }
    let place = PathBuf::from(OsStr::from_bytes(&whole));
    let _ = match node {
        Node::Directory => fs::create_dir(&place),
        Node::File => fs::write(&place, b""),
        Node::Link(to, false) => symlink(OsStr::from_bytes(to), &place),
        Node::Link(to, true) => symlink(OsStr::from_bytes(&[root.as_os_str().as_bytes(), b"/", to].concat()), &place),
    };
}

#[test]
fn leads_where_the_kernel_leads() {
    let strategy = (prop::collection::vec((relative(), node()), 4..24), prop::collection::vec(relative(), 40));
    let mut runner =
        TestRunner::new(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() });
    let counts = std::cell::Cell::new((0_u32, 0_u32, 0_u32));
    let result = runner.run(&strategy, |(nodes, paths)| {
        let tree = tempfile::tempdir().unwrap();
        let root = fs::canonicalize(tree.path()).unwrap();
        for (path, node) in &nodes {
            plant(&root, path, node);
        }
        for path in &paths {
            let whole = [root.as_os_str().as_bytes(), b"/", path].concat();
            let shown = String::from_utf8_lossy(&whole).into_owned();
            let got = resolve(&Real, &whole, None, Last::Follow);
            let (mut there, mut missing, mut loops) = counts.get();
            match fs::canonicalize(OsStr::from_bytes(&whole)) {
                Ok(want) => {
                    there += 1;
                    let want = Resolution::At { path: want.into_os_string().into_encoded_bytes(), exists: true };
                    prop_assert_eq!(got, want, "`{}`", shown);
                }
                Err(e) if e.raw_os_error() == Some(40) => {
                    loops += 1;
                    prop_assert_eq!(got, Resolution::Unknown(Why::Links), "`{}`", shown);
                }
                Err(e) => {
                    missing += 1;
                    // What the kernel refuses may be made by the call itself, so the walk goes on by text, and may then meet
                    // a loop; it never says that the path exists.
                    let said = matches!(got, Resolution::At { exists: false, .. } | Resolution::Unknown(Why::Links));
                    prop_assert!(said, "`{}`: kernel says {}, we say {:?}", shown, e, got);
                }
            }
            counts.set((there, missing, loops));
        }
        Ok(())
    });
    if let Err(error) = result {
        panic!("{error}");
    }
    let (there, missing, loops) = counts.get();
    eprintln!("{there} paths exist, {missing} do not, {loops} loop");
    assert!(there > 800 && missing > 800 && loops > 50, "{there}, {missing}, {loops}: too few to mean something");
}

/// Opens a path as the kernel resolves it under a restriction, and tells where that is.
fn opened(path: &[u8], resolve: ResolveFlag, flags: OFlag) -> Result<Vec<u8>, nix::errno::Errno> {
    let how = OpenHow::new().flags(OFlag::O_PATH | OFlag::O_CLOEXEC | flags).resolve(resolve);
    let failed = |_| nix::errno::Errno::EIO;
    let root = fs::File::open("/").map_err(failed)?;
    let relative: Vec<u8> = path.iter().copied().skip_while(|b| *b == b'/').collect();
    let name = if relative.is_empty() { b".".to_vec() } else { relative };
    let file = openat2(&root, OsStr::from_bytes(&name), how)?;
    let link = fs::read_link(format!("/proc/self/fd/{}", file.as_raw_fd())).map_err(failed)?;
    Ok(link.into_os_string().into_encoded_bytes())
}

/// The same walk under the kernel's own restrictions: below a directory, through no link, or up to a last link.
#[test]
fn leads_where_openat2_leads() {
    let strategy = (prop::collection::vec((relative(), node()), 4..24), prop::collection::vec(relative(), 40));
    let mut runner =
        TestRunner::new(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() });
    let counts = std::cell::Cell::new((0_u32, 0_u32, 0_u32));
    let result = runner.run(&strategy, |(nodes, paths)| {
        let tree = tempfile::tempdir().unwrap();
        let root = fs::canonicalize(tree.path()).unwrap();
        for (path, node) in &nodes {
            plant(&root, path, node);
        }
        for path in &paths {
            let whole = [root.as_os_str().as_bytes(), b"/", path].concat();
            let shown = String::from_utf8_lossy(&whole).into_owned();
            let at = |path: Vec<u8>| Resolution::At { path, exists: true };
            let (mut free, mut plain, mut kept) = counts.get();
            let follow = resolve(&Real, &whole, None, Last::Follow);
            if let Ok(path) = opened(&whole, ResolveFlag::empty(), OFlag::empty()) {
                free += 1;
                prop_assert_eq!(&follow, &at(path), "`{}`", shown);
            } else {
                prop_assert!(
                    !matches!(follow, Resolution::At { exists: true, .. }),
                    "`{}` does not open: {:?}",
                    shown,
                    follow
                );
            }
            if let Ok(path) = opened(&whole, ResolveFlag::RESOLVE_NO_SYMLINKS, OFlag::empty()) {
                // Without a link on its way, the text alone says where a path leads.
                plain += 1;
                prop_assert_eq!(&normalize(&whole), &path, "`{}`", shown);
                prop_assert_eq!(&follow, &at(path), "`{}`", shown);
            }
            let keep = resolve(&Real, &whole, None, Last::Keep);
            if let Ok(path) = opened(&whole, ResolveFlag::RESOLVE_NO_MAGICLINKS, OFlag::O_NOFOLLOW) {
                kept += 1;
                prop_assert_eq!(keep, at(path), "`{}` without its last link", shown);
            }
            counts.set((free, plain, kept));
        }
        Ok(())
    });
    if let Err(error) = result {
        panic!("{error}");
    }
    let (free, plain, kept) = counts.get();
    eprintln!("{free} paths open, {plain} without links, {kept} up to their last link");
    assert!(free > 800 && plain > 300 && kept > 800, "{free}, {plain}, {kept}: too few to mean something");
}

/// `RESOLVE_IN_ROOT` and `RESOLVE_BENEATH`: what the kernel finds below a directory, we place below it, and what it refuses to leave
/// for, we place outside.
#[test]
fn stays_below_where_the_kernel_stays_below() {
    let strategy = (prop::collection::vec((relative(), node()), 4..24), prop::collection::vec(relative(), 40));
    let mut runner =
        TestRunner::new(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() });
    let counts = std::cell::Cell::new((0_u32, 0_u32));
    let result = runner.run(&strategy, |(nodes, paths)| {
        let tree = tempfile::tempdir().unwrap();
        let root = fs::canonicalize(tree.path()).unwrap();
        for (path, node) in &nodes {
            plant(&root, path, node);
        }
        let directory = fs::File::open(&root).unwrap();
        let top = root.as_os_str().as_bytes();
        for path in &paths {
            let (mut inside, mut escapes) = counts.get();
            let shown = String::from_utf8_lossy(path).into_owned();
            let how = OpenHow::new().flags(OFlag::O_PATH | OFlag::O_CLOEXEC).resolve(ResolveFlag::RESOLVE_BENEATH);
            let got = resolve(&Real, &[top, b"/", path].concat(), None, Last::Follow);
            match openat2(&directory, OsStr::from_bytes(path), how) {
                Ok(file) => {
                    inside += 1;
                    let link = fs::read_link(format!("/proc/self/fd/{}", file.as_raw_fd())).unwrap();
                    let want = link.into_os_string().into_encoded_bytes();
                    prop_assert!(prexec::path::starts_with(&want, top));
                    prop_assert_eq!(got, Resolution::At { path: want, exists: true }, "`{}`", shown);
                }
                // It leaves the directory on its way, though it may come back.
                Err(nix::errno::Errno::EXDEV) => escapes += 1,
                Err(_) => {
                    let said = matches!(&got, Resolution::At { exists: true, .. });
                    prop_assert!(!said, "`{}` does not open below: {:?}", shown, got);
                }
            }
            counts.set((inside, escapes));
        }
        Ok(())
    });
    if let Err(error) = result {
        panic!("{error}");
    }
    let (inside, escapes) = counts.get();
    eprintln!("{inside} paths below, {escapes} that leave");
    assert!(inside > 200 && escapes > 100, "{inside}, {escapes}: too few to mean something");
}

/// Where nothing is missing, a path that is normal and goes through no link is its own resolution.
#[test]
fn a_new_file_leads_below_its_resolved_directory() {
    let tree = tempfile::tempdir().unwrap();
    let root = fs::canonicalize(tree.path()).unwrap();
    fs::create_dir(root.join("d")).unwrap();
    symlink("d", root.join("l")).unwrap();
    let path = [root.as_os_str().as_bytes(), b"/l/new"].concat();
    fs::write(OsStr::from_bytes(&path), b"").unwrap();
    let before = fs::canonicalize(OsStr::from_bytes(&path)).unwrap();
    fs::remove_file(&before).unwrap();
    let want = Resolution::At { path: before.into_os_string().into_encoded_bytes(), exists: false };
    assert_eq!(resolve(&Real, &path, None, Last::Follow), want);
}

#[test]
fn the_kernel_follows_as_many_links_as_we_do() {
    let tree = tempfile::tempdir().unwrap();
    let root = fs::canonicalize(tree.path()).unwrap();
    fs::write(root.join("l40"), b"").unwrap();
    for n in 0..40 {
        symlink(format!("l{}", n + 1), root.join(format!("l{n}"))).unwrap();
    }
    symlink("l0", root.join("start")).unwrap();
    for (name, reached) in [("l0", true), ("start", false)] {
        let path = root.join(name);
        assert_eq!(fs::metadata(&path).is_ok(), reached, "`{name}` in the kernel");
        let got = resolve(&Real, path.as_os_str().as_bytes(), None, Last::Follow);
        assert_eq!(matches!(got, Resolution::At { exists: true, .. }), reached, "`{name}`: {got:?}");
    }
}

/// The names that are not looked up lead where they lead for the process itself.
#[test]
fn process_names_lead_where_the_kernel_says() {
    let cwd = std::env::current_dir().unwrap();
    let cwd = cwd.as_os_str().as_bytes();
    for path in
        ["/proc/self/cwd", "/proc/self/cwd/src", "/proc/thread-self/cwd", "/proc/self/root/etc", "/proc/self/cwd/.."]
    {
        let want = fs::canonicalize(path).unwrap().into_os_string().into_encoded_bytes();
        let got = resolve(&Real, path.as_bytes(), Some(cwd), Last::Follow);
        assert_eq!(got, Resolution::At { path: want, exists: true }, "`{path}`");
    }
}
