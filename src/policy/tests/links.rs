//! Which other paths a path means.

use super::{known, nothing, pattern};
use crate::effect::{Certainty, Effect, Kind, PathValue, Span, Value};
use crate::policy::Scene;
use crate::policy::links;
use crate::world::memory::MemoryWorld;
use alloc::{format, vec, vec::Vec};

/// The other paths that `path` means beside a call that writes `writes`, and which of them are sure.
fn beside(world: &MemoryWorld, path: &PathValue, writes: Vec<PathValue>) -> Vec<(Value, bool)> {
    let effect = |path| Effect {
        kind: Kind::Write(path),
        certainty: Certainty::Known,
        span: Span::default(),
        by: None,
        command: None,
    };
    let effects: Vec<Effect> = writes.into_iter().map(effect).collect();
    let policy = nothing();
    let scene = Scene::new(&policy, world, b"/w", &effects);
    let mut all: Vec<(Value, bool)> =
        links::readings(path, &scene).into_iter().map(|r| (r.path.value, r.sure)).collect();
    all.sort();
    all
}

fn of(world: &MemoryWorld, value: Value) -> Vec<(Value, bool)> {
    beside(world, &PathValue::file(value), Vec::new())
}

fn sure(paths: &[&str]) -> Vec<(Value, bool)> {
    paths.iter().map(|path| (Value::from(*path), true)).collect()
}

fn perhaps(values: &[Value]) -> Vec<(Value, bool)> {
    let mut all: Vec<(Value, bool)> = values.iter().map(|value| (value.clone(), false)).collect();
    all.sort();
    all
}

fn world() -> MemoryWorld {
    MemoryWorld::new()
        .session("/w")
        .file("/t/f")
        .file("/t/d/x")
        .file("/w/a/x")
        .file("/w/plain")
        .link("/w/k", "/t")
        .link("/w/a/k", "/t/d")
        .link("/w/b/k", "/t/f")
        .link("/w/a/deep/k", "/t/f")
        .link("/w/loop", "loop")
}

/// A link that the call makes.
fn link(at: &str, to: &str) -> PathValue {
    PathValue { leads: Some(Value::from(to)), ..PathValue::made(Value::from(at), false) }
}

#[test]
fn a_path_means_where_links_lead() {
    let world = world();
    assert_eq!(of(&world, "/w/plain".into()), []);
    assert_eq!(of(&world, "/w/k".into()), sure(&["/t"]));
    assert_eq!(of(&world, "/w/k/f".into()), sure(&["/t/f"]));
    assert_eq!(of(&world, "/w/loop".into()), [(Value::ANY_WORD, true)]);
    assert_eq!(of(&world, Value::ANY_WORD), []);
}

#[test]
fn a_link_that_the_call_replaces_means_both() {
    let world = world().file("/s/f");
    let path = known("/w/k/f");
    assert_eq!(beside(&world, &path, vec![link("/w/k", "/s")]), sure(&["/s/f", "/t/f"]));
    // The same again is no other path.
    assert_eq!(beside(&world, &path, vec![link("/w/k", "/t")]), sure(&["/t/f"]));
    assert_eq!(beside(&world, &known("/w/new/f"), vec![link("/w/new", "/s")]), sure(&["/s/f"]));
}

#[test]
fn an_expansion_means_what_each_link_leads_to() {
    let world = world();
    for (text, expected) in [
        ("/w/*", perhaps(&["/t".into()])),
        ("/w/p*", perhaps(&[])),
        ("/w/[k]", perhaps(&["/t".into()])),
        // What stands below a link is told by an expansion there.
        ("/w/k/*", perhaps(&[pattern("/t/*")])),
        ("/w/*/f", perhaps(&["/t/f".into()])),
        ("/w/?/*/x", perhaps(&["/t/d/x".into(), "/t/f/x".into(), pattern("/t/*/x")])),
        ("/w/a/*", perhaps(&["/t/d".into()])),
        ("/w/a*/k", perhaps(&["/t/d".into()])),
        ("/w/*/k", perhaps(&["/t/d".into(), "/t/f".into(), "/t/k".into()])),
        ("/w/*/*/k", perhaps(&["/t/f".into(), pattern("/t/*/k"), "/t/d/k".into(), "/t/f/k".into()])),
    ] {
        assert_eq!(of(&world, pattern(text)), expected, "{text}");
    }
    let deep = of(&world.link("/w/a/deep/er/still/k", "/t/far"), pattern("/w/a/**/k"));
    for leads in ["/t/d", "/t/f", "/t/far"] {
        assert!(deep.contains(&(leads.into(), false)), "{leads}: {deep:?}");
    }
    assert!(!deep.contains(&("/t".into(), false)), "{deep:?}");
}

#[test]
fn of_what_is_deleted_links_themselves_are_meant() {
    let world = world();
    let of = |value: Value| beside(&world, &PathValue::standing(value, false).entry(true), Vec::new());
    assert_eq!(of("/w/k".into()), []);
    assert_eq!(of("/w/k/f".into()), sure(&["/t/f"]));
    for (text, expected) in [
        ("/w/*", perhaps(&[])),
        ("/w/a/*", perhaps(&[])),
        ("/w/k/*", perhaps(&[pattern("/t/*")])),
        ("/w/*/f", perhaps(&["/t/f".into()])),
        ("/w/*/k", perhaps(&["/t/k".into()])),
        // Some go through links on the way down.
        ("/w/a/**", perhaps(&["/t/d".into(), "/t/f".into()])),
    ] {
        assert_eq!(of(pattern(text)), expected, "{text}");
    }
    // What is found below a link stands where it leads.
    let below = |dir: &str| Value::Below { dir: dir.as_bytes().into(), suffix: b"x"[..].into() };
    assert_eq!(of(below("/w/k")), sure(&[]).into_iter().chain([(below("/t"), true)]).collect::<Vec<_>>());
}

#[test]
fn an_expansion_through_too_many_links_may_mean_anything() {
    let with = |links: usize| {
        let link = |world: MemoryWorld, n: usize| world.link(format!("/w/{n}"), format!("/t/{n}"));
        let world = (0..links).fold(MemoryWorld::new().session("/w"), link);
        of(&world, pattern("/w/*/x"))
    };
    let (few, many) = (with(65), with(66));
    assert!(few.len() == 65 && few.contains(&("/t/64/x".into(), false)), "{few:?}");
    assert_eq!(many, [(Value::ANY_WORD, false)]);
}

#[test]
fn what_stands_in_for_a_place_means_that_place_in_every_form() {
    let world = MemoryWorld::new().session("/w").home("/home/u").environment("CLOUDSDK_CONFIG", "/x/g");
    let path = |value: Value, tree: bool| PathValue::standing(value, tree);
    let meant = |path: PathValue| beside(&world, &path, Vec::new());
    assert_eq!(meant(path("/x/g/c".into(), false)), sure(&["/home/u/.config/gcloud/c"]));
    assert_eq!(meant(path("/x".into(), false)), []);
    assert_eq!(meant(path("/x".into(), true)), sure(&["/home/u/.config/gcloud"]));
    let below = |dir: &str| Value::Below { dir: dir.as_bytes().into(), suffix: b".db"[..].into() };
    assert_eq!(meant(path(below("/x/g/c"), false)), perhaps(&[below("/home/u/.config/gcloud/c")]));
    assert_eq!(meant(path(pattern("/x/g/*"), false)), perhaps(&[pattern("/home/u/.config/gcloud/*")]));
}
