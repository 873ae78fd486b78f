//! The languages themselves are the judges: programs that are put together at random and found clean are executed under a hook
//! that sees every file, process, connection and piece of code. `PREXEC_FUZZ` says how many are made.

use super::*;
use std::{
    env, eprintln,
    io::Write as _,
    process::{Command as Process, Stdio},
};

/// Numbers from a seed, the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % sides
    }

    fn of<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all[self.roll(all.len())]
    }
}

/// An expression by rules in which `E` is another expression, `A` an attribute and `V` an atom.
fn expression(dice: &mut Dice, depth: usize, shapes: &[&str], atoms: &[&str], attributes: &[&str]) -> String {
    if depth == 0 {
        return dice.of(atoms).into();
    }
    let mut out = String::new();
    for part in dice.of(shapes).chars() {
        match part {
            'E' => out.push_str(&expression(dice, depth - 1, shapes, atoms, attributes)),
            'A' => out.push_str(dice.of(attributes)),
            'V' => out.push_str(dice.of(atoms)),
            c => out.push(c),
        }
    }
    out
}

fn programs(language: &'static str, seed: u64, make: impl Fn(&mut Dice) -> String) -> Vec<String> {
    let count: usize = env::var("PREXEC_FUZZ").ok().and_then(|n| n.parse().ok()).unwrap_or(4_000);
    let mut dice = Dice(seed);
    let all: Vec<String> = (0..count).map(|_| make(&mut dice)).collect();
    let clean: Vec<String> = all
        .iter()
        .filter(|code| {
            let program = analyse(language, code.as_bytes(), None);
            program.doubt.is_none() && program.acts.is_empty()
        })
        .cloned()
        .collect();
    eprintln!("{language}: {} of {} programs are clean", clean.len(), all.len());
    assert!(clean.len() * 100 > all.len(), "the programs are too odd to say anything");
    clean
}

/// Executes the programs; `None` where the language is not installed.
fn execute(command: &[&str], programs: &[String]) -> Option<String> {
    let mut process = Process::new(command[0])
        .args(&command[1..])
        .current_dir(env::temp_dir())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .map_err(|e| eprintln!("{} cannot be executed, nothing is compared: {e}", command[0]))
        .ok()?;
    let text = serde_json::to_string(programs).unwrap();
    process.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let out = process.wait_with_output().unwrap();
    Some(String::from_utf8_lossy(&out.stdout).into_owned())
}

fn assert_nothing_was_seen(seen: Option<String>) {
    let Some(seen) = seen else { return };
    assert!(seen.ends_with("done\n"), "the judge did not come to its end: {seen}");
    assert_eq!(seen, "done\n", "clean programs did something");
}

const PYTHON_JUDGE: &str = r#"
import sys, json, signal, io, os
import re, math, random, string, base64, hashlib, textwrap, collections, functools, itertools, datetime, operator, _strptime
programs = json.load(sys.stdin)
out = sys.stdout
watching = False
seen = []
HARMLESS = ("object.__getattr__", "builtins.id", "array.__new__", "sys._getframe", "os.listdir", "os.scandir", "os.walk", "time.sleep")
LIBRARY = tuple(p for p in sys.path if p)
def hook(event, args):
    global watching
    if not watching or event in HARMLESS or event == "import":
        return
    if event == "open" and isinstance(args[0], str) and args[0].startswith(LIBRARY):
        return
    if event in ("compile", "exec", "marshal.loads") and importing():
        return
    watching = False
    seen.append((event, repr(args)[:80]))
    watching = True
def importing():
    frame = sys._getframe()
    while frame:
        if "importlib" in frame.f_code.co_filename:
            return True
        frame = frame.f_back
    return False
def late(*_):
    raise TimeoutError
signal.signal(signal.SIGALRM, late)
sys.addaudithook(hook)
sys.setrecursionlimit(300)
for program in programs:
    try:
        code = compile(program, "<program>", "exec")
    except (SyntaxError, ValueError):
        continue
    sys.stdout, sys.stderr, sys.stdin = io.StringIO(), io.StringIO(), io.StringIO("a b\n1\n")
    space = {"__name__": "__main__"}
    run = type(hook)(code, {**space, "__builtins__": __builtins__})
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.5)
        watching = True
        run()
        signal.setitimer(signal.ITIMER_REAL, 0)
    except BaseException:
        pass
    signal.setitimer(signal.ITIMER_REAL, 0)
    watching = False
    for one in seen:
        print(repr(program), one, file=out)
    seen.clear()
