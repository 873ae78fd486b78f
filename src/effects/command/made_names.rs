//! Files whose names a program makes of the names that it is given: backups, parts, what is packed and unpacked.

use super::{Command, operands::is_path, options::Parsed, roles::Manner};
use crate::{
    effect::{Value, Word},
    effects::LimitReached,
    path,
    tables::{
        Program,
        words::{Role, traits},
    },
};
use alloc::vec::Vec;

/// Endings that stand for two (`x.tgz` becomes `x.tar`).
const TAR_ENDINGS: [&[u8]; 9] = [b"tgz", b"taz", b"tbz", b"tbz2", b"tz2", b"txz", b"tlz", b"tzst", b"tlz4"];

impl<'t> Command<'_, 't> {
    /// `sed -i.bak A`, `cp -S .bak A B`: what was there gets its name with the suffix behind it.
    pub(super) fn suffixed(&mut self, program: &Program<'t>, suffix: &Word, parsed: &Parsed<'t>) {
        let plain = |text: &&[u8]| !text.iter().any(|b| matches!(b, b'*' | b'/'));
        let Some(end) = suffix.value.known().filter(plain) else {
            // A star stands for the name (sed), a slash leads elsewhere.
            return self.write(&Value::ANY_WORD, false, suffix.span);
        };
        let no_path = program.operands().next().is_some_and(|(role, _)| !is_path(role));
        let skipped = usize::from(no_path && !parsed.has(traits::DROPS_FIRST));
        let copies = program.last().is_some();
        let into =
            parsed.uses.iter().filter(|u| u.spec.traits & traits::TARGET != 0).filter_map(|u| u.arguments.first());
        let targets: Vec<Value> = into.chain(parsed.operands.last()).map(|w| w.value.clone()).collect();
        for word in parsed.operands.iter().skip(skipped) {
            let mut names = alloc::vec![word.value.clone()];
            if let Some(text) = word.value.known().filter(|_| copies) {
                let base = text.rsplit(|b| *b == b'/').find(|part| !part.is_empty()).unwrap_or(text);
                let inside = |target: &Value| target.known().map(|dir| Value::Known(path::join(dir, base).into()));
                names.extend(targets.iter().filter_map(inside));
            }
            for name in names {
                self.write(&ending_in(&name, end), false, word.span);
            }
            if parsed.has(traits::RECURSIVE) {
                let below = match word.value.known() {
                    Some(dir) => Value::Below { dir: dir.into(), suffix: end.into() },
                    None => Value::ANY_WORD,
                };
                self.write(&below, false, word.span);
            }
        }
    }

    /// `split A part_`: files whose names begin so.
    pub(super) fn name_prefix(&mut self, word: &Word) {
        let names = match word.value.known() {
            Some(text) => {
                let mut pattern = escaped(text);
                pattern.push(b'*');
                Value::Pattern(pattern.into())
            }
            None => Value::ANY_WORD,
        };
        self.write(&names, false, word.span);
    }

    /// `valgrind --log-file=memcheck-%p.log`: the number of the process stands in the name, of which no rule speaks; `%q{HOME}` is the
    /// value of a variable.
    pub(super) fn name_template(&mut self, word: &Word) {
        let text = word.value.known().unwrap_or_default();
        let numbers = text.split(|b| *b == b'%').skip(1).all(|piece| matches!(piece.first(), Some(b'p' | b'n')));
        let name = if numbers { word.value.clone() } else { Value::ANY_WORD };
        self.write(&name, false, word.span);
    }

    /// `gunzip A.gz`: a file that is replaced by one with an ending more or less.
    pub(super) fn compressed(&mut self, word: &Word, manner: Manner) -> Result<(), LimitReached> {
        self.role(Role::ReadWrite, word, manner)?;
        let Some(text) = word.value.known().filter(|_| !manner.reads_only) else { return Ok(()) };
        let start = text.iter().rposition(|b| *b == b'/').map_or(0, |at| at + 1);
        let Some(dot) = text.iter().rposition(|b| *b == b'.').filter(|at| *at > start) else { return Ok(()) };
        let (stem, ending) = (text.get(..dot).unwrap_or(text), text.get(dot + 1..).unwrap_or(&[]));
        let name = if TAR_ENDINGS.contains(&ending) { [stem, b".tar"].concat() } else { stem.to_vec() };
        self.write(&Value::Known(name.into()), false, word.span);
        Ok(())
    }
}

fn ending_in(name: &Value, end: &[u8]) -> Value {
    let with = |text: &[u8]| [text, end].concat();
    match name {
        Value::Known(text) => Value::Known(with(text.strip_suffix(b"/").unwrap_or(text)).into()),
        Value::Affix { prefix, suffix } => Value::Affix { prefix: prefix.clone(), suffix: with(suffix).into() },
        Value::Below { dir, suffix } => Value::Below { dir: dir.clone(), suffix: with(suffix).into() },
        Value::Pattern(text) => Value::Pattern([&**text, &escaped(end)].concat().into()),
        Value::Set(_) | Value::Name(_) | Value::Unknown { .. } => Value::ANY_WORD,
    }
}

/// The text as a pattern that matches only it.
fn escaped(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    for byte in text {
        if matches!(byte, b'*' | b'?' | b'[' | b']' | b'\\' | b'(' | b')' | b'|' | b'!' | b'+' | b'@' | b'-' | b'^') {
            out.push(b'\\');
        }
        out.push(*byte);
    }
    out
}
