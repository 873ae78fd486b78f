//! Whether a bare name may stand for another program than the one that is meant.

use super::{nothing, pattern, write};
use crate::effect::{Effect, PathValue, Value};
use crate::policy::Scene;
use crate::world::memory::MemoryWorld;
use alloc::{vec, vec::Vec};

/// A machine whose `/usr/bin`, which is not the account's, has the program.
fn world(search: &str) -> MemoryWorld {
    let world = MemoryWorld::new().session("/w/p").home("/home/u").repository("/w/p", &[]).environment("PATH", search);
    world.fixed("/usr/bin").program("/usr/bin/git").directory("/opt/own").fixed("/opt/fixed")
}

fn shadowed(world: &MemoryWorld, effects: &[Effect]) -> bool {
    shadowed_in(world, effects, &[])
}

fn shadowed_in(world: &MemoryWorld, effects: &[Effect], directories: &[Vec<u8>]) -> bool {
    let policy = nothing();
    let scene = Scene::at(&policy, world, b"/w/p", effects, directories);
    let answer = scene.is_shadowed(b"git");
    assert_eq!(scene.is_shadowed(b"git"), answer, "it is looked up once");
    answer
}

#[test]
fn what_stands_first_on_the_search_path_counts() {
    for (search, files, expected) in [
        ("/usr/bin", &[][..], false),
        ("/opt/own:/usr/bin", &[], false),
        ("/opt/none:/usr/bin", &[], false),
        // The account may have put it there.
        ("/opt/own:/usr/bin", &["/opt/own/git"], true),
        ("/opt/own:/usr/bin", &["/opt/own/other"], false),
        ("/opt/fixed:/usr/bin", &["/opt/fixed/git"], false),
        // The only one is the one that is meant.
        ("/opt/own", &["/opt/own/git"], false),
        ("/opt/own:/opt/none", &["/opt/own/git"], false),
        ("/usr/bin:/opt/own", &["/opt/own/git"], false),
        // In the workspace one is enough.
        ("/w/p/bin", &["/w/p/bin/git"], true),
        ("/w/p/bin:/usr/bin", &["/w/p/bin/other"], false),
        ("/w/other:/usr/bin", &["/w/other/other"], false),
        ("bin:/usr/bin", &["/w/p/bin/git"], true),
        ("bin:/usr/bin", &["/w/p/bin/other"], false),
        ("/usr/bin:bin", &["/w/p/bin/git"], false),
        (":/usr/bin", &["/w/p/git"], true),
        ("./x/..:/usr/bin", &["/w/p/git"], true),
    ] {
        let world = files.iter().fold(world(search), MemoryWorld::file);
        assert_eq!(shadowed(&world, &[]), expected, "{search} {files:?}");
    }
    let unset = MemoryWorld::new().session("/w/p");
    assert!(!shadowed(&unset, &[]));
}

#[test]
fn a_relative_entry_leads_from_every_directory_of_the_call() {
    let world = world("bin:/usr/bin").file("/w/q/bin/git");
    assert!(!shadowed(&world, &[]));
    assert!(shadowed_in(&world, &[], &[b"/w/q".to_vec()]));
}

#[test]
fn a_search_path_with_too_many_entries_makes_no_name_certain() {
    let with = |entries: usize| shadowed(&world(&vec!["/none"; entries].join(":")), &[]);
    assert_eq!((with(128), with(129), with(140)), (false, true, true));
}

#[test]
fn what_the_call_writes_counts() {
    let value = |text: &str| Value::from(text);
    let affix = |suffix: &str| Value::Affix { prefix: b"/x"[..].into(), suffix: suffix.as_bytes().into() };
    let below = |dir: &str, suffix: &str| Value::Below { dir: dir.as_bytes().into(), suffix: suffix.as_bytes().into() };
    let made = PathValue::made;
    let standing = PathValue::standing;
    for (path, expected) in [
        (made(value("/opt/own/git"), false), true),
        (made(value("/opt/own/other"), false), false),
        (made(value("/opt/own"), false), false),
        (made(value("/opt/own"), true), true),
        (made(value("/opt"), true), true),
        (made(value("/opt/own/git/x"), true), false),
        (made(value("/w/p/bin/git"), false), true),
        (made(value("/w/p"), true), true),
        // The same that stands there is changed: names do not come to it, but the file itself does.
        (standing(value("/opt/own"), true), false),
        (standing(value("/usr/bin/git"), false), true),
        // What is known in part may be it, where a file of the name can come to stand there at all.
        (made(Value::ANY_WORD, false), true),
        (made(Value::ANY_WORD, true), true),
        (made(affix("/git"), false), true),
        (made(affix("/gitx"), false), false),
        (made(affix("/../y"), false), true),
        (made(affix("/y"), true), true),
        (made(below("/opt", "git"), false), true),
        (made(below("/opt", "x"), false), false),
        (made(below("/srv", "git"), false), false),
        (made(pattern("/opt/*/git"), false), true),
        (made(pattern("/srv/*"), false), false),
        (made(pattern("/srv/*/../x"), false), true),
        (made(below("/usr/bin", "git"), false), false),
        (standing(below("/usr/bin", "git"), false), true),
        (standing(below("/opt", "git"), false), false),
        (standing(Value::ANY_WORD, false), true),
    ] {
        let effects = [write(path.clone())];
        assert_eq!(shadowed(&world("/opt/own:bin:/usr/bin"), &effects), expected, "{path:?}");
        // Without a search path no name is looked for along it.
        assert!(!shadowed(&MemoryWorld::new().session("/w/p"), &effects), "{path:?}");
    }
}
