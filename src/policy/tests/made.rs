//! The machine as it will be when a call has made its links, copies and moves.

use super::known;
use crate::effect::{Certainty, CommandId, Effect, Kind, PathValue, Span, Value};
use crate::policy::made::Made;
use crate::world::memory::MemoryWorld;
use crate::world::{Child, Entry, World};
use alloc::{format, string::String, vec, vec::Vec};

fn effect(kind: Kind, by: &str, command: u32) -> Effect {
    Effect {
        kind,
        certainty: Certainty::Known,
        span: Span::default(),
        by: Some(by.into()),
        command: Some(CommandId(command)),
    }
}

fn write(path: PathValue, by: &str) -> Effect {
    effect(Kind::Write(path), by, 1)
}

fn link(at: &str, to: &str) -> Effect {
    write(PathValue { leads: Some(Value::from(to)), ..PathValue::made(Value::from(at), false) }, "ln")
}

fn copy(from: &str, to: &str, tree: bool) -> Effect {
    write(PathValue { like: Some(from.into()), ..PathValue::made(Value::from(to), tree) }, "cp")
}

fn tree(at: &str, by: &str, existing: bool) -> Effect {
    let path =
        if existing { PathValue::standing(Value::from(at), true) } else { PathValue::made(Value::from(at), true) };
    write(path, by)
}

fn to(text: &str) -> Entry {
    Entry::Link(text.into())
}

fn world() -> MemoryWorld {
    let world = MemoryWorld::new().session("/w").file("/w/f").file("/w/d/f").link("/w/k", "d").link("/w/l", "d");
    world.directory("/w/e").file("/s/f").file("/s/t/f")
}

/// What stands at the paths once `effects` are done; none where they make no name.
fn entries(effects: &[Effect], paths: &[&str]) -> Option<Vec<Entry>> {
    let world = world();
    let made = Made::of(&world, effects)?;
    Some(paths.iter().map(|path| made.entry(path.as_bytes())).collect())
}

#[test]
fn what_makes_no_other_name_makes_nothing() {
    let plain = write(PathValue::made(Value::from("/w/new"), false), "touch");
    for effects in [
        vec![],
        vec![plain],
        vec![tree("/w/x", "mkdir", false)],
        vec![tree("/w/d", "rm", true)],
        vec![effect(Kind::Read(known("/w/f")), "cat", 1)],
        // A single file that git writes.
        vec![write(PathValue::standing(Value::from("/w/f"), false), "git")],
        vec![write(PathValue::made(Value::from("/w/f"), false), "tar")],
    ] {
        assert_eq!(entries(&effects, &[]), None, "{effects:?}");
    }
}

#[test]
fn links_stand_where_they_are_put() {
    let paths = ["/w/n", "/w/k", "/w/f", "/w/d", "/w/none"];
    let plain = [to("x"), to("d"), Entry::Other, Entry::Directory, Entry::Missing];
    assert_eq!(entries(&[link("/w/n", "x")], &paths).unwrap(), plain);
    assert_eq!(entries(&[link("/w/k", "x")], &paths).unwrap()[1], to("x"));
    assert_eq!(entries(&[link("/w/f", "x")], &paths).unwrap()[2], to("x"));
    // What is put at the place of a directory stands in it.
    assert_eq!(entries(&[link("/w/d", "x")], &paths).unwrap()[3], Entry::Directory);
    let nobody_knows = PathValue { leads: Some(Value::ANY_WORD), ..PathValue::made(Value::from("/w/n"), false) };
    assert_eq!(entries(&[write(nobody_knows, "ln")], &paths).unwrap()[0], Entry::Error);
    let either = Value::one_of(["x".as_bytes(), b"y"], 9).unwrap();
    let either = PathValue { leads: Some(either), ..PathValue::made(Value::from("/w/n"), false) };
    assert_eq!(entries(&[write(either, "ln")], &paths).unwrap()[0], Entry::Error);
    assert_eq!(entries(&[link("/w/n", "x"), link("/w/n", "x")], &paths).unwrap()[0], to("x"));
    assert_eq!(entries(&[link("/w/n", "x"), link("/w/n", "y")], &paths).unwrap()[0], Entry::Error);
}

#[test]
fn the_same_from_two_places_is_known_and_copies_of_each_other_are_not() {
    let twice = [copy("/w/f", "/w/n", false), copy("/s/f", "/w/n", false)];
    assert_eq!(entries(&twice, &["/w/n"]).unwrap(), [Entry::Other]);
    let one_in_the_other = [copy("/w/d", "/w/e", true), copy("/w/e", "/w/d", true)];
    assert_eq!(entries(&one_in_the_other, &["/w/e/x"]).unwrap(), [Entry::Error]);
}

