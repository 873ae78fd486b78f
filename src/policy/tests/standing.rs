//! Which names in a tree stop its reading, and what links in it lead to.

#![allow(
    clippy::unnecessary_wraps,
    clippy::string_slice,
    reason = "results look like what they are compared with; the names are ASCII"
)]

use super::{pattern, write};
use crate::decision::Decision;
use crate::effect::{Effect, Kind, PathValue, Spared, Value};
use crate::policy::{Policy, Scene, decide, standing};
use crate::rules::Loader;
use crate::world::memory::MemoryWorld;
use alloc::{string::String, vec, vec::Vec};

fn load(text: &str) -> Policy {
    Loader::new().load_text("t.rules", text).unwrap().policy
}

fn world() -> MemoryWorld {
    let files =
        ["/w/a.key", "/w/d/a.key", "/w/d/b", "/w/s/x/y", "/w/s/z", "/w/ok/a.key", "/w/s2/k", "/w/A.KEY", "/w/p/a.pem"];
    let world = files.iter().fold(MemoryWorld::new().session("/w").home("/home/u"), MemoryWorld::file);
    world.link("/w/l", "d").directory("/w/e.key")
}

/// What stands in the tree of these that the rules at `places` cover.
fn found(world: &MemoryWorld, tops: &[&str], places: &[&str]) -> Option<Vec<(String, bool)>> {
    let policy = load(
        "deny_read(['**/*.key', './s'], unless = ['./ok'])\nglob_rule('./s2', access = 'read', decision = 'prompt')\n\
         glob_rule('./d', access = 'read', decision = 'allow')\nglob_rule('./p', access = 'write', decision = 'forbidden')\n",
    );
    let tree = PathValue::standing(Value::one_of(tops.iter().map(|top| top.as_bytes()), 9).unwrap(), true);
    let scene = Scene::new(&policy, world, b"/w", &[]);
    let all = standing(&policy, &scene, &tree, places)?;
    Some(all.into_iter().map(|(path, is)| (String::from_utf8(path).unwrap(), is)).collect())
}

fn named(all: &[(&str, bool)]) -> Vec<(String, bool)> {
    all.iter().map(|(path, is)| (String::from(*path), *is)).collect()
}

#[test]
fn what_a_rule_covers_is_found_without_what_is_below_it() {
    let rules = ["t.rules:1:1", "t.rules:2:1", "t.rules:3:1", "t.rules:4:1"];
    let (key, keys) = (("/w/a.key", false), [("/w/d/a.key", false), ("/w/e.key", true)]);
    assert_eq!(
        found(&world(), &["/w"], &rules),
        Some(named(&[key, keys[0], keys[1], ("/w/s", true), ("/w/s2", true)]))
    );
    assert_eq!(found(&world(), &["/w"], &rules[..1]), Some(named(&[key, keys[0], keys[1], ("/w/s", true)])));
    assert_eq!(found(&world(), &["/w"], &rules[1..2]), Some(named(&[("/w/s2", true)])));
    assert_eq!(found(&world(), &["/w"], &rules[2..]), Some(named(&[])));
    assert_eq!(found(&world(), &["/w"], &[]), Some(named(&[])));
    assert_eq!(found(&world(), &["/w/d", "/w/s2"], &rules), Some(named(&[keys[0], ("/w/s2/k", false)])));
    // By both names of the directory.
    assert_eq!(found(&world(), &["/w/l"], &rules), Some(named(&[keys[0], ("/w/l/a.key", false)])));
    let caseless = world().caseless("/w");
    assert!(found(&caseless, &["/w"], &rules).unwrap().contains(&("/w/A.KEY".into(), false)));
    for top in ["/w/none", "/w/l/none"] {
        assert_eq!(found(&world(), &[top], &rules), None, "{top}");
    }
}

fn decided(world: &MemoryWorld, rules: &str, effects: &[Effect]) -> Decision {
    let policy = load(rules);
    decide(&policy, effects, &Scene::new(&policy, world, b"/w", effects)).decision()
}

