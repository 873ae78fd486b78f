//! Scripts by changing one-liners of `seeds.txt`.

use crate::generate;
use crate::random::Random;

/// One script a line; `\n` stands for a newline where it is written as `⏎`.
const SEEDS: &str = include_str!("seeds.txt");

pub(crate) fn script(random: &mut Random) -> String {
    let mut text = seed(random);
    for _ in 0..=random.below(3) {
        text = change(&text, random);
    }
    text
}

fn seed(random: &mut Random) -> String {
    let seeds: Vec<&str> = SEEDS.lines().filter(|line| !line.is_empty() && !line.starts_with("## ")).collect();
    random.pick(&seeds).replace('⏎', "\n")
}

/// The places of blanks between words, as far as text alone tells.
fn blanks(text: &str) -> Vec<usize> {
    text.char_indices().filter(|(_, c)| *c == ' ').map(|(at, _)| at).collect()
}

fn change(text: &str, random: &mut Random) -> String {
    let blanks = blanks(text);
    let blank = |random: &mut Random| if blanks.is_empty() { text.len() } else { blanks[random.below(blanks.len())] };
    let single = || format!("'{}'", text.replace('\'', "'\\''"));
    match random.weighted(&[8, 6, 8, 5, 5, 8, 6, 5, 4, 4, 3, 3, 3, 4, 2]) {
        // Another blank.
        0 => replace(text, blank(random), 1, random.pick(&["\t", "  ", " \\\n", " \\\n "])),
        // A quote inside a word.
        1 => {
            let letters: Vec<usize> =
                text.char_indices().filter(|(_, c)| c.is_ascii_alphabetic()).map(|(at, _)| at).collect();
            if letters.is_empty() {
                return text.to_owned();
            }
            let at = letters[random.below(letters.len())];
            replace(text, at, 0, random.pick(&["''", "\"\"", "\\", "\\\n", "$''", "$(:)", "${none}"]))
        }
        2 => {
            let other = seed(random);
            let join = random.pick(&["; ", " && ", " || ", "\n", " | ", " & "]);
            format!("{text}{join}{other}")
        }
        3 => format!("({text}\n)"),
        4 => format!("{{ {text}\n}}"),
        5 => {
            let redirection = random.pick(&[
                " >new.txt",
                " 2>/dev/null",
                " <a.txt",
                " 2>&1",
                " >>b.txt",
                " &>/tmp/new",
                " 3<sub/x",
                " <>new.txt",
                " > src/new",
            ]);
            replace(text, blank(random), 0, redirection)
        }
        6 => {
            let word = generate::word(random);
            replace(text, blank(random), 0, &format!(" {word}"))
        }
        7 => format!("eval {}", single()),
        8 => format!("{} {}", random.pick(&["sh -c", "bash -c", "timeout 5 sh -c", "env bash -c"]), single()),
        9 => format!("{}() {{ {text}\n}}; {}", "fn", "fn a b"),
        10 => format!("if {}; then {text}\nfi", random.pick(&["true", "cd sub", "[ -f a.txt ]", "probe fail"])),
        11 => format!("for f in {}; do {text}\ndone", random.pick(&["a b", "*.txt", "\"$@\"", "1"])),
        12 => format!("out=$({text}\n)"),
        13 => {
            let statement = generate::statement(random);
            if statement.contains("<<") { text.to_owned() } else { format!("{statement}\n{text}") }
        }
        // A byte that means something, anywhere.
        _ => {
            let places: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
            let at = places[random.below(places.len())];
            replace(
                text,
                at,
                0,
                random.pick(&[
                    "'", "\"", "`", "$", "(", ")", "{", "}", "<", ">", "&", "|", ";", "\n", "*", "~", "#", "!", "=",
                    "[", "]", "\\",
                ]),
            )
        }
    }
}

/// `text` with `length` bytes at `at` replaced.
fn replace(text: &str, at: usize, length: usize, by: &str) -> String {
    let end = (at + length).min(text.len());
    format!("{}{by}{}", &text[..at], &text[end..])
}
