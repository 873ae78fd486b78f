//! A patch whose text stands in the call (`git apply <<EOF`, `patch -p1 <<EOF`): the files that it names, and no others, are changed.
//!
//! Only what git and patch certainly read alike is read: unified differences, with or without git's header, where each line is
//! either a header or counted by its hunk. All else (links, copies, renames, binary files, quoted names, text around) is left to
//! those who take such a program to change anything.

use super::{Command, Stdin, options::Parsed, options::Use};
use crate::{effect::Value, path, tables::Program};
use alloc::vec::Vec;
use core::{iter::Peekable, slice::Split};

/// Most files of one patch that are told apart.
const MOST: usize = 256;
/// Most names that one header of a patch may stand for.
const MOST_READINGS: usize = 16;

/// Options that change neither which files are named nor how the text is read.
const PLAIN: [&[u8]; 34] = [
    b"-p",
    b"--strip",
    b"--3way",
    b"--allow-overlap",
    b"--apply",
    b"--batch",
    b"--cached",
    b"--check",
    b"--dry-run",
    b"--force",
    b"--forward",
    b"--fuzz",
    b"--ignore-space-change",
    b"--ignore-whitespace",
    b"--index",
    b"--numstat",
    b"--quiet",
    b"--reverse",
    b"--silent",
    b"--stat",
    b"--summary",
    b"--unidiff-zero",
    b"--unified",
    b"--verbose",
    b"--whitespace",
    b"-3",
    b"-C",
    b"-F",
    b"-N",
    b"-R",
    b"-q",
    b"-s",
    b"-u",
    b"-v",
];

/// How many leading directories are taken off a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Strip {
    /// So many.
    Known(usize),
    /// The program guesses.
    Any,
}

/// What a patch names.
#[derive(Debug, Default, PartialEq, Eq)]
struct Named<'p> {
    files: Vec<&'p [u8]>,
    /// Those that lines of the patch are compared with, so that a failure tells what stands in them.
    compared: Vec<&'p [u8]>,
    /// Each file has git's own header.
    git: bool,
}

impl<'t> Command<'_, 't> {
    /// The files that the program changes, and which of them it reads, where it reads a patch whose text is known; `None` where any
    /// may be changed.
    pub(super) fn patched(&self, program: &Program<'t>, parsed: &Parsed<'t>) -> Option<Vec<(Value, bool)>> {
        let git = program.name() == b"git apply";
        if !git && program.name() != b"patch" {
            return None;
        }
        let Stdin::Text(text) = self.stdin else { return None };
        let from_stdin = parsed.operands.iter().all(|word| git && word.value.known() == Some(b"-"));
        let plain = |one: &Use<'_>| PLAIN.contains(&one.spec.name);
        let certain = parsed.doubts.is_empty() && parsed.strange.is_empty() && parsed.any_option.is_none();
        if !from_stdin || !certain || !parsed.uses.iter().all(plain) {
            return None;
        }
        let cwd = self.cwd.known()?;
        let named = read(text)?;
        let strip = match strip(parsed)? {
            Strip::Any if git && named.git => Strip::Known(1),
            strip => strip,
        };
        let mut values = Vec::new();
        for file in named.files.iter().copied() {
            let names = readings(file, strip, if git { Some(cwd) } else { None })?;
            if !git {
                for end in [&b".orig"[..], b".rej"] {
                    let beside = names.iter().map(|name| [name, end].concat());
                    values.push((Value::one_of(beside, MOST_READINGS)?, false));
                }
            }
            let read = named.compared.contains(&file);
            values.push((Value::one_of(names.iter().map(|name| name.to_vec()), MOST_READINGS)?, read));
        }
        Some(values)
    }
}

/// What the options say of leading directories; `None` where that is not known.
fn strip(parsed: &Parsed<'_>) -> Option<Strip> {
    let mut strip = Strip::Any;
    for one in parsed.uses.iter().filter(|one| matches!(one.spec.name, b"-p" | b"--strip")) {
        let number = core::str::from_utf8(one.arguments.first()?.value.known()?).ok()?;
        strip = Strip::Known(number.parse().ok().filter(|_| number.bytes().all(|b| b.is_ascii_digit()))?);
    }
    Some(strip)
}

