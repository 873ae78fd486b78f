//! Walks over a machine in memory; `tests/path_kernel.rs` holds the same walk against a real kernel.

use super::*;
use crate::world::memory::MemoryWorld;
use alloc::{format, string::String};

fn world() -> MemoryWorld {
    MemoryWorld::new()
        .session("/w")
        .file("/w/f")
        .directory("/w/d/e")
        .link("/w/abs", "/etc")
        .link("/w/rel", "d/e")
        .link("/w/up", "../etc/x")
        .link("/w/twice", "rel/../rel")
        .link("/w/gone", "nowhere/y")
        .link("/w/self", "self")
        .link("/w/empty", "")
        .link("/w/slashed", "/etc/")
        .link("/w/descriptor", "/proc/self/fd/3")
        .link("/cwd-link", "/w/d")
        .link("/w/to-file", "./f")
        .directory("/etc/x")
        .unreadable("/secret")
        .directory("/proc/self")
        .link("/proc/mounts", "self/mounts")
}

fn shown(r: &Resolution) -> String {
    match r {
        Resolution::At { path, exists } => {
            format!("{}{}", String::from_utf8_lossy(path), if *exists { "" } else { " (missing)" })
        }
        Resolution::Unknown(why) => format!("unknown {}", why.as_str()),
    }
}

#[test]
fn walks_as_the_kernel_does() {
    for (path, want) in [
        ("/", "/"),
        ("/../..", "/"),
        ("/w//./f", "/w/f"),
        ("/w/abs", "/etc"),
        ("/w/abs/..", "/"),
        ("/w/rel", "/w/d/e"),
        ("/w/rel/..", "/w/d"),
        ("/w/rel/../e/../..", "/w"),
        ("/w/up", "/etc/x"),
        ("/w/twice", "/w/d/rel (missing)"),
        ("/w/slashed", "/etc"),
        ("/w/gone", "/w/nowhere/y (missing)"),
        ("/w/new/../f", "/w/f (missing)"),
        ("/w/new/../rel", "/w/d/e (missing)"),
        ("/w/new/deep/../../rel/x", "/w/d/e/x (missing)"),
        ("/w/f/..", "/w (missing)"),
        ("/w/f/", "/w/f (missing)"),
        ("/w/self", "unknown links"),
        ("/w/empty", "unknown error"),
        ("/secret/a", "unknown error"),
        ("w", "unknown no-directory"),
        ("", "unknown no-directory"),
        ("/proc/self/cwd", "/w/d"),
        ("/proc/self/cwd/..", "/w"),
        ("/proc/self/cwd/../rel/x", "/w/d/e/x (missing)"),
        ("/proc/thread-self/cwd/e", "/w/d/e"),
        ("/proc/self/task/77/cwd", "/w/d"),
        ("/proc/self/root/etc/x", "/etc/x"),
        ("/proc/self/root/proc/self/root", "/"),
        ("/proc/self/environ", "/proc/self/environ"),
        ("/proc/self/..", "/proc"),
        ("/proc/thread-self/..", "/proc/self/task"),
        ("/proc/mounts", "/proc/self/mounts"),
        ("/proc/self/exe", "unknown process"),
        ("/proc/self/fd", "unknown descriptor"),
        ("/proc/self/fd/3/x", "unknown descriptor"),
        ("/w/descriptor", "unknown descriptor"),
        ("/proc/1/root/etc", "unknown process"),
        ("/proc/1/task/1/cwd", "unknown process"),
        ("/proc/1/environ", "/proc/1/environ"),
        ("/proc/1/ns/fd", "/proc/1/ns/fd"),
        ("/proc/self/net/cwd", "/proc/self/net/cwd"),
        ("/proc/self/net/root", "/proc/self/net/root"),
        ("/proc/self/net/exe", "/proc/self/net/exe"),
        ("/w/to-file", "/w/f"),
        ("/w/to-file/", "/w/f (missing)"),
        ("/dev/fd/0", "unknown descriptor"),
        ("/dev/stdin", "unknown descriptor"),
    ] {
        let got = resolve(&world(), path.as_bytes(), Some(b"/cwd-link"), Last::Follow);
        assert_eq!(shown(&got), want, "`{path}`");
    }
}

#[test]
fn keeps_a_last_link_unless_a_slash_follows() {
    for (path, want) in [
        ("/w/abs", "/w/abs"),
        ("/w/abs/", "/etc"),
        ("/w/abs/.", "/etc"),
        ("/w/rel/../e", "/w/d/e"),
        ("/w/self", "/w/self"),
        ("/w/self/", "unknown links"),
        ("/w/gone/", "/w/nowhere/y (missing)"),
    ] {
        let got = resolve(&world(), path.as_bytes(), None, Last::Keep);
        assert_eq!(shown(&got), want, "`{path}`");
    }
}

#[test]
fn bounds_are_unknown() {
    let long = [b"/", [b'a'; 256].as_slice()].concat();
    assert_eq!(resolve(&world(), &long, None, Last::Follow), Resolution::Unknown(Why::TooLong));
    let longest = [b"/", [b'a'; 255].as_slice()].concat();
    assert!(matches!(resolve(&world(), &longest, None, Last::Follow), Resolution::At { .. }));
    let long = b"/a".repeat(PATH_MAX / 2);
    assert_eq!(resolve(&world(), &long, None, Last::Follow), Resolution::Unknown(Why::TooLong));
    let busy = b"/w/..".repeat(700);
    assert_eq!(shown(&resolve(&world(), &busy, None, Last::Follow)), "/");
    let busier = b"/w/d/../..".repeat(400);
    assert_eq!(shown(&resolve(&world(), &busier, None, Last::Follow)), "/");
    let mut chain = MemoryWorld::new().directory("/end");
    for n in 0..41 {
        let target = if n == 40 { String::from("/end") } else { format!("/l{}", n + 1) };
        chain = chain.link(format!("/l{n}"), target);
    }
    assert_eq!(shown(&resolve(&chain, b"/l1", None, Last::Follow)), "/end");
    assert_eq!(shown(&resolve(&chain, b"/l0", None, Last::Follow)), "unknown links");
    assert_eq!(shown(&resolve(&world(), b"/proc/self/cwd", None, Last::Follow)), "unknown no-directory");
}

#[test]
fn lookups_are_bounded() {
    // Every round through the link costs lookups; a path of the greatest length cannot make more than the bound.
    let world = MemoryWorld::new().link("/r", "d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d");
    let mut deep = world;
    let mut path = String::new();
    for _ in 0..32 {
        path.push_str("/d");
        deep = deep.directory(&path);
    }
    let up = "/..".repeat(32);
    let rounds = format!("/r{up}").repeat(39);
    assert_eq!(shown(&resolve(&deep, rounds.as_bytes(), None, Last::Follow)), "unknown lookups");
}
