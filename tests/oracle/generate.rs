//! Scripts by grammar: every construct in which a shell hides what it runs, reads and writes, weighted so that most scripts can be
//! known in full.

use crate::random::Random;
use crate::situations::SITUATIONS;

/// Names of variables; none means anything to a shell or a program.
const NAMES: &[&str] = &["a", "b", "c", "dir", "file", "cmd", "x1"];
const FUNCTIONS: &[&str] = &["run_it", "helper", "go_there", "tool", "f", "g"];
const PATHS: &[&str] = &[
    "README.md",
    "a.txt",
    "b.txt",
    ".env",
    "src/main.rs",
    "./a.txt",
    "src/../.env",
    "sub/x",
    "docs/a.md",
    "secrets/key.pem",
    "new.txt",
    "/tmp/t1",
    "/tmp/new",
    "/w/p/a.txt",
    "missing/file",
    "../p/b.txt",
    "sub//a.txt",
    "sub/./x",
];
const DIRECTORIES: &[&str] =
    &["src", "sub", "docs", "..", ".", "missing", "sub/deep", "/tmp", "/w/p", "secrets", "../p/sub", "src/.."];
const PLAIN: &[&str] = &[
    "alpha", "b2", "push", "status", "x=y", "--flag", "-n", "a,b", "k:v", "50%", "@host", "+x", "foo.bar", "1", "42",
    "a-b", "=", "==", "%s", "^up", "été", "if", "then", "do", "done", "in", "esac", "fi", "time", "!", "case", "]",
    "function", "a]b", "#not", "a#b", "-", "--", "fail",
];
const GLOBS: &[&str] = &[
    "*",
    "*.txt",
    "?.txt",
    "[ab].txt",
    "*.none",
    "src/*",
    "*/x",
    ".e*",
    "s*/*.rs",
    "[!a].txt",
    "*.md",
    "docs/?.md",
    ".[eg]*",
    "**/*.rs",
    "a*",
    "[a-c].txt",
    "sub/*/y",
];
const PROGRAMS: &[&str] = &["probe", "other", "cat", "touch", "git", "probe", "rm", "ls", "other", "cat"];

/// A whole script.
pub(crate) fn script(random: &mut Random) -> String {
    let mut generator = Generator { random, budget: 22, after: Vec::new(), loops: 0 };
    generator.list(3, true)
}

/// A word, for putting into another script.
pub(crate) fn word(random: &mut Random) -> String {
    Generator { random, budget: 4, after: Vec::new(), loops: 0 }.word(1)
}

/// A statement, for putting into another script.
pub(crate) fn statement(random: &mut Random) -> String {
    let mut generator = Generator { random, budget: 6, after: Vec::new(), loops: 0 };
    let statement = generator.statement(1);
    generator.line(statement)
}

struct Generator<'r> {
    random: &'r mut Random,
    budget: usize,
    /// Bodies of here-documents that wait for the end of their line.
    after: Vec<String>,
    loops: usize,
}

