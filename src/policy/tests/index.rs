//! What is left out because it cannot match never matches: the index over many globs, and compiled policies.

use super::{known, pattern, write};
use crate::compiled::{self, Choice, Origin, Role};
use crate::decision::Decision;
use crate::effect::{Effect, Kind, PathValue, Value};
use crate::policy::paths::literal_directory;
use crate::policy::{Policy, Scene, decide};
use crate::rules::Loader;
use crate::world::memory::MemoryWorld;
use alloc::{format, string::String, vec, vec::Vec};

/// Rules that are never near, enough for an index.
fn far() -> String {
    let rule = |n| format!("deny_read(['/srv/far{n}', '~/far{n}', './q/far{n}', '**/*.far{n}'])\n");
    (0..40).map(rule).collect()
}

fn load(text: &str) -> Policy {
    Loader::new().load_text("t.rules", text).unwrap().policy
}

fn reopened(policy: &Policy) -> Policy {
    let origin = Origin { role: Role::Named, sources: Vec::new(), facts: Vec::new(), gate: None };
    let choice = Choice { policy: policy.clone(), ..Choice::default() };
    compiled::open(compiled::write(&[], &choice, &origin).unwrap()).unwrap().policy
}

/// What a rule decides: alone, among many, and compiled, which must be the same.
fn decided(world: &MemoryWorld, rule: &str, effects: &[Effect]) -> Decision {
    let (alone, among) = (load(rule), load(&(far() + rule)));
    let compiled = [reopened(&alone), reopened(&among)];
    let answer = |policy: &Policy| decide(policy, effects, &Scene::new(policy, world, b"/w", effects)).decision();
    let expected = answer(&alone);
    assert_eq!(answer(&among), expected, "among others: {rule} {effects:?}");
    assert_eq!(compiled.each_ref().map(answer), [expected; 2], "compiled: {rule} {effects:?}");
    expected
}

fn read(path: PathValue) -> Effect {
    Effect { kind: Kind::Read(path), ..write(known("/w")) }
}

fn tree(path: &str) -> PathValue {
    PathValue::standing(Value::from(path), true)
}

fn world() -> MemoryWorld {
    let files = ["/w/d/a.key", "/w/d/x", "/w/e/b", "/w/É/x", "/w/f/É.key"];
    files.iter().fold(MemoryWorld::new().session("/w"), MemoryWorld::file)
}

fn at_home() -> MemoryWorld {
    world().home("/home/u").file("/home/u/.ssh/id")
}

#[test]
fn a_tree_has_the_rules_of_what_stands_in_it() {
    let rule = "deny_read(['**/*.key', './e/b'])\n";
    let answers = ["/w/d", "/w/e", "/w/É", "/w", "/w/none"].map(|top| decided(&at_home(), rule, &[read(tree(top))]));
    let (allow, prompt) = (Decision::Allow, Decision::Prompt);
    assert_eq!(answers, [prompt, prompt, allow, prompt, allow]);
    assert_eq!(decided(&at_home(), "deny_read('/w')\n", &[read(tree("/w/e"))]), Decision::Deny);
    assert_eq!(decided(&at_home(), "deny_read('/w/e/b/c')\n", &[read(tree("/w/e"))]), allow);
    assert_eq!(decided(&at_home(), "deny_read('~/.ssh')\n", &[read(tree("/home/u"))]), prompt);
    assert_eq!(decided(&at_home(), rule, &[read(PathValue::file(pattern("/w/d/*")))]), prompt);
    assert_eq!(decided(&at_home(), rule, &[read(PathValue::file(pattern("/w/d/?")))]), allow);
    let out = at_home().link("/w/e/k", "/srv/t").file("/srv/t/b");
    let expansion = PathValue::standing(pattern("/w/e/*"), true);
    assert_eq!(decided(&at_home(), rule, &[read(expansion.clone())]), prompt);
    assert_eq!(decided(&at_home(), "deny_read('**/*.key')\n", &[read(expansion.clone())]), allow);
    // What a link among the names leads to is looked at as well.
    assert_eq!(decided(&out, "deny_read('**/*.key')\n", &[read(expansion.clone())]), allow);
    assert_eq!(decided(&out.file("/srv/t/x.key"), "deny_read('**/*.key')\n", &[read(expansion)]), prompt);
    let out = at_home().link("/w/e/k", "/home/u/.ssh");
    assert_eq!(decided(&out, "deny_read('~/.ssh')\n", &[read(tree("/w/e"))]), prompt);
}

