//! Changes scripts as somebody would who writes them: words take each other's places, and commands are put into constructs.

use crate::mutate::Mutator;
use std::ops::Range;

/// What a piece of a script is put between.
const AROUND: &[(&str, &str)] = &[
    ("$(", ")"),
    ("\"$(", ")\""),
    ("`", "`"),
    ("( ", " )"),
    ("{ ", "; }"),
    ("f() {\n", "\n}; f"),
    ("if true; then\n", "\nfi"),
    ("if ", "; then :; else cat .env; fi"),
    ("for x in a .env; do\n", "\ndone"),
    ("for x in ", "; do cat \"$x\"; done"),
    ("while read -r x; do\n", "\ndone"),
    ("while ", "; do break; done"),
    ("case $x in\na|*) ", " ;;\nesac"),
    ("[[ ", " ]]"),
    ("((", "))"),
    ("x=", "; cat $x"),
    ("x=(", "); cat \"${x[@]}\""),
    ("x=$(", "); echo $x"),
    ("${x:-", "}"),
    ("<(", ")"),
    ("cat <<E\n", "\nE\n"),
    ("bash <<'E'\n", "\nE\n"),
    ("bash -c '", "'"),
    ("eval \"", "\""),
    ("trap '", "' EXIT"),
    ("alias a='", "'\na"),
    ("env -i x=1 ", ""),
    ("timeout 5 ", ""),
    ("sudo -u x ", ""),
    ("printf '%s\\n' ", " | xargs cat"),
    ("find . -name ", " -exec cat {} +"),
    ("! ", ""),
    ("time ", ""),
    ("cd sub && ", ""),
    ("set -- ", "; shift; cat \"$@\""),
    ("", " &\nwait"),
    ("", " > out 2>&1"),
    ("", " < .env"),
    ("", " | sh"),
    ("", " || exit"),
];

/// What stands between two commands.
const BETWEEN: &[&str] = &[" && ", " || ", " | ", "; ", "\n", " & ", " |& "];

/// Changes `input` once.
pub(crate) fn change(mutator: &mut Mutator<'_>, input: &mut Vec<u8>) {
    let words = pieces(input, part_of_word);
    let other = mutator.seed();
    match mutator.below(7) {
        0 => {
            let at = mutator.one_of(&words);
            let instead = mutator.one_of(&pieces(other, part_of_word));
            input.splice(at, other.get(instead).unwrap_or_default().iter().copied());
        }
        1 => drop(input.drain(mutator.one_of(&words))),
        2 => {
            let (from, to) = (mutator.one_of(&words), mutator.one_of(&words));
            let word = input.get(from).unwrap_or_default().to_vec();
            input.splice(to, word);
        }
        3 => {
            let index = mutator.below(AROUND.len());
            let (before, after) = AROUND.get(index).copied().unwrap_or_default();
            let piece = match mutator.below(3) {
                0 => mutator.one_of(&words),
                1 => mutator.one_of(&pieces(input, |byte| !b";&|\n".contains(&byte))),
                _ => mutator.one_of(&pieces(input, |byte| byte != b'\n')),
            };
            input.splice(piece.end..piece.end, after.bytes());
            input.splice(piece.start..piece.start, before.bytes());
        }
        4 => {
            let line = mutator.one_of(&pieces(other, |byte| byte != b'\n'));
            let at = mutator.one_of(&pieces(input, |byte| byte != b'\n')).end;
            let index = mutator.below(BETWEEN.len());
            let between = BETWEEN.get(index).copied().unwrap_or_default();
            input.splice(at..at, [between.as_bytes(), other.get(line).unwrap_or_default()].concat());
        }
        5 => drop(input.drain(mutator.one_of(&pieces(input, |byte| byte != b'\n')))),
        _ => {
            let (at, word) = (mutator.one_of(&words).end, mutator.one_of(&pieces(other, part_of_word)));
            input.splice(at..at, [b" ", other.get(word).unwrap_or_default()].concat());
        }
    }
}

fn part_of_word(byte: u8) -> bool {
    !b" \t\n;&|()<>".contains(&byte)
}

/// Where what belongs together by `inside` stands; the whole where nothing does.
fn pieces(text: &[u8], inside: impl Fn(u8) -> bool) -> Vec<Range<usize>> {
    let mut pieces: Vec<Range<usize>> = Vec::new();
    for (at, &byte) in text.iter().enumerate() {
        if !inside(byte) {
            continue;
        }
        match pieces.last_mut() {
            Some(last) if last.end == at => last.end = at + 1,
            _ => pieces.push(at..at + 1),
        }
    }
    if pieces.is_empty() {
        pieces.push(0..text.len());
    }
    pieces
}
