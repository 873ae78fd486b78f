//! The inputs: what breaks other shell parsers, and floods and nestings of everything that the line follows.

use std::fmt::Write as _;

/// A command that the embedded posture denies.
pub(crate) const HOT: &str = "cat .env";

/// What a script must get.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// Some answer: nothing in it is protected.
    Answer,
    /// Anything but allow: something protected runs, or it cannot be read.
    NotAllow,
    /// A deny, because of a limit or because of what is protected.
    Deny,
}

/// A name, a script and what it must get.
pub(crate) type Input = (&'static str, String, Wanted);

pub(crate) fn all() -> Vec<Input> {
    [parsers(), floods(), nestings(), work(), globs()].into_iter().flatten().collect()
}

/// `text` that many times.
fn many(text: &str, times: usize) -> String {
    text.repeat(times)
}

/// One text for each number.
fn each(times: usize, text: impl Fn(usize) -> String) -> String {
    (0..times).map(text).collect()
}

/// `open` and `close` that many times around what is denied.
fn around(open: &str, times: usize, close: &str) -> String {
    [many(open, times).as_str(), HOT, &many(close, times)].concat()
}

/// Inputs that overflow the stack of published shell parsers, or keep them busy for ever.
fn parsers() -> Vec<Input> {
    use Wanted::{Answer, Deny, NotAllow};
    vec![
        ("24 open parentheses", many("(", 24), NotAllow),
        ("100 open substitutions", many("$(", 100), NotAllow),
        ("100 substitutions", around("$(", 100, ")"), NotAllow),
        ("1,000 substitutions", around("$(", 1000, ")"), NotAllow),
        ("800 coproc", [&many("coproc ", 800), HOT].concat(), NotAllow),
        ("800 time", [&many("time ", 800), HOT].concat(), NotAllow),
        ("10,000 coproc", [&many("coproc ", 10_000), HOT].concat(), NotAllow),
        ("10,000 time", [&many("time ", 10_000), HOT].concat(), NotAllow),
        ("2,000 open groups", many("{ ", 2000), NotAllow),
        ("8,000 parentheses in a condition", ["[[ ", &many("( ", 8000)].concat(), NotAllow),
        ("50,000 semicolons", [&many("a;", 50_000), HOT].concat(), NotAllow),
        ("50,000 ands", [&many("a&&", 50_000), HOT].concat(), NotAllow),
        ("100,000 semicolons", [&many("a;", 100_000), HOT].concat(), Deny),
        ("100,000 minus signs", format!("echo $(({}1)); {HOT}", many("- ", 100_000)), NotAllow),
        ("80,000 open subscripts", many("a[", 80_000), NotAllow),
        ("1,000 here-documents on a line", [&many("<<E ", 1000), "\n", &many("E\n", 1000), HOT].concat(), NotAllow),
        ("9,000 here-documents on a line", [&many("<<E ", 9000), "\n", &many("E\n", 9000), HOT].concat(), NotAllow),
        ("200,000 parentheses", many("(", 200_000), NotAllow),
        ("here-documents without an end", [&many("cat <<E\n", 20_000), HOT].concat(), Answer),
        ("backslashes", [&many("\\", 200_000), "\n", HOT].concat(), NotAllow),
    ]
}

/// Very many of one thing.
fn floods() -> Vec<Input> {
    use Wanted::{Answer, Deny, NotAllow};
    vec![
        ("20,000 commands before one", [&many("true;", 20_000), HOT].concat(), Deny),
        ("12,000 commands before one", [&many("true;", 12_000), HOT].concat(), Deny),
        ("1 MB of commands", [&many("true\n", 200_000), HOT].concat(), Deny),
        ("9 MB of commands", [&many("true\n", 1_800_000), HOT].concat(), Deny),
        ("9 MB in one word", ["echo ", &many("a", 9_000_000), ";", HOT].concat(), Deny),
        ("a comment of 200 KB", ["#", &many("a", 200_000), "\n", HOT].concat(), Deny),
        ("a word of 200 KB", ["echo ", &many("a", 200_000), ";", HOT].concat(), Deny),
        ("a path of 200 KB", ["cat /", &many("a/", 100_000), ";", HOT].concat(), Deny),
        ("a path of dots", ["cat ", &many("../", 60_000), ".env"].concat(), NotAllow),
        ("paths of 4 KB", [&many(&["cat /", &many("a/", 2000), "\n"].concat(), 60), HOT].concat(), Deny),
        ("100,000 words", ["echo ", &many("a ", 100_000), ";", HOT].concat(), NotAllow),
        ("60,000 operands", ["cat ", &many("a ", 60_000), ".env"].concat(), NotAllow),
        ("25,000 variables", [&each(25_000, |n| format!("v{n}=1;")), HOT].concat(), NotAllow),
        ("50,000 assignments", [&many("a=1;", 50_000), HOT].concat(), NotAllow),
        ("50,000 words of assignments", [&many("a=1 ", 50_000), HOT].concat(), NotAllow),
        ("20,000 appended values", [&many("a=$a$a;", 20_000), HOT].concat(), NotAllow),
        ("30 doubled values", ["a=aaaaaaaa;", &many("a=$a$a;", 30), "cat $a;", HOT].concat(), NotAllow),
        (
            "30 replacements",
            ["a=", &many("b", 1000), ";", &many("a=${a//b/bbbbbbbbbb};", 30), "cat $a;", HOT].concat(),
            NotAllow,
        ),
        (
            "doubled alternatives",
            ["for i in {a..z}; do x=$i$i$i;", &many("x=$x$x;", 30), "cat $x; done;", HOT].concat(),
            NotAllow,
        ),
        (
            "calls with a long word",
            ["for i in {a..z}; do f(){ cat ${i}", &many("b", 100_000), "; };", &many("f;", 3000), "done;", HOT]
                .concat(),
            NotAllow,
        ),
        (
            "calls with a long name",
            ["f(){ cat $i", &many("b", 100_000), "; };", &many("f;", 3000), HOT].concat(),
            NotAllow,
        ),
        ("braces of a long word", ["cat {1..200}", &many("b", 200_000), ";", HOT].concat(), NotAllow),
        ("an array of 100,000", ["a=(", &many("b ", 100_000), ");", HOT].concat(), NotAllow),
        (
            "a case of 20,000 arms",
            ["case $x in ", &each(20_000, |n| format!("{n})a;;")), "esac;", HOT].concat(),
            NotAllow,
        ),
        ("a case of 60,000 patterns", ["case $x in ", &many("a|", 60_000), "b) :;; esac;", HOT].concat(), NotAllow),
        ("20,000 elif", ["if a;then b;", &many("elif a;then b;", 15_000), "fi;", HOT].concat(), NotAllow),
        ("a pipeline of 60,000", [&many("a|", 60_000), HOT].concat(), NotAllow),
        ("a pipeline of 2,000 with one", [&many("a|", 2000), HOT].concat(), Deny),
        ("20,000 in the background", [&many("a&", 20_000), HOT].concat(), NotAllow),
        ("20,000 functions", [&each(15_000, |n| format!("f{n}(){{ a;}};")), HOT].concat(), NotAllow),
        ("5,000 here-documents", [&many("cat <<E\n$(b)\nE\n", 5000), HOT].concat(), NotAllow),
        ("a here-document of 200 KB", ["cat <<E\n", &many("a $b\n", 40_000), "E\n", HOT].concat(), Deny),
        ("a program fed by 200 KB", ["bash <<'E'\n", &many("a\n", 60_000), HOT, "\nE\n"].concat(), NotAllow),
        ("20,000 redirections", ["a ", &many(">b ", 20_000), ";", HOT].concat(), NotAllow),
        ("10,000 inner scripts", [&many("bash -c a;", 10_000), HOT].concat(), NotAllow),
        ("20,000 changed directories", [&many("cd a;", 20_000), HOT].concat(), NotAllow),
        ("20,000 directories that may be", [&many("cd a||", 20_000), HOT].concat(), NotAllow),
        ("pushd and popd", [&many("pushd a;popd;", 9000), HOT].concat(), NotAllow),
        ("a positional list", ["set -- ", &many("a ", 50_000), ";", &many("shift;", 5000), HOT].concat(), NotAllow),
        ("nothing but newlines", many("\n", 250_000), Answer),
        ("quotes", [&many("''", 100_000), ";", HOT].concat(), NotAllow),
        ("parameters", ["echo ", &many("$a", 80_000), ";", HOT].concat(), NotAllow),
        ("empty substitutions", ["echo ", &many("$()", 60_000), ";", HOT].concat(), NotAllow),
        ("ten brace words", ["echo ", &many("{a,b,c,d,e,f,g,h,i,j}", 10), ";", HOT].concat(), NotAllow),
        ("a brace product of a path", ["cat ", &many("{a,b}", 40), ".env"].concat(), NotAllow),
        ("a long sequence", "cat {1..999999999} .env".to_string(), NotAllow),
        ("sequences of sequences", format!("cat {}.env", many("{1..9999}", 20)), NotAllow),
    ]
}

/// Every construct within itself.
fn nestings() -> Vec<Input> {
    let forms: [(&'static str, &str, &str); 20] = [
        ("subshells", "( ", " )"),
        ("groups", "{ ", ";}"),
        ("substitutions", "$(", ")"),
        ("quoted substitutions", "\"$(", ")\""),
        ("ifs", "if ", ";then a;fi"),
        ("thens", "if a;then ", ";fi"),
        ("whiles", "while a;do ", ";done"),
        ("untils", "until ", ";do a;done"),
        ("fors", "for i in a b;do ", ";done"),
        ("arithmetic fors", "for((;;)); do ", ";done"),
        ("selects", "select i in a;do ", ";done"),
        ("cases", "case a in a) ", ";;esac"),
        ("functions", "f(){ ", ";}"),
        ("co-processes", "coproc { ", ";}"),
        ("process substitutions", "a <(", ")"),
        ("default values", "echo ${a:-$(", ")}"),
        ("arithmetic", "echo $((a[$(", ")]))"),
        ("conditions", "[[ $(", ") ]]"),
        ("arrays", "a=($(", "))"),
        ("negations", "! { ", ";}"),
    ];
    let mut all = Vec::new();
    for (name, open, close) in forms {
        for times in [3, 7, 12, 20, 24, 100, 5000] {
            all.push((name, around(open, times, close), Wanted::NotAllow));
        }
    }
    let mut quoted = String::from(HOT);
    for _ in 0..12 {
        quoted = format!("bash -c '{}'", quoted.replace('\'', r"'\''"));
        if quoted.len() > 200_000 {
            break;
        }
        all.push(("bash -c in bash -c", quoted.clone(), Wanted::NotAllow));
    }
    all.push(("eval eval", [&many("eval ", 20_000), HOT].concat(), Wanted::NotAllow));
    for wrapper in ["env ", "sudo ", "nice ", "command ", "xargs ", "timeout 1 ", "find . -exec "] {
        all.push(("wrappers in wrappers", [&many(wrapper, 10_000), HOT].concat(), Wanted::NotAllow));
        all.push(("wrappers in wrappers", [&many(wrapper, 5), HOT].concat(), Wanted::NotAllow));
    }
    all
}

/// Short scripts that take very long to follow step by step.
fn work() -> Vec<Input> {
    use Wanted::{Deny, NotAllow};
    let calls = |times: usize, body: &dyn Fn(usize) -> String| {
        let mut script = format!("f0(){{ {HOT};}};");
        for n in 1..=times {
            let _ = write!(script, "f{n}(){{ {};}};", body(n - 1));
        }
        let _ = write!(script, "f{times}");
        script
    };
    let copies = |open: &str, body: &str, close: &str, times: usize| {
        (0..times).fold(String::from(HOT), |inner, _| format!("{open}{}{close}", body.replace('@', &inner)))
    };
    vec![
        ("functions that call twice", calls(40, &|n| format!("f{n};f{n}")), Deny),
        ("functions that call twice, 20", calls(20, &|n| format!("f{n};f{n}")), Deny),
        ("functions that call ten times", calls(8, &|n| [many(&format!("f{n};"), 9), format!("f{n}")].concat()), Deny),
        ("functions in substitutions", calls(30, &|n| format!("a $(f{n}) $(f{n})")), Deny),
        ("functions in loops", calls(20, &|n| format!("for i in a;do f{n};done")), Deny),
        ("mutual recursion", format!("f(){{ g;g;}};g(){{ f;f;{HOT};}};f"), NotAllow),
        ("recursion", format!("f(){{ f;f;f;{HOT};}};f"), NotAllow),
        ("a function that redefines itself", format!("f(){{ f(){{ f;f;{HOT};}};f;f;}};f"), NotAllow),
        (
            "many bodies of one name",
            [&each(2000, |n| format!("a&&f(){{ b{n};}};")), &many("f;", 2000), HOT].concat(),
            NotAllow,
        ),
        (
            "loops that change",
            ["for i in a b;do cd $i;x=$x$i;", &many("for i in a b;do cd $i;x=$x$i;", 11), HOT, &many(";done", 12)]
                .concat(),
            NotAllow,
        ),
        ("whiles that change", [&many("while cd a;do x=$x;", 12), HOT, &many(";done", 12)].concat(), NotAllow),
        ("conditions that loop", copies("while ", "@;do @", ";done", 9), NotAllow),
        ("ifs in ifs", copies("if ", "@;then @;else @", ";fi", 7), NotAllow),
        ("eval of a variable", ["a='eval $a;eval $a';", "eval $a;", HOT].concat(), NotAllow),
        (
            "loops of wide variables",
            [
                &each(1000, |n| format!("v{n}=1;")),
                "for i in a b;do ",
                &each(3000, |n| format!("v{}=$i;", n % 1000)),
                "done;",
                HOT,
            ]
            .concat(),
            NotAllow,
        ),
        (
            "functions with many variables",
            [
                &each(500, |n| format!("v{n}=1;")),
                "f(){ ",
                &each(100, |n| format!("v{n}=2;")),
                "};",
                &many("f;", 1500),
                HOT,
            ]
            .concat(),
            NotAllow,
        ),
        (
            "branches of wide variables",
            [&each(1000, |n| format!("v{n}=1;")), &each(4000, |n| format!("if a;then v{}=$a;fi;", n % 1000)), HOT]
                .concat(),
            NotAllow,
        ),
        ("trap and eval", [&many("trap 'eval a' EXIT;", 4000), HOT].concat(), NotAllow),
    ]
}

/// Paths of which only a part is known, against every rule.
fn globs() -> Vec<Input> {
    use Wanted::NotAllow;
    let rich = "/[a-z]*/?[!x]*/{a,b}*[0-9]*/**/*k?y*";
    vec![
        ("stars", ["cat ", &many("*a", 100)].concat(), Wanted::Answer),
        ("stars and slashes", ["cat ", &many("/*a*", 500)].concat(), NotAllow),
        ("2,000 patterns", [&each(2000, |n| format!("cat *{n}*;")), HOT].concat(), NotAllow),
        ("1,000 rich patterns", each(1000, |n| format!("cat {rich}{n}*;")), NotAllow),
        ("10,000 patterns of one command", ["cat ", &each(10_000, |n| format!("*{n}*.env ")), HOT].concat(), NotAllow),
        ("2,000 affixes", each(2000, |n| format!("cat a{n}$x.env;")), NotAllow),
        ("classes", ["cat ", &many("[a-z]", 2000)].concat(), Wanted::Answer),
        ("stars in a row below a tree", ["rsync -a s", &many("*", 100), "s /tmp/x"].concat(), Wanted::Answer),
        ("groups in a row below a tree", ["rsync -a s", &many("@(a)", 100), "s /tmp/x"].concat(), Wanted::Answer),
        ("extended patterns", ["cat ", &many("+(a|", 20), "b", &many(")", 20)].concat(), NotAllow),
        ("15,000 files", ["cat ", &each(15_000, |n| format!("f{n} ")), ".env"].concat(), NotAllow),
        ("5,000 removals", [&each(5000, |n| format!("rm -rf a{n};")), HOT].concat(), NotAllow),
        ("2,000 hosts", each(2000, |n| format!("curl https://h{n}.example.com/;")), NotAllow),
    ]
}