#[test]
fn a_tree_that_grows_may_hold_anything() {
    let made = |path: &str| write(PathValue::made(Value::from(path), true));
    let rule = "glob_rule('**/*.new', access = ['read', 'write'], decision = 'forbidden')\n";
    assert_eq!(decided(&at_home(), rule, &[made("/w/e")]), Decision::Prompt);
    assert_eq!(decided(&at_home(), rule, &[write(tree("/w/e"))]), Decision::Allow);
    // Of a copy what is copied counts, whatever stands there now; and nobody knows what a tree will hold that does not stand yet.
    let copied = PathValue { like: Some(b"/w/d".to_vec()), ..tree("/w/e") };
    let keys = "glob_rule('**/*.key', access = ['read', 'write'], decision = 'forbidden')\n";
    assert_eq!(decided(&at_home(), keys, &[write(copied.clone())]), Decision::Prompt);
    assert_eq!(decided(&at_home(), rule, &[write(copied)]), Decision::Allow);
    assert_eq!(decided(&at_home(), rule, &[read(PathValue::made(Value::from("/w/e"), true))]), Decision::Prompt);
    let reading = "deny_read('**/*.new')\n";
    assert_eq!(decided(&at_home(), reading, &[made("/w/e"), read(tree("/w/e"))]), Decision::Prompt);
    assert_eq!(decided(&at_home(), reading, &[made("/w/d"), read(tree("/w/e"))]), Decision::Allow);
}

#[test]
fn where_case_is_ignored_letters_outside_ascii_may_be_any() {
    for (rule, top) in [("deny_read('/w/é/x')\n", "/w/É"), ("deny_read('**/é.key')\n", "/w/f")] {
        assert_eq!(decided(&at_home(), rule, &[read(tree(top))]), Decision::Allow, "{rule}");
        assert_ne!(decided(&at_home().caseless("/w"), rule, &[read(tree(top))]), Decision::Allow, "{rule}");
    }
    let file = [read(known("/w/É/x"))];
    assert_eq!(decided(&at_home(), "deny_read('/w/é/x')\n", &file), Decision::Allow);
    assert_ne!(decided(&at_home().caseless("/w"), "deny_read('/w/é/x')\n", &file), Decision::Allow);
    let empty = at_home().directory("/w/Ö");
    assert_eq!(decided(&empty, "deny_read('/w/ö')\n", &[read(tree("/w/Ö"))]), Decision::Allow);
    assert_ne!(decided(&empty.caseless("/w"), "deny_read('/w/ö')\n", &[read(tree("/w/Ö"))]), Decision::Allow);
    let caseless = at_home().caseless("/w");
    assert_eq!(decided(&caseless, "deny_read('**/.env')\n", &[read(known("/w/.ENV"))]), Decision::Deny);
    assert_eq!(decided(&caseless, "deny_read('**/*.KEY')\n", &[read(tree("/w/d"))]), Decision::Prompt);
    assert_eq!(decided(&caseless, "deny_read('**/*.KEYS')\n", &[read(tree("/w/d"))]), Decision::Allow);
    assert_eq!(decided(&at_home(), "deny_read('**/.env')\n", &[read(known("/w/.ENV"))]), Decision::Allow);
}

#[test]
fn without_a_home_its_rules_may_speak_of_any_path() {
    let rule = "deny_read('~/.ssh')\n";
    for path in [known("/x/.ssh/id"), tree("/w/e")] {
        assert_eq!(decided(&at_home(), rule, &[read(path.clone())]), Decision::Allow, "{path:?}");
    }
    for path in ["/x/.ssh/id", "/x/y"] {
        assert_ne!(decided(&world(), rule, &[read(known(path))]), Decision::Allow, "{path}");
    }
    let odd = world().file("/w/e/.ssh/id");
    assert_ne!(decided(&odd, rule, &[read(tree("/w/e"))]), Decision::Allow);
}

#[test]
fn a_rule_that_came_after_the_index_counts() {
    let (mut policy, more) = (load(&far()), load("deny_read('**/a.key')\n"));
    let effects = [read(known("/w/d/a.key"))];
    let world = at_home();
    let answer = |policy: &Policy| decide(policy, &effects, &Scene::new(policy, &world, b"/w", &effects)).decision();
    assert_eq!(answer(&policy), Decision::Allow);
    policy.layers[0].glob_rules.push(more.layers[0].glob_rules[0].clone());
    assert_eq!(answer(&policy), Decision::Deny);
    policy.layers[0].make_index();
    assert_eq!(answer(&policy), Decision::Deny);
}

#[test]
fn the_directory_of_an_expansion_is_what_is_written_plainly() {
    let of = |text: &str| {
        literal_directory(text.as_bytes())
            .map(|(dir, start)| [dir, start].map(|part| String::from_utf8(part.to_vec()).unwrap()))
    };
    let is = |dir: &str, start: &str| Some([String::from(dir), String::from(start)]);
    for (text, expected) in [
        ("/a/b*", is("/a", "/a/b")),
        ("/a/b/*", is("/a/b", "/a/b/")),
        ("/a/b/?/c", is("/a/b", "/a/b/")),
        ("/a/b/*/../c", None),
        ("/a/../b/*", is("/a/../b", "/a/../b/")),
        ("/*", None),
        ("/a*", None),
        ("a/b*", None),
        ("/a/b", None),
    ] {
        assert_eq!(of(text), expected, "{text}");
    }
    assert_eq!(vec![of("/a/{b,c}"), of("/a/\\*")], [is("/a", "/a/"), is("/a", "/a/")]);
}