/// The names, relative to the directory, that a name in a patch may stand for. git takes names from the top of the repository,
/// which may be any directory above, and leaves alone what is not below the directory that it runs in.
fn readings<'n>(name: &'n [u8], strip: Strip, git_in: Option<&[u8]>) -> Option<Vec<&'n [u8]>> {
    let starts = core::iter::once(0).chain(name.iter().enumerate().filter(|(_, b)| **b == b'/').map(|(at, _)| at + 1));
    let mut stripped: Vec<&[u8]> = starts.filter_map(|at| name.get(at..)).collect();
    if let Strip::Known(count) = strip {
        stripped = Vec::from([*stripped.get(count)?]);
    }
    let mut all = stripped.clone();
    if let Some(cwd) = git_in {
        let ends = cwd.iter().enumerate().filter(|(_, b)| **b == b'/').filter_map(|(at, _)| cwd.get(at + 1..));
        for end in ends.filter(|end| !end.is_empty()) {
            all.extend(stripped.iter().filter_map(|name| name.strip_prefix(end)?.strip_prefix(b"/")));
        }
    }
    Some(all)
}

/// The lines of a patch.
type Lines<'p> = Peekable<Split<'p, u8, fn(&u8) -> bool>>;

/// The files that a patch names, where all of it is understood.
fn read(text: &[u8]) -> Option<Named<'_>> {
    let ends: fn(&u8) -> bool = |byte| *byte == b'\n';
    let mut lines = text.split(ends).peekable();
    let mut named = Named { git: true, ..Named::default() };
    while let Some(line) = lines.next() {
        if line.is_empty() {
            continue;
        }
        let mut header = line;
        if let Some(both) = line.strip_prefix(b"diff --git ") {
            let blank = both.iter().position(|b| *b == b' ')?;
            named.files.extend(file(both.get(..blank)?)?.name());
            named.files.extend(file(both.get(blank + 1..)?)?.name());
            while let Some(more) = lines.next_if(|line| is_more_of_header(line)) {
                is_of_plain_file(more).then_some(())?;
            }
            match lines.next_if(|line| line.starts_with(b"--- ")) {
                Some(next) => header = next,
                None => continue,
            }
        } else {
            named.git = false;
        }
        let old = file(header.strip_prefix(b"--- ")?)?.name();
        named.files.extend(old);
        named.compared.extend(old);
        named.files.extend(file(lines.next()?.strip_prefix(b"+++ ")?)?.name());
        hunk(&mut lines)?;
        while lines.peek().is_some_and(|line| line.starts_with(b"@@ ")) {
            hunk(&mut lines)?;
        }
        if named.files.len() > MOST {
            return None;
        }
    }
    named.files.sort_unstable();
    named.files.dedup();
    (!named.files.is_empty()).then_some(named)
}

/// What a header of a patch names.
enum File<'p> {
    Named(&'p [u8]),
    /// `/dev/null`: the other header names what is made or removed.
    Absent,
}

impl<'p> File<'p> {
    fn name(self) -> Option<&'p [u8]> {
        match self {
            Self::Named(name) => Some(name),
            Self::Absent => None,
        }
    }
}

/// `None` where it is not certain which file is meant.
fn file(written: &[u8]) -> Option<File<'_>> {
    let name = written.split(|b| *b == b'\t').next().unwrap_or(written);
    if name == b"/dev/null" {
        return Some(File::Absent);
    }
    let odd = |b: &u8| *b <= b' ' || matches!(b, b'"' | b'\\' | 0x7f);
    let plain = |part: &[u8]| !part.is_empty() && part != b"." && part != b"..";
    (!name.iter().any(odd) && name.split(|b| *b == b'/').all(plain) && !path::is_absolute(name))
        .then_some(File::Named(name))
}

/// A line of git's header between `diff --git` and the names.
fn is_more_of_header(line: &[u8]) -> bool {
    let begins: [&[u8]; 5] = [b"index ", b"old mode ", b"new mode ", b"new file mode ", b"deleted file mode "];
    begins.iter().any(|begin| line.starts_with(begin))
}

/// Whether the line speaks of no link and no repository inside.
fn is_of_plain_file(line: &[u8]) -> bool {
    let last = line.rsplit(|b| *b == b' ').next().unwrap_or(line);
    let ids = line.starts_with(b"index ") && line.splitn(3, |b| *b == b' ').count() == 2;
    ids || matches!(last, b"100644" | b"100755")
}

/// A hunk: its header, and as many lines as that says.
fn hunk(lines: &mut Lines<'_>) -> Option<()> {
    let header = lines.next()?.strip_prefix(b"@@ -")?;
    let (mut old, header) = count(header)?;
    let (mut new, header) = count(header.strip_prefix(b" +")?)?;
    header.starts_with(b" @@").then_some(())?;
    while old > 0 || new > 0 {
        match lines.next()?.first() {
            None | Some(b' ') => {
                old = old.checked_sub(1)?;
                new = new.checked_sub(1)?;
            }
            Some(b'-') => old = old.checked_sub(1)?,
            Some(b'+') => new = new.checked_sub(1)?,
            Some(b'\\') => {}
            Some(_) => return None,
        }
    }
    while lines.next_if(|line| line.starts_with(b"\\ ")).is_some() {}
    Some(())
}

