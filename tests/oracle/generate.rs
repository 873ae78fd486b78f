//! Scripts by grammar: every construct in which a shell hides what it runs, reads and writes, weighted so that most scripts can be
//! known in full.

mod statements;
mod words;

use crate::random::Random;

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

    #[expect(clippy::too_many_lines, reason = "one arm for each construct, and nothing else")]
    fn statement(&mut self, depth: usize) -> String {
        if depth == 0 || !self.spend() {
            return self.simple();
        }
        match self
            .random
            .weighted(&[50, 12, 6, 6, 5, 4, 4, 5, 7, 4, 4, 2, 3, 3, 3, 4, 3, 1, 4, 2, 2, 2, 3, 3, 1, 1, 1, 32])
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