print("done", file=out)
out.flush()
os._exit(0)
"#;

#[test]
fn python_does_nothing_in_programs_that_are_clean() {
    let shapes = [
        "V",
        "V",
        "V.A",
        "V.A(E)",
        "V(E)",
        "V(E, E)",
        "E.A",
        "E.A(E)",
        "E[E]",
        "[E, E]",
        "(E)",
        "(E, E)",
        "{E: E}",
        "f\"{E}\"",
        "f'{V.A}{V!r}'",
        "lambda x: E",
        "[E for x in E]",
        "E + E",
        "E % E",
        "E(E)",
        "E if E else E",
        "map(E, E)",
        "(lambda x: E)(E)",
        "\"{} {0}\".format(E)",
        "\"{0.A}\".format(E)",
        "sorted(E, key=E)",
        "functools.reduce(E, E)",
        "print(E)",
        "str(E)",
        "type(E)",
        "operator.itemgetter(E)(E)",
        "list(E)",
        "(x := E)",
        "functools.partial(E, E)",
        "next(iter(E))",
        "\"x\" \"y\".A(E)",
    ];
    let atoms = [
        "x",
        "y",
        "1",
        "2",
        "\"a\"",
        "'b c'",
        "b\"x\"",
        "None",
        "[]",
        "{}",
        "()",
        "print",
        "len",
        "str",
        "int",
        "list",
        "dict",
        "type",
        "object",
        "sorted",
        "map",
        "json.dumps",
        "json.loads",
        "json",
        "re.sub",
        "re.compile(\"a\")",
        "os.getcwd()",
        "os.path.join",
        "os",
        "sys.argv",
        "sys.stdout",
        "sys.stdin",
        "sys",
        "math.pi",
        "math.sqrt",
        "datetime.datetime.now()",
        "random.random()",
        "open",
        "eval",
        "exec",
        "getattr",
        "__import__",
        "os.system",
        "os.environ",
        "\"/etc/passwd\"",
        "\"os\"",
        "\"__class__\"",
        "\"id\"",
        "collections.Counter(\"ab\")",
        "collections.deque([1])",
        "hashlib.md5(b\"\")",
        "base64.b64encode(b\"x\")",
        "globals",
        "vars",
        "string.Template(\"$x\")",
        "io.StringIO(\"x\")",
        "itertools.chain([1])",
        "textwrap.dedent",
        "operator.add",
        "functools.lru_cache",
        "codecs.encode",
        "codecs.decode",
        "csv.reader([\"a\"])",
        "shlex.split(\"a\")",
        "urllib.parse.quote",
        "urllib.parse.urlparse(\"/a\")",
    ];
    let attributes = [
        "upper",
        "join",
        "split",
        "format",
        "append",
        "items",
        "get",
        "pop",
        "read",
        "write",
        "close",
        "group",
        "encode",
        "decode",
        "copy",
        "replace",
        "system",
        "open",
        "__class__",
        "__globals__",
        "__init__",
        "mro",
        "f_globals",
        "tb_frame",
        "update",
        "sub",
        "buffer",
        "now",
        "strftime",
        "hexdigest",
        "elements",
        "substitute",
        "name",
        "gi_frame",
        "cache_info",
        "args",
        "index",
        "popen",
        "modules",
        "translate",
        "maketrans",
        "fromkeys",
        "real",
        "pattern",
        "rotate",
        "geturl",
        "writerow",
        "remove",
        "unlink",
        "strptime",
    ];
    let make = |dice: &mut Dice| {
        let mut code = String::from(
            "import os, sys, json, re, math, random, string, base64, hashlib, textwrap, collections, functools, itertools\n\
             import datetime, operator, io, codecs, csv, shlex, urllib.parse\nx = [1, 2]\ny = \"ab\"\n",
        );
        for _ in 0..=dice.roll(2) {
            let depth = 1 + dice.roll(3);
            let line = expression(dice, depth, &shapes, &atoms, &attributes);
            code.push_str(dice.of(&["x = ", "y = ", "print(", "", "assert ", "for y in "]));
            code.push_str(&line);
            code.push_str(dice.of(&["\n", "\n", ")\n", ": print(y)\n"]));
        }
        code
    };
    let clean = programs("python", 0x9e37_79b9_7f4a_7c15, make);
    assert_nothing_was_seen(execute(&["python3", "-I", "-c", PYTHON_JUDGE], &clean));
}