#[test]
fn what_is_changed_by_name_is_meant_with_everything_of_it() {
    let below = Value::Below { dir: b"/w"[..].into(), suffix: b""[..].into() };
    let path = PathValue { spared: Spared::Commits, ..PathValue::standing(below, true) };
    let world = world().file("/w/.git/config");
    let rules = "glob_rule('**/.git/config', access = 'edit', decision = 'forbidden')\n";
    assert_eq!(decided(&world, rules, &[write(path.clone())]), Decision::Prompt);
    let rules = "glob_rule('**/.svn/config', access = 'edit', decision = 'forbidden')\n";
    assert_eq!(decided(&world, rules, &[write(path)]), Decision::Allow);
}

#[test]
fn what_an_expansion_makes_may_stand_behind_a_link() {
    let world = MemoryWorld::new().session("/w").link("/w/k", "/t").directory("/t/x1");
    let rules = "glob_rule('/t/x1/new', access = 'write', decision = 'forbidden')\n";
    let made = PathValue::made(pattern("/w/*/x*"), true);
    assert_eq!(decided(&world, rules, &[write(made)]), Decision::Prompt);
    let changed = PathValue::standing(pattern("/w/*/x*"), true);
    assert_eq!(decided(&world, rules, &[write(changed)]), Decision::Allow);
}

#[test]
fn each_of_several_trees_may_get_files_of_other_commits() {
    let checkout = PathValue { spared: Spared::Commits, ..PathValue::standing(Value::from("/w"), true) };
    let trees = Value::one_of(["/w/d".as_bytes(), b"/w/s"], 9).unwrap();
    let read = Effect { kind: Kind::Read(PathValue::standing(trees, true)), ..write(checkout.clone()) };
    let rules = "deny_read('**/*.pem')\n";
    assert_eq!(decided(&world(), rules, core::slice::from_ref(&read)), Decision::Allow);
    assert_eq!(decided(&world(), rules, &[write(checkout), read]), Decision::Prompt);
}

#[test]
fn a_read_tree_that_cannot_be_looked_at_may_lead_anywhere() {
    let rules = "deny_read('/home/u/.ssh')\n";
    let tree = |top: &str| PathValue::standing(Value::from(top), true);
    let of = |path: PathValue, world: &MemoryWorld| {
        decided(world, rules, &[Effect { kind: Kind::Read(path), ..write(tree("/w")) }])
    };
    let shut = world().unreadable("/w/d/shut");
    assert_eq!(
        (of(tree("/w/d"), &shut), of(tree("/w/s"), &shut), of(tree("/w/d"), &world())),
        (Decision::Prompt, Decision::Allow, Decision::Allow)
    );
    // Nothing can be read of what is not there.
    assert_eq!((of(tree("/w/none"), &world()), of(tree("/home/u/none"), &world())), (Decision::Allow, Decision::Allow));
    // One file is no tree.
    assert_eq!(of(PathValue::file(Value::from("/w/d")), &shut), Decision::Allow);
    let out = world().link("/w/d/k", "/home/u/.ssh").file("/home/u/.ssh/id");
    for value in [Value::from("/w/d"), pattern("/w/d*"), Value::one_of(["/w/s".as_bytes(), b"/w/d"], 9).unwrap()] {
        assert_eq!(of(PathValue::standing(value.clone(), true), &out), Decision::Prompt, "{value:?}");
        let git = PathValue { spared: Spared::Untracked, ..PathValue::standing(value, true) };
        assert_eq!(of(git, &out), Decision::Allow);
    }
    let below = Value::Below { dir: b"/w/d"[..].into(), suffix: b".c"[..].into() };
    assert_eq!(of(PathValue::file(below.clone()), &out), Decision::Prompt);
    assert_eq!(of(PathValue::file(below), &world()), Decision::Allow);
    let effects = vec![write(tree("/w/d"))];
    assert_eq!(
        decided(&out, "glob_rule('/home/u/.ssh', access = 'write', decision = 'forbidden')\n", &effects),
        Decision::Allow
    );
}
