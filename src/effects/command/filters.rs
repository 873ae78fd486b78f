//! Names that options keep a recursive reader from (`grep --exclude=.env`), where that is certain.

use super::{
    Command,
    options::{Parsed, Use},
};
use crate::{
    effect::{Filter, Says, Value, Word},
    tables::{
        Program,
        words::{Style, flags, traits},
    },
};
use alloc::{rc::Rc, string::String, vec::Vec};

impl<'t> Command<'_, 't> {
    /// What the options certainly take out, in their order; nothing where one of them may put it back.
    pub(super) fn filters(program: &Program<'t>, parsed: &Parsed<'t>) -> Option<Rc<[Filter]>> {
        let mut filters = Vec::new();
        for used in parsed.uses.iter().filter(|used| used.spec.traits & traits::FILTER != 0) {
            let says = match used.spec.traits & traits::FILTER {
                traits::NO_FILE => Says::NoFile,
                traits::NO_DIRECTORY => Says::NoDirectory,
                traits::ONLY_FILE => Says::File,
                both if both == traits::NO_FILE | traits::NO_DIRECTORY => Says::Nothing,
                _ => return None,
            };
            for argument in &used.arguments {
                let (found, says) = pattern(program, argument, says);
                match found {
                    Pattern::Names(pattern) if holds(program, parsed, used) => filters.push(Filter { pattern, says }),
                    // A file that is asked for by a pattern that is not followed may be any.
                    Pattern::Other if says == Says::File => filters.push(Filter { pattern: "*".into(), says }),
                    // It takes out nothing that is known, but it is there: the first one says what becomes of the rest.
                    Pattern::Names(_) | Pattern::Other => filters.push(Filter { pattern: "/".into(), says }),
                    Pattern::Sign => return None,
                }
            }
        }
        if program.has(flags::SKIPS_HIDDEN) && filters.iter().any(|filter| filter.says == Says::File) {
            // What is asked for may be a directory that was taken out before.
            filters.iter_mut().filter(|f| f.says == Says::Nothing).for_each(|filter| filter.says = Says::NoFile);
            filters.retain(|filter| filter.says != Says::NoDirectory);
        }
        (!filters.is_empty()).then(|| filters.into())
    }
}

enum Pattern {
    /// Of single names.
    Names(String),
    /// Something else, of which nothing is said.
    Other,
    /// It may say the opposite, or take back what others said.
    Sign,
}

fn pattern(program: &Program<'_>, argument: &Word, says: Says) -> (Pattern, Says) {
    let plain =
        |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-' | b'*' | b'?' | b'{' | b'}' | b',');
    let text: &[u8] = match &argument.value {
        Value::Known(text) => text,
        // All that it may become begins and ends so; what it takes out is not known.
        Value::Affix { prefix, suffix }
            if says == Says::File && [prefix, suffix].iter().all(|t| t.iter().all(plain)) =>
        {
            let all = String::from_utf8_lossy(&[prefix.as_ref(), b"*", suffix.as_ref()].concat()).into_owned();
            return (Pattern::Names(literal_braces(&all.replace("**", "*"))), says);
        }
        Value::Affix { prefix, .. } if matches!(prefix.first(), Some(b'.' | b'_' | b'*' | b'a'..=b'z')) => {
            return (Pattern::Other, says);
        }
        _ => return (Pattern::Sign, says),
    };
    let (text, says) = match (text, program.has(flags::SKIPS_HIDDEN)) {
        ([b'!', rest @ ..], true) => match rest.strip_suffix(b"/") {
            Some(directory) => (directory, Says::NoDirectory),
            None => (rest, says),
        },
        // Of these programs, everything without a sign asks for what it names; only endings are followed.
        ([b'*', b'.', ..], true) => (text, Says::File),
        (_, true) => return (Pattern::Other, Says::File),
        ([b'!' | b'+' | b'-', ..], false) => return (Pattern::Sign, says),
        (other, false) => (other, says),
    };
    // Only programs whose globs are ours have alternatives in braces.
    let own = program.has(flags::SKIPS_HIDDEN);
    let found = match core::str::from_utf8(text) {
        Ok(names) if !text.is_empty() && text.iter().all(plain) && !names.contains("**") => {
            Pattern::Names(if own { names.into() } else { literal_braces(names) })
        }
        _ => Pattern::Other,
    };
    (found, says)
}

fn literal_braces(pattern: &str) -> String {
    pattern.replace('{', "\\{").replace('}', "\\}")
}

/// Whether the option counts for all operands: tar heeds it only for those that come after.
fn holds(program: &Program<'_>, parsed: &Parsed<'_>, used: &Use<'_>) -> bool {
    program.style() != Style::Bundle || parsed.operands.iter().all(|word| used.span.start < word.span.start)
}