#[test]
fn of_several_links_that_are_replaced_nobody_knows_which_leads_when() {
    let paths = ["/w/k", "/w/l", "/w/n"];
    let twice = [link("/w/k", "x"), link("/w/k", "x"), link("/w/n", "z")];
    assert_eq!(entries(&twice, &paths).unwrap(), [to("x"), to("d"), to("z")]);
    let both = [link("/w/k", "x"), link("/w/l", "y"), link("/w/n", "z")];
    assert_eq!(entries(&both, &paths).unwrap(), [Entry::Error, Entry::Error, to("z")]);
    // One that is put again as it is changes nothing.
    let same = [link("/w/k", "x"), link("/w/l", "d")];
    assert_eq!(entries(&same, &paths).unwrap(), [Entry::Error, to("d"), Entry::Missing]);
}

#[test]
fn a_link_at_a_place_that_is_not_known_may_be_anywhere() {
    let anywhere = PathValue { leads: Some(Value::from("x")), ..PathValue::made(Value::ANY_WORD, false) };
    let paths = ["/w/none", "/w/f", "/w/d"];
    let expected = [Entry::Error, Entry::Other, Entry::Directory];
    assert_eq!(entries(&[write(anywhere.clone(), "ln")], &paths).unwrap(), expected);
    assert_eq!(entries(&[write(anywhere, "ln"), link("/w/n", "x")], &paths).unwrap(), expected);
    let unpacked = PathValue::made(Value::ANY_WORD, true);
    assert_eq!(entries(&[write(unpacked, "tar")], &paths).unwrap(), expected);
    // Where a loop leads nobody knows either.
    assert_eq!(entries(&[link("/w/loop", "loop"), link("/w/loop/x", "y")], &paths).unwrap(), expected);
}

#[test]
fn with_too_many_names_none_is_followed() {
    let with = |names: usize| {
        let effects: Vec<Effect> = (0..names).map(|n| link(&format!("/w/n{n}"), "x")).collect();
        entries(&effects, &["/w/none"]).unwrap()
    };
    assert_eq!((with(256), with(257), with(300)), (vec![Entry::Missing], vec![Entry::Error], vec![Entry::Error]));
}

#[test]
fn what_is_unpacked_may_be_anything_and_what_is_checked_out_replaces_no_file() {
    let paths = ["/w/d/new", "/w/d/f", "/w/d", "/w/f", "/w/none"];
    let (error, file, dir, none) = (Entry::Error, Entry::Other, Entry::Directory, Entry::Missing);
    let unpacked = [error.clone(), error.clone(), dir.clone(), file.clone(), none.clone()];
    assert_eq!(entries(&[tree("/w/d", "tar", false)], &paths).unwrap(), unpacked);
    let checked_out = [error, file.clone(), dir, file, none];
    assert_eq!(entries(&[tree("/w/d", "git", true)], &paths).unwrap(), checked_out);
    assert_eq!(entries(&[tree("/w/d", "git", false)], &paths).unwrap(), checked_out);
}

#[test]
fn a_copy_is_what_it_is_a_copy_of() {
    let paths = ["/w/n", "/w/n/f", "/w/n/t/f", "/w/n/none"];
    let (file, dir, none) = (Entry::Other, Entry::Directory, Entry::Missing);
    let whole = [dir.clone(), file.clone(), file.clone(), none.clone()];
    assert_eq!(entries(&[copy("/s", "/w/n", false)], &paths).unwrap(), whole);
    assert_eq!(
        entries(&[copy("/w/f", "/w/n", false)], &paths).unwrap(),
        [file.clone(), none.clone(), none.clone(), none.clone()]
    );
    // Into a directory, under its own name.
    let into = ["/w/e/s", "/w/e/s/f", "/w/e/f", "/w/e/t/f", "/w/e/none"];
    let both = [dir, file.clone(), file.clone(), file.clone(), none.clone()];
    assert_eq!(entries(&[copy("/s", "/w/e", true)], &into).unwrap(), both);
    assert_eq!(entries(&[copy("/s", "/w/e", false)], &into).unwrap()[0], none);
    // What stands there is not replaced by what is copied over the directory above it.
    assert_eq!(entries(&[copy("/s", "/w", false), link("/s/f", "x")], &["/w/f"]).unwrap(), [file]);
    assert_eq!(entries(&[copy("/s", "/w/n", false), link("/s/f", "x")], &["/w/n/f"]).unwrap(), [to("x")]);
}

