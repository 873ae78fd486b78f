//! What this package says a word becomes against what the `bash` of this machine makes of it, over generated words. Nothing in
//! them runs a command or opens a file.

#[cfg(test)]
mod generated {
    use prexec::effect::Value;
    use prexec::shell::{Limits, parse, tree::Node, words};
    use std::process::Command;

    const HOME: &str = "/home/someone";

    struct Home;

    impl words::State for Home {
        fn get(&self, name: &[u8]) -> Option<Value> {
            match name {
                b"known" => Some(Value::from("value")),
                b"empty" => Some(Value::from("")),
                b"path" => Some(Value::from("/a/b.c")),
                b"two" => Some(Value::from("two words")),
                _ => None,
            }
        }

        fn home(&self, name: &[u8]) -> Option<Value> {
            name.is_empty().then(|| Value::from(HOME))
        }
    }

    /// A small generator with a fixed seed: the same words in every run.
    struct Random(u64);

    impl Random {
        fn below(&mut self, bound: usize) -> usize {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            usize::try_from(self.0 >> 33).unwrap() % bound
        }

        fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
            from[self.below(from.len())]
        }
    }

    const PIECES: &[&str] = &[
        "a",
        "b",
        "git",
        "x=",
        "a+=",
        ":",
        "/",
        "~",
        "~/",
        ":~/",
        "=~/",
        ".",
        "..",
        "-",
        "1",
        "3",
        "{",
        "}",
        ",",
        "{a,b}",
        "{a,b",
        "a,}",
        "{1..3}",
        "{01..3}",
        "{3..1..2}",
        "{c..a}",
        "{}",
        "{x}",
        "{x}a,}",
        "{$,x}known",
        "$known{a,b}",
        "{1..2",
        "{a..{1,2}}",
        "''",
        "\"\"",
        "'a b'",
        "\"a b\"",
        "\"a\\\"b\"",
        "\"\\a\\$\\`\\\\\"",
        "\"'\"",
        "'\"'",
        "\\a",
        "\\ ",
        "\\\\",
        "\\{",
        "\\,",
        "\\}",
        "\\~",
        "'{'",
        "\",\"",
        "\\\n",
        "\"a\\\nb\"",
        "$'a'",
        "$'\\x41z'",
        "$'\\101\\n'",
        "$'a\\0b'",
        "$'\\'q'",
        "$'\\u41'",
        "$'\\ca'",
        "$'\\e\\E\\a'",
        "$'\\q'",
        "$'\\xg'",
        "$'\\U0041'",
        "$\"l\"",
        "#",
        "%",
        "@",
        "+",
        "!",
        "^",
        "\u{e9}",
        "\u{a0}",
        "$.",
        "$/",
        "$known",
        "\"$known\"",
        "${known}",
        "${empty}",
        "\"${empty}\"",
        "${empty:-d}",
        "${known:-d}",
        "${known:+p}",
        "\"${known:-'q'}\"",
        "${known#va}",
        "${path%.c}",
        "${path##/a}",
        "${#known}",
        "${path/b/Z}",
        "${path//\\//_}",
        "${known:1:2}",
        "\"$two\"",
        "${known+\"a b\"}",
        "\"${known+a b}\"",
        "${empty:-~/x}",
        "${empty:-'x y'}",
        "${empty:-{a,b}}",
        "\"${empty:-\"i j\"}\"",
        "\"${known%\\u}\"",
        "\"${empty:-a\\}b}\"",
    ];

    fn generate(random: &mut Random) -> String {
        loop {
            let length = 1 + random.below(6);
            let word: String = (0..length).map(|_| random.pick(PIECES)).collect();
            // a `#` would begin a comment, and an empty word is none
            let joined = word.replace("\\\n", "");
            if !joined.is_empty() && !joined.starts_with('#') {
                return word;
            }
        }
    }

    /// What bash makes of each word.
    fn ask_bash(words: &[String]) -> Vec<Vec<Vec<u8>>> {
        let mut script =
            String::from("p() { printf '%s\\0' \"$#\" \"$@\"; }\nempty= known=value path=/a/b.c two='two words'\n");
        for word in words {
            script.push_str("p ");
            script.push_str(word);
            script.push('\n');
        }
        let output = Command::new("bash")
            .args(["--norc", "--noprofile", "-c", &script])
            .env_clear()
            .env("HOME", HOME)
            .env("LC_ALL", "C.UTF-8")
            .env("PATH", "/usr/bin:/bin")
            .current_dir(tempfile::tempdir().unwrap().path())
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let mut fields = output.stdout.split(|byte| *byte == 0);
        let mut answers = Vec::new();
        for _ in words {
            let count: usize = std::str::from_utf8(fields.next().unwrap()).unwrap().parse().unwrap();
            answers.push((0..count).map(|_| fields.next().unwrap().to_vec()).collect());
        }
        answers
    }

    /// Whether `values` can become the words that bash made.
    fn agrees(values: &[Value], real: &[Vec<u8>]) -> bool {
        let Some((value, rest)) = values.split_first() else { return real.is_empty() };
        let one = |fits: &dyn Fn(&Vec<u8>) -> bool| real.first().is_some_and(fits) && agrees(rest, &real[1..]);
        match value {
            Value::Known(bytes) => one(&|word| bytes == word),
            Value::Set(all) => one(&|word| all.iter().any(|one| one == word)),
            Value::Affix { prefix, suffix } | Value::Below { dir: prefix, suffix } => one(&|word| {
                word.starts_with(prefix) && word.ends_with(suffix) && word.len() >= prefix.len() + suffix.len()
            }),
            // Checked by its first bytes here.
            Value::Name(text) => one(&|word| {
                let begin: Vec<u8> = text.iter().copied().take_while(|b| !matches!(b, b'[' | b'*')).collect();
                word.starts_with(&begin)
            }),
            Value::Pattern(_) => (0..=real.len()).any(|taken| agrees(rest, &real[taken..])),
            Value::Unknown { may_split, may_be_empty, form } => {
                let least = usize::from(!may_be_empty);
                let fits = real.iter().take_while(|word| form.fits(word)).count();
                let most = if *may_split { fits } else { fits.min(1) };
                (least..=most).any(|taken| agrees(rest, &real[taken..]))
            }
        }
    }

    #[test]
    fn words_become_what_bash_makes_of_them() {
        let mut random = Random(0x5eed_1234_abcd_0001);
        let (mut known, mut total) = (0, 0);
        let mut wrong = Vec::new();
        for _ in 0..40 {
            let words: Vec<String> = (0..1000).map(|_| generate(&mut random)).collect();
            for (word, real) in words.iter().zip(ask_bash(&words)) {
                let tree = parse(&format!("p {word}"), &Limits::default()).unwrap();
                let root = tree.get(tree.root().unwrap()).unwrap();
                let Node::Simple(simple) = &root.node else { panic!("`{word}` is not one command: {:?}", root.node) };
                let values: Vec<Value> =
                    words::expand_all(&simple.words[1..], &Home).into_iter().map(|word| word.value).collect();
                total += 1;
                known += usize::from(values.iter().all(|value| matches!(value, Value::Known(_))));
                if !agrees(&values, &real) {
                    let real: Vec<_> = real.iter().map(|word| String::from_utf8_lossy(word).into_owned()).collect();
                    wrong.push(format!("`{word}`: bash makes {real:?}, not {values:?}"));
                }
            }
        }
        assert!(wrong.is_empty(), "{} words differ:\n{}", wrong.len(), wrong[..wrong.len().min(20)].join("\n"));
        assert!(known * 2 > total, "only {known} of {total} words were known: the comparison says little");
    }
}
