//! Words that stand for several files by themselves: patterns that a program expands, and files that hold more words.

use super::{Command, roles::Manner};
use crate::{
    effect::{Span, Value, Word},
    effects::LimitReached,
    tables::words::{Role, Runs},
};
use alloc::{format, vec::Vec};

/// What begins or ends something that is not literal in a pattern.
const MARKS: &[u8] = b"*?[]{}()!+@|\\";
/// How many alternatives in braces are looked at one by one.
const MOST: usize = 32;

impl Command<'_, '_> {
    /// A file in this role, or a pattern of files that the program itself expands (`prettier 'src/**/*.ts'`).
    pub(super) fn glob(&mut self, role: Role, word: &Word, manner: Manner) -> Result<(), LimitReached> {
        let Some(text) = word.value.known() else { return self.role(role, word, manner) };
        if text.first() == Some(&b'!') {
            return Ok(());
        }
        let Some(first) = text.iter().position(|b| MARKS.contains(b)) else {
            return self.role(role, word, manner);
        };
        // The name itself is tried as well.
        self.role(role, word, manner)?;
        let literal = text.get(..first).unwrap_or(&[]);
        let dir = match literal.iter().rposition(|b| *b == b'/') {
            Some(0) => &b"/"[..],
            Some(at) => literal.get(..at).unwrap_or(&[]),
            None => b".",
        };
        // What is found may stand behind a link, so that more than links goes.
        let role = if role == Role::Remove { Role::Modify } else { role };
        for suffix in ends(text) {
            let parent = suffix.windows(2).any(|w| w == b"..");
            let value = match suffix.as_slice() {
                _ if parent => Value::ANY_WORD,
                [] => Value::Known(dir.into()),
                _ => Value::Below { dir: dir.into(), suffix: suffix.into() },
            };
            let tree = matches!(value, Value::Known(_));
            self.role(role, &Word { value, span: word.span }, Manner { tree: manner.tree || tree, ..manner })?;
        }
        Ok(())
    }

    /// The words of a command whose patterns of files are expanded before it gets them, but by no shell: by whose rules, and into
    /// which, is not known.
    pub(super) fn with_globs(words: &[Word]) -> Vec<Word> {
        let one = |word: &Word| {
            let special = |text: &[u8]| text.iter().any(|b| MARKS.contains(b));
            match &word.value {
                Value::Known(text) if special(text) => Word { value: Value::ANY_WORDS, span: word.span },
                _ => word.clone(),
            }
        };
        words.iter().map(one).collect()
    }

    /// Reads the file of an `@FILE`, which holds more words.
    pub(super) fn response_file(&mut self, value: &Value, manner: Manner, span: Span) -> Result<(), LimitReached> {
        let file = value.known().and_then(|text| text.get(1..)).map_or(Value::ANY_WORD, Value::from);
        self.role(Role::ListFile, &Word { value: file, span }, manner)
    }

    /// `@FILE` of a compiler: more words stand in the file, and errors show them.
    pub(super) fn is_response_file(&self, value: &Value) -> bool {
        let compiles = self.analysis.tables.program(self.name).is_some_and(|program| program.runs() == Runs::Project);
        let begins = match value {
            Value::Known(text) | Value::Affix { prefix: text, .. } | Value::Pattern(text) => {
                text.first() == Some(&b'@')
            }
            Value::Set(all) => all.iter().any(|text| text.first() == Some(&b'@')),
            Value::Below { .. } | Value::Name(_) | Value::Unknown { .. } => false,
        };
        compiles && begins
    }

    /// A file, or `@FILE`, which holds more words; what these are is not looked at.
    pub(super) fn read_list_at(&mut self, word: &Word, manner: Manner) -> Result<(), LimitReached> {
        if self.is_response_file(&word.value) {
            return self.response_file(&word.value, manner, word.span);
        }
        if manner.tree {
            // An archiver: it expands patterns itself.
            self.glob(Role::Read, word, manner)?;
        } else {
            self.role(Role::Read, word, manner)?;
        }
        self.list_at(word);
        Ok(())
    }

    /// More words in a file, where the word is `@FILE`; errors show them.
    pub(super) fn list_at(&mut self, word: &Word) {
        let list = word.value.known().and_then(|text| text.strip_prefix(b"@"));
        if let Some(list) = list.filter(|list| !list.is_empty()) {
            self.read(&Value::Known(list.into()), false, word.span);
            let detail = format!("`{}` takes more words from a file", self.by);
            self.unknown("listed-paths", detail, word.span, false);
        }
    }
}

/// The literal ends of what a pattern matches: `.ts` and `.tsx` for `src/*.{ts,tsx}`. An empty one is any end.
fn ends(text: &[u8]) -> Vec<Vec<u8>> {
    let last = text.iter().rposition(|b| MARKS.contains(b)).unwrap_or(0);
    let open = text.iter().rposition(|b| *b == b'{').filter(|_| text.get(last) == Some(&b'}'));
    let inner = open.and_then(|at| text.get(at + 1..last)).filter(|t| !t.iter().any(|b| MARKS.contains(b)));
    let (Some(open), Some(inner)) = (open, inner) else {
        return alloc::vec![text.get(last + 1..).unwrap_or(&[]).to_vec()];
    };
    let before = text.get(..open).unwrap_or(&[]);
    let literal =
        before.iter().rposition(|b| MARKS.contains(b)).map_or(before, |at| before.get(at + 1..).unwrap_or(&[]));
    let after = text.get(last + 1..).unwrap_or(&[]);
    let all: Vec<Vec<u8>> = inner.split(|b| *b == b',').map(|one| [literal, one, after].concat()).collect();
    if all.len() > MOST { alloc::vec![after.to_vec()] } else { all }
}

#[cfg(test)]
mod tests {
    use super::ends;

    #[test]
    fn literal_ends_of_patterns() {
        let all = |text: &str| {
            let ends = ends(text.as_bytes());
            ends.iter().map(|e| alloc::string::String::from_utf8_lossy(e).into_owned()).collect::<alloc::vec::Vec<_>>()
        };
        assert_eq!(all("src/**/*.ts"), [".ts"]);
        assert_eq!(all("src/**/*.{ts,tsx}"), [".ts", ".tsx"]);
        assert_eq!(all("**/*"), [""]);
        assert_eq!(all("{a,b}/c"), ["a/c", "b/c"]);
        assert_eq!(all("*.{a,{b,c}}"), [""]);
        assert_eq!(all("x[ab]"), [""]);
        assert_eq!(all("*.md"), [".md"]);
    }
}
