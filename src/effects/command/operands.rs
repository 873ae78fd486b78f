//! Which operand has which role.

use super::{Command, Stdin, options::Parsed, roles::Manner};
use crate::{
    effect::{Certainty, Connect, Kind, Value, Word},
    effects::LimitReached,
    tables::{
        Program,
        words::{Role, flags, traits},
    },
};
use alloc::vec::Vec;

/// Whether a role names a path, for programs that have a default path.
fn is_path(role: Role) -> bool {
    !matches!(role, Role::Flag | Role::Value | Role::Pattern | Role::Sed | Role::Awk | Role::Jq | Role::Code)
}

impl<'t> Command<'_, 't> {
    /// The effects of the operands by the program's row, and of what it does without any.
    pub(super) fn operand_effects(&mut self, program: &Program<'t>, parsed: &Parsed<'t>) -> Result<(), LimitReached> {
        let manner = Manner {
            tree: program.has(flags::RECURSIVE) || parsed.has(traits::RECURSIVE),
            writes: parsed.has(traits::WRITES),
            reads_only: parsed.has(traits::READS_ONLY),
            extracts: parsed.has(traits::EXTRACTS),
        };
        let mut sequence: Vec<(Role, bool)> = program.operands().collect();
        if parsed.has(traits::DROPS_FIRST) && !sequence.is_empty() {
            sequence.remove(0);
        }
        let before = self.analysis.effects.len();
        let mut has_path = false;
        for (word, roles) in assign(&parsed.operands, &sequence, last_role(program, parsed)) {
            for role in roles {
                has_path |= is_path(role);
                if Self::is_inner_assignment(program, word) {
                    continue;
                }
                self.role(role, word, manner)?;
            }
        }
        if !has_path {
            self.default_operand(program, &sequence, manner)?;
        }
        let at = self.span;
        let writes_below = program.has(flags::WRITES_TREE) && !manner.reads_only;
        if writes_below || (manner.extracts && program.last().is_none()) {
            let path = super::paths::path_value(&Value::from("."), &self.cwd, true);
            self.push(Kind::Write(path), Certainty::Partial, at, true);
        }
        let connects = self.analysis.effects.iter().skip(before).any(|e| matches!(e.kind, Kind::Connect(_)));
        if program.has(flags::NETWORK) && !connects {
            self.connect(Connect { scheme: None, host: Value::ANY_WORD, port: None, method: None }, at);
        }
        Ok(())
    }

    /// What a program takes where no path is given: `grep -r x`, `rg x`.
    fn default_operand(&mut self, program: &Program<'t>, sequence: &[(Role, bool)], manner: Manner) -> Result<(), LimitReached> {
        let Some(path) = program.default_operand() else { return Ok(()) };
        let always = program.has(flags::RECURSIVE);
        let piped = !matches!(self.stdin, Stdin::Inherited | Stdin::Empty);
        let role = sequence.iter().rev().map(|(role, _)| *role).find(|role| is_path(*role));
        let Some(role) = role else { return Ok(()) };
        if (always && piped) || !(always || manner.tree) {
            return Ok(());
        }
        let word = Word::known(path, self.span);
        self.role(role, &word, Manner { tree: true, ..manner })
    }

    /// `NAME=VALUE` among awk's files.
    fn is_inner_assignment(program: &Program<'t>, word: &Word) -> bool {
        let Some(text) = word.value.known().filter(|_| program.has(flags::OPERAND_VALUES)) else { return false };
        let Some(at) = text.iter().position(|b| *b == b'=') else { return false };
        let name = text.get(..at).unwrap_or(&[]);
        name.first().is_some_and(|b| !b.is_ascii_digit()) && name.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'_')
    }
}

fn last_role(program: &Program<'_>, parsed: &Parsed<'_>) -> Option<Role> {
    program.last().filter(|_| !parsed.has(traits::TARGET))
}

/// Gives each operand its role, or every role it could have where words before it may be several or none.
fn assign<'w>(
    operands: &'w [Word],
    sequence: &[(Role, bool)],
    last: Option<Role>,
) -> impl Iterator<Item = (&'w Word, Vec<Role>)> {
    let uncertain = operands.iter().position(|w| !w.value.is_one_word()).unwrap_or(usize::MAX);
    let surely_before_last = operands.iter().rposition(|w| w.value.is_one_word()).unwrap_or(0);
    let all: Vec<Role> = sequence.iter().map(|(role, _)| *role).collect();
    let sequence = sequence.to_vec();
    let count = operands.len();
    operands.iter().enumerate().map(move |(n, word)| {
        let mut roles = Vec::new();
        let may_be_last = last.is_some() && n >= surely_before_last;
        let must_be_last = may_be_last && n + 1 == count && count > 1 && word.value.is_one_word();
        if n >= uncertain {
            roles.extend_from_slice(&all);
        } else if !must_be_last {
            roles.extend(role_at(&sequence, n));
        }
        if may_be_last {
            roles.extend(last);
        }
        roles.dedup();
        (word, roles)
    })
}

/// The role of the operand with that number, where no word is uncertain.
fn role_at(sequence: &[(Role, bool)], n: usize) -> Option<Role> {
    sequence.iter().enumerate().find(|(at, (_, many))| *at == n || (*many && *at <= n)).map(|(_, (role, _))| *role)
}
