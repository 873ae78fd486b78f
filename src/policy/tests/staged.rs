//! What git would take: indexes of every form, and what ignore files say.

#![allow(
    clippy::unnecessary_wraps,
    clippy::string_slice,
    reason = "results look like what they are compared with; the names are ASCII"
)]

use crate::effect::{PathValue, Spared, Value};
use crate::policy::staged::paths;
use crate::world::memory::MemoryWorld;
use alloc::{format, string::String, vec::Vec};

const LONG: &str = "a/very/long/name/of/which/much/is/dropped/when/the/next/one/comes/and/then/even/more/of/it/so/that/one/byte/is/not/enough/to/say/how/much/it/was";

/// An entry: its mode, its flags beside the length of the name, and its name.
type Row<'r> = (u32, u16, &'r str);

const FILE: u32 = 0o100_644;
const DIRECTORY: u32 = 0o040_000;
/// More flags follow.
const EXTENDED: u16 = 0x4000;
const ASSUMED_VALID: u16 = 0x8000;

fn header(version: u32, count: u32) -> Vec<u8> {
    [b"DIRC".as_slice(), &version.to_be_bytes(), &count.to_be_bytes()].concat()
}

fn index(version: u32, rows: &[Row<'_>]) -> Vec<u8> {
    let mut bytes = header(version, u32::try_from(rows.len()).unwrap());
    let mut before = "";
    for (mode, flags, name) in rows {
        let start = bytes.len();
        bytes.extend([7; 24]);
        bytes.extend(mode.to_be_bytes());
        bytes.extend([9; 32]);
        let length = u16::try_from(name.len().min(0xfff)).unwrap();
        bytes.extend((flags | length).to_be_bytes());
        if version > 2 && flags & EXTENDED != 0 {
            bytes.extend([0x20, 0]);
        }
        if version == 4 {
            let common = before.bytes().zip(name.bytes()).take_while(|(a, b)| a == b).count();
            bytes.extend(varint(before.len() - common));
            bytes.extend(&name.as_bytes()[common..]);
            bytes.push(0);
            before = name;
        } else {
            bytes.extend(name.bytes());
            bytes.resize(bytes.len() + 8 - (bytes.len() - start) % 8, 0);
        }
    }
    bytes
}

/// As git writes how much is dropped.
fn varint(mut value: usize) -> Vec<u8> {
    let mut bytes = Vec::from([u8::try_from(value & 0x7f).unwrap()]);
    while value > 0x7f {
        value = (value >> 7) - 1;
        bytes.insert(0, 0x80 | u8::try_from(value & 0x7f).unwrap());
    }
    bytes
}

fn extension(signature: &[u8], content: &[u8]) -> Vec<u8> {
    [signature, &u32::try_from(content.len()).unwrap().to_be_bytes(), content].concat()
}

/// The names that are tracked, by this index.
fn tracked(bytes: Vec<u8>) -> Option<Vec<String>> {
    let world = MemoryWorld::new().session("/w").directory("/w/.git").text("/w/.git/index", bytes);
    texts(paths(&world, b"/w", Spared::Untracked, &[]))
}

fn texts(paths: Option<Vec<Vec<u8>>>) -> Option<Vec<String>> {
    let text = |path: Vec<u8>| String::from_utf8(path).unwrap().strip_prefix("/w/").map_or(String::new(), String::from);
    let mut all: Vec<String> = paths?.into_iter().map(text).collect();
    all.sort();
    Some(all)
}

#[allow(clippy::unnecessary_wraps, reason = "as what is held against it has it")]
fn names(rows: &[Row<'_>]) -> Option<Vec<String>> {
    let mut names: Vec<String> = rows.iter().map(|(_, _, name)| String::from(*name)).collect();
    names.sort();
    Some(names)
}

const SUM: [u8; 20] = [5; 20];

#[test]
fn every_name_of_an_index_is_read() {
    let longer = format!("{LONG}/{LONG}");
    let lengths: Vec<String> = (1..20).map(|n| "x".repeat(n)).collect();
    let plain: Vec<Row<'_>> = lengths.iter().map(|name| (FILE, 0, name.as_str())).collect();
    let other: &[Row<'_>] = &[
        (FILE, ASSUMED_VALID, "a"),
        (FILE, 0, LONG),
        (FILE, 0x3000, &longer),
        (0o120_000, 0, "a/w"),
        (0o160_000, 0, "sub"),
        (FILE, 0, "sub1"),
        (FILE, 0, "z/\u{e9}"),
    ];
    let extended: &[Row<'_>] =
        &[(FILE, EXTENDED, "a"), (FILE, 0, "bb"), (FILE, EXTENDED | ASSUMED_VALID, "bbb"), (FILE, 0, LONG)];
    for version in 2..=4 {
        for rows in [&[], plain.as_slice(), other, extended] {
            if version == 2 && rows == extended {
                continue;
            }
            let bytes = [index(version, rows), SUM.to_vec()].concat();
            assert_eq!(tracked(bytes), names(rows), "version {version}: {rows:?}");
        }
    }
}

#[test]
fn an_index_of_another_form_says_nothing() {
    let rows: &[Row<'_>] = &[(FILE, 0, "a"), (FILE, 0, "b/c")];
    for version in [0, 1, 5] {
        assert_eq!(tracked([index(version, rows), SUM.to_vec()].concat()), None, "version {version}");
    }
    let whole = [index(2, rows), SUM.to_vec()].concat();
    assert_eq!(tracked([b"DIRK", &whole[4..]].concat()), None);
    // A directory that stands for all that is in it.
    for at in 0..2 {
        let mut sparse = [(FILE, 0, "a"), (FILE, 0, "b")];
        sparse[at].0 = DIRECTORY;
        assert_eq!(tracked([index(3, &sparse), SUM.to_vec()].concat()), None, "{at}");
    }
    // Cut before the end of the last entry.
    let entries = index(2, rows).len();
    for length in [0, 3, 8, 11, 12, 40, 74, entries - 8] {
        assert_eq!(tracked(whole[..length].to_vec()), None, "{length} bytes");
    }
    assert_eq!(tracked([header(2, 3), whole[12..].to_vec()].concat()), None);
    // More is dropped than there is.
    let mut dropped = index(4, &[(FILE, 0, "a")]);
    dropped[12 + 62] = 1;
    assert_eq!(tracked([dropped, SUM.to_vec()].concat()), None);
    let endless = [header(4, 1), [7; 62].to_vec(), [0xff; 40].to_vec(), b"\0a\0".to_vec()].concat();
    assert_eq!(tracked([endless, SUM.to_vec()].concat()), None);
}

#[test]
fn what_stands_behind_the_entries_counts_as_far_as_it_names_files() {
    let rows: &[Row<'_>] = &[(FILE, 0, "a"), (FILE, 0, "b/c")];
    let with = |parts: &[Vec<u8>]| tracked([index(2, rows), parts.concat()].concat());
    let (tree, sum) = (extension(b"TREE", b"link12345678"), SUM.to_vec());
    assert_eq!(with(&[tree.clone(), sum.clone()]), names(rows));
    assert_eq!(with(&[extension(b"TREE", &[b"link".as_slice(), &[0; 40]].concat()), sum.clone()]), names(rows));
    for split in [b"link", b"sdir"] {
        let split = extension(split, b"x");
        assert_eq!(with(&[split.clone(), sum.clone()]), None);
        assert_eq!(with(&[tree.clone(), split.clone(), sum.clone()]), None);
        assert_eq!(with(&[extension(b"TREE", b""), split.clone(), sum.clone()]), None);
        // The shortest that there can be.
        assert_eq!(with(&[extension(&split[..4], b""), sum.clone()]), None);
        // This is the sum of all.
        assert_eq!(with(&[tree.clone(), [&split[..4], &[0; 16]].concat()]), names(rows));
    }
    assert_eq!(with(&[extension(b"EOIE", &[0xff; 4]), [0xff; 20].to_vec()]), names(rows));
}

/// A repository with an index that tracks `tracked.log` and `build/in`.
fn repository() -> MemoryWorld {
    let files =
        ["tracked.log", "x.log", "a.txt", "build/in", "build/out", "build/deep/o", "src/a.c", "src/a.o", "other/b"];
    let world = files.iter().fold(MemoryWorld::new().session("/w"), |world, file| world.file(format!("/w/{file}")));
    world.directory("/w/.git").tracked("/w", &["tracked.log", "build/in"])
}

fn added(world: &MemoryWorld, top: &str, writes: &[&PathValue]) -> Option<Vec<String>> {
    texts(paths(world, top.as_bytes(), Spared::Ignored, writes))
}

#[allow(clippy::unnecessary_wraps, reason = "as what is held against it has it")]
fn list(names: &[&str]) -> Option<Vec<String>> {
    Some(names.iter().map(|name| String::from(*name)).collect())
}

#[test]
fn what_is_not_ignored_is_taken() {
    let world = repository().text("/w/.gitignore", "*.log\n/build\n*.o\n");
    assert_eq!(
        added(&world, "/w", &[]),
        list(&[".gitignore", "a.txt", "build/in", "other/b", "src/a.c", "tracked.log"])
    );
    assert_eq!(added(&world, "/w/src", &[]), list(&["src/a.c"]));
    // An ignored directory of which something is tracked is looked into, any other is not.
    assert_eq!(added(&world, "/w/build/deep", &[]), list(&["build/deep/o"]));
    assert_eq!(added(&repository().text("/w/.gitignore", "/src\n"), "/w/src", &[]), list(&[]));
    assert_eq!(added(&world, "/w/none", &[]), list(&[]));
    assert_eq!(added(&world, "/w/a.txt", &[]), list(&["a.txt"]));
    assert_eq!(added(&world, "/w/x.log", &[]), list(&[]));
    let linked = world.clone().link("/w/k", "/etc").link("/w/k.o", "/etc");
    assert_eq!((added(&linked, "/w/k", &[]), added(&linked, "/w/k.o", &[])), (list(&["k"]), list(&[])));
    assert_eq!(added(&world.unreadable("/w/bad"), "/w/bad", &[]), None);
}

#[test]
fn an_ignore_file_may_ignore_itself_and_what_it_takes_back_has_to_fit() {
    let world = MemoryWorld::new().session("/w").directory("/w/.git").text("/w/d/.gitignore", "*\n");
    assert_eq!(added(&world, "/w", &[]), list(&[]));
    // The pattern for directories takes back no file.
    let world = world.file("/w/x").text("/w/.gitignore", "x\n!x/\n");
    assert_eq!(added(&world, "/w", &[]), list(&[".gitignore"]));
}

#[test]
fn the_exclusions_of_the_repository_count_and_those_of_others_do_not() {
    let world = repository().text("/w/.git/info/exclude", "other\n").text("/w/src/.gitignore", "*.o\n*.log\n/deep\n");
    assert_eq!(
        added(&world, "/w", &[]),
        list(&[
            "a.txt",
            "build/deep/o",
            "build/in",
            "build/in",
            "build/out",
            "src/.gitignore",
            "src/a.c",
            "tracked.log",
            "tracked.log",
            "x.log"
        ])
    );
}

#[test]
fn a_call_that_writes_ignore_files_makes_everything_possible() {
    let world = repository();
    let write = |value: Value| PathValue::made(value, false);
    for (value, unknown) in [
        (Value::from("/w/src/.gitignore"), true),
        (Value::from("/w/.git/info/exclude"), true),
        (Value::ANY_WORD, true),
        (Value::from("/w/src/gitignore"), false),
    ] {
        let write = write(value.clone());
        assert_eq!(added(&world, "/w", &[&write]).is_none(), unknown, "{value:?}");
        // The index alone says what is tracked.
        assert!(paths(&world, b"/w", Spared::Untracked, &[&write]).is_some());
    }
}

#[test]
fn only_a_text_of_usual_size_is_an_ignore_file() {
    let padded = |size: usize| repository().text("/w/.gitignore", format!("{}\n*.log\n", "#".repeat(size)));
    let taken = |world: MemoryWorld| added(&world, "/w", &[]).unwrap().contains(&"x.log".into());
    assert!(!taken(padded(250 * 1024)));
    assert!(taken(padded(256 * 1024)));
}

#[test]
fn a_work_tree_has_its_index_elsewhere() {
    let elsewhere = MemoryWorld::new().tracked("/main", &["a", "b"]);
    let with = |text: &str| {
        texts(paths(&elsewhere.clone().session("/w").text("/w/.git", text), b"/w", Spared::Untracked, &[]))
    };
    assert_eq!(with("gitdir: /main/.git\n"), list(&["a", "b"]));
    assert_eq!(with("gitdir: /main/none\n"), list(&[]));
    assert_eq!(with("/main/.git\n"), None);
    let new = MemoryWorld::new().session("/w");
    assert_eq!(texts(paths(&new, b"/w", Spared::Untracked, &[])), list(&[]));
    assert_eq!(texts(paths(&new.unreadable("/w/.git"), b"/w", Spared::Untracked, &[])), None);
}