const NODE_JUDGE: &str = r#"
let text = ""; process.stdin.setEncoding("utf8");
process.stdin.on("data", d => text += d);
process.stdin.on("end", () => {
  const vm = require("vm"); const programs = JSON.parse(text);
  globalThis.require = require;
  const write = process.stdout.write.bind(process.stdout);
  const log = s => write(s);
  for (const m of ["log", "error", "warn", "info", "debug", "table", "dir", "trace", "group", "time", "timeEnd", "count", "assert"]) console[m] = (...a) => { for (const x of a) { try { String(x) } catch (e) { check(e) } } };
  let now = "";
  const bad = [];
  const check = e => { if (e && (e.code === "ERR_ACCESS_DENIED" || (e.name === "EvalError"))) bad.push(JSON.stringify(now) + " " + e.message) };
  process.on("unhandledRejection", check); process.on("uncaughtException", check);
  const exit = process.exit; process.exit = () => { throw new Error("exit") };
  process.stdout.write = process.stderr.write = () => true;
  for (now of programs) { try { vm.runInThisContext("{" + now + "}", { timeout: 500 }) } catch (e) { check(e) } }
  setTimeout(() => { for (const b of bad) log(b + "\n"); log("done\n"); exit(0) }, 50);
});
"#;

#[test]
fn node_does_nothing_in_programs_that_are_clean() {
    let shapes = [
        "V",
        "V",
        "V.A",
        "V.A(E)",
        "V(E)",
        "V(E, E)",
        "E.A",
        "E.A(E)",
        "E[1]",
        "E[E]",
        "[E, E]",
        "(E)",
        "({a: E})",
        "`${E}`",
        "x => E",
        "(E).A(E)",
        "E + E",
        "E / 2",
        "(function(x) { return E })(E)",
        "(({A}) => A)(E)",
        "E ? E : E",
        "E?.A",
        "typeof E",
        "new V(E)",
        "E[\"A\"]",
        "({...E})",
        "((x) => E)(E)",
        "[...E]",
        "E.map(E)",
        "JSON.stringify(E)",
        "Object.entries(E)",
        "({[E]: E})",
        "E.A`x`",
    ];
    let atoms = [
        "x",
        "y",
        "1",
        "\"a\"",
        "null",
        "[]",
        "({})",
        "/a/g",
        "console.log",
        "JSON.parse",
        "Math.max",
        "Math",
        "Object.keys",
        "Object",
        "Array",
        "Array.from",
        "String",
        "Date",
        "Map",
        "Set",
        "Promise",
        "process.argv",
        "process.env",
        "process",
        "process.cwd()",
        "path.basename",
        "path.join",
        "fs",
        "fs.readFileSync",
        "require(\"fs\")",
        "require",
        "eval",
        "Function",
        "globalThis",
        "this",
        "setTimeout",
        "os.EOL",
        "new Date()",
        "new Map()",
        "Buffer.from(\"a\")",
        "\"constructor\"",
        "\"return process\"",
        "\"__proto__\"",
        "util.inspect",
        "url.parse",
        "crypto.randomUUID()",
        "async () => 1",
        "function() {}",
        "Symbol",
        "Error",
        "RegExp",
        "process.stdout",
        "process.stdin",
        "console",
    ];
    let attributes = [
        "length",
        "map",
        "join",
        "split",
        "constructor",
        "prototype",
        "toString",
        "then",
        "get",
        "set",
        "push",
        "replace",
        "__proto__",
        "call",
        "apply",
        "bind",
        "readFileSync",
        "exec",
        "test",
        "keys",
        "entries",
        "a",
        "parent",
        "mainModule",
        "binding",
        "caller",
        "stdout",
        "on",
        "write",
        "end",
        "filter",
        "reduce",
        "at",
        "slice",
        "valueOf",
        "toJSON",
        "stack",
        "find",
        "concat",
        "flat",
        "require",
        "main",
    ];
    let make = |dice: &mut Dice| {
        let mut code = String::from("let x = [1, 2]; let y = \"ab\"; ");
        for _ in 0..=dice.roll(2) {
            let depth = 1 + dice.roll(3);
            code.push_str(dice.of(&["x = ", "y = ", "console.log(", "", "const {a} = ", "for (const z of "]));
            code.push_str(&expression(dice, depth, &shapes, &atoms, &attributes));
            code.push_str(dice.of(&["; ", "; ", "); ", ") console.log(z); "]));
        }
        code
    };
    let clean = programs("node", 0x2545_f491_4f6c_dd1d, make);
    let confined = ["node", "--experimental-permission", "--disallow-code-generation-from-strings", "-e", NODE_JUDGE];
    assert_nothing_was_seen(execute(&confined, &clean));
}

