//! What a hostile or careless policy costs: an error that names the file, soon.

use prexec::rules::Loader;
use std::time::{Duration, Instant};

/// A second in a release build; the interpreter is some twenty times slower without optimisation.
const SOON: Duration = Duration::from_secs(if cfg!(debug_assertions) { 60 } else { 1 });

/// The text does not load, for a reason that holds these words, and soon.
fn refused(text: &str, reason: &str) {
    let shown: String = text.chars().take(60).collect();
    let start = Instant::now();
    let outcome = Loader::new().load_text("hostile.rules", text);
    let took = start.elapsed();
    let found = match outcome {
        Ok(_) => panic!("`{shown}` loads"),
        Err(diagnostics) => diagnostics.to_string(),
    };
    assert!(found.starts_with("hostile.rules:"), "`{shown}`: {found}");
    assert!(found.contains(reason), "`{shown}`: {found}");
    assert!(took < SOON, "`{shown}` took {took:?}");
}

#[test]
fn endless_work_is_ended() {
    for text in [
        "for i in range(10000000):\n    pass\n",
        "def f():\n    for i in range(10000):\n        for j in range(10000):\n            pass\nf()\n",
        "x = [i for i in range(10000000)]\n",
        "x = [1 for i in range(10000) for j in range(10000)]\n",
        "def f(n):\n    return 1\nfor i in range(5000000):\n    f(i)\n",
    ] {
        refused(text, "takes more than 1000000 steps");
    }
    refused("def f():\n    f()\nf()\n", "call one another more than 50 deep");
    refused("def f(n):\n    g(n)\ndef g(n):\n    f(n)\nf(1)\n", "call one another more than 50 deep");
    refused("range(2000000000)\n", "longer than 10000000");
    refused("range(2147483647, -2147483647, -1)\n", "longer than 10000000");
}

#[test]
fn huge_values_are_refused() {
    refused("x = 'x' * 2000000000\n", "`*` would make 2000000000 bytes");
    refused("x = 2000000000 * 'x'\n", "`*` would make 2000000000 bytes");
    refused("x = [0] * 1000000000\n", "`*` would make");
    refused("x = (1, 2) * 1000000000\n", "`*` would make");
    refused("x = [('x' * 1000000) * 1000000 for i in range(9)]\n", "`*` would make");
    refused("x = 'x' * 8589934592\n", "integer");
    refused("x = 1 << 1000000000\n", "shift");
    refused("x = 'x'\nfor i in range(60):\n    x = x + x\n", "holds more than 64 MiB");
    refused("x = 'x'\ndef f(x):\n    for i in range(60):\n        x += x\nf(x)\n", "holds more than 64 MiB");
    refused("def f():\n    x = [1]\n    for i in range(60):\n        x += x\nf()\n", "holds more than 64 MiB");
    refused("def f():\n    x = [1]\n    for i in range(60):\n        x.extend(x)\nf()\n", "holds more than 64 MiB");
    refused(
        "def f():\n    x = 'x'\n    for i in range(60):\n        x = '%s%s' % (x, x)\nf()\n",
        "holds more than 64 MiB",
    );
    refused("x = list(range(9000000))\nprefix_rule(['git'])\n", "holds more than 64 MiB");
}

#[test]
fn deep_text_is_refused_before_it_is_parsed() {
    let many = 1_000_000 / 2;
    for (text, what) in [
        ("(".repeat(2 * many), "brackets"),
        (format!("x = {}1{}", "[".repeat(many - 10), "]".repeat(many - 10)), "lists"),
        (format!("x = {}1{}", "{1:".repeat(9000), "}".repeat(9000)), "dicts"),
        (format!("x = {}1", "not ".repeat(100_000)), "not"),
        (format!("x = {}1", "-".repeat(100_000)), "minus"),
        (format!("x = {}1", "~".repeat(100_000)), "tilde"),
        (format!("x = {}1", "+".repeat(100_000)), "plus"),
        (format!("x = a{}", ".b".repeat(100_000)), "dots"),
        (format!("x = a{}", "()".repeat(100_000)), "calls"),
        (format!("x = a{}", "[0]".repeat(100_000)), "indices"),
        (format!("x = {}1", "1 if 1 else ".repeat(50_000)), "conditional"),
        (format!("x = {}1", "1+".repeat(100_000)), "sum"),
        (format!("x = {}1", "1 and ".repeat(100_000)), "and"),
        (format!("x = {}1", "lambda: ".repeat(50_000)), "lambda"),
        (format!("x = {}1", "lambda a, b: ".repeat(50_000)), "lambda with parameters"),
        (format!("x = {}1", "lambda a=lambda: 1, b=2: ".repeat(20_000)), "lambda in lambda"),
        (format!("x = [1{}]", " for a, b in c".repeat(50_000)), "comprehension"),
        (format!("if a: pass\n{}", "elif a: pass\n".repeat(50_000)), "elif"),
        (format!("if a:\n  pass\n{}", "elif a:\n  pass\n".repeat(50_000)), "elif blocks"),
        ((0..1300).map(|i| " ".repeat(i) + "if 1:\n").collect::<String>(), "indentation"),
        (format!("x: {}int = 1", "list[".repeat(50_000)), "types"),
        (format!("x = {}1{}", "f'{".repeat(5_000), "}'".repeat(5_000)), "f-strings"),
        (format!("x = {}1{}", "f\"{(".repeat(5_000), ")}\"".repeat(5_000)), "f-strings and brackets"),
    ] {
        assert!(text.len() <= 1 << 20, "{what}");
        refused(&text, "nests deeper than 250");
    }
}

