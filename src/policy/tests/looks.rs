//! What stands below a directory.

use super::{nothing, pattern, write};
use crate::effect::{PathValue, Value};
use crate::policy::Scene;
use crate::policy::contents::Contents;
use crate::world::memory::MemoryWorld;
use alloc::{borrow::ToOwned, format, string::String, vec, vec::Vec};

fn texts(paths: &[Vec<u8>]) -> Vec<String> {
    let mut all: Vec<String> = paths.iter().map(|path| String::from_utf8_lossy(path).into_owned()).collect();
    all.sort();
    all
}

fn world() -> MemoryWorld {
    MemoryWorld::new()
        .file("/t/a")
        .file("/t/d/b")
        .file("/t/shut/c")
        .link("/t/in", "d")
        .link("/t/open", "shut")
        .link("/t/out", "/else")
        .link("/t/loop", "loop")
        .file("/else/x")
}

/// Where links lead that stand in the same tree.
fn inside(contents: &Contents) -> Vec<Vec<u8>> {
    contents.links.iter().filter(|led| led.inside).map(|led| led.to.clone()).collect()
}

#[test]
fn everything_below_is_seen() {
    let contents = Contents::below(&world(), b"/t", b"/").unwrap();
    let all = ["/t/a", "/t/d", "/t/d/b", "/t/in", "/t/loop", "/t/open", "/t/out", "/t/shut", "/t/shut/c"];
    assert_eq!(texts(&contents.paths), all);
    let of_directories = contents.paths.iter().zip(&contents.directories).filter(|(_, is)| **is);
    assert_eq!(texts(&of_directories.map(|(path, _)| path.clone()).collect::<Vec<_>>()), ["/t/d", "/t/shut"]);
    assert_eq!(texts(&contents.linked), ["/else"]);
    assert_eq!(texts(&inside(&contents)), ["/t/d", "/t/shut"]);
    assert_eq!(contents.leads.as_deref(), Some(b"/t".as_slice()));
}

#[test]
fn nobody_goes_into_what_is_closed_but_by_another_name() {
    let closed = |rest: &[u8]| rest == b"/shut";
    let contents = Contents::below_but(&world(), b"/t", b"/", &closed).unwrap();
    let all = ["/t/a", "/t/d", "/t/d/b", "/t/in", "/t/loop", "/t/open", "/t/out", "/t/shut"];
    assert_eq!(texts(&contents.paths), all);
    assert_eq!(texts(&contents.linked), ["/else", "/t/shut"]);
    assert_eq!(texts(&inside(&contents)), ["/t/d"]);
}

#[test]
fn a_file_holds_nothing_and_what_is_not_there_anything() {
    let world =
        world().unreadable("/bad/x").unreadable("/worse").link("/lost", "/worse/x").link("/broken/k", "/worse/x");
    assert_eq!(Contents::below(&world, b"/t/a", b"/").unwrap().paths, Vec::<Vec<u8>>::new());
    for dir in ["/none", "/t/in", "/worse", "/bad", "/broken"] {
        assert!(Contents::below(&world, dir.as_bytes(), b"/").is_none(), "{dir}");
    }
}

#[test]
fn with_too_many_links_it_could_hold_anything() {
    let with = |links: usize| {
        let link = |world: MemoryWorld, n: usize| {
            world.directory(format!("/else/{n}")).link(format!("/t/{n}"), format!("/else/{n}"))
        };
        Contents::below(&(0..links).fold(MemoryWorld::new(), link), b"/t", b"/").map(|contents| contents.linked.len())
    };
    assert_eq!((with(64), with(65)), (Some(64), None));
}

