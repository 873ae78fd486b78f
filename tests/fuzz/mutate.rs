//! Makes new inputs of seeds: pieces are taken out, doubled, moved between seeds, and replaced by what means something.

use crate::scripts;
use crate::targets::Target;
use std::ops::Range;

/// What means something to a shell, to JSON or to the policies.
const WORDS: &[&str] = &[
    "$(",
    ")",
    "`",
    "\"",
    "'",
    "\\",
    "\n",
    ";",
    "&&",
    "||",
    "|",
    "&",
    "<<E\n",
    "\nE\n",
    "<<-'E'\n",
    "<<<",
    ">",
    ">>",
    "<(",
    ">&2",
    "2>&1",
    "{",
    "}",
    "((",
    "))",
    "[[ ",
    " ]]",
    "${",
    "${x:-",
    "$x",
    "$'",
    "$\"",
    "*",
    "?",
    "[a-z]",
    "**/",
    "~",
    "~/",
    "..",
    "/",
    " ",
    "\t",
    "#",
    " # ",
    "!",
    "=",
    "a=",
    "x+=(",
    "if ",
    "then ",
    "fi",
    "for i in ",
    "do ",
    "done",
    "while ",
    "case x in ",
    "esac",
    ";;",
    "f() ",
    "function f ",
    "coproc ",
    "time ",
    "eval ",
    "exec ",
    "bash -c ",
    "sudo ",
    "env ",
    "xargs ",
    "find . -exec ",
    "\\;",
    "cd ",
    "cat ",
    ".env",
    "~/.ssh/id_rsa",
    "rm -rf /",
    "git push",
    "curl https://a.b/",
    "{a,b}",
    "{1..9}",
    "@P",
    "\r",
    "\u{0}",
    "\u{202e}",
    "\u{e9}",
    "{\"",
    "\":",
    ",",
    "[",
    "]",
    "null",
    "\\u0000",
    "\\ud800",
    "1e999",
    "-0",
    "tool_name",
    "tool_input",
    "command",
    "export ",
    "unset ",
    "alias ",
    "set -f\n",
    "shift\n",
    "local x=",
    "return\n",
    "break\n",
    "exit\n",
    "trap '",
    "source ",
];

pub(crate) struct Mutator<'a> {
    state: u64,
    seeds: &'a [Vec<u8>],
    scripts: bool,
}

impl<'a> Mutator<'a> {
    pub(crate) fn new(seed: u64, target: &'a Target) -> Self {
        Self { state: seed ^ 0x9e37_79b9_7f4a_7c15, seeds: &target.seeds, scripts: target.scripts }
    }

    /// A number below `bound` (at least 1), by xorshift.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        usize::try_from(self.state >> 33).unwrap_or(0) % bound.max(1)
    }

    pub(crate) fn seed(&mut self) -> &'a [u8] {
        let index = self.below(self.seeds.len());
        self.seeds.get(index).map_or(b"", Vec::as_slice)
    }

    pub(crate) fn one_of(&mut self, places: &[Range<usize>]) -> Range<usize> {
        let index = self.below(places.len());
        places.get(index).cloned().unwrap_or_default()
    }

    /// A new input of at most `longest` bytes.
    pub(crate) fn next(&mut self, longest: usize) -> Vec<u8> {
        let mut input = self.seed().to_vec();
        self.changes(&mut input);
        input.truncate(longest);
        input
    }

    /// Changes an input a few times.
    pub(crate) fn changes(&mut self, input: &mut Vec<u8>) {
        for _ in 0..=self.below(6) {
            if self.scripts && self.below(2) == 0 {
                scripts::change(self, input);
            } else {
                self.change(input);
            }
        }
    }

    fn change(&mut self, input: &mut Vec<u8>) {
        let from = self.below(input.len() + 1);
        let to = from + self.below((input.len() - from).min(24) + 1);
        match self.below(8) {
            0 => drop(input.drain(from..to)),
            1 => {
                let piece: Vec<u8> = input.drain(from..to).collect();
                let at = self.below(input.len() + 1);
                input.splice(at..at, piece);
            }
            2 => {
                let piece = input.get(from..to).unwrap_or_default().repeat(1 + self.below(8));
                input.splice(from..from, piece);
            }
            3 => {
                let other = self.seed();
                let start = self.below(other.len() + 1);
                let length = self.below(other.len() - start + 1);
                input.splice(from..to, other.get(start..start + length).unwrap_or_default().to_vec());
            }
            4 => {
                if let Some(byte) = input.get_mut(from) {
                    *byte = u8::try_from(self.below(128)).unwrap_or(0);
                }
            }
            5 => {
                // For inputs that are no text.
                let piece: Vec<u8> = (from..to).map(|_| u8::try_from(self.below(256)).unwrap_or(0)).collect();
                input.splice(from..to, piece);
            }
            _ => {
                let index = self.below(WORDS.len());
                let word = WORDS.get(index).copied().unwrap_or_default();
                let replaced = if self.below(2) == 0 { from } else { to };
                input.splice(from..replaced, word.bytes());
            }
        }
    }
}
