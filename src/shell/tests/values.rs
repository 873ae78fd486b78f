//! What words become where something in them is not known.

use super::super::{Limits, parse, tree::Node, words};
use crate::effect::{Form, Value};
use std::{format, string::String, vec::Vec};

struct State;

impl words::State for State {
    fn get(&self, name: &[u8]) -> Option<Value> {
        match name {
            b"k" => Some(Value::from("v")),
            b"e" => Some(Value::from("")),
            b"s" => Some(Value::from("a b")),
            b"g" => Some(Value::from("*.c")),
            b"n" => Some(Value::Unknown { may_split: false, may_be_empty: true, form: Form::Digits }),
            b"t" => Some(Value::Set([b"x".into(), b"y".into()].into())),
            _ => None,
        }
    }

    fn home(&self, name: &[u8]) -> Option<Value> {
        name.is_empty().then(|| Value::from("/h"))
    }
}

fn show(value: &Value) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    match value {
        Value::Known(bytes) => text(bytes),
        Value::Set(all) => all.iter().map(|one| text(one)).collect::<Vec<_>>().join("|"),
        Value::Affix { prefix, suffix } => format!("{}<..>{}", text(prefix), text(suffix)),
        Value::Below { dir, suffix } => format!("{}/<..>{}", text(dir), text(suffix)),
        Value::Pattern(bytes) => format!("glob {}", text(bytes)),
        Value::Name(bytes) => format!("name {}", text(bytes)),
        Value::Unknown { form: Form::Digits, may_be_empty: true, .. } => "<digits?>".into(),
        Value::Unknown { may_split: false, .. } => "<word>".into(),
        Value::Unknown { may_be_empty: false, .. } => "<words+>".into(),
        Value::Unknown { .. } => "<words>".into(),
    }
}

#[test]
fn arguments() {
    for (script, expected) in [
        ("$u", &["<words>"][..]),
        ("\"$u\"", &["<word>"]),
        ("\"$u/.env\"", &["<..>/.env"]),
        ("\"a$u\"b", &["a<..>b"]),
        ("$u/.env", &["<words+>"]),
        ("$k ${k}x \"$k\"", &["v", "vx", "v"]),
        ("$e a$e \"$e\"", &["a", ""]),
        ("$s", &["<words>"]),
        ("\"$s\"", &["a b"]),
        ("$n $n''", &["<digits?>", "<word>"]),
        ("$g \"$g\"", &["glob *.c", "*.c"]),
        ("$t -$t", &["x|y", "-x|-y"]),
        ("\"$@\" \"$*\" \"${a[@]}\"", &["<words>", "<word>", "<words>"]),
        ("$(a) \"$(a)\" x$(a) \"x$(a)\"", &["<words>", "<word>", "<words+>", "x<..>"]),
        ("$((1+1)) a$((1))b", &["2", "a1b"]),
        ("<(a)", &["/dev/fd/<..>"]),
        ("x<(a)", &["x<..>"]),
        (".en? 'a*'* [x]", &["glob .en?", "glob a\\**", "glob [x]"]),
        ("[ x[ ']'", &["[", "x[", "]"]),
        ("@(a|b)", &["glob @(a|b)"]),
        ("~ ~/x ~u ~u/y '~'", &["/h", "/h/x", "<word>", "<..>/y", "~"]),
        ("if=~/x", &["if=/h/x"]),
        ("{a,b$k}c {a,b$k}/c", &["ac", "<words+>", "a/c", "bv/c"]),
        ("{1..3}{a,b}", &["1a", "1b", "2a", "2b", "3a", "3b"]),
        ("{1..1000000000}", &["<words>"]),
        ("{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}", &["<words>"]),
        ("$k{1,2}", &["<words>", "<words>"]),
        ("{$,x}HOME", &["<words>"]),
        ("$k[1] \"$k[1]\" $k:h \"$k:/x\" \"$k:l\"", &["<words>", "<words>", "<words>", "v:/x", "<words>"]),
        ("${u:-x} ${k:-x} ${e:-x} ${k:+y}", &["<words>", "v", "x", "y"]),
        ("\"${!k}\" ${k@P} ${k^^} ${a[0]}", &["<words>", "<words>", "V", "<words>"]),
        ("${x!}", &["<words>"]),
        ("$'a\\0b'c", &["ac"]),
    ] {
        let tree = parse(&format!("p {script}"), &Limits::default()).unwrap();
        let Node::Simple(simple) = &tree.get(tree.root().unwrap()).unwrap().node else { panic!("{script}") };
        let found: Vec<String> =
            words::expand_all(&simple.words[1..], &State).iter().map(|word| show(&word.value)).collect();
        assert_eq!(found, expected, "{script}");
    }
}

#[test]
fn values_and_targets() {
    for (script, expected) in [
        ("x=$s", "a b"),
        ("x=*.c", "*.c"),
        ("x=~/a:~/b", "/h/a:/h/b"),
        ("x=$u/.env", "<..>/.env"),
        ("x={a,b}", "{a,b}"),
        ("x=", ""),
        ("x=\"$@\"", "<word>"),
    ] {
        let tree = parse(script, &Limits::default()).unwrap();
        let Node::Simple(simple) = &tree.get(tree.root().unwrap()).unwrap().node else { panic!("{script}") };
        let super::super::tree::AssignedValue::Scalar(word) = &simple.assignments[0].value else { panic!("{script}") };
        assert_eq!(show(&words::value(word, &State)), expected, "{script}");
    }
    for (script, expected) in [
        (">f", "f"),
        (">$k/f", "v/f"),
        (">$s", "a b"),
        (">$u/.env", "<..>/.env"),
        ("<.en?", "glob .en?"),
        (">$g", "<word>"),
        (">{a,b}", "<word>"),
        (">~/f", "/h/f"),
        ("<<E\na $k $u\nE", "a v <..>\n"),
        ("<<'E'\na $k\nE", "a $k\n"),
    ] {
        let tree = parse(script, &Limits::default()).unwrap();
        let Node::Simple(simple) = &tree.get(tree.root().unwrap()).unwrap().node else { panic!("{script}") };
        assert_eq!(show(&words::target(&simple.redirections[0].target, &State).value), expected, "{script}");
    }
}