#[test]
fn what_is_called_by_another_name_has_both() {
    let seen = |written: &str| Contents::below(&world(), b"/t/d", b"/").unwrap().seen_from(b"/t/d", written.as_bytes());
    assert_eq!(texts(&seen("/t/d").paths), ["/t/d/b"]);
    for written in ["/t/in", "/t/in/"] {
        let contents = seen(written);
        assert_eq!(texts(&contents.paths), ["/t/d/b", "/t/in/b"], "{written}");
        assert_eq!(contents.directories, [false, false]);
    }
    let deep = MemoryWorld::new().file("/t/d/e/b").link("/t/d/k", "e").link("/t/in", "d");
    let contents = Contents::below(&deep, b"/t/d", b"/").unwrap().seen_from(b"/t/d", b"/t/in");
    assert_eq!(texts(&inside(&contents)), ["/t/d/e", "/t/in/e"]);
    let kinds: Vec<(String, bool)> =
        texts(&contents.paths).into_iter().map(|path| (path.clone(), path.ends_with("/e"))).collect();
    let mut seen: Vec<(String, bool)> = contents
        .paths
        .iter()
        .zip(&contents.directories)
        .map(|(path, is)| (String::from_utf8_lossy(path).into_owned(), *is))
        .collect();
    seen.sort();
    assert_eq!(seen, kinds);
    assert_eq!(vec!["/t/d/e".to_owned(), "/t/in/e".to_owned()], texts(&inside(&contents)));
}

#[test]
fn what_links_lead_to_is_looked_through_for_more() {
    let reached = |world: &MemoryWorld| {
        let contents = Contents::below(world, b"/t", b"/").unwrap();
        let seen = core::cell::RefCell::new(Vec::new());
        let clear = |tree: &[u8], _: bool| {
            seen.borrow_mut().push(tree.to_vec());
            true
        };
        contents.leads_to_clear(world, b"/", &clear).then(|| texts(&seen.into_inner()))
    };
    let list = |all: &[&str]| Some(all.iter().map(|path| String::from(*path)).collect::<Vec<_>>());
    assert_eq!(reached(&MemoryWorld::new().file("/t/a")), list(&[]));
    let chain = MemoryWorld::new().link("/t/k", "/a").link("/a/k", "/b").link("/b/d/k", "/c/f").link("/b/back", "/a/d");
    assert_eq!(reached(&chain.clone().file("/c/f")), list(&["/a", "/b", "/c/f"]));
    assert_eq!(reached(&chain.clone()), list(&["/a", "/b", "/c/f"]));
    assert_eq!(reached(&chain.clone().link("/t/l", "/b")), list(&["/a", "/b", "/c/f"]));
    assert_eq!(reached(&chain.unreadable("/b/x")), None);
    let many = |links: usize| {
        let link = |world: MemoryWorld, n: usize| world.link(format!("/a/{n}"), format!("/b/{n}"));
        let world = (0..links).fold(MemoryWorld::new().link("/t/k", "/a"), link);
        reached(&world).map(|all| all.len())
    };
    assert_eq!((many(63), many(64)), (Some(64), None));
    // One that is not clear ends it.
    let world = MemoryWorld::new().link("/t/k", "/a").link("/a/k", "/b");
    let contents = Contents::below(&world, b"/t", b"/").unwrap();
    for not in ["/a", "/b"] {
        assert!(!contents.leads_to_clear(&world, b"/", &|tree, _| tree != not.as_bytes()), "{not}");
    }
}

#[test]
fn a_copy_is_known_by_its_source_and_what_is_made_otherwise_is_not() {
    let (policy, world) = (nothing(), world());
    let grows = |like: Option<&str>, named: bool| {
        let made = PathValue { like: like.map(Into::into), ..PathValue::made(Value::from("/w/n"), true) };
        Scene::new(&policy, &world, b"/w", &[write(made)]).grows(b"/w/n", named)
    };
    assert!(grows(None, false) && grows(None, true));
    // Which names there are is known of both; that they are the same files only of what is no directory.
    assert!(!grows(Some("/t/d"), false) && !grows(Some("/t/a"), false));
    assert!(grows(Some("/t/d"), true) && !grows(Some("/t/a"), true));
}

#[test]
fn names_that_a_pattern_gives_are_new_and_a_tree_of_them_holds_anything() {
    let (policy, world) = (nothing(), world());
    let grows = |tree: bool, named: bool| {
        let made = PathValue::made(pattern("/w/n/*"), tree);
        Scene::new(&policy, &world, b"/w", &[write(made)]).grows(b"/w/n", named)
    };
    assert!(grows(false, true) && grows(true, true) && grows(true, false));
    assert!(!grows(false, false));
}