#[test]
fn the_judges_see_what_programs_do() {
    let python = [
        "open('/etc/hostname')",
        "eval('1')",
        "import os; os.system('true')",
        "import subprocess; subprocess.run(['true'])",
    ];
    let node =
        ["fs = require('fs'); fs.readFileSync('/etc/hostname')", "Function('return 1')()", "[].at.constructor('1')()"];
    for (command, programs) in [
        (&["python3", "-I", "-c", PYTHON_JUDGE][..], &python[..]),
        (
            &["node", "--experimental-permission", "--disallow-code-generation-from-strings", "-e", NODE_JUDGE][..],
            &node[..],
        ),
    ] {
        for program in programs {
            let Some(seen) = execute(command, &[String::from(*program)]) else { continue };
            assert!(seen.lines().count() > 1 && seen.ends_with("done\n"), "{program}: {seen}");
        }
    }
}

proptest::proptest! {
    /// Any bytes are read to their end.
    #[test]
    fn any_text_is_read_or_not(text in proptest::collection::vec(proptest::num::u8::ANY, 0..80)) {
        for language in LANGUAGES {
            let _ = analyse(language, &text, None);
        }
    }

    /// Soups of what the languages are made of do not panic either.
    #[test]
    fn any_soup_is_read_or_not(text in "([a-z]{1,3}|[()\\[\\]{}.,:;=+\"'`$/\\\\\n #%@<>-]|open|import|from|as|f\"|lambda|for|in|require|s/|\\$\\{){0,40}") {
        for language in LANGUAGES {
            let _ = analyse(language, text.as_bytes(), None);
        }
    }

    /// What evaluates code is a doubt wherever it stands.
    #[test]
    fn evaluation_is_always_a_doubt(text in "[a-z0-9 ;{}/$!,.=()\\[\\]\"'#|+\n-]{0,24}") {
        for (language, line) in [("python", "\neval('1')\n"), ("node", "\n;eval('1');\n"), ("perl", "\n;eval '1';\n")] {
            let code = [text.as_str(), line].concat();
            let before = analyse(language, text.as_bytes(), None);
            // Where the text before is a whole program, the line behind is code.
            if before.doubt.is_none() {
                let after = analyse(language, code.as_bytes(), None);
                proptest::prop_assert!(after.doubt.is_some(), "{language}: {code}");
            }
        }
    }
}

#[test]
fn long_programs_take_time_in_proportion() {
    let pieces = [
        "open(",
        "Path(",
        "for ",
        "lambda ",
        "x = ",
        "os.a.",
        "f\"{",
        "[x",
        "`${",
        "(a, ",
        "require(",
        "i++ ",
        "a: ",
        "$x ",
        "s/a/b/ ",
        "import os ",
    ];
    for piece in pieces {
        let code = piece.repeat(MAX_CODE / piece.len());
        for language in LANGUAGES {
            let begin = std::time::Instant::now();
            let _ = analyse(language, code.as_bytes(), None);
            assert!(begin.elapsed().as_secs() < 4, "{language}: {piece} takes {:?}", begin.elapsed());
        }
    }
}
