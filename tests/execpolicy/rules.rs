//! Random policies, statement by statement, so that a reproduction can be made smaller by leaving statements out.

use crate::random::Random;
use crate::words::{argument, justification, list, path, program, quoted, respelled};
use std::fmt::Write;

/// A policy, and what its rules speak of.
#[derive(Default)]
pub(crate) struct Rules {
    pub(crate) statements: Vec<String>,
    /// The alternatives of each place, rule by rule.
    pub(crate) patterns: Vec<Vec<Vec<String>>>,
    /// Registered paths.
    pub(crate) paths: Vec<String>,
}

const BAD: &[&str] = &[
    "prefix_rule(pattern = [])",
    "prefix_rule(pattern = [\"git\", []])",
    "prefix_rule(pattern = [\"git\", 1])",
    "prefix_rule(pattern = [\"git\"], decision = \"deny\")",
    "prefix_rule(pattern = [\"git\"], justification = \"  \")",
    "prefix_rule(pattern = [\"git\"], color = \"red\")",
    "prefix_rule(pattern = [\"git\"], match = [\"\"])",
    "host_executable(name = \"git\", paths = [\"bin/git\"])",
    "host_executable(name = \"git\", paths = [\"/bin/hg\"])",
    "network_rule(host = \"https://x\", protocol = \"https\", decision = \"allow\")",
    "network_rule(host = \"x\", protocol = \"ftp\", decision = \"allow\")",
    "nope()",
    "x = 1 +",
    "print(\"x\")",
];

impl Rules {
    pub(crate) fn random(random: &mut Random) -> Self {
        let mut rules = Self::default();
        for number in 0..=random.below(6) {
            let statement = match random.below(20) {
                0 => rules.for_loop(random, number),
                1 => rules.function(random, number),
                2 => rules.comprehension(random),
                3 => rules.format_string(random, number),
                4 => rules.condition(random),
                5 if number > 0 => rules.statements[random.below(number)].clone(),
                6..=9 => rules.host_executable(random),
                10 => network_rule(random),
                _ => rules.prefix_rule(random),
            };
            rules.statements.push(statement);
        }
        if random.chance(4) {
            rules.statements.push(random.pick(BAD).to_owned());
        }
        rules
    }

    pub(crate) fn text(&self) -> String {
        self.statements.join("\n") + "\n"
    }

    fn pattern(&mut self, random: &mut Random) -> (Vec<Vec<String>>, String) {
        let first = |random: &mut Random| {
            let name = program(random);
            if random.chance(20) { path(random, &name) } else { name }
        };
        let mut pattern = vec![places(random, first)];
        for _ in 0..random.below(3) {
            pattern.push(places(random, argument));
        }
        let words: Vec<_> = pattern.iter().map(|p| if p.len() == 1 { quoted(&p[0]) } else { list(p) }).collect();
        self.patterns.push(pattern.clone());
        (pattern, format!("[{}]", words.join(", ")))
    }

    fn prefix_rule(&mut self, random: &mut Random) -> String {
        let (pattern, written) = self.pattern(random);
        let name = if random.chance(20) { "" } else { "pattern = " };
        let mut text = format!("prefix_rule({name}{written}");
        options(random, &mut text);
        if random.chance(25) {
            write!(text, ", match = [{}]", example(random, &pattern)).unwrap();
        }
        if random.chance(10) {
            let other = vec![vec![program(random)], vec![argument(random)]];
            write!(text, ", not_match = [{}]", example(random, &other)).unwrap();
        }
        text + ")"
    }

    fn host_executable(&mut self, random: &mut Random) -> String {
        let name = program(random);
        let paths: Vec<_> = (0..random.below(4)).map(|_| path(random, &name)).collect();
        self.paths.extend(paths.iter().cloned());
        // Written with detours now and then: what counts is where they lead.
        let written: Vec<_> =
            paths.iter().map(|p| if random.chance(10) { format!("/x/..{p}") } else { p.clone() }).collect();
        format!("host_executable(name = {}, paths = {})", quoted(&name), list(&written))
    }