#[test]
fn copies_of_copies_are_followed_some_way() {
    let chain = |length: usize| {
        let step = |n: usize| {
            copy(&if n == 1 { String::from("/w/f") } else { format!("/w/c{}", n - 1) }, &format!("/w/c{n}"), false)
        };
        let effects: Vec<Effect> = (1..=length).map(step).collect();
        entries(&effects, &[&format!("/w/c{length}")]).unwrap()
    };
    assert_eq!((chain(1), chain(8), chain(9)), (vec![Entry::Other], vec![Entry::Other], vec![Entry::Error]));
}

#[test]
fn a_copy_of_what_stands_below_its_place_ends() {
    let paths = ["/w/none", "/w/f", "/w/d/none"];
    let expected = [Entry::Missing, Entry::Other, Entry::Missing];
    assert_eq!(entries(&[copy("/w/d", "/w", true)], &paths).unwrap(), expected);
    // By a second copy, a link, or what is unpacked something else may stand in the source.
    assert_eq!(entries(&[copy("/w/d", "/w", true), link("/w/d/none", "x")], &paths).unwrap()[0], to("x"));
    let both = [copy("/w/d", "/w", true), copy("/s", "/w/d", true)];
    assert_ne!(entries(&both, &["/w/t/f"]).unwrap(), [Entry::Missing]);
    assert_eq!(entries(&[copy("/w/d", "/w", true), tree("/w/d", "tar", false)], &paths).unwrap()[0], Entry::Error);
    // A copy to itself leads through nothing.
    assert_eq!(entries(&[copy("/w/d", "/w/d/n", false), link("/w/x", "y")], &["/w/d/n"]).unwrap(), [Entry::Missing]);
    assert_eq!(entries(&[copy("/w/f", "/w/f", false)], &[]), None);
}

#[test]
fn what_is_made_is_among_the_names_of_its_directory() {
    let world = world();
    let effects = [
        link("/w/e/a", "x"),
        copy("/s", "/w/e/b", false),
        copy("/w/f", "/w/e/c", false),
        copy("/w/none", "/w/e/n", false),
    ];
    let made = Made::of(&world, &effects).unwrap();
    let children = |dir: &str, limit: usize| {
        let mut all = made.children(dir.as_bytes(), limit)?;
        all.sort_by(|(one, _), (other, _)| one.cmp(other));
        Some(all)
    };
    let named = |all: &[(&str, Child)]| {
        Some(all.iter().map(|(name, kind)| (name.as_bytes().to_vec(), *kind)).collect::<Vec<_>>())
    };
    let three = named(&[("a", Child::Link), ("b", Child::Directory), ("c", Child::Other)]);
    assert_eq!((children("/w/e", 3), children("/w/e", 2)), (three, None));
    assert_eq!(children("/w/e/b", 9), named(&[("f", Child::Other), ("t", Child::Directory)]));
    assert_eq!(children("/w/e/b/t", 9), named(&[("f", Child::Other)]));
    assert_eq!(children("/s", 9), named(&[("f", Child::Other), ("t", Child::Directory)]));
    assert_eq!(children("/w/nothing", 9), named(&[]));
}

#[test]
fn what_an_unpacker_alone_reads_is_read_before_anything_comes_out_of_it() {
    let world = world();
    let read = |path: PathValue, command: u32| effect(Kind::Read(path), "tar", command);
    let effects = [
        tree("/w/d", "tar", false),
        read(known("/w/x.tar"), 1),
        read(known("/w/y.tar"), 1),
        read(known("/w/y.tar"), 2),
        read(known("/w/z.tar"), 2),
        read(PathValue::standing(Value::from("/s"), true), 1),
    ];
    let made = Made::of(&world, &effects).unwrap();
    let is = |path: &PathValue| (made.is_made_by(path), made.is_archive(path));
    assert_eq!(is(&PathValue::made(Value::from("/w/d"), true)), (true, false));
    assert_eq!(is(&known("/w/x.tar")), (false, true));
    for other in ["/w/y.tar", "/w/z.tar", "/s"] {
        assert_eq!(is(&known(other)), (false, false), "{other}");
    }
    assert_eq!(is(&PathValue::standing(Value::from("/s"), true)), (false, false));
    // A link is no archive's doing.
    let effects = [link("/w/n", "x"), read(known("/w/x.tar"), 1)];
    assert!(!Made::of(&world, &effects).unwrap().is_archive(&known("/w/x.tar")));
}
