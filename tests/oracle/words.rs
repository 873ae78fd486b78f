//! Words, and what stands in them.

use super::{Generator, NAMES, PATHS};

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

impl Generator<'_> {
    pub(super) fn operand(&mut self) -> String {
        match self.random.weighted(&[60, 20, 10, 10]) {
            0 => self.random.pick(PATHS).to_owned(),
            1 => self.known_word(1),
            2 => self.random.pick(GLOBS).to_owned(),
            _ => self.word(2),
        }
    }

    pub(super) fn words(&mut self, most: usize, depth: usize) -> String {
        let words: Vec<String> = (0..=self.random.below(most)).map(|_| self.word(depth)).collect();
        words.join(" ")
    }

    /// A word that is mostly known.
    pub(super) fn word(&mut self, depth: usize) -> String {
        match self.random.weighted(&[50, 14, 10, 6, 5, 4, 3, 3, 1, 4, 2]) {
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

    pub(super) fn known_word(&mut self, depth: usize) -> String {
        let plain = self.random.pick(PLAIN);
        match self.random.weighted(&[40, 10, 10, 5, 7, 5, 4, 3, 3]) {
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

    pub(super) fn parameter(&mut self, depth: usize) -> String {
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

    pub(super) fn braces(&mut self, depth: usize) -> String {
        let (left, right) = (self.word(0), self.word(depth.min(1)));
        let ends = self.random.pick(&["", "x", "a.", "src/"]);
        if left.contains([' ', '\n']) || right.contains([' ', '\n']) {
            format!("{ends}{{a,b}}")
        } else {
            format!("{ends}{{{left},{right}}}")
        }
    }

    pub(super) fn substitution(&mut self) -> String {
        let inner = self.inner(1);
        match self.random.below(6) {
            0 if !inner.contains(['`', '\\']) => format!("`{inner}`"),
            1 => format!("\"$({inner})\""),
            2 => "$(<a.txt)".to_owned(),
            3 => format!("$( {inner}\n)"),
            _ => format!("$({inner})"),
        }
    }

    pub(super) fn arithmetic(&mut self) -> String {
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

    pub(super) fn target(&mut self) -> String {
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

    pub(super) fn redirection(&mut self) -> String {
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
}