impl Generator<'_> {
    fn spend(&mut self) -> bool {
        self.budget = self.budget.saturating_sub(1);
        self.budget > 0
    }

    /// The statement with the here-documents that its line began.
    fn line(&mut self, statement: String) -> String {
        let mut text = statement;
        for body in std::mem::take(&mut self.after) {
            text.push('\n');
            text.push_str(&body);
        }
        text
    }

    /// Statements and what joins them.
    fn list(&mut self, most: usize, outermost: bool) -> String {
        let count = 1 + self.random.below(if outermost { most + 1 } else { most });
        let mut text = String::new();
        for index in 0..count {
            let statement = self.statement(2);
            text.push_str(&statement);
            let here = !self.after.is_empty();
            if here {
                text = self.line(text);
                text.push('\n');
            } else if index + 1 < count {
                let joins =
                    ["; ", "\n", " && ", " || ", " & ", " | ", ";", " &&\n", "\n\n# note 'x\n", " ;\n", " && ", " |\n"];
                let at = self.random.weighted(&[28, 22, 14, 10, 3, 3, 3, 2, 2, 1, 6, 1]);
                text.push_str(joins[at]);
            } else if self.random.percent(5) {
                text.push_str(self.random.pick(&["\n", " # end", ";", " &"]));
            }
            if !self.spend() {
                if text.trim_end().ends_with(['&', '|']) {
                    text.push_str("probe last");
                }
                break;
            }
        }
        text
    }

    fn block(&mut self) -> String {
        let text = self.list(2, false);
        if text.ends_with('\n') || text.ends_with('&') || text.ends_with(';') { text } else { format!("{text};") }
    }

    fn statement(&mut self, depth: usize) -> String {
        if depth == 0 || !self.spend() {
            return self.simple();
        }
        match self
            .random
            .weighted(&[50, 12, 6, 6, 5, 4, 4, 5, 7, 4, 4, 2, 3, 3, 3, 4, 3, 1, 4, 2, 2, 2, 1, 1, 1, 1, 1, 26])
        {
            0 => self.simple(),
            1 => self.assignment(),
            2 => self.change_directory(),
            3 => {
                let (condition, body) = (self.condition(), self.block());
                match self.random.below(4) {
                    0 => {
                        let otherwise = self.block();
                        format!("if {condition}; then {body} else {otherwise} fi")
                    }
                    1 => {
                        let (second, other) = (self.condition(), self.block());
                        format!("if {condition}\nthen\n{body} elif {second}; then {other} fi")
                    }
                    _ => format!("if {condition}; then {body} fi"),
                }
            }
            4 => self.for_loop(),
            5 => self.while_loop(),
            6 => self.case(),
            7 => {
                let body = self.list(2, false);
                let redirection = if self.random.percent(20) { self.redirection() } else { String::new() };
                format!("({body}\n){redirection}")
            }
            8 => {
                let body = self.block();
                let redirection = if self.random.percent(20) { self.redirection() } else { String::new() };
                format!("{{ {body} }}{redirection}")
            }
            9 => self.function(),
            10 => self.wrapper(),
            11 => {
                let text = self.inner(1);
                format!("eval {}", quote(&text, self.random))
            }
            12 => self.nested_shell(),
            13 => self.here_document(),
            14 => {
                let (left, right) = (self.simple(), self.simple());
                let end = self.random.pick(&["", " | cat", " 2>&1 | probe sink"]);
                let bang = if self.random.percent(10) { "! " } else { "" };
                format!("{bang}{left} | {right}{end}")
            }
            15 => {
                let words = self.words(3, 1);
                let use_it = self.random.pick(&[
                    "probe \"$@\"",
                    "probe \"$1\" $2",
                    "probe $#",
                    "\"$@\"",
                    "shift; probe $1",
                    "probe \"$*\"",
                ]);
                format!("set -- {words}; {use_it}")
            }
            16 => self.redirect_only(),
            17 => {
                let target = self.random.pick(&["./lib.sh", "/w/p/lib.sh", "lib.sh", "./a.txt"]);
                let dot = self.random.pick(&[".", "source", "\\."]);
                format!("{dot} {target}")
            }
            18 => {
                let (left, right) = (self.random.pick(DIRECTORIES), self.simple());
                let join = self.random.pick(&["&&", ";", "||", "&& probe in &&"]);
                format!("cd {left} {join} {right}")
            }
            19 => {
                let text = self.inner(0);
                let signal = self.random.pick(&["EXIT", "0", "TERM", "USR1"]);
                format!("trap {} {signal}", quote(&text, self.random))
            }
            20 => {
                let name = self.random.pick(NAMES);
                let words = self.word(1);
                let read = self.random.pick(&["read", "read -r", "IFS= read -r"]);
                format!("{read} {name}; probe {words}")
            }
            21 => {
                let (name, word) = (self.random.pick(NAMES), self.known_word(1));
                let how = self.random.pick(&["printf -v", "export", "declare", "readonly", "typeset", "local"]);
                if how == "printf -v" {
                    format!("printf -v {name} {word}; probe \"${name}\"")
                } else {
                    format!("{how} {name}={word}; probe \"${name}\"")
                }
            }
            22 => {
                let arithmetic = self.arithmetic();
                let rest = self.simple();
                format!("(( {arithmetic} )) && {rest}")
            }
            23 => {
                let (left, right) = (self.word(0), self.word(0));
                let rest = self.simple();
                let operator = self.random.pick(&["==", "=", "!=", "<", "=~"]);
                format!("[[ {left} {operator} {right} ]] && {rest}")
            }
            24 => {
                let name = self.random.pick(&["ll", "git", "probe", "cat"]);
                format!("alias {name}='other aliased'\n{name} words")
            }
            25 => {
                let name = self.random.pick(NAMES);
                let (how, word) = (self.random.pick(&["unset", "unset -v", "unset -f", "export"]), self.word(0));
                format!("{how} {name}; probe {word}")
            }
            26 => {
                let ifs = self.random.pick(&[":", "/", ",", "' '", "x", "''"]);
                let name = self.random.pick(NAMES);
                format!("IFS={ifs}; {name}='a:b/c,d x'; probe ${name}")
            }
            _ => self.situation(),
        }
    }

    fn situation(&mut self) -> String {
        let mut text = self.random.pick(SITUATIONS).to_owned();
        let (name, directory, path) = (self.random.pick(NAMES), self.random.pick(DIRECTORIES), self.random.pick(PATHS));
        // Paths stand in quotes here and there.
        text = text.replace("<n>", name).replace("<d>", directory).replace("<p>", path);
        for (mark, depth) in [("<w>", 1), ("<k>", 0)] {
            if text.contains(mark) {
                let word = if depth == 1 { self.word(1) } else { self.known_word(0) };
                text = text.replace(mark, &word);
            }
        }
        if text.contains("<s>") {
            let simple = self.simple();
            text = text.replace("<s>", &simple);
        }
        // The rest of its last line may be a here-document's end.
        if text.contains("<<") { format!("{text}\n") } else { text }
    }

    /// A script inside a word of another one: on one line, without here-documents.
    fn inner(&mut self, depth: usize) -> String {
        let after = std::mem::take(&mut self.after);
        let text = self.statement(depth);
        let text = self.line(text);
        self.after = after;
        text
    }

    fn simple(&mut self) -> String {
        let program = match self.random.weighted(&[70, 10, 4, 4, 3, 1, 3, 1, 2]) {
            0 | 1 => self.random.pick(PROGRAMS).to_owned(),
            2 => format!("\\{}", self.random.pick(&["probe", "rm", "ls"])),
            3 => {
                let name = self.random.pick(PROGRAMS);
                let at = self.random.below(name.len());
                let (left, right) = name.split_at(at);
                let middle = self.random.pick(&["''", "\"\"", "\\\n"]);
                format!("{left}{middle}{right}")
            }
            4 => format!("/usr/bin/{}", self.random.pick(PROGRAMS)),
            5 => "./build.sh".to_owned(),
            6 => self.random.pick(FUNCTIONS).to_owned(),
            7 => format!("${}", self.random.pick(NAMES)),
            _ => self
                .random
                .pick(&["echo", "printf", "true", "false", ":", "test", "pwd", "command probe", "builtin echo"])
                .to_owned(),
        };
        let mut text = String::new();
        if self.random.percent(6) {
            let (name, word) = (self.random.pick(NAMES), self.known_word(0));
            text = format!("{name}={word} ");
        }
        if self.random.percent(3) {
            text.push_str(&self.redirection());
            text.push(' ');
        }
        text.push_str(&program);
        for _ in 0..self.random.below(4) {
            text.push_str(self.random.pick(&[" ", " ", " ", "  ", "\t", " \\\n"]));
            let word =
                if program.ends_with("cat") || program.ends_with("touch") { self.operand() } else { self.word(2) };
            text.push_str(&word);
        }
        if self.random.percent(14) {
            text.push_str(&self.redirection());
        }
        text
    }

    fn operand(&mut self) -> String {
        match self.random.weighted(&[60, 20, 10, 10]) {
            0 => self.random.pick(PATHS).to_owned(),
            1 => self.known_word(1),
            2 => self.random.pick(GLOBS).to_owned(),
            _ => self.word(2),
        }
    }

    fn words(&mut self, most: usize, depth: usize) -> String {
        let words: Vec<String> = (0..1 + self.random.below(most)).map(|_| self.word(depth)).collect();
        words.join(" ")
    }

    /// A word that is mostly known.
    fn word(&mut self, depth: usize) -> String {
        match self.random.weighted(&[50, 14, 10, 6, 2, 4, 3, 3, 1, 4, 2]) {
            0 => self.known_word(depth),
            1 => self.parameter(depth),
            2 => self.random.pick(PATHS).to_owned(),
            3 => self.random.pick(GLOBS).to_owned(),
            4 => self.braces(depth),
            5 if depth > 0 => self.substitution(),
            6 => {
                let arithmetic = self.arithmetic();
                let quotes = if self.random.percent(40) { "\"" } else { "" };
                format!("{quotes}$(({arithmetic})){quotes}")
            }
            7 => self
                .random
                .pick(&[
                    "~",
                    "~/notes.txt",
                    "~u/x",
                    "~+/a.txt",
                    "\"~\"",
                    "x=~/y",
                    "~nobody/x",
                    "a:~",
                    "~/.ssh/id_rsa",
                    "\\~",
                ])
                .to_owned(),
            8 if depth > 0 => {
                let inner = self.inner(0);
                format!("<({inner})")
            }
            9 => {
                let (left, right) = (self.word(0), self.word(0));
                if left.contains('#') || left == "!" { right } else { format!("{left}{right}") }
            }
            _ => self
                .random
                .pick(&["\"$@\"", "$*", "$#", "$?", "$0", "${0}", "$1", "\"${@}\"", "$$", "$-", "$_", "$!"])
                .to_owned(),
        }
    }

    fn known_word(&mut self, depth: usize) -> String {
        let plain = self.random.pick(PLAIN);
        match self.random.weighted(&[40, 10, 10, 5, 4, 1, 4, 3, 3]) {
            0 => plain.replace('#', "x#"),
            1 => format!("'{plain} $x `id` \\'"),
            2 => format!("\"{plain} \\$x \\\"q\\\" \\z\""),
            3 => format!("{plain}'a'\"b\"\\ c").replace('#', "x#"),
            4 => self
                .random
                .pick(&["$'a\\tb'", "$'\\x41'", "$\"l\"", "\\a\\b", "''", "\"\"", "a\\\nb", "$", "$.", "a$", "\"$\""])
                .to_owned(),
            5 => self
                .random
                .pick(&["{a,b", "a,b}", "{}", "{x}", "{,}", "a{1..3}", "{a..c}x", "x{01..03}", "'{a,b}'", "{1..3..2}"])
                .to_owned(),
            6 if depth > 0 => {
                format!("\"{}\"", self.random.pick(&["a b", "*", "~/x", "{a,b}", "a  b", "[a]", "`echo q`", "\\\\"]))
            }
            7 => self
                .random
                .pick(&["a\\*b", "\\*", "'*'", "\\[a]", "[", "[]", "[a", "a]", "]", "\"?\"", "a\\?"])
                .to_owned(),
            _ => self.random.pick(PATHS).to_owned(),
        }
    }

    fn parameter(&mut self, depth: usize) -> String {
        let name = self.random.pick(NAMES);
        let text = match self.random.weighted(&[40, 12, 40]) {
            0 => format!("${name}"),
            1 => format!("${{{name}}}"),
            _ => {
                let operator = self.random.pick(&[
                    ":-", "-", ":=", "=", ":+", "+", "#", "##", "%", "%%", "/", "//", "/#", "/%", ":0:", ":1", "^^",
                    ",,", "^", "@Q", "@U", "#LEN", "!IND", ":?", ":-", "%", "#",
                ]);
                let operand = match operator {
                    "#LEN" => return format!("${{#{name}}}"),
                    "!IND" => return format!("${{!{name}}}"),
                    "@Q" | "@U" | ":1" => String::new(),
                    ":0:" => "2".into(),
                    "/" | "//" | "/#" | "/%" => {
                        let (pattern, replacement) = (
                            self.random.pick(&["a", "b", "?", "*", "x", "."]),
                            self.random.pick(&["Z", "", "'q'", "$b", "a b"]),
                        );
                        format!("{pattern}/{replacement}")
                    }
                    _ if depth > 0 && self.random.percent(15) => self.substitution(),
                    "#" | "##" | "%" | "%%" => {
                        self.random.pick(&["a", "*.", ".*", "*/", "b", "?", "'a'", "[ab]", "xyz", ".txt"]).to_owned()
                    }
                    _ => self
                        .random
                        .pick(&["d", "", "'q r'", "\"w\"", "a b", "~", "*", "$b", "a.txt", "\\}", "{x,y}"])
                        .to_owned(),
                };
                format!("${{{name}{operator}{operand}}}")
            }
        };
        if self.random.percent(50) { format!("\"{text}\"") } else { text }
    }

    fn braces(&mut self, depth: usize) -> String {
        let (left, right) = (self.word(0), self.word(depth.min(1)));
        let ends = self.random.pick(&["", "x", "a.", "src/"]);
        if left.contains([' ', '\n']) || right.contains([' ', '\n']) {
            format!("{ends}{{a,b}}")
        } else {
            format!("{ends}{{{left},{right}}}")
        }
    }

    fn substitution(&mut self) -> String {
        let inner = self.inner(1);
        match self.random.below(6) {
            0 if !inner.contains(['`', '\\']) => format!("`{inner}`"),
            1 => format!("\"$({inner})\""),
            2 => "$(<a.txt)".to_owned(),
            3 => format!("$( {inner}\n)"),
            _ => format!("$({inner})"),
        }
    }

    fn arithmetic(&mut self) -> String {
        let name = self.random.pick(NAMES);
        match self.random.below(7) {
            0 => "1 + 2".to_owned(),
            1 => format!("{name} = 3"),
            2 => format!("{name} + 1"),
            3 => "(1 + 2) * 3".to_owned(),
            4 => format!("{name}++"),
            5 => "16#ff > 010".to_owned(),
            _ => "2 < 1".to_owned(),
        }
    }

    fn assignment(&mut self) -> String {
        let name = self.random.pick(NAMES);
        let value = match self.random.weighted(&[40, 15, 8, 8, 6, 4, 4, 3, 3]) {
            0 => self.known_word(1),
            1 => self.random.pick(PATHS).to_owned(),
            2 => self.word(1),
            3 => self
                .random
                .pick(&["5", "007", "'two words'", "' lead'", "'*'", "'*.txt'", "~/x", "a:~", "''", ""])
                .to_owned(),
            4 => self.substitution(),
            5 => format!("({} {})", self.known_word(0), self.known_word(0)),
            6 => self.random.pick(PROGRAMS).to_owned(),
            7 => self.parameter(1),
            _ => self.random.pick(DIRECTORIES).to_owned(),
        };
        let operator = if self.random.percent(6) { "+=" } else { "=" };
        let user = match self.random.below(5) {
            0 => format!("; probe ${name}"),
            1 => format!("; cat \"${name}\""),
            2 => format!("\nprobe \"${{{name}}}\" \"${name}\"x"),
            3 => format!(" && cd \"${name}\" && cat a.txt"),
            _ => String::new(),
        };
        format!("{name}{operator}{value}{user}")
    }

    fn change_directory(&mut self) -> String {
        let directory = self.random.pick(DIRECTORIES);
        match self.random.below(14) {
            0 => "cd".to_owned(),
            1 => "cd -".to_owned(),
            2 => format!("cd -- {directory}"),
            3 => format!("pushd {directory}; cat a.txt; popd"),
            4 => format!("cd \"{directory}\" || probe failed"),
            5 => format!("cd {directory}; cat x"),
            6 => format!("cd -P {directory}; touch y"),
            7 => "cd ~ && cat notes.txt".to_owned(),
            8 => format!("command cd {directory}; cat a.txt"),
            9 => format!("(cd {directory}; cat a.txt); cat b.txt"),
            10 => format!("cd {directory} 2>/dev/null; touch z"),
            11 => "cd ''; cat a.txt".to_owned(),
            12 => format!("cd {directory} sub; cat x"),
            _ => format!("cd {directory}"),
        }
    }

    fn condition(&mut self) -> String {
        match self.random.below(9) {
            0 => "true".to_owned(),
            1 => "[ -f a.txt ]".to_owned(),
            2 => "false".to_owned(),
            3 => format!("[ \"${}\" = {} ]", self.random.pick(NAMES), self.known_word(0)),
            4 => "! probe fail".to_owned(),
            5 => format!("cd {}", self.random.pick(DIRECTORIES)),
            6 => "test -d src && [ 1 -eq 1 ]".to_owned(),
            7 => "[[ -n $a ]]".to_owned(),
            _ => self.simple(),
        }
    }

    fn for_loop(&mut self) -> String {
        let name = self.random.pick(NAMES);
        self.loops += 1;
        let words = self.words(3, 1);
        let body = self.block();
        let uses = self
            .random
            .pick(&["", "probe \"$VAR\"; ", "cat $VAR; ", "probe x$VAR; ", "cd \"$VAR\"; "])
            .replace("VAR", name);
        let stop = self.random.pick(&["", "", "", " break;", " continue;", " [ -f x ] && break;"]);
        self.loops -= 1;
        match self.random.below(10) {
            0 => format!("for {name}\ndo {uses}{body}{stop} done"),
            1 => format!("for (({name}=0; {name}<2; {name}++)); do {uses}{body}{stop} done"),
            2 => format!("select {name} in {words}; do {uses}{body} break; done"),
            3 => format!("for {name} in {words}; do {uses}{body}{stop} done | cat"),
            _ => format!("for {name} in {words}; do {uses}{body}{stop} done"),
        }
    }

    fn while_loop(&mut self) -> String {
        let name = self.random.pick(NAMES);
        self.loops += 1;
        let body = self.block();
        self.loops -= 1;
        match self.random.below(6) {
            0 => format!("{name}=0; while [ ${name} -lt 2 ]; do {name}=$(({name}+1)); {body} done"),
            1 => format!("while read -r {name}; do {body} done < a.txt"),
            2 => format!("until true; do {body} done"),
            3 => format!("while false; do {body} done"),
            4 => format!("{name}=x; while [ \"${name}\" = x ]; do {name}=y; {body} done"),
            _ => format!("while true; do {body} break; done"),
        }
    }

    fn case(&mut self) -> String {
        let (word, body, other) = (self.word(1), self.block(), self.block());
        let pattern =
            self.random.pick(&["a*", "alpha|push", "*", "'a'", "[ab]*", "x", "\"$a\"", "$b", "(*", "esac|fi"]);
        let end = self.random.pick(&[";;", ";;", ";;", ";;", ";&", ";;&"]);
        let body = body.trim_end_matches(';');
        let other = other.trim_end_matches(';');
        let pattern = if pattern == "esac|fi" { "(esac|fi" } else { pattern };
        format!("case {word} in {pattern}) {body}\n{end} *) {other}\n;; esac")
    }

    fn function(&mut self) -> String {
        let name = self.random.pick(FUNCTIONS);
        let body = self.block();
        let call = self.words(2, 1);
        let inside = self.random.pick(&[
            "",
            "probe \"$1\" \"$@\"; ",
            "local a=1; ",
            "cd sub; ",
            "a=changed; ",
            "return; ",
            "shift; probe $1; ",
            "[ -f x ] || return 1; ",
        ]);
        match self.random.below(6) {
            0 => format!("function {name} {{ {inside}{body} }}\n{name} {call}"),
            1 => format!("{name}() ( {inside}{body} )\n{name} {call}; cat a.txt"),
            2 => format!("{name}() {{ {inside}{body} }} >/tmp/new; {name}"),
            3 => format!("{name} () {{ {inside}{body} }}; {name} {call} && probe \"$a\""),
            _ => format!("{name}() {{ {inside}{body} }}; {name} {call}"),
        }
    }

    fn wrapper(&mut self) -> String {
        let simple = {
            let program = self.random.pick(&["probe", "cat", "touch", "git status", "other"]);
            format!("{program} {}", self.words(2, 0))
        };
        let wrapper = self.random.pick(&[
            "env",
            "env A=1",
            "env -u X",
            "env -i",
            "timeout 5",
            "timeout -k 1 -s INT 5",
            "nice",
            "nice -n 5",
            "nice -5",
            "nohup",
            "setsid",
            "command",
            "command --",
            "exec",
            "builtin command",
            "time",
            "env -C sub",
            "env --chdir=sub",
            "stdbuf -oL",
            "env nice timeout 5",
            "exec -a zero",
            "time -p",
            "xargs",
            "echo a b | xargs",
            "echo a | xargs -n1",
            "echo x | xargs -I{}",
            "find . -maxdepth 1 -name '*.txt' -exec",
            "noglob",
            "nocorrect",
            "- ",
            "coproc",
            "env -S",
            "!",
            "env --",
        ]);
        match wrapper {
            "find . -maxdepth 1 -name '*.txt' -exec" => {
                format!("{wrapper} {simple} {{}} {}", self.random.pick(&["\\;", "';'"]))
            }
            "echo x | xargs -I{}" => format!("{wrapper} {simple} {{}} a{{}}b"),
            "env -S" => format!("{wrapper} '{}'", simple.replace('\'', "")),
            _ => format!("{wrapper} {simple}"),
        }
    }

    fn nested_shell(&mut self) -> String {
        let inner = self.inner(1);
        let shell = self.random.pick(&[
            "sh -c",
            "bash -c",
            "sh -ec",
            "bash -c --",
            "env sh -c",
            "dash -c",
            "zsh -c",
            "bash -xc",
            "sh -c",
        ]);
        let arguments = if self.random.percent(30) { format!(" name {}", self.words(2, 0)) } else { String::new() };
        let fed = self.random.below(10);
        if fed == 0 {
            let script = self.random.pick(&["probe fed", "git push", "cat a.txt; touch b.txt"]);
            return self
                .random
                .pick(&[
                    "echo 'S' | sh",
                    "sh <<< 'S'",
                    "echo 'S' | bash -s a b",
                    "printf 'S' | sh",
                    "bash <<'E'\nS\nE\n",
                ])
                .replace('S', script);
        }
        format!("{shell} {}{arguments}", quote(&inner, self.random))
    }

    fn here_document(&mut self) -> String {
        let quoted = self.random.percent(40);
        let tabs = self.random.percent(20);
        let word = self.random.pick(&["EOF", "E", "END_1"]);
        let inside = if self.random.percent(40) { self.substitution() } else { self.parameter(1) };
        let line = self.random.pick(&[
            "plain text",
            "git push",
            "\\$x `probe tick`",
            "line \\\njoined",
            "'quote \" both",
            "$a ${b:-$(probe default)}",
        ]);
        let body = format!("{line}\n{}{inside}\n{}{word}", if tabs { "\t" } else { "" }, if tabs { "\t" } else { "" });
        let program = self.random.pick(&[
            "cat",
            "probe from",
            "cat >new.txt",
            "read a",
            "probe",
            "while read -r a; do probe \"$a\"; done",
        ]);
        let delimiter = match (quoted, self.random.below(3)) {
            (true, 0) => format!("\"{word}\""),
            (true, 1) => format!("\\{word}"),
            (true, _) => format!("'{word}'"),
            (false, _) => word.to_owned(),
        };
        let dash = if tabs { "-" } else { "" };
        let rest = self.random.pick(&["", "", " | probe piped", " && probe then", "; cat a.txt", " > new.txt"]);
        self.after.push(body);
        format!("{program} <<{dash}{delimiter}{rest}")
    }

    fn target(&mut self) -> String {
        match self.random.weighted(&[60, 12, 8, 6, 4]) {
            0 => self.random.pick(PATHS).to_owned(),
            1 => self.known_word(1),
            2 => self.parameter(1),
            3 => self
                .random
                .pick(&["a.t?t", "*.none", "[b].txt", "~/notes.txt", "{a,b}.txt", "\"a.txt\"", "src/*.rs", "~/new"])
                .to_owned(),
            _ => self.substitution(),
        }
    }

    fn redirection(&mut self) -> String {
        let target = self.target();
        let operator = self.random.pick(&[
            ">", "<", ">>", "2>", ">|", "<>", "&>", ">&", "1>", "2>>", "3<", "9>", "&>>", "> ", "< ", "<<< ", "0<",
            "{fd}>",
        ]);
        match self.random.below(10) {
            0 => " 2>&1".to_owned(),
            1 => " >/dev/null".to_owned(),
            2 => " 2>/dev/null".to_owned(),
            3 => " <&- >&2".to_owned(),
            4 => format!(" {operator}{target} 2>&1"),
            _ => format!(" {operator}{target}"),
        }
    }

    fn redirect_only(&mut self) -> String {
        let (redirection, target) = (self.redirection(), self.target());
        match self.random.below(5) {
            0 => format!("exec{redirection}; probe after"),
            1 => format!("> {target}"),
            2 => format!(": {redirection}"),
            3 => format!("{{ probe in; }}{redirection}"),
            _ => redirection,
        }
    }
}

/// A script as one word.
fn quote(text: &str, random: &mut Random) -> String {
    match random.below(4) {
        0 => {
            let mut out = String::from("\"");
            for c in text.chars() {
                if matches!(c, '"' | '\\' | '$' | '`') {
                    out.push('\\');
                }
                out.push(c);
            }
            out.push('"');
            out
        }
        // Expanded by the outer shell first.
        1 if !text.contains(['"', '`', '\\']) => format!("\"{text}\""),
        _ => format!("'{}'", text.replace('\'', "'\\''")),
    }
}