/// `12,3`: how many lines, and what follows.
fn count(text: &[u8]) -> Option<(usize, &[u8])> {
    let (_, rest) = number(text)?;
    rest.strip_prefix(b",").map_or(Some((1, rest)), number)
}

fn number(text: &[u8]) -> Option<(usize, &[u8])> {
    let end = text.iter().position(|b| !b.is_ascii_digit()).unwrap_or(text.len());
    let digits = core::str::from_utf8(text.get(..end)?).ok()?;
    Some((digits.parse().ok()?, text.get(end..)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(text: &str) -> Option<(Vec<&str>, bool)> {
        let named = read(text.as_bytes())?;
        Some((named.files.iter().map(|f| core::str::from_utf8(f).unwrap()).collect(), named.git))
    }

    #[test]
    fn files_of_unified_differences() {
        let plain = "--- a/x.rs\t2026-01-01\n+++ b/x.rs\n@@ -1,2 +1,2 @@ fn x\n a\n-b\n+c\n\n--- /dev/null\n+++ b/new\n@@ -0,0 +1 @@\n+x\n\\ No newline\n";
        assert_eq!(files(plain), Some((Vec::from(["a/x.rs", "b/new", "b/x.rs"]), false)));
        let git = "diff --git a/x b/x\nindex 1..2 100644\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\ndiff --git a/y b/y\nold mode 100644\nnew mode 100755\n";
        assert_eq!(files(git), Some((Vec::from(["a/x", "a/y", "b/x", "b/y"]), true)));
        // What looks like a header in a hunk is content.
        let content = "--- a\n+++ a\n@@ -1,2 +1,2 @@\n--- b\n+++ .env\n c\n";
        assert_eq!(files(content), Some((Vec::from(["a"]), false)));
    }

    #[test]
    fn what_is_not_certain_is_no_patch() {
        for text in [
            "",
            "text\n--- a\n+++ a\n@@ -1 +1 @@\n-a\n+b\n",
            "--- a\n+++ a\n",
            "--- a\n+++ a\n@@ -1 +1 @@\n-a\n+b\n--- c\n",
            "--- a\n+++ a\n@@ -1,9 +1,9 @@\n-a\n+b\n",
            "--- a\n+++ a\n@@ -1 +1 @@\n-a\n+b\n-- \n2.39\n",
            "--- a b\n+++ a b\n@@ -1 +1 @@\n-a\n+b\n",
            "--- \"a\"\n+++ \"a\"\n@@ -1 +1 @@\n-a\n+b\n",
            "--- a/../.env\n+++ a/../.env\n@@ -1 +1 @@\n-a\n+b\n",
            "--- /etc/x\n+++ /etc/x\n@@ -1 +1 @@\n-a\n+b\n",
            "diff --git a/l b/l\nnew file mode 120000\n--- /dev/null\n+++ b/l\n@@ -0,0 +1 @@\n+/etc\n",
            "diff --git a/l b/l\nindex 1..2 120000\n--- a/l\n+++ b/l\n@@ -1 +1 @@\n-a\n+/etc\n",
            "diff --git a/x b/y\nsimilarity index 100%\nrename from x\nrename to y\n",
            "diff --git a/x b/y\ncopy from .env\ncopy to y\n",
            "*** a\n--- a\n***************\n*** 1 ****\n! a\n--- 1 ----\n! b\n",
            "Index: x\n--- a\n+++ a\n@@ -1 +1 @@\n-a\n+b\n",
            "--- a\r\n+++ a\r\n@@ -1 +1 @@\r\n-a\r\n+b\r\n",
        ] {
            assert_eq!(files(text), None, "{text}");
        }
    }

    #[test]
    fn names_that_a_name_may_stand_for() {
        let all = |name: &'static str, strip, git: Option<&str>| {
            readings(name.as_bytes(), strip, git.map(str::as_bytes))
                .map(|all| all.iter().map(|n| core::str::from_utf8(n).unwrap()).collect::<Vec<_>>())
        };
        assert_eq!(all("a/b/c", Strip::Known(1), None), Some(Vec::from(["b/c"])));
        assert_eq!(all("a/b/c", Strip::Any, None), Some(Vec::from(["a/b/c", "b/c", "c"])));
        assert_eq!(all("a", Strip::Known(1), None), None);
        assert_eq!(all("a/p/x/y", Strip::Known(1), Some("/w/p/x")), Some(Vec::from(["p/x/y", "y"])));
        assert_eq!(all("a/x/y", Strip::Known(1), Some("/w/p/x")), Some(Vec::from(["x/y", "y"])));
    }
}