    fn for_loop(&mut self, random: &mut Random, number: usize) -> String {
        let names = vec![program(random), program(random)];
        let word = argument(random);
        self.patterns.push(vec![names.clone(), vec![word.clone()]]);
        let mut rule = format!("prefix_rule(pattern = [p{number}, {}]", quoted(&word));
        options(random, &mut rule);
        format!("for p{number} in {}:\n    {rule})", list(&names))
    }

    fn function(&mut self, random: &mut Random, number: usize) -> String {
        let (name, word) = (program(random), argument(random));
        self.patterns.push(vec![vec![name.clone()], vec![word.clone()]]);
        let decision = random.pick(&["allow", "prompt", "forbidden"]);
        format!(
            "def f{number}(p, *words, d = \"{decision}\"):\n    prefix_rule([p] + list(words), d)\nf{number}({}, {})",
            quoted(&name),
            quoted(&word)
        )
    }

    fn comprehension(&mut self, random: &mut Random) -> String {
        let (names, words) = (vec![program(random), program(random)], vec![argument(random), argument(random)]);
        self.patterns.push(vec![names.clone(), words.clone()]);
        let mut rule = "prefix_rule(pattern = [p, w]".to_owned();
        options(random, &mut rule);
        format!("[{rule}) for p in {} for w in {} if p != w]", list(&names), list(&words))
    }

    fn format_string(&mut self, random: &mut Random, number: usize) -> String {
        let (name, word) = (program(random), argument(random));
        self.patterns.push(vec![vec![format!("{name}x")], vec![format!("-{word}")]]);
        let (name, word) = (quoted(&name), quoted(&word));
        format!(
            "n{number} = {name}\nw{number} = {word}\nprefix_rule(pattern = [f\"{{n{number}}}x\", \"-%s\" % w{number}])"
        )
    }

    fn condition(&mut self, random: &mut Random) -> String {
        let one = self.prefix_rule(random);
        let other = self.host_executable(random);
        let test = random.pick(&["len(\"é\") == 1", "\"a\" in [\"a\"]", "not 7 // 2 == 3"]);
        format!("if {test}:\n    {one}\nelse:\n    {other}")
    }
}

fn places(random: &mut Random, word: impl Fn(&mut Random) -> String) -> Vec<String> {
    let count = if random.chance(30) { 1 + random.below(3) } else { 1 };
    (0..count).map(|_| word(random)).collect()
}

fn options(random: &mut Random, text: &mut String) {
    if random.chance(75) {
        write!(text, ", decision = \"{}\"", random.pick(&["allow", "allow", "prompt", "forbidden"])).unwrap();
    }
    if random.chance(35) {
        text.push_str(", canonical_matching = True");
    }
    if random.chance(50) {
        write!(text, ", justification = {}", quoted(&justification(random))).unwrap();
    }
}

/// An example that mostly fits the pattern.
fn example(random: &mut Random, pattern: &[Vec<String>]) -> String {
    let mut words: Vec<String> = pattern.iter().map(|place| random.one(place).clone()).collect();
    match random.below(12) {
        0 => words[0] = path(random, &words[0].replace('/', "")),
        1 => words[0] = respelled(random, &words[0]),
        2 => words.push(argument(random)),
        3 => drop(words.pop().filter(|_| words.len() > 1)),
        _ => {}
    }
    if random.chance(50) {
        return list(&words);
    }
    match shlex::try_join(words.iter().map(String::as_str)) {
        Ok(text) => quoted(&text),
        Err(_) => list(&words),
    }
}

fn network_rule(random: &mut Random) -> String {
    let host = random.pick(&["api.example", "API.example:443", "[::1]", "10.0.0.1"]);
    let protocol = random.pick(&["http", "https", "socks5_tcp", "socks5_udp"]);
    let decision = random.pick(&["allow", "prompt", "forbidden", "deny"]);
    format!("network_rule(host = \"{host}\", protocol = \"{protocol}\", decision = \"{decision}\")")
}
