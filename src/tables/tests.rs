use super::{
    encode, source,
    words::{Role, Runs, VariableRole, flags, traits},
    *,
};
use alloc::{vec, vec::Vec};

#[test]
fn rows_of_the_built_in_table_are_found() {
    let t = Tables::built_in();
    assert!(t.len() > 900, "{}", t.len());
    let cat = t.program(b"cat").unwrap();
    assert_eq!(cat.operands().collect::<Vec<_>>(), [(Role::Read, true)]);
    assert!(cat.has(flags::PASSIVE));
    assert!(!t.program(b"grep").unwrap().has(flags::PASSIVE));
    assert_eq!(t.program(b"git push").unwrap().operands().next(), Some((Role::GitRemote, false)));
    assert_eq!(t.program(b"bash").unwrap().runs(), Runs::Shell);
    assert_eq!(t.program(b"egrep").unwrap().operands().count(), 2);
    assert!(t.program(b"no-such-program").is_none());
    assert!(t.program(b"").is_none());
    for program in t.programs() {
        assert_eq!(t.program(program.name()).map(|p| p.name()), Some(program.name()));
        for n in 0..program.option_count() {
            let option = program.option_at(n).unwrap();
            assert_eq!(program.option(option.name), Some(option));
        }
    }
}

#[test]
fn what_is_decoded_is_what_was_encoded() {
    let table = Tables::built_in();
    let rows: Vec<_> = table.programs().map(|program| decode::decode(&program).unwrap()).collect();
    let bytes = encode::encode(&rows, &[]).unwrap();
    let again = Tables::new(&bytes);
    assert_eq!(table.len(), again.len());
    for program in table.programs() {
        let other = again.program(program.name()).unwrap();
        let (one, two) = (decode::decode(&program), decode::decode(&other));
        assert_eq!(alloc::format!("{one:?}"), alloc::format!("{two:?}"));
        assert_eq!(program.flags(), other.flags());
    }
}

#[test]
fn long_options_are_abbreviated_as_gnu_does() {
    let t = Tables::built_in();
    let rm = t.program(b"rm").unwrap();
    let Abbreviated::One(option) = rm.abbreviated(b"--rec") else { panic!() };
    assert_eq!(option.name, b"--recursive");
    assert_ne!(option.traits & traits::RECURSIVE, 0);
    assert_eq!(rm.abbreviated(b"--no-such"), Abbreviated::Nothing);
    let sort = t.program(b"sort").unwrap();
    assert_eq!(sort.abbreviated(b"--r"), Abbreviated::Several);
    let Abbreviated::One(option) = sort.abbreviated(b"--compress-prog") else { panic!() };
    assert_eq!(option.roles[0], Role::FilterProgram);
}

#[test]
fn versions_and_loaders_have_families() {
    let t = Tables::built_in();
    assert_eq!(t.program_by_family(b"python3.12").unwrap().name(), b"python");
    assert_eq!(t.program_by_family(b"lua5.4").unwrap().name(), b"lua");
    assert_eq!(t.program_by_family(b"ld-linux-x86-64.so.2").unwrap().name(), b"ld.so");
    assert!(t.program_by_family(b"cat2").is_none());
    assert!(t.program_by_family(b"").is_none());
}

#[test]
fn variables_are_judged_by_the_longest_name() {
    let t = Tables::built_in();
    assert_eq!(t.variable(b"LC_ALL"), Some(VariableRole::Inert));
    assert_eq!(t.variable(b"GIT_AUTHOR_NAME"), Some(VariableRole::Inert));
    assert_eq!(t.variable(b"GIT_SSH"), Some(VariableRole::Executing));
    assert_eq!(t.variable(b"LD_PRELOAD"), Some(VariableRole::Executing));
    assert_eq!(t.variable(b"CARGO_TERM_COLOR"), Some(VariableRole::Inert));
    assert_eq!(t.variable(b"RUSTFLAGS=-D warnings"), Some(VariableRole::Inert));
    assert_eq!(t.variable(b"RUSTFLAGS=-C linker=x"), None);
    assert_eq!(t.variable(b"GIT_PAGER=cat"), Some(VariableRole::Inert));
    assert_eq!(t.variable(b"X"), None);
}

#[test]
fn a_policy_can_add_rows_before_the_built_in_ones() {
    let rows = [
        serde_json::json!({"name": "cat", "operands": "write*"}),
        serde_json::json!({"name": "mine", "same_as": "cat"}),
    ];
    let bytes = encode::encode(&source::programs(&rows).unwrap(), &[]).unwrap();
    let added: [&[u8]; 1] = [&bytes];
    let t = Tables::built_in().with_added(&added);
    assert_eq!(t.program(b"cat").unwrap().operands().next(), Some((Role::Write, true)));
    assert_eq!(t.program(b"mine").unwrap().operands().next(), Some((Role::Write, true)));
    assert!(t.program(b"grep").is_some());
}

#[test]
fn errors_of_rows_name_row_and_field() {
    for (row, wanted) in [
        (serde_json::json!({"operands": "read"}), "a row has no `name`"),
        (serde_json::json!({"name": "x", "operands": "raed*"}), "`x`: `operands` knows no `raed*`"),
        (serde_json::json!({"name": "x", "colour": 1}), "`x`: there is no field `colour`"),
        (serde_json::json!({"name": "x", "same_as": "y"}), "`x`: `same_as` names `y`, which has no row"),
        (serde_json::json!({"name": "x", "options": {"-a": "reed"}}), "`x`: `-a` has an unknown role `reed`"),
    ] {
        assert_eq!(source::programs(&[row]).unwrap_err(), wanted);
    }
}

/// Uses everything that the reader offers; the result does not matter, only that it comes back.
fn walk(bytes: &[u8]) -> usize {
    let t = Tables::new(bytes);
    let mut seen = 0;
    for name in [&b"cat"[..], b"git push", b"", b"zzz"] {
        let Some(p) = t.program(name) else { continue };
        let _ = (p.runs(), p.style(), p.builtin(), p.no_command(), p.last(), p.default_operand(), p.skip());
        seen += p.operands().count() + p.option_count();
        let _ = (p.option(b"--help"), p.abbreviated(b"--"));
        for n in 0..p.option_count() {
            let _ = p.option_at(n);
        }
    }
    let _ = (t.variable(b"PATH"), t.programs().take(2000).count());
    seen
}

#[test]
fn damaged_tables_never_panic() {
    let rows = [
        serde_json::json!({"name": "cat", "operands": "read*", "flags": "-a -b --help", "options": {"--to": "write?"}}),
        serde_json::json!({"name": "git push", "operands": "git-remote value*", "default_operand": "."}),
    ];
    let variables = [encode::VariableRow { name: "LC_*".into(), role: VariableRole::Inert }];
    let good = encode::encode(&source::programs(&rows).unwrap(), &variables).unwrap();
    assert!(walk(&good) > 0);
    for cut in 0..good.len() {
        walk(&good[..cut]);
    }
    for at in 0..good.len() {
        for value in [0, 1, 0x7f, 0x80, 0xff, good[at] ^ 1, good[at].wrapping_add(4)] {
            let mut bad = good.clone();
            bad[at] = value;
            walk(&bad);
        }
    }
    walk(&vec![0xff; 4096]);
}

proptest::proptest! {
    #[test]
    fn random_bytes_never_panic(tail in proptest::collection::vec(proptest::num::u8::ANY, 0..400)) {
        let mut bytes = b"PXTABLE1".to_vec();
        bytes.extend(tail);
        walk(&bytes);
    }
}