#[test]
fn brackets_in_strings_and_comments_do_not_count() {
    let brackets = "(".repeat(100_000);
    let text =
        format!("x = \"{brackets}\"\n# {brackets}\ny = '''{brackets}'''\nz = r'{brackets}'\nw = \"\\\"{brackets}\"\n");
    Loader::new().load_text("a.rules", &text).unwrap();
}

#[test]
fn many_statements_are_not_deep() {
    let rules = "prefix_rule(pattern = [\"git\", [\"push\", \"fetch\"]], decision = \"prompt\")\n".repeat(10_000);
    let loaded = Loader::new().load_text("a.rules", &rules).unwrap();
    assert_eq!(loaded.policy.layers[0].prefix_rules.len(), 10_000);
    let blocks = "for i in [1]:\n    if i:\n        pass\n    elif 1:\n        pass\n".repeat(1000);
    Loader::new().load_text("a.rules", &blocks).unwrap();
    let list = format!("x = [{}]\n", "f(1, -1, not 2, [3], {4: 5}),\n".repeat(10_000));
    Loader::new().load_text("a.rules", &("def f(*a):\n    return 1\n".to_owned() + &list)).unwrap();
}

#[test]
fn text_of_the_depth_that_is_allowed_does_not_run_off_the_stack() {
    let depth = prexec::rules::NESTING_DEPTH - 10;
    for text in [
        format!("x = {}1{}\n", "[".repeat(depth), "]".repeat(depth)),
        format!("x = {}1{}\n", "(".repeat(depth), ")".repeat(depth)),
        format!("x = {}1{}\n", "{1:".repeat(depth), "}".repeat(depth)),
        format!("x = {}1\n", "not ".repeat(depth)),
        format!("x = {}1\n", "1 + ".repeat(depth)),
        format!("x = {}1\n", "1 * ".repeat(depth)),
        format!("x = {}1\n", "1 if 1 else ".repeat(depth)),
        format!("x = {}1\n", "lambda: ".repeat(depth)),
        format!("x = [1{}]\n", " for a in [1]".repeat(depth / 2)),
        format!("if 0: pass\n{}", "elif 0: pass\n".repeat(depth)),
        (0..depth).map(|i| " ".repeat(i) + "if 1:\n").collect::<String>() + &" ".repeat(depth) + "pass\n",
        (0..depth / 2).map(|i| " ".repeat(i) + "for i in [1]:\n").collect::<String>()
            + &" ".repeat(depth / 2)
            + "pass\n",
        (0..depth).map(|i| " ".repeat(i) + "def f():\n").collect::<String>() + &" ".repeat(depth) + "pass\n",
        format!("x = {}1{}\n", "f'{".repeat(depth / 2 - 1), "}'".repeat(depth / 2 - 1)),
    ] {
        let shown: String = text.chars().take(30).collect();
        if let Err(diagnostics) = Loader::new().load_text("a.rules", &text) {
            panic!("`{shown}`: {diagnostics}");
        }
    }
}

#[test]
fn files_are_bounded() {
    let text = "#".repeat((1 << 20) + 1);
    refused(&text, "larger than 1024 KiB");
}

#[test]
fn findings_are_bounded() {
    let found = Loader::new().load_text("a.rules", &"prefix_rule()\n".repeat(3_000)).unwrap_err();
    assert_eq!(found.len(), 1001);
    assert!(found.to_string().contains("there are more than 1000 findings"));
    assert!(found.render(false).len() < 1_000_000);
    let found =
        Loader::new().load_text("a.rules", &format!("fail('x' * 1000000)\n{} = 1", "y".repeat(100_000))).unwrap_err();
    assert!(found.to_string().len() < 1000);
}
