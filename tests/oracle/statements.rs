//! Statements of one kind each.

use super::{DIRECTORIES, FUNCTIONS, Generator, NAMES, PATHS, quote};
use crate::differences::DIFFERENCES;
use crate::situations::SITUATIONS;

impl Generator<'_> {
    pub(super) fn for_loop(&mut self) -> String {
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

    pub(super) fn while_loop(&mut self) -> String {
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

    pub(super) fn case(&mut self) -> String {
        let (word, body, other) = (self.word(1), self.block(), self.block());
        let pattern =
            self.random.pick(&["a*", "alpha|push", "*", "'a'", "[ab]*", "x", "\"$a\"", "$b", "(*", "esac|fi"]);
        let end = self.random.pick(&[";;", ";;", ";;", ";;", ";&", ";;&"]);
        let body = body.trim_end_matches(';');
        let other = other.trim_end_matches(';');
        let pattern = if pattern == "esac|fi" { "(esac|fi" } else { pattern };
        format!("case {word} in {pattern}) {body}\n{end} *) {other}\n;; esac")
    }

    pub(super) fn function(&mut self) -> String {
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

    pub(super) fn wrapper(&mut self) -> String {
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

    pub(super) fn nested_shell(&mut self) -> String {
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

    pub(super) fn here_document(&mut self) -> String {
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

    pub(super) fn redirect_only(&mut self) -> String {
        let (redirection, target) = (self.redirection(), self.target());
        match self.random.below(5) {
            0 => format!("exec{redirection}; probe after"),
            1 => format!("> {target}"),
            2 => format!(": {redirection}"),
            3 => format!("{{ probe in; }}{redirection}"),
            _ => redirection,
        }
    }

    pub(super) fn situation(&mut self) -> String {
        let among = if self.random.percent(45) { DIFFERENCES } else { SITUATIONS };
        let mut text = self.random.pick(among).to_owned();
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
}
