use super::format;
use crate::rules::{Loader, embedded};
use proptest::prelude::*;
use std::{format as text, string::String, vec::Vec};

#[track_caller]
fn becomes(before: &str, after: &str) {
    let written = format("a.rules", before).unwrap_or_else(|d| panic!("{before}: {}", d.message));
    assert_eq!(written, after);
    assert_eq!(format("a.rules", &written).unwrap(), written, "a second time");
}

#[test]
fn blanks_and_lines() {
    becomes("", "");
    becomes("\n\n# a\n\n\n\n# b\nx=1\n\n\ny  =  2  # c", "# a\n\n# b\nx = 1\n\ny = 2  # c\n");
    becomes("prefix_rule( [ 'ls' , ] ,decision='allow')\n", "prefix_rule(['ls'], decision = 'allow')\n");
    becomes(
        "x = [1,-2, a-b, (3,), {'k' :v}, l[1:2], l[-1], f (x) , not(y)]\n",
        "x = [1, -2, a - b, (3,), {'k': v}, l[1:2], l[-1], f(x), not (y)]\n",
    );
    becomes(
        "def f(a,b=1,*args,**kw):\n  # in\n  if a :\n     return [ x for x in b if x!=a ]\n  # end\n  return (a\n    +b)\nf(1)\n",
        "def f(a, b = 1, *args, **kw):\n    # in\n    if a:\n        return [x for x in b if x != a]\n    # end\n    return (a + b)\nf(1)\n",
    );
    becomes("x = lambda a,b:a+b\ny = x . z\n", "x = lambda a, b: a + b\ny = x.z\n");
}

#[test]
fn brackets_that_were_broken_stay_so() {
    becomes(
        "f(\n  a = 1, b = [\n 'x',\n\n   # why\n   'y' # z\n  ])\n",
        "f(\n    a = 1,\n    b = [\n        'x',\n\n        # why\n        'y',  # z\n    ],\n)\n",
    );
    becomes("f( # first\n a)\n", "f(\n    # first\n    a,\n)\n");
    becomes("f(\n)\nx = [ # none\n]\n", "f()\nx = [\n    # none\n]\n");
    becomes("f(*a,\n  # c\n **b)\n", "f(\n    *a,\n    # c\n    **b,\n)\n");
}

#[test]
fn long_lines_are_broken() {
    let long = "a".repeat(60);
    becomes(&text!("f(['{long}'], x = '{long}')\n"), &text!("f(\n    ['{long}'],\n    x = '{long}',\n)\n"));
    let many: Vec<String> = (0..30).map(|n| text!("\"word-{n}\"")).collect();
    let written = format("a", &text!("f(match = [{}])\n", many.join(","))).unwrap();
    assert!(written.starts_with("f(\n    match = [\"word-0\", \"word-1\", "), "{written}");
    assert!(written.lines().all(|line| line.len() <= 120), "{written}");
    assert!(written.lines().nth(2).unwrap().starts_with("             \"word-"), "{written}");
    assert_eq!(format("a", &written).unwrap(), written);
}

#[test]
fn what_is_no_policy_is_refused() {
    for text in ["f(", "f('a)", "if x:\ny = 1\n", "x = = 1"] {
        assert!(format("a.rules", text).is_err(), "{text}");
    }
    assert!(format("a.rules", &("(".repeat(100_000) + &")".repeat(100_000))).is_err());
}

/// What a policy says, without where.
fn said(name: &str, text: &str) -> Vec<String> {
    let tiers = ["open", "standard", "sensitive"].map(|tier| text!("tier(\"{tier}\", paths = [\"/{tier}/*\"])\n"));
    let text = if name == "packs/tiers.rules" { tiers.concat() + text } else { text.into() };
    let loaded = Loader::new().load_text(name, &text).unwrap_or_else(|d| panic!("{name}: {d}"));
    let rules =
        loaded.rules.into_iter().map(|rule| text!("{:?}", crate::rules::RuleNote { place: String::new(), ..rule }));
    rules.chain(loaded.policy.layers.iter().map(|layer| text!("{:?}", layer.defaults))).collect()
}

#[test]
fn shipped_policies_say_the_same_afterwards() {
    for (name, before) in embedded::POLICIES {
        let after = format(name, before).unwrap_or_else(|d| panic!("{name}: {}", d.message));
        assert_eq!(format(name, &after).unwrap(), after, "{name} a second time");
        assert_eq!(said(name, before), said(name, &after), "{name}");
    }
}

/// Parts of a policy, in text that parses.
fn statement() -> impl Strategy<Value = String> {
    let word = prop_oneof!["[a-z]{1,12}", "[a-z -]{30,60}"].prop_map(|word| text!("\"{word}\""));
    let gap = prop_oneof![Just(""), Just(" "), Just("\n"), Just("\n\n"), Just(" # c\n"), Just("\n  # d\n")];
    let list = (proptest::collection::vec((word.clone(), gap.clone()), 1..12), gap.clone(), any::<bool>()).prop_map(
        |(words, first, comma)| {
            let words: Vec<String> = words.into_iter().map(|(word, gap)| text!("{word}{gap}")).collect();
            text!("[{first}{}{}]", words.join(","), if comma { "," } else { "" })
        },
    );
    let expression = prop_oneof![
        word.clone(),
        list.clone(),
        (list.clone(), list.clone()).prop_map(|(a, b)| text!("{a}+{b}")),
        (word.clone(), list.clone()).prop_map(|(k, v)| text!("{{{k}:{v}}}")),
        list.clone().prop_map(|l| text!("[x for x in {l}]")),
        list.clone().prop_map(|l| text!("({l})")),
        list.prop_map(|l| text!("({l},)")),
        (0..9, 0..9).prop_map(|(a, b)| text!("-{a} - -{b}*{a}")),
    ];
    let call = (proptest::collection::vec(("[a-e]", expression.clone(), gap.clone()), 1..5), gap).prop_map(
        |(arguments, first)| {
            // No name twice.
            let mut seen = std::collections::BTreeSet::new();
            let arguments: Vec<String> = arguments
                .into_iter()
                .filter(|(name, ..)| seen.insert(name.clone()))
                .map(|(name, value, gap)| text!("{name}={value}{gap}"))
                .collect();
            text!("f({first}{})", arguments.join(","))
        },
    );
    prop_oneof![
        call.clone(),
        expression.clone().prop_map(|e| text!("x={e}")),
        (call, expression).prop_map(|(c, e)| text!("def g(a,b = {e}):\n  # in\n  return {c}")),
    ]
}

proptest! {
    #[test]
    fn any_text_keeps_its_meaning_and_is_written_one_way(all in proptest::collection::vec(statement(), 1..5)) {
        let text = all.join("\n\n\n") + "\n";
        // The formatter itself compares the trees and the comments.
        let written = format("a.rules", &text).map_err(|d| TestCaseError::fail(text!("{}\n{text}", d.message)))?;
        let again = format("a.rules", &written).map_err(|d| TestCaseError::fail(d.message))?;
        prop_assert_eq!(again, written);
    }
}
